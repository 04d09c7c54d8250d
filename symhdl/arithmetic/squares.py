"""Squares in plain logic, down to what a table holds: of halves and their product, or multiples by their own digits."""

from __future__ import annotations

from symhdl.arithmetic.addends import Addend, added
from symhdl.arithmetic.products import (
    levels_of_product,
    multiple_in_chain,
    multiply_in_logic,
    sum_of_addends,
    without_zeros,
)
from symhdl.cost.products import (
    SQUARE_SHIFT,
    Factor,
    Logic,
    depth_of_square_in_chains,
    square_in_chains,
)
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.cell_ranges import range_of_square
from symhdl.targets.units import DIGIT_BITS


def square_in_logic(builder: DatapathBuilder, a: int, logic: Logic) -> int:
    """The square of a cell as an integer; numbers that a table of LUTs takes are looked up."""
    a, zeros = without_zeros(builder, a)
    in_chains = square_in_chains(Factor(*builder.range(a)), logic) is not None
    square = _square_in_chains if in_chains else _square
    return builder.shift_left(square(builder, a, logic), 2 * zeros, 0)


def _square_in_chains(builder: DatapathBuilder, a: int, logic: Logic) -> int:
    """The sum of chains and a table."""
    total = sum_of_addends(builder, addends_of_square(builder, a, logic), logic)
    return builder.narrow(total, *range_of_square(*builder.range(a)))


def addends_of_square(builder: DatapathBuilder, a: int, logic: Logic) -> list[Addend]:
    """With a = 4 r + d, 0 <= d < 4, the square is 16 r**2 + (8 r + d) d: a smaller square and a multiple."""
    parts: list[Addend] = []
    rest = a
    while builder.cells[rest].width > logic.lut_inputs:
        digit = builder.bits(rest, 0, DIGIT_BITS)
        rest = builder.shift_right(rest, DIGIT_BITS, 0)
        factor = builder.join(rest, digit, SQUARE_SHIFT, 0)
        multiple = multiple_in_chain(builder, factor, digit, logic.chain)
        parts.append(Addend(multiple, 2 * DIGIT_BITS * len(parts)))
    looked_up = _looked_up(builder, rest, builder.cells[rest].width)
    return [*parts, Addend(looked_up, 2 * DIGIT_BITS * len(parts))]


def _square(builder: DatapathBuilder, a: int, logic: Logic) -> int:
    """The square of a cell; with halves of halves it calls itself for each halving of the width.

    With a = h 2**k + l, 0 <= l < 2**k, the square is h**2 4**k + l**2 + h l 2**(k + 1), where the first two have no
    bits in common.
    """
    width = builder.cells[a].width
    if width <= logic.lut_inputs:
        return _looked_up(builder, a, width)
    place = width // 2
    lower, upper = builder.bits(a, 0, place), builder.shift_right(a, place, 0)
    squares = builder.join(
        _square(builder, upper, logic),
        _square(builder, lower, logic),
        2 * place,
        0,
    )
    product = multiply_in_logic(builder, upper, lower, logic, bound=False)
    total = added(builder, [Addend(squares, 0), Addend(product, place + 1)])
    return builder.narrow(total, *range_of_square(*builder.range(a)))


def levels_of_square(low: int, high: int, logic: Logic) -> int:
    """How many adders one after the other a square takes of a number from `low` to `high`.

    The table of a number that LUTs take counts as one.
    """
    a = Factor(low, high)
    if a.width <= logic.lut_inputs:
        return 1
    if square_in_chains(a, logic) is not None:
        return 1 + depth_of_square_in_chains(a.width, logic.lut_inputs)
    half = a.width // 2
    product = levels_of_product(0, (1 << half) - 1, logic)
    return 1 + max(product, levels_of_square(low >> half, high >> half, logic))


def _looked_up(builder: DatapathBuilder, a: int, width: int) -> int:
    """A table by the bits of the number, a negative one's as they stand."""
    low, high = builder.range(a)
    index = a if low >= 0 else builder.bits(a, 0, width)
    negative = 1 << (width - 1) if low < 0 else 0
    values = tuple(((k ^ negative) - negative) ** 2 for k in range(1 << width))
    return builder.narrow(builder.table(index, values, 0), *range_of_square(low, high))
