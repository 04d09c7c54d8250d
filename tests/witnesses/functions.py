"""What functions are called in witnesses, and what they are: of real balls, and of complex ones.

In the complex plane a value is not finite where a function is not shown to be analytic all over the ball.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeVar

from flint import acb, arb, fmpq

Number = TypeVar("Number", arb, acb)


def rational(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def root(z: Number) -> Number:
    """Not finite at the branch cut."""
    return z.sqrt(analytic=True) if isinstance(z, acb) else z.sqrt()


def log(z: Number) -> Number:
    """Not finite at the branch cut."""
    return z.log(analytic=True) if isinstance(z, acb) else z.log()


def log1p(z: Number) -> Number:
    return log(1 + z) if isinstance(z, acb) else z.log1p()


def sigmoid(z: Number) -> Number:
    """By the form in which nothing is large."""
    if z.real < 0 if isinstance(z, acb) else z < 0:
        return z.exp() / (1 + z.exp())
    return 1 / (1 + (-z).exp())


def tanh(z: Number) -> Number:
    return 2 * sigmoid(2 * z) - 1


def softplus(z: Number) -> Number:
    """Real parts of 1 + e^-|z| are positive, or the logarithm is not finite."""
    if z.real > 0 if isinstance(z, acb) else z > 0:
        return z + log1p((-z).exp())
    return log1p(z.exp())


def arc(z: Number) -> Number:
    """The inverse tangent, cut where the imaginary axis is."""
    if isinstance(z, arb):
        return z.atan()
    i = acb(0, 1)
    return (log(1 + i * z) - log(1 - i * z)) / (2 * i)


def arcsine(z: Number) -> Number:
    if isinstance(z, arb):
        return z.asin()
    i = acb(0, 1)
    return -i * log(i * z + root(1 - z) * root(1 + z))


def elu(z: Number) -> Number:
    """Analytic on either side."""
    side = z.real if isinstance(z, acb) else z
    if side >= 0:
        return z
    if side < 0:
        return z.exp() - 1
    return z + arb("nan")


def cube_root(z: Number) -> Number:
    side = z.real if isinstance(z, acb) else z
    if isinstance(z, arb) and z.is_zero():
        return z
    if side < 0:
        return -((log(-z) / 3).exp())
    return (log(z) / 3).exp()


def power(exponent: Fraction) -> Callable[[Any], Any]:
    def of(z: Number) -> Number:
        if isinstance(z, arb) and z.is_zero() and exponent > 0:
            return z
        return (log(z) * rational(exponent)).exp()

    return of


FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {
    "inv": lambda z: 1 / z,
    "sqrt": root,
    "cbrt": cube_root,
    "exp": lambda z: z.exp(),
    "exp2": lambda z: (z * arb(2).log()).exp(),
    "expm1": lambda z: z.exp() - 1,
    "log": log,
    "log2": lambda z: log(z) / arb(2).log(),
    "log10": lambda z: log(z) / arb(10).log(),
    "log1p": log1p,
    "sin": lambda z: z.sin(),
    "cos": lambda z: z.cos(),
    "tan": lambda z: z.sin() / z.cos(),
    "asin": arcsine,
    "acos": lambda z: arb.pi() / 2 - arcsine(z) if isinstance(z, acb) else z.acos(),
    "atan": arc,
    "sinh": lambda z: (z.exp() - (-z).exp()) / 2,
    "cosh": lambda z: (z.exp() + (-z).exp()) / 2,
    "tanh": tanh,
    "asinh": lambda z: log(z + root(1 + z * z)) if isinstance(z, acb) else z.asinh(),
    "acosh": lambda z: log(z + root(z - 1) * root(z + 1)) if isinstance(z, acb) else z.acosh(),
    "atanh": lambda z: (log(1 + z) - log(1 - z)) / 2,
    "erf": lambda z: z.erf(),
    "erfc": lambda z: z.erfc(),
    "sigmoid": sigmoid,
    "softplus": softplus,
    "gelu": lambda z: z * (1 + (z / arb(2).sqrt()).erf()) / 2,
    "silu": lambda z: z * sigmoid(z),
    "elu": elu,
    "mish": lambda z: z * tanh(softplus(z)),
    "logit": lambda z: log(z) - log(1 - z),
    "gauss": lambda z: (-z * z).exp(),
    "sinc": lambda z: z.sinc(),
}
ODD = frozenset(
    ("inv", "cbrt", "sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "erf")
)
EVEN = frozenset(("cos", "cosh", "gauss", "sinc"))
RISING = frozenset(("silu", "gelu", "softplus"))
"""f(x) = x + f(-x)."""
TURNING: Mapping[str, int] = {"sigmoid": 1, "erfc": 2}
"""f(x) = c - f(-x)."""
HELD: Mapping[str, str] = {"elu": "expm1"}
"""f(x) = x for x > 0, and another function for the others."""
WITH_POLE = frozenset({"inv"})
"""There arguments of a size below the inner range do not occur."""
PERIODS: Mapping[str, Callable[[], arb]] = {
    "sin": lambda: 2 * arb.pi(), "cos": lambda: 2 * arb.pi()
}  # fmt: skip
STEEPEST = 1  # the slope of those
SCALINGS: Mapping[str, Fraction] = {
    "inv": Fraction(-1), "sqrt": Fraction(1, 2), "cbrt": Fraction(1, 3)
}  # fmt: skip
"""The exponents of functions that are not powers by name."""
OCTAVES: Mapping[str, Callable[[], arb]] = {
    "log": lambda: arb(2).log(), "log2": lambda: arb(1), "log10": lambda: arb(2).log() / arb(10).log()
}  # fmt: skip
"""f(2 x) = f(x) + octave."""
DOUBLINGS: Mapping[str, Callable[[], arb]] = {"exp": lambda: arb(2).log(), "exp2": lambda: arb(1)}
"""f(x + doubling) = 2 f(x), of rising functions."""
POWER = re.compile(r"pow_(m?\d+)_(\d+)|pow_(m?\d+)")


def exponent_of(name: str) -> Fraction | None:
    """The exponent of a power; `pow_m7_3` is x^(-7/3)."""
    found = POWER.fullmatch(name)
    if found is None:
        return None
    numerator, denominator = found[1] or found[3], found[2] or "1"
    return Fraction(int(numerator.replace("m", "-")), int(denominator))


def scaling_of(name: str) -> Fraction | None:
    """The exponent of a function that is a power of positive numbers."""
    exponent = exponent_of(name)
    return SCALINGS.get(name) if exponent is None else exponent


def function_of(name: str) -> Callable[[Any], Any]:
    """The function of a name."""
    exponent = exponent_of(name)
    return FUNCTIONS[name] if exponent is None else power(exponent)
