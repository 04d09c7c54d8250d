"""Cuts the clusters of arithmetic out of a graph, and puts others in their places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from symhdl.analysis.functions import deciding_nodes
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.regions import LINEAR, candidates
from symhdl.analysis.spaces import CONSTANT_SPACE, JOINT_SPACE
from symhdl.functions.operation import DECISIONS, Operation
from symhdl.ir.graph import (
    Graph,
    GraphBuilder,
    InputDeclaration,
    OutputDeclaration,
    count_uses,
    reachable,
)
from symhdl.rewriting.polynomials import ARITHMETIC, ROOTS
from symhdl.rewriting.rewrite import copy_node, finish

FEW_ARGUMENTS = 1 << 12  # of a polynomial that takes less as one function than factored with others
LEAST_PRODUCTS = 2  # of a cluster: with fewer there is nothing to save


@dataclass(frozen=True, slots=True)
class Cluster:
    """Arithmetic on the values of the nodes `inputs`, which makes those of the nodes `outputs`, as a graph."""

    inputs: tuple[int, ...]
    nodes: tuple[int, ...]
    outputs: tuple[int, ...]
    graph: Graph


def clusters_of(graph: Graph, ranges: Ranges) -> list[Cluster]:
    """The largest clusters of several inputs and at least two products, which no decision hangs on.

    What decides was made exact before, node by node, and functions of one input may be built at once: polynomials of
    few arguments stay as they are.
    """
    whole = _polynomials(graph, ranges)
    kind = [
        index not in whole and _is_arithmetic(graph, ranges, index)
        for index in range(len(graph.nodes))
    ]
    groups = _groups(graph, ranges, kind)
    if not groups:
        return []
    uses = _outer_uses(graph, kind)
    deciding = set(reachable(graph.nodes, _deciding(graph)))
    return [_cluster(graph, group, uses) for group in groups if deciding.isdisjoint(group)]


def _polynomials(graph: Graph, ranges: Ranges) -> set[int]:
    """What lies in polynomials of one input with few values that take several products."""
    found: set[int] = set()
    for region in candidates(graph, ranges):
        inside = set(region.nodes) - {region.argument}
        home = ranges.space[region.argument]
        if (
            graph.nodes[region.argument].operation is Operation.INPUT
            and ranges.spaces.inputs[home].last - ranges.spaces.inputs[home].starts[0]
            < FEW_ARGUMENTS
            and _products(graph, ranges, inside) >= LEAST_PRODUCTS
        ):
            found |= inside
    return found


def _is_arithmetic(graph: Graph, ranges: Ranges, index: int) -> bool:
    node = graph.nodes[index]
    if node.operation not in ARITHMETIC or ranges.space[index] == CONSTANT_SPACE:
        return False
    if node.operation not in ROOTS:
        return True
    low, _ = ranges.hull(node.operands[0])
    return low >= 0 and index not in ranges.gapped


def _groups(graph: Graph, ranges: Ranges, kind: Sequence[bool]) -> list[list[int]]:
    """The nodes of each cluster that may be worth looking at, in order."""
    parent = list(range(len(graph.nodes)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for index, node in enumerate(graph.nodes):
        if kind[index]:
            for operand in node.operands:
                if kind[operand]:
                    parent[root(operand)] = root(index)
    groups: dict[int, list[int]] = {}
    for index, is_arithmetic in enumerate(kind):
        if is_arithmetic:
            groups.setdefault(root(index), []).append(index)
    return [group for group in groups.values() if _is_worth_looking(graph, ranges, group)]


def _is_worth_looking(graph: Graph, ranges: Ranges, group: Sequence[int]) -> bool:
    products = sum(graph.nodes[index].operation not in LINEAR for index in group)
    return products >= LEAST_PRODUCTS and any(ranges.space[k] == JOINT_SPACE for k in group)


def _products(graph: Graph, ranges: Ranges, group: Iterable[int]) -> int:
    """How many products of what is not constant there are, or operations that take no less."""
    products = 0
    for index in group:
        node = graph.nodes[index]
        if node.operation in LINEAR or not node.operands:
            continue
        factors = [k for k in node.operands if ranges.space[k] != CONSTANT_SPACE]
        products += node.operation is not Operation.MULTIPLY or len(factors) > 1
    return products


def _outer_uses(graph: Graph, kind: Sequence[bool]) -> list[int]:
    """How often each node is used by what is not arithmetic."""
    uses = count_uses(graph)
    for index, node in enumerate(graph.nodes):
        if kind[index]:
            for operand in node.operands:
                uses[operand] -= 1
    return uses


def _deciding(graph: Graph) -> list[int]:
    """What decisions are made of."""
    decisions = [k for k, node in enumerate(graph.nodes) if node.operation in DECISIONS]
    return [*decisions, *deciding_nodes(graph)]


def _cluster(graph: Graph, group: Sequence[int], outer_uses: Sequence[int]) -> Cluster:
    builder = GraphBuilder()
    members = set(group)
    inputs = sorted(
        {
            operand
            for index in group
            for operand in graph.nodes[index].operands
            if operand not in members and graph.nodes[operand].value is None
        }
    )
    places = {index: builder.input(str(index)) for index in inputs}
    for index in group:
        node = graph.nodes[index]
        for operand in node.operands:
            value = graph.nodes[operand].value
            if value is not None:
                places[operand] = builder.constant(value)
        own = tuple(places[operand] for operand in node.operands)
        places[index] = copy_node(builder, node, own, graph.spans[index])
    outputs = tuple(index for index in group if outer_uses[index])
    made = builder.build(
        tuple(InputDeclaration(str(index)) for index in inputs),
        tuple(OutputDeclaration(str(index), places[index]) for index in outputs),
    )
    return Cluster(tuple(inputs), tuple(group), outputs, made)


class _Joining:
    """A graph that is put together; `places` are where the nodes of the old one are."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.builder = GraphBuilder()
        self.places = [-1] * len(graph.nodes)

    def copy(self, index: int) -> None:
        """The node as it was."""
        node = self.graph.nodes[index]
        own = tuple(self.places[operand] for operand in node.operands)
        self.places[index] = copy_node(self.builder, node, own, self.graph.spans[index])

    def put(self, index: int, cluster: Cluster, made: Graph, known: dict[int, int]) -> None:
        """An output of a cluster as its form has it; `known` are the nodes of this that are there already."""
        place = cluster.outputs.index(index)
        root = made.outputs[place].node
        waiting = [root]
        while waiting:
            current = waiting[-1]
            node = made.nodes[current]
            missing = [operand for operand in node.operands if operand not in known]
            if current in known or not missing:
                waiting.pop()
            if current not in known and not missing:
                own = tuple(known[operand] for operand in node.operands)
                span = self.graph.spans[index]
                known[current] = (
                    self.places[int(node.name)]
                    if node.operation is Operation.INPUT
                    else copy_node(self.builder, node, own, span)
                )
            waiting += missing if current not in known else []
        self.places[index] = known[root]


def with_forms(graph: Graph, forms: Sequence[tuple[Cluster, Graph]]) -> Graph:
    """The graph in which clusters have other forms, whose inputs and outputs are those of the clusters."""
    joining = _Joining(graph)
    inside = {index for cluster, _ in forms for index in cluster.nodes}
    form_of = {
        index: number for number, (cluster, _) in enumerate(forms) for index in cluster.outputs
    }
    known: list[dict[int, int]] = [{} for _ in forms]
    for index in range(len(graph.nodes)):
        if index not in inside:
            joining.copy(index)
        elif index in form_of:
            cluster, made = forms[form_of[index]]
            joining.put(index, cluster, made, known[form_of[index]])
    return finish(graph, joining.builder, joining.places)
