"""Makes one of sums that are the same but for a sign and a power of two: of sin(x - y) and sin(y - x)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import ClassVar

from symhdl.analysis.functions import function_of
from symhdl.design import Design
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, GraphBuilder
from symhdl.numeric.fixed import is_power_of_two
from symhdl.rewriting.rewrite import Rewriter, RuleTable, copy_node, facts_of_inputs, finish
from symhdl.rewriting.sums import Sums
from symhdl.rules.functions import SYMMETRIES

SUMS = frozenset({Operation.ADD, Operation.SUBTRACT})
SIGNLESS = frozenset(
    {*SUMS, Operation.NEGATE, Operation.SQUARE, Operation.CUBE, Operation.ABSOLUTE}
)
"""Operations in which the sign of an operand costs nothing."""

Multiple = tuple[int, Fraction]
"""A node, and how many times it another one is."""


@cache
def _symmetries() -> RuleTable:
    return RuleTable(SYMMETRIES)


@dataclass(frozen=True, slots=True)
class ShareSums:
    """Replaces sums by multiples of others. The value of every node stays the same real number.

    A sign that nothing takes in is an adder of its own: opposites stay where a product, a choice or an output reads
    them.
    """

    name: ClassVar[str] = "share-sums"

    def run(self, design: Design) -> Design:
        """The design with the graph in which they are shared; signs are taken out of functions that let them."""
        graph = design.graph
        multiples = _multiples(graph)
        if not multiples:
            return design
        shared = _shared(graph, multiples)
        if any(ratio < 0 for _, ratio in multiples.values()):
            shared = Rewriter(_symmetries(), facts_of_inputs(design)).sweep(shared)
        return design.with_graph(shared)


def _multiples(graph: Graph) -> dict[int, Multiple]:
    """The sums that are some power of two times another one, with a sign where that costs nothing."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for index, node in enumerate(graph.nodes):
        if node.operation in SUMS:
            terms = sorted(_unscaled(graph, operand) for operand in node.operands)
            groups.setdefault(tuple(terms), []).append(index)
    found: dict[int, Multiple] = {}
    several = [group for group in groups.values() if len(group) > 1]
    if not several:
        return found
    sums, signless = Sums(graph), _signless(graph)
    for group in several:
        kept: list[int] = []
        for index in group:
            multiple = next(
                (
                    (other, ratio)
                    for other in kept
                    if (ratio := _ratio(sums, index, other)) is not None
                    and (ratio > 0 or signless[index])
                ),
                None,
            )
            if multiple is None:
                kept.append(index)
            else:
                found[index] = multiple
    return found


def _unscaled(graph: Graph, index: int) -> int:
    """What the node is a multiple of; all constants are -1."""
    while True:
        node = graph.nodes[index]
        if node.value is not None:
            return -1
        if node.operation is Operation.NEGATE:
            index = node.operands[0]
            continue
        varying = [operand for operand in node.operands if graph.nodes[operand].value is None]
        if node.operation is not Operation.MULTIPLY or len(varying) != 1:
            return index
        index = varying[0]


def _ratio(sums: Sums, index: int, other: int) -> Fraction | None:
    """By which power of two, with a sign, another sum must be multiplied; None where it is no such multiple."""
    (own, constant), (others, other_constant) = sums.of(index), sums.of(other)
    if not own or own.keys() != others.keys():
        return None
    ratio, *rest = {own[addend] / others[addend] for addend in own}
    if rest or constant != ratio * other_constant or not is_power_of_two(abs(ratio)):
        return None
    return ratio


def _signless(graph: Graph) -> list[bool]:
    """For every node whether all that reads it takes a sign for nothing."""
    found = [True] * len(graph.nodes)
    for node in graph.nodes:
        if node.operation in SIGNLESS or function_of(graph, node) is not None:
            continue
        is_multiple = any(graph.nodes[operand].value is not None for operand in node.operands)
        if node.operation is not Operation.MULTIPLY or not is_multiple:
            for operand in node.operands:
                found[operand] = False
    for output in graph.outputs:
        found[output.node] = False
    return found


def _shared(graph: Graph, multiples: dict[int, Multiple]) -> Graph:
    builder = GraphBuilder()
    places: list[int] = []
    for index, (node, span) in enumerate(zip(graph.nodes, graph.spans, strict=True)):
        if index not in multiples:
            operands = tuple(places[operand] for operand in node.operands)
            places.append(copy_node(builder, node, operands, span))
            continue
        other, ratio = multiples[index]
        place = places[other]
        if abs(ratio) != 1:
            factor = builder.constant(ratio, span)
            place = builder.apply(Operation.MULTIPLY, factor, place, span=span)
        elif ratio < 0:
            place = builder.apply(Operation.NEGATE, place, span=span)
        places.append(place)
    return finish(graph, builder, places)
