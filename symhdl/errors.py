"""What a user can do wrong, and how it is told: spans, diagnostics and the errors that carry them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

TAB_WIDTH = 4


@dataclass(frozen=True, slots=True, repr=False)
class Source:
    """A text as the user gave it, with the name under which messages speak of it.

    A piece of a text too long to be kept whole has the number of the line with which it begins. A text that is read in
    place of what the user wrote has that as its `original`: its characters from `begin` on stand for those that are
    `shift` further there, what was added before for the first of them.
    """

    name: str
    text: str
    first_line: int = 1
    original: Source | None = None
    begin: int = 0
    shift: int = 0

    def __repr__(self) -> str:
        return f"<source {self.name}: {len(self.text):,} characters>"


@dataclass(frozen=True, slots=True, repr=False)
class Span:
    """Characters `start` to `end` (exclusive) of a source."""

    source: Source
    start: int
    end: int

    def __repr__(self) -> str:
        return f"{self.written.source.name}:{self.line}:{self.column}"

    @property
    def written(self) -> Span:
        """The place in what the user wrote."""
        source = self.source
        if source.original is None:
            return self
        length = len(source.original.text)
        start = min(max(self.start, source.begin) + source.shift, length)
        return Span(source.original, start, max(start + 1, min(self.end + source.shift, length)))

    @property
    def line(self) -> int:
        """The line on which the span starts, counted from 1."""
        place = self.written
        return place.source.text.count("\n", 0, place.start) + place.source.first_line

    @property
    def column(self) -> int:
        """The column at which the span starts, in characters, counted from 1."""
        place = self.written
        return place.start - (place.source.text.rfind("\n", 0, place.start) + 1) + 1

    def to(self, other: Span) -> Span:
        """The span from the start of this one to the end of `other`."""
        return Span(self.source, self.start, other.end)


LONGEST_QUOTED = 1000  # characters of a span that are looked at


def quotation(span: Span | None) -> str:
    """The text of a span on one line, shortened if it is long; empty without a span."""
    if span is None:
        return ""
    place = span.written
    # A long span is not looked at as a whole: a sum of ten thousand terms has ten thousand of them.
    end = min(place.end, place.start + LONGEST_QUOTED)
    return shortened(place.source.text[place.start : end])


class Severity(Enum):
    """How much a diagnostic matters: an error stops the compilation, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, repr=False)
class Diagnostic:
    """One thing told to the user: what, where, why, and what to do about it.

    `id` is a stable kebab-case name such as `unknown-name`; `notes` give the cause, `help` the remedy.
    """

    id: str
    message: str
    span: Span | None = None
    notes: tuple[str, ...] = ()
    help: str | None = None
    severity: Severity = Severity.ERROR

    def __repr__(self) -> str:
        place = "" if self.span is None else f" at {self.span!r}"
        return f"<{self.severity.value}[{self.id}]{place}: {shortened(self.message)}>"

    def render(self, encoding: str = "utf-8") -> str:
        """The diagnostic as plain text, with the line of the source and a caret under the place.

        What cannot be shown as it is, in general or in that encoding, is escaped: see `visible`.
        """
        lines = [f"{self.severity.value}[{self.id}]: {visible(self.message, encoding)}"]
        if self.span is not None:
            lines += _render_place(self.span, encoding)
        margin = "  = " if self.span is None else " " * (_gutter_width(self.span) + 1) + "= "
        lines += [f"{margin}note: {visible(note, encoding)}" for note in self.notes]
        if self.help is not None:
            lines.append(f"{margin}help: {visible(self.help, encoding)}")
        return "\n".join(lines)


def shortened(text: str, length: int = 60) -> str:
    """The text on one line of at most so many characters."""
    line = visible(" ".join(text[: 4 * length].split()))
    return line if len(line) <= length and len(text) <= 4 * length else f"{line[: length - 3]}..."


def _gutter_width(span: Span) -> int:
    return len(str(span.line))


LONGEST_LINE = 100


def _render_place(span: Span, encoding: str) -> list[str]:
    """The `--> file:line:column` line, the source line and the caret line below it."""
    span = span.written
    text = span.source.text
    line_start = text.rfind("\n", 0, span.start) + 1
    line_end = text.find("\n", span.start)
    line_end = len(text) if line_end < 0 else line_end
    caret_start = span.start - line_start
    caret_length = max(1, min(span.end, line_end) - span.start)
    line = text[line_start:line_end]
    # A long line is shown as a window around the caret.
    window_start = max(0, min(caret_start - LONGEST_LINE // 2, len(line) - LONGEST_LINE))
    shown = line[window_start : window_start + LONGEST_LINE]
    before = "..." if window_start > 0 else ""
    after = "..." if window_start + LONGEST_LINE < len(line) else ""
    lead = caret_start - window_start
    start, end = (
        _columns(_laid_out(shown[:place], encoding)) for place in (lead, lead + caret_length)
    )
    gutter = " " * _gutter_width(span)
    return [
        f"{gutter}--> {visible(span.source.name, encoding)}:{span.line}:{span.column}",
        f"{gutter} |",
        f"{span.line} | {before}{_laid_out(shown, encoding)}{after}",
        f"{gutter} | {' ' * (len(before) + start)}{'^' * max(1, end - start)}",
    ]


def _laid_out(line: str, encoding: str) -> str:
    """A line as it is shown: tabs become blanks, and what `visible` escapes is escaped."""
    return "\t".join(visible(part, encoding) for part in line.split("\t")).expandtabs(TAB_WIDTH)


def _columns(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def visible(text: str, encoding: str = "utf-8") -> str:
    """The text in one line, with what a terminal would obey, hide or reorder escaped, and what `encoding` lacks.

    That is: control characters, line ends and tabs, marks of direction, blanks of no width, lone surrogates.
    """
    if text.isprintable() and (text.isascii() or _fits(text, encoding)):
        return text
    return "".join(c if c.isprintable() and _fits(c, encoding) else _escape(c) for c in text)


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _escape(character: str) -> str:
    """As Python writes it; a byte that is no text, as the system's names may hold it, is that byte."""
    return (
        f"\\x{ord(character) - 0xDC00:02x}"
        if "\udc80" <= character <= "\udcff"
        else ascii(character)[1:-1]
    )


class SymhdlError(Exception):
    """Raised for everything that a user can do wrong; holds one diagnostic or several."""

    exit_status: ClassVar[int] = 1

    def __init__(self, *diagnostics: Diagnostic) -> None:
        assert diagnostics, "an error without a diagnostic; please report this"
        super().__init__(diagnostics)
        self.diagnostics = diagnostics

    def __repr__(self) -> str:
        first, *others = self.diagnostics
        more = f" and {len(others)} more" if others else ""
        return f"{type(self).__name__}({first!r}{more})"

    def __str__(self) -> str:
        return "\n\n".join(diagnostic.render() for diagnostic in self.diagnostics)


class SymhdlWarning(UserWarning):
    """What the user should know although it is no error, where no design is at hand to hold it."""


class UsageError(SymhdlError):
    """The command line or the call does not make sense as it stands."""

    exit_status = 2


class GoalError(SymhdlError):
    """A goal that cannot be met; the diagnostic tells what can."""

    exit_status = 3


class ToolMissingError(SymhdlError):
    """An external tool is not installed; the diagnostic tells how to get it."""

    exit_status = 4


def error(
    id: str,
    message: str,
    span: Span | None = None,
    *,
    notes: Iterable[str] = (),
    help: str | None = None,
) -> SymhdlError:
    """A `SymhdlError` with one diagnostic, for `raise error(...)`."""
    return SymhdlError(Diagnostic(id, message, span, tuple(notes), help))


def warning(
    id: str,
    message: str,
    span: Span | None = None,
    *,
    notes: Iterable[str] = (),
    help: str | None = None,
) -> Diagnostic:
    """A diagnostic of severity warning."""
    return Diagnostic(id, message, span, tuple(notes), help, Severity.WARNING)
