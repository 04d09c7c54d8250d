"""Goals, exactness and the choice of fractional bits: what is proved is met, and no bit is kept for nothing."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import symhdl
from symhdl.analysis.errors import Slopes
from symhdl.analysis.natural import dyadic_fraction, natural_fractions
from symhdl.analysis.partition import partition
from symhdl.analysis.propagation import propagate
from symhdl.analysis.ranges import Ranges, find_ranges
from symhdl.analysis.whole import whole_nodes
from symhdl.errors import GoalError, SymhdlError
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, OutputDeclaration
from symhdl.numeric.fixed import FixedFormat, power_of_two
from symhdl.passes.exact_decisions import ExactDecisions
from symhdl.passes.expand import Expand
from symhdl.passes.fold import Fold
from symhdl.precision import output_rounding, shares
from symhdl.precision.allocation import Allocation, allocate
from symhdl.precision.exactness import WIDEST_EXACT, exact_nodes
from symhdl.precision.goals import OutputGoal, find_goals
from symhdl.precision.output_rounding import total_error
from symhdl.precision.roundings import Roundings, constant_for, fraction_for, lost
from symhdl.request import InputPlan, Request
from tests.errors_of_design import Ranges as Asked
from tests.errors_of_design import assert_bounds_hold, compiled, read, request_of
from tests.graph_checks import run
from tests.rows import each_row

X = InputPlan("x", FixedFormat(True, 8, 6), -128, 127)
Y = InputPlan("y", FixedFormat(False, 8, 4), 0, 255)


def analysed(text: str, plans: Sequence[InputPlan]) -> tuple[Graph, Ranges]:
    graph = run(read(text).graph, Fold(), Expand(), ExactDecisions())
    return graph, find_ranges(graph, partition(graph, plans))


def natural(graph: Graph, plans: Sequence[InputPlan]) -> tuple[int | None, ...]:
    return natural_fractions(graph, {plan.name: plan.format for plan in plans})


def whole(graph: Graph, plans: Sequence[InputPlan]) -> list[bool]:
    marks = whole_nodes(graph, {plan.name: plan.format for plan in plans})
    return [marks[output.node] for output in graph.outputs]


def goals_of(text: str, request: Request, plans: Sequence[InputPlan]) -> tuple[OutputGoal, ...]:
    graph, ranges = analysed(text, plans)
    return find_goals(graph, ranges, request, natural(graph, plans), whole(graph, plans))


def goal_of(fraction: int, error: Fraction, *, faithful: bool = False) -> OutputGoal:
    fixed = FixedFormat(True, 20, fraction)
    return OutputGoal("y", 0, fixed, error, faithful, OutputDeclaration("y", 0))


# --- goals ----------------------------------------------------------------------------------------


def test_a_declaration_goes_before_the_request() -> None:
    text = "a = x*y\nb = x + y\nc = x - y\noutput a : fixed<9,6>\noutput b error <= 0.1\noutput c"
    a, b, c = goals_of(text, Request(output_width=7, error=None), [X, Y])
    assert (str(a.format), a.error, a.faithful) == ("fixed<9,6>", Fraction(1, 8), True)
    assert (b.error, b.faithful) == (Fraction(1, 10), False)
    assert b.format.ulp == Fraction(1, 16)
    assert (c.format.width, c.error, c.faithful) == (7, c.format.ulp, True)


def test_format_width_and_error_of_the_request() -> None:
    (by_format,) = goals_of("x*y", Request(output_format=FixedFormat(True, 12, 5)), [X, Y])
    assert (by_format.format, by_format.faithful) == (FixedFormat(True, 12, 5), True)
    (by_width,) = goals_of("x*y", Request(output_width=9), [X, Y])
    assert by_width.format == FixedFormat(True, 9, 3)
    (both,) = goals_of("x*y", Request(output_width=9, error=Fraction(1, 4)), [X, Y])
    assert (both.format, both.error) == (FixedFormat(True, 9, 3), Fraction(1, 4))
    (neither,) = goals_of("x*y", Request(), [X, Y])
    assert neither.format.width == 16


@pytest.mark.parametrize(("error", "fraction"), [("1", 0), ("0.3", 2), ("5", -2), ("1/1024", 10)])
def test_an_error_takes_the_coarsest_format_with_an_ulp_below_it(error: str, fraction: int) -> None:
    (goal,) = goals_of("x*y", Request(error=Fraction(error)), [X, Y])
    assert goal.format.fraction == fraction
    assert goal.format.minimum * goal.format.ulp <= -32 + goal.format.ulp
    assert goal.budget > 0


def test_an_error_of_half_a_unit_leaves_nothing() -> None:
    text = "z = x*y\noutput z : fixed<12,7> error <= 1/64"
    with pytest.raises(GoalError, match="goal-impossible"):
        goals_of(text, Request(), [X, Y])
    goals_of(text.replace("1/64", "1.01/64"), Request(), [X, Y])


def test_a_range_must_fit_rounded() -> None:
    """The greatest value, 1.984375 * 15.9375, rounds to 31.625."""
    (goal,) = goals_of("z = x*y\noutput z : fixed<9,6>", Request(), [X, Y])
    assert goal.format.maximum * goal.format.ulp == Fraction(255, 8)
    with pytest.raises(SymhdlError, match="output-overflow"):
        goals_of("z = x*y + 0.4\noutput z : fixed<9,6>", Request(), [X, Y])


def test_a_range_that_is_beyond_by_less_than_digits_show() -> None:
    wide = "input a, b : fixed<64,1>\nz = a + b - 2^-63\noutput z : fixed<65,2>"
    with pytest.raises(SymhdlError, match="goes 1 ulp beyond"):
        symhdl.compile(wide)
    with pytest.raises(SymhdlError, match="ulp beyond; its ends have 53 bits"):
        symhdl.compile(wide.replace("- 2^-63", "+ 2^-62/3"))


# --- the last rounding ----------------------------------------------------------------------------


@given(
    st.integers(0, 12),
    st.integers(0, 12),
    st.floats(-3, 3, allow_nan=False),
    st.floats(0, 3, allow_nan=False),
)
def test_the_constant_before_the_last_shift_covers_every_remainder(
    fraction: int, more: int, low: float, width: float
) -> None:
    """The bound holds for every integer and every error, and is nearly the best that a constant can do."""
    goal = goal_of(fraction, Fraction(10))
    inner, high = fraction + more, low + width
    constant, bound = total_error(goal, inner, low, high)
    unit, steps = power_of_two(-inner), 1 << more
    for integer in range(min(steps, 64)):
        rounded = ((integer + constant) >> more) * goal.format.ulp
        lost = rounded - integer * unit
        assert abs(lost + Fraction(low)) <= Fraction(bound)
        assert abs(lost + Fraction(high)) <= Fraction(bound)
    ulp = float(goal.format.ulp)
    best = (width + ulp - float(unit)) / 2
    if more and 0 < constant < 2 * steps:
        assert bound <= best + float(unit) + 1e-12


@each_row(
    ("error", "constant"), [(Fraction(3, 4), 4), (Fraction(1), 0), (Fraction(9, 16), 4), (10, 0)]
)
def test_the_constant_has_as_many_low_zeros_as_the_goal_allows(
    error: Fraction, constant: int
) -> None:
    """Numbers of three bits more, which are exact: cut they lose up to 7/8 of a unit."""
    goal = goal_of(0, Fraction(error))
    found, bound = total_error(goal, 3, 0.0, 0.0, (-50, 50))
    assert found == constant
    assert bound == max(7 - constant, constant) / 8


def test_an_unbounded_error_stays_unbounded() -> None:
    assert total_error(goal_of(3, Fraction(1)), 9, -math.inf, 1.0) == (0, math.inf)


def test_a_mean_is_taken_back_where_an_error_goes_next_to_nothing() -> None:
    """An end of the smallest float has more bits than a float has powers of two."""
    goal, low, high = goal_of(4, Fraction(1)), -(2.0**-6), math.ulp(0.0)
    constant, bound = total_error(goal, 8, low, high, mean=-(2.0**-7))
    expected, other = total_error(goal, 8, low, 0.0, mean=-(2.0**-7))
    assert constant == expected
    assert other <= bound <= math.nextafter(other, math.inf)


@given(st.floats(1e-30, 1e30))
def test_truncation_at_the_fraction_keeps_the_tolerance(tolerance: float) -> None:
    fraction = fraction_for(tolerance)
    assert power_of_two(-fraction - 1) <= Fraction(tolerance)
    assert power_of_two(-fraction) > Fraction(tolerance)


# --- exactness ------------------------------------------------------------------------------------


def test_natural_fractions() -> None:
    text = "z = x*x*y + 0.75*x - 12*y + floor(x) + (x < y) + abs(x - 0.3) + sin(x)"
    graph, _ = analysed(text, [X, Y])
    found = natural_fractions(graph, {"x": X.format, "y": Y.format})
    by_operation = dict(zip((n.operation for n in graph.nodes), found, strict=True))
    assert by_operation[Operation.FLOOR] == 0
    assert by_operation[Operation.LESS] == 0
    assert by_operation[Operation.SIN] is None
    assert by_operation[Operation.ABSOLUTE] is None
    for node, fraction in zip(graph.nodes, found, strict=True):
        if node.value in (Fraction(3, 4), Fraction(12), Fraction(-12)):
            assert node.value is not None
            assert fraction == (2 if node.value.denominator == 4 else -2)
    assert [dyadic_fraction(n) for n in (1, 2, 3, 1024, 12)] == [0, 1, None, 10, None]


def test_factors_have_the_fewest_digits_that_are_near_enough() -> None:
    """Others are the nearest numbers; what a constant loses is known, and counts as that."""
    value, tolerance = Fraction(9475, 10_000), 1.5 * 2**-9
    assert constant_for(value, tolerance, is_factor=False) == (243, 8)
    number, fraction = constant_for(value, tolerance, is_factor=True)
    assert (number, fraction) == (121, 7), "1 - 1/16 + 1/128"
    assert lost(value, number, fraction).hull() == pytest.approx((121 / 128 - 0.9475,) * 2)


def test_what_decisions_hang_on_is_exact() -> None:
    graph, ranges = analysed("z = where(x*y + 0.25 < y, sin(x), x*x)", [X, Y])
    exact = exact_nodes(graph, ranges, [X, Y])
    for node, flag in zip(graph.nodes, exact, strict=True):
        if node.operation in (Operation.ADD, Operation.LESS, Operation.SIN):
            assert flag == (node.operation is not Operation.SIN)
        if node.operation in (Operation.SQUARE, Operation.SIN, Operation.SELECT):
            assert not flag


def test_a_decision_on_a_function_is_not_exact() -> None:
    graph, ranges = analysed("z = where(sin(x) < y, 1, 2)", [X, Y])
    exact = exact_nodes(graph, ranges, [X, Y])
    sine = next(i for i, n in enumerate(graph.nodes) if n.operation is Operation.SIN)
    assert not exact[sine]


def test_values_that_would_be_too_wide_are_not_exact() -> None:
    power = "*".join(["x"] * (2 * WIDEST_EXACT // 7))
    graph, ranges = analysed(f"z = where({power} < y, 1, 2)", [X, Y])
    comparison = next(n for n in graph.nodes if n.operation is Operation.LESS)
    exact = exact_nodes(graph, ranges, [X, Y])
    assert [exact[k] for k in comparison.operands].count(False) == 1


def test_without_decisions_nothing_must_be_exact() -> None:
    graph, ranges = analysed("z = x*y + sin(x)", [X, Y])
    assert set(exact_nodes(graph, ranges, [X, Y])) == {False}


# --- allocation -----------------------------------------------------------------------------------

TEXTS = (
    "x*y + 0.3*x - sin(x)",
    "exp(x)*y/(1 + x^2)",
    "sqrt(y)*cos(3*x) - 1/3",
    "where(x < 0.5, x*y, y^2/7) + min(x, y/5)",
    "(0.1*x + 0.2)*(0.3*y - 0.4)*(x + y)",
)


def allocated(text: str, error: Fraction) -> tuple[Graph, Ranges, OutputGoal, Allocation]:
    graph, ranges = analysed(text, [X, Y])
    (goal,) = find_goals(
        graph, ranges, Request(error=error), natural(graph, [X, Y]), whole(graph, [X, Y])
    )
    return graph, ranges, goal, allocate(graph, ranges, [X, Y], [goal], Slopes())


@each_row("text", TEXTS)
@each_row("exponent", [2, 8, 15, 40])
def test_the_errors_of_the_plan_meet_the_goal(text: str, exponent: int) -> None:
    error = Fraction(1, 1 << exponent)
    graph, _ranges, goal, plan = allocated(text, error)
    low, high = plan.errors.values[goal.node].hull()
    _, bound = total_error(goal, plan.fractions[goal.node], low, high)
    assert bound <= error
    assert (
        len(plan.fractions) == len(plan.tolerances) == len(plan.errors.values) == len(graph.nodes)
    )


@pytest.mark.parametrize("text", TEXTS)
def test_a_tighter_goal_takes_more_bits(text: str) -> None:
    totals = [sum(allocated(text, Fraction(1, 1 << k))[3].fractions) for k in (4, 8, 12, 20)]
    assert totals == sorted(totals)
    assert totals[0] < totals[-1]


@pytest.mark.parametrize("text", TEXTS)
def test_not_a_bit_too_many(text: str) -> None:
    """The proved bound is at least a third of the goal: what is left over would have been a bit less."""
    graph, design = compiled(
        text,
        request_of(
            {"x": ("-2", "2"), "y": ("0", "4")}, output_width=None, error=Fraction(1, 1 << 9)
        ),
    )
    assert len(graph.outputs) == 1
    assert design.error_bound >= 2.0**-9 / 3


@each_row("seed", range(10))
def test_larger_local_errors_give_larger_errors(seed: int) -> None:
    """Propagation is monotone, on which the search for the scale relies."""
    chance = random.Random(seed)  # noqa: S311
    graph, ranges, goal, plan = allocated(chance.choice(TEXTS), Fraction(1, 256))
    local = list(plan.errors.values)
    small = propagate(graph, ranges, local, Slopes()).values[goal.node].hull()
    wide = [type(e)(2 * e.lower, 2 * e.upper) for e in local]
    large = propagate(graph, ranges, wide, Slopes()).values[goal.node].hull()
    assert large[0] <= small[0]
    assert small[1] <= large[1]


def test_several_outputs_share_nodes_at_the_finer_goal() -> None:
    text = "r = sin(x)*y\na = r + 1\nb = r*x\noutput a error <= 1/8\noutput b error <= 1/65536"
    graph, ranges = analysed(text, [X, Y])
    goals = find_goals(graph, ranges, Request(), natural(graph, [X, Y]), whole(graph, [X, Y]))
    plan = allocate(graph, ranges, [X, Y], goals, Slopes())
    sine = next(i for i, n in enumerate(graph.nodes) if n.operation is Operation.SIN)
    assert plan.tolerances[sine] < 2.0**-16
    for goal in goals:
        low, high = plan.errors.values[goal.node].hull()
        assert total_error(goal, plan.fractions[goal.node], low, high)[1] <= goal.error


def test_shares_and_attempts_take_no_more_plans_than_they_need(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request = Request(output_format=FixedFormat(True, 13, 8))
    lines = "\n".join(f"y{k} = 0.3*x*y + {k}/16*x" for k in range(1, 9))
    graph, ranges = analysed(lines, [X, Y])
    goals = find_goals(graph, ranges, request, natural(graph, [X, Y]), whole(graph, [X, Y]))
    plans, seen = [], []

    plan_of = Roundings.plan

    def counted_plan(*given: object) -> object:
        plans.append(given)
        return plan_of(*given)  # type: ignore[arg-type]

    def counted_met(*given: object) -> bool:
        seen.append(given)
        return output_rounding.is_met(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(Roundings, "plan", counted_plan)
    monkeypatch.setattr(shares, "is_met", counted_met)
    allocate(graph, ranges, [X, Y], goals, Slopes())
    # Two rounds of shares, after which nothing else rounds; two attempts that meet the goals, and one that does not.
    assert len(plans) == 2 + 3
    # That one is surely beyond the goals, so that nothing is proved of it.
    assert len(seen) == 2 * len(goals)


@pytest.mark.parametrize(
    "text",
    [
        # next to 0 the product comes close to x, which it never exceeds
        "input x : ufixed<60,0>\ny = max(x, -6.1*x)\noutput y error <= 6e-17",
        # doubles next to 1 are too coarse for what is added to it
        "input x : ufixed<2,-32>\ninput z : ufixed<2,-33>\ny = acosh(1 + x*z)\noutput y : fixed<9,-30> error <= 1e-12",
    ],
)  # fmt: skip
def test_goals_far_below_the_numbers_around(text: str) -> None:
    graph, found = compiled(text, request_of({}, output_width=None))
    assert_bounds_hold(graph, found)


def test_what_never_wins_takes_no_bits_of_what_does() -> None:
    """-exp(y) stays below exp(x), however few bits it has; a reserve for all would be a waste."""
    ranges: Asked = {"x": (-3, 3), "y": (-1, 2)}
    request = request_of(ranges, width=12, output_width=12)
    (alone, beside) = (
        compiled(text, request)[1].design.allocation for text in ("max(exp(x), y - 3)", "max(exp(x), -exp(y))")
    )  # fmt: skip
    assert alone is not None and beside is not None
    assert max(beside.fractions[1:]) <= max(alone.fractions[1:]) + 2


def test_very_large_and_small_numbers_raise_no_warnings() -> None:
    small = "input x : fixed<3,-200>\ninput y : ufixed<5,-900>\nz = x*y\noutput z error <= 2^900\n"
    design = symhdl.compile(small, dialect="native")
    assert math.isfinite(design.error_bounds["z"])
    with pytest.raises(GoalError, match="asinh"):
        symhdl.compile("input y : ufixed<5,900>\nz = asinh(y)\n", dialect="native")


def test_terms_that_may_be_wrong_by_their_own_size_are_left_out() -> None:
    """Of an input that acts so little not even the sign is looked at."""
    small = " ".join(f"{sign} 3.1e-6*s{k}" for k, sign in enumerate("+-+-"))
    design = symhdl.compile(
        f"y = 0.9997*x {small} + 1e-7", ranges=(-2, 12), width=12, output_width=10,
        device="ecp5-85k", frequency=0,
    )  # fmt: skip
    assert design.estimate.luts <= 13, "more than the rounding of x"
