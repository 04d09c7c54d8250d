"""Real expressions of other people: all of them are read, and have the values that independent readers found."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from symhdl.errors import Source, SymhdlError
from symhdl.evaluate import evaluate
from symhdl.sources.pysr.reader import read_candidates
from symhdl.sources.reading.paths import load
from symhdl.sources.reading.source import read_source

DIALECTS = {"plain", "sympy", "pysr"}
NEEDED = re.compile(r'--define "(.*) = \.\.\."')
DEFINITION = re.compile(r"\w+\([\w, ]*\) = .*")


def definitions_of(record: dict[str, list[str]]) -> list[str]:
    """Those that are definitions; `... if finite else 1` is prose, and the dialect knows that function."""
    found = record.get("functions") or []
    return [text for text in found if DEFINITION.fullmatch(text) and "finite" not in text]


def test_expressions_have_their_reference_values(shared: Path) -> None:
    lines = (shared / "corpora" / "open_ready.jsonl").read_text(encoding="utf-8").splitlines()
    records = [record for record in map(json.loads, lines) if record["dialect"] in DIALECTS]
    assert len(records) == 586
    for record in records:
        parsed, _ = read_source(
            Source(record["id"], record["text"]),
            dialect=record["dialect"],
            define=definitions_of(record),
            inputs=list(record["variables"]),
        )
        names = {declaration.name for declaration in parsed.graph.inputs}
        assert names <= set(record["variables"]), record["id"]
        for point in record["ref"]:
            (value,) = evaluate(parsed.graph, point["x"]).values()
            assert float(value) == pytest.approx(point["y"], rel=1e-9, abs=1e-9), record["id"]


def rows_of(text: str) -> int:
    """How many rows stand under the header, counted without the reader."""
    if "|" in text.partition("\n")[0]:
        return len([line for line in text.splitlines() if line.strip()]) - 1
    return len([row for row in csv.reader(io.StringIO(text)) if row]) - 1


def test_every_row_of_every_table_is_a_candidate(shared: Path) -> None:
    files = sorted((shared / "corpora" / "pysr" / "raw").glob("*/*"))
    assert len(files) > 140
    for path in files:
        (source,) = load(path)
        assert len(read_candidates(source)) == rows_of(source.text), path.name


def test_all_equations_of_every_table_are_read(shared: Path) -> None:
    """All that is told is operators that only a script defines; with definitions for them nothing is."""
    files = sorted((shared / "corpora" / "pysr" / "raw").glob("*/*"))
    for path in files:
        count = rows_of(load(path)[0].text)
        try:
            parsed, _ = read_source(path, select="all")
        except SymhdlError as caught:
            definitions = set()
            for diagnostic in caught.diagnostics:
                assert diagnostic.id == "unknown-function", (path.name, diagnostic.message)
                assert diagnostic.help is not None
                match = NEEDED.search(diagnostic.help)
                assert match is not None
                definitions.add(f"{match[1]} = a")
            parsed, _ = read_source(path, select="all", define=sorted(definitions))
        rows = {output.name.removesuffix("_out").split("_")[0] for output in parsed.graph.outputs}
        assert len(parsed.graph.outputs) >= count >= len(rows), path.name
