"""Texts of LaTeX into formulas: what stands between delimiters, rows, and lists of equations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from symhdl.grammar.syntax import Lexeme
from symhdl.sources.latex import commands
from symhdl.sources.latex.questions import Extent, Findings

Tokens = list[Lexeme]

_OPENING = re.compile(
    rf"(?<!\\)(?:\\[\[(]|\$\$?|\\begin\{{(?P<name>(?:{commands.FORMULAS})\*?)\}})"
)
_CLOSING = {"$": "$", "$$": "$$", "\\(": "\\)", "\\[": "\\]"}
_BETWEEN = re.compile(
    rf"(?:[\s.,;:~&]|\\\\|\\(?:[,;:! ]|q?quad|noindent)|(?:{commands.JOINING_WORDS})(?![A-Za-z]))*"
)
_OPERATORS = frozenset(["SIGN", "TIMES", "SLASH", "MOD", "RELATION", "EQUALS", "AND", "OR"])
_SEPARATORS = frozenset(["LINE", "NEWLINE", "ALIGN", "COMMA", "CONDITION"])


def segments(text: str, findings: Findings) -> Iterator[Extent]:
    """Where formulas stand in the text: between delimiters, or everywhere if there are none."""
    position = 0
    while (match := _OPENING.search(text, position)) is not None:
        _tell_text(text, position, match.start(), findings)
        closer = _CLOSING.get(match[0]) or f"\\end{{{match['name']}}}"
        end = text.find(closer, match.end())
        if end < 0:
            findings.ask("unmatched-delimiter", Extent(*match.span()))
            return
        yield Extent(match.end(), end)
        position = end + len(closer)
    if position == 0:
        yield Extent(0, len(text))
    else:
        _tell_text(text, position, len(text), findings)


def _tell_text(text: str, start: int, end: int, findings: Findings) -> None:
    """Text around formulas would be lost without a word, so there may be none."""
    match = _BETWEEN.match(text, start, end)
    first = start if match is None else match.end()
    if first < end:
        findings.ask("text-outside-formula", Extent(first, first + len(text[first:end].rstrip())))


def formulas_of(tokens: Sequence[Lexeme], findings: Findings) -> Iterator[Tokens]:
    """The formulas among the tokens of a segment, without those in which something is wrong."""
    has_equations = has_equals(tokens)
    rows: list[tuple[Lexeme | None, Tokens]] = []  # with what stands before each
    for separator, piece in _pieces(tokens):
        if not rows or not rows[-1][1]:
            rows[-1:] = [(rows[-1][0] if rows else None, piece)]
        elif separator is None or not _goes_on(separator, rows[-1][1], piece):
            rows.append((separator, piece))
        else:
            is_row = separator.type == "LINE" and not has_equations
            if is_row and piece and piece[0].type == "SIGN":
                findings.ask("ambiguous-row", separator)
            is_list = separator.type in ("COMMA", "CONDITION")
            rows[-1][1].extend([separator, *piece] if is_list else piece)
    for separator, row in rows:
        while row and row[-1].type in ("COMMA", "PERIOD"):
            row.pop()
        place = Extent(row[0].start, row[-1].end) if row else Extent(0, 0)
        if separator is not None and row and not has_equals(row):
            if separator.type == "ALIGN":
                findings.ask("syntax align", separator)
                continue
            if has_equations:
                findings.remark("row-without-equation", place)
        if row and all(token.type != "FAULT" for token in row):
            yield row


def outer(tokens: Sequence[Lexeme]) -> Iterator[tuple[Lexeme, bool]]:
    """The tokens, and whether they stand outside of all brackets."""
    depth = 0
    for token in tokens:
        depth -= token.type == "CLOSE"
        yield token, depth <= 0
        depth += token.type == "OPEN"


def has_equals(tokens: Sequence[Lexeme]) -> bool:
    """Whether an equals sign stands outside of all brackets."""
    return any(is_outer and token.type == "EQUALS" for token, is_outer in outer(tokens))


def _pieces(tokens: Sequence[Lexeme]) -> Iterator[tuple[Lexeme | None, Tokens]]:
    """What stands between separators, with the separator before it; an empty line is a LINE."""
    separator: Lexeme | None = None
    current: Tokens = []
    for token, is_outer in outer(tokens):
        is_first = separator is None and not current
        if (
            not is_outer
            or token.type not in _SEPARATORS
            or (is_first and token.type == "CONDITION")
        ):
            current.append(token)
        elif current or separator is None:
            yield separator, current
            separator, current = token, []
        elif token.type == "LINE" or token.type == separator.type == "NEWLINE":
            separator = token._replace(type="LINE")
    yield separator, current


def _goes_on(separator: Lexeme, before: Tokens, piece: Tokens) -> bool:
    """Whether the piece belongs to the same formula as what stands before it."""
    if not piece:
        return True
    is_joined = piece[0].type in _OPERATORS or before[-1].type in _OPERATORS
    if separator.type in ("LINE", "ALIGN"):
        return is_joined
    are_equations = has_equals(piece) and has_equals(before)
    return not are_equations or (is_joined and separator.type == "NEWLINE")
