"""Texts of LaTeX into formulas: what stands between delimiters, rows, and lists of equations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from symhdl.grammar.syntax import Lexeme
from symhdl.sources.latex import commands
from symhdl.sources.latex.questions import Extent, Findings

Tokens = list[Lexeme]

_OPENING = re.compile(
    rf"(?<!\\)(?:\\[\[(]|\$\$?|\\begin\{{(?P<name>(?:{commands.FORMULAS})\*?)\}})"
)
_CLOSING = {"$": "$", "$$": "$$", "\\(": "\\)", "\\[": "\\]"}
_BETWEEN = re.compile(
    r"(?:[\s.,;:~&]|\\\\|\\(?:[,;:! ]|q?quad|noindent)|(?:where:?|with:?|and|for)(?![A-Za-z]))*"
)
_OPERATORS = frozenset(["SIGN", "FACTOR", "INFIX", "RELATION", "ASSIGN", "AND", "OR"])
_SEPARATORS = frozenset(["LINE", "NEWLINE", "COMMA"])


def segments(text: str, findings: Findings) -> Iterator[Extent]:
    """Where formulas stand in the text: between delimiters, or everywhere if there are none."""
    position = 0
    while (match := _OPENING.search(text, position)) is not None:
        _tell_text(text, position, match.start(), findings)
        closer = _CLOSING.get(match[0]) or f"\\end{{{match['name']}}}"
        end = text.find(closer, match.end())
        if end < 0:
            findings.ask("unmatched-bracket opening", Extent(*match.span()), closer)
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


def formulas_of(tokens: Sequence[Lexeme]) -> Iterator[Tokens]:
    """The formulas among the tokens of a segment, without those in which something is wrong."""
    rows: list[Tokens] = []
    for separator, piece in _pieces(tokens):
        if not piece:
            continue
        if rows and separator is not None and _goes_on(separator, rows[-1], piece):
            rows[-1] += [separator, *piece]
        else:
            rows.append(piece)
    for row in rows:
        if row[-1].type == "PERIOD":
            row.pop()
        if row and all(token.type != "FAULT" for token in row):
            yield row


def outer(tokens: Iterable[Lexeme]) -> Iterator[tuple[Lexeme, bool]]:
    """The tokens, and whether they stand outside of all brackets."""
    depth = 0
    for token in tokens:
        depth -= token.type == "CLOSE"
        yield token, depth <= 0
        depth += token.type == "OPEN"


def has_equals(tokens: Sequence[Lexeme]) -> bool:
    """Whether an equals sign stands outside of all brackets."""
    return any(is_outer and token.type == "ASSIGN" for token, is_outer in outer(tokens))


def _pieces(tokens: Iterable[Lexeme]) -> Iterator[tuple[Lexeme | None, Tokens]]:
    """What stands between separators, with the separator before it."""
    separator: Lexeme | None = None
    current: Tokens = []
    for token, is_outer in outer(tokens):
        if is_outer and token.type in _SEPARATORS:
            yield separator, current
            is_after_separator = not current and token.type == "NEWLINE"
            separator, current = separator if is_after_separator else token, []
        elif not is_outer or token.type != "ALIGN":  # which only says where rows meet
            current.append(token)
    yield separator, current


def _goes_on(separator: Lexeme, before: Tokens, piece: Tokens) -> bool:
    """Whether the piece belongs to the same formula as what stands before it."""
    is_joined = piece[0].type in _OPERATORS or before[-1].type in _OPERATORS
    if separator.type == "LINE":
        return is_joined
    are_equations = has_equals(piece) and has_equals(before)
    return not are_equations or (is_joined and separator.type == "NEWLINE")
