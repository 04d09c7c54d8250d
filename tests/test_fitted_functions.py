"""Functions fitted to rows: cells, proved errors and squares are as they are told, and rare arguments cost nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from msgspec import structs

from symhdl.approximation import Approximation, SmoothFunction, Specification, approximate
from symhdl.approximation.built import built, worth_of
from symhdl.approximation.table_sum import Shape, summed
from symhdl.empirical.fitted_functions import front, measured, weights_of
from symhdl.empirical.fitted_sums import Wanted, fits_of, rounded, shapes_of
from symhdl.empirical.fitted_turns import folds_of
from symhdl.empirical.samples import Floats
from symhdl.functions.elementary import univariate
from symhdl.functions.operation import Operation
from symhdl.lowering import fabric_for
from symhdl.numeric.ball import exact_ball, precision
from symhdl.passes.lower import Lower
from symhdl.request import Request
from symhdl.simulate import simulate
from symhdl.targets.target import load_target
from symhdl.variants import Variants
from tests.errors_of_design import read

FABRIC = fabric_for(Request(dsp="none", frequency_mhz=0.0), load_target("ecp5-25k"))
CASES = [
    (Operation.EXP, Specification(-100, 27, 5, 2.0**-6)),
    (Operation.SQUARE_ROOT, Specification(5, 160, 4, 2.0**-5)),
    (Operation.TANH, Specification(-60, 67, 5, 2.0**-6)),
    (Operation.SIN, Specification(-300, 333, 5, 2.0**-6)),
    (Operation.COS, Specification(-200, 150, 4, 2.0**-6, result=6)),
]


def function_of(operation: Operation) -> SmoothFunction:
    """The function of an operation."""
    found = univariate(operation)
    assert found is not None
    return found


def even_weights(specification: Specification, square: float) -> Floats:
    """Weights of all arguments alike, so that a mean square is what is wanted."""
    size = specification.span + 1
    return np.full(size, 1 / (size * square))


@pytest.mark.parametrize(("operation", "asked"), CASES, ids=str)
def test_cells_errors_and_squares_are_those_that_are_told(
    operation: Operation, asked: Specification
) -> None:
    function = function_of(operation)
    weights = even_weights(asked, (2.0**-6) ** 2)
    ways = front(function, asked, weights, FABRIC)
    assert ways
    arguments = np.arange(asked.minimum, asked.maximum + 1)
    with precision(100):
        exact = np.array(
            [float(function.ball(exact_ball(int(n), -asked.fraction))) for n in arguments]
        )
    for way in ways:
        approximation = way.approximation
        made = np.asarray(simulate(built(approximation, asked), {"x": arguments})["y"])
        assert made.min() >= approximation.minimum and made.max() <= approximation.maximum
        assert made.tolist() == list(approximation.witness(function).integers)
        missed = np.ldexp(made.astype(float), -approximation.fraction) - exact
        assert np.abs(missed).max() <= approximation.error
        assert math.isclose(way.square, float(weights @ missed**2), rel_tol=1e-6)
        assert way.worth == worth_of(approximation, FABRIC)
        assert asked.result is None or approximation.fraction == asked.result
    assert all(a.worth < b.worth and a.square > b.square for a, b in pairwise(ways))


def test_what_rows_do_not_reach_costs_nothing() -> None:
    """Where an exponential is steep there are no rows, which takes most of what a proved error takes."""
    function, asked = function_of(Operation.EXP), Specification(-256, 255, 6, 2.0**-3)
    rows = np.random.default_rng(1).normal(-2.5, 0.4, 2000)
    counts = np.full(2000, 1 / 2000 / (2.0**-9) ** 2)
    ways = front(function, asked, weights_of(rows, counts, asked), FABRIC)
    fitted = next(way for way in ways if way.square <= 1)
    proved = approximate(function, structs.replace(asked, error=2.0**-8), FABRIC)[0]
    assert fitted.worth < 0.6 * worth_of(proved.approximation, FABRIC)
    assert fitted.approximation.error > 2.0**-6


def test_weights_are_what_rows_count_and_reach_every_argument() -> None:
    asked = Specification(-32, 31, 3, 2.0**-6)
    chance = np.random.default_rng(2)
    rows, counts = chance.uniform(-3, 3, 500), chance.uniform(0, 1, 500)
    weights = weights_of(rows, counts, asked)
    assert math.isclose(weights.sum(), counts.sum(), rel_tol=1e-9)
    assert (weights > 0).all()
    assert weights[10:-10].min() > 20 * weights[:4].max()
    without = weights_of(np.append(rows, [np.nan, np.inf]), np.append(counts, [9.0, 9.0]), asked)
    assert np.array_equal(without, weights)


def columns_of(shape: Shape) -> Floats:
    """By address (rows) which entries of the tables count."""
    addresses = np.arange(1 << shape.argument_bits)
    (part,) = shape.parts
    initial = addresses >> shape.argument_bits - shape.initial_bits
    segment = addresses >> shape.argument_bits - part.segment_bits
    offset = (addresses >> part.low) & ((1 << part.bits) - 1)
    signs = np.ones(len(addresses))
    if part.folded:
        ones = (1 << part.bits) - 1
        signs = np.where(offset > ones >> 1, -1.0, 1.0)
        offset = np.where(offset > ones >> 1, ones - offset, offset)
    found = np.zeros(
        (len(addresses), (1 << shape.initial_bits) + (1 << part.segment_bits + part.bits))
    )
    found[addresses, initial] = 1.0
    found[addresses, (1 << shape.initial_bits) + (segment << part.bits) + offset] = signs
    return found


def test_a_sum_of_tables_is_the_best_of_its_shape() -> None:
    chance = np.random.default_rng(4)
    values = np.sqrt(np.arange(64) + 1.0) + 0.05 * chance.standard_normal(64)
    weights = chance.uniform(0.5, 1.5, 64)
    fits = [fit for fit in fits_of(Wanted(values, weights), math.inf) if fit.offsets is not None]
    assert len(fits) > 20
    for fit in fits:
        root = np.sqrt(weights)
        columns = columns_of(fit.shape) * root[:, None]
        best = np.linalg.lstsq(columns, values * root, rcond=None)[0]
        least = float(((columns @ best - values * root) ** 2).sum())
        assert least * (1 - 1e-9) <= fit.square <= least * 1.01
        shape, contents = rounded(fit, 6, 1)
        made = np.ldexp((summed(shape, contents) >> 1).astype(float), -6)
        square = float(weights @ (made - values) ** 2)
        assert math.sqrt(square) <= math.sqrt(fit.square) + 2.0**-6 * math.sqrt(weights.sum())


def test_shapes_have_tables_of_few_bits() -> None:
    for bits in (4, 8, 12):
        shapes = shapes_of(bits)
        assert len(set(shapes)) == len(shapes)
        assert all(s.initial_bits <= 9 and all(p.index_bits <= 9 for p in s.parts) for s in shapes)


def test_halves_of_a_turn() -> None:
    assert folds_of(function_of(Operation.SIN)) == (-1, 1)
    assert folds_of(function_of(Operation.COS)) == (1, -1)
    assert folds_of(function_of(Operation.TAN))[:1] == (-1,)


def test_the_square_of_an_approximation_that_was_found() -> None:
    function, asked = function_of(Operation.EXP), Specification(0, 63, 6, 2.0**-6)
    found = approximate(function, asked, FABRIC)[0].approximation
    square = measured(function, found, np.full(64, 1 / 64))
    assert square is not None and 0 < square <= found.error**2
    assert measured(function, found, np.full(63, 1 / 63)) is None


@pytest.mark.parametrize("share", [2, 8, 64])
def test_no_node_loses_what_was_not_planned(share: int) -> None:
    """Where a fitter finds more fractional bits than were planned, what rounds nothing behind it has them, too."""
    text = "input x : fixed<9,4>; input a : fixed<8,2>; output y : fixed<10,4>; y = max(a, -sin(x)*cos(x))"

    def finer(
        node: int,  # noqa: ARG001 - as a Fitter
        function: SmoothFunction,
        specification: Specification,
        find: Callable[[], Approximation],  # noqa: ARG001
    ) -> Approximation:
        wanted = structs.replace(specification, error=specification.error / share, result=None)
        return approximate(function, wanted, FABRIC)[0].approximation

    request = Request(source=text, dsp="none", frequency_mhz=0.0)
    design = Variants(read(text).graph).allotted(request, load_target("ecp5-25k"))
    lowering = Lower(fitter=finer).nodes(design)
    assert design.allocation is not None
    for planned, own in zip(design.allocation.local, lowering.local, strict=True):
        (least, most), (low, high) = planned.hull(), own.hull()
        assert least <= low and high <= most
