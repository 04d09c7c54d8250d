"""Products with constants as shifts and adds, from the canonical signed digits of the constant."""

from __future__ import annotations

from symhdl.arithmetic.sums import Addend, sum_of
from symhdl.ir.builder import DatapathBuilder


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


def multiply_by_constant(builder: DatapathBuilder, a: int, value: int, fraction: int) -> int:
    """The cell times an integer, read with `fraction` fractional bits.

    A constant that is (2**k + 1) or (2**k - 1) times one with fewer digits is built in two steps
    when that saves adders.
    """
    if value == 0:
        return builder.constant(0, fraction)
    digits = signed_digits(value)
    shift = digits[0][0]
    odd = value >> shift
    factor = _saving_factor(odd, len(digits))
    if factor is not None:
        inner = multiply_by_constant(builder, a, factor, builder.fraction(a))
        outer = multiply_by_constant(builder, inner, odd // factor, builder.fraction(a))
        return builder.shift_left(outer, shift, fraction)
    terms = [
        Addend(builder.shift_left(a, position, fraction), negative=digit < 0)
        for position, digit in digits
    ]
    return sum_of(builder, terms, fraction)


def _saving_factor(odd: int, digits: int) -> int | None:
    """A divisor of the form 2**k +- 1 whose product form needs fewer adders than the digits, or None."""
    best: int | None = None
    fewest = digits - 1
    for k in range(2, max(3, abs(odd).bit_length())):
        for candidate in ((1 << k) - 1, (1 << k) + 1):
            if odd % candidate or abs(odd) == candidate:
                continue
            adders = 1 + len(signed_digits(odd // candidate)) - 1
            if adders < fewest:
                best, fewest = candidate, adders
    return best
