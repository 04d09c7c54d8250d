"""The ends of outputs' ranges as fractions, where they have more bits than floats."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from symhdl.analysis.ranges import Ranges
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, nodes_between
from symhdl.numeric.interval import FLOAT_BITS
from symhdl.request import InputPlan

Ends = tuple[Fraction, Fraction]
"""The least and the greatest value."""


def _product(a: Ends, b: Ends) -> Ends:
    corners = [x * y for x in a for y in b]
    return min(corners), max(corners)


def _absolute(a: Ends) -> Ends:
    low, high = a
    least = Fraction(0) if low <= 0 <= high else min(abs(low), abs(high))
    return least, max(abs(low), abs(high))


def _square(a: Ends) -> Ends:
    least, most = _absolute(a)
    return least * least, most * most


RULES: Mapping[Operation, Callable[[Sequence[Ends]], Ends]] = {
    Operation.ADD: lambda x: (sum((a for a, _ in x), Fraction(0)), sum((b for _, b in x), Fraction(0))),
    Operation.SUBTRACT: lambda x: (x[0][0] - x[1][1], x[0][1] - x[1][0]),
    Operation.NEGATE: lambda x: (-x[0][1], -x[0][0]),
    Operation.MULTIPLY: lambda x: _product(*x),
    Operation.SQUARE: lambda x: _square(x[0]),
    Operation.ABSOLUTE: lambda x: _absolute(x[0]),
    Operation.MINIMUM: lambda x: (min(a for a, _ in x), min(b for _, b in x)),
    Operation.MAXIMUM: lambda x: (max(a for a, _ in x), max(b for _, b in x)),
    Operation.SELECT: lambda x: (min(a for a, _ in x[1:]), max(b for _, b in x[1:])),
}  # fmt: skip
"""What the ends of an operation are, of those of its operands; of others floats tell."""


def exact_ends(
    graph: Graph, plans: Sequence[InputPlan], ranges: Ranges, fractions: Sequence[int | None]
) -> dict[int, Ends]:
    """The ends of outputs that are binary fractions of more bits than floats have, by exact interval arithmetic.

    `fractions` are the `natural_fractions` of the nodes. Never beyond the ends that `ranges` tells.
    """
    found: dict[int, Ends] = {}
    inputs = {plan.name: plan for plan in plans}
    known: dict[int, Ends | None] = {}
    for output in graph.outputs:
        fraction = fractions[output.node]
        hull = ranges.hull(output.node)
        if fraction is None or not all(map(math.isfinite, hull)):
            continue
        if math.frexp(max(map(abs, hull)))[1] + fraction <= FLOAT_BITS:
            continue
        for index in nodes_between(graph.nodes, output.node):
            if index not in known:
                known[index] = _ends(graph, index, inputs, ranges, known)
        exact = known[output.node]
        if exact is not None:
            low, high = map(Fraction, hull)
            found[output.node] = max(low, exact[0]), min(high, exact[1])
    return found


def _ends(
    graph: Graph,
    index: int,
    inputs: Mapping[str, InputPlan],
    ranges: Ranges,
    known: Mapping[int, Ends | None],
) -> Ends | None:
    """Those of a node behind nodes whose ends are known, where they are; None where nothing is."""
    node = graph.nodes[index]
    if node.operation is Operation.INPUT:
        plan = inputs[node.name]
        return plan.minimum * plan.format.ulp, plan.maximum * plan.format.ulp
    if node.value is not None:
        return node.value, node.value
    operands = [known[operand] for operand in node.operands]
    rule = RULES.get(node.operation)
    if rule is not None and None not in operands:
        return rule([each for each in operands if each is not None])
    low, high = ranges.values[index].hull()
    return (Fraction(low), Fraction(high)) if math.isfinite(low) and math.isfinite(high) else None
