"""Exact remainders of integers: by constants through multiplication, by variables through rows of subtractions."""

from __future__ import annotations

from symhdl.ir.builder import DatapathBuilder


def remainder(builder: DatapathBuilder, a: int, b: int) -> int:
    """a - b * floor(a / b) for cells of equal fraction; anything where b is zero."""
    low, high = builder.range(b)
    if low <= 0:
        # x mod y = -((-x) mod (-y))
        negative = builder.less(b, builder.constant(0, builder.fraction(b)))
        size = builder.select(negative, builder.negate(b), b)
        size = builder.clamp(builder.narrow(size, 0, max(-low, high)), 1, max(-low, high, 1))
        opposite = builder.select(negative, builder.negate(a), a)
        rest = remainder(builder, opposite, size)
        return builder.select(negative, builder.negate(rest), rest)
    divisor = builder.constant_value(b)
    return _by_variable(builder, a, b) if divisor is None else _by_constant(builder, a, divisor)


def _by_constant(builder: DatapathBuilder, a: int, divisor: int) -> int:
    """With M = ceil(2**k / m) and n m < 2**k, floor(n M / 2**k) is floor(n / m) (Granlund and Montgomery, 1994)."""
    fraction = builder.fraction(a)
    low, high = builder.range(a)
    if divisor & (divisor - 1) == 0:
        return builder.bits(a, 0, divisor.bit_length() - 1, fraction)
    # A multiple of the divisor is added so that nothing is negative.
    lift = -(low // divisor) * divisor
    raised = builder.add(a, builder.constant(lift, fraction))
    most = high + lift
    if most < divisor:
        return raised
    exponent = (most * divisor).bit_length()
    multiplier = -(-(1 << exponent) // divisor)
    product = builder.sum([(multiplier, raised)], 0, fraction)
    quotient = builder.narrow(builder.shift_right(product, exponent, fraction), 0, most // divisor)
    rest = builder.sum([(1, raised), (-divisor, quotient)], 0, fraction)
    return builder.narrow(rest, 0, min(divisor - 1, most))


def _by_variable(builder: DatapathBuilder, a: int, b: int) -> int:
    """Restoring division of |a|, one row for each bit; a negative dividend is reflected at the end."""
    fraction = builder.fraction(a)
    low, high = builder.range(a)
    zero = builder.constant(0, fraction)
    negative = builder.less(a, zero)
    size = builder.select(negative, builder.negate(a), a)
    size = builder.narrow(size, 0, max(-low, high, 0))
    _, largest = builder.range(b)
    rest = zero
    for position in range(builder.cells[size].width - 1, -1, -1):
        bit = builder.bits(size, position, 1, fraction)
        doubled = builder.add(builder.shift_left(rest, 1, fraction), bit)
        fits = builder.less_equal(b, doubled)
        rest = builder.select(fits, builder.subtract(doubled, b), doubled)
        rest = builder.narrow(rest, 0, largest - 1)
    reflected = builder.narrow(builder.subtract(b, rest), 1, largest)
    whole = builder.equal(rest, zero)
    reflected = builder.select(whole, rest, reflected)
    return builder.narrow(builder.select(negative, reflected, rest), 0, largest - 1)
