"""Approximations: what the cells compute is never farther from the function than the error that was proved."""

from __future__ import annotations

import operator
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from symhdl.approximation import (
    Approximation,
    Priced,
    SmoothFunction,
    Specification,
    candidates,
    choose,
    methods,
)
from symhdl.approximation import approximate as ways_to_approximate
from symhdl.approximation.effort import EXTENTS, Depth
from symhdl.approximation.methods import all_cuts
from symhdl.approximation.piecewise import UniformAddressing
from symhdl.approximation.polynomial import Addressing, Polynomials, realise
from symhdl.approximation.problem import Floor, Problem
from symhdl.approximation.prospects import prospects_of
from symhdl.approximation.remembered import Remembered
from symhdl.approximation.sampling import Sizes
from symhdl.approximation.segments import Grid
from symhdl.approximation.table import fits
from symhdl.cost.operators import Fabric, fabric_of
from symhdl.errors import SymhdlError
from symhdl.functions.elementary import FUNCTIONS, rational_power
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import Univariate as Known
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Datapath
from symhdl.lowering import functions, lowering
from symhdl.numeric.ball import exact_ball, lower_float, magnitude, precision, upper_float
from symhdl.targets.target import load_target
from tests.cells import simulate_cells
from tests.errors_of_design import assert_bounds_hold, compiled, request_of

FABRIC = fabric_of(load_target("ecp5-85k"), "none", clocked=False)
ORDINARY = EXTENTS[Depth.ORDINARY]
DEPTHS = {False: Depth.ORDINARY, True: Depth.BRIEF}
DIGITS_40 = 140  # bits; balls are computed with more where the error is small
EXHAUSTIVE = 1 << 12
PICKED = 150


def ways(
    function: SmoothFunction, minimum: int, maximum: int, fraction: int, error: float,
    fabric: Fabric = FABRIC, *, brief: bool = False,
) -> tuple[Priced, ...]:  # fmt: skip
    """All that is found, the least worth first."""
    specification = Specification(minimum, maximum, fraction, error)
    return ways_to_approximate(function, specification, fabric, depth=DEPTHS[brief])


def approximate(
    function: SmoothFunction, minimum: int, maximum: int, fraction: int, error: float, *, brief: bool = False
) -> Approximation:  # fmt: skip
    """What is worth least."""
    return ways(function, minimum, maximum, fraction, error, brief=brief)[0].approximation


def arguments(minimum: int, maximum: int, seed: int) -> list[int]:
    """All arguments if they are few, else the ends, the neighbourhood of zero, powers of two and random ones."""
    if maximum - minimum < EXHAUSTIVE:
        return list(range(minimum, maximum + 1))
    print(f"seed {seed}")
    generator = random.Random(seed)  # noqa: S311 - reproducible
    picked = {generator.randint(minimum, maximum) for _ in range(PICKED)}
    for near in (minimum, maximum, 0, *((1 << i) + minimum for i in range(64))):
        picked |= {near - 1, near, near + 1}
    return sorted(n for n in picked if minimum <= n <= maximum)


def hardware(
    approximation: Approximation, minimum: int, maximum: int, fraction: int, ns: list[int]
) -> list[int]:
    """The integers that the cells give; every cell is held against its range."""
    builder = DatapathBuilder()
    argument = builder.input("x", minimum, maximum, fraction)
    result = approximation.build(builder, argument)
    assert builder.fraction(result) == approximation.fraction
    low, high = builder.range(result)
    assert approximation.minimum <= low <= high <= approximation.maximum
    datapath = Datapath("test", tuple(builder.cells), (), ())
    values = simulate_cells(datapath, {"x": np.array(ns, dtype=np.int64)})
    for cell, value in zip(datapath.cells, values, strict=True):
        assert cell.minimum <= min(value.tolist()), cell
        assert max(value.tolist()) <= cell.maximum, cell
    integers: list[int] = values[result].tolist()
    return integers


def check(
    function: SmoothFunction, minimum: int, maximum: int, fraction: int, error: float, seed: int = 1
) -> Approximation:
    """Approximates, builds, simulates, and compares with balls of more than 40 digits."""
    approximation = approximate(function, minimum, maximum, fraction, error)
    assert approximation.error <= error
    ns = arguments(minimum, maximum, seed)
    worst = 0.0
    with precision(DIGITS_40 + max(0, -int(np.log2(error))) * 2):
        for n, integer in zip(
            ns, hardware(approximation, minimum, maximum, fraction, ns), strict=True
        ):
            exact = function.ball(exact_ball(n, -fraction))
            distance = magnitude(exact - exact_ball(int(integer), -approximation.fraction))
            worst = max(worst, distance)
    assert worst <= approximation.error * (1 + 1e-12)
    return approximation


def largest(function: SmoothFunction, minimum: int, maximum: int, fraction: int) -> float:
    """The size of the function over the range, from samples."""
    with precision(200):
        points = {minimum + (maximum - minimum) * i // 64 for i in range(65)}
        return max(magnitude(function.ball(exact_ball(n, -fraction))) for n in points)


RANGES: dict[Operation, tuple[float, float]] = {
    Operation.INVERSE: (2**-4, 16),
    Operation.SQUARE_ROOT: (0, 16),
    Operation.LOG: (2**-6, 16),
    Operation.LOG2: (2**-6, 16),
    Operation.LOG10: (2**-6, 16),
    Operation.LOG1P: (-0.99, 8),
    Operation.TAN: (-1.5, 1.5),
    Operation.ACOSH: (1, 16),
    Operation.ATANH: (-0.99, 0.99),
    Operation.EXP: (-10, 8),
}


def usual_range(function: Known) -> tuple[float, float]:
    """What a domain leaves of [-8, 8], at a distance from open ends."""
    domain = function.domain
    gap = 0 if domain.closed else 2**-6
    return max(-8, domain.lower + gap), min(8, domain.upper - gap)


POWERS = (Fraction(37, 100), Fraction(-1, 2), Fraction(3, 2), Fraction(-7, 3))
CASES: dict[str, tuple[Known, tuple[float, float]]] = {
    function.name: (function, RANGES.get(operation, usual_range(function)))
    for operation, function in FUNCTIONS.items()
} | {rational_power(p).name: (rational_power(p), (2**-5, 8)) for p in POWERS}


def grid(low: float, high: float, width: int) -> tuple[int, int, int]:
    """The integers and the fraction of a range with about `width` bits."""
    fraction = width - int(np.ceil(np.log2(max(abs(low), abs(high))))) - (low < 0)
    return int(np.ceil(low * 2.0**fraction)), int(np.floor(high * 2.0**fraction)), fraction


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(
    ("width", "precise"),
    [
        (4, 5),
        (12, 11),
        pytest.param(8, 8, marks=pytest.mark.slow),
        pytest.param(17, 15, marks=pytest.mark.slow),
    ],
)
def test_every_function(name: str, width: int, precise: int) -> None:
    function, (low, high) = CASES[name]
    minimum, maximum, fraction = grid(low, high, width)
    minimum = max(minimum, 1) if low > 0 else minimum
    error = largest(function, minimum, maximum, fraction) * 2.0**-precise
    check(function, minimum, maximum, fraction, error)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_every_function_at_32_bits(name: str) -> None:
    function, (low, high) = CASES[name]
    minimum, maximum, fraction = grid(low, high, 32)
    minimum = max(minimum, 1) if low > 0 else minimum
    check(
        function,
        minimum,
        maximum,
        fraction,
        largest(function, minimum, maximum, fraction) * 2.0**-34,
    )


def of(operation: Operation) -> Known:
    return FUNCTIONS[operation]


@pytest.mark.parametrize(
    ("function", "minimum", "maximum", "fraction", "error"),
    [
        (of(Operation.SIN), -(2**31), 2**31 - 1, -8, 2.0**-12),  # x up to 2^39 in steps of 256
        (of(Operation.COS), -(2**31), 2**31 - 1, 20, 2.0**-20),
        (of(Operation.SIN), 2**31, 2**32 - 1, 0, 2.0**-10),
        (of(Operation.COS), -700, 700, -3, 2.0**-9),
        (of(Operation.SIN), -2048, 2047, 70, 2.0**-72),  # x down to 2^-70
        (of(Operation.EXPM1), -2048, 2047, 80, 2.0**-82),
        (of(Operation.INVERSE), 1, 2**32 - 1, 0, 2.0**-34),
        (of(Operation.INVERSE), 1, 4095, 90, 2.0**76),  # results up to 2^90
        (of(Operation.INVERSE), 1, 4095, -70, 2.0**-82),
        (of(Operation.INVERSE), -4095, -1, 8, 2.0**-4),
        (of(Operation.INVERSE), 2**10, 2**16 - 1, 10, 2.0**-10),
        (of(Operation.EXP), -(2**11), 2**11, 5, 2.0**76),  # e^64
        (of(Operation.EXP), -(2**15), 0, 3, 2.0**-16),  # mostly zero
        (of(Operation.SQUARE_ROOT), 0, 2**16, -20, 2.0**4),
        (of(Operation.SQUARE_ROOT), 0, 4096, 50, 2.0**-30),
        (rational_power(Fraction(37, 100)), 0, 65535, 16, 2.0**-14),
        (of(Operation.TANH), -(2**27), 2**27, 8, 2.0**-14),
        (of(Operation.SIGMOID), -(2**27), 2**27, 8, 2.0**-14),
        (of(Operation.SOFTPLUS), -(2**27), 2**27, 8, 2.0**-4),
        (of(Operation.GAUSS), -(2**27), 2**27, 8, 2.0**-14),
        (of(Operation.TAN), 2**12 * 2, 2**12 * 4, 12, 2.0**-10),  # between two poles
        (of(Operation.TAN), 0, 6433, 12, 2.0**-2),  # up to 1e-4 before the pole
        (of(Operation.ASIN), -(2**15), 2**15, 15, 2.0**-16),
        (of(Operation.ACOS), 0, 2**12, 12, 2.0**-12),
        (of(Operation.ACOS), -(2**12), 0, 12, 2.0**-12),
        (of(Operation.ATANH), -4095, 4095, 12, 2.0**-9),
        (of(Operation.LOG), 1, 2**16 - 1, 16, 2.0**-12),
        (of(Operation.LOG), 1, 2**20, 60, 2.0**-10),
        (of(Operation.CUBE_ROOT), -(2**15), 2**15 - 1, 12, 2.0**-14),
        (of(Operation.SIN), 5, 5, 3, 2.0**-30),
        (of(Operation.SIN), 5, 6, 3, 2.0**-30),
        (of(Operation.COS), -100, 100, 12, 0.25),
        (of(Operation.EXP), -3, 3, 1, 100.0),
    ],
)  # fmt: skip
def test_hard_ranges(
    function: Known, minimum: int, maximum: int, fraction: int, error: float
) -> None:
    check(function, minimum, maximum, fraction, error)


class Composed:
    """sqrt(1 - x^2) exp(x): a function that is in no table, singular at both ends."""

    name = "composed"
    symmetry = FUNCTIONS[Operation.EXP].symmetry
    period = None
    singular_points = (-1, 1)

    @staticmethod
    def ball(x: arb) -> arb:
        return (1 - x * x).sqrt() * x.exp()

    @staticmethod
    def series(x):  # type: ignore[no-untyped-def]
        return (1 - x * x).sqrt() * x.exp()


@pytest.mark.parametrize("bits", [6, 10, 14, 18])
def test_a_composition(bits: int) -> None:
    check(Composed(), -(1 << bits), 1 << bits, bits, 2.0**-bits)


@given(data=st.data())
@settings(derandomize=True)
def test_random_ranges(data: st.DataObject) -> None:
    function, (low, high) = CASES[data.draw(st.sampled_from(sorted(CASES)))]
    width = data.draw(st.integers(2, 18))
    least, most, fraction = grid(low, high, width)
    least = max(least, 1) if low > 0 else least
    minimum = data.draw(st.integers(least, max(least, most)))
    maximum = data.draw(st.integers(minimum, max(minimum, most)))
    size = largest(function, minimum, maximum, fraction)
    error = max(size, 1e-30) * 2.0 ** -data.draw(st.floats(-1.0, 20.0))
    check(function, minimum, maximum, fraction, error)


@pytest.mark.parametrize("operation", [Operation.CUBE_ROOT, Operation.TANH, Operation.COS])
@pytest.mark.parametrize("fraction", [10, 30])
def test_negative_arguments_are_as_good_as_positive_ones(
    operation: Operation, fraction: int
) -> None:
    one = 1 << fraction
    for low, high in ((0, one), (one // 4, one)):
        check(of(operation), -high, -low, fraction, 1e-3)
        positive, *_ = ways(of(operation), low, high, fraction, 1e-3)
        negative, *_ = ways(of(operation), -high, -low, fraction, 1e-3)
        assert negative.worth < 1.5 * positive.worth + 60


def test_a_narrower_argument_than_promised() -> None:
    approximation = approximate(of(Operation.SIN), -2048, 2047, 9, 2.0**-10)
    builder = DatapathBuilder()
    argument = builder.input("x", 17, 91, 9)
    result = approximation.build(builder, argument)
    datapath = Datapath("test", tuple(builder.cells), (), ())
    ns = np.arange(17, 92)
    integers = simulate_cells(datapath, {"x": ns})[result].tolist()
    assert integers == hardware(approximation, -2048, 2047, 9, ns.tolist())


def test_the_error_is_not_wasted() -> None:
    # One fractional bit more than the error has leaves half of it to all but the last rounding.
    for operation in (Operation.SIN, Operation.EXP, Operation.TANH):
        approximation = approximate(of(operation), 0, 4095, 12, 2.0**-12)
        assert approximation.fraction <= 13
        assert approximation.error > 2.0**-14


def test_what_varies_little_is_a_constant() -> None:
    approximation = approximate(of(Operation.COS), -16, 16, 12, 2.0**-8)
    assert approximation.method == "constant"
    assert approximation.minimum == approximation.maximum


def test_few_arguments_are_a_table() -> None:
    assert approximate(of(Operation.SIN), -8, 7, 3, 2.0**-8).method == "table"


class Rough:
    """A function without any smoothness, with values that look random."""

    name = "rough"
    symmetry = FUNCTIONS[Operation.EXP].symmetry
    period = None
    singular_points = ()

    @staticmethod
    def ball(x: arb) -> arb:
        return (x * 1000000).sin()

    @staticmethod
    def series(x):  # type: ignore[no-untyped-def]
        return (x * 1000000).sin()


def test_what_is_impossible_is_told_with_figures() -> None:
    with pytest.raises(SymhdlError) as caught:
        approximate(Rough(), -(2**30), 2**30, 12, 2.0**-12)
    diagnostic = caught.value.diagnostics[0]
    assert diagnostic.id == "approximation-impossible"
    assert "rough" in diagnostic.message
    assert str(2**31 + 1) in diagnostic.notes[0]
    assert "2^16" in diagnostic.notes[1]


def test_what_is_rough_but_short_is_a_table() -> None:
    approximation = check(Rough(), -500, 500, 12, 2.0**-12)
    assert approximation.method == "table"


@pytest.mark.slow
def test_no_table_exceeds_the_limit() -> None:
    builder = DatapathBuilder()
    for function, (low, high) in CASES.values():
        minimum, maximum, fraction = grid(low, high, 16)
        minimum = max(minimum, 1) if low > 0 else minimum
        argument = builder.input(function.name, minimum, maximum, fraction)
        error = largest(function, minimum, maximum, fraction) * 2.0**-14
        approximate(function, minimum, maximum, fraction, error).build(builder, argument)
    assert max(len(cell.contents) for cell in builder.cells) <= 1 << 16


def test_the_range_of_the_result_holds_the_function() -> None:
    approximation = approximate(of(Operation.EXP), -4096, 4096, 12, 2.0**-10)
    unit = 2.0**-approximation.fraction
    with precision(100):
        low, high = arb(-1).exp(), arb(1).exp()
    assert approximation.minimum * unit <= upper_float(low) + approximation.error
    assert approximation.maximum * unit >= lower_float(high) - approximation.error
    assert approximation.maximum * unit <= 2.72 + 2 * approximation.error


@pytest.mark.parametrize("operation", [Operation.EXP, Operation.TANH])
def test_little_is_proved_in_vain(operation: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    proofs = 0

    def counted(
        function: SmoothFunction,
        problem: Specification,
        grid: Grid,
        addressing: Addressing,
        degree: int,
        shares: Sequence[float],
    ) -> list[Polynomials]:
        nonlocal proofs
        proofs += 1
        return realise(function, problem, grid, addressing, degree, shares)

    monkeypatch.setattr(methods, "realise", counted)
    low = 0 if operation is Operation.EXP else 1 - (1 << 19)
    approximate(of(operation), low, (1 << 19) - 3, 17, 2.0**-18)
    assert 1 <= proofs <= EXTENTS[Depth.ORDINARY].proved


def _no_grid() -> Grid:
    raise AssertionError("nobody asks for the segments")


def test_a_brief_search_takes_what_is_proved_first() -> None:
    arguments = (of(Operation.SIN), 0, 4095, 12, 2.0**-20)
    whole, brief = ways(*arguments), ways(*arguments, brief=True)
    assert len(whole) >= len(brief) == 1
    assert all(way.approximation.error <= 2.0**-20 for way in (*whole, *brief))
    assert whole[0].worth <= brief[0].worth


def test_a_thorough_search_finds_nothing_dearer() -> None:
    """Of small tables the estimates tell little: more of them are worked out."""
    specification = Specification(0, 511, 9, 2.0**-9, result=9)
    found = [
        ways_to_approximate(of(operation), specification, FABRIC, depth=depth)[0].preference
        for depth in (Depth.THOROUGH, Depth.ORDINARY)
        for operation in (Operation.EXP, Operation.SIGMOID, Operation.ERF, Operation.LOG1P)
    ]
    assert all(map(operator.le, found[:4], found[4:])) and sum(found[:4]) < sum(found[4:])


def test_a_brief_search_serves_ranges_that_are_nearly_alike() -> None:
    found = [
        approximate(of(Operation.SQUARE_ROOT), low, high, 12, 2.0**-20, brief=True)
        for low, high in ((4097, 70001), (5000, 81919))
    ]
    assert found[0] is found[1]
    assert approximate(of(Operation.SQUARE_ROOT), 4097, 70001, 12, 2.0**-20) is not found[0]


@pytest.mark.parametrize("ends", [(-4000, 4000), (4001, 4095), (-4096, -4001)])
def test_a_brief_search_comes_no_nearer_to_a_singular_point(ends: tuple[int, int]) -> None:
    found = approximate(of(Operation.ASIN), *ends, 12, 2.0**-20, brief=True)
    assert found.error <= 2.0**-20


def test_very_many_functions_are_searched_for_briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def told(*arguments: Any, depth: Depth, store: None) -> tuple[Priced, ...]:
        asked.append(depth is Depth.BRIEF)
        return ways_to_approximate(*arguments, depth=depth, store=store)

    monkeypatch.setattr(functions, "approximate", told)
    monkeypatch.setattr(functions, "search", told)
    monkeypatch.setattr(lowering, "MANY_FUNCTIONS", 1)
    for text, brief in (("sin(x)", False), ("sin(x) + exp(y)", True)):
        asked.clear()
        compiled(text, request_of({"x": (-1, 1), "y": (-1, 1)}))
        assert set(asked) == {brief}


def test_candidates_come_by_cost_and_few_segmentations_are_worked_out() -> None:
    chance = random.Random(3)  # noqa: S311 - reproducible
    segmentations: list[candidates.Segmentation] = []
    by_cut: list[tuple[candidates.Cut, list[candidates.Candidate]]] = []
    none = np.zeros(0)
    for _ in range(30):
        least = float(chance.randrange(40))
        addressing = UniformAddressing(0, 1, 4)
        own = [
            candidates.Candidate(least + chance.randrange(9), degree, addressing, _no_grid, 1)
            for degree in range(chance.randrange(5))
        ]
        cut = candidates.Cut(
            addressing, _no_grid, 4, 2, none, 1.0, False, none, 1.0, Sizes(lambda: np.zeros(0)), 4
        )
        by_cut.append((cut, own))
        segmentations.append(candidates.Segmentation(least, cut))
    asked: list[candidates.Cut] = []

    def worked_out(cuts: Sequence[candidates.Cut]) -> list[list[candidates.Candidate]]:
        asked.extend(cuts)
        return [own for wanted in cuts for cut, own in by_cut if cut is wanted]

    ranking = Remembered(partial(candidates.ranking, segmentations, worked_out))
    everything = [candidate for _, own in by_cut for candidate in own]
    in_order = sorted(everything, key=lambda c: (c.cost, c.degree))
    assert isinstance(next(iter(ranking)), Floor)
    assert not asked
    first = next(each for each in ranking if isinstance(each, candidates.Candidate))
    assert first is in_order[0]
    needed = sum(s.least_cost <= first.cost for s in segmentations)
    assert needed <= len(asked) < needed + candidates.AT_ONCE
    found = [each for each in ranking if isinstance(each, candidates.Candidate)]
    assert all(a is b for a, b in zip(found, in_order, strict=True))
    assert len(asked) == 30
    told = [each.worth if isinstance(each, Floor) else each.cost for each in ranking]
    assert told == sorted(told)


def test_what_is_remembered_goes_on_after_an_interrupt() -> None:
    begun: list[int] = []

    def squares() -> Iterator[int]:
        begun.append(len(begun))
        for number in range(6):
            if number == 3 and len(begun) == 1:
                raise KeyboardInterrupt
            yield number * number

    remembered = Remembered(squares)
    with pytest.raises(KeyboardInterrupt):
        list(remembered)
    for _ in range(2):
        assert list(remembered) == [0, 1, 4, 9, 16, 25]
    assert len(begun) == 2


@pytest.mark.parametrize("where", ["estimated_worth", "candidates_of", "product_candidates"])
def test_an_interrupted_search_leaves_nothing_out_of_the_next(
    monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """All prospects are listed, whatever part of them was begun before."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    specification = Specification(-700, 701, 8, 2.0**-9)
    problem = Problem(FUNCTIONS[Operation.SIN], specification, FABRIC)
    caches = prospects_of, methods._candidates, methods._product_candidates
    listed: list[list[float]] = []
    for is_interrupted in (False, True):
        for cache in caches:
            cache.cache_clear()
        if is_interrupted:
            with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
                patched.setattr(methods, where, interrupted)
                list(prospects_of(problem))
        listed.append([prospect.worth for prospect in prospects_of(problem)])
    assert listed[0] == listed[1]


SEGMENTED = (
    (Operation.SIN, 24, 2.0**-12),
    (Operation.EXP, 20, 2.0**-18),
    (Operation.LOG, 16, 2.0**-14),
    (Operation.TANH, 16, 2.0**-9),
    (Operation.SQUARE_ROOT, 20, 2.0**-16),
)


def segmentations_of(
    function: SmoothFunction, specification: Specification
) -> list[candidates.Segmentation]:
    cuts = all_cuts(Problem(function, specification, FABRIC))
    return list(candidates.segmentations(FABRIC, specification, cuts))


@pytest.mark.parametrize(("operation", "bits", "error"), SEGMENTED)
def test_no_candidate_costs_less_than_its_segmentation_says(
    operation: Operation, bits: int, error: float
) -> None:
    for low in (1, 1 << bits - 3):
        specification = Specification(low, 1 << bits, bits - 2, error)
        segmentations = segmentations_of(FUNCTIONS[operation], specification)
        found = candidates.candidates_of(FABRIC, specification, [s.cut for s in segmentations])
        for segmentation, own in zip(segmentations, found, strict=True):
            assert all(segmentation.least_cost <= candidate.cost for candidate in own)


def test_segmentations_with_steep_segments_wait() -> None:
    specification = Specification(1, 1 << 24, 22, 2.0**-12)
    segmentations = segmentations_of(FUNCTIONS[Operation.SIN], specification)
    found = candidates.candidates_of(FABRIC, specification, [s.cut for s in segmentations])
    least = min(candidate.cost for own in found for candidate in own)
    assert sum(s.least_cost <= least for s in segmentations) < 0.4 * len(segmentations)


# --- long numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["exp(x)", "sqrt(x)", "1/(x+0.01)", "tanh(x)"])
def test_functions_of_64_bits(text: str) -> None:
    graph, design = compiled(text, request_of({"x": (0, 1)}, width=64, output_width=64))
    assert_bounds_hold(graph, design, count=50)
    assert design.error_bound < 2.0**-56


def test_a_refusal_says_what_can_be_had() -> None:
    function = of(Operation.SIN)
    with pytest.raises(SymhdlError) as caught:
        approximate(function, 0, 2**40, 40, 2.0**-150)
    found = re.fullmatch(
        r"within (\S+) it can be, (\S+) times as much", caught.value.diagnostics[0].notes[-1]
    )
    assert found is not None
    within, times = found.groups()
    assert float(within) == pytest.approx(2.0**-150 * float(times), rel=0.1)
    assert approximate(function, 0, 2**40, 40, float(within) * 1.01).error <= float(within) * 1.01


def test_the_search_is_bounded_by_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    spent: list[int] = []

    def fails(_: SmoothFunction, __: Specification, grid: Grid, *___: object) -> list[Polynomials]:
        spent.append(len(grid.segments))
        return []

    monkeypatch.setattr(methods, "realise", fails)
    monkeypatch.setattr(methods, "roots", lambda _: iter(()))
    monkeypatch.setattr(choose, "_bits_to_spare", lambda *_: None)
    with pytest.raises(SymhdlError):
        approximate(of(Operation.SIN), 1, 2**50 + 77, 40, 2.0**-30)
    most = choose.MOST_SEGMENTS + ORDINARY.segments
    assert ORDINARY.segments < sum(spent) <= 2 * 3 * most  # twice, and for the halves


def test_a_table_of_many_long_numbers_is_not_tried() -> None:
    assert fits(Specification(0, 2**16 - 1, 16, 2.0**-64))
    assert not fits(Specification(0, 2**16 - 1, 16, 2.0**-1000))


def test_values_next_to_a_pole_may_be_longer_than_floats() -> None:
    check(of(Operation.INVERSE), 1, 2**31 - 1, 29, 2.0**-36)


def test_a_refusal_about_very_long_arguments() -> None:
    with pytest.raises(SymhdlError) as caught:
        approximate(of(Operation.SIN), 0, 3 << 1100, 1100, 2.0**-900)
    assert "over [0, 3]" in caught.value.diagnostics[0].message


def test_a_table_is_the_last_resort(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where many prospects promise less than a table, and none of them can be proved."""
    monkeypatch.setattr(methods, "realise", lambda *_: None)
    monkeypatch.setattr(methods, "table_sum", lambda *_: None)
    monkeypatch.setattr(methods, "product_search", lambda *_: None)
    monkeypatch.setattr(methods, "roots", lambda _: iter(()))
    brief = replace(ORDINARY, looked_at=1)
    monkeypatch.setattr(choose, "EXTENTS", {Depth.ORDINARY: brief})
    found = ways(of(Operation.SQUARE_ROOT), 0, 4095, 12, 2.0**-10)
    assert {way.approximation.method for way in found} <= {"table", "split table"}
