"""What the commands show: tables on standard output, messages on standard error, colours on a terminal.

Everything goes through here, and nothing reaches a terminal or a pipe that a terminal would obey: see `errors.visible`.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TextIO

import click

from symhdl import tables
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


@contextmanager
def status_line() -> Iterator[Callable[[str], None]]:
    """What shows how far something is, on a line of a terminal that goes away at the end; nothing elsewhere."""
    shown = False

    def tell(text: str) -> None:
        nonlocal shown
        if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
            return
        shown = True
        room = shutil.get_terminal_size((WIDTH, 24)).columns - 1
        with _writing("error"):
            sys.stderr.write(CLEARED + visible(text, _encoding(sys.stderr))[:room])
            sys.stderr.flush()

    try:
        yield tell
    finally:
        if shown:
            with suppress(OSError):
                sys.stderr.write(CLEARED)


def table(header: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> str:
    """Aligned columns below a header, in what standard output can show; the columns `right` are flush right."""
    return tables.table(header, rows, right, _encoding(sys.stdout))
