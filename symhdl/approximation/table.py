"""The value for every argument in one table, each rounded to nearest.

The error is measured on balls entry by entry: half a unit of the last place, plus what a ball's radius leaves
undecided. The address is the lowest bits of the argument, which tell all arguments of the range apart; entries that no
argument reaches repeat their neighbour.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from symhdl.approximation.approximation import (
    MAXIMUM_INDEX_BITS,
    Approximation,
    Specification,
    exponent_of,
)
from symhdl.approximation.sampling import sample_range
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.approximation.witness import ApproximationWitness, Way
from symhdl.cost.operators import Fabric, worth_of_tables
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.ball import exact_ball, float_above, magnitude, nearest_integer, precision
from symhdl.numeric.fixed import power_of_two

LARGEST_TABLE = 1 << 23  # bits


@dataclass(frozen=True, slots=True)
class PlainTable(Approximation):
    """The argument's lowest bits address the table."""

    address_bits: int
    contents: tuple[int, ...]

    def build(self, builder: DatapathBuilder, argument: int) -> int:
        """A table cell."""
        address = builder.part(builder.bits(argument, 0, self.address_bits), "index")
        result = builder.table(address, self.contents, self.fraction)
        return builder.narrow(result, self.minimum, self.maximum)

    def witness(self, function: SmoothFunction) -> ApproximationWitness:
        """The integer for every argument."""
        specification, size = self.specification, len(self.contents)
        arguments = range(specification.minimum, specification.maximum + 1)
        integers = tuple(self.contents[n % size] for n in arguments)
        return ApproximationWitness(
            self.error, Way.TABLE, function.name, specification.argument, self.fraction, integers
        )


def fewest_bits(specification: Specification) -> int:
    """The fraction of the result, where it is free the smallest f whose rounding is within the error: 2**-(f + 1)."""
    given = specification.result
    return -exponent_of(specification.error) if given is None else given


def fits(specification: Specification) -> bool:
    """Whether a table of all arguments is small enough, its results being of a size about 1."""
    entries = specification.span + 1
    return entries <= 1 << MAXIMUM_INDEX_BITS and (
        entries * max(1, fewest_bits(specification)) <= LARGEST_TABLE
    )


def estimated_worth(
    function: SmoothFunction, fabric: Fabric, specification: Specification, magnitude: float
) -> float:
    """The estimated worth of the table for values up to a size."""
    fraction = fewest_bits(specification)
    width = max(1, exponent_of(magnitude) + fraction + 1)
    bits = specification.span.bit_length()
    samples = sample_range(function, specification)
    places = (samples.points - specification.minimum) / 2.0**bits
    values = samples.variations(samples.unit, places)[:1]
    return float(
        worth_of_tables(fabric, np.array([bits]), np.array([width]), np.ldexp(values, fraction))[0]
    )


def table(function: SmoothFunction, specification: Specification) -> PlainTable | None:
    """The table, None if it is too large or f is not finite somewhere."""
    if not fits(specification) or specification.span == 0:
        return None
    start = fewest_bits(specification)
    # A value next to the middle of two integers may need one bit more.
    for fraction in (start, start + 1) if specification.result is None else (start,):
        values, worst = _values(function, specification, fraction)
        if math.isinf(worst):
            return None
        error = float_above(Fraction(worst) * power_of_two(-fraction))
        if error <= specification.error:
            return _placed(specification, values, fraction, error)
    return None


def _values(
    function: SmoothFunction, specification: Specification, fraction: int
) -> tuple[list[int], float]:
    """The rounded values in the order of the arguments, held at the ends, and their largest error in units."""
    values: list[int] = []
    worst = 0.0
    with precision(specification.precision):
        for n in range(specification.minimum, specification.maximum + 1):
            ball = function.ball(exact_ball(n, -specification.fraction))
            value, distance = nearest_integer(ball, fraction)
            if specification.ends is not None and math.isfinite(distance):
                value = max(specification.ends[0], min(value, specification.ends[1]))
                distance = magnitude(ball * exact_ball(1, fraction) - value)
            values.append(value)
            worst = max(worst, distance)
            if math.isinf(distance):
                break
    return values, worst


def _placed(
    specification: Specification, values: list[int], fraction: int, error: float
) -> PlainTable:
    """The table with every value at its address."""
    bits = specification.span.bit_length()
    size = 1 << bits
    # The reached addresses are an interval, cyclically; the gap behind it repeats the nearer end.
    gap = size - len(values)
    cyclic = values + [values[-1]] * (gap // 2) + [values[0]] * (gap - gap // 2)
    turn = specification.minimum % size
    contents = tuple(cyclic[size - turn :] + cyclic[: size - turn])
    return PlainTable(
        specification, "table", fraction, min(values), max(values), error, bits, contents
    )
