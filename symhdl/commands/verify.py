"""`symhdl verify`: the generated code of a compiled design, run and compared with the bit-exact model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypedDict

import numpy as np

from symhdl.commands.differences import as_json, differ
from symhdl.commands.options import usage
from symhdl.commands.stored import open_design
from symhdl.commands.terminal import message, out, out_json, status_line
from symhdl.commands.written import Written, read_written, written_by
from symhdl.documents import Json, json_text
from symhdl.errors import error, shortened
from symhdl.files.writing import place_of, write_file
from symhdl.flow.headers import need_headers
from symhdl.flow.tools import find_tool
from symhdl.ir.datapath import Datapath
from symhdl.ir.verify import claimed_cells
from symhdl.manifest import DATAPATH, OPERATORS
from symhdl.simulate import simulate
from symhdl.stored import StoredDesign
from symhdl.verify.cosimulate import (
    Difference,
    Trial,
    hls_differences,
    model_differences,
    recorded_signals,
    verilog_differences,
)
from symhdl.verify.range_proofs import open_claims
from symhdl.verify.timeline import PLAIN, Handshake
from symhdl.verify.vectors import (
    ALL_AT_MOST,
    ALL_BY_DEFAULT,
    Stimulus,
    all_inputs,
    chosen_inputs,
    combinations,
)

DEFAULT_VECTORS = 1000
SIMULATORS = {"icarus": "iverilog", "verilator": "verilator"}
BUILD_VECTORS = 15_000
BUILD_WORK = 15_000_000
"""What Icarus does while Verilator builds a model: so many vectors, and so many vectors times cells. From
`verify --simulator icarus` and `--simulator verilator` on designs of 160 and of 15,000 cells."""


class VerifyOptions(TypedDict):
    """The options of the command, as the command line gives them."""

    folder: str
    top: str | None
    all: bool
    vectors: int | None
    seed: int
    simulator: str
    include: str | None
    trust: bool
    vcd: str | None
    json: bool


@dataclass(frozen=True, slots=True)
class Engine:
    """What runs the text: its name, what it is given, and how it writes down the signals around a clock cycle."""

    name: str
    handshake: Handshake
    compare: Callable[[Trial], tuple[Difference, ...]]
    record: Callable[[Trial, int], str] | None = None


def run(options: VerifyOptions) -> None:
    """Runs the vectors; raises SymhdlError with the first differences if there are any."""
    design = open_design(Path(options["folder"]), options["top"], trust=options["trust"])
    engine_for = _engine_for(design, options)
    if options["vcd"] is not None:
        place_of(Path(options["vcd"]), design.places)  # told before the work is done
    written = read_written(design, trust=options["trust"])
    datapath = design.datapath_for(str(design.manifest["target"]))
    stimulus = _stimulus(datapath, options)
    engine = engine_for(design, written, stimulus, options)
    trial = Trial(datapath, stimulus.inputs, engine.handshake, options["seed"])
    doing = f"{engine.name}: {stimulus.description}, seed {options['seed']}"
    with status_line(design.top) as status:
        status("the model")
        _check_levels(design, stimulus)
        status("ranges")
        open_ranges = _open_ranges(datapath, stimulus)
        message(doing)
        status(doing)
        found = engine.compare(trial)
    if options["vcd"] is not None and engine.record is not None:
        _write_record(Path(options["vcd"]), engine.record, trial, found, design.places)
    if options["json"]:
        out_json(json_text(_document(engine, trial, stimulus, found, open_ranges)))
    if found:
        raise differ(trial, found, is_ours=not (written.changes or design.doubts))
    if not options["json"]:
        out(f"{design.top}: equal to the model for {_under(engine, trial, stimulus)}")


# --- what is run ----------------------------------------------------------------------------------

EngineFor = Callable[[StoredDesign, Written, Stimulus, VerifyOptions], Engine]


def _engine_for(design: StoredDesign, options: VerifyOptions) -> EngineFor:
    """What runs the design's target; raises UsageError if nothing does, or for options that mean nothing to it."""
    target = str(design.manifest.get("target"))
    if target not in ENGINES:
        text = f"{design.folder} holds neither Verilog nor C++, but {shortened(target)}"
        raise usage(text, help="compile with --target verilog, hls or cpp")
    given = {"--vcd": options["vcd"] is not None, "--simulator": options["simulator"] != "auto"}
    if target == "verilog":
        given = {}
    if target != "hls":
        given["--include"] = options["include"] is not None
    for option, is_given in given.items():
        if is_given:
            raise usage(f"{option} means nothing for a design in {TARGET_NAMES[target]}")
    return ENGINES[target]


def _verilog_engine(
    design: StoredDesign, written: Written, stimulus: Stimulus, options: VerifyOptions
) -> Engine:
    verilog = "\n".join(written.texts.values())
    tool = _simulator(options["simulator"], stimulus.count, len(design.datapath.cells))
    how = written_by(design)
    return Engine(
        tool,
        Handshake(how.interface == "valid", how.clock_enable),
        partial(verilog_differences, verilog=verilog, tool=tool),
        partial(recorded_signals, verilog=verilog, tool=tool),
    )


def _simulator(wanted: str, vectors: int, cells: int) -> str:
    """What the user wants, or Verilator where its model is worth the time to build it, and Icarus elsewhere."""
    if wanted != "auto":
        return SIMULATORS[wanted]
    is_much = (vectors - BUILD_VECTORS) * cells > BUILD_WORK
    preferred = ("verilator", "iverilog") if is_much else ("iverilog", "verilator")
    return next((tool for tool in preferred if find_tool(tool) is not None), "iverilog")


def _hls_engine(_: StoredDesign, written: Written, __: Stimulus, options: VerifyOptions) -> Engine:
    include = options["include"]
    headers = need_headers(None if include is None else Path(include))
    return Engine("g++", PLAIN, partial(hls_differences, files=written.texts, headers=headers))


def _cpp_engine(_: StoredDesign, written: Written, __: Stimulus, ___: VerifyOptions) -> Engine:
    return Engine("g++", PLAIN, partial(model_differences, files=written.texts))


ENGINES: Mapping[str, EngineFor] = {
    "verilog": _verilog_engine,
    "hls": _hls_engine,
    "cpp": _cpp_engine,
}
TARGET_NAMES = {"verilog": "Verilog", "hls": "HLS C++", "cpp": "C++"}


def _stimulus(datapath: Datapath, options: VerifyOptions) -> Stimulus:
    """All inputs if they are few, or if the user wants them all; else as many random ones as are wanted, and others."""
    seed, count = options["seed"], options["vectors"]
    if options["all"] and count is not None:
        raise usage("--all and --vectors exclude each other")
    there = combinations(datapath)
    if options["all"] and there > ALL_AT_MOST:
        text = f"there are {there:.4g} inputs, and --all goes up to {ALL_AT_MOST}"
        raise usage(text, help="leave --all out; --vectors says how many random ones are run")
    if options["all"] or (count is None and there <= ALL_BY_DEFAULT):
        return all_inputs(datapath, seed)
    return chosen_inputs(datapath, DEFAULT_VECTORS if count is None else count, seed)


def _check_levels(design: StoredDesign, stimulus: Stimulus) -> None:
    """Raises SymhdlError where operators and datapath have different integers, or one leaves its range."""
    operators = simulate(design.operators, stimulus.inputs)
    cells = simulate(design.datapath, stimulus.inputs)
    different = [name for name in cells if not np.array_equal(operators[name], cells[name])]
    if different:
        text = (
            f"{design.top}{OPERATORS} and {design.top}{DATAPATH} differ in {', '.join(different)}"
        )
        trusted = "the files are not those of one design; compile again"
        help = trusted if design.doubts else "please report this, with the folder"
        raise error("levels-differ", text, help=help)


def _open_ranges(datapath: Datapath, stimulus: Stimulus) -> int:
    """How many ranges of the model could not be proved again, nor were seen to hold for all that can come in.

    Raises SymhdlError for one that is wrong.
    """
    if stimulus.complete:  # nothing else can come in
        return 0
    found = len(open_claims(datapath))
    if found:
        message(
            f"not proved again: {found} of {len(claimed_cells(datapath))} ranges that rest on a proof of the "
            "compiler; they are checked for all vectors"
        )
    return found


# --- what is told ---------------------------------------------------------------------------------


def _under(engine: Engine, trial: Trial, stimulus: Stimulus) -> str:
    """What the design was found equal for, and at what latency."""
    if engine.record is None:
        return stimulus.description
    gaps = ", with gaps and resets" if engine.handshake.valid else ""
    latency = trial.datapath.latency
    edges = "edge" if latency == 1 else "edges"
    return f"{stimulus.description}{gaps}, at a latency of {latency} clock {edges}"


def _write_record(
    path: Path,
    record: Callable[[Trial, int], str],
    trial: Trial,
    found: tuple[Difference, ...],
    reading: Sequence[Path],
) -> None:
    """The signals around the first difference, or those of the first cycles if there is none."""
    cycle = (found[0].cycle or 0) if found else 0
    write_file(path, record(trial, cycle), reading)
    message(f"wrote {path}: the signals around clock cycle {cycle}")


def _document(
    engine: Engine,
    trial: Trial,
    stimulus: Stimulus,
    found: tuple[Difference, ...],
    open_ranges: int,
) -> dict[str, Json]:
    kinds: dict[str, Json] = dict(stimulus.kinds)
    return {
        "top": trial.datapath.top,
        "tool": engine.name,
        "vectors": stimulus.count,
        "kinds": kinds,
        "complete": stimulus.complete,
        "seed": trial.seed,
        "open_ranges": open_ranges,
        "equal": not found,
        "different_values": len(found),
        "differences": as_json(trial, found),
    }
