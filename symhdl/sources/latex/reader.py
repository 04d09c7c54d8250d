r"""Formulas in LaTeX, as papers, documentation and SymPy's and PySR's printers have them.

Rules of reading, in short; what they leave open is asked back with both readings, never guessed.

- A text is formulas alone, bare or between delimiters, in rows that end with `\\`; one that begins with an operator
  goes on with the row before. `y = ...` and `f(x) = ...` define; a function that nothing calls is an output.
- Letters side by side are factors (`xy`), unless they are a known input; longer words are asked back, `erf(x)` is a
  call. Upright words (`\mathrm{gain}`, `\text{...}`, `\operatorname{...}`) are one name or a function.
- Names are spelt as SymPy spells them: `x_0` is `x_{0}`, `\theta` is `theta`, `\hat{x}` is `xhat`, unless an input is
  known by another spelling. `\pi` and `e` are constants, unless they are known inputs.
- TeX's own rules hold for arguments: `\frac12y` is (1/2) y, `x^2y` is x² y; `x^23` is asked back.
- A name before a bracket is a factor if it is a value elsewhere, a call if it is defined as a function. `x(y + 1)` is a
  product; `f(x)`, `\sigma(x + 1)` and `a(b)` are asked back.
- `\sin 2\pi x` takes the constants and names that follow (a warning tells if names are several), `\sin(x) y` and
  `\sin{x} y` the bracket or the braces alone; `\sin x (y + 1)`, `\sin x \cdot y` are asked back.
- `\sin^2 x` is a power, `\sin^{-1} x` the inverse function. `\log` is the natural logarithm, with a warning.
- `a/bc` is a/(b c), with a warning; `1/2x` is asked back. `|x|` is read if the bars pair in one way only.
- Cases end with `\text{otherwise}`. Sums, integrals, derivatives, limits, vectors, macros and text are refused.
"""

from __future__ import annotations

import re

from symhdl.errors import Source
from symhdl.functions.dialect import RECIPROCALS, Dialect
from symhdl.functions.operation import Operation
from symhdl.sources.reading.reader import Reading, ReadOptions

LATEX = Dialect(
    "latex",
    (("pi", Operation.PI), ("e", Operation.E)),
    (),
    RECIPROCALS
    + """
        real_part(x) = x
        ITE(c, a, b) = if c then a else b
        root(x, n) = x^(1/n)
        odd_root(x, n) = sign(x) * abs(x)^(1/n)
    """,
)

_COMMAND = re.compile(
    r"\\(?:[dt]?frac|sqrt|left|right|cdot|times|begin|operatorname|mathrm|text|sin|cos|tan|log|ln|exp|alpha|beta|gamma"
    r"|theta|pi|lambda|mu|sigma|omega|l[ve]|leq?|geq?|sum|prod|max|min|tanh|lfloor|lceil)(?![A-Za-z])"
)
_ANY_COMMAND = re.compile(r"\\[A-Za-z]+|\\[,;:!|{}()\[\]]")
_BRACES = re.compile(r"[\^_]\s*\{|\$[^$]+\$")


class LatexReader:
    """Reads LaTeX by its own rules; see the module. What that takes is loaded when there is any."""

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
        from symhdl.sources.latex.program import read_latex_program

        parsed = read_latex_program(
            source, options.definitions, dialect=LATEX, inputs=options.inputs
        )
        return Reading(parsed, source.text)


READER = LatexReader()
