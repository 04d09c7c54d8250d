"""Changes of sign that a condition decides, as one chain: the bits inverted or not, and the condition as its carry."""

from __future__ import annotations

from collections.abc import Sequence

from symhdl.arithmetic.products import without_zeros
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.ir.rebuild import rebuilt
from symhdl.ir.signs import is_change_of_sign

AS_IT_IS_OR_NEGATIVE = (1, -1)
"""The weights of the row that a condition chooses from."""


def with_signs_in_chains(datapath: Datapath) -> Datapath:
    """The datapath, without registers, in which no choice stands between a number and its negative."""
    cells = datapath.cells
    if not any(is_change_of_sign(cells, cell) for cell in cells):
        return datapath

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        cell = cells[index]
        if not is_change_of_sign(cells, cell):
            return None
        condition, negative, number = (places[operand] for operand in cell.operands)
        if cells[cell.operands[1]].kind is not CellKind.NEGATE:
            condition, number = builder.logical_not(condition), negative
        zeros, fraction = 0, cell.fraction
        if builder.cells[number].kind is CellKind.SHIFT_LEFT:
            number, zeros = without_zeros(builder, number)
            fraction = 0
        row = builder.row(condition, number, AS_IT_IS_OR_NEGATIVE, fraction)
        total = builder.add(row, builder.shift_left(condition, 0, fraction))
        total = builder.narrow(total, -(-cell.minimum >> zeros), cell.maximum >> zeros)
        return builder.shift_left(total, zeros, cell.fraction)

    return rebuilt(datapath, rewrite)
