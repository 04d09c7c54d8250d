"""Real expressions of other people, and whether what is read has the values that independent readers found.

As a program it tells which records fail: python -m tests.source_corpus [--folder NAME] [--subdialect NAME] [--auto]
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import symhdl
from symhdl.ir.graph import Graph
from symhdl.sources.reading.source import read_source

FOLDERS = (
    "aifeynman", "deap", "dsp", "eureqa", "feynman", "fpbench",
    "gplearn", "hls4ml", "latex", "operon", "pysr", "srbench",
)  # fmt: skip
CORPORA = Path(__file__).parents[2] / "shared" / "corpora"
RELATIVE = 1e-9
DIGITS = 40

NEGATIVE_BASE = (
    "a negative constant to a power that is no integer has no value; the reference takes -(c^x)"
)
CANCELLED = "the sine of some 1e59, which the 40 digits of the reference do not reach"
EXCEPTIONS = {
    "aifeynman-00001": "the sine of pi is 0; the reference keeps what 40 digits leave of it",
    "fpbench-00130": "the inputs decide how often its loop runs",
    "fpbench-00136": "the inputs decide how often its loop runs",
    **dict.fromkeys((f"pysr-0{number}" for number in range(2109, 2118)), NEGATIVE_BASE),
    "srbench-00463": CANCELLED,
    "srbench-00483": CANCELLED,
}
"""Records that do not agree, and why."""

Record = Mapping[str, Any]


def records(corpora: Path, folders: Sequence[str] = FOLDERS) -> Iterator[Record]:
    """All records of the folders."""
    for folder in folders:
        for line in (corpora / folder / "open.jsonl").read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def graph_of(record: Record, dialect: str | None) -> Graph:
    """What the record is read as. Raises SymhdlError."""
    parsed, _ = read_source(
        record["text"],
        dialect=dialect,
        define=[*(record.get("functions") or ()), *(record.get("requires") or {}).values()],
        inputs=list(record["variables"]),
    )
    return parsed.graph


def disagreement(graph: Graph, record: Record) -> str:
    """At which reference point the graph has another value; empty if at none."""
    unknown = {declared.name for declared in graph.inputs} - set(record["variables"])
    if unknown:
        return f"inputs that the record does not know: {sorted(unknown)}"
    for point in record["ref"]:
        wanted = point["y"] if isinstance(point["y"], list) else [point["y"]]
        found = list(graph.evaluate(**point["x"]).values())
        if len(found) != len(wanted):
            return f"{len(found)} outputs where {len(wanted)} are wanted"
        if not all(_agree(a, b) for a, b in zip(found, wanted, strict=True)):
            exact = {name: Fraction(value) for name, value in point["x"].items()}
            careful = list(graph.evaluate(digits=DIGITS, **exact).values())
            if not all(_agree(a, b) for a, b in zip(careful, wanted, strict=True)):
                return f"{[str(value) for value in careful]} where {wanted} is wanted"
    return ""


def _agree(found: object, wanted: float) -> bool:
    if found is None:
        return False
    value = float(found)  # type: ignore[arg-type] # a float or a Decimal
    return math.isclose(value, wanted, rel_tol=RELATIVE, abs_tol=1e-300)


def verdict(record: Record, dialect: str | None) -> str:
    """What is wrong with the reading of the record; empty if nothing is."""
    try:
        return disagreement(graph_of(record, dialect), record)
    except symhdl.SymhdlError as problem:
        return str(problem.diagnostics[0].message)


def main() -> None:
    """Prints the records that fail."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", action="append")
    parser.add_argument("--subdialect")
    parser.add_argument("--auto", action="store_true", help="let the text decide the dialect")
    options = parser.parse_args()
    count = failed = 0
    for record in records(CORPORA, options.folder or FOLDERS):
        if record["check"]["class"] != "ok":
            continue
        if options.subdialect not in (None, record["subdialect"]):
            continue
        count += 1
        problem = verdict(record, None if options.auto else record["dialect"])
        if problem:
            failed += 1
            print(record["id"], record["dialect"], record["subdialect"], problem[:150])
            print("    ", record["text"][:150].replace("\n", " "))
    print(f"{count - failed} of {count} agree")


if __name__ == "__main__":
    main()
