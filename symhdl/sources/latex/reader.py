"""Formulas in LaTeX, as papers, documentation and SymPy's and PySR's printers have them."""

from __future__ import annotations

import re

from symhdl.errors import Source
from symhdl.functions.dialect import Dialect
from symhdl.functions.operation import Operation
from symhdl.sources.latex.program import read_latex_program
from symhdl.sources.source import Reading, ReadOptions

LATEX = Dialect(
    "latex",
    (("pi", Operation.PI), ("e", Operation.E)),
    (),
    """
        sec(x) = 1 / cos(x)
        csc(x) = 1 / sin(x)
        cot(x) = 1 / tan(x)
        sech(x) = 1 / cosh(x)
        csch(x) = 1 / sinh(x)
        coth(x) = 1 / tanh(x)
        asec(x) = acos(1 / x)
        acsc(x) = asin(1 / x)
        asech(x) = acosh(1 / x)
        acsch(x) = asinh(1 / x)
        acoth(x) = atanh(1 / x)
        re(x) = x
    """,
)

_COMMAND = re.compile(
    r"\\(?:[dt]?frac|sqrt|left|right|cdot|times|begin|operatorname|mathrm|text|sin|cos|tan|log|ln|exp|alpha|beta|gamma"
    r"|theta|pi|lambda|mu|sigma|omega|l[ve]|leq?|geq?|sum|prod|max|min|tanh|lfloor|lceil)(?![A-Za-z])"
)
_ANY_COMMAND = re.compile(r"\\[A-Za-z]+|\\[,;:!|{}()\[\]]")
_BRACES = re.compile(r"[\^_]\s*\{|\$[^$]+\$")


class LatexReader:
    """Reads LaTeX by its own rules; see the module."""

    name = "latex"

    def detect(self, source: Source) -> float:
        """Backslashes and braces behind `^` and `_` hardly occur elsewhere."""
        text = source.text[:10_000]
        if source.name.lower().endswith((".tex", ".latex")) or _COMMAND.search(text):
            return 0.95
        if _ANY_COMMAND.search(text):
            return 0.9
        return 0.7 if _BRACES.search(text) else 0.0

    def read(self, source: Source, options: ReadOptions) -> Reading:
        """The graph of the formulas. Raises SymhdlError with all that is wrong or has to be asked."""
        parsed = read_latex_program(
            source, options.definitions, dialect=LATEX, inputs=options.inputs
        )
        return Reading(parsed, source.text)


READER = LatexReader()
