"""Operon's models as its infix formatter prints them, `(0.5 + (1.2 * ((-0.3) * X1)))`, and those made for gnuplot.

Formatted models have their coefficients to as many decimals as were asked for, by default three; the tree has them
exactly, so `symhdl.sources.operon.objects` reads it more truly than this one reads its text.
"""

from __future__ import annotations

import re

from symhdl.errors import Source
from symhdl.functions.dialect import Dialect
from symhdl.functions.operation import Operation
from symhdl.sources.reading.checked import INFINITE, NOT_A_NUMBER, CheckedReader

OPERON = Dialect(
    "operon",
    (("pi", Operation.PI),),
    (
        ("fmin", Operation.MINIMUM),
        ("fmax", Operation.MAXIMUM),
    ),
    """
        aq(a, b) = a / sqrt(1 + b^2)
        logabs(x) = log(abs(x))
        sqrtabs(x) = sqrt(abs(x))
        powabs(a, b) = abs(a) ^ b
    """,
)

_COEFFICIENT = r"(?:\d+\.\d+|\(-\d+\.\d+\))"
_TERM = re.compile(rf"\({_COEFFICIENT} \* [^\W\d]\w*\)")  # a variable with its weight
_SCALED = re.compile(
    rf"^\({_COEFFICIENT} \+ \({_COEFFICIENT} \* "
)  # a model with its linear scaling
_QUOTIENT = re.compile(r"\(sqrt\(1 \+ |\baq\(")
_OWN = re.compile(r"\b(?:logabs|sqrtabs|powabs)\(")


def _confidence(source: Source) -> float:
    """Weights on variables, all in brackets; its quotients are mostly Operon's, but readings do not differ by them."""
    text = source.text.strip()
    if _OWN.search(text):
        return 0.9
    if _TERM.search(text):
        return 0.9 if _SCALED.match(text) else 0.7
    return 0.6 if _QUOTIENT.search(text) else 0.1


READER = CheckedReader(
    OPERON,
    _confidence,
    (("nan", NOT_A_NUMBER), ("inf", INFINITE)),
)
