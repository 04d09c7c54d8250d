"""Rounded polynomials on segments, what they are exactly, and the proof of their distance to the function.

The tables' integers define one exact polynomial p per segment (`widths` says which). |p - f| is bounded
by subtracting the exact coefficients of p from those of f's Taylor model and adding the sizes of the difference's
Chebyshev coefficients, or by comparing values where a segment has few points.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import zip_longest

import numpy as np
import numpy.typing as npt

from symhdl.approximation.fitting import Floats, as_floats, scaled_float, supremum
from symhdl.approximation.segments import Model, PointValues, Taylor
from symhdl.approximation.widths import Widths

Objects = npt.NDArray[np.object_]
Integers = npt.NDArray[np.int64]

LARGEST_COEFFICIENT = 2.0**52  # coefficients are computed in floats


def rounded_coefficients(targets: Floats, widths: Widths) -> list[Integers] | None:
    """The integers of the tables by power, None if they are too large; lower ones absorb the roundings of higher ones.

    r tau**j is T_j / 2**(j-1) r, which is small, and lower powers of tau, which go into lower coefficients.
    """
    residual = targets.copy()
    tables: list[Integers] = [np.zeros(0, dtype=np.int64)] * (widths.degree + 1)
    basis = [np.array([1.0])]
    for power in range(1, widths.degree + 1):
        basis.append(np.convolve(basis[-1], [-float(widths.eta(power)), 1.0]))
    for power in range(widths.degree, -1, -1):
        for high in range(widths.degree, power, -1):
            _absorb(residual, high)
        bias = float(widths.bias(power))
        exact = np.ldexp(residual[power] + bias, widths.coefficients[power])
        if not bool((np.abs(exact) < LARGEST_COEFFICIENT).all()):
            return None
        tables[power] = np.rint(exact).astype(np.int64)
        value = np.ldexp(tables[power].astype(float), -widths.coefficients[power]) - bias
        residual[: power + 1] -= basis[power][:, None] * value
    return tables


def _absorb(residual: Floats, power: int) -> None:
    """Replaces r tau**power by its best approximation of lower degree."""
    residual[:power] -= _monic(power)[:power, None] * residual[power]
    residual[power] = 0.0


@lru_cache
def _monic(power: int) -> Floats:
    """The coefficients of T_power / 2**(power - 1)."""
    weights = np.polynomial.chebyshev.cheb2poly([0.0] * power + [1.0])
    return np.array(weights / 2.0 ** (power - 1), dtype=np.float64)


def exact_polynomials(tables: Sequence[Integers | Objects], widths: Widths) -> tuple[Objects, int]:
    """The coefficients of the p that the tables define, by power and address, times 2**scale; and scale."""
    degree = widths.degree
    scale = max(*widths.coefficients, *(a + 1 for a in widths.accumulators), 1)
    scale += widths.offset_bits * (degree + 1)
    result: Objects = np.zeros((degree + 1, len(tables[0])), dtype=object)
    basis: list[Fraction] = [Fraction(1)]
    for power in range(degree + 1):
        if power > 0:
            eta = widths.eta(power)
            basis = [
                (basis[k - 1] if k > 0 else Fraction(0))
                - (eta * basis[k] if k < power else Fraction(0))
                for k in range(power + 1)
            ]
        shift = scale - widths.coefficients[power]
        values = (tables[power].astype(object) << shift) - int(widths.bias(power) * (1 << scale))
        for k, factor in enumerate(basis):
            if factor != 0:
                result[k] += (values * factor.numerator) // factor.denominator
    return result, scale


def approximation_errors(
    polynomials: Objects, scale: int, enclosures: tuple[Model | None, ...], bits: int
) -> Floats:
    """Proved bounds of |p - f| by address; `polynomials` times 2**-scale are p, by power and address."""
    found = np.zeros(len(enclosures))
    places: list[int] = []
    differences: list[list[float]] = []
    slacks: list[float] = []
    columns = zip(enclosures, polynomials.T.tolist(), strict=True)
    for address, (model, polynomial) in enumerate(columns):
        if isinstance(model, PointValues):
            found[address] = _values_error(model, polynomial, scale, bits)
        elif isinstance(model, Taylor):
            places.append(address)
            differences.append(_difference(model, polynomial, scale, bits))
            slacks.append(model.slack)
    if differences:
        matrix = np.zeros((max(len(d) for d in differences), len(differences)))
        for column, difference in enumerate(differences):
            matrix[: len(difference), column] = difference
        found[places] = (supremum(matrix) + np.array(slacks)) * (1 + 1e-12)
    return found


def approximation_error(
    polynomials: Objects, scale: int, enclosures: tuple[Model | None, ...], bits: int
) -> float:
    """A proved bound of |p - f| over all segments."""
    return float(approximation_errors(polynomials, scale, enclosures, bits).max())


def _difference(model: Taylor, polynomial: list[int], scale: int, bits: int) -> list[float]:
    """The coefficients of f - p in sigma, each within 2**-52 of its exact value, relatively."""
    if model.half != 1:
        polynomial, scale = _in_sigma(model, polynomial, scale)
    top = max(scale, bits)
    pairs = zip_longest(model.coefficients, polynomial, fillvalue=0)
    return [scaled_float((a << (top - bits)) - (c << (top - scale)), top) for a, c in pairs]


def _in_sigma(model: Taylor, polynomial: list[int], scale: int) -> tuple[list[int], int]:
    """The polynomial of tau = centre + half * sigma as one of sigma, and its new scale; exactly."""
    unit = max(model.centre.denominator, model.half.denominator)
    centre, half = int(model.centre * unit), int(model.half * unit)
    result = [0]
    for steps, coefficient in enumerate(reversed(polynomial)):
        shifted = [0, *(half * value for value in result)]
        for power, value in enumerate(result):
            shifted[power] += centre * value
        shifted[0] += coefficient * unit**steps
        result = shifted
    # The last step above multiplied an empty polynomial, so there is one power too many.
    return result[:-1], scale + (len(polynomial) - 1) * (unit.bit_length() - 1)


def _values_error(model: PointValues, polynomial: list[int], scale: int, bits: int) -> float:
    """A proved bound of |p - f| at the points of a segment."""
    worst = 0.0
    for position, value in zip(model.positions, model.values, strict=True):
        numerator, denominator = position.as_integer_ratio()
        step = denominator.bit_length() - 1
        total, total_scale = 0, scale - step
        for coefficient in reversed(polynomial):
            total_scale += step
            total = total * numerator + (coefficient << (total_scale - scale))
        top = max(total_scale, bits)
        difference = (total << (top - total_scale)) - (value << (top - bits))
        worst = max(worst, abs(scaled_float(difference, top)))
    return (worst + model.slack) * (1 + 1e-12)


def estimated_distance(targets: Floats, enclosures: tuple[Model | None, ...], bits: int) -> float:
    """|p - f| before anything is rounded, in floats, for polynomials given by power and address."""
    differences = np.zeros((1, len(enclosures)))
    worst = 0.0
    for address, model in enumerate(enclosures):
        if isinstance(model, Taylor) and model.half == 1:
            terms = max(len(model.coefficients), len(targets))
            if len(differences) < terms:
                padding = np.zeros((terms - len(differences), len(enclosures)))
                differences = np.vstack((differences, padding))
            differences[: len(model.coefficients), address] = as_floats(model.coefficients, bits)
            differences[: len(targets), address] -= targets[:, address]
            worst = max(worst, model.slack)
        elif isinstance(model, PointValues):
            positions = np.array(model.positions)
            values = np.polynomial.polynomial.polyval(positions, targets[:, address])
            distance = np.abs(values - as_floats(model.values, bits)).max()
            worst = max(worst, float(distance))
    return max(worst, float(supremum(differences).max()))
