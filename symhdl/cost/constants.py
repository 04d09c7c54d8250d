"""A product with a constant in logic, as the adders that it will be, for what they take."""

from __future__ import annotations

from functools import lru_cache
from heapq import heapify, heappop, heappush, heapreplace

from symhdl.cost.products import Factor
from symhdl.cost.three_terms import (
    LEVELS_OF_THREE_TERMS,
    Number,
    is_less_in_one,
    sum_of_three,
)
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind, Datapath, Port
from symhdl.numeric.adder_graphs import Step, adder_graph
from symhdl.numeric.digits import signed_digits

Part = tuple[int, int, int, int, bool]
"""Depth, width, order, cell and whether it is subtracted: in this order parts of a sum are joined."""


@lru_cache(maxsize=1 << 10)
def adders_of(a: Factor, odd: int, chain: str = "") -> Datapath:
    """The adders of a graph, or of all signed digits, as `symhdl.arithmetic` joins them.

    `chain` is the unit of those of three terms, if there are such.
    """
    builder = DatapathBuilder()
    x = builder.input("x", *a, 0)
    digits = tuple((digit << position, 1) for position, digit in signed_digits(odd))
    made = {1: (0, x)}
    for step in adder_graph(odd) or (Step(odd, digits),):
        parts: list[Part] = []
        for order, (weight, value) in enumerate(step.terms):
            depth, cell = made[value]
            shifted = builder.shift_left(cell, abs(weight).bit_length() - 1, 0)
            parts.append((depth, builder.cells[shifted].width, order, shifted, weight < 0))
        made[step.value] = _joined(builder, parts, chain)
    _, result = made[odd]
    ports = (_port(builder, x), _port(builder, result))
    return Datapath("product", tuple(builder.cells), ports[:1], ports[1:])


def _joined(builder: DatapathBuilder, parts: list[Part], chain: str) -> tuple[int, int]:
    """The depth of a sum and its cell, the parts that are there first joined first."""
    heapify(parts)
    order = len(parts)
    while len(parts) > 1:
        first, second = heappop(parts), heappop(parts)
        if chain and len(parts) % 2:
            together = (first, second, parts[0])
            negative = all(part[4] for part in together)
            numbers = [_number(builder, part, negative) for part in together]
            if is_less_in_one(numbers):
                cell = sum_of_three(builder, numbers, None, chain)
                depth = LEVELS_OF_THREE_TERMS + max(part[0] for part in together)
                heapreplace(parts, (depth, builder.cells[cell].width, order, cell, negative))
                order += 1
                continue
        if first[4] and not second[4]:
            first, second = second, first
        cell = _added(builder, first[3], second[3], is_sum=first[4] == second[4])
        depth = 1 + max(first[0], second[0])
        heappush(parts, (depth, builder.cells[cell].width, order, cell, first[4] and second[4]))
        order += 1
    ((depth, _, _, cell, _),) = parts
    return depth, cell


def _number(builder: DatapathBuilder, part: Part, negative: bool) -> Number:
    """A term of a sum, or of minus that."""
    cell = builder.cells[part[3]]
    zeros = cell.shift if cell.kind is CellKind.SHIFT_LEFT else 0
    return Number(part[3], cell.minimum, cell.maximum, zeros, part[4] and not negative)


def _added(builder: DatapathBuilder, a: int, b: int, *, is_sum: bool) -> int:
    """a + b or a - b; low bits of one term that stand beside zeros of the other pass by the adder."""
    (a, first), (b, second) = _without_zeros(builder, a), _without_zeros(builder, b)
    if is_sum and first > second:
        a, b, first, second = b, a, second, first
    common = min(first, second)
    zeros = second - common
    a = builder.shift_left(a, first - common, 0)
    join = builder.add if is_sum else builder.subtract
    if not zeros:
        return builder.shift_left(join(a, b), common, 0)
    total = join(builder.shift_right(a, zeros, 0), b)
    whole = builder.join(total, builder.bits(a, 0, zeros), zeros, 0)
    return builder.shift_left(whole, common, 0)


def _without_zeros(builder: DatapathBuilder, cell: int) -> tuple[int, int]:
    shifted = builder.cells[cell]
    if shifted.kind is not CellKind.SHIFT_LEFT:
        return cell, 0
    return shifted.operands[0], shifted.shift


def _port(builder: DatapathBuilder, index: int) -> Port:
    cell = builder.cells[index]
    return Port("x", "x", index, cell.format, cell.minimum, cell.maximum)
