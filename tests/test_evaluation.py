"""Evaluation in double precision, on balls, exactly: the three agree, and domains are told apart."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import flint
import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import symhdl
from symhdl.evaluate import evaluate, evaluate_exactly, evaluate_points
from symhdl.functions.evaluation import BALL, FLOATING, UNDECIDED
from symhdl.functions.exact import EXACT, OutsideDomainError, exact
from symhdl.functions.operation import ANY, Operation
from symhdl.ir.graph import Graph, GraphBuilder, OutputDeclaration
from tests.rows import each_row

COMPUTING = [o for o in Operation if o not in (Operation.INPUT, Operation.CONSTANT)]
DYADIC = [Fraction(n, 8) for n in (-320, -27, -16, -8, -4, 0, 2, 4, 8, 12, 16, 56, 320)]
POINTS = [*DYADIC, Fraction(1, 3)]


def ball(value: Fraction) -> flint.arb:
    return flint.arb(flint.fmpq(value.numerator, value.denominator))


def operand_count(operation: Operation) -> int:
    return 3 if operation.arity == ANY else operation.arity


def one_operation(operation: Operation, *constants: Fraction) -> Graph:
    """A graph of one operation on inputs a, b, c, followed by constants."""
    builder = GraphBuilder()
    count = operand_count(operation) - len(constants)
    operands = [builder.input(name) for name in "abc"[:count]]
    operands += [builder.constant(value) for value in constants]
    node = builder.append(builder.nodes[builder.apply(operation, *operands)])
    return builder.build((), (OutputDeclaration("y", node),))


@each_row("operation", COMPUTING, ids=str)
def test_floating_agrees_with_balls(operation: Operation) -> None:
    for point in itertools.product(DYADIC, repeat=operand_count(operation)):
        floats = [np.array([float(value)]) for value in point]
        with np.errstate(all="ignore"):
            number = float(np.ravel(FLOATING[operation](*floats))[0])
        with flint.ctx.workprec(256):
            exactly = BALL[operation](*map(ball, point))
        assert exactly.is_finite() == math.isfinite(number), point
        if math.isfinite(number):
            assert number == pytest.approx(float(exactly), rel=1e-13, abs=1e-15), point


@each_row("operation", list(EXACT), ids=str)
def test_exact_agrees_with_balls(operation: Operation) -> None:
    for point in itertools.product(POINTS, repeat=operand_count(operation)):
        with flint.ctx.workprec(256):
            exactly = BALL[operation](*map(ball, point))
            try:
                value = exact(operation, point)
            except OutsideDomainError:
                assert exactly.is_nan(), point
                continue
            assert not exactly.is_nan(), point
            assert value is None or exactly.overlaps(ball(value)), point


@each_row("operation", COMPUTING, ids=str)
def test_nothing_finite_comes_of_nan(operation: Operation) -> None:
    nan = flint.arb("nan")
    thin = [flint.arb(1), flint.arb(-2), flint.arb(0, 1e-20), flint.arb(1, 1e-20), nan]
    for point in itertools.product(thin, repeat=operand_count(operation)):
        if any(operand.is_nan() for operand in point) and operation is not Operation.SELECT:
            assert not BALL[operation](*point).is_finite(), point


MPMATH = {
    Operation.EXP: mpmath.exp,
    Operation.EXPM1: mpmath.expm1,
    Operation.LOG: mpmath.log,
    Operation.LOG1P: mpmath.log1p,
    Operation.LOG10: mpmath.log10,
    Operation.SIN: mpmath.sin,
    Operation.COS: mpmath.cos,
    Operation.TAN: mpmath.tan,
    Operation.ASIN: mpmath.asin,
    Operation.ACOS: mpmath.acos,
    Operation.ATAN: mpmath.atan,
    Operation.SINH: mpmath.sinh,
    Operation.COSH: mpmath.cosh,
    Operation.TANH: mpmath.tanh,
    Operation.ASINH: mpmath.asinh,
    Operation.ACOSH: mpmath.acosh,
    Operation.ATANH: mpmath.atanh,
    Operation.ERF: mpmath.erf,
    Operation.ERFC: mpmath.erfc,
    Operation.SINC: mpmath.sinc,
    Operation.SQUARE_ROOT: mpmath.sqrt,
    Operation.CUBE_ROOT: mpmath.cbrt,
    Operation.SIGMOID: lambda x: 1 / (1 + mpmath.exp(-x)),
    Operation.GAUSS: lambda x: mpmath.exp(-x * x),
    Operation.SOFTPLUS: lambda x: mpmath.log(1 + mpmath.exp(x)),
    Operation.GELU: lambda x: x * (1 + mpmath.erf(x / mpmath.sqrt(2))) / 2,
    Operation.SILU: lambda x: x / (1 + mpmath.exp(-x)),
    Operation.ELU: lambda x: x if x > 0 else mpmath.expm1(x),
    Operation.MISH: lambda x: x * mpmath.tanh(mpmath.log(1 + mpmath.exp(x))),
    Operation.LOGIT: lambda x: mpmath.log(x) - mpmath.log(1 - x),
}


@each_row("operation", list(MPMATH), ids=str)
def test_functions_agree_with_mpmath(operation: Operation) -> None:
    graph = one_operation(operation)
    compared = 0
    for value in (Fraction(n, 16) for n in range(1, 40, 3)):
        found = evaluate_exactly(graph, {"a": value})["y"]
        with mpmath.workdps(60):
            expected = MPMATH[operation](mpmath.mpf(value.numerator) / value.denominator)
            if found is None or not isinstance(expected, mpmath.mpf):
                assert found is None
                assert not isinstance(expected, mpmath.mpf) or not mpmath.isfinite(expected)
                continue
            assert abs(mpmath.mpf(found.str(50, radius=False)) - expected) <= abs(expected) * 1e-39
            compared += 1
    assert compared >= 5


@each_row(
    ("operation", "point", "expected"),
    [
        (Operation.POWER, ("-8", "3"), Fraction(-512)),
        (Operation.POWER, ("-8", "-3"), Fraction(-1, 512)),
        (Operation.POWER, ("0", "0"), Fraction(1)),
        (Operation.POWER, ("0", "1/2"), Fraction(0)),
        (Operation.POWER, ("0", "-1"), None),
        (Operation.POWER, ("-8", "1/3"), None),
        (Operation.POWER, ("4/9", "-3/2"), Fraction(27, 8)),
        (Operation.CUBE_ROOT, ("-27/8",), Fraction(-3, 2)),
        (Operation.MODULO, ("-1", "1/3"), Fraction(0)),
        (Operation.MODULO, ("-1/2", "3"), Fraction(5, 2)),
        (Operation.MODULO, ("1/2", "-3"), Fraction(-5, 2)),
        (Operation.MODULO, ("1", "0"), None),
        (Operation.ROUND, ("-5/2",), Fraction(-2)),
        (Operation.ROUND, ("5/2",), Fraction(3)),
        (Operation.CEIL, ("-5/2",), Fraction(-2)),
        (Operation.SINC, ("0",), Fraction(1)),
        (Operation.ARGMAX, ("1/3", "2/3", "2/3"), Fraction(1)),
        (Operation.CLAMP, ("5", "1", "2"), Fraction(2)),
        (Operation.SELECT, ("0", "1", "2"), Fraction(2)),
        (Operation.LOG2, ("1/8",), Fraction(-3)),
        (Operation.LOG10, ("1000",), Fraction(3)),
        (Operation.LOG, ("0",), None),
        (Operation.ATANH, ("1",), None),
        (Operation.ATAN2, ("0", "0"), None),
        (Operation.HYPOTENUSE, ("3", "-4"), Fraction(5)),
        (Operation.INVERSE, ("0",), None),
        (Operation.EQUAL, ("1/3", "1/3"), Fraction(1)),
    ],
)
def test_conventions(
    operation: Operation, point: tuple[str, ...], expected: Fraction | None
) -> None:
    values = {name: Fraction(text) for name, text in zip("abc", point, strict=False)}
    found = evaluate_exactly(one_operation(operation), values)["y"]
    if expected is None:
        assert found is None
        return
    assert found is not None
    assert found.overlaps(ball(expected))
    assert found.rel_accuracy_bits() > 130


def test_precision_rises_with_cancellation() -> None:
    """exp(x) - exp(x - 2^-600) needs far more bits than the digits asked for."""
    builder = GraphBuilder()
    x = builder.input("x")
    near = builder.apply(Operation.SUBTRACT, x, builder.constant(Fraction(1, 2**600)))
    big = builder.apply(Operation.MULTIPLY, builder.constant(Fraction(2**600)), near)
    scaled = builder.apply(Operation.MULTIPLY, builder.constant(Fraction(2**600)), x)
    difference = builder.apply(Operation.SUBTRACT, scaled, big)
    power = builder.apply(Operation.EXP, near)
    gap = builder.apply(Operation.SUBTRACT, builder.apply(Operation.EXP, x), power)
    large = builder.apply(Operation.MULTIPLY, builder.constant(Fraction(2**600)), gap)
    outputs = (OutputDeclaration("one", difference), OutputDeclaration("slope", large))
    found = evaluate_exactly(builder.build((), outputs), {"x": Fraction(1, 3)})
    assert found["one"] is not None
    assert float(found["one"]) == 1.0
    assert found["slope"] is not None
    assert float(found["slope"]) == pytest.approx(math.exp(1 / 3), rel=1e-15)


def test_a_branch_not_taken_may_be_outside_the_domain() -> None:
    builder = GraphBuilder()
    x = builder.input("x")
    zero = builder.constant(0)
    positive = builder.apply(Operation.LESS, zero, x)
    chosen = builder.apply(Operation.SELECT, positive, builder.apply(Operation.LOG, x), zero)
    graph = builder.build((), (OutputDeclaration("y", chosen),))
    found = evaluate_points(graph, {"x": [Fraction(-1), Fraction(1, 2), Fraction(0)]})["y"]
    assert [float(value) for value in found if value is not None] == pytest.approx(
        [0.0, math.log(0.5), 0.0]
    )
    floats = evaluate(graph, {"x": np.array([-1.0, 0.5, 0.0])})["y"]
    assert floats == pytest.approx([0.0, math.log(0.5), 0.0])


def test_what_cannot_be_decided_is_none() -> None:
    """floor(sin^2 + cos^2) is 1, but no precision tells."""
    builder = GraphBuilder()
    x = builder.input("x")
    squares = [
        builder.apply(Operation.SQUARE, builder.apply(o, x)) for o in (Operation.SIN, Operation.COS)
    ]
    node = builder.apply(Operation.FLOOR, builder.apply(Operation.ADD, *squares))
    graph = builder.build((), (OutputDeclaration("y", node),))
    assert evaluate_exactly(graph, {"x": 1}) == {"y": None}
    assert not UNDECIDED.is_nan()


def test_many_points_are_fast_and_equal_single_points() -> None:
    builder = GraphBuilder()
    x, y = builder.input("x"), builder.input("y")
    node = x
    for step in range(10):
        product = builder.apply(Operation.MULTIPLY, node, y)
        shifted = builder.apply(Operation.ADD, product, builder.constant(Fraction(step, 7)))
        node = builder.apply((Operation.SIN, Operation.TANH)[step % 2], shifted)
    outputs = (OutputDeclaration("y", node), OutputDeclaration("c", builder.constant(2)))
    graph = builder.build((), outputs)
    columns = {
        "x": [Fraction(n % 977, 128) for n in range(3000)],
        "y": [Fraction(n % 631, -256) for n in range(3000)],
    }
    found = evaluate_points(graph, columns)
    assert len(found["c"]) == 3000
    for point in range(0, 3000, 311):
        single = evaluate_exactly(graph, {name: c[point] for name, c in columns.items()})
        assert str(single["y"]) == str(found["y"][point])
    floats = evaluate(graph, {name: np.array(c, dtype=float) for name, c in columns.items()})
    assert [float(value) for value in found["y"] if value is not None] == pytest.approx(
        floats["y"].tolist(), abs=1e-10
    )
    assert floats["c"].shape == (3000,)


@pytest.mark.parametrize("below", ["max(x, t) < t", "t < max(t, x, t)", "min(t, x + 5, t) < t"])
def test_the_largest_is_equal_to_itself(below: str) -> None:
    """However many digits of x + pi are known, they do not tell whether it is below itself."""
    graph = symhdl.parse(f"t = x + pi\ny = if {below} then 1 else 2\noutput y", "native")
    assert graph.evaluate(x=-1, digits=20) == {"y": 2}


@each_row(
    "text", ["clamp(x, log(x), -2)", "clamp(log(x), -4, -2)", "min(log(x), -2)", "max(log(x), 2)"]
)
def test_a_choice_among_numbers_has_no_value_without_one_of_them(text: str) -> None:
    assert symhdl.parse(f"y = {text}").evaluate(x=Fraction(-1), digits=20) == {"y": None}


def test_deep_graphs_need_no_recursion() -> None:
    builder = GraphBuilder()
    node = x = builder.input("x")
    for _ in range(20_000):
        node = builder.apply(Operation.SUBTRACT, x, node)
    graph = builder.build((), (OutputDeclaration("y", node),))
    assert evaluate(graph, {"x": 0.75})["y"] == 0.75
    value = evaluate_exactly(graph, {"x": 0.75})["y"]
    assert value is not None
    assert float(value) == 0.75


@given(st.fractions(-50, 50, max_denominator=1 << 12), st.fractions(-9, 9, max_denominator=1 << 12))
def test_exact_powers_and_roots_are_inside_their_balls(x: Fraction, y: Fraction) -> None:
    for operation, operands in (
        (Operation.POWER, (x, Fraction(round(y)))),
        (Operation.POWER, (x * x, Fraction(1, 2))),
        (Operation.CUBE_ROOT, (x * x * x,)),
        (Operation.SQUARE_ROOT, (x * x,)),
    ):
        try:
            value = exact(operation, operands)
        except OutsideDomainError:
            continue
        assert value is not None
        with flint.ctx.workprec(200):
            found = BALL[operation](*map(ball, operands))
        assert not found.is_finite() or found.overlaps(ball(value))


def test_values_beyond_the_decimals() -> None:
    for text, value in (("exp(10^20)", math.inf), ("exp(-10^20)", 0.0), ("exp(10^7)", math.inf)):
        (found,) = symhdl.parse(text).evaluate(digits=20).values()
        assert found is not None
        assert float(found) == value
