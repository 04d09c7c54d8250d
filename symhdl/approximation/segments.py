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

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import inf

from flint import arb
from msgspec import Struct

from symhdl.approximation.approximation import Specification
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.numeric.ball import (
    Dyadic,
    dyadic,
    exact_ball,
    magnitude,
    precision,
    radius,
    scaled_midpoint,
    taylor_coefficients,
)

FEW_POINTS = 4  # up to here values are cheaper than a Taylor series
MANY_POINTS = 128  # beyond, a segment is only enclosed by a Taylor series
MORE_TERMS = (
    4,
    10,
    25,
)  # lengths of Taylor series beyond the degree that are tried one after the other
ZERO, ONE = Fraction(0), Fraction(1)
TAIL_SHARE = 2.0**-6  # of the allowed error, for the remainder of the Taylor series
STEEP = 2.0**8  # times that: a function that varies so much on a segment is no constant on the next


class Segment(Struct, frozen=True, gc=False):
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


class Grid(Struct, frozen=True):
    """The segments by table address, all with offsets of `offset_bits` bits; None where no argument leads."""

    offset_bits: int
    segments: tuple[Segment | None, ...]

    def position(self, twice_index: int, shift: int) -> Fraction:
        """The tau of the point j = twice_index / 2."""
        return Fraction(twice_index << shift, 1 << self.offset_bits) - 1


class Taylor(Struct, frozen=True, gc=False):
    """f = sum coefficients[i] * 2**-bits * sigma**i, to within `slack`; tau = centre + half * sigma, |sigma| <= 1."""

    coefficients: tuple[int, ...]
    slack: float
    centre: Fraction
    half: Fraction


@dataclass(frozen=True, slots=True)
class PointValues:
    """f = values[i] * 2**-bits at tau = positions[i], to within `slack`."""

    positions: tuple[float, ...]
    values: tuple[int, ...]
    slack: float


Model = Taylor | PointValues


@lru_cache(maxsize=256)
def models(
    function: SmoothFunction, specification: Specification, grid: Grid, degree: int
) -> tuple[Model | None, ...] | None:
    """The enclosure of f on every segment, in units of 2**-precision; None if one segment has none.

    Taylor series are as long as polynomials of that degree need them.
    """
    found: list[Model | None] = [None] * len(grid.segments)
    reached = [address for address, segment in enumerate(grid.segments) if segment is not None]
    # The ends come first: where enclosures fail, they mostly fail there.
    with precision(specification.precision):
        for address in (reached[0], reached[-1], *reached[1:-1]):
            segment = grid.segments[address]
            assert segment is not None, "a segment has gone; please report this"
            before = found[address - 1]
            may_be_flat = before is None or not _is_steep(before, specification)
            model = enclosure_of(
                function, specification, grid, segment, degree, may_be_flat=may_be_flat
            )
            if model is None:
                return None
            found[address] = model
    return tuple(found)


def enclosure_of(
    function: SmoothFunction,
    specification: Specification,
    grid: Grid,
    segment: Segment,
    degree: int,
    *,
    may_be_flat: bool = True,
) -> Model | None:
    """The enclosure on one segment, at the current precision."""
    if segment.points <= FEW_POINTS:
        return _values(function, specification, grid, segment)
    flat = _flat(function, specification, segment) if may_be_flat else None
    if flat is not None:
        return flat
    whole = (0, (1 << grid.offset_bits) >> segment.shift)
    reached = (segment.low, segment.high)
    partial = reached != (0, whole[1] - 1)
    for low, high in (whole, reached) if partial else (whole,):
        for terms in MORE_TERMS:
            model = _taylor(function, specification, grid, segment, (low, high), degree + terms)
            if model is not None:
                return model
    return (
        _values(function, specification, grid, segment) if segment.points <= MANY_POINTS else None
    )


def _is_steep(model: Model, specification: Specification) -> bool:
    """Whether f varies so much on a segment that it is not constant on the next one, unless it is very odd."""
    if not isinstance(model, Taylor) or len(model.coefficients) < 2:
        return False
    least = math.ldexp(STEEP * TAIL_SHARE * specification.shared, specification.precision)
    return abs(model.coefficients[1]) > least


def _flat(
    function: SmoothFunction, specification: Specification, segment: Segment
) -> Taylor | None:
    """A constant, where f hardly varies over the segment; no power series is asked for that."""
    bits, exponent = specification.precision, -specification.fraction
    ends = [segment.first + segment.step * j for j in (segment.low, segment.high)]
    low, high = (exact_ball(n, exponent) for n in ends)
    value = function.ball(low.union(high))
    slack = radius(value)
    if not slack <= TAIL_SHARE * specification.shared:
        return None
    return Taylor((scaled_midpoint(value, bits),), slack + 2.0**-bits, ZERO, ONE)


def _taylor(
    function: SmoothFunction, specification: Specification, grid: Grid, segment: Segment,
    ends: tuple[int, int], terms: int,
) -> Taylor | None:  # fmt: skip
    """The Taylor model over the points j between two ends, None if its remainder is too large."""
    low, high = ends
    exponent, bits = -specification.fraction - 1, specification.precision
    tolerance = TAIL_SHARE * specification.shared
    centre = dyadic(2 * segment.first + segment.step * (low + high), exponent)
    half = dyadic(segment.step * (high - low), exponent)
    remainder = _remainder(function, centre, half, terms, bits)
    if not remainder <= tolerance:
        return None
    coefficients, slack = _series(function, centre, half, terms, bits)
    # Each midpoint is cut to whole units besides.
    slack = (slack + remainder + terms * 2.0**-bits) * (1 + 1e-12)
    if not slack <= tolerance:
        return None
    if (low, high) == (0, (1 << grid.offset_bits) >> segment.shift):
        return Taylor(coefficients, slack, ZERO, ONE)
    start, end = grid.position(2 * low, segment.shift), grid.position(2 * high, segment.shift)
    return Taylor(coefficients, slack, (start + end) / 2, (end - start) / 2)


@lru_cache(maxsize=1 << 13)
def _remainder(
    function: SmoothFunction, centre: Dyadic, half: Dyadic, terms: int, bits: int
) -> float:
    """A bound of what the series misses on the segment: its next coefficient, over all of it."""
    with precision(bits, terms + 1):
        middle, reach = exact_ball(*centre), exact_ball(*half)
        everywhere = middle + reach * arb(0, 1)
        found = taylor_coefficients(function.series, everywhere, reach, terms + 1)
        return magnitude(found[terms])


@lru_cache(maxsize=1 << 13)
def _series(
    function: SmoothFunction, centre: Dyadic, half: Dyadic, terms: int, bits: int
) -> tuple[tuple[int, ...], float]:
    """The coefficients in units of 2**-bits, cut, and how far the sum of the uncut ones may be from the real one.

    Segments of other fractions and errors have the same ones.
    """
    with precision(bits, terms + 1):
        found = taylor_coefficients(function.series, exact_ball(*centre), exact_ball(*half), terms)
        # The radius of a sum is at least the sum of the radii.
        slack = radius(sum(found, start=arb(0)))
        if not slack < inf:
            return (), slack
        return tuple(scaled_midpoint(coefficient, bits) for coefficient in found), slack


@lru_cache(maxsize=1 << 17)
def _value(function: SmoothFunction, n: int, fraction: int, bits: int) -> tuple[int, float]:
    """floor(f * 2**bits) of the middle of a ball around f(n * 2**-fraction), and the ball's radius."""
    with precision(bits):
        value = function.ball(exact_ball(n, -fraction))
        return (scaled_midpoint(value, bits), radius(value)) if value.is_finite() else (0, inf)


def _values(
    function: SmoothFunction, specification: Specification, grid: Grid, segment: Segment
) -> PointValues | None:
    values, slack = [], 0.0
    bits, tolerance = specification.precision, TAIL_SHARE * specification.shared
    for j in range(segment.low, segment.high + 1):
        n = segment.first + segment.step * j
        value, size = _value(function, n, specification.fraction, bits)
        values.append(value)
        slack = max(slack, size)
        if not slack <= tolerance:
            return None
    slack = slack * (1 + 1e-12) + 2.0**-bits
    return PointValues(_positions(grid.offset_bits, segment), tuple(values), slack)


def _positions(offset_bits: int, segment: Segment) -> tuple[float, ...]:
    """The tau of the points; exact, for they have at most `offset_bits` bits."""
    unit = 2.0 ** (segment.shift + 1 - offset_bits)
    return tuple(j * unit - 1.0 for j in range(segment.low, segment.high + 1))
