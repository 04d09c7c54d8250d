"""What is compiled: records of the corpus of real expressions, and the five jet taggers as one design."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypedDict

READY_FILE = "open_ready.jsonl"
MINIBIT_FILE, MINIBIT_GROUP = "dsp/open.jsonl", "dsp/bitsize-"
JET_FILE = "hls4ml/open.jsonl"
JET_GROUP = "hls4ml/tutorial"
DIALECTS = ("plain", "sympy", "pysr")
EVERY_DIALECT = (*DIALECTS, "fpcore", "operon", "gplearn")


@dataclass(frozen=True, slots=True)
class ReferencePoint:
    """What an output must be at a point, as a reader that knows nothing of symhdl computed it.

    `output` is empty where the text has one output, whose name does not matter.
    """

    inputs: tuple[tuple[str, float], ...]
    output: str
    value: float


@dataclass(frozen=True, slots=True)
class Problem:
    """A text with the ranges of its inputs."""

    id: str
    dialect: str
    text: str
    ranges: tuple[tuple[str, Fraction, Fraction], ...]
    definitions: tuple[str, ...] = ()
    references: tuple[ReferencePoint, ...] = ()


def is_missing(corpus: Path) -> bool:
    """Whether there are no corpora, which is told: what needs them is skipped."""
    if corpus.is_dir():
        return False
    print(f"skipped: there are no corpora in {corpus} (--corpus)", file=sys.stderr)
    return True


class _Reference(TypedDict):
    x: dict[str, float]
    y: float


class _Record(TypedDict, total=False):
    """The part of a record that is used here."""

    id: str
    name: str
    group: str
    text: str
    dialect: str
    variables: dict[str, tuple[float, float]]
    functions: list[str]
    ref: list[_Reference]


def chosen_problems(
    corpus: Path, count: int, seed: int, dialects: Sequence[str] = DIALECTS
) -> list[Problem]:
    """`count` records of the dialects, drawn without repetition, by id; a larger count adds to a smaller one."""
    records = [record for record in _read(corpus / READY_FILE) if record["dialect"] in dialects]
    records.sort(key=lambda record: record["id"])
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    chance.shuffle(records)
    drawn = sorted(records[:count], key=lambda record: record["id"])
    return [_problem(record) for record in drawn]


def minibit_problems(corpus: Path) -> list[Problem]:
    """The cases of MiniBit, the usual ones for word lengths, by id."""
    records = [
        each for each in _read(corpus / MINIBIT_FILE) if each["group"].startswith(MINIBIT_GROUP)
    ]
    return [_problem(record) for record in sorted(records, key=lambda each: each["id"])]


def jet_problem(corpus: Path) -> Problem:
    """The five taggers of the tutorial as one text with five outputs, named after the jets' classes."""
    records = [record for record in _read(corpus / JET_FILE) if record["group"] == JET_GROUP]
    assert len(records) == 5, "the corpus should have five jet taggers"
    lines: list[str] = []
    ranges: dict[str, tuple[float, float]] = {}
    references: list[ReferencePoint] = []
    for record in sorted(records, key=lambda record: record["name"]):
        output = record["name"].removeprefix("jet_tutorial_")
        lines.append(f"{output} = {record['text']}")
        ranges |= record["variables"]
        references += _references(record, output)
    return Problem(
        "jets", "native", "\n".join(lines), _ranges(ranges), references=tuple(references)
    )


def _read(path: Path) -> Iterable[_Record]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _problem(record: _Record) -> Problem:
    return Problem(
        record["id"],
        record["dialect"],
        record["text"],
        _ranges(record["variables"]),
        tuple(record.get("functions", ())),
        tuple(_references(record, "")),
    )


def _ranges(
    variables: Mapping[str, tuple[float, float]],
) -> tuple[tuple[str, Fraction, Fraction], ...]:
    """The ranges as the decimals that the file shows, not as the floats next to them."""
    return tuple(
        (name, Fraction(str(low)), Fraction(str(high))) for name, (low, high) in variables.items()
    )


def _references(record: _Record, output: str) -> list[ReferencePoint]:
    return [
        ReferencePoint(tuple(point["x"].items()), output, point["y"])
        for point in record.get("ref", ())
    ]
