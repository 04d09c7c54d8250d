"""Circular and hyperbolic functions and their inverses."""

from __future__ import annotations

import numpy as np
from flint import arb, arb_series

from symhdl.functions.powers import inverse_root_of
from symhdl.functions.series import tanh_series
from symhdl.functions.univariate import (
    DOWN,
    ONE,
    UNIT_INTERVAL,
    UP,
    Domain,
    Symmetry,
    Univariate,
    even_range,
    periodic_range,
    tangent_range,
)
from symhdl.numeric.interval import Floats, Intervals


def _sine(x: Intervals) -> Intervals:
    return periodic_range(x, 0.25, -0.25, arb.sin)


def _cosine(x: Intervals) -> Intervals:
    return periodic_range(x, 0.0, 0.5, arb.cos)


def _square_of_sech(x: arb) -> arb:
    return x.sech() ** 2


def _two_pi() -> arb:
    return 2 * arb.pi()


def _arc_modulus(error: Floats) -> Floats:
    """|asin x - asin y| <= acos(1 - |x - y|) = 2 asin(sqrt(|x - y|/2)): steepest at the end.

    Beyond half of the way it is pi - 2 asin(sqrt(1 - |x - y|/2)), where the difference is exact.
    """
    half = np.minimum(error / 2, 1.0)
    near = 2 * np.arcsin(np.sqrt(half))
    far = np.pi - 2 * np.arcsin(np.sqrt(1 - half))
    return np.where(half <= 0.5, near, far) * UP


def _inverse_arc_modulus(error: Floats) -> Floats:
    """1 - cos(e) = 2 sin(e/2)^2."""
    return 2 * np.sin(np.minimum(error, 3.0) / 2) ** 2 * DOWN


def _area_modulus(error: Floats) -> Floats:
    """|acosh x - acosh y| <= acosh(1 + |x - y|) = 2 asinh(sqrt(|x - y|/2)): steepest at the end."""
    return 2 * np.arcsinh(np.sqrt(error / 2)) * UP


def _inverse_area_modulus(error: Floats) -> Floats:
    """cosh(e) - 1 = 2 sinh(e/2)^2."""
    return 2 * np.sinh(np.minimum(error, 100.0) / 2) ** 2 * DOWN


def _integrated(inner: arb_series, outer_slope: arb_series, start: arb) -> arb_series:
    """The composition f(inner) from f' at inner and f at the constant term."""
    return (outer_slope * inner.derivative()).integral() + start


SIN = Univariate(
    "sin",
    lambda b: b.sin(),
    lambda s: s.sin(),
    _sine,
    _cosine,
    symmetry=Symmetry.ODD,
    period=_two_pi,
)
COS = Univariate(
    "cos",
    lambda b: b.cos(),
    lambda s: s.cos(),
    _cosine,
    lambda x: -_sine(x),
    symmetry=Symmetry.EVEN,
    period=_two_pi,
)
TAN = Univariate(
    "tan",
    lambda b: b.tan(),
    lambda s: s.tan(),
    tangent_range,
    lambda x: ONE + tangent_range(x).square(),
    symmetry=Symmetry.ODD,
    period=arb.pi,
)
ASIN = Univariate(
    "asin",
    lambda b: b.asin(),
    lambda s: s.asin(),
    lambda x: x.increasing(arb.asin),
    lambda x: inverse_root_of(ONE - x.square()),
    UNIT_INTERVAL,
    Symmetry.ODD,
    singular_points=(-1, 1),
    modulus=_arc_modulus,
    inverse_modulus=_inverse_arc_modulus,
)
ACOS = Univariate(
    "acos",
    lambda b: b.acos(),
    lambda s: s.acos(),
    lambda x: x.decreasing(arb.acos),
    lambda x: -inverse_root_of(ONE - x.square()),
    UNIT_INTERVAL,
    singular_points=(-1, 1),
    modulus=_arc_modulus,
    inverse_modulus=_inverse_arc_modulus,
)
ATAN = Univariate(
    "atan",
    lambda b: b.atan(),
    lambda s: s.atan(),
    lambda x: x.increasing(arb.atan),
    lambda x: (ONE + x.square()).inverse(),
    symmetry=Symmetry.ODD,
)
SINH = Univariate(
    "sinh",
    lambda b: b.sinh(),
    lambda s: (s.exp() - (-s).exp()) / 2,
    lambda x: x.increasing(arb.sinh),
    lambda x: even_range(x, arb.cosh, rising=True),
    symmetry=Symmetry.ODD,
)
COSH = Univariate(
    "cosh",
    lambda b: b.cosh(),
    lambda s: (s.exp() + (-s).exp()) / 2,
    lambda x: even_range(x, arb.cosh, rising=True),
    lambda x: x.increasing(arb.sinh),
    symmetry=Symmetry.EVEN,
)
TANH = Univariate(
    "tanh",
    lambda b: b.tanh(),
    tanh_series,
    lambda x: x.increasing(arb.tanh),
    lambda x: even_range(x, _square_of_sech, rising=False),
    symmetry=Symmetry.ODD,
)
ASINH = Univariate(
    "asinh",
    lambda b: b.asinh(),
    lambda s: _integrated(s, (1 + s * s).rsqrt(), s[0].asinh()),
    lambda x: x.increasing(arb.asinh),
    lambda x: inverse_root_of(ONE + x.square()),
    symmetry=Symmetry.ODD,
)
ACOSH = Univariate(
    "acosh",
    lambda b: b.acosh(),
    lambda s: _integrated(s, (s * s - 1).rsqrt(), s[0].acosh()),
    lambda x: x.increasing(arb.acosh),
    lambda x: inverse_root_of(x.square() - ONE),
    Domain(lower=1.0),
    singular_points=(1,),
    modulus=_area_modulus,
    inverse_modulus=_inverse_area_modulus,
)
ATANH = Univariate(
    "atanh",
    lambda b: b.atanh(),
    lambda s: ((1 + s).log() - (1 - s).log()) / 2,
    lambda x: x.increasing(arb.atanh),
    lambda x: (ONE - x.square()).inverse(),
    Domain(lower=-1.0, upper=1.0, closed=False),
    Symmetry.ODD,
    singular_points=(-1, 1),
)
