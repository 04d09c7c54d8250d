"""What the commands show: tables on standard output, messages on standard error, colours on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

from symhdl.errors import Diagnostic, Severity

GAP = "  "
STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow"}


def coloured(stream: TextIO) -> bool:
    """Whether the stream is a terminal that wants colours (see no-color.org)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not plain


def out(text: str) -> None:
    """A line of the result."""
    sys.stdout.write(text + "\n")


def write(pieces: Iterable[str]) -> None:
    """A long result, piece by piece."""
    sys.stdout.writelines(pieces)


def message(text: str) -> None:
    """A line that is not part of the result."""
    sys.stderr.write(text + "\n")


def heading(text: str) -> None:
    """A line of the result that stands out on a terminal."""
    if not coloured(sys.stdout):
        out(text)
        return
    from rich.console import Console
    from rich.text import Text

    Console(file=sys.stdout, highlight=False).print(Text(text, style="bold"), soft_wrap=True)


def show(diagnostics: Iterable[Diagnostic]) -> None:
    """Diagnostics on standard error, an empty line between two."""
    texts = [(diagnostic, diagnostic.render()) for diagnostic in diagnostics]
    if not coloured(sys.stderr):
        for index, (_, text) in enumerate(texts):
            message(("\n" if index else "") + text)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=sys.stderr, highlight=False)
    for index, (diagnostic, text) in enumerate(texts):
        styled = Text(("\n" if index else "") + text)
        style = STYLES[diagnostic.severity]
        styled.highlight_regex(r"(?m)^(error|warning)\[[\w-]+\]", style)
        styled.highlight_regex(r"(?m)^ *\d* ?\|| *-->|^ *= (note|help):", "blue")
        styled.highlight_regex(r"\^+$", style)
        console.print(styled, soft_wrap=True)


def table(header: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> str:
    """Aligned columns below a header; the columns `right` are flush right."""
    lines = [tuple(header), *(tuple(row) for row in rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    flush_right = frozenset(right)
    return "\n".join(
        GAP.join(
            cell.rjust(width) if index in flush_right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def number(value: float) -> str:
    """A number for people: four significant digits."""
    return f"{value:.4g}"
