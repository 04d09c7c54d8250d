"""Safe use of python-flint's real balls: precision, nan, and conversions that never lose the rigour.

A comparison with nan is false and the square root of a ball that touches zero is nan, so whatever decides
something from a ball does it through this file: what is not finite becomes infinite here, never small.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from flint import arb, arb_series, ctx, fmpq

from symhdl.numeric.limits import MAXIMUM_SCALE

SeriesFunction = Callable[[arb_series], arb_series]

LONGEST_FLOAT = 1 << 53  # integers up to it are floats


class precision:  # noqa: N801 - it reads as the function that it stands for, and is much faster
    """Balls of `bits` bits and power series of at most `terms` terms inside the block."""

    __slots__ = ("_inside", "_outside")

    def __init__(self, bits: int, terms: int = 10) -> None:
        self._inside = bits, terms

    def __enter__(self) -> None:
        self._outside = ctx.prec, ctx.cap
        ctx.prec, ctx.cap = self._inside

    def __exit__(self, *_: object) -> None:
        ctx.prec, ctx.cap = self._outside


Dyadic = tuple[int, int]
"""The number integer * 2**exponent, of which the integer is odd; (0, 0) is zero."""


def dyadic(integer: int, exponent: int) -> Dyadic:
    """The number in the one way in which equal numbers are equal."""
    if not integer:
        return 0, 0
    zeros = (integer & -integer).bit_length() - 1
    return integer >> zeros, exponent + zeros


def exact_ball(integer: int, exponent: int) -> arb:
    """The number integer * 2**exponent, exactly, whatever the precision."""
    if -LONGEST_FLOAT <= integer <= LONGEST_FLOAT and -1000 <= exponent <= 900:
        return arb(math.ldexp(integer, exponent))  # which is exact, and made a ball of much faster
    return arb((integer, exponent))


def ball_of(value: Fraction) -> arb:
    """A ball that holds the fraction, at the current precision."""
    return arb(fmpq(value.numerator, value.denominator))


def is_moderate(ball: arb) -> bool:
    """Whether all numbers of the ball lie within 2**MAXIMUM_SCALE, so that fractions can hold them."""
    return bool(abs(ball) < exact_ball(1, MAXIMUM_SCALE))


def midpoint(ball: arb) -> Fraction:
    """The midpoint of a moderate ball, exactly down to 2**-MAXIMUM_SCALE and cut there."""
    return _cut(ball.mid())[0]


def ends(ball: arb) -> tuple[Fraction, Fraction]:
    """Fractions between which all numbers of a moderate ball lie, tight down to 2**-MAXIMUM_SCALE."""
    (middle, above), (reach, more) = _cut(ball.mid()), _cut(ball.rad())
    return middle - reach - more, middle + above + reach + more


def _cut(number: arb) -> tuple[Fraction, Fraction]:
    """An exact number without its bits below 2**-MAXIMUM_SCALE, and a bound of what they add."""
    mantissa, exponent = (int(part) for part in number.man_exp())
    assert mantissa.bit_length() + exponent <= 2 * MAXIMUM_SCALE, (
        "a ball too large; please report this"
    )
    if exponent >= 0:
        return Fraction(mantissa << exponent), Fraction(0)
    if exponent >= -MAXIMUM_SCALE:
        return Fraction(mantissa, 1 << -exponent), Fraction(0)
    excess = -MAXIMUM_SCALE - exponent
    unit = Fraction(1, 1 << MAXIMUM_SCALE)
    return (mantissa >> excess) * unit, unit if mantissa else Fraction(0)


def scaled_midpoint(ball: arb, bits: int) -> int:
    """floor(midpoint * 2**bits) of a finite ball: less than one unit below the midpoint."""
    mantissa, exponent = ball.mid().man_exp()
    shift = int(exponent) + bits
    return int(mantissa) << shift if shift >= 0 else int(mantissa) >> -shift


def float_above(value: Fraction) -> float:
    """The smallest float that is not below the fraction, infinite beyond the floats."""
    try:
        nearest = float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.nextafter(math.inf, 0)
    # In integers, since fractions are compared much more slowly.
    numerator, denominator = nearest.as_integer_ratio()
    if numerator * value.denominator >= value.numerator * denominator:
        return nearest
    return math.nextafter(nearest, math.inf)


def upper_float(ball: arb) -> float:
    """A float that no number of the ball exceeds; infinite for nan."""
    if not ball.is_finite():
        return math.inf
    return math.nextafter(float(ball.upper()), math.inf)


def lower_float(ball: arb) -> float:
    """A float that no number of the ball is below; minus infinity for nan."""
    return -upper_float(-ball)


def magnitude(ball: arb) -> float:
    """A float that bounds the absolute value of all numbers of the ball; infinite for nan."""
    if not ball.is_finite():
        return math.inf
    return math.nextafter(float(ball.abs_upper()), math.inf)


def radius(ball: arb) -> float:
    """A float that the ball's radius does not exceed; infinite for nan."""
    if not ball.is_finite():
        return math.inf
    size = float(ball.rad())
    return math.nextafter(size, math.inf) if size > 0 else 0.0


def nearest_integer(ball: arb, bits: int) -> tuple[int, float]:
    """The integer nearest to ball * 2**bits (as far as can be told), and a bound of the distance in its units.

    The bound covers the ball's radius. Infinite for a ball that is not finite.
    """
    if not ball.is_finite():
        return 0, math.inf
    doubled = scaled_midpoint(ball, bits + 1)
    integer = (doubled + 1) >> 1
    return integer, magnitude(ball * exact_ball(1, bits) - integer)


def taylor_coefficients(series: SeriesFunction, centre: arb, scale: arb, terms: int) -> list[arb]:
    """Balls around the first `terms` Taylor coefficients of t -> f(centre + scale t).

    If `centre` is a wide ball, coefficient k holds scale**k f^(k)(x)/k! for every x in it. To be called inside
    `precision(..., terms)`. Where the function is not analytic the coefficients are not finite.
    """
    composed = series(arb_series([centre, scale], prec=terms))
    found: list[arb] = composed.coeffs()
    # flint drops exact zeros at the end; beyond the series' own precision nothing is known.
    known = min(composed.prec, terms)
    found = found[:known] + [arb(0)] * (known - len(found))
    return found + [arb.nan()] * (terms - known)
