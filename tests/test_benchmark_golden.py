"""The benchmark of quality: every combination once, known figures kept, modules apart, two commits compared."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import symhdl
from benchmarks import golden
from benchmarks.batch import fewest, usages
from benchmarks.costs import Sample, fitted, residuals
from benchmarks.golden import (
    clocks,
    compile_all,
    compile_in_turns,
    csv_text,
    jobs,
    main,
    measure,
)
from benchmarks.golden_comparison import Comparison, Figures
from benchmarks.golden_compile import Compiled, Job
from benchmarks.golden_designs import DESIGNS, Combination
from symhdl.flow.netlist import Usage
from symhdl.targets.target import Costs, Target, load_target
from tests.rows import each_row
from tests.test_flow import need

SMALL = Combination("largest", "ice40-hx8k", "auto")


def test_there_are_25_designs_with_and_without_blocks_where_there_are_any() -> None:
    assert len({design.name for design in DESIGNS}) == len(DESIGNS) == 25
    assert len(jobs()) == 25 * 5
    assert all(combination.dsp == "auto" for combination in jobs() if "ice40" in combination.device)


def test_known_figures_are_not_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = compile_all(sys.executable, {SMALL: jobs()[SMALL]})
    asked: list[str] = []

    def counted(
        modules: Mapping[str, str], _: Target, **__: object
    ) -> dict[str, tuple[Usage, ...]]:
        asked.extend(modules)
        return {name: (Usage(70, 24, 0, 0, 0), Usage(60, 30, 0, 0, 0)) for name in modules}

    monkeypatch.setattr(golden, "usages", counted)
    monkeypatch.setattr(golden, "described", lambda *_, **__: "yosys 0.70")
    first, second = measure(results, tmp_path), measure(results, tmp_path)
    assert asked == ["largest"]
    assert first == second
    row = first[SMALL]
    assert (row.luts, row.ffs, row.tool) == (60, 30, "yosys 0.70")
    assert csv_text([row]).splitlines()[1].startswith("largest,ice40-hx8k,auto,")


def test_the_clock_is_asked_for_once_where_nextpnr_knows_the_device(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def counted(verilog: str, top: str, target: Target, *_: object, **__: object) -> float:
        assert f"module {top}" in verilog
        asked.append(target.name)
        return 123.25

    monkeypatch.setattr(golden, "clock_mhz", counted)
    unknown = Combination("largest", "xcvu9p", "auto")
    chosen = {each: jobs()[each] for each in (SMALL, unknown)}
    results = compile_all(sys.executable, chosen)
    asked_mhz = dict.fromkeys(chosen, 150.0)
    assert clocks(results, asked_mhz, tmp_path) == {SMALL: 123.25}
    assert clocks(results, asked_mhz, tmp_path) == {SMALL: 123.25}
    assert clocks(results, {}, tmp_path) == {}
    assert asked == ["ice40-hx8k"]


def compared(**changes: object) -> Comparison:
    """Two combinations, of which the new side changes one."""
    row = Figures("a", luts=1000, ffs=50, dsps=2, brams=0, cycles=3, clock_mhz=200.0)
    other = Combination("sine", "ecp5-85k", "auto")
    old = {SMALL: row, other: row}
    new = {SMALL: dataclasses.replace(row, digest="b", **changes), other: row}  # type: ignore[arg-type]
    return Comparison(old, new, 10.0, 10.5)


def test_two_commits_are_compared_by_ratios() -> None:
    found = compared(luts=900, ffs=60, clock_mhz=210.0)
    text = found.text()
    assert found.shortcomings() == ()
    assert text.endswith("nothing falls short")
    assert "2 combinations, 1 of them with equal Verilog" in text
    assert "sine" not in text.splitlines()[2]
    for cell in ("1000 -> 900", "50 -> 60", "200.0 -> 210.0", "0.90", "1.05"):
        assert f"| {cell} |" in text
    assert "LUTs: 0.949 in the geometric mean of 2, worst 1.000 (sine ecp5-85k auto)" in text
    assert "LUTs ice40-hx8k auto: 0.900" in text
    assert "ffs: 100 -> 110" in text
    assert "compile: 10.0 s -> 10.5 s of CPU, ratio 1.05" in text


@each_row(
    "changes, told",
    [
        ({"luts": 1005}, ["LUTs in the geometric mean: 1.0025"]),
        ({"luts": 1040}, ["LUTs in the geometric mean: 1.0198", f"{SMALL}: LUTs 1.040"]),
        ({"clock_mhz": 196.0}, ["clock in the geometric mean: 0.9899"]),
        ({"clock_mhz": 180.0}, ["clock in the geometric mean: 0.9487", f"{SMALL}: clock 0.900"]),
        ({"clock_mhz": None}, []),
        ({"ffs": 70, "dsps": 3}, []),
    ],
)
def test_what_falls_short_is_told(changes: dict[str, object], told: list[str]) -> None:
    assert compared(**changes).shortcomings() == tuple(told)


def test_compile_time_and_refusals_count() -> None:
    fine = compared()
    assert dataclasses.replace(fine, new_s=12.0).shortcomings() == ("compile time: 1.20",)
    refused = dataclasses.replace(fine, new={SMALL: fine.new[SMALL]})
    assert refused.shortcomings() == ("sine ecp5-85k auto: the new side refuses it",)
    assert fine.shortcomings() == ()


def test_the_least_time_of_some_runs_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    made = compile_all(sys.executable, {SMALL: jobs()[SMALL]})[SMALL]
    runs: list[str] = []

    def timed(python: str, chosen: Mapping[Combination, Job]) -> dict[Combination, Compiled]:
        runs.append(python)
        seconds = {"old": 7.0, "new": 3.0}[python] + (1.0, 0.0, 2.0)[len(runs) // 2 % 3]
        return {each: Compiled(**{**made, "compile_s": seconds}) for each in chosen}

    monkeypatch.setattr(golden, "compile_all", timed)
    old, new = compile_in_turns(("old", "new"), {SMALL: jobs()[SMALL]})
    assert runs == ["old", "new"] * golden.ROUNDS
    assert (old[SMALL]["compile_s"], new[SMALL]["compile_s"]) == (7.0, 3.0)
    assert new[SMALL]["verilog"] == made["verilog"]


def test_the_same_commit_twice_is_as_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    known = {"luts": 60, "ffs": 30, "dsps": 1, "brams": 0, "carries": 0, "tool": "yosys"}
    for result in compile_all(sys.executable, {SMALL: jobs()[SMALL]}).values():
        golden.place_kept(SMALL, result["verilog"], tmp_path, ".json").write_text(json.dumps(known))
    monkeypatch.setattr(golden, "clock_mhz", lambda *_, **__: pytest.fail("not asked"))
    words = ["--design", SMALL.design, "--device", SMALL.device, "--cache", str(tmp_path)]
    monkeypatch.setattr("benchmarks.golden_comparison.LONGEST_COMPILE", 1000.0)
    assert main([*words, "--compare", sys.executable]) == 0
    assert "1 combinations, 1 of them with equal Verilog" in capsys.readouterr().out


def test_a_fit_finds_the_costs_that_made_the_figures() -> None:
    true = Costs(adder_bit=1.5, table_lut=3.0, table_mux=2.0)
    taken = [
        Costs(adder_bit=8.0),
        Costs(adder_bit=24.0),
        Costs(table_lut=64.0, table_mux=8.0),
        Costs(table_lut=256.0, table_mux=16.0, adder_bit=4.0),
    ]
    luts = (12, 36, 208, 806)
    samples = [Sample("all", q, (n,)) for q, n in zip(taken, luts, strict=True)]
    found = fitted(samples, 0)
    assert dataclasses.astuple(found) == pytest.approx(dataclasses.astuple(true), abs=1e-6)
    assert "| all | 4 | 1.00 | 1.00 | 1.00 |" in residuals(samples, 0, found)


@pytest.mark.slow
def test_modules_in_one_run_take_what_each_takes_alone() -> None:
    need("yosys")
    target = load_target("ice40-hx8k")
    inputs = {name: symhdl.Input("fixed<6,2>") for name in "ab"}
    texts = {
        top: symhdl.compile(source, inputs=inputs, top=top, device=target.name).verilog()
        for top, source in (("first", "y = a + b"), ("second", "y = a*b"))
    }
    both = usages(texts, target, use_dsps=True)
    for name, text in texts.items():
        assert usages({name: text}, target, use_dsps=True)[name] == both[name]
    assert fewest(both["first"]).luts < fewest(both["second"]).luts
