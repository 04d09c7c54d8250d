"""Shares the errors out by what bits cost on the device, and no longer equally."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from symhdl.budget import UNLIMITED, Budget
from symhdl.design import Design
from symhdl.errors import GoalError
from symhdl.lowering import allocated
from symhdl.precision.allocation import Start
from symhdl.precision.goals import goals_of

FINER_BITS = 3  # of an output: what its rounding leaves to the inside is then 15/16 of the error, and not 1/2
BIT_OF_OUTPUT = 2.0  # LUTs: the last adder is longer, and the register behind it
MOST_NODES = 20_000
"""Of a graph whose shares are priced: in larger ones proofs alone would take too long."""
MOST_TWICE = 3000  # nodes, of one for which outputs are tried with finer formats too


@dataclass(frozen=True, slots=True)
class Economise:
    """Makes the allocation again, to the least cost on the device.

    Regions and quotients are chosen by then. An output that has a goal for its error alone may get a finer format,
    which leaves more of the error to the inside. In very large graphs, and where outputs are correctly rounded, shares
    stay equal.
    """

    budget: Budget = field(
        default=UNLIMITED,
        metadata={"description": "shares stay as they are when it is over"},
    )

    tighter: int = field(
        default=0,
        metadata={"description": "places on a grid of half bits by which errors are smaller"},
    )

    name: ClassVar[str] = "economy"

    def run(self, design: Design) -> Design:
        """The design with formats that cost no more, by the estimates of the device."""
        before, request = design.allocation, design.request
        assert before is not None, "an economy before an allocation; please report this"
        if request.correctly_rounded or before.worth is not None:
            return design
        nodes = len(design.graph.nodes)
        if nodes > MOST_NODES:
            return design
        found = self._priced(design, before.shared)
        finer = _with_finer_outputs(design, self.tighter)
        if finer.goals == design.goals or nodes > MOST_TWICE or self.budget.is_over():
            return found
        try:
            return min(found, self._priced(finer, None), key=_worth)
        except GoalError:
            return found

    def _priced(self, design: Design, start: Start | None) -> Design:
        before = design.allocation
        assert before is not None
        found = allocated(
            design, before.meetings, self.budget, before.recurrences, slopes=before.slopes,
            priced=True, start=start,
        )  # fmt: skip
        return replace(design, allocation=found)


def _with_finer_outputs(design: Design, tighter: int) -> Design:
    """The design with goals of finer formats for outputs that something is rounded for, and that are no functions."""
    assert design.ranges is not None and design.allocation is not None
    if (
        all(output.error is None for output in design.graph.outputs)
        and design.request.error is None
    ):
        return design
    finer = goals_of(
        design.graph,
        design.ranges,
        design.inputs,
        design.request,
        design.written,
        FINER_BITS,
        tighter,
    )
    kept = design.allocation.results
    goals = tuple(
        old if old.node in kept or not old.rounded else new
        for old, new in zip(design.goals, finer, strict=True)
    )
    return replace(design, goals=goals)


def _worth(design: Design) -> float:
    """That of the nodes and of the outputs, in LUTs."""
    assert design.allocation is not None
    bits = sum(goal.format.width for goal in design.goals)
    return (design.allocation.worth or 0.0) + BIT_OF_OUTPUT * bits
