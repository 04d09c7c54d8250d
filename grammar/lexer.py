"""Characters into tokens, by the terminals of the grammar file and what a dialect changes about them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lark import Lark, Token
from lark.common import LexerConf
from lark.lexer import Lexer, LexerState

from symhdl.functions.dialect import Dialect

from .syntax import Lexeme

_IGNORED = frozenset({"BLANK", "COMMENT", "PREFIX"})


class NoLexer(Lexer):
    """What the parser is told of characters: nothing; it is fed token by token."""

    def __init__(self, _: LexerConf) -> None:
        """The configuration is of no use here."""

    def lex(self, _: LexerState, __: object) -> Iterator[Token]:
        """No tokens."""
        return iter(())


def pattern_of(parser: Lark, dialect: Dialect) -> re.Pattern[str]:
    """One pattern with a group for every kind of token, those of the dialect first, then the higher priority."""
    terminals = [terminal for terminal in parser.terminals if terminal.pattern is not None]
    terminals.sort(key=lambda terminal: -terminal.priority)
    native = {terminal.name: terminal.pattern.to_regexp() for terminal in terminals}
    del native["COMMENT"]  # every dialect has its own
    patterns = {**_patterns_of_dialect(dialect, native), **native}
    return re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in patterns.items()))


def _patterns_of_dialect(dialect: Dialect, native: Mapping[str, str]) -> dict[str, str]:
    """What the dialect adds to the terminals of the grammar file."""
    added: dict[str, str] = {}
    if dialect.line_comments:
        added["COMMENT"] = f"(?:{_any_of(dialect.line_comments)})[^\\n]*"
    if dialect.prefixes:
        added["PREFIX"] = rf"(?:{_any_of(dialect.prefixes)})(?=[^\W\d])"
    if dialect.quoted_names:
        added["QUOTED"] = r"\"[^\"\n]+\"|'[^'\n]+'"
    if dialect.infix_functions:
        words = _any_of(word for word, _ in dialect.infix_functions)
        # A word may touch a digit or a bracket before it; after a letter it is a part of the name.
        added["INFIX"] = rf"(?<=[0-9.)\]}}])(?:{words})|(?<!\w)(?:{words})(?!\w)"
        added["NAME_BEFORE_INFIX"] = rf"[^\W\d]\w*?(?<=[0-9])(?={words})"
    if dialect.digits_first:
        # A number that is followed by no letter stays one, and so does one whose exponent has a sign.
        number = rf"(?:{native['NUMBER']})(?!\w)|[0-9]+[eE][+-][0-9]"
        added["NAME_WITH_DIGITS_FIRST"] = rf"(?!{number})[0-9]+_*[^\W\d_]\w*"
    return added


def _any_of(words: Iterator[str] | tuple[str, ...]) -> str:
    """A pattern of the words, longer ones before those that they begin with."""
    return "|".join(map(re.escape, sorted(words, key=lambda word: -len(word))))


def tokens_of(
    text: str, start: int, end: int, pattern: re.Pattern[str], ignored: frozenset[str] = _IGNORED
) -> Iterator[Lexeme]:
    """The tokens between two positions of the text; every character belongs to one or to an ignored one."""
    for match in pattern.finditer(text, start, end):
        kind = match.lastgroup
        assert kind is not None, "a token without a kind; please report this"
        if kind in ignored:
            continue
        if kind in _NAMES:
            yield Lexeme("NAME", _NAMES[kind](match[0]), *match.span())
        else:
            yield Lexeme(kind, match[0], *match.span())


def _as_it_stands(text: str) -> str:
    return text


def _without_quotes(text: str) -> str:
    return text[1:-1]


_NAMES = {
    "QUOTED": _without_quotes,
    "NAME_BEFORE_INFIX": _as_it_stands,
    "NAME_WITH_DIGITS_FIRST": _as_it_stands,
}
"""Tokens that are names, and what the name is."""
