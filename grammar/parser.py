"""Text into statements: the grammar file at work, one statement at a time so that several errors can be told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any, NamedTuple, cast

from lark import Lark, UnexpectedToken
from lark.parsers.lalr_interactive_parser import InteractiveParser

from symhdl.errors import Diagnostic, Source
from symhdl.functions.dialect import Dialect
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS

from .known import KnownNames
from .lexer import tokens_of
from .messages import END, Failure, syntax_error
from .products import with_products
from .stages import (
    Tokens,
    with_absolute_bars,
    with_calls_of_if,
    with_infix_functions,
    with_known_case,
    with_words_of_declarations,
)
from .syntax import Lexeme, Statement, TermBuilder
from .tables import GrammarFile, parser_of
from .tokens import Splitter, check_length, limited

NATIVE_FILE = GrammarFile(
    "symhdl.grammar", "native", "statement", ("NEWLINE", "SEMICOLON", "OTHER")
)


@cache
def _parser() -> Lark:
    """The parser of one statement."""
    return parser_of(NATIVE_FILE, TermBuilder())


class SplitText(NamedTuple):
    """A text as the tokens of its statements, and what is wrong with the others."""

    source: Source
    statements: list[Tokens]
    diagnostics: list[Diagnostic]


def split_text(source: Source, start: int, end: int, dialect: Dialect) -> SplitText:
    """The statements in characters `start` to `end` of the source.

    Raises SymhdlError where going on makes no sense: a text too large or too deep.
    """
    check_length(source, end - start)
    splitter = Splitter(source, dialect.signed_literals)
    tokens = tokens_of(source.text, start, end, dialect, _parser())
    splitter.split(limited(source, tokens))
    return SplitText(source, splitter.statements, splitter.diagnostics)


def read_statements(
    text: SplitText, dialect: Dialect, known: KnownNames
) -> tuple[list[Statement], list[Diagnostic]]:
    """The statements of the text, and what is wrong with the others."""
    statements: list[Statement] = []
    diagnostics = list(text.diagnostics)
    for tokens in text.statements:
        result = _read_statement(text.source, tokens, dialect, known)
        if isinstance(result, Diagnostic):
            diagnostics.append(result)
            if len(diagnostics) >= MAXIMUM_DIAGNOSTICS:
                break
        else:
            statements.append(result)
    diagnostics.sort(key=lambda diagnostic: diagnostic.span.start if diagnostic.span else 0)
    return statements, diagnostics


def _read_statement(
    source: Source, tokens: Tokens, dialect: Dialect, known: KnownNames
) -> Statement | Diagnostic:
    tokens = with_words_of_declarations(tokens)
    tokens = with_calls_of_if(tokens)
    tokens = with_infix_functions(tokens, dialect)
    if dialect.absolute_bars:
        tokens = with_absolute_bars(tokens)
    if dialect.ignores_case:
        tokens = with_known_case(tokens, known.spellings)
    if not dialect.implicit_products:
        return _parse(source, tokens)
    result = with_products(source, tokens, known.functions, known.values)
    return result if isinstance(result, Diagnostic) else _parse(source, result)


def _parse(source: Source, tokens: Sequence[Lexeme]) -> Statement | Diagnostic:
    feed = _feeder(_parser().parse_interactive())
    end = tokens[-1].end
    closed = [*tokens, Lexeme(END, "", end, end + 1)]
    position = 0
    try:
        for token in closed:
            statement = feed(token)
            position += 1
    except UnexpectedToken:
        before = tokens[position - 1] if position > 0 else None
        return syntax_error(source, Failure(before, closed[position], _accepted(tokens[:position])))
    return statement


def _feeder(state: InteractiveParser) -> Callable[[Lexeme], Statement]:
    """The parser asks nothing of a token but its type; what it returns counts at the end of the statement."""
    feed: Callable[[Lexeme], Statement] = cast("Any", state.feed_token)
    return feed


def _accepted(tokens: Sequence[Lexeme]) -> Collection[str]:
    """What may follow the tokens. Asked of a fresh parser, as one that failed has gone on before it noticed."""
    state = _parser().parse_interactive()
    feed = _feeder(state)
    for token in tokens:
        feed(token)
    accepted: Collection[str] = state.accepts()  # type: ignore[no-untyped-call] # lark leaves it so
    return accepted
