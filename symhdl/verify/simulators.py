"""Runs generated text over lines of bits: Verilog in a simulator, a C++ function as a program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from symhdl.errors import SymhdlError, error
from symhdl.flow.running import bad_output, read_result, run_tool, write_input
from symhdl.flow.tools import Tool, need_tool
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
from symhdl.verify.cpp_bench import cpp_main
from symhdl.verify.hls_bench import hls_main
from symhdl.verify.words import HEXADECIMAL, data_digits

DESIGN_FILE = "design.v"
HARNESS_FILE = "harness.v"
BENCH_FILE = "bench.v"
MAIN_FILE = "main.cpp"
CPP_COMPILER = "g++"


def run_verilog(
    tool: str, verilog: str, bench: Bench, lines: Iterable[str], folder: Path
) -> list[str]:
    """What the Verilog text gives for the lines of `bench.cycles` clock cycles, a line for each.

    `tool` is a key of SIMULATORS; files are written in `folder` only. Raises ToolMissingError if the tool is missing,
    SymhdlError if it fails.
    """
    simulator = need_tool(tool)
    write_input(folder, DESIGN_FILE, verilog)
    write_input(folder, HARNESS_FILE, harness(bench))
    write_input(folder, VECTOR_FILE, "".join(f"{line}\n" for line in lines))
    player = SIMULATORS[tool].run(simulator, bench, folder)
    return _results(player, folder, bench.cycles, bench.output_digits)


def run_hls(
    datapath: Datapath, files: Mapping[str, str], headers: Path, lines: list[str], folder: Path
) -> list[str]:
    """What the C++ function in the files `<top>.h` and `<top>.cpp` gives for the lines, a line for each.

    `headers` is the folder of `ap_fixed.h`. Raises ToolMissingError without a C++ compiler, SymhdlError if it fails.
    """
    options = ["-std=c++14", "-w", "-isystem", str(headers.resolve())]
    return _run_cpp(datapath, {**files, MAIN_FILE: hls_main(datapath)}, options, lines, folder)


def run_model(
    datapath: Datapath, files: Mapping[str, str], lines: list[str], folder: Path
) -> list[str]:
    """The same of the C++ model in the file `<top>.hpp`."""
    options = ["-std=c++17", "-w"]
    return _run_cpp(datapath, {**files, MAIN_FILE: cpp_main(datapath)}, options, lines, folder)


def _run_cpp(
    datapath: Datapath,
    files: Mapping[str, str],
    options: Sequence[str],
    lines: list[str],
    folder: Path,
) -> list[str]:
    compiler = need_tool(CPP_COMPILER)
    for name, text in files.items():
        write_input(folder, name, text)
    write_input(folder, VECTOR_FILE, "".join(f"{line}\n" for line in lines))
    run_tool(compiler, [*options, "-o", "bench", MAIN_FILE], folder)
    player = Tool("bench", (str(folder / "bench"),))
    run_tool(player, [], folder)
    return _results(player, folder, len(lines), data_digits(datapath.outputs))


def _results(player: Tool, folder: Path, cycles: int, digits: int) -> list[str]:
    """The lines that a simulation wrote, one for each of the cycles, each of at least so many digits."""
    limit = cycles * (digits + SPARE_CHARACTERS) + SPARE_CHARACTERS
    path = folder / RESULT_FILE
    if not path.exists():
        raise _ended(0, cycles)
    text = read_result(player, path, limit)
    lines = text.split()
    if not DIGITS.issuperset(text) or any(len(line) < digits for line in lines):
        raise bad_output(player, f"wrote {RESULT_FILE}, which holds other things than digits")
    if len(lines) != cycles:
        raise _ended(len(lines), cycles)
    return lines


DIGITS = HEXADECIMAL | frozenset("xXzZ \r\n")
SPARE_CHARACTERS = 64
"""What a line may have beside its digits: its end, and zeros up to a whole word."""


def _ended(found: int, cycles: int) -> SymhdlError:
    text = f"the simulation ended after {found} of {cycles} clock cycles"
    return error("simulation-ended", text, help="remove what ends it, such as $finish")


def _run_icarus(compiler: Tool, bench: Bench, folder: Path) -> Tool:
    write_input(folder, BENCH_FILE, icarus_bench(bench))
    arguments = ["-g2001", "-s", BENCH_MODULE, "-o", "bench.vvp"]
    run_tool(compiler, [*arguments, DESIGN_FILE, HARNESS_FILE, BENCH_FILE], folder)
    # The run-time part stands beside the compiler.
    player = Tool("vvp", (str(Path(compiler.command[0]).with_name("vvp")),))
    run_tool(player, ["-n", "bench.vvp"], folder)
    return player


def _run_verilator(compiler: Tool, bench: Bench, folder: Path) -> Tool:
    write_input(folder, MAIN_FILE, verilator_main(bench))
    arguments = ["--cc", "--exe", "--build", "-O3", "--x-initial", "unique", "-Wno-fatal"]
    arguments += ["--trace"] if bench.recorded_from is not None else []
    arguments += ["--top-module", HARNESS_MODULE, "-o", "bench", "-Mdir", "build"]
    run_tool(compiler, [*arguments, DESIGN_FILE, HARNESS_FILE, MAIN_FILE], folder)
    player = Tool("bench", (str(folder / "build" / "bench"),))
    run_tool(player, [], folder)
    return player


@dataclass(frozen=True, slots=True)
class Simulator:
    """How a simulator is run, and the digit for inputs that are not there: unknown bits where it knows them.

    `run` gives the program that wrote the results.
    """

    run: Callable[[Tool, Bench, Path], Tool]
    absent: str


SIMULATORS: Mapping[str, Simulator] = {
    "iverilog": Simulator(_run_icarus, "x"),
    "verilator": Simulator(_run_verilator, "f"),
}
