"""Ranges and errors of nodes: real values lie in the ranges, errors of perturbed evaluations in the propagated ones."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, ctx, fmpq

import symhdl
from symhdl.analysis import backward, refine
from symhdl.analysis.errors import Slopes
from symhdl.analysis.functions import function_of
from symhdl.analysis.partition import BOXES, SINGLE_INTEGERS, partition
from symhdl.analysis.propagation import propagate
from symhdl.analysis.ranges import Ranges, find_ranges
from symhdl.analysis.sensitivity import sensitivities
from symhdl.analysis.spaces import CONSTANT_SPACE, JOINT_SPACE, cut
from symhdl.functions.evaluation import BALL
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, Node
from symhdl.numeric.fixed import FixedFormat, power_of_two
from symhdl.numeric.interval import Intervals
from symhdl.passes.expand import Expand
from symhdl.passes.fold import Fold
from symhdl.request import InputPlan
from tests.errors_of_design import read
from tests.graph_checks import run
from tests.rows import each_row
from tests.test_compile import random_expression
from tests.work import lines_run

PRECISION = 200


def expanded(text: str) -> Graph:
    """The graph as range analysis sees it."""
    return run(read(text).graph, Fold(), Expand())


def plan(name: str, low: int, high: int, fraction: int = 4) -> InputPlan:
    return InputPlan(name, FixedFormat(low < 0, 12, fraction), low, high)


def analysed(text: str, plans: Sequence[InputPlan]) -> tuple[Graph, Ranges]:
    graph = expanded(text)
    return graph, find_ranges(graph, partition(graph, plans))


def hull(text: str, *plans: InputPlan) -> tuple[float, float]:
    """The range of the first output."""
    graph, ranges = analysed(text, plans)
    return ranges.hull(graph.outputs[0].node)


X = plan("x", -32, 32)
Y = plan("y", -16, 48)


# --- pieces and boxes -----------------------------------------------------------------------------


def test_few_integers_are_followed_one_by_one() -> None:
    spaces = cut([(-3, 4, 1)], [[]], [1], 100, 10)
    assert spaces.inputs[0].pieces.lower.tolist() == [n / 2 for n in range(-3, 5)]
    assert spaces.size(0) == 8
    assert spaces.size(JOINT_SPACE) == 1
    assert spaces.size(CONSTANT_SPACE) == 1


def test_pieces_cover_the_range_and_start_at_the_breaks() -> None:
    spaces = cut([(-1000, 1000, 0)], [[0, 1, 7, 5000]], [1], 100, 10)
    pieces = spaces.inputs[0].pieces
    assert pieces.lower[0] == -1000
    assert pieces.upper[-1] == 1000
    assert (pieces.lower[1:] == pieces.upper[:-1] + 1).all()
    assert {0.0, 1.0, 7.0} <= set(pieces.lower.tolist())


def test_wide_inputs_are_enclosed() -> None:
    spaces = cut([(-(10**30), 10**30 + 1, 50)], [[0]], [1], 16, 4)
    pieces = spaces.inputs[0].pieces
    unit = power_of_two(-50)
    assert Fraction(pieces.lower[0]) <= -(10**30) * unit
    assert Fraction(pieces.upper[-1]) >= (10**30 + 1) * unit


def test_lift_is_the_hull_and_sink_the_largest() -> None:
    spaces = cut([(0, 7, 0), (0, 3, 0)], [[], []], [4, 2], 100, 10)
    assert spaces.boxes == 8
    pieces = spaces.inputs[0].pieces
    lifted = spaces.lift(pieces, 0, JOINT_SPACE)
    assert lifted.lower.tolist() == [0, 0, 2, 2, 4, 4, 6, 6]
    assert lifted.upper.tolist() == [1, 1, 3, 3, 5, 5, 7, 7]
    sunk = spaces.sink(np.arange(8.0), JOINT_SPACE, 0)
    assert sunk.tolist() == [1, 1, 3, 3, 5, 5, 7, 7]
    assert spaces.sink(np.arange(8.0), JOINT_SPACE, CONSTANT_SPACE).tolist() == [7]


def test_inputs_that_are_used_once_are_not_cut_into_boxes() -> None:
    graph = expanded("z = x*y + 1")
    assert partition(graph, [X, Y]).boxes == 1
    graph = expanded("z = x*y + (x + y)^2")
    assert 1 < partition(graph, [X, Y]).boxes <= BOXES


def test_a_large_input_is_cut_where_it_is_compared() -> None:
    wide = InputPlan("x", FixedFormat(True, 16, 12), -(1 << 15), (1 << 15) - 1)
    assert SINGLE_INTEGERS < (1 << 16)
    starts = partition(expanded("z = where(x < 1.3, x, 2)"), [wide]).inputs[0].pieces.lower
    limit = np.floor(1.3 * 4096) / 4096
    assert limit in starts
    assert limit + 1 / 4096 in starts
    assert 0.0 in starts


# --- ranges ---------------------------------------------------------------------------------------


@each_row(
    ("text", "low", "high"),
    [
        ("z = x^2", 0, 4),
        ("z = x*x^2", -8, 8),
        ("z = x*x - x", -0.25, 6),
        ("z = x^2*x^2", 0, 16),
        ("z = abs(x) + 1", 1, 3),
        ("z = min(x, 1) + max(y, 0)", -2, 4),
        ("z = floor(y)", -1, 3),
        ("z = mod(x, 3)", 0, 3),
        ("z = mod(y + 1, 8)", 0, 4),
        ("z = (x < 5)*3", 3, 3),
        ("z = where(x > 0, x, -x)", 0, 2),
        ("z = x/(1 + x^2)", -0.5, 0.5),
        ("z = argmax(x, y, 5)", 2, 2),
        ("z = where(x > 0, 1/x, 0)", 0, 16),
        ("z = if x == 0 then 1 else sin(x)/x", 0.45464871341284085, 1),
    ],
)
def test_ranges_are_those_of_the_points(text: str, low: float, high: float) -> None:
    found = hull(text, *(p for p in (X, Y) if p.name in {i.name for i in read(text).graph.inputs}))
    assert found == pytest.approx((low, high), abs=1e-12)
    assert found[0] <= low
    assert high <= found[1]


def test_repeated_inputs_are_tighter_by_boxes_than_by_one() -> None:
    low, high = hull("z = x*y - x^2 + sin(x + y)*x", X, Y)
    assert low > -16
    assert high < 8


def exact_values(graph: Graph, point: dict[str, Fraction]) -> list[arb]:
    """Every node at a point as a ball, nan where it is undefined."""
    values: list[arb] = []
    for node in graph.nodes:
        if node.operation is Operation.INPUT:
            values.append(ball(point[node.name]))
        elif node.value is not None:
            values.append(ball(node.value))
        else:
            values.append(BALL[node.operation](*(values[k] for k in node.operands)))
    return values


def ball(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def random_plans(chance: random.Random, graph: Graph) -> list[InputPlan]:
    found = []
    for declaration in graph.inputs:
        low = chance.randint(-40, 20)
        found.append(plan(declaration.name, low, low + chance.randint(1, 64)))
    return found


def random_integers(chance: random.Random, plans: Sequence[InputPlan]) -> dict[str, int]:
    drawn = {}
    for p in plans:
        drawn[p.name] = chance.choice([p.minimum, p.maximum, chance.randint(p.minimum, p.maximum)])
    return drawn


def pieces_of(ranges: Ranges, plans: Sequence[InputPlan], integers: dict[str, int]) -> list[int]:
    """For every input the number of the piece in which its value lies."""
    found = []
    for entry, p in zip(ranges.spaces.inputs, plans, strict=True):
        value = float(integers[p.name] * power_of_two(-p.format.fraction))
        found.append(int(np.searchsorted(entry.pieces.lower, value, side="right")) - 1)
    return found


def place_in(ranges: Ranges, space: int, pieces: Sequence[int]) -> int:
    """The number of the piece of a space that holds a point."""
    if space == CONSTANT_SPACE:
        return 0
    if space >= 0:
        return pieces[space]
    here = np.ones(ranges.spaces.boxes, dtype=bool)
    for entry, piece in zip(ranges.spaces.inputs, pieces, strict=True):
        group = int(np.searchsorted(entry.group_starts, piece, side="right")) - 1
        here &= entry.group_of_box == group
    (found,) = np.flatnonzero(here)
    return int(found)


def at(x: Intervals, place: int) -> tuple[float, float]:
    """The interval of a piece; an array of one stands for all."""
    return float(x.lower[place if len(x.lower) > 1 else 0]), float(
        x.upper[place if len(x.upper) > 1 else 0]
    )


def lies_between(value: arb, low: float, high: float) -> bool:
    """Whether a ball lies between two floats, but for its own radius."""
    slack = arb(2) ** (20 - PRECISION) * (1 + abs(value))
    return bool(arb(low) - slack <= value <= arb(high) + slack)


def is_needed(ranges: Ranges, index: int, place: int) -> bool:
    mask = ranges.needed[index]
    return mask is None or bool(mask[place if len(mask) > 1 else 0])


@each_row("seed", range(40))
def test_real_values_lie_in_the_ranges(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    graph = expanded(random_expression(chance, 1 + seed % 9))
    plans = random_plans(chance, graph)
    ranges = find_ranges(graph, partition(graph, plans))
    assert ranges.violations == ()
    with ctx.workprec(PRECISION):
        for _ in range(20):
            integers = random_integers(chance, plans)
            point = {p.name: integers[p.name] * power_of_two(-p.format.fraction) for p in plans}
            pieces = pieces_of(ranges, plans, integers)
            for index, value in enumerate(exact_values(graph, point)):
                place = place_in(ranges, ranges.space[index], pieces)
                if is_needed(ranges, index, place):
                    low, high = at(ranges.values[index], place)
                    assert lies_between(value, low, high), (seed, graph.nodes[index], point)


# --- errors ---------------------------------------------------------------------------------------


def held(graph: Graph, node: Node, operands: list[arb]) -> list[arb]:
    """The operands, with an argument that leaves a closed domain at its end."""
    function = function_of(graph, node)
    if function is None or not function.domain.closed or function.domain.pole_at_zero:
        return operands
    low, high = arb(function.domain.lower), arb(function.domain.upper)
    return [min(max(operands[0], low), high), *operands[1:]]


def perturbed_values(
    graph: Graph, ranges: Ranges, point: dict[str, Fraction], added: Sequence[Fraction]
) -> list[arb]:
    """Every node as hardware might compute it: from computed operands, with an error of its own.

    A comparison with a constant is made with the constant itself.
    """
    values: list[arb] = []
    for index, node in enumerate(graph.nodes):
        if node.operation is Operation.INPUT:
            value = ball(point[node.name])
        elif node.value is not None:
            value = ball(node.value)
        elif ranges.space[index] == CONSTANT_SPACE:
            value = exact_values(graph, point)[index]
        else:
            operands = []
            for k in node.operands:
                exact = node.operation.boolean and graph.nodes[k].value is not None
                operands.append(ball(graph.nodes[k].value or Fraction(0)) if exact else values[k])
            value = BALL[node.operation](*held(graph, node, operands))
        values.append(value + ball(added[index]))
    return values


def local_errors(chance: random.Random, graph: Graph, sizes: Sequence[Fraction]) -> list[Intervals]:
    """What each node's rounding may add: nothing to inputs and decisions."""
    found = []
    for node, size in zip(graph.nodes, sizes, strict=True):
        free = node.operation is Operation.INPUT or node.operation.boolean
        low = 0.0 if free or chance.random() < 0.3 else -float(size)
        high = 0.0 if free or chance.random() < 0.3 else float(size)
        found.append(Intervals.between(low, high))
    return found


@each_row("seed", range(60))
def test_errors_enclose_those_of_perturbed_evaluations(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    assert_errors_enclose(seed, chance, random_expression(chance, 1 + seed % 8))


@each_row("seed", range(60))
def test_errors_that_come_by_several_ways_enclose_those_of_perturbed_evaluations(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    assert_errors_enclose(seed, chance, sharing_expression(chance, 1 + seed % 6))


def sharing_expression(chance: random.Random, size: int) -> str:
    """Two results that others use in place of inputs."""
    first, second, third = (random_expression(chance, size) for _ in range(3))
    second = re.sub(r"\by\b", "p", second)
    third = re.sub(r"\by\b", "p", re.sub(r"\bz\b", "q", third))
    return f"p = {first}\nq = {second}\nr = {third}\nw = p*q - r*(p - 0.5*q)"


def assert_errors_enclose(seed: int, chance: random.Random, text: str) -> None:
    graph = expanded(text)
    plans = random_plans(chance, graph)
    ranges = find_ranges(graph, partition(graph, plans))
    sizes = [power_of_two(-chance.randint(3, 12)) for _ in graph.nodes]
    local = local_errors(chance, graph, sizes)
    slopes = Slopes()
    # Slopes that were found for smaller errors must not be used for these.
    propagate(graph, ranges, [Intervals(e.lower / 64, e.upper / 64) for e in local], slopes)
    errors = propagate(graph, ranges, local, slopes)
    with ctx.workprec(PRECISION):
        decided = 0
        for _ in range(25):
            integers = random_integers(chance, plans)
            point = {p.name: integers[p.name] * power_of_two(-p.format.fraction) for p in plans}
            added = [
                Fraction(float(chance.choice([e.lower[0], e.upper[0], 0.0, e.upper[0] / 3])))
                for e in local
            ]
            pieces = pieces_of(ranges, plans, integers)
            real = exact_values(graph, point)
            computed = perturbed_values(graph, ranges, point, added)
            for index in range(len(graph.nodes)):
                place = place_in(ranges, ranges.space[index], pieces)
                if not is_needed(ranges, index, place):
                    continue
                low, high = at(errors.values[index], place)
                error = computed[index] - real[index]
                if not error.is_finite():
                    # The balls cannot decide at the end of a domain, as for sqrt(1.7 - 2 + 0.3).
                    break
                told = (seed, index, graph.nodes[index], point, str(error), low, high)
                assert lies_between(error, low, high), told
                decided += 1
    assert decided


def test_exact_operands_leave_no_error() -> None:
    graph, ranges = analysed("z = where(x < y, x*y, mod(x, 1)) + sqrt(abs(x))", [X, Y])
    none = [Intervals.between(0.0, 0.0)] * len(graph.nodes)
    for error in propagate(graph, ranges, none, Slopes()).values:
        assert not error.magnitude.any()


def test_a_doubtful_decision_costs_the_difference_of_the_branches() -> None:
    graph, ranges = analysed("z = where(sin(x) < y, 1, 5)", [X, Y])
    sine = next(i for i, n in enumerate(graph.nodes) if n.operation is Operation.SIN)
    local = [Intervals.between(0.0, 0.0)] * len(graph.nodes)
    local[sine] = Intervals.between(-0.001, 0.001)
    low, high = propagate(graph, ranges, local, Slopes()).values[graph.outputs[0].node].hull()
    assert (low, high) == (-4, 4)


def test_inputs_of_one_range_share_their_pieces() -> None:
    graph = expanded("a + b + c")
    a, b, c = partition(graph, [plan("a", -9, 9), plan("b", -9, 9), plan("c", -9, 8)]).inputs
    assert a.pieces is b.pieces and a.starts is b.starts
    assert a.pieces is not c.pieces


def acting(graph: Graph, ranges: Ranges) -> list[dict[int, float]]:
    """The nodes that act on each output, and how strongly."""
    outputs = [output.node for output in graph.outputs]
    found = sensitivities(graph, ranges, outputs, [0.01] * len(outputs))
    return [dict(zip(nodes.tolist(), most.tolist(), strict=True)) for nodes, most in found]


def test_sensitivities_of_a_product_and_a_sum() -> None:
    graph, ranges = analysed("z = 3*x + x*y", [X, Y])
    (gains,) = acting(graph, ranges)
    found = {graph.nodes[k].name or graph.nodes[k].operation.name: g for k, g in gains.items()}
    assert found["y"] == 2
    assert 4 <= found["x"] <= 6


def test_what_an_output_does_not_need_has_no_sensitivity() -> None:
    graph, ranges = analysed("a = sin(x)\nb = y*2\noutput a, b", [X, Y])
    assert graph.outputs[0].node not in acting(graph, ranges)[1]


def test_what_is_never_the_largest_acts_as_far_as_its_error_reaches() -> None:
    graph, ranges = analysed("z = max(exp(x), -2 - exp(y))\nw = max(9 + exp(x), exp(-y))", [X, Y])
    exponentials = [k for k, node in enumerate(graph.nodes) if node.operation is Operation.EXP]
    gains = [
        sorted(found[k] for k in exponentials if k in found) for found in acting(graph, ranges)
    ]
    assert [len(each) for each in gains] == [2, 1], "an error of its own size takes it no farther"
    assert gains[0][0] < 0.01


def test_outputs_together_have_the_sensitivities_that_each_has_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared = (
        "p = x*y + sqrt(x + 2)\na = 0.5*p + sin(x)\nb = p*p*y\nc = p\nd = if x < y then p else a*b"
    )
    graph, ranges = analysed(f"{shared}\noutput a, b, c, d", [X, Y])
    together = acting(graph, ranges)
    monkeypatch.setattr(backward, "BLOCK", 1)  # one output after the other
    assert acting(graph, ranges) == together
    assert all(together)


def test_outputs_of_one_part_are_followed_together() -> None:
    lines = (f"y{k} = {k + 1}*p" for k in range(50))
    many, few = "\n".join(("p = sin(x)*y + x", *lines)), "p = sin(x)*y + x\ny0 = p\ny1 = 2*p"
    of_many, of_few = (analysed(text, [X, Y]) for text in (many, few))
    # The part takes its share of the work once, whatever the number of outputs.
    own = lines_run(lambda: acting(*of_few))
    assert lines_run(lambda: acting(*of_many)) < 25 * own


# --- where values matter --------------------------------------------------------------------------


def test_a_branch_matters_only_where_it_is_taken() -> None:
    graph, ranges = analysed("z = where(x > 0, log(x), 0)", [X])
    logarithm = next(i for i, n in enumerate(graph.nodes) if n.operation is Operation.LOG)
    mask = ranges.needed[logarithm]
    assert mask is not None
    assert (mask == (ranges.spaces.inputs[0].pieces.lower > 0)).all()
    assert ranges.violations == ()


def test_a_node_that_is_also_needed_elsewhere_matters_everywhere() -> None:
    graph, ranges = analysed("z = where(x > 0, sin(x), 0) + sin(x)", [X])
    sine = next(i for i, n in enumerate(graph.nodes) if n.operation is Operation.SIN)
    mask = ranges.needed[sine]
    assert mask is None or mask.all()


@pytest.mark.parametrize(
    ("text", "clipped"),
    [("z = 1/x", False), ("z = log(x)", False), ("z = sqrt(x)", True), ("z = asin(x)", True)],
)
def test_troubles_name_the_node_and_its_operand(text: str, clipped: bool) -> None:
    graph, ranges = analysed(text, [X])
    (trouble,) = ranges.violations
    assert graph.nodes[trouble.operand].name == "x"
    assert (trouble.lower, trouble.upper) == (-2, 2)
    assert trouble.clipped is clipped


def test_of_a_chain_without_bound_only_the_first_is_told() -> None:
    _, ranges = analysed("z = exp(sin(1/x) + 1/x)", [X])
    assert len(ranges.violations) == 1


def test_a_graph_that_no_pass_changes_is_analysed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Graph] = []

    def counted(graph: Graph, *rest: object, **options: object) -> Ranges:
        asked.append(graph)
        return find_ranges(graph, *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(refine, "find_ranges", counted)
    text = "sqrt(x^2 + y^2 + 0.25) - 0.3*x*(x - y) + 0.05*y^3"
    symhdl.compile(text, inputs={name: symhdl.Input(range=(-1, 1)) for name in "xy"})
    assert len(asked) == 1


def test_branches_that_meet_differ_by_all_that_moves_them() -> None:
    text = "z = where(x < y, where(s < 0, x, 2*x)^2, where(s < 0, y, 2*y)^2)"
    graph, ranges = analysed(text, [plan("x", -1, 1, 10), plan("y", 4, 5), plan("s", 0, 1)])
    (y,) = (i for i, n in enumerate(graph.nodes) if n.name == "y")
    output = graph.outputs[0].node
    condition = graph.nodes[output].operands[0]
    local = [Intervals.between(0.0, 0.0)] * len(graph.nodes)
    local[y] = Intervals.between(-0.5, 0.0)
    meetings = {output: (condition, graph.nodes[condition].operands[0])}
    low, high = propagate(graph, ranges, local, Slopes(), meetings).values[output].hull()
    # For x = 0 and y = 1/4, held for -1/4, the square of -1/2 is computed in place of that of 0.
    assert low <= 0.25 <= high
