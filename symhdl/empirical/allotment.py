"""Formats of all nodes for errors that add up as those of independent roundings do: as squares, over rows.

What a node loses is spread evenly over its interval, so that a third of the square of its half width is added to the
mean square error, times the mean square of how strongly the node acts (the variances of roundings; Widrow, IRE
Transactions on Circuit Theory 1956). From tight tolerances moves of a bit go to where most is saved for what is spent,
one way through all accuracies: each point of it is a set of formats, worth less than all before.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from symhdl.analysis.backward import Acting
from symhdl.design import Design
from symhdl.empirical.anchors import Anchor
from symhdl.lowering import prices_for
from symhdl.numeric.interval import Floats, Intervals
from symhdl.precision.allocation import allocation_of
from symhdl.precision.draft import Draft
from symhdl.precision.economy import Economy, Found
from symhdl.precision.goals import OutputGoal
from symhdl.precision.linear import LinearModel
from symhdl.precision.output_rounding import total_error
from symhdl.precision.roundings import Plan
from symhdl.precision.shares import Shares

TIGHTER = 2.0**-5  # of a mean square: where the way begins
LOOSER = 2.0**6
STEPS_OF_CONSTANTS = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0)  # bits that these may lose at once
MOST_PRICED = 200_000  # nodes, in all moves of a way together
ROOM = 1 / 16  # ulp of an output, by which what is proved of it may be missed


@dataclass(slots=True)
class SquareModel(LinearModel):
    """Sums of squares in place of sums, for each direction; what they may be is as loose as a way goes."""

    def loss(self, index: int, local: Intervals) -> float:
        """The square of what a node loses."""
        return LinearModel.loss(self, index, local) ** 2

    @property
    def limits(self) -> Floats:
        """What the sums of squares may be."""
        return self.budgets


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """Tolerances, looser and looser, with the mean square error expected of each, as a part of what is wanted."""

    tolerances: Sequence[Floats]
    expected: Sequence[float]


def way_of(anchor: Anchor) -> Way:
    """The way of an anchor."""
    economy, draft = _started(anchor, None)
    points = [draft.tolerances.copy()]
    made = economy.filled(draft)
    for move, _ in made:
        points.append(points[-1].copy())
        points[-1][move.node] = move.tolerance
    used = [np.array(draft.used)]
    for _, change in reversed(made):
        used.append(used[-1].copy())
        for place, before in reversed(change.used):
            used[-1][place] = before
    return Way(points, [float((each / np.array(anchor.wanted)).max()) for each in reversed(used)])


def expected(anchor: Anchor, tolerances: Floats) -> float:
    """The mean square error of tolerances, as a part of what is wanted."""
    model = model_of(anchor)
    used = model.used(model.losses(anchor.shares.plan(tolerances)))
    return float((used / np.array(anchor.wanted)).max())


def looser(anchor: Anchor, tolerances: Floats) -> Iterator[Floats]:
    """Tolerances that differ in one node, those first that are expected to save most for what they spend."""
    economy, draft = _started(anchor, tolerances)
    for move in economy.single(draft):
        found = tolerances.copy()
        found[move.node] = move.tolerance
        yield found


def _started(anchor: Anchor, tolerances: Floats | None) -> tuple[Economy, Draft]:
    shares = anchor.shares
    model = model_of(anchor)
    economy = Economy(
        shares, (), prices_for(anchor.design, shares), MOST_PRICED,
        steps_of_constants=STEPS_OF_CONSTANTS,
    )  # fmt: skip
    first = _first(shares, model, anchor.wanted) if tolerances is None else tolerances.copy()
    return economy, Draft(shares, economy.prices, model, first, exactly=False)


def allocated(anchor: Anchor, tolerances: Floats) -> Design | None:
    """The design of an anchor with the formats of some tolerances, and with what is proved of each output as its goal.

    None where nothing is proved.
    """
    shares, design = anchor.shares, anchor.design
    plan, errors, _ = shares.attempt(tolerances)
    if not errors.finite:
        return None
    goals = []
    for goal, means in zip(design.goals, anchor.means, strict=True):
        told = replace(goal, mean_gains=tuple(means.tolist()))
        goals.append(_as_proved(told, plan, shares, errors.values[goal.node]))
    allocation = allocation_of(shares, Found(tolerances, plan, errors))
    return replace(design, goals=tuple(goals), allocation=allocation)


def _as_proved(goal: OutputGoal, plan: Plan, shares: Shares, error: Intervals) -> OutputGoal:
    low, high = shares.ranges.hull_where_needed(goal.node, error)
    mean = goal.mean_of(plan.local)
    _, bound = total_error(goal, plan.fractions[goal.node], low, high, mean=mean)
    allowed = Fraction(bound) + Fraction(ROOM) * goal.format.ulp
    return replace(goal, error=max(allowed, goal.format.ulp), faithful=False)


def model_of(anchor: Anchor) -> SquareModel:
    """The model of an anchor, with the parts of squares that it believes in."""
    acting: list[Acting] = []
    for each in anchor.squares:
        nodes = np.flatnonzero(each > 0)
        acting.append((nodes, (each * anchor.parts)[nodes]))
    model = SquareModel.of(anchor.shares, acting, 1.0)
    return replace(model, budgets=LOOSER * np.array(anchor.wanted))


def _first(shares: Shares, model: SquareModel, wanted: Sequence[float]) -> Floats:
    """Equal shares of a small part of the mean square."""
    tolerances = shares.limits.copy()
    for (nodes, gain), square in zip(model.acting, wanted, strict=True):
        rounding = sum(not shares.exact[node] for node in nodes.tolist())
        own = np.sqrt(TIGHTER * square / max(1, rounding) / gain)
        tolerances[nodes] = np.minimum(tolerances[nodes], own)
    for index in np.flatnonzero(tolerances > 0).tolist():
        if shares.regions.function_at(shares.graph, index) is not None:
            tolerances[index] = math.exp2(math.floor(4 * math.log2(tolerances[index])) / 4)
    return tolerances
