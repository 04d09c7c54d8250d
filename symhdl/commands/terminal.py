"""What the commands show: tables on standard output, messages on standard error, colours on a terminal.

Everything goes through here, and nothing reaches a terminal or a pipe that a terminal would obey: see `errors.visible`.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TextIO, cast

import click

from symhdl import tables
from symhdl.budget import Progress
from symhdl.errors import Diagnostic, Severity, error, visible

WIDTH = 100
COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}
LOUD = re.compile(r"(?m)^(error|warning)\[[\w-]+\]|\^+$")
QUIET = re.compile(r"(?m)^ *\d* ?\|| *-->|^ *= (note|help):")


def coloured(stream: TextIO) -> bool:
    """Whether the stream is a terminal that wants colours (see no-color.org)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not plain


def terminal_width() -> int:
    """The characters in a line of the terminal; 100 where the output is none."""
    return shutil.get_terminal_size((WIDTH, 24)).columns if sys.stdout.isatty() else WIDTH


def out(text: str) -> None:
    """A line of the result, or several."""
    with _writing("output"):
        sys.stdout.write(_shown(text, sys.stdout) + "\n")


def out_json(text: str) -> None:
    """The text of a JSON document, in which what the encoding lacks has the escapes of JSON."""
    try:
        text.encode(_encoding(sys.stdout))
    except UnicodeEncodeError:
        import json

        text = NO_ASCII.sub(lambda match: json.dumps(match[0])[1:-1], text)
    out(text.removesuffix("\n"))


def write(pieces: Iterable[str]) -> None:
    """A long result, piece by piece."""
    for piece in pieces:
        with _writing("output"):
            sys.stdout.write(_shown(piece, sys.stdout))


def message(text: str) -> None:
    """A line that is not part of the result."""
    with _writing("error"):
        sys.stderr.write(_shown(text, sys.stderr) + "\n")


def heading(text: str) -> None:
    """A line of the result that stands out on a terminal."""
    if not coloured(sys.stdout):
        out(text)
        return
    with _writing("output"):
        click.echo(click.style(_shown(text, sys.stdout), bold=True))


def show(diagnostics: Iterable[Diagnostic]) -> None:
    """Diagnostics on standard error, an empty line between two."""
    encoding = _encoding(sys.stderr)
    texts = [(diagnostic, diagnostic.render(encoding)) for diagnostic in diagnostics]
    if not coloured(sys.stderr):
        for index, (_, text) in enumerate(texts):
            message(("\n" if index else "") + text)
        return
    for index, (diagnostic, text) in enumerate(texts):
        with _writing("error"):
            styled = _coloured(text, COLOURS[diagnostic.severity])
            click.echo(("\n" if index else "") + styled, err=True)


def _coloured(text: str, colour: str) -> str:
    """A diagnostic with its name and what it points at in its colour, and its frame in blue."""
    loud = LOUD.sub(lambda found: click.style(found[0], colour, bold=True), text)
    return QUIET.sub(lambda found: click.style(found[0], "blue"), loud)


HIDDEN_ASCII = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
NO_ASCII = re.compile(r"[^\x00-\x7f]")


def _encoding(stream: TextIO) -> str:
    return stream.encoding or "utf-8"


def _shown(text: str, stream: TextIO) -> str:
    """The text with line ends and tabs, and everything else in it visible."""
    if text.isascii() and not HIDDEN_ASCII.search(text):
        return text
    encoding = _encoding(stream)
    return "\n".join(
        "\t".join(visible(part, encoding) for part in line.split("\t")) for line in text.split("\n")
    )


@contextmanager
def _writing(stream: str) -> Iterator[None]:
    """Tells if a stream takes no more; a pipe that nobody reads is left to the caller."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise error("cannot-write", f"cannot write standard {stream}: {problem.strerror}") from None


def flush() -> None:
    """Hands over what was written; raises SymhdlError if standard output does not take it."""
    with _writing("output"):
        sys.stdout.flush()


def prepare_streams() -> None:
    """Makes a closed stream one that refuses, so that no file that is opened takes its place unseen.

    What slips through to a stream that lacks the character is escaped.
    """
    for number, flags in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_RDONLY)):
        try:
            os.fstat(number)
        except OSError:
            place = os.open(os.devnull, flags)
            if place != number:
                os.dup2(place, number)
                os.close(place)
    for number, name in enumerate(("stdout", "stderr"), 1):
        stream = getattr(sys, name)
        if stream is None:
            stream = open(number, "w", 1, "utf-8", "backslashreplace", closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def abandon_streams() -> None:
    """Lets what a stream did not take go nowhere, so that Python does not try again when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            with suppress(OSError, ValueError):  # a stream of a test has no number
                os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


CLEARED = "\r\x1b[K"
"""Goes to the beginning of a line of a terminal, and empties it."""

SHOWN_AFTER_S, REPAINTED_EVERY_S = 2.0, 0.5


@contextmanager
def status_line(doing: str) -> Iterator[Progress]:
    """What tells how far something is, on a line of the terminal with the time that it takes; nothing elsewhere.

    The line is there after two seconds, below all that is printed meanwhile, and goes away at the end.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _: None
        return
    line = _StatusLine(sys.stderr, doing)
    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (_above(stream, line) for stream in streams)
    line.start()
    try:
        yield line.tell
    finally:
        line.end()
        sys.stdout, sys.stderr = streams


class _StatusLine:
    """Painted by a thread of its own, so that the time goes on while something else computes."""

    def __init__(self, stream: TextIO, doing: str) -> None:
        self.is_below_a_line = True
        self._stream, self._doing, self._told = stream, doing, ""
        self._start = time.monotonic()
        self._lock = threading.RLock()
        self._painted = ""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._paint_again_and_again, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def tell(self, text: str) -> None:
        """How far it is."""
        self._told = text

    def end(self) -> None:
        self._ended.set()
        self._thread.join()
        self.clear()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Makes room for what is printed."""
        with self._lock:
            self.clear()
            yield

    def clear(self) -> None:
        with self._lock, suppress(OSError):
            if self._painted:
                self._painted = ""
                self._stream.write(CLEARED)
                self._stream.flush()

    def _paint_again_and_again(self) -> None:
        wait = SHOWN_AFTER_S
        while not self._ended.wait(wait):
            wait = REPAINTED_EVERY_S
            self._paint()

    def _paint(self) -> None:
        room = shutil.get_terminal_size((WIDTH, 24)).columns - 1
        ending = f" ({_duration(time.monotonic() - self._start)})"
        told = f"{self._doing}: {self._told}" if self._told else self._doing
        shown = visible(told, _encoding(self._stream))
        text = (shown[: max(0, room - len(ending))] + ending)[:room]
        with self._lock, suppress(OSError):
            if text != self._painted and self.is_below_a_line:
                self._painted = text
                self._stream.write(CLEARED + text)
                self._stream.flush()


class _Above:
    """A stream to the terminal that makes the status line give way."""

    def __init__(self, stream: TextIO, line: _StatusLine) -> None:
        self._stream, self._line = stream, line

    def write(self, text: str) -> int:
        with self._line.away():
            self._line.is_below_a_line = text.endswith("\n") or not text
            return self._stream.write(text)

    def __getattr__(self, name: str) -> object:
        found: object = getattr(self._stream, name)
        return found


def _above(stream: TextIO, line: _StatusLine) -> TextIO:
    return cast("TextIO", _Above(stream, line)) if stream.isatty() else stream


def _duration(seconds: float) -> str:
    """A time for people, in whole seconds."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> str:
    """Aligned columns below a header, in what standard output can show; the columns `right` are flush right."""
    return tables.table(header, rows, right, _encoding(sys.stdout))
