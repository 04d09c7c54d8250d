"""Sums of sums as one sum: what is added, shifted or multiplied by a constant for one sum alone becomes terms of it."""

from __future__ import annotations

from collections.abc import Sequence

from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.cell_ranges import range_of_operation
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.linear import weights_of
from symhdl.ir.reach import use_counts_of
from symhdl.ir.rebuild import rebuilt
from symhdl.numeric.digits import digit_count
from symhdl.numeric.fixed import width_of_range

MERGED = frozenset({CellKind.SUM, CellKind.NEGATE, CellKind.SHIFT_LEFT})
"""What can become terms of a sum. Two-operand adders were placed by who knows why, in an approximation for example."""


def with_merged_sums(datapath: Datapath) -> Datapath:
    """The datapath, without registers, with sums merged into those that alone use them."""
    cells = datapath.cells
    merged = _merged(datapath)
    if not any(merged):
        return datapath

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        cell = cells[index]
        if (
            merged[index]
            or cell.kind is not CellKind.SUM
            or not any(merged[a] for a in cell.operands)
        ):
            return None
        value, terms = _terms(cells, index, merged)
        return builder.sum([(w, places[a]) for w, a in terms], value, cell.fraction)

    return rebuilt(datapath, rewrite)


def _merged(datapath: Datapath) -> list[bool]:
    """For every cell whether it becomes terms of the one sum that uses it."""
    cells = datapath.cells
    uses = use_counts_of(cells, (port.cell for port in datapath.outputs))
    merged = [False] * len(cells)
    for index in range(len(cells) - 1, -1, -1):
        user = cells[index]
        if user.unit or not (user.kind is CellKind.SUM or merged[index]):
            continue
        for weight, operand in zip(weights_of(user), user.operands, strict=True):
            if uses[operand] == 1:
                merged[operand] = _is_better_merged(cells, user, weight, operand)
    return merged


def _is_better_merged(cells: Sequence[Cell], user: Cell, weight: int, index: int) -> bool:
    """Whether a term of the sum `user` costs no more adders as terms for each of its operands."""
    cell = cells[index]
    if cell.kind not in MERGED or cell.unit or _saves_bits(cells, cell, user):
        return False
    if digit_count(weight) == 1:
        return True
    inner = weights_of(cell)
    apart = digit_count(weight) - 1 + sum(digit_count(each) - 1 for each in inner)
    return sum(digit_count(weight * each) - 1 for each in inner) <= apart


def _saves_bits(cells: Sequence[Cell], cell: Cell, user: Cell) -> bool:
    """Whether more is known of the cell's range than its operands tell, and adders are narrower for that."""
    if cell.kind is CellKind.SUM and len(cell.operands) == 1:
        return False  # a product with a constant, whose range is that of its operand
    if len(user.operands) == 1:
        return False  # nothing but a constant is added: as much is known of that sum
    low, high = range_of_operation(cell, [cells[operand] for operand in cell.operands])
    return width_of_range(low, high) != width_of_range(cell.minimum, cell.maximum)


def _terms(
    cells: Sequence[Cell], root: int, merged: Sequence[bool]
) -> tuple[int, list[tuple[int, int]]]:
    """The constant term of a sum, and its terms (weight, cell), with those of the merged cells in their place."""
    value, terms = 0, []
    waiting = [(1, root)]
    while waiting:
        factor, index = waiting.pop()
        cell = cells[index]
        value += factor * cell.value
        for weight, operand in zip(weights_of(cell), cell.operands, strict=True):
            if merged[operand]:
                waiting.append((factor * weight, operand))
            else:
                terms.append((factor * weight, operand))
    return value, terms
