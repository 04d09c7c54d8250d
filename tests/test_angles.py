"""Angles of two numbers digit by digit: never wrong by more than proved, and chosen where they take less."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

import symhdl
from symhdl.arithmetic.angles import angle_of
from symhdl.choices import DspUse, Undefined
from symhdl.compiled import CompiledDesign
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.fixed import power_of_two
from symhdl.verify.range_proofs import open_claims
from tests.engine_checks import assert_equal_integers
from tests.errors_of_design import assert_all_inputs_hold
from tests.rows import each_row
from tests.test_arithmetic import run
from tests.witness_documents import document_of, parts_of
from tests.witnesses.angles import check_angle, error_of_angle, result_of_angle
from tests.witnesses.distance import RefutedError

RIGHT = "input x : ufixed<6,1> in [0.25, 1.5]\n"

SOURCES = {
    "signed": f"input y : fixed<6,1>\n{RIGHT}z = atan2(y, x)\noutput z : fixed<9,2>",
    "positive": f"input y : ufixed<6,0>\n{RIGHT}z = atan(y/x)\noutput z : ufixed<9,2>",
    "error": f"input y : fixed<6,1>\n{RIGHT}z = atan(y/x)\noutput z error <= 2^-5",
    "small": f"input y : fixed<6,-2>\n{RIGHT}z = atan(y/x)\noutput z : fixed<11,1>",
    "of sums": "input a, b : ufixed<6,1> in [0.4, 1.5]\nz = atan2(a - b, a + b)\noutput z : fixed<9,1>",
    "in a sum": f"input y : fixed<6,1>\n{RIGHT}z = atan(y/x) + 0.3*y\noutput z : fixed<9,3>",
    "as a share": f"input y : fixed<6,1>\n{RIGHT}z = atan2(y, x)*2/pi\noutput z : fixed<9,1>",
    "of numbers that are cut": "input x, y : fixed<6,1> in [-0.9, 0.9]\nz = atan2(y, x + 0.95)\noutput z : fixed<7,3>",
}


@cache
def compiled(
    source: str, device: str = "ecp5-85k", dsp: DspUse = "none", frequency: float = 0.0,
    undefined: Undefined = "error",
) -> CompiledDesign:  # fmt: skip
    return symhdl.compile(source, device=device, dsp=dsp, frequency=frequency, undefined=undefined)


def angles(design: CompiledDesign) -> list[Mapping[str, Any]]:
    """The witnesses of angles, as other programs read them."""
    return parts_of(design, "angle")


@each_row("name", SOURCES)
def test_the_bound_holds_for_every_input(name: str) -> None:
    design = compiled(SOURCES[name])
    assert len(angles(design)) == 1
    assert_all_inputs_hold(design)


@each_row("name", SOURCES)
def test_every_witness_is_proved_again(name: str) -> None:
    (witness,) = angles(compiled(SOURCES[name]))
    check_angle(witness)
    for wrong in (
        {"error": witness["error"] * 0.9},
        {"places": witness["places"] - 5},
        {"rows": witness["rows"] - 1},
        {"constant": witness["constant"] + 1},
        {"constant": witness["constant"] + (2 << witness["places"])},
        {"digits": witness["digits"] - 6},
        {"shifts": [*witness.get("shifts", []), 40]},
    ):
        with pytest.raises(RefutedError):
            check_angle({**witness, **wrong})


ALL_ROUND = "input x, y : fixed<7,1>\nz = atan2(y, x)\noutput z : fixed<10,3>"


def test_the_bound_holds_all_round_but_at_the_origin() -> None:
    design = compiled(ALL_ROUND, undefined="ignore")
    (witness,) = angles(design)
    assert witness["is_in_octant"] and witness["shifts"]
    check_angle(witness)
    assert_all_inputs_hold(design)
    assert open_claims(design.datapath) == ()


def test_engines_give_equal_integers() -> None:
    assert_equal_integers(compiled(SOURCES["signed"], frequency=200.0))


NUMBERS = st.tuples(st.integers(-300, 300), st.integers(1, 300), st.integers(-2, 8))


@settings(max_examples=10, deadline=None)
@given(NUMBERS, NUMBERS, st.integers(-1, 11), st.integers(40, 100), st.sampled_from((4, 6)))
def test_any_angle_is_wrong_by_what_its_witness_tells(
    dividend: tuple[int, int, int],
    divisor: tuple[int, int, int],
    fraction: int,
    percent: int,
    lut_inputs: int,
) -> None:
    """Whatever the formats, and by no more than allowed; the witness tells each integer."""
    (least, span, fraction_of_a), (first, steps, fraction_of_b) = dividend, divisor
    ranges = (least, least + span), (abs(first), abs(first) + steps)
    error = percent * power_of_two(-fraction) / 100
    builder = DatapathBuilder()
    a = builder.input("a", *ranges[0], fraction_of_a)
    b = builder.input("b", *ranges[1], fraction_of_b)
    found = angle_of(builder, a, b, fraction, error, lut_inputs, is_in_octant=False)
    if found is None:
        assert percent <= 50
        return
    cell, told = found
    assert told.error <= error
    witness: Any = document_of(told)
    check_angle(witness)
    tried = [range(low, high + 1, max(1, (high - low) // 6)) for low, high in ranges]
    points = [point for point in itertools.product(*tried) if point[1]]
    values = run(builder, {"a": [a for a, _ in points], "b": [b for _, b in points]})[cell]
    for value, (x, y) in zip(values, points, strict=True):
        assert int(value) * power_of_two(-fraction) == result_of_angle(witness, x, y)
        assert abs(error_of_angle(witness, x, y)) <= arb(told.error)


def test_shifts_are_left_where_one_way_of_each_is_not_within_the_error() -> None:
    """There is a way without them."""
    builder = DatapathBuilder()
    cells = builder.input("a", 0, 96, 6), builder.input("b", 0, 96, 6)
    for percent in range(51, 100, 4):
        error = percent * power_of_two(-9) / 100
        assert angle_of(builder, *cells, 9, error, 4, is_in_octant=True) is not None


@each_row(("most", "largest"), [(3, 255), (15, 255), (200, 255), (5, 3000)])
def test_the_smaller_number_of_an_octant_is_shifted_beyond_its_own_range(
    most: int, largest: int
) -> None:
    """It has a smaller range than the larger one, and is shifted by as many bits."""
    builder = DatapathBuilder()
    cells = builder.input("a", 0, most, 10), builder.input("b", 0, largest, 10)
    found = angle_of(builder, *cells, 8, power_of_two(-8), 4, is_in_octant=True)
    assert found is not None and found[1].shifts
    cell, told = found
    step = max(1, largest // 40)
    points = [
        (a, b)
        for a in range(0, most + 1, max(1, most // 6))
        for b in range(max(a, 1), largest + 1, step)
    ]
    values = run(builder, {"a": [a for a, _ in points], "b": [b for _, b in points]})[cell]
    witness: Any = document_of(told)
    for value, (a, b) in zip(values, points, strict=True):
        assert int(value) * power_of_two(-8) == result_of_angle(witness, a, b)
        assert abs(error_of_angle(witness, a, b)) <= arb(told.error)


HELD = "input x, y : fixed<5,1>\nz = if max(abs(x), abs(y)) > 0.001 then atan2(y, x) else 0\noutput z : fixed<9,3>"


def test_the_bound_holds_where_a_condition_leaves_the_origin_out() -> None:
    """The larger number is held at the least one that there is."""
    design = compiled(HELD)
    (witness,) = angles(design)
    assert witness["is_in_octant"]
    check_angle(witness)
    assert_all_inputs_hold(design)


NARROW = "input x : fixed<8,1>\ninput y : fixed<3,-4>\nz = atan2(y, x)\noutput z : fixed<10,3>"


@pytest.mark.slow
def test_the_bound_holds_where_one_number_is_much_smaller() -> None:
    design = compiled(NARROW, undefined="ignore")
    (witness,) = angles(design)
    assert witness["shifts"]
    check_angle(witness)
    assert_all_inputs_hold(design)


def test_no_angle_from_what_may_be_negative() -> None:
    builder = DatapathBuilder()
    cells = builder.input("a", 0, 9, 0), builder.input("b", -1, 9, 0)
    assert angle_of(builder, *cells, 3, Fraction(1, 8), 4, is_in_octant=False) is None


@each_row(
    ("device", "width", "most"),
    [("ecp5-85k", 16, 800), ("xcvu9p", 12, 420), ("ice40-hx8k", 12, 830)],
)
def test_angles_take_half_of_the_luts_of_functions_and_quotients(
    device: str, width: int, most: int
) -> None:
    """One row a digit, and a second one in the first third, in place of two functions and a product."""
    source = f"input x, y : fixed<{width},1>\nz = atan2(y, x)\noutput z : fixed<{width},3>"
    design = compiled(source, device, undefined="ignore")
    (witness,) = angles(design)
    check_angle(witness)
    assert witness["turns"] - witness["first"] <= (witness["rows"] - witness["first"]) / 2
    assert design.estimate.luts < most


def test_small_tables_and_blocks_are_kept() -> None:
    coarse = f"input y : fixed<7,1>\n{RIGHT}z = atan2(y, x)\noutput z : fixed<5,2>"
    assert not angles(compiled(coarse))
    assert not angles(compiled(SOURCES["signed"], "xcvu9p", dsp="auto", frequency=200))
