"""Closed intervals with rational or infinite ends, and how operations narrow them forwards and backwards."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from flint import ctx

from symhdl.functions.evaluation import BALL
from symhdl.functions.exact import OutsideDomainError, exact
from symhdl.functions.operation import Operation
from symhdl.numeric.ball import ends
from symhdl.sources.fpcore.nodes import to_ball

PRECISION = 128  # bits of ends that are not rational
MAXIMUM_BITS = 512  # of an end: longer ones are rounded outwards
LARGEST = 2**4096  # an end that is rounded counts as infinite beyond, as 0 below the inverse

End: TypeAlias = Fraction | None


class Interval(NamedTuple):
    """The numbers from `low` to `high`; None is infinity on its side."""

    low: End = None
    high: End = None

    @property
    def is_bounded(self) -> bool:
        """Whether both ends are finite."""
        return self.low is not None and self.high is not None

    def holds(self, value: Fraction) -> bool:
        """Whether the number lies inside."""
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)

    def scaled(self, factor: Fraction) -> Interval:
        """All multiples by a factor that is not 0."""
        low = None if self.low is None else self.low * factor
        high = None if self.high is None else self.high * factor
        return Interval(low, high) if factor > 0 else Interval(high, low)

    def plus(self, other: Interval) -> Interval:
        """All sums."""
        low = None if self.low is None or other.low is None else self.low + other.low
        high = None if self.high is None or other.high is None else self.high + other.high
        return Interval(low, high)


EVERYTHING = Interval()


def meet(a: Interval, b: Interval) -> Interval | None:
    """What lies in both, None if nothing does."""
    low = a.low if b.low is None or (a.low is not None and a.low >= b.low) else b.low
    high = a.high if b.high is None or (a.high is not None and a.high <= b.high) else b.high
    return None if low is not None and high is not None and low > high else Interval(low, high)


def hull(intervals: Iterable[Interval | None]) -> Interval | None:
    """The smallest interval around all that are not empty."""
    found = [interval for interval in intervals if interval is not None]
    if not found:
        return None
    lows = [i.low for i in found if i.low is not None]
    highs = [i.high for i in found if i.high is not None]
    return Interval(
        min(lows) if len(lows) == len(found) else None,
        max(highs) if len(highs) == len(found) else None,
    )


def trimmed(interval: Interval) -> Interval:
    """The interval with shorter ends that is hardly larger."""
    return Interval(_rounded(interval.low, -1), _rounded(interval.high, 1))


def _rounded(end: End, direction: int) -> End:
    if end is None or end.numerator.bit_length() + end.denominator.bit_length() <= MAXIMUM_BITS:
        return end
    if abs(end) > LARGEST:
        return Fraction(-direction * LARGEST) if (end > 0) != (direction > 0) else None
    if abs(end) < Fraction(1, LARGEST):
        return Fraction(direction if (end > 0) == (direction > 0) else 0, LARGEST)
    scale = Fraction(2) ** (PRECISION - end.numerator.bit_length() + end.denominator.bit_length())
    scaled = end * scale
    whole = scaled.numerator // scaled.denominator
    return Fraction(whole if direction < 0 else whole + 1) / scale


def product(a: Interval, b: Interval) -> Interval:
    """All products."""
    corners = [_times(x, y) for x in _extended(a) for y in _extended(b)]
    low, high = min(corners), max(corners)
    return Interval(
        low if isinstance(low, Fraction) else None, high if isinstance(high, Fraction) else None
    )


def _extended(a: Interval) -> tuple[Fraction | float, Fraction | float]:
    """The ends, with infinity as a float."""
    return -math.inf if a.low is None else a.low, math.inf if a.high is None else a.high


def _times(x: Fraction | float, y: Fraction | float) -> Fraction | float:
    """The product of ends: nothing finite times nothing is infinite, so 0 times infinity is 0."""
    if x == 0 or y == 0:
        return Fraction(0)
    if isinstance(x, Fraction) and isinstance(y, Fraction):
        return x * y
    return math.inf if (x > 0) == (y > 0) else -math.inf


def _is_negative(a: Interval) -> bool:
    """Whether there are numbers below 0 inside, and none above."""
    return a.high is not None and a.high <= 0 and (a.low is None or a.low < 0)


def inverse(a: Interval) -> Interval:
    """All inverses; everything where 0 lies inside. 0 at an end has no inverse and does not count."""
    if _is_negative(a):
        return inverse(a.scaled(Fraction(-1))).scaled(Fraction(-1))
    if a.low is None or a.low < 0 or a.high == 0:
        return EVERYTHING
    return Interval(Fraction(0) if a.high is None else 1 / a.high, 1 / a.low if a.low else None)


def cofactor(value: Interval, factor: Interval) -> Interval:
    """What times the factor gives the value: anything, if both may be 0."""
    if value.holds(Fraction(0)) and factor.holds(Fraction(0)):
        return EVERYTHING
    return product(value, inverse(factor))


def magnitude(a: Interval) -> Interval:
    """All absolute values."""
    if a.low is not None and a.low >= 0:
        return a
    if a.high is not None and a.high <= 0:
        return a.scaled(Fraction(-1))
    high = None if a.low is None or a.high is None else max(-a.low, a.high)
    return Interval(Fraction(0), high)


def _around(operation: Operation, end: Fraction, direction: int) -> End:
    """The function at an end, rounded outwards; infinite where it cannot be had."""
    try:
        known = exact(operation, (end,))
    except OutsideDomainError:
        return None
    if known is not None:
        return known
    with ctx.workprec(PRECISION):
        ball = BALL[operation](to_ball(end))
        if not ball.is_finite() or abs(ball) > LARGEST:
            return None
        if not ball.is_exact() and abs(ball) < 1 / to_ball(Fraction(LARGEST)):
            return Fraction(direction, LARGEST)
        low, high = ends(ball)
    return low if direction < 0 else high


class Rising(NamedTuple):
    """A rising function: where it is defined, what it reaches, and its inverse."""

    operation: Operation
    inverse: Operation
    domain: Interval = EVERYTHING
    image: Interval = EVERYTHING

    def forwards(self, x: Interval) -> Interval | None:
        """The values on an interval."""
        return _mapped(self.operation, x, self.domain, self.image)

    def backwards(self, y: Interval) -> Interval | None:
        """Where the values lie in an interval."""
        return _mapped(self.inverse, y, self.image, self.domain)


def _mapped(
    operation: Operation, x: Interval, domain: Interval, image: Interval
) -> Interval | None:
    inside = meet(x, domain)
    if inside is None:
        return None
    low = None if inside.low is None else _around(operation, inside.low, -1)
    high = None if inside.high is None else _around(operation, inside.high, 1)
    return meet(Interval(low, high), image)


_NOT_NEGATIVE = Interval(Fraction(0), None)
_ABOVE_MINUS_ONE = Interval(Fraction(-1), None)

RISING = {
    rising.operation: rising
    for rising in (
        Rising(Operation.SQUARE_ROOT, Operation.SQUARE, _NOT_NEGATIVE, _NOT_NEGATIVE),
        Rising(Operation.CUBE_ROOT, Operation.CUBE),
        Rising(Operation.EXP, Operation.LOG, EVERYTHING, _NOT_NEGATIVE),
        Rising(Operation.EXP2, Operation.LOG2, EVERYTHING, _NOT_NEGATIVE),
        Rising(Operation.EXPM1, Operation.LOG1P, EVERYTHING, _ABOVE_MINUS_ONE),
        Rising(Operation.LOG, Operation.EXP, _NOT_NEGATIVE),
        Rising(Operation.LOG2, Operation.EXP2, _NOT_NEGATIVE),
        Rising(Operation.LOG1P, Operation.EXPM1, _ABOVE_MINUS_ONE),
        Rising(Operation.SINH, Operation.ASINH),
        Rising(Operation.ASINH, Operation.SINH),
    )
}


def even_power_backwards(
    y: Interval, x: Interval, root: Callable[[Interval], Interval | None]
) -> Interval | None:
    """Where an even function with the given inverse on the right lies in y: two pieces, as far as x reaches."""
    right = meet(y, _NOT_NEGATIVE)
    size = None if right is None else root(right)
    if size is None:
        return None
    pieces = (size, size.scaled(Fraction(-1)))
    return hull(meet(piece, x) for piece in pieces)


def extreme(operands: Sequence[Interval], is_maximum: bool) -> Interval:
    """The values of the largest or the smallest operand."""
    lows = [operand.low for operand in operands]
    highs = [operand.high for operand in operands]
    if is_maximum:
        return Interval(max((e for e in lows if e is not None), default=None), _or_none(highs, max))
    return Interval(_or_none(lows, min), min((e for e in highs if e is not None), default=None))


def _or_none(found: Sequence[End], choose: Callable[[list[Fraction]], Fraction]) -> End:
    known = [end for end in found if end is not None]
    return choose(known) if len(known) == len(found) else None
