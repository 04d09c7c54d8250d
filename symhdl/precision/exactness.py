"""Which nodes the hardware computes without rounding: those on which decisions hang, where it can."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from symhdl.analysis.functions import condition_nodes
from symhdl.analysis.natural import natural_fraction
from symhdl.analysis.propagation import Meetings
from symhdl.analysis.ranges import Ranges
from symhdl.functions.operation import DECISIONS, Operation
from symhdl.ir.graph import Graph
from symhdl.request import InputPlan

WIDEST_EXACT = 128  # bits that a value may take to be kept exact


def coarse_comparisons(graph: Graph, meetings: Meetings) -> frozenset[int]:
    """The comparisons on which nothing hangs but choices whose branches meet: next to a tie either side will do."""
    found = {comparison for comparison, _ in meetings.values()}
    if not found:
        return frozenset()
    deciding = {output.node for output in graph.outputs}
    for index in range(len(graph.nodes) - 1, -1, -1):
        node = graph.nodes[index]
        if index in meetings:
            deciding.update(node.operands[1:])
        elif node.operation is not Operation.NOT or index in deciding:
            deciding.update(node.operands)
    return frozenset(found - deciding)


def exact_nodes(
    graph: Graph, ranges: Ranges, inputs: Sequence[InputPlan], coarse: Collection[int] = ()
) -> tuple[bool, ...]:
    """Marks conditions, and the nodes under comparisons, floor and modulo that can be held exactly in a sane width.

    What only comparisons that are `coarse` need may be rounded.
    """
    if not ranges.gapped and all(node.operation not in DECISIONS for node in graph.nodes):
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
        decides = node.operation in DECISIONS and index not in coarse
        if marked[index] or index in ranges.gapped or decides:
            for operand in node.operands:
                marked[operand] = marked[operand] or possible[operand]
    conditions = condition_nodes(graph)
    # With a condition that is a choice between 0 and 1, these must be exact as well.
    conditions |= {
        operand
        for index in conditions
        if graph.nodes[index].operation is Operation.SELECT
        for operand in graph.nodes[index].operands
    }
    return tuple(mark or index in conditions for index, mark in enumerate(marked))


def _bits(ranges: Ranges, index: int, fraction: int) -> float:
    """About how many bits the node's range takes at a fraction."""
    low, high = ranges.hull(index)
    size = max(abs(low), abs(high))
    return fraction + (math.log2(size) if size > 0 and math.isfinite(size) else 0) + 2
