"""Which parts of a graph get names: what is needed twice, and what would make an expression too large."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, Node

_LEAVES = frozenset({Operation.INPUT, Operation.CONSTANT, Operation.PI, Operation.E})
_CHEAP = frozenset(
    {
        Operation.ADD, Operation.SUBTRACT, Operation.MULTIPLY, Operation.NEGATE, Operation.SQUARE, Operation.CUBE,
        Operation.LESS, Operation.LESS_EQUAL, Operation.EQUAL,
    }
)  # fmt: skip


def is_leaf(node: Node) -> bool:
    """Whether the node is no operation."""
    return node.operation in _LEAVES


def named_parts(graph: Graph, largest: int) -> list[bool]:
    """For every node whether it gets a name; outputs do, inputs and constants do not.

    What is used twice gets one, unless it is a single cheap operation on inputs and constants, which is as short as a
    name. After that an expression holds at most `largest` operations, if none of them has as many operands.
    """
    is_named = _shared(graph)
    size: list[int] = []
    for node in graph.nodes:
        inline = {operand for operand in node.operands if not is_named[operand]}
        total = bool(node.operands) + sum(size[operand] for operand in inline)
        while total > largest and inline:
            heaviest = max(sorted(inline), key=lambda operand: size[operand])
            if size[heaviest] < 2:
                break
            is_named[heaviest] = True
            inline.remove(heaviest)
            total -= size[heaviest]
        size.append(total)
    return is_named


def _shared(graph: Graph) -> list[bool]:
    uses = [0] * len(graph.nodes)
    for node in graph.nodes:
        for operand in node.operands:
            uses[operand] += 1
    is_named = [
        count > 1 and not is_leaf(node) and not _is_short(graph.nodes, node)
        for count, node in zip(uses, graph.nodes, strict=True)
    ]
    return [a or b for a, b in zip(is_named, only_outputs(graph), strict=True)]


def _is_short(nodes: Sequence[Node], node: Node) -> bool:
    if not all(is_leaf(nodes[operand]) for operand in node.operands):
        return False
    if node.operation is Operation.POWER:
        exponent = nodes[node.operands[1]].value
        return exponent is not None and exponent.denominator == 1
    return node.operation in _CHEAP and all(_is_short_number(nodes[o].value) for o in node.operands)


def _is_short_number(value: Fraction | None) -> bool:
    return value is None or (value.denominator == 1 and abs(value) < 1000)


def expanded_size(graph: Graph, limit: int) -> int:
    """The number of operations if nothing had a name, or something above the limit."""
    size: list[int] = []
    for node in graph.nodes:
        size.append(min(limit + 1, bool(node.operands) + sum(size[o] for o in node.operands)))
    return min(limit + 1, sum(size[output.node] for output in graph.outputs))


def only_outputs(graph: Graph) -> list[bool]:
    """For every node whether it is an output and can have its name."""
    is_named = [False] * len(graph.nodes)
    for output in graph.outputs:
        is_named[output.node] = not is_leaf(graph.nodes[output.node])
    return is_named
