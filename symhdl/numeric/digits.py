"""How integers are written in digits: signed ones for factors that are known, in base 4 for those that are not."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

LEAST_TOP, GREATEST_TOP = -2, 2
"""Between these the uppermost digit lies, of which no carry needs to leave."""

INVERTED_OR_NOT = (1, -1)
"""The weights of a row whose bits are inverted where its digit is 1."""
CHOSEN_OR_NOT = (0, 1)
"""The weights of a row that is 0 where its digit is 0."""


def signed_digits(value: int) -> list[tuple[int, int]]:
    """The non-zero digits (position, +1 or -1) of the canonical signed digit form (Reitwiesner 1960).

    No number has a form with fewer non-zero digits.
    """
    digits: list[tuple[int, int]] = []
    position = 0
    while value:
        if value & 1:
            digit = 2 - (value & 3)  # +1 before a 0, -1 before a run of ones
            digits.append((position, digit))
            value -= digit
        value >>= 1
        position += 1
    return digits


def of_few_digits(value: Fraction, tolerance: Fraction) -> Fraction:
    """A number within the tolerance, of the fewest signed digits: each is the power of two nearest to what is left."""
    # In integers, since fractions take much longer: `unit` stands for 1, and no digit is finer than its last bit.
    finest = tolerance.denominator.bit_length() + 1
    unit = value.denominator << finest
    left = value.numerator << finest
    most = tolerance.numerator * unit // tolerance.denominator
    while abs(left) > most:
        size = abs(left)
        exponent = size.bit_length() - unit.bit_length()
        exponent -= _times_power(unit, exponent) > size
        exponent += 2 * size >= 3 * _times_power(unit, exponent)
        left += _times_power(-unit if left > 0 else unit, exponent)
    return value - Fraction(left, unit)


def _times_power(unit: int, exponent: int) -> int:
    """The unit times a power of two."""
    return unit << exponent if exponent >= 0 else unit >> -exponent


def digit_count(value: int) -> int:
    """How many signed digits an integer has."""
    size = abs(value)
    return (3 * size ^ size).bit_count()


def odd_part(weight: int) -> int:
    """The size of a weight without its factors of two."""
    size = abs(weight)
    return size // (size & -size)


def low_zeros(value: int) -> int:
    """How many of the low bits of an integer other than 0 are 0."""
    return (value & -value).bit_length() - 1


@dataclass(frozen=True, slots=True)
class Recoding:
    """How a range of numbers is written in base 4: so many digits -1, 0, 1, 2 below the uppermost.

    That lies from `least` to `most`.
    """

    digits: int
    least: int
    most: int

    @property
    def offset(self) -> int:
        """What makes pairs of bits, none negative, of the digits."""
        return _ones(self.digits) - (self.least << (2 * self.digits))


@lru_cache(maxsize=1024)
def recoding_of(low: int, high: int) -> Recoding:
    """The recoding with the fewest digits."""
    digits = 0
    while True:
        ones = _ones(digits)
        least, most = (low + ones) >> (2 * digits), (high + ones) >> (2 * digits)
        if least >= LEAST_TOP and most <= GREATEST_TOP:
            return Recoding(digits, min(least, 0), most)
        digits += 1


def _ones(digits: int) -> int:
    """The number of so many digits 1."""
    return ((1 << (2 * digits)) - 1) // 3
