"""What every operation computes on balls (python-flint `arb`, at `flint.ctx.prec` bits), rigorously.

For points and thin balls: no care is taken to keep wide balls tight. Three answers are possible for finite operands:
a finite ball that holds the value; nan where the point is outside the domain for sure; `UNDECIDED`, a ball of
infinite radius, where the ball is too wide to tell (a floor across an integer, a square root of a ball that
reaches below zero). A comparison that cannot be told is the ball [0, 1]. `SELECT` takes a branch, and the
other may be anything.
"""

from __future__ import annotations

from collections.abc import Callable

from flint import arb

from symhdl.functions.operation import Operation

NAN = arb("nan")
UNDECIDED = arb(0, float("inf"))
ZERO = arb(0)
ONE = arb(1)
HALF = arb(0.5)
MAYBE = arb(0.5, 0.5)
TWO = arb(2)
TEN = arb(10)

Ball = Callable[..., arb]


def _total(function: Ball) -> Ball:
    """A function with a value everywhere: what flint cannot bound is undecided, not outside."""

    def apply(x: arb) -> arb:
        result = function(x)
        return result if result.is_finite() else UNDECIDED

    return apply


def _within(inside: Callable[[arb], bool], outside: Callable[[arb], bool], function: Ball) -> Ball:
    """A function with a domain: `inside` and `outside` are both false of a ball across the border."""

    def apply(x: arb) -> arb:
        if inside(x):
            result = function(x)
            return result if result.is_finite() else UNDECIDED
        return NAN if outside(x) else UNDECIDED

    return apply


def _strict(function: Ball) -> Ball:
    """A function that must not make something out of what is nan or undecided."""

    def apply(*operands: arb) -> arb:
        for operand in operands:
            if not operand.is_finite():
                return NAN if any(o.is_nan() for o in operands) else UNDECIDED
        return function(*operands)

    return apply


def _sum(*terms: arb) -> arb:
    return sum(terms[1:], terms[0])


def _divide(x: arb, y: arb) -> arb:
    if y != 0:
        return x / y
    return NAN if y == 0 else UNDECIDED


def _reaches_zero(x: arb) -> bool:
    return bool(x.contains(0)) and not x.is_zero()


def _square(x: arb) -> arb:
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


def _power(base: arb, exponent: arb) -> arb:
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


def _root_of_nonnegative(x: arb) -> arb:
    """The square root of a ball whose value is known not to be negative."""
    return ZERO.union(x.abs_upper().sqrt()) if _reaches_zero(x) else x.sqrt()


def _cube_root(x: arb) -> arb:
    if x > 0:
        return x.root(3)
    if x < 0:
        return -((-x).root(3))
    bound = x.abs_upper()
    root = ZERO if bound == 0 else bound.root(3)
    return (-root).union(root)


def _atan2(y: arb, x: arb) -> arb:
    if x == 0 and y == 0:
        return NAN
    if x.contains(0) and y.contains(0):
        return UNDECIDED
    return arb.atan2(y, x)


def _gauss(x: arb) -> arb:
    return (-_square(x)).exp()


def _sigmoid(x: arb) -> arb:
    return ONE / (ONE + (-x).exp())


def _softplus(x: arb) -> arb:
    # For large x the exponential of -x is the one that flint can hold.
    return x + (-x).exp().log1p() if x > 0 else x.exp().log1p()


def _gelu(x: arb) -> arb:
    return x * (-x / TWO.sqrt()).erfc() / 2


def _sign(x: arb) -> arb:
    return x.sgn()


def _floor(x: arb) -> arb:
    result = x.floor()
    return result if result.is_exact() else UNDECIDED


def _modulo(x: arb, y: arb) -> arb:
    quotient = _divide(x, y)
    if not quotient.is_finite():
        return quotient
    whole = _floor(quotient)
    return x - y * whole if whole.is_finite() else UNDECIDED


def _minimum(*operands: arb) -> arb:
    result = operands[0]
    for operand in operands[1:]:
        result = result.min(operand)
    return result


def _maximum(*operands: arb) -> arb:
    result = operands[0]
    for operand in operands[1:]:
        result = result.max(operand)
    return result


def _argmax(*operands: arb) -> arb:
    best = 0
    for number, operand in enumerate(operands):
        if operand > operands[best]:
            best = number
        elif not (operand is operands[best] or operand <= operands[best]):
            return UNDECIDED
    return arb(best)


def _truth(true: bool, false: bool) -> arb:
    return ONE if true else ZERO if false else MAYBE


def _less(a: arb, b: arb) -> arb:
    return _truth(a < b, a is b or a >= b)


def _less_equal(a: arb, b: arb) -> arb:
    return _truth(a is b or a <= b, a > b)


def _equal(a: arb, b: arb) -> arb:
    return _truth(a is b or a == b, a != b)


def _not(a: arb) -> arb:
    return _truth(a == 0, a != 0)


def _and(a: arb, b: arb) -> arb:
    return _truth(a != 0 and b != 0, a == 0 or b == 0)


def _or(a: arb, b: arb) -> arb:
    return _truth(a != 0 or b != 0, a == 0 and b == 0)


def _select(condition: arb, a: arb, b: arb) -> arb:
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


def _clamp(x: arb, low: arb, high: arb) -> arb:
    return x.max(low).min(high)


def _positive(x: arb) -> bool:
    return bool(x > 0)


def _not_positive(x: arb) -> bool:
    return bool(x <= 0)


def _in_unit(x: arb) -> bool:
    return bool(-1 <= x <= 1)


def _beyond_unit(x: arb) -> bool:
    return bool(x > 1 or x < -1)


BALL: dict[Operation, Ball] = {
    Operation.PI: arb.pi,
    Operation.E: arb.const_e,
    Operation.ADD: _sum,
    Operation.SUBTRACT: arb.__sub__,
    Operation.MULTIPLY: arb.__mul__,
    Operation.DIVIDE: _divide,
    Operation.NEGATE: arb.__neg__,
    Operation.POWER: _power,
    Operation.INVERSE: lambda x: _divide(ONE, x),
    Operation.SQUARE: _square,
    Operation.CUBE: lambda x: x * x * x,
    Operation.SQUARE_ROOT: _within(lambda x: x >= 0, lambda x: x < 0, arb.sqrt),
    Operation.CUBE_ROOT: _cube_root,
    Operation.HYPOTENUSE: lambda x, y: _root_of_nonnegative(_square(x) + _square(y)),
    Operation.EXP: _total(arb.exp),
    Operation.EXP2: _total(lambda x: TWO**x),
    Operation.EXPM1: _total(arb.expm1),
    Operation.LOG: _within(_positive, _not_positive, arb.log),
    Operation.LOG2: _within(_positive, _not_positive, lambda x: x.log() / TWO.log()),
    Operation.LOG10: _within(_positive, _not_positive, lambda x: x.log() / TEN.log()),
    Operation.LOG1P: _within(lambda x: x > -1, lambda x: x <= -1, arb.log1p),
    Operation.SIN: arb.sin,
    Operation.COS: arb.cos,
    Operation.TAN: _total(arb.tan),
    Operation.ASIN: _within(_in_unit, _beyond_unit, arb.asin),
    Operation.ACOS: _within(_in_unit, _beyond_unit, arb.acos),
    Operation.ATAN: arb.atan,
    Operation.ATAN2: _strict(_atan2),
    Operation.SINH: _total(arb.sinh),
    Operation.COSH: _total(arb.cosh),
    Operation.TANH: _total(arb.tanh),
    Operation.ASINH: _total(arb.asinh),
    Operation.ACOSH: _within(lambda x: x >= 1, lambda x: x < 1, arb.acosh),
    Operation.ATANH: _within(lambda x: -1 < x < 1, lambda x: x >= 1 or x <= -1, arb.atanh),
    Operation.ERF: _total(arb.erf),
    Operation.ERFC: _total(arb.erfc),
    Operation.SIGMOID: _total(_sigmoid),
    Operation.RELU: lambda x: x.max(ZERO),
    Operation.SOFTPLUS: _total(_softplus),
    Operation.GELU: _total(_gelu),
    Operation.GAUSS: _total(_gauss),
    Operation.SINC: _strict(_total(arb.sinc)),
    Operation.ABSOLUTE: abs,
    Operation.SIGN: _strict(_sign),
    Operation.FLOOR: _floor,
    Operation.CEIL: lambda x: -_floor(-x),
    Operation.ROUND: lambda x: _floor(x + HALF),
    Operation.MODULO: _modulo,
    Operation.MINIMUM: _minimum,
    Operation.MAXIMUM: _maximum,
    Operation.CLAMP: _clamp,
    Operation.ARGMAX: _strict(_argmax),
    Operation.LESS: _strict(_less),
    Operation.LESS_EQUAL: _strict(_less_equal),
    Operation.EQUAL: _strict(_equal),
    Operation.NOT: _strict(_not),
    Operation.AND: _strict(_and),
    Operation.OR: _strict(_or),
    Operation.SELECT: _select,
}
"""Operation -> rigorous function of balls."""
