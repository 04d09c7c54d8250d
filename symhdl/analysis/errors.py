"""How errors travel: rigorous bounds from operands to results, first-order sensitivities backwards.

The error of a node is (computed value) - (real value of the node at the same inputs). For every
piece of the inputs' ranges it is enclosed in an interval, so that biases cancel and steep places
do not spoil flat ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from symhdl.analysis.functions import function_of
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import Univariate
from symhdl.ir.graph import Graph, Node
from symhdl.numeric.interval import Floats, Intervals

NO_ERROR = Intervals.between(0.0, 0.0)
EITHER_WAY = Intervals.between(-1.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Operand:
    """An operand as an error rule sees it: its real range and its error."""

    value: Intervals
    error: Intervals

    @property
    def computed(self) -> Intervals:
        """The range of the computed value."""
        return self.value + self.error

    @property
    def exact(self) -> bool:
        """Whether the computed value is the real one everywhere."""
        return not self.error.lower.any() and not self.error.upper.any()


ErrorRule = Callable[[Sequence[Operand]], Intervals]


def _choose(mask: np.typing.NDArray[np.bool_], x: Intervals, y: Intervals) -> Intervals:
    return Intervals(np.where(mask, x.lower, y.lower), np.where(mask, x.upper, y.upper))


def _sum(x: Sequence[Operand]) -> Intervals:
    total = x[0].error
    for operand in x[1:]:
        total = total + operand.error
    return total


def _product(x: Sequence[Operand]) -> Intervals:
    a, b = x
    if a.exact:
        return a.value * b.error
    if b.exact:
        return b.value * a.error
    return a.value * b.error + b.computed * a.error


def _square(x: Sequence[Operand]) -> Intervals:
    (a,) = x
    return (a.value + a.computed) * a.error


def _absolute(x: Sequence[Operand]) -> Intervals:
    (a,) = x
    size = a.error.magnitude
    positive = (a.value.lower >= 0) & (a.computed.lower >= 0)
    negative = (a.value.upper <= 0) & (a.computed.upper <= 0)
    return _choose(positive, a.error, _choose(negative, -a.error, Intervals(-size, size)))


def _floor(x: Sequence[Operand]) -> Intervals:
    """floor(x + e) - floor(x) lies between floor(e) and ceil(e)."""
    return Intervals(np.floor(x[0].error.lower), np.ceil(x[0].error.upper))


def _modulo(x: Sequence[Operand]) -> Intervals:
    """Nothing is promised where the argument may wrap by error; it is the caller who keeps arguments exact."""
    a, b = x
    if a.exact and b.exact:
        return NO_ERROR
    size = b.computed.magnitude + b.value.magnitude + a.error.magnitude
    return Intervals(-size, size)


def _minimum(x: Sequence[Operand]) -> Intervals:
    a, b = x
    a_below = (a.value.upper <= b.value.lower) & (a.computed.upper <= b.computed.lower)
    b_below = (b.value.upper <= a.value.lower) & (b.computed.upper <= a.computed.lower)
    return _choose(a_below, a.error, _choose(b_below, b.error, a.error.union(b.error)))


def _maximum(x: Sequence[Operand]) -> Intervals:
    return -_minimum([Operand(-operand.value, -operand.error) for operand in x])


def _comparison(x: Sequence[Operand]) -> Intervals:
    """A decision is sure where the computed difference has the sign of the real one, or is exact."""
    a, b = x
    if a.exact and b.exact:
        return NO_ERROR
    apart = (
        np.maximum(a.value.upper, a.computed.upper) < np.minimum(b.value.lower, b.computed.lower)
    ) | (np.minimum(a.value.lower, a.computed.lower) > np.maximum(b.value.upper, b.computed.upper))
    return _choose(apart, NO_ERROR, EITHER_WAY)


def _logic(x: Sequence[Operand]) -> Intervals:
    doubt = np.zeros(1, dtype=bool)
    for operand in x:
        doubt = doubt | (operand.error.magnitude > 0)
    return _choose(doubt, EITHER_WAY, NO_ERROR)


def _select(x: Sequence[Operand]) -> Intervals:
    """Where the decision may be wrong, the branches' difference counts as error."""
    condition, a, b = x
    surely, never = condition.value.lower == 1, condition.value.upper == 0
    right = _choose(surely, a.error, _choose(never, b.error, a.error.union(b.error)))
    if condition.exact:
        return right
    wrong = (b.computed - a.value).union(a.computed - b.value)
    return _choose(condition.error.magnitude > 0, right.union(wrong), right)


RULES: dict[Operation, ErrorRule] = {
    Operation.ADD: _sum,
    Operation.SUBTRACT: lambda x: x[0].error - x[1].error,
    Operation.MULTIPLY: _product,
    Operation.NEGATE: lambda x: -x[0].error,
    Operation.SQUARE: _square,
    Operation.ABSOLUTE: _absolute,
    Operation.FLOOR: _floor,
    Operation.MODULO: _modulo,
    Operation.MINIMUM: _minimum,
    Operation.MAXIMUM: _maximum,
    Operation.LESS: _comparison,
    Operation.LESS_EQUAL: _comparison,
    Operation.EQUAL: _comparison,
    Operation.NOT: _logic,
    Operation.AND: _logic,
    Operation.OR: _logic,
    Operation.SELECT: _select,
}
"""The error that each operation's operands cause in its result; rounding of the result is added by the caller."""

COMPARISONS = frozenset({Operation.LESS, Operation.LESS_EQUAL, Operation.EQUAL})


SLOPE_RESERVE = (
    2.5  # slopes are taken over errors this much larger, so that later attempts find them known
)


@dataclass(slots=True)
class Slopes:
    """The slopes of functions over their arguments, kept for errors up to a limit; balls are slow, attempts many."""

    known: dict[int, tuple[Floats, Intervals]] = field(default_factory=dict)

    def over(self, index: int, function: Univariate, x: Operand) -> Intervals:
        """Encloses the slope of node `index` between the real and the computed argument."""
        size = x.error.magnitude
        found = self.known.get(index)
        if found is not None and bool((size <= found[0]).all()):
            return found[1]
        limit = size * SLOPE_RESERVE
        wide = _slope_within(function, x.value + Intervals(-limit, limit))
        if bool(wide.finite.all()):
            self.known[index] = (limit, wide)
            return wide
        return _slope_within(function, x.value.union(x.computed))


def _slope_within(function: Univariate, between: Intervals) -> Intervals:
    """The slope over intervals; the whole line where they leave an open domain."""
    domain = function.domain
    if domain.closed and not domain.pole_at_zero:
        between = between.clip(domain.lower, domain.upper)
    slope = function.slope(between)
    defined = domain.holds(between) & ~(np.isnan(slope.lower) | np.isnan(slope.upper))
    return Intervals(
        np.where(defined, slope.lower, -np.inf), np.where(defined, slope.upper, np.inf)
    )


def function_error(function: Univariate, x: Operand, slope: Intervals) -> Intervals:
    """By the mean value theorem f(x + e) - f(x) = f'(t) e with t between; by continuity where f' is unbounded.

    The hardware holds an argument that errors push out of a closed domain at its end,
    which brings it nearer to the real one.
    """
    error = slope * x.error
    if function.modulus is not None:
        limit = np.nextafter(function.modulus(x.error.magnitude), np.inf)
        error = error.intersect(Intervals(-limit, limit))
    return error


def propagate(
    graph: Graph, ranges: Ranges, local: Sequence[Intervals], slopes: Slopes
) -> list[Intervals]:
    """The error of every node in its space, given the error that each node's own rounding adds.

    Nodes without inputs have only their own: the hardware holds them as constants. Where a node is not needed,
    its error means nothing.
    """
    errors: list[Intervals] = []
    for index, node in enumerate(graph.nodes):
        space = ranges.space[index]
        if space == CONSTANT_SPACE or not node.operands:
            errors.append(local[index])
            continue
        operands = [
            Operand(
                ranges.operand(node, position, space),
                _seen_error(graph, ranges, errors, node, position, space),
            )
            for position in range(len(node.operands))
        ]
        function = function_of(graph, node)
        if function is None:
            error = RULES[node.operation](operands)
        elif operands[0].exact:
            error = NO_ERROR
        else:
            slope = slopes.over(index, function, operands[0])
            error = function_error(function, operands[0], slope)
        errors.append(error + local[index])
    return errors


def _seen_error(
    graph: Graph, ranges: Ranges, errors: Sequence[Intervals], node: Node, position: int, space: int
) -> Intervals:
    """The error of an operand; comparisons with a constant are made with the exact constant."""
    index = node.operands[position]
    if node.operation in COMPARISONS and graph.nodes[index].operation is Operation.CONSTANT:
        return NO_ERROR
    error = errors[index]
    mask = ranges.needed[index]
    if mask is not None:
        error = Intervals(np.where(mask, error.lower, 0.0), np.where(mask, error.upper, 0.0))
    source = ranges.space[index]
    size = ranges.spaces.size(source)
    if source not in (space, CONSTANT_SPACE) and len(error.lower) != size:
        error = Intervals(np.broadcast_to(error.lower, size), np.broadcast_to(error.upper, size))
    return ranges.spaces.lift(error, source, space)


def sensitivities(graph: Graph, ranges: Ranges, output: int, budget: float) -> list[Floats | None]:
    """How strongly the error of each node acts on an output, to first order, per piece of the node's space.

    None for nodes outside the output's cone. `budget` is the error that the output may have; it
    decides how steep a function counts where its slope is unbounded, and keeps arguments away from poles.
    """
    gains: list[Floats | None] = [None] * len(graph.nodes)
    gains[output] = np.ones(ranges.spaces.size(ranges.space[output]))
    for index in range(output, -1, -1):
        gain, node = gains[index], graph.nodes[index]
        if gain is None:
            continue
        mask = ranges.needed[index]
        if mask is not None:
            gain = np.where(mask, gain, 0.0)
            gains[index] = gain
        if not node.operands or ranges.space[index] == CONSTANT_SPACE:
            continue
        for position, operand in enumerate(node.operands):
            share = _gain(graph, ranges, node, index, position, gain, budget)
            # Where a node is not needed, nothing is defined and nothing acts.
            share = np.nan_to_num(np.broadcast_to(share, gain.shape), nan=0.0, posinf=np.inf)
            sunk = ranges.spaces.sink(share, ranges.space[index], ranges.space[operand])
            old = gains[operand]
            gains[operand] = sunk if old is None else old + sunk
    return gains


DECISION_SHARE = 16.0  # comparands are held this much more accurately than what they decide on


def _gain(
    graph: Graph, ranges: Ranges, node: Node, index: int, position: int, gain: Floats, budget: float
) -> Floats:
    """The part of a node's gain that goes to one operand."""
    space = ranges.space[index]
    function = function_of(graph, node)
    if function is not None:
        if position > 0 or index in ranges.gapped:  # the argument is exact
            return np.zeros(1)
        return _function_gain(function, ranges.operand(node, 0, space), gain, budget)
    if node.operation is Operation.MULTIPLY:
        return gain * ranges.operand(node, 1 - position, space).magnitude
    if node.operation is Operation.SQUARE:
        return gain * 2 * ranges.operand(node, 0, space).magnitude
    if node.operation is Operation.SELECT and position > 0:
        condition = ranges.operand(node, 0, space)
        unused = condition.upper == 0 if position == 1 else condition.lower == 1
        return np.where(unused, 0.0, gain)
    if node.operation in COMPARISONS:
        return gain * DECISION_SHARE
    return gain


def _function_gain(function: Univariate, x: Intervals, gain: Floats, budget: float) -> Floats:
    """Slope times gain; effective slope at the budget where the slope is unbounded; steep near a pole."""
    domain = function.domain
    if domain.closed and not domain.pole_at_zero:
        x = x.clip(domain.lower, domain.upper)
    slope = np.nan_to_num(function.slope(x).magnitude, nan=0.0, posinf=np.inf)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        if function.inverse_modulus is not None:
            allowed = budget / gain
            effective = allowed / function.inverse_modulus(allowed)
            slope = np.fmin(slope, np.nan_to_num(effective, nan=0.0, posinf=np.inf))
        floor = 4 * budget / domain.margin(x)
        result = np.maximum(gain * slope, np.nan_to_num(floor, nan=0.0, posinf=np.inf))
    return np.where(gain > 0, np.minimum(result, 1e280), 0.0)
