"""Chooses the fractional bits of every node so that each output provably meets its goal."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from symhdl.analysis.propagation import Meetings
from symhdl.analysis.refine import irrational_nodes
from symhdl.budget import UNLIMITED, Budget
from symhdl.design import Design, Pass
from symhdl.errors import GoalError
from symhdl.functions.operation import Operation
from symhdl.lowering import allocated
from symhdl.precision.goals import goals_of
from symhdl.rewriting.meetings import find_meetings, nodes_with_products

CLEARLY = 0.85
"""Of what exact decisions are estimated at: where rounded ones were above, as many designs became larger as smaller."""

FINER_BITS = 3  # of an output that is rounded less where its goal leaves too little to the inside


@dataclass(frozen=True, slots=True)
class Allocate:
    """Fills `Design.allocation`.

    Half of an error goal goes to the rounding of an output whose format is as coarse as the goal allows. Where too
    little is left for the inside, such outputs get goals with finer formats. Nothing is rounded inside of
    `Design.regions`.
    """

    simplification: tuple[Pass, ...] = field(
        metadata={"description": "the passes that show of two graphs that they are the same"}
    )
    budget: Budget = field(
        default=UNLIMITED,
        metadata={"description": "formats are loosened no further when it is over"},
    )

    name: ClassVar[str] = "allocation"

    def run(self, design: Design) -> Design:
        """The design with formats. Raises `GoalError` for goals out of reach."""
        if design.allocation is not None:
            return design
        inexact, dear = _choices(design)
        meetings = find_meetings(design, inexact, self.simplification)
        coarse = find_meetings(design, dear, self.simplification) if dear else {}
        if not coarse:
            return self._allocated(design, meetings)
        try:
            exact = self._allocated(design, meetings)
        except GoalError:
            return self._allocated(design, {**meetings, **coarse})
        try:
            rounded = self._allocated(design, {**meetings, **coarse})
        except GoalError:
            return exact
        return rounded if self._worth(rounded) < CLEARLY * self._worth(exact) else exact

    def _allocated(self, design: Design, meetings: Meetings) -> Design:
        """The design with formats with which choices may go wrong next to a tie whose branches meet there."""
        if design.regions and not design.request.correctly_rounded:
            try:
                return replace(design, allocation=allocated(design, meetings, self.budget))
            except GoalError:  # what was found without regions is there
                design = replace(design, regions=())
        try:
            return replace(design, allocation=allocated(design, meetings, self.budget))
        except GoalError as problem:
            if design.request.correctly_rounded or all(
                told.id != "goal-impossible" for told in problem.diagnostics
            ):
                raise
            assert design.ranges is not None
            finer = goals_of(
                design.graph, design.ranges, design.inputs, design.request, design.written,
                finer=FINER_BITS,
            )  # fmt: skip
            if finer == design.goals:
                raise
            design = replace(design, goals=finer)
            return replace(design, allocation=allocated(design, meetings, self.budget))

    def _worth(self, design: Design) -> float:
        """What the nodes are estimated at where errors are shared out by price."""
        before = design.allocation
        assert before is not None
        found = allocated(design, before.meetings, self.budget, slopes=before.slopes, priced=True)
        return found.worth or 0.0


def _choices(design: Design) -> tuple[list[int], list[int]]:
    """The choices that may be made wrongly, and others that take a product to be made exactly."""
    graph = design.graph
    irrational, takes_product = irrational_nodes(graph), nodes_with_products(graph)
    inexact: list[int] = []
    dear: list[int] = []
    for index, node in enumerate(graph.nodes):
        if node.operation is not Operation.SELECT:
            continue
        if irrational[node.operands[0]]:
            inexact.append(index)
        elif takes_product[node.operands[0]]:
            dear.append(index)
    may_be_coarse = design.request.opt and not design.request.correctly_rounded
    return inexact, dear if may_be_coarse else []
