"""DEAP's trees as it prints them: `protectedDiv(mul(ARG0, -1), 3)`, functions named as Python and NumPy name them."""

from __future__ import annotations

import re

from symhdl.errors import Source
from symhdl.functions.dialect import NATIVE, Dialect
from symhdl.functions.operation import Operation
from symhdl.sources.reading.checked import INFINITE, NOT_A_NUMBER, CheckedReader
from symhdl.sources.reading.prefix_text import prefix_text

# Primitives are functions of Python's `operator` and `math`, of NumPy, or of the user, by their `__name__`. The
# division is the one in DEAP's documentation. Numbers are conditions where they are not 0, as in Python.
DEAP = Dialect(
    "deap",
    NATIVE.constants,
    (
        ("truediv", Operation.DIVIDE),
        ("true_divide", Operation.DIVIDE),
        ("negative", Operation.NEGATE),
        ("fabs", Operation.ABSOLUTE),
        ("absolute", Operation.ABSOLUTE),
        ("fmin", Operation.MINIMUM),
        ("fmax", Operation.MAXIMUM),
    ),
    """
        protectedDiv(a, b) = if b == 0 then 1 else a / b
        floordiv(a, b) = floor(a / b)
        floor_divide(a, b) = floor(a / b)
        pos(x) = x
        positive(x) = x
        float_power(a, b) = a ^ b
        float64(x) = x
        float32(x) = x
        int64(x) = x
        lt(a, b) = a < b
        le(a, b) = a <= b
        eq(a, b) = a == b
        ne(a, b) = a != b
        ge(a, b) = a >= b
        gt(a, b) = a > b
        and_(a, b) = (a != 0) and (b != 0)
        or_(a, b) = (a != 0) or (b != 0)
        xor(a, b) = (a != 0) != (b != 0)
        not_(a) = not (a != 0)
        logical_and(a, b) = (a != 0) and (b != 0)
        logical_or(a, b) = (a != 0) or (b != 0)
        logical_xor(a, b) = (a != 0) != (b != 0)
        logical_not(a) = not (a != 0)
        if_then_else(c, a, b) = if c != 0 then a else b
    """,
    prefixes=("np.", "numpy.", "math.", "operator."),
)

_ARITHMETIC = frozenset(("add", "sub", "mul", "truediv", "neg"))
_ARGUMENT = re.compile(r"ARG\d+")


def _confidence(source: Source) -> float:
    """Calls alone, with DEAP's own names in them."""
    found = prefix_text(source.text)
    if found is None:
        return 0.0
    if "protectedDiv" in found.functions or any(map(_ARGUMENT.fullmatch, found.names)):
        return 0.9
    return 0.6 if found.functions & _ARITHMETIC else 0.1


READER = CheckedReader(DEAP, _confidence, (("nan", NOT_A_NUMBER), ("inf", INFINITE)))
