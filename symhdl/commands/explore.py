"""`symhdl explore`: sources and sweeps in; a design for each row, what it takes, and which of them pay, out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from symhdl.commands.chosen import STANDARD_STREAM
from symhdl.commands.options import Texts, chosen_options, usage, value_of
from symhdl.commands.terminal import message, out, out_json, table
from symhdl.documents import Json, json_text
from symhdl.errors import Source, shortened
from symhdl.explore.equation import Given, equations_of
from symhdl.explore.exploration import explore
from symhdl.explore.job import BY_INPUT, Far, Job, Text
from symhdl.explore.plan import check_names, jobs_of
from symhdl.explore.row import Row
from symhdl.explore.store import ExploreStore
from symhdl.explore.sweep import sweep_of
from symhdl.tables import number

STORE = "explore.sqlite"


class ExploreCommand(TypedDict):
    """What `symhdl explore` has beside the options of the compiler."""

    sources: tuple[str, ...]
    classes: tuple[str, ...]
    synth: bool
    pnr: bool
    output: str | None
    json: bool


def run(command: ExploreCommand, texts: Texts) -> None:
    """Explores."""
    jobs = planned(command, texts)
    store = None
    if command["output"] is not None:
        folder = Path(command["output"])
        folder.mkdir(parents=True, exist_ok=True)
        store = ExploreStore(folder / STORE)
    found = explore(jobs, store)
    if found.known:
        message(f"{found.known} of {len(jobs)} designs were known")
    if command["json"]:
        rows: list[Json] = [dict(row.values()) for row in found.rows]
        out_json(json_text(rows))
    else:
        out(rows_table(found.rows))


def planned(command: ExploreCommand, texts: Texts) -> tuple[Job, ...]:
    """The jobs of a command line. Raises SymhdlError for what is wrong with it."""
    sweep = sweep_of(texts)
    chosen = [chosen_options(each) for each in sweep.sets]
    equations = equations_of(_given(command), chosen[0])
    sets = [{name: _text(name, text) for name, text in each.items()} for each in sweep.sets]
    check_names(equations, sets[0])
    far: Far = "pnr" if command["pnr"] else "synth" if command["synth"] else "estimated"
    return jobs_of(equations, sets, sweep.swept, far)


def _given(command: ExploreCommand) -> list[Given]:
    """The sources of the command line, with the classes that it names."""
    found = [Given(_path(name)) for name in command["sources"]]
    for text in command["classes"]:
        name, equals, file = text.partition("=")
        if not (name.strip() and equals and file):
            raise usage(f"`{shortened(text)}` is no class and file", help="write --class NAME=FILE")
        found.append(Given(_path(file), name.strip()))
    if not found:
        raise usage("there is no source", help="give a table of equations, or the folder of a run")
    return found


def _path(name: str) -> Path:
    if name == STANDARD_STREAM:
        raise usage("an exploration reads no standard input", help="give a file")
    return Path(name)


def _text(name: str, given: str | Sequence[str]) -> Text:
    """What was given as a job holds it: paths from the root, definitions themselves."""
    value = value_of(name, given)
    if name == "data":
        return tuple(str(Path(path).resolve()) for path in given)
    if name in BY_INPUT:
        return tuple(value.items())  # type: ignore[attr-defined] # a dict of texts
    if isinstance(value, list):
        return tuple(each.text if isinstance(each, Source) else each for each in value)
    if name == "device" and Path(str(value)).exists():
        return str(Path(str(value)).resolve())
    return str(value)


HEADER = (
    "class",
    "complexity",
    "loss",
    "status",
    "error bound",
    "LUTs",
    "FFs",
    "DSPs",
    "BRAMs",
    "cycles",
    "ns",
)


def rows_table(rows: Sequence[Row]) -> str:
    """The rows as a table."""
    swept = [name for name, _ in rows[0].options] if rows else []
    figures = list(dict.fromkeys(name for row in rows for name, _ in row.figures))
    header = (*HEADER, *swept, *figures, "equation")
    right = range(1, len(HEADER))
    return table(header, [_cells(row, figures) for row in rows], right)


def _cells(row: Row, figures: Sequence[str]) -> list[str]:
    known = dict(row.figures)
    return [
        row.class_name,
        _figure(row.complexity),
        _figure(row.loss),
        row.diagnostic or row.status,
        *map(
            _figure, (row.error_bound, row.luts, row.ffs, row.dsps, row.brams, row.cycles, row.ns)
        ),
        *(value for _, value in row.options),
        *(_figure(known.get(name)) for name in figures),
        shortened(row.equation),
    ]


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else number(value)
