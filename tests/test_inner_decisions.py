"""Decisions about a rational node of several inputs are thresholds of that node."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symhdl.analysis.inner_decisions import decisions_about_nodes
from symhdl.analysis.refine import analysed, irrational_nodes
from symhdl.errors import GoalError
from symhdl.numeric.fixed import FixedFormat
from symhdl.request import InputPlan
from tests.errors_of_design import Ranges, assert_all_inputs_hold, compiled, read, request_of

XY: Ranges = {"x": ("-1", "1"), "y": ("-1", "2")}

DECISIONS = {
    "a product": "if exp(x*y) < 1.3 then x else y",
    "several runs": "if sin(7*x*y) < 0.3 then x else y",
    "a tie": "if sqrt(x^2 + y^2) < 1 then x else y",
    "a tie that counts": "if sqrt(x^2 + y^2) <= 1 then x else y",
    "decimal coefficients": "if tanh(0.3*x + 0.7*y) > 0.2 then x else y",
    "a product of decimals": "if exp(-(0.3*x + y)^2*0.7) >= 0.5 then x - y else y",
    "both sides": "if exp(x - y) < 2 - 0.5*(x - y) then 1 else x",
    "equality": "if log(x*y + 3) == 0 then x else y",
    "an irrational limit": "if 2*x*y < sqrt(2) then x else y",
    "whole numbers": "floor(4*exp(0.1*x + 0.2*y))",
}


@pytest.mark.parametrize("name", DECISIONS)
def test_the_right_branch_is_taken_at_every_input(name: str) -> None:
    request = request_of(XY, width=7, output_width=8)
    _, found = compiled(f"q = {DECISIONS[name]}", request)
    assert_all_inputs_hold(found)
    assert all(
        port.error_bound is not None and port.error_bound < 0.1 for port in found.datapath.outputs
    )


@pytest.mark.parametrize("name", DECISIONS)
def test_wide_inputs_are_no_matter(name: str) -> None:
    _, found = compiled(f"q = {DECISIONS[name]}", request_of(XY, width=14, output_width=8))
    assert all(
        port.error_bound is not None and port.error_bound < 0.1 for port in found.datapath.outputs
    )


def test_two_functions_are_no_threshold() -> None:
    with pytest.raises(GoalError):
        compiled(
            "q = if sin(x) + cos(y) > 0.2 then x else y", request_of(XY, width=14, output_width=8)
        )


def test_the_unit_of_a_node_is_that_of_its_terms() -> None:
    graph = read("q = if exp(0.3*x + 0.25*x*y) < 1.1 then x else y").graph
    plans = tuple(InputPlan(name, FixedFormat(True, 8, 5), -32, 32) for name in "xy")
    formats = {plan.name: plan.format for plan in plans}
    found = decisions_about_nodes(graph, analysed(graph, plans), formats, irrational_nodes(graph))
    (decision,) = found.values()
    assert decision.unit == Fraction(1, 5 << 12)
