"""Says what each output must achieve: its format, and the largest error that it may have."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from symhdl.design import Design
from symhdl.precision.goals import goals_of


@dataclass(frozen=True, slots=True)
class FindGoals:
    """Fills `Design.goals`, from what the outputs declare, else from the request."""

    tighter: int = field(
        default=0,
        metadata={"description": "places on a grid of half bits by which errors are smaller"},
    )

    name: ClassVar[str] = "goals"

    def run(self, design: Design) -> Design:
        """The design with goals.

        Raises `SymhdlError` for a range that does not fit its format, `GoalError` for a format too coarse for the goal.
        """
        if design.goals:
            return design
        assert design.ranges is not None, "goals before ranges; please report this"
        found = goals_of(
            design.graph, design.ranges, design.inputs, design.request, design.written,
            tighter=self.tighter,
        )  # fmt: skip
        return replace(design, goals=found)
