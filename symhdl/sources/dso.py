"""Deep Symbolic Optimization: its benchmarks, `div(pow(x1,3),2)+harmonic(x2)`, and the tokens of its programs."""

from __future__ import annotations

import re

from symhdl.errors import Source
from symhdl.functions.dialect import NATIVE, Dialect
from symhdl.functions.operation import Operation
from symhdl.sources.reading.checked import INFINITE, NOT_A_NUMBER, CheckedReader

# The harmonic numbers, continued between the integers: moved up by ten, where the asymptotic series is off by less
# than 1e-15. The tool itself breaks the series off early where its data are no integers.
_SUM = " - ".join(f"1 / (x + {k})" for k in range(1, 11))
_HARMONIC = f"""
        harmonic(x) = harmonic_series(x + 10) - {_SUM}
        harmonic_series(z) = log(z) + 0.57721566490153286060651209008240243104215933593992 + 1/(2*z)
            - 1/(12*z^2) + 1/(120*z^4) - 1/(252*z^6) + 1/(240*z^8) - 1/(132*z^10) + 691/(32760*z^12)
"""

DSO = Dialect(
    "dso",
    NATIVE.constants,
    (("n2", Operation.SQUARE), ("n3", Operation.CUBE)),
    """
        n4(x) = x^4
        expneg(x) = exp(-x)
        logabs(x) = log(abs(x))
        protected_div(a, b) = if abs(b) > 1/1000 then a / b else 1
        protected_exp(x) = if x < 100 then exp(x) else 0
        protected_log(x) = if abs(x) > 1/1000 then log(abs(x)) else 0
        protected_logabs(x) = if abs(x) > 1/1000 then log(abs(x)) else 0
        protected_sqrt(x) = sqrt(abs(x))
        protected_inv(x) = if abs(x) > 1/1000 then 1 / x else 0
        protected_expneg(x) = if x > -100 then exp(-x) else 0
        protected_n2(x) = if abs(x) < 1000000 then x^2 else 0
        protected_n3(x) = if abs(x) < 1000000 then x^3 else 0
        protected_n4(x) = if abs(x) < 1000000 then x^4 else 0
        protected_sigmoid(x) = 1 / (1 + (if x > -100 then exp(-x) else 0))
    """
    + _HARMONIC,
)

_OWN = re.compile(r"\b(?:harmonic|expneg|logabs|n[234]|protected_\w+)\s*\(")
_CALL = re.compile(r"\b(?:div|pow)\(")
_INFIX = re.compile(r"[-+*]")


def _confidence(source: Source) -> float:
    """Functions of its own, or calls of `div` and `pow` among infix operators."""
    if _OWN.search(source.text):
        return 0.6
    return 0.3 if _CALL.search(source.text) and _INFIX.search(source.text) else 0.0


READER = CheckedReader(DSO, _confidence, (("nan", NOT_A_NUMBER), ("inf", INFINITE)))
