"""Makes decisions on rational arithmetic exact: what is compared is multiplied by its common denominator.

`0.3*x < y` cannot be decided in binary fractions without error next to equality, `3*x < 10*y` can. Only the nodes
under comparisons, floor and modulo are copied in scaled form; the Lower pass then keeps these copies exact. So are
arguments that come near a pole where nothing is promised at it: exact, they are 0 or at least their last bit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import ClassVar

from symhdl.analysis.refine import uncut_ranges
from symhdl.analysis.spaces import JOINT_SPACE
from symhdl.design import Design
from symhdl.errors import Span
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.ir.graph import Graph, GraphBuilder, Node
from symhdl.precision.exactness import WIDEST_EXACT
from symhdl.rewriting.rewrite import copy_node, finish

LARGEST_SCALE = 1 << 64
SPARE = 3  # bits less than half of what is exact, of which dividends have an exact product with a reciprocal
LOGARITHMS = (Operation.LOG, Operation.LOG2, Operation.LOG10)
LINEAR = frozenset(
    {
        Operation.ADD, Operation.SUBTRACT, Operation.NEGATE, Operation.ABSOLUTE, Operation.MINIMUM,
        Operation.MAXIMUM, Operation.SELECT, Operation.MODULO,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ExactDecisions:
    """Rewrites comparisons, floor and modulo over rational numbers that are not binary.

    Values are unchanged: a comparison is scaled by a positive integer, a remainder is scaled back, 1/x is s/(s x) and
    log(x) is log(s x) - log(s). floor(x) is the quotient of the integers floor(s x) and s, which their product with a
    binary fraction near 1/s gives, for all that there are; in parts where that product is too wide to be exact.
    """

    name: ClassVar[str] = "exact-decisions"

    def run(self, design: Design) -> Design:
        """The design with the rewritten graph."""
        graph = design.graph
        scales = _scales(graph)
        affected = [_is_affected(graph, scales, node) for node in graph.nodes]
        if design.request.ignore_undefined:
            for index in _open_poles(design):
                affected[index] = (scales[graph.nodes[index].operands[0]] or 1) != 1
        hulls = _hulls(design, affected)
        for index, hull in hulls.items():  # of what is not finite others tell
            affected[index] = all(map(math.isfinite, hull))
        if not any(affected):
            return design
        return design.with_graph(_Rewriter(graph, scales, affected, hulls).run())


def _hulls(design: Design, affected: Sequence[bool]) -> dict[int, tuple[float, float]]:
    """Between which values the arguments of the affected floors lie."""
    nodes = design.graph.nodes
    floors = [
        index
        for index, is_affected in enumerate(affected)
        if is_affected and nodes[index].operation is Operation.FLOOR
    ]
    if not floors:
        return {}
    ranges = uncut_ranges(design.graph, design.inputs, design.assumptions)
    return {index: ranges.hull(nodes[index].operands[0]) for index in floors}


def _open_poles(design: Design) -> list[int]:
    """The inverses and logarithms of several inputs whose argument may be 0."""
    graph = design.graph
    if all(node.operation not in (Operation.INVERSE, *LOGARITHMS) for node in graph.nodes):
        return []
    ranges = uncut_ranges(graph, design.inputs, design.assumptions)
    return [
        violation.node
        for violation in ranges.violations
        if graph.nodes[violation.node].operation in (Operation.INVERSE, *LOGARITHMS)
        and ranges.space[violation.node] == JOINT_SPACE
    ]


def _scales(graph: Graph) -> list[int | None]:
    """For each node an odd factor that makes it a polynomial of inputs and binary fractions; None if there is none."""
    scales: list[int | None] = []
    for node in graph.nodes:
        scales.append(_scale(node, [scales[k] for k in node.operands]))
    return scales


def _scale(node: Node, found: Sequence[int | None]) -> int | None:
    if node.operation is Operation.INPUT:
        return 1
    if node.value is not None:
        odd = node.value.denominator
        return odd // (odd & -odd)
    if node.operation.boolean:
        return 1
    numbers = found[1:] if node.operation is Operation.SELECT else found
    below = [scale for scale in numbers if scale is not None]
    if len(below) < len(numbers):
        return None
    if node.operation in LINEAR:
        result = math.lcm(*below)
    elif node.operation in (Operation.MULTIPLY, Operation.SQUARE):
        result = math.prod(below) ** (2 if node.operation is Operation.SQUARE else 1)
    elif node.operation is Operation.FLOOR:
        result = 1
    else:
        return None
    return result if result <= LARGEST_SCALE else None


def _is_affected(graph: Graph, scales: Sequence[int | None], node: Node) -> bool:
    """Whether a decision hangs on values that are rational but not binary."""
    if node.operation in COMPARISONS:
        # A comparison of a binary value with a constant is exact as it stands.
        operands = [k for k in node.operands if graph.nodes[k].operation is not Operation.CONSTANT]
    elif node.operation in (Operation.FLOOR, Operation.MODULO):
        operands = list(node.operands)
    else:
        return False
    known = [scales[k] for k in operands]
    return all(scale is not None for scale in known) and any(scale != 1 for scale in known)


class _Rewriter:
    """Builds the graph anew, with scaled copies of what decisions need."""

    def __init__(
        self,
        graph: Graph,
        scales: Sequence[int | None],
        affected: Sequence[bool],
        hulls: Mapping[int, tuple[float, float]],
    ) -> None:
        self.graph = graph
        self.scales = scales
        self.affected = affected
        self.hulls = hulls
        self.builder = GraphBuilder()
        self.places: list[int] = []
        self.scaled: dict[int, int] = {}

    def run(self) -> Graph:
        """The rewritten graph."""
        wanted = self._wanted()
        for index, node in enumerate(self.graph.nodes):
            span = self.graph.spans[index]
            operands = tuple(self.places[k] for k in node.operands)
            if self.affected[index] and node.operation is Operation.FLOOR:
                self.places.append(self._floor(node, span, self.hulls[index]))
            elif self.affected[index]:
                self.places.append(self._decision(node, span))
            else:
                self.places.append(copy_node(self.builder, node, operands, span))
            if index in wanted:
                self.scaled[index] = self._scaled_copy(index, node, span)
        return finish(self.graph, self.builder, self.places)

    def _wanted(self) -> frozenset[int]:
        """The nodes of which a scaled copy is needed: the cones of affected decisions."""
        wanted = bytearray(len(self.graph.nodes))
        for index in range(len(self.graph.nodes) - 1, -1, -1):
            node = self.graph.nodes[index]
            if wanted[index] and not node.operation.boolean:
                operands = (
                    node.operands[1:] if node.operation is Operation.SELECT else node.operands
                )
            elif self.affected[index]:
                operands = node.operands
            else:
                continue
            for operand in operands:
                wanted[operand] = 1
        return frozenset(index for index, flag in enumerate(wanted) if flag)

    def _to_scale(self, index: int, scale: int) -> int:
        """A node times `scale`, a multiple of its own scale."""
        own = self.scales[index]
        assert own is not None, "a decision on an unscaled node; please report this"
        factor = scale // own
        if factor == 1:
            return self.scaled[index]
        value = self.builder.nodes[self.scaled[index]].value
        if value is not None:
            return self.builder.constant(value * factor)
        constant = self.builder.constant(factor)
        return self.builder.apply(Operation.MULTIPLY, constant, self.scaled[index])

    def _common(self, operands: Sequence[int]) -> int:
        return math.lcm(*(self.scales[k] or 1 for k in operands))

    def _scaled_copy(self, index: int, node: Node, span: Span | None) -> int:
        """The node times its scale."""
        scale = self.scales[index]
        assert scale is not None, "a scaled copy of an unscaled node; please report this"
        if scale == 1:
            return self.places[index]
        if node.value is not None:
            return self.builder.constant(node.value * scale, span)
        if node.operation in (Operation.MULTIPLY, Operation.SQUARE):
            return self.builder.apply(
                node.operation, *(self.scaled[k] for k in node.operands), span=span
            )
        operands = [
            self.places[k]
            if node.operation is Operation.SELECT and position == 0
            else self._to_scale(k, scale)
            for position, k in enumerate(node.operands)
        ]
        return self.builder.apply(node.operation, *operands, span=span)

    def _decision(self, node: Node, span: Span | None) -> int:
        """The comparison at the common scale; what has a value taken there and scaled back."""
        scale = self._common(node.operands)
        operands = [self._to_scale(k, scale) for k in node.operands]
        result = self.builder.apply(node.operation, *operands, span=span)
        if node.operation is Operation.INVERSE:
            return self.builder.apply(
                Operation.MULTIPLY, self.builder.constant(scale), result, span=span
            )
        if node.operation in LOGARITHMS:
            added = self.builder.apply(node.operation, self.builder.constant(scale), span=span)
            opposite = self.builder.apply(Operation.NEGATE, added, span=span)
            return self.builder.apply(Operation.ADD, result, opposite, span=span)
        return result if node.operation in COMPARISONS else self._unscaled(result, scale, span)

    def _floor(self, node: Node, span: Span | None, hull: tuple[float, float]) -> int:
        """floor(x) = floor(floor(s x) / s), the latter as floor(c n + d)."""
        scale = self._common(node.operands)
        scaled = self._to_scale(node.operands[0], scale)
        whole = self.builder.apply(Operation.FLOOR, scaled, span=span)
        low, high = (Fraction(end) * scale for end in hull)
        return self._quotient(whole, scale, math.floor(low) - 1, math.ceil(high) + 1, span)

    def _quotient(self, index: int, divisor: int, low: int, high: int, span: Span | None) -> int:
        """The floor of the quotient of an integer node, which lies between two numbers, and a divisor.

        Where the product is too wide it is, with n = 2**k u + v and v < 2**k, 2**k times that of u, and that of
        2**k (u mod divisor) + v, for which k is small enough if the divisor is.
        """
        apply, constant = partial(self.builder.apply, span=span), self.builder.constant
        factor, addend = _reciprocal(divisor, low, high)
        width = factor.denominator.bit_length() + (max(-low, high) // divisor).bit_length()
        places = WIDEST_EXACT // 2 - divisor.bit_length() - SPARE
        if width < WIDEST_EXACT or places <= 0:
            product = apply(Operation.MULTIPLY, constant(factor), index)
            return apply(Operation.FLOOR, apply(Operation.ADD, product, constant(addend)))
        unit = constant(1 << places)
        shifted = apply(Operation.MULTIPLY, constant(Fraction(1, 1 << places)), index)
        upper = apply(Operation.FLOOR, shifted)
        lower = apply(Operation.MODULO, index, unit)
        rest = apply(Operation.MODULO, upper, constant(divisor))
        left = apply(Operation.ADD, apply(Operation.MULTIPLY, unit, rest), lower)
        above = self._quotient(upper, divisor, low >> places, high >> places, span)
        below = self._quotient(left, divisor, 0, (divisor << places) - 1, span)
        return apply(Operation.ADD, apply(Operation.MULTIPLY, unit, above), below)

    def _unscaled(self, index: int, scale: int, span: Span | None) -> int:
        if scale == 1:
            return index
        inverse = self.builder.constant(Fraction(1, scale), span)
        return self.builder.apply(Operation.MULTIPLY, inverse, index, span=span)


def _reciprocal(divisor: int, low: int, high: int) -> tuple[Fraction, Fraction]:
    """Binary fractions c and d, of as few bits as can be, with floor(c n + d) = floor(n / divisor).

    That is for all integers n between two numbers. With c = 1 / divisor + e all n e + d must lie from
    0 on, below 1 / divisor.

    T. Granlund and P. L. Montgomery, Division by invariant integers using multiplication, 1994.
    """
    exponent = 0
    while True:
        unit = Fraction(1, 1 << exponent)
        factor = round(1 / (divisor * unit)) * unit
        wrong = factor - Fraction(1, divisor)
        addend = -math.floor(min(low * wrong, high * wrong) / unit) * unit
        if max(low * wrong, high * wrong) + addend < Fraction(1, divisor):
            return factor, addend
        exponent += 1
