"""Which nodes the hardware computes without rounding: those on which decisions hang, where it can."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from symhdl.analysis.ranges import Ranges
from symhdl.design import InputPlan
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, Node
from symhdl.numeric.fixed import FixedFormat

WIDEST_EXACT = 128  # bits that a value may take to be kept exact
DECISIONS = frozenset(
    {Operation.FLOOR, Operation.MODULO, Operation.LESS, Operation.LESS_EQUAL, Operation.EQUAL}
)
SAME_FRACTION = frozenset(
    {
        Operation.ADD, Operation.SUBTRACT, Operation.NEGATE, Operation.ABSOLUTE, Operation.MINIMUM,
        Operation.MAXIMUM, Operation.MODULO,
    }
)  # fmt: skip


def dyadic_fraction(denominator: int) -> int | None:
    """k if the denominator is 2**k, else None."""
    return denominator.bit_length() - 1 if denominator & (denominator - 1) == 0 else None


def natural_fraction(
    node: Node, fractions: Sequence[int], formats: Mapping[str, FixedFormat]
) -> int | None:
    """The fractional bits of a node's exact result, given those of its operands; None if no number holds it."""
    operation = node.operation
    if operation is Operation.INPUT:
        return formats[node.name].fraction
    if operation is Operation.CONSTANT:
        assert node.value is not None
        if node.value.numerator == 0:
            return 0
        trailing = (node.value.numerator & -node.value.numerator).bit_length() - 1
        found = dyadic_fraction(node.value.denominator)
        return None if found is None else found - trailing
    below = [fractions[operand] for operand in node.operands]
    if operation in SAME_FRACTION:
        return max(below)
    if operation is Operation.MULTIPLY:
        return below[0] + below[1]
    if operation is Operation.SQUARE:
        return 2 * below[0]
    if operation is Operation.SELECT:
        return max(below[1], below[2])
    return 0 if operation is Operation.FLOOR or operation.boolean else None


def exact_nodes(graph: Graph, ranges: Ranges, inputs: Sequence[InputPlan]) -> tuple[bool, ...]:
    """Marks the nodes under comparisons, floor and modulo that can be held exactly in a sane width."""
    if all(node.operation not in DECISIONS for node in graph.nodes):
        return (False,) * len(graph.nodes)
    formats = {plan.name: plan.format for plan in inputs}
    fractions: list[int] = []
    possible: list[bool] = []
    for index, node in enumerate(graph.nodes):
        feasible = all(
            possible[k]
            or (graph.nodes[k].operation is Operation.CONSTANT and node.operation in DECISIONS)
            for k in node.operands
        )
        natural = natural_fraction(node, fractions, formats) if feasible else None
        if natural is not None and _bits(ranges, index, natural) <= WIDEST_EXACT:
            fractions.append(natural)
            possible.append(True)
        else:
            fractions.append(0)
            possible.append(False)
    marked = [False] * len(graph.nodes)
    for index in range(len(graph.nodes) - 1, -1, -1):
        node = graph.nodes[index]
        if marked[index] or node.operation in DECISIONS:
            for operand in node.operands:
                marked[operand] = marked[operand] or possible[operand]
    return tuple(marked)


def _bits(ranges: Ranges, index: int, fraction: int) -> float:
    """About how many bits the node's range takes at a fraction."""
    low, high = ranges.hull(index)
    size = max(abs(low), abs(high))
    return fraction + (math.log2(size) if size > 0 and math.isfinite(size) else 0) + 2
