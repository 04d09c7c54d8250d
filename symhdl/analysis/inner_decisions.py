"""Decisions about one node that the hardware has exactly, as decisions about an input: graphs of their own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from symhdl.analysis.natural import natural_fraction
from symhdl.analysis.partition import partition
from symhdl.analysis.ranges import Ranges, find_ranges
from symhdl.analysis.refine import refined
from symhdl.analysis.regions import bases_of
from symhdl.analysis.spaces import JOINT_SPACE
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.ir.graph import Graph, InputDeclaration, Node, OutputDeclaration, nodes_between
from symhdl.numeric.fixed import FixedFormat, format_of_range, power_of_two
from symhdl.request import InputPlan

ARGUMENT = "argument"
LONGEST = 60  # bits of an argument
DECISIONS = COMPARISONS | {Operation.FLOOR}
ARITHMETIC = frozenset(
    {
        Operation.ADD, Operation.SUBTRACT, Operation.NEGATE, Operation.ABSOLUTE, Operation.MINIMUM,
        Operation.MAXIMUM, Operation.MULTIPLY, Operation.SQUARE,
    }
)  # fmt: skip
PRODUCTS = frozenset({Operation.MULTIPLY, Operation.SQUARE})


class Grid(NamedTuple):
    """The numbers that a node may be: whole multiples of 2**-fraction / scale, of which the scale is odd."""

    scale: int
    fraction: int

    @property
    def unit(self) -> Fraction:
        """The distance between two of them."""
        return power_of_two(-self.fraction) / self.scale


@dataclass(frozen=True, slots=True, eq=False)
class InnerDecision:
    """A graph with a decision as its `output`, whose one input has the integers of the node that is the `argument`.

    These are its values in units of the `unit`.
    """

    argument: int
    unit: Fraction
    graph: Graph
    ranges: Ranges

    @property
    def output(self) -> int:
        """The decision's node in the graph."""
        return self.graph.outputs[0].node


def decisions_about_nodes(
    graph: Graph, ranges: Ranges, formats: Mapping[str, FixedFormat], irrational: Sequence[bool]
) -> dict[int, InnerDecision]:
    """The irrational decisions that hang on one node of several inputs, which is rational, by their nodes."""
    open_ones = [
        index
        for index, node in enumerate(graph.nodes)
        if node.operation in DECISIONS and irrational[index] and ranges.space[index] == JOINT_SPACE
    ]
    if not open_ones:
        return {}
    bases, grids = bases_of(graph, ranges), _grids(graph, formats)
    found: dict[int, InnerDecision] = {}
    for index in open_ones:
        argument = bases[index]
        grid = grids[argument]
        if argument == index or grid is None:
            continue
        plan = _plan(ranges.hull(argument), grid)
        if plan is not None:
            found[index] = _about_input(graph, index, argument, plan, grid)
    return found


def _grids(graph: Graph, formats: Mapping[str, FixedFormat]) -> list[Grid | None]:
    """For every node the numbers that it may be; None for what is more than arithmetic on inputs."""
    found: list[Grid | None] = []
    for node in graph.nodes:
        below = [found[operand] for operand in node.operands]
        known = {o: grid for o, grid in zip(node.operands, below, strict=True) if grid is not None}
        scale = 1
        if node.value is not None:
            scale = node.value.denominator
            scale //= scale & -scale
            node = Node(Operation.CONSTANT, value=node.value * scale)
        elif node.operation is not Operation.INPUT:
            if node.operation not in ARITHMETIC or None in below:
                found.append(None)
                continue
            scales = [known[operand].scale for operand in node.operands]
            scales *= 2 if node.operation is Operation.SQUARE else 1
            is_product = node.operation in PRODUCTS
            scale = math.prod(scales) if is_product else math.lcm(*scales)
        fraction = natural_fraction(node, {o: g.fraction for o, g in known.items()}, formats)
        is_short = fraction is not None and scale.bit_length() <= LONGEST
        found.append(Grid(scale, fraction) if fraction is not None and is_short else None)
    return found


def _plan(hull: tuple[float, float], grid: Grid) -> InputPlan | None:
    """An input with the integers of a node; None where these are too long."""
    if not all(map(math.isfinite, hull)):
        return None
    low, high = (Fraction(end) / grid.unit for end in hull)
    least, most = math.floor(low), math.ceil(high)
    if max(abs(least), abs(most)).bit_length() > LONGEST:
        return None
    return InputPlan(ARGUMENT, format_of_range(least, most, grid.fraction), least, most)


def _about_input(
    graph: Graph, index: int, argument: int, plan: InputPlan, grid: Grid
) -> InnerDecision:
    """The decision with an input in place of a node, divided by its scale."""
    nodes = [Node(Operation.INPUT, name=ARGUMENT)]
    if grid.scale > 1:
        nodes.append(Node(Operation.CONSTANT, value=Fraction(1, grid.scale)))
        nodes.append(Node(Operation.MULTIPLY, (0, 1)))
    places = {argument: len(nodes) - 1}
    for number in nodes_between(graph.nodes, index, (argument,)):
        if number == argument:
            continue
        node = graph.nodes[number]
        places[number] = len(nodes)
        operands = tuple(places[operand] for operand in node.operands)
        nodes.append(Node(node.operation, operands, node.value, node.name))
    blank = (None,) * len(nodes)
    probe = Graph(
        tuple(nodes), blank, ("",) * len(nodes), (InputDeclaration(ARGUMENT),),
        (OutputDeclaration("value", len(nodes) - 1),),
    )  # fmt: skip
    ranges = refined(probe, find_ranges(probe, partition(probe, (plan,), fine=False)))
    return InnerDecision(argument, grid.unit, probe, ranges)
