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
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from symhdl.arguments import Definitions
from symhdl.errors import Source
from symhdl.files.reading import read_text
from symhdl.grammar.tokens import check_text
from symhdl.sources.fpcore.beginning import BEGINNING

OPTION = "--define"
MAXIMUM_TYPES = 30  # names of types that one text may declare

_STRING = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")
_LAMBDA = re.compile(
    r"[\"']?(?<!\w)(?P<name>[^\W\d]\w{0,200})[\"']?\s{0,9}[:=]\s{0,9}lambda\s(?P<arguments>[\w ,]{1,300}):"
)
_DEFINITION = re.compile(r"\s*[^\W\d]\w*\s*\([^()]*\)[^=]*=(?!=)")
_SPACE = re.compile(r"\s+|#[^\n]*|//[^\n]*")
_WRAPPING = re.compile(
    r"""[\[{(]
    | [\w.]+\s{0,9}[=:]\s{0,9}(?=[\[{]|\(\s{0,99}["'])        # unary_operators = [
    | (?:\w+\s{0,9}=\s{0,9})?(?:\w+\.)?(?:[A-Z]\w*|dict)\(    # model = PySRRegressor(
        (?=[ ]*$|\s{0,99}\w+\s{0,9}=\s{0,9}(?:["'\[{]|[\w.]+\s{0,9},))
    | \w+\s{0,9}=\s{0,9}                                      # niterations = 40,
        (?:"[^"\n]*"|'[^'\n]*'|[-+]?[\w.]+(?:[-+]\d+)?)(?=\s{0,9}[,)])
    | (?:[\w.]+|[-+*/^])(?=\s{0,9}[,\])}])                    # cos,
    | "[\w.]*" | '[\w.]*' | "[-+*/^]+" | '[-+*/^]+'
    | ["'](?=[ ,)\]]*$)                                       # three quotes around lines
    """,
    re.VERBOSE | re.MULTILINE,
)
_CLOSING = re.compile(r"[\]}),]")
_PLAIN_MARK = re.compile(r"#[^\n]*|(?<=[0-9])//(?=[0-9])|//[^\n]*|[()\[\]{}\n;]")
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


def read_definitions(given: Definitions) -> list[Source]:
    """The definitions of a list of texts and files, or of a dict like PySR's `extra_sympy_mappings`."""
    if isinstance(given, Mapping):
        from symhdl.sources.pysr.mappings import texts_of_functions

        return [definition_of(text) for text in texts_of_functions(given)]
    return [definition_of(one) for one in given]


def definition_of(given: str | Path | Source) -> Source:
    """The text of a definition, or of the file at a path, ready for the grammar.

    Raises SymhdlError if the file cannot be read.
    """
    if isinstance(given, Path):
        given = Source(str(given), read_text(given))
    original = Source(OPTION, given) if isinstance(given, str) else given
    check_text(original)
    if BEGINNING.match(original.text) is not None:  # cores of FPCore that others call
        return original
    text = _native(original.text)
    return original if text == original.text else replace(original, text=text, original=original)


def _native(text: str) -> str:
    """The text with the same length and the same lines as the grammar reads it."""
    return _without_functions(_without_types(_without_wrapping(text)))


def _blank(text: str) -> str:
    return "".join(c if c == "\n" else " " for c in text)


def _blanked(match: re.Match[str]) -> str:
    return _blank(match[0])


def _without_wrapping(text: str) -> str:
    """Definitions in strings and lambdas beside plain ones, with blanks for the lists and calls around them.

    Only what is known to be wrapping becomes blank; all else stays, so that the grammar reads it or refuses it.
    """
    pieces: list[str] = []
    position = 0
    is_wrapped = False
    while position < len(text):
        piece, is_wrapping = _piece(text, position, is_wrapped)
        is_wrapped = is_wrapped or is_wrapping
        pieces.append(piece)
        position += len(piece)
    return "".join(pieces)


def _piece(text: str, start: int, is_wrapped: bool) -> tuple[str, bool]:
    """What the grammar is to read for the text from `start` on, and whether wrapping was taken from it."""
    match = _SPACE.match(text, start)
    if match is not None:
        return match[0], False
    match = _LAMBDA.match(text, start)
    if match is not None:
        end = _end_of_lambda(text, match.end())
        left = f"{match['name']}({' '.join(match['arguments'].split())}) ="
        body = _MODULE.sub(_blanked, text[match.end() : end])
        return left.ljust(match.end() - start) + body, True
    match = _STRING.match(text, start)
    if match is not None and _DEFINITION.match(match[0], 1) is not None:
        return f" {match[0][1:-1]};", True
    match = _WRAPPING.match(text, start) or (_CLOSING.match(text, start) if is_wrapped else None)
    if match is not None:
        return ";" if match.re is _CLOSING else _blank(match[0]), True
    return text[start : _end_of_plain(text, start)], False


def _end_of_plain(text: str, start: int) -> int:
    """Where a definition ends that stands there as it is: behind a line or a `;` outside of brackets."""
    depth = 0
    for match in _PLAIN_MARK.finditer(text, start):
        mark = match[0]
        depth += _BRACKETS.get(mark, 0)
        if depth <= 0 and mark in "\n;":
            return match.end()
    return len(text)


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
    done = 0
    for match in _FUNCTION.finditer(text):
        if match.start() < done:  # inside of another one, which is no expression then
            continue
        end = match.end("end")
        closing = _END.search(text, end)
        if closing is None:
            break
        marks[match.start("word") : match.end("word")] = " " * len(match["word"])
        marks[end - 1] = "="
        body = re.sub(r"\breturn\b", _blanked, text[end : closing.start()])
        done = closing.end()
        marks[end:done] = " ".join(re.split(r"[\n;]", body)) + "   "
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
