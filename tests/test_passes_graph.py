"""The graph passes keep values, domains and places, do what they promise, and are fast on large graphs."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import flint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symhdl.analysis.evaluate import evaluate_points
from symhdl.design import Design, Pass, Request
from symhdl.errors import Source, Span, SymhdlError
from symhdl.functions.operation import ANY, Operation
from symhdl.ir.graph import Graph, GraphBuilder, InputDeclaration, Node, OutputDeclaration
from symhdl.passes.expand import MAXIMUM_EXPONENT, Expand
from symhdl.passes.flatten import Flatten
from symhdl.passes.fold import Fold
from symhdl.passes.simplify import Simplify
from symhdl.sources.source import read_source
from symhdl.targets.target import load_target

PASSES: list[Pass] = [Fold(), Simplify(1), Simplify(2), Flatten(), Expand()]
SHARED = Path(__file__).parents[2] / "shared" / "corpora" / "open_ready.jsonl"
SPECIAL = [Fraction(n, 8) for n in (-24, -16, -8, -4, -1, 0, 1, 4, 8, 12, 16, 24)]


def design_of(graph: Graph) -> Design:
    return Design(graph, Request(), load_target("generic"))


def run(graph: Graph, *passes: Pass) -> Graph:
    design = design_of(graph)
    for step in passes:
        design = step.run(design)
    return design.graph


def graph_of(builder: GraphBuilder, *outputs: int) -> Graph:
    inputs = tuple(
        InputDeclaration(node.name) for node in builder.nodes if node.operation is Operation.INPUT
    )
    declared = tuple(OutputDeclaration(f"y{k}", index) for k, index in enumerate(outputs))
    return builder.build(inputs, declared)


def operations(graph: Graph) -> Counter[Operation]:
    return Counter(node.operation for node in graph.nodes)


def assert_equal_values(
    before: Graph, after: Graph, columns: dict[str, list[Fraction]], *, same_domain: bool = False
) -> None:
    """Wherever the old graph has a value the new one has it too."""
    old, new = evaluate_points(before, columns), evaluate_points(after, columns)
    assert list(old) == list(new)
    for name, column in old.items():
        for point, (left, right) in enumerate(zip(column, new[name], strict=True)):
            where = {key: str(values[point]) for key, values in columns.items()}
            if left is None:
                assert not same_domain or right is None, (name, where)
                continue
            assert right is not None, (name, where)
            close = left.overlaps(right) or abs(left - right) < flint.arb("1e-36")
            assert close, (name, where, left, right)


def columns_of(names: str, count: int = 40, seed: int = 1) -> dict[str, list[Fraction]]:
    generator = random.Random(seed)  # noqa: S311
    return {name: [generator.choice(SPECIAL) for _ in range(count)] for name in names}


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
@settings(max_examples=40, deadline=None)
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


@settings(max_examples=40, deadline=None)
@given(graph=graphs())
def test_the_order_of_the_pipeline_keeps_values(graph: Graph) -> None:
    if has_large_powers(graph) or operations(graph)[Operation.POWER]:
        return
    try:
        after = run(graph, Fold(), Simplify(2), Flatten(), Fold(), Expand(), Flatten(), Fold())
    except SymhdlError:
        return
    assert_equal_values(graph, after, columns_of("abc", 12))


# Folding -----------------------------------------------------------------------------------------


def constant_graph(operation: Operation, *values: Fraction | int) -> Graph:
    builder = GraphBuilder()
    operands = [builder.constant(value) for value in values]
    span = Span(Source("test", "1/0 + x"), 0, 3)
    return graph_of(builder, builder.apply(operation, *operands, span=span))


@pytest.mark.parametrize(
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
    positive = Graph(graph.nodes, graph.spans, declared, graph.outputs)
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


# Flattening --------------------------------------------------------------------------------------


def test_a_long_sum_becomes_one_node() -> None:
    builder = GraphBuilder()
    total = builder.input("x0")
    for number in range(1, 10_000):
        operation = Operation.SUBTRACT if number % 3 == 0 else Operation.ADD
        product = builder.apply(
            Operation.MULTIPLY, builder.input(f"x{number}"), builder.input(f"z{number % 7}")
        )
        total = builder.apply(operation, total, product)
    after = run(graph_of(builder, total), Flatten())
    assert operations(after)[Operation.ADD] == 1
    assert len(after.nodes[-1].operands) == 10_000
    assert operations(after)[Operation.SUBTRACT] == 0
    assert operations(after)[Operation.NEGATE] == 3333


def test_equal_terms_and_constants_merge() -> None:
    builder = GraphBuilder()
    x, y = builder.input("x"), builder.input("y")
    product = builder.apply(Operation.MULTIPLY, x, y)
    left = builder.apply(Operation.ADD, builder.apply(Operation.ADD, x, builder.constant(3)), x)
    right = builder.apply(Operation.SUBTRACT, builder.constant(1), x)
    right = builder.apply(Operation.SUBTRACT, right, product)
    total = builder.apply(Operation.ADD, builder.apply(Operation.SUBTRACT, left, right), y)
    after = run(graph_of(builder, total), Flatten())
    values = [node.value for node in after.nodes if node.value is not None]
    assert sorted(values) == [2, 3]
    assert operations(after)[Operation.ADD] == 1
    assert_equal_values(graph_of(builder, total), after, columns_of("xy"), same_domain=True)
    gone = builder.apply(Operation.SUBTRACT, product, product)
    assert [node.value for node in run(graph_of(builder, gone), Flatten()).nodes] == [0]


def test_a_cancelled_term_keeps_its_domain() -> None:
    builder = GraphBuilder()
    log = builder.apply(Operation.LOG, builder.input("x"))
    graph = graph_of(builder, builder.apply(Operation.SUBTRACT, log, log))
    after = run(graph, Flatten())
    assert operations(after)[Operation.LOG] == 1
    assert_equal_values(graph, after, columns_of("x"), same_domain=True)


def test_shared_sums_stay_shared() -> None:
    builder = GraphBuilder()
    x, y, z = (builder.input(name) for name in "xyz")
    shared = builder.apply(Operation.ADD, x, y)
    total = builder.apply(Operation.ADD, shared, z)
    square = builder.apply(Operation.SQUARE, shared)
    after = run(graph_of(builder, total, square), Flatten())
    assert operations(after)[Operation.ADD] == 2


def test_products_become_balanced_and_their_constant_is_applied_once() -> None:
    builder = GraphBuilder()
    product = builder.constant(Fraction(1, 2))
    for number in range(64):
        factor = builder.input(f"x{number}")
        if number % 2:
            factor = builder.apply(Operation.MULTIPLY, builder.constant(-3), factor)
        product = builder.apply(Operation.MULTIPLY, product, factor)
    after = run(graph_of(builder, product), Flatten())
    depth: list[int] = []
    for node in after.nodes:
        depth.append(1 + max((depth[o] for o in node.operands), default=-1))
    assert max(depth) == 7
    assert [n.value for n in after.nodes if n.value is not None] == [Fraction(3**32, 2)]
    assert operations(after)[Operation.MULTIPLY] == 64


def test_equal_factors_become_squares() -> None:
    builder = GraphBuilder()
    x, y = builder.input("x"), builder.input("y")
    product = x
    for factor in (y, x, x, y):
        product = builder.apply(Operation.MULTIPLY, product, factor)
    graph = graph_of(builder, product)
    after = run(graph, Flatten())
    assert operations(after)[Operation.SQUARE] == 2
    assert operations(after)[Operation.MULTIPLY] == 2
    assert_equal_values(graph, after, columns_of("xy"), same_domain=True)


def test_what_does_not_vary_is_kept_together() -> None:
    builder = GraphBuilder()
    x, pi = builder.input("x"), builder.append(Node(Operation.PI))
    root = builder.apply(Operation.SQUARE_ROOT, builder.constant(2))
    product = builder.apply(Operation.MULTIPLY, builder.apply(Operation.MULTIPLY, pi, x), root)
    total = builder.apply(Operation.ADD, builder.apply(Operation.ADD, pi, product), root)
    graph = graph_of(builder, total)
    after = run(graph, Flatten())
    varying = [False] * len(after.nodes)
    for index, node in enumerate(after.nodes):
        inside = any(varying[operand] for operand in node.operands)
        varying[index] = inside or node.operation is Operation.INPUT
        assert sum(not varying[operand] for operand in node.operands) <= 1 or not varying[index]
    assert_equal_values(graph, after, columns_of("x"), same_domain=True)


# Expansion ---------------------------------------------------------------------------------------

LEFT = {
    Operation.INPUT, Operation.CONSTANT, Operation.PI, Operation.E, Operation.ADD,
    Operation.SUBTRACT, Operation.MULTIPLY, Operation.NEGATE, Operation.SQUARE, Operation.INVERSE,
    Operation.ABSOLUTE, Operation.FLOOR, Operation.MODULO, Operation.MINIMUM, Operation.MAXIMUM,
    Operation.LESS, Operation.LESS_EQUAL, Operation.EQUAL, Operation.NOT, Operation.AND,
    Operation.OR, Operation.SELECT,
}  # fmt: skip
COMPOSITE = [
    Operation.CUBE, Operation.DIVIDE, Operation.HYPOTENUSE, Operation.CLAMP, Operation.RELU,
    Operation.SIGN, Operation.ROUND, Operation.CEIL, Operation.ATAN2, Operation.ARGMAX,
    Operation.MINIMUM, Operation.MAXIMUM,
]  # fmt: skip


@pytest.mark.parametrize("operation", COMPOSITE, ids=str)
def test_expansion_keeps_values(operation: Operation) -> None:
    builder = GraphBuilder()
    count = 5 if operation.arity == ANY else operation.arity
    names = "abcde"[:count]
    node = builder.append(Node(operation, tuple(builder.input(name) for name in names)))
    graph = graph_of(builder, node)
    after = run(graph, Expand())
    assert set(operations(after)) <= LEFT | {Operation.SQUARE_ROOT, Operation.ATAN}
    assert all(len(node.operands) <= 3 for node in after.nodes)
    assert_equal_values(graph, after, columns_of(names, 300), same_domain=True)


@pytest.mark.parametrize("exponent", [-5, -2, -1, 0, 1, 2, 3, 6, 7, 15, 33])
def test_whole_powers(exponent: int) -> None:
    builder = GraphBuilder()
    node = builder.apply(Operation.POWER, builder.input("x"), builder.constant(exponent))
    graph = graph_of(builder, node)
    after = run(graph, Expand())
    assert set(operations(after)) <= LEFT
    products = operations(after)[Operation.MULTIPLY] + operations(after)[Operation.SQUARE]
    assert products <= 2 * max(0, abs(exponent).bit_length() - 1)
    assert_equal_values(graph, after, columns_of("x"), same_domain=True)


def test_powers_share_their_parts() -> None:
    builder = GraphBuilder()
    x = builder.input("x")
    powers = [
        builder.apply(Operation.POWER, x, builder.constant(exponent)) for exponent in (6, 2, 3, -6)
    ]
    found = operations(run(graph_of(builder, *powers), Expand()))
    assert found[Operation.SQUARE] == 2
    assert found[Operation.MULTIPLY] == 1
    assert found[Operation.INVERSE] == 1


def test_other_powers() -> None:
    builder = GraphBuilder()
    x, y = builder.input("x"), builder.input("y")
    root = builder.apply(Operation.POWER, x, builder.constant(Fraction(1, 2)))
    rational = builder.apply(Operation.POWER, x, builder.constant(Fraction(3, 4)))
    two = builder.apply(Operation.POWER, builder.constant(2), y)
    three = builder.apply(Operation.POWER, builder.constant(3), y)
    variable = builder.apply(Operation.POWER, x, y)
    graph = graph_of(builder, root, rational, two, three, variable)
    after = run(graph, Expand())
    found = operations(after)
    assert found[Operation.POWER] == 1
    assert found[Operation.SQUARE_ROOT] == 1
    assert found[Operation.EXP2] == 1
    assert found[Operation.EXP] == 2
    columns = {"x": [v for v in SPECIAL if v > 0], "y": SPECIAL[:6]}
    assert_equal_values(graph, after, columns, same_domain=True)


def test_a_huge_exponent_is_told() -> None:
    source = Source("test", "x^5000")
    builder = GraphBuilder()
    exponent = builder.constant(MAXIMUM_EXPONENT + 1)
    node = builder.apply(
        Operation.POWER, builder.input("x"), exponent, span=Span(source, 0, len(source.text))
    )
    with pytest.raises(SymhdlError) as told:
        run(graph_of(builder, node), Expand())
    assert told.value.diagnostics[0].id == "exponent"
    assert told.value.diagnostics[0].span is not None


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
def test_large_graphs_take_linear_time(step: Pass, kind: str) -> None:
    """No recursion at 20,000 nodes, and four times the nodes take at most about four times the time."""
    seconds = []
    for size in (5_000, 20_000):
        graph = large_graph(kind, size)
        start = time.process_time()
        run(graph, step)
        seconds.append(time.process_time() - start)
    assert seconds[1] < 12 * seconds[0] + 0.5


def test_passes_are_deterministic_and_named() -> None:
    graph = large_graph("powers", 500)
    for step in PASSES:
        assert run(graph, step) == run(graph, step)
        assert step.name in {"fold", "simplify", "flatten", "expand"}
    for first, second in pairwise([Simplify(1), Simplify(2)]):
        assert first != second


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
