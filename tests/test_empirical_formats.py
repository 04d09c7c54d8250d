"""Formats by data: how strongly nodes act, what is allotted by it, and what the designs of the family promise."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from symhdl.choices import DEFAULT_WIDTH
from symhdl.cost.pricing import price_without_delay
from symhdl.design import Design
from symhdl.empirical.allotment import allocated, looser, way_of
from symhdl.empirical.anchors import Anchors
from symhdl.empirical.candidates import Candidates
from symhdl.empirical.directions import directions_of
from symhdl.empirical.fitted_functions import Tabulated
from symhdl.empirical.formats import formats, least
from symhdl.empirical.gains import square_gains
from symhdl.empirical.goal import Goal
from symhdl.empirical.proposal import Problem, Proposal
from symhdl.empirical.samples import Folds, Samples
from symhdl.empirical.simulated import outputs_at
from symhdl.evaluate import evaluate
from symhdl.lowering import fabric_for
from symhdl.numeric.fixed import parse_format
from symhdl.passes.lower import Lower
from symhdl.request import Request
from symhdl.targets.target import load_target
from symhdl.variants import Variants
from symhdl.vectors import columns_of_rows, mixed_rows
from symhdl.verify.accuracy import measure_integers
from tests.errors_of_design import read
from tests.rows import each_row

TEXT = "a = x*y + sin(x)\nb = x - 0.3*y"


def problem(goal: Goal, text: str = TEXT, count: int = 300, **asked: object) -> Problem:
    """The text with rows drawn evenly in the box of its inputs."""
    graph = read(text).graph
    request = Request(range=(Fraction(-1), Fraction(2)), dsp="none", frequency_mhz=0.0, **asked)  # type: ignore[arg-type]
    chance = np.random.default_rng(3)
    folds = []
    for _ in range(2):
        inputs = {each.name: chance.uniform(-1, 2, count) for each in graph.inputs}
        found = evaluate(graph, inputs)
        exact = np.stack([found[output.name] for output in graph.outputs], axis=1)
        folds.append(Samples(inputs, exact, None, np.ones(count)))
    rows, fresh = folds
    target = load_target("ecp5-25k")
    return Problem(Variants(graph), request, target, goal, Folds(rows, rows, rows, fresh))


def reaching(problem: Problem) -> list[Proposal]:
    """The proposals that reach the goal at the rows that choose, the least first."""
    found = [
        each
        for each in formats(problem)
        if problem.goal.is_met(each.chosen, problem.folds.choosing)
    ]
    return sorted(found, key=lambda each: each.worth)


def test_square_gains_are_mean_squares_of_derivatives() -> None:
    graph = read("y = x*z + exp(x)\nw = 3*z").graph
    chance = np.random.default_rng(1)
    x, z = chance.uniform(-1, 1, (2, 50))
    first = np.zeros((50, 2))
    first[:, 0] = np.sqrt(1 / 50)
    both = np.full((50, 2), np.sqrt(1 / 50))
    found = square_gains(graph, {"x": x, "z": z}, [first, both])
    places = {node.name: index for index, node in enumerate(graph.nodes) if node.name}
    assert found[0][places["x"]] == pytest.approx(np.mean((z + np.exp(x)) ** 2), rel=1e-6)
    assert found[0][places["z"]] == pytest.approx(np.mean(x**2), rel=1e-6)
    assert found[1][places["z"]] == pytest.approx(np.mean((x + 3) ** 2), rel=1e-6)


def test_what_the_lead_does_not_feel_does_not_count() -> None:
    graph = read("a = x + z\nb = y + z").graph
    x, y, z = np.random.default_rng(1).uniform(-1, 1, (3, 60))
    exact = np.stack([x + z, y + z], axis=1)
    samples = Samples({"x": x, "y": y, "z": z}, exact, None, np.ones(60))
    (line,) = directions_of(Goal("agreement", 0.9), samples).lines
    (found,) = square_gains(graph, samples.inputs, [line])
    places = {node.name: index for index, node in enumerate(graph.nodes) if node.name}
    assert found[places["z"]] == 0
    assert found[places["x"]] == pytest.approx(1)


def test_a_way_gets_looser_and_is_expected_to_be_as_wrong_as_it_is() -> None:
    own = problem(Goal("rms", 2.0**-7), "w = x*y*0.7 + exp(x)", count=2000)
    anchors = Anchors.of(own)
    anchor = anchors.at(anchors.first(10))
    assert anchor is not None
    way = way_of(anchor)
    assert list(way.expected) == sorted(way.expected)
    place = int(np.searchsorted(way.expected, 1.0))
    design = allocated(anchor, way.tolerances[place])
    assert design is not None
    lowered = own.variants.bound(_lowered(design))
    assert lowered.datapath is not None
    computed = outputs_at(lowered.datapath, own.folds.choosing.inputs)
    score = own.goal.measure.score(computed, own.folds.choosing)
    inside = way.expected[place] * anchor.wanted[0] + own.goal.value**2 - anchor.wanted[0]
    assert 0.7 < score / np.sqrt(inside) < 1.3
    for found in looser(anchor, way.tolerances[place]):
        changed = np.flatnonzero(found != way.tolerances[place])
        assert len(changed) == 1
        assert found[changed[0]] > way.tolerances[place][changed[0]]


def _lowered(design: Design) -> Design:
    found = Lower().built(design)
    assert found is not None
    return found


@each_row(
    "goal",
    [Goal("rms", 2.0**-8), Goal("max", 2.0**-6), Goal("agreement", 0.97)],
)
def test_proposals_are_what_they_say(goal: Goal) -> None:
    own = problem(goal)
    best = reaching(own)[0]
    design = best.build()
    assert design.operators is not None and design.datapath is not None
    for datapath in (design.operators, design.datapath):
        assert (outputs_at(datapath, own.folds.choosing.inputs) == best.chosen).all()
    rows = own.folds.choosing
    inside = np.ones(rows.rows, dtype=bool)
    for plan in design.inputs:
        low, high = map(float, plan.real_range)
        inside &= (rows.inputs[plan.name] >= low) & (rows.inputs[plan.name] <= high)
    for place, port in enumerate(design.datapath.outputs):
        errors = np.abs(best.chosen - rows.exact)[inside, place]
        assert port.error_bound_real_inputs is not None
        assert errors.max() <= port.error_bound_real_inputs
    columns = columns_of_rows(design.datapath, mixed_rows(design.datapath, 300, 1))
    integers = {name: list(map(int, column)) for name, column in columns.items()}
    measured = measure_integers(design.written, design.datapath, integers)
    for port, each in zip(design.datapath.outputs, measured, strict=True):
        assert port.error_bound is not None and each.worst <= port.error_bound


def test_a_root_mean_square_takes_less_than_the_same_bound_of_all_errors() -> None:
    own = problem(Goal("rms", 2.0**-8))
    proved = problem(Goal("rms", 2.0**-8), width=12, error=Fraction(1, 256)).request
    ordinary = own.variants.operators(proved, own.target)
    assert ordinary.datapath is not None
    fabric = fabric_for(own.request, own.target)
    worth = fabric.worth(price_without_delay(ordinary.datapath, fabric))
    assert reaching(own)[0].worth < 0.8 * worth


def test_a_looser_goal_takes_no_more() -> None:
    worths = [reaching(problem(Goal("rms", 2.0**-bits)))[0].worth for bits in (9, 7, 5)]
    assert worths == sorted(worths, reverse=True)


def test_formats_of_the_user_are_kept() -> None:
    given, wider = parse_format("fixed<9,3>"), parse_format("fixed<10,4>")
    assert given is not None and wider is not None
    own = problem(Goal("rms", 2.0**-4), input_formats=(("x", given),), output_format=wider)
    found = reaching(own)[:3]
    assert found
    for proposal in found:
        datapath = proposal.build().datapath
        assert datapath is not None
        assert next(port for port in datapath.inputs if port.name == "x").format == given
        assert all(port.format == wider for port in datapath.outputs)


@pytest.mark.parametrize("width", [9, DEFAULT_WIDTH])
def test_a_width_of_the_user_is_kept(width: int) -> None:
    own = problem(Goal("rms", 2.0**-3), width=width)
    found = reaching(own)[:3]
    assert found
    for proposal in found:
        datapath = proposal.build().datapath
        assert datapath is not None
        assert [port.format.width for port in datapath.inputs] == [width, width]


def test_errors_that_outputs_declare_are_proved_still() -> None:
    text = "output y error <= 2^-9\ny = x*z + sin(x)"
    own = problem(Goal("rms", 2.0**-4), text)
    found = reaching(own)
    assert found
    for proposal in found:
        datapath = proposal.build().datapath
        assert datapath is not None
        bound = datapath.outputs[0].error_bound
        assert bound is not None and bound <= 2.0**-9


def test_the_same_problem_has_the_same_proposals() -> None:
    one, other = (
        [(each.worth, each.described) for each in formats(problem(Goal("agreement", 0.9)))]
        for _ in range(2)
    )
    assert one == other


def test_a_root_mean_square_is_met_with_a_margin() -> None:
    chance = np.random.default_rng(5)
    missed = chance.standard_normal((400, 1))
    samples = Samples({}, np.zeros((400, 1)), None, np.ones(400))
    squares = missed[:, 0] ** 2
    sure = np.sqrt(squares.mean() + 2 * squares.std() / 20)
    assert Goal("rms", sure * 1.0001).is_met(missed, samples)
    assert not Goal("rms", sure * 0.9999).is_met(missed, samples)
    assert Goal("max", float(np.abs(missed).max())).is_met(missed, samples)


def test_what_nodes_really_lose_is_learnt_and_outputs_are_centred() -> None:
    asked = problem(Goal("rms", 2.0**-7), "y = (x*w + sin(3*w)) * x", count=1000)
    candidates = Candidates.of(asked)
    found = least(candidates, candidates.anchors.first(7))
    assert found is not None
    candidates.learn(found)
    assert candidates.anchors.measured is not None
    graph, parts = candidates.anchors.measured
    plain = [not node.operands and node.value is not None for node in graph.nodes]
    before = np.where(plain, 1.0, 1 / 3)
    assert ((parts >= 1 / 64) & (parts <= 1)).all() and (parts < 0.9 * before).any()
    assert (parts[plain] == 1).all()
    missed = found.proposal.chosen - asked.folds.choosing.exact
    assert abs(missed.mean()) < 2.0**-7 / 4  # of a unit: what is cut loses half of one


def test_functions_are_fitted_at_a_price_and_their_errors_are_proved() -> None:
    asked = problem(Goal("rms", 2.0**-6), "y = sin(7*x) * w", count=1000)
    candidates = Candidates.of(asked)
    start = least(candidates, candidates.anchors.first(6))
    assert start is not None
    made = candidates.at(start.ports, start.tolerances, 4.0)
    assert made is not None and made.price == 4
    design = made.proposal.build()
    assert design.datapath is not None and design.approximations is not None
    assert any(isinstance(each, Tabulated) for each in design.approximations.values())
    columns = columns_of_rows(design.datapath, mixed_rows(design.datapath, 1000, 1))
    integers = {name: list(map(int, column)) for name, column in columns.items()}
    (measured,) = measure_integers(design.written, design.datapath, integers)
    (port,) = design.datapath.outputs
    assert port.error_bound is not None and measured.worst <= port.error_bound
