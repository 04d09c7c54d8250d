"""Functions that settle on a line, of what they are for negative numbers: proved again, and the same in hardware."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flint import arb

from symhdl.approximation import Approximation, Specification
from symhdl.approximation.kept import as_read, text_of
from symhdl.approximation.methods import METHODS
from symhdl.approximation.problem import Problem
from symhdl.approximation.reflected import LINES, SMOOTH, line_of
from symhdl.functions.elementary import FUNCTIONS
from symhdl.functions.univariate import Univariate
from symhdl.numeric.ball import precision
from tests.test_approximation import FABRIC, hardware
from tests.witness_documents import document_of
from tests.witnesses.checker import check
from tests.witnesses.distance import RefutedError
from tests.witnesses.hardware import result

BY_NAME = {function.name: function for function in FUNCTIONS.values()}


def made(function: Univariate, asked: Specification) -> Approximation:
    (method,) = (each for each in METHODS if each.name == "reflected")
    prospects = method.prospects(Problem(function, asked, FABRIC))
    found = next((found for each in prospects if (found := each.prove()) is not None), None)
    assert found is not None, "no approximation"
    return found


@pytest.mark.parametrize("name", LINES)
def test_the_line_is_that_of_the_function(name: str) -> None:
    function, line = BY_NAME[name], LINES[name]
    with precision(200):
        for x in (arb(1) / 3, arb(2), arb(-5) / 7):
            sign = 1 if line.rising else -1
            straight = x if line.rising else arb(line.constant)
            if line.held:
                settled, below = (x, arb(0)) if x > 0 else (arb(0), SMOOTH[name].ball(x))
                assert abs(function.ball(x) - settled - below) < 1e-50
                continue
            assert abs(function.ball(x) - straight - sign * function.ball(-x)) < 1e-50


COARSE = ((-64, 63), 4, 6), ((-20, 63), 4, 8), ((-100, 30), 5, None), ((-512, 511), 7, 9)
FINE = (((-300, 511), 7, 24),)  # of which products are not fine enough


@pytest.mark.parametrize(
    ("name", "ends", "fraction", "result_fraction"),
    [(name, *case) for name, line in LINES.items() for case in (FINE if line.held else COARSE)],
)
def test_witness_and_hardware_agree_at_all_arguments(
    name: str, ends: tuple[int, int], fraction: int, result_fraction: int | None
) -> None:
    finest = result_fraction or 7
    asked = Specification(*ends, fraction, 2.0**-finest * 0.99, result=result_fraction)
    function = BY_NAME[name]
    found = made(function, asked)
    assert found.error <= asked.error and result_fraction in (None, found.fraction)
    witness = document_of(found.witness(function))
    check(witness)
    every = list(range(ends[0], ends[1] + 1))
    integers = hardware(found, *ends, fraction, every)
    assert [result(witness, n) for n in every] == integers
    text = text_of(found)
    assert text is not None and as_read(text, lambda read: read) == found


@pytest.mark.parametrize("ends", [(0, 63), (5, 63)])
def test_only_the_line_is_left_of_positive_numbers(ends: tuple[int, int]) -> None:
    asked = Specification(*ends, 4, 2.0**-6, result=6)
    found = made(BY_NAME["elu"], asked)
    witness = document_of(found.witness(BY_NAME["elu"]))
    check(witness)
    every = list(range(ends[0], ends[1] + 1))
    assert found.error < 1e-300 and hardware(found, *ends, 4, every) == [n << 2 for n in every]
    assert [result(witness, n) for n in every] == [n << 2 for n in every]


def test_another_function_or_a_wider_range_is_refuted() -> None:
    asked = Specification(-64, 63, 4, 2.0**-6, result=6)
    witness = document_of(made(BY_NAME["silu"], asked).witness(BY_NAME["silu"]))
    inner = witness["inner"][0]
    for wrong in (
        {"function": "mish", "inner": [inner | {"function": "mish"}]},
        {"argument": witness["argument"] | {"minimum": -65}},
        {"fraction": 5},
        {"bound": witness["bound"] / 2},
    ):
        with pytest.raises(RefutedError):
            check(witness | wrong)


def test_a_line_that_the_result_has_no_bits_for_is_not_taken() -> None:
    asked = Specification(-64, 63, 8, 2.0**-6, result=6)
    assert line_of(BY_NAME["silu"], asked) is None
    assert line_of(BY_NAME["sigmoid"], asked) is not None
    for name, fraction in ("sigmoid", -1), ("erfc", -2):
        coarse = Specification(-64, 63, 4, 0.75 * 2.0**-fraction, result=fraction)
        assert line_of(BY_NAME[name], coarse) is None
    assert line_of(replace(BY_NAME["silu"], name="exp"), asked) is None
