"""Calibration: fits find the figures that made the samples, and the file keeps all that is not fitted."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from symhdl.backends.verilog import verilog_text

from benchmarks import calibrate, samples
from benchmarks.calibrate import calibrated, main, with_target
from benchmarks.compositions import COSTS, DELAYS, unfitted
from benchmarks.device_file import has_section, with_figures, with_section
from benchmarks.fits import (
    errors,
    fitted_costs,
    fitted_delays,
    least,
    longest_ns,
    longest_off,
    luts_off,
    quantities,
)
from benchmarks.operators import operators
from benchmarks.samples import Measured, Sample, measured
from symhdl.cost.area import luts_of
from symhdl.targets.files import shipped_text
from symhdl.targets.target import Costs, Delays, Target, load_target, parse_target

TARGET = load_target("ice40-hx8k")
OPERATORS = tuple(Sample(each.kind, each.datapath) for each in operators(TARGET))
SECTIONED = """# First.
name = "a"

# Above.
[costs]
gate = 1.0  # a LUT
adder_bit = 2.0

# Of the next one.
[tools]
gate = 7.0
"""


def as_told(target: Target) -> list[Measured]:
    """The operators as if the tools found what the model of a target tells."""
    found = []
    for sample in OPERATORS:
        bare = Measured(sample, (1, 1))
        luts = luts_of(quantities(bare, target), target.costs)
        longest = longest_ns(bare, target)
        found.append(Measured(sample, (round(100 * luts), round(100 * luts)), longest))
    return found


def test_a_fit_finds_the_costs_that_made_the_figures() -> None:
    costs = dataclasses.replace(TARGET.costs, adder_bit=1.5, table_lut=0.75, invert_bit=0.5)
    found = as_told(dataclasses.replace(TARGET, costs=costs))
    fitted = fitted_costs(found, 0, TARGET)
    shown = fitted_costs(found, 1, TARGET)
    assert fitted == shown
    for name in ("adder_bit", "table_lut", "invert_bit", "compare_bit", "select_bit"):
        assert getattr(fitted, name) == pytest.approx(100 * getattr(costs, name), rel=0.02), name
    assert fitted.table_mux == TARGET.costs.table_mux, "there are no multiplexers"


def test_a_fit_finds_the_delays_that_made_the_figures() -> None:
    delays = dataclasses.replace(TARGET.delays, lut=0.7, carry=1.6, carry_bit=0.1, invert=0.8)
    fitted = fitted_delays(as_told(dataclasses.replace(TARGET, delays=delays)), TARGET)
    for name in ("register", "lut", "carry", "carry_bit", "table_bit", "invert"):
        assert getattr(fitted, name) == pytest.approx(getattr(delays, name), rel=0.03), name


def test_what_is_fitted_does_not_depend_on_what_was_fitted_before() -> None:
    found = as_told(TARGET)
    names = [field.name for field in dataclasses.fields(Delays)]
    slower = Delays(*(1.3 * getattr(TARGET.delays, name) for name in names))
    before = dataclasses.replace(TARGET, delays=slower)
    assert fitted_delays(found, before) == fitted_delays(found, TARGET)
    dearer = dataclasses.replace(TARGET, costs=COSTS, alternative_costs=COSTS)
    assert fitted_costs(found, 0, dearer).adder_bit == fitted_costs(found, 0, TARGET).adder_bit
    # Nor do the designs.
    assert parse_target(unfitted(TARGET.name), "x.toml") == dataclasses.replace(
        TARGET,
        name="unfitted",
        description="before any fit",
        delays=DELAYS,
        costs=COSTS,
        alternative_costs=COSTS,
    )


def test_a_few_samples_of_which_synthesis_saves_much_change_nothing() -> None:
    found = as_told(TARGET)
    chosen = {
        name: getattr(fitted_costs(found, 0, TARGET), name) for name in ("adder_bit", "compare_bit")
    }
    spoilt = [
        dataclasses.replace(each, luts=(max(1, each.luts[0] // 2),) * 2)
        if number % 9 == 0
        else each
        for number, each in enumerate(found)
    ]
    fitted = fitted_costs(spoilt, 0, TARGET)
    for name, cost in chosen.items():
        assert getattr(fitted, name) == pytest.approx(cost, rel=0.03), name


def test_designs_are_at_least_as_fast_as_is_told() -> None:
    as_designs = [
        dataclasses.replace(
            each,
            sample=dataclasses.replace(each.sample, kind="design"),
            longest_ns=each.longest_ns * (1.0 + 0.2 * (number % 2)),
        )
        for number, each in enumerate(as_told(TARGET))
    ]
    target = dataclasses.replace(TARGET, delays=fitted_delays(as_designs, TARGET))
    slower = [
        ratio for _, ratio in longest_off(as_designs, target) if ratio < 0.99
    ]  # figures have three digits
    assert len(slower) <= 0.21 * len(as_designs)
    assert errors(longest_off(as_designs, target))[1] < 0.35


def test_least_squares_stay_at_0_and_keep_what_nothing_tells() -> None:
    rows = np.array([[1.0, 1.0, 0.0], [1.0, 2.0, 0.0], [1.0, 3.0, 0.0]])
    assert least(rows, np.array([2.0, 3.0, 4.0]), np.full(3, 9.0)) == pytest.approx([1, 1, 9])
    assert least(rows, np.array([1.0, 3.0, 5.0]), np.full(3, 9.0)) == pytest.approx([0, 22 / 14, 9])


def test_figures_are_written_in_place() -> None:
    text = with_figures(SECTIONED, "costs", {"gate": 1.25, "join_bit": 3.0, "tools": "yosys 1"})
    assert text == SECTIONED.replace("gate = 1.0 ", "gate = 1.25 ").replace(
        "adder_bit = 2.0\n", 'adder_bit = 2.0\njoin_bit = 3.0\ntools = "yosys 1"\n'
    )
    assert with_figures(SECTIONED, "delays", {"gate": 2.0}) == SECTIONED


def test_a_section_comes_in_front_of_the_comments_of_another_one() -> None:
    text = with_section(SECTIONED, "residuals", before="tools")
    assert "adder_bit = 2.0\n\n[residuals]\n\n# Of the next one.\n[tools]\n" in text
    assert with_section(text, "residuals", before="tools") == text
    assert with_section(SECTIONED, "last", before="none").endswith("gate = 7.0\n\n[last]\n")
    assert has_section(text, "residuals")
    assert not has_section(SECTIONED, "residuals")


def test_a_file_with_figures_is_read_back_and_keeps_all_else() -> None:
    before = shipped_text(TARGET.name)
    found = as_told(TARGET)
    fitted = calibrated(found, TARGET, own=before)
    fitted = dataclasses.replace(
        fitted, residuals=dataclasses.replace(fitted.residuals, tools="yosys 0.70")
    )
    text = with_target(before, TARGET, fitted)
    assert parse_target(text, "new.toml") == fitted
    assert with_target(text, fitted, fitted) == text
    comments = [line for line in before.splitlines() if line.startswith("#")]
    assert [line for line in text.splitlines() if line.startswith("#")] == comments
    assert fitted.residuals.samples == len(luts_off(found, TARGET))
    assert fitted.residuals.timed == len(found)


def test_what_a_device_takes_from_another_one_stays_there() -> None:
    extending = load_target("ice40-up5k")
    own = shipped_text(extending.name)
    fitted = calibrated(as_told(TARGET), extending, own)
    assert fitted.costs == extending.costs
    assert fitted.delays != extending.delays
    assert "[costs]" not in with_target(own, extending, fitted)


def test_the_command_writes_the_file_or_prints_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ice40-hx8k.toml"
    before = shipped_text(TARGET.name)
    path.write_text(before, encoding="utf-8")
    monkeypatch.setattr(calibrate, "FOLDER", tmp_path)
    monkeypatch.setattr(calibrate, "samples", lambda _: iter(OPERATORS))
    monkeypatch.setattr(calibrate, "measured", lambda *_: as_told(TARGET))
    monkeypatch.setattr(calibrate, "_tools", lambda _: "yosys 0.70, nextpnr-ice40 0.11.1")
    assert main(["ice40-hx8k", "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert path.read_text(encoding="utf-8") == before
    assert main(["ice40-hx8k"]) == 0
    written = path.read_text(encoding="utf-8")
    assert shown.endswith(written)
    assert "| multiply |" in shown
    residuals = parse_target(written, "x.toml").residuals
    assert residuals.tools == "yosys 0.70, nextpnr-ice40 0.11.1"
    assert residuals.luts_worst < 1e3


def test_known_figures_are_not_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def one_module(modules: dict[str, str], *_: object, **__: object) -> dict[str, tuple[object]]:
        asked.extend(modules)
        return {
            name: (
                {"name": name, "ports": {}, "cells": {"a": {"type": "SB_LUT4"}}, "netnames": {}},
            )
            for name in modules
        }

    monkeypatch.setattr(samples, "netlists", one_module)
    chosen = [dataclasses.replace(sample, timed=False) for sample in OPERATORS[:14]]
    spoilt = chosen[3].datapath.top
    monkeypatch.setattr(samples, "lost_inputs", lambda module, _: module["name"] == spoilt)
    first, second = (measured(chosen, TARGET, tmp_path) for _ in range(2))
    assert asked == [sample.datapath.top for sample in chosen]
    assert first == second
    assert first[0] == Measured(chosen[0], (1,), 0.0)
    assert first[3] == Measured(chosen[3], (0,), 0.0)
    assert len(luts_off(first, TARGET)) == 13


def test_operators_are_those_that_the_device_gets() -> None:
    names = [sample.datapath.top for sample in OPERATORS]
    assert len(set(names)) == len(names)
    kinds = {cell.kind.name for sample in OPERATORS for cell in sample.datapath.cells}
    assert not kinds & {"SUM", "MULTIPLY", "SQUARE"}
    assert all("module" in verilog_text(sample.datapath) for sample in OPERATORS[:3])
    wide = {each.name: each.datapath for each in operators(load_target("xcvu9p"))}
    assert wide["multiply_8x8"] != OPERATORS[names.index("multiply_8x8")].datapath


def test_costs_and_delays_are_what_is_fitted() -> None:
    for record in (Costs, Delays):
        assert {field.type for field in dataclasses.fields(record)} == {"float"}
