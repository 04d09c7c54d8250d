"""Writes a tangent whose argument lies on both sides of poles as sine over cosine."""

from __future__ import annotations

import numpy as np

from symhdl.analysis.ranges import Ranges
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import tangent_range
from symhdl.ir.graph import Graph, GraphBuilder
from symhdl.numeric.interval import Intervals
from symhdl.rewriting.rewrite import copy_node, finish


def split_tangents(graph: Graph, ranges: Ranges) -> Graph:
    """The graph in which every tangent stays between two poles; the same graph if they all do.

    A tangent may reach over poles because no value of its argument comes near them: inputs are multiples of
    their last bit. No single piece of the range can tell that to a table, but a cosine that keeps away from zero can.
    """
    crossing = [
        node.operation is Operation.TAN and _crosses(*ranges.hull(node.operands[0]))
        for node in graph.nodes
    ]
    if not any(crossing):
        return graph
    builder = GraphBuilder()
    places: list[int] = []
    for index, node in enumerate(graph.nodes):
        span = graph.spans[index]
        operands = tuple(places[operand] for operand in node.operands)
        if crossing[index]:
            sine = builder.apply(Operation.SIN, *operands, span=span)
            cosine = builder.apply(Operation.COS, *operands, span=span)
            inverse = builder.apply(Operation.INVERSE, cosine, span=span)
            places.append(builder.apply(Operation.MULTIPLY, sine, inverse, span=span))
        else:
            places.append(copy_node(builder, node, operands, span))
    return finish(graph, builder, places)


def _crosses(low: float, high: float) -> bool:
    """Whether a pole may lie between the ends."""
    return not bool(np.isfinite(tangent_range(Intervals.between(low, high)).magnitude).all())
