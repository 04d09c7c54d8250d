"""Latencies of units and the fewest registers: cycle by cycle, by the times on offer, and against all timetables."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec import structs

from symhdl.cost.clock import OPERATORS, period_ns
from symhdl.cost.delays import AT_ONCE, Arrival, CellDelay, Offers, after
from symhdl.cost.estimate import estimate
from symhdl.cost.timing import cell_offers
from symhdl.ir.bound_cells import unit_problem
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.ir.live import remove_dead_cells
from symhdl.ir.verify import assert_valid_datapath
from symhdl.passes.schedule import schedule
from symhdl.scheduling import highs, program
from symhdl.scheduling.earliest import earliest, fits
from symhdl.scheduling.registers import with_retiming
from symhdl.scheduling.wiring import Wiring, wiring_of
from symhdl.simulate import Integers, simulate
from symhdl.simulate.definition import COMPUTE
from symhdl.targets.target import Target, load_target
from symhdl.targets.units import Offer, Unit
from tests.random_datapath import random_datapath, random_inputs
from tests.test_schedule import built, combinational, register_bits
from tests.work import lines_run

ECP5 = load_target("ecp5-25k")


def made_up(seed: int) -> Target:
    """A device with some units of any latencies and times, some too slow for any clock."""
    chance = random.Random(seed)  # noqa: S311
    units = []
    for number in range(3):
        latencies = sorted(chance.sample(range(6), chance.randint(1, 4)))
        offers = tuple(
            Offer(
                latency,
                time_in=chance.choice((0.1, 1.0, 5.0)) if latency else 0.0,
                time_out=chance.choice((0.5, 2.0, 8.0)),
                longest=chance.choice((1.0, 4.0, 9.0)) if latency > 1 else 0.0,
            )
            for latency in latencies
        )
        units.append(Unit(f"unit{number}", "multiply", "dsps", offers, (18, 18), packed=True))
    return replace(ECP5, units=tuple(units))


def bound(datapath: Datapath, target: Target, seed: int) -> Datapath:
    """Some of the products bound to units."""
    chance = random.Random(seed)  # noqa: S311
    names = ["", *(unit.name for unit in target.units)]
    cells = list(datapath.cells)
    for index, cell in enumerate(cells):
        name = chance.choice(names)
        drafted = structs.replace(cell, unit=name)
        operands = [cells[operand] for operand in cell.operands]
        if name and unit_problem(drafted, operands, target.unit(name), scheduled=False) is None:
            cells[index] = drafted
    return with_units(replace(datapath, cells=tuple(cells)), target)


def with_units(datapath: Datapath, target: Target) -> Datapath:
    """The datapath with the units of the device to which its cells are bound."""
    names = {cell.unit for cell in datapath.cells}
    return replace(datapath, units=tuple(unit for unit in target.units if unit.name in names))


def clocked(datapath: Datapath, inputs: dict[str, Integers]) -> dict[str, Integers]:
    """The outputs in every cycle when a row of inputs comes at each clock edge, over and over again."""
    values: list[Integers] = []
    for cell in datapath.cells:
        operands = [np.roll(values[operand], cell.latency) for operand in cell.operands]
        if cell.kind is CellKind.INPUT:
            value = inputs[cell.name].astype(object)
        elif cell.kind is CellKind.CONSTANT:
            value = np.full(len(next(iter(inputs.values()))), cell.value, dtype=object)
        else:
            value = COMPUTE[cell.kind](cell, True)(*operands).astype(object)
        values.append(value)
    return {port.name: values[port.cell] for port in datapath.outputs}


def assert_paths_fit(datapath: Datapath, target: Target, frequency_mhz: float) -> None:
    """No way between registers is longer than the period but through a single cell that is offered no faster."""
    budget_ns = 1000 / frequency_mhz - target.delays.register + 1e-6
    offers = cell_offers(datapath.cells, target, datapath.units)
    arrivals: list[Arrival] = []
    for cell, own in zip(datapath.cells, offers, strict=True):
        if cell.kind is CellKind.REGISTER:
            arrivals.append(AT_ONCE)
            continue
        delay = next(delay for delay in own if delay.latency == cell.latency)
        into = after(delay, [arrivals[operand] for operand in cell.operands])
        fastest_ns = min(each.longest_ns for each in own)
        # It was chosen when logic stood before it, from where the wire into a unit is longer than from a register.
        reach_ns = max(budget_ns, fastest_ns + (target.delays.to_block if cell.unit else 0.0))
        assert delay.delay_ns == 0 or into[1] <= reach_ns
        assert delay.longest_ns <= reach_ns
        arrivals.append(delay.from_register if cell.latency else into)


@given(
    seed=st.integers(0, 10**6),
    frequency_mhz=st.sampled_from((20.0, 100.0, 200.0, 333.0)),
    cells=st.sampled_from((10, 30, 80)),
)
def test_units_of_any_latency_give_the_same_integers_cycle_by_cycle(
    seed: int, frequency_mhz: float, cells: int
) -> None:
    target = made_up(seed)
    plain = combinational(random_datapath(seed, cells=cells))
    pipelined = schedule(bound(plain, target, seed), target, frequency_mhz)
    assert_valid_datapath(pipelined)
    inputs = random_inputs(plain, seed, 30)
    expected, got = simulate(plain, inputs), clocked(pipelined, inputs)
    for port in pipelined.outputs:
        edges = pipelined.cells[port.cell].stage
        assert edges in (0, pipelined.latency)
        assert np.array_equal(np.roll(expected[port.name], edges), got[port.name])
    assert all(
        cell.unit for cell in pipelined.cells if cell.latency and cell.kind is not CellKind.REGISTER
    )


@given(seed=st.integers(0, 10**6), frequency_mhz=st.sampled_from((60.0, 150.0, 200.0, 400.0)))
def test_no_way_between_registers_is_longer_than_the_period(
    seed: int, frequency_mhz: float
) -> None:
    target = made_up(seed)
    plain = bound(combinational(random_datapath(seed)), target, seed)
    assert_paths_fit(schedule(plain, target, frequency_mhz), target, frequency_mhz)


class Trial(NamedTuple):
    """The first cells of a timetable."""

    stages: tuple[int, ...] = ()
    delays: tuple[CellDelay, ...] = ()
    arrivals: tuple[Arrival, ...] = ()

    def and_then(self, sources: Sequence[int], intake: int, delay: CellDelay) -> Trial | None:
        """With another cell, if its operands are there and it fits in the period of 1 ns."""
        if any(self.stages[source] > intake for source in sources):
            return None
        into = after(delay, [self.arrivals[s] for s in sources if self.stages[s] == intake])
        if not fits(delay, into, 1.0):
            return None
        arrival = delay.from_register if delay.latency else into
        return Trial(
            (*self.stages, intake + delay.latency), (*self.delays, delay), (*self.arrivals, arrival)
        )


def all_timetables(wiring: Wiring, offers: Sequence[Offers], latency: int) -> list[Trial]:
    """All that fit, with outputs that come from registers at the end."""
    trials = [Trial()]
    for sources, own in zip(wiring.sources, offers, strict=True):
        intakes = range(latency + 1) if sources else range(1)
        more = (t.and_then(sources, e, d) for t in trials for e in intakes for d in own)
        trials = [trial for trial in more if trial is not None and trial.stages[-1] <= latency]
    return [trial for trial in trials if has_registered_outputs(wiring, trial, latency)]


def has_registered_outputs(wiring: Wiring, trial: Trial, latency: int) -> bool:
    return all(
        trial.stages[output] + (not trial.delays[wiring.behind_wires(output)].latency) <= latency
        for output in wiring.outputs
    )


def bits_of(
    wiring: Wiring, stages: Sequence[int], delays: Sequence[CellDelay], latency: int
) -> int:
    """The bits of all registers outside of units."""
    total = 0
    for index, width in enumerate(wiring.widths):
        ends = [stages[user] - delays[user].latency for user in wiring.users[index]]
        if index in wiring.outputs:
            ends.append(latency)
        total += width * (max(ends, default=stages[index]) - stages[index])
    return total


def small_datapath(seed: int) -> tuple[Datapath, list[Offers]]:
    """A few cells of random widths, with delays of which one to three fill the period of 1 ns."""
    chance = random.Random(seed)  # noqa: S311
    builder = DatapathBuilder()
    cells = [builder.input(name, 0, 2 ** chance.randint(1, 12) - 1, 0) for name in "ab"]
    for _ in range(3):
        a, b = chance.choice(cells), chance.choice(cells)
        made = (builder.add(a, b), builder.bits(a, 0, chance.randint(1, 6)), builder.multiply(a, b))
        cells.append(chance.choice(made))
    used = {operand for cell in builder.cells for operand in cell.operands}
    outputs = [index for index in range(2, len(builder.cells)) if index not in used]
    datapath = built(builder, *outputs)
    slow = (
        CellDelay(0.9),
        CellDelay(0.2, latency=1, clock_to_output_ns=0.5),
        CellDelay(0.1, latency=2),
    )
    choices: tuple[Offers, ...] = ((CellDelay(0.3),), (CellDelay(0.6),), slow, slow[1:])
    wire: Offers = (CellDelay(low_delay_ns=0.0),)
    return datapath, [
        chance.choice(choices) if cell.kind in OPERATORS else wire for cell in datapath.cells
    ]


@given(seed=st.integers(0, 10**6))
def test_no_other_timetable_has_less_latency_or_fewer_registers(seed: int) -> None:
    datapath, offers = small_datapath(seed)
    offers = [own[seed % len(own) :][:1] for own in offers]
    wiring = wiring_of(datapath)
    first = earliest(wiring, offers, 1.0)
    assert first is not None
    assume(first.latency <= 3)
    assert not all_timetables(wiring, offers, first.latency - 1)
    found, _ = with_retiming(wiring, first, offers, 1.0)
    trials = all_timetables(wiring, offers, first.latency)
    assert tuple(found.stages) in {trial.stages for trial in trials}
    least = min(bits_of(wiring, trial.stages, trial.delays, first.latency) for trial in trials)
    assert bits_of(wiring, found.stages, found.delays, first.latency) == least


@given(seed=st.integers(0, 10**6))
def test_a_choice_of_latencies_never_costs_latency_or_registers(seed: int) -> None:
    datapath, offers = small_datapath(seed)
    wiring = wiring_of(datapath)
    first = earliest(wiring, offers, 1.0)
    assert first is not None
    found, _ = with_retiming(wiring, first, offers, 1.0)
    alone, _ = with_retiming(wiring, first, [(delay,) for delay in first.delays], 1.0)
    bits = [bits_of(wiring, table.stages, table.delays, first.latency) for table in (found, alone)]
    assert bits[0] <= bits[1]


PAIRS: tuple[Offers, ...] = (
    (CellDelay(0.9), CellDelay(0.2, latency=1, clock_to_output_ns=0.5)),
    (
        CellDelay(0.8, latency=1, clock_to_output_ns=0.5),
        CellDelay(0.2, latency=2, clock_to_output_ns=0.5),
    ),
    (
        CellDelay(0.2, latency=1, clock_to_output_ns=0.9),
        CellDelay(0.2, latency=2, clock_to_output_ns=0.1),
    ),
)


@given(seed=st.integers(0, 10**6), spare=st.integers(0, 1))
def test_one_register_more_inside_a_unit_takes_the_place_of_one_beside_it(
    seed: int, spare: int
) -> None:
    """With two offers no more bits than any timetable that chooses no less than the earliest one."""
    datapath, offers = small_datapath(seed)
    offers = [PAIRS[(seed + k) % 3] if len(own) > 1 else own for k, own in enumerate(offers)]
    wiring = wiring_of(datapath)
    first = earliest(wiring, offers, 1.0)
    assert first is not None
    latency = first.latency + spare
    assume(latency <= 4)
    found, _ = with_retiming(wiring, replace(first, latency=latency), offers, 1.0)
    later = [
        tuple(delay for delay in own if delay.latency >= chosen.latency)
        for own, chosen in zip(offers, first.delays, strict=True)
    ]
    trials = all_timetables(wiring, later, latency)
    least = min(bits_of(wiring, trial.stages, trial.delays, latency) for trial in trials)
    assert bits_of(wiring, found.stages, found.delays, latency) <= least


@pytest.mark.parametrize("seed", range(40))
def test_where_ways_are_too_many_registers_between_cells_stay_between_them(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept then fits, too, and has no more bits of registers than the earliest timetable."""
    monkeypatch.setattr("symhdl.scheduling.separations.STEPS", 0)
    datapath, offers = small_datapath(seed)
    wiring = wiring_of(datapath)
    first = earliest(wiring, offers, 1.0)
    assert first is not None
    found, _ = with_retiming(wiring, first, offers, 1.0)
    bits = []
    for table in (first, found):
        trial: Trial | None = Trial()
        for index, sources in enumerate(wiring.sources):
            trial = trial and trial.and_then(sources, table.intake(index), table.delays[index])
        assert trial is not None
        bits.append(bits_of(wiring, table.stages, table.delays, first.latency))
    assert bits[1] <= bits[0]


@given(seed=st.integers(0, 10**6), largest=st.integers(10, 80))
def test_parts_of_a_program_are_between_the_optimum_and_where_they_begin(
    seed: int, largest: int
) -> None:
    """The heuristic for large designs against the exact solution, on designs that are small enough for both."""
    plain = remove_dead_cells(random_datapath(seed, stages=0))
    wiring = wiring_of(plain)
    offers = cell_offers(plain.cells, ECP5)
    budget_ns = period_ns(200, ECP5)
    first = earliest(wiring, offers, budget_ns)
    assert first is not None
    asked: list[program.DifferenceProgram] = []
    solve = program.DifferenceProgram.solved

    def kept(whole: program.DifferenceProgram) -> list[int] | None:
        asked.append(whole)
        return solve(whole)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program.DifferenceProgram, "solved", kept)
        with_retiming(wiring, first, offers, budget_ns)
        for whole in asked:
            patch.setattr(program, "LARGEST_PART", 10**6)
            best = solve(whole)
            patch.setattr(program, "LARGEST_PART", largest)
            parts = solve(whole)
            assert best is not None and parts is not None
            least, found, most = (
                sum(cost * number for cost, number in zip(whole.costs, numbers, strict=True))
                for numbers in (best, parts, whole.known)
            )
            assert least <= found <= most


@given(seed=st.integers(0, 10**6), sweeps=st.sampled_from((1, program.SWEEPS)))
def test_what_bounds_tell_already_is_what_the_solver_finds(seed: int, sweeps: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    whole = program.DifferenceProgram()
    for place in range(chance.randint(2, 12)):
        low = chance.randint(0, 3)
        whole.number(low, low + chance.choice((0, 1, 4)), known=0, place=place, late=place % 3 > 0)
    count = len(whole.lows)
    for _ in range(chance.randrange(2 * count)):
        first, second = chance.sample(range(count), 2)
        whole.keep_apart(first, second, chance.randint(-4, 1))
    whole.costs = [chance.randint(-3, 3) for _ in range(count)]
    reach = sum(whole.highs) - sum(whole.lows) + 1
    costs = [cost * reach - late for cost, late in zip(whole.costs, whole.late, strict=True)]
    expected = highs.Differences(
        whole.lows, whole.highs, [whole.first, whole.second], whole.least
    ).cheapest(costs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program, "SWEEPS", sweeps)
        found = whole.solved()
    assert (found is None) == (expected is None)
    if found is not None and expected is not None:
        total, least = (
            sum(cost * number for cost, number in zip(costs, numbers, strict=True))
            for numbers in (found, expected)
        )
        assert total == least
        assert all(
            found[second] - found[first] >= apart
            for first, second, apart in zip(whole.first, whole.second, whole.least, strict=True)
        )


def products_and_sums(count: int) -> Datapath:
    """So many operators: sums of four squares of sums, of four inputs each."""
    builder = DatapathBuilder()
    inputs = [builder.input(f"x{number}", -128, 127, 0) for number in range(16)]
    made = 0
    while made < count:
        squares = [
            builder.square(builder.add(inputs[(made + k) % 16], inputs[(made * k + 3) % 16]))
            for k in range(4)
        ]
        total = squares[0]
        for square in squares[1:]:
            total = builder.add(total, builder.shift_left(square, made % 5, 0))
        inputs[made // 11 % 16] = builder.bits(total, 4, 8)
        made += 11
    return built(builder, *inputs[:8])


def test_the_work_of_scheduling_grows_as_the_design_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Near-linear where programs are divided: lines of Python, and the numbers that each solution is asked for."""
    asked: list[int] = []
    exact = program.DifferenceProgram._solved_at_once

    def counted(part: program.DifferenceProgram) -> list[int] | None:
        asked.append(len(part.costs))
        return exact(part)

    monkeypatch.setattr(program, "LARGEST_PART", 100)
    monkeypatch.setattr(program.DifferenceProgram, "_solved_at_once", counted)
    lines = [
        lines_run(partial(schedule, plain, ECP5, 200))
        for plain in map(products_and_sums, (300, 1200))
    ]
    assert max(asked) <= 100
    assert lines[1] < 5 * lines[0]


def test_a_large_program_is_solved_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of some numbers each: the timetable is as valid, and better than the earliest one."""
    builder = DatapathBuilder()
    total = builder.constant(1, 0)
    for number in range(60):
        total = builder.add(total, builder.square(builder.input(f"x{number}", -128, 127, 0)))
    plain = built(builder, total)
    inputs = random_inputs(plain, seed=1, count=50)
    whole = schedule(plain, ECP5, 250)
    monkeypatch.setattr("symhdl.scheduling.program.LARGEST_PART", 40)
    parts = schedule(plain, ECP5, 250)
    monkeypatch.setattr(
        "symhdl.scheduling.shift_registers.with_retiming", lambda _, table, *__: (table, None)
    )
    first = schedule(plain, ECP5, 250)
    assert register_bits(whole) <= register_bits(parts) < register_bits(first)
    assert whole.latency == parts.latency == first.latency
    assert_valid_datapath(parts)
    assert_paths_fit(parts, ECP5, 250)
    computed = simulate(parts, inputs)
    for name, values in simulate(plain, inputs).items():
        assert np.array_equal(computed[name], values)


def product_of(widths: Sequence[int], unit: str) -> tuple[DatapathBuilder, int]:
    builder = DatapathBuilder()
    cells = [builder.input(f"x{k}", 0, 2**width - 1, 0) for k, width in enumerate(widths)]
    product = builder.multiply(*cells)
    builder.cells[product] = structs.replace(builder.cells[product], unit=unit)
    return builder, product


@pytest.mark.parametrize(
    ("frequency_mhz", "edges", "inside", "ffs"),
    [
        (100.0, 1, 1, 0),  # the output register alone
        (200.0, 2, 2, 0),  # 4.4 ns before it are too much
        (280.0, 2, 2, 0),
        (310.0, 3, 3, 0),  # 3.43 ns inside are too much
    ],
)
def test_a_product_gets_the_registers_that_the_clock_needs(
    frequency_mhz: float, edges: int, inside: int, ffs: int
) -> None:
    builder, product = product_of((16, 16), "MULT18X18D")
    pipelined = schedule(with_units(built(builder, product), ECP5), ECP5, frequency_mhz)
    (block,) = (cell for cell in pipelined.cells if cell.unit)
    assert (pipelined.latency, block.latency) == (edges, inside)
    found = estimate(pipelined, ECP5)
    assert (found.luts, found.ffs, found.dsps) == (0, ffs, 1)
    assert found.fmax_mhz >= frequency_mhz


def test_chains_of_blocks_have_the_least_latency() -> None:
    builder, product = product_of((9, 9), "MULT18X18D")
    for _ in range(3):
        product = builder.multiply(builder.bits(product, 9, 9), 0)
        builder.cells[product] = structs.replace(builder.cells[product], unit="MULT18X18D")
    plain = with_units(built(builder, product), ECP5)
    # 6.3 ns each, of which budgets of 14.2, 8.8 and 3.8 ns hold two, one, and none; the last in the block itself.
    for frequency_mhz, edges in ((65.0, 2), (100.0, 4), (200.0, 8)):
        assert schedule(plain, ECP5, frequency_mhz).latency == edges


def test_registers_that_a_block_has_for_nothing_are_taken_into_it() -> None:
    """The other way to the sum takes more stages than the product needs, and a stage outside of it is 32 bits."""
    builder, product = product_of((16, 16), "MULT18X18D")
    slow = builder.input("slow", 0, 2**40 - 1, 0)
    for _ in range(4):
        slow = builder.add(slow, builder.square(builder.bits(slow, 0, 6)))
    total = builder.add(builder.shift_left(product, 0, 0), slow)
    plain = with_units(built(builder, total), ECP5)
    pipelined = schedule(plain, ECP5, 100)
    (block,) = (cell for cell in pipelined.cells if cell.unit)
    assert block.latency == 3
    unit = ECP5.unit("MULT18X18D")
    least = replace(unit, offers=(unit.offer(1),))
    one = replace(ECP5, units=tuple(least if each is unit else each for each in ECP5.units))
    assert (
        register_bits(schedule(with_units(plain, one), one, 100)) - register_bits(pipelined)
        == 2 * 32
    )


def test_wires_may_stand_behind_the_last_register() -> None:
    builder, product = product_of((16, 16), "MULT18X18D")
    rounded = builder.shift_right(product, 8, 0)
    pipelined = schedule(with_units(built(builder, rounded), ECP5), ECP5, 200)
    assert (pipelined.latency, register_bits(pipelined)) == (2, 0)


def test_a_memory_is_a_table_with_a_latency() -> None:
    builder = DatapathBuilder()
    x, y = builder.input("x", 0, 1023, 0), builder.input("y", 0, 1023, 0)
    table = builder.table(x, tuple(range(7, 1031)), 0)
    builder.cells[table] = structs.replace(builder.cells[table], unit="DP16KD")
    plain = with_units(built(builder, builder.add(table, y)), ECP5)
    for frequency_mhz, latency in ((100, 1), (140, 2), (210, 2)):
        pipelined = schedule(plain, ECP5, frequency_mhz)
        (memory,) = (cell for cell in pipelined.cells if cell.unit)
        assert (memory.stage, memory.latency) == (latency, latency)
    assert pipelined.latency == 3
    found = estimate(pipelined, ECP5)
    assert (found.brams, found.ffs) == (1, 2 * 10 + 12), "the output register is that of the block"
    assert found.fmax_mhz == pytest.approx(1000 / 4.72, abs=0.1)


def test_registers_beside_a_unit_are_flip_flops() -> None:
    """Of a unit whose registers synthesis does not pack, and of one that the device has not."""
    offer = Offer(2, time_in=1.0, time_out=1.0, longest=3.0, operand_registers=1)
    unit = Unit("loose", "multiply", "dsps", (offer,), (18, 18))
    device = replace(ECP5, units=(unit,))
    builder, product = product_of((10, 12), "loose")
    pipelined = schedule(with_units(built(builder, product), device), device, 200)
    assert estimate(pipelined, device).ffs == 10 + 12 + 22
    assert estimate(replace(pipelined, units=()), device).ffs == 2 * 22
    packed = replace(pipelined, units=(replace(unit, packed=True),))
    assert estimate(packed, device).ffs == 0


def test_without_a_clock_units_have_no_registers() -> None:
    builder, product = product_of((16, 16), "MULT18X18D")
    plain = schedule(with_units(built(builder, product), ECP5), ECP5, 0)
    assert plain.cells[product].latency == 0
    assert_valid_datapath(plain)
    assert estimate(plain, ECP5).dsps == 1


def test_what_a_solver_says_is_held_against_the_design(monkeypatch: pytest.MonkeyPatch) -> None:
    """A timetable in which operands are not there in time is not taken, although all fits in the period."""
    builder = DatapathBuilder()
    total, *others = (builder.input(f"x{k}", 0, 2**32 - 1, 0) for k in range(6))
    for other in others:
        total = builder.add(total, other)
    plain = built(builder, total)
    expected = schedule(plain, ECP5, 250)

    class Backwards:
        def __init__(self, lows: list[int], ends: list[int], *_: object) -> None:
            self.ends = list(zip(lows, ends, strict=True))

        def cheapest(self, _: object) -> list[int]:
            latest = max(end for _, end in self.ends)
            return [max(low, min(end, latest - k % 7)) for k, (low, end) in enumerate(self.ends)]

    monkeypatch.setattr(highs, "Differences", Backwards)
    scheduled = schedule(plain, ECP5, 250)
    assert_valid_datapath(scheduled)
    assert scheduled.latency == expected.latency > 2


def test_the_solver_prints_nothing() -> None:
    """HiGHS writes from C, at the end of the process."""
    text = "import symhdl; print(symhdl.compile('x*y + 0.3*x', ranges=(-1, 1)).latency)"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, check=True, text=True)
    assert done.stdout.strip().isdigit(), done.stdout
