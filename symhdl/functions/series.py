"""Power series of functions whose textbook formula becomes needlessly wide on a wide ball.

Each composes the function with a series whose constant term may be a ball, at flint's current precision.
"""

from __future__ import annotations

from flint import arb, arb_series

from symhdl.functions.univariate import compose_taylor

THIN = 2.0**-32  # a ball of at most this radius is as good as a point


def undefined(x: arb_series) -> arb_series:
    """A series of the same length of which nothing is known."""
    return arb_series([arb("nan")] * x.prec, prec=x.prec)


def reciprocal(x: arb_series) -> arb_series:
    """1/x; not finite where the constant term may be zero."""
    if x[0].contains(0) or not x[0].is_finite():
        return undefined(x)
    return 1 / x


def sigmoid_series(x: arb_series) -> arb_series:
    """1/(1 + e^-x); for negative x as e^x/(1 + e^x), where nothing is large."""
    if x[0] < 0:
        exponential = x.exp()
        return exponential * reciprocal(1 + exponential)
    return reciprocal(1 + (-x).exp())


def tanh_series(x: arb_series) -> arb_series:
    """1 - 2/(1 + e^2x); for positive x as 2/(1 + e^-2x) - 1, where nothing is large."""
    if x[0] > 0:
        return 2 * reciprocal(1 + (-2 * x).exp()) - 1
    return 1 - 2 * reciprocal(1 + (2 * x).exp())


def softplus_series(x: arb_series) -> arb_series:
    """log(1 + e^x); for positive x as x + log(1 + e^-x), where nothing is large."""
    if x[0] > 0:
        return x + (1 + (-x).exp()).log()
    return (1 + x.exp()).log()


def sinc_series(x: arb_series) -> arb_series:
    """sin(x)/x at points; on balls from bounds of the derivatives, which hold everywhere.

    sinc(x) is the integral of cos(x t) over t from 0 to 1, so its k-th derivative is at most 1/(k+1);
    at zero it is that with a sign, or zero.
    """
    centre = x[0]
    if float(centre.rad()) < THIN and not centre.contains(0):
        return x.sin() * reciprocal(x)
    coefficients = [centre.sinc()]
    factorial = 1
    for order in range(1, x.prec):
        factorial *= order
        size = arb(1) / ((order + 1) * factorial)
        if centre.is_zero():
            coefficients.append(size * (1, 0, -1, 0)[order % 4])
        else:
            coefficients.append(arb(0, size))
    return compose_taylor(coefficients, x)
