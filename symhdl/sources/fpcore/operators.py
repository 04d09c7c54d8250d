"""FPCore's operators and constants over the real numbers, as tables and as definitions in the native language."""

from __future__ import annotations

from typing import NamedTuple

from symhdl.functions.dialect import Dialect
from symhdl.functions.operation import Operation

FPCORE = Dialect(
    "fpcore",
    (("PI", Operation.PI), ("E", Operation.E)),
    (
        ("fabs", Operation.ABSOLUTE),
        ("fmax", Operation.MAXIMUM),
        ("fmin", Operation.MINIMUM),
        ("not", Operation.NOT),
    ),
    """
        exp10(x) = 10^x
        fma(x, y, z) = x*y + z
        fdim(x, y) = max(x - y, 0)
        copysign(x, y) = if y < 0 then -abs(x) else abs(x)
        trunc(x) = if x < 0 then ceil(x) else floor(x)
        round(x) = if x < 0 then ceil(x - 1/2) else floor(x + 1/2)
        rint(x) = if x - floor(x) == 1/2 then 2*floor(x/2 + 1/4) else floor(x + 1/2)
        nearbyint(x) = if x - floor(x) == 1/2 then 2*floor(x/2 + 1/4) else floor(x + 1/2)
        fmod(x, y) = if x < 0 then -mod(abs(x), abs(y)) else mod(abs(x), abs(y))
        remainder(x, y) = nearest_remainder(mod(x, 2*abs(y)), abs(y))
        nearest_remainder(r, s) = if r <= s/2 then r else (if r < 3/2*s then r - s else r - 2*s)
        isnormal(x) = x != 0
        signbit(x) = x < 0
    """,
)

CONSTANTS = {
    "LOG2E": "1/log(2)",
    "LOG10E": "1/log(10)",
    "LN2": "log(2)",
    "LN10": "log(10)",
    "PI_2": "pi/2",
    "PI_4": "pi/4",
    "M_1_PI": "1/pi",
    "M_2_PI": "2/pi",
    "M_2_SQRTPI": "2/sqrt(pi)",
    "SQRT2": "sqrt(2)",
    "SQRT1_2": "1/sqrt(2)",
    "MAXFLOAT": "(2^24 - 1)*2^104",
}
"""Constants that are made of others."""

TRUTHS = {"TRUE": 1, "FALSE": 0}
ANSWERS = {"isnan": 0, "isinf": 0, "isfinite": 1}
"""Questions about floating-point numbers that every real number answers alike."""

NO_NUMBERS = ("INFINITY", "HUGE_VAL", "NAN", "+inf.0", "-inf.0", "+nan.0", "-nan.0")
CONSTANT_NAMES = (*dict(FPCORE.constants), *CONSTANTS, *TRUTHS)

FOLDED = {
    "+": Operation.ADD,
    "-": Operation.SUBTRACT,
    "*": Operation.MULTIPLY,
    "/": Operation.DIVIDE,
    "and": Operation.AND,
    "or": Operation.OR,
}
"""Operations of two that take any number of operands, from left to right."""

UNARY = {"-": Operation.NEGATE, "/": Operation.INVERSE}
"""What those of one operand are that it does not keep."""

RELATIONS = ("<", ">", "<=", ">=", "==", "=", "!=")


class Signature(NamedTuple):
    """How many operands an operator takes (`most` None: any number), and whether they and its value are conditions."""

    least: int
    most: int | None
    takes_conditions: bool = False
    is_condition: bool = False


_OF_REALS = {
    1: "neg fabs exp exp2 exp10 expm1 log log10 log2 log1p sqrt cbrt sin cos tan asin acos atan sinh cosh tanh"
    " asinh acosh atanh erf erfc ceil floor trunc round nearbyint rint",
    2: "pow hypot atan2 fmod remainder fmax fmin fdim copysign",
    3: "fma",
}

OPERATORS = {
    **{name: Signature(n, n) for n, names in _OF_REALS.items() for name in names.split()},
    **{name: Signature(1, None) for name in "+-*/"},
    **{name: Signature(1, None, is_condition=True) for name in RELATIONS},
    **{name: Signature(1, 1, is_condition=True) for name in (*ANSWERS, "isnormal", "signbit")},
    **{name: Signature(0, None, True, True) for name in ("and", "or")},
    "not": Signature(1, 1, True, True),
    "cast": Signature(1, 1),
    "array": Signature(0, None),
    "ref": Signature(2, None),
}

_HAS_NO_HARDWARE = "approximate it with operators that have, or define a core of that name"
_ONE_BY_ONE = "write the elements one by one, as in (array (* 2 (ref v 0)) (* 2 (ref v 1)))"
_A_NUMBER = "write the number: arrays have constant sizes here"

UNSUPPORTED = {
    "tgamma": ("the gamma function, has no hardware", _HAS_NO_HARDWARE),
    "lgamma": ("the logarithm of the gamma function, has no hardware", _HAS_NO_HARDWARE),
    "logb": ("the exponent of a floating-point number, has no hardware", _HAS_NO_HARDWARE),
    "nextafter": ("the next floating-point number, has no hardware", _HAS_NO_HARDWARE),
    "tensor": ("an array made by counting, is not read", _ONE_BY_ONE),
    "tensor*": ("an array made by counting, is not read", _ONE_BY_ONE),
    "size": ("the size of an array, is not read", _A_NUMBER),
    "dim": ("the number of dimensions of an array, is not read", _A_NUMBER),
    "digits": ("a number by its digits, is not read", "write 5/2, 2.5 or 0x1.4p1"),
}
"""Operators and forms that are known and not read: what each is, and what to write instead."""

FOREIGN = {
    "abs": "fabs", "max": "fmax", "min": "fmin", "ln": "log", "^": "pow", "**": "pow",
    "expt": "pow", "power": "pow", "mod": "fmod", "%": "fmod", "arctan": "atan", "arcsin": "asin",
    "arccos": "acos", "ceiling": "ceil", "truncate": "trunc", "&&": "and", "||": "or",
    "begin": "let*", "define": "let*", "cond": "if", "log2p1": "log1p",
}  # fmt: skip
"""What other languages call FPCore's operators."""


def takes(name: str, count: int) -> bool:
    """Whether there is an operator of this name that takes so many operands."""
    signature = OPERATORS.get(name)
    return signature is not None and (
        signature.least <= count and (signature.most is None or count <= signature.most)
    )
