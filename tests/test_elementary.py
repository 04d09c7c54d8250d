"""Every function of one variable: range and slope enclose values and derivatives, the series agrees with the balls."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import arb, arb_series, ctx

from symhdl.functions.elementary import FUNCTIONS, rational_power
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import Symmetry, Univariate
from symhdl.numeric.interval import Intervals
from tests.rows import each_row

SEED = 7
ALL = [
    *FUNCTIONS.values(),
    *(rational_power(Fraction(p)) for p in ("37/100", "-5/2", "7/3", "1/10")),
]


def random_intervals(function: Univariate, count: int) -> list[tuple[float, float]]:
    generator = np.random.default_rng(SEED)
    domain = function.domain
    low, high = max(domain.lower, -5.0), min(domain.upper, 5.0)
    found: list[tuple[float, float]] = []
    while len(found) < count:
        a, b = np.sort(generator.uniform(low, high, 2))
        b = a + (b - a) * generator.choice([1.0, 1e-1, 1e-4])
        if bool(domain.holds(Intervals.between(a, b))[0]):
            found.append((float(a), float(b)))
    return found


@pytest.mark.parametrize("function", ALL, ids=lambda f: f.name)
def test_range_and_slope_enclose(function: Univariate) -> None:
    generator = np.random.default_rng(SEED)
    for a, b in random_intervals(function, 60):
        x = Intervals.between(a, b)
        values, slopes = function.range(x), function.slope(x)
        for point in generator.uniform(a, b, 5):
            value = function.ball(arb(float(point)))
            assert value >= arb(float(values.lower[0])), (a, b, point)
            assert value <= arb(float(values.upper[0])), (a, b, point)
            if function.name == "cbrt" and point <= 0:
                continue
            slope = function.series(arb_series([arb(float(point)), 1], prec=3))[1]
            assert not slope < arb(float(slopes.lower[0])), (a, b, point)
            assert not slope > arb(float(slopes.upper[0])), (a, b, point)


@each_row("function", ALL, ids=lambda f: f.name)
def test_series_has_the_value_and_the_derivatives(function: Univariate) -> None:
    for a, _ in random_intervals(function, 20):
        if function.name == "cbrt" and a <= 0.01:
            continue
        series = function.series(arb_series([arb(a), 1], prec=4))
        assert series[0].overlaps(function.ball(arb(a)))
        step = arb(2) ** -12
        if abs(a) < 0.1 or function.name.startswith(("a", "pow", "log")):
            continue
        ahead = function.ball(arb(a) + step)
        predicted = series[0] + step * series[1] + step**2 * series[2] + step**3 * series[3]
        assert abs(float(ahead - predicted)) < 1e-12 * max(
            1.0, abs(float(ahead)), abs(float(series[3]))
        )


@each_row("function", ALL, ids=lambda f: f.name)
def test_series_on_a_wide_ball_holds_the_series_inside(function: Univariate) -> None:
    for a, b in random_intervals(function, 20):
        if b - a > 0.2 or (function.name == "cbrt" and a <= 0):
            continue
        wide = function.series(arb_series([arb(a).union(arb(b)), 1], prec=4))
        inside = function.series(arb_series([arb((a + b) / 2), 1], prec=4))
        for order in range(4):
            assert wide[order].overlaps(inside[order])


@each_row("function", ALL, ids=lambda f: f.name)
def test_symmetry_and_period_are_true(function: Univariate) -> None:
    for a, _ in random_intervals(function, 10):
        value = function.ball(arb(a))
        if function.symmetry is Symmetry.ODD:
            assert function.ball(arb(-a)).overlaps(-value)
        if function.symmetry is Symmetry.EVEN:
            assert function.ball(arb(-a)).overlaps(value)
        if function.period is not None:
            assert function.ball(arb(a) + function.period()).overlaps(value)


@pytest.mark.parametrize(
    "function", [f for f in ALL if f.modulus is not None], ids=lambda f: f.name
)
def test_modulus_of_continuity_bounds_differences(function: Univariate) -> None:
    assert function.modulus is not None
    assert function.inverse_modulus is not None
    generator = np.random.default_rng(SEED)
    low, high = max(function.domain.lower, -3.0), min(function.domain.upper, 3.0)
    for step in (1e-6, 1e-3, 0.1, 0.5):
        limit = float(function.modulus(np.array([step]))[0])
        back = float(function.inverse_modulus(np.array([limit]))[0])
        assert 0.5 * step < back <= step * 1.001
        starts = [low, high - step, -step / 2, *generator.uniform(low, high - step, 50)]
        for start in starts:
            if not low <= start <= high - step:
                continue
            difference = function.ball(arb(start + step)) - function.ball(arb(start))
            assert float(abs(difference)) <= limit * (1 + 1e-9)


@each_row("operation", [op for op, f in FUNCTIONS.items() if f.modulus is not None])
@each_row("exponent", [0.54, 0.5449, 0, -3, -10, -25, -26, -27, -30, -45, -52, -60, -200, -900])
def test_a_modulus_bounds_the_step_from_an_end_of_the_domain(
    operation: Operation, exponent: int
) -> None:
    """Where a function is steepest, its change over e is what the modulus says, and hardly more."""
    function = FUNCTIONS[operation]
    assert function.modulus is not None
    assert function.inverse_modulus is not None
    step = 1.37 * 2.0**exponent
    start = function.domain.lower if np.isfinite(function.domain.lower) else -step / 2
    with ctx.workprec(4000):
        change = abs(function.ball(arb(start) + arb(step)) - function.ball(arb(start)))
        assert change < arb(float(function.modulus(np.array([step]))[0])) < change * 1.001
    inverse = float(function.inverse_modulus(function.modulus(np.array([step])))[0])
    assert step / 2 < inverse < step * 1.01
