"""A function at every argument of a specification: integers next to it, proved by balls, and floats for searches."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from symhdl.approximation.approximation import Specification
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.approximation.values_by_series import values_within
from symhdl.cost.tables import Floats, Integers
from symhdl.numeric.ball import (
    exact_ball,
    float_above,
    precision,
    radius,
    scaled_midpoint,
    taylor_coefficients,
)
from symhdl.numeric.fixed import power_of_two

FINER = 20  # bits of values behind the unit of the result
DOUBT = 2  # finer units: the midpoint is rounded or cut, and off by one at most
LONGEST = 60  # bits of a value in finer units
TERMS = 10  # of a series; with so many those of smooth functions converge on most parts
PARTS = 32  # of the range, each with a series
MOST_WITHOUT_SERIES = 8  # of the parts
LAST = 2  # of the terms, both, since every second one of an odd or even function is 0
CLOSE = 2.0**-24  # times the largest coefficient: what the last ones of a series that converges are


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """The function in units of 2**-fraction: middles * 2**-FINER, to within DOUBT * 2**-FINER."""

    fraction: int
    middles: Integers

    def allowed(self, error: float) -> tuple[Integers, Integers]:
        """The least and the greatest integer of each argument whose number is surely within the error."""
        finest = Fraction(error) * power_of_two(self.fraction + FINER)
        reach = math.floor(finest) - DOUBT
        low = -((reach - self.middles) >> FINER)
        return low, (self.middles + reach) >> FINER

    def nearest(self, low: Integers, high: Integers) -> Integers:
        """The integers between these ends that are next to the values."""
        found: Integers = np.clip(self.middles + (1 << FINER - 1) >> FINER, low, high)
        return found

    def error_of(self, integers: Integers) -> float:
        """What the distance of the integers' numbers from the function surely does not exceed."""
        farthest = int(np.abs((integers << FINER) - self.middles).max()) + DOUBT
        return float_above(farthest * power_of_two(-self.fraction - FINER))


@lru_cache(maxsize=16)
def every_value(
    function: SmoothFunction, argument: tuple[int, int, int], bits: int, fraction: int
) -> Values | None:
    """The values of all arguments (minimum, maximum, fraction), None where the function is not finite or too large.

    They come of series, or of balls of so many bits where these are not as good.
    """
    finest = fraction + FINER
    by_series = values_within(function, Specification(*argument, math.ldexp(0.5, -finest)))
    if by_series is not None and math.ldexp(by_series.slack, finest) <= 1:
        return Values(fraction, np.rint(np.ldexp(by_series.values, finest)).astype(np.int64))
    minimum, maximum, exponent = argument
    middles = np.empty(maximum - minimum + 1, dtype=np.int64)
    with precision(bits):
        for place, n in enumerate(range(minimum, maximum + 1)):
            ball = function.ball(exact_ball(n, -exponent))
            if not math.ldexp(radius(ball), finest) <= 1:
                return None
            middle = scaled_midpoint(ball, finest)
            if middle.bit_length() > LONGEST:
                return None
            middles[place] = middle
    return Values(fraction, middles)


@lru_cache(maxsize=64)
def guessed_values(
    function: SmoothFunction, argument: tuple[int, int, int], bits: int
) -> tuple[Floats, float] | None:
    """The values of all arguments in floats, and about how far these are off, for searches; nothing is proved.

    Each part of the range has a series; where that does not converge fast, balls of all its arguments are taken. None
    where the function is not finite, and where many parts need that: such a function is no sum of a few tables.
    """
    minimum, maximum, exponent = argument
    step = -(-(maximum - minimum + 1) // PARTS)
    starts = range(minimum, maximum + 1, step)
    series = np.empty((TERMS, len(starts)))
    by_balls: list[tuple[int, Floats]] = []
    with precision(bits, TERMS):
        half = exact_ball(step, -exponent - 1)
        for part, start in enumerate(starts):
            centre = exact_ball(2 * start + step - 1, -exponent - 1)
            found = taylor_coefficients(function.series, centre, half, TERMS)
            series[:, part] = [float(coefficient) for coefficient in found]
            if _converges(series[:, part]):
                continue
            series[:, part] = 0.0
            last = min(start + step, maximum + 1)
            balls = [function.ball(exact_ball(n, -exponent)) for n in range(start, last)]
            if len(by_balls) == MOST_WITHOUT_SERIES or not all(b.is_finite() for b in balls):
                return None
            by_balls.append((start - minimum, np.array([float(ball) for ball in balls])))
    places = (2.0 * np.arange(step) - (step - 1)) / step
    values = np.zeros((len(starts), step))
    for coefficients in series[::-1]:
        values *= places
        values += coefficients[:, None]
    every = values.reshape(-1)[: maximum - minimum + 1]
    for place, own in by_balls:
        every[place : place + len(own)] = own
    return every, float(np.abs(series[-LAST:]).max())


def _converges(series: Floats) -> bool:
    """Whether the last coefficients are next to nothing beside the largest."""
    sizes = np.abs(series)
    return bool(np.isfinite(sizes).all() and sizes[-LAST:].max() <= CLOSE * sizes.max())
