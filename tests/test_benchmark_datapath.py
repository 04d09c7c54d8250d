"""The benchmark of the datapath: its designs compute what they are called, and its table tells what was found."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

import symhdl
from benchmarks import datapath
from benchmarks.datapath_designs import (
    FIR16,
    LINEAR,
    LUT6_DEVICES,
    MATRIX8,
    DatapathDesign,
    Reached,
    designs,
    designs_of_lut6,
)
from benchmarks.peers import LinearResult, installed
from symhdl.simulate import Integers
from tests.test_flow import need

EXACT = {design.name: design for design in designs() if design.dsp == "none"}


def simulated(name: str, inputs: Mapping[str, Integers]) -> dict[str, Integers]:
    """The outputs of a design that promises to be exact."""
    design = symhdl.compile(EXACT[name].source, frequency=0, dsp="none")
    assert set(design.error_bounds.values()) == {0.0}
    return design.simulate_integers(inputs)


def columns(count: int, width: int, *, signed: bool = True) -> dict[str, Integers]:
    """Random integers at so many ports."""
    chance = np.random.default_rng(count)
    low, high = (-(1 << width - 1), 1 << width - 1) if signed else (0, 1 << width)
    return {f"x{k}": chance.integers(low, high, 50) for k in range(count)}


def test_the_filter_and_the_matrix_are_exact() -> None:
    x = columns(16, 16)
    expected = sum(weight * x[f"x{k}"] for k, weight in enumerate(FIR16))
    assert np.array_equal(simulated("fir16", x)["y0"], expected)
    x = columns(8, 16)
    found = simulated("matvec8", x)
    expected = np.stack([*x.values()], axis=1) @ np.array(MATRIX8)
    assert np.array_equal(np.stack([found[f"y{k}"] for k in range(8)], axis=1), expected)
    assert np.array_equal(simulated("constant1331", {"x0": x["x0"]})["y0"], 1331 * x["x0"])


@pytest.mark.parametrize(
    ("name", "width"), [("product8", 8), ("signed-product12", 12), ("square16", 16)]
)
def test_products_and_squares_are_exact(name: str, width: int) -> None:
    a, b = columns(2, width, signed=name.startswith("signed")).values()
    is_square = name.startswith("square")
    expected = a * (a if is_square else b)
    given = {"a": a} if is_square else {"a": a, "b": b}
    assert np.array_equal(simulated(name, given)["y"], expected)


def test_products_of_lut6_are_exact_and_told_by_device(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for design in designs_of_lut6():
        is_square = design.name.startswith("square")
        a, b = columns(2, 10, signed=design.name.startswith("signed")).values()
        given = {"a": a} if is_square else {"a": a, "b": b}
        found = symhdl.compile(design.source, frequency=0, dsp="none").simulate_integers(given)
        assert np.array_equal(found["y"], a * (a if is_square else b))

    def found_on(
        chosen: Sequence[DatapathDesign], device: str, *, with_clock: bool
    ) -> dict[DatapathDesign, Reached]:
        assert not with_clock
        return {one: Reached("symhdl", len(device), 8, 0, None, 1) for one in chosen}

    monkeypatch.setattr(datapath, "reached", found_on)
    assert datapath.main(["--lut6"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "| product16, xcvu9p | symhdl | 6 | 8 | 0 | 1 | - | - |" in lines
    assert "| square10, xc7a35t | symhdl | 7 | 8 | 0 | 1 | - | - |" in lines
    assert lines.count("|  | Yosys | 538 | - | 0 | - | - | - |") == 2


@pytest.mark.slow
def test_products_take_no_more_of_lut6_than_was_shown() -> None:
    need("yosys")
    chosen = tuple(designs_of_lut6())
    most = {"product10": 94, "product16": 250, "square10": 51}
    for device in LUT6_DEVICES:
        found = {
            d.name: r.luts for d, r in datapath.reached(chosen, device, with_clock=False).items()
        }
        assert all(found[name] <= luts for name, luts in most.items()), found


def test_a_design_that_is_refused_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def found(
        chosen: Sequence[DatapathDesign], device: str, *, with_clock: bool
    ) -> dict[DatapathDesign, Reached]:
        assert (device, with_clock) == ("ecp5-85k", True)
        return {chosen[0]: Reached("symhdl", 7, 8, 0, 250.0, 3)}

    monkeypatch.setattr(datapath, "reached", found)
    monkeypatch.setattr(datapath, "peers", lambda *_: {})
    assert datapath.main(["--design", "square8", "--design", "square12"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "| square8, DSP none, 250 MHz | symhdl | 7 | 8 | 0 | 3 | 250.0 | 12.0 |" in lines
    assert "| square12, DSP none, 250 MHz | refused | - | - | - | - | - | - |" in lines
    assert "|  | FloPoCo | 175 | - | 0 | - | - | - |" in lines


def test_of_a_peers_pipelines_the_smallest_counts_that_meets_the_clock() -> None:
    slow, small, large = (
        Reached("da4ml", luts, 0, 0, mhz, 4)
        for luts, mhz in ((10, 100.0), (30, 260.0), (50, 300.0))
    )
    assert datapath.best_of([slow, large, small], 250) == small
    assert datapath.best_of([slow, large, small], 400) == large


def test_peers_are_asked_for_the_linear_designs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An interpreter that answers as the script does."""
    script = tmp_path / "peers.py"
    script.write_text(
        "import json, sys\njobs = json.load(sys.stdin)\n"
        "json.dump([dict(name=job['name'], by='da4ml 1', verilog=f'v{n}', cycles=n) "
        "for job in jobs for n in (2, 3)], sys.stdout)",
        encoding="utf-8",
    )

    def figures(result: LinearResult, *_: object) -> Reached:
        return Reached(result["by"], 100 * result["cycles"], 9, 0, 251.0, result["cycles"])

    monkeypatch.setattr(datapath, "PEERS", script)
    monkeypatch.setattr(datapath, "_peer_figures", figures)
    chosen = [design for design in designs() if design.name in ("fir16", "square8")]
    found = datapath.peers(sys.executable, chosen, "ecp5-85k", tmp_path)
    assert found == {"fir16": [Reached("da4ml 1", 200, 9, 0, 251.0, 2)]}
    monkeypatch.setattr(datapath, "peers", lambda *_: {})
    monkeypatch.setattr(datapath, "reached", lambda *_, with_clock: {})
    assert datapath.main(["--design", "fir16"]) == 0
    assert "skipped: da4ml and alkaid are not installed" in capsys.readouterr().out


def test_without_peers_there_is_nothing() -> None:
    job = [{"name": "fir16", "matrix": [[1], [2]], "bits": 16}]
    command = [sys.executable, "-E", str(datapath.PEERS)]
    done = subprocess.run(
        command, input=json.dumps(job), capture_output=True, text=True, check=True
    )
    names = {result["by"].split()[0] for result in json.loads(done.stdout)}
    assert names == set(installed())


def test_matrices_are_those_of_the_designs() -> None:
    for name, matrix in LINEAR.items():
        x = columns(len(matrix), 16)
        found = simulated(name, x)
        expected = np.stack([*x.values()], axis=1) @ np.array(matrix)
        assert np.array_equal(np.stack([*found.values()], axis=1), expected)
