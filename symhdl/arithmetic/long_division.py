"""Quotients of integers that tell how any rounding of the exact quotient comes out, bit by bit."""

from __future__ import annotations

from symhdl.ir.builder import DatapathBuilder


def sticky_quotient(builder: DatapathBuilder, a: int, b: int, fraction: int) -> int:
    """a / b with two fractional bits more than asked for, of which the last is 1 where something is left over.

    Rounded to `fraction` bits or fewer, downwards, to nearest or to zero, it gives what the exact quotient gives, which
    lies between the same numbers and the middles of these. Where b is zero it is anything.
    """
    negative = builder.constant(0, 0)
    sizes = []
    for cell in (a, b):
        low, high = builder.range(cell)
        is_negative = builder.less(cell, builder.constant(0, builder.fraction(cell)))
        size = builder.select(is_negative, builder.negate(cell), cell)
        least = 0 if low <= 0 <= high else min(abs(low), abs(high))
        sizes.append(builder.narrow(size, least, max(-low, high)))
        negative = builder.select(negative, builder.logical_not(is_negative), is_negative)
    dividend, divisor = sizes
    _, largest = builder.range(divisor)
    divisor = builder.clamp(divisor, 1, max(largest, 1))
    # In integers: the quotient has the fraction of the dividend less that of the divisor.
    shift = fraction + 1 - builder.fraction(a) + builder.fraction(b)
    quotient, rest = _divided(builder, dividend, divisor, shift, fraction + 1)
    left = builder.logical_not(builder.equal(rest, builder.constant(0, 0)))
    size = builder.join(quotient, left, 1, fraction + 2)
    return builder.select(negative, builder.negate(size), size)


def _divided(
    builder: DatapathBuilder, a: int, b: int, shift: int, fraction: int
) -> tuple[int, int]:
    """floor(a * 2**shift / b) and something that is 0 where nothing is left over, by restoring division."""
    a, b = builder.shift_left(a, 0, 0), builder.shift_left(b, 0, 0)
    if shift < 0:
        b = builder.shift_left(b, -shift, 0)
    (_, highest), (least, largest) = builder.range(a), builder.range(b)
    rest = quotient = builder.constant(0, 0)
    for position in range(highest.bit_length() - 1, -max(shift, 0) - 1, -1):
        doubled = builder.shift_left(rest, 1, 0)
        if position >= 0:
            doubled = builder.add(doubled, builder.bits(a, position, 1))
        fits = builder.less_equal(b, doubled)
        rest = builder.select(fits, builder.subtract(doubled, b), doubled)
        rest = builder.narrow(rest, 0, largest - 1)
        quotient = builder.join(quotient, fits, 1, 0)
    most = (highest << max(shift, 0)) // least
    return builder.narrow(builder.shift_left(quotient, 0, fraction), 0, most), rest
