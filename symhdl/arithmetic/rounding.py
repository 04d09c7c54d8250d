"""Rounding to nearest as the sum of the bits that stay and the first one that goes."""

from __future__ import annotations

from collections.abc import Sequence

from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.reach import use_counts_of
from symhdl.ir.rebuild import rebuilt


def with_short_roundings(datapath: Datapath) -> Datapath:
    """The datapath, without registers, in which half a unit is added behind the cut instead of before it."""
    cells = datapath.cells
    uses = use_counts_of(cells, (port.cell for port in datapath.outputs))
    rounded = {
        index
        for index, cell in enumerate(cells)
        if cell.kind is CellKind.SHIFT_RIGHT and uses[cell.operands[0]] == 1
        if _adds_half(cells[cell.operands[0]], cell.shift) and _spans(cells, cell)
    }
    if not rounded:
        return datapath

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        if index not in rounded:
            return None
        cell = cells[index]
        place = places[cells[cell.operands[0]].operands[0]]
        kept = builder.shift_right(place, cell.shift, cell.fraction)
        first_cut = builder.bits(place, cell.shift - 1, 1, cell.fraction)
        return builder.sum([(1, kept), (1, first_cut)], 0, cell.fraction)

    return rebuilt(datapath, rewrite)


def _adds_half(cell: Cell, shift: int) -> bool:
    """Whether the cell is another one and half of the unit that is left when so many bits are cut."""
    return cell.kind is CellKind.SUM and cell.weights == (1,) and 2 * cell.value == 1 << shift


def _spans(cells: Sequence[Cell], cell: Cell) -> bool:
    """Whether the least number is rounded down and the greatest up.

    Otherwise more is known of the result than ranges tell of a sum with a bit, and somebody has to prove it.
    """
    source = cells[cells[cell.operands[0]].operands[0]]
    down, up = source.minimum >> cell.shift, (source.maximum >> cell.shift) + 1
    return (down, up) == (cell.minimum, cell.maximum)
