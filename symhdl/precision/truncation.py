"""Which products may be built without their lowest columns, and how many bits what they give may have in reserve."""

from __future__ import annotations

from dataclasses import dataclass

from symhdl.analysis.ranges import Ranges
from symhdl.analysis.regions import Regions
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, Node
from symhdl.numeric.fixed import is_power_of_two

PRODUCTS = frozenset({Operation.MULTIPLY, Operation.SQUARE})
SUMS = frozenset({Operation.ADD, Operation.SUBTRACT, Operation.NEGATE})
"""What low bits pass by at no cost, where no other term has any."""
MOST_RESERVE = 5
"""Bits below those that a product would have alone, where sums alone lead to the outputs, which round once."""


def is_truncated(graph: Graph, ranges: Ranges, regions: Regions, index: int) -> bool:
    """Whether the node is built as a product or a square of what is not constant."""
    node = graph.nodes[index]
    is_built = index not in regions.absorbed and index not in regions.functions
    return (
        is_built
        and node.operation in PRODUCTS
        and all(ranges.space[operand] != CONSTANT_SPACE for operand in node.operands)
    )


@dataclass(frozen=True, slots=True)
class Reserves:
    """For every product that may be truncated how many bits it may have in reserve; 0 for other nodes.

    Where errors come of products alone, they are `spent` to the last: columns are finer than bits of results.
    """

    bits: tuple[int, ...]
    spent: bool


def no_reserves(graph: Graph) -> Reserves:
    """What products have that are built whole."""
    return Reserves((0,) * len(graph.nodes), False)


def reserves_of(graph: Graph, ranges: Ranges, regions: Regions) -> Reserves:
    """What products may have in reserve.

    One bit leaves half of what is allowed to the columns that are left out, which is all but one of those that the
    whole would pay for. It makes factors of other products longer by one, but would make tables of functions larger.
    """
    nodes = graph.nodes
    direct, plain = [True] * len(nodes), [True] * len(nodes)
    seen = regions.seen(graph).nodes
    for index in range(len(nodes) - 1, -1, -1):
        node = nodes[index]
        adds = node.operation in SUMS or _is_shift(graph, node)
        multiplies = adds or node.operation in PRODUCTS
        if index in regions.absorbed:
            continue
        if index in regions.functions:
            adds = multiplies = False
        for operand in seen[index].operands:
            direct[operand] = direct[operand] and direct[index] and adds
            plain[operand] = plain[operand] and plain[index] and multiplies
    bits = tuple(
        (MOST_RESERVE if direct[index] else int(plain[index]))
        * is_truncated(graph, ranges, regions, index)
        for index in range(len(nodes))
    )
    has_functions = any(
        regions.function_at(graph, index) is not None
        for index in range(len(nodes))
        if index not in regions.absorbed
    )
    return Reserves(bits, any(bits) and not has_functions)


def _is_shift(graph: Graph, node: Node) -> bool:
    """Whether it is a product with a power of two."""
    if node.operation is not Operation.MULTIPLY:
        return False
    values = (graph.nodes[operand].value for operand in node.operands)
    return any(value is not None and is_power_of_two(value) for value in values)
