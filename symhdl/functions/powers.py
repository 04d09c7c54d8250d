"""Powers and roots of one variable."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np
from flint import arb, arb_series

from symhdl.functions.series import reciprocal
from symhdl.functions.univariate import (
    DOWN,
    HALF,
    NON_NEGATIVE,
    POSITIVE,
    UP,
    Domain,
    Scaling,
    Symmetry,
    Univariate,
    scaled,
)
from symhdl.numeric.ball import ball_of
from symhdl.numeric.interval import BallFunction, Intervals


def inverse_root_of(x: Intervals) -> Intervals:
    """1/sqrt(x) for x >= 0, infinite at 0."""
    root = x.clip(0.0, np.inf).increasing(arb.sqrt)
    with np.errstate(divide="ignore"):
        return Intervals(
            np.nextafter(1 / root.upper, -np.inf), np.nextafter(1 / root.lower, np.inf)
        )


def _cube_root(x: arb) -> arb:
    if x < 0:
        return -((-x).root(3))
    if x > 0:
        return x.root(3)
    if x.is_zero():
        return x
    # A ball around zero: the cube root rises, so its ends are those of the ball.
    return (-((-x.lower()).root(3))).union(x.upper().root(3))


def _cube_root_slope(x: Intervals) -> Intervals:
    size = x.absolute()
    with np.errstate(divide="ignore"):
        root = size.increasing(_cube_root).square()
        return Intervals(
            np.nextafter(1 / (3 * root.upper), 0.0) * (1 - 1e-15),
            np.nextafter(1 / (3 * root.lower), np.inf) * (1 + 1e-15),
        )


def _positive_power_series(x: arb_series, exponent: Fraction) -> arb_series:
    return (x.log() * ball_of(exponent)).exp()


@lru_cache(maxsize=256)
def rational_power(exponent: Fraction) -> Univariate:
    """x ** exponent for x >= 0 (x > 0 if the exponent is negative), exponent not an integer."""

    def ball(x: arb) -> arb:
        if x.is_zero() and exponent > 0:
            return arb(0)
        return (x.log() * ball_of(exponent)).exp()

    def slope(x: Intervals) -> Intervals:
        lower_power = rational_power(exponent - 1) if exponent != 1 else None
        assert lower_power is not None
        with np.errstate(divide="ignore"):
            powers = _power_range(x.clip(0.0, np.inf), exponent - 1, lower_power.ball)
        return scaled(powers, ball_of(exponent))

    rising = exponent > 0
    steep = 0 < exponent < 1
    power = float(exponent)
    return Univariate(
        f"pow_{exponent}".replace("/", "_").replace("-", "m"),
        ball,
        lambda s: _positive_power_series(s, exponent),
        lambda x: _power_range(x, exponent, ball),
        slope,
        NON_NEGATIVE if rising else POSITIVE,
        scaling=Scaling(exponent.denominator, exponent.numerator),
        singular_points=(0,),
        modulus=(lambda e: np.power(e, power) * UP) if steep else None,
        inverse_modulus=(lambda e: np.power(e, 1 / power) * DOWN) if steep else None,
    )


def _power_range(x: Intervals, exponent: Fraction, ball: BallFunction) -> Intervals:
    """The range of a power over x >= 0; infinite at 0 for a negative exponent."""
    if exponent > 0:
        return x.increasing(ball)
    values = x.decreasing(ball)
    return Intervals(values.lower, np.where(x.lower <= 0, np.inf, values.upper))


INVERSE = Univariate(
    "inv",
    lambda b: 1 / b,
    reciprocal,
    lambda x: x.inverse(),
    lambda x: -(x.square().inverse()),
    Domain(pole_at_zero=True),
    Symmetry.ODD,
    scaling=Scaling(1, -1),
    singular_points=(0,),
)
SQUARE_ROOT = Univariate(
    "sqrt",
    lambda b: b.sqrt(),
    lambda s: s.sqrt(),
    lambda x: x.increasing(arb.sqrt),
    lambda x: HALF * inverse_root_of(x),
    NON_NEGATIVE,
    scaling=Scaling(2, 1),
    singular_points=(0,),
    modulus=lambda e: np.sqrt(e) * UP,
    inverse_modulus=np.square,
)
CUBE_ROOT = Univariate(
    "cbrt",
    _cube_root,
    lambda s: _positive_power_series(s, Fraction(1, 3)),
    lambda x: x.increasing(_cube_root),
    _cube_root_slope,
    symmetry=Symmetry.ODD,
    scaling=Scaling(3, 1),
    singular_points=(0,),
    modulus=lambda e: 1.5875 * np.cbrt(e),
    inverse_modulus=lambda e: e**3 / 4.001,
)
