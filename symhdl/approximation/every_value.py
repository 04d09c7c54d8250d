"""A function at every argument of a specification: integers next to it, proved by balls, and floats for searches."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from symhdl.approximation.approximation import Specification
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.numeric.ball import (
    exact_ball,
    float_above,
    precision,
    radius,
    scaled_midpoint,
    taylor_coefficients,
)
from symhdl.numeric.fixed import power_of_two

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FINER = 20  # bits of values behind the unit of the result
DOUBT = 2  # finer units: the midpoint is cut, and the radius of the ball is at most one
LONGEST = 60  # bits of a value in finer units
TERMS = 10  # of a series
PIECES = 32  # of the range, each with a series


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

    def error_of(self, integers: Integers) -> float:
        """What the distance of the integers' numbers from the function surely does not exceed."""
        farthest = int(np.abs((integers << FINER) - self.middles).max()) + DOUBT
        return float_above(farthest * power_of_two(-self.fraction - FINER))


@lru_cache(maxsize=16)
def every_value(
    function: SmoothFunction, argument: tuple[int, int, int], bits: int, fraction: int
) -> Values | None:
    """The values of all arguments (minimum, maximum, fraction), with balls of so many bits.

    None where the function is not finite or too large.
    """
    minimum, maximum, exponent = argument
    middles = np.empty(maximum - minimum + 1, dtype=np.int64)
    finest = fraction + FINER
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
def looked_at(
    function: SmoothFunction, argument: tuple[int, int, int], bits: int
) -> tuple[Floats, float] | None:
    """The same in floats, from series, and about how far these are off; None where the function is not smooth."""
    minimum, maximum, exponent = argument
    count = maximum - minimum + 1
    step = -(-count // PIECES)
    rows: list[list[float]] = []
    with precision(bits, TERMS):
        half = exact_ball(step, -exponent - 1)
        for start in range(minimum, maximum + 1, step):
            centre = exact_ball(2 * start + step - 1, -exponent - 1)
            found = taylor_coefficients(function.series, centre, half, TERMS)
            rows.append([float(coefficient) for coefficient in found])
    coefficients = np.array(rows)
    if not np.isfinite(coefficients).all():
        return None
    places = (2.0 * np.arange(step) - (step - 1)) / step
    total = np.zeros((len(rows), step))
    for power in range(TERMS - 1, -1, -1):
        total = total * places + coefficients[:, power, None]
    return total.reshape(-1)[:count], float(np.abs(coefficients[:, -2:]).max())
