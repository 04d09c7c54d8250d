"""Finds the choices whose branches meet where the condition flips, such as `if a < b then 2*a else a + b`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from symhdl.analysis.propagation import Meetings
from symhdl.design import Design, Pass
from symhdl.errors import SymhdlError
from symhdl.functions.evaluation import FLOATING
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, GraphBuilder, Node, OutputDeclaration, reachable
from symhdl.numeric.interval import Floats
from symhdl.rewriting.rewrite import copy_node

ORDERED = (Operation.LESS, Operation.LESS_EQUAL)
LARGEST_CONE = 2000  # nodes of the branches of a choice that is looked at
LEAST_WORK, WORK_PER_NODE = 50_000, 16  # nodes of the branches of all choices that are looked at
LARGEST_BLOCK = 1 << 23  # numbers that are held at once
LARGEST_LOOK = 1 << 26  # numbers that are computed in all; of other choices nothing is known before
DIFFERENT = 2.0**-20
GOLDEN = (math.sqrt(5) - 1) / 2


def find_meetings(
    design: Design, choices: Iterable[int], simplification: Sequence[Pass]
) -> Meetings:
    """For the choices whose branches meet: the comparison, and the side in whose place the other one can be put.

    Put there, the branches are the same node when the passes of `simplification` have run. A choice of which this
    cannot be seen is left out.
    """
    graph = design.graph
    found: dict[int, tuple[int, int]] = {}
    pairs = [pair for index in choices for pair in _compared(graph, index)]
    left = LEAST_WORK + WORK_PER_NODE * len(graph.nodes)
    for index, condition, moved, other in _likely(design, pairs):
        _, *branches = graph.nodes[index].operands
        if index in found or left < 0:
            continue
        first = reachable(graph.nodes, [other])
        cone = reachable(graph.nodes, [*branches, other])
        left -= len(cone)
        if moved in first or len(cone) > LARGEST_CONE or left < 0:
            continue
        if _meet(design, branches, moved, other, [*first, *cone], simplification):
            found[index] = condition, moved
    return found


def nodes_with_products(graph: Graph) -> list[bool]:
    """For every node whether numbers that are no constants are multiplied for it."""
    found: list[bool] = []
    for node in graph.nodes:
        found.append(_is_product(graph, node) or any(found[operand] for operand in node.operands))
    return found


def _is_product(graph: Graph, node: Node) -> bool:
    """Whether two numbers are multiplied that are no constants."""
    if node.operation is Operation.SQUARE:
        return True
    return node.operation is Operation.MULTIPLY and all(
        graph.nodes[operand].value is None for operand in node.operands
    )


class _Pair(NamedTuple):
    """A choice, its comparison, and one side of this in whose place the other one is to be put."""

    choice: int
    condition: int
    moved: int
    other: int


def _compared(graph: Graph, choice: int) -> Iterator[_Pair]:
    condition = graph.nodes[choice].operands[0]
    while graph.nodes[condition].operation is Operation.NOT:
        condition = graph.nodes[condition].operands[0]
    if graph.nodes[condition].operation in ORDERED:
        a, b = graph.nodes[condition].operands
        for moved, other in ((a, b), (b, a)):
            if graph.nodes[moved].operation is not Operation.CONSTANT:
                yield _Pair(choice, condition, moved, other)


def _likely(design: Design, pairs: Sequence[_Pair]) -> Iterator[_Pair]:
    """The pairs at which the branches are not seen to differ at a point, in doubles; many are looked at together.

    A pair that is left out wrongly costs precision and no more.
    """
    nodes = len(design.graph.nodes)
    size, seen = max(1, LARGEST_BLOCK // nodes), min(len(pairs), LARGEST_LOOK // nodes)
    yield from pairs[seen:]
    for start in range(0, seen, size):
        block = pairs[start : min(start + size, seen)]
        plain = _values(design, block, {})
        moved: dict[int, list[int]] = {}
        for column, pair in enumerate(block):
            moved.setdefault(pair.moved, []).append(column)
        put = {
            node: (columns, np.array([plain[block[c].other][c] for c in columns]))
            for node, columns in moved.items()
        }
        values = _values(design, block, put)
        for column, pair in enumerate(block):
            _, *branches = design.graph.nodes[pair.choice].operands
            one, another = (float(values[branch][column]) for branch in branches)
            if not abs(one - another) > DIFFERENT * max(abs(one), abs(another)):
                yield pair


def _values(
    design: Design, block: Sequence[_Pair], put: Mapping[int, tuple[list[int], Floats]]
) -> list[Floats]:
    """The values of all nodes at a point for each pair, with those that are put in the place of some."""
    ranges = {plan.name: plan.real_range for plan in design.inputs}
    values: list[Floats] = []
    with np.errstate(all="ignore"):
        for index, node in enumerate(design.graph.nodes):
            if node.operation is Operation.INPUT:
                # anywhere within the range, elsewhere for every input
                low, high = (float(end) for end in ranges.get(node.name, (0, 1)))
                share = (index + 1) * GOLDEN % 1.0
                value = np.asarray(low + share * (high - low))
            elif node.value is not None:
                value = np.asarray(_to_float(node.value))
            else:
                value = FLOATING[node.operation](*(values[k] for k in node.operands))
            full = np.array(np.broadcast_to(value, len(block)), dtype=np.float64)
            if index in put:
                columns, others = put[index]
                full[columns] = others
            values.append(full)
    return values


def _to_float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _meet(
    design: Design,
    branches: list[int],
    moved: int,
    other: int,
    needed: Sequence[int],
    simplification: Sequence[Pass],
) -> bool:
    """Whether both branches are the same with one node in place of another, which must not depend on it.

    `needed` are the nodes that make the other one, and then those of the branches.
    """
    graph = design.graph
    builder = GraphBuilder()
    places: dict[int, int] = {}
    # What takes the place of a node comes before all that depends on that node.
    for index in needed:
        if index in places:
            continue
        if index == moved:
            places[index] = places[other]
            continue
        node: Node = graph.nodes[index]
        operands = tuple(places[operand] for operand in node.operands)
        places[index] = copy_node(builder, node, operands, None)
    outputs = tuple(OutputDeclaration(str(k), places[b]) for k, b in enumerate(branches))
    design = design.with_graph(builder.build(graph.inputs, outputs))
    try:
        for step in simplification:
            design = step.run(design)
    except SymhdlError:
        return False  # a branch has no value where the compared values are equal
    one, another = design.graph.outputs
    return one.node == another.node
