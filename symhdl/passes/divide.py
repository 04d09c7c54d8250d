"""Computes quotients of two numbers digit by digit where the device takes less for that than for reciprocals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import ClassVar

from symhdl.analysis.functions import function_of
from symhdl.analysis.truncation import FactorWitness
from symhdl.approximation import Specification, least_worth
from symhdl.arithmetic.quotients import Limits, division
from symhdl.budget import UNLIMITED, Budget
from symhdl.cost.operators import Fabric, addition, product
from symhdl.cost.products import Factor
from symhdl.cost.truncated import luts, truncated_product
from symhdl.design import Design
from symhdl.errors import GoalError
from symhdl.lowering import depth_for, fabric_for
from symhdl.numeric.fixed import integer_range_of, power_of_two
from symhdl.passes.allocate import allocated
from symhdl.precision.allocation import Allocation
from symhdl.precision.quotients import Quotient, quotients_of
from symhdl.precision.results import result_fraction
from symhdl.precision.roundings import fraction_of_quotient

LARGEST_SHARE = 0.85
"""Of the estimate of reciprocals and products: what quotients may be worth. They are slower, and have more registers."""


@dataclass(frozen=True, slots=True)
class Divide:
    """Makes the allocation again with quotients in place of products with reciprocals.

    All products with a reciprocal are compared with as many quotients, by estimates. Where outputs may be functions of
    an input at once, or are correctly rounded, and at level 0, nothing is.
    """

    budget: Budget = field(
        default=UNLIMITED,
        metadata={"description": "formats are loosened no further when it is over"},
    )

    name: ClassVar[str] = "quotients"

    def run(self, design: Design) -> Design:
        """The design with the quotients chosen, unless no formats for them are found."""
        before, ranges, request = design.allocation, design.ranges, design.request
        assert before is not None and ranges is not None, (
            "quotients before an allocation; please report this"
        )
        if request.opt == 0 or request.correctly_rounded or before.quotients:
            return design
        absorbed = {node for fusion in before.fusions.values() for node in fusion.absorbed}
        possible = {
            node: quotient
            for node, quotient in quotients_of(design.graph, ranges).items()
            if node not in before.fusions and node not in absorbed
        }
        chosen = _chosen(design, before, possible)
        if not chosen:
            return design
        try:
            return replace(
                design, allocation=allocated(design, before.meetings, self.budget, chosen)
            )
        except GoalError:
            return design


def _chosen(
    design: Design, allocation: Allocation, possible: Mapping[int, Quotient]
) -> Mapping[int, Quotient]:
    """Those that take less than their reciprocal and the products with it."""
    fabric = fabric_for(design.request, design.target)
    chosen: dict[int, Quotient] = {}
    for inverse in sorted({quotient.inverse for quotient in possible.values()}):
        group = {node: each for node, each in possible.items() if each.inverse == inverse}
        estimates = _Estimates(design, allocation, fabric)
        divided = sum(estimates.quotient(node, each) for node, each in group.items())
        products = sum(estimates.product(node, each) for node, each in group.items())
        limit = divided / LARGEST_SHARE
        if limit < products or limit < products + estimates.reciprocal(inverse):
            chosen |= group
    return chosen


@dataclass(frozen=True, slots=True)
class _Estimates:
    """What quotients, products and reciprocals are worth that have the errors of an allocation."""

    design: Design
    allocation: Allocation
    fabric: Fabric

    def quotient(self, node: int, quotient: Quotient) -> float:
        """That of a quotient whose own error is that of its product and of the reciprocal in it."""
        ranges = self.design.ranges
        assert ranges is not None
        low, high = (Fraction(end) for end in ranges.hull(node))
        dividend, divisor = self._number(quotient.dividend), self._number(quotient.divisor)
        goals = [goal for goal in self.design.goals if goal.node == node and goal.rounded]
        if goals and quotient.is_direct:
            fraction = max(map(result_fraction, goals))
            below = above = power_of_two(-fraction)
        else:
            error = self._own_error(node, quotient)
            fraction = fraction_of_quotient(error)
            below = power_of_two(-fraction)
            above = 2 * Fraction(error) - below
        found = division(dividend, divisor, fraction, Limits(low, high, below, above))
        return math.inf if found is None else found.bits * addition(self.fabric, 1).luts

    def product(self, node: int, quotient: Quotient) -> float:
        """That of the product with the reciprocal."""
        a, b = self._number(quotient.dividend), self._number(quotient.inverse)
        factors = Factor(a.minimum, a.maximum), Factor(b.minimum, b.maximum)
        whole = self.fabric.worth(product(self.fabric, *factors))
        if not self.fabric.truncates:
            return whole
        natural = a.fraction + b.fraction
        allowed = -Fraction(self.allocation.local[node].lower.min()) * power_of_two(natural)
        unread = max(0, natural - self.allocation.fractions[node])
        found = truncated_product(*factors, math.floor(allowed), unread, self.fabric.logic)
        return whole if found is None else min(whole, luts(found.costs))

    def reciprocal(self, inverse: int) -> float:
        """That of the reciprocal."""
        graph = self.design.graph
        function = function_of(graph, graph.nodes[inverse])
        assert function is not None, "a reciprocal is no function; please report this"
        divisor = self._number(graph.nodes[inverse].operands[0])
        specification = Specification(
            divisor.minimum, divisor.maximum, divisor.fraction,
            self.allocation.tolerances[inverse],
        )  # fmt: skip
        depth = depth_for(self.design.request)
        return least_worth(function, specification, self.fabric, depth=depth)

    def _own_error(self, node: int, quotient: Quotient) -> float:
        """What the product adds, and what it makes of that of the reciprocal."""
        ranges, tolerances = self.design.ranges, self.allocation.tolerances
        assert ranges is not None
        largest = max(map(abs, ranges.hull(quotient.dividend)))
        return tolerances[node] + largest * tolerances[quotient.inverse]

    def _number(self, node: int) -> FactorWitness:
        """The integers that a node may be, as far as the allocation tells."""
        ranges, fraction = self.design.ranges, self.allocation.fractions[node]
        assert ranges is not None
        low, high = (Fraction(end) for end in ranges.hull(node))
        return FactorWitness(*integer_range_of(low, high, fraction), fraction)
