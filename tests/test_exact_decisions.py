"""Decisions on rational arithmetic become exact: values stay, and every decision compares binary fractions."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import symhdl
from symhdl.analysis.natural import natural_fractions
from symhdl.analysis.partition import partition
from symhdl.analysis.ranges import find_ranges
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph
from symhdl.ir.verify import assert_valid_graph
from symhdl.numeric.fixed import FixedFormat
from symhdl.passes.exact_decisions import LARGEST_SCALE, ExactDecisions, _reciprocal
from symhdl.passes.expand import Expand
from symhdl.passes.fold import Fold
from symhdl.request import InputPlan
from symhdl.rewriting.tangents import split_tangents
from symhdl.simulate import simulate
from tests.errors_of_design import assert_bounds_hold, compiled, grid_size, read, request_of
from tests.graph_checks import assert_equal_values, columns_of, operations, run
from tests.rows import each_row

FORMAT = FixedFormat(True, 8, 3)
DECISIONS = (Operation.LESS, Operation.LESS_EQUAL, Operation.EQUAL, Operation.MODULO, Operation.FLOOR)  # fmt: skip


def expanded(text: str) -> Graph:
    return run(read(text).graph, Fold(), Expand())


def decided(graph: Graph) -> Graph:
    """The graph behind the pass, for inputs of many values."""
    most = 1 << 23
    wide = FixedFormat(True, 24, 8)
    plans = (InputPlan(each.name, wide, -most, most - 1) for each in graph.inputs)
    return run(graph, ExactDecisions(), inputs=tuple(plans))


def assert_decisions_are_binary(graph: Graph) -> None:
    """Everything that a decision looks at is a binary fraction, or a constant that is compared."""
    assert_valid_graph(graph)
    formats = {declaration.name: FORMAT for declaration in graph.inputs}
    fractions = natural_fractions(graph, formats)
    for node in graph.nodes:
        if node.operation in DECISIONS:
            comparison = node.operation.boolean
            for operand in node.operands:
                constant = graph.nodes[operand].operation is Operation.CONSTANT and comparison
                assert constant or fractions[operand] is not None, node


TEXTS = (
    "where(0.3*x < y, 1, 2)",
    "where(0.3*x + y/7 <= 0.1*x*y - 2/3, x, y)",
    "where(x/3 == y/5, 1, 0)",
    "where(x == 0.3, 1, 0) + where(x < 1/3, 1, 0)",
    "mod(x, 0.3) + mod(x/7, y^2 + 1/3)",
    "floor(x/3) + ceil(0.7*y)",
    "round(10*x)/10 + floor(floor(x/3)/7 + y/11)",
    "where(min(x/3, y/7) < max(0.1*x, abs(y/9)), 1, 2)",
    "where(where(x < y, x/3, y/5) < 0.7*x, 1, 2)",
    "where(mod(x, 0.3) < 0.1*y, 1, 2)",
    "argmax(x/3, y/7, 0.3)",
    "where(-(x/3) - 0.1 < (0.2*y)^2, x, y)",
    "sign(x/3 - y/7) + relu(x/3 - 0.1)",
)


@each_row("text", TEXTS)
def test_values_stay_and_decisions_are_binary(text: str) -> None:
    before = expanded(text)
    after = decided(before)
    assert_equal_values(before, after, columns_of("xy", 120))
    assert_decisions_are_binary(after)


@pytest.mark.parametrize("text", TEXTS)
def test_hardware_decides_right_at_every_input(text: str) -> None:
    names = {declaration.name for declaration in read(text).graph.inputs}
    request = request_of(dict.fromkeys(sorted(names), ("-2", "1.9")), width=5, output_width=9)
    graph, design = compiled(text, request)
    assert grid_size(design.datapath) <= 1 << 10
    assert_bounds_hold(graph, design, count=1 << 10)


@pytest.mark.parametrize(
    "text",
    [
        "where(x < y, 0.3*x, y)",
        "where(x < 0.3, 1, 2)",
        "x/3 + y/7",
        "where(sin(x) < 0.3*y, 1, 2)",
        "floor(x)",
    ],
)
def test_what_is_exact_or_never_can_be_is_left_alone(text: str) -> None:
    before = expanded(text)
    assert decided(before) is before


@given(
    st.integers(0, 2**20).map(lambda half: 2 * half + 1),
    st.integers(-(2**40), 2**40),
    st.integers(0, 100),
)
def test_reciprocals_are_right_for_all_that_there_are(divisor: int, low: int, count: int) -> None:
    """At both ends, and next to each multiple near to them."""
    high = low + count * divisor // 10
    factor, addend = _reciprocal(divisor, low, high)
    ends = [low, high, low - low % divisor, high - high % divisor]
    for number in {n + k for n in ends for k in (-1, 0, 1) if low <= n + k <= high}:
        assert math.floor(factor * number + addend) == number // divisor
    for fraction in (factor, addend):
        assert fraction.denominator & (fraction.denominator - 1) == 0
    assert factor.denominator <= 4 * divisor * max(4, high - low + 4)


def test_a_floor_takes_a_factor_and_no_remainder() -> None:
    """floor(0.3*x) is floor((13 floor(3*x/2) + 6) / 64) where x has five bits before the point."""
    design = symhdl.compile(
        "input x : fixed<12,5>\ny = floor(0.3*x)\noutput y error <= 2^-7", device="ecp5-85k"
    )
    assert design.error_bound == 0
    assert design.estimate.luts < 40


@each_row("divisor", (3, 7, (1 << 20) + 1, (1 << 50) + 1))
def test_a_floor_of_many_bits_is_exact(divisor: int) -> None:
    """Products with 1/divisor would take more bits than values may have that are exact."""
    low, high = -(1 << 63), (1 << 63) - 1
    design = symhdl.compile(
        f"input x : fixed<64,64>\ninput y : fixed<60,60>\ny0 = floor(x/{divisor})\n"
        f"y1 = floor(x*y/{divisor})\noutput y0 error <= 0.5\noutput y1 error <= 0.5",
        frequency=0,
    )
    chance = random.Random(divisor)  # noqa: S311
    x = [low, high, *(chance.randint(low, high) for _ in range(50))]
    x += [n - n % divisor + k for n in x for k in (-1, 0, 1) if low <= n - n % divisor + k <= high]
    y = [chance.choice((1, -1, 3, -(1 << 59), (1 << 59) - 1)) for _ in x]
    columns = {"x": np.array(x, dtype=object), "y": np.array(y, dtype=object)}
    results = simulate(design.datapath, columns)
    assert [int(n) for n in results["y0"]] == [a // divisor for a in x]
    assert [int(n) for n in results["y1"]] == [a * b // divisor for a, b in zip(x, y, strict=True)]


def test_scales_beyond_the_limit_are_left_alone() -> None:
    denominator = LARGEST_SCALE + 1
    before = expanded(f"where(x/{denominator} < y, 1, 2)")
    assert decided(before) is before


def test_only_the_cones_of_decisions_are_copied() -> None:
    before = expanded("where(0.3*x < y, sin(0.3*x), (0.1*y)*(0.7*x))")
    after = decided(before)
    assert operations(after)[Operation.MULTIPLY] <= operations(before)[Operation.MULTIPLY] + 2


def test_random_decisions() -> None:
    chance = random.Random(5)  # noqa: S311
    for _ in range(60):
        a, b, c, d = (Fraction(chance.randint(-30, 30), chance.randint(1, 30)) for _ in range(4))
        relation = chance.choice(["<", "<=", "==", "!=", ">"])
        text = f"where(({a})*x + ({b}) {relation} ({c})*y*x + ({d}), floor(({a})*x + ({d})), mod(y, 1 + ({c})^2))"
        before = expanded(text)
        after = decided(before)
        assert_equal_values(before, after, columns_of("xy", 30))
        assert_decisions_are_binary(after)


# --- tangents -------------------------------------------------------------------------------------


def split(text: str, low: int, high: int) -> tuple[Graph, Graph]:
    graph = expanded(text)
    plans = [InputPlan(d.name, FORMAT, low, high) for d in graph.inputs]
    ranges = find_ranges(graph, partition(graph, plans))
    return graph, split_tangents(graph, ranges)


def test_a_tangent_between_poles_stays() -> None:
    before, after = split("tan(x)", -12, 12)
    assert after is before


def test_a_tangent_over_poles_is_sine_over_cosine() -> None:
    before, after = split("a = tan(x) + tan(x/8)\nb = tan(x)*y", -40, 60)
    assert_valid_graph(after)
    assert operations(after)[Operation.TAN] == 1
    assert operations(after)[Operation.COS] == 1
    assert_equal_values(before, after, columns_of("xy", 80))
    assert [o.name for o in after.outputs] == ["a", "b"]
