"""Functions of rational numbers where they are rational and known to be; None where they are not."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

MAXIMUM_BITS = 4096  # of numerator and denominator together: beyond, a number stays an operation
MAXIMUM_ROOT = 64  # the highest root that is tried exactly

RationalFunction = Callable[..., Fraction | None]


class OutsideDomainError(ArithmeticError):
    """The operation has no value there; the text tells why."""


def bits(value: Fraction) -> int:
    """The size of a rational number: the bits of numerator and denominator."""
    return value.numerator.bit_length() + value.denominator.bit_length()


def _require(condition: bool, reason: str) -> None:
    if not condition:
        raise OutsideDomainError(reason)


def divide(x: Fraction, y: Fraction) -> Fraction:
    """The quotient."""
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


def square_root(x: Fraction) -> Fraction | None:
    """The square root, if it is rational."""
    _require(x >= 0, "the square root of a negative number")
    return exact_root(x, 2)


def power(base: Fraction, exponent: Fraction) -> Fraction | None:
    """base^exponent, if it is rational and not too large."""
    _require(base != 0 or exponent >= 0, "zero to a negative power")
    _require(
        base >= 0 or exponent.denominator == 1,
        "a negative number to a power that is not an integer",
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


def logarithm(base: int) -> RationalFunction:
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


def at(point: int, result: Fraction | int) -> RationalFunction:
    """A function with one rational value that is worth knowing."""

    def apply(x: Fraction) -> Fraction | None:
        return Fraction(result) if x == point else None

    return apply


def within(
    inside: Callable[[Fraction], bool], reason: str, function: RationalFunction
) -> RationalFunction:
    """A function with a domain."""

    def apply(x: Fraction) -> Fraction | None:
        _require(inside(x), reason)
        return function(x)

    return apply


def atan2(y: Fraction, x: Fraction) -> Fraction | None:
    """The angle of the point (x, y), if it is 0."""
    _require(x != 0 or y != 0, "the angle of the origin")
    return Fraction(0) if y == 0 and x > 0 else None


def floor(x: Fraction) -> Fraction:
    """The largest integer <= x."""
    return Fraction(math.floor(x))


def modulo(x: Fraction, y: Fraction) -> Fraction:
    """x - y floor(x/y)."""
    _require(y != 0, "the remainder of a division by zero")
    return x - y * math.floor(x / y)


def argmax(*operands: Fraction) -> Fraction:
    """The number of the largest operand."""
    return Fraction(operands.index(max(operands)))


def total(*terms: Fraction) -> Fraction:
    """The sum."""
    return sum(terms, Fraction(0))


natural_logarithm = within(
    lambda x: x > 0, "the logarithm of a number that is not positive", at(1, 0)
)
arcsine = within(lambda x: abs(x) <= 1, "the inverse sine of a number beyond 1", at(0, 0))
arccosine = within(lambda x: abs(x) <= 1, "the inverse cosine of a number beyond 1", at(1, 0))
area_cosine = within(
    lambda x: x >= 1, "the inverse hyperbolic cosine of a number below 1", at(1, 0)
)
area_tangent = within(
    lambda x: abs(x) < 1, "the inverse hyperbolic tangent of a number not below 1", at(0, 0)
)
