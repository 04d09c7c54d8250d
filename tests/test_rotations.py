"""Vectors that are turned digit by digit: never wrong by more than proved, and chosen where they take less."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Any
from unittest.mock import patch

import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

import symhdl
from symhdl.arithmetic.rotation_search import Result
from symhdl.arithmetic.rotations import Turn, Vector, rotation_of
from symhdl.choices import DspUse
from symhdl.compiled import CompiledDesign
from symhdl.cost.operators import fabric_of
from symhdl.ir.builder import DatapathBuilder
from symhdl.lowering import rotations
from symhdl.numeric.fixed import power_of_two
from symhdl.targets.target import load_target
from symhdl.verify.range_proofs import open_claims
from tests.engine_checks import assert_equal_integers
from tests.errors_of_design import assert_all_inputs_hold
from tests.rows import each_row
from tests.test_arithmetic import run
from tests.witness_documents import document_of, parts_of
from tests.witnesses.distance import RefutedError
from tests.witnesses.rotations import check_rotation, error_of_rotation, result_of_rotation

PAIR = "a = x*cos(T) - y*sin(T)\nb = x*sin(T) + y*cos(T)\n"
BACK = "a = x*cos(T) + y*sin(T)\nb = y*cos(T) - x*sin(T)\n"
NUMBERS = "input x, y : fixed<3,1>\n"
INNER = f"{NUMBERS}input t : fixed<5,0>\nu = min(x, y)\nv = max(x, y)\n{PAIR}".replace(
    "x*", "u*"
).replace("y*", "v*")
SOURCES = {
    "in turns": f"{NUMBERS}input t : fixed<5,0>\n{PAIR}output a, b : fixed<9,2>".replace("T", "2*pi*t"),
    "in radians": f"{NUMBERS}input t : fixed<5,1>\n{BACK}output a, b error <= 2^-7".replace("T", "t"),
    "one of both": f"{NUMBERS}input t : fixed<5,3>\na = 0.7*y*sin(t) - 0.7*x*cos(t)\noutput a : fixed<9,2>",
    "polar": "input r : ufixed<4,0>\ninput t : fixed<6,0>\na = r*cos(pi*t)\nb = r*sin(pi*t)\noutput a, b : fixed<9,1>",
    "known": "input t : ufixed<9,3>\na = -3*cos(pi*t/3)\nb = 3*sin(pi*t/3)\noutput a, b error <= 2^-8",
    "in others": f"{INNER}output c, d error <= 2^-6\nc = a^2\nd = b*x".replace("T", "2*t"),
}  # fmt: skip


@cache
def compiled(
    source: str, device: str = "ecp5-85k", dsp: DspUse = "none", frequency: float = 0.0,
    *, always: bool = True,
) -> CompiledDesign:  # fmt: skip
    """The design with the rotations that there may be, or with those that take less."""
    share = float("inf") if always else rotations.LARGEST_SHARE
    with patch.object(rotations, "LARGEST_SHARE", share):
        return symhdl.compile(source, device=device, dsp=dsp, frequency=frequency)


def witnesses(design: CompiledDesign) -> list[Mapping[str, Any]]:
    """The witnesses of rotations, as other programs read them."""
    return parts_of(design, "rotation")


@each_row("name", SOURCES)
def test_the_bound_holds_for_every_input(name: str) -> None:
    design = compiled(SOURCES[name])
    assert len(witnesses(design)) == 1 + (name != "one of both")
    assert_all_inputs_hold(design)
    assert open_claims(design.datapath) == ()


@pytest.mark.parametrize(
    "text",
    [
        "a = cos(pi*t) - y*sin(pi*t)",
        "a = 3*cos(pi*t) + 3*sin(pi*t) + y",
        "a = y*cos(pi*t) - 1*sin(pi*t)\nb = y*sin(pi*t) + cos(pi*t)",
    ],
)
def test_a_constant_beside_a_number_is_no_number_of_a_vector(text: str) -> None:
    names = "a, b" if "b" in text else "a"
    assert_all_inputs_hold(
        compiled(
            f"input y : fixed<3,1>\ninput t : fixed<5,1>\n{text}\noutput {names} error <= 2^-6"
        )
    )


def test_an_angle_that_functions_of_one_input_take_in_is_there_for_no_rotation() -> None:
    """Both sums have the same products, which are no part of one of them alone; x - 1 is inside of functions of x."""
    text = "a = y*cos(x - 1) + x*sin(x - 1)\nb = x*sin(x - 1) - y*cos(x - 1)"
    inputs = "input x : ufixed<2,2>\ninput y : fixed<6,0>"
    assert_all_inputs_hold(
        compiled(f"{inputs}\n{text}\noutput a error <= 2^-4\noutput b error <= 2^-8")
    )


def test_a_vector_that_is_shorter_than_may_be_lost() -> None:
    """Beside the error that is allowed nothing may be left of the number that it is multiplied by."""
    text = "a = 0.15*(y*cos(2*pi*x) + y*sin(2*pi*x))\nb = 0.15*(y*cos(2*pi*x) - y*sin(2*pi*x))"
    inputs = "input x : ufixed<2,2>\ninput y : fixed<3,1>"
    assert_all_inputs_hold(compiled(f"{inputs}\n{text}\nc = max(a, b)\noutput c : fixed<6,3>"))


@each_row("name", SOURCES)
def test_every_witness_is_proved_again(name: str) -> None:
    for witness in witnesses(compiled(SOURCES[name])):
        check_rotation(witness)
        rows = witness["rows"]
        for wrong in (
            {"error": witness["error"] * 0.9},
            {"constant": witness["constant"] + (1 << rows["places"])},
            {"fraction": witness["fraction"] - 2},
        ):
            with pytest.raises(RefutedError):
                check_rotation({**witness, **wrong})
        for wrong in (
            {"places": rows["places"] - 3},
            {"rows": rows["rows"] - 1},
            {"angle_places": rows["angle_places"] - 6},
            {"residual": rows["residual"] - 6},
            {"read": rows["read"] - 6},
            {"scale": {**rows["scale"], "integer": rows["scale"]["integer"] + 9}},
            {"lost": rows["lost"] + 20},
        ):
            if "scale" in wrong and "x" not in rows:
                continue
            with pytest.raises(RefutedError):
                check_rotation({**witness, "rows": {**rows, **wrong}})


def test_engines_give_equal_integers() -> None:
    assert_equal_integers(compiled(SOURCES["in turns"], "xcvu9p", "auto", 200.0))


INTEGERS = st.tuples(st.integers(-60, 60), st.integers(0, 200), st.integers(-1, 7))
UNITS = st.sampled_from([Fraction(2), Fraction(1), Fraction(1, 3), Fraction(7, 8)])


@settings(max_examples=6, deadline=None)
@given(
    INTEGERS, INTEGERS, INTEGERS, UNITS, st.booleans(), st.integers(0, 11),
    st.sampled_from(("x, y", "x", "")), st.sampled_from(("ecp5-25k", "xcvu9p", "ice40-hx8k")),
    st.sampled_from((Fraction(1), Fraction(-3, 5))), st.booleans(),
)  # fmt: skip
def test_any_rotation_is_wrong_by_what_its_witness_tells(
    x: tuple[int, int, int], y: tuple[int, int, int], angle: tuple[int, int, int], unit: Fraction,
    is_of_pi: bool, fraction: int, known: str, device: str, factor: Fraction, is_negative: bool,
) -> None:  # fmt: skip
    """Whatever the formats, and by no more than allowed; the witness tells each integer."""
    builder = DatapathBuilder()
    ranges = [(low, low + span) for low, span, _ in (x, y, angle)]
    cells = [
        builder.input(name, *ends, number[2])
        for name, ends, number in zip("xyt", ranges, (x, y, angle), strict=True)
    ]
    error = 3 * power_of_two(-fraction - 2)
    wanted = tuple(Result(second, is_negative, fraction, error) for second in (False, True))
    found = rotation_of(
        builder, Vector(cells[0] if known else None, cells[1] if "y" in known else None, is_negative, factor),
        Turn(cells[2], unit, is_of_pi), wanted, fabric_of(load_target(device), "none", clocked=False),
    )  # fmt: skip
    assert found is not None
    tried = [range(low, high + 1, max(1, (high - low) // 2)) for low, high in ranges]
    points = list(itertools.product(*tried))
    inputs = dict(zip("xyt", map(list, zip(*points, strict=True)), strict=True))
    for cell, told in found:
        assert told.error <= error
        witness: Any = document_of(told)
        check_rotation(witness)
        for value, point in zip(run(builder, inputs)[cell], points, strict=True):
            assert int(value) * power_of_two(-fraction) == result_of_rotation(witness, *point)
            assert abs(error_of_rotation(witness, *point)) <= arb(told.error)


@each_row(
    ("text", "count"),
    [
        ("cos(t) + sin(t)", 2),  # both of a vector that is known
        ("cos(t) - x*sin(t)", 0),
        ("x*cos(t) + 2*sin(t)", 0),
        ("x*cos(t) - 2*y*sin(t)", 0),
    ],
)
def test_other_sums_are_no_rotations(text: str, count: int) -> None:
    """Both numbers of the vector are nodes, times numbers of one size."""
    design = compiled(f"{NUMBERS}input t : fixed<5,1>\nz = {text}\noutput z : fixed<8,3>")
    assert len(witnesses(design)) == count
    assert_all_inputs_hold(design)


LARGE = "input x, y : fixed<W,1>\ninput t : fixed<W,0>\na = x*cos(2*pi*t) - y*sin(2*pi*t)\n"
SECOND = "b = x*sin(2*pi*t) + y*cos(2*pi*t)\noutput a, b : fixed<W,2>"
POLAR = "input x : fixed<W,1>\ninput t : fixed<W,0>\na = x*cos(2*pi*t)\nb = x*sin(2*pi*t)\noutput a, b : fixed<W,2>"


@each_row(
    ("device", "source", "width", "most"),
    [
        ("ecp5-85k", LARGE + SECOND, 16, 1180),  # 1,966 by products
        ("ecp5-85k", POLAR, 16, 1050),  # 1,276
        ("xcvu9p", LARGE + SECOND, 16, 960),  # 1,106
    ],
)
def test_rotations_take_fewer_luts_than_products(
    device: str, source: str, width: int, most: int
) -> None:
    design = compiled(source.replace("W", str(width)), device, always=False)
    assert len(witnesses(design)) == 2
    assert design.estimate.luts < most


def test_small_products_and_blocks_are_kept() -> None:
    assert not witnesses(compiled(POLAR.replace("W", "8"), always=False))
    assert not witnesses(
        compiled((LARGE + SECOND).replace("W", "12"), "xcvu9p", "auto", 200.0, always=False)
    )
