"""Finds the choices whose branches meet where the condition flips, such as `if a < b then 2*a else a + b`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from symhdl.analysis.propagation import Meetings
from symhdl.design import Design, Pass
from symhdl.errors import SymhdlError
from symhdl.functions.operation import Operation
from symhdl.ir.graph import GraphBuilder, Node, OutputDeclaration, reachable
from symhdl.rewriting.rewrite import copy_node

ORDERED = (Operation.LESS, Operation.LESS_EQUAL)
LARGEST_CONE = 2000  # nodes of the branches of a choice that is looked at


def find_meetings(
    design: Design, choices: Iterable[int], simplification: Sequence[Pass]
) -> Meetings:
    """For the choices whose branches meet: the comparison, and the side in whose place the other one can be put.

    Put there, the branches are the same node when the passes of `simplification` have run. A choice of which this
    cannot be seen is left out.
    """
    graph = design.graph
    found: dict[int, tuple[int, int]] = {}
    for index in choices:
        condition, *branches = graph.nodes[index].operands
        while graph.nodes[condition].operation is Operation.NOT:
            condition = graph.nodes[condition].operands[0]
        if graph.nodes[condition].operation not in ORDERED:
            continue
        a, b = graph.nodes[condition].operands
        for moved, other in ((a, b), (b, a)):
            if _meet(design, branches, moved, other, simplification):
                found[index] = condition, moved
                break
    return found


def _meet(
    design: Design,
    branches: list[int],
    moved: int,
    other: int,
    simplification: Sequence[Pass],
) -> bool:
    """Whether both branches are the same with one node in place of another, which must not depend on it."""
    graph = design.graph
    first = reachable(graph.nodes, [other])
    if graph.nodes[moved].operation is Operation.CONSTANT or moved in first:
        return False
    cone = reachable(graph.nodes, [*branches, other])
    if len(cone) > LARGEST_CONE:
        return False
    builder = GraphBuilder()
    places: dict[int, int] = {}
    # What takes the place of a node comes before all that depends on that node.
    for index in [*first, *cone]:
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
