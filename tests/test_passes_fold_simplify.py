"""Folding is exact and tells what has no value; simplification recognises what it should."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from symhdl.errors import Source, Span, SymhdlError
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, GraphBuilder, InputDeclaration
from symhdl.passes.fold import Fold
from symhdl.passes.simplify import Simplify
from symhdl.rules.pattern import Matcher
from tests.graph_checks import graph_of, operations, run
from tests.rows import each_row

# Folding -----------------------------------------------------------------------------------------


def constant_graph(operation: Operation, *values: Fraction | int) -> Graph:
    builder = GraphBuilder()
    operands = [builder.constant(value) for value in values]
    span = Span(Source("test", "1/0 + x"), 0, 3)
    return graph_of(builder, builder.apply(operation, *operands, span=span))


@each_row(
    ("operation", "values", "expected"),
    [
        (Operation.ADD, (1, 2, 3), 6),
        (Operation.DIVIDE, (1, 3), Fraction(1, 3)),
        (Operation.POWER, (Fraction(2, 3), -3), Fraction(27, 8)),
        (Operation.SQUARE_ROOT, (Fraction(9, 4),), Fraction(3, 2)),
        (Operation.SQUARE_ROOT, (2,), None),
        (Operation.SIN, (0,), 0),
        (Operation.SIN, (1,), None),
        (Operation.LOG2, (Fraction(1, 1024),), -10),
        (Operation.POWER, (10, 1000), 10**1000),
        (Operation.POWER, (10, 100_000), None),
        (Operation.POWER, (2, Fraction(10**30)), None),
        (Operation.SELECT, (1, 5, 6), 5),
        (Operation.ARGMAX, (1, 5, 5), 1),
        (Operation.FLOOR, (Fraction(-1, 2),), -1),
    ],
)
def test_fold(
    operation: Operation, values: tuple[Fraction, ...], expected: Fraction | None
) -> None:
    graph = constant_graph(operation, *values)
    folded = run(graph, Fold())
    if expected is None:
        assert folded == graph
        return
    assert [(node.operation, node.value) for node in folded.nodes] == [
        (Operation.CONSTANT, Fraction(expected))
    ]


@pytest.mark.parametrize(
    ("operation", "values"),
    [
        (Operation.DIVIDE, (1, 0)),
        (Operation.INVERSE, (0,)),
        (Operation.LOG, (-1,)),
        (Operation.SQUARE_ROOT, (-1,)),
        (Operation.POWER, (0, -1)),
        (Operation.POWER, (-8, Fraction(1, 3))),
        (Operation.ACOS, (2,)),
        (Operation.MODULO, (3, 0)),
        (Operation.ATAN2, (0, 0)),
    ],
)
def test_a_constant_outside_the_domain_is_told_with_its_place(
    operation: Operation, values: tuple[Fraction, ...]
) -> None:
    with pytest.raises(SymhdlError) as told:
        run(constant_graph(operation, *values), Fold())
    (diagnostic,) = told.value.diagnostics
    assert diagnostic.id == "domain"
    assert diagnostic.span is not None
    assert (diagnostic.span.start, diagnostic.span.end) == (0, 3)


def test_a_variable_divided_by_zero_is_told() -> None:
    builder = GraphBuilder()
    node = builder.apply(Operation.DIVIDE, builder.input("x"), builder.constant(0))
    with pytest.raises(SymhdlError, match="division by zero"):
        run(graph_of(builder, node), Fold())


def test_a_branch_never_taken_may_be_undefined() -> None:
    builder = GraphBuilder()
    wrong = builder.apply(Operation.INVERSE, builder.constant(0))
    condition = builder.apply(Operation.LESS, builder.constant(1), builder.constant(2))
    node = builder.apply(Operation.SELECT, condition, builder.input("x"), wrong)
    folded = run(graph_of(builder, node), Fold())
    assert [n.operation for n in folded.nodes] == [Operation.INPUT]


def test_constants_within_a_sum_meet() -> None:
    builder = GraphBuilder()
    x = builder.input("x")
    node = builder.apply(Operation.ADD, builder.constant(1), x, builder.constant(2))
    folded = run(graph_of(builder, node), Fold())
    assert {n.value for n in folded.nodes} == {None, Fraction(3)}


# Simplification ----------------------------------------------------------------------------------


def test_sine_times_cosine_becomes_one_sine() -> None:
    builder = GraphBuilder()
    x = builder.input("x")
    sine, cosine = (builder.apply(o, x) for o in (Operation.SIN, Operation.COS))
    graph = graph_of(builder, builder.apply(Operation.MULTIPLY, sine, cosine))
    found = operations(run(graph, Simplify()))
    assert found[Operation.SIN] == 1
    assert found[Operation.COS] == 0
    shared = graph_of(builder, graph.outputs[0].node, sine)
    assert operations(run(shared, Simplify()))[Operation.COS] == 1


def test_sigmoid_is_recognised() -> None:
    builder = GraphBuilder()
    x = builder.input("x")
    scaled = builder.apply(Operation.MULTIPLY, builder.constant(Fraction(-3, 2)), x)
    below = builder.apply(Operation.ADD, builder.constant(1), builder.apply(Operation.EXP, scaled))
    graph = graph_of(builder, builder.apply(Operation.DIVIDE, builder.constant(1), below))
    after = run(graph, Simplify())
    assert operations(after) == {
        Operation.INPUT: 1, Operation.CONSTANT: 1, Operation.MULTIPLY: 1, Operation.SIGMOID: 1
    }  # fmt: skip
    assert {node.value for node in after.nodes} == {None, Fraction(3, 2)}


def test_ranges_permit_rules() -> None:
    builder = GraphBuilder()
    node = builder.apply(Operation.ABSOLUTE, builder.input("x"))
    graph = graph_of(builder, node)
    assert run(graph, Simplify()) == graph
    declared = (InputDeclaration("x", None, (Fraction(0), Fraction(2))),)
    positive = replace(graph, inputs=declared)
    assert operations(run(positive, Simplify())) == {Operation.INPUT: 1}


def test_removable_singularities_stay_unless_asked_for() -> None:
    builder = GraphBuilder()
    x, y = builder.input("x"), builder.input("y")
    node = builder.apply(Operation.MULTIPLY, x, builder.apply(Operation.DIVIDE, y, x))
    graph = graph_of(builder, node)
    assert operations(run(graph, Simplify(2)))[Operation.DIVIDE] == 1
    assert operations(run(graph, Simplify(2, removable=True))) == {Operation.INPUT: 1}


def test_simplification_reaches_a_fixed_point() -> None:
    builder = GraphBuilder()
    node = builder.input("x")
    for step in range(400):
        node = builder.apply(Operation.NEGATE, node)
        node = builder.apply(Operation.MULTIPLY, builder.constant(Fraction(3, 2)), node)
        node = builder.apply(Operation.ADD, builder.constant(step), node)
    once = run(graph_of(builder, node), Simplify())
    assert run(once, Simplify()) == once


def test_rules_are_prepared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    builder = GraphBuilder()
    x = builder.input("x")
    doubled = builder.apply(Operation.ADD, x, x)
    graph = graph_of(builder, builder.apply(Operation.MULTIPLY, doubled, doubled))
    before = run(graph, Simplify())
    monkeypatch.setattr(Matcher, "of", None)
    assert run(graph, Simplify()) == before
