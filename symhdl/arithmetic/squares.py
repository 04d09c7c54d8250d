"""Squares in plain logic: halves are squared, and their product is counted twice, down to what a table holds."""

from __future__ import annotations

from symhdl.arithmetic.products import Part, added, multiply_in_logic
from symhdl.ir.builder import DatapathBuilder


def square_in_logic(builder: DatapathBuilder, a: int, table_bits: int) -> int:
    """The square of a cell as an integer; numbers of so many bits, and narrower ones, are looked up.

    With a = h 2**k + l, 0 <= l < 2**k, the square is h**2 4**k + l**2 + h l 2**(k + 1), where the first two have no
    bits in common.
    """
    low, high = builder.range(a)
    width = builder.cells[a].width
    if width <= table_bits:
        return _looked_up(builder, a, width)
    place = width // 2
    lower, upper = builder.bits(a, 0, place), builder.shift_right(a, place, 0)
    squares = builder.join(
        square_in_logic(builder, upper, table_bits),
        square_in_logic(builder, lower, table_bits),
        2 * place,
        0,
    )
    product = multiply_in_logic(builder, upper, lower)
    total = added(builder, [Part(squares, 0), Part(product, place + 1)])
    return builder.narrow(total, *_squares(low, high))


def _squares(low: int, high: int) -> tuple[int, int]:
    """The least and the greatest square of the numbers of a range."""
    ends = low * low, high * high
    return (0 if low <= 0 <= high else min(ends)), max(ends)


def _looked_up(builder: DatapathBuilder, a: int, width: int) -> int:
    """A table by the bits of the number, a negative one's as they stand."""
    low, high = builder.range(a)
    half = 1 << (width - 1)
    numbers = range(1 << width)
    if low >= 0:
        index = a
    else:
        index = builder.bits(a, 0, width)
        numbers = [*range(half), *range(-half, 0)]
    values = tuple(number * number for number in numbers)
    return builder.narrow(builder.table(index, values, 0), *_squares(low, high))
