"""Tokens of C or Python into a tree: brackets, limits, and syntax errors told in words, several in one text."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple, cast

from lark import Lark, UnexpectedToken
from lark.parsers.lalr_interactive_parser import InteractiveParser

from symhdl.errors import Diagnostic, Source, Span, SymhdlError, error
from symhdl.grammar.syntax import Lexeme
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS, MAXIMUM_NAME_LENGTH, MAXIMUM_NESTING
from symhdl.sources.imperative.syntax import Block

END = "$END"
UNPARSED = ("BLANK", "COMMENT", "DIRECTIVE", "NEWLINE", "OTHER", "TEXT")  # never reach the parser
MAXIMUM_SHOWN = 40
LONGEST_REREAD = 20_000  # tokens that are read once more, for further mistakes
_CLOSING = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE"}
_SIGNS = {"LPAR": "(", "LSQB": "[", "LBRACE": "{", "RPAR": ")", "RSQB": "]", "RBRACE": "}"}
_WORDS = (
    ("SEMICOLON", "`;`"),
    ("RPAR", "`)`"),
    ("RSQB", "`]`"),
    ("RBRACE", "`}`"),
    ("COLON", "`:`"),
    ("ELSE", "`else`"),
    ("INDENT", "an indented block"),
    ("NEWLINE", "the end of the line"),
    (END, "the end of the text"),
)


class Failure(NamedTuple):
    """Where parsing stopped: the token before, the token that does not fit, and what would have fitted."""

    before: Lexeme | None
    found: Lexeme
    accepted: Collection[str]


class Mistake(NamedTuple):
    """A common mistake: when it is that one, and what to say; `{found}` and `{before}` are filled in."""

    applies: Callable[[Failure], bool]
    message: str
    help: str | None = None


class Language(NamedTuple):
    """What the parsing of a text needs to know of its language.

    `statement` gives the tokens, first and behind the last, of the statement in which one stands: they are left out
    when the rest is read again after a mistake.
    """

    parser: Callable[[], Lark]
    mistakes: tuple[Mistake, ...]
    statement: Callable[[Sequence[Lexeme], int], tuple[int, int]]


def token_pattern(parser: Lark) -> re.Pattern[str]:
    """One pattern with a group for every terminal that the grammar file defines, the higher priority first."""
    terminals = [terminal for terminal in parser.terminals if terminal.pattern is not None]
    terminals.sort(key=lambda terminal: -terminal.priority)
    parts = (f"(?P<{terminal.name}>{terminal.pattern.to_regexp()})" for terminal in terminals)
    return re.compile("|".join(parts))


def raw_tokens(text: str, start: int, end: int, pattern: re.Pattern[str]) -> Iterator[Lexeme]:
    """The tokens between two positions, without blanks and comments; any other character belongs to one."""
    for match in pattern.finditer(text, start, end):
        kind = match.lastgroup
        assert kind is not None, "a token without a kind; please report this"
        if kind not in ("BLANK", "COMMENT"):
            yield Lexeme(kind, match[0], *match.span())


def span_of(source: Source, token: Lexeme) -> Span:
    """The place of the token."""
    start = min(token.start, max(0, len(source.text) - 1))
    return Span(source, start, max(token.end, start + 1))


def parse_tokens(source: Source, tokens: Sequence[Lexeme], language: Language) -> Block:
    """The statements. Raises SymhdlError with all the mistakes that could be told apart."""
    check_tokens(source, tokens)
    diagnostics: list[Diagnostic] = []
    while True:
        failure, position, block = _attempt(tokens, language)
        if failure is None:
            break
        diagnostics.append(_diagnostic(source, failure, language))
        effort = len(tokens) * len(diagnostics)
        if len(diagnostics) >= MAXIMUM_DIAGNOSTICS or effort > LONGEST_REREAD:
            break
        first, last = language.statement(tokens, min(position, len(tokens) - 1))
        if last <= first:
            break
        tokens = [*tokens[:first], *tokens[last:]]
        if not _are_balanced(tokens):
            break
    if diagnostics:
        raise SymhdlError(*diagnostics)
    return block


def check_tokens(source: Source, tokens: Sequence[Lexeme]) -> None:
    """Raises SymhdlError for brackets that do not match, and for what is too deep or too long."""
    opened: list[Lexeme] = []
    for token in tokens:
        if token.type in _CLOSING:
            opened.append(token)
            if len(opened) > MAXIMUM_NESTING:
                message = f"more than {MAXIMUM_NESTING:,} brackets are open here"
                help = "give parts of the expression names of their own"
                raise error("too-deep", message, span_of(source, token), help=help)
        elif token.type in _CLOSING.values():
            _close(source, opened, token)
        elif token.type == "NAME" and len(token.text) > MAXIMUM_NAME_LENGTH:
            message = f"a name has at most {MAXIMUM_NAME_LENGTH} characters, this one has {len(token.text)}"
            raise error("name-too-long", message, span_of(source, token))
    if opened:
        wanted = _SIGNS[_CLOSING[opened[-1].type]]
        raise error(
            "unmatched-bracket",
            f"this `{_SIGNS[opened[-1].type]}` is never closed",
            span_of(source, opened[-1]),
            help=f"add the `{wanted}`",
        )


def _close(source: Source, opened: list[Lexeme], token: Lexeme) -> None:
    if not opened:
        message = f"this `{token.text}` closes nothing"
        raise error("unmatched-bracket", message, span_of(source, token), help="remove it")
    opening = opened.pop()
    if _CLOSING[opening.type] != token.type:
        place = span_of(source, opening)
        raise error(
            "unmatched-bracket",
            f"`{_SIGNS[opening.type]}` is closed by `{token.text}`",
            span_of(source, token),
            notes=(f"the `{_SIGNS[opening.type]}` is at line {place.line}, column {place.column}",),
            help=f"write `{_SIGNS[_CLOSING[opening.type]]}`",
        )


def _are_balanced(tokens: Sequence[Lexeme]) -> bool:
    depth = 0
    for token in tokens:
        depth += (token.type in _CLOSING) - (token.type in _CLOSING.values())
        if depth < 0:
            return False
    return depth == 0


def _attempt(tokens: Sequence[Lexeme], language: Language) -> tuple[Failure | None, int, Block]:
    feed = _feeder(language.parser().parse_interactive())
    end = tokens[-1].end if tokens else 0
    closed = [*tokens, Lexeme(END, "", end, end + 1)]
    position = 0
    block: Block = ()
    try:
        for token in closed:
            block = feed(token)
            position += 1
    except UnexpectedToken:
        before = tokens[position - 1] if position > 0 else None
        accepted = _accepted(tokens[:position], language)
        return Failure(before, closed[position], accepted), position, ()
    return None, position, block


def _feeder(state: InteractiveParser) -> Callable[[Lexeme], Block]:
    """The parser asks nothing of a token but its type; what it returns counts at the end of the text."""
    feed: Callable[[Lexeme], Block] = cast("Any", state.feed_token)
    return feed


def _accepted(tokens: Sequence[Lexeme], language: Language) -> Collection[str]:
    """What may follow the tokens. Asked of a fresh parser, as one that failed has gone on before it noticed."""
    state = language.parser().parse_interactive()
    feed = _feeder(state)
    for token in tokens:
        feed(token)
    accepted: Collection[str] = state.accepts()  # type: ignore[no-untyped-call] # lark leaves it so
    return accepted


def _diagnostic(source: Source, failure: Failure, language: Language) -> Diagnostic:
    found = _shown(failure.found)
    before = "" if failure.before is None else _shown(failure.before)
    place = span_of(source, failure.found)
    for mistake in language.mistakes:
        if mistake.applies(failure):
            message = mistake.message.replace("{found}", found).replace("{before}", before)
            help = mistake.help
            if help is not None:
                help = help.replace("{found}", failure.found.text)
                help = help.replace(
                    "{before}", "" if failure.before is None else failure.before.text
                )
            return Diagnostic("syntax", message, place, (), help)
    wanted = [words for name, words in _WORDS if name in failure.accepted]
    if "NUMBER" in failure.accepted:
        wanted.insert(0, "a value")
    if "SIGN" in failure.accepted and "NUMBER" not in failure.accepted:
        wanted.insert(0, "an operator")
    help = f"expected {' or '.join(wanted)}" if wanted else None
    return Diagnostic("syntax", f"{found} does not fit here", place, (), help)


def _shown(token: Lexeme) -> str:
    names = {"NEWLINE": "the end of the line", "INDENT": "the deeper indentation", END: "the end"}
    if token.type in names:
        return names[token.type]
    if token.type == "DEDENT":
        return "the end of the block"
    text = token.text if len(token.text) <= MAXIMUM_SHOWN else token.text[:MAXIMUM_SHOWN] + "..."
    return f"`{text}`"
