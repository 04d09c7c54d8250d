"""Comparisons with constants, of the bits that decide."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath, is_sign
from symhdl.ir.rebuild import rebuilt
from symhdl.numeric.digits import low_zeros

ORDERED = frozenset({CellKind.LESS, CellKind.LESS_EQUAL})


@dataclass(frozen=True, slots=True)
class _Bound:
    """Whether a cell is below a bound or, if not `below`, whether it is not.

    With `other` as the bound the answer is another one for one number alone, the constant that the cell is compared
    with.
    """

    cell: int
    value: int
    other: int
    below: bool


def with_narrow_comparisons(datapath: Datapath) -> Datapath:
    """The datapath, without registers, with comparisons of upper bits where the lower ones do not matter."""
    cells = datapath.cells
    bounds = {
        index: bound
        for index, cell in enumerate(cells)
        if cell.kind in ORDERED and (bound := _bound_of(cells, cell)) is not None
    }
    chosen = {
        index: max(bound.value, bound.other, key=_zeros) if is_free else bound.value
        for (index, bound), is_free in zip(bounds.items(), _free(datapath, bounds), strict=True)
    }
    narrowed = {
        index: value
        for index, value in chosen.items()
        if (value and _zeros(value)) or value != bounds[index].value
    }
    if not narrowed:
        return datapath

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        if index not in narrowed:
            return None
        bound, value = bounds[index], narrowed[index]
        zeros = low_zeros(value) if value else 0
        upper = builder.shift_right(places[bound.cell], zeros, 0)
        constant = builder.constant(value >> zeros, 0)
        if zeros and value >> zeros == 1 and builder.range(upper) == (0, 1):
            return builder.logical_not(upper) if bound.below else upper
        if bound.below:
            return builder.less(upper, constant)
        return builder.less_equal(constant, upper)

    return rebuilt(datapath, rewrite)


def _bound_of(cells: Sequence[Cell], cell: Cell) -> _Bound | None:
    """What a comparison with a constant asks."""
    a, b = cell.operands
    is_strict = cell.kind is CellKind.LESS
    for variable, constant, below in ((a, b, True), (b, a, False)):
        if cells[constant].kind is CellKind.CONSTANT:
            value = cells[constant].value
            if is_strict is below:
                return _Bound(variable, value, value + 1, below)
            return _Bound(variable, value + 1, value, below)
    return None


def _zeros(value: int) -> int:
    """The low bits of a bound that are 0; of the bound 0, beside which the sign decides, more than any other has."""
    return low_zeros(value) if value else sys.maxsize


def _free(datapath: Datapath, bounds: Iterable[int]) -> list[bool]:
    """For each of the comparisons whether equal operands may compare as they like.

    They may where nothing but choices between these operands reads the comparison.
    """
    cells = datapath.cells
    read_otherwise = {port.cell for port in datapath.outputs}
    for cell in cells:
        is_choice = cell.kind is CellKind.SELECT
        for position, operand in enumerate(cell.operands):
            if cells[operand].kind in ORDERED:
                compared = set(cells[operand].operands)
                if not is_choice or position or set(cell.operands[1:]) != compared:
                    read_otherwise.add(operand)
    return [index not in read_otherwise for index in bounds]


def with_bits_above_zero(datapath: Datapath) -> Datapath:
    """The datapath, without registers, in which a number's sign and a tree over its bits tell whether it is above 0.

    A chain of carries, which synthesis makes of other comparisons, takes more LUTs and levels for that.
    """
    cells = datapath.cells
    with_zero = {
        index: place
        for index, cell in enumerate(cells)
        if cell.kind in ORDERED
        for place in (0, 1)
        if cells[cell.operands[place]].kind is CellKind.CONSTANT
        and cells[cell.operands[place]].value == 0
        and not is_sign(cell, [cells[operand] for operand in cell.operands])
    }
    if not with_zero:
        return datapath

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        if index not in with_zero:
            return None
        cell, place = cells[index], with_zero[index]
        pair = places[cell.operands[1 - place]], places[cell.operands[place]]
        negative = builder.less(*pair)
        is_strict = cell.kind is CellKind.LESS
        if not is_strict and not place:
            return builder.logical_not(negative)
        at_most = builder.logical_or(negative, builder.equal(*pair))
        return builder.logical_not(at_most) if is_strict else at_most

    return rebuilt(datapath, rewrite)


def with_signs_of_differences(datapath: Datapath) -> Datapath:
    """The datapath, without registers, in which numbers with signs are compared by the sign of their difference."""
    cells = datapath.cells
    compared = [
        cell.kind in ORDERED
        and any(cells[operand].signed for operand in cell.operands)
        and all(cells[operand].kind is not CellKind.CONSTANT for operand in cell.operands)
        for cell in cells
    ]
    if not any(compared):
        return datapath

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        if not compared[index]:
            return None
        a, b = (places[operand] for operand in cells[index].operands)
        is_strict = cells[index].kind is CellKind.LESS
        difference = builder.subtract(a, b) if is_strict else builder.subtract(b, a)
        zero = builder.constant(0, builder.fraction(difference))
        is_negative = builder.less(difference, zero)
        return is_negative if is_strict else builder.logical_not(is_negative)

    return rebuilt(datapath, rewrite)
