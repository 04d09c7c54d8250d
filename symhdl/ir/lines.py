"""Reading line by line: syntaxes made of pieces, quoted names, integers, and errors with a caret."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from symhdl.documents import escaped
from symhdl.errors import Source, Span, SymhdlError, error
from symhdl.numeric.fixed import FixedFormat, format_problem, parse_format

MAXIMUM_TEXT = 1 << 28
DECIMAL_BITS = 120  # Longer integers are written in hexadecimal: read in linear time, and short.

_INTEGER = r"-?(?:0x[0-9a-f]{1,16384}|[0-9]{1,40})"
INTEGER = f"({_INTEGER})"
INTEGERS = f"({_INTEGER}(?:,{_INTEGER})*)"
NATURAL = r"([0-9]{1,9})"
QUOTED = r'("(?:[^"\\\x00-\x1f]|\\.){0,1000000}")'
IDENTIFIER = r"([A-Za-z][A-Za-z0-9_]{0,99})"
FORMAT = r"(u?fixed<[0-9]{1,9},[+-]?[0-9]{1,9}>)"
REAL = r"([0-9]{1,30}(?:\.[0-9]{1,30})?(?:e[+-]?[0-9]{1,3})?)"


def integer_text(value: int) -> str:
    """The integer in decimal, or in hexadecimal if it is long."""
    return str(value) if value.bit_length() <= DECIMAL_BITS else hex(value)


def integer_of(text: str) -> int:
    """What `integer_text` or any match of INTEGER says."""
    return int(text, 16) if "x" in text else int(text)


def quoted(text: str) -> str:
    """The text as a JSON string in which everything that does not print is escaped."""
    return f'"{escaped(text)}"'


@dataclass(frozen=True, slots=True)
class Piece:
    """A regular expression that must match next, and what to say was expected if it does not."""

    pattern: str
    expected: str


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    """The expression, compiled when it is first needed."""
    return re.compile(pattern)


@dataclass(frozen=True, slots=True)
class LineSyntax:
    """A line as a sequence of pieces; the groups of all of them together are the line's fields."""

    pieces: tuple[Piece, ...]
    whole: str

    def fields(self, text: str) -> tuple[str | None, ...] | None:
        """What the groups match; None if the line does not have this syntax."""
        match = _compiled(self.whole).fullmatch(text)
        return None if match is None else match.groups()

    def failure(self, text: str) -> tuple[int, str]:
        """How far a line that does not match can be read, and what was expected there."""
        position = 0
        possible: list[str] = []  # what could have stood here, but is optional
        for piece in self.pieces:
            match = _compiled(piece.pattern).match(text, position)
            if match is None:
                return position, " or ".join([*possible, piece.expected])
            possible = [*possible, piece.expected] if match.end() == position else []
            position = match.end()
        return position, " or ".join([*possible, "the end of the line"])


def line_syntax(*pieces: tuple[str, str]) -> LineSyntax:
    """The syntax of a line from pairs of pattern and description."""
    described = tuple(Piece(pattern, expected) for pattern, expected in pieces)
    return LineSyntax(described, "".join(piece.pattern for piece in described))


@dataclass(slots=True)
class LineReader:
    """The lines of a text one after the other, with errors that point into them."""

    source: Source
    lines: list[str]
    number: int = 0
    start: int = 0

    @property
    def line(self) -> str | None:
        """The line that is read now; None at the end."""
        return self.lines[self.number] if self.number < len(self.lines) else None

    def advance(self) -> None:
        """Goes to the next line."""
        self.start += len(self.lines[self.number]) + 1
        self.number += 1

    def span(self, start: int = 0, end: int | None = None) -> Span:
        """Characters of the line that is read now."""
        length = len(self.line or "")
        end = length if end is None else end
        return Span(self.source, self.start + start, self.start + max(start, min(end, length)))

    def wrong(self, message: str, start: int = 0, end: int | None = None) -> SymhdlError:
        """The error that says so of these characters of the line."""
        return error("malformed-text", message, self.span(start, end))

    def starts(self, keyword: str) -> bool:
        """Whether the line begins with the word."""
        return self.line is not None and self.line.startswith(keyword)

    def read(self, syntax: LineSyntax) -> tuple[str | None, ...]:
        """The fields of the line, which must have the syntax; goes on to the next."""
        line = self.line
        if line is None:
            _, expected = syntax.failure("")
            raise self.wrong(f"the text ends here, but {expected} was expected")
        fields = syntax.fields(line)
        if fields is None:
            position, expected = syntax.failure(line)
            raise self.wrong(f"expected {expected}", position)
        self.advance()
        return fields

    def required(self, syntax: LineSyntax) -> tuple[str, ...]:
        """Like `read`, for a syntax without optional fields."""
        return tuple(value or "" for value in self.read(syntax))

    def expect_end(self) -> None:
        """Nothing but empty lines may follow."""
        while self.line == "":
            self.advance()
        if self.line is not None:
            raise self.wrong("nothing may follow `end`")

    def unquoted(self, text: str) -> str:
        """What a quoted text on the line just read stands for."""
        if "\\" not in text:
            return text[1:-1]
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if not isinstance(value, str):
            raise self._previous().wrong(f"{text[:40]} is not a well-formed string")
        return value

    def format(self, text: str) -> FixedFormat:
        """The fixed-point format on the line just read."""
        parsed = parse_format(text)
        problem = f"`{text}` is not a format" if parsed is None else format_problem(parsed)
        if parsed is None or problem is not None:
            raise self._previous().wrong(problem or "")
        return parsed

    def _previous(self) -> LineReader:
        number = self.number - 1
        return LineReader(self.source, self.lines, number, self.start - len(self.lines[number]) - 1)

    def previous_wrong(self, message: str) -> SymhdlError:
        """The error that says so of the whole line just read."""
        return self._previous().wrong(message)


def reader_of(text: str, name: str) -> LineReader:
    """Reads the text; raises SymhdlError if it is too long."""
    if len(text) > MAXIMUM_TEXT:
        raise error(
            "text-too-long", f"{name} has {len(text)} characters; {MAXIMUM_TEXT} are the limit"
        )
    return LineReader(Source(name, text), text.split("\n"))


def spans_of_lines(source: Source, numbers: Sequence[int]) -> list[Span]:
    """The whole lines with these numbers (from 0, rising)."""
    spans: list[Span] = []
    start, wanted = 0, iter(numbers)
    number = next(wanted, None)
    for index, line in enumerate(source.text.split("\n")):
        if index == number:
            spans.append(Span(source, start, start + len(line)))
            number = next(wanted, None)
        start += len(line) + 1
    return spans
