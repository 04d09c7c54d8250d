"""Which nodes are whole numbers, whatever the inputs."""

from __future__ import annotations

from collections.abc import Mapping

from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, Node
from symhdl.numeric.fixed import FixedFormat

WHOLE = frozenset(
    {Operation.FLOOR, Operation.CEIL, Operation.ROUND, Operation.SIGN, Operation.ARGMAX}
)
KEEPS_WHOLE = frozenset(
    {
        Operation.ADD, Operation.SUBTRACT, Operation.MULTIPLY, Operation.NEGATE, Operation.SQUARE, Operation.CUBE,
        Operation.ABSOLUTE, Operation.RELU, Operation.MODULO, Operation.MINIMUM, Operation.MAXIMUM, Operation.CLAMP,
    }
)  # fmt: skip


def whole_nodes(graph: Graph, formats: Mapping[str, FixedFormat]) -> tuple[bool, ...]:
    """Marks the nodes that are whole numbers wherever they have a value, as far as their operations tell."""
    found: list[bool] = []
    for node in graph.nodes:
        if node.operation is Operation.INPUT:
            found.append(formats[node.name].fraction <= 0)
        elif node.value is not None:
            found.append(node.value.denominator == 1)
        else:
            found.append(_is_whole(graph, node, [found[operand] for operand in node.operands]))
    return tuple(found)


def _is_whole(graph: Graph, node: Node, operands: list[bool]) -> bool:
    if node.operation in WHOLE or node.operation.boolean:
        return True
    if node.operation is Operation.SELECT:
        return operands[1] and operands[2]
    if node.operation is Operation.POWER:
        exponent = graph.nodes[node.operands[1]].value
        return all(operands) and exponent is not None and exponent >= 0
    return node.operation in KEEPS_WHOLE and all(operands)
