"""The errors of outputs as sums over all places that round: a model of what is proved, and how far it is off.

To first order the error of an output is the sum of what each node loses, times how strongly that acts on the output.
Constants are added that take back what is lost in the mean, so that half the width of a loss counts. What was proved
for one plan tells how much less comes of another one that is not far from it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from symhdl.analysis.backward import Acting
from symhdl.analysis.errors import NO_ERROR
from symhdl.analysis.propagation import Errors
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.numeric.fixed import power_of_two
from symhdl.numeric.interval import Floats, Intervals
from symhdl.precision.output_rounding import total_error
from symhdl.precision.roundings import Plan, factors_of
from symhdl.precision.shares import Shares

Column = Sequence[tuple[int, float]]
"""The goals that a node acts on, and how strongly: most often one, for which arrays would take long."""

NEXT_TO_NOTHING = 2.0**-900  # of what was proved: a sum of which nothing is learnt
MOST_GAIN = 2.0**900  # as good as infinite, but nothing where nothing is lost
NARROW = 2.0**-20  # of an error's size: the interval of one that is a single number
ADDED = 0.25
"""Of the size of an error that is one number: it is taken back where it is added, and not where it is a factor's."""


@dataclass(eq=False)
class LinearModel:
    """How strongly nodes act on each goal, what each goal leaves to the sum of all losses, and how far that is off."""

    shares: Shares
    acting: Sequence[Acting]
    budgets: Floats
    corrections: Floats
    factors: Collection[int]
    part: float

    @classmethod
    def of(cls, shares: Shares, acting: Sequence[Acting], part: float = 1.0) -> Self:
        """The model for the gains of the goals, of whose errors a part is to be used; nothing is proved yet."""
        acting = [(nodes, np.minimum(gain, MOST_GAIN)) for nodes, gain in acting]
        budgets, factors = np.array(shares.budgets()), factors_of(shares.graph)
        return cls(shares, acting, budgets, np.ones(len(acting)), factors, part)

    @cached_property
    def columns(self) -> Sequence[Column]:
        """The same gains by node."""
        found: list[list[tuple[int, float]]] = [[] for _ in self.shares.graph.nodes]
        for place, (nodes, gains) in enumerate(self.acting):
            for node, gain in zip(nodes.tolist(), gains.tolist(), strict=True):
                found[node].append((place, gain))
        return found

    @property
    def limits(self) -> Floats:
        """What the sums of losses may be."""
        found: Floats = self.part * self.budgets / self.corrections
        return found

    def losses(self, plan: Plan) -> Floats:
        """What each node loses, as half the width of its interval."""
        found = np.zeros(len(plan.local))
        for index, rounds in enumerate(plan.rounding):
            if rounds:
                found[index] = self.loss(index, plan.local[index])
        return found

    def loss(self, index: int, local: Intervals) -> float:
        """What a node loses of which that is the error of its own."""
        if local is NO_ERROR:
            return 0.0
        low, high = local.lower.item(0), local.upper.item(0)
        found: float = (high - low) / 2
        is_constant = self.shares.ranges.space[index] == CONSTANT_SPACE
        if is_constant and high - low < NARROW * abs(low):
            found = abs(low) if index in self.factors else ADDED * abs(low)
        if index in self.shares.results:
            found -= float(power_of_two(-self.shares.results[index].fraction)) / 2
        return found

    def share_of_limits(self, plan: Plan) -> float:
        """The largest of the sums of a plan, as a share of what its goal leaves."""
        return float((self.used(self.losses(plan)) / self.limits).max(initial=0.0))

    def used(self, losses: Floats) -> Floats:
        """The sum for each goal."""
        return np.array([gain @ losses[nodes] for nodes, gain in self.acting])

    def correct(self, plan: Plan, errors: Errors) -> None:
        """Has the sums of a plan agree with what was proved for it."""
        used = self.used(self.losses(plan))
        for place, goal in enumerate(self.shares.goals):
            low, high = self.shares.ranges.hull_where_needed(goal.node, errors.values[goal.node])
            _, bound = total_error(goal, plan.fractions[goal.node], low, high)
            inside = bound - (float(goal.error) - self.budgets[place])
            if 0 < inside < np.inf and used[place] > inside * NEXT_TO_NOTHING:
                self.corrections[place] = inside / used[place]
