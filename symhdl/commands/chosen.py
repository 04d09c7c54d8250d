"""What a command line names: a source, which is a file, a folder, standard input or the text itself; and data."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from symhdl.commands.options import usage
from symhdl.commands.terminal import message
from symhdl.errors import Source, error
from symhdl.files.reading import is_pipe, read_stream, read_text

if TYPE_CHECKING:
    from symhdl.data.table import Table

STANDARD_STREAM = "-"
STDIN = "<stdin>"


def chosen_source(source: str | None, expression: str | None) -> Source | Path:
    """The text, or the path of what holds it; exactly one of SOURCE and --expr must be given."""
    if (source is None) == (expression is None):
        both = "SOURCE and --expr are both given" if source else "there is no source"
        raise usage(both, help='give a file, `-` for standard input, or --expr "TEXT"')
    if expression is not None:
        return _readable(Source("<expr>", expression))
    assert source is not None, "no source; please report this"
    if source == STANDARD_STREAM:
        return Source(STDIN, read_stream(_standard_input(), STDIN, waiting=message))
    path = Path(source)
    return Source(str(path), read_text(path, waiting=message)) if is_pipe(path) else path


def chosen_tables(paths: Sequence[str], decimal: str | None) -> tuple[Table, ...]:
    """The tables at the paths; what is waited for is told. `decimal` is as in `open_table`."""
    if not paths:
        return ()
    from symhdl.data.opened import open_stream
    from symhdl.data.opening import open_table, table_in

    return tuple(
        table_in(open_stream(_standard_input(), STDIN, message), decimal)
        if path == STANDARD_STREAM
        else open_table(path, decimal=decimal, waiting=message)
        for path in paths
    )


def check_streams(*paths: str | None) -> None:
    """Raises UsageError if standard input is to be more than one thing."""
    if paths.count(STANDARD_STREAM) > 1:
        raise usage("`-` is given twice", help="there is only one standard input")


def _standard_input() -> BinaryIO:
    if sys.stdin is None:  # as Python has it where the system has it closed
        raise error("file-unreadable", f"cannot read {STDIN}: it is closed")
    return sys.stdin.buffer


def _readable(source: Source) -> Source:
    """Text from the command line may hold bytes that are no characters."""
    if not source.text.isascii() and any("\ud800" <= mark <= "\udfff" for mark in source.text):
        raise error("not-text", f"{source.name} is not UTF-8 text")
    return source
