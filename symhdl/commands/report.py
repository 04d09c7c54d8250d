"""`symhdl report`: what a compiled design was asked for, what it reached, and what each of its nodes takes and adds."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from symhdl.commands.stored import open_design
from symhdl.commands.terminal import heading, out, out_json, terminal_width
from symhdl.documents import json_text
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


def run(options: ReportOptions) -> None:
    """Prints the report of the design in a folder, as text or as JSON."""
    design = open_design(Path(options["folder"]), options["top"], trust=options["trust"])
    report = design.report()
    if options["json"]:
        out_json(json_text(report.document(options["sort"])))
        return
    told = sections(report, sort=options["sort"], whole=options["all"], width=terminal_width())
    for place, (title, body) in enumerate(told):
        if place:
            out("")
        heading(title)
        out(body)
