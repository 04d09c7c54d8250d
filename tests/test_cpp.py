"""The C++ model: what g++ makes of it equals the simulator, in its function of one row and in that of many."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from symhdl.backends.backend import EmitOptions, backend_named
from symhdl.backends.cpp import emulator
from symhdl.backends.cpp_types import port_type, type_of
from symhdl.backends.vectors import vectors

import symhdl
from symhdl.errors import SymhdlError
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Datapath, Port
from symhdl.numeric.fixed import FixedFormat
from symhdl.vectors import columns_of_rows, mixed_rows
from symhdl.verify.cosimulate import Trial, model_differences
from tests.function_designs import (
    MANY_WIDTHS,
    SIGNS,
    comparison,
    every_kind,
    gaussian,
    wide_sum,
)
from tests.random_datapath import random_datapath
from tests.rows import each_row

CPP = backend_named("cpp")
COMPILE = ["g++", "-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
needs_compiler = pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is missing")


def text_of(datapath: Datapath) -> str:
    (text,) = CPP.emit(datapath, EmitOptions()).values()
    return str(text)


def literal(port: Port, value: int) -> str:
    kind: str = port_type(port.format)
    if kind.startswith("wide"):
        return str(type_of((port.format.minimum, port.format.maximum)).literal(value))
    if value == -1 << 63:  # the minus is an operator
        return f"{value + 1}LL - 1"
    return f"{kind}({value}{'LL' if abs(value) < 1 << 63 else 'ULL'})"


def program(datapath: Datapath, count: int) -> str:
    """Compares both functions with the simulator at some vectors; the number of differences is its exit status."""
    made, space = vectors(datapath, count, seed=1), f"{datapath.top}_model"
    lines = [f'#include "{datapath.top}.hpp"', f"using namespace {space};"]
    lines += ["template <class T> bool same(const T &a, const T &b) { return a == b; }"]
    for ports, rows, prefix in (
        (datapath.inputs, made.inputs, "given"),
        (datapath.outputs, made.outputs, "wanted"),
    ):
        for number, port in enumerate(ports):
            column = ", ".join(literal(port, row[number]) for row in rows)
            lines += [f"static const {port_type(port.format)} {prefix}{number}[] = {{{column}}};"]
    lines += [
        f"static {port_type(port.format)} found{number}[{count}];"
        for number, port in enumerate(datapath.outputs)
    ]
    columns = [f"given{n}" for n, _ in enumerate(datapath.inputs)]
    columns += [f"found{n}" for n, _ in enumerate(datapath.outputs)]
    lines += ["int main() {", "    int wrong = 0;"]
    lines += [f"    evaluate({count}, {', '.join(columns)});"]
    lines += [f"    for (int row = 0; row < {count}; ++row) {{", "        inputs in{};"]
    lines += [f"        in.{p.port} = given{n}[row];" for n, p in enumerate(datapath.inputs)]
    lines += ["        outputs out{};", "        evaluate(in, out);"]
    for number, port in enumerate(datapath.outputs):
        lines += [f"        wrong += !same(out.{port.port}, wanted{number}[row]);"]
        lines += [f"        wrong += !same(found{number}[row], wanted{number}[row]);"]
    return "\n".join([*lines, "    }", "    return wrong ? 1 : 0;", "}"]) + "\n"


def assert_equal(
    datapaths: Sequence[Datapath], folder: Path, count: int = 200, options: Sequence[str] = ()
) -> None:
    for datapath in datapaths:
        (folder / f"{datapath.top}.hpp").write_text(text_of(datapath), encoding="utf-8")
        (folder / "main.cpp").write_text(program(datapath, count), encoding="utf-8")
        subprocess.run([*COMPILE, *options, "main.cpp", "-o", "main"], cwd=folder, check=True)
        done = subprocess.run([folder / "main"], check=False)
        assert done.returncode == 0, datapath.top


def randoms(seeds: Sequence[int], width: int) -> list[Datapath]:
    return [
        replace(random_datapath(seed, width=width, cells=40), top=f"random{seed}") for seed in seeds
    ]


UNDEFINED = [
    "-O1",
    "-fsanitize=undefined",
    "-fno-sanitize-recover",
    "-Wno-tautological-compare",  # of a cell with itself, which is for passes to find
]


@needs_compiler
@pytest.mark.parametrize("width", [16, 64, 100])
def test_random_datapaths(width: int, tmp_path: Path) -> None:
    assert_equal(randoms(range(width, width + 2), width), tmp_path, options=UNDEFINED)


@pytest.mark.slow
@needs_compiler
@pytest.mark.parametrize("first", range(1000, 1160, 20))
def test_many_random_datapaths(first: int, tmp_path: Path) -> None:
    width = (12, 33, 63, 64, 100)[first // 20 % 5]
    assert_equal(randoms(range(first, first + 20), width), tmp_path, options=UNDEFINED)


@needs_compiler
@pytest.mark.parametrize(("width", "signs"), list(zip((2, 32, 65), SIGNS[:3], strict=True)))
def test_every_kind(width: int, signs: tuple[bool, bool], tmp_path: Path) -> None:
    assert_equal([every_kind("kinds", width, signs)], tmp_path, options=UNDEFINED)


@pytest.mark.slow
@needs_compiler
@pytest.mark.parametrize("signs", SIGNS)
@pytest.mark.parametrize("width", MANY_WIDTHS)
def test_every_kind_at_the_edges_of_the_types(
    width: int, signs: tuple[bool, bool], tmp_path: Path
) -> None:
    assert_equal([every_kind("kinds", width, signs)], tmp_path, 1000, options=["-O3"])


@needs_compiler
def test_integers_of_any_width(tmp_path: Path) -> None:
    assert_equal([wide_sum(1500)], tmp_path, count=20)


@needs_compiler
def test_no_conversion_is_left_to_the_language(tmp_path: Path) -> None:
    """Whoever includes the header may have all warnings as errors."""
    options = ["-Wconversion", "-Wsign-conversion", "-Wshadow", "-O2"]
    header = tmp_path / "gaussian.hpp"
    header.write_text(text_of(gaussian()), encoding="utf-8")
    main = tmp_path / "main.cpp"
    main.write_text('#include "gaussian.hpp"\nint main() { return 0; }\n', encoding="utf-8")
    subprocess.run([*COMPILE, *options, "main.cpp", "-o", "main"], cwd=tmp_path, check=True)


@needs_compiler
def test_a_model_that_differs_is_seen() -> None:
    datapath = comparison()
    trial = Trial(datapath, columns_of_rows(datapath, mixed_rows(datapath, 50, 1)))
    files = {"comparison.hpp": text_of(datapath)}
    assert model_differences(trial, files) == ()
    right = files["comparison.hpp"]
    wrong = {"comparison.hpp": right.replace("= i32(in.b);", "= i32(in.b) ^ 1;")}
    assert wrong != files
    found = model_differences(trial, wrong)
    assert {difference.output for difference in found} == {"y"}
    assert all(difference.cycle is None for difference in found)


@needs_compiler
@pytest.mark.parametrize("width", [20, 64, 100])
def test_verification_runs_ports_of_any_width(width: int) -> None:
    datapath = random_datapath(7, width=width, cells=40)
    trial = Trial(datapath, columns_of_rows(datapath, mixed_rows(datapath, 60, 1)))
    assert model_differences(trial, CPP.emit(datapath, EmitOptions())) == ()


# --- text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("design", [gaussian(), comparison()], ids=lambda design: design.top)
def test_text(design: Datapath, golden: Callable[[str, str], None]) -> None:
    text = text_of(design)
    version = re.sub(r"made by symhdl \S+", "made by symhdl VERSION", text)
    golden(f"cpp/{design.top}.hpp", version)


NAMES = "BUFSIZ EOF NULL stdin putc M_PI typeof asm INT8_MAX FILE size_t inputs outputs evaluate in out row rows std"


@needs_compiler
@pytest.mark.parametrize("top", ["inputs", "int32_t", "main", "typeof", "i32"])
def test_any_name_makes_a_text_that_compiles(top: str, tmp_path: Path) -> None:
    """Ports and modules with the names of macros, types and keywords, and of what the text holds itself."""
    total = " + ".join([*NAMES.split(), "wide", "as", "i64", f"{top}_model"])
    design = symhdl.compile(
        f"line = {total}\nresults = {total} - 1", dialect="native", ranges=(0, 1), width=4, top=top
    )
    assert_equal([design.operators], tmp_path, count=20)


SPEAKERS = ("*/ int evil;", "\\", "??/", "#define evil 1", "\u2028 int evil;", "\r int evil;")


@each_row("speaker", SPEAKERS)
def test_the_source_stays_in_its_comment(speaker: str) -> None:
    """Whatever stands in the text, the code is the same, and no comment goes on in the next line."""
    plain, spoken = gaussian(), replace(gaussian(), source=f"a = b {speaker}\nc = d {speaker}")
    for text in (text_of(spoken), emulator(spoken)):
        for line in text.split("\n"):
            assert "evil" not in line or line.startswith("//")
            assert not (line.startswith("//") and line.endswith(("\\", "??/")))
            assert line.isprintable() or line.isascii()

    def code(datapath: Datapath) -> list[str]:
        return [line for line in text_of(datapath).split("\n") if not line.startswith("//")]

    assert code(plain) == code(spoken)
    assert "//" not in emulator(spoken).replace("// ", "")


def test_the_name_of_a_port_is_an_identifier() -> None:
    builder = DatapathBuilder()
    name = 'x; } int evil() { return 1;"'
    cell = builder.input(name, -8, 7, 0)
    negative = builder.negate(cell)
    made = builder.cells[negative]
    datapath = Datapath(
        "top",
        tuple(builder.cells),
        (Port(name, "x_int_evil", cell, FixedFormat(True, 4, 0), -8, 7),),
        (Port("y", "y", negative, made.format, made.minimum, made.maximum),),
    )
    for text in (text_of(datapath), emulator(datapath)):
        assert not [line for line in text.split("\n") if "evil()" in line and line[:2] != "//"]


def test_signals_are_refused() -> None:
    for options in (EmitOptions(interface="valid"), EmitOptions(clock_enable=True)):
        with pytest.raises(SymhdlError, match="has no handshake and no clock enable"):
            CPP.validate(gaussian(), options)


@each_row("top", ["top"])
def test_a_design_without_inputs(top: str) -> None:
    builder = DatapathBuilder()
    five = builder.constant(-5, 2)
    output = Port("y", "y", five, FixedFormat(True, 6, 2), -5, -5)
    assert "out.y = std::int8_t(-5);" in text_of(Datapath(top, tuple(builder.cells), (), (output,)))
