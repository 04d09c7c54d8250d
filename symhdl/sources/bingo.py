"""Bingo's equations as it prints them on the console: `(X_0)(0.5) - ((X_1)^(2))`, products without a sign."""

from __future__ import annotations

import re

from symhdl.errors import Source
from symhdl.functions.dialect import Dialect
from symhdl.sources.reading.checked import INFINITE, NOT_A_NUMBER, CheckedReader

# Bingo evaluates log and sqrt of the absolute value and writes its safe power as (|x|)^(y).
BINGO = Dialect(
    "bingo",
    definitions="""
        log(x) = log(abs(x))
        sqrt(x) = sqrt(abs(x))
    """,
    implicit_products=True,
    absolute_bars=True,
)

_VARIABLE = re.compile(r"\bX_\d+\b")
_PRODUCT = re.compile(r"\)\s*\(")


def _confidence(source: Source) -> float:
    """Factors in brackets side by side, and variables that no other tool calls so."""
    if _VARIABLE.search(source.text) is None:
        return 0.0
    return 0.9 if _PRODUCT.search(source.text) else 0.6


READER = CheckedReader(BINGO, _confidence, (("nan", NOT_A_NUMBER), ("inf", INFINITE)))
