"""The last rounding of an output: the constant that is added before it, and the bound of the whole error."""

from __future__ import annotations

import math
from fractions import Fraction

from symhdl.analysis.ranges import Ranges
from symhdl.numeric.fixed import power_of_two
from symhdl.numeric.interval import Intervals, fraction_above
from symhdl.precision.goals import OutputGoal
from symhdl.precision.roundings import Plan

NEAR_MEAN = 1 / 16
"""Ulp of an output: how near the constant comes to one that takes back the mean."""


def total_error(
    goal: OutputGoal,
    fraction: int,
    low: float,
    high: float,
    integers: tuple[int, int] | None = None,
    mean: float | None = None,
) -> tuple[int, float]:
    """The integer to add before the output's last shift, and the bound of the whole error.

    The inside has an error between `low` and `high` and `fraction` fractional bits. The shift loses between 0 and an
    ulp less one unit; the constant centres the whole, or its `mean` if that is told. If the `integers` are told between
    which the result lies, it has as many low zeros as the goal allows, and takes none of them past the ends of the
    format.
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return 0, math.inf
    if fraction < goal.format.fraction:
        return 0, max(0.0, -low, high)
    # In integers, units of 2**-scale, which are much faster than fractions.
    ratios = low.as_integer_ratio(), high.as_integer_ratio()
    scale = max(fraction, *(denominator.bit_length() - 1 for _, denominator in ratios))
    least, most = ((numerator << scale) // denominator for numerator, denominator in ratios)
    unit = 1 << (scale - fraction)
    steps = 1 << (fraction - goal.format.fraction)
    centre = least + most
    if mean is not None:  # doubled, in integers too: floats do not go so far
        numerator, denominator = mean.as_integer_ratio()
        centre = (numerator << scale + 1) // denominator
    constant = _nearest((steps - 1) * unit - centre, 2 * unit)
    if mean is None:
        constant = max(0, min(constant, 2 * steps))

    def bound(constant: int) -> Fraction:
        """Of the whole error with this constant."""
        size = max(unit * (steps - 1 - constant) - least, most + unit * constant)
        return size * power_of_two(-scale)

    if integers is not None:
        least_constant = goal.format.minimum * steps - integers[0]
        most_constant = (goal.format.maximum + 1) * steps - 1 - integers[1]
        held = max(least_constant, min(constant, most_constant))
        for zeros in range(steps.bit_length(), -1, -1):
            shorter = _nearest(held, 1 << zeros) << zeros
            is_near = mean is None or abs(shorter - held) <= NEAR_MEAN * steps
            if (
                least_constant <= shorter <= most_constant
                and bound(shorter) < goal.error
                and is_near
            ):
                constant = shorter
                break
    return constant, fraction_above(bound(constant))


def _nearest(numerator: int, denominator: int) -> int:
    """The integer nearest to a quotient, of two equally near ones the even one."""
    quotient, rest = divmod(numerator, denominator)
    return quotient + (2 * rest > denominator or (2 * rest == denominator and quotient % 2 == 1))


def is_met(ranges: Ranges, goal: OutputGoal, plan: Plan, error: Intervals) -> bool:
    """Whether the goal is reached with a plan, given the error of the output's node."""
    low, high = ranges.hull_where_needed(goal.node, error)
    _, bound = total_error(goal, plan.fractions[goal.node], low, high)
    return bound < goal.error if goal.faithful else bound <= goal.error
