"""Exact remainders of integers: by constants in tables or through multiplication, by variables row for row."""

from __future__ import annotations

from collections.abc import Callable

from symhdl.arithmetic.trials import alone
from symhdl.cost.operators import Fabric
from symhdl.cost.pricing import price
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.live import remove_dead_cells
from symhdl.numeric.digits import low_zeros

MOST_TABLE_BITS = 10  # of a dividend whose remainders may stand in a table


def remainder(builder: DatapathBuilder, a: int, b: int, fabric: Fabric) -> int:
    """a - b * floor(a / b) for cells of equal fraction; anything where b is zero."""
    low, high = builder.range(b)
    if low <= 0:
        # x mod y = -((-x) mod (-y))
        negative = builder.less(b, builder.constant(0, builder.fraction(b)))
        size = builder.select(negative, builder.negate(b), b)
        size = builder.clamp(builder.narrow(size, 0, max(-low, high)), 1, max(-low, high, 1))
        opposite = builder.select(negative, builder.negate(a), a)
        rest = remainder(builder, opposite, size, fabric)
        return builder.select(negative, builder.negate(rest), rest)
    divisor = builder.constant_value(b)
    if divisor is None:
        return _by_variable(builder, a, b)
    return _by_constant(builder, a, divisor, fabric)


def _by_constant(builder: DatapathBuilder, a: int, divisor: int, fabric: Fabric) -> int:
    """With n = 2**k u + v and v < 2**k, n mod 2**k m is 2**k (u mod m) + v."""
    fraction, zeros = builder.fraction(a), low_zeros(divisor)
    upper = builder.shift_right(a, zeros, fraction)
    lower = builder.bits(a, 0, zeros, fraction)
    return builder.join(_by_odd(builder, upper, divisor >> zeros, fabric), lower, zeros, fraction)


def _by_odd(builder: DatapathBuilder, a: int, divisor: int, fabric: Fabric) -> int:
    """By a table or by multiplication, whichever is worth least."""
    low, high = builder.range(a)
    if divisor == 1:
        return builder.constant(0, builder.fraction(a))
    if low >= 0 and high < divisor:
        return a
    if builder.cells[a].width > MOST_TABLE_BITS:
        return _by_product(builder, a, divisor)
    ways = _by_table, _by_product

    def worth(build: Callable[[DatapathBuilder, int, int], int]) -> float:
        trial = DatapathBuilder()
        result = build(trial, trial.input("a", low, high, builder.fraction(a)), divisor)
        return fabric.worth(price(remove_dead_cells(alone(trial, result)), fabric))

    return min(ways, key=worth)(builder, a, divisor)


def _by_table(builder: DatapathBuilder, a: int, divisor: int) -> int:
    """A table of all remainders, indexed by the bits of the dividend, its sign among them."""
    cell = builder.cells[a]
    least, count = (-1 << (cell.width - 1) if cell.signed else 0), 1 << cell.width
    numbers = [*range(count + least), *range(least, 0)]
    index = builder.bits(a, 0, cell.width)
    return builder.table(index, tuple([number % divisor for number in numbers]), cell.fraction)


def _by_product(builder: DatapathBuilder, a: int, divisor: int) -> int:
    """With M = ceil(2**k / m) and n m < 2**k, floor(n M / 2**k) is floor(n / m) (Granlund and Montgomery, 1994)."""
    fraction = builder.fraction(a)
    low, high = builder.range(a)
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
