"""Which rotations take less digit by digit than as products with sines and cosines, by the estimates of a device."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symhdl.analysis.functions import function_of
from symhdl.analysis.regions import Region
from symhdl.approximation import Specification, least_worth
from symhdl.arithmetic.rotation_search import AskedRotation, Result, rotation
from symhdl.cost.operators import addition
from symhdl.design import Design
from symhdl.functions.operation import Operation
from symhdl.lowering.asked import depth_for
from symhdl.lowering.quotients import Estimates
from symhdl.precision.results import allowed, result_fraction
from symhdl.precision.rotations import CIRCULAR, Rotation, rotations_of
from symhdl.precision.roundings import fraction_for

LARGEST_SHARE = 0.78
"""Of the estimate of products and functions, which is a sixth too high: what rotations may be worth."""


def cheaper_rotations(design: Design, known: Sequence[Region]) -> Mapping[int, Rotation]:
    """The rotations that take less digit by digit, by the nodes that they are; the `known` regions tell their worth."""
    assert design.ranges is not None
    possible = rotations_of(design.graph, design.ranges)
    if not possible:
        return {}
    estimates = _Estimates.of(design)
    chosen: dict[int, Rotation] = {}
    for each in possible:
        if estimates.rotation(each) < LARGEST_SHARE * estimates.products(each, known):
            chosen |= dict.fromkeys((part.node for part in each.parts), each)
    return chosen


@dataclass(frozen=True, slots=True)
class _Estimates(Estimates):
    """What rotations are worth, and the products and functions in their place."""

    def rotation(self, each: Rotation) -> float:
        """That of a rotation whose own errors are those of all in its place."""
        x, y = (None if node is None else self.number(node) for node in (each.x, each.y))
        asked = AskedRotation(
            x, y, each.is_y_negative, each.factor, self.number(each.angle), each.unit,
            each.is_of_pi, tuple(self._result(each, *part) for part in each.parts),
        )  # fmt: skip
        found = rotation(asked, self.fabric)
        return math.inf if found is None else found.worth

    def products(self, each: Rotation, known: Sequence[Region]) -> float:
        """That of the products and functions, alone or in their regions, and of the last sums."""
        graph = self.design.graph
        inside = {*each.absorbed, *(part.node for part in each.parts)}
        regions = {
            node: region
            for region in known
            for node in region.nodes
            if node != region.argument and region.node in inside
        }
        total = sum(
            region.worth for region in {region.node: region for region in regions.values()}.values()
        )
        for node in sorted(inside - regions.keys()):
            own = graph.nodes[node]
            if own.operation in CIRCULAR:
                total += self._function(node)
            elif own.operation is Operation.MULTIPLY and not self._has_constant(own.operands):
                total += self.product(node, *own.operands)
            elif own.operation in (Operation.ADD, Operation.SUBTRACT):
                number = self.number(node)
                width = max(-number.minimum, number.maximum).bit_length() + 1
                total += self.fabric.worth(addition(self.fabric, width))
        return total

    def _result(self, each: Rotation, node: int, is_second: bool, is_negative: bool) -> Result:
        goals = [goal for goal in self.design.goals if goal.node == node and goal.rounded]
        if goals:
            return Result(
                is_second, is_negative, max(map(result_fraction, goals)), min(map(allowed, goals))
            )
        error = self._whole_error(each, node)
        return Result(is_second, is_negative, fraction_for(error) + 1, Fraction(error))

    def _whole_error(self, each: Rotation, node: int) -> float:
        """What all nodes add that are not built then, as far as they act on a result."""
        graph, tolerances = self.design.graph, self.allocation.tolerances
        inside = {*each.absorbed, node}
        total, gains = 0.0, {node: 1.0}
        for index in sorted(inside, reverse=True):
            gain = gains.get(index, 0.0)
            total += gain * tolerances[index]
            operands = graph.nodes[index].operands
            for operand in operands:
                others = [self._largest(k) for k in operands if k != operand]
                is_product = graph.nodes[index].operation is Operation.MULTIPLY
                factor = math.prod(others) if is_product else 1.0
                gains[operand] = gains.get(operand, 0.0) + gain * factor
        return total

    def _largest(self, node: int) -> float:
        return max(map(abs, self.ranges.hull(node)))

    def _has_constant(self, operands: Sequence[int]) -> bool:
        return any(self.design.graph.nodes[operand].value is not None for operand in operands)

    def _function(self, node: int) -> float:
        graph = self.design.graph
        function, (argument,) = function_of(graph, graph.nodes[node]), graph.nodes[node].operands
        assert function is not None, "a sine is no function; please report this"
        number, tolerance = self.number(argument), self.allocation.tolerances[node]
        specification = Specification(number.minimum, number.maximum, number.fraction, tolerance)
        return least_worth(
            function, specification, self.fabric, depth=depth_for(self.design.request)
        )
