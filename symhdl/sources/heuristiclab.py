"""HeuristicLab's models as its infix formatter prints them: `SQR('speed 1') * -1.4e-001 + IF(GT('a', 0), 1, 2)`."""

from __future__ import annotations

import re

from symhdl.errors import Source, SymhdlError
from symhdl.functions.dialect import Dialect
from symhdl.sources.reading.checked import INFINITE, NOT_A_NUMBER, CheckedReader
from symhdl.sources.reading.reader import Reading, ReadOptions
from symhdl.sources.reading.unsupported import Unsupported, unsupported_in

# What the interpreter computes: truth is a positive number, 1 or -1; powers and roots round their second operand to
# the nearest integer, ties to the even one; NORM is the distribution function of the normal distribution.
HEURISTICLAB = Dialect(
    "heuristiclab",
    definitions="""
        nearest_even(y) = if mod(y, 1) == 1/2 then 2 * floor((y + 1/2) / 2) else round(y)
        pow(x, y) = x ^ nearest_even(y)
        root(x, y) = x ^ (1 / nearest_even(y))
        sqr(x) = x^2
        cuberoot(x) = cbrt(x)
        aq(a, b) = a / sqrt(1 + b^2)
        logabs(x) = log(abs(x))
        sqrtabs(x) = sqrt(abs(x))
        norm(x) = (1 + erf(x / sqrt(2))) / 2
        mean(a) = a
        mean(a, b) = (a + b) / 2
        mean(a, b, c) = (a + b + c) / 3
        mean(a, b, c, d) = (a + b + c + d) / 4
        if(c, a, b) = if c > 0 then a else b
        gt(a, b) = if a > b then 1 else -1
        lt(a, b) = if a < b then 1 else -1
        AND(a, b) = if a > 0 and b > 0 then 1 else -1
        OR(a, b) = if a > 0 or b > 0 then 1 else -1
        XOR(a, b) = if (a > 0) != (b > 0) then 1 else -1
        NOT(a) = if a > 0 then -1 else 1
    """,
    infix_functions=(("AND", "AND"),),
    ignores_case=True,
    quoted_names=True,
    power="pow",
)

_LONG_EXPONENT = re.compile(r"\d[eE][+-]0\d\d\b")
_QUOTED_OPERAND = re.compile(
    r"(?:^|[-+*/^(,]\s*)(?:'[^'\n]+'|\"[^\"\n]+\")\s*(?:$|[-+*/^),])", re.M
)
_CAPITALS = re.compile(
    r"\b(?:SQR|SQRT|CUBE|CUBEROOT|EXP|LOG|SIN|COS|TANH?|ABS|AQ|IF|GT|LT|ROOT)\s*\("
)


_UNSUPPORTED = (
    Unsupported(
        re.compile(r"['\"]\s*=\s*['\"]|['\"]\s*\["),
        "this is a factor variable, whose values are words",
        "make an input of it that is 1 where the word stands and 0 elsewhere",
    ),
    Unsupported(
        re.compile(r"\b(?:LAG|DIFF|INTEGRAL)\s*\(", re.IGNORECASE),
        "this looks at earlier rows of the data, and an expression here sees one row at a time",
        "make the earlier value an input of its own",
    ),
)

_TEXT_READER = CheckedReader(
    HEURISTICLAB,
    lambda source: 0.0,
    (("NaN", NOT_A_NUMBER), ("Infinity", INFINITE)),
)


class HeuristicLabReader:
    """Reads models in infix form, with their coefficients in place or in a list below."""

    name = HEURISTICLAB.name

    def detect(self, source: Source) -> float:
        """Names in quotes, functions in capitals, exponents of three digits as .NET prints them."""
        text = source.text
        if _QUOTED_OPERAND.search(text):
            return 0.9
        if _CAPITALS.search(text):
            return 0.7
        return 0.7 if _LONG_EXPONENT.search(text) else 0.0

    def read(self, source: Source, options: ReadOptions) -> Reading:
        """The graph. Raises SymhdlError with places in the source."""
        mistakes = unsupported_in(source, _UNSUPPORTED)
        if mistakes:
            raise SymhdlError(*mistakes)
        return _TEXT_READER.read(source, options)


READER = HeuristicLabReader()
