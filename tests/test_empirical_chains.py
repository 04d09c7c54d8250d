"""Networks of small tables and wrapping sums: what they compute and cost, how they are found, and as hardware."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from symhdl.data.opening import tables_of
from symhdl.empirical import chain_search
from symhdl.empirical import chains as family
from symhdl.empirical.asked import Asked, problem_of
from symhdl.empirical.chains import build, chains, groups_of, plan_of
from symhdl.empirical.clusters import clusters
from symhdl.empirical.goal import Goal
from symhdl.empirical.greatest import greatest, greatest_at
from symhdl.empirical.networks import (
    Grid,
    Network,
    Prices,
    Read,
    Source,
    Sum,
    Table,
    Term,
    joined,
)
from symhdl.empirical.proposal import Problem
from symhdl.empirical.reading import Columns
from symhdl.empirical.simulated import outputs_at
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.fixed import FixedFormat
from symhdl.request import Request
from symhdl.targets.target import load_target
from symhdl.variants import Variants
from tests.engine_checks import assert_equal_integers, compiled_of
from tests.errors_of_design import read

SCORES = "a = sin(x + y*z)\nb = x*y - 0.2\nc = 0.5*sin(2*x - y) + 0.1*z"
PLAIN = Request()
CLASS = f"{SCORES}\nw = argmax(a, b, c)\noutput w"


@pytest.fixture(autouse=True)
def few_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search of a second."""
    monkeypatch.setattr(family, "FRAMES", (2, 2, 2))
    monkeypatch.setattr(family, "ROUNDS", (1, 1, 1))
    monkeypatch.setattr(chain_search, "FIRST_MOVES", 20)
    monkeypatch.setattr(chain_search, "MOVES", 50)


def problem(text: str, goal: Goal, device: str = "xcvu9p", asked: Request = PLAIN) -> Problem:
    chance = np.random.default_rng(3)
    data = {name: chance.normal(0.3, 0.7, 300) for name in "xyz"}
    request = replace(asked, top="few", source=text, range=(Fraction(-4), Fraction(4)))
    variants = Variants(read(text).graph, verified=True)
    asked_for = Asked(goal, tables_of(data), (), Columns())
    found, _ = problem_of(variants, request, load_target(device), asked_for)
    return found


@pytest.mark.parametrize("text", [SCORES, CLASS])
@pytest.mark.parametrize("device", ["xcvu9p", "ecp5-25k"])
def test_designs_are_what_was_proposed_in_every_engine(text: str, device: str) -> None:
    asked = problem(text, Goal("agreement", 0.8), device)
    proposals = list(chains(asked))
    made = max(
        proposals, key=lambda each: asked.goal.measure.score(each.chosen, asked.folds.choosing)
    )
    design = compiled_of(made.build())
    inputs = asked.folds.choosing.inputs
    assert np.array_equal(outputs_at(design.operators, inputs), made.chosen)
    assert np.array_equal(outputs_at(design.datapath, inputs), made.chosen)
    assert_equal_integers(design)
    assert asked.goal.measure.score(made.chosen, asked.folds.choosing) > 0.75
    assert made.values == (text is CLASS)


def test_an_input_that_is_always_0_is_no_obstacle() -> None:
    chance = np.random.default_rng(3)
    data = {name: chance.normal(0.3, 0.7, 300) for name in "xy"} | {"z": np.zeros(300)}
    asked = Asked(Goal("agreement", 0.8), tables_of(data), (), Columns())
    request = replace(PLAIN, range=(Fraction(-4), Fraction(4)))
    found, _ = problem_of(
        Variants(read(SCORES).graph, verified=True), request, load_target("xcvu9p"), asked
    )
    assert next(chains(found), None) is not None


def test_rows_of_which_there_are_no_copies_shape_networks_themselves() -> None:
    """Nothing between two rows meets the assumption, and no corner of the box does."""
    x = np.random.default_rng(3).integers(-64, 65, 300) / 64
    y = x**3 - 0.875 * x
    asked = Asked(Goal("agreement", 0.8), tables_of({"x": x, "y": y}), (), Columns())
    request = replace(PLAIN, range=(Fraction(-4), Fraction(4)))
    graph = read("assume y == x^3 - 0.875*x\na = sin(3*x)\nb = y*y - 0.2").graph
    found, _ = problem_of(Variants(graph, verified=True), request, load_target("xcvu9p"), asked)
    assert not found.folds.smoothed.rows
    assert next(chains(found), None) is not None


def test_the_same_problem_gives_the_same_proposals() -> None:
    first, second = (
        [
            (made.worth, made.chosen.tobytes())
            for made in chains(problem(SCORES, Goal("agreement", 0.8)))
        ]
        for _ in range(2)
    )
    assert first == second


def test_formats_of_users_are_kept() -> None:
    asked = problem(
        SCORES, Goal("agreement", 0.8), asked=Request(input_format=FixedFormat(True, 9, 6))
    )
    made = next(iter(chains(asked)))
    design = compiled_of(made.build())
    assert {str(port.format) for port in design.datapath.inputs} == {"fixed<9,3>"}
    assert np.array_equal(outputs_at(design.datapath, asked.folds.choosing.inputs), made.chosen)
    asked = problem(
        SCORES, Goal("agreement", 0.8), asked=Request(output_format=FixedFormat(True, 9, 6))
    )
    assert list(chains(asked)) == []


def test_grids_that_begin_anywhere_and_sums_that_wrap() -> None:
    """Codes count from the least integer of an input, which hardware never subtracts."""
    grids = {"x": Grid(3, -12, 4), "y": Grid(2, 8, 4), "z": Grid(3, 0, 3)}
    chance = np.random.default_rng(1)
    contents = tuple(int(entry) for entry in chance.integers(0, 8, 1 << 5))
    last = tuple(int(entry) for entry in chance.integers(0, 16, 1 << 6))
    network = Network(
        (
            Source("x", 4),
            Source("y", 4),
            Table((Read(0, 2, 2), Read(1, 1, 3)), contents, 3),
            Sum((Term(Read(0, 1, 3), -2), Term(Read(1, 0, 4), 1), Term(Read(2, 0, 3), 1)), 4),
            Table((Read(3, 0, 4), Read(1, 2, 2)), last, 4),
            Sum((Term(Read(3, 0, 4), 1), Term(Read(0, 0, 4), 4)), 4),
            Table((Read(5, 0, 4),), last[:16], 4),
        ),
        (4, 6, 2),
    )
    asked = problem(SCORES, Goal("agreement", 0.8))
    design = compiled_of(build(asked, network, grids, FixedFormat(False, 4, 0), None))
    inputs = {name: chance.uniform(-4, 9, 3000) for name in "xyz"}
    expected = network.codes({name: grid.codes(inputs[name]) for name, grid in grids.items()})
    assert np.array_equal(outputs_at(design.operators, inputs), expected)
    assert np.array_equal(outputs_at(design.datapath, inputs), expected)
    assert_equal_integers(design)


def test_ports_are_as_narrow_as_grids() -> None:
    assert str(plan_of("x", Grid(3, -16, 5)).format) == "fixed<5,2>"
    assert str(plan_of("x", Grid(3, -4, 4)).format) == "fixed<5,2>"
    assert str(plan_of("x", Grid(3, 0, 4)).format) == "ufixed<4,1>"
    assert plan_of("x", Grid(3, 8, 4)).port_range == (8, 23)


def test_networks_share_equal_nodes_and_their_prices() -> None:
    total = Sum((Term(Read(0, 0, 4), 1), Term(Read(1, 0, 4), -1)), 4)
    one = Network(
        (Source("x", 4), Source("y", 4), total, Table((Read(2, 0, 4),), tuple(range(16)), 4)), (3,)
    )
    other = Network((Source("y", 4), Source("x", 4)), (0,))
    both = joined([one, one, other])
    assert len(both.nodes) == 4
    assert both.outputs == (3, 3, 1)
    prices = Prices(6, 3)
    assert sum(prices.by_node(both)) == 4.0  # the adder; every column of the table is a wire
    inside = Table((Read(0, 0, 4),), tuple(k * k & 7 for k in range(16)), 3)
    in_adder = Network(
        (
            Source("x", 4),
            Source("y", 4),
            inside,
            Sum((Term(Read(1, 0, 4), 1), Term(Read(2, 0, 3), 1)), 4),
        ),
        (3,),
    )
    assert sum(prices.by_node(in_adder)) == 4.0


def test_classes_of_groups() -> None:
    codes = np.array([[3, 1, 3, 2], [1, 0, 2, 2], [0, 1, 0, 1], [2, 1, 3, 3]])
    found = greatest_at(codes, ((0, 3), (1,), (2,)))
    assert found[:, 0].tolist() == [3, 1, 2, 1]
    assert groups_of([("x", "y"), ("x",), ("x", "y", "z", "w"), ("y",)]) == ((0, 1, 3), (2,))


def test_codes_beyond_the_last_class_of_a_group_tell_it() -> None:
    """Where no row is, the table of which is greatest may hold any number of its bits."""
    codes = np.array([[5, 0], [5, 2], [5, 3]])
    assert greatest_at(codes, ((4, 6, 7),))[:, 0].tolist() == [4, 7, 7]
    builder = DatapathBuilder()
    ports = [builder.input(name, 0, most, 0) for name, most in (("code", 7), ("which", 3))]
    found = builder.cells[greatest(builder, ports, ((4, 6, 7),))]
    assert found.contents == (4, 6, 7, 7)


def test_clusters_tell_rows_apart() -> None:
    values = np.array([[0.0, 0.0], [1.0, 1.0], [0.1, 0.0], [0.9, 1.0], [0.0, 0.1]])
    found = clusters(values, np.ones_like(values), 2, np.random.default_rng(0))
    assert found.tolist() == [0, 1, 0, 1, 0]
