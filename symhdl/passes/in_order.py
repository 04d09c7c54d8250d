"""Takes the graph apart into the operators of two operands that the source has, in their order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from typing import ClassVar

from symhdl.design import Design
from symhdl.errors import Span, error
from symhdl.functions.definition import write
from symhdl.functions.elementary import FUNCTIONS
from symhdl.functions.exact import OutsideDomainError, exact
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, GraphBuilder
from symhdl.rewriting.rewrite import copy_node, finish

MOST_FACTORS = 64  # of a whole power; a larger one is a function of its base


@dataclass(frozen=True, slots=True)
class InOrder:
    """Keeps every operation as it stands, for who computes one after the other in a format.

    Sums and extrema of more than two are taken from left to right, and so are the factors of whole powers. A division
    is a product with an INVERSE, and no other INVERSE is left: `1/x` is 1 times that of x. Functions of one variable
    stay, other functions are written by their definitions. Rational constants are computed exactly. Raises
    `SymhdlError` `exponent` for a power that is none of these.
    """

    name: ClassVar[str] = "in-order"

    def run(self, design: Design) -> Design:
        """The design with the graph in order."""
        ordering = Ordering()
        return design.with_graph(finish(design.graph, ordering.builder, ordering.add(design.graph)))


@dataclass(slots=True)
class Ordering:
    """The nodes in order of any number of graphs, equal ones being one."""

    builder: GraphBuilder = field(default_factory=GraphBuilder)
    span: Span | None = None

    def add(self, graph: Graph) -> list[int]:
        """The nodes in order that have the values of the graph's nodes. Raises SymhdlError as the pass does."""
        new_index: list[int] = []
        for node, span in zip(graph.nodes, graph.spans, strict=True):
            self.span = span
            operands = tuple(new_index[operand] for operand in node.operands)
            if operands:
                new_index.append(self.apply(node.operation, *operands))
            else:
                new_index.append(copy_node(self.builder, node, operands, span))
        return new_index

    def apply(self, operation: Operation, *operands: int) -> int:
        """The operation in order; a constant where it is one of rational constants."""
        known = self._exactly(operation, operands)
        if known is not None:
            return self.constant(known)
        rule = RULES.get(operation)
        if rule is not None:
            return rule(self, operands)
        if (
            operation.entry.definition is not None
            and operation not in FUNCTIONS
            and operation is not Operation.MODULO
        ):
            return write(operation, operands, self)
        return self.node(operation, *operands)

    def node(self, operation: Operation, *operands: int) -> int:
        """The operation as it is."""
        return self.builder.apply(operation, *operands, span=self.span)

    def constant(self, value: Fraction | int) -> int:
        """The node of a number."""
        return self.builder.constant(value, self.span)

    def value(self, index: int) -> Fraction | None:
        """The number of a constant."""
        return self.builder.nodes[index].value

    def _exactly(self, operation: Operation, operands: tuple[int, ...]) -> Fraction | None:
        values = tuple(value for k in operands if (value := self.value(k)) is not None)
        if len(values) < len(operands) or operation.boolean:
            return None
        try:
            return exact(operation, values)
        except OutsideDomainError:
            return None


def _from_left(operation: Operation) -> Callable[[Ordering, tuple[int, ...]], int]:
    return lambda r, operands: reduce(lambda a, b: r.node(operation, a, b), operands)


def _product(r: Ordering, operands: tuple[int, ...]) -> int:
    return reduce(
        lambda a, b: r.node(Operation.SQUARE, a) if a == b else r.node(Operation.MULTIPLY, a, b),
        operands,
    )


def _quotient(r: Ordering, operands: tuple[int, ...]) -> int:
    dividend, divisor = operands
    return r.node(Operation.MULTIPLY, dividend, r.node(Operation.INVERSE, divisor))


def _power(r: Ordering, operands: tuple[int, ...]) -> int:
    base, exponent = operands
    known = r.value(exponent)
    if known is None:
        if r.builder.nodes[base].operation is Operation.E:
            return r.node(Operation.EXP, exponent)
        logarithm = r.apply(Operation.LOG, base)
        return r.node(Operation.EXP, _product(r, (exponent, logarithm)))
    if known == 0:
        return r.constant(1)
    if known == Fraction(1, 2):
        return r.node(Operation.SQUARE_ROOT, base)
    if known.denominator > 1:
        return r.node(Operation.POWER, base, exponent)
    if abs(known) > MOST_FACTORS:
        raise error(
            "exponent",
            f"with one format for all nodes, whole powers go up to {MOST_FACTORS}",
            r.span,
            help="write the power as exp(n*log(x))",
        )
    power = _product(r, (base,) * abs(known.numerator))
    return power if known > 0 else _quotient(r, (r.constant(1), power))


RULES: dict[Operation, Callable[[Ordering, tuple[int, ...]], int]] = {
    Operation.ADD: _from_left(Operation.ADD),
    Operation.MINIMUM: _from_left(Operation.MINIMUM),
    Operation.MAXIMUM: _from_left(Operation.MAXIMUM),
    Operation.AND: _from_left(Operation.AND),
    Operation.OR: _from_left(Operation.OR),
    Operation.MULTIPLY: _product,
    Operation.SQUARE: lambda r, operands: _product(r, operands * 2),
    Operation.CUBE: lambda r, operands: _product(r, operands * 3),
    Operation.DIVIDE: _quotient,
    Operation.INVERSE: lambda r, operands: _quotient(r, (r.constant(1), *operands)),
    Operation.POWER: _power,
}
"""How operations are written that stand for several, or for another one."""
