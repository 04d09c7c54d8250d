"""Outputs that are functions of one input: computed from it at once where that is smaller, with bounds that hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from flint import arb, arb_series
from hypothesis import given, settings
from hypothesis import strategies as st

from symhdl.analysis.regions import Region, candidates, function_of_region
from symhdl.approximation import Priced, SmoothFunction, approximate
from symhdl.design import Design
from symhdl.functions.univariate import Symmetry
from symhdl.lowering import functions
from symhdl.numeric.ball import precision
from tests.errors_of_design import (
    assert_bounds_hold,
    assert_within_an_ulp,
    compiled,
    request_of,
)
from tests.test_approximation_witness import functions_of, read
from tests.witnesses.checker import check

ROWS: Mapping[str, tuple[str, str]] = {
    "sin(pi/4*x)": ("0", "0.998"),
    "exp(x - 1)": ("0", "0.998"),
    "tanh(4*x)": ("-1", "0.998"),
    "1/(1 + exp(-8*x))": ("-1", "0.99"),
    "x*log(x)/log(2)": ("0.01", "1"),
    "exp(-x^2)": ("-2", "2"),
    "x*exp(-x^2/2)": ("-3", "3"),
    "1 - sqrt(1 + x)": ("0", "1"),
    "sin(x)/(2 + cos(x))": ("-3", "3"),
    "x^3 - 0.3*x": ("-1", "1"),
    "tanh(x) - atan(x)": ("-2", "2"),
}


def designed(text: str, ends: tuple[str, str], width: int, **more: object) -> Design:
    """Compiled, and all bounds and witnesses checked."""
    request = request_of({"x": ends}, width=width, output_width=width, **more)  # type: ignore[arg-type]
    graph, found = compiled(f"y = {text}", request)
    assert_bounds_hold(graph, found)
    assert_within_an_ulp(found)
    for node, approximation in functions_of(read(found.design.witnesses())):
        check(approximation)
        low, high = node["error"]["own"][0]
        assert -low == high == approximation["bound"]
    return found.design


@pytest.mark.parametrize("text", ROWS)
@pytest.mark.parametrize("width", [6, 11])
def test_bounds_and_witnesses_hold(text: str, width: int) -> None:
    designed(text, ROWS[text], width)


@pytest.mark.parametrize("text", ["sin(pi/4*x)", "1 - sqrt(1 + x)", "x*log(x)/log(2)"])
def test_the_cells_between_are_gone(text: str) -> None:
    design = designed(text, ROWS[text], 8)
    assert len(design.regions) == 1
    assert design.approximations is not None and len(design.approximations) == 1


def test_a_long_period_is_reduced_rather_than_fused() -> None:
    design = designed("sin(100*x)", ("-100", "100"), 16)
    assert not design.regions


@pytest.mark.parametrize("text", ["tanh({}*x)", "exp({}*x/8)"])
def test_an_operation_on_a_scaled_input_is_no_fusion(text: str) -> None:
    """Scaled by a power of two, which takes no cells; by another factor it is one."""
    for factor, are_fused in ((4, False), (3, True)):
        design = designed(text.format(factor), ("-1", "1"), 7)
        assert design.ranges is not None
        assert bool(candidates(design.graph, design.ranges)) == are_fused


def test_functions_that_are_dearer_alone_than_all_at_once_are_not_worked_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []

    def told(function: SmoothFunction, *others: Any, **more: Any) -> tuple[Priced, ...]:
        asked.append(function)
        return approximate(function, *others, **more)

    monkeypatch.setattr(functions, "approximate", told)
    for level in (1, 2):
        designed("x*log(x)/log(2)", ("0.01", "1"), 9, opt=level)
        assert bool(asked) == (level == 2)


def test_what_others_use_is_not_absorbed() -> None:
    request = request_of({"x": ("0", "1")}, width=8, output_width=8)
    graph, found = compiled("z = exp(x)\ny = sin(z)\noutput y\noutput z", request)
    assert_bounds_hold(graph, found)
    graph, found = compiled("y = sin(0.3*x)\nz = cos(0.3*x)", request)
    assert_bounds_hold(graph, found)
    assert len(found.design.regions) == 2


@given(data=st.data())
@settings(derandomize=True, max_examples=25)
def test_random_rows(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(sorted(ROWS)))
    inside = data.draw(st.sampled_from(["x", "x - 0.01", "0.7*x", "x/3", "pi*x/5"]))
    low, high = map(float, ROWS[text])
    text = text.replace("x", f"({inside})").replace("e(" + inside + ")p", "exp")
    if low > 0:
        low += 0.2
    request = request_of(
        {"x": (str(low), str(high))}, width=data.draw(st.integers(4, 11)),
        output_width=data.draw(st.integers(4, 11)),
    )  # fmt: skip
    graph, found = compiled(f"y = {text}", request)
    assert_bounds_hold(graph, found, count=200)


def test_a_composite_is_what_its_graph_is() -> None:
    design = designed("x*exp(-x^2/2)", ("-3", "3"), 9)
    nodes = tuple(range(design.graph.outputs[0].node + 1))
    function = function_of_region(design.graph, Region(0, nodes))
    assert function is not None and function.symmetry is Symmetry.ODD
    with precision(200, 5):
        exact = arb("0.7") * (-(arb("0.7") ** 2) / 2).exp()
        assert function.ball(arb("0.7")).overlaps(exact)
        series = function.series(arb_series([arb("0.7"), 1], prec=5))
        assert series[0].overlaps(exact) and series.prec == 5


def test_nothing_is_fused_without_optimisation() -> None:
    _, found = compiled("y = exp(-x)", request_of({"x": ("0", "1")}, width=8, opt=0))
    assert not found.design.regions
