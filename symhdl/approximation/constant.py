"""A function that does not vary by more than the error allows is a constant.

The bound: a ball that holds all of the range gives an enclosure of f; if its width is small enough, its middle
rounded to the grid is the result. A range of one point is the common case.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symhdl.approximation.approximation import Approximation, Specification, exponent_of
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.approximation.witness import ApproximationWitness, Way
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.ball import exact_ball, float_above, nearest_integer, precision
from symhdl.numeric.fixed import power_of_two

COARSEST, FINEST = -1, 3  # fractions that are tried, from that of the error on


@dataclass(frozen=True, slots=True)
class Constant(Approximation):
    """One integer for all arguments."""

    def build(self, builder: DatapathBuilder, argument: int) -> int:
        """A constant cell; the argument is not looked at."""
        del argument
        return builder.constant(self.minimum, self.fraction)

    def witness(self, function: SmoothFunction) -> ApproximationWitness:
        """The integer."""
        return ApproximationWitness(
            self.error,
            Way.CONSTANT,
            function.name,
            self.specification.argument,
            self.fraction,
            (self.minimum,),
        )


def constant(function: SmoothFunction, specification: Specification) -> Constant | None:
    """The constant that serves the whole range, None if the function varies too much."""
    fractions: Sequence[int]
    if specification.result is None:
        needed = -exponent_of(specification.error)
        fractions = range(needed + COARSEST, needed + FINEST)
    else:
        fractions = (specification.result,)
    with precision(specification.precision):
        low = exact_ball(specification.minimum, -specification.fraction)
        high = exact_ball(specification.maximum, -specification.fraction)
        value = function.ball(low if specification.span == 0 else low.union(high))
        for fraction in fractions:
            integer, distance = nearest_integer(value, fraction)
            if math.isinf(distance):
                return None
            error = float_above(Fraction(distance) * power_of_two(-fraction))
            if error <= specification.error:
                return Constant(specification, "constant", fraction, integer, integer, error)
    return None
