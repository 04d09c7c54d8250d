"""The suite of functions: its rows, true values, FloPoCo's figures, and what counts as falling short."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import symhdl
from benchmarks import functions, golden
from benchmarks.flopoco import FIGURES, best_of, key_of, read_figures
from benchmarks.function_suite import BITS, CIRCLE, POSITIVE, SUITE, UNIT, Row, rows
from benchmarks.function_tables import table_text
from benchmarks.function_values import SPARE, Held, arguments, held, nearest_results, true_values
from benchmarks.functions import Settings, found, main, summary
from benchmarks.golden_compile import design_of
from symhdl.flow.netlist import Usage
from symhdl.targets.target import Target
from tests.rows import each_row

BY_NAME = {function.name: function for function in SUITE}
SINE = Row(BY_NAME["sin-quarter"], UNIT, 6)
SETTINGS = Settings("ecp5-85k", 0.0, "none", 2)


def test_every_row_is_its_own() -> None:
    every = list(rows())
    assert len(every) == len({row.top for row in every}) == len({row.name for row in every})
    assert len(every) == len(BITS) * sum(len(function.domains) for function in SUITE)


@each_row(
    ("row", "ends", "result"),
    [
        (SINE, (0, 63), "ufixed<6,0>"),
        (Row(BY_NAME["sin"], CIRCLE, 6), (-201, 201), "fixed<8,2>"),
        (Row(BY_NAME["entropy"], POSITIVE, 6), (1, 63), "fixed<7,1>"),
        (Row(BY_NAME["tanh"], UNIT, 6), (0, 63), "ufixed<7,1>"),
    ],
)
def test_rows_have_their_arguments_and_the_format_of_their_results(
    row: Row, ends: tuple[int, int], result: str
) -> None:
    assert row.arguments == ends
    assert str(row.result) == result
    design = symhdl.compile(row.source, frequency=0)
    assert (design.datapath.inputs[0].minimum, design.datapath.inputs[0].maximum) == ends


def test_true_values_are_those_of_the_function(tmp_path: Path) -> None:
    values = true_values(SINE, tmp_path)
    expected = np.sin(np.pi / 4 * np.arange(64) / 64) * 2.0 ** (6 + SPARE)
    assert np.abs(values - expected).max() <= 2
    assert np.array_equal(true_values(SINE, tmp_path), values)  # as they were kept
    assert nearest_results(SINE, tmp_path) == [round(value) for value in expected / 2.0**SPARE]
    assert len(arguments(replace(SINE, bits=21))) == 1_000_002


def test_designs_are_held_to_the_true_values(tmp_path: Path) -> None:
    design = symhdl.compile(SINE.source, frequency=0)
    correct = held(SINE, design, tmp_path)
    assert correct.holds and correct.is_whole and 0 < correct.correct <= 1
    assert 0.4 < correct.measured <= correct.proved < 1
    other = symhdl.compile(SINE.source.replace("pi/4", "3.1/4"), frequency=0)
    assert held(SINE, other, tmp_path).measured > 0.5


LINE = {
    "operator": "FixFunctionByTable", "function": "sin(pi/4*x)",
    "params": "f=sin(pi/4*x) lsbIn=-6 lsbOut=-6 signedIn=0", "latency_cycles": "0",
    "ecp5_lut": "50", "ecp5_lut_nowidelut": "40", "ecp5_dsp": "0", "xcup_lut": "",
    "max_err_ulp": "0.8",
}  # fmt: skip


def test_of_peers_it_is_the_smallest_that_may_be_compared() -> None:
    others: list[dict[str, str]] = [
        {**LINE, "ecp5_lut_nowidelut": "39", "xcup_lut": "20"},
        {**LINE, "ecp5_lut_nowidelut": "1", "max_err_ulp": "1.2"},
        {**LINE, "ecp5_lut_nowidelut": "1", "max_err_ulp": ""},
        {**LINE, "ecp5_lut_nowidelut": "1", "latency_cycles": "1"},
        {**LINE, "ecp5_lut_nowidelut": "1", "ecp5_dsp": "1"},
        {**LINE, "ecp5_lut_nowidelut": "1", "operator": "IntMultiplier"},
        {**LINE, "ecp5_lut_nowidelut": "", "params": LINE["params"].replace("In=-6", "In=-5")},
    ]
    assert best_of([LINE])[key_of(SINE)].luts == {"ecp5-85k": 40}
    assert best_of([LINE, *others])[key_of(SINE)].luts == {"ecp5-85k": 39, "xcvu9p": 20}


def test_figures_that_are_there_have_rows(tmp_path: Path) -> None:
    assert read_figures(tmp_path / "none.csv") == {}
    if not FIGURES.exists():
        pytest.skip("FloPoCo's figures are not there")
    assert set(read_figures(FIGURES)) <= {key_of(row) for row in rows()}


def counted(
    modules: Mapping[str, str], target: Target, *, use_dsps: bool
) -> dict[str, tuple[Usage, ...]]:
    """As many LUTs as the text has lines, and a table a hundred more."""
    assert target.name and not use_dsps
    return {
        name: (Usage(len(text.splitlines()) + 100 * text.startswith("\nmodule table"), 0, 0, 0, 0),)
        for name, text in modules.items()
    }


def test_rows_are_found_and_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(golden, "usages", counted)
    monkeypatch.setattr(golden, "described", lambda *_, **__: "by nobody")
    (row,) = found([SINE], SETTINGS, best_of([LINE]), tmp_path, clock=False)
    assert row.netlist is not None and row.held is not None and row.held.holds
    assert row.table_luts == len(table_text(SINE, "t", tmp_path).splitlines()) + 100
    assert row.ratio == row.netlist.luts / 40
    monkeypatch.setattr(functions, "find_tool", lambda _: "yosys")
    words = ["--function", "sin-quarter", "--bits", "6", "--device", "ecp5-85k"]
    main([*words, "--cache", str(tmp_path), "--figures", str(tmp_path / "none.csv")])
    printed = capsys.readouterr()
    assert f"| {SINE.name} | ecp5-85k | {row.netlist.luts} |" in printed.out
    assert "skipped: FloPoCo" in printed.err


def test_what_falls_short_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(golden, "usages", counted)
    monkeypatch.setattr(golden, "described", lambda *_, **__: "by nobody")
    (row,) = found([SINE], SETTINGS, {}, tmp_path, clock=False)
    assert row.netlist is not None
    luts = row.netlist.luts
    good = replace(row, held=Held(0.9, 0.85, 0.9, True), peer_luts=2 * luts, table_luts=luts)
    assert summary([good])[1] == []
    for worse, word in (
        (replace(good, peer_luts=luts // 2), "FloPoCo"),
        (replace(good, table_luts=luts - 1), "table"),
        (replace(good, held=Held(0.9, 0.95, 0.9, True)), "0.950 measured"),
        (replace(good, held=Held(1.2, 1.1, 0.9, True)), "1.100 measured"),
        (replace(good, held=Held(0.9, 0.6, 0.9, True)), "in the median"),
        (replace(good, settings=replace(SETTINGS, frequency_mhz=200.0), mhz=199.0), "199 MHz"),
        (replace(good, netlist=None, held=None), "refused"),
    ):
        told = summary([replace(worse, compiled={**worse.compiled, "refused": "no"})])[1]
        assert told and all(word in text for text in told)


def test_without_yosys_nothing_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(functions, "find_tool", lambda _: None)
    assert main([]) == 0
    assert "skipped" in capsys.readouterr().out


@pytest.mark.slow
def test_every_row_up_to_sixteen_bits_is_off_by_less_than_was_proved(tmp_path: Path) -> None:
    wrong: list[str] = []
    for row in rows(tuple(bits for bits in BITS if bits <= 16)):
        for device in functions.DEVICES:
            job = replace(SETTINGS, device=device, level=1).job(row)
            design = design_of(job)
            correct = held(row, design, tmp_path)
            if not (correct.holds and correct.is_whole):
                wrong.append(f"{row.name} on {device}: {correct}")
    assert not wrong
