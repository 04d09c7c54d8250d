"""Arithmetic in the form that is worth least: equal values whatever the form, and the forms that are found."""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import symhdl
from symhdl.cost.operators import Fabric, fabric_of
from symhdl.design import Design, Pass
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, GraphBuilder, InputDeclaration, OutputDeclaration
from symhdl.numeric.fixed import FixedFormat
from symhdl.passes.expand import Expand
from symhdl.passes.flatten import Flatten
from symhdl.passes.fold import Fold
from symhdl.rewriting.building import graph_of, last_step
from symhdl.rewriting.forms import multiplied_out, with_divisors_outside, with_shared_products
from symhdl.rewriting.polynomials import polynomials_of
from symhdl.rewriting.search import all_forms, cheapest_form, nonnegative_nodes
from symhdl.rewriting.worth import Leaf, ranges_of, worth_of
from symhdl.targets.target import load_target
from tests.errors_of_design import assert_bounds_hold, compiled, read, request_of
from tests.graph_checks import assert_equal_values, operations, run
from tests.work import lines_run

NAMES = "abcd"
FABRIC = fabric_of(load_target("ecp5-85k"), "none", clocked=True, frequency_mhz=200.0)
LEAVES = [Leaf(0.5, 2.0, 8)] * len(NAMES)


@st.composite
def arithmetic(draw: st.DrawFn) -> Graph:
    """Sums, products, quotients and roots of positive numbers, and differences of which no root is taken."""
    builder = GraphBuilder()
    positive = [builder.input(name) for name in NAMES]
    positive += [builder.constant(draw(st.sampled_from([Fraction(3), Fraction(2, 5)])))]
    nodes = list(positive)
    for _ in range(draw(st.integers(2, 14))):
        kind = draw(st.sampled_from("++**-2/rc"))
        a, b = draw(st.sampled_from(nodes)), draw(st.sampled_from(nodes))
        base = draw(st.sampled_from(positive))
        if kind == "/":
            made = builder.apply(Operation.INVERSE, base)
        elif kind in "rc":
            exponent = builder.constant(draw(st.sampled_from([Fraction(-1, 2), Fraction(2, 3)])))
            made = builder.apply(Operation.SQUARE_ROOT, base)
            if kind == "c":
                made = builder.apply(Operation.POWER, base, exponent)
        elif kind == "2":
            made = builder.apply(Operation.SQUARE, a)
        else:
            operation = {"+": Operation.ADD, "*": Operation.MULTIPLY, "-": Operation.SUBTRACT}[kind]
            made = builder.apply(operation, a, b)
        nodes.append(made)
        operands = builder.nodes[made].operands
        if kind != "-" and all(operand in positive for operand in operands):
            positive.append(made)
    outputs = (nodes[-1], draw(st.sampled_from(nodes)))
    assume(all(builder.nodes[node].operands for node in outputs))
    return graph_with(builder, outputs)


def graph_with(builder: GraphBuilder, outputs: tuple[int, ...]) -> Graph:
    return builder.build(
        tuple(InputDeclaration(name) for name in NAMES),
        tuple(OutputDeclaration(f"y{k}", node) for k, node in enumerate(outputs)),
    )


def columns(seed: int, low: int, high: int, count: int = 12) -> dict[str, list[Fraction]]:
    number = random.Random(seed)  # noqa: S311
    return {
        name: [Fraction(number.randint(16 * low, 16 * high), 16) for _ in range(count)]
        for name in NAMES
    }


@settings(max_examples=40)
@given(arithmetic(), st.integers(0, 1000), st.sampled_from([1, 2]))
def test_every_form_has_the_same_values(graph: Graph, seed: int, level: int) -> None:
    points = columns(seed, 1, 4)
    for column in points.values():
        column[:] = [value / 2 for value in column]
    assume(ranges_of(graph, LEAVES) is not None)
    polynomials = polynomials_of(graph, nonnegative_nodes(graph, LEAVES))
    for form in itertools.chain.from_iterable(all_forms(polynomials, LEAVES, level)):
        made = graph_of(form, graph, [False] * len(NAMES), [0.0] * len(NAMES))
        assert_equal_values(graph, made, points)


@settings(max_examples=40)
@given(arithmetic(), st.integers(0, 1000))
def test_what_is_done_before_factoring_keeps_the_values(graph: Graph, seed: int) -> None:
    points = columns(seed, 1, 2)
    assume(ranges_of(graph, LEAVES) is not None)
    polynomials = polynomials_of(graph, nonnegative_nodes(graph, LEAVES))
    for step in (with_divisors_outside, multiplied_out, with_shared_products):
        made = graph_of(step(polynomials), graph, [False] * len(NAMES), [0.0] * len(NAMES))
        assert_equal_values(graph, made, points)


def part(text: str) -> Graph:
    """The arithmetic of a text, as the passes before leave it."""
    return run(read(text).graph, Fold(), Flatten(), Expand(), Flatten(), Fold())


def form_of(
    text: str, *, low: float = -1.0, level: int = 1, fabric: Fabric = FABRIC, error: float = 2**-9
) -> Counter[Operation]:
    """The operations of the form that is found, inputs of 8 fractional bits from `low` to 2."""
    graph = part(text)
    leaves = [Leaf(low, 2.0, 8) for _ in graph.inputs]
    found = cheapest_form(graph, leaves, [error] * len(graph.outputs), fabric, level)
    number = random.Random(text)  # noqa: S311
    points = {
        entry.name: [Fraction(number.randint(8, 32), 16) for _ in range(12)]
        for entry in graph.inputs
    }
    assert_equal_values(graph, found, points)
    return operations(found)


FORMS = [
    ("x*z + y*z", -1.0, {"MULTIPLY": 1, "SQUARE": 0}),
    ("0.3*x + 0.3*y", -1.0, {"MULTIPLY": 1}),
    ("x^2 - 2*x*y + y^2", -1.0, {"MULTIPLY": 0, "SQUARE": 1}),
    ("a*c - a*d - b*c + b*d", -1.0, {"MULTIPLY": 1}),
    ("a*(f*i - g*h) + b*(g*u - d*i) + c*(d*h - f*u)", -1.0, {"MULTIPLY": 9}),
    ("a*f*i - a*g*h + b*g*u - b*d*i + c*d*h - c*f*u", -1.0, {"MULTIPLY": 9}),
    ("(x + y)^2 - (x - y)^2", -1.0, {"SQUARE": 0}),
    ("(a*b + a*c)/(d*a)", 0.25, {"INVERSE": 1, "MULTIPLY": 1}),
    ("x/d + y/d", 0.25, {"INVERSE": 1, "MULTIPLY": 1}),
    ("(a + b)/(1 + a*b/c)", 0.25, {"INVERSE": 1}),
    ("sqrt(a)*sqrt(b)*sqrt(a*b)", 0.25, {"SQUARE_ROOT": 0, "MULTIPLY": 1}),
    ("u = a*b + a*c\nv = 3*b*d + 3*c*d", -1.0, {"ADD": 1}),
]


@pytest.mark.parametrize(("text", "low", "expected"), FORMS, ids=[text for text, _, _ in FORMS])
def test_forms_that_are_found(text: str, low: float, expected: dict[str, int]) -> None:
    found = form_of(text, low=low)
    assert {name: found[Operation[name]] for name in expected} == expected


def test_what_pays_nowhere_stays() -> None:
    for text in ("x*y + z", "x*y + z*w", "x + y*z - w*z*y*0 + z"):
        graph = part(text)
        leaves = [Leaf(-1.0, 1.0, 8) for _ in graph.inputs]
        assert cheapest_form(graph, leaves, [2**-8], FABRIC, 2) is graph


@pytest.mark.parametrize("exponent", range(1, 65))
def test_powers_take_few_products(exponent: int) -> None:
    """No more than by repeated squares, and for 15 and 27 as few as can be."""
    steps, waiting = 0, [exponent]
    while waiting:
        power = waiting.pop()
        if power == 1:
            continue
        inner, outer, is_sum = last_step(power)
        if power == 2:
            steps += 1
            continue
        if is_sum:
            assert inner + outer == power
            steps += 1
            waiting.append(inner)
        else:
            assert inner * outer == power
            waiting += [inner, outer]
    binary = exponent.bit_length() + exponent.bit_count() - 2
    assert steps <= binary
    assert (exponent, steps) not in ((15, 6), (27, 7))


def test_a_form_is_not_later() -> None:
    """Horner's form of a sum takes less and is as deep as the products, or it is not taken."""
    graph = part("a*b*c*d + a*b*c + a*b + a")
    leaves = [Leaf(-1.0, 1.0, 8) for _ in graph.inputs]
    before = worth_of(graph, leaves, [2**-8], FABRIC)
    after = worth_of(cheapest_form(graph, leaves, [2**-8], FABRIC, 2), leaves, [2**-8], FABRIC)
    assert before is not None
    assert after is not None
    assert after.delay_ns <= before.delay_ns
    assert after.luts <= before.luts


def test_a_form_that_is_later_saves_more() -> None:
    """Horner's form of a cubic in three variables is a little deeper, and takes a third less."""
    graph = part("0.7*a*b*c + 1.3*a*b - 0.4*a*c^2 + 0.9*b^2*c + 0.25*a^2*b - 0.6*c")
    leaves = [Leaf(-1.0, 1.0, 11) for _ in graph.inputs]
    before = worth_of(graph, leaves, [2**-9], FABRIC)
    after = worth_of(cheapest_form(graph, leaves, [2**-9], FABRIC, 1), leaves, [2**-9], FABRIC)
    assert before is not None
    assert after is not None
    assert before.delay_ns < after.delay_ns < 1.2 * before.delay_ns
    assert after.luts < 0.75 * before.luts


def test_work_is_linear() -> None:
    """Twice as many terms take about twice the work, and a long sum comes to an end."""

    def search(terms: int) -> None:
        builder = GraphBuilder()
        inputs = [builder.input(f"x{k}") for k in range(terms)]
        products = [
            builder.apply(Operation.MULTIPLY, inputs[k], inputs[(k * 7 + 1) % terms])
            for k in range(terms)
        ]
        root = builder.apply(Operation.ADD, *products)
        graph = builder.build(
            tuple(InputDeclaration(f"x{k}") for k in range(terms)), (OutputDeclaration("y", root),)
        )
        cheapest_form(graph, [Leaf(-1.0, 1.0, 8)] * terms, [2**-8], FABRIC, 1)

    search(20)
    one, two = lines_run(lambda: search(150)), lines_run(lambda: search(300))
    assert two < 3 * one


DESIGNS = [
    ("(a*b + a*c)/(d*a)", (1, 2)),
    ("(x + y)/(1 + x*y/z^2)", (1, 2)),
    ("x^2 - 2*x*y + y^2", (-1, 1)),
    ("if x > 1.5 then (x*z + y*z)/(x - 1) else x*y + x*z", (1, 2)),
    ("sqrt(x)*sqrt(y)*sqrt(x*y*z)", (1, 2)),
    ("exp(x*z + y*z)*x + x*y", (-1, 1)),
]


@pytest.mark.parametrize(("text", "ends"), DESIGNS, ids=[text for text, _ in DESIGNS])
@pytest.mark.parametrize("level", [1, 2])
def test_bounds_hold(text: str, ends: tuple[int, int], level: int) -> None:
    ranges = dict.fromkeys(sorted(set(re.findall(r"\b[a-z]\b", text))), ends)
    graph, design = compiled(text, request_of(ranges, width=7, opt=level))
    assert_bounds_hold(graph, design, count=2000)


def test_roots_are_split_by_proved_signs() -> None:
    """The sum is at least -1, and 0 by sums of doubles, in which x is lost beside the large numbers."""
    text = "sqrt(square(x + 1e20*u - 1e20*v)*t)*t*t + x*t"
    ranges = {"x": (-1, 1), "u": (1, 2), "v": (0, 1), "t": (1, 2)}
    design = symhdl.compile(text, ranges=ranges, width=12, error=0.01)
    point = {"x": [-1.0], "u": [1.0], "v": [1.0], "t": [1.0]}
    computed, real = design.simulate(**point), design.reference(**point)
    assert isinstance(computed, np.ndarray)
    assert isinstance(real, np.ndarray)
    assert real.tolist() == [0.0]
    assert abs(computed.item()) <= design.error_bound <= 0.01


def test_formats_of_outputs_do_not_hang_on_the_form() -> None:
    """The range of a square is proved better than that of the sum, and the output's format is that of the sum."""
    formats: list[FixedFormat] = []

    def seen(step: Pass, design: Design, _seconds: float) -> None:
        formats.extend(goal.format for goal in design.goals if step.name in ("goals", "algebra"))

    ranges = {"x": (-1, 1), "y": (-1, 1)}
    design = symhdl.compile(
        "x^2 - 2*x*y + y^2", ranges=ranges, width=8, output_width=8, observer=seen
    )
    assert operations(design.design.graph)[Operation.MULTIPLY] == 0  # it was changed
    assert {port.format for port in design.datapath.outputs} == set(formats)


def test_what_decides_stays() -> None:
    """A decision was made exact as it stands."""
    request = request_of(dict.fromkeys("xyz", (-1, 1)), width=6)
    _, design = compiled("if x*z + y*z < 0.3 then x else y", request)
    assert operations(design.design.graph)[Operation.MULTIPLY] == 2
