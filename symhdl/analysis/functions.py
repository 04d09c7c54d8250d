"""What nodes are, where that takes more than their operation: functions of one variable, conditions."""

from __future__ import annotations

from symhdl.functions.elementary import univariate
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import Univariate
from symhdl.ir.graph import Graph, Node


def function_of(graph: Graph, node: Node) -> Univariate | None:
    """The function of one variable that a node applies to its first operand, if it is one."""
    if node.operation is not Operation.POWER:
        return univariate(node.operation)
    exponent = graph.nodes[node.operands[1]].value
    assert exponent is not None, "a variable exponent was not expanded; please report this"
    return univariate(node.operation, exponent)


def condition_nodes(graph: Graph) -> frozenset[int]:
    """The nodes that are 0 or 1: comparisons, logic, and choices between such."""
    found: set[int] = set()
    for index, node in enumerate(graph.nodes):
        chosen = node.operation is Operation.SELECT and all(
            operand in found or graph.nodes[operand].value in (0, 1)
            for operand in node.operands[1:]
        )
        if node.operation.boolean or chosen:
            found.add(index)
    return frozenset(found)


def deciding_nodes(graph: Graph) -> list[int]:
    """The nodes whose truth decides what is needed: conditions, and whatever a choice hangs on; in order."""
    choosers = {n.operands[0] for n in graph.nodes if n.operation is Operation.SELECT}
    return sorted(choosers | condition_nodes(graph))
