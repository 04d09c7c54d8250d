"""Balls: nothing that is not finite becomes small, and every conversion rounds outwards."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from flint import arb, arb_series, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from symhdl.numeric.ball import (
    ball_of,
    ends,
    exact_ball,
    float_above,
    is_moderate,
    lower_float,
    magnitude,
    midpoint,
    nearest_integer,
    precision,
    radius,
    scaled_midpoint,
    taylor_coefficients,
    upper_float,
)
from symhdl.numeric.limits import MAXIMUM_SCALE

fractions = st.fractions(
    min_value=Fraction(-(10**12)), max_value=Fraction(10**12), max_denominator=10**15
)


@given(fractions)
@settings(derandomize=True)
def test_a_ball_holds_its_fraction(value: Fraction) -> None:
    ball = ball_of(value)
    assert Fraction(lower_float(ball)) <= value <= Fraction(upper_float(ball))
    assert abs(value) <= Fraction(magnitude(ball))
    assert abs(midpoint(ball) - value) <= Fraction(radius(ball))


@given(fractions)
@settings(derandomize=True)
def test_float_above_is_the_next_float(value: Fraction) -> None:
    above = float_above(value)
    assert Fraction(above) >= value
    assert Fraction(math.nextafter(above, -math.inf)) < value


def test_float_above_beyond_the_floats() -> None:
    assert float_above(Fraction(10) ** 400) == math.inf
    assert float_above(-(Fraction(10) ** 400)) == -math.nextafter(math.inf, 0)


@pytest.mark.parametrize("ball", [arb.nan(), arb("inf"), arb(0, arb("inf")), arb(-1).sqrt()])
def test_what_is_not_finite_is_infinite(ball: arb) -> None:
    assert magnitude(ball) == upper_float(ball) == radius(ball) == math.inf
    assert lower_float(ball) == -math.inf
    assert nearest_integer(ball, 3)[1] == math.inf


@given(st.integers(-(2**70), 2**70), st.integers(-300, 300))
@settings(derandomize=True)
def test_exact_balls(integer: int, exponent: int) -> None:
    ball = exact_ball(integer, exponent)
    assert ball.is_exact()
    assert midpoint(ball) == integer * Fraction(2) ** exponent


@given(st.integers(-(2**60), 2**60), st.integers(-40, 40), st.integers(-20, 60))
@settings(derandomize=True)
def test_rounding_of_exact_numbers(integer: int, exponent: int, bits: int) -> None:
    exact = integer * Fraction(2) ** (exponent + bits)
    ball = exact_ball(integer, exponent)
    assert scaled_midpoint(ball, bits) == math.floor(exact)
    nearest, distance = nearest_integer(ball, bits)
    assert abs(nearest - exact) <= Fraction(1, 2)
    assert Fraction(distance) >= abs(nearest - exact)


def test_distance_covers_the_radius() -> None:
    nearest, distance = nearest_integer(arb(1, 0.25), 3)
    assert nearest == 8
    assert 2 <= distance < 2.01


def test_precision_is_restored() -> None:
    before = ctx.prec, ctx.cap
    with precision(333, 21):
        assert (ctx.prec, ctx.cap) == (333, 21)
    assert (ctx.prec, ctx.cap) == before
    with pytest.raises(ZeroDivisionError), precision(50, 3):
        raise ZeroDivisionError
    assert (ctx.prec, ctx.cap) == before


def test_taylor_coefficients() -> None:
    with precision(100, 6):
        found = taylor_coefficients(lambda s: s.exp(), arb(0), arb(2), 6)
    for k, coefficient in enumerate(found):
        assert coefficient.overlaps(ball_of(Fraction(2**k, math.factorial(k))))


def test_taylor_coefficients_of_a_polynomial_end_in_zeros() -> None:
    with precision(100, 6):
        found = taylor_coefficients(lambda s: s * s, arb(3), arb(1), 6)
    assert [int(float(c)) for c in found] == [9, 6, 1, 0, 0, 0]


def test_taylor_coefficients_that_a_function_drops_are_unknown() -> None:
    with precision(100, 6):
        found = taylor_coefficients(lambda s: arb_series(s.coeffs(), prec=3), arb(3), arb(1), 6)
    assert all(math.isinf(magnitude(c)) for c in found[3:])
    assert all(c.is_finite() for c in found[:3])


def test_taylor_coefficients_on_a_ball_hold_those_inside() -> None:
    with precision(100, 8):
        wide = taylor_coefficients(lambda s: s.sin(), arb(1, 0.5), arb(1), 8)
        for point in (0.5, 0.75, 1.25, 1.5):
            thin = taylor_coefficients(lambda s: s.sin(), arb(point), arb(1), 8)
            assert all(w.contains(t) for w, t in zip(wide, thin, strict=True))


def test_taylor_coefficients_at_a_singular_point_are_not_finite() -> None:
    with precision(100, 4):
        found = taylor_coefficients(lambda s: s.sqrt(), arb(0, 0.5), arb(1), 4)
    assert not any(c.is_finite() for c in found[1:])


@pytest.mark.parametrize("exponent", [-(10**30), -(10**9), -20_000, -3, 0, 5, 9_000])
@pytest.mark.parametrize("sign", [-1, 1])
def test_ends_hold_the_ball_whatever_its_exponent(exponent: int, sign: int) -> None:
    ball = arb((sign * 5, exponent), (3, exponent - 1))
    low, high = ends(ball)
    assert arb(fmpq(low.numerator, low.denominator)) <= ball.lower()
    assert arb(fmpq(high.numerator, high.denominator)) >= ball.upper()
    assert high - low <= 2 * Fraction(2) ** max(exponent + 2, 4 - MAXIMUM_SCALE)


def test_numbers_that_fractions_should_not_hold() -> None:
    assert is_moderate(exact_ball(1, MAXIMUM_SCALE - 1))
    assert not is_moderate(exact_ball(1, MAXIMUM_SCALE))
    assert not is_moderate(arb("nan"))
