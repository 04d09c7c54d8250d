"""Mutated texts through the whole compiler and every backend: a design that keeps its promises, or a refusal."""

from __future__ import annotations

import json
import random
import time
import traceback
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from symhdl.backends.backend import EmitOptions, backend_named, backend_names

import symhdl
from symhdl.compiled import CompiledDesign
from symhdl.errors import SymhdlError
from symhdl.ir.text import print_datapath, read_datapath
from symhdl.manifest_reading import read_manifest
from symhdl.memory import few_collections
from symhdl.simulate import simulate
from symhdl.sources.reading.registry import reader_names
from symhdl.vectors import columns_of_rows, mixed_rows
from symhdl.verify.accuracy import measure_integers
from tests.dialect_examples import EXAMPLES
from tests.fuzzing.workers import Limits, OverdueError, alarm

LIMITS = Limits(seconds=20.0, memory_bytes=1 << 30, patience=30.0)
"""For the compile and every backend."""
SECONDS_OF_CHECKS = 60.0
"""For what is held against the design afterwards, which a user does not wait for."""
ROWS = 12
CHEAP_NODES = 150  # of the mathematics, for which the truth is looked for
CHEAP_WIDTH = 100  # of the widest port
CONVERTED = {
    "rtlil": 10_000
}  # cells that Amaranth turns into RTLIL within the time: it takes 2 ms for each

_RANGES = (
    "-1:1", "0:1", "0.5:2", "-pi:pi", "-8:8", "1:1", "0.001:1000", "-100:3", "-1e6:1e6", "1e-9:1e-8", "0:255",
)  # fmt: skip
_FORMATS = (
    "fixed<12,3>",
    "ufixed<8,8>",
    "fixed<1,1>",
    "ufixed<1,0>",
    "fixed<24,-5>",
    "fixed<5,12>",
)
_ASSUMPTIONS = (
    "x < y",
    "x0 <= x1",
    "x > 0",
    "abs(x) != 0",
    "X0 + X1 < 1",
    "x1^2 < x2",
    "sin(x) < 0.3",
)
_DEVICES = ("generic", "ice40-hx8k", "ecp5-25k", "xc7a35t", "xcvu9p", "gw1nr-9")


@dataclass(frozen=True, slots=True)
class Case:
    """A text and how it is to be compiled; `number` says which one of its seed it is."""

    number: int
    text: str
    options: Mapping[str, Any]


@dataclass(slots=True)
class Outcome:
    """What came of a case: `problem` is empty if nothing was wrong, and alike for cases of one cause.

    `stage` is what was done last, `seconds` what the compile and the backends took.
    """

    problem: str = ""
    detail: str = ""
    refused: str = ""
    seconds: float = 0.0
    backends: int = 0
    points: int = 0
    stage: str = "compile"


def corpus_texts(shared: Path) -> dict[str, tuple[str, ...]]:
    """The texts of other people by dialect, "" where none is said; none without the folder."""
    found: dict[str, list[str]] = {}
    for path in sorted(shared.glob("corpora/*/open.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            dialect = record["dialect"] if record["dialect"] in reader_names() else ""
            found.setdefault(dialect, []).append(record["text"])
    return {dialect: tuple(texts) for dialect, texts in found.items()}


def options_of(choose: random.Random, dialect: str) -> dict[str, Any]:
    """What a user may ask for, drawn by chance."""
    options: dict[str, Any] = {
        "width": choose.choice((16, 16, 8, choose.randint(1, 64), choose.randint(1, 24), 1, 64)),
        "ranges": choose.choice(_RANGES),
        "device": choose.choice(_DEVICES),
        "frequency": choose.choice((200, 200, 0, 50, 450)),
        "opt": choose.choice((1, 1, 0, 2)),
        "undefined": choose.choice(("error", "ignore", "saturate")),
        "dsp": choose.choice(("auto", "none")),
    }
    match choose.randrange(6):
        case 0:
            options["output_width"] = choose.randint(1, 64)
        case 1:
            options["error"] = 2.0 ** -choose.randint(-8, 40)
        case 2:
            options["output_format"] = choose.choice(_FORMATS)
        case 3:
            options["input_formats"] = choose.choice(_FORMATS)
            del options["width"]
            if choose.randrange(2):
                del options["ranges"]
    if not choose.randrange(6):
        options["assume"] = choose.choice(_ASSUMPTIONS)
    if dialect and choose.randrange(2):
        options["dialect"] = dialect
    return options


def attempt(case: Case) -> Outcome:
    """Compiles the case and looks at all that comes of it."""
    outcome = Outcome()
    limit, began = LIMITS.seconds, time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with alarm(limit):
                design = _made(case, outcome)
            outcome.seconds = time.process_time() - began
            limit = SECONDS_OF_CHECKS
            with alarm(limit):
                _checked(case, design, outcome)
    except SymhdlError as refusal:
        outcome.refused = refusal.diagnostics[0].id
        str(refusal)
    except OverdueError as problem:
        outcome.problem, outcome.detail = _told(f"more than {limit:g} s", problem)
    except Exception as problem:  # noqa: BLE001 - this is what is looked for
        outcome.problem, outcome.detail = _told(type(problem).__name__, problem)
    outcome.seconds = outcome.seconds or time.process_time() - began
    return outcome


def _told(what: str, problem: BaseException) -> tuple[str, str]:
    """Which problem it is, and where it was."""
    frames = traceback.extract_tb(problem.__traceback__)
    ours = [f for f in frames if "site-packages" not in f.filename and "tests" not in f.filename]
    place = f"{ours[-1].name} of {Path(ours[-1].filename).name}" if ours else "the fuzzer"
    shown = "".join(traceback.format_list(ours[-12:]))
    return f"{what} in {place}", f"{shown}{type(problem).__name__}: {problem!s:.300}"


def _made(case: Case, outcome: Outcome) -> CompiledDesign:
    """The design, of which every backend has made its text, as the commands do it."""
    with few_collections():
        design = symhdl.compile(case.text, **case.options)
        size = sum(1 + len(cell.contents) for cell in design.datapath.cells)
        for name in backend_names():
            if size <= CONVERTED.get(name, size):
                outcome.stage = name
                _emit(design, name, outcome)
    return design


def _checked(case: Case, design: CompiledDesign, outcome: Outcome) -> None:
    outcome.stage = "texts"
    _read_back(design)
    outcome.stage = "simulate"
    _simulate(case, design, outcome)


def _emit(design: CompiledDesign, name: str, outcome: Outcome) -> None:
    """The files of one backend, as text that can be written."""
    backend, options, datapath = backend_named(name), EmitOptions(), design.datapath_for(name)
    try:
        backend.validate(datapath, options)
    except SymhdlError as refusal:
        str(refusal)
        return
    for text in backend.emit(datapath, options).values():
        text.encode()
    outcome.backends += 1


def _read_back(design: CompiledDesign) -> None:
    """The stored texts say what the design says."""
    files = design.files()
    for level in (design.datapath, design.operators):
        text = print_datapath(level)
        assert read_datapath(text, "stored") == level, "the datapath is read back otherwise"
    read = read_manifest(files[f"{design.datapath.top}.json"], "stored")
    assert read["source"] == design.datapath.source, "the manifest is read back otherwise"
    for content in files.values():
        content.encode()


def _simulate(case: Case, design: CompiledDesign, outcome: Outcome) -> None:
    """The integers come out; where it is cheap, they lie within the bound."""
    rows = mixed_rows(design.datapath, ROWS, case.number)
    columns = columns_of_rows(design.datapath, rows)
    results = design.simulate_integers(columns)
    for name, values in simulate(design.operators, columns).items():
        assert np.array_equal(values, results[name]), "the two levels differ"
    for port in design.datapath.outputs:
        integers = [int(value) for value in results[port.name]]
        assert all(port.minimum <= value <= port.maximum for value in integers), "out of range"
    ports = (*design.datapath.inputs, *design.datapath.outputs)
    widest = max(port.format.width for port in ports)
    if len(design.mathematics.nodes) > CHEAP_NODES or widest > CHEAP_WIDTH or not columns:
        return
    measured = measure_integers(
        design.mathematics,
        design.datapath,
        {name: [int(value) for value in column] for name, column in columns.items()},
        saturated=design.design.request.undefined == "saturate",
    )
    broken = [entry for entry in measured if entry.violations]
    assert not broken, f"a bound is broken: {broken[0].output}: {broken[0]}"
    outcome.points += len(rows)


def texts_of(dialect: str, others: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The texts of a dialect that may be mutated."""
    return (*EXAMPLES.get(dialect, ()), *others.get(dialect, ()))
