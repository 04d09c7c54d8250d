"""`symhdl functions`, `symhdl dialects` and `symhdl devices`: the tables that the compiler itself works from."""

from __future__ import annotations

import sys

from symhdl.commands.terminal import out, out_json, table
from symhdl.functions.operation import ANY, Operation
from symhdl.manifest import Json, manifest_text
from symhdl.sources.reading.reader import Reader
from symhdl.sources.reading.registry import home_of, reader_named, reader_names
from symhdl.targets.target import load_target, target_names


def list_functions(json: bool) -> None:
    """Every function of the language: spellings, number of arguments, meaning."""
    operations = [operation for operation in Operation if operation.entry.names]
    if json:
        documents: list[Json] = [
            {
                "names": list(operation.entry.names),
                "arguments": None if operation.arity == ANY else operation.arity,
                "meaning": operation.entry.documentation,
            }
            for operation in operations
        ]
        out_json(manifest_text(documents))
        return
    rows = [
        (", ".join(operation.entry.names), _arguments(operation), operation.entry.documentation)
        for operation in operations
    ]
    out(table(("function", "arguments", "meaning"), rows))


def _arguments(operation: Operation) -> str:
    return "any" if operation.arity == ANY else str(operation.arity)


def list_dialects(json: bool) -> None:
    """Every dialect that can be read, with what its reader says of it in its first line."""
    readers = [reader_named(name) for name in reader_names()]
    rows = [(reader.name, _first_line(reader)) for reader in readers]
    if json:
        documents: list[Json] = [{"name": name, "reads": line} for name, line in rows]
        out_json(manifest_text(documents))
        return
    out(table(("dialect", "reads"), rows))


def _first_line(reader: Reader) -> str:
    """Where the reader was made, the module tells in its first line what it reads."""
    documentation = sys.modules[home_of(reader.name)].__doc__ or ""
    return documentation.partition("\n")[0].removesuffix(".")


def list_devices(json: bool) -> None:
    """Every device that comes with symhdl, and what it has."""
    targets = [load_target(name) for name in target_names()]
    if json:
        documents: list[Json] = [
            {
                "name": target.name,
                "description": target.description,
                "luts": target.resources.luts,
                "ffs": target.resources.ffs,
                "dsps": target.resources.dsps,
                "brams": target.resources.brams,
                "synthesis": target.tools.command,
                "place_and_route": target.tools.place_and_route,
            }
            for target in targets
        ]
        out_json(manifest_text(documents))
        return
    rows = [
        (
            target.name,
            str(target.resources.luts),
            str(target.resources.dsps),
            str(target.resources.brams),
            target.tools.place_and_route or "-",
            target.description,
        )
        for target in targets
    ]
    header = ("device", "LUTs", "DSPs", "BRAMs", "place and route", "description")
    out(table(header, rows, right=(1, 2, 3)))
