"""What PySR's operators mean, by the year of the print, and what of its print is special."""

from __future__ import annotations

import math

import pytest

from symhdl.errors import Source, SymhdlError
from symhdl.sources.pysr.reader import READER
from symhdl.sources.reading.source import parse, read_source
from tests.rows import each_row


def value(text: str, **inputs: float) -> float:
    return float(parse(text, "pysr").evaluate(digits=None, **inputs))


@each_row(
    ("text", "wanted"),
    [
        ("greater(x, y) + less(x, y) * 10", 10.0),
        ("greater_equal(x, x) + less_equal(x, y) * 10", 11.0),
        ("(x > -4) - x", 3.0),
        ("cond(x, y) + cond(y, x)", -2.0),
        ("logical_or(x, y) + 10 * logical_and(x, y)", 1.0),
        ("relu(x) + relu(y)", 3.0),
        ("max(x, y) * 10 + min(x, y)", 28.0),
        ("mod(x, y) * 10 + rem(x, y)", 8.0),
        ("fma(x, y, 1) - muladd(x, y, 2)", -1.0),
        ("clamp(x, -1, 1)", -1.0),
        ("square(x) + cube(x) + neg(x) + inv(x)", 4 - 8 + 2 - 0.5),
        ("log_abs(x) + sqrt_abs(x) + pow_abs(x, y)", math.log(2) + math.sqrt(2) + 8),
        ("log1p_abs(x) + log2_abs(x) + log10_abs(x)", math.log(3) + 1 + math.log10(2)),
        ("acosh_abs(x) + atanh_clip(y + 0.5)", math.acosh(3) + math.atanh(-0.5)),
        ("sech(x) * csch(y) * coth(y)", 1 / math.cosh(2) / math.sinh(3) / math.tanh(3)),
        ("atan(y, x) - atan2(y, x)", 0.0),
        ("log(2, 8) + exp10(x) + abs2(x)", 3 + 0.01 + 4),
        ("sinpi(x / 4) + cospi(y) + sind(30) ", -1 - 1 + 0.5),
        ("sinc(x / 4)", 2 / math.pi),
        ("trunc(-1.7) + sign(x) + ceil(1.2) + floor(-1.2)", -1 - 1 + 2 - 2),
        ("erf(x) + erfc(x)", 1.0),
        ("cbrt(x * 4) + hypot(y, 4) + sinh(0 * x)", -2 + 5),
        ("ifelse(x > 0, x, y)", 3.0),
        ("abs(x)^y^2", 512.0),
        ("-x ^ 2 - -0.5", -3.5),
        ("-1.5 ^ 2", 2.25),
        ("x * -1.5 ^ 2", -4.5),
        ("3 - 1.5 ^ 2", 0.75),
        ("4.5f0 * x + 1.25f-1", -8.875),
        ("1.5e2 / x ^ -2", 600.0),
    ],
)
def test_operators(text: str, wanted: float) -> None:
    assert value(text, x=-2.0, y=3.0) == pytest.approx(wanted, rel=1e-12)


def test_ties_are_rounded_to_even_as_in_julia() -> None:
    numbers = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4, 2.6, -2.6]
    assert [value("round(x)", x=x) for x in numbers] == [float(round(x)) for x in numbers]


def test_names_are_variables() -> None:
    names = ["Δx", "x₁", "10m_speed", "E", "e", "beta", "S", "I", "N", "O", "Q", "gamma", "2x2"]
    graph = parse(" + ".join(names), "pysr")
    assert [declared.name for declared in graph.inputs] == names


def test_pow_by_its_year() -> None:
    prefix = "plus(pow(x, y), mult(0.0, x))"
    assert value(prefix, x=-2.0, y=0.5) == pytest.approx(-(2**0.5))
    bars = "Complexity|MSE|Equation\n3|1.0|pow(x, y)\n"
    assert value(bars, x=-2.0, y=0.5) == pytest.approx(2**0.5)
    assert math.isnan(value("pow(x, y)", x=-2.0, y=0.5))
    assert value("pow(x, y)", x=-2.0, y=3.0) == -8.0
    for text, count in ((prefix, 1), (bars, 0), ("pow(x, y)", 1), ("x ^ y", 0)):
        assert len(read_source(text, dialect="pysr")[0].warnings) == count


def test_protected_operators_of_2020() -> None:
    text = "plus(sqrtm(x), mult(logm(y), minus(x, div(y, x))))"
    wanted = math.sqrt(2) + math.log(3) * (-2 + 3 / 2)
    assert value(text, x=-2.0, y=-3.0) == pytest.approx(
        math.sqrt(2) + math.log(3) * (-2 - 3 / 2)
    ) or value(text, x=-2.0, y=3.0) == pytest.approx(wanted)


@pytest.mark.parametrize("name", ["gauss", "sinc", "pow"])
def test_what_is_assumed_is_told_unless_it_is_defined(name: str) -> None:
    arguments = "x, y" if name == "pow" else "x"
    text = f"{name}({arguments}) + 0.5"
    (told,) = read_source(text, dialect="pysr")[0].warnings
    assert told.id == "assumed-operator"
    assert told.span is not None
    assert text[told.span.start : told.span.end] == name
    defined = read_source(text, dialect="pysr", define=[f"{name}({arguments}) = x^2"])[0]
    assert not defined.warnings


def test_sympy_print_has_its_own_powers() -> None:
    """SymPy writes (-1.5)**x with brackets, PySR -1.5 ^ x without."""
    assert value("-1.5**x", x=3.0) == -(1.5**3)
    assert value("-4.0**x + y", x=0.5, y=0.0) == -2.0
    assert math.isnan(value("-4.0 ^ x", x=0.5))


def test_a_negative_base_is_warned_of() -> None:
    (told,) = read_source("x1 * (-1.25 ^ x0)", dialect="pysr")[0].warnings
    assert told.id == "negative-base"
    for text in ("x0 - 1.25 ^ x0", "(x0) -1.25 ^ x1", "-x0 ^ 2", "- 1.25 ^ 2", "-1.25**x0"):
        assert not read_source(text, dialect="pysr")[0].warnings, text
    assert read_source("(-1.25 ^ 2) * x", dialect="pysr")[0].warnings


def test_units_are_left_out_with_a_warning() -> None:
    text = "(1[?] * (x₁[m³] + (x₂[s⁻¹ km] * 5.32[?]))) - cos(x₃[5.0 m])"
    parsed, _ = read_source(text)
    assert [declared.name for declared in parsed.graph.inputs] == ["x₁", "x₂", "x₃"]
    assert [told.id for told in parsed.warnings] == ["units"]
    span = parsed.graph.outputs[0].span
    assert span is not None
    assert span.written.source.text == text
    assert [d.name for d in parse("x[14] + x[2]", "pysr").inputs] == ["x14", "x2"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("gamma(x0) + 1.5", "there is no hardware for `gamma`"),
        ("x0 + NaN", "`NaN`"),
        ("x0 * -Inf", "`Inf`"),
        ("x0 * 0.5im", "complex"),
        ("x0 + 3im", "complex"),
        ("nd(x0, x1) + sq(x0)", '--define "nd(a, b) = ..."'),
        ("x0 + Lorentzian(x0)", '--define "Lorentzian(a) = ..."'),
        ("x0 +", "`+`"),
        ("(x0", "never closed"),
    ],
)
def test_what_cannot_be_built_is_told(text: str, told: str) -> None:
    with pytest.raises(SymhdlError) as caught:
        parse(text, "pysr")
    assert told in str(caught.value)


@each_row(
    ("text", "least", "most"),
    [
        ("Complexity,Loss,Equation\n1,2,x\n", 1.0, 1.0),
        ("f = #1; g = sin(#2)", 0.9, 1.0),
        ("plus(x0, mult(x1, 0.51))", 0.9, 1.0),
        ("x0 + log_abs(x1)", 0.9, 1.0),
        ("x₁[m] * 2", 0.9, 1.0),
        ("(x0 * -0.51234) + cos(x1 / 2.41234)", 0.7, 0.9),
        ("(x0 * 0.51234) + cos(x1 / 2.41234)", 0.6, 0.7),
        ("x0*0.51234 + x1", 0.3, 0.3),
        ("a * b + c * 1.23456", 0.3, 0.3),
        ("((-0.42612) * X1) + 1.312", 0.3, 0.3),
        ("input x : fixed<8,2>\ny = x + 1.23456", 0.0, 0.0),
        ("y = x  # 1 of 2", 0.0, 0.3),
    ],
)
def test_detection_is_honest(text: str, least: float, most: float) -> None:
    assert least <= READER.detect(Source("<expr>", text)) <= most
