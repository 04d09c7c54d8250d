"""Chooses the parts of the graph that become one function each, by what they take and what they save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from symhdl.analysis.functions import function_of
from symhdl.analysis.regions import Region, candidates
from symhdl.approximation.effort import Depth
from symhdl.design import Design
from symhdl.ir.graph import Graph, Node, reachable
from symhdl.lowering import depth_for, fabric_for
from symhdl.lowering.estimates import Estimates
from symhdl.precision.exactness import coarse_comparisons, exact_nodes

AROUND = 0.05  # of what a function is worth: less around it does not pay for the work
ARITHMETIC = 0.75  # of what sums and products are estimated at: together they take less
FEW_BITS = 8  # of an argument: of more, a single product takes less than a table
FEW_ENTRIES = 10  # bits of an argument of which a table may take less than what hangs on more
DOUBTFUL = 1.6  # times what an output that is one saves: estimated above, it is surely not worth it
ROUNDS = 3  # in which regions are given up: each may make others worth less


@dataclass(frozen=True, slots=True)
class FindRegions:
    """Fills `Design.regions`, and drops the allocation that was made without them.

    Every part of the graph that depends on one node alone may be a function of that, computed at once; what others need
    of it is built besides. By the formats of the allocation at hand both are estimated, and a region stays where it is
    worth less than all that it saves; outputs stay where that is in doubt, which is settled when they are built. What a
    decision needs exactly is none, and neither is an output that nothing rounds.
    """

    name: ClassVar[str] = "regions"

    def run(self, design: Design) -> Design:
        """The design with regions; itself where none is worth it."""
        if not design.request.opt or design.request.correctly_rounded or design.regions:
            return design
        found = _chosen(design)
        return replace(design, regions=found, allocation=None) if found else design


def every_region(design: Design) -> tuple[Region, ...]:
    """All regions that there may be together, whatever they take."""
    found = {each.node: each for each in _possible(design)}
    live = _live(design.graph, found)
    return tuple(found[index] for index in sorted(live & found.keys()))


def _possible(design: Design) -> list[Region]:
    graph, ranges, allocation = design.graph, design.ranges, design.allocation
    assert ranges is not None, "regions before ranges; please report this"
    coarse = coarse_comparisons(graph, {} if allocation is None else allocation.meetings)
    exact = exact_nodes(graph, ranges, design.inputs, coarse)
    unrounded = {goal.node for goal in design.goals if not goal.rounded}
    return [
        each
        for each in candidates(graph, ranges)
        if not exact[each.node] and each.node not in unrounded
    ]


def _live(graph: Graph, regions: Mapping[int, Region]) -> set[int]:
    """What is built where parts are functions: these, and what they do not make superfluous."""
    nodes = list(graph.nodes)
    for index, region in regions.items():
        nodes[index] = Node(nodes[index].operation, (region.argument,), None)
    return set(reachable(nodes, (output.node for output in graph.outputs)))


def _chosen(design: Design) -> tuple[Region, ...]:
    graph, ranges, allocation = design.graph, design.ranges, design.allocation
    assert ranges is not None and allocation is not None, (
        "regions before an allocation; please report this"
    )
    possible = _possible(design)
    if not possible:
        return ()
    fabric, depth = fabric_for(design.request, design.target), depth_for(design.request)
    estimates = Estimates(
        graph, ranges, design.inputs, design.goals, allocation, fabric, depth,
        rough=depth is not Depth.THOROUGH,
    )  # fmt: skip
    places = _places(graph, [bool(local.magnitude.any()) for local in allocation.local])
    outputs = frozenset(goal.node for goal in design.goals)
    priced = {
        each.node: replace(each, worth=estimates.region(each, places))
        for each in possible
        if each.node in outputs or _may_be_worth_it(graph, estimates, each)
    }
    return tuple(_Choice(graph, estimates, priced, outputs).made().values())


def _may_be_worth_it(graph: Graph, estimates: Estimates, region: Region) -> bool:
    """Whether there is enough beside a single function or product, which take about as much with what is around."""
    inside = [node for node in region.nodes if node != region.argument]
    functions = _functions_in(graph, region)
    if not functions:
        products = sum(estimates.is_product(node) for node in inside)
        number = estimates.numbers[region.argument]
        return products > 1 or (number is not None and number.factor.width <= FEW_BITS)
    if len(functions) > 1:
        return True
    if _is_finer(estimates, functions[0], region.argument):
        return True
    around = sum(estimates.node(node) for node in inside if node not in functions)
    return around > AROUND * estimates.node(functions[0])


def _is_finer(estimates: Estimates, function: int, argument: int) -> bool:
    """Whether a function has more bits as its operand than there are of the region's argument, which are few."""
    operand = estimates.numbers[estimates.graph.nodes[function].operands[0]]
    number = estimates.numbers[argument]
    if operand is None or number is None or number.factor.width > FEW_ENTRIES:
        return False
    return number.factor.width < operand.factor.width


def _functions_in(graph: Graph, region: Region) -> list[int]:
    return [
        node
        for node in region.nodes
        if node != region.argument and function_of(graph, graph.nodes[node]) is not None
    ]


def _places(graph: Graph, rounding: Sequence[bool]) -> dict[int, int]:
    """For every node how many places round on the way to the outputs that it acts on: the most of any output."""
    found: dict[int, int] = {}
    for output in graph.outputs:
        cone = reachable(graph.nodes, [output.node])
        count = sum(rounding[index] for index in cone)
        for index in cone:
            found[index] = max(found.get(index, 0), count)
    return found


@dataclass(slots=True)
class _Choice:
    """Which of some regions are kept, all at first; `live` is what is built besides them."""

    graph: Graph
    estimates: Estimates
    regions: dict[int, Region]
    outputs: frozenset[int] = frozenset()
    live: set[int] = field(default_factory=set)
    _worths: dict[int, float] = field(default_factory=dict)

    def made(self) -> dict[int, Region]:
        """The regions that are worth less than what they save, each with that."""
        self.live = _live(self.graph, self.regions)
        for _ in range(ROUNDS):
            before = len(self.regions)
            for index in sorted(self.regions, reverse=True):
                self._judge(index)
            if len(self.regions) == before:
                break
        return {index: self.regions[index] for index in sorted(self.live & self.regions.keys())}

    def _judge(self, index: int) -> None:
        """Gives a region up unless it is worth less than what would be built in its place."""
        if index not in self.live:
            return
        region, added = self.regions[index], self._in_place_of(index)
        inside = (self.regions[k].worth if k in self.regions else self._worth(k) for k in added)
        replaced = self._worth(index) + sum(inside)
        limit = 1.0 if _functions_in(self.graph, region) else ARITHMETIC
        limit = DOUBTFUL if index in self.outputs else limit
        if region.worth < limit * replaced:
            self.regions[index] = replace(region, replaced=replaced)
            return
        del self.regions[index]
        self.live.update(added)

    def _in_place_of(self, index: int) -> list[int]:
        """What would be built without the region, and is not now."""
        found: set[int] = set()
        waiting = [index]
        while waiting:
            for operand in self.graph.nodes[waiting.pop()].operands:
                if operand not in self.live and operand not in found:
                    found.add(operand)
                    if operand not in self.regions:
                        waiting.append(operand)
        return sorted(found)

    def _worth(self, index: int) -> float:
        """What the node is worth."""
        if index not in self._worths:
            self._worths[index] = self.estimates.node(index)
        return self._worths[index]
