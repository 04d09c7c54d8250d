"""Place and route fed back: what is learnt of measured paths, which pipeline is taken, what is told."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from symhdl.backends.signals import signal_names

import symhdl
from benchmarks.golden_designs import DESIGNS
from symhdl.cli import main
from symhdl.cost.timing import cell_delays
from symhdl.flow.nextpnr import arrivals_of
from symhdl.flow.synthesis import Synthesis
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.ir.verify import assert_valid_datapath
from symhdl.passes.schedule import schedule
from symhdl.refinement import ROUNDS, Measure, refined
from symhdl.scheduling.feedback import combined, factors_of, scaled, unscheduled
from symhdl.simulate import simulate
from symhdl.targets.target import Target, load_target
from tests.random_datapath import random_datapath, random_inputs
from tests.rows import each_row
from tests.test_schedule import combinational
from tests.test_scheduling import bound, made_up

ECP5 = load_target("ecp5-25k")
SOURCE = "input a, b : fixed<12,4>\ny = (a*b + 3*a)*(b - 0.3*a)\noutput y : fixed<16,11>"
SUMS = (
    "input a, b : fixed<12,4>\ny = abs(a - b) + abs(a + 3*b) + abs(b - 5*a)\noutput y : fixed<16,8>"
)


def pipeline(frequency: float = 100, source: str = SOURCE) -> Datapath:
    return symhdl.compile(source, device="ecp5-25k", frequency=frequency).datapath


@given(seed=st.integers(0, 10_000), mhz=st.sampled_from((50.0, 120.0, 300.0)))
def test_scheduling_what_was_unscheduled_gives_the_same(seed: int, mhz: float) -> None:
    target = made_up(seed)
    plain = bound(combinational(random_datapath(seed)), target, seed)
    path = schedule(plain, target, mhz)
    again, numbers = unscheduled(path)
    assert_valid_datapath(again)
    assert not any(cell.latency or cell.stage for cell in again.cells)
    assert schedule(again, target, mhz) == path
    for cell, number in zip(path.cells, numbers, strict=True):
        if cell.kind is not CellKind.REGISTER:
            assert again.cells[number].kind is cell.kind


def test_cells_on_the_longest_path_share_what_it_takes_more() -> None:
    path = pipeline()
    delays = cell_delays(path.cells, ECP5, path.units)
    ends = [index for index, cell in enumerate(path.cells) if cell.kind is CellKind.REGISTER]
    assert factors_of(path, delays, dict.fromkeys(ends, 0.1)) == {}
    found = {end: factors_of(path, delays, {end: 12.0}) for end in ends}
    end, slow = max(found.items(), key=lambda item: len(item[1]))
    assert len(slow) > 1
    assert all(1.0 < factor <= 2.0 for factor in slow.values())
    assert {path.cells[index].stage for index in slow} == {path.cells[end].stage - 1}
    assert combined({1: 1.5}, {1: 2.0, 2: 1.25}) == {1: 3.0, 2: 1.25}
    (same,), (twice,) = scaled([(delays[0],), (delays[next(iter(slow))],)], {1: 2.0})
    assert (same, twice.delay_ns) == (delays[0], 2 * delays[next(iter(slow))].delay_ns)


def slow_registers(slack: Mapping[str, float], scale: float) -> Measure:
    """A device on which all that is behind some words in the names takes longer than estimated."""

    def measure(datapath: Datapath) -> Synthesis:
        delays = cell_delays(datapath.cells, ECP5, datapath.units)
        names, arrivals, ready = signal_names(datapath), {}, [0.0] * len(datapath.cells)
        for index, cell in enumerate(datapath.cells):
            before = max((ready[operand] for operand in cell.operands), default=0.0)
            factor = next((slack[word] for word in slack if word in names[index]), 1.0)
            if cell.latency:
                arrivals[f"{names[index]}_TRELLIS_FF_Q"] = before + delays[index].before_ns + 0.974
            else:
                ready[index] = before + scale * factor * delays[index].delay_ns
        mhz = 1000 / max(arrivals.values())
        return Synthesis(10, 20, 0, 0, 0, mhz, "a device", arrivals=arrivals)

    return measure


def test_rounds_go_on_until_the_clock_is_met() -> None:
    path = pipeline()
    found, told = refined(path, ECP5, slow_registers({"sum": 2.0, "difference": 2.0}, 1.0))
    assert told.is_met
    assert told.warning() is None
    assert 1 < len(told.rounds) <= ROUNDS + 1
    assert told.rounds[0].latency_cycles == path.latency < found.latency
    assert told.rounds[told.chosen].latency_cycles == found.latency
    assert f"{found.latency} cycles" in str(told)
    assert refined(path, ECP5, slow_registers({"sum": 2.0, "difference": 2.0}, 1.0)) == (
        found,
        told,
    )


def test_a_design_that_meets_its_clock_stays() -> None:
    path = pipeline()
    found, told = refined(path, ECP5, lambda _: Synthesis(1, 2, 0, 0, 0, 100.0, "a device"))
    assert found is path
    assert (len(told.rounds), told.chosen, told.is_met) == (1, 0, True)


def test_time_that_is_left_over_saves_cycles() -> None:
    path = pipeline(200, SUMS)
    found, told = refined(path, ECP5, slow_registers({}, 0.6))
    assert told.is_met
    assert found.latency < path.latency
    assert told.rounds[told.chosen].latency_cycles == found.latency
    kept, told = refined(path, ECP5, slow_registers({}, 0.6), path.latency)
    assert (kept, len(told.rounds)) == (path, 1)


@each_row(("asked_mhz", "mhz"), [(100.0, 2000.0), (2000.0, 2500.0)])
def test_clocks_that_leave_nothing_to_logic_teach_nothing(asked_mhz: float, mhz: float) -> None:
    path = pipeline(asked_mhz)
    found, told = refined(path, ECP5, lambda _: Synthesis(1, 2, 0, 0, 0, mhz, "a device"))
    assert (found, len(told.rounds), told.is_met) == (path, 1, True)


def test_rounds_end_and_the_nearest_is_taken() -> None:
    clocks = iter((50.0, 70.0, 90.0, *[60.0] * ROUNDS))
    asked: list[Datapath] = []

    def measure(datapath: Datapath) -> Synthesis:
        asked.append(datapath)
        return Synthesis(1, 2, 0, 0, 0, next(clocks), "a device")

    found, told = refined(pipeline(), ECP5, measure)
    assert 3 < len(asked) == len(told.rounds) <= ROUNDS + 1
    assert (told.chosen, found) == (2, asked[2])
    warning = told.warning()
    assert warning is not None
    assert "90.0 MHz were reached" in warning.message


def test_a_latency_that_was_asked_for_is_kept() -> None:
    path = symhdl.compile(SOURCE, device="ecp5-25k", latency=9).datapath
    found, told = refined(path, ECP5, slow_registers({"sum": 1.7, "product": 1.7}, 1.3), 9)
    assert {found.latency, *(each.latency_cycles for each in told.rounds)} == {9}


@pytest.mark.parametrize("name", ["distance", "regression", "filter", "density"])
@pytest.mark.parametrize("seed", range(3))
def test_the_integers_stay(name: str, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    (source,) = (design.source for design in DESIGNS if design.name == name)
    path = pipeline(150, source)
    words = {"sum": chance.uniform(1, 4), "product": chance.uniform(1, 4)}
    found, told = refined(path, ECP5, slow_registers(words, chance.uniform(1.1, 2)))
    assert len(told.rounds) > 1
    assert_valid_datapath(found)
    inputs = random_inputs(path, 40, seed)
    expected, results = simulate(path, inputs), simulate(found, inputs)
    assert all((results[port] == expected[port]).all() for port in expected)


def test_what_is_slower_than_the_clock_by_itself_is_cut() -> None:
    source = "input a, b : fixed<30,30>\ny = a + b\noutput y : fixed<31,31>"
    path = pipeline(200, source)
    found, told = refined(path, ECP5, slow_registers({}, 1.6))
    assert told.is_met
    assert sum(cell.kind is CellKind.ADD for cell in path.cells) == 1
    assert sum(cell.kind is CellKind.ADD for cell in found.cells) > 1


def test_arrivals_are_the_latest_of_each_cell() -> None:
    ends = [
        {"cell": "a", "delay": [1.0, 2.5], "port": "DI", "event": "posedge clk"},
        {"cell": "a", "delay": [1.0, 3.5], "port": "LSR", "event": "posedge clk"},
        {"cell": "b", "delay": [0.5, 0.75], "port": "DI", "event": "posedge clk"},
    ]
    report = {"detailed_net_timings": [{"endpoints": ends[:1]}, {"endpoints": ends[1:]}]}
    assert arrivals_of(json.dumps(report)) == {"a": 3.5, "b": 0.75}
    with pytest.raises(symhdl.SymhdlError, match="makes no sense"):
        arrivals_of(json.dumps({"detailed_net_timings": [{"endpoints": [{"delay": 3}]}]}))


Fake = Callable[[Target, object], Measure]


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device on which sums are slow, in place of Yosys and nextpnr."""

    def measure_by_tools(_: Target, progress: Callable[[str], None] | None = None) -> Measure:
        if progress is not None:
            progress("placing and routing")
        return slow_registers({"sum": 2.0, "difference": 2.0}, 1.0)

    monkeypatch.setattr("symhdl.refinement.measure_by_tools", measure_by_tools)
    monkeypatch.setattr("symhdl.refinement.need_tool", lambda _: None)


@pytest.mark.usefixtures("tools")
def test_the_library_and_the_manifest_tell_what_was_done() -> None:
    plain = symhdl.compile(SOURCE, device="ecp5-25k", frequency=100)
    design = symhdl.compile(SOURCE, device="ecp5-25k", frequency=100, refine=True)
    assert design.refinement is not None
    assert plain.refinement is None
    assert design.latency > plain.latency
    assert design.digest() != plain.digest()
    manifest = json.loads(design.files()["top.json"])
    assert manifest["refine"]["tool"] == "a device"
    assert manifest["refine"]["asked_mhz"] == 100
    assert manifest["latency_cycles"] == design.latency
    rounds = manifest["refine"]["rounds"]
    assert rounds[manifest["refine"]["chosen"]]["latency_cycles"] == design.latency
    assert "refine" not in json.loads(plain.files()["top.json"])


@pytest.mark.usefixtures("tools")
def test_the_command_line_refines(tmp_path: Path) -> None:
    words = [
        "compile",
        "--expr",
        SOURCE,
        "--device",
        "ecp5-25k",
        "--freq",
        "100",
        "--refine",
        "-o",
        str(tmp_path),
    ]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "placing and routing" not in done.stderr, "how far it is belongs on a terminal"
    assert "refined for 100 MHz: " in done.stderr
    assert "rounds" in json.loads((tmp_path / "top.json").read_text())["refine"]


def test_what_cannot_be_refined_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(symhdl.UsageError, match="no open place and route covers `xcvu9p`"):
        symhdl.compile(SOURCE, device="xcvu9p", refine=True)
    with pytest.raises(symhdl.UsageError, match="no clock to refine for"):
        symhdl.compile(SOURCE, device="ecp5-25k", frequency=0, refine=True)
    with pytest.raises(symhdl.SymhdlError, match="refine is"):
        symhdl.compile(SOURCE, refine="perhaps")  # type: ignore[arg-type] # a mistake
    monkeypatch.setenv("YOSYS", str(tmp_path / "yosys"))
    done = CliRunner().invoke(
        main, ["compile", "--expr", SOURCE, "--device", "ecp5-25k", "--refine"]
    )
    assert done.exit_code == 4
    assert "`yosys` is not there" in done.stderr
