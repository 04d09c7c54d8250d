"""`symhdl convert`: a source in, the same expressions in another language out."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from symhdl.commands.chosen import (
    STANDARD_STREAM,
    chosen_dialect,
    chosen_source,
    definitions,
)
from symhdl.commands.terminal import out, show
from symhdl.files import write_files
from symhdl.printers.printer import GRAPH, language_named, print_in
from symhdl.sources.reading.source import read_source


class ConvertOptions(TypedDict):
    """The options of `symhdl convert`, as the command line gives them."""

    source: str | None
    language: str
    expr: str | None
    dialect: str
    define: tuple[str, ...]
    select: str
    combine: str | None
    output: str | None


def run(options: ConvertOptions, stdin: bytes) -> None:
    """Converts; `stdin` is what stands for the source `-`. Nothing is written unless all went well."""
    if options["language"] != GRAPH:
        language_named(options["language"])
    parsed, _ = read_source(
        chosen_source(options["source"], options["expr"], stdin),
        dialect=chosen_dialect(options["dialect"]),
        define=definitions(options["define"]),
        select=options["select"],
        combine=options["combine"],
    )
    printed = print_in(parsed.graph, options["language"])
    show((*parsed.warnings, *printed.warnings))
    place = options["output"]
    if place is None or place == STANDARD_STREAM:
        out(printed.text.removesuffix("\n"))
        return
    path = Path(place)
    write_files(path.parent, {path.name: printed.text})
