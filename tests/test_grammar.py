"""The native language: what every construct means, where its nodes stand, and which names become what."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from symhdl.grammar import parse, parse_constant

from symhdl.errors import Source, SymhdlError
from symhdl.evaluate import evaluate
from symhdl.functions.operation import FUNCTION_NAMES, Operation
from symhdl.ir.graph import Graph
from tests.rows import each_row

VALUES = {"x": 2.0, "y": 3.0, "z": 0.5}


def graph_of(text: str, *definitions: str) -> Graph:
    sources = [Source("--define", definition) for definition in definitions]
    parsed = parse(Source("test", text), sources)
    graph: Graph = parsed.graph
    return graph


def value_of(text: str, *definitions: str, **values: float) -> float:
    """The only output of the program at x = 2, y = 3, z = 0.5."""
    (result,) = evaluate(graph_of(text, *definitions), VALUES | values).values()
    return float(result)


def warnings_of(text: str) -> list[str]:
    return [warning.id for warning in parse(Source("test", text)).warnings]


@each_row(
    ("text", "value"),
    [
        ("-x^2", -4),
        ("-2^2", -4),
        ("(-2)^2", 4),
        ("-2**2", -4),
        ("2^-3", 1 / 8),
        ("2^3^2", 512),
        ("2^-1^2", 1 / 2),
        ("-x^-2", -1 / 4),
        ("x²", 4),
        ("x⁻¹ + y¹⁰", 0.5 + 3**10),
        ("-x²", -4),
        ("- -0.5", 0.5),
        ("x - -0.5", 2.5),
        ("x--y", 5),
        ("--x", 2),
        ("+x", 2),
        ("-(-(x))", 2),
        ("x*-y", -6),
        ("x/-y", -2 / 3),
        ("12/x/y", 2),
        ("12/x*y", 18),
        ("x-y-z", -1.5),
        ("x-(y-z)", -0.5),
        ("x+y*z", 3.5),
        ("(x+y)*z", 2.5),
        ("{x+y}*z", 2.5),
        ("2*x^2*y", 24),
        ("x×y·z÷2", 1.5),
        ("x − y", -1),
        ("x < y", 1),
        ("x > y", 0),
        ("x + 1 <= y", 1),
        ("x >= y", 0),
        ("x ≥ 2", 1),
        ("x == 2", 1),
        ("x != 2", 0),
        ("x ≠ y", 1),
        ("(x > 1) - x", -1),
        ("1 < x < y", 1),
        ("1 < x > y", 0),
        ("z < x < y <= 3", 1),
        ("z < x < y < 3", 0),
        ("x < y and y < x", 0),
        ("x < y or y < x", 1),
        ("not x < y", 0),
        ("not not x < y", 1),
        ("!(x < y)", 0),
        ("~(x < y) | (z < 1)", 1),
        ("x < y && y < 4 || y < 0", 1),
        ("y < 0 and y < 1 or x < y", 1),
        ("y < 0 and (y < 1 or x < y)", 0),
        ("not y < 0 and x < y", 1),
        ("(x < y) & (z < 0)", 0),
        ("if x < y then x else y", 2),
        ("if x > y then x else if z > 0 then 7 else 8", 7),
        ("x if x > y else y", 3),
        ("1 if x > y else 2 if z > 1 else 3", 3),
        ("2 * (if x < y then x else y) + 1", 5),
        ("where(x > y, x, y)", 3),
        ("where(x > 1 and y > 1, 1 < x, x < 1)", 1),
        ("min(y, x, z)", 0.5),
        ("max(y, x, z)", 3),
        ("max(x)", 2),
        ("clamp(y, 0, 1)", 1),
        ("argmax(z, y, x)", 1),
        ("argmax(x)", 0),
        ("atan2(z, x)", math.atan2(0.5, 2)),
        ("sub(add(x, y), mul(x, div(y, x)))", 2),
        ("pow(x, neg(z))", 2**-0.5),
        ("ln(x) - log(x)", 0),
        ("pi", math.pi),
        ("π", math.pi),
        ("e^x", math.e**2),
        ("1/3", 1 / 3),
        ("where(True, x, y) + where(false, x, y)", 5),
        ("Piecewise((x, y < 0), (y, x < 0), (z, True))", 0.5),
    ],
)
def test_value(text: str, value: float) -> None:
    assert value_of(text) == pytest.approx(value, rel=1e-12, abs=1e-12)


@each_row("name", [n for n, o in FUNCTION_NAMES.items() if o.arity > 0])
def test_every_function_is_spelt_as_in_the_table(name: str) -> None:
    operation = FUNCTION_NAMES[name]
    arguments = ["x < y", "x", "y"] if operation is Operation.SELECT else ["x", "y", "z"]
    graph = graph_of(f"{name}({', '.join(arguments[: operation.arity])})")
    assert graph.nodes[graph.outputs[0].node].operation is operation


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", Fraction(1, 10)),
        ("-0.1", Fraction(-1, 10)),
        ("4.5f0", Fraction(9, 2)),
        ("0x1.8p3", Fraction(12)),
        ("1.39e-001", Fraction(139, 1000)),
        ("6.02214076e23", Fraction(602214076 * 10**15)),
    ],
)
def test_numbers_are_exact(text: str, value: Fraction) -> None:
    (node,) = graph_of(text).nodes
    assert node.value == value


def test_a_quotient_of_numbers_stays_a_quotient() -> None:
    graph = graph_of("1/3")
    assert graph.nodes[graph.outputs[0].node].operation is Operation.DIVIDE


def test_powers_are_not_expanded() -> None:
    graph = graph_of("x^3")
    assert [node.operation for node in graph.nodes].count(Operation.POWER) == 1


def test_equal_expressions_are_one_node() -> None:
    graph = graph_of("a = sin(x*y)\nb = sin(y*x) + 1\nc = a + b")
    assert [node.operation for node in graph.nodes].count(Operation.SIN) == 1


def test_spans_tell_where_nodes_stand() -> None:
    text = "z = (x + y) * sin( x )\n"
    graph = graph_of(text)
    found = {}
    for node, span in zip(graph.nodes, graph.spans, strict=True):
        assert span is not None
        found[node.operation] = text[span.start : span.end]
    assert found == {
        Operation.INPUT: "y",
        Operation.ADD: "(x + y)",
        Operation.SIN: "sin( x )",
        Operation.MULTIPLY: "(x + y) * sin( x )",
    }


def test_spans_of_functions_stand_in_their_definition() -> None:
    graph = graph_of("f(x)", "f(u) = sin(u) + 1")
    (span,) = (
        s for n, s in zip(graph.nodes, graph.spans, strict=True) if n.operation is Operation.SIN
    )
    assert span is not None
    assert (span.source.name, span.line, span.column) == ("--define", 1, 8)


@pytest.mark.parametrize(
    "text",
    [
        "y = x +\n  1\nz = y*2",
        "y = x\n  + 1\nz = y*2",
        "y = x + 1; z = y*2",
        "y = (x\n+ 1)\nz = y\n* 2",
        "y = x + 1 # a comment; w = 3\n\n\n  # another\nz = y*2;",
        "\ufeffy = x + 1\r\nz = y*2\r\n",
        "z = y*2\ny = x + 1",
        "    y = x + 1\n    z = y*2",
        "z = max(\n  (x + 1)*2,\n  -100\n)",
    ],
)
def test_statements_and_lines(text: str) -> None:
    graph = graph_of(text)
    assert [output.name for output in graph.outputs] == ["z"]
    assert evaluate(graph, VALUES)["z"] == 6


def test_a_sign_at_the_start_of_a_line_begins_a_statement() -> None:
    graph = graph_of("x + 1\n-x")
    assert [output.name for output in graph.outputs] == ["y0", "y1"]


def test_a_conditional_over_several_lines() -> None:
    assert value_of("r = if x < y\nthen 1\nelse 2") == 1


@each_row(
    ("text", "names"),
    [
        ("x*2", ["y"]),
        ("y*2", ["z"]),
        ("y*z", ["result"]),
        ("x; x*2", ["y0", "y1"]),
        ("y0; x*2", ["z0", "z1"]),
        ("a = x; b = a; c = x", ["b", "c"]),
        ("a = x; b = a; output a", ["a"]),
        ("a = x; b = a; output b, a", ["b", "a"]),
        ("output a = x\nb = x + 1", ["a"]),
        ("a = x; x + 1", ["a", "y"]),
        ("a = x; a + 1", ["y"]),
    ],
)
def test_outputs(text: str, names: list[str]) -> None:
    assert [output.name for output in graph_of(text).outputs] == names


def test_inputs_stand_as_declared_then_as_met() -> None:
    graph = graph_of("y = q + k\nk = c*b\ninput b, a\n")
    assert [declaration.name for declaration in graph.inputs] == ["b", "a", "q", "c"]


@each_row(
    "name",
    ["Δx", "x₁", "R'", "x′", "größe", "数", "_private", "in_", "x̂", "e1", "iffy", "andy", "notx"],
)
def test_names(name: str) -> None:
    assert [declaration.name for declaration in graph_of(f"2*{name}").inputs] == [name]


def test_words_that_are_reserved_only_in_declarations() -> None:
    graph = graph_of("input in, error in [0, 1]\noutput z = error - in error <= 2^-4")
    assert [declaration.name for declaration in graph.inputs] == ["in", "error"]
    assert graph.outputs[0].error == Fraction(1, 16)


def test_an_index_is_part_of_the_name() -> None:
    graph = graph_of("x[14] + x14 * x[2]")
    assert [declaration.name for declaration in graph.inputs] == ["x14", "x2"]


def test_composed_and_decomposed_letters_are_one_name() -> None:
    assert len(graph_of("\u00e9 + e\u0301").inputs) == 1


def test_e_is_a_constant_unless_it_is_something_else() -> None:
    assert [d.name for d in graph_of("e^x").inputs] == ["x"]
    assert [d.name for d in graph_of("input e\n2*e").inputs] == ["e"]
    assert value_of("e = 5\n2*e") == 10
    assert value_of("f(e) = e + 1\nf(4)") == 5
    parsed = parse(Source("test", "2*e"), inputs=["e"])
    assert [declaration.name for declaration in parsed.graph.inputs] == ["e"]
    assert [d.name for d in graph_of("2*E").inputs] == ["E"]


def test_functions() -> None:
    assert value_of("f(u) = u^2 + 1\nf(x) + f(y)") == 15
    assert value_of("f(a, b) = a - b\ng(a) = f(a, 1)*2\ng(f(y, x))") == 0
    assert value_of("g(1)\ng(a) = h(a) + h(2*a)\nh(a) = a*x") == 6
    assert value_of("k = 4\nf(u) = k*u\nf(x)") == 8
    assert value_of("x + inv2(y)", "inv2(x) = 1/x^2") == pytest.approx(2 + 1 / 9)


def test_definitions_of_the_user_go_before_the_table() -> None:
    assert value_of("sin(x)", "sin(t) = t + 1") == 3
    assert value_of("gauss(u) = exp(u)\ngauss(0)") == 1


def test_functions_of_one_name_differ_in_the_number_of_arguments() -> None:
    assert value_of("L(a) = a\nL(a, b) = a*b\nL(x) + L(x, y)") == 8


def test_equal_calls_are_expanded_once() -> None:
    doubling = "\n".join(f"f{n}(u) = f{n - 1}(u) + f{n - 1}(u)" for n in range(1, 200))
    graph = graph_of(f"f0(u) = u\n{doubling}\nf199(x)")
    assert len(graph.nodes) == 200


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2^-10", Fraction(1, 1024), Fraction(1, 1024)),
        ("-1/3", Fraction(-1, 3), Fraction(-1, 3)),
        ("min(1, 2) + abs(-3)", Fraction(4), Fraction(4)),
        ("1e-3", Fraction(1, 1000), Fraction(1, 1000)),
        ("4^0.5", Fraction(2), Fraction(2)),
        ("sin(pi/6) - mod(3*pi, pi)", Fraction(1, 2), Fraction(1, 2)),
        ("floor(exp(5))", Fraction(148), Fraction(148)),
    ],
)
def test_rational_constants(text: str, low: Fraction, high: Fraction) -> None:
    assert parse_constant(Source("test", text)) == (low, high)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("pi", "3.14159265358979323846264338327950288419716939937510"),
        ("-pi", "-3.14159265358979323846264338327950288419716939937510"),
        ("e", "2.71828182845904523536028747135266249775724709369995"),
        ("sqrt(2)", "1.41421356237309504880168872420969807856967187537694"),
        ("1/pi^2", "0.10132118364233777144387946320972763890435877467226"),
        ("exp(1)", "2.71828182845904523536028747135266249775724709369995"),
        ("2^-0.5", "0.70710678118654752440084436210484903928483593768847"),
        ("sin(1)", "0.84147098480789650665250232163029899962256306079837"),
    ],
)
def test_irrational_constants_are_enclosed(text: str, value: str) -> None:
    low, high = parse_constant(Source("test", text))
    assert low < high
    assert high - low < Fraction(1, 10**45)
    assert low - Fraction(1, 10**45) < Fraction(value) < high + Fraction(1, 10**45)


@each_row(
    "text",
    [
        "x",
        "1/0",
        "2^2^2^2^2^2",
        "exp(exp(exp(100)))",
        "sin(1e4000)",
        "",
        "a = 3",
        "1; 2",
        "(-1)^0.5",
        "1/(pi-pi)",
    ],
)
def test_what_is_no_constant(text: str) -> None:
    with pytest.raises(SymhdlError) as caught:
        parse_constant(Source("test", text))
    assert caught.value.diagnostics[0].id == "no-constant"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("x + y", []),
        ("input x, y\nx + y + w", ["undeclared-name"]),
        ("input x, y\nx + 1", ["unused-input"]),
        ("a = x\noutput b = x", ["unused-name"]),
        ("2*e", ["constant-e"]),
        ("e^x + e^-x", []),
    ],
)
def test_warnings(text: str, ids: list[str]) -> None:
    assert warnings_of(text) == ids


@pytest.mark.parametrize("text", ["sin^2*x", "sqrt - x", "f(u) = u\ny = f*x", "log*2"])
def test_a_function_without_arguments_is_no_input(text: str) -> None:
    with pytest.raises(SymhdlError) as caught:
        parse(Source("test", text))
    assert [d.id for d in caught.value.diagnostics] == ["function-as-name"]


def test_a_declared_name_may_be_that_of_a_function() -> None:
    assert warnings_of("input sin\n2*sin") == []
    assert warnings_of("f(u) = u\nf = 3\ny = f*x") == []
    assert not parse(Source("test", "2*power"), inputs=["power"]).warnings


@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("y == x + 1", True),
        ("a = 2; y == a*x", True),
        ("x == x + 1", False),
        ("x == 3", False),
        ("input x, y; y == x + 1", False),
        ("z = y == x + 1", False),
    ],
)
def test_an_equation_by_itself_is_asked_back(text: str, is_asked: bool) -> None:
    try:
        parse(Source("test", text))
        found = []
    except SymhdlError as caught:
        found = [d.id for d in caught.diagnostics]
    assert found == (["equation"] if is_asked else [])
