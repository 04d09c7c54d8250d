"""Definitions of operators as people copy them from their scripts: Julia functions, strings in lists, Python lambdas.

They are read in place: every definition keeps its line and column, and what the grammar has no use for becomes blank.

    inv(x) = 1/x                                  as it stands
    "sq(x::T) where {T} = x^2f0",                 a string of a list, types
    f(x) = x > 0 ? x : convert(T, NaN)            conversions; NaN is a point without value
    function g(x) return x * abs(x) end           functions of one expression
    "cube": lambda x: sympy.Abs(x)**3,            an entry of extra_sympy_mappings
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from symhdl.errors import Source
from symhdl.files import read_text
from symhdl.sources.stand_in import StandIn

OPTION = "--define"
MAXIMUM_TYPES = 30  # names of types that one text may declare

_STRING = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")
_LAMBDA = re.compile(
    r"[\"']?(?<!\w)(?P<name>[^\W\d]\w{0,200})[\"']?\s{0,9}[:=]\s{0,9}lambda\s(?P<arguments>[\w ,]{1,300}):"
)
_FUNCTION = re.compile(r"(?<!\w)(?P<word>function\s)\s*[^\W\d]\w*\s*\([^()]*\)(?P<end>[\s;])")
_END = re.compile(r"\bend\b")
_TYPE = re.compile(r"::\s*[A-Za-z]\w*(?:\{[^{}\n]*\})?")
_WHERE = re.compile(r"\bwhere\s*(?:\{(?:[^{}\n]|\{[^{}\n]*\})*\}|[A-Za-z]\w*(?:\s*<:\s*\w+)?)")
_TYPE_NAME = re.compile(r"\bwhere\s*\{?\s*(\w+)")
_NUMBER_TYPES = ("Float16", "Float32", "Float64", "BigFloat")
_UNIT = re.compile(r"\b(?P<unit>one|oneunit|zero)\s*\(\s*\w+\s*\)(?!\s*=(?!=))")
_CONVERSION = re.compile(r"\b(?:convert|oftype)\s*\(\s*(?:\w+|typeof\s*\(\s*\w+\s*\))\s*,")
_NAN = re.compile(r"\bNaN(?:16|32|64)?\b")
_MODULE = re.compile(r"(?<![\w.])(?:sympy|sp|numpy|np|math|jnp|torch|Base)\.(?=[^\W\d])")
_RATIONAL = re.compile(r"(?<=[0-9])\s*//\s*(?=[0-9])")
_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


Definitions = Sequence[str | Path] | Mapping[str, Callable[..., object]]


def definitions_of(given: Definitions) -> list[StandIn]:
    """The definitions of a list of texts and files, or of a dict like PySR's `extra_sympy_mappings`."""
    if isinstance(given, Mapping):
        from symhdl.sources.mappings import definitions_of

        return [definition_of(text) for text in definitions_of(given)]
    return [definition_of(one) for one in given]


def definition_of(given: str | Path | Source) -> StandIn:
    """The text of a definition, or of the file at a path, ready for the grammar.

    Raises SymhdlError if the file cannot be read.
    """
    if isinstance(given, Path):
        given = Source(str(given), read_text(given))
    original = Source(OPTION, given) if isinstance(given, str) else given
    text = _native(original.text)
    return StandIn(original if text == original.text else replace(original, text=text), original)


def _native(text: str) -> str:
    """The text with the same length and the same lines as the grammar reads it."""
    return _without_functions(_without_types(_without_wrapping(text)))


def _blank(text: str) -> str:
    return "".join(c if c == "\n" else " " for c in text)


def _blanked(match: re.Match[str]) -> str:
    return _blank(match[0])


def _without_wrapping(text: str) -> str:
    """Definitions in strings and lambdas alone, if there are any; else the text."""
    found: list[tuple[int, int, str]] = []
    covered = 0
    for match in _LAMBDA.finditer(text):
        if match.start() < covered:
            continue
        covered = end = _end_of_lambda(text, match.end())
        left = f"{match['name']}({' '.join(match['arguments'].split())}) ="
        width = match.end() - match.start()
        body = _MODULE.sub(_blanked, text[match.end() : end])
        found.append((match.start(), end, left.ljust(width) + body))
    for match in _STRING.finditer(text):
        inside = match[0][1:-1]
        is_definition = re.match(r"\s*[^\W\d]\w*\s*\([^()]*\)[^=]*=(?!=)", inside) is not None
        if is_definition:
            found.append((match.start(), match.end(), f" {inside} "))
    if not found:
        return text
    found.sort()
    pieces: list[str] = []
    position = 0
    for start, end, replacement in found:
        if start < position:
            continue
        pieces += [_separated(text[position:start], bool(pieces)), replacement]
        position = end
    pieces.append(_blank(text[position:]))
    return "".join(pieces)


def _separated(between: str, is_needed: bool) -> str:
    """Blanks, the first of them a semicolon if no line end divides the two definitions."""
    blank = _blank(between)
    return ";" + blank[1:] if is_needed and blank and "\n" not in blank else blank


def _end_of_lambda(text: str, start: int) -> int:
    """Where the expression ends: before a comma or a line end outside of brackets, or a bracket that closes more."""
    depth = 0
    for position in range(start, len(text)):
        mark = text[position]
        depth += _BRACKETS.get(mark, 0)
        if depth < 0 or (depth == 0 and mark in ",\n;"):
            return position
    return len(text)


def _without_functions(text: str) -> str:
    """`function f(x) ... end` as `f(x) = ...`, if it is one expression."""
    marks = list(text)
    for match in _FUNCTION.finditer(text):
        end = match.end("end")
        closing = _END.search(text, end)
        if closing is None:
            break
        marks[match.start("word") : match.end("word")] = " " * len(match["word"])
        marks[end - 1] = "="
        body = re.sub(r"\breturn\b", _blanked, text[end : closing.start()])
        marks[end : closing.end()] = " ".join(re.split(r"[\n;]", body)) + "   "
    return "".join(marks)


def _without_types(text: str) -> str:
    types = {*_NUMBER_TYPES, *_TYPE_NAME.findall(text)}
    text = _WHERE.sub(_blanked, _TYPE.sub(_blanked, text))
    text = _CONVERSION.sub(lambda match: "(".ljust(len(match[0])), text)
    names = "|".join(map(re.escape, sorted(types)[:MAXIMUM_TYPES]))
    text = _UNIT.sub(lambda m: ("0" if m["unit"] == "zero" else "1").ljust(len(m[0])), text)
    text = re.sub(rf"(?<!\w)(?:{names})(?=\s*\()", _blanked, text)
    text = _NAN.sub(lambda match: "0/0".ljust(len(match[0])), text)
    return _RATIONAL.sub(lambda match: "/".ljust(len(match[0])), text)
