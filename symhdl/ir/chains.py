"""Which sums synthesis must leave alone, so that every sum is a carry chain, as schedule and estimate have it.

Yosys joins a sum with the one that reads it and makes compressors of the terms: two LUTs for each bit and term beyond
two, and a chain at the end. A chain for each sum takes one LUT for each bit, and no term waits for a compressor.

Sums that are instances of a chain are never joined. Three kinds of sums are left to Yosys: narrow ones, where it
makes no chain but any logic of the few bits, those of which the reader drops many upper bits, which it does not add
in the first place, and those whose lowest bit may be that of a term alone, since the other one has zeros there: of a
kept wire that is partly another signal, Yosys 0.70 loses the bits that `abc` makes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.reach import use_counts_of
from symhdl.numeric.digits import low_zeros

ADDERS = frozenset({CellKind.ADD, CellKind.SUBTRACT, CellKind.NEGATE})
FEW_BITS = 4
"""Up to so many bits are few."""
EVERY_BIT = 1 << 16
"""More bits than a cell has."""


def kept_sums(datapath: Datapath) -> frozenset[int]:
    """The sums that must be kept as wires: no more than one adder reads them, in their own stage.

    Where that reads the low bits alone, these are kept: of the others nothing is built.
    """
    joining = dict(_joining(datapath))
    left = _left(datapath.cells, joining)
    return frozenset(each.read for number, each in joining.items() if number not in left)


def compressed_sums(datapath: Datapath) -> frozenset[int]:
    """The sums of which synthesis makes compressors in front of the adder that reads them, since they are not kept."""
    cells, joining = datapath.cells, dict(_joining(datapath))
    return frozenset(
        total
        for total in _left(cells, joining)
        if _may_join(cells, total, cells[joining[total].adder])
    )


class _Joined(NamedTuple):
    """The adder that reads a sum, and what of the sum it reads: the sum itself, or its low bits."""

    adder: int
    read: int


def _joining(datapath: Datapath) -> Iterator[tuple[int, _Joined]]:
    """The sums that synthesis would join with the only adder that reads them, which stands beside them."""
    cells = datapath.cells
    uses = use_counts_of(cells, (port.cell for port in datapath.outputs))
    for index, cell in enumerate(cells):
        if cell.kind not in ADDERS or cell.unit:
            continue
        for operand in cell.operands:
            read = operand
            while cells[read].kind is CellKind.SHIFT_LEFT and uses[read] == 1:
                read = cells[read].operands[0]
            total = read
            if cells[read].kind is CellKind.BITS and not cells[read].shift and uses[read] == 1:
                total = cells[read].operands[0]
            if uses[total] == 1 and _would_join(cells[total], cells[read].width, cell):
                yield total, _Joined(index, read)


def _left(cells: Sequence[Cell], joining: Collection[int]) -> frozenset[int]:
    """Of sums that would be joined those that are left to Yosys: their lowest bit may be that of a term alone."""
    if not joining:
        return frozenset()
    possible = possible_bits(cells)
    return frozenset(
        read for read in joining if not all(possible[term] & 1 for term in cells[read].operands)
    )


def _may_join(cells: Sequence[Cell], read: int, reader: Cell) -> bool:
    """Whether Yosys dares to: by the widths of the terms alone the sum has room, or its reader has no more."""
    terms = [cells[operand] for operand in cells[read].operands]
    signed = any(term.signed for term in terms)
    most = sum((1 << (term.width + (signed and not term.signed))) - 1 for term in terms)
    return most.bit_length() <= cells[read].width or cells[read].width == reader.width


def _would_join(total: Cell, width: int, reader: Cell) -> bool:
    """Whether synthesis would make one sum of so many bits of a sum and of its reader, to no good."""
    is_sum = total.kind in ADDERS and not total.unit and total.stage == reader.stage
    return is_sum and FEW_BITS < width <= reader.width + FEW_BITS


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
