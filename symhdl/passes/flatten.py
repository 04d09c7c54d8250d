"""The pass that gathers nested sums into one node each, and nested products into balanced trees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

from symhdl.design import Design
from symhdl.errors import Span
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, GraphBuilder, count_uses
from symhdl.rewriting.rewrite import FactTable, copy_node, facts_of_inputs, finish
from symhdl.rules.facts import Fact, Facts

SUMS = frozenset({Operation.ADD, Operation.SUBTRACT})
PRODUCTS = frozenset({Operation.MULTIPLY})
SCALING = frozenset({Operation.MULTIPLY, Operation.NEGATE, Operation.CONSTANT})

Rational = Fraction | int  # integers where they do, since they are much faster


@dataclass(frozen=True, slots=True)
class Flatten:
    """Gathers sums and products.

    Sums of sums become one ADD: the operands are terms, negated terms, or terms times a constant, and one constant.
    Equal terms are merged. Products become balanced trees, times one constant; equal factors become squares.

    Only what serves nothing else is taken into what it serves; shared parts stay shared. A term that cancels stays as
    zero times itself if it has no value everywhere, so that the domain stays.
    """

    name: ClassVar[str] = "flatten"

    def run(self, design: Design) -> Design:
        """The design with the flattened graph."""
        flattening = _Flattening(design.graph, facts_of_inputs(design))
        return design.with_graph(flattening.run())


@dataclass(slots=True)
class _Flattening:
    graph: Graph
    input_facts: Mapping[str, Facts]
    builder: GraphBuilder = field(default_factory=GraphBuilder)
    new_index: list[int] = field(default_factory=list)
    absorbed: bytearray = field(default_factory=bytearray)
    _facts: FactTable = field(init=False)
    _varying: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._facts = FactTable(self.builder, self.input_facts)
        self.absorbed = _absorbed(self.graph)

    def run(self) -> Graph:
        graph = self.graph
        for index, (node, span) in enumerate(zip(graph.nodes, graph.spans, strict=True)):
            if self.absorbed[index]:
                new = -1
            elif node.operation in SUMS:
                new = self._sum(index, span)
            elif node.operation in PRODUCTS:
                new = self._product(index, span)
            else:
                operands = tuple(self.new_index[operand] for operand in node.operands)
                new = copy_node(self.builder, node, operands, span)
            self.new_index.append(new)
        return finish(graph, self.builder, self.new_index)

    def _sum(self, root: int, span: Span | None) -> int:
        """The sum with all that it absorbs: coefficients by term, and a constant."""
        constant: Rational = 0
        coefficients: dict[int, Rational] = {}
        pending: list[tuple[int, Rational]] = [(root, 1)]
        while pending:
            index, coefficient = pending.pop()
            node = self.graph.nodes[index]
            if index != root and not self.absorbed[index]:
                term, factor = self._scaled(self.new_index[index])
                share = _product(coefficient, factor)
                if term is None:
                    constant += share
                else:
                    coefficients[term] = (
                        coefficients[term] + share if term in coefficients else share
                    )
            elif node.operation is Operation.ADD:
                pending.extend((operand, coefficient) for operand in reversed(node.operands))
            elif node.operation is Operation.SUBTRACT:
                first, second = node.operands
                pending += [(second, -coefficient), (first, coefficient)]
            else:
                pending.append((node.operands[0], -coefficient))
        return self._emit_sum(coefficients, constant, span)

    def _emit_sum(
        self, coefficients: Mapping[int, Rational], constant: Rational, span: Span | None
    ) -> int:
        terms = [
            self._times(coefficient, term, span)
            for term, coefficient in coefficients.items()
            if coefficient != 0 or not self._facts[term] & Fact.TOTAL
        ]
        if constant != 0 or not terms:
            terms.append(self.builder.constant(constant, span))
        fixed = [term for term in terms if not self._varies(term)]
        if 1 < len(fixed) < len(terms):
            # What does not depend on an input is one constant in hardware.
            together = self.builder.apply(Operation.ADD, *fixed, span=span)
            terms = [*(term for term in terms if self._varies(term)), together]
        return terms[0] if len(terms) == 1 else self.builder.apply(Operation.ADD, *terms, span=span)

    def _scaled(self, index: int) -> tuple[int | None, Rational]:
        """A node as a term and a rational factor; no term if it is a constant."""
        nodes = self.builder.nodes
        factor: Rational = 1
        while True:
            node = nodes[index]
            if node.value is not None:
                return None, _product(factor, node.value)
            if node.operation is Operation.NEGATE:
                factor, index = -factor, node.operands[0]
                continue
            if node.operation is not Operation.MULTIPLY:
                return index, factor
            first, second = node.operands
            if nodes[second].value is not None:
                first, second = second, first
            value = nodes[first].value
            if value is None:
                return index, factor
            factor, index = _product(factor, value), second

    def _times(self, coefficient: Rational, term: int, span: Span | None) -> int:
        if coefficient == 1:
            return term
        if coefficient == -1:
            return self.builder.apply(Operation.NEGATE, term, span=span)
        factor = self.builder.constant(coefficient, span)
        return self.builder.apply(Operation.MULTIPLY, factor, term, span=span)

    def _product(self, root: int, span: Span | None) -> int:
        """The product with all that it absorbs: factors with multiplicity, and a rational one."""
        first, second = self.graph.nodes[root].operands
        if not self.absorbed[first] and not self.absorbed[second]:
            plain = [self.new_index[first], self.new_index[second]]
            if plain[0] != plain[1] and not self._scales(plain[0]) and not self._scales(plain[1]):
                return self.builder.apply(Operation.MULTIPLY, *plain, span=span)
        constant: Rational = 1
        multiplicity: dict[int, int] = {}
        pending = [root]
        while pending:
            index = pending.pop()
            node = self.graph.nodes[index]
            if index == root or self.absorbed[index]:
                if node.operation is Operation.NEGATE:
                    constant = -constant
                pending.extend(reversed(node.operands))
                continue
            term, factor = self._scaled(self.new_index[index])
            constant = _product(constant, factor)
            if term is not None:
                multiplicity[term] = multiplicity.get(term, 0) + 1
        return self._emit_product(multiplicity, constant, span)

    def _scales(self, index: int) -> bool:
        """Whether the node may hold a rational factor."""
        return self.builder.nodes[index].operation in SCALING

    def _emit_product(
        self, multiplicity: Mapping[int, int], constant: Rational, span: Span | None
    ) -> int:
        if not multiplicity:
            return self.builder.constant(constant, span)
        if constant == 0 and all(self._facts[factor] & Fact.TOTAL for factor in multiplicity):
            return self.builder.constant(0, span)
        groups: dict[int, list[int]] = {}
        for factor, count in multiplicity.items():
            base = factor
            while self.builder.nodes[base].operation is Operation.SQUARE:
                base = self.builder.nodes[base].operands[0]
            groups.setdefault(base, []).extend(self._power(factor, count, span))
        # Powers of one base meet first: their product has a range that is known better.
        parts = [self._tree(factors, span) for factors in groups.values()]
        fixed = [part for part in parts if not self._varies(part)]
        varying = [part for part in parts if self._varies(part)]
        if not fixed or not varying:
            return self._times(constant, self._tree(parts, span), span)
        factor = self._times(constant, self._tree(fixed, span), span)
        product = self._tree(varying, span)
        return self.builder.apply(Operation.MULTIPLY, factor, product, span=span)

    def _power(self, factor: int, count: int, span: Span | None) -> list[int]:
        """The factors whose product is a power: repeated squares for the bits of the exponent."""
        factors: list[int] = []
        while count:
            if count % 2:
                factors.append(factor)
            count //= 2
            if count:
                factor = self.builder.apply(Operation.SQUARE, factor, span=span)
        return factors

    def _tree(self, factors: Iterable[int], span: Span | None) -> int:
        """The product as a tree of least depth."""
        level = list(factors)
        while len(level) > 1:
            pairs = [
                self.builder.apply(Operation.MULTIPLY, *level[k : k + 2], span=span)
                for k in range(0, len(level) - 1, 2)
            ]
            level = pairs + level[len(pairs) * 2 :]
        return level[0]

    def _varies(self, index: int) -> bool:
        """Whether a node depends on an input."""
        nodes, varying = self.builder.nodes, self._varying
        for node in nodes[len(varying) : index + 1]:
            depends = any(varying[operand] for operand in node.operands)
            varying.append(depends or node.operation is Operation.INPUT)
        return varying[index]


def _product(a: Rational, b: Rational) -> Rational:
    """a * b; most often one of them is 1, and products of fractions are slow."""
    if a == 1:
        return b
    return a if b == 1 else a * b


def _absorbed(graph: Graph) -> bytearray:
    """Which nodes serve only one sum (or product) and are themselves sums (or products), or negations within."""
    uses = count_uses(graph)
    kind: list[frozenset[Operation] | None] = [
        SUMS if node.operation in SUMS else PRODUCTS if node.operation in PRODUCTS else None
        for node in graph.nodes
    ]
    absorbed = bytearray(len(graph.nodes))
    for index in range(len(graph.nodes) - 1, -1, -1):
        family = kind[index]
        if family is None:
            continue
        for operand in graph.nodes[index].operands:
            node = graph.nodes[operand]
            if uses[operand] == 1 and (
                node.operation in family or node.operation is Operation.NEGATE
            ):
                absorbed[operand] = 1
                kind[operand] = family
    return absorbed
