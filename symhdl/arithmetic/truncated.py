"""Products and squares without their lowest columns, as sums of the multiples that are left."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from symhdl.arithmetic.products import without_zeros
from symhdl.cost.products import SQUARE_SHIFT, Factor, Logic
from symhdl.cost.truncated import Truncated, truncated_product, truncated_square
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.fixed import power_of_two
from symhdl.targets.units import DIGIT_BITS


def truncated(
    builder: DatapathBuilder, factors: Sequence[int], allowed: float, fraction: int, logic: Logic
) -> tuple[int, Fraction] | None:
    """The product of two cells, or the square of one, without its lowest columns, and by how much it is too small.

    That is no more than allowed when it is cut to so many fractional bits, which is counted. None where the whole one is
    no larger.
    """
    bare, shifts = zip(*(without_zeros(builder, factor) for factor in factors), strict=True)
    count = 3 - len(bare)
    natural = count * sum(map(builder.fraction, factors)) - count * sum(shifts)
    ranges = [Factor(*builder.range(cell)) for cell in bare]
    unread = max(0, natural - fraction)
    most = math.floor(Fraction(allowed) * power_of_two(natural))
    if len(bare) == 1:
        found = truncated_square(ranges[0], most, unread, logic)
    else:
        found = truncated_product(ranges[0], ranges[1], most, unread, logic)
    if found is None:
        return None
    read = natural - found.bottom
    if len(bare) == 1:
        cell = _square(builder, bare[0], found, read)
    else:
        cell = _product(builder, bare[0], bare[1], found, read)
    lost = max(0, (1 << unread) - (1 << found.bottom))
    return cell, (found.loss + lost) * power_of_two(-natural)


def _product(builder: DatapathBuilder, a: int, b: int, found: Truncated, fraction: int) -> int:
    """A truncated product of two cells, read with as many fractional bits as the whole one has, less the columns left out."""
    factor, digits = (b, a) if found.is_first_in_digits else (a, b)
    width = builder.cells[digits].width
    terms: list[tuple[int, int]] = []
    for multiple in found.multiples:
        is_last = multiple.place + DIGIT_BITS >= width
        digit = (
            builder.shift_right(digits, multiple.place, 0)
            if is_last
            else builder.bits(digits, multiple.place, DIGIT_BITS)
        )
        left = builder.shift_right(factor, multiple.dropped, 0)
        terms.append((1 << multiple.bottom - found.bottom, builder.multiplier(left, digit)))
    return builder.sum(terms, found.constant, fraction)


def _square(builder: DatapathBuilder, a: int, found: Truncated, fraction: int) -> int:
    """A truncated square in the same way."""
    terms: list[tuple[int, int]] = []
    for multiple in found.multiples:
        low = multiple.place // 2
        digit = builder.bits(a, low, DIGIT_BITS)
        above = low + DIGIT_BITS
        if multiple.dropped >= SQUARE_SHIFT:
            left = builder.shift_right(a, above + multiple.dropped - SQUARE_SHIFT, 0)
        else:
            joined = builder.join(builder.shift_right(a, above, 0), digit, SQUARE_SHIFT, 0)
            left = builder.shift_right(joined, multiple.dropped, 0)
        terms.append((1 << multiple.bottom - found.bottom, builder.multiplier(left, digit)))
    if found.rest is not None:
        place = found.rest[1]
        square = builder.square(builder.shift_right(a, place // 2, 0))
        terms.append((1 << place - found.bottom, square))
    return builder.sum(terms, found.constant, fraction)
