"""Segments of the argument's range, and rigorous Taylor models of a function on each of them.

On a segment the argument is n = first + step * j, and the offset of the hardware is m = j * 2**shift, a number of
`offset_bits` bits. Polynomials are in tau = m / 2**(offset_bits - 1) - 1, which runs through [-1, 1).
On a segment f is enclosed in one of two ways:

- Taylor's theorem with Lagrange's remainder: f(c + h sigma) = sum a_i sigma**i + a_N(xi) sigma**N with the last
  coefficient taken over a ball that holds the whole segment (Makino and Berz, "Taylor models and other validated
  functional inclusion methods", 2003);
- the values at its points, where there are only a few of them. This serves segments next to a singular point.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from flint import arb

from symhdl.approximation.approximation import Problem
from symhdl.approximation.univariate import Univariate
from symhdl.numeric.ball import (
    exact_ball,
    magnitude,
    precision,
    radius,
    scaled_midpoint,
    taylor_coefficients,
)

FEW_POINTS = 4  # up to here values are cheaper than a Taylor series
MANY_POINTS = 128  # beyond, a segment is only enclosed by a Taylor series
TERMS = (10, 18, 32)  # lengths of Taylor series that are tried one after the other
TAIL_SHARE = 2.0**-6  # of the allowed error, for the remainder of the Taylor series


@dataclass(frozen=True, slots=True)
class Segment:
    """Integers n = first + step * j for low <= j <= high; the offset is m = j << shift."""

    first: int
    step: int
    shift: int
    low: int
    high: int

    @property
    def points(self) -> int:
        """How many integers belong to the segment."""
        return self.high - self.low + 1


@dataclass(frozen=True, slots=True)
class Grid:
    """The segments by table address, all with offsets of `offset_bits` bits; None where no argument leads."""

    offset_bits: int
    segments: tuple[Segment | None, ...]

    def position(self, twice_index: int, shift: int) -> Fraction:
        """The tau of the point j = twice_index / 2."""
        return Fraction(twice_index << shift, 1 << self.offset_bits) - 1


@dataclass(frozen=True, slots=True)
class Taylor:
    """f = sum coefficients[i] * 2**-bits * sigma**i, to within `slack`; tau = centre + half * sigma, |sigma| <= 1."""

    coefficients: tuple[int, ...]
    slack: float
    centre: Fraction
    half: Fraction


@dataclass(frozen=True, slots=True)
class Values:
    """f = values[i] * 2**-bits at tau = positions[i], to within `slack`."""

    positions: tuple[Fraction, ...]
    values: tuple[int, ...]
    slack: float


Model = Taylor | Values


@lru_cache(maxsize=256)
def models(function: Univariate, problem: Problem, grid: Grid) -> tuple[Model | None, ...] | None:
    """The enclosure of f on every segment, in units of 2**-precision; None if one segment has none."""
    found: list[Model | None] = []
    for segment in grid.segments:
        if segment is None:
            found.append(None)
            continue
        model = _model(function, problem, grid, segment)
        if model is None:
            return None
        found.append(model)
    return tuple(found)


def _model(function: Univariate, problem: Problem, grid: Grid, segment: Segment) -> Model | None:
    if segment.points <= FEW_POINTS:
        return _values(function, problem, grid, segment)
    whole = (0, (1 << grid.offset_bits) >> segment.shift)
    reached = (segment.low, segment.high)
    for low, high in (whole, reached):
        model = _taylor(function, problem, grid, segment, low, high)
        if model is not None:
            return model
        if whole == reached:
            break
    return _values(function, problem, grid, segment) if segment.points <= MANY_POINTS else None


def _taylor(
    function: Univariate, problem: Problem, grid: Grid, segment: Segment, low: int, high: int
) -> Taylor | None:
    """The Taylor model over the points j from low to high, None if its remainder is too large."""
    exponent = -problem.fraction - 1
    twice_centre = 2 * segment.first + segment.step * (low + high)
    for terms in TERMS:
        with precision(problem.precision, terms + 1):
            centre = exact_ball(twice_centre, exponent)
            half = exact_ball(segment.step * (high - low), exponent)
            here = taylor_coefficients(function.series, centre, half, terms)
            slack = sum((radius(a) for a in here), start=0.0)
            if not slack <= TAIL_SHARE * problem.error:
                return None
            everywhere = centre + half * arb(0, 1)
            remainder = magnitude(
                taylor_coefficients(function.series, everywhere, half, terms + 1)[terms]
            )
        # Floats below are sums of a few terms; each midpoint is cut to whole units besides.
        slack = (slack + remainder) * (1 + 1e-12) + terms * 2.0**-problem.precision
        if slack <= TAIL_SHARE * problem.error:
            break
    else:
        return None
    start, end = grid.position(2 * low, segment.shift), grid.position(2 * high, segment.shift)
    coefficients = tuple(scaled_midpoint(a, problem.precision) for a in here)
    return Taylor(coefficients, slack, (start + end) / 2, (end - start) / 2)


def _values(function: Univariate, problem: Problem, grid: Grid, segment: Segment) -> Values | None:
    positions, values, slack = [], [], 0.0
    with precision(problem.precision):
        for j in range(segment.low, segment.high + 1):
            value = function.ball(exact_ball(segment.first + segment.step * j, -problem.fraction))
            slack = max(slack, radius(value))
            if not slack <= TAIL_SHARE * problem.error:
                return None
            positions.append(grid.position(2 * j, segment.shift))
            values.append(scaled_midpoint(value, problem.precision))
    return Values(tuple(positions), tuple(values), slack * (1 + 1e-12) + 2.0**-problem.precision)
