"""What leaves a domain: told with a true example or as not proved, never passed over; texts as golden files."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from flint import arb

from symhdl.analysis.domain import as_floats
from symhdl.analysis.errors import Operand, Slopes, function_error
from symhdl.errors import Diagnostic, SymhdlError
from symhdl.evaluate import evaluate_points
from symhdl.functions.elementary import univariate
from symhdl.functions.operation import Operation
from symhdl.numeric.fixed import power_of_two
from symhdl.numeric.interval import Intervals
from symhdl.passes.plan_inputs import PlanInputs
from tests.errors_of_design import Ranges, assert_bounds_hold, compiled, read, request_of
from tests.graph_checks import design_of

UNIT = ("-1", "1")
X, XY = {"x": UNIT}, {"x": UNIT, "y": UNIT}
TEXTS: dict[str, tuple[str, Ranges]] = {
    "division": ("z = 1/(x - 0.5)", X),
    "divisor_alone": ("z = x + x/y", XY),
    "division_unproved": ("z = 1/(x - sin(cos(y)))", XY),
    "remainder": ("z = mod(x, y)", XY),
    "angle": ("z = atan2(y, x)", XY),
    "angle_unproved": ("z = where(x != 0 or y != 0, atan2(y, x), 0)", XY),
    "logarithm": ("a = x*x - 3\nz = 2 + log(a - y)", XY),
    "log1p": ("z = log1p(2*x)", X),
    "asin": ("z = asin(2*x)", X),
    "acosh": ("z = acosh(x + 1.5)", X),
    "atanh": ("z = atanh(x)", X),
    "square_root": ("z = sqrt(x + y)", XY),
    "square_root_unproved": ("z = sqrt(exp(x) - exp(y) - (x - y)*exp(y))", XY),
    "power": ("z = x^1.5", X),
    "power_of_inputs": ("z = x^y", XY),
    "tangent": ("z = tan(x*y)", {"x": ("-1", "1"), "y": ("-2", "2")}),
    "unbounded": ("z = exp(exp(exp(x)))", {"x": ("-2", "20")}),
    "guard_too_weak": ("z = where(x > 0, log(x - 0.5), 0)", X),
    "guard_on_two_inputs": ("z = where(x*x != y, 1/(x - y), 0)", XY),
    "several": ("z = log(x) + log(-x)", X),
    "constant": ("z = x/(1 - 1)", X),
}


def told_by(text: str, ranges: Ranges, **options: str) -> tuple[Diagnostic, ...]:
    """The diagnostics of a compilation, errors or warnings."""
    width = 16 if "tan(" in text else 8
    try:
        design = compiled(text, request_of(ranges, width=width, frequency=0, **options))[1]  # type: ignore[arg-type]
    except SymhdlError as problem:
        return problem.diagnostics
    return design.warnings


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_texts(name: str, golden: Callable[[str, str], None]) -> None:
    told = told_by(*TEXTS[name])
    golden(f"domain/{name}.txt", "\n\n".join(entry.render() for entry in told) + "\n")


@pytest.mark.parametrize("name", ["division", "square_root", "several"])
def test_texts_where_nothing_is_promised(name: str, golden: Callable[[str, str], None]) -> None:
    told = told_by(*TEXTS[name], undefined="ignore")
    golden(f"domain/{name}_ignored.txt", "\n\n".join(entry.render() for entry in told) + "\n")


def test_the_condition_that_is_told_for_an_angle_will_do() -> None:
    (told,) = told_by(*TEXTS["angle_unproved"])
    (condition,) = re.findall("`(.*)`", told.notes[0])
    assert told_by("z = atan2(y, x)", XY)
    assert not told_by(f"z = where({condition}, atan2(y, x), 0)", XY)
    assert not told_by(f"assume {condition}\nz = atan2(y, x)", XY)


def test_a_range_that_was_given_positive_stays_positive() -> None:
    """Rounding to the grid does not bring zero in."""
    graph, design = compiled("z = 1/x", request_of({"x": ("0.0001", "1")}, width=6))
    assert design.datapath.inputs[0].minimum == 1
    assert_bounds_hold(graph, design)


# --- random partial expressions -------------------------------------------------------------------

PARTIAL = (
    "1/({})", "log({})", "sqrt({})", "({})^1.5", "({})^-0.5", "asin({})", "acosh({})", "atanh({})",
    "log1p({})", "mod(x, {})", "({})^-2",
)  # fmt: skip
TOTAL = ("{} + {}", "{} - {}", "({}) * ({})", "({})^2", "abs({})", "sin({})", "max({}, {})")
LEAVES = ("x", "y", "0.5", "1", "1.25", "0.3")
GUARDS = (
    "{}",
    "{}",
    "where(x > 0, {}, 1)",
    "where(y != 0, {}, x)",
    "where(x > 0 and y < 0.5, {}, 2)",
)


def random_text(chance: random.Random) -> str:
    text = chance.choice("xy")
    for _ in range(chance.randint(0, 3)):
        pattern = chance.choice(TOTAL)
        operands = [text, chance.choice(LEAVES)][: pattern.count("{}")]
        chance.shuffle(operands)
        text = pattern.format(*operands)
    text = chance.choice(GUARDS).format(chance.choice(PARTIAL).format(text))
    return f"{text} + 0*x*y" if chance.random() < 0.5 else text


def undefined_points(text: str, ranges: Ranges) -> tuple[int, int]:
    """At how many of all points of the grid the expression is undefined."""
    graph = read(text).graph
    request = request_of(ranges, width=4)
    plans = PlanInputs().run(replace(design_of(graph), request=request)).inputs
    rows: list[tuple[Fraction, ...]] = [()]
    for plan in plans:
        unit = power_of_two(-plan.format.fraction)
        values = [n * unit for n in range(plan.minimum, plan.maximum + 1)]
        rows = [(*row, value) for row in rows for value in values]
    columns = {plan.name: [row[place] for row in rows] for place, plan in enumerate(plans)}
    (exact,) = evaluate_points(graph, columns, 20).values()
    return sum(value is None for value in exact), len(rows)


@pytest.mark.parametrize(
    "first", [0, *(pytest.param(k, marks=pytest.mark.slow) for k in range(20, 100, 20))]
)
def test_refusals_with_an_example_are_right_and_none_is_missing(first: int) -> None:
    """A small grid is gone through whole: what compiles is defined everywhere, what has an example is not."""
    refused = accepted = 0
    for seed in range(first, first + 20):
        chance = random.Random(seed)  # noqa: S311
        text = random_text(chance)
        used = {declaration.name for declaration in read(text).graph.inputs}
        low = Fraction(chance.randint(-8, 4), 4)
        ranges = {name: (str(low), str(low + 2)) for name in sorted(used)}
        undefined, count = undefined_points(text, ranges)
        told = told_by_small(text, ranges)
        errors = [entry for entry in told if entry.severity.value == "error"]
        if any("for example" in note for entry in errors for note in entry.notes):
            assert undefined > 0, (seed, text, ranges)
            refused += 1
        if not errors:
            unproved = any(entry.id == "domain-unproved" for entry in told)
            assert undefined == 0 or unproved, (seed, text, ranges)
            accepted += 1
        if undefined < count:
            assert_promise_holds(text, ranges)
    assert refused
    assert accepted


def told_by_small(text: str, ranges: Ranges) -> tuple[Diagnostic, ...]:
    try:
        graph, design = compiled(text, request_of(ranges, width=4))
    except SymhdlError as problem:
        return problem.diagnostics
    assert_bounds_hold(graph, design)
    return design.warnings


def assert_promise_holds(text: str, ranges: Ranges) -> None:
    """Where nothing is promised at undefined inputs, the bound holds at the others."""
    try:
        graph, design = compiled(text, request_of(ranges, width=4, undefined="ignore"))
    except SymhdlError:
        return
    assert_bounds_hold(graph, design)


@pytest.mark.parametrize("text", ["y = sqrt(x - 1/3)", "y = (x - 1/3)^0.3"])
def test_arguments_that_errors_carry_past_the_end_of_a_domain_are_held_there(text: str) -> None:
    """1/3 lies just below 349526 * 2^-20: an argument of few bits is negative at every input."""
    number = Fraction(349526, 1 << 20)
    wanted = request_of({"x": (number, number)}, width=19, output_width=None, error=Fraction("0.2"))
    graph, design = compiled(text, wanted)
    assert design.datapath.inputs[0].format.fraction == 20
    assert_bounds_hold(graph, design)


@pytest.mark.parametrize(
    ("operation", "argument", "error"),
    [
        (Operation.SQUARE_ROOT, 1e-6, -1e-4),
        (Operation.ASIN, 1 - 1e-6, 1e-4),
        (Operation.ACOS, -1 + 1e-6, -1e-4),
        (Operation.ACOSH, 1 + 1e-6, -1e-4),
        (Operation.SQUARE_ROOT, -1e-4, 1.1e-4),
    ],
)
def test_an_error_is_no_larger_than_the_way_to_the_end_of_the_domain(
    operation: Operation, argument: float, error: float
) -> None:
    function = univariate(operation)
    assert function is not None
    domain = function.domain
    operand = Operand(Intervals.between(argument, argument), Intervals.between(error, error))
    found = function_error(function, operand, Slopes().over(0, function, operand))
    real, held = (
        float(function.ball(arb(min(max(value, domain.lower), domain.upper))).mid())
        for value in (argument, argument + error)
    )
    assert found.lower[0] <= held - real <= found.upper[0]


@pytest.mark.parametrize("fraction", [-5, 0, 7, 60, 1080])
def test_samples_are_the_floats_nearest_to_their_fractions(fraction: int) -> None:
    numbers = [0, 1, -3, 4095, 2**53 + 1, -(2**90) - 1]
    exact = [float(number * power_of_two(-fraction)) for number in numbers]
    assert as_floats(numbers, fraction) == exact
