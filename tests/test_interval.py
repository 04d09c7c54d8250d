"""Intervals enclose what exact rational arithmetic gives, and keep exact ends."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from symhdl.functions.elementary import FUNCTIONS
from symhdl.functions.operation import Operation
from symhdl.numeric.interval import Intervals, fraction_above, fraction_below

numbers = st.one_of(
    st.floats(-1e6, 1e6),
    st.integers(-64, 64).map(lambda n: n / 8),
    st.floats(-1e-200, 1e-200),
    st.floats(-1e200, 1e200),
)


def interval(a: float, b: float) -> Intervals:
    return Intervals.between(min(a, b), max(a, b))


def encloses(found: Intervals, values: list[Fraction]) -> bool:
    low, high = float(found.lower[0]), float(found.upper[0])
    below = low == -math.inf or Fraction(low) <= min(values)
    return below and (high == math.inf or max(values) <= Fraction(high))


@given(numbers, numbers, numbers, numbers)
def test_sums_differences_and_products_enclose_their_corners(
    a: float, b: float, c: float, d: float
) -> None:
    x, y = interval(a, b), interval(c, d)
    left, right = [Fraction(a), Fraction(b)], [Fraction(c), Fraction(d)]
    assert encloses(x + y, [u + v for u in left for v in right])
    assert encloses(x - y, [u - v for u in left for v in right])
    assert encloses(x * y, [u * v for u in left for v in right])


@given(numbers, numbers)
def test_squares_inverses_and_sizes_enclose_their_ends(a: float, b: float) -> None:
    x, ends = interval(a, b), [Fraction(a), Fraction(b)]
    assert encloses(x.square(), [u * u for u in ends])
    assert float(x.square().lower[0]) >= 0
    assert encloses(x.absolute(), [abs(u) for u in ends])
    if a * b > 0:
        assert encloses(x.inverse(), [1 / u for u in ends])


def test_small_dyadic_arithmetic_is_exact() -> None:
    x = Intervals.between(-0.75, 1.5)
    assert (x * x).hull() == (-1.125, 2.25)
    assert (x + x).hull() == (-1.5, 3.0)
    assert x.square().hull() == (0.0, 2.25)
    one = Intervals.between(1.0, 1.0)
    assert (one - Intervals.between(-1.0, 1.0).square()).hull() == (0.0, 1.0)


def test_inverse_of_an_interval_with_zero_is_the_whole_line() -> None:
    assert Intervals.between(-1.0, 2.0).inverse().hull() == (-math.inf, math.inf)


def test_zero_times_infinity_is_zero() -> None:
    zero = Intervals.between(0.0, 0.0)
    assert (zero * Intervals.between(-math.inf, math.inf)).hull() == (0.0, 0.0)


def test_increasing_rounds_outward_but_keeps_exact_values() -> None:
    root = Intervals.between(0.0, 2.0).increasing(lambda b: b.sqrt())
    assert root.lower[0] == 0.0
    assert Fraction(float(root.upper[0])) ** 2 > 2


@example(127, 8)
@example(12345, 4)
@given(st.integers(2, 1 << 20), st.integers(2, 12))
def test_powers_of_more_bits_than_a_float_has_are_enclosed(base: int, exponent: int) -> None:
    found = Intervals.between(base, base).increasing(lambda b: b**exponent)
    low, high = found.hull()
    assert Fraction(low) <= base**exponent <= Fraction(high)
    assert low != high or Fraction(low) == base**exponent


def test_outside_a_domain_there_is_nan() -> None:
    assert np.isnan(Intervals.between(-1.0, 1.0).increasing(lambda b: b.sqrt()).lower[0])
    for function in FUNCTIONS.values():
        nowhere = function.range(Intervals.between(math.nan, math.nan))
        assert np.isnan((nowhere.lower, nowhere.upper)).all(), function.name


@given(st.fractions(-1000, 1000))
def test_fractions_are_enclosed_by_floats(value: Fraction) -> None:
    low, high = fraction_below(value), fraction_above(value)
    assert Fraction(low) <= value <= Fraction(high)
    assert high <= np.nextafter(np.nextafter(low, np.inf), np.inf)


def test_a_sum_that_overflows_has_a_finite_lower_bound() -> None:
    huge = Intervals.between(1.5e308, 1.6e308)
    total = huge + huge
    assert np.isfinite(total.lower[0])
    assert total.upper[0] == np.inf
    assert np.isfinite((-huge - huge).upper[0])
    tiny = Intervals.between(5e-324, 5e-324)
    assert np.isfinite(tiny.inverse().lower[0])


def test_a_product_with_zero_is_zero_and_one_that_underflows_is_not() -> None:
    zero, third = Intervals.between(0.0, 0.0), Intervals.between(0.1, 0.3)
    assert (zero * third).hull() == (0.0, 0.0)
    assert (Intervals.between(0.0, 0.1) * third).lower[0] == 0.0
    tiny = Intervals.between(-1e-200, 1e-200)
    low, high = (tiny * tiny).hull()
    assert low < 0 < high


ENDS = st.one_of(
    st.floats(allow_subnormal=True),
    st.sampled_from([0.0, 1.0, 5e-324, 1e-200, -1e-200, 0.1, 1e308]),
)


@given(ENDS, ENDS, ENDS, ENDS)
def test_one_interval_is_as_one_of_many(a: float, b: float, c: float, d: float) -> None:
    ones = [Intervals.between(min(p, q), max(p, q)) for p, q in ((a, b), (c, d))]
    many = [Intervals(np.repeat(x.lower, 3), np.repeat(x.upper, 3)) for x in ones]
    for one, other in (
        (ones[0] + ones[1], many[0] + many[1]),
        (ones[0] * ones[1], many[0] * many[1]),
    ):
        assert np.array_equal(np.repeat(one.lower, 3), other.lower, equal_nan=True)
        assert np.array_equal(np.repeat(one.upper, 3), other.upper, equal_nan=True)


ANY_ENDS = st.one_of(numbers, ENDS, st.sampled_from([math.inf, -math.inf, math.nan]))


@given(st.lists(st.tuples(ANY_ENDS, ANY_ENDS), min_size=2, max_size=4), ANY_ENDS, ANY_ENDS)
def test_a_product_with_one_interval_is_that_with_so_many_equal_ones(
    many: list[tuple[float, float]], c: float, d: float
) -> None:
    x = Intervals(np.array([min(p) for p in many]), np.array([max(p) for p in many]))
    one = Intervals.between(min(c, d), max(c, d))
    equal = Intervals(np.repeat(one.lower, len(many)), np.repeat(one.upper, len(many)))
    for found, expected in ((x * one, x * equal), (one * x, equal * x)):
        assert np.array_equal(found.lower, expected.lower, equal_nan=True)
        assert np.array_equal(found.upper, expected.upper, equal_nan=True)


def test_products_that_overflow_warn_nobody() -> None:
    product = Intervals.between(1e200, math.inf) * Intervals.between(-1e200, 1e200)
    assert product.hull() == (-math.inf, math.inf)
    limit = Intervals.between(-1.7976931348623157e308, math.inf) * Intervals.between(1.0, 1.0)
    assert limit.hull() == (-math.inf, math.inf)


def test_images_at_the_last_double_warn_nobody() -> None:
    below_1024 = math.nextafter(1024.0, 0.0)
    image = FUNCTIONS[Operation.EXP2].range(Intervals.between(0.0, below_1024))
    assert image.hull() == (1.0, math.inf)


def test_the_slope_of_a_size_is_an_interval_even_at_zero_alone() -> None:
    x = Intervals(np.array([0.0, -1.0, 0.0, -2.0, -1.0]), np.array([0.0, 0.0, 1.0, -1.0, 1.0]))
    slope = x.slope_of_absolute()
    assert list(slope.lower) == [1, -1, 1, -1, -1]
    assert list(slope.upper) == [1, -1, 1, -1, 1]
