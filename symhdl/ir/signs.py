"""Choices between a number and its negative: one carry chain, whatever cells they are made of."""

from __future__ import annotations

from collections.abc import Sequence

from symhdl.ir.datapath import Cell, CellKind


def is_change_of_sign(cells: Sequence[Cell], cell: Cell) -> bool:
    """Whether the cell chooses between a number and its negative."""
    if cell.kind is not CellKind.SELECT:
        return False
    _, first, second = cell.operands
    return any(
        cells[negative].kind is CellKind.NEGATE and cells[negative].operands[0] == number
        for negative, number in ((first, second), (second, first))
    )
