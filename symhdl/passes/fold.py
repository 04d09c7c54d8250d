"""The pass that carries out operations on constants, exactly."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

from symhdl.design import Design
from symhdl.errors import Diagnostic, Span, SymhdlError
from symhdl.functions.exact import OutsideDomainError, exact
from symhdl.functions.operation import Operation
from symhdl.functions.surd import Surd, exact_surd
from symhdl.ir.graph import Graph, GraphBuilder, Node, reachable
from symhdl.rewriting.rewrite import copy_node, finish

DIVISIONS = {Operation.DIVIDE: 1, Operation.MODULO: 1, Operation.INVERSE: 0}
"""The place of the operand that must not be zero."""

COLLECTING = frozenset({Operation.ADD, Operation.MINIMUM, Operation.MAXIMUM})
"""Operations of many operands, of which the constant ones can be taken together."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Replaces operations on constants by their value where it is rational and not too large.

    Irrational values such as `sqrt(2)` stay operations, but what is made of them may be rational: `sin(pi/6)` is 1/2
    (`surd` says what is known). A node without a value, such as `1/0`, raises a `SymhdlError` `domain` with its place
    if an output needs it in every case. In the branch of a choice it stays, until it is known whether that is ever
    taken; so does what the source has in other words, such as the division within `atan2(0, 0)`.
    """

    name: ClassVar[str] = "fold"

    def run(self, design: Design) -> Design:
        """The design with the folded graph."""
        return design.with_graph(_Folding(design.written).run(design.graph))


@dataclass(slots=True)
class _Folding:
    written: Graph
    builder: GraphBuilder = field(default_factory=GraphBuilder)
    outside: dict[Node, str] = field(default_factory=dict)
    surds: dict[int, Surd] = field(
        default_factory=dict
    )  # the constants whose value is known exactly

    def run(self, graph: Graph) -> Graph:
        new_index: list[int] = []
        for node, span in zip(graph.nodes, graph.spans, strict=True):
            operands = tuple(new_index[operand] for operand in node.operands)
            new_index.append(self._fold(node, operands, span))
        if self.outside:
            self._complain(graph, new_index)
        return finish(graph, self.builder, new_index)

    def _fold(self, node: Node, operands: tuple[int, ...], span: Span | None) -> int:
        if operands and self.surds.keys().isdisjoint(operands):
            return copy_node(self.builder, node, operands, span)
        surds = [self.surds.get(operand) for operand in operands]
        known = tuple(surd for surd in surds if surd is not None)
        result: Surd | None = None
        try:
            if node.value is not None:
                result = Surd(node.value)
            elif len(known) == len(surds) and node.operation is not Operation.INPUT:
                result = exact_surd(node.operation, known)
            place = DIVISIONS.get(node.operation)
            divisor = None if place is None else surds[place]
            if divisor is not None and divisor.value == 0:
                raise OutsideDomainError("division by zero")
        except OutsideDomainError as problem:
            new = copy_node(self.builder, node, operands, span)
            self.outside[self.builder.nodes[new]] = str(problem)
            return new
        if result is None:
            values = [None if surd is None else surd.value for surd in surds]
            return self._fold_partly(node, operands, values, span)
        if result.value is not None:
            node, operands = Node(Operation.CONSTANT, value=result.value), ()
        new = copy_node(self.builder, node, operands, span)
        self.surds[new] = result
        return new

    def _fold_partly(
        self,
        node: Node,
        operands: tuple[int, ...],
        values: list[Fraction | None],
        span: Span | None,
    ) -> int:
        if node.operation is Operation.SELECT and values[0] is not None:
            return operands[1] if values[0] != 0 else operands[2]
        constants = tuple(value for value in values if value is not None)
        if node.operation not in COLLECTING or len(constants) in (0, len(values)):
            return copy_node(self.builder, node, operands, span)
        together = exact(node.operation, constants)
        if together is None:
            return copy_node(self.builder, node, operands, span)
        rest = [o for o, value in zip(operands, values, strict=True) if value is None]
        if node.operation is not Operation.ADD or together != 0:
            rest.append(self.builder.constant(together, span))
        if len(rest) == 1:
            return rest[0]
        return self.builder.apply(node.operation, *rest, span=span)

    def _complain(self, graph: Graph, new_index: list[int]) -> None:
        """Raises for the nodes without a value that some output needs in every case."""
        nodes = self.builder.nodes
        roots = [new_index[output.node] for output in graph.outputs]
        needed = reachable(nodes, roots, through_branches=False)
        spans = self.builder.spans
        own = {
            (n.operation, s) for n, s in zip(self.written.nodes, self.written.spans, strict=True)
        }
        told = [
            self._diagnostic(nodes[index], spans[index])
            for index in needed
            if nodes[index] in self.outside
            and (spans[index] is None or (nodes[index].operation, spans[index]) in own)
        ]
        if told:
            raise SymhdlError(*told)

    def _diagnostic(self, node: Node, span: Span | None) -> Diagnostic:
        return Diagnostic(
            "domain",
            f"this has no value: {self.outside[node]}",
            span,
            help="change the expression, or guard it with a condition on an input",
        )
