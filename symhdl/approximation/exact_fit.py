"""The fit of `fitting` and the rounding of `certificate` in integers, for results of more bits than floats have.

Coefficients are integers in units of 2**-bits, by power and address. Those of the Taylor series count as they are up to
the degree; what its later terms add to them is small, so that floats are good enough for it.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from symhdl.approximation.fitting import (
    Floats,
    economisation,
    fit_values,
    scaled_float,
)
from symhdl.approximation.segments import Model, PointValues, Taylor
from symhdl.approximation.widths import Widths

Objects = npt.NDArray[np.object_]

LARGEST_COEFFICIENT_BITS = 4096
REFINEMENTS = 5  # each adds some 40 bits


def fit_exactly(
    models: tuple[Model | None, ...], bits: int, degree: int, tolerance: float
) -> Objects:
    """Coefficients of polynomials in tau; an address without segment has zeros."""
    columns: Objects = np.zeros((degree + 1, len(models)), dtype=object)
    for address, model in enumerate(models):
        if isinstance(model, Taylor):
            columns[:, address] = _of_series(model, bits, degree)
        elif isinstance(model, PointValues):
            columns[:, address] = _of_values(model, bits, degree, tolerance)
    return columns


def _of_series(model: Taylor, bits: int, degree: int) -> list[int]:
    kept, later = model.coefficients[: degree + 1], model.coefficients[degree + 1 :]
    found = [*kept, *[0] * (degree + 1 - len(kept))]
    if later:
        tail = np.array([scaled_float(a, bits) for a in later])
        added = economisation(len(model.coefficients), degree)[:, degree + 1 :] @ tail
        found = [a + _integer(b, bits) for a, b in zip(found, added.tolist(), strict=True)]
    if model.half == 1:
        return found
    # sigma = (tau - centre) / half, by Horner's rule
    result = [Fraction(0)]
    for coefficient in reversed(found):
        shifted = [Fraction(0), *(value / model.half for value in result)]
        for power, value in enumerate(result):
            shifted[power] -= value * model.centre / model.half
        shifted[0] += coefficient
        result = shifted
    return [round(value) for value in result[: degree + 1]]


def _of_values(model: PointValues, bits: int, degree: int, tolerance: float) -> list[int]:
    """A fit in floats, and further ones of what it leaves."""
    found = [model.values[0], *[0] * degree]
    positions = [Fraction(position) for position in model.positions]
    for _ in range(REFINEMENTS):
        left = [v - _value(found, p) for v, p in zip(model.values, positions, strict=True)]
        differences = np.array([scaled_float(value, bits) for value in left])
        if np.abs(differences).max() <= tolerance:
            break
        added = fit_values(differences, model.positions, degree, tolerance)
        found = [a + _integer(b, bits) for a, b in zip(found, added.tolist(), strict=True)]
    return found


def _value(coefficients: list[int], position: Fraction) -> int:
    total = Fraction(0)
    for coefficient in reversed(coefficients):
        total = total * position + coefficient
    return round(total)


def _integer(value: float, bits: int) -> int:
    numerator, denominator = value.as_integer_ratio()
    return (numerator << bits) // denominator


def as_rounded_floats(integers: Objects, bits: int) -> Floats:
    """The coefficients in floats."""
    rows = [[scaled_float(value, bits) for value in row] for row in integers.tolist()]
    return np.array(rows)


def rounded_exactly(targets: Objects, bits: int, widths: Widths) -> list[Objects] | None:
    """The integers of the tables by power; as `certificate.rounded_coefficients`, None if they are absurdly large."""
    residual = targets.copy()
    tables: list[Objects] = [np.zeros(0, dtype=object)] * (widths.degree + 1)
    basis = _basis(widths)
    for power in range(widths.degree, -1, -1):
        for high in range(widths.degree, power, -1):
            _absorb(residual, high)
        bias, shift = int(widths.bias(power) * (1 << bits)), bits - widths.coefficients[power]
        tables[power] = (residual[power] + bias + (1 << (shift - 1))) >> shift
        if max(map(abs, tables[power].tolist())) >> LARGEST_COEFFICIENT_BITS:
            return None
        value = (tables[power] << shift) - bias
        for low, factor in enumerate(basis[power]):
            if factor:
                residual[low] -= value * factor.numerator // factor.denominator
    return tables


def _basis(widths: Widths) -> list[list[Fraction]]:
    """The products (tau - eta_1) ... (tau - eta_i), by power of tau."""
    basis = [[Fraction(1)]]
    for power in range(1, widths.degree + 1):
        before, eta = basis[-1], widths.eta(power)
        raised, scaled = [Fraction(0), *before], [*(eta * value for value in before), Fraction(0)]
        basis.append([a - b for a, b in zip(raised, scaled, strict=True)])
    return basis


def _absorb(residual: Objects, power: int) -> None:
    """Replaces r tau**power by its best approximation of lower degree."""
    weights = np.polynomial.chebyshev.cheb2poly([0.0] * power + [1.0])
    for low in range(power):
        if weights[low]:
            residual[low] -= (int(weights[low]) * residual[power]) >> (power - 1)
    residual[power] = residual[power] * 0
