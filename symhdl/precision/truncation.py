"""Which products may be built without their lowest columns, and how many bits what they give may have in reserve."""

from __future__ import annotations

from symhdl.analysis.ranges import Ranges
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, Node

PRODUCTS = frozenset({Operation.MULTIPLY, Operation.SQUARE})
SUMS = frozenset({Operation.ADD, Operation.SUBTRACT, Operation.NEGATE})
"""What low bits pass by at no cost, where no other term has any."""
MOST_RESERVE = 5
"""Bits below those that a product would have alone, where sums alone lead to the outputs, which round once."""


def is_truncated(graph: Graph, ranges: Ranges, index: int) -> bool:
    """Whether the node is a product or a square of what is not constant."""
    node = graph.nodes[index]
    return node.operation in PRODUCTS and all(
        ranges.space[operand] != CONSTANT_SPACE for operand in node.operands
    )


def reserves(graph: Graph, ranges: Ranges) -> list[int]:
    """For every product that may be truncated how many bits it may have in reserve; 0 for other nodes.

    One bit leaves half of what is allowed to the columns that are left out, which is all but one of those that the
    whole would pay for.
    """
    direct = [True] * len(graph.nodes)
    for index in range(len(graph.nodes) - 1, -1, -1):
        node = graph.nodes[index]
        passes = direct[index] and (node.operation in SUMS or _is_shift(graph, node))
        for operand in node.operands:
            direct[operand] = direct[operand] and passes
    return [
        (MOST_RESERVE if direct[index] else 1) if is_truncated(graph, ranges, index) else 0
        for index in range(len(graph.nodes))
    ]


def _is_shift(graph: Graph, node: Node) -> bool:
    """Whether it is a product with a power of two."""
    if node.operation is not Operation.MULTIPLY:
        return False
    values = (graph.nodes[operand].value for operand in node.operands)
    return any(
        value is not None
        and abs(value.numerator).bit_count() == 1
        and value.denominator.bit_count() == 1
        for value in values
    )
