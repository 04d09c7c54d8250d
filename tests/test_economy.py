"""Shares of the errors by what bits cost: no dearer than equal ones, proved, and more of each error is used."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

import symhdl
from symhdl.numeric.fixed import FixedFormat
from symhdl.precision.economy import Economy, Found
from symhdl.precision.goals import OutputGoal
from symhdl.precision.output_rounding import total_error
from tests.rows import each_row

TEXTS = (
    "exp(-x*x)*cos(3*y)",
    "0.7093*x + 0.3*x*y - 0.11*y^2",
    "sqrt(y + 2.5)*cos(3*x) - 1/3",
    "u = 0.8660254*x - 0.5*y; v = 0.5*x + 0.8660254*y",
)


def compiled(text: str, **options: object) -> symhdl.CompiledDesign:
    given = {"ranges": (-2, 2), "width": 12, "device": "ecp5-85k", "dsp": "none", **options}
    return symhdl.compile(text.replace("; ", "\n"), **given)  # type: ignore[arg-type]


@each_row("text", TEXTS)
def test_outputs_with_a_goal_for_their_error_alone_may_be_finer(text: str) -> None:
    """Their rounding then takes less of it, and the whole is no dearer than with the coarsest format."""
    design = compiled(text, error=2**-8)
    for port in design.datapath.outputs:
        assert port.error_bound is not None
        assert port.error_bound <= 2**-8
        assert port.format.fraction >= 7


@pytest.mark.parametrize("text", TEXTS)
def test_a_goal_that_is_much_looser_costs_less(text: str) -> None:
    luts = [compiled(text, error=math.ldexp(1.0, -k)).estimate.luts for k in (4, 7, 10)]
    assert luts == sorted(luts)


def test_what_is_lost_in_the_mean_is_taken_back_without_bits_below_the_last() -> None:
    """Also where an output has no bits that its last rounding would cut."""
    graph = compiled("y = x", error=1).design.graph
    goal = OutputGoal(
        "y",
        0,
        FixedFormat(True, 8, 4),
        Fraction(1, 4),
        faithful=False,
        declaration=graph.outputs[0],
    )
    assert total_error(goal, 4, -4 / 16, 0.0) == (2, 2 / 16)
    assert total_error(goal, 4, 0.0, 0.0) == (0, 0.0)
    assert total_error(goal, 3, -3 / 8, 0.0) == (0, 3 / 8)


@pytest.mark.parametrize(
    ("text", "expected"), [("exp(x)", False), ("exp(x)*sin(y)", True), ("exp(x) + 0.3*y", True)]
)
def test_where_there_is_one_place_to_round_no_other_shares_are_tried(
    text: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[bool] = []
    has_choice = Economy.has_choice

    def noted(economy: Economy, start: Found) -> bool:
        tried.append(has_choice(economy, start))
        return tried[-1]

    monkeypatch.setattr(Economy, "has_choice", noted)
    compiled(text, output_width=12)
    assert any(tried) is expected
