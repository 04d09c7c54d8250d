"""What follows from assumptions is proved again, from the document alone and in polynomials of the checker's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import symhdl
from symhdl.errors import SymhdlError
from tests.test_assumptions import CONDITIONS, EXPRESSIONS, FORMATS, GOAL, INPUTS
from tests.witnesses.assumptions import check_assumptions
from tests.witnesses.distance import RefutedError

CASES = (
    ("x <= y", "sqrt(y - x)"),
    ("x < y", "1/(y - x)"),
    ("not y <= x", "log(y/3 - x/3)"),
    ("x <= y", "sqrt(y^2 - x^2)"),
    ("x <= y and y <= 3 - x", "sqrt(y - x) + sqrt(3 - y - x)"),
    ("x^2 + y^2 < 4", "1/(4 - x*x - y*y)"),
    ("x == y", "sqrt(x - y) + x"),
    ("max(x, 1) < y", "1/(y - x) + log(y - 1)"),
    ("abs(x - y) <= 0.5", "sqrt(x - y + 0.5)"),
    ("exp(x) <= y + 1", "sqrt(y + 1 - exp(x))"),
    ("x <= y", "if x <= y then x*y else 1/x"),
)


def document_of(assumed: str, expression: str) -> Any:
    text = f"{INPUTS}assume {assumed}\nz = {expression}{GOAL}"
    return json.loads(json.dumps(symhdl.compile(text, opt=0).witnesses()))


@pytest.mark.parametrize(("assumed", "expression"), CASES)
def test_what_follows_from_assumptions_is_proved_again(assumed: str, expression: str) -> None:
    assert check_assumptions(document_of(assumed, expression))


def _of_first(change: Callable[[Any], None]) -> Callable[[Any], None]:
    def changed(document: Any) -> None:
        change(next(n["range"]["assumed"] for n in document["nodes"] if "assumed" in n["range"]))

    return changed


def _larger_lower(witness: Any) -> None:
    witness["lower"] += 2.0**-3


def _no_multipliers(witness: Any) -> None:
    witness["from_lower"] = []


def _negative_multipliers(witness: Any) -> None:
    witness["from_lower"] = [[step, f"-{factor}"] for step, factor in witness["from_lower"]]


def _other_assumption(document: Any) -> None:
    step = document["assumptions"]["steps"][0]
    step["small"], step["large"] = step["large"], step["small"]


def _stricter(document: Any) -> None:
    document["assumptions"]["steps"][0]["strict"] = True


def _no_condition(document: Any) -> None:
    document["assumptions"]["conditions"] = []


@pytest.mark.parametrize(
    "change",
    [
        _of_first(_larger_lower), _of_first(_no_multipliers), _of_first(_negative_multipliers),
        _other_assumption, _stricter, _no_condition,
    ],
)  # fmt: skip
def test_what_does_not_follow_is_refuted(change: Callable[[Any], None]) -> None:
    document = document_of("x <= y", "sqrt(y - x)")
    check_assumptions(document)
    change(document)
    with pytest.raises(RefutedError):
        check_assumptions(document)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(CONDITIONS, min_size=1, max_size=2), EXPRESSIONS, FORMATS, FORMATS)
def test_of_any_program_it_is_proved_again(
    assumed: list[str], expression: str, one: str, other: str
) -> None:
    statements = "\n".join(f"assume {condition}" for condition in assumed)
    text = f"input x : {one}\ninput y : {other}\n{statements}\nz = {expression}{GOAL}"
    try:
        design = symhdl.compile(text, opt=0, undefined="ignore")
    except SymhdlError:
        return
    check_assumptions(json.loads(json.dumps(design.witnesses())))
