"""Definitions of operators in the forms in which they stand in people's scripts."""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhdl.errors import SymhdlError
from symhdl.sources.reading.scripts import definition_of
from symhdl.sources.reading.source import parse, read_source
from tests.rows import each_row


@each_row(
    ("definition", "call", "wanted"),
    [
        ("inv(x) = 1/x", "inv(a)", -0.5),
        ("sq(x)=x*x; quart(x) = sq(x)^2", "quart(a)", 16.0),
        ("# all of them\nsq(x) = x*x\n\nquart(x) = sq(x)^2  # twice\n", "quart(a)", 16.0),
        ('"sq(x) = x*x",', "sq(a)", 4.0),
        ("unary_operators=['cos', 'sq(x) = x*x', \"p(x) = x + 1\"],", "p(sq(a))", 5.0),
        ("special(x, y) = cos(x) * (x + y)", "special(b, a)", math.cos(3)),
        ("sq(x::T) where {T} = x^2", "sq(a)", 4.0),
        ("sq(x::T) where {T<:Union{Float32,Float64}} = x^2f0", "sq(a)", 4.0),
        ("sq(x::Float32)::Float32 = x^2", "sq(a)", 4.0),
        ("g(x::T) where T<:Real = x > zero(T) ? x : T(0.5) * x", "g(a) + g(b)", 2.0),
        ("f(x) = x > 0 ? x : zero(x)", "f(a) + f(b)", 3.0),
        ("f(x) = (x > 0) ? (x > 2 ? one(x) : x) : -x", "f(a) + f(b)", 3.0),
        ("f(x) = ifelse(x > 0, x, 0.5f0 * x)", "f(a)", -1.0),
        ("h(x) = sign(x) * abs(x)^(1//2)", "h(4 * b + 4)", 4.0),
        ("k(x) = convert(typeof(x), 2) * oftype(x, 3) * x", "k(a)", -12.0),
        ("function g(x)\n    return x * abs(x)\nend", "g(a)", -4.0),
        ("function g(x::T)::T where {T}\n    x^3\nend\nfunction h(x) x + 1 end", "g(h(a))", -1.0),
        ('"cube": lambda x: sympy.Abs(x)**3,', "cube(a)", 8.0),
        (
            "extra_sympy_mappings={'i': lambda x: 1 / x, 'm': lambda x, y: sp.Max(x, y)}",
            "m(i(a), b)",
            3.0,
        ),
        ("ramp = lambda x: x if x > 0 else 0", "ramp(a) + ramp(b)", 3.0),
        ('{"lo": lambda x: sympy.Piecewise((x, x < 1), (1, True))}', "lo(a) + lo(b)", -1.0),
        ("inv is user-defined: 1/x", "inv(a)", -0.5),
    ],
)
def test_forms(definition: str, call: str, wanted: float) -> None:
    graph = parse(call, "pysr", [definition])
    assert float(graph.evaluate(a=-2.0, b=3.0)) == pytest.approx(wanted)


_MIXED = [
    'square(x) = x^3\n"gg": lambda x: x + 1\n',
    '"gg": lambda x: x + 1\nsquare(x) = x^3\n',
    'unary_operators=["cos", "gg(x) = x+1"]\nsquare(x) = x^3',
    'square(x) = (\n  x^3  # it is ) so\n)\n# "gg(x) = x + 5"\nops = ["gg(x) = x+1"]',
    'function square(x)\n  return x^3\nend\n{"gg": lambda x: x + 1,}',
    'm = PySRRegressor(\n    niterations=40,\n    binary_operators=["+", "^"],\n    unary_operators=["gg(x) = x+1",\n'
    '        "square(x) = x^3"],\n    output_directory="a/b",\n)',
    'unary_operators=[cos, "gg(x) = x + 1", "square(x) = x^3"]',
    '"""\nsquare(x) = x^(3//1)\ngg(x) = x + 1\n"""',
]


@pytest.mark.parametrize("definitions", _MIXED)
def test_mixed_styles(definitions: str) -> None:
    graph = parse("square(a) + gg(a)", "native", [definitions])
    assert float(graph.evaluate(a=2.0)) == 11.0


@each_row(
    "left_over",
    [
        "square x = x^3",
        "square(x = x^3",
        "Square(x = x",
        '"square(x): x^3"',
        "square = x -> x^3",
        "square(x) = x^3 +",
        "x^3",
        "})",
    ],
)
@each_row("is_first", [True, False])
def test_nothing_is_dropped(left_over: str, is_first: bool) -> None:
    """What is neither a definition nor wrapping is refused."""
    lines = (
        [left_over, "gg(x) = x + 1"] if left_over == "})" else [left_over, '"gg": lambda x: x + 1']
    )
    definitions = "\n".join(lines if is_first else lines[::-1])
    with pytest.raises(SymhdlError) as caught:
        parse("square(a) + gg(a)", "native", [definitions])
    span = caught.value.diagnostics[0].span
    assert span is not None
    assert span.written.source.text == definitions


def test_nan_is_a_point_without_value() -> None:
    graph = parse("root(a)", "pysr", ["root(x) = x >= 0 ? sqrt(x) : NaN"])
    assert float(graph.evaluate(a=4.0)) == 2.0
    assert math.isnan(float(graph.evaluate(a=-4.0)))


def test_definitions_in_a_file(tmp_path: Path) -> None:
    place = tmp_path / "operators.jl"
    place.write_text('# operators\nsq(x) = x*x\n"w(x::T) where {T} = x +* 1",\n', encoding="utf-8")
    with pytest.raises(SymhdlError) as caught:
        parse("sq(a)", "pysr", [place])
    shown = str(caught.value)
    assert f"{place}:3:" in shown
    assert '"w(x::T) where {T} = x +* 1",' in shown  # as it stands in the file
    place.write_text("sq(x) = x*x\n", encoding="utf-8")
    assert float(parse("sq(a)", "native", [place]).evaluate(a=3.0)) == 9.0
    with pytest.raises(SymhdlError) as caught:
        parse("sq(a)", "pysr", [tmp_path / "none.jl"])
    assert caught.value.diagnostics[0].id == "file-missing"


def test_a_text_never_names_a_file(tmp_path: Path) -> None:
    """Only a `Path` does, which the command line makes of `@FILE`."""
    place = tmp_path / "operators.txt"
    place.write_text("sq(x) = x*x\n", encoding="utf-8")
    with pytest.raises(SymhdlError) as caught:
        read_source("sq(a)", dialect="pysr", define=[f"@{place}"])
    assert caught.value.diagnostics[0].id != "file-missing"


def test_people_write_as_julia_reads() -> None:
    """`-2 ^ x` is -(2^x) in what people write, and (-2)^x in what PySR prints."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert float(parse("f(a) * 2.0", "pysr", ["f(x) = -2 ^ x"]).evaluate(a=2.0)) == -8
        assert float(parse("-2.0 ^ a", "pysr", ["f(x) = -2 ^ x"]).evaluate(a=2.0)) == 4
        template = "f = -2.0 ^ #1; g = #1 + 0.5"
        assert float(parse(template, combine="-3 ^ x + f(x) + 0*g(x)").evaluate(x=2.0)) == -5


def test_numbers_before_names_are_no_names() -> None:
    with pytest.raises(SymhdlError, match="no operator between `2` and `x`"):
        parse("f(a)", "pysr", ["f(x) = 2x + 1"])
    with pytest.raises(SymhdlError, match="no operator between `2` and `x`"):
        parse("f = #1 + 0.5; g = #1", combine="f(2x) + g(x)")


@pytest.mark.parametrize(
    ("text", "definition", "rule"),
    [
        ("f(a)", "# a ÷ b\nf(x) = x ÷ 2", None),
        ("f(a)", "f(x::T) where {T} = (x + 1) ÷ 2 + x", None),
        ("a ÷ 2.0", "f(x) = x", None),
        ("Complexity,Loss,Equation\n3,1.0,a ÷ 2.0", "f(x) = x", None),
        ("f = #1 + 0.5", "g(x) = x", "f(x) ÷ 2"),
    ],
)
def test_the_integer_quotient_is_no_division(text: str, definition: str, rule: str | None) -> None:
    with pytest.raises(SymhdlError) as caught:
        read_source(text, dialect="pysr", define=[definition], combine=rule)
    (told,) = caught.value.diagnostics
    assert told.id == "integer-quotient"
    assert told.span is not None
    assert told.span.written.source.text[told.span.start : told.span.end] == "÷"
    assert told.span.written.source.text in (text, definition, rule)


def test_a_quotient_in_a_comment_is_none() -> None:
    assert float(parse("f(a)", "pysr", ["f(x) = x / 2 # not ÷"]).evaluate(a=3.0)) == 1.5


@given(
    st.lists(
        st.sampled_from(
            ["f(x)", " = ", "x", "::T", " where {T<:Real}", "function ", " end", "return ", "\n", ";", '"', "'",
             "lambda x: ", "zero(x)", "convert(T, ", "T(", "NaN", "1//2", "{", "}", "(", ")", ",", "sympy."]
        ),
        max_size=30,
    ).map("".join)
)  # fmt: skip
def test_every_place_stays_where_it_is(text: str) -> None:
    source = definition_of(text)
    assert len(source.text) == len(text)
    assert (source.original or source).text == text


def test_plain_definitions_are_not_touched() -> None:
    text = "a(x) = if x > 0 then x else -x\nb(x, y) = a(x)^2 + y // comment\n"
    assert definition_of(text).text == text
