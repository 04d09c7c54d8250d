"""Scheduling: integers stay, paths are balanced, stages fit in the period, registers are few and shared."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

import symhdl
from symhdl.choices import HIGHEST
from symhdl.cost.clock import clock_warning
from symhdl.cost.delays import Arrival, after
from symhdl.cost.estimate import estimate
from symhdl.cost.timing import cell_delays
from symhdl.errors import GoalError, UsageError
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath, Port
from symhdl.ir.live import remove_dead_cells
from symhdl.ir.verify import assert_valid_datapath
from symhdl.passes.bind_units import bind_units
from symhdl.passes.schedule import schedule
from symhdl.simulate import simulate
from symhdl.targets.files import target_names
from symhdl.targets.target import Target, load_target
from tests.random_datapath import random_datapath, random_inputs
from tests.work import lines_run

DEVICES = target_names()


def combinational(datapath: Datapath) -> Datapath:
    """The datapath without its registers, everything in stage 0."""
    cells: list[Cell] = []
    numbers: list[int] = []
    for cell in datapath.cells:
        if cell.kind is CellKind.REGISTER:
            numbers.append(numbers[cell.operands[0]])
            continue
        numbers.append(len(cells))
        operands = tuple(numbers[operand] for operand in cell.operands)
        cells.append(structs.replace(cell, operands=operands, stage=0))
    return replace(
        datapath,
        top="pipeline",
        cells=tuple(cells),
        inputs=tuple(replace(port, cell=numbers[port.cell]) for port in datapath.inputs),
        outputs=tuple(replace(port, cell=numbers[port.cell]) for port in datapath.outputs),
    )


def register_bits(datapath: Datapath) -> int:
    return sum(cell.width for cell in datapath.cells if cell.kind is CellKind.REGISTER)


def built(builder: DatapathBuilder, *outputs: int) -> Datapath:
    """A datapath from a builder's cells, with outputs y0, y1, ..."""

    def port(name: str, index: int) -> Port:
        cell = builder.cells[index]
        return Port(name, name, index, cell.format, cell.minimum, cell.maximum)

    inputs = tuple(
        port(cell.name, index)
        for index, cell in enumerate(builder.cells)
        if cell.kind is CellKind.INPUT
    )
    ports = tuple(port(f"y{number}", index) for number, index in enumerate(outputs))
    return Datapath("top", tuple(builder.cells), inputs, ports)


def assert_stages_fit(pipelined: Datapath, target: Target, frequency_mhz: float) -> None:
    """No chain of cells within a stage is longer than the period, but a single cell may be.

    Memory blocks have a register behind them, from which their value comes late.
    """
    budget_ns = 1000 / frequency_mhz - target.delays.register
    arrivals: list[Arrival] = []
    costs = cell_delays(pipelined.cells, target)
    for cell, cost in zip(pipelined.cells, costs, strict=True):
        before = [arrivals[operand] for operand in cell.operands]
        if cell.kind is CellKind.REGISTER:
            arrivals.append(costs[cell.operands[0]].from_register)
            continue
        if not cost.clock_to_output_ns:
            assert not any(costs[operand].clock_to_output_ns for operand in cell.operands)
        arrival = after(cost, before)
        arrivals.append(arrival)
        alone = after(cost, ())[1]
        wire = cost.delay_ns == 0.0
        assert wire or arrival[1] <= max(budget_ns, alone) + 1e-6


@given(
    seed=st.integers(0, 10**6),
    device=st.sampled_from(DEVICES),
    frequency_mhz=st.sampled_from((20.0, 80.0, 150.0, 200.0, 333.0, 500.0)),
    cells=st.sampled_from((10, 30, 80)),
)
def test_a_schedule_is_valid_and_keeps_the_integers(
    seed: int, device: str, frequency_mhz: float, cells: int
) -> None:
    plain = combinational(random_datapath(seed, cells=cells))
    target = load_target(device)
    pipelined = schedule(plain, target, frequency_mhz)
    assert_valid_datapath(pipelined)
    assert_stages_fit(pipelined, target, frequency_mhz)
    inputs = random_inputs(plain, seed, 20)
    expected, got = simulate(plain, inputs), simulate(pipelined, inputs)
    for name, values in expected.items():
        assert np.array_equal(values, got[name]), name
    registers = [cell for cell in pipelined.cells if cell.kind is CellKind.REGISTER]
    assert len({cell.operands for cell in registers}) == len(registers), "a register twice"


@given(seed=st.integers(0, 10**6), frequency_mhz=st.sampled_from((100.0, 250.0)))
def test_every_path_crosses_as_many_registers_as_the_latency_says(
    seed: int, frequency_mhz: float
) -> None:
    plain = combinational(random_datapath(seed))
    pipelined = schedule(plain, load_target("ecp5-25k"), frequency_mhz)
    crossed: list[set[int]] = []
    for cell in pipelined.cells:
        counts = set().union(*(crossed[operand] for operand in cell.operands))
        step = int(cell.kind is CellKind.REGISTER)
        crossed.append({0} if cell.kind is CellKind.INPUT else {count + step for count in counts})
    for port in pipelined.outputs:
        assert crossed[port.cell] <= {pipelined.latency}


def test_without_a_frequency_nothing_is_registered() -> None:
    plain = combinational(random_datapath(3))
    for frequency in (None, 0.0):
        same = schedule(plain, load_target("generic"), frequency)
        assert same.cells == plain.cells
        assert same.latency == 0


def test_outputs_are_registered_and_inputs_that_pass_through_are_delayed() -> None:
    builder = DatapathBuilder()
    x, y = builder.input("x", -128, 127, 0), builder.input("y", -128, 127, 0)
    wide = builder.multiply(builder.multiply(x, y), builder.square(x))
    pipelined = schedule(built(builder, wide, x), load_target("ecp5-25k"), 200)
    assert pipelined.latency >= 2
    for port in pipelined.outputs:
        cell = pipelined.cells[port.cell]
        assert cell.kind is CellKind.REGISTER
        assert cell.stage == pipelined.latency


def test_a_constant_output_needs_no_register() -> None:
    builder = DatapathBuilder()
    x = builder.input("x", 0, 100, 0)
    pipelined = schedule(
        built(builder, builder.constant(7, 0), builder.add(x, builder.constant(1, 0))),
        load_target("generic"),
        100,
    )
    assert pipelined.cells[pipelined.outputs[0].cell].kind is CellKind.CONSTANT
    assert_valid_datapath(pipelined)
    assert pipelined.latency == 1


def test_registers_go_before_what_widens_and_after_what_narrows() -> None:
    target = load_target("ecp5-25k")
    builder = DatapathBuilder()
    x = builder.input("x", 0, 255, 0)
    table = builder.table(x, tuple((i * 257) % 65536 for i in range(256)), 0)
    wide = built(builder, builder.shift_left(table, 4, 0))
    assert register_bits(schedule(wide, target, 200)) <= 16 + 8
    builder = DatapathBuilder()
    x, y = builder.input("x", 0, 2**20 - 1, 0), builder.input("y", 0, 2**20 - 1, 0)
    narrow = builder.less(x, y)
    late = narrow
    for number in range(6):
        z = builder.input(f"z{number}", 0, 2**12 - 1, 0)
        late = builder.add(builder.multiply(late, z), z)
    pipelined = schedule(built(builder, late), target, 200)
    held = [
        cell
        for cell in pipelined.cells
        if cell.kind is CellKind.REGISTER and pipelined.cells[cell.operands[0]].name in ("x", "y")
    ]
    assert not held, "the comparison's operands were kept instead of its one bit"


def test_a_faster_clock_never_shortens_the_pipeline() -> None:
    plain = combinational(random_datapath(11, cells=120))
    target = load_target("ecp5-25k")
    latencies = [schedule(plain, target, mhz).latency for mhz in (5, 25, 50, 100, 150, 200, 300)]
    assert latencies == sorted(latencies)
    assert latencies[0] == 1


def test_what_is_too_slow_is_told() -> None:
    builder = DatapathBuilder()
    x, y = builder.input("x", -(2**15), 2**15 - 1, 0), builder.input("y", -(2**15), 2**15 - 1, 0)
    plain = built(builder, builder.multiply(x, y))
    target = load_target("ice40-hx8k")
    assert clock_warning(plain, target, 50) is None
    told = clock_warning(plain, target, 200)
    assert told is not None
    assert "a product of 32 bits" in told.render()
    pipelined = schedule(plain, target, 200)
    assert estimate(pipelined, target).fmax_mhz < 100


@pytest.mark.slow
def test_a_hundred_thousand_cells_are_scheduled() -> None:
    assert schedule(sum_of_products(25_000), load_target("ecp5-85k"), 250).latency > 1


@pytest.mark.parametrize("frequency_mhz", [250])
def test_four_times_the_cells_take_four_times_the_work(frequency_mhz: float) -> None:
    target = load_target("ecp5-85k")
    small, large = (sum_of_products(count) for count in (100, 400))
    work = lines_run(lambda: schedule(small, target, frequency_mhz))
    assert lines_run(lambda: schedule(large, target, frequency_mhz)) < 6 * work


def sum_of_products(count: int) -> Datapath:
    builder = DatapathBuilder()
    terms = [
        builder.multiply(builder.input(f"x{i}", -128, 127, 0), builder.input(f"y{i}", -128, 127, 0))
        for i in range(count)
    ]
    while len(terms) > 1:
        terms = [builder.add(a, b) for a, b in zip(terms[::2], terms[1::2], strict=False)] + (
            terms[-1:] if len(terms) % 2 else []
        )
    return built(builder, terms[0])


def product_of_sums(width: int) -> Datapath:
    builder = DatapathBuilder()
    a, b, c = (builder.input(name, -(1 << width), (1 << width) - 1, 0) for name in "abc")
    total = builder.add(builder.add(a, b), c)
    return built(builder, builder.less(total, builder.subtract(c, a)), builder.add(total, total))


@given(st.integers(0, 2**32), st.integers(0, 5), st.sampled_from(DEVICES))
def test_a_latency_is_kept_exactly_and_its_slack_is_spread(
    seed: int, more: int, device: str
) -> None:
    plain, target = remove_dead_cells(combinational(random_datapath(seed))), load_target(device)
    fewest = schedule(plain, target, 150)
    latency = fewest.latency + more
    if not fewest.latency:  # all outputs are constants
        return
    pipelined = schedule(plain, target, 150, latency=latency)
    assert_valid_datapath(pipelined)
    assert_stages_fit(pipelined, target, 150)
    assert pipelined.latency == latency
    assert estimate(pipelined, target).fmax_mhz >= estimate(fewest, target).fmax_mhz - 0.2
    inputs = random_inputs(plain, seed, 20)
    expected, found = simulate(plain, inputs), simulate(pipelined, inputs)
    assert all(np.array_equal(expected[name], found[name]) for name in expected)


def test_a_latency_that_is_too_short_is_refused_with_one_and_a_clock_that_are_not() -> None:
    plain, target = product_of_sums(30), load_target("ice40-hx8k")
    fewest = schedule(plain, target, 200).latency
    assert fewest > 1
    with pytest.raises(GoalError) as refused:
        schedule(plain, target, 200, latency=fewest - 1)
    (told,) = refused.value.diagnostics
    assert told.id == "latency-impossible"
    offered = re.fullmatch(
        rf"allow a latency of {fewest}, or ask for ([\d.]+) MHz or the highest clock \(--freq max\)",
        told.help or "",
    )
    assert offered is not None
    slower = schedule(plain, target, float(offered[1]), latency=fewest - 1)
    assert (slower.latency, clock_warning(slower, target, float(offered[1]))) == (fewest - 1, None)


def test_a_latency_that_no_clock_has_is_told_with_the_least_one() -> None:
    target = load_target("ecp5-25k")
    builder = DatapathBuilder()
    x = builder.input("x", 0, 4095, 0)
    last = builder.multiply(builder.table(x, tuple(range(1, 4097)), 0), x)
    bound = bind_units(built(builder, last), target, "auto", clocked=True)
    with pytest.raises(GoalError) as refused:
        schedule(bound, target, 200, latency=1)
    (told,) = refused.value.diagnostics
    assert re.fullmatch(r"allow a latency of \d+, or of 2 at a lower clock", told.help or "")


@pytest.mark.parametrize("device", DEVICES)
def test_the_highest_clock_is_that_of_the_slowest_cell_or_of_the_latency(device: str) -> None:
    plain, target = product_of_sums(20), load_target(device)
    highest = schedule(plain, target, HIGHEST)
    assert clock_warning(highest, target, highest.frequency_mhz) is None
    assert clock_warning(highest, target, highest.frequency_mhz + 0.2) is not None
    assert_stages_fit(highest, target, highest.frequency_mhz)
    short = schedule(plain, target, HIGHEST, latency=2)
    assert short.latency == 2
    assert_stages_fit(short, target, short.frequency_mhz)
    if short.frequency_mhz < highest.frequency_mhz:
        with pytest.raises(GoalError):
            schedule(plain, target, short.frequency_mhz + 0.2, latency=2)
    assert schedule(plain, target, HIGHEST, latency=1).frequency_mhz < highest.frequency_mhz


def test_a_latency_needs_a_clock() -> None:
    with pytest.raises(UsageError, match="there is no clock"):
        symhdl.compile("x + 1", ranges=(0, 1), frequency=0, latency=1)
    design = symhdl.compile("x*y + 1", ranges=(0, 1), frequency="max", latency=3)
    assert design.latency == 3 and design.datapath.frequency_mhz > 1
