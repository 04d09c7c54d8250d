"""Decisions about one input are exact at every width; those on inexact values are never believed."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest

from symhdl.design import Design
from symhdl.errors import SymhdlError
from symhdl.functions.operation import Operation
from symhdl.numeric.fixed import FixedFormat, parse_format
from symhdl.pipeline import pipeline, run_passes
from symhdl.request import Request
from symhdl.targets.target import load_target
from tests.errors_of_design import (
    assert_bounds_hold,
    assert_cells_in_range,
    compiled,
    points_of,
    read,
    request_of,
)


def of_format(**formats: str) -> dict[str, FixedFormat]:
    found = {}
    for name, text in formats.items():
        number_format = parse_format(text)
        assert number_format is not None
        found[name] = number_format
    return found


def request(error: str | None = None, level: int = 1, **formats: str) -> Request:
    return Request(
        source="test",
        input_formats=tuple(of_format(**formats).items()),
        error=None if error is None else Fraction(error),
        opt=level,
    )


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_decision_next_to_a_grid_point_takes_the_right_branch(level: int) -> None:
    """exp(-1.25) = 0.2865047968..., and the branch that is not taken there is steep."""
    text = "y = if exp(x) < 0.28650489686 then 0 else 8*tanh(50*(x + 1.25))"
    graph, design = compiled(text, request("0.2", level, x="fixed<7,3>"))
    assert_bounds_hold(graph, design)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize(
    "text",
    [
        "y = if sin(x)*z < 0.3 then 0 else 0.2*z",
        "y = if exp(x) < z then 1/8 else log(exp(x) - z + 1/4)/16",
        "y = if exp(x)*z < 0.5 and z > 0.3 then 0 else x/8",
        "y = if not (exp(x) < z) or z < 0.1 then 0 else sqrt(abs(z - exp(x)))/8",
        "y = if sin(x) < z then (if cos(x) < z then 1/8 else 0) else z/8",
    ],
)
def test_a_doubtful_decision_is_counted(text: str, level: int) -> None:
    """The hardware may take the branch that the real values do not take; the bound says what that costs."""
    graph, design = compiled(text, request("0.5", level, x="fixed<6,2>", z="ufixed<6,0>"))
    columns = points_of(design.datapath, 1 << 12, 1)
    assert_cells_in_range(design.datapath, columns)
    assert_bounds_hold(graph, design, count=1 << 12)


SIXTEEN_BITS = [
    "y = if x < pi then 1 else x",
    "y = sign(x - pi)",
    "y = argmax(x, 1, pi)",
    "y = if exp(x) < 2 then 0 else x",
    "y = if exp(x) > 2 and sin(x) < 0.5 then x else 1",
    "y = if exp(x) <= 1 then 2 else 3",
    "y = floor(exp(x/2))",
    "y = mod(x, 2*pi)",
    "y = mod(3*x, pi) + x",
    "y = ceil(sqrt(2)*x)",
    "y = if abs(sin(x)) >= 0.75 then x else -x",
    "y = if sin(3*x) > 0.3 then x else -x",
    "y = if sqrt(x) == 2 then 5 else x",
]


@pytest.mark.parametrize("text", SIXTEEN_BITS)
def test_decisions_about_a_wide_input(text: str) -> None:
    graph, design = compiled(text, request_of({"x": (0, 7)}, width=16, output_width=12))
    thresholds = [
        number
        for port in design.datapath.inputs
        for number in (31416, 25736, 22713, 32768, 8192)
        if port.minimum <= number <= port.maximum
    ]
    assert thresholds
    assert_bounds_hold(graph, design, count=4000)


@pytest.mark.parametrize(
    "text",
    [
        "y = floor(exp(x))",
        "y = round(x*sqrt(2))",
        "y = floor(20*sin(9*x))",
        "y = mod(exp(x), 0.25)",
        "y = if sin(40*x) < 0.3 then 1 else x",
        "y = if sin(40*x) <= cos(30*x) then 1 else x",
    ],
)
def test_decisions_of_many_steps_are_made_integer_by_integer(text: str) -> None:
    graph, design = compiled(text, request_of({"x": (-2, 2)}, width=9, output_width=12))
    assert_bounds_hold(graph, design, count=1 << 9)


@pytest.mark.parametrize("width", [16, 24, 40, 64])
def test_a_threshold_costs_one_comparison_at_any_width(width: int) -> None:
    _, design = compiled("y = if exp(x) < 2 then 0 else 1", request_of({"x": (-2, 2)}, width=width))
    kinds = [cell.kind.name for cell in design.datapath.cells]
    assert kinds.count("LESS") + kinds.count("LESS_EQUAL") == 1
    assert "TABLE" not in kinds
    assert "MULTIPLY" not in kinds


def settled(text: str, request: Request) -> set[Operation]:
    """The operations of which formats are asked."""
    steps = pipeline(request.opt)
    until = next(k for k, step in enumerate(steps) if step.name == "allocation")
    design = Design(read(text).graph, request, load_target("generic"))
    return {node.operation for node in run_passes(design, steps[:until]).graph.nodes}


def test_what_decides_about_one_input_is_not_computed() -> None:
    assert Operation.EXP not in settled("y = if exp(x) < 2 then 0 else x", request(x="fixed<16,3>"))
    assert Operation.EXP in settled(
        "y = if exp(x) < z then 0 else x", request(x="fixed<8,3>", z="fixed<8,3>")
    )


@pytest.mark.parametrize(
    "text", ["y = if log(x) < 1 then 0 else 1", "y = floor(sqrt(x - 2))", "y = mod(1/x, pi)"]
)
def test_a_domain_is_told_although_what_leaves_it_is_replaced(text: str) -> None:
    with pytest.raises(SymhdlError) as raised:
        compiled(text, request_of({"x": (-4, 4)}, width=12))
    assert raised.value.diagnostics[0].id == "domain"


def test_a_pole_between_two_integers_is_none_of_the_hardware() -> None:
    graph, design = compiled("y = 1/(x - 0.3)", request_of({"x": (0, 1)}, width=16))
    assert_bounds_hold(graph, design, count=3000)
    integer = round(0.3 * 2**16)
    near = {"x": [integer - 1, integer, integer + 1]}
    assert_cells_in_range(design.datapath, near)


@pytest.mark.parametrize(
    ("text", "ranges", "width", "error"),
    [
        ("y = x/(x^2 + 0.001)", {"x": (-4, 4)}, 6, 8),
        ("y = x/(exp(x) - 0.999)", {"x": (-4, 4)}, 6, 8),
        ("y = x + floor(z)/cos(x)", {"x": (-1, 1), "z": (-3, 3)}, 6, 8),
        ("y = x + floor(z)/cos(x)", {"x": ("-1.5", "1.5"), "z": (-3, 3)}, 6, 20),
        ("y = log(x^2 + 0.001)/sqrt(z + 0.01)", {"x": (-4, 4), "z": (0, 2)}, 5, 16),
    ],
)
def test_a_loose_goal_leaves_no_divisor_without_a_bound(
    text: str, ranges: dict[str, tuple[int, int]], width: int, error: int
) -> None:
    wanted = request_of(ranges, width=width, output_width=None, error=Fraction(error))
    graph, design = compiled(text, wanted)
    assert_bounds_hold(graph, design, count=1 << 12)


def test_a_number_compared_with_itself() -> None:
    wanted = replace(request(level=0, x="fixed<2,2>"), undefined="ignore")
    graph, design = compiled("y = if x >= x then log1p(x) else -3", wanted)
    assert_bounds_hold(graph, design)


def test_a_product_with_nothing_is_nothing() -> None:
    graph, design = compiled("y = x*exp(z)", request_of({"x": (0, 0), "z": (-1, 1)}))
    assert_bounds_hold(graph, design)


@pytest.mark.parametrize("function", ["sin", "cos"])
def test_a_long_chain_of_contractions(function: str) -> None:
    text = "y = " + f"{function}(" * 70 + "x" + ")" * 70
    graph, design = compiled(text, request_of({"x": (-2, 2)}, width=8))
    assert_bounds_hold(graph, design)


def test_an_equality_that_never_holds_guards_its_branch() -> None:
    """asin(-0.88) is the constant to twelve digits, but not the same."""
    text = (
        "y = if asin(0.11*x) == -1.075862200454 then log1p(x + 2) else 2*x\noutput y error <= 1/8"
    )
    graph, design = compiled(text, request(x="fixed<4,4>"))
    assert_bounds_hold(graph, design)


def test_a_range_that_touches_the_steep_end_of_an_arc() -> None:
    """The error of acosh next to 1 is the root of its argument's error, which cancels in 1 + e."""
    text = "y = acosh(1 + x*z)\noutput y error <= 2.73e-8"
    graph, design = compiled(text, request(x="ufixed<6,-22>", z="ufixed<6,-23>"))
    assert_bounds_hold(graph, design, count=1 << 12)


def test_an_arc_of_a_cosine_to_eight_digits() -> None:
    wanted = request_of({"x": (0, 3)}, width=10, output_width=None, error=Fraction(1, 10**8))
    graph, design = compiled("y = acos(cos(x))", wanted)
    assert_bounds_hold(graph, design)


def test_an_argument_that_is_outside_by_very_little_is_outside() -> None:
    with pytest.raises(SymhdlError, match="square root of a negative number"):
        compiled("y = sqrt(x - 5e-11)", request(x="ufixed<8,-32>"))


def test_a_cube_root_up_to_zero() -> None:
    graph, design = compiled("y = cbrt(x)", request_of({"x": (-1, 0)}, width=12))
    assert_bounds_hold(graph, design, count=1 << 12)


def random_graph(size: int, seed: int) -> str:
    """A program of many bounded steps, each from some of the last ones."""
    chance = random.Random(seed)  # noqa: S311
    names, lines = ["x", "z", "w"], []
    shapes = [
        "sin({a})",
        "tanh({a} + {b})",
        "{a}*{b}",
        "0.5*{a} + 0.3*{b}",
        "cos({a} - {b})",
        "max({a}, {b})",
    ]
    for number in range(size):
        a, b = chance.choice(names[-20:]), chance.choice(names[-40:])
        lines.append(f"t{number} = {chance.choice(shapes).format(a=a, b=b)}")
        names.append(f"t{number}")
    return "\n".join([*lines, "y = tanh(" + " + ".join(names[-5:]) + ")", "output y"])


@pytest.mark.parametrize("size", [100, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_random_graph_of_many_nodes(size: int) -> None:
    ranges = {"x": (-1, 1), "z": (-1, 1), "w": (0, 1)}
    graph, design = compiled(random_graph(size, 1), request_of(ranges, width=6))
    assert_bounds_hold(graph, design, count=200)


@pytest.mark.slow
def test_a_chain_of_a_thousand_functions() -> None:
    steps = "\n".join(f"t{k + 1} = sin(t{k})" for k in range(1000))
    graph, design = compiled(f"t0 = x\n{steps}\ny = t1000\noutput y", request_of({"x": (-2, 2)}))
    assert_bounds_hold(graph, design, count=100)


@pytest.mark.parametrize(
    "text", ["y = argmax(sin(x), 0.7, sin(x))", "y = argmax(sin(x), z, sin(x)) + z"]
)
def test_an_extremum_is_never_passed_by_what_it_is_made_of(text: str) -> None:
    graph, design = compiled(text, request("1.5", x="fixed<5,2>", z="ufixed<5,0>"))
    assert_bounds_hold(graph, design)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_an_input_of_one_value_is_a_constant(level: int) -> None:
    text = "input y : fixed<18,4> in [-0.63787841796875, -0.63787841796875]\nz = mod(x - y, pi)\noutput z error <= 0.06"
    graph, design = compiled(text, request(level=level, x="fixed<4,4>"))
    assert_bounds_hold(graph, design)
    assert [port.name for port in design.datapath.inputs] == ["y", "x"]


GUARDED = [
    "y = if z > 0 and exp(x) + log(z) < 2.941425376832 then 9*tanh(5*(x - z)) else 0",
    "y = if not (z <= 0 or exp(x) + log(z) >= 2.941425376832) then 9*tanh(5*(x - z)) else 0",
    "y = if (if z > 0.5 then sin(x) < z else cos(x) < z) then 4*tanh(9*(x - z)) else 0",
    "y = if z > 0 and z*x < 1 and log(z) + x < 0.3 then log(z)*x else 0",
    "y = if not (z > 0) or log(z)*x < 0.08 then x else 7",
]


@pytest.mark.parametrize("text", GUARDED)
def test_a_guarded_decision_is_counted_as_any_other(text: str) -> None:
    graph, design = compiled(text, request("8.6", x="fixed<4,2>", z="ufixed<3,1>"))
    assert_cells_in_range(design.datapath, points_of(design.datapath, 1 << 8, 1))
    assert_bounds_hold(graph, design, count=1 << 8)


@pytest.mark.parametrize(
    "text",
    [
        "y = if x > 0 and z/x < 1 then log(x)*z else 0",
        "y = if not (x <= 0 or z/x >= 1) then log(x)*z else 0",
    ],
)
def test_what_guards_its_right_side_guards_the_branch(text: str) -> None:
    wanted = request_of({"x": (-1, 3), "z": (-1, 1)}, output_width=None, error=Fraction(8), width=6)
    graph, design = compiled(text, wanted)
    assert_bounds_hold(graph, design, count=1 << 12)


def test_a_goal_just_above_the_jump_gets_an_output_that_is_rounded_less() -> None:
    text = "y = if sinh(x) + z >= 3 then 8 else -0.3\noutput y error <= 9"
    graph, design = compiled(text, request(x="fixed<8,4>", z="ufixed<7,4>"))
    assert_bounds_hold(graph, design, count=1 << 12)
