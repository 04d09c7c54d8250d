"""Cells as sums of multiples of their operands: one view of sums, differences, negations and shifts."""

from __future__ import annotations

from collections.abc import Callable

from symhdl.ir.datapath import Cell, CellKind

Weights = tuple[int, ...]

WEIGHTS: dict[CellKind, Callable[[Cell], Weights]] = {
    CellKind.ADD: lambda _: (1, 1),
    CellKind.SUBTRACT: lambda _: (1, -1),
    CellKind.NEGATE: lambda _: (-1,),
    CellKind.SUM: lambda cell: cell.weights,
    CellKind.SHIFT_LEFT: lambda cell: (1 << cell.shift,),
    CellKind.REGISTER: lambda _: (1,),
}
"""What the operands are multiplied by; the constant term is the cell's `value`."""


def weights_of(cell: Cell) -> Weights:
    """The weight of every operand; nothing for a cell that is no such sum."""
    found = WEIGHTS.get(cell.kind)
    return () if found is None else found(cell)
