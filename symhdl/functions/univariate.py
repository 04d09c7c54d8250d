"""A function of one variable as proofs see it: balls, Taylor series, range, slope, domain, continuity."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np
from flint import arb, arb_series

from symhdl.numeric.interval import BallFunction, Floats, Intervals

IntervalFunction = Callable[[Intervals], Intervals]
SeriesFunction = Callable[[arb_series], arb_series]


class Symmetry(Enum):
    """How f(-x) follows from f(x)."""

    NONE = "none"
    ODD = "f(-x) = -f(x)"
    EVEN = "f(-x) = f(x)"


@dataclass(frozen=True, slots=True)
class Domain:
    """The real numbers between two ends, each belonging to it or not; `pole_at_zero` takes out 0."""

    lower: float = -math.inf
    upper: float = math.inf
    closed: bool = True
    pole_at_zero: bool = False

    def holds(self, x: Intervals) -> np.typing.NDArray[np.bool_]:
        """Which intervals lie in the domain; nan lies in none."""
        if self.pole_at_zero:
            return (x.lower > 0) | (x.upper < 0)
        if self.closed:
            return (self.lower <= x.lower) & (x.upper <= self.upper)
        return (self.lower < x.lower) & (x.upper < self.upper)

    def leaves_out(self, x: Intervals) -> np.typing.NDArray[np.bool_]:
        """Which intervals lie wholly outside the domain."""
        outside: np.typing.NDArray[np.bool_]
        if self.pole_at_zero:
            outside = (x.lower == 0) & (x.upper == 0)
        elif self.closed:
            outside = (x.upper < self.lower) | (x.lower > self.upper)
        else:
            outside = (x.upper <= self.lower) | (x.lower >= self.upper)
        return outside

    def surely_holds(self, x: arb) -> bool:
        """Whether every number of a ball lies in the domain."""
        if self.pole_at_zero:
            return bool(x != 0)
        low, high = arb(self.lower), arb(self.upper)
        return bool(low <= x <= high) if self.closed else bool(low < x < high)

    def surely_leaves_out(self, x: arb) -> bool:
        """Whether every number of a ball lies outside the domain."""
        if self.pole_at_zero:
            return bool(x == 0)
        low, high = arb(self.lower), arb(self.upper)
        return bool(x < low or x > high) if self.closed else bool(x <= low or x >= high)

    def margin(self, x: Intervals) -> Floats:
        """The distance of each interval to an end where the function is unbounded; infinite if there is none."""
        if self.pole_at_zero:
            return x.mignitude
        if self.closed:
            return np.full_like(x.lower, math.inf)
        return np.minimum(x.lower - self.lower, self.upper - x.upper)


class Scaling(NamedTuple):
    """f(2**argument_bits * x) = 2**result_bits * f(x) for x > 0."""

    argument_bits: int
    result_bits: int


REALS = Domain()
NON_NEGATIVE = Domain(lower=0.0)
POSITIVE = Domain(lower=0.0, closed=False)
UNIT_INTERVAL = Domain(lower=-1.0, upper=1.0)


@dataclass(frozen=True, slots=True)
class Univariate:
    """A function of one real variable.

    `ball` encloses f at a ball, `series` composes f with a power series; both at flint's current precision.
    `range` and `slope` enclose f and f' over intervals inside the domain. Where f' is unbounded at
    an end of the domain, `modulus(e)` bounds |f(x) - f(y)| for |x - y| <= e, rounded up, and
    `inverse_modulus` is about its inverse. `singular_points` are the real numbers where f or a
    derivative is unbounded or undefined.

    Powers have a `scaling`. A logarithm gains an `octave` where x is doubled: f(2 x) = f(x) + octave. An exponential is
    doubled where x gains a `doubling`: f(x + doubling) = 2 f(x).
    """

    name: str
    ball: BallFunction
    series: SeriesFunction
    range: IntervalFunction
    slope: IntervalFunction
    domain: Domain = REALS
    symmetry: Symmetry = Symmetry.NONE
    period: Callable[[], arb] | None = None
    scaling: Scaling | None = None
    octave: Callable[[], arb] | None = None
    doubling: Callable[[], arb] | None = None
    singular_points: tuple[int, ...] = ()
    modulus: Callable[[Floats], Floats] | None = None
    inverse_modulus: Callable[[Floats], Floats] | None = None

    def __hash__(self) -> int:
        """That of the name, which is kept: work done for a function is looked up by it."""
        return hash(self.name)


ONE = Intervals.between(1.0, 1.0)
HALF = Intervals.between(0.5, 0.5)
QUARTER = Intervals.between(0.25, 0.25)

# A modulus is taken in double precision, by a form in which nothing cancels: a few roundings of 2^-53, and of the
# exponent's where there is one, stay far below this share of the result.
UP, DOWN = 1 + 1e-11, 1 - 1e-11


def scaled(x: Intervals, factor: arb) -> Intervals:
    """The intervals times a real constant."""
    return x * constant(factor)


def periodic_range(x: Intervals, crest: float, trough: float, function: BallFunction) -> Intervals:
    """The range of a sinusoid with crests at (crest + k) 2 pi and troughs at (trough + k) 2 pi.

    An extremum that may lie within rounding distance of an interval is taken to lie in it.
    """
    ends = x.between_images(function)
    lower = np.where(_holds_multiple(x, 2 * math.pi, trough), -1.0, ends.lower)
    upper = np.where(_holds_multiple(x, 2 * math.pi, crest), 1.0, ends.upper)
    return Intervals(np.maximum(lower, -1.0), np.minimum(upper, 1.0))


def _holds_multiple(x: Intervals, period: float, phase: float) -> np.typing.NDArray[np.bool_]:
    """Where the interval may hold (phase + k) * period for an integer k."""
    low, high = x.lower / period - phase, x.upper / period - phase
    margin = 1e-12 * (1 + np.maximum(np.abs(low), np.abs(high)))
    return np.floor(high + margin) >= np.ceil(low - margin)


def tangent_range(x: Intervals) -> Intervals:
    """The range of the tangent; the whole line where a pole may lie in the interval."""
    pole = _holds_multiple(x, math.pi, 0.5)
    values = x.increasing(arb.tan)
    return Intervals(np.where(pole, -np.inf, values.lower), np.where(pole, np.inf, values.upper))


def even_range(x: Intervals, function: BallFunction, *, rising: bool) -> Intervals:
    """The range of an even function that rises (or falls) with |x|."""
    size = x.absolute()
    return size.increasing(function) if rising else size.decreasing(function)


def constant(value: arb) -> Intervals:
    """An enclosure of a real constant."""
    return Intervals.between(-1.0, 1.0).increasing(lambda _: value)


def compose_taylor(coefficients: list[arb], inner: arb_series) -> arb_series:
    """The outer Taylor series at the constant term of `inner`, composed with `inner`."""
    moved = arb_series([arb(0), *inner.coeffs()[1:]], prec=inner.prec)
    if not moved.length():  # flint composes with nothing that is 0
        return arb_series(coefficients[:1], prec=inner.prec)
    return arb_series(coefficients, prec=inner.prec)(moved)
