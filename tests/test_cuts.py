"""Cells that are cut because they take longer than a period: equal integers, and parts that fit in it."""

from __future__ import annotations

import dataclasses
import random
import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from symhdl.backends.verilog import verilog_text

from symhdl.arithmetic.cuts import PARTS, with_cuts
from symhdl.compiler import compile
from symhdl.cost.clock import period_ns
from symhdl.cost.delays import TOLERANCE_NS
from symhdl.cost.timing import cell_delays
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind, Datapath, Port
from symhdl.ir.verify import assert_valid_datapath
from symhdl.passes.schedule import schedule
from symhdl.simulate import simulate
from symhdl.targets.target import load_target
from symhdl.verify.cosimulate import Trial, verilog_differences
from tests.random_datapath import random_datapath, random_inputs
from tests.rows import each_row
from tests.verilog_checks import input_vectors

ECP5 = load_target("ecp5-85k")
ROWS = 60
FAST_MHZ = 300.0

needs_icarus = pytest.mark.skipif(shutil.which("iverilog") is None, reason="no iverilog")


def assert_equal(before: Datapath, after: Datapath, seed: int) -> None:
    """Whether both have equal outputs; the one after is valid."""
    assert_valid_datapath(after)
    inputs = random_inputs(before, seed, ROWS)
    wanted, found = simulate(before, inputs), simulate(after, inputs)
    assert all(np.array_equal(wanted[name], found[name]) for name in wanted)


@given(
    seed=st.integers(0, 10**6),
    device=st.sampled_from(("ecp5-85k", "ice40-hx8k", "xc7a35t", "generic")),
    share=st.floats(0.3, 1.2),
    following=st.booleans(),
)
@settings(max_examples=150)
def test_integers_stay_equal(seed: int, device: str, share: float, following: bool) -> None:
    """Random cells of up to 40 bits and more, on devices for which they are too slow."""
    target = load_target(device)
    datapath = random_datapath(seed, stages=0, width=24, cells=40)
    slowest_ns = max(delay.longest_ns for delay in cell_delays(datapath.cells, target))
    budget_ns = max(share * slowest_ns, 1.1 * target.adder_ns(8))
    assert_equal(datapath, with_cuts(datapath, target, budget_ns, following=following), seed)


@each_row("seed", [0, 7, 24, 73, 99])
def test_what_is_made_of_constants_alone_is_a_constant(seed: int) -> None:
    """Zeros that are told apart from what lies above them, and what is made of them, need no stage."""
    datapath = random_datapath(seed, stages=0, width=24)
    found = with_cuts(datapath, ECP5, 3.0)
    for cell in found.cells:
        operands = [found.cells[operand] for operand in cell.operands]
        assert not operands or any(each.kind is not CellKind.CONSTANT for each in operands)
    assert_valid_datapath(schedule(found, ECP5, FAST_MHZ))


def cell_of(kind: CellKind, a: tuple[int, int], b: tuple[int, int], seed: int = 0) -> Datapath:
    """A datapath of one cell of numbers in ranges; of a shifted one, now and then."""
    builder = DatapathBuilder()
    x, y = builder.input("x", *a, 0), builder.input("y", *b, 0)
    ports = [
        Port(n, n, k, builder.cells[k].format, *builder.range(k)) for n, k in (("x", x), ("y", y))
    ]
    if seed % 3 == 1:
        y = builder.shift_left(y, seed % 7, 0)
    if seed % 3 == 2:
        x = builder.shift_left(x, seed % 50, 0)
    made = {
        CellKind.ADD: builder.add,
        CellKind.SUBTRACT: builder.subtract,
        CellKind.LESS: builder.less,
        CellKind.LESS_EQUAL: builder.less_equal,
        CellKind.EQUAL: builder.equal,
    }[kind](x, y)
    out = Port("z", "z", made, builder.cells[made].format, *builder.range(made))
    return Datapath("t", tuple(builder.cells), tuple(ports), (out,))


def numbers(chance: random.Random, width: int) -> tuple[int, int]:
    """A range of so many bits, with a sign or without."""
    size = 1 << width
    return (-size // 2, size // 2 - 1) if chance.random() < 0.5 else (0, size - 1)


TWO_OPERANDS = (
    CellKind.ADD,
    CellKind.SUBTRACT,
    CellKind.LESS,
    CellKind.LESS_EQUAL,
    CellKind.EQUAL,
)


@each_row("kind", TWO_OPERANDS)
def test_wide_cells_become_fast_enough(kind: CellKind) -> None:
    """Of every width and sign; nothing is left that takes longer than the period."""
    budget_ns = period_ns(FAST_MHZ, ECP5)
    chance = random.Random(1)  # noqa: S311
    for seed in range(60):
        a, b = (numbers(chance, chance.randint(8, 90)) for _ in range(2))
        datapath = cell_of(kind, a, b, seed)
        cut = with_cuts(datapath, ECP5, budget_ns)
        assert_equal(datapath, cut, seed)
        slowest_ns = max(delay.longest_ns for delay in cell_delays(cut.cells, ECP5))
        assert slowest_ns <= budget_ns + TOLERANCE_NS, (kind, a, b)


def test_a_table_is_cut_into_tables_of_its_lower_bits() -> None:
    """The upper bits choose; one whose index ends anywhere is filled up."""
    chance = random.Random(2)  # noqa: S311
    budget_ns = ECP5.delays.lut + 2.5 * ECP5.delays.table_bit
    for size in (200, 257, 512, 700, 1024):
        builder = DatapathBuilder()
        index = builder.input("i", 0, size - 1, 0)
        port = Port("i", "i", index, builder.cells[index].format, 0, size - 1)
        contents = tuple(chance.randint(-300, 300) for _ in range(size))
        made = builder.table(index, contents, 0)
        out = Port("z", "z", made, builder.cells[made].format, *builder.range(made))
        datapath = Datapath("t", tuple(builder.cells), (port,), (out,))
        cut = with_cuts(datapath, ECP5, budget_ns)
        assert_valid_datapath(cut)
        indices = {"i": np.arange(size)}
        assert np.array_equal(simulate(cut, indices)["z"], np.array(contents))
        slowest_ns = max(delay.longest_ns for delay in cell_delays(cut.cells, ECP5))
        assert slowest_ns <= budget_ns + TOLERANCE_NS
        assert max(len(cell.contents) for cell in cut.cells) == 64


def test_what_is_fast_enough_stays() -> None:
    """The datapath itself comes back, with cells of every kind that could be cut."""
    for seed in range(20):
        datapath = random_datapath(seed, stages=0)
        assert with_cuts(datapath, ECP5, 100.0) is datapath
    assert set(PARTS) >= set(TWO_OPERANDS)


def test_chains_that_take_next_to_no_time_are_not_cut() -> None:
    device = dataclasses.replace(
        ECP5, delays=dataclasses.replace(ECP5.delays, carry=5.0, carry_bit=1e-308)
    )
    chance = random.Random(4)  # noqa: S311
    datapath = cell_of(CellKind.ADD, numbers(chance, 40), numbers(chance, 40), 1)
    for budget_ns in (1.0, 5.5):
        assert_equal(datapath, with_cuts(datapath, device, budget_ns), 1)


def test_parts_of_a_sum_overlap_with_those_of_the_next() -> None:
    """The lower half of a second sum starts beside the upper half of the first: one stage more, not as many again."""
    builder = DatapathBuilder()
    a, b, c = (builder.input(name, -(1 << 63), (1 << 63) - 1, 0) for name in "abc")
    ports = tuple(
        Port(name, name, k, builder.cells[k].format, *builder.range(k))
        for name, k in zip("abc", (a, b, c), strict=True)
    )
    total = builder.add(builder.add(a, b), c)
    out = Port("z", "z", total, builder.cells[total].format, *builder.range(total))
    datapath = Datapath("t", tuple(builder.cells), ports, (out,))
    cut = with_cuts(datapath, ECP5, period_ns(FAST_MHZ, ECP5))
    parts = sum(cell.kind is CellKind.ADD for cell in cut.cells) // 2
    assert parts > 2
    assert schedule(cut, ECP5, FAST_MHZ).latency == parts + 1


def sums_of_shifted_sums(chance: random.Random, count: int) -> Datapath:
    """A sum with a new number for each step, its low bits left out or zeros put below it before."""
    builder = DatapathBuilder()
    inputs = [builder.input(f"x{k}", *numbers(chance, 56), 0) for k in range(count + 1)]
    total = inputs[0]
    for number in inputs[1:]:
        combine = chance.choice((builder.add, builder.subtract))
        places = chance.randint(1, 9)
        shift = builder.shift_right if chance.random() < 0.5 else builder.shift_left
        total = combine(
            shift(total, places, 0), builder.shift_left(number, chance.randint(0, 5), 0)
        )
    ports = tuple(
        Port(f"x{k}", f"x{k}", place, builder.cells[place].format, *builder.range(place))
        for k, place in enumerate(inputs)
    )
    out = Port("z", "z", total, builder.cells[total].format, *builder.range(total))
    return Datapath("t", tuple(builder.cells), ports, (out,))


def test_sums_follow_the_cuts_of_their_operands() -> None:
    """Lower parts run ahead of upper ones: fewer stages than with each sum cut by itself."""
    budget_ns = period_ns(FAST_MHZ, ECP5)
    chance = random.Random(3)  # noqa: S311
    saved = 0
    for seed in range(12):
        datapath = sums_of_shifted_sums(chance, 5)
        latencies = []
        for following in (False, True):
            cut = with_cuts(datapath, ECP5, budget_ns, following=following)
            assert_equal(datapath, cut, seed)
            latencies.append(schedule(cut, ECP5, FAST_MHZ).latency)
        saved += latencies[0] - latencies[1]
    assert saved >= 5


def test_the_pass_takes_the_cuts_of_fewer_cycles() -> None:
    """A product of 32 bits in chains took 13 cycles at 250 MHz with sums cut by themselves."""
    source = "input a, b : ufixed<32,32>\ny = a*b\noutput y : ufixed<64,64>"
    design = compile(source, device="ecp5-85k", frequency=250, dsp="none")
    assert design.latency <= 10 and design.estimate.fmax_mhz >= 250


WIDE = """input a, b, c : fixed<64,64>
y = if a < b then a + b - c else c
output y : fixed<66,66>"""


def test_a_wide_sum_meets_a_fast_clock() -> None:
    """No warning, and the estimate is what was asked for."""
    design = compile(WIDE, device="ecp5-85k", frequency=FAST_MHZ, dsp="none")
    assert not [told for told in design.warnings if told.id == "clock-too-fast"]
    assert design.estimate.fmax_mhz >= FAST_MHZ


@needs_icarus
def test_verilog_of_wide_sums() -> None:
    """Icarus has the integers of the model, carries between stages included."""
    datapath = compile(WIDE, device="ecp5-85k", frequency=FAST_MHZ, dsp="none").datapath
    trial = Trial(datapath, input_vectors(datapath, 200, 1))
    assert verilog_differences(trial, verilog_text(datapath), "iverilog") == ()


def test_parts_of_a_wide_equality_are_joined_as_a_tree() -> None:
    design = compile(
        "y = if a == b then 1 else 0", input_formats="fixed<64,2>", error=0.25, device="ecp5-85k",
        frequency=FAST_MHZ,
    )  # fmt: skip
    assert design.latency == 3
    assert design.estimate.fmax_mhz >= FAST_MHZ


def test_rows_wait_for_adders_that_take_them_in_only_where_there_is_time() -> None:
    """A wire from the digit to many LUTs takes some."""
    for text in ("y = sqrt(x)", "y = x*x*x*x"):
        design = compile(
            text, width=16, output_width=14, ranges={"x": (0, 100)}, device="ecp5-85k",
            frequency=FAST_MHZ, dsp="none",
        )  # fmt: skip
        assert design.estimate.fmax_mhz >= FAST_MHZ
