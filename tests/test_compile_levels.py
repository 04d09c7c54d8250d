"""At every optimisation level the generated hardware computes the simulator's integers, with the stated latency.

The whole check on real expressions, 100 records and the jet taggers at three levels, in Verilog (Icarus) and in C++
(g++ with real ap_types headers), 1,000 vectors each:

    pytest -m slow tests/test_compile_levels.py
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from symhdl.backends.vectors import vectors
from symhdl.backends.verilog import verilog_text

from benchmarks.problems import Problem, chosen_problems, jet_problem
from benchmarks.runs import Options, compiled, read
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.simulate import Integers
from tests import errors_of_design
from tests.errors_of_design import Ranges, assert_bounds_hold, request_of
from tests.test_corpus import REASONS
from tests.test_hls import Headers, assert_equal
from tests.test_hls import headers as headers  # a fixture
from tests.verilog_checks import check_verilog

LEVELS = (0, 1, 2)
XY = {"x": ("-2", "2"), "y": ("0.5", "3")}
DESIGNS: dict[str, tuple[str, Ranges]] = {
    "polynomial": ("0.5*x*y + 0.25*x^2 - 1.3*y + 0.1", XY),
    "product": ("x*y*(x - y)*(x + 2)", XY),
    "sine": ("sin(3*x) + x", {"x": ("-8", "8")}),
    "quotient": ("(x + 1)/y", XY),
    "gaussian": ("exp(-(x^2 + y^2)/2)", XY),
    "power": ("y^x", XY),
    "decision": ("where(x < y and x > -1, sqrt(y), mod(x, 0.5))", XY),
    "guard": ("if x == 0 then 1 else sin(x)/x", {"x": ("-4", "4")}),
    "argument": ("argmax(x, y - 1, x*y)", XY),
    "roots": ("sqrt(x^2 + y^2) + cbrt(x) - log(y)", XY),
    "constant": ("2/3 + 0*x", {"x": ("-1", "1")}),
    "wire": ("x", {"x": ("-1", "1")}),
    "taggers": (
        "a = 0.7*sin(x)*cos(y) - 0.2*z\nb = tanh(x*y - z)\nc = a*b + sin(x)\n"
        "d = clamp(x + y*z, -1, 1)^2\ne_ = argmax(x, y, z)\noutput a, b, c, d, e_",
        {"x": ("-1", "1"), "y": ("-1", "2"), "z": ("-3", "3")},
    ),
}  # fmt: skip


def needs_icarus() -> None:
    """Skips the test without Icarus."""
    if shutil.which("iverilog") is None:
        pytest.skip("iverilog is not installed")


def inputs_of(datapath: Datapath, count: int, seed: int) -> dict[str, Integers]:
    """Corners and random vectors, those of the C++ benches too."""
    rows = vectors(datapath, count, seed).inputs
    return {
        port.name: np.array([row[place] for row in rows], dtype=object)
        for place, port in enumerate(datapath.inputs)
    }


def assert_verilog_equal(datapath: Datapath, count: int, seed: int) -> None:
    """A wrong latency would show as an undefined output: inputs are unknown before and after the vectors."""
    inputs = inputs_of(datapath, count, seed)
    found = check_verilog(datapath, verilog_text(datapath), inputs)
    assert found == (), (datapath.top, found[:5])


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", sorted(DESIGNS))
def test_verilog_equals_the_simulator(name: str, level: int) -> None:
    needs_icarus()
    text, ranges = DESIGNS[name]
    request = request_of(ranges, width=9, output_width=10, opt=level)
    graph, design = errors_of_design.compiled(text, request)
    assert_verilog_equal(design.datapath, 200, seed=level)
    assert_bounds_hold(graph, design, count=100)
    stages = [design.datapath.cells[port.cell].stage for port in design.datapath.outputs]
    constant = [
        design.datapath.cells[port.cell].kind is CellKind.CONSTANT
        for port in design.datapath.outputs
    ]
    # A constant belongs to every stage.
    assert all(s == design.latency for s, c in zip(stages, constant, strict=True) if not c)


@pytest.mark.parametrize("frequency", [0.0, 50.0, 400.0])
def test_verilog_at_other_clocks(frequency: int) -> None:
    needs_icarus()
    text, ranges = DESIGNS["taggers"]
    request = request_of(ranges, width=9, output_width=10, frequency=frequency)
    _, design = errors_of_design.compiled(text, request)
    assert (design.latency == 0) == (frequency == 0)
    assert_verilog_equal(design.datapath, 100, seed=1)


def test_a_faster_clock_takes_more_cycles() -> None:
    text, ranges = DESIGNS["taggers"]
    latencies = []
    for frequency in (0.0, 50.0, 100.0, 200.0, 300.0):
        _, design = errors_of_design.compiled(text, request_of(ranges, frequency=frequency))
        latencies.append(design.latency)
    assert latencies == sorted(latencies)
    assert latencies[-1] > latencies[1]


@pytest.mark.parametrize("tool", ["iverilog", pytest.param("verilator", marks=pytest.mark.slow)])
def test_inputs_that_are_called_like_something_in_the_bench(tool: str) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    names = ["i", "file", "vectors", "dut", "in0", "out1", "inputs", "top"]
    text = f"outputs = {' + '.join(names)}\nresults = i - outputs\noutput outputs, results"
    _, design = errors_of_design.compiled(text, request_of(dict.fromkeys(names, ("-1", "1"))))
    datapath = design.datapath
    inputs = inputs_of(datapath, 50, seed=1)
    assert check_verilog(datapath, verilog_text(datapath), inputs, tool) == ()


# --- real expressions -----------------------------------------------------------------------------

RECORDS, BATCH, SEED = 100, 10, 7
BATCHES = range(0, RECORDS, BATCH)
VECTORS = 1000


def design_of(problem: Problem, level: int, width: int, output_width: int) -> Datapath:
    options = Options(width, output_width, level, "generic", 200.0, "auto", 0, 0)
    datapath = compiled(problem, read(problem), options).datapath
    return replace(datapath, top=f"{datapath.top}_{level}")


@pytest.fixture(scope="module")
def problems(shared: Path) -> list[Problem]:
    """As many records as wanted, drawn by seed from those that must compile."""
    for count in range(RECORDS, 2 * RECORDS):
        drawn = chosen_problems(shared / "corpora", count, SEED)
        found = [problem for problem in drawn if problem.id not in REASONS]
        if len(found) == RECORDS:
            return found
    raise AssertionError("too many records that may fail")


def assert_both_equal(datapaths: list[Datapath], headers: Headers, folder: Path) -> None:
    """Verilog and C++ on the same vectors; the C++ in one program, because reading the headers takes long."""
    for seed, datapath in enumerate(datapaths):
        assert_verilog_equal(datapath, VECTORS, seed)
    assert_equal(datapaths, headers, folder, count=VECTORS)


@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("first", BATCHES)
def test_real_expressions(
    first: int, level: int, problems: list[Problem], headers: Headers, tmp_path: Path
) -> None:
    needs_icarus()
    chosen = problems[first : first + BATCH]
    datapaths = [design_of(problem, level, 12, 10) for problem in chosen]
    assert_both_equal(datapaths, headers, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS)
def test_the_five_jet_taggers(level: int, shared: Path, headers: Headers, tmp_path: Path) -> None:
    needs_icarus()
    datapath = design_of(jet_problem(shared / "corpora"), level, 16, 16)
    assert len(datapath.outputs) == 5
    assert_both_equal([datapath], headers, tmp_path)
