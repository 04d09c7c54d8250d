"""Results less than their goal beyond the ends of their format: held there, and refused where they are farther."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.errors_of_design import (
    assert_bounds_hold,
    assert_within_an_ulp,
    compiled,
    diagnostic_ids,
    request_of,
)

NEARLY_ONE: Mapping[str, tuple[str, str, str]] = {
    "tanh(4*x)": ("0", "0.99", "ufixed<{n},0>"),
    "tanh(3*x)": ("-2", "2", "fixed<{m},1>"),
    "1/(1 + exp(-8*x))": ("-1", "1", "ufixed<{n},0>"),
    "cos(x/1000)*x": ("0", "0.99", "ufixed<{n},0>"),
    "tanh(4*x) + y": ("0", "0.99", "ufixed<{n},0>"),
}


@pytest.mark.parametrize("text", NEARLY_ONE)
@pytest.mark.parametrize("bits", [5, 8, 10])
def test_what_lies_less_than_a_unit_beyond_is_held(text: str, bits: int) -> None:
    low, high, format = NEARLY_ONE[text]
    ranges = {"x": (low, high), **({"y": ("0", "0.0000001")} if "y" in text else {})}
    told = f"z = {text}\noutput z : {format.format(n=bits, m=bits + 1)}"
    graph, found = compiled(told, request_of(ranges, width=bits))
    assert_within_an_ulp(found)
    assert_bounds_hold(graph, found)


def test_a_table_is_held_in_its_entries() -> None:
    request = request_of({"x": ("0", "0.99")}, width=6)
    _, found = compiled("y = tanh(4*x)\noutput y : ufixed<6,0>", request)
    assert found.design.approximations is not None
    (made,) = found.design.approximations.values()
    assert made.maximum == 63


@pytest.mark.parametrize(
    ("text", "refused"), [("y = x", True), ("y = 0.999*x", False), ("y = 1.001*x", True)]
)
def test_what_lies_a_unit_beyond_is_refused(text: str, refused: bool) -> None:
    request = request_of({"x": ("0", "1")}, width=9)
    ids = diagnostic_ids(f"{text}\noutput y : ufixed<8,0>", request)
    assert ids == ["output-overflow"] * refused


def test_a_goal_in_numbers_allows_as_much() -> None:
    text = "y = 1.5*x\noutput y : fixed<8,1> error <= {}"
    request = request_of({"x": ("0", "0.7")}, width=8)
    assert diagnostic_ids(text.format("0.05"), request) == ["output-overflow"]
    graph, found = compiled(text.format("0.06"), request)
    assert 0.05 < found.error_bound <= 0.06
    assert_bounds_hold(graph, found)
