"""Numbers on their way to ports and back: rounding, holding, printing."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from symhdl.data.fixed import BLOCK, decimals, exact_decimal, quantise, scaled
from symhdl.ir.datapath import Port
from symhdl.numeric.fixed import FixedFormat, power_of_two, round_to_integer
from tests.rows import each_row


def port(width: int, fraction: int, low: int | None = None, high: int | None = None) -> Port:
    number_format = FixedFormat(True, width, fraction)
    minimum = number_format.minimum if low is None else low
    maximum = number_format.maximum if high is None else high
    return Port("x", "x", 0, number_format, minimum, maximum)


@given(st.floats(-20, 20), st.integers(2, 64), st.integers(-3, 60))
def test_rounding_is_to_nearest_ties_upwards(value: float, width: int, fraction: int) -> None:
    place = port(width, fraction)
    integers, outside = quantise(np.array([value]), place)
    wanted = round_to_integer(Fraction(value), fraction)
    held = min(max(wanted, place.minimum), place.maximum)
    assert int(integers[0]) == held
    assert outside == (held != wanted)


def test_numbers_are_held_in_the_proved_range() -> None:
    values = np.array([-9.0, -1.0, 0.0, 1.0, 9.0, 1e300, -1e300])
    integers, outside = quantise(values, port(12, 8, -256, 100))
    assert integers.tolist() == [-256, -256, 0, 100, 100, 100, -256]
    assert outside == 5
    wide, outside = quantise(values, port(80, 70))
    assert (wide.tolist()[2], outside) == (0, 2)


@each_row("width", [12, 58, 80])
def test_blocks_of_numbers_join_without_a_seam(width: int) -> None:
    place, values = port(width, 8), np.linspace(-10, 10, 2 * BLOCK + 3)
    integers, outside = quantise(values, place)
    parts = [quantise(part, place) for part in np.array_split(values, 7)]
    assert integers.tolist() == np.concatenate([part for part, _ in parts]).tolist()
    assert outside == sum(count for _, count in parts)


@each_row("fraction", [-1074, -1001, 0, 1000, 1001, 1100])
def test_scales_beyond_those_of_floats(fraction: int) -> None:
    value = 1.5 * 2.0 ** max(-1000, min(1000, -fraction))
    assert scaled(np.array([value]), fraction).tolist() == np.ldexp([value], fraction).tolist()


@given(st.integers(-(2**80), 2**80), st.integers(-20, 200))
def test_decimals_are_exact(integer: int, fraction: int) -> None:
    text = exact_decimal(integer, fraction)
    assert Fraction(text) == integer * power_of_two(-fraction)


@given(st.integers(-(2**52), 2**52 - 1), st.integers(-50, 100))
def test_short_numbers_print_as_floats(integer: int, fraction: int) -> None:
    (text,) = decimals(np.array([integer]), FixedFormat(True, 53, fraction))
    assert Fraction(float(text)) == integer * power_of_two(-fraction)
    assert math.isfinite(float(text))
