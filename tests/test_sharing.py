"""Sums of products with constants that share what they have in common: the same integers, fewer and no later adders."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhdl.arithmetic import shared_constants
from symhdl.arithmetic.constant_plans import (
    ConstantSums,
    by_digits,
    depths_of,
    limits_of,
    planned,
    shared,
)
from symhdl.arithmetic.constants import with_digits
from symhdl.arithmetic.shared_constants import WORK, with_shared_digits
from symhdl.arithmetic.sharing import Preference, Value
from symhdl.arithmetic.sums import with_trees
from symhdl.compiler import compile
from symhdl.cost.area import fewest_luts_of, surroundings_of, total_quantities
from symhdl.cost.products import logic_of
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind, Datapath, Port
from symhdl.ir.verify import assert_valid_datapath
from symhdl.numeric.adder_graphs import MOST_BITS, adder_graph
from symhdl.numeric.digits import digit_count, odd_part
from symhdl.numeric.fixed import width_of_range
from symhdl.passes import constant_products
from symhdl.simulate import simulate
from symhdl.targets.target import load_target
from tests.cells import simulate_cells
from tests.rows import each_row

TARGET = load_target("ecp5-85k")
LARGE = load_target("xcvu9p")
PREFERENCE = Preference(0.3, 1.0)
Matrix = Sequence[Sequence[int]]
Range = tuple[int, int]

FILTER = (10, -4, -49, -102, -34, 282, 779, 1166, 1166, 779, 282, -34, -102, -49, -4, 10)


def datapath_of(matrix: Matrix, ranges: Sequence[Range], values: Sequence[int] = ()) -> Datapath:
    """A sum for each row of the matrix, as it leaves lowering."""
    builder = DatapathBuilder()
    inputs = [builder.input(f"x{k}", low, high, 0) for k, (low, high) in enumerate(ranges)]
    values = values or [0] * len(matrix)
    sums = [
        builder.sum(list(zip(row, inputs, strict=True)), value, 0)
        for row, value in zip(matrix, values, strict=True)
    ]

    def port(name: str, place: int) -> Port:
        return Port(name, name, place, builder.cells[place].format, *builder.range(place))

    return Datapath(
        "t",
        tuple(builder.cells),
        tuple(port(f"x{k}", place) for k, place in enumerate(inputs)),
        tuple(port(f"y{k}", place) for k, place in enumerate(sums)),
    )


def in_adders(datapath: Datapath) -> Datapath:
    trees = with_trees(datapath, logic_of(TARGET))
    assert_valid_datapath(trees)
    return trees


def luts_of(datapath: Datapath) -> float:
    return fewest_luts_of(total_quantities(surroundings_of(datapath, TARGET)), TARGET)


def depth_of(datapath: Datapath) -> int:
    depths: list[int] = []
    for cell in datapath.cells:
        own = cell.kind in (CellKind.ADD, CellKind.SUBTRACT)
        depths.append(own + max((depths[a] for a in cell.operands), default=0))
    return max(depths)


def adders(datapath: Datapath) -> int:
    kinds = (CellKind.ADD, CellKind.SUBTRACT, CellKind.NEGATE)
    return sum(cell.kind in kinds for cell in datapath.cells)


def sums_of(matrix: Matrix, depth: int = 0) -> ConstantSums:
    operands = (Value(-128, 127, depth),) * len(matrix[0])
    weights = tuple({k: w for k, w in enumerate(row) if w} for row in matrix)
    return ConstantSums(operands, weights, (False,) * len(matrix))


def random_matrix(seed: int, rows: int, columns: int, bits: int) -> Matrix:
    chance = random.Random(seed)  # noqa: S311 - no secret
    return [[chance.randrange(-1 << bits, 1 << bits) for _ in range(columns)] for _ in range(rows)]


WEIGHTS = st.one_of(
    st.sampled_from((0, 0, 1, -1, 3, -3, 45, 90, -45, 1365)),
    st.integers(-(1 << 12), 1 << 12),
    st.integers(-(1 << 40), 1 << 40),
)
RANGES = st.sampled_from(((0, 255), (-128, 127), (-1, 0), (0, 1), (5, 9), (-77, 900), (0, 1000)))


@given(st.data(), st.integers(1, 4), st.integers(1, 5), st.sampled_from((1, 2)))
def test_shared_sums_are_the_same_integers(
    data: st.DataObject, rows: int, columns: int, level: int
) -> None:
    row = st.lists(WEIGHTS, min_size=columns, max_size=columns)
    matrix = data.draw(st.lists(row, min_size=rows, max_size=rows))
    ranges = data.draw(st.lists(RANGES, min_size=columns, max_size=columns))
    values = data.draw(st.lists(st.integers(-1000, 1000), min_size=rows, max_size=rows))
    datapath = datapath_of(matrix, ranges, values)
    made = with_shared_digits(datapath, TARGET, level)
    plain = in_adders(with_digits(datapath))
    trees = plain if made is datapath else in_adders(made)
    chance = random.Random(rows)  # noqa: S311 - no secret
    inputs = {
        f"x{k}": np.array([low, high, *(chance.randint(low, high) for _ in range(8))])
        for k, (low, high) in enumerate(ranges)
    }
    found = simulate(trees, inputs)
    for number, (weights, value) in enumerate(zip(matrix, values, strict=True)):
        expected = [
            value + sum(w * int(inputs[f"x{k}"][n]) for k, w in enumerate(weights))
            for n in range(10)
        ]
        assert np.broadcast_to(found[f"y{number}"], 10).tolist() == expected
    assert luts_of(trees) <= luts_of(plain)


@each_row(("matrix", "count", "depth"), [((FILTER,), 28, 6), (random_matrix(0, 8, 8, 7), 110, 5)])
def test_adders_of_filters_and_matrices(matrix: Matrix, count: int, depth: int) -> None:
    """By digits alone they are 48 and 164."""
    datapath = datapath_of(matrix, [(-32768, 32767)] * len(matrix[0]))
    trees = in_adders(with_shared_digits(datapath, TARGET, 1))
    assert adders(trees) <= count
    assert depth_of(trees) <= depth
    assert luts_of(trees) < 0.8 * luts_of(in_adders(with_digits(datapath)))


def test_the_second_level_is_never_worse() -> None:
    saved = 0.0
    for seed in range(4):
        datapath = datapath_of(random_matrix(seed, 3, 8, 9), [(0, 4095)] * 8)
        one, two = (with_shared_digits(datapath, TARGET, level) for level in (1, 2))
        saved += luts_of(in_adders(one)) - luts_of(in_adders(two))
        assert luts_of(in_adders(two)) <= luts_of(in_adders(one))
    assert saved > 0


def test_late_operands_make_no_sum_deeper() -> None:
    matrix = random_matrix(3, 5, 6, 10)
    sums = sums_of(matrix)
    late = ConstantSums(
        tuple(value._replace(depth=k) for k, value in enumerate(sums.operands)),
        sums.weights,
        (True,) * 5,
    )
    for given_sums in (sums, late):
        start = planned(given_sums, by_digits, once=False)
        limits = limits_of(given_sums, [False] * 5)
        assert limits == depths_of(given_sums, start)
        plan, _ = shared(given_sums, start, limits, PREFERENCE, WORK)
        assert plan.values
        assert all(
            depth <= limit for depth, limit in zip(depths_of(given_sums, plan), limits, strict=True)
        )


def test_what_nothing_stands_behind_may_be_as_deep_as_the_deepest() -> None:
    sums = sums_of([[3, 5, 7, 9], [1, 0, 0, 1]])
    assert limits_of(sums, [True, True]) == [3, 3]
    assert limits_of(sums, [True, False]) == [3, 1]


@pytest.mark.parametrize("work", [2_000, 20_000])
def test_work_has_an_end(work: int) -> None:
    """Beyond what the work allows, operands are compared in groups, and pairs are still found."""
    sums = sums_of([[w for k in range(60) for w in (FILTER[k % 16], FILTER[k % 16])]])
    start = planned(sums, by_digits, once=False)
    plan, done = shared(sums, start, limits_of(sums, [True]), PREFERENCE, work)
    digits = sum(digit_count(w) for w in sums.weights[0].values())
    assert done <= work + 3 * digits
    assert len(plan.values) > 10
    assert (plan, done) == shared(sums, start, limits_of(sums, [True]), PREFERENCE, work)


def test_graphs_are_looked_for_where_constants_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """63835 a takes six adders by its digits, and five by pairs of them."""
    datapath = datapath_of([[63835]], [(-128, 127)])
    with_graphs = with_shared_digits(datapath, TARGET, 1)
    monkeypatch.setattr(shared_constants, "MOST_GRAPHS", 0)
    without = with_shared_digits(datapath, TARGET, 1)
    assert adders(in_adders(with_graphs)) == 4
    assert adders(in_adders(with_digits(without))) == 5


def test_designs_share_until_enough_was_priced(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = random_matrix(5, 4, 4, 10)
    apart = [[*row, *[0] * 4] for row in matrix] + [[0] * 4 + list(row) for row in matrix]
    datapath = datapath_of(apart, [(0, 255)] * 8)
    whole = luts_of(in_adders(with_shared_digits(datapath, TARGET, 1)))
    monkeypatch.setattr(shared_constants, "MOST_PRICED", 1)
    half = luts_of(in_adders(with_digits(with_shared_digits(datapath, TARGET, 1))))
    plain = luts_of(in_adders(with_digits(datapath)))
    assert half == pytest.approx((whole + plain) / 2, rel=1e-3)


def test_little_that_is_saved_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    datapath = datapath_of(random_matrix(5, 4, 4, 10), [(0, 255)] * 4)
    assert with_shared_digits(datapath, TARGET, 1) is not datapath
    monkeypatch.setattr(shared_constants, "LEAST_SAVED", 0.9)
    assert with_shared_digits(datapath, TARGET, 1) is datapath


def test_trials_end_with_their_work(monkeypatch: pytest.MonkeyPatch) -> None:
    datapath = datapath_of(random_matrix(1, 4, 6, 12), [(0, 255)] * 6)
    monkeypatch.setattr(shared_constants, "MOST_WORK", 1)
    first = with_shared_digits(datapath, TARGET, 2)
    assert first == with_shared_digits(datapath, TARGET, 1)


@each_row("value", [5, 45, 173, 1331, 21845, -693])
def test_adders_have_no_bit_that_their_values_do_not_need(value: int) -> None:
    """A multiple of what is never negative has no sign, although 8 a and a alone say nothing of 8 a - a."""
    datapath = datapath_of([[value], [11 * value]], [(0, 1000)])
    trees = in_adders(with_digits(with_shared_digits(datapath, TARGET, 1)))
    values = simulate_cells(trees, {"x0": np.arange(1001)})
    for cell, found in zip(trees.cells, values, strict=True):
        if cell.kind in (CellKind.ADD, CellKind.SUBTRACT):
            assert cell.width == width_of_range(int(found.min()), int(found.max()))[1]


# --- adder graphs ---------------------------------------------------------------------------------


def reachable(count: int, most: int) -> set[int]:
    """The odd multiples that so many adders make, by trying all."""
    found: set[int] = set()
    waiting: set[tuple[int, ...]] = {(1,)}
    for _ in range(count):
        longer = set()
        for known in waiting:
            for a in known:
                for b in known:
                    for shift in range(1, most.bit_length() + 1):
                        for total in ((a << shift) + b, abs((a << shift) - b)):
                            if 1 < total < most and total not in known:
                                longer.add(tuple(sorted((*known, total))))
        waiting = longer
        found |= {value for known in waiting for value in known}
    return found


def test_adder_graphs_make_their_constants() -> None:
    chance = random.Random(1)  # noqa: S311 - no secret
    constants = [*range(3, 1024, 2), *(chance.randrange(1 << 19) | 1 for _ in range(40))]
    found = 0
    for constant in constants:
        steps = adder_graph(constant)
        if steps is None:
            continue
        found += 1
        known = {1}
        for step in steps:
            assert len(step.terms) == 2
            assert all(odd_part(weight) == 1 for weight, _ in step.terms)
            assert {multiple for _, multiple in step.terms} <= known
            assert sum(weight * multiple for weight, multiple in step.terms) == step.value
            known.add(step.value)
        assert steps[-1].value == constant
        assert len(steps) < digit_count(constant) - 1
    assert found > 100


def test_adder_graphs_have_the_fewest_adders() -> None:
    of_two, of_three = reachable(2, 512), reachable(3, 512)
    for constant in range(3, 512, 2):
        steps = adder_graph(constant)
        if digit_count(constant) > 3 and constant in of_two:
            assert steps is not None
            assert len(steps) == 2, constant
        elif digit_count(constant) > 4:
            assert (steps is not None and len(steps) == 3) == (constant in of_three), constant


def test_long_constants_have_no_graph() -> None:
    assert adder_graph((1 << MOST_BITS) + 2**8 + 2**6 + 2**4 + 2**2 + 1) is None


# --- whole designs --------------------------------------------------------------------------------

ROTATION = (
    "input x, y : fixed<12,12>\nu = 181*x - 237*y\nv = 237*x + 181*y\n"
    "output u : fixed<22,22>\noutput v : fixed<22,22>"
)


@each_row("device", ["ecp5-85k", "xcvu9p", "ice40-hx8k"])
@each_row(
    "frequency", [0, 150]
)  # at 200 MHz the wide sums of the iCE40 are cut, and sharing takes a clock edge
def test_levels_share_and_are_no_slower(device: str, frequency: int) -> None:
    designs = [
        compile(ROTATION, device=device, frequency=frequency, dsp="none", opt=opt)
        for opt in (0, 1, 2)
    ]
    plain, *others = designs
    for design in others:
        assert design.latency <= plain.latency
        assert design.estimate.luts <= plain.estimate.luts - (frequency > 0)
        if not frequency:
            assert design.estimate.fmax_mhz >= 0.95 * plain.estimate.fmax_mhz


@pytest.mark.parametrize(
    ("plain", "shared", "is_shared"),
    [
        ((3.35, 5), (3.35, 5), True),
        ((3.35, 5), (3.36, 4), False),  # misses a clock that can be met
        ((3.36, 5), (3.37, 5), True),  # both miss it, by hardly more
        ((3.36, 5), (3.60, 5), False),
        ((3.35, 5), (3.35, 9), False),
        ((3.35, 20), (3.35, 21), True),  # a cycle more is worth its share of the LUTs
    ],
)
def test_sharing_keeps_what_the_clock_allows(
    plain: tuple[float, int], shared: tuple[float, int], is_shared: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """250 MHz leave 3.35 ns on ECP5; the fewest LUTs are those of the shared design."""
    luts = []
    for times in ([plain, shared], [(3.35, 5), (3.35, 5)]):
        told = iter(times)
        monkeypatch.setattr(constant_products, "time_of", lambda *_, told=told: next(told))
        design = compile(ROTATION, device="ecp5-85k", frequency=250, dsp="none")
        luts.append(design.estimate.luts)
    assert (luts[0] == luts[1]) is is_shared
