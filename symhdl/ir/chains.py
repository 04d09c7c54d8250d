"""Which sums synthesis must leave alone, so that every sum is a carry chain, as schedule and estimate have it.

Yosys joins a sum with the one that reads it and makes compressors of the terms: two LUTs for each bit and term beyond
two, and a chain at the end. A chain for each sum takes one LUT for each bit, and no term waits for a compressor.

Three kinds of sums are left to Yosys: narrow ones, where it makes no chain but any logic of the few bits, those of
which the reader drops many upper bits, which it does not add in the first place, and those whose lowest bit may be that
of a term alone, since the other one has zeros there: of a kept wire that is partly another signal, Yosys 0.70 loses the
bits that `abc` makes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_

from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.reach import use_counts_of
from symhdl.numeric.digits import low_zeros

ADDERS = frozenset({CellKind.ADD, CellKind.SUBTRACT, CellKind.NEGATE})
FEW_BITS = 4
"""Up to so many bits are few."""
EVERY_BIT = 1 << 16
"""More bits than a cell has."""


def kept_sums(datapath: Datapath) -> frozenset[int]:
    """The sums that must be kept as wires: no more than one adder reads them, in their own stage."""
    return frozenset(_kept(datapath))


def _kept(datapath: Datapath) -> Iterator[int]:
    cells = datapath.cells
    possible = possible_bits(cells)
    uses = use_counts_of(cells, (port.cell for port in datapath.outputs))
    for cell in cells:
        if cell.kind not in ADDERS:
            continue
        for operand in cell.operands:
            read = operand
            while cells[read].kind is CellKind.SHIFT_LEFT and uses[read] == 1:
                read = cells[read].operands[0]
            adds_lowest = all(possible[term] & 1 for term in cells[read].operands)
            if uses[read] == 1 and adds_lowest and _would_join(cells[read], cell):
                yield read


def _would_join(read: Cell, reader: Cell) -> bool:
    """Whether synthesis would make one sum of the two, to no good."""
    is_sum = read.kind in ADDERS and read.stage == reader.stage
    return is_sum and FEW_BITS < read.width <= reader.width + FEW_BITS


def _low_zeros(bits: int) -> int:
    """How many of the lowest bits are not possible; every one if none is."""
    return low_zeros(bits) if bits else EVERY_BIT


def _multiples(zeros: int) -> int:
    """All bits but the lowest ones."""
    return -1 << zeros


POSSIBLE: Mapping[CellKind, Callable[[Cell, Sequence[int]], int]] = {
    CellKind.CONSTANT: lambda cell, _: cell.value,
    CellKind.SHIFT_LEFT: lambda cell, x: x[0] << cell.shift,
    CellKind.SHIFT_RIGHT: lambda cell, x: x[0] >> cell.shift,
    CellKind.BITS: lambda cell, x: (x[0] >> cell.shift) & ((1 << cell.count) - 1),
    CellKind.JOIN: lambda cell, x: x[0] << cell.shift | x[1],
    CellKind.TABLE: lambda cell, _: reduce(or_, cell.contents),
    CellKind.SELECT: lambda _, x: x[1] | x[2],
    CellKind.REGISTER: lambda _, x: x[0],
    CellKind.ADD: lambda _, x: _multiples(min(map(_low_zeros, x))),
    CellKind.SUBTRACT: lambda _, x: _multiples(min(map(_low_zeros, x))),
    CellKind.NEGATE: lambda _, x: _multiples(_low_zeros(x[0])),
    CellKind.MULTIPLY: lambda _, x: _multiples(min(EVERY_BIT, sum(map(_low_zeros, x)))),
    CellKind.SQUARE: lambda _, x: _multiples(min(EVERY_BIT, 2 * _low_zeros(x[0]))),
}
"""The bits that are not always 0, from those of the operands, in two's complement; all of them for other kinds."""


def possible_bits(cells: Sequence[Cell]) -> list[int]:
    """For every cell the bits that are not always 0, as far as its operands tell."""
    found: list[int] = []
    for cell in cells:
        rule = POSSIBLE.get(cell.kind)
        found.append(-1 if rule is None else rule(cell, [found[a] for a in cell.operands]))
    return found
