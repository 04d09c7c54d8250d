"""Bounds the value of every node, and refuses what leaves a domain."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar

from symhdl.analysis.domain import explain
from symhdl.analysis.need import Guards
from symhdl.analysis.refine import analysed, irrational_nodes
from symhdl.design import Design
from symhdl.errors import Severity, SymhdlError
from symhdl.functions.operation import DECISIONS
from symhdl.ir.graph import Graph


@dataclass(frozen=True, slots=True)
class ProveRanges:
    """Fills `Design.ranges`, by rigorous arithmetic over pieces of the inputs."""

    telling: bool = field(
        default=True,
        metadata={
            "description": "whether to tell what leaves a domain; not of a graph that stands for "
            "one of which it was told"
        },
    )

    name: ClassVar[str] = "ranges"

    def run(self, design: Design) -> Design:
        """The design with ranges, and warnings. Raises `SymhdlError` for what leaves a domain.

        Inputs are followed integer by integer where a decision or a doubt needs it.
        """
        if design.ranges is not None:
            return design
        graph = design.graph
        jumps = _jumps(graph)
        ignore = design.request.ignore_undefined
        find = partial(
            analysed, graph, design.inputs, ignore_undefined=ignore, guards=Guards.THRESHOLDS
        )
        ranges = find(fine=jumps)
        if ranges.violations and not jumps:
            ranges = find(fine=True)
        design = replace(design, ranges=ranges)
        if not self.telling:
            return design
        told = explain(graph, design.inputs, ranges, design.written)
        problems = [d for d in told if d.severity is Severity.ERROR]
        if problems:
            raise SymhdlError(*problems)
        return design.with_warnings(*told)


def _jumps(graph: Graph) -> bool:
    """Whether a decision hangs on more than sums and products of inputs and rational numbers."""
    irrational = irrational_nodes(graph)
    return any(
        node.operation in DECISIONS and any(irrational[operand] for operand in node.operands)
        for node in graph.nodes
    )
