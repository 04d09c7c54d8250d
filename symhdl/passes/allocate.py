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
from symhdl.rewriting.meetings import find_meetings

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
        meetings = _meetings(design, self.simplification)
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


def _meetings(design: Design, simplification: tuple[Pass, ...]) -> Meetings:
    """The choices whose branches meet, of those that may be made wrongly."""
    irrational = irrational_nodes(design.graph)
    choices = [
        index
        for index, node in enumerate(design.graph.nodes)
        if node.operation is Operation.SELECT and irrational[node.operands[0]]
    ]
    return find_meetings(design, choices, simplification)
