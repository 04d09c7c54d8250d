"""What every operation of the language means, as README says it, on exact fractions and on mpmath's numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import mpmath

LARGEST_BITS = 3000  # of an exact fraction; beyond, it is rounded to the digits
LARGEST_ROOTED = 1 << 900  # of a fraction whose rational root is looked for
LARGEST_POWER = 200  # of a fraction that is taken exactly
LARGEST = 10.0**250
LARGEST_EXPONENT = 10**5

Number = Fraction | float
"""A real number. What mpmath returns passes for a float here: it has no types, and its numbers behave like floats."""


def size(value: Number) -> Number:
    """The absolute value."""
    return value if value >= 0 else -value


class NoValueError(ArithmeticError):
    """An operation outside its domain."""


def _context(digits: int) -> mpmath.MPContext:
    context = mpmath.MPContext()
    context.dps = digits
    return context


KNOWN: dict[str, tuple[int, int]] = {
    **dict.fromkeys(("sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "erf"), (0, 0)),
    **dict.fromkeys(("exp", "cos", "cosh", "erfc"), (0, 1)),
    "log": (1, 0), "acos": (1, 0), "acosh": (1, 0),
}  # fmt: skip
"""Where a function of a rational number is one, and its value there."""


class Arithmetic:
    """Numbers of one precision, and comparisons that know what this precision can answer for.

    Without digits it is double precision: nothing is exact, and every comparison is taken at face value.
    """

    def __init__(self, digits: int = 0) -> None:
        self.digits = digits
        self.context = _context(digits) if digits else math
        self.smallest = self.real(Fraction(1, 10 ** (2 * digits // 3)))
        self.close = False
        self.presumed = False

    def forget(self) -> None:
        """Starts a new point."""
        self.close = self.presumed = False

    def number(self, value: Fraction) -> Number:
        """An exact number in this arithmetic."""
        return value if self.digits else float(value)

    def real(self, value: Number) -> float:
        """The number with these digits."""
        if not isinstance(value, Fraction):
            return value
        if not self.digits:
            return float(value)
        result: float = self.context.mpf(value.numerator) / value.denominator
        return result

    def held(self, value: Number) -> Number:
        """The number, if it is not too large: an exact one that is too long is rounded."""
        if isinstance(value, Fraction):
            if value.numerator.bit_length() + value.denominator.bit_length() <= LARGEST_BITS:
                return value
            value = self.real(value)
        if not -LARGEST < value < LARGEST:
            raise OverflowError
        return value

    def distance(self, a: Number, b: Number) -> Number:
        """|a - b|."""
        return size(subtract(self, a, b))

    def compare(self, a: Number, b: Number) -> int:
        """-1, 0 or 1. Where the digits show no difference, both are equal if there are many digits."""
        if a is b:
            return 0
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            return (a > b) - (a < b)
        left, right = self.real(a), self.real(b)
        if self.digits and abs(left - right) <= self.smallest * max(abs(left), abs(right), 1.0):
            self.close = self.presumed = True
            return 0
        return (left > right) - (left < right)

    def floor(self, x: Number) -> Fraction:
        """The largest integer that is not above."""
        if isinstance(x, Fraction):
            return Fraction(math.floor(x))
        near = Fraction(int(self.context.floor(x + 0.5)))
        return near - 1 if self.compare(x, near) < 0 else near

    def function(self, name: str, *operands: Number) -> Number:
        """A function of mpmath's, exactly where everybody knows its value."""
        known = KNOWN.get(name)
        if known is not None and isinstance(operands[0], Fraction) and operands[0] == known[0]:
            return Fraction(known[1])
        return self.real_function(name, *operands)

    def real_function(self, name: str, *operands: Number) -> float:
        """A function of mpmath's."""
        result: float = getattr(self.context, name)(*map(self.real, operands))
        return result


def _require(condition: bool) -> None:
    if not condition:
        raise NoValueError


def add(m: Arithmetic, *terms: Number) -> Number:
    if all(isinstance(term, Fraction) for term in terms):
        return sum(terms, Fraction(0))
    total = m.real(terms[0])
    for term in terms[1:]:
        total = total + m.real(term)
    return total


def subtract(m: Arithmetic, a: Number, b: Number) -> Number:
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a - b
    return m.real(a) - m.real(b)


def multiply(m: Arithmetic, a: Number, b: Number) -> Number:
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a * b
    if (isinstance(a, Fraction) and a == 0) or (isinstance(b, Fraction) and b == 0):
        return Fraction(0)
    return m.real(a) * m.real(b)


def divide(m: Arithmetic, a: Number, b: Number) -> Number:
    _require(m.compare(b, Fraction(0)) != 0)
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a / b
    return m.real(a) / m.real(b)


def power(m: Arithmetic, base: Number, exponent: Number) -> Number:
    sign = m.compare(base, Fraction(0))
    whole = m.floor(exponent)
    if m.compare(exponent, whole) == 0:
        _require(sign != 0 or whole >= 0)
        if isinstance(base, Fraction) and size(whole) <= LARGEST_POWER:
            return base ** int(whole)
        if whole == 0 or sign == 0:
            return Fraction(int(whole == 0))
        exponent = whole
    else:
        _require(sign > 0 or (sign == 0 and exponent > 0))
        if sign == 0:
            return Fraction(0)
    logarithm = multiply(m, m.function("log", size(base)), exponent)
    if size(logarithm) > LARGEST_EXPONENT:
        raise OverflowError
    odd = sign < 0 and whole % 2 == 1
    found = m.function("exp", logarithm)
    return -found if odd else found


def exponential(m: Arithmetic, x: Number) -> Number:
    if size(x) > LARGEST_EXPONENT:
        if x > 0:
            raise OverflowError
        return m.real(Fraction(0))
    return m.function("exp", x)


def _hyperbolic(name: str) -> Meaning:
    def apply(m: Arithmetic, x: Number) -> Number:
        if size(x) > LARGEST_EXPONENT:
            raise OverflowError
        return m.function(name, x)

    return apply


def _plain(name: str) -> Meaning:
    return lambda m, x: m.function(name, x)


def _logarithm(m: Arithmetic, x: Number, base: int = 0, above: int = 0) -> Number:
    """The logarithm of x - `above`, which must be positive."""
    _require(m.compare(x, Fraction(above)) > 0)
    x = subtract(m, x, Fraction(above))
    found = m.function("log", x)
    if not base:
        return found
    found = divide(m, found, m.function("log", Fraction(base)))
    whole = round(found)
    exact = isinstance(x, Fraction) and Fraction(base) ** whole == x
    return Fraction(whole) if exact else found


def square_root(m: Arithmetic, x: Number) -> Number:
    sign = m.compare(x, Fraction(0))
    _require(sign >= 0)
    return _root(x, 2) or m.function("sqrt", x) if sign else Fraction(0)


def _root(x: Number, degree: int) -> Fraction | None:
    """The root of a positive fraction that is the power of one."""
    if not isinstance(x, Fraction) or x.numerator * x.denominator > LARGEST_ROOTED:
        return None
    near = [round(math.exp(math.log(part) / degree)) for part in (x.numerator, x.denominator)]
    root = Fraction(*near)
    return root if root**degree == x else None


def cube_root(m: Arithmetic, x: Number) -> Number:
    if x == 0:
        return Fraction(0)
    positive = size(x)
    root = _root(positive, 3) or m.function(
        "exp", divide(m, m.function("log", positive), Fraction(3))
    )
    return root if x > 0 else -root


def _inverse_circular(name: str) -> Meaning:
    def apply(m: Arithmetic, x: Number) -> Number:
        side = m.compare(size(x), Fraction(1))
        _require(side <= 0)
        return m.function(name, Fraction(1 if x > 0 else -1) if side == 0 else x)

    return apply


def acosh(m: Arithmetic, x: Number) -> Number:
    side = m.compare(x, Fraction(1))
    _require(side >= 0)
    return Fraction(0) if side == 0 else m.function("acosh", x)


def atanh(m: Arithmetic, x: Number) -> Number:
    _require(m.compare(size(x), Fraction(1)) < 0)
    return m.function("atanh", x)


def tangent(m: Arithmetic, x: Number) -> Number:
    _require(m.compare(m.function("cos", x), Fraction(0)) != 0)
    return m.function("tan", x)


def atan2(m: Arithmetic, y: Number, x: Number) -> Number:
    vertical, horizontal = m.compare(y, Fraction(0)), m.compare(x, Fraction(0))
    _require(vertical != 0 or horizontal != 0)
    if vertical == 0:
        return Fraction(0) if horizontal > 0 else m.real(m.context.pi)
    return m.function("atan2", y, x)


def sigmoid(m: Arithmetic, x: Number) -> Number:
    if size(x) > LARGEST_EXPONENT:
        return m.real(Fraction(int(x > 0)))
    return 1 / (1 + m.function("exp", -x))


def softplus(m: Arithmetic, x: Number) -> Number:
    if x > 0:
        return m.real(x) + softplus(m, -x)
    return m.function("log", 1 + m.real(exponential(m, x)))


def gelu(m: Arithmetic, x: Number) -> Number:
    tail = m.function("erfc", divide(m, -x, m.function("sqrt", Fraction(2))))
    return multiply(m, x, divide(m, tail, Fraction(2)))


def sinc(m: Arithmetic, x: Number) -> Number:
    return Fraction(1) if x == 0 else divide(m, m.function("sin", x), x)


def ceiling(m: Arithmetic, x: Number) -> Number:
    return -m.floor(-x)


def nearest(m: Arithmetic, x: Number) -> Number:
    return m.floor(add(m, x, m.number(Fraction(1, 2))))


def modulo(m: Arithmetic, x: Number, y: Number) -> Number:
    return subtract(m, x, multiply(m, y, m.floor(divide(m, x, y))))


def argmax(m: Arithmetic, *operands: Number) -> Number:
    best = 0
    for place, operand in enumerate(operands):
        if m.compare(operand, operands[best]) > 0:
            best = place
    return Fraction(best)


def least(m: Arithmetic, *operands: Number) -> Number:
    found = operands[0]
    for operand in operands[1:]:
        found = operand if m.real(operand) < m.real(found) else found
    return found


def greatest(m: Arithmetic, *operands: Number) -> Number:
    found = operands[0]
    for operand in operands[1:]:
        found = operand if m.real(operand) > m.real(found) else found
    return found


Meaning = Callable[..., Number]

MEANINGS: dict[str, Meaning] = {
    "pi": lambda m: m.real(+m.context.pi),
    "e": lambda m: m.real(+m.context.e),
    "add": add, "sum": add, "sub": subtract, "mul": multiply, "div": divide,
    "neg": lambda m, x: -x,
    "pow": power,
    "inv": lambda m, x: divide(m, Fraction(1), x),
    "square": lambda m, x: multiply(m, x, x),
    "cube": lambda m, x: multiply(m, x, multiply(m, x, x)),
    "sqrt": square_root, "cbrt": cube_root,
    "hypot": lambda m, x, y: m.function("sqrt", add(m, multiply(m, x, x), multiply(m, y, y))),
    "exp": exponential,
    "exp2": lambda m, x: power(m, Fraction(2), x),
    "expm1": lambda m, x: subtract(m, exponential(m, x), Fraction(1)),
    "log": _logarithm,
    "log2": lambda m, x: _logarithm(m, x, 2), "log10": lambda m, x: _logarithm(m, x, 10),
    "log1p": lambda m, x: _logarithm(m, x, 0, -1),
    "sin": _plain("sin"), "cos": _plain("cos"), "tan": tangent,
    "asin": _inverse_circular("asin"), "acos": _inverse_circular("acos"), "atan": _plain("atan"),
    "atan2": atan2,
    "sinh": _hyperbolic("sinh"), "cosh": _hyperbolic("cosh"), "tanh": _plain("tanh"),
    "asinh": _plain("asinh"), "acosh": acosh, "atanh": atanh,
    "erf": _plain("erf"), "erfc": _plain("erfc"), "sigmoid": sigmoid,
    "relu": lambda m, x: greatest(m, x, Fraction(0)),
    "softplus": softplus, "gelu": gelu,
    "silu": lambda m, x: multiply(m, x, sigmoid(m, x)),
    "elu": lambda m, x: x if m.compare(x, Fraction(0)) > 0 else subtract(m, exponential(m, x), Fraction(1)),
    "mish": lambda m, x: multiply(m, x, m.function("tanh", softplus(m, x))),
    "logit": lambda m, x: _logarithm(m, divide(m, x, subtract(m, Fraction(1), x))),
    "gauss": lambda m, x: exponential(m, -multiply(m, x, x)),
    "sinc": sinc,
    "abs": lambda m, x: size(x),
    "sign": lambda m, x: Fraction(m.compare(x, Fraction(0))),
    "floor": lambda m, x: m.floor(x), "ceil": ceiling, "round": nearest,
    "mod": modulo,
    "min": least, "max": greatest,
    "clamp": lambda m, x, low, high: least(m, greatest(m, x, low), high),
    "argmax": argmax,
    "less": lambda m, a, b: Fraction(m.compare(a, b) < 0),
    "less_equal": lambda m, a, b: Fraction(m.compare(a, b) <= 0),
    "greater": lambda m, a, b: Fraction(m.compare(a, b) > 0),
    "greater_equal": lambda m, a, b: Fraction(m.compare(a, b) >= 0),
    "equal": lambda m, a, b: Fraction(m.compare(a, b) == 0),
    "unequal": lambda m, a, b: Fraction(m.compare(a, b) != 0),
    "between": lambda m, a, b, c: Fraction(m.compare(a, b) < 0 and m.compare(b, c) < 0),
    "within": lambda m, a, b, c: Fraction(m.compare(a, b) <= 0 and m.compare(b, c) <= 0),
    "not": lambda m, a: Fraction(int(a == 0)),
    "and": lambda m, a, b: Fraction(int(a != 0 and b != 0)),
    "or": lambda m, a, b: Fraction(int(a != 0 or b != 0)),
    "if": lambda m, c, a, b: a if c != 0 else b,
}  # fmt: skip
"""Kind -> its value, given the arithmetic and the operands' values."""
