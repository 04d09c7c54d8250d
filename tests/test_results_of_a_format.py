"""Approximations whose result has a given fraction: all of the error, the rounding to that fraction too, is proved."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from symhdl.approximation import Specification, approximate
from symhdl.approximation.approximation import at_grid
from symhdl.approximation.methods import METHODS
from symhdl.approximation.problem import Problem
from symhdl.errors import SymhdlError
from symhdl.numeric.ball import exact_ball, magnitude, precision
from symhdl.numeric.fixed import BELOW_A_UNIT
from tests.test_approximation import CASES, FABRIC, arguments, grid, hardware, largest
from tests.test_approximation_witness import check_against_hardware, document, made
from tests.witnesses.checker import check

DIGITS_40 = 140


def problem(name: str, width: int, precise: int, units: float) -> Problem:
    """A result of so many bits, to within so many of its units."""
    function, (low, high) = CASES[name]
    minimum, maximum, fraction = grid(low, high, width)
    minimum = max(minimum, 1) if low > 0 else minimum
    result = precise - math.frexp(largest(function, minimum, maximum, fraction))[1]
    error = math.ldexp(units, -result)
    specification = Specification(minimum, maximum, fraction, error, result=result)
    return Problem(function, specification, FABRIC)


def check_all(asked: Problem) -> None:
    """Compares what is found with balls of more than 40 digits."""
    function, specification = asked.function, asked.specification
    try:
        ways = approximate(function, specification, FABRIC)
    except SymhdlError:  # as near to half a unit nothing but a table may be
        assert specification.error < 0.6 * 2 * specification.half_unit
        return
    for way in ways:
        found = way.approximation
        assert found.fraction == specification.result
        assert found.error <= specification.error
        ns = arguments(specification.minimum, specification.maximum, 1)
        ends = specification.minimum, specification.maximum, specification.fraction
        with precision(DIGITS_40):
            for n, integer in zip(ns, hardware(found, *ends, ns), strict=True):
                exact = function.ball(exact_ball(n, -specification.fraction))
                distance = magnitude(exact - exact_ball(integer, -found.fraction))
                assert distance <= found.error * (1 + 1e-12)


@given(data=st.data())
@settings(derandomize=True)
def test_random_results(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(CASES)))
    width, precise = data.draw(st.integers(2, 14)), data.draw(st.integers(2, 14))
    units = data.draw(st.sampled_from([0.51, 0.6, 0.75, 0.9, 1.0, 1.3, 2.0]))
    check_all(problem(name, width, precise, units))


@pytest.mark.parametrize("name", CASES)
def test_every_method_gives_the_fraction_or_nothing(name: str) -> None:
    for width, precise in ((4, 5), (8, 8), (11, 12)):
        asked = problem(name, width, precise, 1.0)
        for method in METHODS:
            found = made(method, asked)
            if found is None:
                continue
            assert found.fraction == asked.specification.result
            witness = document(CASES[name][0], found)
            assert witness["bound"] == found.error <= asked.specification.error
            check(witness)
            check_against_hardware(witness, found)


def test_a_table_is_rounded_to_nearest() -> None:
    asked = problem("sin", 8, 8, 0.5 + 2.0**-30)
    found = approximate(asked.function, asked.specification, FABRIC)[0].approximation
    assert "table" in found.method


def test_errors_of_results_are_on_a_grid_below_a_unit() -> None:
    asked = Specification(0, 255, 8, 2.0**-8, result=8)
    assert at_grid(asked).error == 2.0**-8 * (1 - BELOW_A_UNIT)
    for parts in range(33, 200):
        error = parts / 64 * 2.0**-8
        for near in (error, error * (1 - BELOW_A_UNIT), error * (1 + 2.0**-30)):
            found = at_grid(structs.replace(asked, error=near)).error
            assert near * (1 - 2.0**-19) < found <= near
    half = structs.replace(asked, error=2.0**-9)
    assert at_grid(half) == half
