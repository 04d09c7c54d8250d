"""Squares in plain logic: halves are squared, and their product is counted twice, down to what a table holds."""

from __future__ import annotations

from symhdl.arithmetic.products import (
    Addend,
    added,
    levels_of_product,
    multiply_in_logic,
    without_zeros,
)
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.cell_ranges import range_of_square


def square_in_logic(builder: DatapathBuilder, a: int, lut_inputs: int) -> int:
    """The square of a cell as an integer; numbers that a table of LUTs takes are looked up."""
    a, zeros = without_zeros(builder, a)
    return builder.shift_left(_square(builder, a, lut_inputs), 2 * zeros, 0)


def _square(builder: DatapathBuilder, a: int, lut_inputs: int) -> int:
    """The square of a cell; with halves of halves it calls itself for each halving of the width.

    With a = h 2**k + l, 0 <= l < 2**k, the square is h**2 4**k + l**2 + h l 2**(k + 1), where the first two have no
    bits in common.
    """
    width = builder.cells[a].width
    if width <= lut_inputs:
        return _looked_up(builder, a, width)
    place = width // 2
    lower, upper = builder.bits(a, 0, place), builder.shift_right(a, place, 0)
    squares = builder.join(
        _square(builder, upper, lut_inputs),
        _square(builder, lower, lut_inputs),
        2 * place,
        0,
    )
    product = multiply_in_logic(builder, upper, lower, lut_inputs)
    total = added(builder, [Addend(squares, 0), Addend(product, place + 1)])
    return builder.narrow(total, *range_of_square(*builder.range(a)))


def levels_of_square(width: int, lut_inputs: int) -> int:
    """How many adders one after the other a square takes; the table of a number that LUTs take counts as one."""
    if width <= lut_inputs:
        return 1
    half = width // 2
    product = levels_of_product(0, (1 << half) - 1, lut_inputs)
    return 1 + max(product, levels_of_square(width - half, lut_inputs))


def _looked_up(builder: DatapathBuilder, a: int, width: int) -> int:
    """A table by the bits of the number, a negative one's as they stand."""
    low, high = builder.range(a)
    index = a if low >= 0 else builder.bits(a, 0, width)
    negative = 1 << (width - 1) if low < 0 else 0
    values = tuple(((k ^ negative) - negative) ** 2 for k in range(1 << width))
    return builder.narrow(builder.table(index, values, 0), *range_of_square(low, high))
