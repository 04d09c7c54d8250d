"""Which quotients take less digit by digit than as products with reciprocals, by the estimates of a device."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

from symhdl.analysis.functions import function_of
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.regions import Region
from symhdl.analysis.truncation import FactorWitness
from symhdl.approximation import Specification, least_worth
from symhdl.arithmetic.quotients import Limits, division
from symhdl.cost.operators import Cost, Fabric, inverting_addition, product
from symhdl.cost.products import Factor
from symhdl.cost.stages import Row, delay_of_rows_ns, registers_of_rows
from symhdl.cost.timing import product_ns
from symhdl.cost.truncated import luts, truncated_product
from symhdl.design import Design
from symhdl.lowering.asked import depth_for, fabric_for
from symhdl.numeric.fixed import integer_range_of, power_of_two
from symhdl.precision.allocation import Allocation
from symhdl.precision.quotients import Quotient, quotients_of
from symhdl.precision.results import result_fraction
from symhdl.precision.roundings import fraction_of_quotient

LARGEST_SHARE = 0.75
"""Of the estimate of reciprocals and products: what quotients may be worth, which are slower."""

MORE_REGISTERS = 0.6
"""Of the registers between digits: those that reciprocals and products have no counterpart of."""


def cheaper_quotients(design: Design, known: Sequence[Region]) -> Mapping[int, Quotient]:
    """The products with a reciprocal that take less as quotients, all products of one reciprocal together; by node.

    What is inside of the design's regions stays as it is. Of reciprocals that may be one of the `known` regions, with
    what is in their divisors, that is what they are worth.
    """
    ranges, allocation = design.ranges, design.allocation
    assert ranges is not None and allocation is not None
    regions = allocation.regions
    inside = regions.functions.keys() | regions.absorbed
    possible = {
        node: quotient
        for node, quotient in quotients_of(design.graph, ranges).items()
        if inside.isdisjoint((node, quotient.inverse))
    }
    estimates = Estimates.of(design)
    worth = {region.node: region.worth for region in known}
    chosen: dict[int, Quotient] = {}
    for inverse in sorted({quotient.inverse for quotient in possible.values()}):
        group = {node: each for node, each in possible.items() if each.inverse == inverse}
        divided = sum(estimates.quotient(node, each) for node, each in group.items())
        products = sum(
            estimates.product(node, each.dividend, inverse) for node, each in group.items()
        )
        limit = divided / LARGEST_SHARE
        if limit < products or limit < products + (
            worth[inverse] if inverse in worth else estimates.reciprocal(inverse)
        ):
            chosen |= group
    return chosen


@dataclass(frozen=True, slots=True)
class Estimates:
    """What quotients, products and reciprocals are worth that have the errors of an allocation."""

    design: Design
    ranges: Ranges
    allocation: Allocation
    fabric: Fabric

    @classmethod
    def of(cls, design: Design) -> Self:
        """Those of a design."""
        assert design.ranges is not None and design.allocation is not None
        fabric = fabric_for(design.request, design.target)
        return cls(design, design.ranges, design.allocation, fabric)

    def quotient(self, node: int, quotient: Quotient) -> float:
        """That of a quotient whose own error is that of its product and of the reciprocal in it."""
        low, high = (Fraction(end) for end in self.ranges.hull(node))
        dividend, divisor = self.number(quotient.dividend), self.number(quotient.divisor)
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
        if found is None:
            return math.inf
        return self.of_rows(found.bits, found.chained())

    def of_rows(self, bits: int, rows: Sequence[Row]) -> float:
        """That of rows of so many bits in all, in which a digit inverts a number."""
        luts = bits * inverting_addition(self.fabric, 1).luts
        registers = MORE_REGISTERS * registers_of_rows(self.fabric, rows)
        delay_ns = delay_of_rows_ns(self.fabric, rows)
        return self.fabric.worth(Cost(luts, delay_ns=delay_ns, registers=registers))

    def product(self, node: int, dividend: int, inverse: int) -> float:
        """That of the product of a dividend with a reciprocal."""
        a, b = self.number(dividend), self.number(inverse)
        factors = Factor(a.minimum, a.maximum), Factor(b.minimum, b.maximum)
        whole = self.fabric.worth(product(self.fabric, *factors))
        if not self.fabric.truncates:
            return whole
        natural = a.fraction + b.fraction
        allowed = -Fraction(self.allocation.local[node].lower.min()) * power_of_two(natural)
        unread = max(0, natural - self.allocation.fractions[node])
        found = truncated_product(*factors, math.floor(allowed), unread, self.fabric.logic)
        if found is None:
            return whole
        delay_ns = product_ns(*factors, self.fabric.target)
        return min(whole, self.fabric.worth(Cost(luts(found.costs), delay_ns=delay_ns)))

    def reciprocal(self, inverse: int) -> float:
        """That of the reciprocal."""
        graph = self.design.graph
        function = function_of(graph, graph.nodes[inverse])
        assert function is not None, "a reciprocal is no function; please report this"
        divisor = self.number(graph.nodes[inverse].operands[0])
        specification = Specification(
            max(1, divisor.minimum), divisor.maximum, divisor.fraction,
            self.allocation.tolerances[inverse],
        )  # fmt: skip
        depth = depth_for(self.design.request)
        return least_worth(function, specification, self.fabric, depth=depth)

    def _own_error(self, node: int, quotient: Quotient) -> float:
        """What the product adds, and what it makes of that of the reciprocal."""
        tolerances = self.allocation.tolerances
        largest = max(map(abs, self.ranges.hull(quotient.dividend)))
        return tolerances[node] + largest * tolerances[quotient.inverse]

    def number(self, node: int) -> FactorWitness:
        """The integers that a node may be, as far as the allocation tells."""
        fraction = self.allocation.fractions[node]
        low, high = (Fraction(end) for end in self.ranges.hull(node))
        return FactorWitness(*integer_range_of(low, high, fraction), fraction)
