"""Which functions give the numbers of an output's format at once, so that nothing is rounded behind them.

An approximation whose error covers the rounding to its own last place needs no guard bits, no adder and no cut: what
the output may be wrong by is left to it as a whole.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from symhdl.analysis.ranges import Ranges
from symhdl.analysis.regions import Regions
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.ir.graph import Graph
from symhdl.numeric.fixed import BELOW_A_UNIT, power_of_two
from symhdl.precision.goals import OutputGoal, distance_beyond


def results_of(
    graph: Graph,
    ranges: Ranges,
    goals: Sequence[OutputGoal],
    regions: Regions,
    quotients: Collection[int] = (),
) -> Mapping[int, OutputGoal]:
    """For functions that are outputs and nothing else what they must achieve: the strictest goal where there are more.

    Some of the `quotients` are such, too. All goals of one node must ask for the same fraction.
    """
    used = {
        operand
        for index, node in enumerate(regions.seen(graph).nodes)
        if index not in regions.absorbed
        for operand in node.operands
    }
    found: dict[int, OutputGoal] = {}
    refused = set(used)
    for goal in goals:
        node = goal.node
        is_function = node in quotients or regions.function_at(graph, node) is not None
        before = found.get(node, goal)
        if (
            ranges.space[node] == CONSTANT_SPACE
            or not (is_function and goal.rounded)
            or result_fraction(before) != result_fraction(goal)
        ):
            refused.add(node)
        found[node] = min(before, goal, key=lambda each: (each.error, not each.faithful))
    return {node: goal for node, goal in found.items() if node not in refused}


class Result(NamedTuple):
    """The fractional bits of a function's result, and the integers at which it may be held where it goes beyond."""

    fraction: int
    ends: tuple[int, int] | None = None


def result_of(goal: OutputGoal, ranges: Ranges) -> Result:
    """What the function that is the goal's output is to give."""
    fraction, format = result_fraction(goal), goal.format
    low, high = ranges.ends(goal.node)
    if not distance_beyond(format, low, high):
        return Result(fraction)
    places = format.fraction - fraction
    return Result(fraction, (-(-format.minimum >> places), format.maximum >> places))


def result_fraction(goal: OutputGoal) -> int:
    """The fewest fractional bits whose unit is within the error, of those that the format has."""
    fraction = goal.format.fraction
    while power_of_two(1 - fraction) <= goal.error:
        fraction -= 1
    return fraction


def allowed(goal: OutputGoal) -> Fraction:
    """What the output may be wrong by, at most."""
    return goal.error * (1 - Fraction(BELOW_A_UNIT)) if goal.faithful else goal.error
