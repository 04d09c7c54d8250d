"""The formats of all nodes for what a design was asked for, and for what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from symhdl.analysis.errors import Slopes
from symhdl.analysis.propagation import Meetings
from symhdl.analysis.regions import Regions
from symhdl.budget import Budget
from symhdl.design import Design
from symhdl.lowering.asked import fabric_for
from symhdl.precision.allocation import Allocation, allocate
from symhdl.precision.quotients import Quotient


def allocated(
    design: Design,
    meetings: Meetings,
    budget: Budget,
    quotients: Mapping[int, Quotient] = MappingProxyType({}),
    *,
    slopes: Slopes | None = None,
    reserve: int = 0,
) -> Allocation:
    """The formats for the goals of a design with its regions, some products being quotients.

    Nodes have `reserve` bits more than their shares ask for; `slopes` are those that another allocation found already.
    Raises `GoalError` where there are no formats.
    """
    assert design.ranges is not None and design.goals, (
        "an allocation before ranges and goals; please report this"
    )
    fabric = fabric_for(design.request, design.target)
    return allocate(
        design.graph, design.ranges, design.inputs, design.goals,
        Slopes() if slopes is None else slopes, reserve, meetings, budget,
        regions=Regions.of(design.graph, design.regions),
        truncating=fabric.truncates, in_logic=fabric.multiplier is None, quotients=quotients,
    )  # fmt: skip
