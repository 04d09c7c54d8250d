"""How far a function is from a polynomial, proved by interpolation.

At Chebyshev's points the error of interpolation is bounded by the function's size on an ellipse in the complex plane,
in which balls show that it is analytic. Ranges are halved until the bound is small enough, down to single arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import zip_longest
from typing import Any

from flint import acb, arb, ctx, fmpq

from tests.witnesses.functions import rational

PRECISION = 420  # bits
FEW = 6  # arguments that are looked at one by one
NODES = (12, 24, 48)  # of interpolations beyond the degree, tried one after the other
ELLIPSES = tuple(map(Fraction, ("64", "20", "6", "3", "3/2")))  # sums of the half axes of [-1, 1]
MOST_INTERVALS = 4000  # of one piece


class RefutedError(Exception):
    """What a witness says does not hold, or could not be proved."""


def require(holds: object, what: str) -> None:
    """Raises `RefutedError` unless something holds."""
    if not holds:
        raise RefutedError(what)


def two(exponent: int) -> Fraction:
    return Fraction(2) ** exponent


def plus(a: Sequence[Fraction], b: Sequence[Fraction]) -> list[Fraction]:
    return [x + y for x, y in zip_longest(a, b, fillvalue=Fraction(0))]


def composed(polynomial: Sequence[Fraction], start: Fraction, slope: Fraction) -> list[Fraction]:
    """The polynomial of start + slope * x, as one of x."""
    found: list[Fraction] = []
    for coefficient in reversed(polynomial):
        moved = [start * value for value in found]
        scaled = [Fraction(0), *(slope * value for value in found)]
        found = plus(plus(moved, scaled), [coefficient])
    return found


def largest(polynomial: Sequence[Fraction]) -> Fraction:
    """A bound of the polynomial's size over [-1, 1]: the sizes of its Chebyshev coefficients."""
    found = [Fraction(0)] * len(polynomial)
    power = [Fraction(1)]  # x**k in Chebyshev's polynomials: x T_n = (T_(n+1) + T_(n-1)) / 2
    for coefficient in polynomial:
        raised = [Fraction(0)] * (len(power) + 1)
        for n, share in enumerate(power):
            found[n] += coefficient * share
            raised[n + 1] += share / 2 if n else share
            if n:
                raised[n - 1] += share / 2
        power = raised
    return sum(map(abs, found), Fraction(0))


@dataclass(frozen=True)
class Axis:
    """A function of integers n: that of the number x = (n + offset) * unit."""

    function: Callable[[Any], Any]
    offset: Fraction
    unit: Callable[[], arb]

    def value(self, middle: Fraction, aside: arb) -> arb:
        """The value at the sum of a rational number and a ball."""
        return self.function((rational(middle + self.offset) + aside) * self.unit())

    def size(self, middle: Fraction, half: Fraction, axes: Fraction) -> arb | None:
        """A bound of |f| on an ellipse around an interval; None where f is not shown to be analytic in it."""
        wide, high = (arb(0, 1) * rational(half * (axes + sign / axes) / 2) for sign in (1, -1))
        box = acb((rational(middle + self.offset) + wide) * self.unit(), high * self.unit())
        value = self.function(box)
        return value.abs_upper() if value.is_finite() else None


@dataclass(frozen=True)
class Polynomial:
    """A polynomial of (n - start) * slope."""

    coefficients: Sequence[Fraction]
    start: Fraction = Fraction(0)
    slope: Fraction = Fraction(1)

    def value(self, middle: Fraction, aside: arb) -> arb:
        x = rational((middle - self.start) * self.slope) + aside * rational(self.slope)
        total = arb(0)
        for coefficient in reversed(self.coefficients):
            total = total * x + rational(coefficient)
        return total


def prove_distance(
    axis: Axis, polynomial: Polynomial, first: int, last: int, bound: Fraction
) -> None:
    """|f - polynomial| <= bound for all integers n from first to last, or `RefutedError`."""
    with ctx.workprec(PRECISION):
        limit = rational(bound)
        waiting, tried = [(first, last)], 0
        while waiting:
            low, high = waiting.pop()
            tried += 1
            require(tried <= MOST_INTERVALS, f"no proof within {MOST_INTERVALS} intervals")
            if high - low < FEW:
                for n in range(low, high + 1):
                    require(
                        _apart(axis, polynomial, n) <= limit, f"too far from the function at {n}"
                    )
            elif not _interpolated(axis, polynomial, low, high, limit):
                middle = (low + high) // 2
                away = _apart(axis, polynomial, middle)
                require(not away > limit, f"too far from the function at {middle}")
                waiting += [(low, middle), (middle + 1, high)]


def _apart(axis: Axis, polynomial: Polynomial, n: int) -> arb:
    place = Fraction(n), arb(0)
    return abs(axis.value(*place) - polynomial.value(*place))


def _interpolated(axis: Axis, polynomial: Polynomial, low: int, high: int, limit: arb) -> bool:
    """Whether interpolation of f - polynomial shows that it is so small.

    In Chebyshev's series of f the coefficients are at most 2 M r**-k, where M bounds |f| on the ellipse whose half axes
    have the sum r. Interpolation at N of Chebyshev's points takes each T_k beyond for one before, or minus that, so
    that the error is at most 4 M r**(1 - N) / (r - 1).
    """
    middle, half = Fraction(low + high, 2), Fraction(high - low, 2)
    for axes in ELLIPSES:
        size = axis.size(middle, half, axes)
        if size is None:
            continue
        for more in NODES:
            count = len(polynomial.coefficients) + more
            left = 4 * size * rational(axes ** (1 - count) / (axes - 1))
            if not left <= limit / 64:
                continue
            values = []
            for point in _cosines(count)[1]:
                place = middle, point * rational(half)
                values.append(axis.value(*place) - polynomial.value(*place))
            return bool(_chebyshev(values) + left <= limit)
    return False


@cache
def _cosines(count: int) -> list[list[arb]]:
    """cos(n (2 k + 1) pi / (2 N)), of which n = 1 gives Chebyshev's points."""
    with ctx.workprec(PRECISION):
        turns = [arb.cos_pi_fmpq(fmpq(k, 2 * count)) for k in range(4 * count)]
        return [[turns[n * (2 * k + 1) % (4 * count)] for k in range(count)] for n in range(count)]


def _chebyshev(values: Sequence[arb]) -> arb:
    """The sum of the sizes of the coefficients of what interpolates values at Chebyshev's points."""
    total = arb(0)
    for n, cosines in enumerate(_cosines(len(values))):
        coefficient = sum((v * c for v, c in zip(values, cosines, strict=True)), arb(0))
        total += abs(coefficient) * (2 if n else 1) / len(values)
    return total
