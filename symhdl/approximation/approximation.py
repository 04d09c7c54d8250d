"""The result of approximating a function: cells to build, and a proved error."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

from msgspec import Struct, structs

from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.approximation.witness import ApproximationWitness, Argument
from symhdl.cost.stages import Row
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.fixed import BELOW_A_UNIT

MAXIMUM_INDEX_BITS = 16  # a table has at most 2**16 entries
ORDINARY_DEGREE, MORE_DEGREES = 6, 6
EXACT = 0.75  # of a unit: no other integer is so near to one
LIMB = 64  # bits of the words that flint calculates with
FINE = -48  # below errors of 2**FINE a degree more is tried with every four bits


@dataclass(frozen=True, slots=True)
class Approximation(ABC):
    """A way to compute f over the range of integers of its specification.

    The result integer r has `fraction` fractional bits and lies from `minimum` to `maximum`. `error` is proved:
    |r * 2**-fraction - f(n * 2**-argument fraction)| <= error for every integer n of the range.
    """

    specification: Specification
    method: str
    fraction: int
    minimum: int
    maximum: int
    error: float

    @abstractmethod
    def build(self, builder: DatapathBuilder, argument: int) -> int:
        """The cell of the result, for an argument cell within the range of the approximation."""

    @abstractmethod
    def witness(self, function: SmoothFunction) -> ApproximationWitness:
        """What the error stands on; `function` is the one that is approximated."""

    def chained(self) -> tuple[Row, ...]:
        """Rows of adders each of which waits for the one before; none where there are few."""
        return ()


class Specification(Struct, frozen=True):
    """What is to be approximated: f(n * 2**-fraction) for minimum <= n <= maximum, to within `error`.

    With `more_degrees` polynomials may have higher degrees than are ordinarily worth a try. If there is a `result`,
    that is the number of fractional bits that the approximation has, exactly, and the error covers the rounding to
    them; else the method chooses, and whoever takes the result rounds it. Integers of that fraction beyond the `ends`
    may be held there: whoever takes the result does so.
    """

    minimum: int
    maximum: int
    fraction: int
    error: float
    more_degrees: int = 0
    result: int | None = None
    ends: tuple[int, int] | None = None

    @property
    def argument(self) -> Argument:
        """The argument as witnesses tell it."""
        return Argument(self.minimum, self.maximum, self.fraction)

    @property
    def span(self) -> int:
        """How many steps of the grid lie between the ends."""
        return self.maximum - self.minimum

    @property
    def result_fraction(self) -> int:
        """The fractional bits of the result, as far as polynomials and estimates are concerned.

        Where they are free, the fewest whose rounding takes less than half of the error: with one bit less, all that
        stands before would have to be so much finer that it takes more.
        """
        if self.result is not None:
            return self.result
        share, exponent = math.frexp(self.error)
        return 1 - exponent + (share == QUARTERS[0])

    @property
    def shared(self) -> float:
        """The error of which one half is left when the result is rounded, whatever its fraction."""
        return self.error if self.result is None else 2.0 * (self.error - self.half_unit)

    @property
    def unrounded(self) -> Specification:
        """With a free fraction, and what is left of the error when a result of the given one is rounded."""
        if self.result is None:
            return self
        return structs.replace(self, error=self.error - self.half_unit, result=None, ends=None)

    def exact(self, fraction: int) -> Specification:
        """With a result of so many bits, which all values of the function have: one within this error is the value."""
        error = math.ldexp(EXACT, -fraction)
        return structs.replace(self, error=error, result=fraction, ends=None)

    @property
    def half_unit(self) -> float:
        """Half a unit of the last place of a result whose fraction is given."""
        assert self.result is not None
        return math.ldexp(0.5, -self.result)

    @property
    def highest_degree(self) -> int:
        """The highest degree of polynomials that is tried: finer errors take more."""
        finer = max(0, FINE - exponent_of(self.shared)) // 4
        return ORDINARY_DEGREE + min(MORE_DEGREES, max(self.more_degrees, finer))

    @property
    def precision(self) -> int:
        """Bits with which balls are computed: enough for the error and for cancellation inside functions.

        Whole words, which are computed as fast, so that specifications that differ a little share what they ask.
        """
        bits = self._least_precision + max(0, -exponent_of(self.shared))
        return -(-bits // LIMB) * LIMB

    @property
    def _least_precision(self) -> int:
        return 128 + max(0, -self.fraction)

    @property
    def coarsest(self) -> Specification:
        """With the largest error for which the function is looked at with as many degrees and as precisely.

        What does not hang on the error is worked out for that, so that all errors share it.
        """
        bits = max(0, self.precision - LIMB + 1 - self._least_precision)
        more_degrees = self.highest_degree - ORDINARY_DEGREE
        error = math.ldexp(0.5, -bits)
        return Specification(self.minimum, self.maximum, self.fraction, error, more_degrees)


def exponent_of(value: float) -> int:
    """The e with 2**(e-1) <= value < 2**e."""
    return math.frexp(value)[1]


QUARTERS = (0.5, 0.5946035575013605, 0.7071067811865476, 0.8408964152537146)
"""2**-1, 2**-0.75, 2**-0.5, 2**-0.25."""


def on_grid(error: float) -> float:
    """The error, down to a power of two in quarters, so that errors that are nearly the same share approximations."""
    fraction, exponent = math.frexp(error)
    quarter = max((q for q in QUARTERS if q <= fraction), default=0.0)
    return math.ldexp(quarter, exponent)


PARTS_OF_UNIT = 64  # the grid of errors of results whose fraction is given
ROUNDED = 2.0**-40  # far less than a quarter of a bit


def at_grid(specification: Specification) -> Specification:
    """With a slightly smaller error, so that specifications that are nearly the same share approximations.

    That is a power of two in quarters, or, of a result of a given fraction, what is left beside its rounding in parts
    of a unit; all of it where it is a whole number of them.
    """
    if specification.result is None:
        return structs.replace(specification, error=on_grid(specification.error))
    part = specification.half_unit * 2 / PARTS_OF_UNIT
    parts = math.floor(specification.error / part * (1 + 2 * BELOW_A_UNIT))
    error = min(parts * part * (1 - BELOW_A_UNIT), specification.error)
    is_room_left = error > specification.half_unit
    return structs.replace(specification, error=error) if is_room_left else specification


def tighter(specification: Specification, bits: float) -> Specification:
    """With an error by so many bits smaller, or what is left of it beside the rounding to a given fraction."""
    if specification.result is None:
        error = on_grid(specification.error * 2.0**-bits * (1 + ROUNDED))
        return structs.replace(specification, error=error)
    half = specification.half_unit
    error = half + (specification.error - half) * 2.0**-bits
    return at_grid(structs.replace(specification, error=error))
