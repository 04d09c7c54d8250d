"""Square roots digit by digit: never wrong by more than proved, and smaller than tables and polynomials."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symhdl
from symhdl.approximation import Specification
from symhdl.approximation.root import roots
from symhdl.functions.powers import SQUARE_ROOT
from symhdl.ir.builder import DatapathBuilder
from symhdl.verify.range_proofs import open_claims
from tests.errors_of_design import assert_all_inputs_hold
from tests.rows import each_row
from tests.test_arithmetic import run
from tests.witness_documents import document_of
from tests.witnesses.checker import check
from tests.witnesses.distance import RefutedError
from tests.witnesses.roots import root_by_digits

ENDS = st.tuples(st.sampled_from((0, 1, 37, 300)), st.integers(1, 700))
FORMATS = st.tuples(st.integers(-3, 14), st.none() | st.integers(-1, 9))
PARTS = st.integers(34, 200).map(lambda part: part / 64 - 2.0**-20)


@settings(max_examples=150, deadline=None)
@given(ENDS, FORMATS, PARTS, st.integers(-9, 1))
def test_any_root_is_wrong_by_what_its_witness_tells(
    ends: tuple[int, int], formats: tuple[int, int | None], part: float, exponent: int
) -> None:
    """For all integers, and by no more than allowed."""
    least, span = ends
    fraction, result = formats
    error = part * 2.0 ** (exponent if result is None else -result)
    asked = Specification(least, least + span, fraction, error, result=result)
    for found in roots(asked):
        witness = document_of(found.witness(SQUARE_ROOT))
        check(witness)
        assert found.error <= error and found.fraction == (
            found.fraction if result is None else result
        )
        builder = DatapathBuilder()
        cell = found.build(builder, builder.input("x", least, least + span, fraction))
        ns = list(range(least, least + span + 1))
        values = run(builder, {"x": ns})[cell]
        assert [int(value) for value in values] == [root_by_digits(witness, n) for n in ns]
        real = np.sqrt(np.array(ns, dtype=float) * 2.0**-fraction)
        errors = np.abs(np.array(values, dtype=float) * 2.0**-found.fraction - real)
        assert errors.max() <= found.error * (1 + 1e-12)


def test_witnesses_that_say_too_much_are_refuted() -> None:
    (found, *_) = roots(Specification(200, 4000, 12, 2.0**-8 * (1 - 2.0**-20), result=8))
    witness = document_of(found.witness(SQUARE_ROOT))
    assert witness["root"]["bottom"] > 1
    check(witness)
    for wrong in (
        {"given": witness["root"]["given"] - 1},
        {"bottom": witness["root"]["bottom"] + 1},
        {"rows": witness["root"]["rows"] - 1},
        {"end": "centred"},
    ):
        with pytest.raises(RefutedError):
            check({**witness, "root": {**witness["root"], **wrong}})
    with pytest.raises(RefutedError):
        check({**witness, "bound": witness["bound"] * 0.9})


def test_wide_results_are_rounded() -> None:
    """The largest root may be a unit too small but for less than a proof asks for, if it is cut."""
    (found,) = roots(Specification(0, (1 << 40) - 1, 40, 2.0**-20 * (1 - 2.0**-20), result=20))
    assert found.error == 2.0**-21 and found.rows == 21
    (cut, _) = roots(Specification(0, (1 << 20) - 1, 20, 2.0**-10 * (1 - 2.0**-20), result=10))
    assert cut.rows == 10 and cut.raised == 0 and Fraction(cut.error) < Fraction(1, 1 << 10)


@each_row("device", ["ecp5-85k", "xcvu9p"])
def test_roots_of_sums_take_fewer_luts(device: str) -> None:
    most = {8: 160, 12: 340, 16: 580}
    for width, luts in most.items():
        source = f"input x, y : fixed<{width},1>\nr = sqrt(x^2 + y^2)\noutput r : ufixed<{width},1>"
        design = symhdl.compile(source, device=device, dsp="none", frequency=0)
        assert design.estimate.luts < luts
        (found,) = (design.design.approximations or {}).values()
        assert found.method == "digits of the root"


def test_the_bound_holds_for_every_input() -> None:
    for text in (
        "sqrt(x^2 + y^2)",
        "x/sqrt(1 + y^2) + sqrt(x + y + 2)",
        "tanh(sqrt(x*x + y*y + 1))",
    ):
        source = f"input x, y : fixed<6,1>\nr = {text}\noutput r : fixed<10,3>"
        design = symhdl.compile(source, device="ecp5-85k", dsp="none", frequency=200)
        assert_all_inputs_hold(design)
        assert open_claims(design.datapath) == ()
