"""Near-minimax polynomial coefficients on segments; in floats, because the proof looks at the rounded result.

The Taylor polynomial of a segment is rewritten in Chebyshev polynomials and cut: the result is within a few percent
of the best polynomial of its degree (Mason and Handscomb, "Chebyshev Polynomials", 2003, chapter 5; Lanczos'
economisation).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from numpy.polynomial import chebyshev

from symhdl.approximation.segments import Model, PointValues, Taylor

Floats = npt.NDArray[np.float64]


@lru_cache(maxsize=64)
def to_chebyshev(terms: int) -> Floats:
    """The matrix that turns monomial coefficients into Chebyshev coefficients."""
    matrix = np.zeros((terms, terms))
    for power in range(terms):
        matrix[: power + 1, power] = chebyshev.poly2cheb([0.0] * power + [1.0])
    return matrix


@lru_cache(maxsize=256)
def economisation(terms: int, degree: int) -> Floats:
    """The matrix that turns `terms` monomial coefficients into those of the cut Chebyshev series."""
    size = degree + 1
    back = np.zeros((size, size))
    for power in range(size):
        back[: power + 1, power] = chebyshev.cheb2poly([0.0] * power + [1.0])
    product: Floats = back @ to_chebyshev(max(terms, size))[:size, :terms]
    return product


def reduced(coefficients: Floats, degree: int) -> Floats:
    """Coefficients (by power, then by segment) brought to the degree, near-optimally on [-1, 1]."""
    return economisation(len(coefficients), degree) @ coefficients


def supremum(coefficients: Floats) -> Floats:
    """A proved bound of |polynomial| on [-1, 1] for every column: the sum of its Chebyshev coefficients' sizes.

    The second term covers the rounding of the floats, columns of up to 40 rows.
    """
    matrix = to_chebyshev(len(coefficients))
    sizes: Floats = np.abs(matrix @ coefficients).sum(axis=0)
    slack: Floats = (np.abs(matrix) @ np.abs(coefficients)).sum(axis=0)
    return (sizes + 1e-13 * slack) * (1 + 1e-13)


def fit(models: tuple[Model | None, ...], bits: int, degree: int, tolerance: float) -> Floats:
    """Coefficients by power and address of polynomials in tau; an address without segment has zeros."""
    columns = np.zeros((degree + 1, len(models)))
    whole = [
        (address, model)
        for address, model in enumerate(models)
        if isinstance(model, Taylor) and model.half == 1
    ]
    if whole:
        terms = max(len(model.coefficients) for _, model in whole)
        stacked = np.zeros((terms, len(whole)))
        for column, (_, model) in enumerate(whole):
            stacked[: len(model.coefficients), column] = as_floats(model.coefficients, bits)
        columns[:, [address for address, _ in whole]] = reduced(stacked, degree)
    for address, entry in enumerate(models):
        if isinstance(entry, PointValues):
            values = as_floats(entry.values, bits)
            columns[:, address] = fit_values(values, entry.positions, degree, tolerance)
        elif isinstance(entry, Taylor) and entry.half != 1:
            columns[:, address] = _fit_part(entry, bits, degree)
    return columns


@lru_cache(maxsize=1024)
def as_floats(integers: tuple[int, ...], bits: int) -> Floats:
    """integers * 2**-bits, to be read only: a fit and its distance need the same ones."""
    floats = scaled_floats(integers, bits)
    floats.flags.writeable = False
    return floats


def scaled_floats(integers: Sequence[int], bits: int) -> Floats:
    """integers * 2**-bits, each correctly rounded."""
    try:
        found: Floats = np.ldexp([float(integer) for integer in integers], -bits)
    except OverflowError:
        return np.array([scaled_float(integer, bits) for integer in integers])
    return found


def scaled_float(integer: int, bits: int) -> float:
    """integer * 2**-bits, correctly rounded where the integer exceeds the floats, too."""
    excess = integer.bit_length() - 900
    if excess > 0:
        return math.ldexp(float(integer >> excess), excess - bits)
    return math.ldexp(float(integer), -bits)


def _fit_part(model: Taylor, bits: int, degree: int) -> Floats:
    """A segment of which only a part is reached: fitted in sigma there, then rewritten in tau."""
    stacked = as_floats(model.coefficients, bits)[:, None]
    in_sigma = reduced(stacked, degree)[:, 0]
    half = float(model.half)
    offset, slope = -float(model.centre) / half, 1 / half  # of sigma as a polynomial in tau
    in_tau = [0.0] * (degree + 1)
    for coefficient in reversed(in_sigma.tolist()):
        in_tau = [offset * a + slope * b for a, b in zip(in_tau, (0.0, *in_tau), strict=False)]
        in_tau[0] += coefficient
    return np.array(in_tau)


@lru_cache(maxsize=256)
def _interpolation(positions: tuple[float, ...], degree: int) -> tuple[Floats, Floats]:
    """The matrix of values at positions for coefficients, and the matrix of the least-squares fit."""
    forward = np.polynomial.polynomial.polyvander(np.array(positions), degree)
    return forward, np.linalg.pinv(forward)


def fit_values(
    values: Floats, positions: tuple[float, ...], degree: int, tolerance: float
) -> Floats:
    """The polynomial of the least degree that meets the values to within the tolerance."""
    padded = np.zeros(degree + 1)
    padded[0] = (values.max() + values.min()) / 2
    if len(values) == 1 or np.abs(values - padded[0]).max() <= tolerance:
        return padded
    for tried in range(1, min(degree, len(values) - 1) + 1):
        forward, inverse = _interpolation(positions, tried)
        coefficients = inverse @ values
        padded[: tried + 1] = coefficients
        if np.abs(forward @ coefficients - values).max() <= tolerance:
            break
    return padded
