"""Bounds over boxes of the inputs: they hold, are tight where operands have much in common, and take bounded work."""

from __future__ import annotations

import json
import math
import random
from fractions import Fraction

import numpy as np
import pytest
from flint import ctx

from symhdl.analysis import tighten
from symhdl.analysis.boxes import Enclosing, Limit, bounded
from symhdl.analysis.cones import Cone
from symhdl.analysis.need import Guards
from symhdl.analysis.partition import partition
from symhdl.analysis.ranges import RangeRule, Ranges, find_ranges
from symhdl.analysis.seen import seen_ranges
from symhdl.analysis.tighten import OfFormat, aim_at_bits, tightened
from symhdl.analysis.witness import range_witnesses
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph
from symhdl.numeric.fixed import FixedFormat, format_for_range, power_of_two
from symhdl.request import InputPlan
from symhdl.witnesses import plain
from tests.rows import each_row
from tests.test_compile import random_expression
from tests.test_ranges import (
    PRECISION,
    exact_values,
    expanded,
    lies_between,
    plan,
    random_integers,
    random_plans,
)  # fmt: skip
from tests.witnesses.boxes import check_boxes
from tests.witnesses.distance import RefutedError

TEXTS = (
    "z = x*y - x*w + y*w*x - w^2*y",
    "z = x/(x + y + 5)",
    "z = sqrt(1.1 - (sin(x)*cos(y + x*x))^2)",
    "z = exp(x)/(exp(x) + exp(y*x) + exp(w))",
    "z = x^2 - 2*x*y + y^2",
    "z = max(x*y, x - y)*abs(x + w) - min(x, y)^3",
    "z = tanh(x*y) - x*sin(y + x)*sigmoid(w)",
    "z = x*y*(w - 3) - w*y + x",
)
ENDS = {"x": (-512, 500), "y": (-256, 640), "w": (-144, 192)}


def exactly(seen: tuple[float, float]) -> tuple[float, float]:
    """An aim that is never reached."""
    return seen


def ten_bits(low: Fraction, high: Fraction) -> FixedFormat:
    return format_for_range(low, high, 10)


def of_text(text: str) -> tuple[Graph, list[InputPlan]]:
    graph = expanded(text)
    return graph, [plan(declared.name, *ENDS[declared.name], 8) for declared in graph.inputs]


def ranges_of(graph: Graph, plans: list[InputPlan], work: int) -> Ranges:
    ranges = find_ranges(graph, partition(graph, plans, fine=False))
    aims = {output.node: OfFormat(ten_bits) for output in graph.outputs}
    return tightened(graph, plans, ranges, None, Guards.NONE, work, aims)


def with_limits(graph: Graph, plans: list[InputPlan], nodes: list[int], work: int) -> Ranges:
    """Ranges with limits of some nodes, each of which stands on those before it."""
    limits: dict[int, Limit] = {}
    for node in nodes:
        known = {k: limit.interval for k, limit in limits.items()}
        limit, _ = bounded(
            Enclosing(Cone.of(graph, node), plans, known), (math.inf, -math.inf), exactly, work
        )
        assert limit is not None
        limits[node] = limit
    return find_ranges(graph, partition(graph, plans, fine=False), limits=limits)


def check_witnesses(graph: Graph, ranges: Ranges) -> None:
    """Proves all limits again, and that what is wrong is found."""
    witnesses = [each.boxes for each in range_witnesses(graph, ranges) if each.boxes is not None]
    assert len(witnesses) == len(ranges.limits) == ranges.rules.count(RangeRule.BOXES)
    for witness in witnesses:
        document = json.loads(json.dumps(plain(witness)))
        assert check_boxes(document) == len(witness.boxes)
        eighth = (witness.upper - witness.lower) / 8
        for wrong in (
            {"upper": witness.upper - eighth},
            {"lower": witness.lower + eighth},
            {"boxes": document["boxes"][1:]},
            {"boxes": [*document["boxes"], document["boxes"][0]]},
        ):
            with pytest.raises(RefutedError):
                check_boxes({**document, **wrong})


@pytest.mark.parametrize("text", TEXTS)
def test_bounds_over_boxes_are_proved_again_from_their_witness(text: str) -> None:
    graph, plans = of_text(text)
    check_witnesses(graph, with_limits(graph, plans, [graph.outputs[0].node], 100_000))


def test_limits_stand_on_others() -> None:
    graph, plans = of_text("z = (x*y - x*w - y*w)^2 - x")
    square = next(k for k, node in enumerate(graph.nodes) if node.operation is Operation.SQUARE)
    ranges = with_limits(graph, plans, [square, graph.outputs[0].node], 60_000)
    assert ranges.limits[graph.outputs[0].node].within == (square,)
    check_witnesses(graph, ranges)


@each_row("seed", range(40))
def test_values_lie_in_the_bounds_of_random_expressions(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    graph = expanded(random_expression(chance, 2 + seed % 8))
    plans = random_plans(chance, graph)
    points = [random_integers(chance, plans) for _ in range(12)]
    units = {p.name: power_of_two(-p.format.fraction) for p in plans}
    with ctx.workprec(PRECISION):
        values = [exact_values(graph, {k: n * units[k] for k, n in p.items()}) for p in points]
        for node in range(len(graph.nodes)):
            cone = Cone.of(graph, node)
            if not cone.inputs or not graph.nodes[node].operands:
                continue
            limit, _ = bounded(Enclosing(cone, plans), (math.inf, -math.inf), exactly, 60_000)
            if limit is None:
                continue
            for each in values:
                if each[node].is_finite():
                    told = (seed, graph.nodes[node], limit)
                    assert lies_between(each[node], limit.lower, limit.upper), told


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("z = x*y - x*w", -6.13, 6.13),
        ("z = x^2 - 2*x*y + y^2", -0.02, 20.25),
        ("z = x*y/(x*x + y*y + 0.25)", -0.49, 0.49),
        ("z = exp(x)/(exp(x) + exp(y) + exp(w))", 0.0093, 0.886),
    ],
)
def test_what_operands_have_in_common_is_kept(text: str, low: float, high: float) -> None:
    graph, plans = of_text(text)
    node = graph.outputs[0].node
    seen = seen_ranges(graph, plans)[node]
    limit, spent = bounded(Enclosing(Cone.of(graph, node), plans), seen, exactly, 4_000_000)
    assert limit is not None and spent <= 4_000_000
    assert low <= limit.lower <= seen[0] and seen[1] <= limit.upper <= high


def test_work_is_bounded_and_the_same_each_time() -> None:
    graph, plans = of_text(TEXTS[-1])
    enclosing = Enclosing(Cone.of(graph, graph.outputs[0].node), plans)
    found = [bounded(enclosing, (0.0, 0.0), exactly, 300_000) for _ in range(2)]
    (limit, spent), (other, _) = found
    assert limit is not None and other is not None and spent <= 300_000
    assert (limit.lower, limit.upper) == (other.lower, other.upper)
    assert np.array_equal(limit.boxes.low, other.boxes.low)


def test_seen_values_are_reached_and_touch_the_ends() -> None:
    graph, plans = of_text("z = x*y*w")
    low, high = seen_ranges(graph, plans)[graph.outputs[0].node]
    assert (low, high) == (-3.75, 500 * 640 * 192 / 2**24)


def test_nothing_is_cut_where_no_bit_can_be_gained(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object) -> tuple[None, int]:
        raise AssertionError("no bit can be gained")

    monkeypatch.setattr(tighten, "bounded", asked)
    for text in ("z = x*y + w", "z = sin(x + y)", "z = x*y*w - 1"):
        graph, plans = of_text(text)
        assert not ranges_of(graph, plans, 1 << 20).limits


def test_a_domain_that_only_boxes_show_to_hold_is_no_violation() -> None:
    graph, plans = of_text("z = log(x^2 - 2*x*y + y^2 + 0.02) + 1/(x^2 - x*y + y^2 + 0.01)")
    before = find_ranges(graph, partition(graph, plans))
    assert before.violations
    assert not ranges_of(graph, plans, 1 << 22).violations


def test_aims_are_ranges_of_as_many_bits() -> None:
    assert aim_at_bits((0.1, 3.0)) == (0.0, math.nextafter(4.0, 0.0))
    assert aim_at_bits((-0.1, 3.0)) == (-4.0, math.nextafter(4.0, 0.0))
    assert aim_at_bits((0.1, 3.99)) == (0.0, math.nextafter(8.0, 0.0)), "errors are added"
    assert aim_at_bits((-5.0, -1.0)) == (-8.0, 0.0)


@pytest.mark.parametrize(
    "text",
    [
        "z = tan(x)*w",
        "z = where(x > 1.6, log(x - 1.59), 0)*w - where(x > 1.6, log(x - 1.59), 0)*w^2",
        "z = where(x*w > 1/4, 1/(x*w - 0.24), w) + where(x < 1.5, w, sqrt(x - 1.5))",
        "z = where(tan(x) >= -0.6, sqrt(tan(x) + 0.6), -w)",
        "z = w - asin(where(x < 1.5, w, 1/(1000*x - 1570)))",
    ],
)
def test_no_box_hides_poles_or_branches_without_value(text: str) -> None:
    graph = expanded(text)
    plans = [plan("x", 23, 28), plan("w", 1, 7)]
    output = graph.outputs[0].node
    enclosing = Enclosing(Cone.of(graph, output), plans)
    whole = enclosing.over(enclosing.root, (0.0, 0.0)).bound
    limit, _ = bounded(enclosing, (math.inf, -math.inf), exactly, 1 << 18)
    assert limit is not None
    with ctx.workprec(PRECISION):
        for x in range(23, 29):
            for w in range(1, 8):
                point = {"x": x * power_of_two(-4), "w": w * power_of_two(-4)}
                value = exact_values(graph, point)[output]
                assert lies_between(value, whole.lower.item(), whole.upper.item())
                assert lies_between(value, limit.lower, limit.upper)


def test_what_hangs_on_an_inner_node_alone_is_cut_by_that() -> None:
    graph, plans = of_text("z = sin(x + y - w)*cos(x + y - w)")
    ranges = ranges_of(graph, plans, 1 << 21)
    node = graph.outputs[0].node
    low, high = ranges.hull(node)
    assert -9 / 16 <= low <= -0.49 and 0.49 <= high <= 9 / 16
    limit = ranges.limits[node]
    assert [graph.nodes[k].operation for k in limit.boxes.inputs] == [Operation.SUBTRACT]
    check_witnesses(graph, ranges)


@pytest.mark.parametrize("tiny", [-5e-324, 5e-324])
def test_the_integers_of_an_inner_node_hold_numbers_that_are_tiny_beside_others(
    tiny: float,
) -> None:
    graph, plans = of_text("z = sin(x + y - w)")
    node = graph.outputs[0].node
    (inner,) = graph.nodes[node].operands
    low, high = sorted((tiny, math.copysign(2.0**40, -tiny)))
    cone = Cone.of(graph, node, ends=[inner])
    enclosing = Enclosing(cone, plans, between={inner: (low, high)})
    unit = power_of_two(-enclosing.fractions[0])
    assert int(enclosing.root.low[0, 0]) * unit <= Fraction(low)
    assert Fraction(high) <= (int(enclosing.root.high[0, 0]) + 1) * unit


def test_an_inner_node_with_no_bound_that_helps_leaves_its_inputs() -> None:
    graph, plans = of_text("z = sigmoid(x^2 - 2*x*y + y^2)*(x^2 - 2*x*y + y^2)")
    assert ranges_of(graph, plans, 1 << 22).hull(graph.outputs[0].node)[0] >= -0.01


def test_the_ends_of_inputs_are_enough_where_a_node_is_straight() -> None:
    names = "abcdefghi"
    graph = expanded("y = a*(e*i - f*h) - b*(d*i - f*g) + c*(d*h - e*g)")
    plans = [plan(name, -10, 10, 0) for name in names]
    ranges = ranges_of(graph, plans, 1 << 23)
    node = graph.outputs[0].node
    assert ranges.hull(node) == pytest.approx((-4000, 4000), rel=1e-12)
    assert ranges.limits[node].boxes.count <= 1 << len(names)
    check_witnesses(graph, ranges)


@pytest.mark.parametrize(
    ("text", "straight"),
    [
        ("z = x*y*w - 3*x + y", "xyw"),
        ("z = x*y + w^2", "xy"),
        ("z = x*(y + x) + w", "yw"),
        ("z = sin(x)*y + max(w, y)", ""),
        ("z = where(x > 0.1, y, w)", ""),
    ],
)
def test_in_what_a_node_is_straight(text: str, straight: str) -> None:
    graph = expanded(text)
    cone = Cone.of(graph, graph.outputs[0].node)
    pairs = zip(cone.inputs, cone.straight, strict=True)
    found = {graph.nodes[k].name for k, is_straight in pairs if is_straight}
    assert found == set(straight)


def test_outputs_are_aimed_at_the_format_that_their_range_gets() -> None:
    aim = OfFormat(ten_bits)
    half = 2.0**-11
    assert aim((0.0, 0.999)) == (0.0, math.nextafter(1 - half, 0.0)), (
        "the last number of the format"
    )
    assert aim((-1.0, 0.99)) == (-1 - 2 * half, math.nextafter(1 - 2 * half, 0.0))
    assert aim((0.25, 0.75)) == (0.25 - 1 / 32, 0.75 + 1 / 32), "not much wider than what is seen"
    graph, plans = of_text("z = x^2/(x^2 + 1.1)")
    low, high = ranges_of(graph, plans, 1 << 21).hull(graph.outputs[0].node)
    assert low >= 0 and high < 1 - half


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("u = {0}\nv = {1}\ny = u*u - 1.9*u*v + v*v", -0.1, 250),
        ("u = {0}\nv = {1}\ny = tanh(u) - tanh(u + 0.1*v)", -0.9, 0.9),
    ],
)
def test_sums_of_many_inputs_are_cut_as_one(text: str, low: float, high: float) -> None:
    chance = random.Random(1)  # noqa: S311
    names = [f"x{k}" for k in range(16)]
    sums = [" + ".join(f"{chance.uniform(-1, 1):.3f}*{x}" for x in names) for _ in range(2)]
    graph = expanded("output y\n" + text.format(*sums))
    plans = [plan(declared.name, -128, 127, 7) for declared in graph.inputs]
    ranges = ranges_of(graph, plans, 1 << 21)
    node = graph.outputs[0].node
    found = ranges.hull(node)
    assert low <= found[0] and found[1] <= high
    assert len(ranges.limits[node].boxes.inputs) == 2
    check_witnesses(graph, ranges)


def test_sums_of_inputs_are_not_cut() -> None:
    chance = random.Random(1)  # noqa: S311
    terms = (f"{chance.uniform(-1, 1):.3f}*x{k}" for k in range(16))
    graph = expanded("y = " + " + ".join(terms))
    plans = [plan(declared.name, -128, 127, 7) for declared in graph.inputs]
    node = graph.outputs[0].node
    seen = seen_ranges(graph, plans)[node]
    ranges = find_ranges(graph, partition(graph, plans))
    assert ranges.hull(node)[0] < OfFormat(ten_bits)(seen)[0], "what is seen is not all"
    work = 1 << 21
    tightening = tighten._Tightening(graph, plans, ranges, None, Guards.NONE, work, {})
    tightening.run(only_domains=False)
    assert tightening.work > work / 2
