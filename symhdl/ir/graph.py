"""The Graph: mathematics over the reals, flat, immutable, in topological order, equal nodes being one node."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from itertools import compress, islice

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from symhdl.errors import Span, shortened
from symhdl.functions.exact import OutsideDomainError, exact
from symhdl.functions.operation import Operation
from symhdl.ir.reach import HasOperands, flags_of_reached, use_counts_of
from symhdl.numeric.fixed import FixedFormat

Reals = NDArray[np.float64]

SHOWN_NAMES = 4
HASHED_NODES = 4


class Node(Struct, frozen=True, gc=False):
    """An operation on earlier nodes. `value` belongs to CONSTANT, `name` to INPUT."""

    operation: Operation
    operands: tuple[int, ...] = ()
    value: Fraction | None = None
    name: str = ""

    def __hash__(self) -> int:
        """That of the fields; a fraction in lowest terms is its two integers, which are hashed much faster."""
        value = self.value
        own = self.name if value is None else (value.numerator, value.denominator)
        return hash((self.operation, self.operands, own))


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
class Assumption:
    """A condition, by its node: where it does not hold, nothing is promised of any output."""

    node: int
    span: Span | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Graph:
    """Nodes in topological order. Every node serves some output or assumption, inputs excepted.

    Beside them stand `spans`, their places in the source, and `names`, what the user calls their values: a variable, a
    function's result, an output. Empty where there is no name, and of inputs and constants, which speak for themselves.
    Only a graph as it is written has `assumptions`; passes see them apart from it.
    """

    nodes: tuple[Node, ...]
    spans: tuple[Span | None, ...]
    names: tuple[str, ...]
    inputs: tuple[InputDeclaration, ...]
    outputs: tuple[OutputDeclaration, ...]
    assumptions: tuple[Assumption, ...] = ()

    def __hash__(self) -> int:
        """That of the last nodes, which tell most graphs apart: all of them would be hashed at every look-up."""
        return hash((len(self.nodes), self.nodes[-HASHED_NODES:]))

    def __repr__(self) -> str:
        inputs = _some(declared.name for declared in self.inputs)
        outputs = _some(declared.name for declared in self.outputs)
        return f"<graph: {inputs} -> {outputs}; {len(self.nodes):,} nodes>"

    def _repr_html_(self) -> str:
        """What notebooks show; the report, which stands above, is loaded by name."""
        found: str = import_module("symhdl.report.small").graph_html(self)
        return found

    @property
    def roots(self) -> tuple[int, ...]:
        """The nodes that all others serve: those of outputs and of assumptions."""
        return (*(o.node for o in self.outputs), *(a.node for a in self.assumptions))

    def evaluate(
        self, /, *, digits: int | None = None, **values: Reals | Fraction | int | float
    ) -> Values:
        """The outputs by name where the inputs have these values; what belongs to no input is not looked at.

        Without `digits` in double precision: numbers or arrays of one shape in, the same out, nan or infinite outside
        the domain, no bound on the error known. With `digits` at one point, which is taken exactly: `Decimal` numbers
        of so many digits, off by at most one unit in the last, None outside the domain.
        Raises SymhdlError if an input has no value.
        """
        found: Values = import_module("symhdl.evaluate").evaluate_graph(self, values, digits)
        return found


def _some(names: Iterable[str]) -> str:
    """The first few names."""
    first = [shortened(name, 20) for name in islice(names, SHOWN_NAMES + 1)]
    return ", ".join(first if len(first) <= SHOWN_NAMES else [*first[:SHOWN_NAMES], "..."])


class Values(dict[str, Reals | float | Decimal | None]):
    """Values by the names of outputs; a single one is also to be had as `float(values)`."""

    def __float__(self) -> float:
        (value,) = self.values()
        return math.nan if value is None else float(value)


_Definedness = int
_CONSTANT, _DEFINED, _PARTIAL = (
    0,
    1,
    2,
)  # of a node that depends on no input, that has a value everywhere, or has not
_CONNECTIVES = (Operation.AND, Operation.OR)


@dataclass(slots=True)
class GraphBuilder:
    """Appends nodes and returns their indices; a node that exists already is not built again."""

    nodes: list[Node] = field(default_factory=list)
    spans: list[Span | None] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    _of_functions: set[int] = field(default_factory=set)  # what has the name of a function only
    _known: dict[Node, int] = field(default_factory=dict)
    _definedness: list[_Definedness] = field(default_factory=list)

    def append(self, node: Node, span: Span | None = None) -> int:
        """The index of the node, old or new; the span of the first mention stays."""
        count = len(self.nodes)
        index = self._known.setdefault(node, count)
        if index == count:
            self.nodes.append(node)
            self.spans.append(span)
            self.names.append("")
        return index

    def name(self, index: int, name: str, *, of_function: bool = False) -> None:
        """What the user calls the node's value. The first name stays, but a function's name gives way to any other."""
        if not self.nodes[index].operands or (
            self.names[index] and index not in self._of_functions
        ):
            return
        if not of_function:
            self._of_functions.discard(index)
        elif self.names[index]:
            return
        else:
            self._of_functions.add(index)
        self.names[index] = name

    def carry_names(self, graph: Graph, places: Sequence[int]) -> None:
        """Hands the names of another graph on to the nodes that have the values now; -1 is a place of nothing."""
        for name, place in zip(graph.names, places, strict=True):
            if name and place >= 0:
                self.name(place, name)

    def input(self, name: str, span: Span | None = None) -> int:
        """The input `name`."""
        return self.append(Node(Operation.INPUT, name=name), span)

    def constant(self, value: Fraction | int, span: Span | None = None) -> int:
        """An exact rational constant."""
        exact_value = value if isinstance(value, Fraction) else Fraction(value)
        return self.append(Node(Operation.CONSTANT, value=exact_value), span)

    def apply(self, operation: Operation, *operands: int, span: Span | None = None) -> int:
        """The operation on earlier nodes; operands of a commutative operation of two are put in order."""
        if operation.commutative:
            operands = tuple(sorted(operands))
        return self.append(Node(operation, operands), span)

    def connect(self, operation: Operation, *operands: int, span: Span | None = None) -> int:
        """The operation as a text means it: what `and`, `or` have on their left guards what they have on their right.

        Where the right side may have no value, `a and b` is a choice, `if a then b else false`.
        """
        if operation not in _CONNECTIVES or not self.may_be_undefined(operands[1]):
            return self.apply(operation, *operands, span=span)
        first, second = operands
        if operation is Operation.AND:
            return self.apply(Operation.SELECT, first, second, self.constant(0, span), span=span)
        return self.apply(Operation.SELECT, first, self.constant(1, span), second, span=span)

    def varies(self, index: int) -> bool:
        """Whether the node depends on an input."""
        return self._definedness_of(index) != _CONSTANT

    def may_be_undefined(self, index: int) -> bool:
        """Whether the node has no value for some numbers as inputs, as far as can be told without ranges.

        An operation on constants that are not rational counts as defined.
        """
        return self._definedness_of(index) == _PARTIAL

    def _definedness_of(self, index: int) -> _Definedness:
        known = self._definedness
        for position in range(len(known), index + 1):
            node = self.nodes[position]
            found = max((known[operand] for operand in node.operands), default=_CONSTANT)
            if node.operation is Operation.INPUT:
                found = _DEFINED
            elif (found == _DEFINED and self._is_partial(node)) or (
                found == _CONSTANT and self._has_no_value(node)
            ):
                found = _PARTIAL
            known.append(found)
        return known[index]

    def _has_no_value(self, node: Node) -> bool:
        """Whether an operation on rational constants is one outside its domain, such as `1/0`."""
        values = tuple(self.nodes[operand].value for operand in node.operands)
        if not node.operation.partial or None in values:
            return False
        try:
            exact(node.operation, tuple(value for value in values if value is not None))
        except OutsideDomainError:
            return True
        return False

    def _is_partial(self, node: Node) -> bool:
        if not node.operation.partial:
            return False
        values = [self.nodes[operand].value for operand in node.operands]
        if node.operation in (Operation.DIVIDE, Operation.MODULO):
            return not values[1]
        if node.operation is not Operation.POWER:
            return True
        base, exponent = values
        is_whole = exponent is not None and exponent >= 0 and exponent.denominator == 1
        return not is_whole and not (base is not None and base > 0)

    def build(
        self, inputs: tuple[InputDeclaration, ...], outputs: tuple[OutputDeclaration, ...],
        assumptions: tuple[Assumption, ...] = (),
    ) -> Graph:  # fmt: skip
        """The graph of what outputs and assumptions need, and of all inputs; outputs name what has no name yet."""
        for output in outputs:
            self.name(output.node, output.name)
        nodes, spans, names = tuple(self.nodes), tuple(self.spans), tuple(self.names)
        return without_dead_nodes(Graph(nodes, spans, names, inputs, outputs, assumptions))


def count_uses(graph: Graph) -> list[int]:
    """How often each node is read, by nodes and outputs."""
    return use_counts_of(graph.nodes, graph.roots)


def reachable(
    nodes: Sequence[Node], roots: Iterable[int], *, through_branches: bool = True
) -> list[int]:
    """The nodes that the roots need, themselves included, in order.

    Not `through_branches`, those that they need whatever choices are made.
    """
    if not through_branches:
        nodes = [
            Node(n.operation, n.operands[:1]) if n.operation is Operation.SELECT else n
            for n in nodes
        ]
    return list(compress(range(len(nodes)), flags_of_reached(nodes, roots)))


def nodes_between(
    nodes: Sequence[HasOperands], index: int, ends: Collection[int] = ()
) -> tuple[int, ...]:
    """All that the node depends on, but nothing below the ends; in order."""
    found, waiting = {index}, [index]
    while waiting:
        for operand in nodes[waiting.pop()].operands:
            if operand not in found:
                found.add(operand)
                if operand not in ends:
                    waiting.append(operand)
    return tuple(sorted(found))


def graph_of_node(graph: Graph, index: int) -> Graph:
    """The graph whose one output, `value`, is a node of another graph."""
    value = (OutputDeclaration("value", index),)
    return without_dead_nodes(replace(graph, outputs=value, assumptions=()))


def graph_of_assumptions(graph: Graph) -> Graph:
    """The graph whose outputs are the assumptions of another graph, called by their numbers from 1 on."""
    outputs = tuple(
        OutputDeclaration(f"assumption {number}", assumption.node, span=assumption.span)
        for number, assumption in enumerate(graph.assumptions, 1)
    )
    return without_dead_nodes(replace(graph, outputs=outputs, assumptions=()))


def without_dead_nodes(graph: Graph) -> Graph:
    """The graph without the nodes that serve nothing; INPUT nodes of unused inputs go too."""
    alive = flags_of_reached(graph.nodes, graph.roots)
    if all(alive):
        return graph
    new_index: dict[int, int] = {}
    nodes: list[Node] = []
    for index in compress(range(len(alive)), alive):  # often few of many
        node = graph.nodes[index]
        operands = tuple(new_index[operand] for operand in node.operands)
        new_index[index] = len(nodes)
        nodes.append(Node(node.operation, operands, node.value, node.name))
    spans, names = compress(graph.spans, alive), compress(graph.names, alive)
    outputs = tuple(
        OutputDeclaration(o.name, new_index[o.node], o.format, o.error, o.span)
        for o in graph.outputs
    )
    assumptions = tuple(Assumption(new_index[a.node], a.span) for a in graph.assumptions)
    return Graph(tuple(nodes), tuple(spans), tuple(names), graph.inputs, outputs, assumptions)
