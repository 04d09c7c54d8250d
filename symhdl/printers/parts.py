"""Which parts of a graph get names: what is needed twice, and what would make an expression too large."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from fractions import Fraction

from symhdl.errors import error
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, Node, count_uses

LARGEST_CONDITION = 10_000  # operations in an expression that cannot be taken apart

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


def named_parts(
    graph: Graph, largest: int, always: Container[int], *, names_conditions: bool
) -> list[bool]:
    """For every node whether it gets a name: those of `always`, and no inputs and constants.

    What is used twice gets one, unless it is a single cheap operation on inputs and constants, which is as short as a
    name. After that an expression holds at most `largest` operations. Where conditions cannot have names, the numbers
    that they compare have; raises SymhdlError if a condition is too large for that.
    """
    is_named = [a or index in always for index, a in enumerate(_shared(graph))]
    if not names_conditions:
        _name_what_is_compared(graph.nodes, is_named)
    size: list[int] = []
    for node in graph.nodes:
        inline = {operand for operand in node.operands if not is_named[operand]}
        total = bool(node.operands) + sum(size[operand] for operand in inline)
        while total > largest:
            heaviest = _heaviest(graph.nodes, size, inline, names_conditions)
            if heaviest is None:
                break
            is_named[heaviest] = True
            inline.remove(heaviest)
            total -= size[heaviest]
        if total > LARGEST_CONDITION:
            raise error(
                "too-large",
                f"a condition of more than {LARGEST_CONDITION:,} comparisons cannot be written in this language",
                help="convert to another one, such as native or c",
            )
        size.append(total)
    return is_named


def _heaviest(
    nodes: Sequence[Node], size: Sequence[int], inline: Iterable[int], names_conditions: bool
) -> int | None:
    """The largest operand that can have a name and is worth one."""
    candidates = [
        operand
        for operand in sorted(inline)
        if size[operand] > 1 and (names_conditions or not nodes[operand].operation.boolean)
    ]
    return max(candidates, key=lambda operand: size[operand], default=None)


def _name_what_is_compared(nodes: Sequence[Node], is_named: list[bool]) -> None:
    """Conditions lose their names; what is then written twice gets them instead."""
    for index in range(len(nodes) - 1, -1, -1):
        if is_named[index] and nodes[index].operation.boolean:
            is_named[index] = False
            for operand in nodes[index].operands:
                is_named[operand] = not is_leaf(nodes[operand])


def _shared(graph: Graph) -> list[bool]:
    return [
        count > 1 and not is_leaf(node) and not _is_short(graph.nodes, node)
        for count, node in zip(count_uses(graph), graph.nodes, strict=True)
    ]


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
