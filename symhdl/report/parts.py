"""What the sections of a page are made of: headings, tables, and what is told of things left out."""

from __future__ import annotations

from collections.abc import Sequence

from symhdl.report.markup import Content, Markup, element


def section(heading: str, *children: Content) -> Markup:
    """A part of the page under its heading."""
    return element("section", element("h2", heading), *children)


def table(told: tuple[Sequence[str], Sequence[Sequence[str]]]) -> Content:
    """A header and its rows, in which all but the first column is flush right."""
    header, rows = told
    if not rows:
        return ""
    lines = [_line("th", header), *(_line("td", row) for row in rows)]
    return element("div", element("table", *lines), class_="wide")


def _line(tag: str, cells: Sequence[str]) -> Markup:
    return element(
        "tr",
        *(cell(tag, text, is_number=k > 0) for k, text in enumerate(cells)),
    )


def cell(tag: str, text: str, is_number: bool) -> Markup:
    """A cell of a table, numbers flush right."""
    return element(tag, text, class_="number" if is_number else None)


def left_out(count: int, why: str) -> Content:
    """Says how many are not shown."""
    return element("p", f"{count:,} more {why}", class_="quiet") if count > 0 else ""
