"""Which sums synthesis must leave alone, so that every sum is a carry chain, as schedule and estimate have it.

Yosys joins a sum with the one that reads it and makes compressors of the terms: two LUTs for each bit and term beyond
two, and a chain at the end. A chain for each sum takes one LUT for each bit, and no term waits for a compressor. Over
56 random sums of three to six terms (LUTs joined / as chains, Yosys 0.70, without narrow ones):

    synth_ecp5     3487 / 2750
    synth_xilinx   2197 / 1874
    synth_ice40    3405 / 2991

Two kinds of sums are left to Yosys: narrow ones, where it makes no chain but any logic of the few bits (105 / 111,
64 / 66, 91 / 98), and those of which the reader drops many upper bits, which it does not add in the first place.
"""

from __future__ import annotations

from collections.abc import Iterator

from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.reach import use_counts_of

ADDERS = frozenset({CellKind.ADD, CellKind.SUBTRACT, CellKind.NEGATE})
FEW_BITS = 4
"""Up to so many bits are few."""


def kept_sums(datapath: Datapath) -> frozenset[int]:
    """The sums that must be kept as wires: no more than one adder reads them, in their own stage."""
    return frozenset(_kept(datapath))


def _kept(datapath: Datapath) -> Iterator[int]:
    cells = datapath.cells
    uses = use_counts_of(cells, (port.cell for port in datapath.outputs))
    for cell in cells:
        if cell.kind not in ADDERS:
            continue
        for operand in cell.operands:
            read = operand
            while cells[read].kind is CellKind.SHIFT_LEFT and uses[read] == 1:
                read = cells[read].operands[0]
            if uses[read] == 1 and _would_join(cells[read], cell):
                yield read


def _would_join(read: Cell, reader: Cell) -> bool:
    """Whether synthesis would make one sum of the two, to no good."""
    is_sum = read.kind in ADDERS and read.stage == reader.stage
    return is_sum and FEW_BITS < read.width <= reader.width + FEW_BITS
