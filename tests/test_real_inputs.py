"""The bound that a user sees who compares with his own real numbers; quantise, reference and check."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import symhdl
from symhdl.compiled import CompiledDesign
from symhdl.design import Design
from symhdl.errors import SymhdlError
from symhdl.functions.operation import Operation
from symhdl.pipeline import SIMPLIFICATION
from symhdl.request import Request
from symhdl.rewriting.meetings import find_meetings
from symhdl.targets.target import load_target
from tests.errors_of_design import compiled, read, request_of
from tests.work import lines_run

TEXTS = {
    "product": "y = sin(x)*x + z^2",
    "steep": "y = exp(3*x)*z",
    "root": "y = sqrt(x + 2)*z",
    "arc": "y = asin(x/2) + z",
    "kink": "y = abs(x - 0.3) + max(x, z)",
    "guard": "y = (if x < 0.7 then x else 1.4 - x) + z",
    "joint": "y = if sin(x) < z then 2*sin(x) else z + sin(x)",
    "log": "y = log(x + 3)*z",
    "opposite": "y = x*z - 0.9*x*z^2 + x",
    "bent": "u = x*z\ny = abs(u - z) - min(u, x) + u*u",
}


def design_of(
    text: str, width: int, level: int = 1, **ranges: tuple[float, float]
) -> CompiledDesign:
    inputs = {name: symhdl.Input(range=ends) for name, ends in ranges.items()}
    return symhdl.compile(text, inputs=inputs, width=width, output_width=10, opt=level)


@pytest.mark.parametrize("width", [3, pytest.param(6, marks=pytest.mark.slow), 12])
@pytest.mark.parametrize("name", sorted(TEXTS))
def test_real_inputs_stay_within_their_bound(name: str, width: int) -> None:
    design = design_of(TEXTS[name], width, 2, x=(-2, 2), z=(-1, 1.9))
    chance = np.random.default_rng(1)
    x, z = chance.uniform(-2, 2, 1000), chance.uniform(-1, 1.9, 1000)
    x[:2], z[:2] = (-2, 2), (-1, 1.9)
    found = design.check(x, z)
    assert found.outside == 0
    assert found.holds, (found, "seed 1")
    assert design.error_bound_real_inputs is not None
    assert design.error_bound < design.error_bound_real_inputs
    # The bound is one for these inputs and not for any: an error of a good part of it is seen.
    assert width < 6 or found.real[0].worst > design.error_bound_real_inputs / 20


def test_opposite_ways_of_an_input_cancel() -> None:
    """By x the slope of x - 0.9*x*z lies between 0.1 and 1, and by z it is at most 0.9."""
    design = design_of("y = x - 0.9*x*z", 8, 2, x=(0, 1), z=(0, 1))
    assert design.error_bound_real_inputs is not None
    by_inputs = design.error_bound_real_inputs - design.error_bound
    (half,) = {float(port.format.ulp) / 2 for port in design.datapath.inputs}
    assert by_inputs < 1.1 * half * 1.9


@pytest.mark.parametrize(
    "text",
    [
        "y = floor(x) + z",
        "y = if x < z then 1 else 0",
        "y = mod(x, 1) + z",
        "y = z/(x - 0.3)",
        "y = sign(x)*z",
    ],
)
def test_a_jump_or_a_pole_between_two_numbers_leaves_no_bound(text: str) -> None:
    design = design_of(text, 5, x=(-2, 2), z=(-1, 1))
    assert design.error_bound_real_inputs is None
    assert design.check([0.1, 0.2], [0.3, -0.3]).holds


@pytest.mark.parametrize("text", ["y = 1/x", "y = log(x)*z"])
def test_a_number_without_a_value_stands_for_others_that_have_one(text: str) -> None:
    inputs = {"x": symhdl.Input("fixed<7,2>"), "z": symhdl.Input("fixed<7,2>")}
    inputs = {name: given for name, given in inputs.items() if name in text}
    design = symhdl.compile(text, inputs=inputs, error=0.1, undefined="ignore")
    assert design.error_bound_real_inputs is None
    assert design.check(*([0.003, 0.004, 1.5] for _ in inputs)).holds


def test_only_the_output_that_jumps_has_no_bound() -> None:
    design = design_of("a = floor(x)\nb = x*z\noutput a, b", 6, x=(-2, 2), z=(-1, 1))
    assert design.error_bounds_real_inputs["a"] is None
    assert design.error_bounds_real_inputs["b"] is not None
    assert design.error_bound_real_inputs is None


def test_the_ends_of_a_range_may_lie_outside_the_numbers_of_the_format() -> None:
    """A range that is declared positive stays positive, however far its lower end is moved for that."""
    design = design_of("y = log(x)", 3, x=(0.001, 1))
    assert design.check([0.001, 0.002, 0.03, 1.0]).holds
    assert design.error_bound_real_inputs is not None
    assert design.error_bound_real_inputs > 3


def test_the_decision_of_the_hardware_is_not_that_of_the_numbers_between() -> None:
    """No number of the format lies in the gap, so that the hardware need not know of it; the real x does."""
    design = design_of("y = if abs(x - 0.3) < 0.01 then 5 else x", 4, x=(-2, 2))
    assert design.error_bound == 0
    assert design.error_bound_real_inputs is None
    assert design.reference(0.3)[0] == 5  # type: ignore[index]


def test_held_inputs_are_compared_with_held_ones() -> None:
    data = {"x": np.linspace(-4, 4, 4001)}
    design = symhdl.compile(
        "y = x*x", inputs={"x": symhdl.Input("fixed<8,4>")}, data=data, quantiles=(0.25, 0.75)
    )
    assert design.check(np.linspace(-2, 2, 999)).holds


def test_what_the_hardware_sees() -> None:
    design = design_of("y = x*z", 5, x=(-2, 2), z=(-1, 1))
    rounded = design.quantise([0.1, 7.0], [-0.33, 0.0])
    assert isinstance(rounded, dict)
    assert rounded["x"].tolist() == [0.0, 2.0]
    assert rounded["z"].tolist() == [-0.375, 0.0]
    found = design.check([0.1, 7.0], [-0.33, 0.0])
    assert found.outside == 1
    assert [m.points for m in (*found.rounded, *found.real)] == [2, 1]


def test_the_reference_is_the_real_mathematics() -> None:
    design = design_of("y = sin(x)/x + z", 8, x=(1, 2), z=(-1, 1))
    x = np.linspace(1, 2, 101)
    assert np.max(np.abs(np.asarray(design.reference(x, 0.5)) - (np.sin(x) / x + 0.5))) < 1e-15


def test_the_reference_has_no_value_outside_the_domain() -> None:
    inputs = {"x": symhdl.Input(range=(-1, 1))}
    design = symhdl.compile("y = sqrt(x)", inputs=inputs, undefined="ignore", width=6)
    assert np.isnan(np.asarray(design.reference([-0.5, 0.25]))).tolist() == [True, False]
    assert design.check([-0.5, 0.25]).rounded[0].undecided == 1


def test_infinite_numbers_have_no_reference() -> None:
    design = design_of("y = x", 5, x=(-2, 2))
    with pytest.raises(SymhdlError, match="infinite"):
        design.reference([np.inf])


def test_a_check_that_fails_says_so() -> None:
    design = design_of("y = x*x", 5, x=(-2, 2))
    worse = design_of("y = x*x + 0.5", 5, x=(-2, 2))
    wrong = replace(design, design=replace(design.design, mathematics=worse.mathematics))
    found = wrong.check([1.0, 0.5])
    assert not found.holds
    assert "exceeded at 2 points" in str(found)


# --- choices whose branches meet ------------------------------------------------------------------

MEETING = [
    "y = if sin(x) < z then 2*sin(x) else z + sin(x)",
    "y = if x < z then exp(x)*z else exp(z)*z",
    "y = if not (x*z <= 1/2) then x*z else 1/2",
    "y = if x < z^2 then sqrt(z^2 - x + 1) else x/z^2",
]
PARTING = [
    "y = if sin(x) < z then 2*sin(x) else z + 1.001*sin(x)",
    "y = if x < z then exp(x)*z else exp(z)",
    "y = if x == z then x else z",
    "y = if x < z then log(z - x) else 0",
]


@pytest.mark.parametrize(
    ("text", "meet"), [(t, True) for t in MEETING[:3]] + [(t, False) for t in PARTING]
)
def test_where_branches_meet(text: str, meet: bool) -> None:
    design = Design(read(text).graph, request_of({}), load_target("generic"))
    choices = [k for k, n in enumerate(design.graph.nodes) if n.operation is Operation.SELECT]
    assert bool(find_meetings(design, choices, SIMPLIFICATION)) is meet


@pytest.mark.parametrize(
    "text", [MEETING[0], "y = if sin(x)*z < 0.3 then exp(sin(x)*z) else exp(0.6 - sin(x)*z)"]
)
def test_a_continuous_choice_about_inexact_values_costs_no_jump(text: str) -> None:
    _, design = compiled(text, request_of({"x": (-1, 1), "z": (-1, 1)}, width=7, output_width=12))
    chance = np.random.default_rng(2)
    assert design.check(chance.uniform(-1, 1, 4000), chance.uniform(-1, 1, 4000)).holds


def test_nested_choices_are_not_followed_one_by_one() -> None:
    def work(depth: int) -> int:
        text = "y"
        for k in range(depth):
            text = f"if x{k % 3}*y > {k / depth:.6f} then {k % 13}*x{k % 3} else ({text})"
        parsed = read(text)
        design = Design(parsed.graph, Request(), load_target("generic"))
        choices = [k for k, n in enumerate(parsed.graph.nodes) if n.operation is Operation.SELECT]
        return lines_run(lambda: find_meetings(design, choices, SIMPLIFICATION))

    assert work(80) < 4.5 * work(20)
