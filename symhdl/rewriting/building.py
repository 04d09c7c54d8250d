"""Builds the graph of polynomials: products as trees of least depth, powers by few squares."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, GraphBuilder, OutputDeclaration
from symhdl.rewriting.polynomials import EXPONENTS, Polynomials, Terms
from symhdl.rewriting.products import Product, Rational

SQUARE = 0.6  # of what a product takes, about: rows of a square are half as long
LEVELS: Mapping[Operation, float] = {Operation.MULTIPLY: 2.0, Operation.SQUARE: 2.0}
FUNCTION_LEVELS = 4.0
"""How deep operations are, in sums: about, to tell what comes late."""

OF_OPERATION = {exponent: operation for operation, exponent in EXPONENTS.items()}

NodePower = tuple[int, int]
"""A node and a whole exponent other than 0."""


def graph_of(
    polynomials: Polynomials, like: Graph, constants: Sequence[bool], arrivals: Sequence[float]
) -> Graph:
    """A graph with the inputs and outputs of another one; `constants` tells the inputs that are constants.

    `arrivals` say how late inputs are, in sums.
    """
    building = _Building(polynomials, constants, arrivals)
    nodes = [building.product(product) for product in _wanted(building, like, polynomials)]
    outputs = tuple(
        OutputDeclaration(output.name, node)
        for output, node in zip(like.outputs, nodes, strict=True)
    )
    return building.builder.build(like.inputs, outputs)


def _wanted(building: _Building, like: Graph, polynomials: Polynomials) -> Iterable[Product]:
    """The outputs, after the variables they are made of."""
    for declared in like.inputs:
        building.nodes.append(building.builder.input(declared.name))
    for terms in polynomials.sums:
        building.nodes.append(building.sum(terms))
    return polynomials.outputs


@dataclass(slots=True)
class _Building:
    polynomials: Polynomials
    constants: Sequence[bool]
    arrivals: Sequence[float]
    builder: GraphBuilder = field(default_factory=GraphBuilder)
    nodes: list[int] = field(default_factory=list)
    _levels: list[float] = field(default_factory=list)

    def sum(self, terms: Terms) -> int:
        """The node of a sum: one operation, its constant last, what does not vary as one term."""
        fixed: list[int] = []
        varying: list[int] = []
        constant: Rational = 0
        for term in terms:
            if not term.powers:
                constant += term.coefficient
            elif self._is_fixed(term):
                fixed.append(self.product(term))
            else:
                varying.append(self.product(term))
        if constant:
            fixed.append(self.builder.constant(constant))
        if len(fixed) > 1 and varying:
            fixed = [self.builder.apply(Operation.ADD, *fixed)]
        operands = [*varying, *fixed] or [self.builder.constant(0)]
        return operands[0] if len(operands) == 1 else self.builder.apply(Operation.ADD, *operands)

    def product(self, product: Product) -> int:
        """The node of a product: what does not vary is one factor."""
        if not product.powers or not product.coefficient:
            return self.builder.constant(product.coefficient)
        fixed = [power for power in product.powers if self._is_constant(power[0])]
        varying = [power for power in product.powers if not self._is_constant(power[0])]
        if not varying:
            return self._times(product.coefficient, self._powers(fixed))
        if not fixed:
            return self._times(product.coefficient, self._powers(varying))
        factor = self._times(product.coefficient, self._powers(fixed))
        return self.builder.apply(Operation.MULTIPLY, factor, self._powers(varying))

    def _is_fixed(self, product: Product) -> bool:
        return all(self._is_constant(variable) for variable, _ in product.powers)

    def _is_constant(self, variable: int) -> bool:
        return variable < len(self.constants) and self.constants[variable]

    def _times(self, coefficient: Rational, node: int) -> int:
        if coefficient == 1:
            return node
        if coefficient == -1:
            return self.builder.apply(Operation.NEGATE, node)
        return self.builder.apply(Operation.MULTIPLY, self.builder.constant(coefficient), node)

    def _powers(self, powers: Iterable[tuple[int, Rational]]) -> int:
        """The product of powers: whole ones, and for each kind of root the root of a product."""
        whole: list[NodePower] = []
        roots: dict[Fraction, list[NodePower]] = {}
        for variable, exponent in powers:
            integer = math.trunc(exponent)
            if integer == exponent:
                whole.append((self.nodes[variable], integer))
                continue
            rest = exponent - integer
            roots.setdefault(Fraction(1 if rest > 0 else -1, rest.denominator), []).append(
                (variable, abs((exponent * rest.denominator).numerator))
            )
        factors: list[int] = []
        for exponent, group in roots.items():
            if len(group) == 1:
                ((variable, numerator),) = group
                factors.append(self._root(self.nodes[variable], exponent * numerator))
                continue
            inside = [(self.nodes[v], n % exponent.denominator) for v, n in group]
            whole += [
                (self.nodes[v], n // exponent.denominator * exponent.numerator)
                for v, n in group
                if n >= exponent.denominator
            ]
            factors.append(self._root(self._whole(inside), exponent))
        return self._tree([*([self._whole(whole)] if whole else []), *factors])

    def _root(self, node: int, exponent: Fraction) -> int:
        operation = OF_OPERATION.get(exponent)
        if operation is not None:
            return self.builder.apply(operation, node)
        return self.builder.apply(Operation.POWER, node, self.builder.constant(exponent))

    def _whole(self, factors: Sequence[NodePower]) -> int:
        """The product of whole powers; a square of a quotient is one square."""
        above = [factor for factor in factors if factor[1] > 0]
        below = [(node, -exponent) for node, exponent in factors if exponent < 0]
        if not below:
            return self._positive(above)
        squared = [(node, math.trunc(exponent / 2)) for node, exponent in factors]
        if all(any(n > 0 for _, n in part) for part in (squared, [(v, -n) for v, n in squared])):
            single = [(v, n - 2 * half) for (v, n), (_, half) in zip(factors, squared, strict=True)]
            square = self.builder.apply(
                Operation.SQUARE, self._whole([each for each in squared if each[1]])
            )
            single = [each for each in single if each[1]]
            return self._tree([square, self._whole(single)]) if single else square
        inverse = self.builder.apply(Operation.INVERSE, self._positive(below))
        return self._tree([self._positive(above), inverse]) if above else inverse

    def _positive(self, factors: Sequence[NodePower]) -> int:
        """The product of powers with exponents of at least 1; squares of several factors are one square."""
        if len(factors) == 1:
            return self._power(*factors[0])
        single = [node for node, exponent in factors if exponent % 2]
        halves = [(node, exponent // 2) for node, exponent in factors if exponent > 1]
        if len(halves) < 2:
            return self._tree([self._power(*factor) for factor in factors])
        square = self.builder.apply(Operation.SQUARE, self._positive(halves))
        return self._tree([*single, square])

    def _power(self, node: int, exponent: int) -> int:
        """A power by a short addition chain."""
        if exponent == 1:
            return node
        inner, outer, is_sum = last_step(exponent)
        if is_sum:
            return self.builder.apply(Operation.MULTIPLY, node, self._power(node, exponent - 1))
        if outer == 2:
            return self.builder.apply(Operation.SQUARE, self._power(node, inner))
        return self._power(self._power(node, inner), outer)

    def _tree(self, factors: Iterable[int]) -> int:
        """The product as a tree in which what is late comes last."""
        waiting = [(self._level(node), place, node) for place, node in enumerate(factors)]
        heapq.heapify(waiting)
        place = len(waiting)
        while len(waiting) > 1:
            (_, _, first), (_, _, second) = heapq.heappop(waiting), heapq.heappop(waiting)
            node = self.builder.apply(Operation.MULTIPLY, first, second)
            heapq.heappush(waiting, (self._level(node), place, node))
            place += 1
        return waiting[0][2]

    def _level(self, index: int) -> float:
        """How late a node is."""
        nodes = self.builder.nodes
        for node in nodes[len(self._levels) : index + 1]:
            if node.operation is Operation.INPUT:
                self._levels.append(self.arrivals[len(self._levels)])
                continue
            own = LEVELS.get(node.operation, FUNCTION_LEVELS if node.operation.partial else 1.0)
            below = max((self._levels[operand] for operand in node.operands), default=0.0)
            self._levels.append(below + own if node.operands else 0.0)
        return self._levels[index]


@lru_cache(maxsize=1 << 10)
def last_step(exponent: int) -> tuple[int, int, bool]:
    """How a power is made: (x**inner)**outer, or x**inner * x where that is `is_sum` (Knuth, TAOCP 2, 4.6.3).

    The best of powers of powers and of one factor more, which gives chains nearly as short as any.
    """
    _, step = _best_chain(exponent)
    return step


@lru_cache(maxsize=1 << 10)
def _best_chain(exponent: int) -> tuple[float, tuple[int, int, bool]]:
    """What the chain takes, of what a product does, and its last step."""
    if exponent <= 2:
        return (SQUARE if exponent == 2 else 0.0), (1, exponent, False)
    ways: list[tuple[float, tuple[int, int, bool]]] = []
    for outer in range(2, math.isqrt(exponent) + 1):
        if exponent % outer == 0:
            inner = exponent // outer
            cost = _best_chain(inner)[0] + _best_chain(outer)[0]
            ways += [(cost, (inner, outer, False)), (cost, (outer, inner, False))]
    if exponent % 2:
        ways.append((_best_chain(exponent - 1)[0] + 1, (exponent - 1, 1, True)))
    return min(ways)
