"""`symhdl convert`: a source in, the same expressions in another language out."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from symhdl.commands.chosen import STANDARD_STREAM, chosen_source
from symhdl.commands.options import Texts, chosen_options
from symhdl.commands.terminal import out, show
from symhdl.errors import Source
from symhdl.files.writing import write_file
from symhdl.printers.printer import GRAPH, language_named, print_in
from symhdl.sources.reading.assumptions import with_assumptions
from symhdl.sources.reading.source import read_source


class ConvertCommand(TypedDict):
    """What `symhdl convert` has beside the options that say how a source is read."""

    source: str | None
    language: str
    expr: str | None
    output: str | None


def run(command: ConvertCommand, texts: Texts) -> None:
    """Converts. Nothing is written unless all went well."""
    if command["language"] != GRAPH:
        language_named(command["language"])
    chosen = chosen_options(texts)
    parsed, _ = read_source(
        chosen_source(command["source"], command["expr"]),
        dialect=chosen.dialect,
        define=chosen.define,
        select=chosen.select,
        combine=chosen.combine,
    )
    parsed = with_assumptions(parsed, chosen.assume, "--assume")
    printed = print_in(parsed.graph, command["language"])
    show((*parsed.warnings, *printed.warnings))
    place = command["output"]
    if place is None or place == STANDARD_STREAM:
        out(printed.text.removesuffix("\n"))
        return
    read = [Path(text.name) for text in chosen.define if isinstance(text, Source)]
    if command["source"] is not None:
        read.append(Path(command["source"]))
    write_file(Path(place), printed.text, read)
