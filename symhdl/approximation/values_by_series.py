"""The values of a function at all arguments at once: floats within a proved slack.

Each comes from a Taylor model of a stretch of the range, or is a ball's middle next to a singular point. So what an
approximation gives can be held against the function at every argument, which takes no longer than a few products.

K. Makino and M. Berz, Taylor models and other validated functional inclusion methods, 2003.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from msgspec import structs

from symhdl.approximation.approximation import Specification
from symhdl.approximation.effort import Depth
from symhdl.approximation.fitting import Floats, as_floats
from symhdl.approximation.segments import (
    MANY_POINTS,
    Grid,
    Model,
    Segment,
    Taylor,
    enclosure_of,
)
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.numeric.ball import precision

MOST_ARGUMENTS: Mapping[Depth, int] = {
    Depth.BRIEF: 1 << 17, Depth.ORDINARY: 1 << 17, Depth.THOROUGH: 1 << 21
}  # fmt: skip
"""A million take some seconds."""
MOST_POINTS = 1 << 17  # at which balls are asked for, one by one, where no series converges
STRETCHES = 1 << 2  # of a range, where Taylor series converge on them
DEGREE = 4  # Taylor series have some terms more
FINER = 2.0**-14  # times what is allowed is the slack that is asked for
ROUNDINGS = 2.0**-46  # of Horner's rule with up to 30 terms: two for each, of 2**-53


class SeriesValues(NamedTuple):
    """f(minimum + k * step of the grid) = values[k] to within `slack`; to be read only."""

    values: Floats
    slack: float


def has_few_arguments(specification: Specification, depth: Depth) -> bool:
    """Whether all values may be worked out."""
    return specification.span < MOST_ARGUMENTS[depth]


def values_by_series(function: SmoothFunction, specification: Specification) -> SeriesValues | None:
    """The values at all arguments; None if f is not finite at one, or series converge on too few of them."""
    error = specification.shared * FINER
    finer = structs.replace(specification, error=error, result=None, ends=None, more_degrees=0)
    return values_within(function, finer)


@lru_cache(maxsize=64)
def values_within(function: SmoothFunction, finer: Specification) -> SeriesValues | None:
    """The values by models within the error, whose results are not rounded; None as above."""
    values, slack, points = np.zeros(finer.span + 1), 0.0, 0
    bits = max(0, finer.span.bit_length() - STRETCHES.bit_length() + 1)
    whole = range(finer.minimum, finer.maximum + 1, 1 << bits)
    waiting = [(first, bits) for first in whole]
    with precision(finer.precision):
        while waiting:
            first, bits = waiting.pop()
            high = min((1 << bits) - 1, finer.maximum - first)
            segment = Segment(first, 1, 0, 0, high)
            model = enclosure_of(function, finer, Grid(bits, (segment,)), segment, DEGREE)
            if model is None and high < MANY_POINTS:
                return None
            if model is None:
                halves = (first, first + (1 << bits - 1))
                waiting += [(half, bits - 1) for half in halves if half <= finer.maximum]
                continue
            points += 0 if isinstance(model, Taylor) else high + 1
            if points > MOST_POINTS:
                return None
            place = first - finer.minimum
            found, lost = _evaluated(model, bits, high + 1, finer.precision)
            values[place : place + high + 1] = found
            slack = max(slack, lost)
    values.flags.writeable = False
    return SeriesValues(values, slack)


def _evaluated(model: Model, bits: int, count: int, scale: int) -> tuple[Floats, float]:
    """The values of a model at the first points of a stretch, and their slack."""
    if not isinstance(model, Taylor):
        values = as_floats(model.values, scale)
        return values, model.slack + ROUNDINGS * float(np.abs(values).max())
    tau = np.arange(count) * 2.0 ** (1 - bits) - 1.0
    sigma = tau if model.half == 1 else (tau - float(model.centre)) / float(model.half)
    coefficients = as_floats(model.coefficients, scale)
    total = np.zeros(count)
    for coefficient in coefficients[::-1]:
        total *= sigma
        total += coefficient
    # The sigma of a stretch that ends early is a quotient, rounded as well, which the powers multiply.
    sizes = np.abs(coefficients) * (1.0 + np.arange(len(coefficients)))
    return total, model.slack + ROUNDINGS * float(sizes.sum())
