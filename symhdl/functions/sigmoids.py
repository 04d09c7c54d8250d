"""The error function, bells and neurons, where more is known of them than their definitions tell."""

from __future__ import annotations

import numpy as np
from flint import arb

from symhdl.functions.series import sigmoid_series, sinc_series, softplus_series
from symhdl.functions.univariate import HALF, QUARTER, Symmetry, Univariate, even_range
from symhdl.numeric.interval import Intervals

GELU_TURN = (-0.7517916, -0.7517915)  # encloses the minimum of gelu
GELU_MINIMUM = -0.16997121  # below the minimum
SINC_SLOPE = 0.4362  # above the largest |sinc'|
SINC_FALL = 4.49  # sinc falls from 0 to here
SINC_MINIMUM = -0.21724
SINC_LATER_MAXIMUM = 0.1285  # above every maximum but the first


def _sigmoid_ball(x: arb) -> arb:
    return 1 / (1 + (-x).exp())


def _softplus_ball(x: arb) -> arb:
    return x.exp().log1p()


def _sigmoid_slope(x: Intervals) -> Intervals:
    centred = x.increasing(_sigmoid_ball) - HALF
    return QUARTER - centred.square()


def _gelu_ball(x: arb) -> arb:
    return x * (-x / arb(2).sqrt()).erfc() / 2


def _gelu_range(x: Intervals) -> Intervals:
    ends = Intervals(x.lower, x.lower).increasing(_gelu_ball)
    ends = ends.union(Intervals(x.upper, x.upper).increasing(_gelu_ball))
    turns = (x.lower <= GELU_TURN[1]) & (x.upper >= GELU_TURN[0])
    return Intervals(np.where(turns, GELU_MINIMUM, ends.lower), ends.upper)


def _normal_ball(x: arb) -> arb:
    return (-x / arb(2).sqrt()).erfc() / 2


def _density_ball(x: arb) -> arb:
    return (-x * x / 2).exp() / (2 * arb.pi()).sqrt()


def _error_slope_ball(x: arb) -> arb:
    return 2 * (-x * x).exp() / arb.pi().sqrt()


def _gauss_ball(x: arb) -> arb:
    return (-x * x).exp()


def _gelu_slope(x: Intervals) -> Intervals:
    """Phi(x) + x phi(x), which lies between -0.13 and 1.13."""
    normal = x.increasing(_normal_ball)
    density = even_range(x, _density_ball, rising=False)
    return (normal + x * density).clip(-0.13, 1.13)


def _sinc_range(x: Intervals) -> Intervals:
    size = x.absolute()
    falling = size.clip(0.0, SINC_FALL).decreasing(arb.sinc)
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


ERF = Univariate(
    "erf",
    lambda b: b.erf(),
    lambda s: s.erf(),
    lambda x: x.increasing(arb.erf),
    lambda x: even_range(x, _error_slope_ball, rising=False),
    symmetry=Symmetry.ODD,
)
ERFC = Univariate(
    "erfc",
    lambda b: b.erfc(),
    lambda s: s.erfc(),
    lambda x: x.decreasing(arb.erfc),
    lambda x: -even_range(x, _error_slope_ball, rising=False),
)
SIGMOID = Univariate(
    "sigmoid",
    _sigmoid_ball,
    sigmoid_series,
    lambda x: x.increasing(_sigmoid_ball),
    _sigmoid_slope,
)
SOFTPLUS = Univariate(
    "softplus",
    _softplus_ball,
    softplus_series,
    lambda x: x.increasing(_softplus_ball),
    lambda x: x.increasing(_sigmoid_ball),
)
GELU = Univariate(
    "gelu",
    _gelu_ball,
    lambda s: s * (-s / arb(2).sqrt()).erfc() / 2,
    _gelu_range,
    _gelu_slope,
)
GAUSS = Univariate(
    "gauss",
    _gauss_ball,
    lambda s: (-s * s).exp(),
    lambda x: even_range(x, _gauss_ball, rising=False),
    lambda x: (x + x) * -even_range(x, _gauss_ball, rising=False),
    symmetry=Symmetry.EVEN,
)
SINC = Univariate(
    "sinc",
    lambda b: b.sinc(),
    sinc_series,
    _sinc_range,
    _sinc_slope,
    symmetry=Symmetry.EVEN,
)
