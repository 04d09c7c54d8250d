"""Real expressions of other people: all of them are read, and have the values that independent readers found."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from symhdl.errors import Source, SymhdlError
from symhdl.ir.evaluate import evaluate
from symhdl.sources.source import read_source

DIALECTS = {"plain", "sympy", "pysr"}
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


def test_tables_are_read(shared: Path) -> None:
    """Whatever stands in the tables, it is read or told; user operators and templates are what is told."""
    files = sorted((shared / "corpora" / "pysr" / "raw").glob("*/*"))
    assert files
    told: Counter[str] = Counter()
    for path in files:
        try:
            read_source(path, dialect="pysr", select="accuracy")
        except SymhdlError as caught:
            for diagnostic in caught.diagnostics:
                assert diagnostic.span is not None, path.name
                told[diagnostic.id] += 1
    assert set(told) <= {"unknown-function", "template", "syntax"}
    assert told["syntax"] <= 2  # a column called `10m_speed`
