"""Proves the ranges of a datapath again, from those of its inputs alone.

Most ranges follow from those of the operands. Others are tighter: the compiler knew more, such as that both factors of
x (1 - x) come from one x. Such a claim is proved here by cutting its range of causes into boxes: a cut is a set of
cells through which all ways from the inputs to the claim lead. Each box gives every cell behind the cut an interval,
and the claim holds if it does in every box. Where all boxes are single integers this is no estimate but every case.
Before that a claim is looked at as a polynomial: 8 x - x, as products with constants are built, is one multiple of x,
and products in rows or parts are products of their factors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhdl.errors import error
from symhdl.ir.cell_ranges import range_of_operation
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.verify import claimed_cells
from symhdl.verify.polynomials import Forms, holds_as_polynomial

ALL_WORK = 1 << 25
"""Intervals that are computed for all claims together; what one leaves is shared by those that follow."""

MOST_ATTEMPTS = 3
INEXACT_SHARE = 8
"""Of a claim's work one part in so many is for an attempt that may prove nothing however many boxes it has."""

LARGEST_CONE = 500
SAFE_BITS = 62

Array = npt.NDArray[np.int64]
Interval = tuple[Array, Array]


def open_claims(datapath: Datapath) -> tuple[int, ...]:
    """The cells whose ranges are claimed and could not be proved within the work that is spent on it.

    Raises SymhdlError for a claim that is wrong.
    """
    claims = claimed_cells(datapath)
    left, found, forms = ALL_WORK, [], Forms(datapath.cells)
    for place, index in enumerate(claims):
        spent, proved = _tried(forms, index, left // (len(claims) - place))
        left -= spent
        if not proved:
            found.append(index)
    return tuple(found)


def _tried(forms: Forms, index: int, limit: int) -> tuple[int, bool]:
    """The work that was spent on a claim, and whether it is proved. Claims of cells before it are relied on."""
    cells = forms.cells
    if holds_as_polynomial(forms, index):
        return LARGEST_CONE, True
    cuts = [cut for cut in _cuts(cells, index) if _is_safe(cells, cut)]
    attempts = [(cut, *_boxes_of(cells, cut, limit)) for cut in cuts]
    attempts.sort(key=lambda attempt: (not attempt[2], -len(attempt[0].cone)))
    spent = 0
    for cut, boxes, exact in attempts[:MOST_ATTEMPTS]:
        if boxes == 0 or spent + boxes * len(cut.cone) > limit:
            continue
        spent += boxes * len(cut.cone)
        low, high = _hull(cells, index, cut, boxes)
        cell = cells[index]
        if cell.minimum <= low and high <= cell.maximum:
            return spent, True
        if exact and all(cells[one].kind is CellKind.INPUT for one in cut.causes):
            found = low if low < cell.minimum else high
            text = f"%{index} can be {found}, outside of its range {cell.minimum}..{cell.maximum}"
            raise error("wrong-range", f"the datapath is wrong: {text}", help="compile again")
    return spent, False


# --- cuts -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cut:
    """Cells on which a claim hangs, and the cells behind them up to the claim, in order."""

    causes: tuple[int, ...]
    cone: tuple[int, ...]


def _boxes_of(cells: Sequence[Cell], cut: Cut, limit: int) -> tuple[int, bool]:
    """Into how many boxes a cut's integers are divided, and whether every combination of them is one."""
    every = math.prod(_size(cells[index]) for index in cut.causes)
    if every * len(cut.cone) <= limit:
        return every, True
    return limit // INEXACT_SHARE // len(cut.cone), False


def _size(cell: Cell) -> int:
    return cell.maximum - cell.minimum + 1


def _cuts(cells: Sequence[Cell], index: int) -> Iterator[Cut]:
    """Cuts of one cell, from the claim towards the inputs, and that of all inputs, while cones are not too large."""
    behind = {index}
    causes = _causes(cells, index)
    while causes and len(behind) <= LARGEST_CONE:
        inner = [cause for cause in causes if cells[cause].operands]
        if len(causes) == 1 or not inner:
            yield Cut(tuple(sorted(causes)), tuple(sorted(behind)))
        if not inner:
            return
        last = max(inner)
        behind.add(last)
        causes = (causes - {last}) | _causes(cells, last)


def _causes(cells: Sequence[Cell], index: int) -> frozenset[int]:
    operands = cells[index].operands
    return frozenset(one for one in operands if cells[one].kind is not CellKind.CONSTANT)


def _is_safe(cells: Sequence[Cell], cut: Cut) -> bool:
    """Whether int64 holds all that is computed behind the cut."""
    limit = 1 << SAFE_BITS
    for index in cut.cone:
        operands = [cells[operand] for operand in cells[index].operands]
        low, high = range_of_operation(cells[index], operands)
        ends = (low, high, *(end for cell in operands for end in (cell.minimum, cell.maximum)))
        cell = cells[index]
        # Every part of a sum is to fit, whatever the others do.
        size = sum(abs(weight) for weight in cell.weights) or 1
        if any(abs(end) * size >= limit for end in ends) or abs(cell.value) >= limit:
            return False
        if max(cell.shift, cell.count) > SAFE_BITS:
            return False
    return True


# --- boxes ----------------------------------------------------------------------------------------


def _hull(cells: Sequence[Cell], index: int, cut: Cut, boxes: int) -> tuple[int, int]:
    """The least and the greatest integer that the claim's cell can have, as the boxes of the cut tell."""
    values: dict[int, Interval] = dict(zip(cut.causes, _boxes(cells, cut, boxes), strict=True))
    for place in cut.cone:
        cell = cells[place]
        operands = [
            values[one] if one in values else _constant(cells[one]) for one in cell.operands
        ]
        low, high = INTERVALS[cell.kind](cell, operands)
        if place != index:  # claimed of a cell before this one; a box that it leaves does not occur
            low, high = (np.clip(end, cell.minimum, cell.maximum) for end in (low, high))
        values[place] = low, high
    low, high = values[index]
    return int(low.min()), int(high.max())


def _boxes(cells: Sequence[Cell], cut: Cut, boxes: int) -> Iterator[Interval]:
    """For every cause the intervals that it has in the boxes."""
    sizes = [_size(cells[index]) for index in cut.causes]
    counts = [1] * len(sizes)
    while True:
        widest = max(range(len(sizes)), key=lambda place: sizes[place] / counts[place])
        wider = min(2 * counts[widest], sizes[widest])
        others = math.prod(counts) // counts[widest]
        wider = min(wider, max(1, boxes // others))
        if wider == counts[widest]:
            break
        counts[widest] = wider
    inner = 1
    total = math.prod(counts)
    for index, size, count in zip(cut.causes, sizes, counts, strict=True):
        edges = np.array([cells[index].minimum + size * n // count for n in range(count + 1)])
        place = np.arange(total) // inner % count
        inner *= count
        yield edges[place], edges[place + 1] - 1


def _constant(cell: Cell) -> Interval:
    value = np.array([cell.value], dtype=np.int64)
    return value, value


def _multiply(_: Cell, operands: Sequence[Interval]) -> Interval:
    (a, b), (c, d) = operands
    corners = (a * c, a * d, b * c, b * d)
    return np.minimum.reduce(corners), np.maximum.reduce(corners)


def _square(_: Cell, operands: Sequence[Interval]) -> Interval:
    low, high = operands[0]
    ends = low * low, high * high
    least = np.where((low <= 0) & (high >= 0), 0, np.minimum(*ends))
    return least, np.maximum(*ends)


def _sum(cell: Cell, operands: Sequence[Interval]) -> Interval:
    low = high = np.array([cell.value], dtype=np.int64)
    for weight, (a, b) in zip(cell.weights, operands, strict=True):
        low = low + weight * (a if weight > 0 else b)
        high = high + weight * (b if weight > 0 else a)
    return low, high


def _row(cell: Cell, operands: Sequence[Interval]) -> Interval:
    """The hull over the digits of an interval."""
    (first, last), (a, b) = operands
    shape = np.broadcast(first, a)
    low = np.full(shape.shape, 1 << SAFE_BITS, dtype=np.int64)
    high = -low
    for digit, weight in enumerate(cell.weights):
        inside = (first <= digit) & (digit <= last)
        ends = weight * a - (weight < 0), weight * b - (weight < 0)
        low = np.where(inside, np.minimum(low, np.minimum(*ends)), low)
        high = np.where(inside, np.maximum(high, np.maximum(*ends)), high)
    return low, high


def _two_rows(cell: Cell, operands: Sequence[Interval]) -> Interval:
    pairs = operands[:2], operands[2:]
    return _sum(cell, [_multiply(cell, pair) for pair in pairs])


def _bits(cell: Cell, operands: Sequence[Interval]) -> Interval:
    count, mask = cell.count, (1 << cell.count) - 1
    low, high = (end >> cell.shift for end in operands[0])
    together = low >> count == high >> count
    return np.where(together, low & mask, 0), np.where(together, high & mask, mask)


def _table(cell: Cell, operands: Sequence[Interval]) -> Interval:
    """The least and the greatest entry between two indices, from those of runs of 2, 4, 8, ... entries."""
    low, high = operands[0]
    least = most = np.array(cell.contents, dtype=np.int64)
    levels = np.frexp((high - low + 1).astype(np.float64))[1] - 1  # runs of 2**level overlap
    found_low, found_high = np.zeros_like(low), np.zeros_like(low)
    for level in range(int(levels.max()) + 1):
        chosen = levels == level
        first, second = low[chosen], high[chosen] - (1 << level) + 1
        found_low[chosen] = np.minimum(least[first], least[second])
        found_high[chosen] = np.maximum(most[first], most[second])
        run = 1 << level
        least = np.minimum(least[:-run], least[run:])
        most = np.maximum(most[:-run], most[run:])
    return found_low, found_high


def _less(_: Cell, operands: Sequence[Interval]) -> Interval:
    (a, b), (c, d) = operands
    return (b < c).astype(np.int64), (a < d).astype(np.int64)


def _less_equal(_: Cell, operands: Sequence[Interval]) -> Interval:
    (a, b), (c, d) = operands
    return (b <= c).astype(np.int64), (a <= d).astype(np.int64)


def _equal(_: Cell, operands: Sequence[Interval]) -> Interval:
    (a, b), (c, d) = operands
    surely = (a == b) & (b == c) & (c == d)
    return surely.astype(np.int64), ((b >= c) & (d >= a)).astype(np.int64)


def _select(_: Cell, operands: Sequence[Interval]) -> Interval:
    (no, yes), (a, b), (c, d) = operands
    low = np.where(no == 1, a, np.where(yes == 0, c, np.minimum(a, c)))
    return low, np.where(no == 1, b, np.where(yes == 0, d, np.maximum(b, d)))


INTERVALS: Mapping[CellKind, Callable[[Cell, Sequence[Interval]], Interval]] = {
    CellKind.ADD: lambda _, x: (x[0][0] + x[1][0], x[0][1] + x[1][1]),
    CellKind.SUBTRACT: lambda _, x: (x[0][0] - x[1][1], x[0][1] - x[1][0]),
    CellKind.NEGATE: lambda _, x: (-x[0][1], -x[0][0]),
    CellKind.SUM: _sum,
    CellKind.MULTIPLY: _multiply,
    CellKind.SQUARE: _square,
    CellKind.ROW: _row,
    CellKind.TWO_ROWS: _two_rows,
    CellKind.SHIFT_LEFT: lambda cell, x: (x[0][0] << cell.shift, x[0][1] << cell.shift),
    CellKind.SHIFT_RIGHT: lambda cell, x: (x[0][0] >> cell.shift, x[0][1] >> cell.shift),
    CellKind.BITS: _bits,
    CellKind.JOIN: lambda cell, x: (
        (x[0][0] << cell.shift) + x[1][0],
        (x[0][1] << cell.shift) + x[1][1],
    ),
    CellKind.TABLE: _table,
    CellKind.LESS: _less,
    CellKind.LESS_EQUAL: _less_equal,
    CellKind.EQUAL: _equal,
    CellKind.NOT: lambda _, x: (1 - x[0][1], 1 - x[0][0]),
    CellKind.AND: lambda _, x: (np.minimum(x[0][0], x[1][0]), np.minimum(x[0][1], x[1][1])),
    CellKind.OR: lambda _, x: (np.maximum(x[0][0], x[1][0]), np.maximum(x[0][1], x[1][1])),
    CellKind.SELECT: _select,
    CellKind.REGISTER: lambda _, x: x[0],
}
"""The intervals of every kind but inputs and constants, from those of the operands."""
