"""What the cells of a datapath can be over boxes of its inputs: intervals, and exact sets behind pieces of numbers.

Pieces of an input (BITS), joined and looked up in tables, are far from intervals. Of such cells the set of all values
is kept, one flag each; operands are taken as if each could be anything of its set beside anything of the others', which
is never too little.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from symhdl.ir.cell_ranges import RULES
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.reach import flags_of_reached

Whole = npt.NDArray[np.int64] | npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]

SET_BITS = 11  # of cells of which sets are kept
FLAGS_OF_AN_OPERATION = 16  # take as long as an operation on one number
LONGEST = 62  # bits of an integer of 64 with room for its negative

WITH_SETS = frozenset(
    {CellKind.BITS, CellKind.JOIN, CellKind.TABLE, CellKind.SELECT, CellKind.REGISTER}
)
"""The kinds whose values need not be all those between two ends even where their operands are."""


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """For each box the least and the greatest integer of a cell, and perhaps which of its range there are between."""

    low: Whole
    high: Whole
    members: Flags | None = None
    first: int = 0
    """The integer of the first flag."""

    def flags(self, first: int, last: int) -> Flags:
        """Which of some integers there are, one column each."""
        if self.members is not None:
            return _moved(self.members, self.first - first, last - first + 1)
        values = np.arange(first, last + 1)
        found: Flags = (values >= self.low[:, None]) & (values <= self.high[:, None])
        return found


Rule = Callable[["CellsOverBoxes", Cell, Sequence[Reached]], Reached]


@dataclass(slots=True)
class CellsOverBoxes:
    """Finds what some cells of a datapath can be; `cells` are those that they stand on, in order."""

    datapath: Datapath
    targets: Sequence[int]
    cells: Sequence[int] = field(init=False)
    _type: type = field(init=False)
    _extremes: dict[tuple[int, ...], tuple[list[Whole], list[Whole]]] = field(
        default_factory=dict, init=False
    )

    def __post_init__(self) -> None:
        cells = self.datapath.cells
        reached = flags_of_reached(cells, self.targets)
        self.cells = [k for k in range(len(cells)) if reached[k]]
        largest = max((self._largest(cells[k]) for k in self.cells), default=0)
        self._type = np.int64 if largest < 1 << LONGEST else object

    def _largest(self, cell: Cell) -> int:
        """The largest size of any number on the way to a cell."""
        operands = [self.datapath.cells[o] for o in cell.operands]
        own = [abs(cell.minimum), abs(cell.maximum), abs(cell.value)]
        if cell.kind is not CellKind.INPUT:
            own += map(abs, RULES[cell.kind](cell, operands))
        sizes = [max(abs(o.minimum), abs(o.maximum)) + 1 for o in operands]
        if cell.weights and sizes:
            own.append(abs(cell.value) + max(map(abs, cell.weights)) * sum(sizes) ** (
                2 if cell.kind is CellKind.TWO_ROWS else 1
            ))  # fmt: skip
        return max(own)

    @property
    def operations(self) -> int:
        """About how many operations on one number a box takes."""
        cells = self.datapath.cells
        flags = sum(_span(cells[k]) for k in self.cells if _has_set(cells[k]))
        return 4 * len(self.cells) + flags // FLAGS_OF_AN_OPERATION

    def over(self, inputs: Mapping[str, tuple[Whole, Whole]], boxes: int) -> list[Reached]:
        """What each target can be over so many boxes, given the ends of inputs; others are anything."""
        found: dict[int, Reached] = {}
        cells = self.datapath.cells
        for k in self.cells:
            cell = cells[k]
            if cell.kind is CellKind.INPUT:
                low, high = inputs.get(cell.name, (cell.minimum, cell.maximum))
                found[k] = Reached(self._each(low, boxes), self._each(high, boxes))
                continue
            own = CELL_RULES[cell.kind](self, cell, [found[o] for o in cell.operands])
            # The proved range may say more.
            low = np.maximum(self._each(own.low, boxes), cell.minimum)
            high = np.minimum(self._each(own.high, boxes), cell.maximum)
            found[k] = Reached(low, high, own.members, own.first)
        return [found[k] for k in self.targets]

    def _each(self, values: Whole | int, boxes: int) -> Whole:
        whole: Whole = np.broadcast_to(np.asarray(values, dtype=self._type), boxes)
        return whole

    def constant(self, value: int) -> Reached:
        """The same integer over every box."""
        whole: Whole = np.array([value], dtype=self._type)
        return Reached(whole, whole)

    def least(self, contents: tuple[int, ...], index: Reached) -> tuple[Whole, Whole]:
        """The least and the greatest of the entries between two, from those of 1, 2, 4, ... entries from each on."""
        if contents not in self._extremes:
            entries: Whole = np.array(contents, dtype=self._type)
            least, greatest = [entries], [entries]
            while 2 << (len(least) - 1) <= len(contents):
                half = 1 << (len(least) - 1)
                least.append(np.minimum(least[-1][:-half], least[-1][half:]))
                greatest.append(np.maximum(greatest[-1][:-half], greatest[-1][half:]))
            self._extremes[contents] = least, greatest
        low, high = (np.asarray(end, dtype=np.int64) for end in (index.low, index.high))
        levels = np.frexp((high - low + 1).astype(np.float64))[1] - 1
        least, greatest = self._extremes[contents]
        found: tuple[Whole, Whole] = (
            np.empty(len(low), dtype=self._type), np.empty(len(low), dtype=self._type),
        )  # fmt: skip
        for level in np.unique(levels).tolist():
            at = levels == level
            first, last = low[at], high[at] - (1 << level) + 1
            found[0][at] = np.minimum(least[level][first], least[level][last])
            found[1][at] = np.maximum(greatest[level][first], greatest[level][last])
        return found


def _span(cell: Cell) -> int:
    """How many integers there are in a cell's range."""
    return cell.maximum - cell.minimum + 1


def _has_set(cell: Cell) -> bool:
    return cell.kind in WITH_SETS and _span(cell) <= 1 << SET_BITS


def _bits(_: CellsOverBoxes, cell: Cell, x: Sequence[Reached]) -> Reached:
    """Pieces of neighbours are neighbours, but behind the last one comes the first again."""
    size = 1 << cell.count
    low, high = x[0].low >> cell.shift, x[0].high >> cell.shift
    is_whole = high - low >= size - 1
    first, last = low & (size - 1), high & (size - 1)
    is_around = ~is_whole & (first > last)
    members: Flags | None = None
    if _has_set(cell) and is_around.any():
        values = np.arange(cell.minimum, cell.maximum + 1)
        above, below = values >= first[:, None], values <= last[:, None]
        members = np.where(is_around[:, None], above | below, above & below) | is_whole[:, None]
    is_open = is_whole | is_around
    return Reached(
        np.where(is_open, 0, first), np.where(is_open, size - 1, last), members, cell.minimum
    )


def _joined(o: CellsOverBoxes, cell: Cell, x: Sequence[Reached]) -> Reached:
    """All of the one beside all of the other."""
    upper, lower = x
    low, high = (upper.low << cell.shift) + lower.low, (upper.high << cell.shift) + lower.high
    if not _has_set(cell):
        return Reached(low, high)
    cells = o.datapath.cells
    first = cells[cell.operands[0]]
    width = 1 << cell.shift
    pairs = (
        upper.flags(first.minimum, first.maximum)[:, :, None] & lower.flags(0, width - 1)[:, None]
    )
    flags = pairs.reshape(len(pairs), -1)
    start = (first.minimum << cell.shift) - cell.minimum
    return Reached(low, high, _moved(flags, start, _span(cell)), cell.minimum)


def _moved(flags: Flags, start: int, count: int) -> Flags:
    """Flags from a place on, of which so many from place 0 on are wanted."""
    if start >= 0:
        before = np.zeros((len(flags), start), dtype=np.bool_)
        flags = np.concatenate((before, flags), axis=1)
    else:
        flags = flags[:, -start:]
    missing = count - flags.shape[1]
    if missing > 0:
        behind = np.zeros((len(flags), missing), dtype=np.bool_)
        flags = np.concatenate((flags, behind), axis=1)
    return flags[:, :count]


def _entry(o: CellsOverBoxes, cell: Cell, x: Sequence[Reached]) -> Reached:
    """The entries that the index reaches: one by one, or all between two."""
    (index,) = x
    place = o.datapath.cells[cell.operands[0]]
    if index.members is None and not _has_set(cell):
        return Reached(*o.least(cell.contents, index))
    if _span(place) > 1 << SET_BITS:
        return Reached(*o.least(cell.contents, index))
    # Entries in order: the first that is reached is the least.
    entries: Whole = np.array(cell.contents[place.minimum : place.maximum + 1], dtype=o._type)
    order = np.argsort(entries, kind="stable")
    reached = index.flags(place.minimum, place.maximum)[:, order]
    entries = entries[order]
    low = entries[reached.argmax(axis=1)]
    high = entries[len(entries) - 1 - reached[:, ::-1].argmax(axis=1)]
    if not _has_set(cell):
        return Reached(low, high)
    found = np.unique(entries, return_index=True)
    values, starts = np.asarray(found[0], dtype=np.int64), found[1]
    flags = np.zeros((len(reached), _span(cell)), dtype=np.bool_)
    some = np.logical_or.reduceat(reached, starts, axis=1)
    is_within = (values >= cell.minimum) & (values <= cell.maximum)
    flags[:, values[is_within] - cell.minimum] = some[:, is_within]
    return Reached(low, high, flags, cell.minimum)


def _choice(_: CellsOverBoxes, cell: Cell, x: Sequence[Reached]) -> Reached:
    condition, a, b = x
    surely, never = condition.low == 1, condition.high == 0
    low = np.where(surely, a.low, np.where(never, b.low, np.minimum(a.low, b.low)))
    high = np.where(surely, a.high, np.where(never, b.high, np.maximum(a.high, b.high)))
    if not _has_set(cell) or (a.members is None and b.members is None):
        return Reached(low, high)
    first, last = cell.minimum, cell.maximum
    of_a, of_b = a.flags(first, last), b.flags(first, last)
    flags = np.where(surely[:, None], of_a, np.where(never[:, None], of_b, of_a | of_b))
    return Reached(low, high, flags, first)


def _register(_: CellsOverBoxes, __: Cell, x: Sequence[Reached]) -> Reached:
    return x[0]


def _product_of(a: Reached, b: Reached) -> Reached:
    corners = [p * q for p in (a.low, a.high) for q in (b.low, b.high)]
    low, high = corners[0], corners[0]
    for corner in corners[1:]:
        low, high = np.minimum(low, corner), np.maximum(high, corner)
    return Reached(low, high)


def _product(_: CellsOverBoxes, cell: Cell, x: Sequence[Reached]) -> Reached:
    return _square(_, cell, x) if len(set(cell.operands)) == 1 else _product_of(x[0], x[1])


def _square(_: CellsOverBoxes, __: Cell, x: Sequence[Reached]) -> Reached:
    (a, *_others) = x
    first, last = a.low * a.low, a.high * a.high
    holds_zero = (a.low <= 0) & (a.high >= 0)
    return Reached(np.where(holds_zero, 0, np.minimum(first, last)), np.maximum(first, last))


def _weighted(value: int, terms: Sequence[tuple[int, Reached]]) -> Reached:
    low = high = np.asarray(value, dtype=object if abs(value) >> LONGEST else np.int64)
    for weight, a in terms:
        low = low + weight * (a.low if weight > 0 else a.high)
        high = high + weight * (a.high if weight > 0 else a.low)
    return Reached(low, high)


def _sum(_: CellsOverBoxes, cell: Cell, x: Sequence[Reached]) -> Reached:
    """Terms of one cell count together."""
    weights: dict[int, int] = {}
    for weight, operand in zip(cell.weights, cell.operands, strict=True):
        weights[operand] = weights.get(operand, 0) + weight
    by_operand = dict(zip(cell.operands, x, strict=True))
    return _weighted(cell.value, [(weight, by_operand[a]) for a, weight in weights.items()])


def _row(_: CellsOverBoxes, cell: Cell, x: Sequence[Reached]) -> Reached:
    """What each digit makes of the number, those of the digits that there may be."""
    digit, number = x
    found: list[Reached] = []
    for weight in cell.weights:
        ends = weight * number.low - (weight < 0), weight * number.high - (weight < 0)
        found.append(Reached(np.minimum(*ends), np.maximum(*ends)))
    first = np.asarray(digit.low, dtype=np.int64)
    low, high = np.choose(first, [r.low for r in found]), np.choose(first, [r.high for r in found])
    for value, r in enumerate(found):
        may_be = (digit.low <= value) & (value <= digit.high)
        low = np.where(may_be, np.minimum(low, r.low), low)
        high = np.where(may_be, np.maximum(high, r.high), high)
    return Reached(low, high)


def _two_rows(_: CellsOverBoxes, cell: Cell, x: Sequence[Reached]) -> Reached:
    a, b, c, d = x
    pairs = _product_of(a, b), _product_of(c, d)
    return _weighted(cell.value, list(zip(cell.weights, pairs, strict=True)))


def _compared(*, or_equal: bool) -> Rule:
    def rule(_: CellsOverBoxes, __: Cell, x: Sequence[Reached]) -> Reached:
        a, b = x
        if or_equal:
            return Reached(1 * (a.high <= b.low), 1 * (a.low <= b.high))
        return Reached(1 * (a.high < b.low), 1 * (a.low < b.high))

    return rule


def _equal(_: CellsOverBoxes, __: Cell, x: Sequence[Reached]) -> Reached:
    a, b = x
    surely = (a.low == a.high) & (b.low == b.high) & (a.low == b.low)
    return Reached(1 * surely, 1 * ((a.high >= b.low) & (b.high >= a.low)))


CELL_RULES: Mapping[CellKind, Rule] = {
    CellKind.CONSTANT: lambda o, cell, _: o.constant(cell.value),
    CellKind.ADD: lambda _, __, x: Reached(x[0].low + x[1].low, x[0].high + x[1].high),
    CellKind.SUBTRACT: lambda _, __, x: Reached(x[0].low - x[1].high, x[0].high - x[1].low),
    CellKind.NEGATE: lambda _, __, x: Reached(-x[0].high, -x[0].low),
    CellKind.SUM: _sum,
    CellKind.MULTIPLY: _product,
    CellKind.SQUARE: _square,
    CellKind.ROW: _row,
    CellKind.TWO_ROWS: _two_rows,
    CellKind.SHIFT_LEFT: lambda _, c, x: Reached(x[0].low << c.shift, x[0].high << c.shift),
    CellKind.SHIFT_RIGHT: lambda _, c, x: Reached(x[0].low >> c.shift, x[0].high >> c.shift),
    CellKind.BITS: _bits,
    CellKind.JOIN: _joined,
    CellKind.TABLE: _entry,
    CellKind.LESS: _compared(or_equal=False),
    CellKind.LESS_EQUAL: _compared(or_equal=True),
    CellKind.EQUAL: _equal,
    CellKind.NOT: lambda _, __, x: Reached(1 - x[0].high, 1 - x[0].low),
    CellKind.AND: lambda _, __, x: Reached(*map(np.minimum, *((r.low, r.high) for r in x))),
    CellKind.OR: lambda _, __, x: Reached(*map(np.maximum, *((r.low, r.high) for r in x))),
    CellKind.SELECT: _choice,
    CellKind.REGISTER: _register,
}
"""What every kind but inputs can be, given what its operands can be."""
