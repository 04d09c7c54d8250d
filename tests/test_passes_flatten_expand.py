"""Sums and products are gathered, composite operations are taken apart."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symhdl.errors import Source, Span, SymhdlError
from symhdl.functions.operation import ANY, Operation
from symhdl.ir.graph import GraphBuilder, Node
from symhdl.numeric.limits import LARGEST_POWER, MAXIMUM_STOREYS
from symhdl.passes.expand import Expand
from symhdl.passes.flatten import Flatten
from tests.graph_checks import SPECIAL, assert_equal_values, columns_of, graph_of, operations, run
from tests.rows import each_row

# Flattening --------------------------------------------------------------------------------------


def test_a_long_sum_becomes_one_node() -> None:
    builder = GraphBuilder()
    total = builder.input("x0")
    for number in range(1, 3_000):
        operation = Operation.SUBTRACT if number % 3 == 0 else Operation.ADD
        product = builder.apply(
            Operation.MULTIPLY, builder.input(f"x{number}"), builder.input(f"z{number % 7}")
        )
        total = builder.apply(operation, total, product)
    after = run(graph_of(builder, total), Flatten())
    assert operations(after)[Operation.ADD] == 1
    assert len(after.nodes[-1].operands) == 3_000
    assert operations(after)[Operation.SUBTRACT] == 0
    assert operations(after)[Operation.NEGATE] == 999


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


@each_row("operation", COMPOSITE, ids=str)
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


@each_row("exponent", [-5, -2, -1, 0, 1, 2, 3, 6, 7, 15, 33])
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
    assert found[Operation.EXP] == 3  # one of them for a base below 0
    columns = {"x": [v for v in SPECIAL if v > 0], "y": SPECIAL[:6]}
    assert_equal_values(graph, after, columns, same_domain=True)


def test_a_tower_of_powers_has_so_many_storeys_at_most() -> None:
    builder = GraphBuilder()
    x = tower = builder.input("x")
    for _ in range(MAXIMUM_STOREYS):
        tower = builder.apply(Operation.POWER, x, tower)
    run(graph_of(builder, tower), Expand())
    higher = builder.apply(Operation.POWER, tower, x)
    with pytest.raises(SymhdlError, match="stands on too many others") as caught:
        run(graph_of(builder, higher), Expand())
    assert caught.value.diagnostics[0].id == "too-deep"


def test_a_huge_exponent_is_told() -> None:
    source = Source("test", "x^5000")
    builder = GraphBuilder()
    exponent = builder.constant(LARGEST_POWER + 1)
    node = builder.apply(
        Operation.POWER, builder.input("x"), exponent, span=Span(source, 0, len(source.text))
    )
    with pytest.raises(SymhdlError) as told:
        run(graph_of(builder, node), Expand())
    assert told.value.diagnostics[0].id == "exponent"
    assert told.value.diagnostics[0].span is not None
