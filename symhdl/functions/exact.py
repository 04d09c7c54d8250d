"""What operations give exactly on rational numbers, where the result is rational and known to be."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from symhdl.functions.operation import Operation

MAXIMUM_BITS = 4096  # of numerator and denominator together: beyond, a number stays an operation
MAXIMUM_ROOT = 64  # the highest root that is tried exactly

Exact = Callable[..., Fraction | None]


class OutsideDomainError(ArithmeticError):
    """The operation has no value there; the text tells why."""


def bits(value: Fraction) -> int:
    """The size of a rational number: the bits of numerator and denominator."""
    return value.numerator.bit_length() + value.denominator.bit_length()


def exact(operation: Operation, operands: tuple[Fraction, ...]) -> Fraction | None:
    """The value of the operation, or None where it is irrational, not known, or too large to hold.

    Raises `OutsideDomainError` where there is no value.
    """
    function = EXACT.get(operation)
    if function is None:
        return None
    result = function(*operands)
    return result if result is not None and bits(result) <= MAXIMUM_BITS else None


def _require(condition: bool, reason: str) -> None:
    if not condition:
        raise OutsideDomainError(reason)


def _divide(x: Fraction, y: Fraction) -> Fraction:
    _require(y != 0, "division by zero")
    return x / y


def _integer_root(number: int, degree: int) -> int | None:
    """The natural number whose power `degree` is `number`, by bisection, if there is one."""
    low, high = 0, 1 << (number.bit_length() // degree + 1)
    while low < high:
        middle = (low + high) // 2
        if middle**degree < number:
            low = middle + 1
        else:
            high = middle
    return low if low**degree == number else None


def exact_root(value: Fraction, degree: int) -> Fraction | None:
    """The root of a rational number that is not negative, if it is rational."""
    if degree == 2:
        top, bottom = math.isqrt(value.numerator), math.isqrt(value.denominator)
        root = Fraction(top, bottom)
        return root if root * root == value else None
    numerator = _integer_root(value.numerator, degree)
    denominator = _integer_root(value.denominator, degree)
    if numerator is None or denominator is None:
        return None
    return Fraction(numerator, denominator)


def _square_root(x: Fraction) -> Fraction | None:
    _require(x >= 0, "the square root of a negative number")
    return exact_root(x, 2)


def _cube_root(x: Fraction) -> Fraction | None:
    root = exact_root(abs(x), 3)
    return -root if root is not None and x < 0 else root


def _power(base: Fraction, exponent: Fraction) -> Fraction | None:
    _require(base != 0 or exponent >= 0, "zero to a negative power")
    _require(
        base >= 0 or exponent.denominator == 1, "a negative number to a power that is no integer"
    )
    if exponent.denominator > MAXIMUM_ROOT:
        return base if base in (0, 1) else None
    root: Fraction | None = base
    if exponent.denominator > 1:
        root = exact_root(base, exponent.denominator)
    if root is None:
        return None
    if abs(root) in (0, 1):
        return root ** (exponent.numerator % 2 or (2 if exponent else 0))
    if abs(exponent.numerator) * (bits(root) - 1) > 2 * MAXIMUM_BITS:
        return None
    return root**exponent.numerator


def _exp2(x: Fraction) -> Fraction | None:
    return _power(Fraction(2), x)


def _logarithm(base: int) -> Exact:
    """The logarithm of the powers of an integer base."""

    def apply(x: Fraction) -> Fraction | None:
        _require(x > 0, "the logarithm of a number that is not positive")
        number, sign = (x.numerator, 1) if x >= 1 else (x.denominator, -1)
        if min(x.numerator, x.denominator) != 1:
            return None
        exponent = round((number.bit_length() - 1) / math.log2(base))
        for candidate in (exponent, exponent + 1):
            if base**candidate == number:
                return Fraction(sign * candidate)
        return None

    return apply


def _at(point: int, result: Fraction | int) -> Exact:
    """A function with one rational value that is worth knowing."""

    def apply(x: Fraction) -> Fraction | None:
        return Fraction(result) if x == point else None

    return apply


def _within(inside: Callable[[Fraction], bool], reason: str, function: Exact) -> Exact:
    """A function with a domain."""

    def apply(x: Fraction) -> Fraction | None:
        _require(inside(x), reason)
        return function(x)

    return apply


def _atan2(y: Fraction, x: Fraction) -> Fraction | None:
    _require(x != 0 or y != 0, "the angle of the origin")
    return Fraction(0) if y == 0 and x > 0 else None


def _floor(x: Fraction) -> Fraction:
    return Fraction(math.floor(x))


def _modulo(x: Fraction, y: Fraction) -> Fraction:
    _require(y != 0, "the remainder of a division by zero")
    return x - y * math.floor(x / y)


def _argmax(*operands: Fraction) -> Fraction:
    return Fraction(operands.index(max(operands)))


def _total(*terms: Fraction) -> Fraction:
    return sum(terms, Fraction(0))


def _clamp(x: Fraction, low: Fraction, high: Fraction) -> Fraction:
    return min(max(x, low), high)


EXACT: dict[Operation, Exact] = {
    Operation.ADD: _total,
    Operation.SUBTRACT: lambda x, y: x - y,
    Operation.MULTIPLY: lambda x, y: x * y,
    Operation.DIVIDE: _divide,
    Operation.NEGATE: lambda x: -x,
    Operation.POWER: _power,
    Operation.INVERSE: lambda x: _divide(Fraction(1), x),
    Operation.SQUARE: lambda x: x * x,
    Operation.CUBE: lambda x: x * x * x,
    Operation.SQUARE_ROOT: _square_root,
    Operation.CUBE_ROOT: _cube_root,
    Operation.HYPOTENUSE: lambda x, y: exact_root(x * x + y * y, 2),
    Operation.EXP: _at(0, 1),
    Operation.EXP2: _exp2,
    Operation.EXPM1: _at(0, 0),
    Operation.LOG: _within(
        lambda x: x > 0, "the logarithm of a number that is not positive", _at(1, 0)
    ),
    Operation.LOG2: _logarithm(2),
    Operation.LOG10: _logarithm(10),
    Operation.LOG1P: _within(
        lambda x: x > -1, "the logarithm of a number that is not positive", _at(0, 0)
    ),
    Operation.SIN: _at(0, 0),
    Operation.COS: _at(0, 1),
    Operation.TAN: _at(0, 0),
    Operation.ASIN: _within(
        lambda x: abs(x) <= 1, "the inverse sine of a number beyond 1", _at(0, 0)
    ),
    Operation.ACOS: _within(
        lambda x: abs(x) <= 1, "the inverse cosine of a number beyond 1", _at(1, 0)
    ),
    Operation.ATAN: _at(0, 0),
    Operation.ATAN2: _atan2,
    Operation.SINH: _at(0, 0),
    Operation.COSH: _at(0, 1),
    Operation.TANH: _at(0, 0),
    Operation.ASINH: _at(0, 0),
    Operation.ACOSH: _within(
        lambda x: x >= 1, "the inverse hyperbolic cosine of a number below 1", _at(1, 0)
    ),
    Operation.ATANH: _within(
        lambda x: abs(x) < 1, "the inverse hyperbolic tangent of a number not below 1", _at(0, 0)
    ),
    Operation.ERF: _at(0, 0),
    Operation.ERFC: _at(0, 1),
    Operation.SIGMOID: _at(0, Fraction(1, 2)),
    Operation.RELU: lambda x: max(x, Fraction(0)),
    Operation.GELU: _at(0, 0),
    Operation.GAUSS: _at(0, 1),
    Operation.SINC: _at(0, 1),
    Operation.ABSOLUTE: abs,
    Operation.SIGN: lambda x: Fraction((x > 0) - (x < 0)),
    Operation.FLOOR: _floor,
    Operation.CEIL: lambda x: Fraction(math.ceil(x)),
    Operation.ROUND: lambda x: _floor(x + Fraction(1, 2)),
    Operation.MODULO: _modulo,
    Operation.MINIMUM: lambda *operands: min(operands),
    Operation.MAXIMUM: lambda *operands: max(operands),
    Operation.CLAMP: _clamp,
    Operation.ARGMAX: _argmax,
    Operation.LESS: lambda a, b: Fraction(a < b),
    Operation.LESS_EQUAL: lambda a, b: Fraction(a <= b),
    Operation.EQUAL: lambda a, b: Fraction(a == b),
    Operation.NOT: lambda a: Fraction(a == 0),
    Operation.AND: lambda a, b: Fraction(a != 0 and b != 0),
    Operation.OR: lambda a, b: Fraction(a != 0 or b != 0),
    Operation.SELECT: lambda condition, a, b: a if condition != 0 else b,
}
"""Operation -> exact function of rational numbers; None where the value is irrational or not known."""
