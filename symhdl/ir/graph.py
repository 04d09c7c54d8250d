"""The Graph: mathematics over the reals, flat, immutable, in topological order, equal nodes being one node."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from symhdl.errors import Span
from symhdl.functions.operation import Operation
from symhdl.numeric.fixed import FixedFormat

Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Node:
    """An operation on earlier nodes. `value` belongs to CONSTANT, `name` to INPUT."""

    operation: Operation
    operands: tuple[int, ...] = ()
    value: Fraction | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class InputDeclaration:
    """What the source says of an input; what it does not say comes from the options."""

    name: str
    format: FixedFormat | None = None
    range: tuple[Fraction, Fraction] | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class OutputDeclaration:
    """An output: its node, and the format and the largest absolute error that the source asks for."""

    name: str
    node: int
    format: FixedFormat | None = None
    error: Fraction | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in topological order; `spans` stands beside them. Every node serves some output, inputs excepted."""

    nodes: tuple[Node, ...]
    spans: tuple[Span | None, ...]
    inputs: tuple[InputDeclaration, ...]
    outputs: tuple[OutputDeclaration, ...]

    def evaluate(
        self, /, *, digits: int | None = None, **values: Reals | Fraction | int | float
    ) -> Values:
        """The outputs by name where the inputs have these values; what belongs to no input is not looked at.

        Without `digits` in double precision: numbers or arrays of one shape in, the same out, nan or infinite outside
        the domain, no bound on the error known. With `digits` at one point, which is taken exactly: `Decimal` numbers
        of so many digits, off by at most one unit in the last, None outside the domain.
        Raises SymhdlError if an input has no value.
        """
        from symhdl.ir.evaluate import evaluate_graph

        return evaluate_graph(self, values, digits)


class Values(dict[str, Reals | float | Decimal | None]):
    """Values by the names of outputs; a single one is also to be had as `float(values)`."""

    def __float__(self) -> float:
        (value,) = self.values()
        return math.nan if value is None else float(value)


@dataclass(slots=True)
class GraphBuilder:
    """Appends nodes and returns their indices; a node that exists already is not built again."""

    nodes: list[Node] = field(default_factory=list)
    spans: list[Span | None] = field(default_factory=list)
    _known: dict[Node, int] = field(default_factory=dict)

    def append(self, node: Node, span: Span | None = None) -> int:
        """The index of the node, old or new; the span of the first mention stays."""
        index = self._known.get(node)
        if index is None:
            index = len(self.nodes)
            self.nodes.append(node)
            self.spans.append(span)
            self._known[node] = index
        return index

    def input(self, name: str, span: Span | None = None) -> int:
        """The input `name`."""
        return self.append(Node(Operation.INPUT, name=name), span)

    def constant(self, value: Fraction | int, span: Span | None = None) -> int:
        """An exact rational constant."""
        return self.append(Node(Operation.CONSTANT, value=Fraction(value)), span)

    def apply(self, operation: Operation, *operands: int, span: Span | None = None) -> int:
        """The operation on earlier nodes; operands of a commutative operation of two are put in order."""
        if operation.commutative:
            operands = tuple(sorted(operands))
        return self.append(Node(operation, operands), span)

    def build(
        self, inputs: tuple[InputDeclaration, ...], outputs: tuple[OutputDeclaration, ...]
    ) -> Graph:
        """The graph of what the outputs need, and of all inputs."""
        return without_dead_nodes(Graph(tuple(self.nodes), tuple(self.spans), inputs, outputs))


def without_dead_nodes(graph: Graph) -> Graph:
    """The graph without the nodes that serve no output; INPUT nodes of unused inputs go too."""
    alive = bytearray(len(graph.nodes))
    for output in graph.outputs:
        alive[output.node] = 1
    for index in range(len(graph.nodes) - 1, -1, -1):
        if alive[index]:
            for operand in graph.nodes[index].operands:
                alive[operand] = 1
    if all(alive):
        return graph
    new_index: list[int] = []
    nodes: list[Node] = []
    spans: list[Span | None] = []
    for index, node in enumerate(graph.nodes):
        new_index.append(len(nodes))
        if alive[index]:
            operands = tuple(new_index[operand] for operand in node.operands)
            nodes.append(Node(node.operation, operands, node.value, node.name))
            spans.append(graph.spans[index])
    outputs = tuple(
        OutputDeclaration(o.name, new_index[o.node], o.format, o.error, o.span)
        for o in graph.outputs
    )
    return Graph(tuple(nodes), tuple(spans), graph.inputs, outputs)
