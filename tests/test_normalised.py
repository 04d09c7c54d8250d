"""Powers, logarithms and exponentials over many binades: proved again, the same in hardware, and smaller."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from flint import arb

import symhdl
from symhdl.analysis.regions import Region, function_of_region
from symhdl.approximation import Approximation, Specification
from symhdl.approximation.exponential import Exponential
from symhdl.approximation.methods import METHODS
from symhdl.approximation.normalised import NormalisedLogarithm, NormalisedPower, ShiftedFunction
from symhdl.approximation.problem import Problem
from symhdl.functions.composite import Composite
from symhdl.functions.elementary import FUNCTIONS, rational_power
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import Univariate
from symhdl.numeric.ball import ball_of, precision
from symhdl.numeric.fixed import BELOW_A_UNIT
from tests.test_approximation import FABRIC, hardware
from tests.witness_documents import document_of
from tests.witnesses.checker import check
from tests.witnesses.hardware import result

ROOT, INVERSE = FUNCTIONS[Operation.SQUARE_ROOT], FUNCTIONS[Operation.INVERSE]
POWERS = (ROOT, INVERSE, FUNCTIONS[Operation.CUBE_ROOT], rational_power(Fraction(-3, 2)))
LOGARITHMS = tuple(FUNCTIONS[each] for each in (Operation.LOG, Operation.LOG2, Operation.LOG10))


def fused(text: str) -> Composite:
    source = f"input x : ufixed<6,3> in [0.5, 7]\ny = {text}\noutput y error <= 0.1"
    graph = symhdl.compile(source).design.graph
    (argument,) = (i for i, n in enumerate(graph.nodes) if n.operation is Operation.INPUT)
    whole = Region(argument, tuple(range(len(graph.nodes))))
    found = function_of_region(graph, whole)
    assert found is not None
    return found


MULTIPLES = fused("3*sqrt(x)"), fused("5/(2*x^2)")
EXPONENTIALS = FUNCTIONS[Operation.EXP], FUNCTIONS[Operation.EXP2]
(NORMALISED,) = (method for method in METHODS if method.name == "normalised")

# function, range, fractions of argument and result, error in units of the result, which is free without
ASKED = (
    (ROOT, 0, 1023, 10, 10, 1.0),
    (ROOT, 0, 2047, 4, 7, 1.0),
    (ROOT, 5, 1500, 10, 10, 0.8),
    (ROOT, 0, 1023, 10, None, 2.0**-11),
    (INVERSE, 3, 900, 7, 9, 1.0),
    (INVERSE, 1, 1000, 5, 6, 0.9),
    (POWERS[2], 0, 1000, 7, 9, 1.0),
    (POWERS[3], 9, 1023, 7, 6, 1.0),
    (MULTIPLES[0], 0, 1023, 10, 9, 1.0),
    (MULTIPLES[1], 9, 1000, 7, 5, 1.0),
    (LOGARITHMS[0], 1, 1023, 5, 8, 1.0),
    (LOGARITHMS[1], 3, 1000, 0, 8, 1.0),
    (LOGARITHMS[2], 1, 1023, 5, None, 2.0**-10),
    (EXPONENTIALS[0], -512, 511, 7, 7, 1.0),
    (EXPONENTIALS[0], -900, 0, 6, 11, 0.97),
    (EXPONENTIALS[1], -512, 511, 7, 7, 1.0),
    (EXPONENTIALS[1], -300, 700, 6, None, 2.0**-3),
)


def asked_of(
    minimum: int, maximum: int, fraction: int, result_fraction: int | None, error: float
) -> Specification:
    if result_fraction is None:
        return Specification(minimum, maximum, fraction, error)
    own = error * 2.0**-result_fraction * (1 - BELOW_A_UNIT)
    return Specification(minimum, maximum, fraction, own, result=result_fraction)


def made(function: ShiftedFunction, asked: Specification) -> Approximation:
    prospects = NORMALISED.prospects(Problem(function, asked, FABRIC))
    found = next((found for each in prospects if (found := each.prove()) is not None), None)
    assert found is not None, "no approximation"
    return found


@pytest.mark.parametrize("function", [*POWERS, *MULTIPLES], ids=lambda function: function.name)
def test_powers_grow_as_they_are_said_to(function: ShiftedFunction) -> None:
    scaling = function.scaling
    assert scaling is not None
    with precision(200):
        for x in (arb(1) / 3, arb(5), arb(7) / 1000):
            grown = function.ball(x * 2**scaling.argument_bits)
            assert abs(grown / function.ball(x) - arb(2) ** scaling.result_bits) < 1e-50


@pytest.mark.parametrize(
    "text",
    ["-sqrt(x)", "-2*sqrt(x)", "sqrt(x) + x", "x - sqrt(x)", "sin(x)*sqrt(x)"],
)
def test_what_is_no_positive_multiple_of_a_power_does_not_grow(text: str) -> None:
    assert fused(text).scaling is None


@pytest.mark.parametrize("function", LOGARITHMS, ids=lambda function: function.name)
def test_logarithms_gain_an_octave(function: Univariate) -> None:
    assert function.octave is not None
    with precision(200):
        for x in (arb(1) / 3, arb(5), arb(7) / 1000):
            gained = function.ball(2 * x) - function.ball(x)
            assert abs(gained - function.octave()) < 1e-50


@pytest.mark.parametrize("function", EXPONENTIALS, ids=lambda function: function.name)
def test_exponentials_are_doubled(function: Univariate) -> None:
    assert function.doubling is not None
    with precision(200):
        for x in (arb(1) / 3, arb(5), arb(-7) / 3):
            assert abs(function.ball(x + function.doubling()) / function.ball(x) - 2) < 1e-50


@pytest.mark.parametrize("case", ASKED, ids=lambda case: f"{case[0].name} {case[1:]}")
def test_witness_and_hardware_agree_at_all_arguments(
    case: tuple[ShiftedFunction, int, int, int, int | None, float],
) -> None:
    """The results are as near to the function as is proved, too."""
    function, minimum, maximum, fraction, result_fraction, error = case
    asked = asked_of(minimum, maximum, fraction, result_fraction, error)
    found = made(function, asked)
    assert isinstance(found, NormalisedPower | NormalisedLogarithm | Exponential)
    assert found.error <= asked.error and asked.result in (None, found.fraction)
    witness: dict[str, Any] = document_of(found.witness(function))
    check(witness)
    every = list(range(minimum, maximum + 1))
    integers = hardware(found, minimum, maximum, fraction, every)
    assert [result(witness, n) for n in every] == integers
    assert found.minimum <= min(integers) and max(integers) <= found.maximum
    with precision(128):
        for n, integer in zip(every, integers, strict=True):
            exact = function.ball(ball_of(Fraction(n) / 2**fraction))
            assert abs(ball_of(Fraction(integer) / 2**found.fraction) - exact) <= found.error


@pytest.mark.parametrize(
    ("function", "ends"),
    [
        (ROOT, (-1, 1023)),  # has negative arguments
        (INVERSE, (512, 1023)),  # of one binade
        (LOGARITHMS[0], (0, 1023)),
        (FUNCTIONS[Operation.SIN], (0, 1023)),
        (EXPONENTIALS[0], (0, 80)),  # of less than a doubling
        (EXPONENTIALS[1], (0, 1 << 20)),  # of too many
    ],
)
def test_others_are_left_alone(function: Univariate, ends: tuple[int, int]) -> None:
    asked = asked_of(*ends, 8, 12, 1.0)
    assert not [*NORMALISED.prospects(Problem(function, asked, FABRIC))]
