"""The graph passes keep values, domains and places, and take linear time."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import flint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhdl.design import Design, Pass
from symhdl.errors import Source, Span, SymhdlError
from symhdl.evaluate import evaluate_points
from symhdl.functions.operation import ANY, Operation
from symhdl.ir.graph import Graph, GraphBuilder, Node
from symhdl.passes.expand import Expand
from symhdl.passes.flatten import Flatten
from symhdl.passes.fold import Fold
from symhdl.passes.simplify import Simplify
from symhdl.request import Request
from symhdl.rewriting.rewrite import copy_node
from symhdl.sources.reading.source import read_source
from symhdl.targets.target import load_target
from tests.graph_checks import PASSES, assert_equal_values, columns_of, graph_of, operations, run
from tests.work import lines_run

SHARED = Path(__file__).parents[2] / "shared" / "corpora" / "open_ready.jsonl"

# Random graphs -----------------------------------------------------------------------------------

CHOICES = [o for o in Operation if o.arity != 0 and o is not Operation.TAN]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    builder = GraphBuilder()
    for name in "abc":
        builder.input(name)
    builder.append(Node(Operation.PI))
    for value in (0, 1, -1, 2, Fraction(1, 2), Fraction(-3, 4)):
        builder.constant(value)
    for _ in range(draw(st.integers(1, 14))):
        common = st.sampled_from([Operation.ADD, Operation.SUBTRACT, Operation.MULTIPLY])
        operation = draw(st.one_of(common, st.sampled_from(CHOICES)))
        count = draw(st.integers(1, 4)) if operation.arity == ANY else operation.arity
        indices = st.integers(0, len(builder.nodes) - 1)
        builder.apply(operation, *(draw(indices) for _ in range(count)))
    last = len(builder.nodes) - 1
    return graph_of(builder, last, draw(st.integers(0, last)))


def has_large_powers(graph: Graph) -> bool:
    """Towers of powers and exponentials are not what is tested, and slow."""
    growing = {Operation.POWER, Operation.EXP, Operation.EXP2, Operation.SINH, Operation.COSH}
    growing |= {Operation.CUBE, Operation.EXPM1, Operation.GAUSS}
    return sum(node.operation in growing for node in graph.nodes) > 2


@pytest.mark.parametrize("step", PASSES, ids=str)
@given(graph=graphs())
def test_a_pass_keeps_the_values_of_random_graphs(step: Pass, graph: Graph) -> None:
    if has_large_powers(graph):
        return
    try:
        after = run(graph, step)
    except SymhdlError as problem:
        assert isinstance(step, (Fold, Expand))
        assert {d.id for d in problem.diagnostics} <= {"domain", "exponent"}
        return
    if any(node.operation is Operation.POWER for node in graph.nodes) and step == Expand():
        return  # 0^y has a value that exp(y*log(0)) has not: tested by itself
    assert_equal_values(graph, after, columns_of("abc", 12))
    assert run(graph, step) == after


@given(graph=graphs())
def test_the_order_of_the_pipeline_keeps_values(graph: Graph) -> None:
    if has_large_powers(graph) or operations(graph)[Operation.POWER]:
        return
    try:
        after = run(graph, Fold(), Simplify(2), Flatten(), Fold(), Expand(), Flatten(), Fold())
    except SymhdlError:
        return
    assert_equal_values(graph, after, columns_of("abc", 12))


# All of them -------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", PASSES, ids=str)
def test_places_are_kept(step: Pass) -> None:
    """Every node of the result points to the part of the source from which it came."""
    source = Source("test", "sqrt(x^2 + 3/4) * hypot(x, y) - max(x, y, 1)")
    builder = GraphBuilder()
    spans = [Span(source, k, k + 1) for k in range(12)]
    x, y = builder.input("x", spans[0]), builder.input("y", spans[1])
    square = builder.apply(Operation.POWER, x, builder.constant(2, spans[2]), span=spans[3])
    quotient = builder.apply(
        Operation.DIVIDE,
        builder.constant(3, spans[4]),
        builder.constant(4, spans[5]),
        span=spans[6],
    )
    root = builder.apply(
        Operation.SQUARE_ROOT,
        builder.apply(Operation.ADD, square, quotient, span=spans[7]),
        span=spans[8],
    )
    product = builder.apply(
        Operation.MULTIPLY, root, builder.apply(Operation.HYPOTENUSE, x, y, span=spans[9])
    )
    builder.spans[product] = spans[10]
    largest = builder.apply(Operation.MAXIMUM, x, y, builder.constant(1, spans[5]), span=spans[11])
    node = builder.apply(Operation.SUBTRACT, product, largest, span=spans[10])
    after = run(graph_of(builder, node), step)
    assert all(span is not None for span in after.spans)
    kept = {
        after.spans[k] for k, n in enumerate(after.nodes) if n.operation is Operation.SQUARE_ROOT
    }
    assert spans[8] in kept


def large_graph(kind: str, size: int) -> Graph:
    builder = GraphBuilder()
    x, y = builder.input("x"), builder.input("y")
    node = x
    while len(builder.nodes) < size:
        number = builder.constant(Fraction(len(builder.nodes), 64))
        if kind == "deep":
            node = builder.apply(Operation.SIN, builder.apply(Operation.ADD, node, number))
            node = builder.apply(Operation.MULTIPLY, node, y)
        elif kind == "powers":
            power = builder.apply(
                Operation.POWER, builder.apply(Operation.ADD, x, number), two(builder)
            )
            node = builder.apply(
                Operation.SUBTRACT, node, builder.apply(Operation.DIVIDE, power, y)
            )
        else:
            product = builder.apply(
                Operation.MULTIPLY, number, builder.apply(Operation.MULTIPLY, x, node)
            )
            node = builder.apply(Operation.SUBTRACT, product, node)
    return graph_of(builder, node)


def two(builder: GraphBuilder) -> int:
    return builder.constant(2)


@pytest.mark.parametrize("kind", ["deep", "powers", "products"])
@pytest.mark.parametrize("step", PASSES, ids=str)
def test_large_graphs_take_linear_work(step: Pass, kind: str) -> None:
    """No recursion at 5,000 nodes, and four times the nodes take about four times the work."""
    run(large_graph(kind, 5_000), step)
    small, large = (large_graph(kind, size) for size in (300, 1_200))
    assert lines_run(lambda: run(large, step)) < 5 * lines_run(lambda: run(small, step))


# The corpus --------------------------------------------------------------------------------------


def records(part: int) -> list[dict[str, Any]]:
    """One in `part` of the records with reference values, by a fixed seed."""
    if not SHARED.exists():
        pytest.skip("the corpora are not beside this checkout")
    found = [json.loads(line) for line in SHARED.read_text().splitlines()]
    picked = [r for r in found if r["dialect"] in ("plain", "sympy", "pysr") and r.get("ref")]
    # Some definitions are prose: "a/b if finite else 1".
    picked = [r for r in picked if " if " not in "".join(r.get("functions") or [])]
    return random.Random(7).sample(picked, len(picked) // part)  # noqa: S311


def reference_faults(record: dict[str, Any], level: int) -> list[str]:
    """Where the passes move a record away from its reference values."""
    ranges = {name: ends for name, ends in record["variables"].items() if ends is not None}
    definitions = record.get("functions") or []
    parsed, _ = read_source(
        record["text"], dialect=record["dialect"], define=definitions, inputs=ranges
    )
    request = Request(
        ranges=tuple((name, (Fraction(a), Fraction(b))) for name, (a, b) in ranges.items())
    )
    design = Design(parsed.graph, request, load_target("generic"))
    told = []
    steps: list[Pass] = [Fold(), Simplify(level), Flatten(), Fold(), Expand(), Flatten(), Fold()]
    columns = {
        name: [Fraction(point["x"].get(name, 0)) for point in record["ref"]]
        for name in (declared.name for declared in parsed.graph.inputs)
    }
    (before,) = evaluate_points(parsed.graph, columns).values()
    for step in steps:
        design = step.run(design)
        (values,) = evaluate_points(design.graph, columns).values()
        for point, old, new in zip(record["ref"], before, values, strict=True):
            close = old is not None and new is not None and abs(old - new) < flint.arb("1e-30")
            known = new is not None and float(new) == pytest.approx(point["y"], rel=1e-9)
            if not close or not known:
                told.append(f"{record['id']} after {step.name}: {old} {new} {point['y']}")
    return told


@pytest.mark.parametrize("level", [1, 2])
def test_reference_values_of_a_tenth_of_the_corpus(level: int) -> None:
    told = [fault for record in records(10) for fault in reference_faults(record, level)]
    assert told == []


@pytest.mark.slow
@pytest.mark.parametrize("level", [1, 2])
def test_reference_values_of_the_corpus(level: int) -> None:
    told = [fault for record in records(1) for fault in reference_faults(record, level)]
    assert told == []


def test_nodes_that_a_pass_leaves_are_the_same_objects() -> None:
    parsed, _ = read_source("y = sin(x) + 2*x*z\nw = max(x, z) - 1", dialect="native")
    graph = run(parsed.graph, Fold())
    builder = GraphBuilder()
    for node in graph.nodes:
        copy_node(builder, node, node.operands, None)
    assert all(a is b for a, b in zip(graph.nodes, builder.nodes, strict=True))
