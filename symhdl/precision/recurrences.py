"""What is computed digit by digit of several numbers, in place of the nodes of a graph between these and it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from symhdl.ir.graph import Graph
from symhdl.precision.angles import Angle, bound_of
from symhdl.precision.quotients import Quotient
from symhdl.precision.rotations import Rotation

Recurrence: TypeAlias = Quotient | Angle | Rotation
"""What one or two nodes are, by node; of the nodes that it has `absorbed` nothing is built."""


def absorbed_by(recurrences: Mapping[int, Recurrence]) -> frozenset[int]:
    """The nodes of which nothing is built, since these stand for them."""
    return frozenset(node for each in recurrences.values() for node in each.absorbed)


def nodes_read(graph: Graph, each: Recurrence) -> tuple[int, ...]:
    """The nodes that are built for it: of a minimum and a maximum these may be built anew, from what they are of."""
    if not (isinstance(each, Angle) and each.is_in_octant):
        return each.operands
    bound = bound_of(graph, each.divisor)
    built = (*each.operands, *graph.nodes[each.dividend].operands)
    return built if bound is None else (*built, bound)
