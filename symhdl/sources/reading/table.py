"""Tables of fields between commas, bars, semicolons or tabs that know where in the text they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from symhdl.errors import Source, Span, error

_BLANKS = " \t\r\n\ufeff"  # a byte order mark is one as well


class Field(NamedTuple):
    """The text between the separators, or between the quotes; characters `start` to `end` of the source."""

    start: int
    end: int

    def text(self, source: Source) -> str:
        """What stands there, without blanks around it."""
        return source.text[self.start : self.end].strip(_BLANKS)

    def span(self, source: Source) -> Span:
        """The place, for messages; at least one character."""
        return Span(source, self.start, max(self.end, self.start + 1))


Row = tuple[Field, ...]


def read_rows(source: Source, separator: str) -> Iterator[Row]:
    """The rows that are not empty. A field in quotes may hold separators and line ends.

    Raises SymhdlError for a quote without an end, or with something behind its end.
    """
    text = source.text
    ends = re.compile(f"[{re.escape(separator)}\\n]")
    position = 0
    row: list[Field] = []
    while position < len(text):
        field, position = _read_field(source, position, ends)
        row.append(field)
        if position < len(text) and text[position] == separator:
            position += 1
            if position == len(text):
                row.append(Field(position, position))
            continue
        position += 1
        if len(row) > 1 or row[0].text(source):
            yield tuple(row)
        row = []
    if row:
        yield tuple(row)


def _read_field(source: Source, start: int, ends: re.Pattern[str]) -> tuple[Field, int]:
    """The field that begins at `start`, and the position of the separator or line end behind it."""
    text = source.text
    while start < len(text) and text[start] in " \t" and not ends.match(text, start):
        start += 1
    if not text.startswith('"', start):
        end = _first(text, start, ends)
        return Field(start, end), end
    end = start + 1
    while True:
        end = text.find('"', end)
        if end < 0:
            raise error(
                "table",
                "this quote is never closed",
                Span(source, start, start + 1),
                help='add a `"`',
            )
        if not text.startswith('""', end):
            break
        end += 2
    after = _first(text, end + 1, ends)
    if text[end + 1 : after].strip():
        raise error(
            "table",
            "a field in quotes ends with its quote",
            Span(source, end + 1, after),
            help="remove what follows the quote",
        )
    return Field(start + 1, end), after


def _first(text: str, start: int, marks: re.Pattern[str]) -> int:
    """Where the first of the marks stands, or the end of the text."""
    match = marks.search(text, start)
    return len(text) if match is None else match.start()
