"""Reads what PySR writes, a table of equations or a single one, once it is known to be such."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from symhdl.errors import Diagnostic, Source, warning
from symhdl.functions.dialect import Dialect
from symhdl.parsed import Parsed, Taken
from symhdl.sources.pysr.dialect import PYSR, dialect_of
from symhdl.sources.pysr.expressions import SINGLE, EquationPlace, read_places, read_program
from symhdl.sources.pysr.front import is_front, plain_text
from symhdl.sources.pysr.select import selected
from symhdl.sources.pysr.table import Equation, header_of, is_table, read_candidates, whole_line
from symhdl.sources.pysr.template import is_template, is_template_text
from symhdl.sources.reading.reader import Reading, ReadOptions


def read_equations(source: Source, options: ReadOptions) -> Reading:
    """As `PysrReader.read`."""
    if is_table(source) or source.name.lower().endswith(".csv"):
        return _read_table(source, options)
    text = source.text
    dialect = dialect_of([text], has_bars=False)
    if is_template_text(text) or (options.combine is not None and is_template(text)):
        places = [EquationPlace(SINGLE, 0, len(text))]
        return Reading(read_places(source, places, dialect, options), text)
    if options.combine is not None:
        places = [EquationPlace(SINGLE, 0, len(text))]
        read_places(source, places, dialect, options)
    return Reading(read_program(source, dialect, options), text)


def _read_table(source: Source, options: ReadOptions) -> Reading:
    candidates = read_candidates(source)
    chosen = selected(source, candidates, options.select)
    dialect = _dialect_of_table(source, candidates)
    source = plain_text(source) if is_front(source) else source
    header = header_of(source)
    places = [
        EquationPlace(name, candidate.field.start, candidate.field.end)
        for name, candidate in zip(names_of(chosen), chosen, strict=True)
    ]
    parsed = read_places(source, places, dialect, options)
    parsed = replace(parsed, taken=taken_of(chosen))
    if header is not None and header.is_of_symbolfit:
        parsed = replace(parsed, warnings=(_of_symbolfit(source), *parsed.warnings))
    return Reading(parsed, _text(parsed, chosen, options))


def _dialect_of_table(source: Source, candidates: Sequence[Equation]) -> Dialect:
    header = header_of(source)
    has_bars = header is not None and header.separator == "|"
    return dialect_of((candidate.equation for candidate in candidates), has_bars)


def definitions_of_table(source: Source, candidates: Sequence[Equation]) -> dict[str, str]:
    """The functions that mean something else in this table than in one of its equations alone: definitions by name."""
    added = _dialect_of_table(source, candidates).definitions.removeprefix(PYSR.definitions)
    return {line.partition("(")[0]: line for line in map(str.strip, added.splitlines()) if line}


def names_of(chosen: Sequence[Equation]) -> list[str]:
    """What the outputs are called: after their classes, or `y`.

    Of several of one class they are called after the complexity, as `c5`, with the row where that is not enough.
    """
    classes = Counter(candidate.class_name for candidate in chosen)
    equal = Counter((candidate.class_name, candidate.complexity) for candidate in chosen)
    names: list[str] = []
    for c in chosen:
        number = f"c{c.complexity}" + f"_{c.row}" * (equal[c.class_name, c.complexity] > 1)
        of_class = [c.class_name] if c.class_name else []
        names.append("_".join([*of_class, *[number] * (classes[c.class_name] > 1)]) or SINGLE)
    return names


def taken_of(chosen: Sequence[Equation]) -> tuple[Taken, ...]:
    """What is told of the equations that were chosen."""
    return tuple(
        Taken(
            name, c.class_name, c.complexity, c.loss if math.isfinite(c.loss) else None, c.equation
        )
        for name, c in zip(names_of(chosen), chosen, strict=True)
    )


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
