"""Printed texts: golden ones, minimal brackets, exact constants, legal names, shared parts, large graphs."""

from __future__ import annotations

import ctypes
import math
import re
import subprocess
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import symhdl
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, GraphBuilder, InputDeclaration, Node, OutputDeclaration
from symhdl.ir.graph_text import read_graph
from symhdl.printers.numbers import decimal
from symhdl.printers.printer import LANGUAGES, print_in, source_of
from tests.rows import each_row
from tests.work import lines_run

ENDINGS = {
    "native": "sym",
    "sympy": "txt",
    "c": "c",
    "numpy": "numpy",
    "fpcore": "fpcore",
    "latex": "tex",
}

MIXER = """
input x, y : fixed<12,3> in [-3, 3]
input t : ufixed<10,0>
r = sqrt(x^2 + y^2)
z = exp(-r^2/2)*sin(3*t) + 0.25*x*y - 1/3*r
output z : fixed<14,2> error <= 2^-10
"""
SEVERAL = """
input Δx, x₁ in [0, 1]
input speed
level = sigmoid(Δx - 2*x₁)
class = argmax(level, speed, 1 - level)
limited = if speed < 0 then 0 else if speed >= 1.5 and Δx != 0 then clamp(level, -1, 1) else round(speed)
rest = mod(speed, 0.7) + abs(level)^-2 - pi*sign(x₁)*cbrt(speed)
"""
LONG = " + ".join(f"{k + 1}.25*sin(x{k}*{k + 2} - y)/(x{k + 1}^2 + 0.5)" for k in range(7))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name, text", [("mixer", MIXER), ("several", SEVERAL), ("long", LONG)])
def test_golden(name: str, text: str, language: str, golden: Callable[[str, str], None]) -> None:
    printed = print_in(symhdl.parse(text, "native"), language)
    told = "".join(f"{diagnostic.message}\n" for diagnostic in printed.warnings)
    golden(f"printers/{name}.{ENDINGS[language]}", printed.text)
    if name == "several":
        golden(f"printers/{name}.{ENDINGS[language]}.told", told)


def native(text: str) -> str:
    """The expression of the only output as it is printed."""
    lines = source_of(symhdl.parse(text, "native", inputs=["e"])).splitlines()
    (line,) = [line for line in lines if " = " in line]
    return line.partition(" = ")[2]


@each_row(
    "text, printed",
    [
        ("a - (b - c) - (d + f)", "a - (b - c) - (d + f)"),
        ("a + (b + (c - d))", "c - d + b + a"),
        ("-1.28*x + 3*y - -2*z", "3*y - 1.28*x + 2*z"),
        ("-x - y", "-x - y"),
        ("-(x + y)*-z", "(x + y)*z"),
        ("a - (-x - y)", "x + y + a"),
        ("-(-x)", "x"),
        ("(-x)^2 - x^2", "(-x)^2 - x^2"),
        ("(x^2)^3", "(x^2)^3"),
        ("2^-x", "2^(-x)"),
        ("(-2)^x", "(-2)^x"),
        ("a/(b*c)", "a/(b*c)"),
        ("a/b*c", "a/b*c"),
        ("a/(b/c)", "a/(b/c)"),
        ("(a + b)*(c - d)", "(a + b)*(c - d)"),
        ("4 < x", "x > 4"),
        ("(x > 4) - x", "(x > 4) - x"),
        ("not (x < 1 or y < 2) and z < 3", "not (x < 1 or y < 2) and z < 3"),
        ("if x < 1 then 2 else if y < 3 then 4 else 5", "if x < 1 then 2 else if y < 3 then 4 else 5"),
        ("(if x < 1 then 2 else 3) + y", "(if x < 1 then 2 else 3) + y"),
        ("x^0.5 + x^-1", "sqrt(x) + 1/x"),
        ("0.1*x + 1e-7*y + 2^70*z", "0.1*x + 1e-7*y + 2^70*z"),
    ],
)  # fmt: skip
def test_no_brackets_but_those_needed(text: str, printed: str) -> None:
    assert native(text) == printed


def test_constants_and_inputs_of_one_name_are_told_apart() -> None:
    builder = GraphBuilder()
    total = builder.apply(Operation.ADD, builder.input("e"), builder.append(Node(Operation.E)))
    graph = builder.build((InputDeclaration("e"),), (OutputDeclaration("y", total),))
    again = symhdl.parse(source_of(graph), "native")
    (name,) = [declared.name for declared in again.inputs]
    point: dict[str, Any] = {name: 1.0}
    assert float(again.evaluate(**point)) == pytest.approx(1 + math.e)


@each_row(
    "value, text",
    [
        ("0", "0"), ("-3", "-3"), ("1/8", "0.125"), ("-1/1000", "-0.001"), ("1/100000", "1e-5"),
        ("12/10000000", "1.2e-6"), ("10000000000000000", "1e16"), ("1234567", "1234567"), ("1/3", None),
        (f"1/{2**80}", None),
    ],
)  # fmt: skip
def test_decimals_are_exact(value: str, text: str | None) -> None:
    assert decimal(Fraction(value)) == text


def constant(value: Fraction) -> Graph:
    builder = GraphBuilder()
    product = builder.apply(Operation.MULTIPLY, builder.input("x"), builder.constant(value))
    return builder.build((InputDeclaration("x"),), (OutputDeclaration("y", product),))


def test_quotients_are_no_integer_divisions() -> None:
    third = constant(Fraction(1, 3))
    assert "1.0/3.0*x" in source_of(third, "c")
    assert "1/3*x" in source_of(third, "numpy")
    assert source_of(third, "sympy") == "Rational(1, 3)*x\n"
    assert "(* 1/3 x)" in source_of(third, "fpcore")
    assert r"\frac{1}{3} x" in source_of(third, "latex")


@pytest.mark.parametrize("value", [Fraction(10**400), Fraction(1, 10**400)])
@pytest.mark.parametrize("language", ["c", "numpy"])
def test_constants_beyond_double_are_refused(value: Fraction, language: str) -> None:
    with pytest.raises(symhdl.SymhdlError, match="beyond double precision"):
        source_of(constant(value), language)


def named(*names: str) -> Graph:
    builder = GraphBuilder()
    total = builder.apply(Operation.ADD, *(builder.input(name) for name in names))
    inputs = tuple(InputDeclaration(name) for name in names)
    return builder.build(inputs, (OutputDeclaration("y", total),))


NASTY = (
    "Δx",
    "delta_x",
    "x₁",
    "x1",
    "10m_speed",
    "x.re",
    "double",
    "lambda",
    "sin",
    "e",
    "t1",
    "x_{1}",
    '"*/\n"""',
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_become_legal_and_distinct_and_are_told(language: str) -> None:
    printed = print_in(named(*NASTY), language)
    told = [warning for warning in printed.warnings if warning.id == "renamed"]
    assert any("10m_speed" in warning.message for warning in told)
    if language != "native":
        assert any("Δx" in warning.message for warning in told)
    again = symhdl.parse(printed.text, language)
    assert len(again.inputs) == len(NASTY)


def doublings(count: int) -> Graph:
    builder = GraphBuilder()
    node = builder.input("x")
    for _ in range(count):
        node = builder.apply(Operation.SIN, builder.apply(Operation.MULTIPLY, node, node))
        node = builder.apply(Operation.ADD, node, builder.apply(Operation.COS, node))
    return builder.build((InputDeclaration("x"),), (OutputDeclaration("y", node),))


@pytest.mark.parametrize("language", LANGUAGES)
def test_shared_parts_are_written_once(language: str) -> None:
    assert len(source_of(doublings(60), language)) < 10_000


def chain(operations: int) -> Graph:
    builder = GraphBuilder()
    x = node = builder.input("x")
    for count in range(operations // 2):
        node = builder.apply(Operation.SUBTRACT, builder.constant(count % 7), node)
        node = builder.apply(
            Operation.SIN if count % 3 else Operation.MULTIPLY, node, *() if count % 3 else (x,)
        )
    return builder.build((InputDeclaration("x"),), (OutputDeclaration("y", node),))


@pytest.mark.parametrize("language", LANGUAGES)
def test_deep_graphs_print_with_linear_work(language: str) -> None:
    text = source_of(chain(5_000), language)
    assert max(map(len, text.splitlines())) < 3_000
    small, large = chain(100), chain(400)
    work = lines_run(lambda: source_of(small, language))
    assert lines_run(lambda: source_of(large, language)) < 5 * work


@pytest.mark.parametrize("language", LANGUAGES)
def test_wide_graphs(language: str) -> None:
    builder = GraphBuilder()
    inputs = [builder.input(f"x{k}") for k in range(300)]
    largest = builder.apply(Operation.MAXIMUM, *inputs)
    total = builder.apply(Operation.ADD, builder.apply(Operation.ARGMAX, *inputs), largest, *inputs)
    graph = builder.build(
        tuple(InputDeclaration(f"x{k}") for k in range(300)), (OutputDeclaration("y", total),)
    )
    assert "x299" in source_of(graph, language) or "x_{299}" in source_of(graph, language)


def test_definitions_end() -> None:
    """Where a language has the arithmetic alone, everything else is expressed by it."""
    builder = GraphBuilder()
    x = builder.input("x")
    for operation in (o for o in Operation if o.entry.definition is not None):
        count = 3 if operation.arity < 0 else operation.arity
        node = builder.apply(operation, *[x] * count)
        graph = builder.build((InputDeclaration("x"),), (OutputDeclaration("y", node),))
        for language in LANGUAGES:
            assert source_of(graph, language)


def test_the_graph_format_keeps_everything() -> None:
    graph = symhdl.parse(MIXER, "native")
    assert read_graph(source_of(graph, "graph")).nodes == graph.nodes


def test_a_range_of_one_value_is_a_comment() -> None:
    builder = GraphBuilder()
    inputs = (InputDeclaration("x", range=(Fraction(5), Fraction(5))),)
    graph = builder.build(inputs, (OutputDeclaration("y", builder.input("x")),))
    text = source_of(graph)
    assert "# x in [5, 5]" in text
    assert symhdl.parse(text, "native").inputs[0].range is None


def test_an_unknown_language_is_told() -> None:
    with pytest.raises(symhdl.UsageError, match="did you mean `numpy`"):
        source_of(constant(Fraction(1)), "nunpy")


POINTS = [(-1.75, 0.5, 2.25), (0.25, 0.75, -0.5), (3.0, -2.0, 1.625)]
EVERYTHING = """
a = sigmoid(x) + softplus(-20*y) + gelu(x/4) + sinc(x) + gauss(y) + round(z) + mod(x, 0.7) + clamp(x, -1, 1)
b = argmax(x, y, z) + sign(x)*cbrt(z) + hypot(x, y) + relu(z) + exp2(y) + log1p(x^2) + expm1(y/100) + erf(x) + erfc(z)
c = (if x < y and not (z == 2) then x/3 else (y > z) - 2/7) + ((x < 1) + (y < 1))/((z < 5) + 1) + atan2(y, x) + pi
d = floor(x) + ceil(y)*min(x, y, z) - max(x, y) + asinh(x) + abs(y)^2.5 + log2(z^2) + log10(y^2) + x^-3 + (-2)^3
"""


def expected(point: tuple[float, ...]) -> list[float]:
    graph = symhdl.parse("input x, y, z\n" + EVERYTHING, "native")
    return [float(v) for v in graph.evaluate(x=point[0], y=point[1], z=point[2]).values()]  # type: ignore[arg-type] # one point


@pytest.mark.parametrize("point", POINTS)
def test_numpy_text_runs(point: tuple[float, ...]) -> None:
    pytest.importorskip("scipy")
    text = source_of(symhdl.parse("input x, y, z\n" + EVERYTHING, "native"), "numpy")
    names: dict[str, Callable[..., tuple[float, ...]]] = {}
    exec(text, names)  # noqa: S102 - our own text
    with np.errstate(all="ignore"):
        found = names["evaluate"](*map(np.float64, point))
    assert [float(value) for value in found] == pytest.approx(expected(point), rel=1e-12)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    folder = tmp_path_factory.mktemp("c")
    text = source_of(symhdl.parse("input x, y, z\n" + EVERYTHING, "native"), "c")
    (folder / "f.c").write_text(text, encoding="utf-8")
    flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-Wno-parentheses"]
    command = [
        "gcc",
        *flags,
        "-shared",
        "-fPIC",
        "-o",
        str(folder / "f.so"),
        str(folder / "f.c"),
        "-lm",
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("gcc is missing")
    assert done.returncode == 0, done.stderr
    return ctypes.CDLL(str(folder / "f.so"))


@pytest.mark.parametrize("point", POINTS)
def test_c_text_compiles_and_computes(point: tuple[float, ...], compiled: ctypes.CDLL) -> None:
    results = [ctypes.c_double() for _ in range(4)]
    arguments = [ctypes.c_double(value) for value in point]
    compiled.evaluate(*arguments, *map(ctypes.byref, results))
    assert [result.value for result in results] == pytest.approx(expected(point), rel=1e-12)


def test_sympy_reads_its_text() -> None:
    sympy = pytest.importorskip("sympy")
    text = "sigmoid(x)*sqrt(y) + x/3 + (if x < 1 then y else abs(x)^2) + mod(x, 3) + max(x, y, 2) + 0.1*sinc(x)"
    graph = symhdl.parse(text, "native")
    expression = sympy.sympify(source_of(graph, "sympy"))
    for x, y in ((0.5, 2.0), (3.25, 0.125)):
        value = expression.subs({"x": sympy.Rational(x), "y": sympy.Rational(y)}).evalf(20)
        assert float(value) == pytest.approx(float(graph.evaluate(x=x, y=y)), rel=1e-12)


def test_comments_cannot_be_left() -> None:
    graph = named("a*/ int main() {} /*", 'b"""\nimport os\n"""', "c\\\nd")
    c, python = source_of(graph, "c"), source_of(graph, "numpy")
    assert re.findall(r"/\*.*?\*/", c, re.DOTALL) == [
        line for line in c.splitlines() if line.startswith("/*")
    ]
    assert python.count('"""') == 2
    assert "\\" not in c
