"""What every operation computes in double precision, vectorised: for estimates and data, not for proofs."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from symhdl.functions.operation import Operation

Array = NDArray[np.float64]


def _elementwise(function: Callable[[float], float]) -> Callable[[Array], Array]:
    """A function of one float, applied to every element; nan stays nan."""
    universal = np.frompyfunc(function, 1, 1)

    def apply(x: Array) -> Array:
        return np.asarray(universal(x), dtype=np.float64)

    return apply


def _defined(result: Array | NDArray[np.bool_], *operands: Array) -> Array:
    """The result as floats, nan where an operand is nan."""
    undefined = reduce(np.logical_or, (np.isnan(operand) for operand in operands))
    return np.where(undefined, np.nan, result)


def _sum(*terms: Array) -> Array:
    return reduce(np.add, terms)


def _minimum(*operands: Array) -> Array:
    return reduce(np.minimum, operands)


def _maximum(*operands: Array) -> Array:
    return reduce(np.maximum, operands)


def _argmax(*operands: Array) -> Array:
    stacked = np.stack(np.broadcast_arrays(*operands))
    return _defined(np.argmax(stacked, axis=0).astype(np.float64), *operands)


def _divide(x: Array, y: Array) -> Array:
    return np.where(y == 0, np.nan, np.divide(x, y))


def _inverse(x: Array) -> Array:
    return np.where(x == 0, np.nan, np.divide(1.0, x))


def _power(base: Array, exponent: Array) -> Array:
    outside = (base == 0) & (exponent < 0)
    # np.power gives nan^0 = 1 and 1^nan = 1.
    return _defined(np.where(outside, np.nan, np.power(base, exponent)), base, exponent)


def _logarithm(function: Callable[[Array], Array], pole: float) -> Callable[[Array], Array]:
    """A logarithm with nan instead of -inf at its pole."""

    def apply(x: Array) -> Array:
        return np.where(x == pole, np.nan, function(x))

    return apply


def _atanh(x: Array) -> Array:
    return np.where(np.abs(x) >= 1, np.nan, np.arctanh(x))


def _atan2(y: Array, x: Array) -> Array:
    # Negative zeros are zeros: the reals know one.
    return np.where((y == 0) & (x == 0), np.nan, np.arctan2(y + 0.0, x + 0.0))


_erf = _elementwise(math.erf)
_erfc = _elementwise(math.erfc)


def _sigmoid(x: Array) -> Array:
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, small) / (1.0 + small)


def _softplus(x: Array) -> Array:
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


def _gelu(x: Array) -> Array:
    return 0.5 * x * _erfc(-x * math.sqrt(0.5))


def _sinc(x: Array) -> Array:
    return np.where(x == 0, 1.0, np.sin(x) / np.where(x == 0, 1.0, x))


def _modulo(x: Array, y: Array) -> Array:
    return np.where(y == 0, np.nan, np.mod(x, np.where(y == 0, 1.0, y)))


def _not(a: Array) -> Array:
    return _defined(a == 0, a)


def _and(a: Array, b: Array) -> Array:
    return _defined((a != 0) & (b != 0), a, b)


def _or(a: Array, b: Array) -> Array:
    return _defined((a != 0) | (b != 0), a, b)


def _select(condition: Array, a: Array, b: Array) -> Array:
    return _defined(np.where(condition != 0, a, b), condition)


FLOATING: dict[Operation, Callable[..., Array]] = {
    Operation.PI: lambda: np.asarray(math.pi),
    Operation.E: lambda: np.asarray(math.e),
    Operation.ADD: _sum,
    Operation.SUBTRACT: np.subtract,
    Operation.MULTIPLY: np.multiply,
    Operation.DIVIDE: _divide,
    Operation.NEGATE: np.negative,
    Operation.POWER: _power,
    Operation.INVERSE: _inverse,
    Operation.SQUARE: np.square,
    Operation.CUBE: lambda x: x * x * x,
    Operation.SQUARE_ROOT: np.sqrt,
    Operation.CUBE_ROOT: np.cbrt,
    Operation.HYPOTENUSE: np.hypot,
    Operation.EXP: np.exp,
    Operation.EXP2: np.exp2,
    Operation.EXPM1: np.expm1,
    Operation.LOG: _logarithm(np.log, 0.0),
    Operation.LOG2: _logarithm(np.log2, 0.0),
    Operation.LOG10: _logarithm(np.log10, 0.0),
    Operation.LOG1P: _logarithm(np.log1p, -1.0),
    Operation.SIN: np.sin,
    Operation.COS: np.cos,
    Operation.TAN: np.tan,
    Operation.ASIN: np.arcsin,
    Operation.ACOS: np.arccos,
    Operation.ATAN: np.arctan,
    Operation.ATAN2: _atan2,
    Operation.SINH: np.sinh,
    Operation.COSH: np.cosh,
    Operation.TANH: np.tanh,
    Operation.ASINH: np.arcsinh,
    Operation.ACOSH: np.arccosh,
    Operation.ATANH: _atanh,
    Operation.ERF: _erf,
    Operation.ERFC: _erfc,
    Operation.SIGMOID: _sigmoid,
    Operation.RELU: lambda x: np.maximum(x, 0.0),
    Operation.SOFTPLUS: _softplus,
    Operation.GELU: _gelu,
    Operation.GAUSS: lambda x: np.exp(-np.square(x)),
    Operation.SINC: _sinc,
    Operation.ABSOLUTE: np.abs,
    Operation.SIGN: np.sign,
    Operation.FLOOR: np.floor,
    Operation.CEIL: np.ceil,
    Operation.ROUND: lambda x: np.floor(x + 0.5),
    Operation.MODULO: _modulo,
    Operation.MINIMUM: _minimum,
    Operation.MAXIMUM: _maximum,
    Operation.CLAMP: lambda x, low, high: np.minimum(np.maximum(x, low), high),
    Operation.ARGMAX: _argmax,
    Operation.LESS: lambda a, b: _defined(a < b, a, b),
    Operation.LESS_EQUAL: lambda a, b: _defined(a <= b, a, b),
    Operation.EQUAL: lambda a, b: _defined(a == b, a, b),
    Operation.NOT: _not,
    Operation.AND: _and,
    Operation.OR: _or,
    Operation.SELECT: _select,
}
"""Operation -> function of float64 arrays: nan or infinite outside the domain; the caller silences NumPy's warnings."""
