"""The range of a function, or of its derivative, over intervals: by its power series, as tight as it is asked for.

Where the sign of the next derivative is known the ends have the extremes, elsewhere the mean value theorem bounds the
function; the part that decides the bound is halved until nothing is gained (branch and bound, Moore 1966).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from flint import arb

from symhdl.numeric.ball import (
    SeriesFunction,
    lower_float,
    precision,
    taylor_coefficients,
    upper_float,
)
from symhdl.numeric.interval import Intervals

BITS = 64
KEPT = 1 << 12  # values: intervals meet at their ends, and each end is looked at twice
PARTS = 64  # into which an interval is cut at most
LONG = 16.0  # an interval, against its distance from zero or 1, that is cut by orders of magnitude
SHARE = 2.0**-12  # of the width of the range, by which the bounds may exceed it


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The range over intervals of f (`order` 0) or f' (`order` 1), of f given by its power series.

    Infinite where there is no bound, nan where an end of an interval is not finite.
    """

    series: SeriesFunction
    order: int

    def __call__(self, x: Intervals) -> Intervals:
        """The ranges."""
        pairs = list(zip(x.lower.tolist(), x.upper.tolist(), strict=True))
        known = {pair: self._range(*pair) for pair in dict.fromkeys(pairs)}
        bounds = np.array([known[pair] for pair in pairs])
        return Intervals(bounds[:, 0], bounds[:, 1])

    def _range(self, low: float, high: float) -> tuple[float, float]:
        if not (math.isfinite(low) and math.isfinite(high)):
            return math.nan, math.nan
        with precision(BITS, self.order + 2):
            reached = self._at_ends(low, high)
            parts = [self._part(low, high)]
            while len(parts) < PARTS:
                (least, greatest), slack = reached, (reached[1] - reached[0]) * SHARE
                below = max(parts, key=lambda part: least - part.least)
                above = max(parts, key=lambda part: part.greatest - greatest)
                worst = below if least - below.least >= above.greatest - greatest else above
                excess = max(least - worst.least, worst.greatest - greatest)
                middle = _middle(worst.low, worst.high)
                if not (excess > slack and worst.low < middle < worst.high):
                    break
                parts.remove(worst)
                parts += [self._part(worst.low, middle), self._part(middle, worst.high)]
                reached = _hull(reached, _value(self.series, self.order, middle))
        return min(part.least for part in parts), max(part.greatest for part in parts)

    def _at_ends(self, low: float, high: float) -> tuple[float, float]:
        return _hull(_value(self.series, self.order, low), _value(self.series, self.order, high))

    def _part(self, low: float, high: float) -> _Part:
        ends = arb(low), arb(high)
        everywhere = ends[0].union(ends[1])
        *_, value, slope = self._coefficients(everywhere, self.order + 2)
        if not value.is_finite():
            value = self._coefficients(everywhere, self.order + 1)[self.order]
        if slope >= 0 or slope <= 0:
            bounds = self._at_ends(low, high)
        else:
            middle = (ends[0] + ends[1]) / 2
            reach = (self.order + 1) * slope * ((ends[1] - ends[0]) / 2) * arb(0, 1)
            bounds = _bounds(self._coefficients(middle, self.order + 1)[self.order] + reach)
        least, greatest = _bounds(value)
        return _Part(low, high, max(least, bounds[0]), min(greatest, bounds[1]))

    def _coefficients(self, x: arb, terms: int) -> list[arb]:
        return taylor_coefficients(self.series, x, arb(1), terms)


@lru_cache(maxsize=KEPT)
def _value(series: SeriesFunction, order: int, x: float) -> tuple[float, float]:
    """Bounds of f or f' at a number; to be called inside `precision(BITS, order + 2)`."""
    return _bounds(taylor_coefficients(series, arb(x), arb(1), order + 1)[order])


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A part of an interval, and bounds of the function there."""

    low: float
    high: float
    least: float
    greatest: float


def _hull(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    return min(a[0], b[0]), max(a[1], b[1])


def _bounds(ball: arb) -> tuple[float, float]:
    """Floats between which the numbers of a ball lie; a bound such as 0 survives."""
    if ball.is_exact() and arb(float(ball)) == ball:
        return float(ball), float(ball)
    return lower_float(ball), upper_float(ball)


def _middle(low: float, high: float) -> float:
    """Where to cut an interval: a long one by its orders of magnitude, since functions change near to zero."""
    if low < -LONG and high > LONG:
        return 0.0
    size = max(-low, high)
    nearest = max(1.0, low, -high)
    if size > LONG * nearest:
        return math.copysign(math.sqrt(size * nearest), low + high)
    return (low + high) / 2
