"""Operations in double precision, vectorised, where NumPy alone does not do: nan outside the domain."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def _elementwise(function: Callable[[float], float]) -> Callable[[Array], Array]:
    """A function of one float, applied to every element; nan stays nan."""
    universal = np.frompyfunc(function, 1, 1)

    def apply(x: Array) -> Array:
        return np.asarray(universal(x), dtype=np.float64)

    return apply


def defined(result: Array | NDArray[np.bool_], *operands: Array) -> Array:
    """The result as floats, nan where an operand is nan."""
    undefined = reduce(np.logical_or, (np.isnan(operand) for operand in operands))
    return np.where(undefined, np.nan, result)


def total(*terms: Array) -> Array:
    """The sum."""
    return reduce(np.add, terms)


def minimum(*operands: Array) -> Array:
    """The smallest operand."""
    return reduce(np.minimum, operands)


def maximum(*operands: Array) -> Array:
    """The largest operand."""
    return reduce(np.maximum, operands)


def argmax(*operands: Array) -> Array:
    """The number of the largest operand."""
    stacked = np.stack(np.broadcast_arrays(*operands))
    return defined(np.argmax(stacked, axis=0).astype(np.float64), *operands)


def divide(x: Array, y: Array) -> Array:
    """The quotient."""
    return np.where(y == 0, np.nan, np.divide(x, y))


def inverse(x: Array) -> Array:
    """1/x."""
    return np.where(x == 0, np.nan, np.divide(1.0, x))


def power(base: Array, exponent: Array) -> Array:
    """base^exponent."""
    outside = (base == 0) & (exponent < 0)
    # np.power gives nan^0 = 1 and 1^nan = 1.
    return defined(np.where(outside, np.nan, np.power(base, exponent)), base, exponent)


def logarithm(function: Callable[[Array], Array], pole: float) -> Callable[[Array], Array]:
    """A logarithm with nan instead of -inf at its pole."""

    def apply(x: Array) -> Array:
        return np.where(x == pole, np.nan, function(x))

    return apply


def atanh(x: Array) -> Array:
    """The inverse hyperbolic tangent."""
    return np.where(np.abs(x) >= 1, np.nan, np.arctanh(x))


def atan2(y: Array, x: Array) -> Array:
    """The angle of the point (x, y)."""
    # Negative zeros are zeros: the reals know one.
    return np.where((y == 0) & (x == 0), np.nan, np.arctan2(y + 0.0, x + 0.0))


erf = _elementwise(math.erf)
erfc = _elementwise(math.erfc)


def sigmoid(x: Array) -> Array:
    """1/(1 + e^-x), without overflow."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, small) / (1.0 + small)


def modulo(x: Array, y: Array) -> Array:
    """x - y floor(x/y)."""
    return np.where(y == 0, np.nan, np.mod(x, np.where(y == 0, 1.0, y)))


def not_(a: Array) -> Array:
    """Whether a is 0."""
    return defined(a == 0, a)


def and_(a: Array, b: Array) -> Array:
    """Whether neither is 0."""
    return defined((a != 0) & (b != 0), a, b)


def or_(a: Array, b: Array) -> Array:
    """Whether one is not 0."""
    return defined((a != 0) | (b != 0), a, b)


def select(condition: Array, a: Array, b: Array) -> Array:
    """a where the condition holds, else b."""
    return defined(np.where(condition != 0, a, b), condition)
