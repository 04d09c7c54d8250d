"""The HLS C++ backend: what g++ makes of it equals the simulator, and its text is what was looked at."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from symhdl.backends.backend import EmitOptions, Vectors, backend_named
from symhdl.backends.hls_expressions import literal, native_literal
from symhdl.backends.vectors import vectors

import symhdl
from benchmarks.problems import chosen_problems, jet_problem
from benchmarks.runs import Options, compiled, read
from symhdl.errors import SymhdlError
from symhdl.flow.headers import find_headers
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath, Port
from symhdl.numeric.fixed import FixedFormat
from symhdl.simulate import simulate
from tests.function_designs import (
    MANY_WIDTHS,
    SIGNS,
    comparison,
    every_kind,
    gaussian,
    wide_sum,
    with_outputs,
)
from tests.precompiled import precompiled_header
from tests.random_datapath import random_datapath

HLS = backend_named("hls")
COMPILE = ["g++", "-std=c++14", "-Wall", "-Wextra", "-Werror", "-Wno-unknown-pragmas"]


@pytest.fixture(scope="session")
def headers(tmp_path_factory: pytest.TempPathFactory) -> Headers:
    """The real `ap_types` headers; the test is skipped without them or without g++."""
    if shutil.which("g++") is None:
        pytest.skip("g++ is missing")
    found = find_headers()
    if found is None:
        pytest.skip("the ap_types headers of the hls4ml wheel are missing")
    base = tmp_path_factory.getbasetemp()
    common = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = common / "precompiled"
    folder.mkdir(exist_ok=True)
    options = ("-isystem", str(found.folder))
    return Headers(options, precompiled_header(folder, [*COMPILE, *options]))


@dataclass(frozen=True, slots=True)
class Headers:
    """Options of the compiler for the headers, and one that includes them all, precompiled."""

    options: tuple[str, ...]
    precompiled: Path


def run(
    datapaths: Sequence[Datapath],
    headers: Headers,
    folder: Path,
    *,
    count: int = 1000,
    edit: Callable[[str], str] = str,
    options: Sequence[str] = (),
    ordinary: bool = True,
    separate: bool = False,
) -> subprocess.CompletedProcess[str]:
    """The test bench, or all of them as one program.

    `edit` changes the files before they are compiled. They are one unit, which shares what the headers' templates
    become, unless they are to be `separate`; the precompiled headers go before them if they are `ordinary`.
    """
    lines = ["#include <cstdio>", "#include <ap_fixed.h>", "#include <ap_int.h>"]
    for position, datapath in enumerate(datapaths):
        top = datapath.top
        emit_options = EmitOptions(vectors=vectors(datapath, count, seed=position))
        HLS.validate(datapath, emit_options)
        for name, text in HLS.emit(datapath, emit_options).items():
            (folder / name).write_text(edit(text), encoding="utf-8")
        lines += [f"namespace in_{top} {{", f'#include "{top}.cpp"', f"#define main main_{top}"]
        lines += [f'#include "{top}_tb.cpp"', "#undef main", "}"]
    calls = " | ".join(f"in_{datapath.top}::main_{datapath.top}()" for datapath in datapaths)
    lines.append(f"int main() {{ return {calls}; }}")
    files: list[str] = []
    if len(datapaths) == 1:
        files = [f"{datapaths[0].top}.cpp", f"{datapaths[0].top}_tb.cpp"]
        lines = [f'#include "{name}"' for name in files]
    if not separate:
        (folder / "all.cpp").write_text("\n".join(lines) + "\n", encoding="utf-8")
        files = ["all.cpp"]
    before = ["-include", str(headers.precompiled)] if ordinary else []
    command = [*COMPILE, *options, *headers.options, *before, *files, "-o", "all"]
    subprocess.run(command, cwd=folder, check=True)
    return subprocess.run([folder / "all"], capture_output=True, text=True, check=False)


def assert_equal(
    datapaths: Sequence[Datapath], headers: Headers, folder: Path, **how: object
) -> None:
    """Every test bench passes, with all of its vectors."""
    done = run(datapaths, headers, folder, **how)  # type: ignore[arg-type]
    assert done.returncode == 0, done.stdout
    assert done.stderr == ""
    for datapath in datapaths:
        assert f"{datapath.top}: passed, " in done.stdout


def randoms(seeds: Sequence[int], width: int) -> list[Datapath]:
    return [
        replace(random_datapath(seed, width=width, cells=40), top=f"random{seed}") for seed in seeds
    ]


@pytest.mark.parametrize("first", [0])
def test_random_datapaths_of_ordinary_width(first: int, headers: Headers, tmp_path: Path) -> None:
    assert_equal(randoms(range(first, first + 2), 20), headers, tmp_path)


@pytest.mark.parametrize("first", [200])
def test_random_datapaths_of_any_width(first: int, headers: Headers, tmp_path: Path) -> None:
    assert_equal(randoms(range(first, first + 1), 100), headers, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1000, 1200, 20))
def test_many_random_datapaths(first: int, headers: Headers, tmp_path: Path) -> None:
    assert_equal(
        randoms(range(first, first + 20), (12, 33, 64, 100)[first // 20 % 4]), headers, tmp_path
    )


FEW_WIDTHS = (40,)


def test_every_kind(headers: Headers, tmp_path: Path) -> None:
    designs = [
        every_kind(f"kinds{width}_{number}", width, signs)
        for number, (width, signs) in enumerate(zip(FEW_WIDTHS, SIGNS, strict=False))
    ]
    assert_equal(designs, headers, tmp_path, count=1000)


@pytest.mark.slow
@pytest.mark.parametrize("signs", SIGNS)
def test_every_kind_at_the_edges_of_the_native_widths(
    signs: tuple[bool, bool], headers: Headers, tmp_path: Path
) -> None:
    designs = [every_kind(f"kinds{width}", width, signs) for width in MANY_WIDTHS]
    assert_equal(designs, headers, tmp_path, count=1000)


def test_integers_beyond_the_default_limit(headers: Headers, tmp_path: Path) -> None:
    assert_equal([wide_sum(1500)], headers, tmp_path, count=50, ordinary=False)


def test_a_bench_that_cannot_fail_would_be_found(headers: Headers, tmp_path: Path) -> None:
    done = run(
        [gaussian()],
        headers,
        tmp_path,
        edit=lambda text: text.replace("product_sum >> 9", "product_sum >> 8"),
    )
    assert done.returncode == 1
    assert "expected" in done.stdout
    assert "FAILED" in done.stdout


def test_entries_of_exact_width_are_the_same(headers: Headers, tmp_path: Path) -> None:
    """What hardware gets instead of the native types of the simulation."""
    assert_equal(
        [gaussian()],
        headers,
        tmp_path,
        edit=lambda text: text.replace("__SYNTHESIS__", "EXACT"),
        options=("-DEXACT",),
    )


def test_a_large_table_compiles_quickly(headers: Headers, tmp_path: Path) -> None:
    builder = DatapathBuilder()
    index = builder.input("a", 0, 65535, 16)
    contents = tuple((entry * entry * 40503) % (1 << 20) - (1 << 19) for entry in range(1 << 16))
    port = Port("a", "a", index, FixedFormat(False, 16, 16), 0, 65535)
    design = with_outputs("large", builder, (port,), [builder.table(index, contents, 19)])
    assert_equal([design], headers, tmp_path)


# --- real designs ---------------------------------------------------------------------------------


def compiled_corpus(shared: Path, count: int, level: int) -> list[Datapath]:
    """Datapaths of real expressions that compile; those with a domain that is too wide do not."""
    options = Options(12, 10, level, "generic", 200.0, "auto", 0, 0)
    found = []
    for problem in chosen_problems(shared / "corpora", count, seed=7):
        try:
            found.append(compiled(problem, read(problem), options).datapath)
        except SymhdlError:
            continue
    assert len(found) > 0.8 * count
    return found


def jets(shared: Path, level: int) -> Datapath:
    problem = jet_problem(shared / "corpora")
    options = Options(16, 16, level, "generic", 200.0, "auto", 0, 0)
    return compiled(problem, read(problem), options).datapath


@pytest.mark.slow
def test_the_jet_taggers(shared: Path, headers: Headers, tmp_path: Path) -> None:
    assert_equal([jets(shared, 1)], headers, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("level", [0, 1, 2])
def test_real_expressions(level: int, shared: Path, headers: Headers, tmp_path: Path) -> None:
    """Ten designs in a program: more take the compiler too much memory."""
    designs = [*compiled_corpus(shared, 100, level), jets(shared, level)]
    for start in range(0, len(designs), 10):
        folder = tmp_path / str(start)
        folder.mkdir()
        assert_equal(designs[start : start + 10], headers, folder)


# --- text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("design", [gaussian(), comparison()], ids=lambda design: design.top)
def test_text(design: Datapath, golden: Callable[[str, str], None]) -> None:
    files = HLS.emit(design, EmitOptions(vectors=vectors(design, 12, seed=1)))
    assert list(files) == [design.top + end for end in (".h", ".cpp", "_tb.cpp", ".tcl")]
    for name, text in files.items():
        assert text.isascii() or "Δy" in text
        version = re.sub(r"made by symhdl \S+", "made by symhdl VERSION", text)
        golden(f"hls/{name}", version)


def test_golden_designs_run(headers: Headers, tmp_path: Path) -> None:
    assert_equal([gaussian(), comparison()], headers, tmp_path)


def test_the_bench_has_vectors_of_its_own() -> None:
    files = HLS.emit(gaussian(), EmitOptions())
    assert "256 vectors" in files["gaussian_tb.cpp"]
    assert files == HLS.emit(gaussian(), EmitOptions())


def test_equal_tables_are_one_with_a_port_for_each_reader() -> None:
    builder = DatapathBuilder()
    a, b = (builder.input(name, 0, 3, 0) for name in "ab")
    ports = tuple(Port(n, n, i, FixedFormat(False, 2, 0), 0, 3) for n, i in (("a", a), ("b", b)))
    cells = [builder.table(index, (1, 9, 4, 5), 0) for index in (a, b)]
    text = HLS.emit(with_outputs("twice", builder, ports, cells), EmitOptions())["twice.cpp"]
    assert text.count("static const") == 1
    assert "#pragma HLS BIND_STORAGE variable=a_entry_table type=rom_np" in text


def test_handshake_and_clock_enable() -> None:
    files = HLS.emit(gaussian(), EmitOptions(interface="valid", clock_enable=True))
    assert "#pragma HLS INTERFACE ap_ctrl_hs port=return" in files["gaussian.cpp"]
    assert "#pragma HLS INTERFACE ap_vld port=z" in files["gaussian.cpp"]
    assert "config_interface -clock_enable" in files["gaussian.tcl"]


def test_names_do_not_collide(headers: Headers, tmp_path: Path) -> None:
    """Ports that bear the names that the writer would like to use itself."""
    names = ["row", "failures", "a_bits", "a", "a_sum", "entry", "a_given", "clash_a_t"]
    builder = DatapathBuilder()
    inputs = []
    for name in names[:4]:
        cell = builder.input(name, -8, 7, 0)
        inputs.append(Port(name, name, cell, FixedFormat(True, 4, 0), -8, 7))
    total = builder.add(inputs[2].cell, inputs[3].cell)
    table = builder.table(builder.bits(total, 0, 2), (5, 6, 7, 9), 0)
    outputs = []
    for name, index in zip(names[4:], (total, table, inputs[0].cell, inputs[1].cell), strict=True):
        driver = builder.cells[index]
        outputs.append(Port(name, name, index, driver.format, driver.minimum, driver.maximum))
    design = Datapath("clash", tuple(builder.cells), tuple(inputs), tuple(outputs))
    assert_equal([design], headers, tmp_path, separate=True)


@pytest.mark.slow
@pytest.mark.parametrize("top", ["symhdl_bench", "FILE", "size_t", "uint", "EOF", "typeof", "main"])
def test_any_name_makes_a_text_that_compiles(top: str, headers: Headers, tmp_path: Path) -> None:
    """Ports and modules with the names of macros, types and keywords of what the text is compiled with."""
    names = "BUFSIZ EOF NULL stdin putc M_PI typeof asm INT8_MAX FILE size_t fast8 symhdl_bench eval trace wire VL_IN8"
    total = " + ".join(names.split())
    design = symhdl.compile(
        f"line = {total}\nresults = {total} - 1", dialect="native", ranges=(0, 1), width=4, top=top
    )
    assert_equal([design.datapath], headers, tmp_path, separate=True)


def test_too_wide_is_refused() -> None:
    low, high = -(1 << 40000), (1 << 40000) - 1
    cell = Cell(CellKind.INPUT, (), low, high, name="a")  # wider than what is compiled may be
    ports = tuple(Port(name, name, 0, cell.format, low, high) for name in ("a", "y"))
    with pytest.raises(SymhdlError, match=r"hls-too-wide"):
        HLS.validate(Datapath("wide", (cell,), ports[:1], ports[1:]), EmitOptions())


# --- pieces ---------------------------------------------------------------------------------------


def test_literals() -> None:
    assert literal(-5, True, 12) == "ap_int<12>(-5)"
    assert literal(2**31, False, 32) == "ap_uint<32>(2147483648LL)"
    assert literal(2**64 - 1, False, 64) == "ap_uint<64>(18446744073709551615ULL)"
    assert literal(-1, True, 65) == 'ap_int<65>("0x1ffffffffffffffff", 16)'
    assert native_literal(-(2**63)) == "(-9223372036854775807LL - 1)"


def test_vectors_hold_corners_and_what_the_simulator_says() -> None:
    design = gaussian()
    made = vectors(design, 50, seed=3)
    assert made == vectors(design, 50, seed=3)
    assert made != vectors(design, 50, seed=4)
    assert isinstance(made, Vectors)
    assert {-32, 31, 0, -1, 1} <= {row[0] for row in made.inputs}
    assert all(-32 <= x <= 31 and 0 <= y <= 200 for x, y in made.inputs)
    inputs = {
        port.name: np.array([row[place] for row in made.inputs])
        for place, port in enumerate(design.inputs)
    }
    outputs = simulate(design, inputs)
    assert [row[0] for row in made.outputs] == outputs["z"].tolist()


def test_a_design_without_inputs(headers: Headers, tmp_path: Path) -> None:
    builder = DatapathBuilder()
    five = builder.constant(-5, 2)
    output = Port("y", "y", five, FixedFormat(True, 6, 2), -5, -5)
    assert_equal(
        [Datapath("five", tuple(builder.cells), (), (output,))], headers, tmp_path, count=3
    )
