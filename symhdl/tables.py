"""Tables as plain text: aligned columns, in which nothing stands that a terminal would obey."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from symhdl.errors import visible

GAP = "  "


def table(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    right: Iterable[int] = (),
    encoding: str = "utf-8",
) -> str:
    """Aligned columns below a header; the columns `right` are flush right."""
    lines = [tuple(visible(cell, encoding) for cell in row) for row in (header, *rows)]
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
