"""Fixed-point formats: value = integer * 2**-fraction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from symhdl.numeric.limits import MAXIMUM_FORMAT_WIDTH

MAXIMUM_FRACTION = 16384
BELOW_A_UNIT = 2.0**-40  # by so much of it a faithful result is nearer than a unit


@dataclass(frozen=True, slots=True, order=True)
class FixedFormat:
    """A two's complement (signed) or plain (unsigned) binary number of `width` bits.

    `fraction` is the number of fractional bits; it may be negative or exceed the width.
    """

    signed: bool
    width: int
    fraction: int

    @property
    def integer_bits(self) -> int:
        """Bits before the binary point, including the sign, as in HLS `ap_fixed<W,I>`."""
        return self.width - self.fraction

    @property
    def minimum(self) -> int:
        """The smallest integer of the format."""
        return -(1 << (self.width - 1)) if self.signed else 0

    @property
    def maximum(self) -> int:
        """The largest integer of the format."""
        return (1 << (self.width - 1)) - 1 if self.signed else (1 << self.width) - 1

    @property
    def ulp(self) -> Fraction:
        """The weight of the last bit."""
        return power_of_two(-self.fraction)

    def __str__(self) -> str:
        return f"{'fixed' if self.signed else 'ufixed'}<{self.width},{self.integer_bits}>"


@lru_cache(maxsize=4096)
def power_of_two(exponent: int) -> Fraction:
    """2**exponent, exactly."""
    return Fraction(1 << exponent) if exponent >= 0 else Fraction(1, 1 << -exponent)


def is_power_of_two(value: Fraction) -> bool:
    """Whether the number or its opposite is a power of two, by which to multiply takes no logic."""
    return abs(value.numerator).bit_count() == value.denominator.bit_count() == 1


def width_of_range(minimum: int, maximum: int) -> tuple[bool, int]:
    """Whether integers from `minimum` to `maximum` need a sign, and how many bits (at least 1)."""
    if minimum < 0:
        return True, max(~minimum, maximum).bit_length() + 1
    return False, maximum.bit_length() or 1


def format_of_range(minimum: int, maximum: int, fraction: int) -> FixedFormat:
    """The narrowest format with this fraction that holds the integers `minimum` to `maximum`."""
    signed, width = width_of_range(minimum, maximum)
    return FixedFormat(signed, width, fraction)


def round_to_integer(value: Fraction, fraction: int) -> int:
    """The integer nearest to value * 2**fraction, ties upwards: what hardware does by adding a half."""
    numerator = value.numerator << max(0, fraction)
    denominator = value.denominator << max(0, -fraction)
    return (2 * numerator + denominator) // (2 * denominator)


@lru_cache(maxsize=1024)
def integer_range_of(lower: Fraction, upper: Fraction, fraction: int) -> tuple[int, int]:
    """The integers that stand for a real range: its ends rounded to nearest, but never onto or across zero.

    A bound that is not zero keeps its sign, so that a range declared positive stays positive.
    """
    low, high = round_to_integer(lower, fraction), round_to_integer(upper, fraction)
    if lower > 0:
        low = max(low, 1)
        high = max(high, 1)
    if upper < 0:
        high = min(high, -1)
        low = min(low, -1)
    return low, high


@lru_cache(maxsize=1024)
def format_for_range(lower: Fraction, upper: Fraction, width: int) -> FixedFormat:
    """The format of `width` bits with the most fractional bits that holds `lower` to `upper`."""
    signed = lower < 0
    magnitude = max(abs(lower), abs(upper))
    if magnitude == 0:
        return FixedFormat(False, width, width)
    # The first guess puts the leading bit of the magnitude on top; rounding may need one bit more.
    leading = magnitude.numerator.bit_length() - magnitude.denominator.bit_length() + 1
    fraction = width - leading + 1
    while True:
        candidate = FixedFormat(signed, width, fraction)
        low, high = integer_range_of(lower, upper, fraction)
        if candidate.minimum <= low and high <= candidate.maximum:
            return candidate
        fraction -= 1


_FORMAT = re.compile(
    r"(u?)fixed<\s*([+-]?\d{1,9})\s*,\s*([+-]?\d{1,9})\s*>|([SU])Q\(\s*(\d{1,9})\s*,\s*(\d{1,9})\s*\)"
)


def parse_format(text: str) -> FixedFormat | None:
    """Reads `fixed<W,I>`, `ufixed<W,I>`, `SQ(i,f)` or `UQ(i,f)`; None if it is none of them.

    The caller checks the limits (`format_problem`), because only it knows where the text stands.
    """
    match = _FORMAT.fullmatch(text.strip())
    if match is None:
        return None
    if match[4] is None:
        width, integer_bits = int(match[2]), int(match[3])
        return FixedFormat(match[1] == "", width, width - integer_bits)
    integer_bits, fraction = int(match[5]), int(match[6])
    return FixedFormat(match[4] == "S", integer_bits + fraction, fraction)


def format_problem(candidate: FixedFormat) -> str | None:
    """Why the format cannot be used, or None if it can."""
    if candidate.width < 1:
        return "a format has at least one bit"
    if candidate.width > MAXIMUM_FORMAT_WIDTH:
        return f"a format has at most {MAXIMUM_FORMAT_WIDTH} bits"
    if abs(candidate.fraction) > MAXIMUM_FRACTION:
        return f"the binary point lies at most {MAXIMUM_FRACTION} bits from the number"
    return None
