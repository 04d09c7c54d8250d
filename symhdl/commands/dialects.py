"""`symhdl dialects`: the dialects that can be read, as their readers tell."""

from __future__ import annotations

import sys

from symhdl.commands.terminal import out, out_json, table
from symhdl.documents import Json, json_text
from symhdl.sources.reading.reader import Reader
from symhdl.sources.reading.registry import home_of, reader_named, reader_names


def run(json: bool) -> None:
    """Every dialect that can be read, with what its reader says of it in its first line."""
    readers = [reader_named(name) for name in reader_names()]
    rows = [(reader.name, _first_line(reader)) for reader in readers]
    if json:
        documents: list[Json] = [{"name": name, "reads": line} for name, line in rows]
        out_json(json_text(documents))
        return
    out(table(("dialect", "reads"), rows))


def _first_line(reader: Reader) -> str:
    """Where the reader was made, the module tells in its first line what it reads."""
    documentation = sys.modules[home_of(reader.name)].__doc__ or ""
    return documentation.partition("\n")[0].removesuffix(".")
