"""What arithmetic is about worth on a device before formats are known: widths follow from ranges and allowed errors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from symhdl.cost.operators import (
    Cost,
    Fabric,
    addition,
    constant_product,
    offset,
    product,
    square,
)
from symhdl.cost.products import Factor
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.ir.graph import Graph, Node
from symhdl.rewriting.polynomials import EXPONENTS

GUARD_BITS = 2  # of a value inside, beside what the outputs may be off by
MOST_BITS = 128  # of a number that is reckoned with
LEAST_MARGIN = 2.0**-40  # of a number that keeps away from a pole, to its largest size

FUNCTION_BITS, FUNCTION_LUTS, FUNCTION_GROWTH = 12, 72.0, 3.2
"""An inverse or a root of so many bits is worth so many LUTs, and how these grow with the bits: those of `1/(x+y)` with
x and y from 1 to 2, compiled for 12 and 16 bits."""

FUNCTION_SUMS, SUMS_OF_BIT = 2.0, 0.75
"""How deep these are, in sums, and how much deeper with each bit more."""

FUNCTION_NS = 8.0
DELAYS_NS = {
    Operation.MULTIPLY: 8.0, Operation.SQUARE: 8.0, Operation.ADD: 2.0, Operation.SUBTRACT: 2.0,
}  # fmt: skip
"""Of operations of whose formats nothing is known; no more than the order counts, in which values come."""

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Leaf:
    """An input of a cluster: its range, fractional bits if it is exact, how late it is, whether it is a constant."""

    low: float
    high: float
    fraction: int | None = None
    arrival_ns: float = 0.0
    constant: bool = False


class Clock(NamedTuple):
    """What a cycle has room for between its registers, and of that what whole sums take, both in ns."""

    room_ns: float
    cycle_ns: float


class Worth(NamedTuple):
    """What a cluster is worth in LUTs, with the time where that counts, and how late its outputs are, in ns."""

    luts: float
    delay_ns: float


def ranges_of(graph: Graph, leaves: Sequence[Leaf]) -> list[Range] | None:
    """About the ranges of all nodes, by plain interval arithmetic; None where something may be without bounds."""
    found: list[Range] = []
    leaf_of = {declared.name: leaf for declared, leaf in zip(graph.inputs, leaves, strict=True)}
    for node in graph.nodes:
        if node.operation is Operation.INPUT:
            leaf = leaf_of[node.name]
            found.append((leaf.low, leaf.high))
        elif node.value is not None:
            found.append((float(node.value), float(node.value)))
        else:
            own = _range(node, [found[operand] for operand in node.operands])
            if own is None or not (math.isfinite(own[0]) and math.isfinite(own[1])):
                return None
            found.append(own)
    return found


def _range(node: Node, own: Sequence[Range]) -> Range | None:
    (low, high), *others = own
    match node.operation:
        case Operation.ADD:
            return sum(r[0] for r in own), sum(r[1] for r in own)
        case Operation.SUBTRACT:
            return low - others[0][1], high - others[0][0]
        case Operation.NEGATE:
            return -high, -low
        case Operation.MULTIPLY:
            ends = [a * b for a in (low, high) for b in others[0]]
            return min(ends), max(ends)
        case Operation.SQUARE:
            ends = [low * low, high * high]
            return (0.0 if low <= 0 <= high else min(ends)), max(ends)
        case _:
            exponent = exponent_of(node, others)
            try:
                ends = [low**exponent, high**exponent] if low * high > 0 or exponent > 0 else []
            except (OverflowError, ZeroDivisionError):
                return None
            is_real = all(isinstance(end, float) for end in ends)
            return (min(ends), max(ends)) if ends and is_real else None


def exponent_of(node: Node, others: Sequence[Range]) -> float:
    """The exponent of an inverse or a root; `others` are the ranges of the operands behind the first."""
    known = EXPONENTS.get(node.operation)
    return others[0][0] if known is None else float(known)


def worth_of(
    graph: Graph, leaves: Sequence[Leaf], errors: Sequence[float], fabric: Fabric,
    clock: Clock | None = None,
) -> Worth | None:  # fmt: skip
    """What a graph of arithmetic is worth whose outputs may be off by so much; None where it may have no bounds.

    Blocks take whole cycles where there is a clock.
    """
    ranges = ranges_of(graph, leaves)
    if ranges is None:
        return None
    reckoning = _Reckoning(graph, leaves, ranges, fabric)
    reckoning.set_fractions(_allowed(graph, ranges, errors))
    luts, late = 0.0, []
    for index, node in enumerate(graph.nodes):
        if node.operation is Operation.INPUT:
            late.append(reckoning.leaf_of[node.name].arrival_ns)
            continue
        cost = reckoning.cost(index, node)
        luts += fabric.area(cost)
        own_ns = cost.delay_ns
        if cost.dsps and clock is not None:
            own_ns = math.ceil(own_ns / clock.room_ns) * clock.cycle_ns
        late.append(own_ns + max((late[operand] for operand in node.operands), default=0.0))
    latest_ns = max((late[output.node] for output in graph.outputs), default=0.0)
    return Worth(luts + fabric.worth_of_ns(latest_ns), latest_ns)


def _allowed(graph: Graph, ranges: Sequence[Range], errors: Sequence[float]) -> list[float]:
    """By how much each node may be off, to first order."""
    found = [math.inf] * len(graph.nodes)
    for output, error in zip(graph.outputs, errors, strict=True):
        found[output.node] = min(found[output.node], error)
    for index in range(len(graph.nodes) - 1, -1, -1):
        node = graph.nodes[index]
        own = [ranges[operand] for operand in node.operands]
        for place, operand in enumerate(node.operands):
            gain = _gain(node, ranges[index], own, place)
            if gain:
                found[operand] = min(found[operand], found[index] / gain)
    return found


def _gain(node: Node, value: Range, own: Sequence[Range], place: int) -> float:
    """How strongly the error of an operand acts on the value, about."""
    low, high = own[place]
    size = max(abs(low), abs(high))
    match node.operation:
        case Operation.MULTIPLY:
            return max(map(abs, own[1 - place]))
        case Operation.SQUARE:
            return 2 * size
        case Operation.ADD | Operation.SUBTRACT | Operation.NEGATE:
            return 1.0
    if node.operation in EXPONENTS or node.operation is Operation.POWER:
        if place:
            return 0.0
        exponent = exponent_of(node, own[1:])
        base = size if exponent > 1 else max(min(abs(low), abs(high)), size * LEAST_MARGIN)
        return abs(exponent) * base ** (exponent - 1) if base else 0.0
    if not high > low or node.operation in COMPARISONS:
        return 0.0
    return 2 * (value[1] - value[0]) / (high - low) if node.operation.entry.function else 1.0


class _Reckoning:
    """The formats that the nodes of a graph will have, about, and what they cost."""

    def __init__(
        self, graph: Graph, leaves: Sequence[Leaf], ranges: Sequence[Range], fabric: Fabric
    ) -> None:
        self.graph, self.ranges, self.fabric = graph, ranges, fabric
        names = (declared.name for declared in graph.inputs)
        self.leaf_of = dict(zip(names, leaves, strict=True))
        self.constant = [False] * len(graph.nodes)
        self.factors: list[Factor] = []
        self.only_added = [True] * len(graph.nodes)
        for node in graph.nodes:
            if node.operation is not Operation.ADD:
                for operand in node.operands:
                    self.only_added[operand] = False
        for output in graph.outputs:
            self.only_added[output.node] = False

    def set_fractions(self, allowed: Sequence[float]) -> None:
        """Gives every node the fractional bits of its exact value, or those that its error allows."""
        exact: list[int | None] = []
        for index, node in enumerate(self.graph.nodes):
            below = [exact[operand] for operand in node.operands]
            own = self._exact(node, below)
            exact.append(own)
            self.constant[index] = self._is_constant(node)
            needed = MOST_BITS
            if 0 < allowed[index] < math.inf:
                needed = math.ceil(-math.log2(allowed[index])) + GUARD_BITS
            fraction = max(-MOST_BITS, min(needed if own is None else min(own, needed), MOST_BITS))
            low, high = self.ranges[index]
            unit = math.ldexp(1.0, fraction)
            size = 2.0**MOST_BITS
            self.factors.append(
                Factor(
                    math.floor(max(low * unit, -size)), math.ceil(min(max(high * unit, 1.0), size))
                )
            )

    def _exact(self, node: Node, below: Sequence[int | None]) -> int | None:
        if node.operation is Operation.INPUT:
            return self.leaf_of[node.name].fraction
        if node.value is not None:
            denominator = node.value.denominator
            return denominator.bit_length() - 1 if denominator.bit_count() == 1 else None
        known = [fraction for fraction in below if fraction is not None]
        if len(known) < len(below):
            return None
        match node.operation:
            case Operation.MULTIPLY:
                return sum(known)
            case Operation.SQUARE:
                return 2 * known[0]
            case Operation.ADD | Operation.SUBTRACT | Operation.NEGATE:
                return max(known)
        return None

    def _is_constant(self, node: Node) -> bool:
        if node.operation is Operation.INPUT:
            return self.leaf_of[node.name].constant
        return all(self.constant[operand] for operand in node.operands)

    def cost(self, index: int, node: Node) -> Cost:
        """What a node takes."""
        if self.constant[index] or not node.operands:
            return Cost()
        match node.operation:
            case Operation.ADD | Operation.SUBTRACT:
                return self._sum(index, node)
            case Operation.NEGATE:
                is_free = self.only_added[index]
                return Cost() if is_free else offset(self.fabric, self.factors[index].width)
            case Operation.MULTIPLY:
                return self._product(index, *node.operands)
            case Operation.SQUARE:
                return square(self.fabric, self.factors[node.operands[0]])
        width = max(self.factors[index].width, self.factors[node.operands[0]].width)
        luts = FUNCTION_LUTS * (width / FUNCTION_BITS) ** FUNCTION_GROWTH
        result_bits = self.factors[index].width
        sums = FUNCTION_SUMS + SUMS_OF_BIT * max(0, result_bits - FUNCTION_BITS)
        return Cost(luts, delay_ns=sums * addition(self.fabric, width).delay_ns)

    def _sum(self, index: int, node: Node) -> Cost:
        width = self.factors[index].width
        varying = sum(not self.constant[operand] for operand in node.operands)
        luts = max(0, varying - 1) * addition(self.fabric, width).luts
        if varying < len(node.operands) and varying == 1:
            luts += offset(self.fabric, width).luts
        # What is added is most often sums itself, into whose trees it goes.
        levels = max(1, ((varying - 1).bit_length() + 1) // 2)
        return Cost(luts, delay_ns=levels * addition(self.fabric, width).delay_ns)

    def _product(self, index: int, a: int, b: int) -> Cost:
        if self.constant[b]:
            a, b = b, a
        if not self.constant[a]:
            return product(self.fabric, *sorted((self.factors[a], self.factors[b])))
        value = max(abs(end) for end in self.ranges[a])
        return constant_product(
            self.fabric, self.factors[b], _constant(value, self.factors[index].width)
        )


@lru_cache(maxsize=1 << 10)
def _constant(value: float, width: int) -> int:
    """The digits of a constant, as many as a result of so many bits needs."""
    mantissa, _ = math.frexp(value)
    digits = max(1, round(math.ldexp(mantissa, min(width, MOST_BITS))))
    return digits // (digits & -digits)


def surroundings_of(
    graph: Graph, ranges: Sequence[Range], errors: Sequence[float]
) -> tuple[list[float], list[float]]:
    """By how much each node may be off, to first order, for outputs that may be by `errors`, and how late it is in ns.

    Of both only the order of magnitude is right.
    """
    allowed = _allowed(graph, ranges, errors)
    late: list[float] = []
    for node in graph.nodes:
        own = DELAYS_NS.get(node.operation, FUNCTION_NS if node.operation.entry.function else 1.0)
        below = max((late[operand] for operand in node.operands), default=0.0)
        late.append(below + own if node.operands else 0.0)
    return allowed, late
