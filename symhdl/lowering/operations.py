"""How each operation is built of cells, before its result is truncated to what the node may keep."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from symhdl.arithmetic.remainders import remainder
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.graph import Node
from symhdl.lowering.built import Built
from symhdl.numeric.fixed import power_of_two


def _absolute(built: Built, node: Node) -> int:
    cell = built.operand(node, 0)
    builder = built.builder
    low, high = builder.range(cell)
    zero = builder.constant(0, builder.fraction(cell))
    negative = builder.part(builder.less(cell, zero), "is_negative")
    chosen = builder.select(negative, builder.negate(cell), cell)
    return builder.narrow(chosen, max(low, -high, 0), max(-low, high))


def _sum(built: Built, node: Node) -> int:
    return _added(built, node, 1)


def _difference(built: Built, node: Node) -> int:
    return _added(built, node, -1)


def _added(built: Built, node: Node, sign: int) -> int:
    """The first operand and, added or subtracted, the others; negated ones the other way round."""
    builder = built.builder
    signed: list[tuple[int, int]] = []
    for position, operand in enumerate(node.operands):
        inner = built.graph.nodes[operand]
        factor = sign if position else 1
        if inner.operation is Operation.NEGATE and not built.local[operand].magnitude.any():
            signed.append((-factor, built.cells[inner.operands[0]]))
        else:
            signed.append((factor, built.cells[operand]))
    fraction = max(builder.fraction(cell) for _, cell in signed)
    terms = [(factor << fraction - builder.fraction(cell), cell) for factor, cell in signed]
    return builder.sum(terms, 0, fraction)


def _floor(built: Built, node: Node) -> int:
    return built.builder.align(built.operand(node, 0), 0)


def _modulo(built: Built, node: Node) -> int:
    a, b = built.aligned(built.operand(node, 0), built.operand(node, 1))
    return remainder(built.builder, a, b, built.fabric)


def _logic(build: str) -> Callable[[Built, Node], int]:
    """AND and OR over any number of operands."""

    def lower(built: Built, node: Node) -> int:
        join = getattr(built.builder, build)
        cell = built.operand(node, 0)
        for position in range(1, len(node.operands)):
            cell = join(cell, built.operand(node, position))
        return int(cell)

    return lower


def _comparison(built: Built, node: Node) -> int:
    """A decision; against a constant it is made exactly, by rounding the constant to the right side."""
    constants = [
        built.graph.nodes[k].value if built.graph.nodes[k].operation is Operation.CONSTANT else None
        for k in node.operands
    ]
    build = {
        Operation.LESS: built.builder.less,
        Operation.LESS_EQUAL: built.builder.less_equal,
        Operation.EQUAL: built.builder.equal,
    }[node.operation]
    a, b = (built.operand(node, position) for position in (0, 1))
    if constants[1] is not None:
        limit = constants[1] * power_of_two(built.builder.fraction(a))
        return _against(built.builder, node.operation, a, limit, constant_first=False)
    if constants[0] is not None:
        limit = constants[0] * power_of_two(built.builder.fraction(b))
        return _against(built.builder, node.operation, b, limit, constant_first=True)
    return build(*built.aligned(a, b))


def _against(
    builder: DatapathBuilder,
    operation: Operation,
    cell: int,
    limit: Fraction,
    *,
    constant_first: bool,
) -> int:
    """Compares an integer n with a real limit: n < c is n < ceil(c), c < n is floor(c) < n, and so on."""
    fraction = builder.fraction(cell)
    floor = builder.constant(math.floor(limit), fraction)
    ceiling = builder.constant(math.ceil(limit), fraction)
    if operation is Operation.EQUAL:
        if limit.denominator != 1:
            return builder.constant(0, 0)
        return builder.equal(cell, floor)
    if operation is Operation.LESS:
        return builder.less(floor, cell) if constant_first else builder.less(cell, ceiling)
    return builder.less_equal(ceiling, cell) if constant_first else builder.less_equal(cell, floor)


OPERATIONS: dict[Operation, Callable[[Built, Node], int]] = {
    Operation.ADD: _sum,
    Operation.SUBTRACT: _difference,
    Operation.MULTIPLY: lambda s, node: s.builder.multiply(s.operand(node, 0), s.operand(node, 1)),
    Operation.NEGATE: lambda s, node: s.builder.negate(s.operand(node, 0)),
    Operation.SQUARE: lambda s, node: s.builder.square(s.operand(node, 0)),
    Operation.ABSOLUTE: _absolute,
    Operation.FLOOR: _floor,
    Operation.MODULO: _modulo,
    Operation.MINIMUM: lambda s, node: s.builder.minimum(
        *s.aligned(s.operand(node, 0), s.operand(node, 1))
    ),
    Operation.MAXIMUM: lambda s, node: s.builder.maximum(
        *s.aligned(s.operand(node, 0), s.operand(node, 1))
    ),
    Operation.NOT: lambda s, node: s.builder.logical_not(s.operand(node, 0)),
    Operation.AND: _logic("logical_and"),
    Operation.OR: _logic("logical_or"),
    Operation.SELECT: lambda s, node: s.builder.select(
        s.operand(node, 0), *s.aligned(s.operand(node, 1), s.operand(node, 2))
    ),
    **dict.fromkeys(COMPARISONS, _comparison),
}
