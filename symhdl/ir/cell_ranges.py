"""The integer range of a cell's operation, from the ranges of its operands alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symhdl.ir.datapath import Cell, CellKind

Range = tuple[int, int]
Cells = Sequence[Cell]
Rule = Callable[[Cells, int, int], Range]


def _multiply(cells: Cells, _p: int, _q: int) -> Range:
    a, b = cells
    corners = (
        a.minimum * b.minimum,
        a.minimum * b.maximum,
        a.maximum * b.minimum,
        a.maximum * b.maximum,
    )
    return min(corners), max(corners)


def _square(cells: Cells, _p: int, _q: int) -> Range:
    low, high = cells[0].minimum, cells[0].maximum
    return 0 if low <= 0 <= high else min(low * low, high * high), max(low * low, high * high)


def _less(cells: Cells, _p: int, _q: int) -> Range:
    a, b = cells
    return int(a.maximum < b.minimum), int(a.minimum < b.maximum)


def _less_equal(cells: Cells, _p: int, _q: int) -> Range:
    a, b = cells
    return int(a.maximum <= b.minimum), int(a.minimum <= b.maximum)


def _equal(cells: Cells, _p: int, _q: int) -> Range:
    a, b = cells
    surely = a.minimum == a.maximum == b.minimum == b.maximum
    return int(surely), int(a.maximum >= b.minimum and b.maximum >= a.minimum)


def _smaller(cells: Cells, _p: int, _q: int) -> Range:
    a, b = cells
    return min(a.minimum, b.minimum), min(a.maximum, b.maximum)


def _larger(cells: Cells, _p: int, _q: int) -> Range:
    a, b = cells
    return max(a.minimum, b.minimum), max(a.maximum, b.maximum)


def _select(cells: Cells, _p: int, _q: int) -> Range:
    _, a, b = cells
    return min(a.minimum, b.minimum), max(a.maximum, b.maximum)


RULES: dict[CellKind, Rule] = {
    CellKind.CONSTANT: lambda c, p, q: (p, p),
    CellKind.ADD: lambda c, p, q: (c[0].minimum + c[1].minimum, c[0].maximum + c[1].maximum),
    CellKind.SUBTRACT: lambda c, p, q: (c[0].minimum - c[1].maximum, c[0].maximum - c[1].minimum),
    CellKind.NEGATE: lambda c, p, q: (-c[0].maximum, -c[0].minimum),
    CellKind.MULTIPLY: _multiply,
    CellKind.SQUARE: _square,
    CellKind.SHIFT_LEFT: lambda c, p, q: (c[0].minimum << p, c[0].maximum << p),
    CellKind.SHIFT_RIGHT: lambda c, p, q: (c[0].minimum >> p, c[0].maximum >> p),
    CellKind.BITS: lambda c, p, q: (0, (1 << q) - 1),
    CellKind.LESS: _less,
    CellKind.LESS_EQUAL: _less_equal,
    CellKind.EQUAL: _equal,
    CellKind.NOT: lambda c, p, q: (1 - c[0].maximum, 1 - c[0].minimum),
    CellKind.AND: _smaller,
    CellKind.OR: _larger,
    CellKind.SELECT: _select,
    CellKind.REGISTER: lambda c, p, q: (c[0].minimum, c[0].maximum),
}
"""The range of every kind but inputs and tables, from the operands and the two parameters."""


def range_of_table(contents: Sequence[int], index: Cell) -> Range:
    """The range of the entries that an index reaches."""
    reached = contents[index.minimum : index.maximum + 1]
    return min(reached), max(reached)


def range_of_operation(cell: Cell, operands: Cells) -> Range:
    """The range that interval arithmetic gives; the cell's own, proved one may be tighter."""
    if cell.kind is CellKind.INPUT:
        return cell.minimum, cell.maximum
    if cell.kind is CellKind.TABLE:
        return range_of_table(cell.contents, operands[0])
    return RULES[cell.kind](operands, cell.parameter, cell.second_parameter)
