"""What PySR writes: tables of equations (`hall_of_fame.csv`) in all their header styles, and single equations."""

from __future__ import annotations

import re

from symhdl.errors import Source
from symhdl.sources.pysr.dialect import PREFIX_OPERATORS, PYSR
from symhdl.sources.pysr.style import is_printed_by_julia
from symhdl.sources.pysr.table import Equation, is_table, read_candidates
from symhdl.sources.pysr.template import is_template_text
from symhdl.sources.reading.reader import Reading, ReadOptions

__all__ = ["PYSR", "READER", "Equation", "PysrReader", "read_candidates"]

# Names of operators that nobody but PySR uses.
_OWN_OPERATORS = re.compile(
    r"(?<!\w)(?:(?:log|log2|log10|log1p|sqrt|pow|acosh)_abs|safe_(?:log|log2|log10|log1p|sqrt|pow|a?(?:sin|cos)h?)"
    r"|sqrtm|logm|logm2|logm10|atanh_clip|logical_(?:or|and)|greater_equal|less_equal)\s*\("
)
# Units in brackets: unknown ones, those with an exponent, those of an input with an index.
_UNITS = re.compile(r"[\w.]\[(?:\?|[^\[\]\n]{0,40}[⁰¹²³⁴-⁹])\]|[₀-₉]\[")
_JULIA_LITERAL = re.compile(r"(?<![\w.])[0-9]+(?:\.[0-9]*)?f[-+]?[0-9]")
_BARE_NEGATIVE = re.compile(r"[(,+\-*/^] ?-[0-9]")  # others put brackets around it
_OTHER_LANGUAGE = re.compile(
    r"^[^\S\n]*+(?:input|output)\s+\w|:\s*u?fixed\s*<|^[^\S\n]*+\(FPCore|\\", re.MULTILINE
)


class PysrReader:
    """Reads a table of equations, or a single equation in PySR's spelling; what that takes is loaded then."""

    name = "pysr"
    dialect = PYSR

    def detect(self, source: Source) -> float:
        """Sure of a table, of templates, of prefix operators and of names that PySR alone uses."""
        if is_table(source):
            return 1.0
        text = source.text
        if source.name.lower().endswith(".csv"):
            return 0.6
        if _OTHER_LANGUAGE.search(text):
            return 0.0
        if is_template_text(text) or PREFIX_OPERATORS.search(text):
            return 0.9
        if _OWN_OPERATORS.search(text) or _UNITS.search(text):
            return 0.9
        if is_printed_by_julia(text):
            return 0.8 if _BARE_NEGATIVE.search(text) else 0.6
        return 0.6 if _JULIA_LITERAL.search(text) else 0.3

    def read(self, source: Source, options: ReadOptions) -> Reading:
        """The graph of the equations chosen by `options.select` (see `selected`), or of a text that is no table.

        A single equation is the output `y`; with `all` every equation is an output named after its complexity. The
        parts of a template are outputs unless `options.combine` says how they make one expression.
        """
        from symhdl.sources.pysr.equations import read_equations

        return read_equations(source, options)


READER = PysrReader()
