"""The integer range of a cell's operation, from the ranges of its operands alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from symhdl.ir.datapath import Cell, CellKind

Range = tuple[int, int]
Cells = Sequence[Cell]
Rule = Callable[[Cell, Cells], Range]


def _less(_cell: Cell, operands: Cells) -> Range:
    a, b = operands
    return int(a.maximum < b.minimum), int(a.minimum < b.maximum)


def _less_equal(_cell: Cell, operands: Cells) -> Range:
    a, b = operands
    return int(a.maximum <= b.minimum), int(a.minimum <= b.maximum)


def _equal(_cell: Cell, operands: Cells) -> Range:
    a, b = operands
    surely = a.minimum == a.maximum == b.minimum == b.maximum
    return int(surely), int(a.maximum >= b.minimum and b.maximum >= a.minimum)


def _smaller(_cell: Cell, operands: Cells) -> Range:
    a, b = operands
    return min(a.minimum, b.minimum), min(a.maximum, b.maximum)


def _larger(_cell: Cell, operands: Cells) -> Range:
    a, b = operands
    return max(a.minimum, b.minimum), max(a.maximum, b.maximum)


def _select(_cell: Cell, operands: Cells) -> Range:
    _, a, b = operands
    return min(a.minimum, b.minimum), max(a.maximum, b.maximum)


def range_of_square(low: int, high: int) -> Range:
    """The least and the greatest square of the numbers of a range."""
    ends = low * low, high * high
    return 0 if low <= 0 <= high else min(ends), max(ends)


def _product(a: Cell, b: Cell) -> Range:
    """The range of a * b; of a square if both are one cell."""
    if a is b:
        return range_of_square(a.minimum, a.maximum)
    corners = (
        a.minimum * b.minimum,
        a.minimum * b.maximum,
        a.maximum * b.minimum,
        a.maximum * b.maximum,
    )
    return min(corners), max(corners)


def _weighted(value: int, terms: Iterable[tuple[int, Range]]) -> Range:
    """The range of a constant term and weighted terms."""
    minimum = maximum = value
    for weight, (low, high) in terms:
        minimum += weight * (low if weight > 0 else high)
        maximum += weight * (high if weight > 0 else low)
    return minimum, maximum


def _sum(cell: Cell, operands: Cells) -> Range:
    """Terms of one cell count together, so that 8 a - a is never negative where a is not."""
    ranges = [(a.minimum, a.maximum) for a in operands]
    if len(set(cell.operands)) == len(ranges):
        return _weighted(cell.value, zip(cell.weights, ranges, strict=True))
    weights: dict[int, int] = {}
    for weight, operand in zip(cell.weights, cell.operands, strict=True):
        weights[operand] = weights.get(operand, 0) + weight
    by_operand = dict(zip(cell.operands, ranges, strict=True))
    return _weighted(cell.value, ((weight, by_operand[a]) for a, weight in weights.items()))


def _row(cell: Cell, operands: Cells) -> Range:
    index, b = operands
    weights = cell.weights[index.minimum : index.maximum + 1]
    ends = [w * end - (w < 0) for w in weights for end in (b.minimum, b.maximum)]
    return min(ends), max(ends)


def _two_rows(cell: Cell, operands: Cells) -> Range:
    a, b, c, d = operands
    return _weighted(cell.value, zip(cell.weights, (_product(a, b), _product(c, d)), strict=True))


def _join(cell: Cell, operands: Cells) -> Range:
    a, b = operands
    return (a.minimum << cell.shift) + b.minimum, (a.maximum << cell.shift) + b.maximum


RULES: dict[CellKind, Rule] = {
    CellKind.CONSTANT: lambda cell, _: (cell.value, cell.value),
    CellKind.ADD: lambda _, o: (o[0].minimum + o[1].minimum, o[0].maximum + o[1].maximum),
    CellKind.SUBTRACT: lambda _, o: (o[0].minimum - o[1].maximum, o[0].maximum - o[1].minimum),
    CellKind.NEGATE: lambda _, o: (-o[0].maximum, -o[0].minimum),
    CellKind.SUM: _sum,
    CellKind.MULTIPLY: lambda _, o: _product(o[0], o[1]),
    CellKind.SQUARE: lambda _, o: _product(o[0], o[0]),
    CellKind.ROW: _row,
    CellKind.TWO_ROWS: _two_rows,
    CellKind.SHIFT_LEFT: lambda cell, o: (o[0].minimum << cell.shift, o[0].maximum << cell.shift),
    CellKind.SHIFT_RIGHT: lambda cell, o: (o[0].minimum >> cell.shift, o[0].maximum >> cell.shift),
    CellKind.BITS: lambda cell, _: (0, (1 << cell.count) - 1),
    CellKind.JOIN: _join,
    CellKind.TABLE: lambda cell, o: range_of_table(cell.contents, o[0]),
    CellKind.LESS: _less,
    CellKind.LESS_EQUAL: _less_equal,
    CellKind.EQUAL: _equal,
    CellKind.NOT: lambda _, o: (1 - o[0].maximum, 1 - o[0].minimum),
    CellKind.AND: _smaller,
    CellKind.OR: _larger,
    CellKind.SELECT: _select,
    CellKind.REGISTER: lambda _, o: (o[0].minimum, o[0].maximum),
}
"""The range of every kind but inputs, from the cell's parameters and its operands."""


def range_of_table(contents: Sequence[int], index: Cell) -> Range:
    """The range of the entries that an index reaches."""
    reached = contents[index.minimum : index.maximum + 1]
    return min(reached), max(reached)


def range_of_operation(cell: Cell, operands: Cells) -> Range:
    """The range that interval arithmetic gives; the cell's own, proved one may be tighter."""
    if cell.kind is CellKind.INPUT:
        return cell.minimum, cell.maximum
    return RULES[cell.kind](cell, operands)
