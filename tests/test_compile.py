"""Whole compilations: every function at every width, goals, conditionals and random expressions hold their bounds."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhdl.errors import GoalError, SymhdlError
from symhdl.functions.operation import FUNCTION_NAMES, Operation
from symhdl.functions.univariate import REALS
from tests.errors_of_design import (
    Ranges,
    assert_bounds_hold,
    assert_cells_in_range,
    assert_within_an_ulp,
    compiled,
    diagnostic_ids,
    grid_size,
    points_of,
    read,
    request_of,
)

# --- every function at every width ----------------------------------------------------------------

WIDTHS = ((2, 2), (12, 10))
MORE_WIDTHS = ((8, 8), (16, 16), (24, 24), (32, 32))
NAMES = [name for name, operation in FUNCTION_NAMES.items() if operation.arity != 0]

ORDINARY = ("-3", "5/2")
UNIT = ("-1", "1")
POSITIVE = ("1/8", "4")
DOMAINS: dict[Operation, tuple[tuple[str, str], ...]] = {
    Operation.DIVIDE: (UNIT, POSITIVE),
    Operation.POWER: (POSITIVE, UNIT),
    Operation.INVERSE: (POSITIVE,),
    Operation.SQUARE_ROOT: (("0", "4"),),
    Operation.LOG: (POSITIVE,),
    Operation.LOG2: (POSITIVE,),
    Operation.LOG10: (POSITIVE,),
    Operation.LOG1P: (("-1/2", "3"),),
    Operation.TAN: (("-1.4", "1.5"),),
    Operation.ASIN: (UNIT,),
    Operation.ACOS: (UNIT,),
    Operation.ATAN2: (UNIT, POSITIVE),
    Operation.ACOSH: (("1", "5"),),
    Operation.ATANH: (("-7/8", "7/8"),),
    Operation.MODULO: (("-4", "4"), POSITIVE),
    Operation.CLAMP: (("-4", "4"), ("-2", "-1"), ("1", "2")),
}
"""Where a function is defined; the others are everywhere, or derived and tell."""


def range_of(operation: Operation) -> tuple[str, str]:
    """Within the domain of a derived function, ORDINARY for others."""
    domain = operation.entry.domain or REALS
    low, high = Fraction(ORDINARY[0]), Fraction(ORDINARY[1])
    if math.isfinite(domain.lower):
        low = Fraction(domain.lower) + Fraction(1, 8)
    if math.isfinite(domain.upper):
        high = Fraction(domain.upper) - Fraction(1, 4)
    return str(low), str(high)


TRULY_OUTSIDE = {("atanh", 2), ("arctanh", 2)}
"""In two bits 7/8 is rounded to 1."""


def call_of(name: str) -> tuple[str, Ranges]:
    """A function of inputs of its own, alone and in a small expression."""
    operation = FUNCTION_NAMES[name]
    arity = max(operation.arity, 1) if operation.arity > 0 else 3
    inputs = "abc"[:arity]
    ranges = DOMAINS.get(operation, (range_of(operation),) * arity)
    arguments = ["a < b", "b", "c"] if operation is Operation.SELECT else list(inputs)
    call = f"{name}({', '.join(arguments)})"
    return f"y = {call}\nz = 0.7*{call} - a/8", dict(zip(inputs, ranges, strict=True))


def assert_function_holds(name: str, width: int, output_width: int) -> None:
    text, ranges = call_of(name)
    request = request_of(ranges, width=width, output_width=output_width)
    if (name, width) in TRULY_OUTSIDE:
        assert set(diagnostic_ids(text, request)) == {"domain"}
        return
    graph, design = compiled(text, request)
    assert_within_an_ulp(design)
    assert_bounds_hold(graph, design, count=300)


@pytest.mark.parametrize(("width", "output_width"), WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_every_function_holds_its_bound(name: str, width: int, output_width: int) -> None:
    assert_function_holds(name, width, output_width)


@pytest.mark.slow
@pytest.mark.parametrize(("width", "output_width"), MORE_WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_every_function_holds_its_bound_at_more_widths(
    name: str, width: int, output_width: int
) -> None:
    assert_function_holds(name, width, output_width)


@pytest.mark.parametrize("width", [(2, 16), (16, 2), (7, 21), (20, 9)])
@pytest.mark.parametrize("name", ["sin", "exp", "log", "sqrt", "inv", "tanh", "pow", "div"])
def test_unequal_widths(name: str, width: tuple[int, int]) -> None:
    assert_function_holds(name, *width)


def test_functions_with_a_pole_between_the_points_of_the_grid() -> None:
    """No input hits a pole, although the range holds several."""
    for text in ("y = tan(a)", "y = 1/cos(a)", "y = 1/(3*a - 1)"):
        request = request_of({"a": ("-3", "5/2")}, width=8, output_width=10)
        graph, design = compiled(text, request)
        assert grid_size(design.datapath) <= 256
        assert_bounds_hold(graph, design)


# --- goals ----------------------------------------------------------------------------------------

TWO = {"x": ("-1", "1"), "y": ("0", "3")}


@pytest.mark.parametrize("exponent", [0, 3, 8, 13, 20])
def test_an_error_goal_is_met_and_its_format_is_little_finer(exponent: int) -> None:
    goal = Fraction(1, 1 << exponent)
    request = request_of(TWO, width=10, output_width=None, error=goal)
    graph, design = compiled("z = sin(2*x)*y + x^2", request)
    (port,) = design.datapath.outputs
    assert Fraction(design.error_bound) <= goal
    assert goal / 8 <= port.format.ulp <= goal  # which leaves more of it to the inside
    assert_bounds_hold(graph, design)


@pytest.mark.parametrize("goal", ["1/1000", "0.3", "7/3", "1e-5"])
def test_goals_that_are_no_power_of_two(goal: str) -> None:
    request = request_of(TWO, width=10, output_width=None, error=Fraction(goal))
    graph, design = compiled("z = exp(x)/(1 + y)", request)
    assert Fraction(design.error_bound) <= Fraction(goal)
    assert_bounds_hold(graph, design)


def test_a_declared_format_is_faithful() -> None:
    graph, design = compiled("z = x*y\noutput z : fixed<9,3>", request_of(TWO))
    assert str(design.datapath.outputs[0].format) == "fixed<9,3>"
    assert Fraction(design.error_bound) < Fraction(1, 64)
    assert_bounds_hold(graph, design)


def test_format_and_error_together() -> None:
    text = "z = x*y\noutput z : fixed<12,3> error <= 0.0015"
    graph, design = compiled(text, request_of(TWO, width=12))
    assert str(design.datapath.outputs[0].format) == "fixed<12,3>"
    assert design.error_bound <= 0.0015
    assert_bounds_hold(graph, design)


def test_a_loose_error_in_a_fine_format_saves_hardware() -> None:
    fine = compiled("z = sin(x)*y\noutput z : fixed<16,3>", request_of(TWO, width=12))[1]
    text = "z = sin(x)*y\noutput z : fixed<16,3> error <= 0.05"
    graph, loose = compiled(text, request_of(TWO, width=12))
    assert loose.error_bound <= 0.05
    assert loose.estimate.luts < fine.estimate.luts
    assert_bounds_hold(graph, loose)


def test_each_output_has_its_own_goal() -> None:
    text = """
        r = sqrt(x^2 + y^2)
        u = exp(-r)
        v = r*x
        w = r + u
        output u error <= 2^-14
        output v : fixed<8,4>
        output w
        output r : ufixed<12,3> error <= 0.01
    """
    graph, design = compiled(text, request_of(TWO, width=10, output_width=6))
    bounds = design.error_bounds
    assert list(bounds) == ["u", "v", "w", "r"]
    assert bounds["u"] <= 2.0**-14
    assert bounds["v"] < 2.0**-4
    assert bounds["r"] <= 0.01
    assert design.datapath.outputs[2].format.width == 6
    assert_bounds_hold(graph, design)


def test_an_error_below_half_a_unit_of_the_format_is_impossible() -> None:
    with pytest.raises(GoalError) as raised:
        compiled("z = x*y\noutput z : fixed<8,3> error <= 0.01", request_of(TWO))
    (diagnostic,) = raised.value.diagnostics
    assert diagnostic.id == "goal-impossible"
    assert diagnostic.notes == ("rounding to that format alone costs up to 0.015625",)
    assert raised.value.exit_status == 3


@pytest.mark.parametrize(
    "text", ["z = floor(sin(x) + y)", "z = where(sin(x) < y, 1, 5)", "z = mod(exp(x)*y, 1)"]
)
def test_a_jump_at_an_inexact_place_is_impossible_and_pointed_out(text: str) -> None:
    with pytest.raises(GoalError) as raised:
        compiled(text, request_of(TWO, width=10))
    (diagnostic,) = raised.value.diagnostics
    assert diagnostic.id == "goal-impossible"
    assert "jumps" in "\n".join(diagnostic.notes)
    assert diagnostic.span is not None


def test_a_jump_within_the_goal_is_allowed() -> None:
    """The hardware may take either side next to the jump, and the bound says so."""
    text = "z = where(sin(x) < y, 1, 1.25)\noutput z error <= 1/2"
    graph, design = compiled(text, request_of(TWO, width=8))
    assert 0.25 <= design.error_bound <= 0.5
    assert_bounds_hold(graph, design, count=1 << 16)


def test_an_output_that_does_not_fit_its_format() -> None:
    with pytest.raises(SymhdlError) as raised:
        compiled("z = 3*x + y\noutput z : fixed<8,3>", request_of(TWO))
    (diagnostic,) = raised.value.diagnostics
    assert diagnostic.id == "output-overflow"
    assert diagnostic.notes == ("its range is [-3, 6], the format holds [-4, 3.96875]",)
    assert diagnostic.help is not None and "clamp(...)" in diagnostic.help


def test_an_output_at_the_ends_of_its_format_is_held_there() -> None:
    graph, design = compiled(
        "z = clamp(3*x + y, -4, 3.96875)\noutput z : fixed<8,3>", request_of(TWO, width=7)
    )
    assert_bounds_hold(graph, design, count=1 << 14)


@pytest.mark.parametrize("text", ["z = 1/3 + 0*x", "z = 5", "z = x - x", "z = pi*e"])
def test_constant_outputs(text: str) -> None:
    request = request_of({"x": ("-1", "1")} if "x" in text else {})
    graph, design = compiled(text, request)
    assert_within_an_ulp(design)
    assert_bounds_hold(graph, design)


# --- conditionals, exhaustively -------------------------------------------------------------------

SMALL_X = {"x": ("-2", "1.9")}
SMALL_XY = {"x": ("-1.9", "1.9"), "y": ("-1", "3")}
CASES: list[tuple[str, Ranges]] = [
    ("where(x > 0, log(x), 0)", SMALL_X),
    ("if x == 0 then 1 else sin(x)/x", SMALL_X),
    ("if x != 0 then 1/x else 7", SMALL_X),
    ("where(x >= 0, sqrt(x), -sqrt(-x))", SMALL_X),
    ("where(abs(x) < 1, asin(x), 0) + where(abs(x) >= 1, acosh(abs(x)), 2)", SMALL_X),
    ("where(x^2 < 2, sqrt(2 - x^2), 0)", SMALL_X),
    ("where(not (x <= 0 or x > 1.5), log(x)*x, x)", SMALL_X),
    ("if x < -1 then -1/x else if x < 0 then x^2 else if x == 0 then 0.5 else log(x)", SMALL_X),
    ("x^y", {"x": ("0", "1"), "y": ("1/4", "3")}),
    ("x^y", {"x": ("0", "1"), "y": ("0", "3")}),
    ("where(x > 0 and y > 0, log(x)*y*x, x*y)", SMALL_XY),
    ("where(x > 0, where(y > 0, log(x)*sqrt(y), 1/x), where(y == 0, 0, x/y))", SMALL_XY),
    ("where(y > 0, x/y, 0)", SMALL_XY),
    ("min(x, y, x*y) + max(x, 0.5) - clamp(y, -0.3, x^2)", SMALL_XY),
    ("min(max(x, y), -x)", SMALL_XY),
    ("argmax(x, y, 0.3, x*y)", SMALL_XY),
    ("argmax(x, x, y, y)", SMALL_XY),
    ("floor(x) + ceil(y)/2 - round(3*x)", SMALL_XY),
    ("floor(x/3 + y/7)", SMALL_XY),
    ("round(10*x)/10", SMALL_X),
    ("mod(x, 0.3)", SMALL_X),
    ("mod(x, -0.7) + mod(x, 1)", SMALL_X),
    ("mod(7*x, 2) * sin(mod(x, 0.5))", SMALL_X),
    ("mod(x, y)", {"x": ("-2", "1.9"), "y": ("1/4", "2")}),
    ("mod(x, where(y > 0, y, 1))", SMALL_XY),
    ("(x < y) + 2*(x == y) + 4*(x >= 0.4)", SMALL_XY),
    ("(0.3*x < y)*x", SMALL_XY),
    ("where(0.3*x < 0.7*y - 0.1, x, 10*y)", SMALL_XY),
    ("where(x/3 == y/7, 5, sign(x - 0.1))", SMALL_XY),
    ("where(x*y < 0.5, 0, 1) + where(x*y == x, 2, 0)", SMALL_XY),
    ("abs(x) - abs(y) + abs(x - y)", SMALL_XY),
    ("relu(x - y)*sign(x*y)", SMALL_XY),
    ("hypot(x, y)", SMALL_XY),
    ("atan2(y, x)", {"x": ("-1.9", "1.9"), "y": ("1/4", "3")}),
    ("tanh(3*x)/(1 + y^2)", SMALL_XY),
    ("x^3 - x*x^2 + sqrt(x^2) + (x + y)^2 - x^2 - y^2", SMALL_XY),
]


@pytest.mark.parametrize(
    "level", [1, pytest.param(0, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize(("text", "ranges"), CASES, ids=[text for text, _ in CASES])
def test_every_input_of_a_small_grid(text: str, ranges: Ranges, level: int) -> None:
    request = request_of(ranges, width=8 if len(ranges) == 1 else 6, opt=level)
    graph, design = compiled(text, request)
    assert grid_size(design.datapath) <= 1 << 12
    assert_within_an_ulp(design)
    for measured in assert_bounds_hold(graph, design, count=1 << 12):
        assert measured.undecided == 0


# --- random expressions ---------------------------------------------------------------------------

LEAVES = ("x", "y", "z", "x", "y", "0.3", "1.7", "2", "0.0625")
TOTAL = (
    "({} + {})", "({} - {})", "({} * {})", "sin({})", "cos({})", "tanh({})", "exp(clamp({}, -4, 1.5))",
    "sqrt(({})^2 + 0.1)", "({}) / (1 + ({})^2)", "abs({})", "min({}, {})", "max({}, {})",
    "where({} < 0.25, {}, {})", "sqrt(abs({}))", "(-({}))", "({})^2", "log(1 + abs({}))", "atan({})",
    "sigmoid({})", "clamp({}, -2, 3)",
)  # fmt: skip
"""Operations that are defined everywhere."""


def random_expression(chance: random.Random, size: int) -> str:
    """An expression of `size` operations; decisions are made on inputs, so that they are exact."""
    parts = [chance.choice(LEAVES) for _ in range(size + 2)]
    for _ in range(size):
        pattern = chance.choice(TOTAL)
        count = pattern.count("{}")
        taken = [parts.pop(chance.randrange(len(parts))) if parts else "x" for _ in range(count)]
        if pattern.startswith("where"):
            taken[0] = chance.choice("xyz")
        parts.append(pattern.format(*taken))
    return " + ".join(sorted(parts, key=len)[-3:])


def random_ranges(chance: random.Random) -> dict[str, tuple[str, str]]:
    """A range for each input, with or without zero."""
    ranges = {}
    for name in "xyz":
        low = Fraction(chance.randint(-24, 20), 8)
        ranges[name] = (str(low), str(low + Fraction(chance.randint(1, 32), 8)))
    return ranges


def assert_random_holds(seed: int, size: int) -> None:
    print(f"seed {seed}, size {size}")
    chance = random.Random(seed)  # noqa: S311
    text = random_expression(chance, size)
    used = {declaration.name for declaration in read(text).graph.inputs}
    ranges = {name: limits for name, limits in random_ranges(chance).items() if name in used}
    width, output_width = chance.randint(4, 12), chance.randint(4, 12)
    print(text, ranges, width, output_width)
    for level in (0, 1, 2):
        request = request_of(ranges, width=width, output_width=output_width, opt=level)
        graph, design = compiled(text, request)
        assert_within_an_ulp(design)
        assert_bounds_hold(graph, design, count=200, seed=seed)
        assert_cells_in_range(design.datapath, points_of(design.datapath, 1000, seed))


@given(st.integers(0, 10**9), st.integers(1, 7))
def test_random_expressions_hold_their_bounds(seed: int, size: int) -> None:
    assert_random_holds(seed, size)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 1000, 50))
def test_many_random_expressions_hold_their_bounds(first: int) -> None:
    for seed in range(first, first + 50):
        assert_random_holds(seed, 1 + seed % 12)
