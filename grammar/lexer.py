"""Characters into tokens, by the terminals of the grammar file and what a dialect changes about them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

from lark import Lark, Token
from lark.common import LexerConf
from lark.lexer import Lexer, LexerState

from symhdl.functions.dialect import Dialect

from .syntax import Lexeme

_IGNORED = frozenset({"BLANK", "COMMENT", "PREFIX", "IGNORED"})


class NoLexer(Lexer):
    """What the parser is told of characters: nothing; it is fed token by token."""

    def __init__(self, _: LexerConf) -> None:
        """The configuration is of no use here."""

    def lex(self, _: LexerState, __: object) -> Iterator[Token]:
        """No tokens."""
        return iter(())


@cache
def _pattern_of(parser: Lark, dialect: Dialect) -> re.Pattern[str]:
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
    if dialect.ignored:
        added["IGNORED"] = "|".join(f"(?:{pattern})" for pattern in dialect.ignored)
    if dialect.numbered_arguments:
        added["NAME_OF_ARGUMENT"] = r"\#[0-9]+(?!\w)"
    if dialect.line_comments:
        added["COMMENT"] = f"(?:{_any_of(dialect.line_comments)})[^\\n]*"
    if dialect.prefixes:
        added["PREFIX"] = rf"(?:{_any_of(dialect.prefixes)})(?=[^\W\d])"
    if dialect.quoted_names:
        added["NAME_IN_QUOTES"] = r"\"[^\"\n]+\"|'[^'\n]+'"
    if dialect.words:
        added["NAME_BY_WORD"] = rf"(?:{_any_of(word for word, _ in dialect.words)})(?!\w)"
    if dialect.infix_functions:
        words = _any_of(word for word, _ in dialect.infix_functions)
        # A word may touch a digit or a bracket before it; after a letter it is a part of the name.
        added["INFIX"] = rf"(?<=[0-9.)\]}}])(?:{words})|(?<!\w)(?:{words})(?!\w)"
        added["NAME_BEFORE_INFIX"] = rf"[^\W\d]\w*?(?<=[0-9])(?={words})"
    if dialect.digits_first:
        # A number that is followed by no letter stays one, and so does one whose exponent has a sign. What is a
        # number in other languages, `0b101` or `2j`, is no name.
        number = rf"(?:{native['NUMBER']})(?!\w)|[0-9]+[eE][+-][0-9]"
        number += r"|(?:0[bBoOxX][0-9a-fA-F]*|[0-9]+[eEijIJ])(?!\w)"
        added["NAME_WITH_DIGITS_FIRST"] = rf"(?!{number})[0-9]+_*[^\W\d_]\w*"
    if dialect.suffixed_numbers:
        number = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
        added["NUMBER_WITH_SUFFIX"] = rf"{number}(?:_?[fiu](?:8|16|32|64)|[fFlLuU]+)(?!\w)"
    if dialect.absolute_bars:
        added["BAR"] = r"\|"
    return added


def _any_of(words: Iterable[str]) -> str:
    """A pattern of the words, longer ones before those that they begin with."""
    return "|".join(map(re.escape, sorted(words, key=lambda word: -len(word))))


def tokens_of(text: str, start: int, end: int, dialect: Dialect, parser: Lark) -> Iterator[Lexeme]:
    """The tokens between two positions of the text; every character belongs to one or to an ignored one."""
    words = dict(dialect.words)
    for match in _pattern_of(parser, dialect).finditer(text, start, end):
        kind = match.lastgroup
        assert kind is not None, "a token without a kind; please report this"
        if kind in _IGNORED:
            continue
        written = match[0]
        if kind in _VARIETIES:
            kind, read = _VARIETIES[kind]
            written = words.get(written) or read(written)
        yield Lexeme(kind, written, *match.span())


_SUFFIX = re.compile(r"(?:_?[fiu](?:8|16|32|64)|[fFlLuU]+)$")
_VARIETIES: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "NAME_IN_QUOTES": ("NAME", lambda text: text[1:-1]),
    "NAME_OF_ARGUMENT": ("NAME", lambda text: text),
    "NAME_BY_WORD": ("NAME", lambda text: text),
    "NAME_BEFORE_INFIX": ("NAME", lambda text: text),
    "NAME_WITH_DIGITS_FIRST": ("NAME", lambda text: text),
    "NUMBER_WITH_SUFFIX": ("NUMBER", lambda text: _SUFFIX.sub("", text)),
}
"""Kinds of tokens that dialects add: the terminal that each one is, and what it says."""
