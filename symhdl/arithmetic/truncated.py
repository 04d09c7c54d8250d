"""Products and squares without their lowest columns, as sums of the multiples that are left."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from symhdl.analysis.truncation import FactorWitness, MultipleWitness, TruncationWitness
from symhdl.arithmetic.products import digit_at, without_zeros
from symhdl.cost.products import SQUARE_SHIFT, Factor, Logic
from symhdl.cost.truncated import Truncated, truncated_product, truncated_square
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.ball import float_above
from symhdl.numeric.fixed import power_of_two
from symhdl.targets.units import DIGIT_BITS


def truncated(
    builder: DatapathBuilder, factors: Sequence[int], allowed: float, fraction: int, logic: Logic
) -> tuple[int, TruncationWitness] | None:
    """The product of two cells, or the square of one, without its lowest columns, and by how much it is too small.

    That is no more than allowed, what is lost by the cut to no more than so many fractional bits included. None where
    the whole one is no larger.
    """
    bare, zeros = zip(*(without_zeros(builder, factor) for factor in factors), strict=True)
    fractions = [
        builder.fraction(factor) - count for factor, count in zip(factors, zeros, strict=True)
    ]
    ranges = [Factor(*builder.range(cell)) for cell in bare]
    natural = 2 * fractions[0] if len(bare) == 1 else sum(fractions)
    unread = max(0, natural - fraction)
    most = math.floor(Fraction(allowed) * power_of_two(natural))
    find = truncated_square if len(bare) == 1 else truncated_product
    found = find(*ranges, most, unread, logic)
    if found is None:
        return None
    build = _square if len(bare) == 1 else _product
    if found.is_first_in_digits:
        bare, ranges, fractions = bare[::-1], ranges[::-1], fractions[::-1]
    cell = build(builder, bare, found, natural - found.bottom)
    if unread > found.bottom:
        builder.part(cell, "exact")
        cell = builder.align(cell, fraction)
    return cell, TruncationWitness(
        tuple(FactorWitness(*each, f) for each, f in zip(ranges, fractions, strict=True)),
        tuple(MultipleWitness(each.low, each.dropped, each.place) for each in found.multiples),
        found.bottom,
        found.constant,
        builder.fraction(cell),
        float_above(found.lost(unread) * power_of_two(-natural)),
        None if found.rest is None else found.rest[1] // 2,
    )


def _product(
    builder: DatapathBuilder, factors: Sequence[int], found: Truncated, fraction: int
) -> int:
    """The sum of what is left of multiples of the first factor by digits of the second."""
    factor, digits = factors
    terms: list[tuple[int, int]] = []
    for multiple in found.multiples:
        digit = digit_at(builder, digits, multiple.low)
        left = builder.shift_right(factor, multiple.dropped, 0)
        terms.append((1 << multiple.bottom - found.bottom, builder.multiplier(left, digit)))
    return builder.sum(terms, found.constant, fraction)


def _square(
    builder: DatapathBuilder, factors: Sequence[int], found: Truncated, fraction: int
) -> int:
    """The sum of what is left of the multiples of a square, and of the square of the uppermost bits."""
    (a,) = factors
    terms: list[tuple[int, int]] = []
    for multiple in found.multiples:
        digit, above = builder.bits(a, multiple.low, DIGIT_BITS), multiple.low + DIGIT_BITS
        if multiple.dropped >= SQUARE_SHIFT:
            left = builder.shift_right(a, above + multiple.dropped - SQUARE_SHIFT, 0)
        else:
            joined = builder.join(builder.shift_right(a, above, 0), digit, SQUARE_SHIFT, 0)
            left = builder.shift_right(joined, multiple.dropped, 0)
        terms.append((1 << multiple.bottom - found.bottom, builder.multiplier(left, digit)))
    if found.rest is not None:
        _, place = found.rest
        square = builder.square(builder.shift_right(a, place // 2, 0))
        terms.append((1 << place - found.bottom, square))
    return builder.sum(terms, found.constant, fraction)
