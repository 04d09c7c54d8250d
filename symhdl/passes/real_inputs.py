"""Bounds what the rounding of real inputs to their formats costs: a user compares with his own real numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from symhdl.analysis.errors import NO_ERROR, Slopes
from symhdl.analysis.need import Guards
from symhdl.analysis.propagation import Errors, Meetings, errors_by_ways, propagate
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.refine import analysed
from symhdl.analysis.spaces import InputPieces
from symhdl.design import Design, Pass
from symhdl.functions.operation import DECISIONS, Operation
from symhdl.ir.graph import Graph
from symhdl.numeric.interval import Intervals
from symhdl.request import InputPlan
from symhdl.rewriting.meetings import find_meetings


@dataclass(frozen=True, slots=True)
class RealInputs:
    """Fills `Design.input_rounding`.

    A real number x enters the hardware as the nearest number q of the format. The mean value theorem bounds
    f(x) - f(q) as it does for errors of the hardware. Runs before decisions are made for the numbers of the formats,
    which are others for the real numbers between them; an output that may jump between two of these has no bound.
    """

    simplification: tuple[Pass, ...] = field(
        metadata={"description": "the passes that show of two graphs that they are the same"}
    )
    level: int = field(
        default=1,
        metadata={"description": "from 2 on roundings are told apart by their ways to the outputs"},
    )

    name: ClassVar[str] = "real-inputs"

    def run(self, design: Design) -> Design:
        """The design with the bound of every output."""
        graph = design.graph
        ignore = design.request.ignore_undefined
        ranges = analysed(
            graph, design.inputs, ignore_undefined=ignore, guards=Guards.NONE,
            assumptions=design.assumptions,
        )  # fmt: skip
        local = _roundings(graph, design.inputs, ranges)
        choices = [k for k, node in enumerate(graph.nodes) if node.operation is Operation.SELECT]
        meetings = find_meetings(design, choices, self.simplification)
        slopes = Slopes()
        errors = propagate(graph, ranges, local, slopes, meetings)
        jumps = _jumping(graph, ranges, errors, meetings)
        outputs = sorted({output.node for output in graph.outputs if not jumps[output.node]})
        found = {node: errors.values[node] for node in outputs}
        if self.level > 1:
            found = errors_by_ways(graph, ranges, local, errors, slopes, meetings, outputs)
        bounds = tuple(
            _bound(ranges, found[output.node], output.node) if output.node in found else None
            for output in graph.outputs
        )
        return replace(design, input_rounding=bounds)


def _roundings(graph: Graph, plans: Sequence[InputPlan], ranges: Ranges) -> list[Intervals]:
    """For every node what it has of its own: inputs the distance from the rounded number to the real one."""
    plan_of = {plan.name: plan for plan in plans}
    return [
        _rounding(plan_of[node.name], ranges.spaces.inputs[ranges.space[index]])
        if node.operation is Operation.INPUT
        else NO_ERROR
        for index, node in enumerate(graph.nodes)
    ]


def _rounding(plan: InputPlan, entry: InputPieces) -> Intervals:
    """Half a unit to either side, and what the real range has beyond its first and last number."""
    ulp = plan.format.ulp
    half = Intervals.of(-ulp / 2, ulp / 2)
    count = len(entry.starts)
    lower, upper = np.repeat(half.lower, count), np.repeat(half.upper, count)
    low, high = plan.real_range
    beyond = Intervals.of(low - plan.minimum * ulp, high - plan.maximum * ulp)
    starts, behind_first = entry.starts, (*entry.starts[1:2], entry.last + 1)[0]
    lower[0] = beyond.lower[0] if starts[0] + 1 == behind_first else min(lower[0], beyond.lower[0])
    upper[-1] = beyond.upper[0] if starts[-1] == entry.last else max(upper[-1], beyond.upper[0])
    return Intervals(np.minimum(lower, upper), np.maximum(lower, upper))


def _jumping(graph: Graph, ranges: Ranges, errors: Errors, meetings: Meetings) -> list[bool]:
    """Which nodes may jump where an input moves a little: they decide, or follow from what decides.

    So may one that has no value at some numbers of the format, which stand for real ones at which it may have one.
    """
    jumping: list[bool] = []
    for index, node in enumerate(graph.nodes):
        if node.operation in DECISIONS:
            error, mask = errors.values[index].magnitude, errors.reached[index]
            own = bool((error > 0 if mask is None else (error > 0) & mask).any())
        else:
            own = bool(ranges.defined and ranges.defined[index])
        operands = node.operands[1:] if index in meetings else node.operands
        jumping.append(own or any(jumping[operand] for operand in operands))
    return jumping


def _bound(ranges: Ranges, error: Intervals, node: int) -> float | None:
    low, high = ranges.hull_where_needed(node, error)
    size = max(-low, high)
    return float(size) if np.isfinite(low) and np.isfinite(high) else None
