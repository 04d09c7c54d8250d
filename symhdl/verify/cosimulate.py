"""Runs the Verilog text of a Datapath in a simulator, one new vector per clock, and compares with the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from symhdl.errors import error
from symhdl.flow.tools import Tool, need_tool, run_tool, work_folder
from symhdl.ir.datapath import Datapath
from symhdl.simulate import INT64_BITS, Integers, simulate
from symhdl.verify.bench import (
    BENCH_MODULE,
    RESULT_FILE,
    VECTOR_FILE,
    icarus_bench,
    unpacked,
    vector_text,
    verilator_main,
    verilator_wrapper,
)

DESIGN_FILE = "design.v"
BENCH_FILE = "bench.v"
MAIN_FILE = "main.cpp"


@dataclass(frozen=True, slots=True)
class Difference:
    """A vector for which an output of the hardware is not what the model says."""

    output: str
    vector: int
    expected: int
    found: int


def cosimulate(
    datapath: Datapath, verilog: str, inputs: Mapping[str, Integers], tool: str = "iverilog"
) -> dict[str, Integers]:
    """The integers at the outputs, by name, for vectors fed one per clock and read `latency` edges later.

    `tool` is `iverilog` or `verilator`. `verilog` is the text of the module `datapath.top`. Raises ToolMissingError if
    the tool is missing, SymhdlError if it fails or if an output is undefined (x).
    """
    simulator = need_tool(tool)
    count = len(next(iter(inputs.values()))) if inputs else 1
    with work_folder() as folder:
        _write(folder, DESIGN_FILE, verilog)
        _write(folder, VECTOR_FILE, vector_text(datapath.inputs, inputs, count))
        RUNNERS[tool](simulator, datapath, count, folder)
        lines = (folder / RESULT_FILE).read_text(encoding="ascii").split()
    assert len(lines) == count, "the bench wrote another number of results; please report this"
    return _results(datapath, lines)


def differences(
    expected: Mapping[str, Integers], found: Mapping[str, Integers]
) -> tuple[Difference, ...]:
    """Every value that differs, in the order of outputs and vectors."""
    return tuple(
        Difference(name, int(row), int(values[row]), int(found[name][row]))
        for name, values in expected.items()
        for row in np.flatnonzero(values != found[name])
    )


def check_verilog(
    datapath: Datapath, verilog: str, inputs: Mapping[str, Integers], tool: str = "iverilog"
) -> tuple[Difference, ...]:
    """Where the Verilog text differs from `simulate`; empty if it is right."""
    return differences(simulate(datapath, inputs), cosimulate(datapath, verilog, inputs, tool))


def _write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _run_icarus(simulator: Tool, datapath: Datapath, count: int, folder: Path) -> None:
    _write(folder, BENCH_FILE, icarus_bench(datapath, count))
    arguments = ["-g2001", "-s", BENCH_MODULE, "-o", "bench.vvp", DESIGN_FILE, BENCH_FILE]
    run_tool(simulator, arguments, folder)
    # The run-time part stands beside the compiler.
    runner = Tool("vvp", (str(Path(simulator.command[0]).with_name("vvp")),))
    run_tool(runner, ["-n", "bench.vvp"], folder)


def _run_verilator(simulator: Tool, datapath: Datapath, count: int, folder: Path) -> None:
    _write(folder, BENCH_FILE, verilator_wrapper(datapath))
    _write(folder, MAIN_FILE, verilator_main(datapath, count))
    arguments = ["--cc", "--exe", "--build", "-O3", "--x-initial", "unique", "-Wno-fatal"]
    arguments += ["--top-module", BENCH_MODULE, "-o", "bench", "-Mdir", "build"]
    run_tool(simulator, [*arguments, DESIGN_FILE, BENCH_FILE, MAIN_FILE], folder)
    run_tool(Tool("bench", (str(folder / "build" / "bench"),)), [], folder)


RUNNERS: dict[str, Callable[[Tool, Datapath, int, Path], None]] = {
    "iverilog": _run_icarus,
    "verilator": _run_verilator,
}
"""How each simulator is run; the results stand in RESULT_FILE afterwards."""


def _results(datapath: Datapath, lines: list[str]) -> dict[str, Integers]:
    rows: list[dict[str, int]] = []
    for number, line in enumerate(lines):
        if not set(line) <= set("0123456789abcdef"):
            raise error(
                "undefined-output",
                f"the outputs for vector {number} are undefined in simulation: {line[:60]}",
                notes=("a latency other than the stated one shows like this",),
            )
        rows.append(unpacked(datapath.outputs, int(line, 16)))
    return {
        port.name: np.array(
            [row[port.name] for row in rows],
            dtype=object if port.format.width > INT64_BITS else np.int64,
        )
        for port in datapath.outputs
    }
