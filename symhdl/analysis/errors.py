"""The error that operands cause in a result: a rigorous bound for every operation.

The error of a node is (computed value) - (real value of the node at the same inputs). For every
piece of the inputs' ranges it is enclosed in an interval, so that biases cancel and steep places
do not spoil flat ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from msgspec import Struct

from symhdl.analysis.spaces import Mask
from symhdl.functions.composite import Composite
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import REALS, Univariate
from symhdl.numeric.interval import Floats, Intervals

NO_ERROR = Intervals.between(0.0, 0.0)
EITHER_WAY = Intervals.between(-1.0, 1.0)
ANYTHING = Intervals.between(-np.inf, np.inf)


class Operand(Struct, frozen=True, eq=False, gc=False):
    """An operand as an error rule sees it: its real range, its error, and what else is known of the computed value."""

    value: Intervals
    error: Intervals
    reach: Intervals | None = None

    @property
    def computed(self) -> Intervals:
        """The range of the computed value."""
        computed = self.value if self.error is NO_ERROR else self.value + self.error
        return computed if self.reach is None else computed.intersect(self.reach)

    @property
    def exact(self) -> bool:
        """Whether the computed value is the real one everywhere."""
        return is_exact(self.error)


def is_exact(error: Intervals) -> bool:
    """Whether there is no error."""
    if error is NO_ERROR or error.lower.item(0):
        return error is NO_ERROR
    return not error.lower.any() and not error.upper.any()


ErrorRule = Callable[[Sequence[Operand]], Intervals]


def choose(mask: Mask, x: Intervals, y: Intervals) -> Intervals:
    """The one intervals where the mask holds, the others elsewhere."""
    return Intervals(np.where(mask, x.lower, y.lower), np.where(mask, x.upper, y.upper))


def _sum(x: Sequence[Operand]) -> Intervals:
    total = NO_ERROR
    for operand in x:
        if operand.error is not NO_ERROR:
            total = operand.error if total is NO_ERROR else total + operand.error
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
    return choose(positive, a.error, choose(negative, -a.error, Intervals(-size, size)))


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
    return choose(both.lower == both.upper, linear, anywhere)


def _remainders(divisor: Intervals) -> Intervals:
    """Where the remainders of a division lie: between 0 and the divisor."""
    return divisor.union(Intervals.between(0.0, 0.0))


def _minimum(x: Sequence[Operand]) -> Intervals:
    a, b = x
    a_seen, b_seen = a.computed, b.computed
    a_below = (a.value.upper <= b.value.lower) & (a_seen.upper <= b_seen.lower)
    b_below = (b.value.upper <= a.value.lower) & (b_seen.upper <= a_seen.lower)
    return _one_of(a, a_below, b, b_below)


def _maximum(x: Sequence[Operand]) -> Intervals:
    a, b = x
    a_seen, b_seen = a.computed, b.computed
    a_above = (a.value.lower >= b.value.upper) & (a_seen.lower >= b_seen.upper)
    b_above = (b.value.lower >= a.value.upper) & (b_seen.lower >= a_seen.upper)
    return _one_of(a, a_above, b, b_above)


def _one_of(a: Operand, a_surely: Mask, b: Operand, b_surely: Mask) -> Intervals:
    """The error of one of two operands: of a where it is surely that, of b likewise, elsewhere of either."""
    return choose(a_surely, a.error, choose(b_surely, b.error, a.error.union(b.error)))


def _comparison(x: Sequence[Operand]) -> Intervals:
    """A decision is sure where the computed difference has the sign of the real one, or is exact."""
    a, b = x
    if a.exact and b.exact:
        return NO_ERROR
    apart = (
        np.maximum(a.value.upper, a.computed.upper) < np.minimum(b.value.lower, b.computed.lower)
    ) | (np.minimum(a.value.lower, a.computed.lower) > np.maximum(b.value.upper, b.computed.upper))
    return choose(apart, NO_ERROR, EITHER_WAY)


def _negation(x: Sequence[Operand]) -> Intervals:
    return -x[0].error


def _conjunction(x: Sequence[Operand]) -> Intervals:
    """In doubt where a condition is, unless another one surely fails on both sides."""
    doubt, settled = np.zeros(1, dtype=bool), np.zeros(1, dtype=bool)
    for operand in x:
        unsure = operand.error.magnitude > 0
        doubt = doubt | unsure
        settled = settled | (~unsure & (operand.value.upper == 0))
    return choose(doubt & ~settled, EITHER_WAY, NO_ERROR)


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
    right = choose(surely, a.error, choose(never, b.error, a.error.union(b.error)))
    if condition.exact:
        return right
    # The real branch is the one that the condition's value allows, the computed one the other.
    wrong = choose(
        surely,
        b.computed - a.value,
        choose(never, a.computed - b.value, (b.computed - a.value).union(a.computed - b.value)),
    )
    return choose(condition.error.magnitude > 0, right.union(wrong), right)


def reach_of_choice(condition: Operand, a: Operand, b: Operand) -> Intervals:
    """Where the computed value of a choice lies: in a branch, however wrong the choices within it are."""
    may_hold, may_fail = possible_truths(condition)
    both = a.computed.union(b.computed)
    reach = choose(may_fail, choose(may_hold, both, b.computed), a.computed)
    unknown = np.isnan(reach.lower) | np.isnan(reach.upper)
    return choose(unknown, ANYTHING, reach)


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

# Slopes are taken over errors larger than those at hand, so that later attempts find them known; those that were
# taken over much larger ones tell too little, and would let the errors of a long chain grow without end.
SLOPE_RESERVE, SLOPE_EXCESS = 2.5, 32.0


@dataclass(slots=True)
class Slopes:
    """The slopes of functions over their arguments, kept for errors up to a limit; balls are slow, attempts many.

    `joins` are the nodes where errors come by several ways, and whether it pays to tell the ways apart.
    """

    known: dict[tuple[int, str], tuple[Floats, Intervals]] = field(default_factory=dict)
    joins: dict[int, bool] = field(default_factory=dict)

    def over(self, index: int, function: Univariate | Composite, x: Operand) -> Intervals:
        """Encloses the slope of node `index` between the real and the computed argument."""
        size = x.error.magnitude
        found = self.known.get((index, function.name))
        if found is not None:
            limit, slope = found
            if bool((size <= limit).all()) and limit.max() <= SLOPE_EXCESS * size.max():
                return slope
        with np.errstate(over="ignore"):
            limit = size * SLOPE_RESERVE
        wide = _slope_within(function, x.value + Intervals(-limit, limit))
        if bool(wide.finite.all()):
            self.known[index, function.name] = (limit, wide)
            return wide
        return _slope_within(function, x.value.union(x.computed))


def _slope_within(function: Univariate | Composite, between: Intervals) -> Intervals:
    """The slope over intervals; the whole line where they leave an open domain."""
    domain = function.domain
    if domain.closed and not domain.pole_at_zero:
        between = between.clip(domain.lower, domain.upper)
    slope = function.slope(between)
    defined = domain.holds(between) & ~(np.isnan(slope.lower) | np.isnan(slope.upper))
    return Intervals(
        np.where(defined, slope.lower, -np.inf), np.where(defined, slope.upper, np.inf)
    )


def function_error(function: Univariate | Composite, x: Operand, slope: Intervals) -> Intervals:
    """By the mean value theorem f(x + e) - f(x) = f'(t) e with t between; by continuity where f' is unbounded.

    The hardware holds an argument that errors push out of a closed domain at its end,
    which brings it nearer to the real one, or onto it.
    """
    error = x.error
    if function.domain is not REALS:
        inside = function.domain.holds(x.value.union(x.computed))
        error = choose(inside, error, error.union(NO_ERROR))
    error = slope * error
    if function.modulus is not None:
        limit = function.modulus(x.error.magnitude)
        error = error.intersect(Intervals(-limit, limit))
    return error
