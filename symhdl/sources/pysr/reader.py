"""What PySR writes: tables of equations (`hall_of_fame.csv`) in all their header styles, and single equations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from symhdl.errors import Diagnostic, Source, warning
from symhdl.parsed import Parsed
from symhdl.sources.pysr.dialect import PREFIX_OPERATORS, PYSR, dialect_of
from symhdl.sources.pysr.expressions import SINGLE, EquationPlace, read_places, read_program
from symhdl.sources.pysr.select import selected
from symhdl.sources.pysr.style import is_printed_by_julia
from symhdl.sources.pysr.table import (
    Equation,
    Header,
    header_of,
    read_candidates,
    whole_line,
)
from symhdl.sources.pysr.template import is_template, is_template_text
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
    """Reads a table of equations, or a single equation in PySR's spelling."""

    name = "pysr"
    dialect = PYSR

    def detect(self, source: Source) -> float:
        """Sure of a table, of templates, of prefix operators and of names that PySR alone uses."""
        if header_of(source) is not None:
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
        header = header_of(source)
        if header is not None or source.name.lower().endswith(".csv"):
            return _read_table(source, header, options)
        text = source.text
        dialect = dialect_of([text], has_bars=False)
        if is_template_text(text) or (options.combine is not None and is_template(text)):
            places = [EquationPlace(SINGLE, 0, len(text))]
            return Reading(read_places(source, places, dialect, options), text)
        if options.combine is not None:
            places = [EquationPlace(SINGLE, 0, len(text))]
            read_places(source, places, dialect, options)
        return Reading(read_program(source, dialect, options), text)


READER = PysrReader()


def _read_table(source: Source, header: Header | None, options: ReadOptions) -> Reading:
    candidates = read_candidates(source)
    assert header is not None, "a table without a header; please report this"
    chosen = selected(source, candidates, options.select)
    dialect = dialect_of((c.equation for c in candidates), has_bars=header.separator == "|")
    places = [
        EquationPlace(name, candidate.field.start, candidate.field.end)
        for name, candidate in zip(_names(chosen), chosen, strict=True)
    ]
    parsed = read_places(source, places, dialect, options)
    if header.is_of_symbolfit:
        parsed = replace(parsed, warnings=(_of_symbolfit(source), *parsed.warnings))
    return Reading(parsed, _text(parsed, chosen, options))


def _names(chosen: Sequence[Equation]) -> list[str]:
    """What the outputs are called: `y`, or `c5` for complexity 5, with the row where that is not enough."""
    if len(chosen) == 1:
        return [SINGLE]
    complexities = [candidate.complexity for candidate in chosen]
    return [
        f"c{c.complexity}" if complexities.count(c.complexity) == 1 else f"c{c.complexity}_{c.row}"
        for c in chosen
    ]


def _text(parsed: Parsed, chosen: Sequence[Equation], options: ReadOptions) -> str:
    """The chosen equations as a header comment may show them."""
    outputs = [output.name for output in parsed.graph.outputs]
    if len(outputs) == len(chosen) and not any(is_template(c.equation) for c in chosen):
        pairs = zip(outputs, chosen, strict=True)
        return "\n".join(f"{name} = {candidate.equation}" for name, candidate in pairs)
    rule = [] if options.combine is None else [f"combined by {options.combine}"]
    return "\n".join([*(candidate.equation for candidate in chosen), *rule])


def _of_symbolfit(source: Source) -> Diagnostic:
    return warning(
        "symbolfit",
        "the column `PySR equation` is what was found before the fit",
        whole_line(source),
        notes=("it is rounded, and its inputs are the scaled ones",),
        help="for the fitted expression give the text of `Parameterized equation, unscaled` and its parameters",
    )
