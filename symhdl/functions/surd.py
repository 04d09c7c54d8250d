"""Constants of the form q * pi**n * sqrt(r), exactly: what algebra decides of them where no ball ever could.

`sin(pi/6)` is one half and `mod(2*pi, pi)` is 0, though a ball around it reaches below 0 at every precision.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from symhdl.functions.exact import MAXIMUM_BITS, OutsideDomainError, bits, exact
from symhdl.functions.operation import Operation

MAXIMUM_RADICAND = 1 << 64
LARGEST_FACTOR = 1000  # whose square is looked for under a root
MAXIMUM_POWER = 64  # of pi


@dataclass(frozen=True, slots=True)
class Surd:
    """rational * pi**power * sqrt(radicand); zero has no power and no radicand."""

    rational: Fraction
    power: int = 0
    radicand: int = 1

    @property
    def value(self) -> Fraction | None:
        """The number, if it is rational."""
        return self.rational if (self.power, self.radicand) == (0, 1) else None


def _surd(rational: Fraction, power: int = 0, radicand: int = 1) -> Surd | None:
    """In lowest form; None beyond the limits."""
    if rational == 0:
        return Surd(rational)
    if radicand > MAXIMUM_RADICAND or abs(power) > MAXIMUM_POWER:
        return None
    root = math.isqrt(radicand)
    if root * root == radicand:
        return Surd(rational * root, power)
    for factor in range(2, LARGEST_FACTOR):
        square = factor * factor
        if square > radicand:
            break
        while radicand % square == 0:
            rational, radicand = rational * factor, radicand // square
    return Surd(rational, power, radicand)


ZERO, ONE, PI = Surd(Fraction(0)), Surd(Fraction(1)), Surd(Fraction(1), 1)
HALF = Fraction(1, 2)
COSINES: dict[Fraction, Surd] = {
    Fraction(0): ONE,
    Fraction(1, 6): Surd(HALF, 0, 3),
    Fraction(1, 4): Surd(HALF, 0, 2),
    Fraction(1, 3): Surd(HALF),
    HALF: ZERO,
}
"""The cosine of a part of pi, in the first quadrant."""

TANGENTS: dict[Fraction, Surd] = {
    Fraction(0): ZERO,
    Fraction(1, 6): Surd(Fraction(1, 3), 0, 3),
    Fraction(1, 4): ONE,
    Fraction(1, 3): Surd(Fraction(1), 0, 3),
}
ARCCOSINES = {value: angle for angle, value in COSINES.items()}
ARCTANGENTS = {value: angle for angle, value in TANGENTS.items()}


def _negated(x: Surd) -> Surd:
    return Surd(-x.rational, x.power, x.radicand)


def _sum(*terms: Surd) -> Surd | None:
    kinds = {(term.power, term.radicand) for term in terms if term.rational != 0}
    if len(kinds) > 1:
        return None
    return _surd(sum((term.rational for term in terms), Fraction(0)), *(kinds or {(0, 1)}).pop())


def _difference(x: Surd, y: Surd) -> Surd | None:
    return _sum(x, _negated(y))


def _product(x: Surd, y: Surd) -> Surd | None:
    common = math.gcd(x.radicand, y.radicand)
    radicand = (x.radicand // common) * (y.radicand // common)
    return _surd(x.rational * y.rational * common, x.power + y.power, radicand)


def _inverse(x: Surd) -> Surd | None:
    if x.rational == 0:
        raise OutsideDomainError("division by zero")
    return _surd(1 / (x.rational * x.radicand), -x.power, x.radicand)


def _quotient(x: Surd, y: Surd) -> Surd | None:
    inverse = _inverse(y)
    return None if inverse is None else _product(x, inverse)


def _power(x: Surd, exponent: Surd) -> Surd | None:
    value = exponent.value
    if value is None or value.denominator > 2 or abs(value) > MAXIMUM_POWER:
        return None
    base = x if value.denominator == 1 else _square_root(x)
    if base is not None and value < 0:
        base = _inverse(base)
    result: Surd | None = ONE
    for _factor in range(abs(value.numerator)):
        result = None if base is None or result is None else _product(result, base)
    return result


def _square_root(x: Surd) -> Surd | None:
    if x.rational < 0:
        raise OutsideDomainError("the square root of a negative number")
    if x.power % 2 or x.radicand != 1:
        return None
    top, bottom = x.rational.numerator, x.rational.denominator
    return _surd(Fraction(1, bottom), x.power // 2, top * bottom)


def _angle(x: Surd) -> Fraction | None:
    """The number as a multiple of pi, between 0 and 2."""
    is_multiple = x.rational == 0 or (x.power, x.radicand) == (1, 1)
    return x.rational % 2 if is_multiple else None


def _cosine_of(angle: Fraction) -> Surd | None:
    angle = min(angle, 2 - angle)
    found = COSINES.get(min(angle, 1 - angle))
    return found if found is None or angle <= HALF else _negated(found)


def _cosine(x: Surd) -> Surd | None:
    angle = _angle(x)
    return None if angle is None else _cosine_of(angle)


def _sine(x: Surd) -> Surd | None:
    angle = _angle(x)
    return None if angle is None else _cosine_of((HALF - angle) % 2)


def _tangent(x: Surd) -> Surd | None:
    angle = _angle(x)
    if angle is None:
        return None
    angle %= 1
    if angle == HALF:
        raise OutsideDomainError("the tangent at a pole")
    found = TANGENTS.get(min(angle, 1 - angle))
    return found if found is None or angle < HALF else _negated(found)


def _arccosine(x: Surd) -> Surd | None:
    angle = ARCCOSINES.get(Surd(abs(x.rational), x.power, x.radicand))
    if angle is None:
        return None
    return _surd(angle if x.rational >= 0 else 1 - angle, 1)


def _arcsine(x: Surd) -> Surd | None:
    angle = _arccosine(x)
    return None if angle is None else _difference(Surd(HALF, 1), angle)


def _arctangent(x: Surd) -> Surd | None:
    angle = ARCTANGENTS.get(Surd(abs(x.rational), x.power, x.radicand))
    if angle is None:
        return None
    return _surd(angle if x.rational >= 0 else -angle, 1)


def _arctangent_of_two(y: Surd, x: Surd) -> Surd | None:
    if x.rational == 0:
        if y.rational == 0:
            raise OutsideDomainError("the angle of the origin")
        return Surd(HALF if y.rational > 0 else -HALF, 1)
    slope = _quotient(y, x)
    angle = None if slope is None else _arctangent(slope)
    if angle is None or x.rational > 0:
        return angle
    return _sum(angle, PI if y.rational >= 0 else _negated(PI))


def _modulo(x: Surd, y: Surd) -> Surd | None:
    quotient = _quotient(x, y)
    if quotient is None or quotient.value is None:
        return None
    return _product(Surd(quotient.value % 1), y)


def _hypotenuse(x: Surd, y: Surd) -> Surd | None:
    squares = [_product(side, side) for side in (x, y)]
    sides = [square for square in squares if square is not None]
    total = _sum(*sides) if len(sides) == 2 else None
    return None if total is None else _square_root(total)


def _decided(holds: Callable[[Fraction], bool]) -> Callable[[Surd, Surd], Surd | None]:
    """A comparison, by the sign of the difference."""

    def apply(x: Surd, y: Surd) -> Surd | None:
        difference = _difference(x, y)
        return None if difference is None else Surd(Fraction(holds(difference.rational)))

    return apply


RULES: dict[Operation, Callable[..., Surd | None]] = {
    Operation.ADD: _sum,
    Operation.SUBTRACT: _difference,
    Operation.MULTIPLY: _product,
    Operation.DIVIDE: _quotient,
    Operation.NEGATE: _negated,
    Operation.INVERSE: _inverse,
    Operation.SQUARE: lambda x: _product(x, x),
    Operation.CUBE: lambda x: _power(x, Surd(Fraction(3))),
    Operation.POWER: _power,
    Operation.SQUARE_ROOT: _square_root,
    Operation.HYPOTENUSE: _hypotenuse,
    Operation.SIN: _sine,
    Operation.COS: _cosine,
    Operation.TAN: _tangent,
    Operation.ASIN: _arcsine,
    Operation.ACOS: _arccosine,
    Operation.ATAN: _arctangent,
    Operation.ATAN2: _arctangent_of_two,
    Operation.ABSOLUTE: lambda x: Surd(abs(x.rational), x.power, x.radicand),
    Operation.SIGN: lambda x: Surd(Fraction((x.rational > 0) - (x.rational < 0))),
    Operation.MODULO: _modulo,
    Operation.LESS: _decided(lambda difference: difference < 0),
    Operation.LESS_EQUAL: _decided(lambda difference: difference <= 0),
    Operation.EQUAL: _decided(lambda difference: difference == 0),
}
"""Operation -> exact function of such constants; None where the value is not of this form, or not known."""


def exact_surd(operation: Operation, operands: tuple[Surd, ...]) -> Surd | None:
    """The value of the operation, or None where it is not of this form, not known, or too large to hold.

    Raises `OutsideDomainError` where there is no value.
    """
    if operation is Operation.PI:
        return PI
    values = [operand.value for operand in operands]
    rationals = tuple(value for value in values if value is not None)
    if len(rationals) == len(operands):
        value = exact(operation, rationals)
        if value is not None:
            return Surd(value)
    rule = RULES.get(operation)
    result = rule(*operands) if rule is not None and operands else None
    return result if result is not None and bits(result.rational) <= MAXIMUM_BITS else None
