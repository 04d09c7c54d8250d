"""How strongly the error of each node acts on an output, to first order: from the output backwards, never a proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from symhdl.analysis.backward import Acting, Rules, swept
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.regions import NO_REGIONS, Function, Regions
from symhdl.analysis.spaces import Indices, Mask
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.ir.graph import Graph
from symhdl.numeric.interval import Floats, Intervals

# Comparands are held this much more accurately than what they decide on, and as accurately as the inputs are: a goal
# that allows the jump says nothing of how near to it a decision may be wrong.
DECISION_SHARE = 16.0
MOST_DECIDING_BITS = 16


@dataclass(slots=True)
class Steepness:
    """How strongly each function passes on an error, whatever the output: taken once for all outputs."""

    slopes: dict[tuple[int, str], Floats] = field(default_factory=dict)

    def of(self, index: int, function: Function, x: Intervals) -> Floats:
        """The largest slope over each piece, infinite where it is unbounded."""
        key = index, function.name
        if key not in self.slopes:
            slope = function.slope(x).magnitude
            self.slopes[key] = np.nan_to_num(slope, nan=0.0, posinf=np.inf)
        return self.slopes[key]


def sensitivities(
    graph: Graph,
    ranges: Ranges,
    outputs: Sequence[int],
    budgets: Sequence[float],
    regions: Regions = NO_REGIONS,
    flips: Mapping[int, float] = MappingProxyType({}),
) -> list[Acting]:
    """For each output the nodes whose errors act on it, and how strongly at most, to first order.

    Only nodes of the output's cone are there. `budgets` are the errors that the outputs may have; they
    decide how steep a function counts where its slope is unbounded, and keep arguments away from poles. Comparisons
    in `flips` may go wrong: what is compared acts so strongly on the choices between branches that meet.
    """
    steepness = _steepness(ranges)
    allowed = np.array(budgets)
    seen = regions.seen(graph)

    def passed(index: int, position: int, gain: Floats, places: Indices) -> Floats:
        budget = allowed[places, np.newaxis]
        function = regions.function_at(graph, index)
        if index in flips:
            return np.where(gain > 0, gain * flips[index], 0.0)
        return _gain(seen, ranges, function, index, position, gain, budget, steepness)

    rules = Rules(passed, lambda _, gain: np.asarray(gain.max(axis=1)), ranges.needed)
    return swept(seen, ranges, outputs, rules)


@lru_cache(maxsize=2)  # of two forms of a graph
def _steepness(_: Ranges) -> Steepness:
    """What was found for the ranges before: they are asked for again with every other format of the outputs."""
    return Steepness()


def _gain(
    graph: Graph,
    ranges: Ranges,
    function: Function | None,
    index: int,
    position: int,
    gain: Floats,
    budget: Floats,
    steepness: Steepness,
) -> Floats:
    """The part of a node's gain that goes to one operand."""
    node, space = graph.nodes[index], ranges.space[index]
    if function is not None:
        if position > 0 or index in ranges.gapped:  # the argument is exact
            return np.zeros(1)
        x = ranges.operand(node, 0, space)
        domain = function.domain
        if domain.closed and not domain.pole_at_zero:
            x = x.clip(domain.lower, domain.upper)
        needed = ranges.needed[index]
        return _function_gain(function, x, steepness.of(index, function, x), gain, budget, needed)
    if node.operation is Operation.MULTIPLY:
        return gain * ranges.operand(node, 1 - position, space).magnitude
    if node.operation is Operation.SQUARE:
        return gain * 2 * ranges.operand(node, 0, space).magnitude
    if node.operation is Operation.SELECT and position > 0:
        condition = ranges.operand(node, 0, space)
        unused = condition.upper == 0 if position == 1 else condition.lower == 1
        return np.where(unused, 0.0, gain)
    if node.operation in (Operation.MINIMUM, Operation.MAXIMUM):
        own, other = (ranges.operand(node, p, space) for p in (position, 1 - position))
        is_maximum = node.operation is Operation.MAXIMUM
        distance = other.lower - own.upper if is_maximum else own.lower - other.upper
        # What is never the extremum must stay behind it: its error, which its own size limits, may not reach so far.
        with np.errstate(divide="ignore"):
            overtaking = np.where(distance < own.magnitude.max(), budget / distance, 0.0)
        return np.where(distance > 0, np.minimum(gain, overtaking), gain)
    if node.operation in COMPARISONS:
        size = ranges.operand(node, position, space).magnitude
        with np.errstate(divide="ignore"):
            as_inputs = budget * 2.0 ** _input_bits(ranges) / size
        exact = np.maximum(gain * DECISION_SHARE, np.nan_to_num(as_inputs, posinf=0.0))
        return np.where(gain > 0, exact, 0.0)
    return gain


def _input_bits(ranges: Ranges) -> int:
    """How many bits the widest input has, up to a limit."""
    counts = (entry.last - entry.starts[0] for entry in ranges.spaces.inputs)
    return min(MOST_DECIDING_BITS, max((count.bit_length() for count in counts), default=0))


def _function_gain(
    function: Function,
    x: Intervals,
    slope: Floats,
    gain: Floats,
    budget: Floats,
    needed: Mask | None,
) -> Floats:
    """Slope times gain; effective slope at the budget where the slope is unbounded.

    Near a pole it is steep wherever the function is needed, even if nothing acts on the output there: without a bound
    the argument must not come.
    """
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        if function.inverse_modulus is not None:
            allowed = budget / gain
            effective = allowed / function.inverse_modulus(allowed)
            slope = np.fmin(slope, np.nan_to_num(effective, nan=0.0, posinf=np.inf))
        steep = np.nan_to_num(4 * budget / function.domain.margin(x), nan=0.0, posinf=np.inf)
        acting = np.where(gain > 0, gain * slope, 0.0)
    result = np.minimum(np.maximum(acting, steep), 1e280)
    return result if needed is None else np.where(needed, result, 0.0)
