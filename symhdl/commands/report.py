"""`symhdl report`: what a compiled design was asked for, what it reached, and what each of its nodes takes and adds."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from symhdl.commands.options import usage
from symhdl.commands.stored import open_design
from symhdl.commands.terminal import heading, message, out, out_json, status_line, terminal_width
from symhdl.documents import json_text
from symhdl.files.writing import write_file
from symhdl.report.contents import Sort
from symhdl.report.text import sections


class ReportOptions(TypedDict):
    """The options of the command, as the command line gives them."""

    folder: str
    top: str | None
    sort: Sort
    all: bool
    trust: bool
    json: bool
    output: str | None


def run(options: ReportOptions) -> None:
    """Prints the report of the design in a folder, as text or as JSON, or writes it as a page."""
    if options["output"] is not None and options["json"]:
        raise usage("-o writes a page, and --json prints data", help="leave one of them out")
    design = open_design(Path(options["folder"]), options["top"], trust=options["trust"])
    report = design.report()
    if options["output"] is not None:
        place, listing = Path(options["output"]), f"{design.top}.v"
        text = design.text(listing) if listing in design.contents else ""
        with status_line(f"drawing {design.top}"):
            page = report.page(text, sort=options["sort"])
        names = (*design.contents, design.manifest_name)
        write_file(place, page, reading=[design.folder / name for name in names])
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
