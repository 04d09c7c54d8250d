"""Decisions on rational arithmetic become exact: values stay, and every decision compares binary fractions."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from symhdl.analysis.natural import natural_fractions
from symhdl.analysis.partition import partition
from symhdl.analysis.ranges import find_ranges
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph
from symhdl.ir.verify import assert_valid_graph
from symhdl.numeric.fixed import FixedFormat
from symhdl.passes.exact_decisions import LARGEST_SCALE, ExactDecisions
from symhdl.passes.expand import Expand
from symhdl.passes.fold import Fold
from symhdl.request import InputPlan
from symhdl.rewriting.tangents import split_tangents
from tests.errors_of_design import assert_bounds_hold, compiled, grid_size, read, request_of
from tests.graph_checks import assert_equal_values, columns_of, operations, run
from tests.rows import each_row

FORMAT = FixedFormat(True, 8, 3)
DECISIONS = (Operation.LESS, Operation.LESS_EQUAL, Operation.EQUAL, Operation.MODULO, Operation.FLOOR)  # fmt: skip


def expanded(text: str) -> Graph:
    return run(read(text).graph, Fold(), Expand())


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
    after = run(before, ExactDecisions())
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
    assert run(before, ExactDecisions()) is before


def test_scales_beyond_the_limit_are_left_alone() -> None:
    denominator = LARGEST_SCALE + 1
    before = expanded(f"where(x/{denominator} < y, 1, 2)")
    assert run(before, ExactDecisions()) is before


def test_only_the_cones_of_decisions_are_copied() -> None:
    before = expanded("where(0.3*x < y, sin(0.3*x), (0.1*y)*(0.7*x))")
    after = run(before, ExactDecisions())
    assert operations(after)[Operation.MULTIPLY] <= operations(before)[Operation.MULTIPLY] + 2


def test_random_decisions() -> None:
    chance = random.Random(5)  # noqa: S311
    for _ in range(60):
        a, b, c, d = (Fraction(chance.randint(-30, 30), chance.randint(1, 30)) for _ in range(4))
        relation = chance.choice(["<", "<=", "==", "!=", ">"])
        text = f"where(({a})*x + ({b}) {relation} ({c})*y*x + ({d}), floor(({a})*x + ({d})), mod(y, 1 + ({c})^2))"
        before = expanded(text)
        after = run(before, ExactDecisions())
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
