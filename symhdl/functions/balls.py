"""Operations on balls (python-flint `arb`, at `flint.ctx.prec` bits), rigorously, where flint alone does not do.

`evaluation.py` tells what they promise.
"""

from __future__ import annotations

from collections.abc import Callable

from flint import arb

NAN = arb("nan")
UNDECIDED = arb(0, float("inf"))
ZERO = arb(0)
ONE = arb(1)
MAYBE = arb(0.5, 0.5)
TWO = arb(2)

Ball = Callable[..., arb]


def everywhere(function: Ball) -> Ball:
    """A function with a value everywhere: what flint cannot bound is undecided, not outside."""

    def apply(x: arb) -> arb:
        result = function(x)
        return result if result.is_finite() else UNDECIDED

    return apply


def strict(function: Ball) -> Ball:
    """A function that must not make something out of what is nan or undecided."""

    def apply(*operands: arb) -> arb:
        for operand in operands:
            if not operand.is_finite():
                return NAN if any(o.is_nan() for o in operands) else UNDECIDED
        return function(*operands)

    return apply


def total(*terms: arb) -> arb:
    """The sum."""
    return sum(terms[1:], terms[0])


def divide(x: arb, y: arb) -> arb:
    """The quotient."""
    if y != 0:
        return x / y
    return NAN if y == 0 else UNDECIDED


def _reaches_zero(x: arb) -> bool:
    return bool(x.contains(0)) and not x.is_zero()


def square(x: arb) -> arb:
    """x^2, never far below 0."""
    return ZERO.union(x.abs_upper() ** 2) if _reaches_zero(x) else x * x


def _integer_power(base: arb, exponent: int) -> arb:
    if not _reaches_zero(base):
        return NAN if exponent < 0 and base == 0 else base ** arb(exponent)
    if exponent < 0:
        return UNDECIDED
    if exponent == 0:
        return ONE
    bound = base.abs_upper() ** arb(exponent)
    return (-bound).union(bound) if exponent % 2 else ZERO.union(bound)


def power(base: arb, exponent: arb) -> arb:
    """base^exponent."""
    if exponent.is_exact() and exponent.is_integer():
        result = _integer_power(base, int(exponent.unique_fmpz()))
    elif base > 0:
        result = base**exponent
    elif base == 0:
        result = ZERO if exponent > 0 else NAN if exponent < 0 else UNDECIDED
    elif base < 0 and not exponent.contains_integer():
        return NAN
    else:
        return UNDECIDED
    return result if result.is_finite() or result.is_nan() else UNDECIDED


def hypotenuse(x: arb, y: arb) -> arb:
    """sqrt(x^2 + y^2), of what is known not to be negative."""
    squares = square(x) + square(y)
    return ZERO.union(squares.abs_upper().sqrt()) if _reaches_zero(squares) else squares.sqrt()


def atan2(y: arb, x: arb) -> arb:
    """The angle of the point (x, y)."""
    if x == 0 and y == 0:
        return NAN
    if x.contains(0) and y.contains(0):
        return UNDECIDED
    return arb.atan2(y, x)


def softplus(x: arb) -> arb:
    """log(1 + e^x)."""
    # For large x the exponential of -x is the one that flint can hold.
    return x + (-x).exp().log1p() if x > 0 else x.exp().log1p()


def floor(x: arb) -> arb:
    """The largest integer <= x."""
    result = x.floor()
    return result if result.is_exact() else UNDECIDED


def modulo(x: arb, y: arb) -> arb:
    """x - y floor(x/y)."""
    quotient = divide(x, y)
    if not quotient.is_finite():
        return quotient
    whole = floor(quotient)
    return x - y * whole if whole.is_finite() else UNDECIDED


def minimum(*operands: arb) -> arb:
    """The smallest operand, itself if the balls tell which it is: a comparison with it then is one of equals."""
    result = operands[0]
    for operand in operands[1:]:
        if operand <= result:
            result = operand
        elif not (operand is result or operand >= result):
            result = result.min(operand)
    return result


def maximum(*operands: arb) -> arb:
    """The largest operand, itself as for `minimum`."""
    result = operands[0]
    for operand in operands[1:]:
        if operand >= result:
            result = operand
        elif not (operand is result or operand <= result):
            result = result.max(operand)
    return result


def argmax(*operands: arb) -> arb:
    """The number of the largest operand."""
    best = 0
    for number, operand in enumerate(operands):
        if operand > operands[best]:
            best = number
        elif not (operand is operands[best] or operand <= operands[best]):
            return UNDECIDED
    return arb(best)


def _truth(true: bool, false: bool) -> arb:
    return ONE if true else ZERO if false else MAYBE


def less(a: arb, b: arb) -> arb:
    """Whether a < b."""
    return _truth(a < b, a is b or a >= b)


def less_equal(a: arb, b: arb) -> arb:
    """Whether a <= b."""
    return _truth(a is b or a <= b, a > b)


def equal(a: arb, b: arb) -> arb:
    """Whether a = b."""
    return _truth(a is b or a == b, a != b)


def not_(a: arb) -> arb:
    """Whether a is 0."""
    return _truth(a == 0, a != 0)


def and_(a: arb, b: arb) -> arb:
    """Whether neither is 0."""
    return _truth(a != 0 and b != 0, a == 0 or b == 0)


def or_(a: arb, b: arb) -> arb:
    """Whether one is not 0."""
    return _truth(a != 0 or b != 0, a == 0 and b == 0)


def select(condition: arb, a: arb, b: arb) -> arb:
    """a where the condition holds, else b."""
    if condition.is_nan():
        return NAN
    if not condition.is_finite():
        return UNDECIDED
    if condition != 0:
        return a
    if condition == 0:
        return b
    if a.is_nan() and b.is_nan():
        return NAN
    return a.union(b) if a.is_finite() and b.is_finite() else UNDECIDED
