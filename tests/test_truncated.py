"""Products and squares without their lowest columns: never wrong by more than proved, in logic alone, and smaller."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symhdl
from symhdl.arithmetic.truncated import truncated
from symhdl.choices import DspUse
from symhdl.compiled import CompiledDesign
from symhdl.cost.products import Factor, Logic, number_of, product_in_logic, square_in_logic
from symhdl.cost.truncated import luts, truncated_product, truncated_square
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import PRODUCTS, CellKind
from symhdl.numeric.fixed import power_of_two
from symhdl.verify.range_proofs import open_claims
from tests.engine_checks import assert_equal_integers
from tests.errors_of_design import assert_all_inputs_hold
from tests.rows import each_row
from tests.test_arithmetic import run
from tests.witness_documents import document_of, parts_of
from tests.witnesses.distance import RefutedError
from tests.witnesses.products import (
    all_factors,
    check_truncation,
    exact_error,
    result_of_truncation,
)

CHAINS = Logic(4, "CCU2C", 2)
WIDTHS = (5, 8, 11, 16, 24)

SOURCES = {
    "product": "input a, b : ufixed<7,7>\ny = a*b\noutput y : ufixed<7,14>",
    "signed": "input a : fixed<7,2>\ninput b : fixed<6,1>\ny = a*b\noutput y : fixed<7,3>",
    "mixed": "input a : ufixed<8,2>\ninput b : fixed<6,1>\ny = a*b\noutput y : fixed<6,3>",
    "square": "input a : ufixed<12,1>\ninput b : ufixed<2,2>\ny = a^2 + b\noutput y : ufixed<11,3>",
    "signed square": "input a : fixed<12,1>\ninput b : ufixed<2,2>\ny = a^2 + b\noutput y : ufixed<12,3>",
    "sum": "input a, b : fixed<6,1>\ny = a*b - 0.25*a^2 + b\noutput y : fixed<8,3>",
    "cube": "input a : fixed<11,1>\ninput b : ufixed<3,0>\ny = (a + b)^2*a\noutput y : fixed<11,3>",
    "product of sums": "input a, b : fixed<7,1>\ny = (a + b)*(a - 0.3*b)\noutput y error <= 2^-6",
    "few bits": "input a, b : ufixed<7,0>\ny = a*b\noutput y : ufixed<4,1>",
    "in a function": "input a, b : ufixed<6,0>\ny = sin(a*b)*a\noutput y : ufixed<8,1>",
}


def compiled(source: str, dsp: DspUse = "none", device: str = "ecp5-85k") -> CompiledDesign:
    return symhdl.compile(source, device=device, dsp=dsp, frequency=200)


def truncations(design: CompiledDesign) -> list[Mapping[str, Any]]:
    """The witnesses of truncated products, as other programs read them."""
    return parts_of(design, "truncation")


@each_row("name", SOURCES)
def test_the_bound_holds_for_every_input(name: str) -> None:
    design = compiled(SOURCES[name])
    assert truncations(design)
    assert_all_inputs_hold(design)


@each_row("name", SOURCES)
def test_every_witness_is_proved_again(name: str) -> None:
    for witness in truncations(compiled(SOURCES[name])):
        check_truncation(witness)
        with pytest.raises(RefutedError):
            check_truncation({**witness, "bound": witness["bound"] * 0.9})
        with pytest.raises(RefutedError):
            check_truncation({**witness, "constant": witness["constant"] + 1})


def factors() -> st.SearchStrategy[Factor]:
    """Ranges of up to six bits, full ones and others."""
    whole = st.builds(lambda w, s: number_of(w, signed=s), st.integers(2, 6), st.booleans())
    ends = st.tuples(st.integers(-32, 63), st.integers(-32, 63)).filter(lambda e: e[0] != e[1])
    return whole | ends.map(lambda e: Factor(*sorted(e)))


@settings(max_examples=150, deadline=None)
@given(st.lists(factors(), min_size=1, max_size=2), st.integers(0, 9), st.integers(0, 8), st.data())
def test_any_product_is_wrong_by_what_its_witness_tells(
    ranges: list[Factor], bits: int, fraction: int, data: st.DataObject
) -> None:
    """For all integers; the bound is no more than allowed, and reached by numbers of all bits without sign."""
    if len(ranges) == 1:  # squares of few bits are looked up
        ranges = [Factor(32 * ranges[0].minimum, 32 * ranges[0].maximum + 31)]
    fractions = [4, 3][: len(ranges)]
    natural = 8 if len(ranges) == 1 else 7
    fraction = min(fraction, natural)
    cut = power_of_two(-fraction) - power_of_two(-natural)
    allowed = float(cut + data.draw(st.integers(0, 1 << bits)) * power_of_two(-natural))
    builder = DatapathBuilder()
    inputs = [
        builder.input(name, *each, f)
        for name, each, f in zip("ab", ranges, fractions, strict=False)
    ]
    found = truncated(builder, inputs, allowed, fraction, CHAINS)
    if found is None:
        return
    cell, told = found
    witness: Any = document_of(told)
    check_truncation(witness)
    assert told.bound <= allowed and told.fraction <= fraction
    assert builder.fraction(cell) == told.fraction
    points = np.array(list(itertools.product(*(range(e.minimum, e.maximum + 1) for e in ranges))))
    columns = {name: points[:, k].tolist() for k, name in enumerate("ab"[: len(ranges)])}
    values = run(builder, columns)[cell]
    errors = []
    for value, point in zip(values, points.tolist(), strict=True):
        exact = point[0] * point[-1] * power_of_two(-natural)
        errors.append(exact - int(value) * power_of_two(-told.fraction))
    assert min(errors) >= 0 and max(errors) <= Fraction(told.bound)


def test_digits_that_are_never_zero_lack_something_or_nothing() -> None:
    """The upper digit of the second factor is 3 or -1 throughout, and bits are dropped beside it."""
    for digits in (Factor(12, 15), Factor(-4, -1)):
        ranges = Factor(0, 63), digits
        found = truncated_product(*ranges, 400, 0, CHAINS)
        assert found is not None and not found.is_first_in_digits
        assert any(each.dropped for each in found.multiples if each.place == 2)
        builder = DatapathBuilder()
        inputs = [builder.input(name, *each, 0) for name, each in zip("ab", ranges, strict=True)]
        built = truncated(builder, inputs, 400.0, 0, CHAINS)
        assert built is not None
        points = list(itertools.product(range(64), range(digits.minimum, digits.maximum + 1)))
        a, b = map(list, zip(*points, strict=True))
        values = run(builder, {"a": a, "b": b})[built[0]]
        unit = power_of_two(-built[1].fraction)
        errors = [x * y - int(v) * unit for x, y, v in zip(a, b, values, strict=True)]
        assert min(errors) >= 0 and max(errors) <= Fraction(built[1].bound) <= 400


@each_row("width", [4, 5, 6, 7])
def test_the_bound_is_reached(width: int) -> None:
    """It is the worst case, not an estimate: numbers of all ones lack as much."""
    for kind in ("product", "square"):
        factor = number_of(2 * width if kind == "square" else width, signed=False)
        ranges = [factor] * (1 if kind == "square" else 2)
        builder = DatapathBuilder()
        inputs = [builder.input(name, *factor, 0) for name in "ab"[: len(ranges)]]
        for bits in range(4, 2 * width):
            found = truncated(builder, inputs, float(1 << bits), 0, CHAINS)
            if found is not None:
                witness: Any = document_of(found[1])
                ones = [factor.maximum] * len(ranges)
                assert exact_error(witness, *ones) == Fraction(found[1].bound)
                break
        else:
            pytest.fail("no product was truncated")


def test_a_witness_tells_what_the_hardware_does() -> None:
    for name in ("signed", "mixed", "signed square", "few bits"):
        design = compiled(SOURCES[name])
        (witness,) = truncations(design)
        for numbers in itertools.islice(all_factors(witness), 0, None, 7):
            result_of_truncation(witness, *numbers)
            error = exact_error(witness, *numbers)
            assert 0 <= error <= Fraction(witness["bound"])


@each_row("width", WIDTHS)
def test_the_more_is_allowed_the_fewer_luts(width: int) -> None:
    for signed in (False, True):
        a = number_of(width, signed=signed)
        for whole, find in (
            (product_in_logic(a, a, CHAINS), partial(truncated_product, a, a)),
            (square_in_logic(a, CHAINS), partial(truncated_square, a)),
        ):
            last = luts(whole)
            for bits in range(3, 2 * width):
                found = find(1 << bits, 0, CHAINS)
                if found is not None:
                    assert luts(found.costs) < luts(whole)
                    assert luts(found.costs) <= last + 2
                    last = luts(found.costs)
            assert width < 8 or last < 0.75 * luts(whole)


@each_row("name", SOURCES)
def test_ranges_are_proved_again(name: str) -> None:
    """That of a product without low columns too: what is left is the product less what was dropped."""
    assert open_claims(compiled(SOURCES[name]).datapath) == ()


@each_row("name", SOURCES)
def test_blocks_and_rows_compute_whole_products(name: str) -> None:
    """A block does it for nothing; text without instances, and devices without chains, have rows."""
    for design in (
        compiled(SOURCES[name], "auto"),
        symhdl.compile(SOURCES[name], device="ecp5-85k", dsp="none", primitives="none"),
        compiled(SOURCES[name], device="xcvu9p"),
        compiled(SOURCES[name], device="ice40-hx8k"),
    ):
        assert not truncations(design)


def test_exact_products_stay_whole() -> None:
    source = "input a, b : ufixed<8,8>\ny = a*b\noutput y error <= 2^-1\nz = a*b > 99"
    design = compiled(source)
    assert not truncations(design)
    assert [c.kind for c in design.operators.cells if c.kind in PRODUCTS] == [CellKind.MULTIPLY]


def test_faithful_products_take_fewer_luts_than_whole_ones() -> None:
    """The more bits they have, and with the rounding that whole ones need not."""
    for width, share in ((8, 0.93), (12, 0.85), (16, 0.81), (24, 0.77)):
        inputs = f"input a, b : ufixed<{width},{width}>\ny = a*b\n"
        faithful = compiled(f"{inputs}output y : ufixed<{width},{2 * width}>")
        whole = compiled(f"{inputs}output y : ufixed<{2 * width},{2 * width}>")
        assert faithful.estimate.luts < share * whole.estimate.luts
        assert faithful.latency <= whole.latency  # the constant needs no adder of its own
        assert faithful.error_bounds["y"] < 2.0**width


@each_row("name", SOURCES)
def test_all_engines_give_equal_integers(name: str) -> None:
    assert_equal_integers(compiled(SOURCES[name]))
