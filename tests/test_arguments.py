"""Arguments of the library: what makes no sense is told, numbers of NumPy are numbers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import symhdl
from symhdl.arguments import fraction_of, range_of

UNIT = symhdl.Input(range=(-1, 1))


@pytest.mark.parametrize("given", [(3, -3), (1, 0)])
def test_a_range_rises(given: tuple[int, int]) -> None:
    with pytest.raises(symhdl.SymhdlError, match="lies above"):
        symhdl.compile("2*x", inputs={"x": symhdl.Input("fixed<12,3>", range=given)})


@pytest.mark.parametrize("given", [(0,), 5, "ab", (1, 2, 3), None, ("one", 2), (0, float("nan"))])
def test_a_range_has_two_ends(given: object) -> None:
    with pytest.raises(symhdl.SymhdlError):
        range_of("x", given)


def test_numbers_of_numpy() -> None:
    assert range_of("x", np.array([0, 1])) == (Fraction(0), Fraction(1))
    assert fraction_of(np.float32(0.5)) == Fraction(1, 2)
    assert fraction_of(np.int64(7)) == 7


@pytest.mark.parametrize("inputs", [[1], {"x": 1}, {"x": symhdl.Input(5)}])  # type: ignore[arg-type] # mistakes
def test_inputs_are_inputs(inputs: object) -> None:
    with pytest.raises(symhdl.SymhdlError):
        symhdl.compile("2*x", inputs=inputs)  # type: ignore[arg-type] # a mistake


def test_arrays_to_simulate() -> None:
    design = symhdl.compile("x - 2*y", inputs={"x": UNIT, "y": UNIT}, width=8)
    assert design.simulate([0.5, 0.25], 0.25) == pytest.approx([0, -0.25], abs=0.02)
    for arrays in (([0.5, np.nan], [0, 0]), ([1, 2], [1, 2, 3]), ("a", 1), ([[1]], [1])):
        with pytest.raises(symhdl.SymhdlError):
            design.simulate(*arrays)


def test_a_single_definition_is_no_sequence_of_characters() -> None:
    assert float(symhdl.parse("f(x)", functions="f(x) = x^2").evaluate(x=3)) == 9
