"""The functions of one variable: for each, the mathematics that proofs and approximations need."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np
from flint import arb, arb_series, fmpq

from symhdl.functions.operation import Operation
from symhdl.functions.series import (
    reciprocal,
    sigmoid_series,
    sinc_series,
    softplus_series,
    tanh_series,
)
from symhdl.functions.univariate import (
    Domain,
    Symmetry,
    Univariate,
    even_range,
    periodic_range,
    tangent_range,
)
from symhdl.numeric.interval import Floats, Intervals

ONE = Intervals.between(1.0, 1.0)
HALF = Intervals.between(0.5, 0.5)
QUARTER = Intervals.between(0.25, 0.25)
NON_NEGATIVE = Domain(lower=0.0)
POSITIVE = Domain(lower=0.0, closed=False)
UNIT_INTERVAL = Domain(lower=-1.0, upper=1.0)


def _scaled(x: Intervals, factor: arb) -> Intervals:
    """The intervals times a real constant."""
    enclosure = ONE.increasing(lambda _: factor)
    return x * enclosure


def _sine(x: Intervals) -> Intervals:
    return periodic_range(x, 0.25, -0.25, lambda b: b.sin())


def _cosine(x: Intervals) -> Intervals:
    return periodic_range(x, 0.0, 0.5, lambda b: b.cos())


def _two_pi() -> arb:
    return 2 * arb.pi()


def _exponential(x: Intervals) -> Intervals:
    return x.increasing(lambda b: b.exp())


def _inverse_root_of(x: Intervals) -> Intervals:
    """1/sqrt(x) for x >= 0, infinite at 0."""
    root = x.clip(0.0, np.inf).increasing(lambda b: b.sqrt())
    with np.errstate(divide="ignore"):
        return Intervals(
            np.nextafter(1 / root.upper, -np.inf), np.nextafter(1 / root.lower, np.inf)
        )


def _sigmoid_ball(x: arb) -> arb:
    return 1 / (1 + (-x).exp())


def _softplus_ball(x: arb) -> arb:
    return x.exp().log1p()


def _sigmoid_slope(x: Intervals) -> Intervals:
    centred = x.increasing(_sigmoid_ball) - HALF
    return QUARTER - centred.square()


def _gelu_ball(x: arb) -> arb:
    return x * (-x / arb(2).sqrt()).erfc() / 2


GELU_TURN = (-0.7517916, -0.7517915)  # encloses the minimum of gelu
GELU_MINIMUM = -0.16997121  # below the minimum


def _gelu_range(x: Intervals) -> Intervals:
    ends = Intervals(x.lower, x.lower).increasing(_gelu_ball)
    ends = ends.union(Intervals(x.upper, x.upper).increasing(_gelu_ball))
    turns = (x.lower <= GELU_TURN[1]) & (x.upper >= GELU_TURN[0])
    return Intervals(np.where(turns, GELU_MINIMUM, ends.lower), ends.upper)


def _gelu_slope(x: Intervals) -> Intervals:
    """Phi(x) + x phi(x), which lies between -0.13 and 1.13."""
    normal = x.increasing(lambda b: (-b / arb(2).sqrt()).erfc() / 2)
    density = even_range(x, lambda b: (-b * b / 2).exp() / (2 * arb.pi()).sqrt(), rising=False)
    return (normal + x * density).clip(-0.13, 1.13)


SINC_SLOPE = 0.4362  # above the largest |sinc'|
SINC_FALL = 4.49  # sinc falls from 0 to here
SINC_MINIMUM = -0.21724
SINC_LATER_MAXIMUM = 0.1285  # above every maximum but the first


def _sinc_range(x: Intervals) -> Intervals:
    size = x.absolute()
    falling = size.clip(0.0, SINC_FALL).decreasing(lambda b: b.sinc())
    far = size.upper > SINC_FALL
    return Intervals(
        np.where(far, SINC_MINIMUM, falling.lower),
        np.where(far, np.maximum(falling.upper, SINC_LATER_MAXIMUM), falling.upper),
    )


def _sinc_slope(x: Intervals) -> Intervals:
    """|sinc'(x)| <= min(0.4362, |x|/3), with the sign of -x up to the first turn."""
    size = x.magnitude
    bound = np.minimum(SINC_SLOPE, np.nextafter(size / 3, np.inf))
    return Intervals(
        np.where((x.upper <= 0) & (x.lower >= -SINC_FALL), 0.0, -bound),
        np.where((x.lower >= 0) & (x.upper <= SINC_FALL), 0.0, bound),
    )


# A modulus is taken in double precision, by a form in which nothing cancels: a few roundings of 2^-53, and of the
# exponent's where there is one, stay far below this share of the result.
UP, DOWN = 1 + 1e-11, 1 - 1e-11


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


FUNCTIONS: dict[Operation, Univariate] = {
    Operation.INVERSE: Univariate(
        "inv", lambda b: 1 / b, reciprocal,
        lambda x: x.inverse(), lambda x: -(x.square().inverse()),
        Domain(pole_at_zero=True), Symmetry.ODD, singular_points=(0,),
    ),
    Operation.SQUARE_ROOT: Univariate(
        "sqrt", lambda b: b.sqrt(), lambda s: s.sqrt(),
        lambda x: x.increasing(lambda b: b.sqrt()), lambda x: HALF * _inverse_root_of(x),
        NON_NEGATIVE, singular_points=(0,), modulus=lambda e: np.sqrt(e) * UP, inverse_modulus=np.square,
    ),
    Operation.CUBE_ROOT: Univariate(
        "cbrt", lambda b: _cube_root(b), lambda s: _positive_power_series(s, Fraction(1, 3)),
        lambda x: x.increasing(_cube_root), lambda x: _cube_root_slope(x),
        symmetry=Symmetry.ODD, singular_points=(0,),
        modulus=lambda e: 1.5875 * np.cbrt(e), inverse_modulus=lambda e: e**3 / 4.001,
    ),
    Operation.EXP: Univariate(
        "exp", lambda b: b.exp(), lambda s: s.exp(), _exponential, _exponential,
    ),
    Operation.EXP2: Univariate(
        "exp2", lambda b: _exp2(b), lambda s: (s * arb.log(arb(2))).exp(),
        lambda x: x.increasing(_exp2),
        lambda x: _scaled(x.increasing(_exp2), arb(2).log()),
    ),
    Operation.EXPM1: Univariate(
        "expm1", lambda b: b.expm1(), lambda s: s.exp() - 1,
        lambda x: x.increasing(lambda b: b.expm1()), _exponential,
    ),
    Operation.LOG: Univariate(
        "log", lambda b: b.log(), lambda s: s.log(),
        lambda x: x.increasing(lambda b: b.log()), lambda x: x.inverse(),
        POSITIVE, singular_points=(0,),
    ),
    Operation.LOG2: Univariate(
        "log2", lambda b: b.log() / arb(2).log(), lambda s: s.log() / arb(2).log(),
        lambda x: x.increasing(lambda b: b.log() / arb(2).log()),
        lambda x: _scaled(x.inverse(), 1 / arb(2).log()),
        POSITIVE, singular_points=(0,),
    ),
    Operation.LOG10: Univariate(
        "log10", lambda b: b.log() / arb(10).log(), lambda s: s.log() / arb(10).log(),
        lambda x: x.increasing(lambda b: b.log() / arb(10).log()),
        lambda x: _scaled(x.inverse(), 1 / arb(10).log()),
        POSITIVE, singular_points=(0,),
    ),
    Operation.LOG1P: Univariate(
        "log1p", lambda b: b.log1p(), lambda s: (1 + s).log(),
        lambda x: x.increasing(lambda b: b.log1p()), lambda x: (ONE + x).inverse(),
        Domain(lower=-1.0, closed=False), singular_points=(-1,),
    ),
    Operation.SIN: Univariate(
        "sin", lambda b: b.sin(), lambda s: s.sin(), _sine, _cosine,
        symmetry=Symmetry.ODD, period=_two_pi,
    ),
    Operation.COS: Univariate(
        "cos", lambda b: b.cos(), lambda s: s.cos(), _cosine, lambda x: -_sine(x),
        symmetry=Symmetry.EVEN, period=_two_pi,
    ),
    Operation.TAN: Univariate(
        "tan", lambda b: b.tan(), lambda s: s.tan(),
        tangent_range, lambda x: ONE + tangent_range(x).square(),
        symmetry=Symmetry.ODD, period=arb.pi,
    ),
    Operation.ASIN: Univariate(
        "asin", lambda b: b.asin(), lambda s: s.asin(),
        lambda x: x.increasing(lambda b: b.asin()), lambda x: _inverse_root_of(ONE - x.square()),
        UNIT_INTERVAL, Symmetry.ODD, singular_points=(-1, 1),
        modulus=_arc_modulus, inverse_modulus=_inverse_arc_modulus,
    ),
    Operation.ACOS: Univariate(
        "acos", lambda b: b.acos(), lambda s: s.acos(),
        lambda x: x.decreasing(lambda b: b.acos()), lambda x: -_inverse_root_of(ONE - x.square()),
        UNIT_INTERVAL, singular_points=(-1, 1),
        modulus=_arc_modulus, inverse_modulus=_inverse_arc_modulus,
    ),
    Operation.ATAN: Univariate(
        "atan", lambda b: b.atan(), lambda s: s.atan(),
        lambda x: x.increasing(lambda b: b.atan()), lambda x: (ONE + x.square()).inverse(),
        symmetry=Symmetry.ODD,
    ),
    Operation.SINH: Univariate(
        "sinh", lambda b: b.sinh(), lambda s: (s.exp() - (-s).exp()) / 2,
        lambda x: x.increasing(lambda b: b.sinh()),
        lambda x: even_range(x, lambda b: b.cosh(), rising=True),
        symmetry=Symmetry.ODD,
    ),
    Operation.COSH: Univariate(
        "cosh", lambda b: b.cosh(), lambda s: (s.exp() + (-s).exp()) / 2,
        lambda x: even_range(x, lambda b: b.cosh(), rising=True),
        lambda x: x.increasing(lambda b: b.sinh()),
        symmetry=Symmetry.EVEN,
    ),
    Operation.TANH: Univariate(
        "tanh", lambda b: b.tanh(), tanh_series,
        lambda x: x.increasing(lambda b: b.tanh()),
        lambda x: even_range(x, lambda b: b.sech() ** 2, rising=False),
        symmetry=Symmetry.ODD,
    ),
    Operation.ASINH: Univariate(
        "asinh", lambda b: b.asinh(), lambda s: _integrated(s, (1 + s * s).rsqrt(), s[0].asinh()),
        lambda x: x.increasing(lambda b: b.asinh()),
        lambda x: _inverse_root_of(ONE + x.square()),
        symmetry=Symmetry.ODD,
    ),
    Operation.ACOSH: Univariate(
        "acosh", lambda b: b.acosh(), lambda s: _integrated(s, (s * s - 1).rsqrt(), s[0].acosh()),
        lambda x: x.increasing(lambda b: b.acosh()),
        lambda x: _inverse_root_of(x.square() - ONE),
        Domain(lower=1.0), singular_points=(1,),
        modulus=_area_modulus, inverse_modulus=_inverse_area_modulus,
    ),
    Operation.ATANH: Univariate(
        "atanh", lambda b: b.atanh(), lambda s: ((1 + s).log() - (1 - s).log()) / 2,
        lambda x: x.increasing(lambda b: b.atanh()), lambda x: (ONE - x.square()).inverse(),
        Domain(lower=-1.0, upper=1.0, closed=False), Symmetry.ODD, singular_points=(-1, 1),
    ),
    Operation.ERF: Univariate(
        "erf", lambda b: b.erf(), lambda s: s.erf(),
        lambda x: x.increasing(lambda b: b.erf()),
        lambda x: even_range(x, lambda b: 2 * (-b * b).exp() / arb.pi().sqrt(), rising=False),
        symmetry=Symmetry.ODD,
    ),
    Operation.ERFC: Univariate(
        "erfc", lambda b: b.erfc(), lambda s: s.erfc(),
        lambda x: x.decreasing(lambda b: b.erfc()),
        lambda x: -even_range(x, lambda b: 2 * (-b * b).exp() / arb.pi().sqrt(), rising=False),
    ),
    Operation.SIGMOID: Univariate(
        "sigmoid", _sigmoid_ball, sigmoid_series,
        lambda x: x.increasing(_sigmoid_ball), _sigmoid_slope,
    ),
    Operation.SOFTPLUS: Univariate(
        "softplus", _softplus_ball, softplus_series,
        lambda x: x.increasing(_softplus_ball), lambda x: x.increasing(_sigmoid_ball),
    ),
    Operation.GELU: Univariate(
        "gelu", _gelu_ball, lambda s: s * (-s / arb(2).sqrt()).erfc() / 2, _gelu_range, _gelu_slope,
    ),
    Operation.GAUSS: Univariate(
        "gauss", lambda b: (-b * b).exp(), lambda s: (-s * s).exp(),
        lambda x: even_range(x, lambda b: (-b * b).exp(), rising=False),
        lambda x: (x + x) * -even_range(x, lambda b: (-b * b).exp(), rising=False),
        symmetry=Symmetry.EVEN,
    ),
    Operation.SINC: Univariate(
        "sinc", lambda b: b.sinc(), sinc_series, _sinc_range, _sinc_slope,
        symmetry=Symmetry.EVEN,
    ),
}  # fmt: skip
"""Every operation of one operand that becomes hardware through tables and polynomials."""


def _exp2(x: arb) -> arb:
    return (x * arb(2).log()).exp()


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


def _integrated(inner: arb_series, outer_slope: arb_series, start: arb) -> arb_series:
    """The composition f(inner) from f' at inner and f at the constant term."""
    return (outer_slope * inner.derivative()).integral() + start


def _to_arb(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def _positive_power_series(x: arb_series, exponent: Fraction) -> arb_series:
    return (x.log() * _to_arb(exponent)).exp()


@lru_cache(maxsize=256)
def rational_power(exponent: Fraction) -> Univariate:
    """x ** exponent for x >= 0 (x > 0 if the exponent is negative), exponent not an integer."""

    def ball(x: arb) -> arb:
        if x.is_zero() and exponent > 0:
            return arb(0)
        return (x.log() * _to_arb(exponent)).exp()

    def slope(x: Intervals) -> Intervals:
        lower_power = rational_power(exponent - 1) if exponent != 1 else None
        assert lower_power is not None
        with np.errstate(divide="ignore"):
            powers = _power_range(x.clip(0.0, np.inf), exponent - 1, lower_power.ball)
        return _scaled(powers, _to_arb(exponent))

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
        singular_points=(0,),
        modulus=(lambda e: np.power(e, power) * UP) if steep else None,
        inverse_modulus=(lambda e: np.power(e, 1 / power) * DOWN) if steep else None,
    )


def _power_range(x: Intervals, exponent: Fraction, ball: object) -> Intervals:
    """The range of a power over x >= 0; infinite at 0 for a negative exponent."""
    assert callable(ball)
    if exponent > 0:
        return x.increasing(ball)
    values = x.decreasing(ball)
    return Intervals(values.lower, np.where(x.lower <= 0, np.inf, values.upper))


def univariate(operation: Operation, exponent: Fraction | None = None) -> Univariate | None:
    """The function of one variable that an operation is; for POWER with a constant exponent, that power."""
    if operation is Operation.POWER:
        assert exponent is not None
        return rational_power(exponent)
    return FUNCTIONS.get(operation)
