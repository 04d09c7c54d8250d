"""`symhdl report`: what a compiled design was asked for, what it reached, and what each of its nodes takes and adds."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from symhdl.commands.chosen import STANDARD_STREAM, chosen_tables
from symhdl.commands.options import chosen_options, usage
from symhdl.commands.stored import open_design
from symhdl.commands.terminal import (
    heading,
    message,
    out,
    out_json,
    show,
    status_line,
    terminal_width,
)
from symhdl.data.fixed import quantise
from symhdl.documents import json_text
from symhdl.files.writing import write_file
from symhdl.report.contents import Sort
from symhdl.report.text import sections
from symhdl.stored import StoredDesign


class ReportOptions(TypedDict):
    """The options of the command, as the command line gives them."""

    folder: str
    top: str | None
    sort: Sort
    all: bool
    trust: bool
    json: bool
    output: str | None
    data: str | None
    decimal: str | None


Row = tuple[int, ...]
MOST_ROWS = 1000  # of data that a page shows


def run(options: ReportOptions) -> None:
    """Prints the report of the design in a folder, as text or as JSON, or writes it as a page."""
    if options["output"] is not None and options["json"]:
        raise usage("-o writes a page, and --json prints data", help="leave one of them out")
    given = options["data"]
    if given is not None and options["output"] is None:
        raise usage("--data is for the histograms of a page", help="give -o FILE, too")
    design = open_design(Path(options["folder"]), options["top"], trust=options["trust"])
    report = design.report()
    if options["output"] is not None:
        place, listing = Path(options["output"]), f"{design.top}.v"
        text = design.text(listing) if listing in design.contents else ""
        with status_line(f"drawing {design.top}"):
            rows = () if given is None else _rows(design, given, options["decimal"])
            page = report.page(text, sort=options["sort"], rows=rows)
        data = () if given in (None, STANDARD_STREAM) else (Path(given),)
        write_file(place, page, reading=(*design.places, *data))
        message(f"wrote {place}")
        return
    if options["json"]:
        out_json(json_text(report.document(options["sort"])))
        return
    told = sections(report, sort=options["sort"], whole=options["all"], width=terminal_width())
    for number, (title, body) in enumerate(told):
        if number:
            out("")
        heading(title)
        out(body)


def _rows(design: StoredDesign, given: str, decimal: str | None) -> list[Row]:
    """Rows of a file as integers at the inputs, evenly chosen where there are many. How many were held is told."""
    (table,) = chosen_tables([given], chosen_options({"data": given, "decimal": decimal}).decimal)
    ports = design.model.inputs
    names = [port.name for port in ports]
    show((*table.warnings, *table.warnings_for(names)))
    kept: list[Row] = []
    place, every, outside = 0, 1, 0
    for chunk in table.chunks(names):
        columns = []
        for port in ports:
            integers, held = quantise(chunk.columns[port.name], port)
            columns.append(integers.tolist())
            outside += held
        for row in zip(*columns, strict=True):
            if place % every == 0:
                kept.append(row)
            place += 1
            if len(kept) > 2 * MOST_ROWS:
                kept, every = kept[::2], 2 * every
    if outside:
        message(f"out of range, held at its ends: {outside:,} numbers")
    return kept[:: -(-len(kept) // MOST_ROWS)]
