"""What the nodes of a graph would be worth in hardware, in LUTs, by their formats: before anything is built."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial

from symhdl.analysis.functions import function_of
from symhdl.analysis.natural import natural_fraction
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.regions import NO_REGIONS, Region, function_of_region, is_linear
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.approximation import SmoothFunction, Specification, least_worth, rough_worth
from symhdl.approximation.effort import Depth
from symhdl.cost.operators import (
    Cost,
    Fabric,
    addition,
    constant_product,
    offset,
    product,
    square,
)
from symhdl.cost.products import Factor
from symhdl.functions.composite import Composite
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, Node
from symhdl.lowering.alike import MANY_FUNCTIONS, Alike
from symhdl.lowering.exactness import exact_specification
from symhdl.lowering.plain_prices import PLAIN_PRICES, value_of_constant
from symhdl.numeric.ball import exact_ball, precision
from symhdl.numeric.fixed import integer_range_of
from symhdl.numeric.interval import Intervals
from symhdl.numeric.limits import MAXIMUM_CELL_WIDTH
from symhdl.precision.allocation import Allocation
from symhdl.precision.goals import OutputGoal
from symhdl.precision.results import Result, allowed, result_of
from symhdl.precision.roundings import constant_for
from symhdl.precision.truncation import is_truncated
from symhdl.request import InputPlan

MORE_ERROR = 4  # times that of a node, which it may have in another allocation
BITS = 64
UNKNOWN = 0.0  # what operations take that nobody estimates


@dataclass(frozen=True, slots=True)
class Number:
    """The integers that a node may be, and their fractional bits."""

    factor: Factor
    fraction: int


@dataclass(slots=True)
class Estimates:
    """What each node would take, and each region in place of what lies in it, in the formats of an allocation."""

    graph: Graph
    ranges: Ranges
    inputs: Sequence[InputPlan]
    goals: Sequence[OutputGoal]
    allocation: Allocation
    fabric: Fabric
    depth: Depth
    rough: bool = False
    numbers: list[Number | None] = field(default_factory=list, init=False)
    fractions: list[int] = field(default_factory=list, init=False)
    _alike: Mapping[bool, Alike] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        fractions, functions = self.fractions, 0
        formats = {plan.name: plan.format for plan in self.inputs}
        for index, node in enumerate(self.graph.nodes):
            fraction = self.allocation.fractions[index]
            is_function = function_of(self.graph, node) is not None
            functions += is_function
            natural = None if is_function else natural_fraction(node, fractions, formats)
            fractions.append(fraction if natural is None else min(fraction, natural))
            self.numbers.append(self._number(index, fractions[-1]))
        if functions > MANY_FUNCTIONS:
            self._alike = {rough: Alike(partial(self._estimated, rough)) for rough in (False, True)}

    def _number(self, index: int, fraction: int) -> Number | None:
        if self.ranges.space[index] == CONSTANT_SPACE:
            return None
        low, high = self.ranges.hull(index)
        below, above = self.ranges.hull_where_needed(index, self.allocation.errors.values[index])
        ends = low + min(below, 0.0), high + max(above, 0.0)
        if not all(map(math.isfinite, ends)):
            return None
        return Number(Factor(*integer_range_of(*map(Fraction, ends), fraction)), fraction)

    def node(self, index: int) -> float:
        """What a node is worth; 0 for constants and inputs, infinite where it is too wide to be built."""
        node, number = self.graph.nodes[index], self.numbers[index]
        if number is None or not node.operands:
            return 0.0
        if any(self._is_too_wide(operand) for operand in (index, *node.operands)):
            return math.inf
        function = function_of(self.graph, node)
        if function is not None:
            result = self.allocation.results.get(index)
            tolerance = self.allocation.tolerances[index]
            return self._function(function, node.operands[0], tolerance, result)
        width = number.factor.width
        plain = PLAIN_PRICES.get(node.operation)
        if plain is not None:
            operands = [self.numbers[operand] for operand in node.operands]
            return plain(
                self.fabric, [None if each is None else each.factor for each in operands], width
            )
        estimate = OPERATIONS.get(node.operation)
        return UNKNOWN if estimate is None else estimate(self, node, width)

    def built(self, index: int, share: float = 1.0) -> float:
        """What a node is worth as it is built, a region as one function, with so much of its tolerance."""
        regions = self.allocation.regions
        function = regions.function_at(self.graph, index)
        if function is None or self.numbers[index] is None:
            return self.node(index)
        argument = regions.arguments.get(index, self.graph.nodes[index].operands[0])
        tolerance = share * self.allocation.tolerances[index]
        return self._function(function, argument, tolerance, self.allocation.results.get(index))

    def _is_too_wide(self, index: int) -> bool:
        number = self.numbers[index]
        return number is not None and number.factor.width > MAXIMUM_CELL_WIDTH

    def is_product(self, index: int) -> bool:
        """Whether a node is a product or a square of what is not constant."""
        return is_truncated(self.graph, self.ranges, NO_REGIONS, index)

    def region(self, region: Region, places: Mapping[int, int]) -> float:
        """What the function of a region is worth; infinite if it has none.

        It rounds once where the nodes in it do so at more of the output's `places`.
        """
        function = function_of_region(self.graph, region)
        if function is None or not self._is_defined(function, region.argument):
            return math.inf
        goals = [goal for goal in self.goals if goal.node == region.node]
        used = any(region.node in node.operands for node in self.graph.nodes)
        if goals and goals[0].rounded and not used:
            goal = min(goals, key=lambda each: each.error)
            result = result_of(goal, self.ranges)
            tolerance = float(allowed(goal))
            rough = self.rough and not is_linear(self.graph, region)
            return self._function(function, region.argument, tolerance, result, rough=rough)
        tolerance = self.allocation.tolerances[region.node]
        inside = sum(self.allocation.local[node].magnitude.any() for node in region.nodes)
        total = places.get(region.node, 1)
        tolerance *= total / max(1, total - max(0, int(inside) - 1))
        return self._function(function, region.argument, tolerance, None)

    def _is_defined(self, function: Composite, argument: int) -> bool:
        """Whether it has values at the ends of the argument's range, and errors of that cause errors with a bound."""
        number, errors = self.numbers[argument], self.allocation.errors.values[argument]
        if number is None:
            return False
        with precision(BITS):
            ends = [function.ball(exact_ball(end, -number.fraction)) for end in number.factor]
        if not all(end.is_finite() for end in ends):
            return False
        if not errors.magnitude.any():
            return True
        low, high = self.ranges.hull(argument)
        reach = MORE_ERROR * float(errors.magnitude.max())
        slope = function.slope(Intervals.between(low - reach, high + reach))
        return bool(slope.finite.all())

    def _function(
        self, function: SmoothFunction, argument: int, tolerance: float, result: Result | None,
        *, rough: bool | None = None,
    ) -> float:  # fmt: skip
        """What a function is worth. Rough prices of lines are those of what they are beside sums: far too high."""
        number = self.numbers[argument]
        if number is None:
            return math.inf
        fraction, ends = (None, None) if result is None else result
        specification = Specification(
            *number.factor, number.fraction, tolerance, result=fraction, ends=ends
        )
        if isinstance(function, Composite):
            specification = (
                exact_specification(function, specification, self.depth) or specification
            )
        rough = self.rough if rough is None else rough
        if self._alike is not None:
            return self._alike[rough].worth(function, specification)
        return self._estimated(rough, function, specification)

    def _estimated(
        self, rough: bool, function: SmoothFunction, specification: Specification
    ) -> float:
        estimated = rough_worth if rough else least_worth
        return estimated(function, specification, self.fabric, depth=self.depth)

    def worth(self, cost: Cost) -> float:
        """A cost in LUTs."""
        return self.fabric.worth(cost)


def _product(estimates: Estimates, node: Node, _width: int) -> float:
    fabric = estimates.fabric
    a, b = (estimates.numbers[operand] for operand in node.operands)
    if a is not None and b is not None:
        return estimates.worth(product(fabric, a.factor, b.factor))
    factor, place = (a, 1) if a is not None else (b, 0)
    if factor is None:
        return 0.0
    constant = node.operands[place]
    value = value_of_constant(estimates.graph, estimates.ranges, constant)
    tolerance = estimates.allocation.tolerances[constant]
    integer, _ = constant_for(value, tolerance, is_factor=True)
    if not integer:
        return 0.0
    return estimates.worth(constant_product(fabric, factor.factor, abs(integer)))


def _sum(estimates: Estimates, node: Node, width: int) -> float:
    fixed = sum(estimates.numbers[operand] is None for operand in node.operands)
    sums = len(node.operands) - fixed - 1
    total = sums * estimates.worth(addition(estimates.fabric, width))
    return total + (estimates.worth(offset(estimates.fabric, width)) if fixed else 0.0)


def _square(estimates: Estimates, node: Node, _width: int) -> float:
    operand = estimates.numbers[node.operands[0]]
    return 0.0 if operand is None else estimates.worth(square(estimates.fabric, operand.factor))


OPERATIONS: Mapping[Operation, Callable[[Estimates, Node, int], float]] = {
    Operation.ADD: _sum,
    Operation.SUBTRACT: _sum,
    Operation.MULTIPLY: _product,
    Operation.SQUARE: _square,
}
"""What operations are worth that have no plain price; others take nothing that counts."""
