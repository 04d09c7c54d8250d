"""Text into statements: tokens, brackets, line ends, and the limits that hold before anything is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from symhdl.errors import Diagnostic, Source, Span, SymhdlError, error
from symhdl.numeric.limits import (
    MAXIMUM_NAME_LENGTH,
    MAXIMUM_NESTING,
    MAXIMUM_TEXT_LENGTH,
    MAXIMUM_TOKENS,
)

from .syntax import Lexeme

_SURROGATE = re.compile("[\ud800-\udfff]")
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_OPERATORS = {"SIGN", "FACTOR", "POWER", "RELATION", "ASSIGN", "AND", "OR", "NOT", "BANG"}
_CONNECTIVES = {"COMMA", "THEN", "ELSE", "QUESTION", "COLON"}
_AFTER_WHICH_LINES_GO_ON = _OPERATORS | _CONNECTIVES | {"IF", "INFIX"}
_NEVER_FIRST = (_OPERATORS - {"SIGN", "NOT", "BANG"}) | _CONNECTIVES | {"FORMAT"}
VALUE_ENDS = frozenset({"NUMBER", "NAME", "RPAR", "RSQB", "SUPERSCRIPT"})


def check_length(source: Source, length: int) -> None:
    """Raises `too-large` if `length` characters are too many."""
    if length > MAXIMUM_TEXT_LENGTH:
        raise error(
            "too-large",
            f"the text has {length:,} characters; the limit is {MAXIMUM_TEXT_LENGTH:,}",
            Span(source, 0, 1),
            help="split the design into several",
        )


def check_text(source: Source) -> None:
    """Raises for a text that is too long, and for one that no file can hold."""
    check_length(source, len(source.text))
    lone = None if source.text.isascii() else _SURROGATE.search(source.text)
    if lone is not None:
        message = f"`U+{ord(lone[0]):04X}` is half of a character"
        raise error("not-text", message, Span(source, *lone.span()), help="give the text as UTF-8")


def limited(source: Source, tokens: Iterable[Lexeme]) -> Iterator[Lexeme]:
    """The tokens; raises `too-large` at the first one that is too many."""
    for count, token in enumerate(tokens):
        if count >= MAXIMUM_TOKENS:
            raise too_many(source, token.start)
        yield token


def too_many(source: Source, place: int) -> SymhdlError:
    """What is told of a text with more words and signs than fit into memory."""
    return error(
        "too-large",
        f"more than {MAXIMUM_TOKENS:,} words and signs are too much for one text",
        Span(source, place, place + 1),
        help="split the design into several",
    )


def span_of(source: Source, token: Lexeme) -> Span:
    """The place of the token."""
    return Span(source, token.start, token.end)


@dataclass(slots=True)
class Splitter:
    """Collects the tokens of a text into statements.

    A statement ends with its line or at a `;`. Inside brackets a line end means nothing. Outside, a line goes on if
    the next one begins with what cannot begin a statement (`*`, `then`, ...), or if that line is indented and the
    line end stands after an operator or before a sign.
    """

    source: Source
    signed_literals: bool
    statements: list[list[Lexeme]] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _current: list[Lexeme] = field(default_factory=list)
    _open: list[Lexeme] = field(default_factory=list)
    _at_line_start: bool = False
    _line_start: int = 0  # where the last line begins in the current statement
    _spoilt: bool = False  # the current statement has been reported already

    def split(self, tokens: Iterable[Lexeme]) -> None:
        """Fills `statements` and `diagnostics`."""
        for token in tokens:
            if token.type == "NEWLINE":
                self._at_line_start = True
                continue
            if self._at_line_start:
                self._begin_line(token)
            if token.type == "SEMICOLON":
                self._report_unclosed()
                self._finish()
                continue
            self._take(token)
        self._report_unclosed()
        self._finish()

    def _take(self, token: Lexeme) -> None:
        match token.type:
            case "LPAR" | "LSQB":
                self._open_bracket(token)
            case "RPAR" | "RSQB":
                self._close_bracket(token)
            case "ASSIGN" if self._open and self._is_new_definition():
                self._restart_at_line()
            case "NAME" if len(token.text) > MAXIMUM_NAME_LENGTH:
                self._report(
                    "name-too-long",
                    f"a name has at most {MAXIMUM_NAME_LENGTH} characters, this one has {len(token.text)}",
                    token,
                )
            case "NUMBER" if self.signed_literals:
                token = self._with_sign(token)
        self._current.append(token)

    def _begin_line(self, token: Lexeme) -> None:
        """Decides whether the token, the first of its line, goes on with the statement before."""
        self._at_line_start = False
        if self._open:
            if token.type in ("INPUT", "OUTPUT"):
                self._report_unclosed()
                self._finish()
            self._line_start = len(self._current)
            return
        if not self._current or token.type in _NEVER_FIRST:
            return
        is_indented = self._column(token) > self._column(self._current[0])
        goes_on = self._current[-1].type in _AFTER_WHICH_LINES_GO_ON or token.type == "SIGN"
        if not (is_indented and goes_on):
            self._finish()

    def _column(self, token: Lexeme) -> int:
        return token.start - self.source.text.rfind("\n", 0, token.start)

    def _finish(self) -> None:
        if self._current and not self._spoilt:
            self.statements.append(self._current)
        self._current = []
        self._open = []
        self._line_start = 0
        self._spoilt = False

    def _open_bracket(self, token: Lexeme) -> None:
        self._open.append(token)
        if len(self._open) > MAXIMUM_NESTING:
            raise error(
                "too-deep",
                f"more than {MAXIMUM_NESTING:,} brackets are open here",
                span_of(self.source, token),
                help="name parts of the expression on lines of their own",
            )

    def _close_bracket(self, token: Lexeme) -> None:
        if not self._open:
            self._report(
                "unmatched-bracket", f"this `{token.text}` closes nothing", token, help="remove it"
            )
            return
        opening = self._open.pop()
        expected = _CLOSING[opening.text]
        if token.text != expected:
            place = span_of(self.source, opening)
            self._report(
                "unmatched-bracket",
                f"`{opening.text}` is closed by `{token.text}`",
                token,
                notes=(f"the `{opening.text}` is at line {place.line}, column {place.column}",),
                help=f"write `{expected}`",
            )

    def _is_new_definition(self) -> bool:
        """Whether an `=` inside brackets belongs to a definition that began on a line of its own."""
        start = self._line_start
        return start > 0 and start < len(self._current) and self._current[start].type == "NAME"

    def _restart_at_line(self) -> None:
        """The brackets before the last line were never closed; the line begins a statement."""
        line = self._current[self._line_start :]
        start = line[0].start
        later = [opening for opening in self._open if opening.start > start]
        self._open = self._open[: len(self._open) - len(later)]
        if not self._open:
            self._open = later
            return
        self._report_unclosed()
        self._finish()
        self._current = line
        self._open = later

    def _report_unclosed(self) -> None:
        if self._open:
            opening = self._open[-1]
            self._report(
                "unmatched-bracket",
                f"this `{opening.text}` is never closed",
                opening,
                help=f"add the `{_CLOSING[opening.text]}`",
            )

    def _report(
        self,
        id: str,
        message: str,
        token: Lexeme,
        *,
        notes: tuple[str, ...] = (),
        help: str | None = None,
    ) -> None:
        if not self._spoilt:
            place = span_of(self.source, token)
            self.diagnostics.append(Diagnostic(id, message, place, notes, help))
        self._spoilt = True

    def _with_sign(self, number: Lexeme) -> Lexeme:
        """The number with the sign directly before it, if that sign is not an operator between two values."""
        if not self._current or self._current[-1].type != "SIGN" or self._current[-1].text == "+":
            return number
        sign = self._current[-1]
        is_binary = len(self._current) > 1 and self._current[-2].type in VALUE_ENDS
        if is_binary or sign.end != number.start:
            return number
        self._current.pop()
        return number._replace(text=f"-{number.text}", start=sign.start)
