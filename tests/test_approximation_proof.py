"""The parts of the proof: bounds are never below what they bound, and wrong tables are found out."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from symhdl.approximation.approximation import Specification
from symhdl.approximation.binade import BinadeAddressing, binade_grid
from symhdl.approximation.certificate import (
    approximation_error,
    exact_polynomials,
    rounded_coefficients,
)
from symhdl.approximation.fitting import economisation, fit, supremum, to_chebyshev
from symhdl.approximation.periodic import reduce, slope_bound
from symhdl.approximation.piecewise import UniformAddressing, uniform_grid
from symhdl.approximation.segments import Grid, PointValues, Taylor, models
from symhdl.approximation.split import SplitPart, joined
from symhdl.approximation.table import table
from symhdl.approximation.widths import (
    WHOLE,
    Widths,
    estimated_error,
    evaluation_errors,
    narrowest_widths,
)
from symhdl.functions.elementary import FUNCTIONS
from symhdl.functions.operation import Operation
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Datapath
from symhdl.numeric.ball import exact_ball, magnitude, precision
from tests.cells import simulate_cells
from tests.rows import each_row

EXP = FUNCTIONS[Operation.EXP]
SQRT = FUNCTIONS[Operation.SQUARE_ROOT]
SEED = 20


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=12))
@settings(derandomize=True)
def test_supremum_bounds_the_polynomial(coefficients: list[float]) -> None:
    bound = supremum(np.array(coefficients)[:, None])[0]
    points = np.linspace(-1, 1, 201)
    assert np.abs(np.polynomial.polynomial.polyval(points, coefficients)).max() <= bound + 1e-9


def test_chebyshev_matrix_is_exact() -> None:
    matrix = to_chebyshev(33)
    for power in range(33):
        total = sum(Fraction(float(c)) for c in matrix[:, power])
        assert total == 1  # every T_k is 1 at 1
    assert np.array_equal(economisation(4, 5)[:4], np.eye(4))


@pytest.mark.parametrize("dropped", [0, 2, 5])
@pytest.mark.parametrize("accumulator", [6, 9, 14])
def test_evaluation_errors_hold(dropped: int, accumulator: int) -> None:
    """Horner's rule in integers against the polynomial that the widths define, exactly."""
    print(f"seed {SEED}")
    generator = random.Random(SEED)  # noqa: S311 - reproducible
    bits = 8
    widths = Widths(
        bits, (12, 10, accumulator), (7, accumulator, accumulator), (0, dropped, dropped), (WHOLE,) * 3
    )  # fmt: skip
    tables = [np.array([generator.randint(-3000, 3000) for _ in range(4)]) for _ in range(3)]
    polynomials, scale = exact_polynomials(tables, widths)
    unit = Fraction(1, 1 << scale)
    sizes = tuple(
        max(
            Fraction(1) + sum(abs(Fraction(int(table[a]), 1 << widths.coefficients[p + k])) * 2
                for k, table in enumerate(tables[p:]))
            for a in range(4)
        )
        for p in range(3)
    )  # fmt: skip
    bound = evaluation_errors(widths, sizes)[0]
    for address in range(4):
        for offset in range(1 << bits):
            tau = offset - (1 << (bits - 1))
            accumulated = int(tables[2][address])
            fraction = widths.accumulators[2]
            for power in (1, 0):
                operand = tau >> widths.dropped[power + 1]
                product = Fraction(
                    accumulated * operand, 1 << (fraction + widths.operand_fraction(power + 1))
                )
                fraction = widths.accumulators[power]
                total = product + Fraction(
                    int(tables[power][address]), 1 << widths.coefficients[power]
                )
                accumulated = int(total * (1 << fraction) // 1)
            exact_tau = Fraction(tau, 1 << (bits - 1))
            exact = sum(int(c) * unit * exact_tau**k for k, c in enumerate(polynomials[:, address]))
            assert abs(Fraction(accumulated, 1 << fraction) - exact) <= bound


@given(
    st.integers(4, 20),
    st.integers(2, 20),
    st.lists(st.floats(0.001, 10), min_size=1, max_size=5),
    st.floats(0.6, 3),
)
@settings(derandomize=True)
def test_allocated_widths_meet_the_budget(
    bits: int, fraction: int, sizes: list[float], share: float
) -> None:
    budget = share * 2.0**-fraction
    widths = narrowest_widths(bits, fraction, budget, tuple(sizes))
    if widths is None:
        return
    assert widths.accumulators[0] == fraction
    assert estimated_error(widths, tuple(sizes)) <= budget
    exact = evaluation_errors(widths, tuple(map(Fraction, sizes)))[0]
    assert exact <= Fraction(budget)


def uniform(problem: Specification, offset_bits: int) -> Grid:
    count = (problem.maximum >> offset_bits) - (problem.minimum >> offset_bits)
    return uniform_grid(problem, UniformAddressing(0, count.bit_length(), offset_bits))


def test_grids_hold_every_argument_once() -> None:
    for minimum, maximum in ((0, 999), (-70, 300), (5, 5), (-8, -1)):
        grid = uniform(Specification(minimum, maximum, 4, 0.1), 5)
        found = sorted(
            s.first + s.step * j for s in grid.segments if s for j in range(s.low, s.high + 1)
        )
        assert found == list(range(minimum, maximum + 1))


@each_row("step", [1, -1])
@each_row("stages", [1, 2, 3, 4])
@each_row("mantissa_bits", [0, 1, 3])
@each_row("smallest", [0, 1, 37])
def test_binades_lead_every_argument_to_its_segment(
    step: int, stages: int, mantissa_bits: int, smallest: int
) -> None:
    width, largest = 9, 400
    reached = (1 << stages) - 1
    zero_alone = smallest == 0 and reached >= width
    subnormal = not zero_alone and smallest.bit_length() + reached < width
    addressing = BinadeAddressing(10, step, width, stages, mantissa_bits, subnormal)
    low, high = sorted((10 + step * smallest, 10 + step * largest))
    grid = binade_grid(Specification(low, high, 4, 0.1), addressing)
    builder = DatapathBuilder()
    argument = builder.input("x", low, high, 4)
    address, offset = addressing.build(builder, argument)
    ns = np.arange(low, high + 1)
    values = simulate_cells(Datapath("test", tuple(builder.cells), (), ()), {"x": ns})
    assert len(grid.segments) == addressing.entries
    for n, a, m in zip(ns.tolist(), values[address].tolist(), values[offset].tolist(), strict=True):
        segment = grid.segments[a]
        assert segment is not None
        j = (n - segment.first) * segment.step
        assert segment.low <= j <= segment.high
        assert m == j << segment.shift
    assert sum(s.points for s in grid.segments if s) == len(ns)


def test_models_enclose_the_function() -> None:
    problem = Specification(0, 4095, 12, 2.0**-12)
    grid = binade_grid(problem, BinadeAddressing(0, 1, 12, 4, 3, False))
    enclosures = models(SQRT, problem, grid, 2)
    assert enclosures is not None
    kinds = set()
    for segment, model in zip(grid.segments, enclosures, strict=True):
        if segment is None:
            continue
        kinds.add(type(model))
        assert model is not None
        for j in (segment.low, (segment.low + segment.high) // 2, segment.high):
            with precision(200):
                exact = SQRT.ball(exact_ball(segment.first + segment.step * j, -12))
                if isinstance(model, PointValues):
                    value = exact_ball(model.values[j - segment.low], -problem.precision)
                else:
                    sigma = (grid.position(2 * j, segment.shift) - model.centre) / model.half
                    value = sum(
                        (exact_ball(c, -problem.precision) * arb(sigma.numerator) ** k / sigma.denominator**k
                         if sigma != 0 or k == 0 else arb(0))
                        for k, c in enumerate(model.coefficients)
                    )  # fmt: skip
                assert magnitude(exact - value) <= model.slack * (1 + 1e-9) + 1e-50
    assert kinds == {Taylor, PointValues}


def test_a_wrong_coefficient_is_found_out() -> None:
    problem = Specification(0, 1023, 10, 2.0**-12)
    grid = uniform(problem, 6)
    enclosures = models(EXP, problem, grid, 2)
    assert enclosures is not None
    targets = fit(enclosures, problem.precision, 2, 2.0**-16)
    widths = Widths(6, (14, 14, 14), (12, 14, 14), (0, 0, 0), (WHOLE,) * 3)
    tables = rounded_coefficients(targets, widths)
    assert tables is not None
    good = approximation_error(*exact_polynomials(tables, widths), enclosures, problem.precision)
    assert good < 2.0**-13
    for power in range(3):
        wrong = [table.copy() for table in tables]
        wrong[power][7] += 64
        bad = approximation_error(*exact_polynomials(wrong, widths), enclosures, problem.precision)
        assert bad >= 2.0**-8 - good


def test_no_model_where_the_function_is_not_defined() -> None:
    problem = Specification(-100, 4000, 8, 2.0**-8)
    assert models(SQRT, problem, uniform(problem, 9), 3) is None


def test_slope_bounds() -> None:
    problem = Specification(0, 100, 4, 2.0**-8)
    assert 1 <= slope_bound(FUNCTIONS[Operation.SIN], problem) < 1.1
    assert slope_bound(FUNCTIONS[Operation.TAN], problem) == np.inf
    assert reduce(FUNCTIONS[Operation.TAN], problem) is None


@pytest.mark.parametrize("bits", [31, 300])
def test_the_phase_is_as_exact_as_told(bits: int) -> None:
    problem = Specification(-(1 << bits), (1 << bits) - 1, 3, 2.0**-12)
    found = reduce(FUNCTIONS[Operation.SIN], problem)
    assert found is not None
    reduction, error = found
    assert error < problem.error
    print(f"seed {SEED}")
    generator = random.Random(SEED)  # noqa: S311 - reproducible
    with precision(700):
        for _ in range(500):
            n = generator.randint(problem.minimum, problem.maximum)
            product = (n * reduction.multiplier) % (1 << reduction.product_bits)
            phase = 2 * (product >> (reduction.product_bits - reduction.phase_bits)) + 1
            exact = exact_ball(n, -3) / (2 * arb.pi())
            turns = exact - exact_ball(phase, -reduction.phase_bits - 1)
            distance = turns - (turns + 0.5).floor()
            assert magnitude(distance) <= reduction.distance * (1 + 1e-12)


def test_split_ranges_meet_without_a_gap() -> None:
    low = table(EXP, Specification(-20, -1, 4, 2.0**-6))
    high = table(EXP, Specification(0, 13, 4, 2.0**-3))
    assert low is not None
    assert high is not None
    whole = joined((SplitPart(-20, -1, low), SplitPart(0, 13, high)))
    assert whole.error == max(low.error, high.error)
    builder = DatapathBuilder()
    argument = builder.input("x", -20, 13, 4)
    result = whole.build(builder, argument)
    ns = np.arange(-20, 14)
    values = simulate_cells(Datapath("test", tuple(builder.cells), (), ()), {"x": ns})
    exact = np.exp(ns / 16)
    errors = np.abs(values[result] * 2.0**-whole.fraction - exact)
    assert errors[:20].max() <= low.error
    assert errors[20:].max() <= high.error
