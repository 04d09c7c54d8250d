"""The fractional bits that the exact result of an operation takes, where a binary fraction holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symhdl.functions.composite import Composite
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, Node
from symhdl.numeric.fixed import FixedFormat

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
    node: Node, fractions: Sequence[int] | Mapping[int, int], formats: Mapping[str, FixedFormat]
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


def natural_fraction_of(function: Composite, fraction: int) -> int | None:
    """The fractional bits of all values of a function, given those of its argument; None if no number holds them."""
    found: list[int] = []
    for step in function.steps:
        if step.value is not None:
            own = natural_fraction(Node(Operation.CONSTANT, value=step.value), found, {})
        elif step.operation is None:
            own = fraction
        else:
            own = natural_fraction(Node(step.operation, step.operands), found, {})
        if own is None:
            return None
        found.append(own)
    return found[-1]


def natural_fractions(graph: Graph, formats: Mapping[str, FixedFormat]) -> tuple[int | None, ...]:
    """For every node the fractional bits of its exact value; None if no number holds it."""
    found: list[int | None] = []
    for node in graph.nodes:
        below = [found[operand] for operand in node.operands]
        known = [fraction for fraction in below if fraction is not None]
        if len(known) < len(below) and not node.operation.boolean:
            found.append(None)
        else:
            local = dict(zip(node.operands, (b or 0 for b in below), strict=True))
            found.append(natural_fraction(node, local, formats))
    return tuple(found)
