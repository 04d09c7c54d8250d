"""Models of TIR, ITEA and other tools built on srtree: `Id((2.5e-2) + ((1.0) * (Sin((x0)^(-2)))))`."""

from __future__ import annotations

import re

from symhdl.errors import Source
from symhdl.functions.dialect import Dialect
from symhdl.functions.operation import Operation
from symhdl.sources.reading.checked import INFINITE, NOT_A_NUMBER, CheckedReader

_TABLE = (
    ("Abs", Operation.ABSOLUTE),
    ("Sin", Operation.SIN),
    ("Cos", Operation.COS),
    ("Tan", Operation.TAN),
    ("Sinh", Operation.SINH),
    ("Cosh", Operation.COSH),
    ("Tanh", Operation.TANH),
    ("ASin", Operation.ASIN),
    ("ACos", Operation.ACOS),
    ("ATan", Operation.ATAN),
    ("ASinh", Operation.ASINH),
    ("ACosh", Operation.ACOSH),
    ("ATanh", Operation.ATANH),
    ("Sqrt", Operation.SQUARE_ROOT),
    ("Cbrt", Operation.CUBE_ROOT),
    ("Square", Operation.SQUARE),
    ("Cube", Operation.CUBE),
    ("Log", Operation.LOG),
    ("Exp", Operation.EXP),
    ("Recip", Operation.INVERSE),
)

# Haskell's names of functions, with a capital; pandoc-symreg reads them in lower case as well.
TIR = Dialect(
    "tir",
    functions=_TABLE,
    definitions="""
        Id(x) = x
        id(x) = x
        SqrtAbs(x) = sqrt(abs(x))
        LogAbs(x) = log(abs(x))
        Log1p(x) = log1p(x)
        aq(a, b) = a / sqrt(1 + b^2)
        power_of_absolute(a, b) = abs(a) ^ b
    """,
    infix_functions=(("aq", "aq"), ("|^|", "power_of_absolute"), ("|**|", "power_of_absolute")),
    absolute_bars=True,
)

_NAMES = "|".join([*(name for name, _ in _TABLE), "Id", "SqrtAbs", "LogAbs"])
_CALL = re.compile(rf"\b(?:{_NAMES})\s*\(")
_OWN = re.compile(r"\b(?:Id|SqrtAbs|LogAbs|Recip|ASinh?|ACosh?|ATanh?)\s*\(|\|(?:\^|\*\*)\|")


def _confidence(source: Source) -> float:
    """Functions with a capital; the identity among them is written by no other tool."""
    if _OWN.search(source.text):
        return 0.9
    return 0.6 if _CALL.search(source.text) and "**" not in source.text else 0.0


READER = CheckedReader(TIR, _confidence, (("NaN", NOT_A_NUMBER), ("Infinity", INFINITE)))
