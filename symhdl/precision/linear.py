"""The errors of outputs as sums over all places that round: a model of what is proved, and how far it is off.

To first order the error of an output is the sum of what each node loses, times how strongly that acts on the output.
Constants are added that take back what is lost in the mean, so that half the width of a loss counts. What was proved
for one plan tells how much less comes of another one that is not far from it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from symhdl.analysis.backward import Acting
from symhdl.analysis.propagation import Errors
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.numeric.fixed import power_of_two
from symhdl.numeric.interval import Floats
from symhdl.precision.output_rounding import total_error
from symhdl.precision.roundings import Plan, factors_of
from symhdl.precision.shares import Shares

NEXT_TO_NOTHING = 2.0**-900  # of what was proved: a sum of which nothing is learnt
NARROW = 2.0**-20  # of an error's size: the interval of one that is a single number
ADDED = 0.25
"""Of the size of an error that is one number: it is taken back where it is added, and not where it is a factor's."""


@dataclass(slots=True)
class LinearModel:
    """Gains, a line for every goal and a column for every node, and what each goal leaves to the sum of all losses."""

    shares: Shares
    gains: Floats
    budgets: Floats
    corrections: Floats
    factors: Collection[int]
    part: float

    @staticmethod
    def of(shares: Shares, acting: Sequence[Acting], part: float) -> LinearModel:
        """The model for the gains of the goals, of whose errors a part is to be used; nothing is proved yet."""
        gains = np.zeros((len(acting), len(shares.graph.nodes)))
        for line, (nodes, gain) in zip(gains, acting, strict=True):
            line[nodes] = gain
        budgets, factors = np.array(shares.budgets()), factors_of(shares.graph)
        return LinearModel(shares, gains, budgets, np.ones(len(acting)), factors, part)

    @property
    def limits(self) -> Floats:
        """What the sums of losses may be."""
        found: Floats = self.part * self.budgets / self.corrections
        return found

    def losses(self, plan: Plan) -> Floats:
        """What each node loses, as half the width of its interval."""
        found = np.zeros(len(plan.local))
        spaces, results, factors = self.shares.ranges.space, self.shares.results, self.factors
        for index, rounds in enumerate(plan.rounding):
            if not rounds:
                continue
            local = plan.local[index]
            low, high = local.lower.item(0), local.upper.item(0)
            found[index] = (high - low) / 2
            if spaces[index] == CONSTANT_SPACE and high - low < NARROW * abs(low):
                found[index] = abs(low) if index in factors else ADDED * abs(low)
            if index in results:
                found[index] -= float(power_of_two(-results[index].fraction)) / 2
        return found

    def used(self, losses: Floats) -> Floats:
        """The sum for each goal."""
        found: Floats = self.gains @ losses
        return found

    def correct(self, plan: Plan, errors: Errors) -> None:
        """Has the sums of a plan agree with what was proved for it."""
        used = self.used(self.losses(plan))
        for place, goal in enumerate(self.shares.goals):
            low, high = self.shares.ranges.hull_where_needed(goal.node, errors.values[goal.node])
            _, bound = total_error(goal, plan.fractions[goal.node], low, high)
            inside = bound - (float(goal.error) - self.budgets[place])
            if 0 < inside < np.inf and used[place] > inside * NEXT_TO_NOTHING:
                self.corrections[place] = inside / used[place]
