"""What functions are estimated at before anything is proved: once for all errors, soon, and by how much it is off."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest

from symhdl.approximation import Specification, choose, least_worth, methods, prospects, rough_worth
from symhdl.approximation.effort import Depth
from symhdl.approximation.methods import METHODS, MOST_LUCK, all_cuts
from symhdl.approximation.problem import Problem, Prospect
from symhdl.cost.operators import fabric_of
from symhdl.functions.elementary import FUNCTIONS
from symhdl.functions.operation import Operation
from symhdl.targets.target import load_target

FABRIC = fabric_of(load_target("xcvu9p"), "none", clocked=True)
FUNCTIONS_OF_ONE = (Operation.SIN, Operation.EXP, Operation.LOG, Operation.TANH)


def asked(bits: int, *, more_degrees: int = 0, fraction: int = 10) -> Specification:
    return Specification(1, 1 << 10, fraction, 2.0**-bits, more_degrees)


@pytest.mark.parametrize("fraction", [-70, 10, 900])
@pytest.mark.parametrize("more_degrees", [0, 6])
def test_what_does_not_hang_on_the_error_is_the_same_for_the_coarsest(
    fraction: int, more_degrees: int
) -> None:
    for bits in range(-3, 150, 7):
        own = asked(bits, more_degrees=more_degrees, fraction=fraction)
        coarsest = own.coarsest
        assert (coarsest.precision, coarsest.highest_degree) == (own.precision, own.highest_degree)
        assert coarsest.argument == own.argument
        assert coarsest.error >= own.error or bits < 1
        assert coarsest.coarsest == coarsest


def test_a_range_is_cut_once_for_errors_that_are_nearly_the_same() -> None:
    function = FUNCTIONS[Operation.EXP]
    first, second, finer = (all_cuts(Problem(function, asked(k), FABRIC)) for k in (9, 12, 100))
    assert first is second
    assert first is not finer


@pytest.mark.parametrize("operation", FUNCTIONS_OF_ONE)
@pytest.mark.parametrize("bits", [8, 12])
def test_estimates_come_by_rising_worth_and_none_is_below_what_was_told(
    operation: Operation, bits: int
) -> None:
    problem = Problem(FUNCTIONS[operation], asked(bits), FABRIC)
    for method in METHODS:
        told = list(islice(method.estimated(problem), 40))
        assert [each.worth for each in told] == sorted(each.worth for each in told)
        prospects = [each for each in told if isinstance(each, Prospect)]
        assert all(0 <= each.luck <= MOST_LUCK for each in prospects)


@pytest.mark.parametrize("operation", FUNCTIONS_OF_ONE)
def test_rough_estimates_are_near_and_never_below(operation: Operation) -> None:
    function = FUNCTIONS[operation]
    for bits in (8, 10, 12):
        rough, least = (
            estimated(function, asked(bits), FABRIC, depth=Depth.ORDINARY)
            for estimated in (rough_worth, least_worth)
        )
        assert least <= rough <= 1.5 * least


@pytest.mark.parametrize("bits", [6, 16])
def test_short_and_long_arguments_are_estimated_by_all_methods(bits: int) -> None:
    function, other = FUNCTIONS[Operation.EXP], Specification(1, 1 << bits, bits, 2.0**-bits)
    rough, least = (
        estimated(function, other, FABRIC, depth=Depth.ORDINARY)
        for estimated in (rough_worth, least_worth)
    )
    assert rough == least


@pytest.fixture
def no_caches() -> Iterator[None]:
    """Nothing is known of earlier searches, and nothing of these afterwards."""
    caches = choose._found, choose._found_for, prospects.prospects_of
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


@pytest.mark.usefixtures("no_caches")
@pytest.mark.parametrize("operation", FUNCTIONS_OF_ONE)
@pytest.mark.parametrize("luck", [0.0, MOST_LUCK])
def test_more_proofs_find_hardly_anything_better(
    operation: Operation, luck: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = Problem(FUNCTIONS[operation], asked(11), FABRIC)
    found = choose.search(problem.function, problem.specification, FABRIC)
    tried = len(found)
    for cache in (choose._found, choose._found_for, prospects.prospects_of):
        cache.cache_clear()
    for name in ("POLYNOMIALS", "TABLES", "PRODUCTS"):
        monkeypatch.setattr(methods, f"LUCK_OF_{name}", luck)
    others = choose.search(problem.function, problem.specification, FABRIC)
    assert len(others) >= tried if luck else len(others) <= tried
    if luck:
        assert found[0].preference <= 1.02 * others[0].preference
