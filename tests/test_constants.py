"""Constants on a boundary: exact where algebra decides them, told where nothing does, never an internal error."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import flint
import numpy as np
import pytest

from symhdl.errors import SymhdlError
from symhdl.functions.evaluation import BALL
from symhdl.functions.exact import OutsideDomainError
from symhdl.functions.operation import ANY, Operation
from symhdl.functions.surd import RULES, Surd, exact_surd
from tests.errors_of_design import assert_bounds_hold, compiled, request_of
from tests.rows import each_row

UNIT = {"x": (0, 1)}


@each_row("level", [0, 1, 2])
@each_row(
    ("text", "value"),
    [
        ("x + asin(2*sin(pi/6))", math.pi / 2),
        ("x + x*mod(2*pi, pi)", 0.0),
        ("x + sign(tan(pi/4) - 1)", 0.0),
        ("x + floor(sqrt(2)^2)", 2.0),
        ("x + floor(2*cos(pi/4)^2)", 1.0),
        ("x + argmax(sqrt(2)^2, 2)", 0.0),
        ("x + (if sqrt(2)*sqrt(3) == sqrt(6) then 1 else 2)", 1.0),
        ("x + (if exp(1) > 2 then 1 else log(0 - x - 1))", 1.0),
        ("x + floor(1000*pi)", 3141.0),
    ],
)
def test_constants_that_are_decided(text: str, value: float, level: int) -> None:
    _, design = compiled(text, request_of(UNIT, output_width=20, opt=level))
    x = np.arange(0, 1, 1 / 64)
    found = design.simulate(x)
    assert isinstance(found, np.ndarray)
    assert np.max(np.abs(found - x - value)) <= design.error_bound + 1e-9


@pytest.mark.parametrize(
    "text",
    [
        "x + floor(exp(log(2)))",
        "x + acosh(cosh(1)/cosh(1))",
        "x + sqrt(sin(1)^2 + cos(1)^2 - 1)",
        "x + (if log(6) == log(2) + log(3) then 1 else 2)",
    ],
)
def test_constants_that_nobody_can_decide(text: str) -> None:
    with pytest.raises(SymhdlError) as caught:
        compiled(text, request_of(UNIT, opt=0))
    (told,) = caught.value.diagnostics
    assert told.id == "undecided-constant"
    assert told.span is not None
    assert told.span.start >= len("x + ")


def test_an_undecided_constant_that_nothing_needs_is_no_mistake() -> None:
    compiled("if exp(1) > 2 then x else x + floor(exp(log(2)))", request_of(UNIT, opt=0))


SURDS = [
    Surd(Fraction(n, d), power, radicand)
    for n, d, power, radicand in itertools.product((-2, -1, 1, 3), (1, 2, 6), (0, 1), (1, 2, 3))
] + [Surd(Fraction(0))]


def ball(surd: Surd) -> flint.arb:
    rational = flint.arb(flint.fmpq(surd.rational.numerator, surd.rational.denominator))
    return rational * flint.arb.pi() ** surd.power * flint.arb(surd.radicand).sqrt()


@pytest.mark.parametrize("operation", RULES)
def test_surds_lie_in_the_balls_of_their_operation(operation: Operation) -> None:
    count = 2 if operation.arity == ANY else operation.arity
    known = 0
    with flint.ctx.workprec(200):
        for operands in itertools.product(SURDS, repeat=count):
            enclosure = BALL[operation](*map(ball, operands))
            try:
                found = exact_surd(operation, operands)
            except OutsideDomainError:
                assert not enclosure.is_finite(), operands
                continue
            if found is None:
                continue
            known += 1
            assert not enclosure.is_finite() or enclosure.overlaps(ball(found)), (operands, found)
    assert known > 0


@pytest.mark.parametrize(("square", "root"), [(18, (3, 2)), (49, (7, 1)), (6, (1, 6))])
def test_surds_are_in_lowest_form(square: int, root: tuple[int, int]) -> None:
    rational, radicand = root
    found = exact_surd(Operation.SQUARE_ROOT, (Surd(Fraction(square)),))
    assert found == Surd(Fraction(rational), 0, radicand)
    assert (found.value is None) == (radicand > 1)


@pytest.mark.parametrize("text", ["y = x + exp(300)", "y = x + exp(200) - sinh(199)"])
def test_large_constants_have_all_their_fractional_bits(text: str) -> None:
    wanted = request_of({"x": (0, 1)}, output_width=None, error=Fraction(1, 100))
    graph, design = compiled(text, wanted)
    assert_bounds_hold(graph, design)


# --- constants of any exponent ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "exp(-1e9)*x",
        "x + exp(-exp(exp(5)))",
        "x*1e-4000",
        "max(x, exp(-1e12))",
        "x/exp(1e9)",
        "log(exp(-1e12))*x",
    ],
)
def test_what_is_far_below_the_error_is_worth_nothing(text: str) -> None:
    graph, design = compiled(text, request_of(UNIT, error=Fraction(1, 2**8), output_width=None))
    assert_bounds_hold(graph, design, count=20)


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("exp(exp(20))*x", "domain"),
        ("exp(exp(exp(5)))*x", "domain"),
        ("floor(2^(10^9))*x", "domain"),
        ("x*1e-4000", "range-too-small"),
        ("x^1e-400", "exponent"),
        ("x^1.5e4000", "exponent"),
        ("x^(10^1200)", "exponent"),
    ],
)
def test_constants_and_exponents_beyond_all_numbers_are_told(text: str, id: str) -> None:
    with pytest.raises(SymhdlError) as caught:
        compiled(text, request_of(UNIT))
    assert id in {diagnostic.id for diagnostic in caught.value.diagnostics}


def test_errors_beyond_all_numbers_are_told() -> None:
    with pytest.raises(SymhdlError) as caught:
        compiled("x/3", request_of(UNIT, error=Fraction(1, 10**500), output_width=None))
    assert caught.value.diagnostics[0].id == "bad-error"
