"""What is to be approximated, on what, and what an approximation would be worth before it is worked out."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

from msgspec import Struct, structs

from symhdl.approximation.approximation import Approximation, Specification, exponent_of
from symhdl.approximation.built import worth_of
from symhdl.approximation.effort import Depth
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.approximation.symmetric import folded
from symhdl.cost.operators import Fabric
from symhdl.functions.univariate import Symmetry
from symhdl.numeric.ball import exact_ball, magnitude, precision, upper_float

MOST_BITS = 144  # of a result behind the binary point: nothing but constants and tables has more
LONGEST_ARGUMENT = 1000  # bits
QUARTERS = 4  # of the range, at whose ends the size of the function is looked at


class Problem(Struct, frozen=True):
    """What is to be approximated, and what of; `depth` is how long prospects take to be worked out."""

    function: SmoothFunction
    specification: Specification
    fabric: Fabric
    depth: Depth = Depth.ORDINARY

    @property
    def foldable(self) -> bool:
        """Whether |n| tells the function of n, and there are negative n."""
        return self.function.symmetry is not Symmetry.NONE and self.specification.minimum < 0

    @property
    def half(self) -> Problem:
        """The problem of |n|."""
        return structs.replace(self, specification=folded(self.specification))

    @property
    def periods(self) -> float:
        """How many periods the range spans; 0 without a period."""
        if self.function.period is None:
            return 0.0
        with precision(64):
            length = exact_ball(self.specification.span, -self.specification.fraction)
            return upper_float(length / self.function.period())

    @property
    def is_hopeless(self) -> bool:
        """Whether the result, or the argument, is too long for polynomials; estimates are made in floats."""
        specification = self.specification
        largest = max(-specification.minimum, specification.maximum)
        longest = max(largest.bit_length(), abs(specification.fraction))
        return exponent_of(specification.error) < -MOST_BITS or longest > LONGEST_ARGUMENT

    @property
    def result_bits(self) -> int:
        """About how many bits the size of a result has."""
        return max(1, exponent_of(self.magnitude) + self.specification.result_fraction)

    @property
    def magnitude(self) -> float:
        """The largest of |f| at a few places, for estimates."""
        return _magnitude(self)

    def worth(self, approximation: Approximation) -> float:
        """What an approximation is worth on the device, in LUTs."""
        return worth_of(approximation, self.fabric)


@lru_cache(maxsize=256)
def _magnitude(problem: Problem) -> float:
    specification = problem.specification
    places = range(QUARTERS + 1)
    with precision(specification.precision):
        points = [specification.minimum + specification.span * k // QUARTERS for k in places]
        balls = (problem.function.ball(exact_ball(n, -specification.fraction)) for n in points)
        sizes = [magnitude(ball) for ball in balls]
    return max((size for size in sizes if 0 < size < math.inf), default=1.0)


class Prospect(Struct, frozen=True):
    """An approximation that is not worked out: what it is estimated to be worth, and what works it out and proves it.

    That gives None where it cannot be proved. `work` is how many segments are enclosed and fitted for it, `luck` by
    what share it may well be worth less than estimated.
    """

    worth: float
    work: int
    prove: Callable[[], Approximation | None]
    luck: float = 0.0


class Floor(Struct, frozen=True):
    """Among prospects: none that follows is estimated at less, and the next takes long to be estimated."""

    worth: float
