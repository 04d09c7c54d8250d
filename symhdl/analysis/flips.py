"""How far the branches of a choice, which meet where its condition flips, are from each other next to that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from symhdl.analysis.errors import ANYTHING, NO_ERROR, Operand, choose
from symhdl.analysis.functions import function_of
from symhdl.analysis.node_ranges import node_range
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.regions import Function
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, Node
from symhdl.numeric.interval import Intervals

Near = tuple[float, float]
"""Between which numbers a node lies."""


class Passing(Protocol):
    """What passes errors on through a graph."""

    @property
    def graph(self) -> Graph:
        """The graph."""
        ...

    @property
    def ranges(self) -> Ranges:
        """The ranges of its nodes."""
        ...

    def operands(self, node: Node, errors: dict[int, Intervals], space: int) -> list[Operand]:
        """The operands of a node as a space sees them; those without an error are exact."""
        ...

    def passed_on(
        self, function: Function | None, index: int, node: Node, operands: Sequence[Operand]
    ) -> Intervals:
        """The error that those of the operands cause."""
        ...


def near_tie(graph: Graph, ranges: Ranges, comparison: int, side: int, size: float) -> Near | None:
    """Where one side of a comparison lies if it is no further away from the other one than `size`.

    None where that is anywhere.
    """
    others = [operand for operand in graph.nodes[comparison].operands if operand != side]
    if len(others) != 1:
        return None
    low, high = (ranges.values[others[0]] + Intervals.between(-size, size)).hull()
    least, greatest = ranges.values[side].hull()
    return (low, high) if low <= high and (low > least or high < greatest) else None


def effects(
    passing: Passing, source: int, size: float, targets: Sequence[int], near: Near | None
) -> list[float]:
    """By how much some nodes may change if one node, which lies `near`, moves by at most `size`."""
    graph, ranges = passing.graph, passing.ranges
    errors = {source: Intervals.between(-size, size)}
    values = {} if near is None else {source: ranges.values[source].clip(*near)}
    for index in range(source + 1, max(targets, default=0) + 1):
        node = graph.nodes[index]
        if errors.keys().isdisjoint(node.operands):
            continue
        operands = passing.operands(node, errors, ranges.space[index])
        if near is not None:
            operands = _with_values(ranges, index, node, operands, values)
            values[index] = _value(graph, ranges, index, operands)
        function = function_of(graph, node)
        error = passing.passed_on(function, index, node, operands)
        if node.operation is Operation.SELECT and node.operands[0] in errors:
            # What else is taken may lie where nothing is reached.
            error = ANYTHING
        if function is not None:
            inside = function.domain.holds(operands[0].value.union(operands[0].computed))
            error = choose(inside, error, ANYTHING)
        errors[index] = error
    moved = (errors.get(target, NO_ERROR).magnitude for target in targets)
    return [float(np.nan_to_num(m.max(), nan=np.inf)) for m in moved]


def _with_values(
    ranges: Ranges, index: int, node: Node, operands: Sequence[Operand],
    values: dict[int, Intervals],
) -> list[Operand]:  # fmt: skip
    """The operands, some of which have other values than anywhere."""
    space = ranges.space[index]
    return [
        Operand(ranges.spaces.lift(values[k], ranges.space[k], space), operand.error)
        if k in values
        else operand
        for k, operand in zip(node.operands, operands, strict=True)
    ]


def _value(graph: Graph, ranges: Ranges, index: int, operands: Sequence[Operand]) -> Intervals:
    """The value of a node for such operands; where no value is known for them, that of anywhere."""
    known = ranges.values[index]
    found = node_range(graph, graph.nodes[index], [each.value for each in operands], 0)
    within = found.intersect(known)
    return choose(within.lower <= within.upper, within, known)
