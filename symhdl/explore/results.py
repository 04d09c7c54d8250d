"""The files of an exploration beside its store: `rows.csv` and `report.html`, whole or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import cast

from symhdl.documents import Json, sha256
from symhdl.errors import error
from symhdl.explore.combination import Combination
from symhdl.explore.combined import (
    COMBINATIONS,
    folder_of,
    sentences_of,
    text_of,
    write_designs,
)
from symhdl.explore.front import on_front
from symhdl.explore.row import COLUMNS, Row
from symhdl.explore.store import ELSEWHERE, ExploreStore
from symhdl.files.reading import regular_content
from symhdl.files.writing import told, write_file

ROWS, REPORT = "rows.csv", "report.html"
FIGURES = ("complexity", "loss", "error_bound", "luts", "ffs", "dsps", "brams", "cycles", "ns")
FRONT = "front"
"""The column that says whether a row is on the front of its class."""

COMPUTED = ("=", "@", "\t", "\r")
"""How texts begin that spreadsheets take for formulas of theirs, as no equation does."""

PAGE = "symhdl.report.front_page"

Record = dict[str, Json]


def records(rows: Sequence[Row], axes: Sequence[str]) -> list[Record]:
    """The rows by columns: `COLUMNS`, options that differ, figures on data, and what else is known."""
    given = list(dict.fromkeys(name for row in rows for name, _ in row.options))
    options = [name for name in given if len({dict(row.options).get(name) for row in rows}) > 1]
    figures = list(dict.fromkeys(name for row in rows for name, _ in row.figures))
    flags = on_front(rows, axes)
    return [_record(row, options, figures, flag) for row, flag in zip(rows, flags, strict=True)]


def _record(row: Row, options: Sequence[str], figures: Sequence[str], flag: bool) -> Record:
    values, said, found = row.values(), dict(row.options), dict(row.figures)
    return {
        **{name: values[name] for name in COLUMNS},
        **{name: said.get(name) for name in options},
        **{name: found.get(name) for name in figures},
        FRONT: flag,
        **{
            name: values[name]
            for name in ("measured", "diagnostic", "message", "seconds", "digest")
        },
    }


def csv_text(found: Sequence[Record]) -> str:
    """The records as CSV; failures with their diagnostic in one line, the whole of which the store has."""
    text = io.StringIO()
    names = [name for name in found[0] if name != "message"] if found else list(COLUMNS)
    table = csv.writer(text, lineterminator="\n")
    table.writerow(names)
    for record in found:
        table.writerow([_cell(record[name]) for name in names])
    return text.getvalue()


def _cell(value: Json) -> object:
    if isinstance(value, str) and value.startswith(COMPUTED):
        return f"'{value}"
    return "" if value is None else str(value).lower() if isinstance(value, bool) else value


def write_results(
    folder: Path,
    store: ExploreStore,
    rows: Sequence[Row],
    axes: Sequence[str],
    combined: Sequence[Combination] = (),
    pages: Mapping[str, str] | None = None,
    *,
    force: bool = False,
) -> tuple[str, ...]:
    """Writes the files of an exploration into the folder of its store, and tells their names.

    Combinations have their designs in folders of their own beside them. `pages` are those of designs by the digests of
    their rows; there are too many to tell their names.

    Files that symhdl did not write, or that were changed since, are replaced with `force` alone. Raises SymhdlError if
    there are any, before anything is written, or if the system refuses.
    """
    found = records(rows, axes)
    named = {digest: f"design-{digest[:16]}.html" for digest in pages or {}}
    texts = {ROWS: csv_text(found), REPORT: _page(found, axes, combined, named)}
    if combined:
        texts[COMBINATIONS] = text_of(combined)
        texts |= {_page_of(each, combined): _drawn(each) for each in combined}
    drawn = {named[digest]: page for digest, page in (pages or {}).items()}
    if not force:
        check_all_ours(folder, (*texts, *drawn), store)
    write_designs(folder, combined, force=force)
    write_all(folder, {**drawn, **texts}, store)
    more = (f"pages of {len(drawn)} designs",) if drawn else ()
    return *texts, *more, *(f"{folder_of(each, combined)}/" for each in combined)


def write_all(folder: Path, texts: Mapping[str, str], store: ExploreStore) -> None:
    """Writes files, texts by their names, which the store knows before they are there: a run may be killed.

    Raises SymhdlError if the system refuses.
    """
    for name, text in texts.items():
        store.writes(name, sha256(text))
        write_file(folder / name, text)


def check_all_ours(folder: Path, names: Iterable[str], store: ExploreStore) -> None:
    """Raises SymhdlError for files in a folder that are not as an exploration wrote them."""
    for name in names:
        check_ours(folder / name, store)


def check_ours(place: Path, store: ExploreStore) -> None:
    """Raises SymhdlError for a file that is not as an exploration in this folder wrote it."""
    with told(place, ELSEWHERE):
        if not place.exists() and not place.is_symlink():
            return
        written = store.written(place.name)
        if place.is_symlink() or not written:
            text = f"{place} is there, and symhdl did not write it"
            raise error("not-ours", text, help=f"{ELSEWHERE}, or replace it with --force")
        if sha256(regular_content(place)) not in written:
            text = f"{place} was changed since symhdl wrote it"
            raise error("changed-file", text, help=f"{ELSEWHERE}, or replace it with --force")


def _page(
    found: Sequence[Record], axes: Sequence[str], combined: Sequence[Combination],
    named: Mapping[str, str],
) -> str:  # fmt: skip
    """The page of the fronts, which reads a failure's whole text as its diagnostic; `named` are pages of designs."""
    page = cast("Callable[..., str]", import_module(PAGE).front_page)
    kept = [{**record, "diagnostic": record["message"] or record["diagnostic"]} for record in found]
    shown = [{k: v for k, v in record.items() if k != "message"} for record in kept]
    places = {record["digest"]: place for place, record in enumerate(found)}
    chosen = [places[part.row.digest] for each in combined for part in each.parts]
    told_of = [
        line
        for each in combined
        for line in (*sentences_of(each), ("the page of its design", _page_of(each, combined)))
    ]
    pages = {places[digest]: name for digest, name in named.items()}
    return page(shown, axes=tuple(axes), chosen=chosen, told=told_of, pages=pages)


def _page_of(combination: Combination, combined: Sequence[Combination]) -> str:
    """The name of the page of a combination's design."""
    return f"{folder_of(combination, combined)}.html"


def _drawn(combination: Combination) -> str:
    design = combination.design
    return design.report().page(design.verilog())
