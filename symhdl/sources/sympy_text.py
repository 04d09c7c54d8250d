"""Text as SymPy prints it: `**`, `Abs`, `Max`, `Piecewise`, and `E` for the base of the natural logarithm."""

from __future__ import annotations

import re

from symhdl.errors import Source
from symhdl.functions.dialect import Dialect
from symhdl.functions.operation import Operation
from symhdl.sources.native import TextReader

SYMPY = Dialect(
    "sympy",
    (("pi", Operation.PI), ("E", Operation.E)),
    (("Max", Operation.MAXIMUM), ("Min", Operation.MINIMUM), ("Mod", Operation.MODULO)),
    """
        log(x, base) = log(x) / log(base)
        Pow(x, y) = x ^ y
        root(x, n) = x ^ (1 / n)
        Heaviside(x) = if x < 0 then 0 else (if x == 0 then 1/2 else 1)
        Heaviside(x, h) = if x < 0 then 0 else (if x == 0 then h else 1)
        Integer(x) = x
        Float(x) = x
        Rational(p, q) = p / q
        re(x) = x
        sec(x) = 1 / cos(x)
        csc(x) = 1 / sin(x)
        cot(x) = 1 / tan(x)
        sech(x) = 1 / cosh(x)
        csch(x) = 1 / sinh(x)
        coth(x) = 1 / tanh(x)
    """,
)

_TYPICAL = re.compile(r"\b(?:Abs|Max|Min|Piecewise|Heaviside|Mod|Rational|Float|Integer)\s*\(")


def _confidence(source: Source) -> float:
    """Capital functions are SymPy's; definitions, declarations and `^` are not."""
    if not _TYPICAL.search(source.text) or "^" in source.text:
        return 0.1
    return 0.6


READER = TextReader(SYMPY, _confidence)
