"""Parts of a graph that depend on one node alone, and what becomes of the graph where each is one function of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TypeAlias

from symhdl.analysis.functions import function_of
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.functions.composite import OPERATIONS, Composite, Step, composite
from symhdl.functions.elementary import univariate
from symhdl.functions.exact import MAXIMUM_BITS, bits
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import Univariate
from symhdl.ir.graph import Graph, Node, nodes_between, reachable
from symhdl.numeric.fixed import is_power_of_two

MOST_NODES = 256  # of a region
LINEAR = frozenset({Operation.ADD, Operation.SUBTRACT, Operation.NEGATE})
SHAPELESS = frozenset({Operation.INPUT, Operation.CONSTANT, Operation.PI, Operation.E})

Function: TypeAlias = Univariate | Composite
"""What a node applies to one other."""


@dataclass(frozen=True, slots=True)
class Region:
    """The last of some nodes, in order, as a function of the one among them that is its `argument`.

    It depends on no others. `worth` is what the function was estimated at, in LUTs, and `replaced` what is not built in
    its place.
    """

    argument: int
    nodes: tuple[int, ...]
    worth: float = field(default=0.0, compare=False)
    replaced: float = field(default=0.0, compare=False)

    @property
    def node(self) -> int:
        """What is computed."""
        return self.nodes[-1]


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """Some regions as the analyses of a graph see them.

    By node the function that a region is, and its argument; `absorbed` are the nodes of which nothing is built.
    """

    functions: Mapping[int, Composite] = field(default_factory=dict)
    arguments: Mapping[int, int] = field(default_factory=dict)
    absorbed: frozenset[int] = frozenset()

    @staticmethod
    def of(graph: Graph, regions: Iterable[Region]) -> Regions:
        """The regions of a graph; each must be a `function_of_region`."""
        regions = tuple(regions)
        if not regions:
            return NO_REGIONS
        functions: dict[int, Composite] = {}
        for region in regions:
            function = function_of_region(graph, region)
            assert function is not None, "a region without a function; please report this"
            functions[region.node] = function
        arguments = {region.node: region.argument for region in regions}
        kept = reachable(_cut(graph, arguments).nodes, (o.node for o in graph.outputs))
        absorbed = frozenset(range(len(graph.nodes))).difference(kept)
        return Regions(functions, arguments, absorbed)

    def seen(self, graph: Graph) -> Graph:
        """The graph in which each region has its argument as the only operand; it means nothing without them."""
        return _cut(graph, self.arguments) if self.arguments else graph

    def function_at(self, graph: Graph, index: int) -> Function | None:
        """The function that a node applies to its first operand, as the regions have it."""
        if index in self.functions:
            return self.functions[index]
        return function_of(graph, graph.nodes[index])


NO_REGIONS = Regions()


def _cut(graph: Graph, arguments: Mapping[int, int]) -> Graph:
    nodes = list(graph.nodes)
    for index, argument in arguments.items():
        nodes[index] = Node(nodes[index].operation, (argument,), None, nodes[index].name)
    return replace(graph, nodes=tuple(nodes))


@lru_cache(maxsize=256)
def _composed(steps: tuple[Step, ...]) -> Composite:
    return composite(steps)


def function_of_region(graph: Graph, region: Region) -> Composite | None:
    """What is computed, as a function of the argument; None where a node is nothing that functions are made of."""
    places = {node: place for place, node in enumerate(region.nodes)}
    steps: list[Step] = []
    for number in region.nodes:
        step = Step() if number == region.argument else _step(graph, graph.nodes[number], places)
        if step is None:
            return None
        steps.append(step)
    return _composed(tuple(steps))


def _step(graph: Graph, node: Node, places: Mapping[int, int]) -> Step | None:
    if node.value is not None:
        return Step(value=node.value) if bits(node.value) <= MAXIMUM_BITS else None
    exponent, operands = None, node.operands
    if node.operation is Operation.POWER:
        exponent, operands = graph.nodes[operands[1]].value, operands[:1]
        if exponent is None:
            return None
    function = univariate(node.operation, exponent)
    if function is None and node.operation not in OPERATIONS | SHAPELESS:
        return None
    return Step(node.operation, tuple(places[each] for each in operands), None, function)


def bases_of(graph: Graph, ranges: Ranges) -> list[int]:
    """For every node the one on which alone it depends, as far down as there is one: itself where there is none.

    Constants depend on nothing, told as -1. What has a gap in its range is its own.
    """
    bases: list[int] = []
    for index, node in enumerate(graph.nodes):
        found = {bases[operand] for operand in node.operands} - {-1}
        if ranges.space[index] == CONSTANT_SPACE:
            bases.append(-1)
        elif len(found) == 1 and index not in ranges.gapped:
            bases.append(found.pop())
        else:
            bases.append(index)
    return bases


def region_at(graph: Graph, ranges: Ranges, index: int, argument: int) -> Region | None:
    """The node as a function of the argument, on which alone it depends; None where that is no region.

    It must have a value wherever the argument can be, and be needed everywhere, or wherever what is assumed holds.
    """
    if argument in (-1, index) or ranges.asked[index] is not None:
        return None
    if ranges.asked[argument] is not None:
        return None
    nodes = nodes_between(graph.nodes, index, (argument,))
    if len(nodes) > MOST_NODES or any(node in ranges.gapped for node in nodes):
        return None
    if ranges.defined and any(ranges.defined[node] for node in nodes):
        return None
    return Region(argument, nodes)


def is_linear(graph: Graph, region: Region) -> bool:
    """Whether all that lies in a region are sums, and products with constants."""
    return all(
        graph.nodes[node].operation in LINEAR | SHAPELESS
        or (
            graph.nodes[node].operation is Operation.MULTIPLY
            and any(graph.nodes[each].value is not None for each in graph.nodes[node].operands)
        )
        for node in region.nodes
        if node != region.argument
    )


def is_one_operation(graph: Graph, region: Region) -> bool:
    """Whether it is one function of its argument, or of a multiple of it by a power of two, which takes no cells.

    What is known of the function by itself serves it best.
    """
    if function_of(graph, graph.nodes[region.node]) is None:
        return False
    return _unscaled(graph, graph.nodes[region.node].operands[0]) == region.argument


def _unscaled(graph: Graph, node: int) -> int:
    """What the node is a multiple of by a power of two, or itself."""
    operands = graph.nodes[node].operands
    if graph.nodes[node].operation is not Operation.MULTIPLY:
        return node
    values = [graph.nodes[each].value for each in operands]
    others = [each for each, value in zip(operands, values, strict=True) if value is None]
    is_scaled = len(others) == 1 and all(
        value > 0 and is_power_of_two(value) for value in values if value is not None
    )
    return others[0] if is_scaled else node


def candidates(graph: Graph, ranges: Ranges) -> list[Region]:
    """The largest parts that depend on one node, as what depends on more sees them; in order.

    Of those that are linear there are only outputs: others become terms of the sums that they stand in.
    """
    bases = bases_of(graph, ranges)
    outputs = {output.node for output in graph.outputs}
    roots = set(outputs)
    for index, node in enumerate(graph.nodes):
        if bases[index] == index:
            roots.update(node.operands)
    found: list[Region] = []
    for index in sorted(roots):
        region = region_at(graph, ranges, index, bases[index])
        if (
            region is not None
            and (index in outputs or not is_linear(graph, region))
            and not is_one_operation(graph, region)
            and function_of_region(graph, region) is not None
        ):
            found.append(region)
    return found
