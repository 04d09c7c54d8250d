"""Decisions that ranges leave no doubt about are gone, guards of protected functions above all."""

from __future__ import annotations

import pytest

import symhdl

RANGES = {"X0": symhdl.Input(range=(-2, 2)), "X1": symhdl.Input(range=(1, 2))}


def cells(text: str, dialect: str, level: int = 1) -> object:
    inputs = {name: RANGES[name] for name in RANGES if name in text}
    design = symhdl.compile(text, dialect=dialect, inputs=inputs, width=12, opt=level)
    return design.datapath.cells


@pytest.mark.parametrize(
    ("guarded", "dialect", "plain"),
    [
        ("div(X0, X1)", "gplearn", "X0 / X1"),
        ("add(X0, log(X1))", "gplearn", "X0 + log(X1)"),
        ("add(X0, sqrt(X1))", "gplearn", "X0 + sqrt(X1)"),
        ("add(X0, inv(X1))", "gplearn", "X0 + 1/X1"),
        ("div(X0, sub(-0.500, X1))", "gplearn", "X0 / (-0.5 - X1)"),
        ("protectedDiv(X0, X1)", "deap", "X0 / X1"),
        ("if X1 > 1/2 then (if X0 < 3 then X0 else X1) + X1 else 0", "native", "X1 + X0"),
        (
            "if X0 < 1 then (if X0 < 3/2 then X0 else 2*X0) else 0",
            "native",
            "if X0 < 1 then X0 else 0",
        ),
    ],
)
def test_what_never_acts_costs_nothing(guarded: str, dialect: str, plain: str) -> None:
    for level in (1, 2):
        assert cells(guarded, dialect, level) == cells(plain, "native", level)


@pytest.mark.parametrize("text", ["if X0 > 1 then X0 else X1", "if X1 > 1 then X0 else X1"])
def test_what_may_act_stays(text: str) -> None:
    design = symhdl.compile(text, inputs=RANGES, width=8)
    kinds = {cell.kind.name for cell in design.datapath.cells}
    assert kinds & {"SELECT", "LESS"}


def test_a_condition_as_output_may_be_constant() -> None:
    design = symhdl.compile("y = X1 > 1/2\nz = X0 > X1 + 5", inputs=RANGES, width=8)
    found = design.simulate(X0=[0.0, 2.0], X1=[1.0, 1.5])
    assert isinstance(found, dict)
    assert found["y"].tolist() == [1, 1]
    assert found["z"].tolist() == [0, 0]
