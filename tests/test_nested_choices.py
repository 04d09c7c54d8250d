"""Choices by several comparisons are taken apart where that lets their branches meet, and keep their values."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

import symhdl
from symhdl.functions.operation import Operation
from symhdl.numeric.fixed import FixedFormat
from symhdl.pipeline import SIMPLIFICATION
from symhdl.request import InputPlan
from symhdl.rewriting.nested_choices import with_nested_choices
from tests.errors_of_design import assert_bounds_hold, read
from tests.graph_checks import assert_equal_values, design_of, operations

FORMAT = FixedFormat(signed=True, width=6, fraction=4)
"""Of all inputs."""


@pytest.mark.parametrize(
    "text",
    [
        "r = if x*y > 0.3 or sin(x) + y > 0.2 then (x*y - 0.3)*(sin(x) + y - 0.2) else 0",
        "r = if exp(x)*y > 1 and x > 0 then (exp(x)*y - 1)*x else 0",
        "r = if not (exp(x)*y < 1 or x < 0) then (exp(x)*y - 1)*x else 0",
    ],
)
def test_choices_that_no_exact_comparison_makes(text: str) -> None:
    """What is compared has no exact value, and the branches meet at each tie."""
    inputs = {name: symhdl.Input("fixed<6,2>") for name in "xy"}
    design = symhdl.compile(text, inputs=inputs, error=2.0**-5)
    assert_bounds_hold(read(text, ("x", "y")).graph, design, count=4096)


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("r = if x*y > 0.3 and x*z > 0.2 then (x*y - 0.3)*(x*z - 0.2) else 0", 2),
        ("r = if x*y > 0.3 or x*z > 0.2 then (x*y - 0.3)*(x*z - 0.2) else 0", 2),
        ("r = if (x*y > 0.3 and z > 0) or x > 1 then (x*y - 0.3)*z*(x - 1) else 0", 3),
        ("r = if x*y > 0.3 and x*z > 0.2 then x else y", 1),
        ("r = if x > 0.3 and y > 0.2 then (x - 0.3)*(y - 0.2) else 0", 1),
    ],
)
def test_choices_that_are_taken_apart(text: str, choices: int) -> None:
    """Those of products whose branches meet; values are the same at ties and elsewhere."""
    before = read(text, ("x", "y", "z")).graph
    plans = tuple(InputPlan(name, FORMAT, FORMAT.minimum, FORMAT.maximum) for name in "xyz")
    design = replace(design_of(before), inputs=plans)
    after = with_nested_choices(design, SIMPLIFICATION) or before
    assert operations(after)[Operation.SELECT] == choices
    columns = {
        "x": [Fraction(n, 2) for n in (-3, -1, 0, 1, 2, 3)] * 2,
        "y": [Fraction(3, 5), Fraction(1), Fraction(-1, 2)] * 4,
        "z": [Fraction(2, 5), Fraction(-1)] * 6,
    }
    assert_equal_values(before, after, columns, same_domain=True)
