"""Quotients digit by digit: never wrong by more than proved, and chosen where they take less than reciprocals."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symhdl
from symhdl.arithmetic.quotients import Limits, quotient_of
from symhdl.choices import DspUse
from symhdl.compiled import CompiledDesign
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind
from symhdl.lowering.prices import Prices
from symhdl.numeric.fixed import power_of_two
from symhdl.numeric.interval import Intervals
from symhdl.options import Options
from symhdl.precision.quotients import Quotient
from symhdl.verify.range_proofs import open_claims
from tests.engine_checks import assert_equal_integers
from tests.errors_of_design import assert_all_inputs_hold
from tests.rows import each_row
from tests.test_arithmetic import run
from tests.witness_documents import document_of, parts_of
from tests.witnesses.distance import RefutedError
from tests.witnesses.quotients import check_division, error_of_division, result_of_division

DIVISOR = "input b : ufixed<8,1> in [0.5, 1.9]\n"

SOURCES = {
    "positive": f"input a : ufixed<8,1>\n{DIVISOR}y = a/b\noutput y : ufixed<9,2>",
    "signed": f"input a : fixed<8,2>\n{DIVISOR}y = a/b\noutput y : fixed<9,3>",
    "error": f"input a : fixed<8,1>\n{DIVISOR}y = a/b\noutput y error <= 2^-5",
    "narrow": f"input a : fixed<4,1>\n{DIVISOR}y = a/b\noutput y : fixed<10,2>",
    "coarse": f"input a : fixed<10,1>\n{DIVISOR}y = a/b\noutput y : fixed<6,2>",
    "of sums": "input a, b : ufixed<7,1> in [0.4, 1.5]\ny = (a - b)/(a + b)\noutput y : fixed<8,1>",
    "of products": "input a, c : fixed<4,1>\ninput b : fixed<8,1>\ny = a*c/(1.5 + b)\noutput y : fixed<10,3>",
    "in a sum": f"input a : fixed<8,1>\n{DIVISOR}y = a/b + 0.3*b\noutput y : fixed<9,3>",
    "in a function": f"input a : fixed<8,1>\n{DIVISOR}y = tanh(a/b)\noutput y : fixed<8,1>",
    "of one divisor": f"input a : fixed<8,1>\n{DIVISOR}y = a/b\nz = (a + 1)/b\noutput y, z : fixed<8,3>",
    "held": f"input a : ufixed<8,0>\n{DIVISOR.replace('0.5', '1')}y = a/b\noutput y : ufixed<7,0>",
}


def compiled(
    source: str, device: str = "ecp5-85k", dsp: DspUse = "none", frequency: float = 0.0
) -> CompiledDesign:
    return symhdl.compile(source, device=device, dsp=dsp, frequency=frequency)


def divisions(design: CompiledDesign) -> list[Mapping[str, Any]]:
    """The witnesses of quotients, as other programs read them."""
    return parts_of(design, "division")


@each_row("name", SOURCES)
def test_the_bound_holds_for_every_input(name: str) -> None:
    design = compiled(SOURCES[name])
    assert len(divisions(design)) == 1 + (name == "of one divisor")
    assert_all_inputs_hold(design)


@each_row("name", SOURCES)
def test_every_witness_is_proved_again(name: str) -> None:
    for witness in divisions(compiled(SOURCES[name])):
        check_division(witness)
        for wrong in (
            {"above": witness["above"] * 0.9},
            {"below": witness["below"] * 0.9},
            {"constant": witness["constant"] - 1},
            {"constant": witness["constant"] * 2 + 1},
            {"places": witness["places"] - 2},
            {"rows": witness["rows"] - 1},
        ):
            with pytest.raises(RefutedError):
                check_division({**witness, **wrong})


NUMBERS = st.tuples(st.integers(-64, 64), st.integers(1, 20), st.integers(-2, 8))
SHARES = st.integers(1, 24).map(lambda part: Fraction(part, 16))


@settings(max_examples=80, deadline=None)
@given(NUMBERS, NUMBERS, st.integers(-1, 8), SHARES, SHARES)
def test_any_quotient_is_wrong_by_what_its_witness_tells(
    dividend: tuple[int, int, int],
    divisor: tuple[int, int, int],
    fraction: int,
    below: Fraction,
    above: Fraction,
) -> None:
    """For all integers, and by no more than allowed."""
    unit = power_of_two(-fraction)
    (least, span, fraction_of_a), (first, steps, fraction_of_b) = dividend, divisor
    ranges = (least, least + span), (abs(first) + 1, abs(first) + steps + 1)
    builder = DatapathBuilder()
    a = builder.input("a", *ranges[0], fraction_of_a)
    b = builder.input("b", *ranges[1], fraction_of_b)
    limits = Limits(Fraction(-(2**20)), Fraction(2**20), below * unit, above * unit)
    found = quotient_of(builder, a, b, fraction, limits)
    if found is None:
        assert above * ranges[1][0] <= (1 - below) * ranges[1][1]
        return
    cell, told = found
    witness: Any = document_of(told)
    check_division(witness)
    assert told.below <= max(below, Fraction(1)) * unit and told.above <= above * unit
    points = list(itertools.product(*(range(low, high + 1) for low, high in ranges)))
    values = run(builder, dict(zip("ab", map(list, zip(*points, strict=True)), strict=True)))[cell]
    for value, point in zip(values, points, strict=True):
        assert int(value) * unit == result_of_division(witness, *point)
        assert -Fraction(told.below) <= error_of_division(witness, *point) <= Fraction(told.above)


def test_no_quotient_by_what_may_be_zero() -> None:
    builder = DatapathBuilder()
    cells = builder.input("a", 0, 9, 0), builder.input("b", 0, 9, 0)
    assert quotient_of(builder, *cells, 0, Limits(*map(Fraction, (0, 9, 1, 1)))) is None


@each_row(
    ("device", "most"),
    [
        ("ecp5-85k", (160, 260, 380)),
        ("xcvu9p", (160, 260, 380)),
        ("ice40-hx8k", (260, 440, 620)),
    ],
)
def test_wide_quotients_take_fewer_luts_than_reciprocals(
    device: str, most: tuple[int, int, int]
) -> None:
    """A row has a bit for each that is left, and for the carries of those that were cut; two where they add alone."""
    luts = []
    for width in (12, 16, 20):
        design = compiled(
            f"input a, b : ufixed<{width},1> in [1, 1.9]\ny = a/b\noutput y : ufixed<{width},1>",
            device,
        )
        (witness,) = divisions(design)
        assert witness["rows"] <= width + 1
        luts.append(design.estimate.luts)
    assert all(found < limit for found, limit in zip(luts, most, strict=True))


def test_blocks_and_small_tables_are_kept() -> None:
    """A product in a block and a table in a memory take less than the rows of a narrow quotient."""
    source = SOURCES["signed"]
    assert not divisions(compiled(source, "xcvu9p", dsp="auto", frequency=200))
    assert not divisions(compiled(source, "xcvu9p"))
    assert not divisions(symhdl.compile(source, device="ecp5-85k", dsp="none", opt=0))


def test_divisors_of_both_signs_and_guarded_ones_stay() -> None:
    for text in ("1/x*y", "(if x > 0.1 then y/x else 0)"):
        design = symhdl.compile(
            f"input x : fixed<12,2>\ninput y : fixed<12,1>\nz = {text}\noutput z error <= 2^-4",
            device="ecp5-85k", dsp="none", undefined="ignore",
        )  # fmt: skip
        assert not divisions(design)


def test_a_looser_goal_takes_no_more() -> None:
    last = 10**6
    for bits in range(14, 4, -1):
        design = compiled(
            f"input a : fixed<12,1>\ninput b : ufixed<12,1> in [0.6, 1.9]\ny = a/b\noutput y error <= 2^-{bits}"
        )
        assert divisions(design) and design.estimate.luts <= last
        last = design.estimate.luts


@each_row("name", ["positive", "signed", "of sums", "in a sum"])
def test_ranges_of_remainders_are_proved_again(name: str) -> None:
    assert open_claims(compiled(SOURCES[name]).datapath) == ()


@each_row("device", ["ecp5-85k", "xcvu9p"])
def test_rows_stand_beside_their_adders(device: str) -> None:
    """No register is between the two, which would be one of each bit, and a LUT."""
    for frequency in (100.0, 200.0, 230.0):
        source = "input a, b : ufixed<16,1> in [1, 1.9]\ny = a/b\noutput y : ufixed<16,1>"
        design = compiled(source, device, frequency=frequency)
        cells = design.datapath.cells
        rows = [k for k, cell in enumerate(cells) if cell.kind is CellKind.ROW]
        assert rows and design.datapath.latency
        for row in rows:
            (adder,) = (cell for cell in cells if row in cell.operands)
            assert adder.kind is CellKind.ADD and adder.stage == cells[row].stage


def test_formats_are_shared_by_what_remainders_take(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a quotient may lose makes its remainders shorter: its own width does not tell."""

    def by_width(
        prices: Prices, index: int, _quotient: Quotient, fractions: Sequence[int], _own: Intervals
    ) -> float:
        return 20.0 * prices.factor(index, fractions[index]).width

    text = "y = a*b*c/(2*d)"
    options = Options(
        ranges=(1, 5), width=12, output_width=10, device="ecp5-85k", dsp="none", frequency=0
    )
    by_digits = symhdl.compile(text, **options)
    monkeypatch.setattr(Prices, "_of_quotient", by_width)
    assert by_digits.estimate.luts < symhdl.compile(text, **options).estimate.luts


def test_registers_between_digits_count() -> None:
    """A slice has as many registers as LUTs; some cycles more are well spent on a third of the LUTs alone."""
    for width, frequency, is_divided in ((12, 0.0, True), (12, 200.0, False), (20, 200.0, True)):
        source = (
            f"input a, b : ufixed<{width},1> in [1, 1.9]\ny = a/b\noutput y : ufixed<{width},1>"
        )
        assert bool(divisions(compiled(source, frequency=frequency))) is is_divided


@each_row("name", ["positive", "signed", "of products", "in a sum", "of one divisor"])
def test_all_engines_give_equal_integers(name: str) -> None:
    for device, frequency in (("ecp5-85k", 200.0), ("xcvu9p", 0.0)):
        assert_equal_integers(compiled(SOURCES[name], device, frequency=frequency))
