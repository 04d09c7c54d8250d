"""Products that are wider than a unit of the device, as sums of products of parts."""

from __future__ import annotations

from collections.abc import Sequence

from symhdl.cost.parts import Division, Part
from symhdl.ir.builder import DatapathBuilder
from symhdl.targets.units import Unit


def divided_product(
    builder: DatapathBuilder, operands: Sequence[int], division: Division, unit: Unit
) -> int:
    """The product as an integer, from products of parts that are bound to the unit where they are worth it.

    The two operands of a square are one.
    """
    terms: list[tuple[int, int]] = []
    for piece in division.pieces:
        first = _cell_of(builder, operands[0], piece.first)
        second = _cell_of(builder, operands[-1], piece.second)
        if piece.in_block:
            product = builder.multiplier(first, second)
            builder.bind(product, unit.name)
        else:
            product = builder.multiply(first, second)
        terms.append((piece.times << piece.shift, product))
    return builder.sum(terms, 0, 0)


def _cell_of(builder: DatapathBuilder, operand: int, part: Part) -> int:
    whole = builder.shift_left(operand, 0, 0)
    if part.whole:
        return builder.shift_right(whole, part.low, 0)
    return builder.bits(whole, part.low, part.width)
