"""Runs generated text over lines of bits: Verilog in a simulator, a C++ function as a program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from symhdl.errors import error
from symhdl.flow.tools import Tool, need_tool, run_tool
from symhdl.ir.datapath import Datapath
from symhdl.verify.bench import (
    BENCH_MODULE,
    HARNESS_MODULE,
    RESULT_FILE,
    VECTOR_FILE,
    Bench,
    harness,
    icarus_bench,
    verilator_main,
)
from symhdl.verify.hls_bench import hls_main

DESIGN_FILE = "design.v"
HARNESS_FILE = "harness.v"
BENCH_FILE = "bench.v"
MAIN_FILE = "main.cpp"
HLS_COMPILER = "g++"


def run_verilog(
    tool: str, verilog: str, bench: Bench, lines: Iterable[str], folder: Path
) -> list[str]:
    """What the Verilog text gives for the lines of `bench.cycles` clock cycles, a line for each.

    `tool` is a key of SIMULATORS; files are written in `folder` only. Raises ToolMissingError if the tool is missing,
    SymhdlError if it fails.
    """
    simulator = need_tool(tool)
    _write(folder, DESIGN_FILE, verilog)
    _write(folder, HARNESS_FILE, harness(bench))
    _write(folder, VECTOR_FILE, "".join(f"{line}\n" for line in lines))
    SIMULATORS[tool].run(simulator, bench, folder)
    return _results(folder, bench.cycles)


def run_hls(
    datapath: Datapath, files: Mapping[str, str], headers: Path, lines: list[str], folder: Path
) -> list[str]:
    """What the C++ function in the files `<top>.h` and `<top>.cpp` gives for the lines, a line for each.

    `headers` is the folder of `ap_fixed.h`. Raises ToolMissingError without a C++ compiler, SymhdlError if it fails.
    """
    compiler = need_tool(HLS_COMPILER)
    for name, text in {**files, MAIN_FILE: hls_main(datapath)}.items():
        _write(folder, name, text)
    _write(folder, VECTOR_FILE, "".join(f"{line}\n" for line in lines))
    arguments = ["-std=c++14", "-w", "-isystem", str(headers.resolve()), "-o", "bench"]
    run_tool(compiler, [*arguments, MAIN_FILE], folder)
    run_tool(Tool("bench", (str(folder / "bench"),)), [], folder)
    return _results(folder, len(lines))


def _write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _results(folder: Path, cycles: int) -> list[str]:
    path = folder / RESULT_FILE
    lines = path.read_text(encoding="ascii", errors="replace").split() if path.exists() else []
    if len(lines) != cycles:
        text = f"the simulation ended after {len(lines)} of {cycles} clock cycles"
        raise error("simulation-ended", text, help="remove what ends it, such as $finish")
    return lines


def _run_icarus(compiler: Tool, bench: Bench, folder: Path) -> None:
    _write(folder, BENCH_FILE, icarus_bench(bench))
    arguments = ["-g2001", "-s", BENCH_MODULE, "-o", "bench.vvp"]
    run_tool(compiler, [*arguments, DESIGN_FILE, HARNESS_FILE, BENCH_FILE], folder)
    # The run-time part stands beside the compiler.
    player = Tool("vvp", (str(Path(compiler.command[0]).with_name("vvp")),))
    run_tool(player, ["-n", "bench.vvp"], folder)


def _run_verilator(compiler: Tool, bench: Bench, folder: Path) -> None:
    _write(folder, MAIN_FILE, verilator_main(bench))
    arguments = ["--cc", "--exe", "--build", "-O3", "--x-initial", "unique", "-Wno-fatal"]
    arguments += ["--trace"] if bench.recorded_from is not None else []
    arguments += ["--top-module", HARNESS_MODULE, "-o", "bench", "-Mdir", "build"]
    run_tool(compiler, [*arguments, DESIGN_FILE, HARNESS_FILE, MAIN_FILE], folder)
    run_tool(Tool("bench", (str(folder / "build" / "bench"),)), [], folder)


@dataclass(frozen=True, slots=True)
class Simulator:
    """How a simulator is run, and the digit for inputs that are not there: unknown bits where it knows them."""

    run: Callable[[Tool, Bench, Path], None]
    absent: str


SIMULATORS: Mapping[str, Simulator] = {
    "iverilog": Simulator(_run_icarus, "x"),
    "verilator": Simulator(_run_verilator, "f"),
}
