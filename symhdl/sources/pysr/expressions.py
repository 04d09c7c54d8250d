"""Equations as PySR prints them, alone or in the fields of a table, with their units, templates and old operators."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from symhdl.errors import Diagnostic, Source, Span, SymhdlError, UsageError, warning
from symhdl.functions.dialect import Dialect, by_hand
from symhdl.grammar import parse
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS
from symhdl.parsed import Excerpt, Parsed
from symhdl.sources.pysr.dialect import (
    NO_INPUTS,
    PYSR_BY_SYMPY,
    assumptions,
    complex_constants,
    explained,
    integer_quotients,
)
from symhdl.sources.pysr.template import (
    RULE_NAME,
    Template,
    combined,
    is_template,
    missing_rule,
    read_template,
)
from symhdl.sources.reading.checked import CheckedReader
from symhdl.sources.reading.merge import merged
from symhdl.sources.reading.reader import ReadOptions

SINGLE = "y"  # the output of an equation that was chosen alone

# `x₁[m³]`, `x₂[s⁻¹ km]`, `x₅[5.0 m]`, `5.32[?]`: in brackets an unknown unit, or a product of known ones.
_KNOWN_UNIT = (
    r"(?:[yzafpnuμµmcdhkMGTP]|da)?"
    r"(?:m|g|s|A|K|cd|mol|Hz|N|Pa|J|W|C|V|F|Ω|ohm|S|Wb|T|H|L|bar|eV|rad|sr|Å|atm)"
    r"|min|h|hr|day|d|wk|yr|angstrom"
)
_FACTOR = rf"(?:{_KNOWN_UNIT})[⁺⁻ᐟ⁰¹²³⁴-⁹]{{0,9}}"
_UNITS = re.compile(
    rf"(?<=[\w.])\[(?:\?|(?:[0-9]{{1,20}}(?:\.[0-9]{{1,20}})?(?:e-?[0-9]{{1,3}})? )?{_FACTOR}(?: {_FACTOR}){{0,9}})\]"
)
_NEGATIVE_BASE = re.compile(
    r"(?<![\w.)\]])(?<![\w.)\]] )-(?P<base>[0-9][0-9.]*(?:[ef][-+]?[0-9]+)?) *\^"
)


class EquationPlace(NamedTuple):
    """An equation: characters `start` to `end` of the source, and what its output is to be called."""

    name: str
    start: int
    end: int


def read_program(source: Source, dialect: Dialect, options: ReadOptions) -> Parsed:
    """A text of its own, definitions included. Raises SymhdlError."""
    place = EquationPlace(SINGLE, 0, len(source.text))
    text, told = _prepared(source, [place], dialect, options)
    return _read(text, (), dialect, options, told)


def read_places(
    source: Source, places: Sequence[EquationPlace], dialect: Dialect, options: ReadOptions
) -> Parsed:
    """The equations at these places as outputs.

    A template is combined by `options.combine`; without it every part of it is an output. Raises SymhdlError.
    """
    text, told = _prepared(source, places, dialect, options)
    templates = [
        read_template(source, place.start, place.end)
        if is_template(source.text[place.start : place.end])
        else None
        for place in places
    ]
    if options.combine is not None:
        return _read_combined(source, places, templates, dialect, options, told)
    excerpts: list[Excerpt] = []
    for place, template in zip(places, templates, strict=True):
        if template is None or not template.functions:
            excerpts.append(Excerpt(place.name, place.start, place.end))
            continue
        told.append(missing_rule(source, template))
        prefix = "" if place.name == SINGLE else f"{place.name}_"
        excerpts += [
            Excerpt(f"{prefix}{name}", start, end) for name, start, end in template.functions
        ]
    return _read(text, excerpts, _with_arguments(dialect), options, _first_of_each_kind(told))


def _prepared(
    source: Source, places: Sequence[EquationPlace], dialect: Dialect, options: ReadOptions
) -> tuple[Source, list[Diagnostic]]:
    """The text without units, and the warnings about it."""
    spans = [(place.start, place.end) for place in places]
    mistakes = complex_constants(source, spans)
    rules = () if options.combine is None else (Source(RULE_NAME, options.combine),)
    for text in (*options.definitions, *rules):
        mistakes += integer_quotients(text, [(0, len(text.text))])
    mistakes += integer_quotients(source, spans)
    if mistakes:
        raise SymhdlError(*mistakes[:MAXIMUM_DIAGNOSTICS])
    told = assumptions(source, spans, options.definitions, dialect)
    told += _negative_bases(source, spans, dialect)
    pieces: list[str] = []
    position = 0
    for start, end in sorted(spans):
        text = source.text[start:end]
        bare = _without_units(text)
        if bare != text:
            told.append(_units_dropped(source, start, text, bare))
        pieces += [source.text[position:start], bare]
        position = end
    pieces.append(source.text[position:])
    text = "".join(pieces)
    return source if text == source.text else replace(source, text=text, original=source), told


def _with_arguments(dialect: Dialect) -> Dialect:
    """The dialect as the parts of templates are written in it: their arguments are called `#1`, `#2`, ..."""
    return replace(dialect, numbered_arguments=True)


def _without_units(text: str) -> str:
    """The text with blanks for the units."""
    return _UNITS.sub(lambda match: " " * len(match[0]), text)


def _units_dropped(source: Source, start: int, text: str, bare: str) -> Diagnostic:
    first = next(k for k, (old, new) in enumerate(zip(text, bare, strict=True)) if old != new)
    end = text.index("]", first) + 1
    return warning(
        "units",
        "units are left out: inputs are the numbers that the search was given",
        Span(source, start + first, start + end),
        notes=("a search with units checks them, and computes with the numbers alone",),
    )


def _negative_bases(
    source: Source, spans: Iterable[tuple[int, int]], dialect: Dialect
) -> list[Diagnostic]:
    if dialect is PYSR_BY_SYMPY:
        return []
    found = (_NEGATIVE_BASE.search(source.text, *span) for span in spans)
    match = next((match for match in found if match is not None), None)
    if match is None:
        return []
    base = match["base"]
    return [
        warning(
            "negative-base",
            f"`-{base} ^ ...` is (-{base})^..., which has values for whole exponents only",
            Span(source, match.start(), match.end()),
            notes=(f"so the search computed it; PySR's SymPy export makes it -({base}^...)",),
            help=f"for the latter write -({base} ^ ...)",
        )
    ]


def _first_of_each_kind(told: Sequence[Diagnostic]) -> list[Diagnostic]:
    """A table of templates gives the same warning for every row; one is enough."""
    kinds: dict[str, Diagnostic] = {}
    for diagnostic in told:
        kinds.setdefault(diagnostic.message, diagnostic)
    return list(kinds.values())


def _read(
    source: Source,
    excerpts: Sequence[Excerpt],
    dialect: Dialect,
    options: ReadOptions,
    told: Sequence[Diagnostic],
) -> Parsed:
    reader = CheckedReader(dialect, lambda _: 0.0, NO_INPUTS)
    with explained():
        parsed = reader.read(source, options, excerpts=excerpts).parsed
    return replace(parsed, warnings=(*told, *parsed.warnings))


def _read_combined(
    source: Source,
    places: Sequence[EquationPlace],
    templates: Sequence[Template | None],
    dialect: Dialect,
    options: ReadOptions,
    told: list[Diagnostic],
) -> Parsed:
    """Every template with the rule, each in a world of its own, as all call their parts alike."""
    assert options.combine is not None, "no rule; please report this"
    parts: list[tuple[Parsed, Sequence[str]]] = []
    for place, template in zip(places, templates, strict=True):
        if template is None or not template.functions:
            span = Span(source, place.start, max(place.start + 1, place.end))
            help = "leave --combine out; it is for `f = ...; g = ...`"
            raise UsageError(
                Diagnostic("template", "there is no template to combine here", span, help=help)
            )
        parsed = _combine(source, template, dialect, options)
        count = len(parsed.graph.outputs)
        names = [f"{place.name}{k}" for k in range(count)] if count > 1 else [place.name]
        parts.append((parsed, names))
    result = merged(parts)
    return replace(result, warnings=(*_first_of_each_kind(told), *result.warnings))


def _combine(source: Source, template: Template, dialect: Dialect, options: ReadOptions) -> Parsed:
    rule = combined(source, template, options.combine or "")
    parts = rule.definitions
    is_signed = dialect.signed_literals
    with explained():
        parsed: Parsed = parse(
            rule.rule,
            options.definitions if is_signed else (*options.definitions, *parts),
            dialect=_with_arguments(by_hand(dialect)),
            inputs=options.inputs,
            signed=parts if is_signed else (),
        )
    return replace(parsed, warnings=(*rule.warnings, *parsed.warnings))
