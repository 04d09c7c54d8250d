"""Takes out the decisions that the inputs' ranges leave no doubt about, such as the guards of protected functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from symhdl.analysis.ranges import Ranges
from symhdl.analysis.refine import uncut_ranges
from symhdl.design import Design
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, GraphBuilder
from symhdl.rewriting.rewrite import copy_node, finish


@dataclass(frozen=True, slots=True)
class Decide:
    """Replaces every condition that always or never holds, and the choices that hang on it.

    The ranges are those of rigorous arithmetic over pieces of the inputs. Where a condition is not needed, because a
    choice before it has gone the other way, it may hold or not. Conditions that hang on what may have no
    value stay, unless nothing is promised there. Runs on an expanded graph with planned inputs.
    """

    name: ClassVar[str] = "decide"

    def run(self, design: Design) -> Design:
        """The design without those decisions."""
        graph = design.graph
        if not any(node.operation.boolean for node in graph.nodes):
            return design
        ranges = uncut_ranges(graph, design.inputs, design.assumptions)
        decided = _decided(graph, ranges)
        if not design.request.ignore_undefined and not _doubtful(graph, ranges).isdisjoint(decided):
            # What is troubled over large pieces may not be over small ones.
            ranges = uncut_ranges(graph, design.inputs, design.assumptions, fine=True)
            doubtful = _doubtful(graph, ranges)
            decided = {k: value for k, value in decided.items() if k not in doubtful}
        return design.with_graph(_without(graph, decided)) if decided else design


def _doubtful(graph: Graph, ranges: Ranges) -> frozenset[int]:
    """The nodes that hang on one that may leave its domain."""
    found = {violation.node for violation in ranges.violations}
    if found:
        for index, node in enumerate(graph.nodes):
            if not found.isdisjoint(node.operands):
                found.add(index)
    return frozenset(found)


def _decided(graph: Graph, ranges: Ranges) -> dict[int, int]:
    """The conditions with one value, and the value."""
    decided: dict[int, int] = {}
    for index, node in enumerate(graph.nodes):
        if node.operation.boolean:
            low, high = ranges.hull(index)
            if low == high:
                decided[index] = int(low)
    return decided


def _without(graph: Graph, decided: dict[int, int]) -> Graph:
    """The graph in which the conditions are constants and choices by a constant are made."""
    builder = GraphBuilder()
    new_index: list[int] = []
    for index, (node, span) in enumerate(zip(graph.nodes, graph.spans, strict=True)):
        operands = tuple(new_index[operand] for operand in node.operands)
        if index in decided:
            new = builder.constant(decided[index], span)
        elif node.operation is Operation.SELECT and node.operands[0] in decided:
            new = operands[1] if decided[node.operands[0]] else operands[2]
        else:
            new = copy_node(builder, node, operands, span)
        new_index.append(new)
    return finish(graph, builder, new_index)
