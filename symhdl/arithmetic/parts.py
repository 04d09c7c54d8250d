"""Products that are wider than a unit of the device, as sums of products of parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symhdl.cost.parts import Division, Part
from symhdl.ir.builder import DatapathBuilder
from symhdl.targets.target import Dsp
from symhdl.targets.units import Unit


def divided_product(
    builder: DatapathBuilder, operands: Sequence[int], division: Division, unit: Unit, dsp: Dsp
) -> int:
    """The product as an integer, from products of parts that are bound to the unit where they are worth it.

    The two operands of a square are one.
    """
    first = list(_cells_of(builder, operands[0], division.first))
    second = list(_cells_of(builder, operands[-1], division.second))
    terms: list[tuple[int, int]] = []
    for i, j, times in division.products:
        if division.is_worth_a_block(i, j, dsp):
            product = builder.multiplier(first[i], second[j])
            builder.bind(product, unit.name)
        else:
            product = builder.multiply(first[i], second[j])
        terms.append((times << (division.first[i].low + division.second[j].low), product))
    return builder.sum(terms, 0, 0)


def _cells_of(builder: DatapathBuilder, operand: int, parts: Sequence[Part]) -> Iterator[int]:
    whole = builder.shift_left(operand, 0, 0)
    for part in parts:
        if part.whole:
            yield builder.shift_right(whole, part.low, 0)
        else:
            yield builder.bits(whole, part.low, part.width)
