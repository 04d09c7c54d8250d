"""Sums of tables: what the cells give is what the entries tell, and lies within the window of every argument."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from symhdl.approximation import Specification, approximate
from symhdl.approximation.built import cost_of
from symhdl.approximation.decompositions import LEAST_INITIAL, ranked
from symhdl.approximation.effort import Depth
from symhdl.approximation.every_value import every_value, guessed_values
from symhdl.approximation.methods import METHODS
from symhdl.approximation.multipartite import place_of, table_sum, ways
from symhdl.approximation.problem import Problem
from symhdl.approximation.table import table
from symhdl.approximation.table_entries import FREE
from symhdl.approximation.table_fit import Windows, fitted
from symhdl.approximation.table_sum import (
    Part,
    Shape,
    TableSum,
    gathered,
    initial_part,
    spread,
    summed,
    unfolded,
)
from symhdl.functions.operation import Operation
from symhdl.numeric.ball import exact_ball, magnitude, precision
from tests.test_approximation import CASES, FABRIC, grid, hardware, largest, of
from tests.test_approximation_witness import check_against_hardware, document
from tests.witnesses.checker import check

DIGITS_40 = 140


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    bits = draw(st.integers(3, 9))
    parts, low = [], 0
    for _ in range(draw(st.integers(0, 3))):
        if bits - low <= 1:
            break
        own = draw(st.integers(1, bits - low - 1))
        segment = draw(st.integers(0, bits - low - own))
        folded = draw(st.booleans()) and segment + own > 1
        parts.append(Part(segment, low, own, folded))
        low += own
    return Shape(bits, bits - low, tuple(reversed(parts)), draw(st.integers(0, 3)))


def random_contents(data: st.DataObject, shape: Shape) -> tuple[np.ndarray, ...]:
    seed = data.draw(st.integers(0, 2**32 - 1))
    generator = np.random.default_rng(seed)
    ends = data.draw(st.tuples(st.integers(-40, 0), st.integers(1, 40)))
    parts = (initial_part(shape), *shape.parts)
    return tuple(generator.integers(*ends, size=1 << part.index_bits) for part in parts)


@given(data=st.data())
@settings(derandomize=True, max_examples=150)
def test_cells_are_what_the_entries_tell(data: st.DataObject) -> None:
    shape = data.draw(shapes())
    contents = random_contents(data, shape)
    size = 1 << shape.argument_bits
    minimum = data.draw(st.sampled_from([0, 1 << 61, -(1 << 61)])) + data.draw(
        st.integers(-size, size)
    )
    maximum = minimum + data.draw(st.integers(0, size - 1))
    reached = [n % size for n in range(minimum, maximum + 1)]
    results = (summed(shape, contents) >> shape.guard)[reached]
    entries = tuple(tuple(table.tolist()) for table in contents)
    specification = Specification(minimum, maximum, 3, 1.0, result=5)
    found = TableSum(
        specification, "", 5, int(results.min()), int(results.max()), 1.0, shape, entries
    )
    assert found.integers().tolist() == results.tolist()
    ns = list(range(minimum, maximum + 1))
    assert hardware(found, minimum, maximum, 3, ns) == results.tolist()


@given(data=st.data())
@settings(derandomize=True, max_examples=150)
def test_windows_round_sums_are_met(data: st.DataObject) -> None:
    """Windows that random entries lie in; entries that are found need not be the same."""
    shape = data.draw(shapes())
    total = summed(shape, random_contents(data, shape))
    width = data.draw(st.integers(0, 6))
    windows = Windows(total - width, total + width)
    contents = fitted(shape, windows, total.astype(float))
    if contents is not None:
        sums = summed(shape, contents)
        assert (np.abs(sums - total) <= width).all()
    assert fitted(shape, Windows(total + 1, total - 1), total.astype(float)) is None
    free = np.full(len(total), FREE)
    assert fitted(shape, Windows(-free, free), total.astype(float)) is not None


@given(data=st.data())
@settings(derandomize=True)
def test_every_argument_has_one_entry_of_each_part(data: st.DataObject) -> None:
    shape = data.draw(shapes())
    arguments = np.arange(1 << shape.argument_bits)
    for part in shape.parts:
        low = gathered(shape, part, arguments, np.minimum)
        high = gathered(shape, part, arguments, np.maximum)
        assert (spread(shape, part, low) <= arguments).all()
        assert (spread(shape, part, high) >= arguments).all()
        entries = np.arange(1 << part.index_bits)
        rows = unfolded(part, entries)
        assert rows.shape == (1 << part.segment_bits, 1 << part.bits)
        if part.folded:
            assert (rows == ~rows[:, ::-1]).all()


@given(data=st.data())
@settings(derandomize=True)
def test_addresses_are_in_the_order_of_the_arguments(data: st.DataObject) -> None:
    minimum, span = data.draw(st.integers(-300, 300)), data.draw(st.integers(1, 300))
    specification = Specification(minimum, minimum + span, 4, 0.1)
    bits, start = place_of(specification)
    assert span.bit_length() <= bits <= span.bit_length() + 1
    assert start >= 0 and start + span < 1 << bits
    assert (minimum - start) % (1 << bits) in (0, 1 << (bits - 1))


RESULTS = st.one_of(st.none(), st.sampled_from([0.52, 0.6, 0.75, 1 - 2.0**-12, 1.5]))


@given(data=st.data())
@settings(derandomize=True, max_examples=60)
def test_random_functions(data: st.DataObject) -> None:
    """The error is proved, and hardly more than that of the worst argument; the witness is proved again."""
    name = data.draw(st.sampled_from(sorted(CASES)))
    function, (low, high) = CASES[name]
    low, high = (
        low / data.draw(st.sampled_from([1, 2, 4])),
        high / data.draw(st.sampled_from([1, 3])),
    )
    minimum, maximum, fraction = grid(low, high, data.draw(st.integers(5, 9)))
    minimum = max(minimum, 1) if low > 0 else minimum
    if minimum >= maximum:
        return
    result = (
        data.draw(st.integers(4, 9)) - math.frexp(largest(function, minimum, maximum, fraction))[1]
    )
    units = data.draw(RESULTS)
    error = math.ldexp(units or 1.0, -result)
    asked = Specification(minimum, maximum, fraction, error, result=result if units else None)
    chosen = tuple(way.shape for way in ways(function, asked, FABRIC))
    found = table_sum(function, asked, chosen, lambda each: cost_of(each, FABRIC).luts)
    if found is None:
        return
    assert found.error <= error and found.fraction == asked.result_fraction
    witness = document(function, found)
    check(witness)
    check_against_hardware(witness, found)
    with precision(DIGITS_40):
        worst = max(
            magnitude(
                function.ball(exact_ball(n, -fraction)) - exact_ball(integer, -found.fraction)
            )
            for n, integer in zip(
                range(minimum, maximum + 1), found.integers().tolist(), strict=True
            )
        )
    assert worst <= found.error <= worst * (1 + 1e-4) + 2.0 ** (-found.fraction - 16)


SUITE = {
    Operation.SIN: (0, 1), Operation.EXP: (-1, 0), Operation.LOG1P: (0, 1), Operation.INVERSE: (1, 2),
    Operation.SQUARE_ROOT: (1, 2), Operation.TANH: (0, 1), Operation.COS: (-1, 1),
}  # fmt: skip


@pytest.mark.parametrize("operation", [each for each in SUITE if each is not Operation.COS])
def test_eight_bits_take_less_than_by_other_methods(operation: Operation) -> None:
    """Faithful, to a result of eight bits behind the point; cosines over twice the range are lines."""
    low, high = SUITE[operation]
    asked = Specification(low << 8, (high << 8) - 1, 8, 2.0**-8 * (1 - 2.0**-10), result=8)
    best, *others = approximate(of(operation), asked, FABRIC)
    assert "partite" in best.approximation.method
    assert all(
        best.worth < each.worth for each in others if "partite" not in each.approximation.method
    )


def test_ways_cut_the_whole_argument_and_come_by_rising_estimates() -> None:
    values = np.sin(np.arange(1 << 10) / 2.0**10) * 2**10
    found = ranked(values, 0.99, FABRIC, 50)
    assert len(found) == 50
    assert [way.worth for way in found] == sorted(way.worth for way in found)
    for way in found:
        assert way.shape.initial_bits >= LEAST_INITIAL
        tops = [part.low + part.bits for part in way.shape.parts]
        assert [part.low for part in way.shape.parts] == [*tops[1:], 0]
        assert way.shape.initial_bits == 10 - tops[0]


@pytest.mark.parametrize(("bits", "short"), [(14, 6), (12, 8), (14, 12), (13, 14)])
def test_long_results_of_long_arguments_are_left_to_products(bits: int, short: int) -> None:
    """In ordinary time; a thorough search looks at all."""
    asked = Specification(0, (1 << bits) - 1, bits, 2.0**-short, result=short)
    (method,) = (each for each in METHODS if each.name == "sum of tables")
    found = {
        depth: next(method.prospects(Problem(of(Operation.SIN), asked, FABRIC, depth)), None)
        for depth in (Depth.ORDINARY, Depth.THOROUGH)
    }
    assert found[Depth.THOROUGH] is not None
    assert (found[Depth.ORDINARY] is None) == (bits > 12 and short > 10)


def test_floats_for_searches_are_next_to_the_values() -> None:
    for operation, (low, high) in (SUITE | {Operation.SQUARE_ROOT: (0, 1)}).items():
        argument = low << 9, (high << 9) - 1, 9
        exact, quick = (
            every_value(of(operation), argument, 128, 20),
            guessed_values(of(operation), argument, 128),
        )
        assert exact is not None and quick is not None
        assert np.abs(exact.middles * 2.0**-40 - quick[0]).max() <= quick[1] + 2.0**-30


def test_what_has_no_values_is_left_alone() -> None:
    logarithm = Specification(-8, 300, 4, 2.0**-6)
    assert ways(of(Operation.LOG), logarithm, FABRIC) == ()
    assert table_sum(of(Operation.LOG), logarithm, (), lambda _: 0.0) is None
    assert ways(of(Operation.SIN), structs.replace(logarithm, maximum=1 << 20), FABRIC) == ()
    assert ways(of(Operation.SIN), structs.replace(logarithm, maximum=7), FABRIC) == ()


@pytest.mark.parametrize("operation", SUITE)
def test_rounded_to_nearest_a_table_is_compressed(operation: Operation) -> None:
    """No initial value and offset together are off by anything; that takes less than the table."""
    low, high = SUITE[operation]
    function, half = of(operation), 2.0**-9 * (1 + 2.0**-12)
    asked = Specification(low << 8, (high << 8) - 1, 8, half, result=8)
    chosen = tuple(way.shape for way in ways(function, asked, FABRIC))
    found = table_sum(function, asked, chosen, lambda each: cost_of(each, FABRIC).luts)
    nearest = table(function, asked)
    assert found is not None and nearest is not None
    arguments = range(asked.minimum, asked.maximum + 1)
    entries = [nearest.contents[n % len(nearest.contents)] for n in arguments]
    assert found.integers().tolist() == entries
    assert cost_of(found, FABRIC).luts < cost_of(nearest, FABRIC).luts
