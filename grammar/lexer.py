"""Characters into tokens, by the terminals of the grammar file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lark import Lark, Token
from lark.common import LexerConf
from lark.lexer import Lexer, LexerState

from .syntax import Lexeme


class NoLexer(Lexer):
    """What the parser is told of characters: nothing; it is fed token by token."""

    def __init__(self, _: LexerConf) -> None:
        """The configuration is of no use here."""

    def lex(self, _: LexerState, __: object) -> Iterator[Token]:
        """No tokens."""
        return iter(())


def pattern_of(parser: Lark) -> re.Pattern[str]:
    """One pattern with a group for every terminal that the grammar defines, the higher priority first."""
    terminals = [terminal for terminal in parser.terminals if terminal.pattern is not None]
    terminals.sort(key=lambda terminal: -terminal.priority)
    parts = (f"(?P<{terminal.name}>{terminal.pattern.to_regexp()})" for terminal in terminals)
    return re.compile("|".join(parts))


def tokens_of(
    text: str, start: int, end: int, pattern: re.Pattern[str], ignored: frozenset[str]
) -> Iterator[Lexeme]:
    """The tokens between two positions of the text; every character belongs to one or to an ignored one."""
    for match in pattern.finditer(text, start, end):
        kind = match.lastgroup
        assert kind is not None, "a token without a kind; please report this"
        if kind not in ignored:
            yield Lexeme(kind, match[0], *match.span())
