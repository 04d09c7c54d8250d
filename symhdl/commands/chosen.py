"""The source that a command line names: a file, a folder, standard input, or the text itself."""

from __future__ import annotations

from pathlib import Path

from symhdl.commands.options import usage
from symhdl.errors import Source, error
from symhdl.files import decode

STANDARD_STREAM = "-"


def chosen_source(source: str | None, expression: str | None, stdin: bytes) -> Source | Path:
    """The text, or the path of what holds it; exactly one of SOURCE and --expr must be given."""
    if (source is None) == (expression is None):
        both = "SOURCE and --expr are both given" if source else "there is no source"
        raise usage(both, help='give a file, `-` for standard input, or --expr "TEXT"')
    if expression is not None:
        return _readable(Source("<expr>", expression))
    assert source is not None, "no source; please report this"
    if source == STANDARD_STREAM:
        return Source("<stdin>", decode(stdin, "<stdin>"))
    return Path(source)


def _readable(source: Source) -> Source:
    """Text from the command line may hold bytes that are no characters."""
    if not source.text.isascii() and any("\ud800" <= mark <= "\udfff" for mark in source.text):
        raise error("not-text", f"{source.name} is not UTF-8 text")
    return source
