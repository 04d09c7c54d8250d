"""How errors travel: rigorous bounds from operands to results.

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
from symhdl.analysis.spaces import CONSTANT_SPACE, Mask
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import Univariate
from symhdl.ir.graph import Graph, Node
from symhdl.numeric.interval import Floats, Intervals

NO_ERROR = Intervals.between(0.0, 0.0)
EITHER_WAY = Intervals.between(-1.0, 1.0)
ANYTHING = Intervals.between(-np.inf, np.inf)


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
    """floor(x + e) - floor(x) lies between floor(e) and ceil(e), and between the floors of what both can be."""
    (a,) = x
    if a.exact:
        return NO_ERROR
    by_error = Intervals(np.floor(a.error.lower), np.ceil(a.error.upper))
    by_value = a.computed.floor() - a.value.floor()
    return by_error.intersect(by_value)


def _modulo(x: Sequence[Operand]) -> Intervals:
    """That of x - k y, where the whole quotient k is the same for real and computed operands; else any remainder."""
    a, b = x
    if a.exact and b.exact:
        return NO_ERROR
    quotient, computed = (
        (dividend * divisor.inverse()).floor()
        for dividend, divisor in ((a.value, b.value), (a.computed, b.computed))
    )
    both = quotient.union(computed)
    linear = a.error - both * b.error
    # A dividend within the divisor is the remainder itself, on either side.
    anywhere = _remainders(b.computed) - _remainders(b.value)
    return _choose(both.lower == both.upper, linear, anywhere)


def _remainders(divisor: Intervals) -> Intervals:
    """Where the remainders of a division lie: between 0 and the divisor."""
    return divisor.union(Intervals.between(0.0, 0.0))


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


def _negation(x: Sequence[Operand]) -> Intervals:
    return -x[0].error


def _conjunction(x: Sequence[Operand]) -> Intervals:
    """In doubt where a condition is, unless another one surely fails on both sides."""
    doubt, settled = np.zeros(1, dtype=bool), np.zeros(1, dtype=bool)
    for operand in x:
        unsure = operand.error.magnitude > 0
        doubt = doubt | unsure
        settled = settled | (~unsure & (operand.value.upper == 0))
    return _choose(doubt & ~settled, EITHER_WAY, NO_ERROR)


def _disjunction(x: Sequence[Operand]) -> Intervals:
    """In doubt where a condition is, unless another one surely holds on both sides."""
    one = Intervals.between(1.0, 1.0)
    return _conjunction([Operand(one - operand.value, operand.error) for operand in x])


def possible_truths(condition: Operand) -> tuple[Mask, Mask]:
    """Where a condition, real or computed, may hold, and where it may fail."""
    doubt = condition.error.magnitude > 0
    return doubt | (condition.value.upper != 0), doubt | (condition.value.lower != 1)


def _select(x: Sequence[Operand]) -> Intervals:
    """The error of the branch; where the decision may be wrong, the branches' difference counts."""
    condition, a, b = x
    surely, never = condition.value.lower == 1, condition.value.upper == 0
    right = _choose(surely, a.error, _choose(never, b.error, a.error.union(b.error)))
    if condition.exact:
        return right
    # The real branch is the one that the condition's value allows, the computed one the other.
    wrong = _choose(
        surely,
        b.computed - a.value,
        _choose(never, a.computed - b.value, (b.computed - a.value).union(a.computed - b.value)),
    )
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
    Operation.NOT: _negation,
    Operation.AND: _conjunction,
    Operation.OR: _disjunction,
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
        limit = function.modulus(x.error.magnitude)
        error = error.intersect(Intervals(-limit, limit))
    return error


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """The error of every node in its space, and where it counts.

    `reached` tells for each node the pieces where its computed value can act on an output, or its real one; None means
    everywhere. It holds more than `Ranges.needed`, since a decision on an inexact value may take the branch that the
    real value does not take. Elsewhere an error means nothing.
    """

    values: tuple[Intervals, ...]
    reached: tuple[Mask | None, ...]

    @property
    def finite(self) -> bool:
        """Whether every error that counts has a bound."""
        return all(
            bool((error.finite if mask is None else error.finite | ~mask).all())
            for error, mask in zip(self.values, self.reached, strict=True)
        )


def propagate(graph: Graph, ranges: Ranges, local: Sequence[Intervals], slopes: Slopes) -> Errors:
    """The errors of all nodes, given the error that each node's own rounding adds.

    Nodes without inputs have only their own: the hardware holds them as constants. A node that is reached where it
    has no real value has an infinite error there.

    Which nodes are reached follows from the errors of conditions, and these from what is reached; both grow from what
    the real conditions need until nothing is added. Then every reached node has only reached operands, and by
    induction from the inputs on all errors hold.
    """
    reached = ranges.needed
    while True:
        errors = _propagate(graph, ranges, local, slopes, reached)
        conditions = _possible_conditions(graph, ranges, errors)
        if not conditions:
            return Errors(tuple(errors), reached)
        wider = ranges.needed_if(graph, conditions)
        grown = tuple(_either(a, b) for a, b in zip(reached, wider, strict=True))
        if all(_same(a, b) for a, b in zip(reached, grown, strict=True)):
            return Errors(tuple(errors), reached)
        reached = grown


def _either(a: Mask | None, b: Mask | None) -> Mask | None:
    return None if a is None or b is None else a | b


def _same(a: Mask | None, b: Mask | None) -> bool:
    return a is b or (a is not None and b is not None and bool((a == b).all()))


def _possible_conditions(
    graph: Graph, ranges: Ranges, errors: Sequence[Intervals]
) -> dict[int, Intervals]:
    """For the conditions that may be decided wrongly, the truth values that the real and the computed one can have."""
    found = {}
    for index, node in enumerate(graph.nodes):
        if node.operation.boolean and errors[index].magnitude.any():
            may_hold, may_fail = possible_truths(Operand(ranges.values[index], errors[index]))
            found[index] = Intervals(np.where(may_fail, 0.0, 1.0), np.where(may_hold, 1.0, 0.0))
    return found


def _propagate(
    graph: Graph,
    ranges: Ranges,
    local: Sequence[Intervals],
    slopes: Slopes,
    reached: Sequence[Mask | None],
) -> list[Intervals]:
    """The error of every node if nodes count where they are `reached`."""
    errors: list[Intervals] = []
    for index, node in enumerate(graph.nodes):
        space = ranges.space[index]
        if space == CONSTANT_SPACE or not node.operands:
            errors.append(local[index])
            continue
        operands = [
            Operand(
                ranges.operand(node, position, space),
                _seen_error(graph, ranges, errors, reached, node, position, space),
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
        error = error + local[index]
        if ranges.needed[index] is not None:
            error = _choose(ranges.values[index].finite, error, ANYTHING)
        errors.append(error)
    return errors


def _seen_error(
    graph: Graph,
    ranges: Ranges,
    errors: Sequence[Intervals],
    reached: Sequence[Mask | None],
    node: Node,
    position: int,
    space: int,
) -> Intervals:
    """The error of an operand; comparisons with a constant are made with the exact constant."""
    index = node.operands[position]
    if node.operation in COMPARISONS and graph.nodes[index].operation is Operation.CONSTANT:
        return NO_ERROR
    error = errors[index]
    mask = reached[index]
    if mask is not None:
        error = Intervals(np.where(mask, error.lower, 0.0), np.where(mask, error.upper, 0.0))
    source = ranges.space[index]
    size = ranges.spaces.size(source)
    if source not in (space, CONSTANT_SPACE) and len(error.lower) != size:
        error = Intervals(np.broadcast_to(error.lower, size), np.broadcast_to(error.upper, size))
    return ranges.spaces.lift(error, source, space)
