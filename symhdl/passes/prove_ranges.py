"""Bounds the value of every node, and refuses what leaves a domain."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar

from symhdl.analysis.domain import explain
from symhdl.analysis.exact_ends import exact_ends
from symhdl.analysis.natural import natural_fractions
from symhdl.analysis.need import Guards
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.refine import analysed, irrational_nodes
from symhdl.analysis.tighten import tightened
from symhdl.design import Design
from symhdl.errors import Severity, SymhdlError
from symhdl.functions.operation import DECISIONS
from symhdl.ir.graph import Graph
from symhdl.precision.goals import format_over

WORK = (1 << 18, 1 << 21, 1 << 26)
"""Operations over one box of the inputs that tightening may take, by optimisation level."""


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

    level: int = field(
        default=1, metadata={"description": "how much is tried where bounds seem too wide"}
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
            analysed, graph, design.inputs, ignore_undefined=ignore, guards=Guards.THRESHOLDS,
            assumptions=design.assumptions,
        )  # fmt: skip
        ranges = find(fine=jumps)
        if ranges.violations and not jumps:
            ranges = find(fine=True)
        ranges = self._tightened(design, ranges)
        formats = {plan.name: plan.format for plan in design.inputs}
        natural = natural_fractions(graph, formats)
        ranges = replace(ranges, exact=exact_ends(graph, design.inputs, ranges, natural))
        design = replace(design, ranges=ranges)
        if not self.telling:
            return design
        told = explain(graph, design.inputs, ranges, design.written, design.assumptions)
        problems = [d for d in told if d.severity is Severity.ERROR]
        if problems:
            raise SymhdlError(*problems)
        return design.with_warnings(*told)

    def _tightened(self, design: Design, ranges: Ranges) -> Ranges:
        fractions = None
        if design.request.ignore_undefined:
            formats = {plan.name: plan.format for plan in design.inputs}
            fractions = natural_fractions(design.graph, formats)
        return tightened(
            design.graph, design.inputs, ranges, fractions, Guards.THRESHOLDS, WORK[self.level],
            [format_over(output, design.request) for output in design.graph.outputs],
            only_domains=self.level == 0, assumptions=design.assumptions,
        )  # fmt: skip


def _jumps(graph: Graph) -> bool:
    """Whether a decision hangs on more than sums and products of inputs and rational numbers."""
    irrational = irrational_nodes(graph)
    return any(
        node.operation in DECISIONS and any(irrational[operand] for operand in node.operands)
        for node in graph.nodes
    )
