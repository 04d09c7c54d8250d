"""Every identity holds at sampled points over its stated domain, costs no more, and is applied where it should."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from fractions import Fraction

import flint
import pytest

from symhdl.evaluate import evaluate_points
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, GraphBuilder, Node, OutputDeclaration
from symhdl.rewriting.rewrite import Rewriter, RuleTable
from symhdl.rules.facts import NEGATIVE, POSITIVE, Fact, Facts, holds, of_node, of_range
from symhdl.rules.pattern import CONSTANT_NAMES, Matcher, Pattern, orders, parse
from symhdl.rules.removable import REMOVABLE
from symhdl.rules.rule import FACTS, NUMBERS, Rule
from symhdl.rules.table import LEVEL_1, LEVEL_2, RULES
from tests.rows import each_row

SPECIAL = [Fraction(n, 8) for n in (-24, -16, -12, -8, -7, -4, -1, 0, 1, 2, 4, 7, 8, 12, 16, 24)]
POINTS = 60

CERTAIN: dict[str, list[Fraction]] = {
    "integer": [Fraction(n) for n in (-3, -2, -1, 0, 1, 2, 3, 4)],
    "even": [Fraction(n) for n in (-4, -2, 0, 2, 4)],
    "odd": [Fraction(n) for n in (-3, -1, 1, 3, 5)],
    "boolean": [Fraction(0), Fraction(1)],
}
FILTERS = {
    "nonnegative": lambda value: value >= 0,
    "nonpositive": lambda value: value <= 0,
    "positive": lambda value: value > 0,
    "negative": lambda value: value < 0,
    "nonzero": lambda value: value != 0,
}


def by_name(rule: Rule) -> str:
    return rule.name


def sample_column(rule: Rule, variable: str, random_numbers: random.Random) -> list[Fraction]:
    """Values of a variable that its conditions permit: the special ones often, and others."""
    words = [word for word, name in rule.conditions if name == variable]
    values = SPECIAL + [Fraction(random_numbers.randint(-3000, 3000), 1000) for _ in range(24)]
    for word in words:
        values = CERTAIN.get(word, values)
    for word in words:
        if word in FILTERS:
            values = [value for value in values if FILTERS[word](value)]
    return [random_numbers.choice(values) for _ in range(POINTS)]


def build_term(builder: GraphBuilder, term: Pattern) -> int:
    if term.variable:
        return builder.input(term.variable)
    if term.operation is None:
        assert term.value is not None
        return builder.constant(term.value)
    operands = [build_term(builder, operand) for operand in term.operands]
    return builder.append(Node(term.operation, tuple(operands)))


def both_sides(rule: Rule) -> Graph:
    builder = GraphBuilder()
    sides = [build_term(builder, parse(text)) for text in (rule.left, rule.right)]
    names = ("left", "right")
    outputs = tuple(OutputDeclaration(n, s) for n, s in zip(names, sides, strict=True))
    return builder.build((), outputs)


def faults(rule: Rule, seed: int = 1) -> list[str]:
    """What is wrong with a rule at sampled points; nothing if it is right."""
    random_numbers = random.Random(f"{rule.name} {seed}")  # noqa: S311
    names = sorted(rule.pattern.variables())
    columns = {name: sample_column(rule, name, random_numbers) for name in names}
    for number, point in enumerate(itertools.product(SPECIAL[::3], repeat=len(names))):
        # Corners where several variables are equal or special at once, as far as conditions permit.
        if number < POINTS and all(
            value in columns[name] for name, value in zip(names, point, strict=True)
        ):
            for name, value in zip(names, point, strict=True):
                columns[name].append(value)
    found = evaluate_points(both_sides(rule), columns)
    told: list[str] = []
    seen = 0
    for number, (left, right) in enumerate(zip(found["left"], found["right"], strict=True)):
        point_text = {name: str(column[number]) for name, column in columns.items()}
        if left is not None and right is None:
            told.append(f"the right side has no value at {point_text}")
        elif left is None and right is not None and rule not in REMOVABLE:
            told.append(f"only the right side has a value at {point_text}")
        elif left is not None and right is not None:
            seen += 1
            if not left.overlaps(right) and abs(left - right) > flint.arb("1e-36"):
                told.append(f"{left} is not {right} at {point_text}")
    return told if seen > 5 or not names else [*told, "hardly a point in the domain"]


@each_row("rule", RULES.values(), ids=by_name)
def test_a_rule(rule: Rule) -> None:
    assert faults(rule) == []
    check_dropped_variables(rule)
    check_application(rule)
    if rule in LEVEL_1:
        assert cost(rule.right) <= cost(rule.left)
    if rule in LEVEL_2:
        assert cost(rule.right) < cost(rule.left)
    if rule.once:
        check_shared_operations(rule)


WRONG = [
    Rule("sign", "a - (-b)", "a - b"),
    Rule("value", "sin(x) * cos(x)", "sin(2 * x)"),
    Rule("root-without-absolute", "sqrt(square(x))", "x"),
    Rule("domain-too-small", "x ^ (1/3) * 1", "log(x)"),
    Rule("domain-too-large", "x * (y / x)", "y"),
    Rule("cube-root-without-condition", "x ^ (1/3)", "cbrt(x)"),
    Rule("tie", "where(x < y, 0, 1)", "where(x <= y, 0, 1)"),
    Rule("far-digit", "x * x", "square(x) + 1/100000000000000000000000"),
    Rule("boolean", "not(not(b))", "b"),
]


@pytest.mark.parametrize("rule", WRONG, ids=by_name)
def test_a_wrong_rule_is_found(rule: Rule) -> None:
    assert faults(rule) != []


def check_dropped_variables(rule: Rule) -> None:
    """What goes away must not have hidden a place without a value."""
    known = rule.pattern.variables()
    kept = rule.replacement.variables()
    assert kept <= known
    dropped = {name for name in known - kept if name not in CONSTANT_NAMES}
    if rule not in REMOVABLE:
        assert dropped <= {name for word, name in rule.conditions if word == "total"}
    assert {word for word, _ in rule.conditions} <= {*FACTS, *NUMBERS}
    assert {name for _, name in rule.conditions} <= known


COSTS = {
    Operation.NEGATE: 1,
    Operation.ADD: 4,
    Operation.SUBTRACT: 4,
    Operation.MULTIPLY: 16,
    Operation.SQUARE: 10,
    Operation.CUBE: 24,
    Operation.DIVIDE: 60,
    Operation.ABSOLUTE: 4,
    Operation.NOT: 1,
    Operation.AND: 1,
    Operation.OR: 1,
    Operation.EQUAL: 3,
    Operation.LESS: 4,
    Operation.LESS_EQUAL: 4,
    Operation.SELECT: 4,
    Operation.SIGN: 4,
    Operation.FLOOR: 1,
    Operation.CEIL: 2,
    Operation.ROUND: 2,
    Operation.RELU: 2,
    Operation.MINIMUM: 6,
    Operation.MAXIMUM: 6,
    Operation.CLAMP: 12,
    Operation.ATAN2: 120,
}
CONSTANT_PRODUCT = 6
CONSTANT_SUM = 3
FUNCTION = 40


def is_constant(term: Pattern) -> bool:
    if term.variable:
        return term.variable in CONSTANT_NAMES
    return all(is_constant(operand) for operand in term.operands)


def cost(text: str) -> int:
    """The rough size of the hardware of a term; equal parts are built once."""
    total = 0
    pending, met = [parse(text)], set()
    while pending:
        term = pending.pop()
        if term in met or term.operation is None or is_constant(term):
            continue
        met.add(term)
        is_scaled = any(is_constant(operand) for operand in term.operands)
        if term.operation is Operation.MULTIPLY and Pattern(value=Fraction(2)) in term.operands:
            pass  # a shift
        elif term.operation is Operation.MULTIPLY and is_scaled:
            total += CONSTANT_PRODUCT
        elif term.operation in (Operation.ADD, Operation.SUBTRACT) and is_scaled:
            total += CONSTANT_SUM
        else:
            total += COSTS.get(term.operation, FUNCTION)
        pending.extend(term.operands)
    return total


def instance(rule: Rule) -> tuple[Graph, dict[str, Facts], dict[str, list[Fraction]]]:
    """The left side as a graph with values for the constants, facts for the inputs, and points."""
    random_numbers = random.Random(rule.name)  # noqa: S311
    columns = {name: sample_column(rule, name, random_numbers) for name in rule.pattern.variables()}
    builder = GraphBuilder()
    indices: dict[Pattern, int] = {}
    pending = [rule.pattern]
    while pending:
        term = pending[-1]
        waiting = [operand for operand in term.operands if operand not in indices]
        if waiting:
            pending += waiting
            continue
        pending.pop()
        if term.variable in CONSTANT_NAMES and term.variable:
            values = [value for value in columns[term.variable] if value not in (0, 1, -1)]
            indices[term] = builder.constant((values or columns[term.variable])[0])
        elif term.operation is not None and term.operands:
            operands = (indices[operand] for operand in term.operands)
            indices[term] = builder.apply(term.operation, *operands)
        else:
            indices[term] = build_term(builder, term)
    facts = {name: Fact.TOTAL | FACTS[word] for word, name in rule.conditions if word in FACTS}
    for word, name in rule.conditions:
        if word in FACTS:
            facts[name] |= FACTS[word]
    return builder.build((), (OutputDeclaration("y", indices[rule.pattern]),)), facts, columns


def check_application(rule: Rule) -> None:
    graph, facts, columns = instance(rule)
    rewriter = Rewriter(RuleTable((rule,)), facts)
    rewritten = rewriter.sweep(graph)
    assert rule.name in rewriter.applied
    before = evaluate_points(graph, columns)["y"]
    after = evaluate_points(rewritten, columns)["y"]
    for left, right in zip(before, after, strict=True):
        if left is not None:
            assert right is not None
            assert left.overlaps(right) or abs(left - right) < flint.arb("1e-36")


def check_shared_operations(rule: Rule) -> None:
    """With all inner operations used elsewhere, nothing is gained, so nothing happens."""
    graph, facts, _ = instance(rule)
    extra = tuple(
        OutputDeclaration(f"shared{index}", index)
        for index, node in enumerate(graph.nodes)
        if node.operands and index != graph.outputs[0].node
    )
    shared = replace(graph, outputs=graph.outputs + extra)
    rewriter = Rewriter(RuleTable((rule,)), facts)
    rewriter.sweep(shared)
    inner = any(operand.operands for operand in rule.pattern.operands)
    assert not inner or rewriter.applied == []


def test_patterns_are_read_as_mathematics() -> None:
    assert parse("-x^2") == Pattern(
        Operation.NEGATE,
        (Pattern(Operation.POWER, (Pattern(variable="x"), Pattern(value=Fraction(2)))),),
    )
    assert parse("a - b - x") == Pattern(
        Operation.SUBTRACT,
        (
            Pattern(Operation.SUBTRACT, (Pattern(variable="a"), Pattern(variable="b"))),
            Pattern(variable="x"),
        ),
    )
    assert parse("(1/2) * x").operands[0] == Pattern(value=Fraction(1, 2))
    assert parse("pi").operation is Operation.PI
    with pytest.raises(AssertionError, match="cannot be read"):
        parse("x + $")


def test_orders_and_matching() -> None:
    assert len(orders(parse("c + (d + x)"))) == 4
    builder = GraphBuilder()
    x, two = builder.input("x"), builder.constant(2)
    sine = builder.apply(Operation.SIN, x)
    nodes = builder.nodes
    assert Matcher.of(parse("x * x")).match((sine, sine), nodes) is not None
    assert Matcher.of(parse("x * x")).match((sine, x), nodes) is None
    assert Matcher.of(parse("c * x")).match((sine, two), nodes) is None
    found = Matcher.of(parse("c * sin(x)")).match((two, sine), nodes)
    assert found is not None
    assert found.variables == {"c": two, "x": x}
    assert found.inner == (sine,)


UNARY = [o for o in Operation if o.arity == 1]
BINARY = [o for o in Operation if o.arity == 2] + [
    Operation.ADD,
    Operation.MINIMUM,
    Operation.MAXIMUM,
]
INTERVALS = {
    NEGATIVE: (Fraction(-3), Fraction(-1, 8)),
    Fact.NONPOSITIVE: (Fraction(-3), Fraction(0)),
    Fact.NONE: (Fraction(-3), Fraction(3)),
    Fact.NONNEGATIVE: (Fraction(0), Fraction(3)),
    POSITIVE: (Fraction(1, 8), Fraction(3)),
}


@each_row("operation", [*UNARY, *BINARY], ids=str)
def test_facts_hold_at_sampled_points(operation: Operation) -> None:
    """Whatever is claimed of the sign and the domain is true on ranges of every kind."""
    names = "ab"[: 1 if operation.arity == 1 else 2]
    builder = GraphBuilder()
    node = Node(operation, tuple(builder.input(name) for name in names))
    graph = builder.build((), (OutputDeclaration("y", builder.append(node)),))
    for ranges in itertools.product(INTERVALS.values(), repeat=len(names)):
        operands = [of_range(low, high) for low, high in ranges]
        facts = of_node(node, operands, graph.nodes)
        axes = [[value for value in SPECIAL if low <= value <= high] for low, high in ranges]
        points = list(itertools.product(*axes))
        columns = {name: [p[i] for p in points] for i, name in enumerate(names)}
        for value in evaluate_points(graph, columns)["y"]:
            if value is None:
                assert not facts & Fact.TOTAL
                continue
            assert not (holds(facts, Fact.NONNEGATIVE) and value < 0)
            assert not (holds(facts, Fact.NONPOSITIVE) and value > 0)
            assert not (holds(facts, Fact.NONZERO) and value == 0)
            assert not holds(facts, Fact.BOOLEAN) or value in (0, 1)


def test_facts_of_inputs_permit_conditional_rules() -> None:
    rule = RULES["exp-of-log"]
    builder = GraphBuilder()
    x = builder.input("x")
    inside = builder.apply(Operation.ADD, builder.apply(Operation.SQUARE, x), builder.constant(1))
    node = builder.apply(Operation.EXP, builder.apply(Operation.LOG, inside))
    graph = builder.build((), (OutputDeclaration("y", node),))
    rewriter = Rewriter(RuleTable((rule,)), {})
    assert rewriter.sweep(graph).nodes[-1].operation is Operation.ADD
    bare = GraphBuilder()
    node = bare.apply(Operation.EXP, bare.apply(Operation.LOG, bare.input("x")))
    graph = bare.build((), (OutputDeclaration("y", node),))
    assert Rewriter(RuleTable((rule,)), {}).sweep(graph) == graph
    rewritten = Rewriter(RuleTable((rule,)), {"x": POSITIVE}).sweep(graph)
    assert rewritten.nodes == (Node(Operation.INPUT, name="x"),)
