"""The benchmark of quality: every combination once, known figures kept, modules apart, two commits compared."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import symhdl
from benchmarks import golden
from benchmarks.batch import fewest, usages
from benchmarks.costs import Sample, fitted, residuals
from benchmarks.golden import Combination, comparison, compile_all, csv_text, jobs, measure
from benchmarks.golden_designs import DESIGNS
from symhdl.flow.netlist import Usage
from symhdl.targets.target import Costs, Target, load_target
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
    text = comparison(results, {SMALL: dataclasses.replace(row, luts=50)}, results, first)
    assert "50 -> 60" in text
    assert "LUTs 1.200" in text


def test_a_fit_finds_the_costs_that_made_the_figures() -> None:
    true = Costs(adder_bit=1.5, multiply_bit=3.0, multiply_row=2.0)
    taken = [
        Costs(adder_bit=8.0),
        Costs(adder_bit=24.0),
        Costs(multiply_bit=64.0, multiply_row=-8.0),
        Costs(multiply_bit=256.0, multiply_row=-16.0, adder_bit=4.0),
    ]
    luts = (12, 36, 176, 742)
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
