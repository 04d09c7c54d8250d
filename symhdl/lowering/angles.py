"""Which angles take less digit by digit than as arctangents of quotients, by the estimates of a device."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symhdl.analysis.functions import function_of
from symhdl.analysis.regions import Region
from symhdl.approximation import Specification, least_worth
from symhdl.arithmetic.angle_search import AskedAngle, angle
from symhdl.cost.operators import Cost
from symhdl.design import Design
from symhdl.lowering.asked import depth_for
from symhdl.lowering.quotients import Estimates
from symhdl.precision.angles import Angle, angles_of
from symhdl.precision.quotients import quotients_of
from symhdl.precision.results import allowed, result_fraction
from symhdl.precision.roundings import fraction_for

SURELY_LESS = 0.95
"""Of the estimate of quotients and functions: what angles may be worth, which are estimated a bit too high."""


def cheaper_angles(design: Design, known: Sequence[Region]) -> Mapping[int, Angle]:
    """The arctangents that take less as angles of two numbers, by node.

    The design has no regions that are reciprocals; those that are `known` tell what their functions are worth.
    """
    assert design.ranges is not None
    possible = angles_of(design.graph, design.ranges)
    if not possible:
        return {}
    estimates = _Estimates.of(design)
    return {
        node: each
        for node, each in possible.items()
        if estimates.angle(node, each) < SURELY_LESS * estimates.arctangent(node, each, known)
    }


@dataclass(frozen=True, slots=True)
class _Estimates(Estimates):
    """What angles are worth, and the quotients and functions in their place."""

    def angle(self, node: int, each: Angle) -> float:
        """That of an angle whose own error is that of all in its place."""
        dividend, divisor = self.number(each.dividend), self.number(each.divisor)
        goals = [goal for goal in self.design.goals if goal.node == node and goal.rounded]
        if goals:
            fraction, error = max(map(result_fraction, goals)), min(map(allowed, goals))
        else:
            error = Fraction(self._whole_error(node, each))
            fraction = fraction_for(float(error)) + 1
        inputs = self.fabric.logic.lut_inputs
        asked = AskedAngle(dividend, divisor, each.is_in_octant, fraction, error, inputs)
        found = angle(asked)
        if found is None:
            return math.inf
        beside = self.fabric.worth(Cost(found.bits_beside))
        return self.of_rows(found.bits, found.chained()) + beside

    def arctangent(self, node: int, each: Angle, known: Sequence[Region]) -> float:
        """That of the function, alone or in its region, and of the quotient; nothing where a region has all."""
        *_, product, inverse = each.absorbed
        regions = [region for region in known if node in region.nodes]
        if any(product in region.nodes and product != region.argument for region in regions):
            return 0.0
        quotient = quotients_of(self.design.graph, self.ranges).get(product)
        divided = self.product(product, each.dividend, inverse) + self.reciprocal(inverse)
        if quotient is not None:
            divided = min(divided, self.quotient(product, quotient))
        if regions:
            return divided + regions[0].worth
        graph = self.design.graph
        function, (argument,) = function_of(graph, graph.nodes[node]), graph.nodes[node].operands
        assert function is not None, "an arctangent is no function; please report this"
        number, tolerance = self.number(argument), self.allocation.tolerances[node]
        specification = Specification(number.minimum, number.maximum, number.fraction, tolerance)
        depth = depth_for(self.design.request)
        return divided + least_worth(function, specification, self.fabric, depth=depth)

    def _whole_error(self, node: int, each: Angle) -> float:
        """What the function adds, and what it makes of those of the product and the reciprocal."""
        *_, product, inverse = each.absorbed
        tolerances = self.allocation.tolerances
        largest = max(map(abs, self.ranges.hull(each.dividend)))
        return tolerances[node] + tolerances[product] + largest * tolerances[inverse]
