"""The benchmark of the datapath: its designs compute what they are called, and its table tells what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

import symhdl
from benchmarks import datapath
from benchmarks.datapath_designs import FIR16, MATRIX8, DatapathDesign, Reached, designs
from symhdl.simulate import Integers

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


def test_a_design_that_is_refused_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def found(
        chosen: Sequence[DatapathDesign], device: str, *, with_clock: bool
    ) -> dict[DatapathDesign, Reached]:
        assert (device, with_clock) == ("ecp5-85k", True)
        return {chosen[0]: Reached("symhdl", 7, 8, 0, 250.0, 3)}

    monkeypatch.setattr(datapath, "reached", found)
    assert datapath.main(["--design", "square8", "--design", "square12"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "| square8, DSP none, 250 MHz | symhdl | 7 | 8 | 0 | 3 | 250.0 | 12.0 |" in lines
    assert "| square12, DSP none, 250 MHz | refused | - | - | - | - | - | - |" in lines
    assert "|  | FloPoCo | 175 | - | 0 | - | - | - |" in lines
