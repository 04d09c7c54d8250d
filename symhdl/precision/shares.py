"""What tolerances may be tried for a design: the plan of each, its proved errors, and whether all goals are met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from symhdl.analysis.backward import Acting
from symhdl.analysis.errors import Slopes
from symhdl.analysis.propagation import Errors, Meetings, propagate, propagate_within
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.regions import Regions
from symhdl.analysis.sensitivity import sensitivities
from symhdl.ir.graph import Graph
from symhdl.numeric.fixed import power_of_two
from symhdl.numeric.interval import Floats, Intervals
from symhdl.precision.goals import OutputGoal
from symhdl.precision.output_rounding import is_met
from symhdl.precision.recurrences import Recurrence, absorbed_by
from symhdl.precision.results import Result, allowed
from symhdl.precision.roundings import Plan, Roundings
from symhdl.precision.truncation import Reserves
from symhdl.request import InputPlan

SHARINGS = 3  # of the error among the places that round, which follow from the shares


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Goals, and all that follows from a design before its tolerances are known, with the largest of each node.

    `flips` are the comparisons that may go wrong next to a tie, with how strongly what is compared acts there.
    Functions that are `kept` have the fraction and the error that was found for them, whatever their tolerance.
    """

    graph: Graph
    ranges: Ranges
    inputs: Sequence[InputPlan]
    goals: Sequence[OutputGoal]
    slopes: Slopes
    meetings: Meetings
    exact: Sequence[bool]
    limits: Floats
    reserved: Reserves
    results: Mapping[int, Result]
    regions: Regions
    recurrences: Mapping[int, Recurrence]
    weights: Floats
    flips: Mapping[int, float] = field(default_factory=dict)
    kept: Mapping[int, tuple[int, float]] = field(default_factory=dict)
    roundings: Roundings = field(init=False)

    def __post_init__(self) -> None:
        """Finds once how nodes round: plans are many."""
        found = Roundings(
            self.graph, self.ranges, self.inputs, self.exact, self.reserved, self.results,
            self.regions, self.recurrences, self.kept,
        )  # fmt: skip
        object.__setattr__(self, "roundings", found)

    def gains(self) -> list[Acting]:
        """For each goal the nodes that act on it, and how strongly."""
        outputs = [goal.node for goal in self.goals]
        return sensitivities(
            self.graph, self.ranges, outputs, self.budgets(), self.regions, self.flips
        )

    def budgets(self) -> list[float]:
        """What the inside may add to the error of each output."""
        return [float(self._budget(goal)) for goal in self.goals]

    def _budget(self, goal: OutputGoal) -> Fraction:
        result, recurrence = self.results.get(goal.node), self.recurrences.get(goal.node)
        if result is None:
            return goal.budget
        if recurrence is None:
            return allowed(goal) - power_of_two(-result.fraction) / 2
        return allowed(goal) - recurrence.share(result.fraction)

    def shared(self, gains: Sequence[Acting]) -> Floats:
        """The error that each node may add, if all that round take shares by their weights, up to its limit.

        That of one of the results is what it adds beside its rounding.
        """
        rounding = np.array([not is_exact for is_exact in self.exact])
        rounding[list(self.regions.absorbed)] = False
        rounding[sorted(absorbed_by(self.recurrences))] = False
        tolerances, budgets = self.limits, self.budgets()
        for _ in range(SHARINGS):
            tolerances = self.limits.copy()
            for budget, (nodes, gain) in zip(budgets, gains, strict=True):
                places = max(1, int(np.count_nonzero(rounding[nodes])))
                with np.errstate(over="ignore"):  # what hardly acts may be wrong at will
                    share = self.weights[nodes] * (budget / places) / gain
                tolerances[nodes] = np.minimum(tolerances[nodes], share)
            before = rounding
            rounding = np.array(self.plan(tolerances).rounding)
            if (rounding == before).all():
                break
        return tolerances

    def scaled(self, tolerances: Floats, exponent: float) -> Floats:
        """Tolerances times 2**exponent, up to their limits."""
        found: Floats = np.minimum(tolerances * 2.0**exponent, self.limits)
        return found

    def attempt(self, tolerances: Floats) -> tuple[Plan, Errors, bool]:
        """The plan for the tolerances, its errors, and whether they meet all goals."""
        plan = self.plan(tolerances)
        errors = propagate(
            self.graph, self.ranges, plan.local, self.slopes, self.meetings, self.regions
        )
        met = all(is_met(self.ranges, goal, plan, errors.values[goal.node]) for goal in self.goals)
        return plan, errors, met and errors.finite

    def errors_within(self, plan: Plan) -> Errors | None:
        """The errors of a plan that meet all goals; given up, as None, at the first that is missed."""
        goals_of: dict[int, list[OutputGoal]] = {}
        for goal in self.goals:
            goals_of.setdefault(goal.node, []).append(goal)

        def check(node: int, error: Intervals) -> bool:
            """Whether the goals of a node are met with this error of it."""
            return all(is_met(self.ranges, goal, plan, error) for goal in goals_of.get(node, ()))

        errors = propagate_within(
            self.graph, self.ranges, plan.local, self.slopes, self.meetings, self.regions, check
        )
        return errors if errors is not None and errors.finite else None

    def plan(self, tolerances: Floats) -> Plan:
        """The plan for the tolerances."""
        return self.roundings.plan(tolerances)
