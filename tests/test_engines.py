"""The engines for many rows: equal to the definition, wherever they are chosen, and as careful."""

from __future__ import annotations

import shutil
import threading
import tracemalloc
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from symhdl.backends.cpp import emulator

import symhdl
from benchmarks.problems import chosen_problems, jet_problem
from benchmarks.runs import Options, read
from benchmarks.runs import compiled as made
from symhdl.emulation import choice, engine_of, simulate_rows
from symhdl.emulation import compiled as compiling
from symhdl.emulation.choice import BLOCK_ROWS, CALL_ROWS, COMPILED_ROWS, COMPILED_WORK, fits
from symhdl.emulation.compiled import Emulator, compiled
from symhdl.errors import SymhdlError
from symhdl.flow.tools import Tool, find_tool
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind, Datapath, Port
from symhdl.ir.verify import claimed_cells, datapath_problems
from symhdl.simulate import Integers, simulate
from symhdl.simulate.blocks import LARGEST_BLOCK, LEAST_BLOCK, simulate_blocks
from symhdl.simulate.reduced import reduced
from symhdl.vectors import columns_of_rows, mixed_rows
from tests.function_designs import MANY_WIDTHS, SIGNS, every_kind
from tests.random_datapath import random_datapath, random_inputs
from tests.rows import each_row
from tests.test_range_proofs import narrow_square, narrowed

needs_compiler = pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is missing")


def assert_same(found: Mapping[str, Integers], expected: Mapping[str, Integers]) -> None:
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        assert found[name].dtype == values.dtype
        assert found[name].tolist() == values.tolist()


def integers(datapath: Datapath, count: int) -> dict[str, Integers]:
    return columns_of_rows(datapath, mixed_rows(datapath, count, 1))


# --- reduced --------------------------------------------------------------------------------------


@each_row("width", [4, 16, 62, 63, 64, 100])
@each_row("seed", range(8))
def test_a_reduced_datapath_has_the_same_integers(seed: int, width: int) -> None:
    datapath = random_datapath(seed, width=width, cells=40)
    smaller = reduced(datapath)
    assert not datapath_problems(smaller)
    assert not any(cell.stage or cell.kind is CellKind.REGISTER for cell in smaller.cells)
    inputs = random_inputs(datapath, seed, 12)
    assert_same(simulate(smaller, inputs), simulate(datapath, inputs))


def cut(kind: str, wide: int, low: int, count: int) -> Datapath:
    """Some bits of a sum or product that is wider than a word."""
    builder = DatapathBuilder()
    ports = []
    for name in "ab":
        half = 1 << (wide - 1)
        cell = builder.input(name, -half, half - 1, 0)
        ports.append(Port(name, name, cell, builder.cells[cell].format, -half, half - 1))
    a, b = (port.cell for port in ports)
    if kind == "product":
        whole = builder.multiply(a, b)
    elif kind == "sum":
        whole = builder.sum([(3**25, a), (-(5**16), b)], 7**20, 0)
    else:
        scaled = builder.shift_left(builder.sum([(3**25, a)], 0, 0), 3, 0)
        whole = builder.subtract(builder.negate(scaled), builder.shift_left(b, 33, 0))
    assert builder.cells[whole].width > 63
    part = builder.bits(whole, low, count) if count else builder.shift_right(whole, low, 0)
    made = builder.cells[part]
    output = Port("y", "y", part, made.format, made.minimum, made.maximum)
    return Datapath("cut", tuple(builder.cells), tuple(ports), (output,))


CUTS = [
    ("sum", 30, 12, 0),
    ("sum", 30, 20, 31),
    ("sum", 30, 0, 20),
    ("sums", 30, 15, 0),
    ("sums", 32, 30, 9),
    ("product", 36, 20, 0),
    ("product", 36, 15, 30),
]


@each_row("kind, wide, low, count", CUTS)
def test_no_cell_is_wide_of_which_only_a_part_is_used(
    kind: str, wide: int, low: int, count: int
) -> None:
    datapath = cut(kind, wide, low, count)
    smaller = reduced(datapath)
    assert all(cell.width <= 63 for cell in smaller.cells)
    inputs = integers(datapath, 500)
    assert_same(simulate(smaller, inputs), simulate(datapath, inputs))


def test_a_claim_is_kept() -> None:
    datapath, _ = narrow_square()
    assert claimed_cells(reduced(datapath))


# --- blocks of NumPy ------------------------------------------------------------------------------


@each_row("width", [4, 16, 30, 62, 63, 64, 100])
@each_row("seed", range(12))
def test_blocks_equal_the_definition(seed: int, width: int) -> None:
    datapath = random_datapath(seed, width=width, cells=40, stages=3 * (seed % 2))
    for count in (25, 1, 0):
        inputs = {n: v[:count] for n, v in random_inputs(datapath, seed, 25).items()}
        assert_same(simulate_blocks(datapath, inputs), simulate(datapath, inputs))


@each_row("width", MANY_WIDTHS)
@each_row("signs", SIGNS)
def test_every_kind_in_blocks(width: int, signs: tuple[bool, bool]) -> None:
    datapath = every_kind("kinds", width, signs)
    inputs = integers(datapath, 50)
    assert_same(simulate_blocks(datapath, inputs), simulate(datapath, inputs))


@each_row("count", [LEAST_BLOCK + 1, LARGEST_BLOCK, 2 * LARGEST_BLOCK + 5])
def test_blocks_join_without_a_seam(count: int) -> None:
    datapath = random_datapath(3, width=20, cells=40)
    inputs = {
        port.name: np.random.RandomState(1).randint(port.minimum, port.maximum + 1, count)
        for port in datapath.inputs
    }
    for _ in range(2):  # the second time on arrays that are there already
        assert_same(simulate_blocks(datapath, inputs), simulate(datapath, inputs))


@each_row("kind", [np.int8, np.int16, np.uint16, np.bool_, np.object_])
def test_inputs_may_have_any_type_of_integers(kind: type[np.generic]) -> None:
    datapath = symhdl.compile("y = 3*x + z", input_formats="ufixed<1,1>").operators
    inputs = {name: np.array([0, 1, 1], dtype=kind) for name in "xz"}
    assert_same(simulate_blocks(datapath, inputs), simulate(datapath, inputs))


def test_without_inputs_there_is_one_vector() -> None:
    builder = DatapathBuilder()
    five = builder.constant(5, 0)
    port = Port("y", "y", five, builder.cells[five].format, 5, 5)
    datapath = Datapath("five", tuple(builder.cells), (), (port,))
    assert_same(simulate_blocks(datapath, {}), {"y": np.array([5])})


def test_threads_do_not_share_arrays() -> None:
    datapath = random_datapath(5, width=20, cells=40)
    inputs = [random_inputs(datapath, seed, 3000) for seed in range(4)]
    expected = [simulate(datapath, some) for some in inputs]
    wrong: list[int] = []

    def work(number: int) -> None:
        for _ in range(20):
            found = simulate_blocks(datapath, inputs[number])
            if any(not np.array_equal(found[n], v) for n, v in expected[number].items()):
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(inputs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# --- compiled -------------------------------------------------------------------------------------


def emulated(datapath: Datapath) -> Emulator:
    found = compiled(datapath)
    assert found is not None
    return found


@needs_compiler
@pytest.mark.parametrize("seed", [2, 11, 17])
def test_the_emulator_equals_the_definition(seed: int) -> None:
    datapath = random_datapath(seed, width=16, cells=40)
    assert fits(datapath)
    inputs = random_inputs(datapath, seed, 3000)
    assert_same(emulated(datapath).simulate(inputs), simulate(datapath, inputs))
    nothing = {name: values[:0] for name, values in inputs.items()}
    assert_same(emulated(datapath).simulate(nothing), simulate(datapath, nothing))


@pytest.mark.slow
@needs_compiler
@pytest.mark.parametrize("first", range(0, 200, 10))
def test_many_emulators_equal_the_definition(first: int) -> None:
    for seed in range(first, first + 10):
        datapath = random_datapath(seed, width=(8, 16, 33, 60)[seed % 4], cells=60)
        if fits(datapath):
            inputs = random_inputs(datapath, seed, 3000)
            assert_same(emulated(datapath).simulate(inputs), simulate(datapath, inputs))


@needs_compiler
def test_emulators_of_one_name_do_not_mix() -> None:
    """Their tables and functions have the same names."""
    designs = [
        symhdl.compile(f"y = {name}(x)", ranges=(-1, 1), width=12).operators
        for name in ("sin", "tanh")
    ]
    emulators = [emulated(design) for design in designs]
    for machine, design in zip(emulators, designs, strict=True):
        inputs = integers(design, 500)
        assert_same(machine.simulate(inputs), simulate(design, inputs))


@needs_compiler
def test_a_wrong_emulator_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    datapath = symhdl.compile("y = 3*x", input_formats="fixed<8,4>").operators
    text = emulator(datapath).replace("3 * x", "5 * x")
    monkeypatch.setattr(compiling, "emulator", lambda _: text)
    with pytest.raises(SymhdlError, match=r"made a wrong emulator of top: y"):
        compiled(datapath)


def stand_in(folder: Path, text: str) -> str:
    place = folder / "compiler"
    place.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    place.chmod(0o755)
    return str(place)


@each_row("compiler", ["/nowhere/g++", "exit 1", "exit 0", "echo > emulator.so"])
def test_without_a_compiler_that_works_there_is_no_emulator(
    compiler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = compiler if compiler.startswith("/") else stand_in(tmp_path, compiler)
    monkeypatch.setenv("CXX", chosen)
    datapath = random_datapath(1, width=16, cells=20)
    assert compiled(datapath) is None


@needs_compiler
def test_a_compiler_that_does_not_know_the_machine_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.which("g++")
    text = f'case "$*" in *-march=native*) exit 1;; esac\nexec {real} "$@"'
    monkeypatch.setenv("CXX", stand_in(tmp_path, text))
    assert compiled(symhdl.compile("y = 3*x", input_formats="fixed<8,4>").operators) is not None


def _compiler() -> Tool:
    found = find_tool("g++")
    assert found is not None
    return found


# --- claims ---------------------------------------------------------------------------------------


def tabled() -> Datapath:
    """A claim that is wrong where x is 12 and more, and a table that would be left there."""
    builder = DatapathBuilder()
    x = builder.input("x", 0, 1000, 0)
    small = builder.narrow(builder.multiplier(x, builder.constant(3, 0)), 0, 35)
    y = builder.table(small, tuple(range(36)), 0)
    ports = [
        Port(n, n, i, builder.cells[i].format, *builder.range(i)) for n, i in (("x", x), ("y", y))
    ]
    return Datapath("tabled", tuple(builder.cells), (ports[0],), (ports[1],))


def narrow_input() -> Datapath:
    """A claim that an input is smaller than its port, which takes nothing to compute."""
    builder = DatapathBuilder()
    x = builder.input("x", 0, 1000, 0)
    y = builder.narrow(x, 0, 35)
    ports = [
        Port(n, n, i, builder.cells[i].format, *builder.range(i)) for n, i in (("x", x), ("y", y))
    ]
    return Datapath("narrow", tuple(builder.cells), (ports[0],), (ports[1],))


@needs_compiler
@each_row("name", ["square", "table", "input"])
def test_engines_say_what_the_definition_says_of_a_wrong_range(name: str) -> None:
    made = {"square": lambda: narrow_square()[0], "table": tabled, "input": narrow_input}
    datapath = made[name]()
    right = {"x": np.arange(12)}
    wrong = {"x": np.array([*range(12), datapath.inputs[0].maximum])}
    with pytest.raises(SymhdlError) as expected:
        simulate(datapath, wrong)
    # The check of a new emulator sees it, too.
    function = compiling._loaded(_compiler(), emulator(datapath))
    assert function is not None
    for engine in (Emulator(datapath, function).simulate, lambda i: simulate_blocks(datapath, i)):
        assert_same(engine(right), simulate(datapath, right))
        with pytest.raises(SymhdlError) as found:
            engine(wrong)
        assert str(found.value) == str(expected.value)


def test_a_range_that_is_too_narrow_on_either_side_is_seen() -> None:
    datapath = symhdl.compile("y = x*x - x", input_formats="fixed<8,4>").operators
    inputs = integers(datapath, 300)
    output = datapath.outputs[0].cell
    cell = datapath.cells[output]
    for low, high in ((cell.minimum + 1, cell.maximum), (cell.minimum, cell.maximum - 1)):
        changed = narrowed(datapath, output, low, high)
        reached = simulate(datapath, inputs)["y"]
        if reached.min() < low or reached.max() > high:
            with pytest.raises(SymhdlError, match="the datapath is wrong"):
                simulate_blocks(changed, inputs)


# --- choice ---------------------------------------------------------------------------------------


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Datapath]:
    """The datapaths for which an emulator was asked; there is none."""
    found: list[Datapath] = []

    def none(datapath: Datapath) -> None:
        found.append(datapath)

    monkeypatch.setattr(compiling, "compiled", none)
    return found


def test_the_next_engine_is_made_when_it_pays(
    asked: list[Datapath], monkeypatch: pytest.MonkeyPatch
) -> None:
    planned: list[Datapath] = []
    blocks = simulate_blocks

    def seen(datapath: Datapath, inputs: Mapping[str, Integers]) -> dict[str, Integers]:
        planned.append(datapath)
        return blocks(datapath, inputs)

    monkeypatch.setattr(choice, "simulate_blocks", seen)
    datapath = random_datapath(2, width=16, cells=40)
    inputs = random_inputs(datapath, 2, 1000)
    expected = simulate(datapath, inputs)
    few = BLOCK_ROWS // (CALL_ROWS + 1000)
    for _ in range(few):
        assert_same(simulate_rows(datapath, inputs), expected)
    assert not planned
    assert_same(simulate_rows(datapath, inputs), expected)
    assert planned
    engine_of(datapath, COMPILED_ROWS + COMPILED_WORK)
    engine_of(datapath, COMPILED_ROWS)
    assert asked == [datapath]


def test_many_rows_at_once_are_compiled_at_once(asked: list[Datapath]) -> None:
    datapath = random_datapath(11, width=16, cells=40)
    engine_of(datapath, COMPILED_ROWS + COMPILED_WORK)
    assert asked == [datapath]


def test_what_the_emulator_cannot_do_is_not_compiled(asked: list[Datapath]) -> None:
    datapath = random_datapath(8, width=100, cells=40)
    assert not fits(datapath)
    engine_of(datapath, COMPILED_ROWS + COMPILED_WORK)
    assert not asked


# --- users ----------------------------------------------------------------------------------------


@needs_compiler
def test_a_design_gives_the_same_numbers_by_every_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    design = symhdl.compile("y = sin(3*x)*z\nw = max(x, z)", ranges=(-1, 1), width=14)
    chance = np.random.RandomState(1)
    x, z = chance.uniform(-1.1, 1.1, (2, 200_000))
    monkeypatch.setattr(choice, "BLOCK_ROWS", 1 << 60)
    expected = design.simulate(x, z)
    monkeypatch.undo()
    blocks = replace(design, operators=replace(design.operators)).simulate(x, z)
    monkeypatch.setattr(choice, "COMPILED_ROWS", 0)
    monkeypatch.setattr(choice, "COMPILED_WORK", 0)
    machine = replace(design, operators=replace(design.operators)).simulate(x, z)
    assert isinstance(expected, dict) and isinstance(blocks, dict) and isinstance(machine, dict)
    for name, values in expected.items():
        assert np.array_equal(values, blocks[name]) and np.array_equal(values, machine[name])


@pytest.mark.slow
@needs_compiler
def test_engines_on_real_expressions(shared: Path) -> None:
    options = Options(16, 16, 1, "generic", 200.0, "auto", 0, 0)
    for problem in [jet_problem(shared / "corpora"), *chosen_problems(shared / "corpora", 25, 7)]:
        try:
            design = made(problem, read(problem), options)
        except SymhdlError:
            continue
        inputs = integers(design.datapath, 3000)
        expected = simulate(design.datapath, inputs)
        for datapath in (design.operators, design.datapath):
            assert_same(simulate_blocks(datapath, inputs), expected)
            assert_same(emulated(datapath).simulate(inputs), expected)


def test_memory_does_not_grow_with_the_rows() -> None:
    design = symhdl.compile("y = sin(3*x)*z + x*z", ranges=(-1, 1), width=14)
    peaks: list[int] = []
    for rows in (100_000, 1_000_000):
        x = np.linspace(-1, 1, rows)
        design.simulate(x[:100_000], x[:100_000])  # what is made once
        tracemalloc.start()
        try:
            result = design.simulate(x, x)
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert isinstance(result, np.ndarray)
        peaks.append(peak_bytes - result.nbytes)
    assert peaks[1] < peaks[0] + 2_000_000


def test_a_design_of_a_folder_that_is_trusted_is_simulated_as_it_stands(tmp_path: Path) -> None:
    """Its two datapaths need not be equal; the hardware is made of the cells."""
    design = symhdl.compile("y = 3*x", input_formats="fixed<8,4>")
    design.write(tmp_path)
    place = tmp_path / "top.operators"
    text = place.read_text(encoding="utf-8")
    place.write_text(text.replace("weights=3", "weights=2"), encoding="utf-8")
    trusted = symhdl.load(tmp_path, trust=True)
    assert trusted.doubts
    assert trusted.simulate([1.0]) == pytest.approx([3.0])
