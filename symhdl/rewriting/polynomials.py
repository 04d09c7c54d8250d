"""A graph of arithmetic as polynomials: sums of products of powers, and sums are factors, too."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph
from symhdl.rewriting.products import Product, lowest

EXPONENTS: Mapping[Operation, Fraction] = {
    Operation.INVERSE: Fraction(-1),
    Operation.SQUARE_ROOT: Fraction(1, 2),
    Operation.CUBE_ROOT: Fraction(1, 3),
}
ROOTS = frozenset({Operation.SQUARE_ROOT, Operation.CUBE_ROOT, Operation.POWER})
MOST_FACTORS = 32  # of a product; what is longer is a variable of its own
ARITHMETIC = frozenset(
    {
        Operation.ADD, Operation.SUBTRACT, Operation.NEGATE, Operation.MULTIPLY, Operation.SQUARE,
        Operation.INVERSE, *ROOTS,
    }
)  # fmt: skip
"""What polynomials are made of: powers have rational exponents, roots arguments that are not negative."""

Terms = tuple[Product, ...]


@dataclass(frozen=True, slots=True)
class Polynomials:
    """The values of a graph as polynomials.

    The first variables are the inputs of the graph, by position; each of the others is one of the `sums`, of variables
    before it. A sum may have a single term. `outputs` are products of variables. Variables that are `nonnegative` are
    never below 0. Powers of one variable have `met` where they were factors of one product in the graph.
    """

    inputs: int
    sums: tuple[Terms, ...]
    outputs: tuple[Product, ...]
    nonnegative: frozenset[int] = frozenset()
    met: bool = field(default=False, compare=False)

    @property
    def may_be_cheaper(self) -> bool:
        """Whether another form may be: variables or constants are there twice, or powers may be joined."""
        if self.met or any(_has_common_constant(terms) for terms in self.sums):
            return True
        seen: set[int] = set()
        for product in itertools.chain(self.outputs, *self.sums):
            own = {variable for variable, _ in product.powers}
            if not seen.isdisjoint(own) or product.joins:
                return True
            seen |= own
        return False

    @property
    def joins(self) -> bool:
        """Whether powers of some product may be joined."""
        return any(product.joins for product in itertools.chain(self.outputs, *self.sums))


def _has_common_constant(terms: Terms) -> bool:
    """Whether all terms of a sum have the same constant, up to the sign."""
    sizes = {max(coefficient, -coefficient) for coefficient, _ in terms}
    return len(terms) > 1 and len(sizes) == 1 and sizes != {1}


def polynomials_of(graph: Graph, nonnegative: Sequence[bool]) -> Polynomials:
    """The polynomials that a graph of arithmetic computes; the flags tell the nodes that are never below 0."""
    positions = {declared.name: k for k, declared in enumerate(graph.inputs)}
    reading = _Reading(graph, len(positions), nonnegative)
    for index, node in enumerate(graph.nodes):
        if node.operation is Operation.INPUT:
            reading.variable(index, positions[node.name])
        else:
            reading.read(index)
    outputs = tuple(reading.values[output.node] for output in graph.outputs)
    sums, positive = tuple(reading.sums), frozenset(reading.positive)
    return Polynomials(len(positions), sums, outputs, positive, reading.met)


class _Reading:
    """The values of the nodes that were read, as products of variables."""

    def __init__(self, graph: Graph, inputs: int, nonnegative: Sequence[bool]) -> None:
        self.graph, self.inputs, self.nonnegative = graph, inputs, nonnegative
        self.values: list[Product] = []
        self.sums: list[Terms] = []
        self.positive: set[int] = set()
        self.met = False

    def variable(self, index: int, variable: int) -> None:
        """The node is a variable."""
        if self.nonnegative[index]:
            self.positive.add(variable)
        self.values.append(Product(1, ((variable, 1),)))

    def read(self, index: int) -> None:
        """The value of a node whose operands were read."""
        node = self.graph.nodes[index]
        if node.value is not None:
            self.values.append(Product(lowest(node.value)))
            return
        own = [self.values[operand] for operand in node.operands]
        if node.operation is Operation.MULTIPLY:
            value = own[0].times(own[1])
            self.met |= len(value.powers) < len(own[0].powers) + len(own[1].powers)
            self.values.append(value)
        elif node.operation is Operation.NEGATE:
            self.values.append(Product(-own[0].coefficient, own[0].powers))
        elif node.operation is Operation.SQUARE:
            self.values.append(own[0].to_whole(2))
        elif node.operation is Operation.INVERSE and own[0].coefficient:
            self.values.append(own[0].to_whole(-1))
        elif node.operation is Operation.ADD:
            self._sum(index, tuple(own))
        elif node.operation is Operation.SUBTRACT:
            self._sum(index, (own[0], Product(-own[1].coefficient, own[1].powers)))
        else:
            self._root(index, own)
        if len(self.values[index].powers) > MOST_FACTORS:
            self._sum(index, (self.values.pop(),))

    def _sum(self, index: int, terms: Terms) -> None:
        self.sums.append(terms)
        self.variable(index, self.inputs + len(self.sums) - 1)

    def _root(self, index: int, own: Sequence[Product]) -> None:
        """A root, of each factor where none is negative; else of the product as a variable of its own."""
        node = self.graph.nodes[index]
        exponent = EXPONENTS.get(node.operation) or Fraction(own[1].coefficient)
        base = own[0]
        splits = base.coefficient == 1 and all(v in self.positive for v, _ in base.powers)
        if not splits:
            self._sum(node.operands[0], (base,))
            base = self.values.pop()
        self.values.append(Product(1, tuple((v, lowest(e * exponent)) for v, e in base.powers)))
