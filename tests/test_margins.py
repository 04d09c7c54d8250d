"""Margins of decisions: beyond them hardware and mathematics decide alike, for scores, classes and cuts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

import symhdl
from symhdl.compiled import CompiledDesign
from symhdl.empirical.margins import margins
from symhdl.empirical.samples import Floats, Samples
from symhdl.judgement import ProvedDecisions
from symhdl.numeric.interval import Floats as Reals

WORK = 20_000_000
SCORES = ("x*y + 0.4*x", "y - x", "sin(x + 2*y)")


def designed(text: str, error: float = 2**-4) -> CompiledDesign:
    inputs = {name: symhdl.Input("fixed<6,2>") for name in "xy"}
    return symhdl.compile(text, inputs=inputs, error=error, device="ecp5-85k")


def grid() -> dict[str, Reals]:
    """All numbers of the inputs."""
    x, y = np.meshgrid(np.arange(-32, 32) / 16, np.arange(-32, 32) / 16)
    return {"x": x.ravel(), "y": y.ravel()}


def samples(inputs: Mapping[str, Floats]) -> Samples:
    rows = len(inputs["x"])
    return Samples(inputs, np.zeros((rows, 1)), None, np.ones(rows))


def scores(inputs: Mapping[str, Floats]) -> Floats:
    x, y = inputs["x"], inputs["y"]
    return np.stack([x * y + 0.4 * x, y - x, np.sin(x + 2 * y)], axis=1)


def found(design: CompiledDesign) -> ProvedDecisions:
    margin = margins(design.design, samples(grid()), WORK)
    assert margin is not None
    return margin


@pytest.mark.parametrize("is_class", [False, True])
def test_clear_winners_are_the_hardware_s(is_class: bool) -> None:
    texts = [f"{name} = {text}" for name, text in zip("abc", SCORES, strict=True)]
    design = designed(
        f"winner = argmax({', '.join(SCORES)})" if is_class else "\n".join(texts),
        2**-4,
    )
    margin, at = found(design), grid()
    values = design.simulate(**at)
    if isinstance(values, dict):
        said = np.stack([values[name] for name in "abc"], axis=1).argmax(axis=1)
    else:
        said = np.rint(values).astype(int)
    real = scores(at)
    ordered = np.sort(real, axis=1)
    clear = ordered[:, -1] - ordered[:, -2] > margin.lead
    assert (said[clear] == real.argmax(axis=1)[clear]).all()
    assert margin.inside == pytest.approx(1 - clear.mean())
    lost = ordered[:, -1] - real[np.arange(len(real)), said]
    assert lost.max() <= margin.lead
    assert margin.lead < 0.2  # little more than the sum of two errors


def test_scores_that_are_held_may_be_wrong_whatever_the_lead() -> None:
    """Both are the greatest number of their format, however far apart the real ones are."""
    text = "a = 4*x*y\nb = 3*x + 1\noutput a, b : fixed<6,2>"
    inputs = {name: symhdl.Input("fixed<6,2>") for name in "xy"}
    design = symhdl.compile(text, inputs=inputs, undefined="saturate", device="ecp5-85k")
    margin, at = found(design), grid()
    values = design.simulate(**at)
    assert isinstance(values, dict)
    said = np.stack([values["a"], values["b"]], axis=1).argmax(axis=1)
    real = np.stack([4 * at["x"] * at["y"], 3 * at["x"] + 1], axis=1)
    lost = real.max(axis=1) - real[np.arange(len(real)), said]
    assert 0 < lost.max() <= margin.lead


@pytest.mark.parametrize("text", ["x*y > 0.3", "not (x*y <= 0.3)", "x*y >= 0.3"])
def test_cuts_are_sure_beyond_their_margin(text: str) -> None:
    design = designed(f"cut = {text}")
    margin, at = found(design), grid()
    difference = at["x"] * at["y"] - 0.3
    clear = np.abs(difference) > margin.lead
    said = np.asarray(design.simulate(**at)) == 1
    assert (said[clear] == (difference > 0)[clear]).all()
    assert margin.inside == pytest.approx(1 - clear.mean())


def test_other_outputs_have_no_margin() -> None:
    design = designed("z = x*y")
    assert margins(design.design, samples(grid()), WORK) is None
