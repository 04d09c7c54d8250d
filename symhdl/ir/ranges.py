"""The integer range of a cell's operation, from the ranges of its operands alone."""

from __future__ import annotations

from collections.abc import Callable

from symhdl.ir.datapath import Cell, CellKind

Range = tuple[int, int]
Rule = Callable[[Cell, tuple[Cell, ...]], Range]


def _multiply(_cell: Cell, operands: tuple[Cell, ...]) -> Range:
    a, b = operands
    corners = [x * y for x in (a.minimum, a.maximum) for y in (b.minimum, b.maximum)]
    return min(corners), max(corners)


def _square(_cell: Cell, operands: tuple[Cell, ...]) -> Range:
    low, high = operands[0].minimum, operands[0].maximum
    ends = (low * low, high * high)
    return (0 if low <= 0 <= high else min(ends)), max(ends)


def _table(cell: Cell, operands: tuple[Cell, ...]) -> Range:
    reached = cell.contents[operands[0].minimum : operands[0].maximum + 1]
    return min(reached), max(reached)


def _either(operands: tuple[Cell, ...]) -> Range:
    return min(o.minimum for o in operands), max(o.maximum for o in operands)


RULES: dict[CellKind, Rule] = {
    CellKind.INPUT: lambda cell, o: (cell.minimum, cell.maximum),
    CellKind.CONSTANT: lambda cell, o: (cell.parameter, cell.parameter),
    CellKind.ADD: lambda cell, o: (o[0].minimum + o[1].minimum, o[0].maximum + o[1].maximum),
    CellKind.SUBTRACT: lambda cell, o: (o[0].minimum - o[1].maximum, o[0].maximum - o[1].minimum),
    CellKind.NEGATE: lambda cell, o: (-o[0].maximum, -o[0].minimum),
    CellKind.MULTIPLY: _multiply,
    CellKind.SQUARE: _square,
    CellKind.SHIFT_LEFT: lambda cell, o: (
        o[0].minimum << cell.parameter,
        o[0].maximum << cell.parameter,
    ),
    CellKind.SHIFT_RIGHT: lambda cell, o: (
        o[0].minimum >> cell.parameter,
        o[0].maximum >> cell.parameter,
    ),
    CellKind.BITS: lambda cell, o: (0, (1 << cell.second_parameter) - 1),
    CellKind.TABLE: _table,
    CellKind.LESS: lambda cell, o: (0, 1),
    CellKind.LESS_EQUAL: lambda cell, o: (0, 1),
    CellKind.EQUAL: lambda cell, o: (0, 1),
    CellKind.NOT: lambda cell, o: (1 - o[0].maximum, 1 - o[0].minimum),
    CellKind.AND: lambda cell, o: (0, min(o[0].maximum, o[1].maximum)),
    CellKind.OR: lambda cell, o: (max(o[0].minimum, o[1].minimum), 1),
    CellKind.SELECT: lambda cell, o: _either(o[1:]),
    CellKind.REGISTER: lambda cell, o: (o[0].minimum, o[0].maximum),
}


def range_of_operation(cell: Cell, operands: tuple[Cell, ...]) -> Range:
    """The range that interval arithmetic gives; the cell's own, proved one may be tighter."""
    return RULES[cell.kind](cell, operands)
