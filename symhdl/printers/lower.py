"""What a language has no word for, in terms of what it has: a graph into one of fewer operations."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from fractions import Fraction

from symhdl.functions.definition import write
from symhdl.functions.operation import ANY, Operation
from symhdl.ir.graph import Assumption, Graph, GraphBuilder, Node, OutputDeclaration

LONGEST_LIST = 16  # operands of one call; more become several


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a language can say: the operations, and those of them that take more than two operands.

    `has_truth`: conditions are no numbers, so that either must be made of the other. `is_floating`: it computes in
    double precision, so that of two equal definitions the accurate one is wanted.
    """

    operations: Container[Operation]
    lists: Container[Operation]
    has_truth: bool
    is_floating: bool


def lower(graph: Graph, abilities: Abilities) -> Graph:
    """A graph of the same values that the language can say."""
    lowering = _Lowering(abilities)
    new_index: list[int] = []
    for node, span in zip(graph.nodes, graph.spans, strict=True):
        if node.operands:
            operands = tuple(new_index[operand] for operand in node.operands)
            new_index.append(lowering.apply(node.operation, *operands))
        else:
            new_index.append(lowering.builder.append(node, span))
    outputs = tuple(
        OutputDeclaration(o.name, lowering.number(new_index[o.node]), o.format, o.error, o.span)
        for o in graph.outputs
    )
    assumptions = tuple(
        Assumption(lowering.truth(new_index[a.node]), a.span) for a in graph.assumptions
    )
    return lowering.builder.build(graph.inputs, outputs, assumptions)


@dataclass(slots=True)
class _Lowering:
    abilities: Abilities
    builder: GraphBuilder = field(default_factory=GraphBuilder)

    def apply(self, operation: Operation, *operands: int) -> int:
        """The operation, or what stands for it."""
        if operation.arity == ANY and operation is not Operation.ARGMAX:
            return self._list(operation, operands)
        if operation not in self.abilities.operations:
            return write(operation, operands, self, accurate=self.abilities.is_floating)
        return self._typed(operation, operands)

    def constant(self, value: Fraction | int) -> int:
        """A number."""
        return self.builder.constant(value)

    def _list(self, operation: Operation, operands: tuple[int, ...]) -> int:
        """An operation of many operands in portions that the language can say."""
        longest = LONGEST_LIST if operation in self.abilities.lists else 2
        while len(operands) > longest:
            operands = (self._typed(operation, operands[:longest]), *operands[longest:])
        if len(operands) == 1:
            return self.number(operands[0])
        return self._typed(operation, operands)

    def _typed(self, operation: Operation, operands: tuple[int, ...]) -> int:
        """The operation with conditions where it wants them, and numbers elsewhere."""
        if operation in (Operation.AND, Operation.OR, Operation.NOT):
            operands = tuple(self.truth(operand) for operand in operands)
        elif operation is Operation.SELECT:
            connected = self._connected(operands)
            if connected is not None:
                return connected
            numbers = [self.number(operand) for operand in operands[1:]]
            operands = (self.truth(operands[0]), *numbers)
        else:
            operands = tuple(self.number(operand) for operand in operands)
        return self._idiomatic(operation, operands)

    def _connected(self, operands: tuple[int, ...]) -> int | None:
        """`if a then b else false` as `a and b`, `if a then true else b` as `a or b`; None for others."""
        condition, then, other = (self.builder.nodes[operand] for operand in operands)
        if not condition.operation.boolean:
            return None
        if then.operation.boolean and other.value == 0:
            return self.builder.append(Node(Operation.AND, operands[:2]))
        if other.operation.boolean and then.value == 1:
            return self.builder.append(Node(Operation.OR, (operands[0], operands[2])))
        return None

    def _idiomatic(self, operation: Operation, operands: tuple[int, ...]) -> int:
        """The operation, or one that says the same in fewer words: `x^-1` is 1/x, `-1*x` is -x, `x*x` is x^2."""
        nodes = self.builder.nodes
        if operation is Operation.NEGATE and nodes[operands[0]].operation is Operation.NEGATE:
            return nodes[operands[0]].operands[0]
        if operation is Operation.DIVIDE:
            dividend, divisor = (nodes[operand].value for operand in operands)
            if dividend is not None and divisor:
                return self.builder.constant(dividend / divisor)
        if operation is Operation.MULTIPLY:
            for one, other in (operands, operands[::-1]):
                if nodes[one].value == -1:
                    return self._idiomatic(Operation.NEGATE, (other,))
            if operands[0] == operands[1]:
                return self.builder.apply(Operation.SQUARE, operands[0])
        if operation is Operation.POWER:
            base, exponent = operands
            value = nodes[exponent].value
            shorter = _SHORT_POWERS.get(value) if value is not None else None
            if shorter is not None:
                return self.apply(shorter, base)
            if nodes[base].operation is Operation.E:
                return self.apply(Operation.EXP, exponent)
        return self.builder.apply(operation, *operands)

    def number(self, index: int) -> int:
        """The node as a number."""
        if not self.abilities.has_truth or not self.builder.nodes[index].operation.boolean:
            return index
        one, zero = self.builder.constant(1), self.builder.constant(0)
        return self.builder.apply(Operation.SELECT, index, one, zero)

    def truth(self, index: int) -> int:
        """The node as a condition."""
        node = self.builder.nodes[index]
        if not self.abilities.has_truth or node.operation.boolean:
            return index
        if node.operation is Operation.SELECT:
            chosen = [self.builder.nodes[operand].value for operand in node.operands[1:]]
            if chosen == [1, 0]:
                return node.operands[0]
        is_zero = self.builder.apply(Operation.EQUAL, index, self.builder.constant(0))
        return self.builder.apply(Operation.NOT, is_zero)


_SHORT_POWERS = {
    Fraction(1, 2): Operation.SQUARE_ROOT,
    Fraction(-1): Operation.INVERSE,
    Fraction(2): Operation.SQUARE,
    Fraction(3): Operation.CUBE,
}
