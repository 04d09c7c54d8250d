"""Rows of an exploration as tables: at the end, those that do not pay dimmed, and on a terminal while it runs."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from symhdl.commands.terminal import coloured, out, table, terminal_width
from symhdl.documents import Json
from symhdl.errors import shortened, visible
from symhdl.explore.results import FRONT, Record
from symhdl.explore.row import Row
from symhdl.tables import GAP, number

if TYPE_CHECKING:
    from rich.console import RenderableType

LABELS = {
    "error_bound": "error bound", "luts": "LUTs", "ffs": "FFs", "dsps": "DSPs", "brams": "BRAMs", FRONT: "",
}  # fmt: skip
HIDDEN = frozenset({"measured", "diagnostic", "message", "seconds", "digest"})
LEAST = 40  # characters of an equation, if it has so many
SHOWN = 10  # rows while it runs
BESIDE = ("complexity", "loss", "error_bound", "luts", "cycles", "ns")
"""What is told of a row while it runs, between its class and its equation."""


def show_rows(found: Sequence[Record]) -> None:
    """The records as a table on standard output, the front marked, and on a terminal all others dimmed."""
    lines = rows_table(found).split("\n")
    is_coloured = coloured(sys.stdout)
    header: Record = {FRONT: True}
    for line, record in zip(lines, (header, *found), strict=True):
        if is_coloured and not record[FRONT]:
            click.echo(click.style(line, dim=True))
        else:
            out(line)


def rows_table(found: Sequence[Record]) -> str:
    """The records as a table: the front is marked by an asterisk."""
    names = [name for name in found[0] if name not in HIDDEN | {FRONT, "equation"}] if found else []
    if not any(record["class"] for record in found):
        names = [name for name in names if name != "class"]
    names = [FRONT, *names, "equation"]
    right = [
        index
        for index, name in enumerate(names)
        if any(isinstance(record[name], int | float) for record in found)
    ]
    header = [LABELS.get(name, name) for name in names]
    rows = [[_cell(record, name) for name in names[:-1]] for record in found]
    others = table(header[:-1], rows, right).split("\n", 1)[0]
    room = max(LEAST, terminal_width() - len(others.rstrip()) - len(GAP))
    full = [
        [*row, shortened(str(record["equation"]), room)]
        for row, record in zip(rows, found, strict=True)
    ]
    return table(header, full, right)


def _cell(record: Record, name: str) -> str:
    value = record[name]
    match name:
        case "status" if record["diagnostic"]:
            return shortened(str(record["diagnostic"]))
        case _ if name == FRONT:
            return "*" if value else ""
    return figure(value)


def figure(value: Json) -> str:
    """A value for people; nothing for what is not known."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "" if value is None else shortened(str(value), 30)
    return f"{value:,}" if isinstance(value, int) else number(value)


@contextmanager
def live_rows(total: int) -> Iterator[Callable[[Row], None]]:
    """What is told of rows as they come: the last ones and how far it is, on a terminal alone, and gone at the end."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _: None
        return
    from rich.console import Console
    from rich.live import Live

    shown: deque[Row] = deque(maxlen=SHOWN)
    counts = {"done": 0, "failed": 0, "cut": 0}
    start = time.monotonic()

    def picture() -> RenderableType:
        return _picture(shown, counts, total, time.monotonic() - start)

    console = Console(stderr=True, no_color=not coloured(sys.stderr), highlight=False)
    with Live(get_renderable=picture, console=console, transient=True, refresh_per_second=4):

        def tell(row: Row) -> None:
            shown.append(row)
            counts[row.status] += 1

        yield tell


def _picture(
    shown: Sequence[Row], counts: dict[str, int], total: int, seconds: float
) -> RenderableType:
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    encoding = sys.stderr.encoding or "utf-8"
    rows = Table(box=None, pad_edge=False)
    rows.add_column("class", no_wrap=True)
    for name in BESIDE:
        rows.add_column(LABELS.get(name, name), justify="right", no_wrap=True)
    rows.add_column("equation", no_wrap=True, overflow="ellipsis")
    for row in shown:
        values = (figure(getattr(row, name)) for name in BESIDE)
        cells = (row.class_name, *values, row.diagnostic or shortened(row.equation))
        style = "" if row.status == "done" else "dim"
        rows.add_row(*(Text(visible(cell, encoding)) for cell in cells), style=style)
    done = sum(counts.values())
    bar = Table.grid(padding=(0, 1))
    told = f"{done} of {total} designs, {counts['failed']} failed, {seconds:.0f} s"
    bar.add_row(ProgressBar(total=max(1, total), completed=done, width=30), Text(told))
    return Group(rows, bar)
