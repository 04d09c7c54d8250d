"""Bounds of a node by boxes of the inputs, the worst of which are cut until they are good enough or the work is done.

Over each box three methods bound the node, and what they have in common holds: its operations one after the other; the
mean value theorem, f(X) in f(c) + f'(X) (X - c), which keeps what operands have in common (Moore 1966); and, where the
sign of a derivative is known, the values at the ends of that input alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from symhdl.analysis.cones import Cone, Values
from symhdl.analysis.spaces import Mask
from symhdl.numeric.interval import Floats, Intervals
from symhdl.request import InputPlan

Integers = npt.NDArray[np.int64]
Aim = Callable[[tuple[float, float]], tuple[float, float]]
"""The bound that is good enough where something is known to be reached."""

LONGEST = 52  # bits of an input of which middles are doubles
FINEST = 900  # fractional bits, of either sign
STEP = 256  # boxes that take as long as what is there for any number of them
OF_FUNCTION = 40  # operations on a box that take as long as a function
PASSES = 7  # of operations over a box, for all methods
MOST = 4096  # boxes at a time


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Boxes of integers of some inputs, which are nodes: a line for each input, a column for each box."""

    inputs: tuple[int, ...]
    low: Integers
    high: Integers

    @property
    def count(self) -> int:
        """How many there are."""
        return self.low.shape[1]

    def __getitem__(self, chosen: npt.NDArray[np.bool_ | np.intp]) -> Boxes:
        return Boxes(self.inputs, self.low[:, chosen], self.high[:, chosen])

    def with_others(self, others: Boxes) -> Boxes:
        """These and others of the same inputs."""
        return Boxes(
            self.inputs, np.hstack((self.low, others.low)), np.hstack((self.high, others.high))
        )

    def halves(self, places: npt.NDArray[np.intp]) -> Boxes:
        """Each box cut in the middle of one of its inputs."""
        columns = np.arange(self.count)
        below, above = self.high.copy(), self.low.copy()
        low, high = self.low[places, columns], self.high[places, columns]
        middle = low + (high - low) // 2
        below[places, columns], above[places, columns] = middle, middle + 1
        return Boxes(self.inputs, self.low, below).with_others(Boxes(self.inputs, above, self.high))


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """A bound of a node wherever the inputs are, and the boxes over each of which it was found."""

    lower: float
    upper: float
    boxes: Boxes

    @property
    def interval(self) -> Intervals:
        """The bound."""
        return Intervals.between(self.lower, self.upper)


@dataclass(frozen=True, slots=True, eq=False)
class Enclosures:
    """What bounds a node over some boxes, how much each input changes it there, and the values in their middles."""

    bound: Intervals
    effects: Floats
    middle: Intervals


class Enclosing:
    """Bounds a node over boxes of the inputs; `limits` hold for some nodes wherever the inputs are."""

    def __init__(
        self, cone: Cone, plans: Sequence[InputPlan],
        limits: Mapping[int, Intervals] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        self.cone, self.limits = cone, limits
        by_name = {plan.name: plan for plan in plans}
        self.plans = [by_name[cone.graph.nodes[k].name] for k in cone.inputs]
        self.units = np.array([[math.ldexp(1.0, -p.format.fraction)] for p in self.plans])
        self.spans = np.array([[max(1, p.maximum - p.minimum)] for p in self.plans])
        self._each = len(cone.nodes) + OF_FUNCTION * cone.functions

    @property
    def root(self) -> Boxes:
        """All integers of the inputs."""
        low, high = (
            np.array([[end] for end in ends], dtype=np.int64)
            for ends in zip(*((p.minimum, p.maximum) for p in self.plans), strict=True)
        )
        return Boxes(self.cone.inputs, low, high)

    def work(self, boxes: int) -> int:
        """About how many operations on one box the bounds of so many boxes take."""
        return PASSES * (len(self.cone.nodes) * STEP + self._each * boxes)

    def over(self, boxes: Boxes) -> Enclosures:
        """The bounds over every box."""
        count, node = boxes.count, self.cone.node
        low, high = boxes.low * self.units, boxes.high * self.units
        middle = (boxes.low + (boxes.high - boxes.low) // 2) * self.units
        values = self._values(low, high)
        gradient = {k: _defined(x, count) for k, x in self.cone.gradient(values).items()}
        rising = np.array([gradient[k].lower >= 0 for k in boxes.inputs])
        falling = np.array([gradient[k].upper <= 0 for k in boxes.inputs]) & ~rising
        least = _ends(low, high, rising, falling)
        greatest = _ends(low, high, falling, rising)
        stacked = zip(least, greatest, (middle, middle), strict=True)
        found = _defined(self._values(*map(np.hstack, stacked))[node], 3 * count)
        lower, upper = found.lower[:count], found.upper[count : 2 * count]
        at_middle = Intervals(found.lower[2 * count :], found.upper[2 * count :])
        moved = [
            gradient[k] * (Intervals(low[row], high[row]) - Intervals(middle[row], middle[row]))
            for row, k in enumerate(boxes.inputs)
        ]
        by_mean = _defined(sum(moved, at_middle), count)
        bound = _defined(values[node], count).intersect(Intervals(lower, upper)).intersect(by_mean)
        widths = (boxes.high - boxes.low) / self.spans
        effects = np.array([np.broadcast_to(each.upper - each.lower, count) for each in moved])
        # Where a derivative has no bound it matters which input is widest.
        effects = np.where(np.isfinite(effects), effects, 1e290 * widths)
        return Enclosures(bound, np.where(widths > 0, effects, -1.0), at_middle)

    def _values(self, low: Floats, high: Floats) -> Values:
        inputs = {k: Intervals(low[row], high[row]) for row, k in enumerate(self.cone.inputs)}
        return self.cone.values(inputs, self.limits)


def _ends(low: Floats, high: Floats, at_low: Mask, at_high: Mask) -> tuple[Floats, Floats]:
    """The part of each box at the one end of some inputs, and at the other end of others."""
    return np.where(at_high, high, low), np.where(at_low, low, high)


def _defined(x: Intervals, count: int) -> Intervals:
    """The intervals, one for each box, with the whole line where they are undefined."""
    undefined = np.isnan(x.lower) | np.isnan(x.upper)
    lower, upper = np.where(undefined, -np.inf, x.lower), np.where(undefined, np.inf, x.upper)
    return Intervals(np.broadcast_to(lower, count), np.broadcast_to(upper, count))


def can_be_cut(plans: Sequence[InputPlan]) -> bool:
    """Whether doubles hold all numbers of the inputs."""
    return all(
        max(abs(p.minimum), abs(p.maximum)) < 1 << LONGEST and abs(p.format.fraction) < FINEST
        for p in plans
    )


def bounded(
    enclosing: Enclosing, seen: tuple[float, float], aim: Aim, work: int
) -> tuple[Limit | None, int]:
    """A bound of the node that is as good as the aim, or as near to that as the work allows; and the work done.

    `seen` is what is known to be reached. None where nothing is found out.
    """
    leaves = _Leaves(enclosing, seen)
    leaves.add(enclosing.root)
    while True:
        worst = leaves.worst(*aim(leaves.seen))
        affordable = (work - leaves.spent - enclosing.work(0)) // (enclosing.work(1) - enclosing.work(0))
        worst = worst[: max(0, min(affordable // 2, MOST))]
        if not len(worst):
            break
        leaves.cut(worst)
    lower, upper = float(leaves.bound.lower.min()), float(leaves.bound.upper.max())
    if math.isinf(lower) and math.isinf(upper):
        return None, leaves.spent
    return Limit(lower, upper, leaves.boxes), leaves.spent


class _Leaves:
    """Boxes that hold all inputs, and the bounds over each."""

    def __init__(self, enclosing: Enclosing, seen: tuple[float, float]) -> None:
        self.enclosing, self.seen, self.spent = enclosing, seen, 0
        self.boxes = enclosing.root[np.zeros(1, dtype=bool)]
        self.bound = Intervals(np.empty(0), np.empty(0))
        self.effects: Floats = np.empty((len(self.boxes.inputs), 0))

    def add(self, boxes: Boxes) -> None:
        """Bounds more boxes."""
        found = self.enclosing.over(boxes)
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

    def cut(self, chosen: npt.NDArray[np.intp]) -> None:
        """Puts halves in the place of some boxes."""
        halves = self.boxes[chosen].halves(self.effects[:, chosen].argmax(axis=0))
        kept = np.ones(self.boxes.count, dtype=bool)
        kept[chosen] = False
        self.boxes, self.effects = self.boxes[kept], self.effects[:, kept]
        self.bound = Intervals(self.bound.lower[kept], self.bound.upper[kept])
        self.add(halves)

    def worst(self, low: float, high: float) -> npt.NDArray[np.intp]:
        """The boxes that can be cut and whose bounds go beyond two ends, those that go farthest first."""
        with np.errstate(invalid="ignore"):
            beyond = np.maximum(low - self.bound.lower, self.bound.upper - high)
        beyond = np.where((self.effects >= 0).any(axis=0), beyond, -1.0)
        order = np.argsort(-beyond, kind="stable")
        return order[: int(np.count_nonzero(beyond > 0))]
