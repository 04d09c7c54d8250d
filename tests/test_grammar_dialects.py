"""What dialects change about characters and words, and what every dialect writes beside the native language."""

from __future__ import annotations

import math

import pytest
from symhdl.grammar import parse

from symhdl.errors import Source, SymhdlError
from symhdl.functions.dialect import NATIVE, Dialect
from symhdl.parsed import Excerpt
from tests.rows import each_row

VALUES = {"x": 2.0, "y": 3.0, "z": 0.5, "x0": 2.0, "x1": 3.0}
AQ = "aq(a, b) = a / sqrt(1 + b^2)"


def dialect(**fields: object) -> Dialect:
    made: Dialect = Dialect("test", NATIVE.constants, **fields)  # type: ignore[arg-type] # by name
    return made


def value_of(text: str, spoken: Dialect, *definitions: str, **values: float) -> float:
    """The only output at the values."""
    sources = [Source("--define", definition) for definition in definitions]
    parsed = parse(Source("test", text), sources, dialect=spoken, inputs=list(values))
    (result,) = parsed.graph.evaluate(**(VALUES | values)).values()
    return float(result)


def ids_of(text: str, spoken: Dialect, *definitions: str) -> list[str]:
    sources = [Source("--define", definition) for definition in definitions]
    with pytest.raises(SymhdlError) as caught:
        parse(Source("test", text), sources, dialect=spoken)
    for diagnostic in caught.value.diagnostics:
        assert diagnostic.span is not None
    return [diagnostic.id for diagnostic in caught.value.diagnostics]


@each_row(
    ("text", "value"),
    [
        ("x > 1 ? y : z", 3),
        ("x > 9 ? 1 : x > 1 ? 2 : 3", 2),
        ("x > 9 ? 1 : x > 5 ? 2 : 3", 3),
        ("x > 1 ? y > 9 ? 1 : 2 : 3", 2),
        ("1 + (x > 1 ? y : z) * 2", 7),
        ("x > 1 ? y : z + 10", 3),
        ("x > 1 and y > 9 ? 1 : 0", 0),
        ("x >\n  1\n ? y\n : z", 3),
        ("if(x > 1, y, z)", 3),
        ("1 + if(x > 1, y, z)*2", 7),
        ("if (x < 1, y, if(y > 1, 7, z))", 7),
        ("if (x > 1) then y else z", 3),
        ("if (x > 1) and (max(x, y, z) > 1) then y else z", 3),
        ("where(x > 1, y, z)", 3),
        ("x <> 2", 0),
        ("x <> 3", 1),
        ("2.0f+1", 3),
        ("2.5f*x", 5),
    ],
)
def test_every_dialect(text: str, value: float) -> None:
    assert value_of(text, NATIVE) == value


def test_formats_stand_beside_ternaries() -> None:
    text = "input x : fixed<12,3>\noutput y = x > 0 ? x : 1 : fixed<8,2>"
    graph = parse(Source("test", text)).graph
    assert str(graph.outputs[0].format) == "fixed<8,2>"
    assert graph.evaluate(x=-1.0) == {"y": 1.0}


@each_row(
    ("text", "value"),
    [
        ("10m_speed * 2", 14),
        ("10m_speed^2", 49),
        ("-10m_speed", -7),
        ("10m_speed + 1.2e1", 19),
        ("10m_speed + 4.5f0", 11.5),
        ("10m_speed + 0x1p3", 15),
        ("10m_speed + 2e1 - 5f", 22),
        ("2e1 - 1e-1", 19.9),
        ("5Δt + 1", 10),
        ("2_x", 11),
    ],
)
def test_digits_first(text: str, value: float) -> None:
    spoken = dialect(digits_first=True)
    found = value_of(text, spoken, **{"10m_speed": 7.0, "5Δt": 9.0, "2_x": 11.0})
    assert found == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    "text", ["1e-5abc", "2_000", "1.5x", "10m_speed 2", "0b101", "0o17", "0x", "1e", "2j"]
)
def test_digits_first_are_no_excuse(text: str) -> None:
    assert ids_of(text, dialect(digits_first=True)) == ["syntax"]


@each_row(
    ("text", "value"),
    [
        ("2x", 4),
        ("2 x y", 12),
        ("(x)(y)", 6),
        ("(x)(y)^(2)", 18),
        ("x (y + 1)", 8),
        ("z(y + 1) - z", 1.5),
        ("2sin(z)x", 4 * math.sin(0.5)),
        ("x² y", 12),
        ("2x^2", 8),
        ("-2x", -4),
        ("x y / 2", 3),
        ("(x)(y)/2", 3),
        ("2 x + 3 y - z x", 12),
        ("1/2 + 3 x", 6.5),
        ("1/2*3 + x y", 7.5),
        ("1/(2 x)", 0.25),
        ("f(x) = 2 x\nf(y)", 6),
        ("if x > 1 then 2 x else 3 x", 4),
        ("(x > 1) (y)", 3),
        ("max(2 x, y) z", 2),
        ("2e^(z - z) x", 4),
        ("10x", 20),
    ],
)
def test_implicit_products(text: str, value: float) -> None:
    assert value_of(text, dialect(implicit_products=True), **VALUES) == pytest.approx(value)


@each_row(
    ("text", "id"),
    [
        ("1/2x", "ambiguous-product"),
        ("y/x(x + 1) + x", "ambiguous-product"),
        ("y/(x)^2 z", "ambiguous-product"),
        ("1/-2x", "ambiguous-product"),
        ("f (x)", "unknown-function"),
        ("sinus(x)", "unknown-function"),
        ("2 3", "syntax"),
        ("x 2", "syntax"),
        ("sin x", "syntax"),
        ("0b101", "syntax"),
        ("0o17", "syntax"),
        ("0xg", "syntax"),
        ("1e", "syntax"),
        ("1e--5", "syntax"),
        ("3.5j", "syntax"),
    ],
)
def test_products_that_are_none(text: str, id: str) -> None:
    assert ids_of(text, dialect(implicit_products=True)) == [id]


def test_functions_of_the_user_are_no_factors() -> None:
    spoken = dialect(implicit_products=True)
    assert value_of("x f(y)", spoken, "f(u) = u + 1", **VALUES) == 8


@each_row(
    ("text", "value"),
    [
        ("x0aqx1", 2 / math.sqrt(10)),
        ("(x0aqx1)^2", 0.4),
        ("-12.5aqx1", -12.5 / math.sqrt(10)),
        ("cos(x1)aq(x0)", math.cos(3) / math.sqrt(5)),
        ("x0aqcos(x1)", 2 / math.sqrt(1 + math.cos(3) ** 2)),
        ("x0aq0.5", 2 / math.sqrt(1.25)),
        ("x0aq-0.5", 2 / math.sqrt(1.25)),
        ("x0 aq x1", 2 / math.sqrt(10)),
        ("x0aqx1aqx1", 0.2),
        ("1+x0aqx1*2", 1 + 4 / math.sqrt(10)),
        ("aq(x0, x1)", 2 / math.sqrt(10)),
        ("aqua + 1", 6),
    ],
)
def test_infix_functions(text: str, value: float) -> None:
    spoken = dialect(definitions=AQ, infix_functions=(("aq", "aq"),))
    assert value_of(text, spoken, aqua=5.0) == pytest.approx(value, rel=1e-12)


def test_the_user_replaces_an_infix_function() -> None:
    spoken = dialect(definitions=AQ, infix_functions=(("aq", "aq"),))
    assert value_of("x0aqx1", spoken, "aq(a, b) = a - b") == -1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("np.sin(x)", math.sin(2)),
        ("std::exp(np.log(x))", 2),
        ("x*np.pi", 2 * math.pi),
    ],
)
def test_prefixes(text: str, value: float) -> None:
    assert value_of(text, dialect(prefixes=("np.", "std::"))) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "value"), [("SIN(x)", math.sin(2)), ("If(x > 1, Max(x, y), z)", 3), ("TWICE(x)", 4)]
)
def test_case_is_ignored_in_functions(text: str, value: float) -> None:
    assert value_of(text, dialect(ignores_case=True), "Twice(a) = 2*a") == pytest.approx(value)


def test_case_matters_in_names() -> None:
    parsed = parse(Source("test", "X + x"), dialect=dialect(ignores_case=True))
    assert [declared.name for declared in parsed.graph.inputs] == ["X", "x"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("'my name' * 2", "my name"),
        ('"it\'s" * 2', "it's"),
        ("2 * 'a*b'", "a*b"),
        ("'x_1' * 2", "x_1"),
        ("'input' * 2", "input"),
    ],
)
def test_quoted_names(text: str, name: str) -> None:
    assert value_of(text, dialect(quoted_names=True), **{name: 7.0}) == 14


def test_quotes_are_no_names_elsewhere() -> None:
    assert ids_of("'x' * 2", NATIVE) == ["unknown-character"]
    assert ids_of("'' * 2", dialect(quoted_names=True)) == ["unknown-character"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x // the rest", 2),
        ("x /* in between */ + y", 5),
        ("(float)x / y", 2 / 3),
        ("alog0.1(x)", math.log(2.1)),
        ("2.0f-1 + 1.5_f32*x + 2u", 6),
        ("|x - y| + |z|", 1.5),
        ("||x - y| - |z - 1||", 0.5),
        ("2*|x - |y||^2", 2),
        ("x^2.6", 8),
    ],
)
def test_characters_of_a_dialect(text: str, value: float) -> None:
    spoken = dialect(
        definitions="pow(a, b) = a^round(b)\nshifted(a) = log(a + 1/10)",
        line_comments=("//",),
        ignored=(r"/\*[^*]*\*/", r"\(float\)"),
        words=(("alog0.1", "shifted"),),
        suffixed_numbers=True,
        absolute_bars=True,
        power="pow",
    )
    assert value_of(text, spoken) == pytest.approx(value, rel=1e-12)


@each_row(
    ("definition", "text", "value"),
    [
        ("p(a,b) = a/b if finite else 1", "p(x, y)", 2 / 3),
        ("p(a,b) = a/b if finite else 1", "p(x, 0)", 1),
        ("p(a,b) = a/b if finite else 1", "p(x, y - 3)", 1),
        ("p(a) = log(a) if finite else 7", "p(x)", math.log(2)),
        ("p(a) = log(a) if finite else 7", "p(0)", 7),
        ("p(a) = log(a) if finite else 7", "p(-1)", 7),
        ("p(a) = log1p(a) if finite else 7", "p(-1)", 7),
        ("p(a) = log1p(a) if finite else 7", "p(-0.5)", math.log(0.5)),
        ("p(a) = sqrt(a) if finite else 7", "p(0)", 0),
        ("p(a) = sqrt(a) if finite else 7", "p(-1)", 7),
        ("p(a) = a^-2 if finite else 7", "p(-2)", 0.25),
        ("p(a) = a^-2 if finite else 7", "p(0)", 7),
        ("p(a) = a^(1/2) if finite else 7", "p(-1)", 7),
        ("p(a) = a^(1/2) if finite else 7", "p(0)", 0),
        ("p(a) = a^-0.5 if finite else 7", "p(0)", 7),
        ("p(a) = a^3 if finite else 7", "p(-2)", -8),
        ("p(a) = inv(a) if finite else 7", "p(0)", 7),
        ("p(a) = 1/log(a) if finite else 7", "p(1)", 7),
        ("p(a) = 1/log(a) if finite else 7", "p(0)", 7),
        ("p(a) = 1/log(a) if finite else 7", "p(e)", 1),
        ("p(a) = sin(a) if finite else 7", "p(0)", 0),
        ("log(a) = log(a) if finite else 7", "log(-1) + log(1)", 7),
        ("p(a) = (if finite then 1/a else 7)", "p(0)", 7),
        ("p(a, finite) = a if finite > 1 else 7", "p(3, 2)", 3),
    ],
)
def test_finite_as_a_condition(definition: str, text: str, value: float) -> None:
    assert value_of(text, NATIVE, definition) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    "definition",
    [
        "p(a) = exp(a) if finite else 0",
        "p(a, b) = a^b if finite else 0",
        "p(a) = f(a) if finite else 0\nf(a) = 1/a",
        "p(a) = (1/a if finite else 2) if finite else 0",
        "p(a) = a < 1 if finite else 0",
        "p(a) = " + " + ".join(["1/a"] * 200) + " if finite else 0",
    ],
)
def test_conditions_that_cannot_be_told(definition: str) -> None:
    assert ids_of("p(x)", NATIVE, definition) == ["guard"]


def test_finite_may_be_a_name() -> None:
    assert ids_of("finite = 3\nx if finite else y", NATIVE) == ["number-as-condition"]
    assert value_of("finite + 1", NATIVE, finite=2.0) == 3


@pytest.mark.parametrize(
    ("definition", "text", "value"),
    [
        ("exp(a) = if abs(a) < 50 then exp(a) else 0", "exp(2) + exp(99)", math.exp(2)),
        ("exp is user-defined: exp(x) if |x|<50 else 0", "exp(2) + exp(-99)", math.exp(2)),
        ("sub is user-defined: |a - b|", "sub(2, 5)", 3),
        ("q is user-defined: b/a if finite else pi*0", "q(4, 2)", 2),
        ("q is user-defined: b/a if finite else pi*0", "q(4, 0)", 0),
        ("sin(a) = sin(a)/2", "sin(1)", math.sin(1) / 2),
    ],
)
def test_functions_that_replace_those_of_their_name(
    definition: str, text: str, value: float
) -> None:
    assert value_of(text, NATIVE, definition) == pytest.approx(value, rel=1e-12)


def test_recursion_is_told_where_no_table_helps() -> None:
    assert ids_of("g(x)", NATIVE, "g(a) = g(a) + 1") == ["recursion"]
    assert ids_of("f(x)", NATIVE, "f(a) = sin(a)\nsin(a) = f(a)") == ["recursion"]


def test_cells_know_the_functions_of_one_another() -> None:
    source = Source("test", "2(x)|3 x")
    excerpts = [Excerpt("a", 0, 4), Excerpt("b", 5, 8)]
    graph = parse(source, dialect=dialect(implicit_products=True), excerpts=excerpts).graph
    assert graph.evaluate(x=2.0) == {"a": 4.0, "b": 6.0}


def test_deep_and_long_texts() -> None:
    spoken = dialect(implicit_products=True, absolute_bars=True, ignores_case=True)
    assert value_of("x" + " (1)" * 4000, spoken, **VALUES) == 2
    assert value_of("(" * 1900 + "x" + ")(1)" * 1900, spoken, **VALUES) == 2
    assert value_of("x > 9 ? 1 : " * 1000 + "z", NATIVE) == 0.5
