"""Takes choices by several comparisons apart into choices by one, where branches meet at ties of these."""

from __future__ import annotations

from collections.abc import Sequence

from symhdl.analysis.refine import irrational_nodes
from symhdl.design import Design, Pass
from symhdl.errors import Span
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.ir.graph import Graph, GraphBuilder, reachable
from symhdl.rewriting.meetings import find_meetings, nodes_with_products
from symhdl.rewriting.rewrite import copy_node, finish

JOINING = frozenset({Operation.AND, Operation.OR})
MOST_PARTS = 4  # of a condition: each becomes a choice


def with_nested_choices(design: Design, simplification: Sequence[Pass]) -> Graph | None:
    """The graph with `if a then (if b then x else y) else y` for `if a and b then x else y`, and so with `or`.

    Every value stays the same. A choice by one comparison may be made wrongly next to a tie where its branches meet
    there, which the passes of `simplification` show; where they do for none of a condition's comparisons that take
    a product, or have no exact sides, it stays. None where all do.
    """
    if all(node.operation not in JOINING for node in design.graph.nodes):
        return None
    chosen = _possible(design.graph)
    if not chosen:
        return None
    nested, made = _nested(design.graph, chosen)
    choices = [new for news in made.values() for new in news]
    met = find_meetings(design.with_graph(nested), choices, simplification)
    kept = [index for index, news in made.items() if not met.keys().isdisjoint(news)]
    if len(kept) == len(chosen):
        return nested
    return _nested(design.graph, kept)[0] if kept else None


def _possible(graph: Graph) -> list[int]:
    """The choices by several comparisons of which one takes a product or has no exact sides."""
    irrational, dear = irrational_nodes(graph), nodes_with_products(graph)
    found: list[int] = []
    for index, node in enumerate(graph.nodes):
        if node.operation is not Operation.SELECT:
            continue
        parts = _parts(graph, node.operands[0])
        if 1 < len(parts) <= MOST_PARTS and any(irrational[k] or dear[k] for k in parts):
            found.append(index)
    return found


def _parts(graph: Graph, condition: int) -> list[int]:
    """The comparisons of a condition; none where it is made of something else, too."""
    found: list[int] = []
    waiting = [condition]
    while waiting and len(found) <= MOST_PARTS:
        index = waiting.pop()
        operation = graph.nodes[index].operation
        if operation in JOINING or operation is Operation.NOT:
            waiting += graph.nodes[index].operands
        elif operation in COMPARISONS:
            found.append(index)
        else:
            return []
    return found


def _nested(graph: Graph, chosen: Sequence[int]) -> tuple[Graph, dict[int, list[int]]]:
    """The graph with some choices taken apart, and what each of them became."""
    builder, places = GraphBuilder(), list[int]()
    made: dict[int, list[int]] = {}
    for index, (node, span) in enumerate(zip(graph.nodes, graph.spans, strict=True)):
        operands = tuple(places[operand] for operand in node.operands)
        if index in chosen:
            first = len(builder.nodes)
            places.append(_choice(builder, operands, span))
            made[index] = [
                k
                for k in range(first, len(builder.nodes))
                if builder.nodes[k].operation is Operation.SELECT
            ]
        else:
            places.append(copy_node(builder, node, operands, span))
    alive = reachable(builder.nodes, [places[output.node] for output in graph.outputs])
    place = {old: new for new, old in enumerate(alive)}
    return finish(graph, builder, places), {
        index: [place[k] for k in news if k in place] for index, news in made.items()
    }


def _choice(builder: GraphBuilder, operands: tuple[int, ...], span: Span | None) -> int:
    """A choice by one comparison after the other; conditions have few of them, so that recursion is bounded."""
    condition, chosen, otherwise = operands
    node = builder.nodes[condition]
    if node.operation is Operation.NOT:
        return _choice(builder, (node.operands[0], otherwise, chosen), span)
    if node.operation not in JOINING:
        return builder.apply(Operation.SELECT, condition, chosen, otherwise, span=span)
    *others, last = node.operands
    for operand in (last, *reversed(others)):
        made = _choice(builder, (operand, chosen, otherwise), span)
        if node.operation is Operation.AND:
            chosen = made
        else:
            otherwise = made
    return made
