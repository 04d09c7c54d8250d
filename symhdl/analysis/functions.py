"""Which function of one variable a node applies, if it applies one."""

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
