"""Bounds of a node by boxes of the inputs, the worst of which are cut until they are good enough or the work is done.

Over each box three methods bound the node, and what they have in common holds: its operations one after the other; the
mean value theorem, f(X) in f(c) + f'(X) (X - c), which keeps what operands have in common (Moore 1966); and, where the
sign of a derivative is known, the values at the ends of that input alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from symhdl.analysis.cones import NONE, Cone, Values
from symhdl.analysis.spaces import Indices, Mask
from symhdl.numeric.fixed import power_of_two
from symhdl.numeric.interval import Floats, Intervals
from symhdl.request import InputPlan

Integers = npt.NDArray[np.int64]
Span = tuple[float, float]
Aim = Callable[[Span], Span]
"""The bound that is good enough where something is known to be reached."""

LONGEST = 52  # bits of an input of which middles are doubles
GRID = 20  # bits of the integers that an inner node is cut into
FINEST = 900  # fractional bits, of either sign
STEP = 256  # boxes that take as long as what is there for any number of them
OF_FUNCTION = 40  # operations on a box that take as long as a function
PASSES = 7  # of operations over a box, for all methods
MOST = 4096  # boxes at a time
BATCH = 128  # boxes at a time, even where fewer are worth it
UNBOUNDED = 1e290


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Boxes of integers of some inputs, which are nodes: a line for each input, a column for each box.

    For an inner node among the inputs an integer stands for the numbers from it to the next.
    """

    inputs: tuple[int, ...]
    low: Integers
    high: Integers

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self.low.shape[1])

    def __getitem__(self, chosen: Indices | Mask) -> Boxes:
        return Boxes(self.inputs, self.low[:, chosen], self.high[:, chosen])

    def with_others(self, others: Boxes) -> Boxes:
        """These and others of the same inputs."""
        return Boxes(
            self.inputs, np.hstack((self.low, others.low)), np.hstack((self.high, others.high))
        )

    def halves(self, places: npt.NDArray[np.intp], straight: Mask) -> Boxes:
        """Each box cut in the middle of one of its inputs, or to the ends of one in which the node is straight."""
        columns, at_ends = np.arange(self.count), straight[places]
        below, above = self.high.copy(), self.low.copy()
        low, high = self.low[places, columns], self.high[places, columns]
        middle = low + (high - low) // 2
        below[places, columns] = np.where(at_ends, low, middle)
        above[places, columns] = np.where(at_ends, high, middle + 1)
        return Boxes(self.inputs, self.low, below).with_others(Boxes(self.inputs, above, self.high))


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """A bound of a node wherever the inputs are, the boxes over each of which it was found, and limits it stands on.

    `fractions` are the fractional bits of the inputs' integers. `seen` was met in some boxes: it is reached, unless
    inner nodes stand in the place of inputs.
    """

    lower: float
    upper: float
    boxes: Boxes
    fractions: tuple[int, ...]
    seen: Span
    within: tuple[int, ...] = ()

    @property
    def interval(self) -> Intervals:
        """The bound."""
        return Intervals.between(self.lower, self.upper)


@dataclass(frozen=True, slots=True, eq=False)
class Enclosures:
    """What bounds a node over some boxes, how much each input changes it there, and a value that it has in each."""

    bound: Intervals
    effects: Floats
    middle: Intervals


_NOWHERE = Intervals.between(-math.inf, math.inf)


class Enclosing:
    """Bounds a node over boxes of the inputs; `limits` hold for some nodes wherever the inputs are.

    `between` are the ranges of the inner nodes that stand in the place of inputs.
    """

    def __init__(
        self, cone: Cone, plans: Sequence[InputPlan],
        limits: Mapping[int, Intervals] = MappingProxyType({}),
        between: Mapping[int, Span] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        self.cone, self.limits = cone, limits
        by_name = {plan.name: (plan.minimum, plan.maximum, plan.format.fraction) for plan in plans}
        grids = [
            _grid(*between[k]) if k in between else by_name[cone.graph.nodes[k].name]
            for k in cone.inputs
        ]
        self.fractions = tuple(fraction for *_, fraction in grids)
        self.root = Boxes(
            cone.inputs,
            np.array([[low] for low, _, _ in grids], dtype=np.int64),
            np.array([[high] for _, high, _ in grids], dtype=np.int64),
        )
        self.units = np.array([[math.ldexp(1.0, -fraction)] for fraction in self.fractions])
        self.spans = np.maximum(1, self.root.high - self.root.low)
        self.straight = np.array(cone.straight)
        # Of inner nodes the next integer ends what one stands for.
        self._beyond = np.array([[int(k in between)] for k in cone.inputs])
        self._each = len(cone.nodes) + OF_FUNCTION * cone.functions

    def work(self, boxes: int) -> int:
        """About how many operations on one box the bounds of so many boxes take."""
        return PASSES * (len(self.cone.nodes) * STEP + self._each * boxes)

    def affordable(self, work: int) -> int:
        """How many boxes can be bounded within some work."""
        return (work - self.work(0)) // (self.work(1) - self.work(0))

    def over(self, boxes: Boxes, wanted: Span) -> Enclosures:
        """The bounds over every box; where those of the operations are within what is wanted, no others."""
        values = self._values(*self._ends_of(boxes))
        bound = _defined(values[self.cone.node], boxes.count)
        is_open = (bound.lower < wanted[0]) | (bound.upper > wanted[1])
        effects = np.full(boxes.low.shape, -1.0)
        if not is_open.any():
            return Enclosures(bound, effects, _NOWHERE)
        places = np.flatnonzero(is_open)
        if len(places) < boxes.count:
            values = {k: _part(x, places) for k, x in values.items()}
        found = self._by_derivatives(boxes[places], values)
        lower, upper = bound.lower.copy(), bound.upper.copy()
        lower[places] = np.maximum(lower[places], found.bound.lower)
        upper[places] = np.minimum(upper[places], found.bound.upper)
        effects[:, places] = found.effects
        return Enclosures(Intervals(lower, upper), effects, found.middle)

    def _by_derivatives(self, boxes: Boxes, values: Values) -> Enclosures:
        """The bounds by the mean value theorem, and at the ends of the inputs in which the node rises or falls."""
        count = boxes.count
        low, high = self._ends_of(boxes)
        middle = (boxes.low + (boxes.high - boxes.low) // 2) * self.units
        gradient = {k: _defined(x, count) for k, x in self.cone.gradient(values).items()}
        rising = np.array([gradient[k].lower >= 0 for k in boxes.inputs])
        falling = np.array([gradient[k].upper <= 0 for k in boxes.inputs]) & ~rising
        least, greatest = _ends(low, high, rising, falling), _ends(low, high, falling, rising)
        # Where a derivative has no bound the theorem serves the other inputs, over all of that one.
        known = np.array([gradient[k].finite for k in boxes.inputs])
        around = np.where(known, middle, low), np.where(known, middle, high)
        stacked = map(np.hstack, zip(least, greatest, around, strict=True))
        found = _defined(self._values(*stacked)[self.cone.node], 3 * count)
        at_ends = Intervals(found.lower[:count], found.upper[count : 2 * count])
        at_middle = Intervals(found.lower[2 * count :], found.upper[2 * count :])
        moved = [
            _where(known[row], gradient[k], NONE)
            * (Intervals(low[row], high[row]) - Intervals(middle[row], middle[row]))
            for row, k in enumerate(boxes.inputs)
        ]
        widths = (boxes.high - boxes.low) / self.spans
        effects = np.array([np.broadcast_to(each.upper - each.lower, count) for each in moved])
        # Where a derivative has no bound it matters which input is widest.
        effects = np.where(known & np.isfinite(effects), effects, UNBOUNDED * widths)
        return Enclosures(
            _defined(sum(moved, at_middle), count).intersect(at_ends),
            np.where(widths > 0, effects, -1.0),
            at_middle,
        )

    def _ends_of(self, boxes: Boxes) -> tuple[Floats, Floats]:
        return boxes.low * self.units, (boxes.high + self._beyond) * self.units

    def _values(self, low: Floats, high: Floats) -> Values:
        inputs = {k: Intervals(low[row], high[row]) for row, k in enumerate(self.cone.inputs)}
        return self.cone.values(inputs, self.limits)


def _ends(low: Floats, high: Floats, at_low: Mask, at_high: Mask) -> tuple[Floats, Floats]:
    """The part of each box at the one end of some inputs, and at the other end of others."""
    return np.where(at_high, high, low), np.where(at_low, low, high)


def _where(mask: Mask, x: Intervals, y: Intervals) -> Intervals:
    return Intervals(np.where(mask, x.lower, y.lower), np.where(mask, x.upper, y.upper))


def _defined(x: Intervals, count: int) -> Intervals:
    """The intervals, one for each box, with the whole line where they are undefined."""
    undefined = np.isnan(x.lower) | np.isnan(x.upper)
    lower, upper = np.where(undefined, -np.inf, x.lower), np.where(undefined, np.inf, x.upper)
    return Intervals(np.broadcast_to(lower, count), np.broadcast_to(upper, count))


def _grid(low: float, high: float) -> tuple[int, int, int]:
    """The integers that stand for all numbers between two, and their fractional bits."""
    size, width = max(-low, high), high - low
    fraction = min(GRID - math.frexp(width)[1], LONGEST - 1 - math.frexp(size)[1], FINEST - 1)
    scale = power_of_two(fraction)  # the products are exact, where floats may become 0
    least = math.floor(Fraction(low) * scale)
    return least, max(least, math.ceil(Fraction(high) * scale) - 1), fraction


def can_be_cut(plans: Sequence[InputPlan]) -> bool:
    """Whether doubles hold all numbers of the inputs."""
    return all(
        max(abs(p.minimum), abs(p.maximum)) < 1 << LONGEST and abs(p.format.fraction) < FINEST
        for p in plans
    )


def bounded(enclosing: Enclosing, seen: Span, aim: Aim, work: int) -> tuple[Limit | None, int]:
    """A bound of the node that is as good as the aim, or as near to that as the work allows; and the work done.

    `seen` is what is known to be reached. None where nothing is found out.
    """
    leaves = _Leaves(enclosing, seen, aim)
    leaves.add(enclosing.root)
    while True:
        room = enclosing.affordable(work - leaves.spent)
        worst = leaves.worst()[: max(0, min(room, MOST) // 2)]
        if not len(worst):
            break
        leaves.cut(worst, min(room, BATCH))
    lower, upper = float(leaves.bound.lower.min()), float(leaves.bound.upper.max())
    if math.isinf(lower) and math.isinf(upper):
        return None, leaves.spent
    cone = enclosing.cone
    within = tuple(k for k in cone.nodes if k in enclosing.limits and k not in cone.inputs)
    limit = Limit(lower, upper, leaves.boxes, enclosing.fractions, leaves.seen, within)
    return limit, leaves.spent


class _Leaves:
    """Boxes that hold all inputs, and the bounds over each."""

    def __init__(self, enclosing: Enclosing, seen: Span, aim: Aim) -> None:
        self.enclosing, self.seen, self.aim, self.spent = enclosing, seen, aim, 0
        self.boxes = enclosing.root[np.zeros(1, dtype=bool)]
        self.bound = Intervals(np.empty(0), np.empty(0))
        self.effects: Floats = np.empty((len(self.boxes.inputs), 0))

    def add(self, boxes: Boxes) -> None:
        """Bounds more boxes."""
        found = self.enclosing.over(boxes, self.aim(self.seen))
        self.spent += self.enclosing.work(boxes.count)
        low, high = self.seen
        self.seen = (
            min(low, float(found.middle.upper.min())), max(high, float(found.middle.lower.max())),
        )  # fmt: skip
        self.boxes = self.boxes.with_others(boxes)
        self.bound = Intervals(
            np.append(self.bound.lower, found.bound.lower),
            np.append(self.bound.upper, found.bound.upper),
        )
        self.effects = np.hstack((self.effects, found.effects))

    def cut(self, chosen: Indices, room: int) -> None:
        """Puts parts in the place of some boxes: halves, and halves of these while there is room."""
        parts, effects = self.boxes[chosen], self.effects[:, chosen]
        while True:
            places, columns = effects.argmax(axis=0), np.arange(parts.count)
            parts = parts.halves(places, self.enclosing.straight)
            effects[places, columns] /= 2
            effects = np.where(parts.high > parts.low, np.tile(effects, 2), -1.0)
            if 2 * parts.count > room or not (effects >= 0).any(axis=0).all():
                break
        kept = np.ones(self.boxes.count, dtype=bool)
        kept[chosen] = False
        self.boxes, self.effects = self.boxes[kept], self.effects[:, kept]
        self.bound = Intervals(self.bound.lower[kept], self.bound.upper[kept])
        self.add(parts)

    def worst(self) -> Indices:
        """The boxes that can be cut and whose bounds go beyond the aim, those that go farthest first."""
        low, high = self.aim(self.seen)
        with np.errstate(invalid="ignore"):
            beyond = np.maximum(low - self.bound.lower, self.bound.upper - high)
        beyond = np.where((self.effects >= 0).any(axis=0), beyond, -1.0)
        order = np.argsort(-beyond, kind="stable")
        return order[: int(np.count_nonzero(beyond > 0))]


def _part(x: Intervals, places: Indices) -> Intervals:
    """The intervals at some places, those that are the same everywhere as they are."""
    return x if len(x.lower) == 1 else Intervals(x.lower[places], x.upper[places])
