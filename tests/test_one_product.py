"""Lines and parabolas on segments: what the cells give is what was tried, at every argument and on every device."""

from __future__ import annotations

import statistics
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symhdl.approximation import Specification, approximate
from symhdl.approximation.built import cost_of
from symhdl.approximation.effort import Depth
from symhdl.approximation.kept import as_read, text_of
from symhdl.approximation.methods import METHODS
from symhdl.approximation.narrow_product import LONG, QUICK, Course, product_search
from symhdl.approximation.one_product import (
    FLAT,
    Coefficients,
    Curve,
    Form,
    Offsets,
    OneProduct,
)
from symhdl.approximation.piecewise import UniformAddressing
from symhdl.approximation.problem import Problem
from symhdl.approximation.product_tables import Kind, Tables
from symhdl.approximation.segment_limits import SHORT, Windows, together
from symhdl.approximation.values_by_series import MOST_ARGUMENTS, values_by_series
from symhdl.compiler import compile_graph
from symhdl.cost.operators import Fabric, fabric_of
from symhdl.functions.elementary import FUNCTIONS
from symhdl.functions.operation import Operation
from symhdl.numeric.ball import exact_ball, precision
from symhdl.request import Request
from symhdl.targets.target import load_target
from tests.errors_of_design import assert_bounds_hold, read
from tests.test_approximation import hardware
from tests.witness_documents import document_of
from tests.witnesses.checker import check
from tests.witnesses.distance import RefutedError
from tests.witnesses.hardware import result

FUNCTION_RANGES = {
    Operation.EXP: (-1.0, 1.0),
    Operation.LOG: (0.5, 2.0),
    Operation.SIN: (-2.0, 2.0),
    Operation.INVERSE: (-2.0, -0.5),
    Operation.SQUARE_ROOT: (0.0, 1.0),
    Operation.TANH: (0.0, 4.0),
}
DEVICES = ("ecp5-85k", "ice40-hx8k", "xcvu9p", "generic")


def fabric(device: str, dsp: int = 0) -> Fabric:
    return fabric_of(load_target(device), dsp or "none", clocked=bool(dsp))


def specification(operation: Operation, bits: int, *, finer: int, ulps: float) -> Specification:
    low, high = FUNCTION_RANGES[operation]
    fraction = bits + finer
    ends = (int(low * 2**bits), int(high * 2**bits) - 1)
    return Specification(*ends, bits, ulps * 2.0**-fraction, result=fraction)


def made(
    operation: Operation, asked: Specification, kind: Kind, segment_bits: int, device: Fabric,
    course: Course = LONG,
) -> OneProduct | None:  # fmt: skip
    bits = max(asked.span.bit_length() - segment_bits, 0)
    count = (asked.maximum >> bits) - (asked.minimum >> bits)
    found = product_search(
        FUNCTIONS[operation], asked, UniformAddressing(0, count.bit_length(), bits), device, kind
    )
    return None if found is None else found.narrowest(course)


def document(operation: Operation, found: OneProduct) -> dict[str, Any]:
    read: dict[str, Any] = document_of(found.witness(FUNCTIONS[operation]))
    return read


@given(
    st.sampled_from(sorted(FUNCTION_RANGES, key=str)), st.integers(4, 8), st.integers(-2, 3),
    st.floats(0.6, 3.0), st.sampled_from(["line", "parabola"]), st.integers(1, 5),
    st.sampled_from(DEVICES), st.sampled_from([0, 4]), st.sampled_from([QUICK, LONG]),
)  # fmt: skip
@settings(derandomize=True, deadline=None, max_examples=100)
def test_all_arguments_are_as_the_witness_says(
    operation: Operation, bits: int, finer: int, ulps: float, kind: Kind, segment_bits: int,
    device: str, dsp: int, course: Course,
) -> None:  # fmt: skip
    asked = specification(operation, bits, finer=finer, ulps=ulps)
    found = made(operation, asked, kind, segment_bits, fabric(device, dsp), course)
    if found is None:
        return
    assert found.error <= asked.error and found.fraction == asked.result
    witness = document(operation, found)
    check(witness)
    every = list(range(asked.minimum, asked.maximum + 1))
    integers = hardware(found, asked.minimum, asked.maximum, asked.fraction, every)
    assert [result(witness, n) for n in every] == integers
    assert (min(integers), max(integers)) == (found.minimum, found.maximum)


@pytest.mark.parametrize(
    "operation", [Operation.EXP, Operation.LOG, Operation.INVERSE, Operation.SIN]
)
@pytest.mark.parametrize("kind", ["line", "parabola"])
def test_faithful_results_of_twelve_bits(operation: Operation, kind: Kind) -> None:
    """All of the error is used up, and one that is a little larger is refuted."""
    asked = specification(operation, 10, finer=0, ulps=1 - 2.0**-20)
    found = made(operation, asked, kind, 7 if kind == "line" else 5, fabric("ecp5-85k"))
    assert found is not None
    assert 0.85 * asked.error < found.error <= asked.error
    wrong = document(operation, found) | {"bound": found.error * 0.99}
    with pytest.raises(RefutedError):
        check(wrong)


@pytest.mark.parametrize("kind", ["line", "parabola"])
def test_a_search_that_does_not_start_again_comes_near(kind: Kind) -> None:
    device = fabric("ecp5-85k")
    for operation in (Operation.EXP, Operation.LOG, Operation.INVERSE, Operation.SIN):
        asked = specification(operation, 10, finer=0, ulps=1 - 2.0**-20)
        some, great = (
            made(operation, asked, kind, 7 if kind == "line" else 5, device, course)
            for course in (QUICK, LONG)
        )
        assert some is not None and great is not None
        assert cost_of(some, device).luts <= 1.1 * cost_of(great, device).luts


def test_arguments_of_more_than_64_bits_are_counted_from_the_first() -> None:
    """Of `exp(x*z)` next to 1 a few of many bits are reached."""
    text = "input x : ufixed<2,-32>; input z : ufixed<3,-32>; output out error <= 2^-35\nout = acosh(exp(x*z))"
    parsed = read(text)
    design = compile_graph(parsed, Request(source=text, frequency_mhz=0.0))
    assert_bounds_hold(parsed.graph, design)


def test_values_by_series_are_within_their_slack() -> None:
    for operation, (low, high) in FUNCTION_RANGES.items():
        asked = Specification(int(low * 2**11), int(high * 2**11) - 1, 11, 2.0**-12)
        found = values_by_series(FUNCTIONS[operation], asked)
        assert found is not None and found.slack <= asked.error * 2.0**-13
        with precision(200):
            for place in range(0, asked.span + 1, 37):
                ball = FUNCTIONS[operation].ball(exact_ball(asked.minimum + place, -11))
                assert abs(ball - float(found.values[place])) <= found.slack


def test_a_pole_has_no_values() -> None:
    asked = Specification(-100, 100, 6, 2.0**-8)
    assert values_by_series(FUNCTIONS[Operation.INVERSE], asked) is None


@pytest.mark.parametrize("bits", [12, 14])
def test_the_choice_takes_them_where_they_are_smaller(bits: int) -> None:
    asked = Specification(
        1 << bits, (2 << bits) - 1, bits, 2.0**-bits * (1 - 2.0**-20), result=bits
    )
    ways = approximate(FUNCTIONS[Operation.LOG], asked, fabric("ecp5-85k"))
    assert isinstance(ways[0].approximation, OneProduct)


def test_results_beside_their_windows_are_not_proved() -> None:
    """The error that is asked for is no bound of them, however they came about."""
    asked = specification(Operation.EXP, 8, finer=0, ulps=1.0)
    search = product_search(
        FUNCTIONS[Operation.EXP], asked, UniformAddressing(0, 3, 6), fabric("ecp5-85k"), "parabola"
    )
    found = None if search is None else search.narrowest(QUICK)
    assert search is not None and found is not None
    tables = search.ground.tables(found.form, together(search.ground.windows))
    assert isinstance(tables, Tables)
    assert search.ground.proved(found.form, tables) == found
    beside = tables.constants.copy()
    beside[-1] += 2 << tables.constant_fraction - found.fraction
    with pytest.raises(AssertionError, match="beside its window"):
        search.ground.proved(found.form, replace(tables, constants=beside))


def test_they_are_kept_as_plain_data() -> None:
    asked = specification(Operation.EXP, 8, finer=0, ulps=1.0)
    found = made(Operation.EXP, asked, "parabola", 2, fabric("ecp5-85k"))
    text = text_of(found)
    assert found is not None and text is not None
    assert as_read(text, lambda read: read) == found


@pytest.mark.parametrize("device", ["ecp5-85k", "xcvu9p"])
def test_estimates_are_near_what_is_found(device: str) -> None:
    ratios: list[float] = []
    for operation in (Operation.EXP, Operation.LOG, Operation.INVERSE):
        asked = specification(operation, 10, finer=0, ulps=1.0)
        problem = Problem(FUNCTIONS[operation], asked, fabric(device))
        (method,) = (each for each in METHODS if each.name == "products")
        for prospect in method.prospects(problem):
            found = prospect.prove()
            if found is not None:
                ratios.append(problem.worth(found) / prospect.worth)
    assert len(ratios) >= 9
    assert 0.9 < statistics.median(ratios) < 1.1


def test_too_many_arguments_are_left_alone() -> None:
    asked = Specification(0, MOST_ARGUMENTS[Depth.ORDINARY], 17, 2.0**-17)
    problem = Problem(FUNCTIONS[Operation.EXP], asked, fabric("ecp5-85k"))
    (method,) = (each for each in METHODS if each.name == "products")
    assert not list(method.prospects(problem))


@pytest.mark.parametrize(
    ("operation", "kind", "segment_bits", "digits_of_slope"),
    [
        (Operation.TANH, "line", 7, False),
        (Operation.LOG, "parabola", 3, False),
        (Operation.SIN, "line", 7, True),
    ],
)
def test_truncated_products_are_as_numpy_has_them(
    operation: Operation, kind: Kind, segment_bits: int, digits_of_slope: bool
) -> None:
    """The columns that are left out of products with digits of both signs, of the offset or of the slope."""
    asked = specification(operation, 8, finer=0, ulps=1.0)
    found = made(operation, asked, kind, segment_bits, fabric("ecp5-85k"))
    assert found is not None and found.form.bottom > 0
    assert found.form.digits_of_slope == digits_of_slope
    every = list(range(asked.minimum, asked.maximum + 1))
    integers = hardware(found, asked.minimum, asked.maximum, asked.fraction, every)
    assert found.witness(FUNCTIONS[operation]).integers == tuple(integers)


@given(st.data())
def test_short_integers_have_the_limits_of_long_ones(data: st.DataObject) -> None:
    """Products up to what a form says that they may be, and windows of arguments that are not reached among others."""
    bits, cut = data.draw(st.integers(4, 12)), data.draw(st.integers(0, 12))
    curve = Curve(data.draw(st.integers(0, 12)), data.draw(st.integers(0, bits - 2)))
    form = Form(
        bits, data.draw(st.integers(0, 12)), data.draw(st.integers(0, bits - 2)),
        data.draw(st.integers(0, 14)), curve=data.draw(st.sampled_from([None, curve])),
    )  # fmt: skip
    numbers = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    slope, bent, span = (1 << data.draw(st.integers(0, 14)) for _ in range(3))
    largest, limit = form.largest_product(slope, bent), span + 1 << cut
    coefficients = Coefficients(
        numbers.choice([-slope, slope - 1, slope], (3, 4)), numbers.choice([-bent, 0, bent], 4)
    )
    offsets = Offsets(np.arange(-(1 << bits - 1), 1 << bits - 1)[None])
    lowest = numbers.integers(-span, span, (4, 1 << bits), endpoint=True)
    highest = np.minimum(lowest + 2, span)
    free = numbers.random(lowest.shape) < 0.1
    free[:, 0] = False
    low, high = np.where(free, -(1 << 36), lowest), np.where(free, 1 << 36, highest)
    windows = Windows(np.arange(4), offsets, low, high, some_free=True)
    products = coefficients.products_at(form, offsets, FLAT, form.product_fraction)
    assert np.abs(products).max() <= largest
    if limit + 2 * largest >= SHORT:
        return
    short = coefficients.as_integers(np.int32)
    short_products = short.products_at(form, offsets, FLAT, form.product_fraction)
    assert short_products.dtype == np.int32 and (short_products == products).all()
    found, known = windows.left_by(short_products, cut), windows.left_by(products, cut)
    assert (found[0].max(axis=-1) == known[0].max(axis=-1)).all()
    assert (found[1].min(axis=-1) == known[1].min(axis=-1)).all()
    assert (found[0].argmax(axis=-1) == known[0].argmax(axis=-1)).all()
