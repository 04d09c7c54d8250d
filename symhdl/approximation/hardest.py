"""How near the values of a function come to the middle between two numbers of a format: all of them are tried.

With m the least distance of a value to such a middle, the nearest number is at most half a unit less m away, and all
others at least half a unit and m. So a result that is nearer than that to the value is the nearest. Where a value lies
in the middle, such a result is one of the two nearest.

This is the table maker's dilemma, which trying all arguments solves for short formats: V. Lefevre and J.-M. Muller,
Worst cases for correct rounding of the elementary functions in double precision, ARITH 2001.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from symhdl.approximation.approximation import LIMB
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.numeric.ball import ends, exact_ball, is_moderate, precision
from symhdl.numeric.fixed import power_of_two

Ends: TypeAlias = tuple[int | None, int | None]

ANYTHING: Ends = None, None
MOST_INPUTS = 1 << 16
PRECISIONS = (2 * LIMB, 4 * LIMB, 16 * LIMB)
"""Bits beside those of the result, tried one after the other for each value that cannot be told."""


@dataclass(frozen=True, slots=True)
class Hardest:
    """The least `distance` to a middle that is not 0, in units of the result, and how many values lie in one."""

    distance: Fraction
    ties: int


def hardest(
    function: SmoothFunction, exactly: Callable[[Fraction], Fraction | None],
    minimum: int, maximum: int, fraction: int, result_fraction: int, held: Ends = ANYTHING,
) -> Hardest | None:  # fmt: skip
    """That of f(n * 2**-fraction), minimum <= n <= maximum, rounded to `result_fraction`; None where a value is unsure.

    `exactly` gives values of the function that are rational, as far as it knows. Values are `held` between integers,
    in units of the result.
    """
    least, ties = Fraction(1, 2), 0
    for n in range(minimum, maximum + 1):
        distance = _distance(function, n, fraction, result_fraction, held)
        if distance is None:
            value = exactly(n * power_of_two(-fraction))
            if value is None:
                return None
            distance = abs(value * power_of_two(result_fraction) % 1 - Fraction(1, 2))
        ties += distance == 0
        least = min(least, distance or least)
    return Hardest(least, ties)


def _distance(
    function: SmoothFunction, n: int, fraction: int, result_fraction: int, held: Ends
) -> Fraction | None:
    """A lower bound of the value's distance to the middle, above 0; 0 if it is there for sure."""
    least, most = held
    for bits in PRECISIONS:
        with precision(bits + max(0, result_fraction) + max(0, -fraction)):
            ball = function.ball(exact_ball(n, -fraction)) * exact_ball(1, result_fraction)
            if not (ball.is_finite() and is_moderate(ball)):
                continue
            low, high = ends(ball)
        if (least is not None and high <= least) or (most is not None and low >= most):
            return Fraction(1, 2)
        low, high = low - Fraction(1, 2), high - Fraction(1, 2)
        if low == high and low.denominator == 1:
            return Fraction(0)
        below = low.numerator // low.denominator  # the last middle at or below the ball
        if below < low and high < below + 1:
            return min(low - below, below + 1 - high)
    return None
