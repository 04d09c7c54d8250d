"""What the error of a truncated product stands on, in a form in which it can be proved again by other means."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FactorWitness:
    """The integers that a factor may be, and how many fractional bits they have."""

    minimum: int
    maximum: int
    fraction: int


@dataclass(frozen=True, slots=True)
class MultipleWitness:
    """A digit, the two bits of a number from `low` on, times another number without `dropped` bits.

    It counts 2**place times. The last digit of a product is what is left of the number, with its sign. Of a square the
    other number is 8 r + d, where d is the digit and r what lies above it.
    """

    low: int
    dropped: int
    place: int


@dataclass(frozen=True, slots=True)
class TruncationWitness:
    """A product of two factors, or the square of one, as the sum of its multiples.

    The multiples, the square of the bits from `rest` on and the constant are added in units of the last place of
    factors times factors, less `bottom` bits, and the sum is cut to `fraction` fractional bits. It is too small by at
    most `bound`, and never too large. The second factor gives the digits; digits that are not there are left out.
    """

    factors: tuple[FactorWitness, ...]
    multiples: tuple[MultipleWitness, ...]
    bottom: int
    constant: int
    fraction: int
    bound: float
    rest: int | None = None
