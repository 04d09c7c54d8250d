r"""Formulas in LaTeX, as papers, documentation and SymPy's and PySR's printers have them.

Rules of reading, in short; what they leave open is asked back with both readings, never guessed.

- A text is formulas alone: bare, between dollars, `\[ \]`, `\( \)`, or in equation, align, gather, multline, ... Rows
  end with `\\`; one that begins with an operator goes on with the row before. `y = ...` and `f(x, y) = ...` define; a
  function that nothing calls is an output, and its parameters are inputs. Of `y = f(x) = ...` both are defined.
- Letters side by side are factors (`xy`), unless the text defines the word (`area = ...`) or it is a known input.
  Longer words and names of functions and Greek letters without a backslash are asked back; `erf(x)` is a call, with a
  warning. Upright words (`\mathrm{gain}`, `\text{...}`, `\operatorname{...}`) are one name or a function.
- Names are spelt as SymPy spells them: `x_0` and `x_{0}` are `x_{0}`, `\theta` is `theta`, `y''_1` is `y_{1}''`,
  `\hat{x}` is `xhat`. If an input is known as `x_0` or `x0`, that spelling is kept.
- `\pi` is the constant, and so is `e`, unless they are known to be inputs.
- TeX's own rules hold for arguments: `\frac12y` is (1/2) y, `x^2y` is x² y; `x^23` is asked back.
- A name before a bracket is a factor if it is a value elsewhere, a call if it is defined as a function. `x(y + 1)` is a
  product; `f(x)`, `\sigma(x + 1)` and `a(b)` are asked back, as nothing says what they are.
- `\sin x`, `\sin 2\pi x`, `\sin xy` take the constants and names that follow (a warning tells if names are several),
  `\sin(x) y` and `\sin{x} y` take the bracket or the braces alone. What else follows an argument without brackets is
  asked back: `\sin x (y + 1)`, `\sin x \cdot y`, `\sin x \, y`.
- `\sin^2 x` is a power, `\sin^{-1} x` the inverse function, `\sin^{-2} x` is asked back; `\sin(x)^2` is a power of the
  sine, with a warning. `\log` is the natural logarithm, with a warning; `\lg` has the base 10, `\lb` the base 2.
- `a/bc` has only names side by side below the slash and is a/(b c), with a warning; `1/2x` is asked back.
- `\sqrt[3]{x}` and other odd roots are real for negative numbers. `|x|` is read if the bars pair in one way only.
- Cases need `\text{otherwise}`, unless conditions that compare one name with numbers leave nothing out.
- Sums, factorials, integrals, derivatives, limits, infinity, sets, vectors, macros and text around it are refused.
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
