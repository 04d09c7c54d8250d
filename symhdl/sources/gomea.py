"""GP-GOMEA's models as it prints them: `(x0aq(x1+3.5))*plog(x2)`, operators and words without blanks."""

from __future__ import annotations

import re

from symhdl.errors import Source
from symhdl.functions.dialect import Dialect
from symhdl.sources.reading.checked import INFINITE, NOT_A_NUMBER, CheckedReader

# The analytic quotient stands between its operands, and so does the protected division `p/`.
GOMEA = Dialect(
    "gomea",
    definitions="""
        aq(a, b) = a / sqrt(1 + b^2)
        plog(x) = if x == 0 then 0 else log(abs(x))
        sqrt(x) = sqrt(abs(x))
        protected_division(a, b) = (if b < 0 then -1 else 1) * (a / (1/1000000 + abs(b)))
        analytic_log(x) = log(sqrt(1/10 + x^2))
    """,
    infix_functions=(("aq", "aq"), ("p/", "protected_division")),
    words=(("alog0.1", "analytic_log"),),
)

_WORD = re.compile(r"[0-9)]aq(?=[x0-9(+-]|cos|sin|exp|plog|sqrt)|\bplog\(|\balog0\.1\(|[0-9)]p/")
_SPACED = re.compile(r"[\w)]\s+aq\s+[\w(-]")


def _confidence(source: Source) -> float:
    """The words between operands, mostly without blanks around them."""
    if _WORD.search(source.text):
        return 0.9
    return 0.6 if _SPACED.search(source.text) else 0.0


READER = CheckedReader(GOMEA, _confidence, (("nan", NOT_A_NUMBER), ("inf", INFINITE)))
