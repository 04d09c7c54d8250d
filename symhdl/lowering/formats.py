"""The formats of all nodes for what a design was asked for, and for what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from symhdl.analysis.errors import Slopes
from symhdl.analysis.propagation import Meetings
from symhdl.analysis.regions import Regions
from symhdl.budget import Budget
from symhdl.design import Design
from symhdl.lowering.asked import depth_for, fabric_for
from symhdl.lowering.prices import Prices
from symhdl.precision.allocation import Allocation, Start, allocate, shares_for
from symhdl.precision.reallocation import Move, moved, respent
from symhdl.precision.recurrences import Recurrence
from symhdl.precision.shares import Shares


def allocated(
    design: Design,
    meetings: Meetings,
    budget: Budget,
    recurrences: Mapping[int, Recurrence] = MappingProxyType({}),
    *,
    slopes: Slopes | None = None,
    reserve: int = 0,
    priced: bool = False,
    start: Start | None = None,
) -> Allocation:
    """The formats for the goals of a design with its regions, some nodes being recurrences.

    Shares are by price if it is to be `priced`, else equal; those may `start` from what was found with equal ones.
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
        truncating=fabric.truncates, in_logic=fabric.multiplier is None, recurrences=recurrences,
        pricing=partial(prices_for, design) if priced else None, start=start,
    )  # fmt: skip


def respent_allocation(design: Design, budget: Budget) -> Allocation | None:
    """The allocation of a lowered design with what its functions leave of the errors given to nodes behind them.

    None where that is estimated to save nothing.
    """
    before = design.allocation
    assert before is not None, "errors to be spent before an allocation; please report this"
    found = (design.approximations or {}).items()
    kept = {node: (before.fractions[node], each.error) for node, each in found}
    shares = _shares_again(design, before, kept)
    return respent(shares, before, prices_for(design, shares), budget)


def moved_allocation(design: Design, move: Move, budget: Budget) -> Allocation | None:
    """The allocation with another tolerance of a node, and for others what that leaves, by their prices.

    None where no such allocation meets the goals, or all of them are surely dearer.
    """
    before = design.allocation
    assert before is not None, "a move before an allocation; please report this"
    shares = _shares_again(design, before)
    return moved(shares, before, move, prices_for(design, shares), budget)


def _shares_again(
    design: Design, before: Allocation, kept: Mapping[int, tuple[int, float]] = MappingProxyType({})
) -> Shares:
    """What may be tried in place of an allocation."""
    return shares_of(
        design, before.slopes, before.meetings, before.recurrences, before.regions, kept=kept
    )


def shares_of(
    design: Design, slopes: Slopes, meetings: Meetings, recurrences: Mapping[int, Recurrence],
    regions: Regions | None = None, *,
    kept: Mapping[int, tuple[int, float]] = MappingProxyType({}),
) -> Shares:  # fmt: skip
    """What may be tried for the goals of a design, some nodes being recurrences, and some functions `kept`.

    The `regions` are those of the design, if no others are given.
    """
    assert design.ranges is not None, "shares before ranges; please report this"
    fabric = fabric_for(design.request, design.target)
    return shares_for(
        design.graph, design.ranges, design.inputs, design.goals, slopes, meetings,
        Regions.of(design.graph, design.regions) if regions is None else regions,
        truncating=fabric.truncates, in_logic=fabric.multiplier is None, recurrences=recurrences,
        kept=kept,
    )  # fmt: skip


def prices_for(design: Design, shares: Shares) -> Prices:
    """What the nodes of a design are worth."""
    formats = {plan.name: plan.format for plan in design.inputs}
    return Prices(
        shares.graph, shares.ranges, formats, shares.regions, shares.recurrences, shares.results,
        fabric_for(design.request, design.target), depth_for(design.request),
        thorough=design.request.opt > 1, kept=shares.kept,
    )  # fmt: skip
