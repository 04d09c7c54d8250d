"""Dialects of infix formulas: every function of every tool against Python's mathematics, and what each one refuses."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symhdl
from symhdl.errors import Source, SymhdlError
from symhdl.sources.source import read_source, reader_named

X, Y = 0.75, -2.5


def normal(x: float) -> float:
    return (1 + math.erf(x / math.sqrt(2))) / 2


def quotient(a: float, b: float) -> float:
    return a / math.sqrt(1 + b * b)


def harmonic(n: int) -> float:
    return math.fsum(1 / k for k in range(1, n + 1))


# Texts in x and y, and their values at x = 0.75, y = -2.5.
BINGO = {
    "(x)(y)": X * Y,
    "(x)(0.5) + y": X / 2 + Y,
    "((x)(y))(x) - (y)": X * Y * X - Y,
    "(x)/(y)": X / Y,
    "((x)/(y))(2)": X / Y * 2,
    "(y)^(2)": Y**2,
    "(y)^2 + (y)^3": Y**2 + Y**3,
    "(sin(x))(cos(y))": math.sin(X) * math.cos(Y),
    "tan(x)": math.tan(X),
    "(sinh(x))(cosh(x)) + tanh(y)": math.sinh(X) * math.cosh(X) + math.tanh(Y),
    "exp(y)": math.exp(Y),
    "log(y)": math.log(-Y),
    "sqrt(y)": math.sqrt(-Y),
    "|y|": -Y,
    "(|y|)^(0.5)": math.sqrt(-Y),
    "|(x)(|y| - (4))|": abs(X * (abs(Y) - 4)),
    "asin(x) + acos(x) + atan(y)": math.pi / 2 + math.atan(Y),
    "(-1.5e-05)(x)": -1.5e-5 * X,
}
GOMEA = {
    "(xaq y)": None,
    "((x*1.5)aq(y+1))": quotient(X * 1.5, Y + 1),
    "(1.500000aqsin(y))": quotient(1.5, math.sin(Y)),
    "((x)^2+exp(y))": X**2 + math.exp(Y),
    "(plog(y)*cos(x))": math.log(-Y) * math.cos(X),
    "plog(0.000000)": 0.0,
    "sqrt(y)": math.sqrt(-Y),
    "((x)p/(y))": -X / (1e-6 - Y),
    "(1.000000p/0.000000)": 1e6,
    "alog0.1(y)": math.log(math.sqrt(0.1 + Y * Y)),
    "(x/ sqrt( 0.1 + (y)^2 ) ) ": X / math.sqrt(0.1 + Y * Y),
    "-4.25+0.5*(x-y)": -4.25 + 0.5 * (X - Y),
}
TIR = {
    "Id(((-5.0e-2) + ((1.5) * (Sin((x)^(-2))))) / ((1.0) + (Exp(y))))": (
        (-0.05 + 1.5 * math.sin(X**-2)) / (1 + math.exp(Y))
    ),
    "Abs(y) + Square(y) + Cube(y)": -Y + Y**2 + Y**3,
    "Cos(x) + Tan(x) + Sinh(x) + Cosh(x) + Tanh(x)": (
        math.cos(X) + math.tan(X) + math.sinh(X) + math.cosh(X) + math.tanh(X)
    ),
    "ASin(x) + ACos(x) + ATan(y)": math.pi / 2 + math.atan(Y),
    "ASinh(y) + ACosh(2) + ATanh(x)": math.asinh(Y) + math.acosh(2) + math.atanh(X),
    "Sqrt(x) + Cbrt(y) + Log(x)": math.sqrt(X) - 2.5 ** (1 / 3) + math.log(X),
    "SqrtAbs(y) + LogAbs(y) + Recip(y)": math.sqrt(2.5) + math.log(2.5) + 1 / Y,
    "id(x) + Log1p(x) + aq(x, y)": X + math.log1p(X) + quotient(X, Y),
    "(x aq (y))": quotient(X, Y),
    "(y |^| x)": 2.5**X,
    "(y |**| 0.5)": math.sqrt(2.5),
    "|y|": 2.5,
}
HEURISTICLAB = {
    "x * 1.5e-002 + y * -2.0E+000": X * 0.015 - 2 * Y,
    "'x' * \"y\"": X * Y,
    "SQR('x') + sqr(x) + Cube(y)": 2 * X**2 + Y**3,
    "CUBEROOT(y) + SQRT(x)": -(2.5 ** (1 / 3)) + math.sqrt(X),
    "EXP(x) + LOG(x) + ABS(y)": math.exp(X) + math.log(X) + 2.5,
    "SIN(x) + COS(x) + TAN(x) + TANH(x)": math.sin(X) + math.cos(X) + math.tan(X) + math.tanh(X),
    "x ^ 3": X**3,
    "x ^ 2.5 + x ^ 3.5": X**2 + X**4,
    "POW(y, 2.6) + ROOT(x, 2.4)": Y**3 + math.sqrt(X),
    "AQ(x, y) + aq(1, 0)": quotient(X, Y) + 1,
    "logabs(y) + sqrtabs(y)": math.log(2.5) + math.sqrt(2.5),
    "NORM(x) + ERF(x)": normal(X) + math.erf(X),
    "MEAN(x, y) + MEAN(x, y, 1) + MEAN(x) + MEAN(1, 2, 3, 5)": (
        (X + Y) / 2 + (X + Y + 1) / 3 + X + 2.75
    ),
    "IF(GT(x, y), 10, 20) + IF(LT(x, y), 1, 2) + IF(y, 100, 200)": 212.0,
    "AND(x, y) + OR(x, y) * 10 + XOR(x, y) * 100 + NOT(y) * 1000": 1109.0,
    "GT(x, 0) AND LT(x, 1)": 1.0,
    "c_0 * 'x' + c_1\n\nc_0 =  2.500000000000\nc_1 = -1.000000000000\n": 2.5 * X - 1,
}
EUREQA = {
    "if(x > 0, 10, 20) + if(y, 1, 2)": 12.0,
    "Target = logistic(x) + step(x) + step(y) + sgn(y)": 1 / (1 + math.exp(-X)),
    "gauss(y) + tanh(x) + erf(x) + erfc(x)": math.exp(-(Y**2)) + math.tanh(X) + 1,
    "less(x, y) + 2*greater(x, y) + 4*equal(x, x)": 6.0,
    "less_or_equal(x, x) + 2*greater_or_equal(y, x)": 1.0,
    "and(x, y) + 1": None,
    "AND(x, y) + OR(x, y)*2 + XOR(x, y)*4 + NOT(y)*8": 14.0,
    "ADD(x, y) + Sub(x, y) + mul(x, y) + DIV(x, y)": 2 * X + X * Y + X / Y,
    "min(x, y) + max(x, y) + ceil(x) + floor(y) + round(x) + abs(y)": X + Y + 1 - 3 + 1 + 2.5,
    "asin(x) + acos(x) + atan(y) + atan2(x, y)": math.pi / 2 + math.atan(Y) + math.atan2(X, Y),
    "sinh(x) + cosh(x) + asinh(y) + acosh(2) + atanh(x)": (
        math.exp(X) + math.asinh(Y) + math.acosh(2) + math.atanh(X)
    ),
    "pow(x, 2) + x^2 + sqrt(x) + Exp(x) + LOG(x)": (
        2 * X**2 + math.sqrt(X) + math.exp(X) + math.log(X)
    ),
}
AIFEYNMAN = {
    "asin(0.003228452934*x)": math.asin(0.003228452934 * X),
    "(x)**(-1)+pi": 1 / X + math.pi,
    "sqrt(666.000000000000+pi)": math.sqrt(666 + math.pi),
    "-666.000000000000*sin(pi)": 0.0,
    "Abs(y) + exp(x) + log(x+1) + E": 2.5 + math.exp(X) + math.log(X + 1) + math.e,
    "arcsin(x)+arccos(x)+np.arctan(y)": math.pi / 2 + math.atan(Y),
}
HLS4ML = {
    "y1 = hls::sin<16, 6>((result_t)(x)) + result_t(0.5)": math.sin(X) + 0.5,
    "sin_lut(x) + cos_lut(x) + tan_lut(x)": math.sin(X) + math.cos(X) + math.tan(X),
    "exp_lut(x) + log_lut(x) + sqrt_lut(x) + inv_lut(y)": (
        math.exp(X) + math.log(X) + math.sqrt(X) + 1 / Y
    ),
    "asin_lut(x) + acos_lut(x) + atan_lut(y)": math.pi / 2 + math.atan(Y),
    "sinh_lut(x) + cosh_lut(x) + tanh_lut(y) + erf_lut(x)": (
        math.exp(X) + math.tanh(Y) + math.erf(X)
    ),
    "nnet::sin_lut<result_t>((result_t)(x - y))": math.sin(X - Y),
    "hls::recip<16, 6>((result_t)y) + hls::sqrt<16, 6>((result_t)(x))": 1 / Y + math.sqrt(X),
    "hls::cbrt<16, 6>((result_t)(y)) + hls::pow<16, 6>((result_t)(x), result_t(2.0/1.0))": (
        -(2.5 ** (1 / 3)) + X**2
    ),
    "pow<2>(x) + pow<16>(x)": X**2 + X**16,
    "ap_fixed<16,6>(x) * (ap_fixed<16, 6>) y + 1.5f": X * Y + 1.5,
    "hls::fabs(y) + std::fmin(x, y) + hls::fmax(x, y)": 2.5 + X + Y,
    "sinpi(x) + cospi(x) + rsqrt(x)": (
        math.sin(math.pi * X) + math.cos(math.pi * X) + 1 / math.sqrt(X)
    ),
    "x < y ? x : y; // the smaller": Y,
}
DSO = {
    "div(x,y)+pow(x,3)+n2(x)+n3(x)+n4(x)": X / Y + X**2 + 2 * X**3 + X**4,
    "add(x,sub(mul(x,y),neg(y)))+inv(y)": X + X * Y + Y + 1 / Y,
    "expneg(x)+logabs(y)+sigmoid(x)": math.exp(-X) + math.log(2.5) + 1 / (1 + math.exp(-X)),
    "harmonic(7)": harmonic(7),
    "harmonic(1)+harmonic(50)": 1 + harmonic(50),
    "harmonic(1/2)": 2 - 2 * math.log(2),
    "protected_div(x, 0.0005) + protected_div(x, y)": 1 + X / Y,
    "protected_exp(200) + protected_exp(x)": math.exp(X),
    "protected_log(y) + protected_log(0.0001) + protected_logabs(y)": 2 * math.log(2.5),
    "protected_sqrt(y) + protected_inv(y) + protected_inv(0)": math.sqrt(2.5) + 1 / Y,
    "protected_expneg(x) + protected_expneg(-200)": math.exp(-X),
    "protected_n2(x) + protected_n3(x) + protected_n4(2000000)": X**2 + X**3,
    "protected_sigmoid(x)": 1 / (1 + math.exp(-X)),
}
PLAIN = {
    "0.299 x + 0.587 y": 0.299 * X + 0.587 * Y,
    "2x(y + 1) - 3(x)": 2 * X * (Y + 1) - 3 * X,
    "x (1 - y)": X * (1 - Y),
    "x \\left( 1 - y \\right)": X * (1 - Y),
    "sqrt(3.0f) / 2.0f * x - 2.0f-1": math.sqrt(3) / 2 * X - 3,
    "float t = x*y; // product\nfloat u = t + 1.0f;": X * Y + 1,
    "sinf(x) + powf(x, 2.0f) + fabsf(y) + fmaxf(x, y)": math.sin(X) + X**2 + 2.5 + X,
    "(float)x / (double) y /* quotient */": X / Y,
    "x if x >= 0 else y * (e^x - 1)": X,
    "1/(1+e^{-x})": 1 / (1 + math.exp(-X)),
    "Tanh(x) + SIN(x)": math.tanh(X) + math.sin(X),
    "np.sin(x) + numpy.exp(y) + math.sqrt(x) + std::cos(y)": (
        math.sin(X) + math.exp(Y) + math.sqrt(X) + math.cos(Y)
    ),
    "exp(-x**2/2)/sqrt(2*\\pi)": math.exp(-(X**2) / 2) / math.sqrt(2 * math.pi),
    "log(x, 2) + log10(x)": math.log2(X) + math.log10(X),
    "protectedDiv(x, y) + protectedDiv(x, 0)": X / Y + 1,
    "sec(x) + csc(x) + cot(x) + sech(x)": (
        1 / math.cos(X) + 1 / math.sin(X) + 1 / math.tan(X) + 1 / math.cosh(X)
    ),
    "fma(x, y, 1) + sqr(x) + aq(x, y)": X * Y + 1 + X**2 + quotient(X, Y),
    "heaviside(0, 0.5) + Heaviside(x) + heaviside(y, 1)": 1.5,
    "x > y ? x : y": X,
    "(x)(0.5) + 2": X / 2 + 2,
    "sin_lut(x) + y": math.sin(X) + Y,
    "Id((1.0) * (Sin((x)^(2))))": math.sin(X**2),
    "'x' * SQR('y')": X * Y * Y,
    "1.5e-002*x": 0.015 * X,
    "mul(x, add(y, 1.5))": X * (Y + 1.5),
    "2-2.1*cos(9.8*x)*sin(1.3*y)": 2 - 2.1 * math.cos(9.8 * X) * math.sin(1.3 * Y),
    "1.0e+00 - -3.5e+00 * x": 1 + 3.5 * X,
}
TABLES: Mapping[str, Mapping[str, float | None]] = {
    "bingo": BINGO, "gomea": GOMEA, "tir": TIR, "heuristiclab": HEURISTICLAB, "eureqa": EUREQA,
    "aifeynman": AIFEYNMAN, "hls4ml": HLS4ML, "dso": DSO, "plain": PLAIN,
}  # fmt: skip
CASES = [
    (dialect, text, value)
    for dialect, table in TABLES.items()
    for text, value in table.items()
    if value is not None
]
REFUSED = [
    (dialect, text)
    for dialect, table in TABLES.items()
    for text, value in table.items()
    if value is None
]


@pytest.mark.parametrize(("dialect", "text", "value"), CASES)
def test_values(dialect: str, text: str, value: float) -> None:
    graph = symhdl.parse(text, dialect, inputs=["x", "y"])
    assert float(graph.evaluate(x=X, y=Y)) == pytest.approx(value, rel=1e-12, abs=1e-13)


@pytest.mark.parametrize(("dialect", "text"), REFUSED)
def test_refused(dialect: str, text: str) -> None:
    with pytest.raises(SymhdlError):
        symhdl.parse(text, dialect, inputs=["x", "y"])


def test_every_function_of_every_dialect_is_tested() -> None:
    for dialect, table in TABLES.items():
        reader = reader_named(dialect)
        spoken = getattr(reader, "dialect", None)
        if spoken is None:
            continue
        names = {line.split("(")[0].strip() for line in spoken.definitions.splitlines()}
        hidden = {"", "nearest_even", "harmonic_series", "analytic_log", "protected_division"}
        hidden |= {"power_of_absolute", "- 1/"}
        texts = " ".join(table).lower()
        for name in names - hidden:
            assert f"{name.lower()}(" in texts or name == "aq", f"{dialect}: {name}"


@pytest.mark.parametrize(
    ("dialect", "text", "told"),
    [
        ("bingo", "(X_0)(?) + 2", "syntax"),
        ("bingo", "(X_0)(nan)", "no-number"),
        ("gomea", "(x0aq)", "syntax"),
        ("tir", "(Infinity) * x0", "no-number"),
        ("heuristiclab", "PSI('x') + 1", "unknown-function"),
        ("heuristiclab", "2 + 'colour' = 'red'", "unsupported"),
        ("heuristiclab", "'colour'[1, 2.5]", "unsupported"),
        ("heuristiclab", "LAG('x', 2)", "unsupported"),
        ("eureqa", "z = f(y, sin(x))", "template"),
        ("eureqa", "Target = exp(f0(x1, x2)) + f1(x1)", "template"),
        ("eureqa", "y = sma(x, 5) + 3!", "unsupported"),
        ("aifeynman", "zoo*x0", "no-number"),
        ("hls4ml", "pow<99>(x)", "unsupported"),
        ("hls4ml", "tanh<3>(x)", "unsupported"),
        ("hls4ml", "y[0] = foo_lut(x[1]);", "unknown-function"),
        ("plain", "1/2x", "ambiguous-product"),
        ("plain", "a \\cdot b", "unknown-character"),
        ("plain", "\\frac{a}{b}", "unknown-character"),
        ("plain", "x // 2", "syntax"),
        ("plain", "f (x)", "unknown-function"),
    ],
)
def test_refusals(dialect: str, text: str, told: str) -> None:
    with pytest.raises(SymhdlError) as caught:
        read_source(text, dialect=dialect)
    found = caught.value.diagnostics[0]
    assert found.span is not None
    assert found.id == told


MISTAKES = {
    "bingo": "(X_0)(0.5) + (X_1(2)\n",
    "bingo-function": "(X_0)(0.5) + sinus(X_1)\n",
    "gomea": "((x0aqx1)+(x1aq))\n",
    "heuristiclab": "SQR('speed') + GAMMA('speed') * LAG('speed', 3)\n",
    "eureqa": "Target = logistic(f0() + f2() * f1(x1, x2))\n",
    "eureqa-history": "Target = delay(x, 2) + sma(x, 4) + x!\n",
    "aifeynman": "24.1 11.0 12.5 0.5 x0*sin(x1\n",
    "hls4ml": "y[0] = hls::sin<16, 6>((result_t)(x[1]) + foo(x[2]);\n",
    "plain": "Y = 0.3 R + 1/2 G\n",
    "tir": "Id((1.0) + (Sinn((x0)^(2))))\n",
}


@pytest.mark.parametrize("name", MISTAKES)
def test_messages(name: str, golden: Callable[[str, str], None]) -> None:
    with pytest.raises(SymhdlError) as caught:
        read_source(Source("model.txt", MISTAKES[name]), dialect=name.partition("-")[0])
    golden(f"dialects/{name}.txt", f"{caught.value}\n")


SOLUTIONS = (
    "25.10 24.50 2450.0 10.0 30.5 -3.1\n"
    "12.00 11.70 1170.0 35.5 3.5 1.5 - x0\n"
    "11.00 10.50 1050.0 300.0 1.5 1.5*x0 - sin(x0)\n"
)


@pytest.mark.parametrize(
    ("select", "value"),
    [
        ("best", 0.5),
        ("accuracy", 1.5 - math.sin(1)),
        ("complexity=10", -3.1),
        ("complexity=35.4", 0.5),
    ],
)
def test_solution_files(select: str, value: float) -> None:
    graph = symhdl.parse(SOLUTIONS, select=select)
    assert float(graph.evaluate(x0=1.0)) == pytest.approx(value)


def test_all_solutions() -> None:
    values = symhdl.parse(SOLUTIONS, "aifeynman", select="all").evaluate(x0=1.0)
    assert values == pytest.approx({"y0": -3.1, "y1": 0.5, "y2": 1.5 - math.sin(1)})


@pytest.mark.parametrize("select", ["complexity=50", "loss<=3", "row=1"])
def test_solutions_that_are_not_there(select: str) -> None:
    with pytest.raises(SymhdlError) as caught:
        symhdl.parse(SOLUTIONS, "aifeynman", select=select)
    assert caught.value.diagnostics[0].id == "select"


@pytest.mark.parametrize(
    ("text", "select", "value"),
    [
        ("10.5 0.5 x0\n20.5 0.25 x0 + 1\n", "best", 2.0),
        ("10.5 0.5 x0\n20.5 0.25 x0 + 1\n", "complexity=10.5", 1.0),
        ("0.5 x0\n0.25 -x0\n", "accuracy", -1.0),
        ("10 0.5 3\n20 0.25 4.5\n", "best", 4.5),
        ("1.5 - x0", "best", 0.5),
        ("1.5 -x0", "best", -1.0),
        ("\n10 0.5 x0 * 2\n\n", "best", 2.0),
    ],
)
def test_solution_files_of_other_widths(text: str, select: str, value: float) -> None:
    assert float(symhdl.parse(text, "aifeynman", select=select).evaluate(x0=1.0)) == value


FIRMWARE = """
#include "myproject.h"
// y[7] = x[9]; is no statement
void myproject(input_t x[16], result_t y[2]) {
    #pragma HLS PIPELINE
    y[0] = (result_t(0.5) - (x[2]*x[2]))*nnet::sin_lut<result_t>((result_t)(x[14]
        - result_t(0.25)*x[3]));
    y[1] = -x[3] + hls::exp<12, 6>((result_t)(x[2]));
}
"""


def test_firmware() -> None:
    values = symhdl.parse(FIRMWARE).evaluate(x2=0.25, x3=1.0, x14=2.0)
    assert values == pytest.approx(
        {"y0": (0.5 - 0.0625) * math.sin(1.75), "y1": -1 + math.exp(0.25)}, rel=1e-12
    )


def test_remainders_of_eureqa_are_told() -> None:
    parsed, _ = read_source("Target = mod(x, y)", dialect="eureqa")
    assert [warning.id for warning in parsed.warnings] == ["remainder"]
    assert float(parsed.graph.evaluate(x=7.5, y=2.0)) == 1.5


@pytest.mark.parametrize(
    ("text", "dialect", "least"),
    [
        ("(X_0)(0.5) + sin(X_1)", "bingo", 0.9),
        ("((x0aqx1)*plog(x2))", "gomea", 0.9),
        ("Id((1.0) * (Sin((x0)^(2))))", "tir", 0.9),
        ("'speed' * 2.5", "heuristiclab", 0.9),
        ("x * -1.4e-001", "heuristiclab", 0.6),
        ("Target = a + b", "eureqa", 0.9),
        (SOLUTIONS, "aifeynman", 1.0),
        ("sqrt(666.000000000000+pi)", "aifeynman", 0.9),
        ("y[0] = hls::sin<16, 6>((result_t)(x[0]));", "hls4ml", 1.0),
        ("sin_lut(x[14])", "hls4ml", 0.9),
        ("div(x1,harmonic(x2))", "dso", 0.6),
        ("0.3 R + 0.5 G", "plain", 0.6),
    ],
)
def test_marks(text: str, dialect: str, least: float) -> None:
    assert reader_named(dialect).detect(Source("-", text)) >= least


@pytest.mark.parametrize("dialect", [name for name in TABLES if name != "plain"])
@pytest.mark.parametrize(
    "text", ["x + 1", "x^2 * sin(y)", "if x > 0 then 1 else y", "x*1.5e-12 + y", "f(a) = 2*a\nf(x)"]
)
def test_no_marks(text: str, dialect: str) -> None:
    assert reader_named(dialect).detect(Source("-", text)) < 0.5


# A formula as nested tuples, printed as each tool would and evaluated by Python.
Formula = float | str | tuple[object, ...]


def formulas() -> st.SearchStrategy[Formula]:
    numbers = st.integers(-400, 400).map(lambda n: n / 8)
    leaves: st.SearchStrategy[Formula] = st.one_of(numbers, st.sampled_from(["x", "y"]))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(st.sampled_from(["+", "-", "*", "aq"]), inner, inner),
            st.tuples(st.sampled_from(["sin", "cos", "sqrt", "square"]), inner),
        ),
        max_leaves=20,
    )


def value(formula: object, absolute: bool) -> float:
    match formula:
        case (str(name), inner):
            x = value(inner, absolute)
            if name == "sqrt":
                return math.sqrt(abs(x))
            return x * x if name == "square" else float(getattr(math, str(name))(x))
        case (str(name), left, right):
            a, b = value(left, absolute), value(right, absolute)
            return {"+": a + b, "-": a - b, "*": a * b, "aq": quotient(a, b)}[name]
        case str(name):
            return {"x": X, "y": Y}[name]
        case float(number):
            return number
    raise AssertionError(formula)


def as_bingo(formula: object) -> str:
    match formula:
        case ("square", inner):
            return f"({as_bingo(inner)})^(2)"
        case (str(name), inner):
            return f"{name}({as_bingo(inner)})"
        case ("aq", left, right):
            return f"({as_bingo(left)})/(sqrt(1 + ({as_bingo(right)})^(2)))"
        case ("*", left, right):
            return f"({as_bingo(left)})({as_bingo(right)})"
        case ("-", left, right):
            return f"{as_bingo(left)} - ({as_bingo(right)})"
        case (_, left, right):
            return f"{as_bingo(left)} + {as_bingo(right)}"
    return {"x": "X_0", "y": "X_1"}.get(str(formula), str(formula))


def as_gomea(formula: object) -> str:
    match formula:
        case ("square", inner):
            return f"({as_gomea(inner)})^2"
        case (str(name), inner):
            return f"{name}({as_gomea(inner)})"
        case (str(name), left, right):
            return f"({as_gomea(left)}{name}{as_gomea(right)})"
        case float(number):
            return f"{number:.6f}"
    return {"x": "x0", "y": "x1"}[str(formula)]


def as_heuristiclab(formula: object) -> str:
    match formula:
        case (str(name), inner):
            return f"{ {'square': 'SQR', 'sqrt': 'SQRTABS'}.get(name, name.upper()) }({as_heuristiclab(inner)})"
        case ("aq", left, right):
            return f"AQ({as_heuristiclab(left)}, {as_heuristiclab(right)})"
        case (str(name), left, right):
            return f"({as_heuristiclab(left)} {name} {as_heuristiclab(right)})"
        case float(number):
            mantissa, _, exponent = f"{number:.15e}".partition("e")
            return f"{mantissa}e{exponent[0]}{int(exponent[1:]):03d}"
    return {"x": "'speed 1'", "y": '"it\'s"'}[str(formula)]


PRINTERS: Mapping[str, tuple[Callable[[object], str], tuple[str, str]]] = {
    "bingo": (as_bingo, ("X_0", "X_1")),
    "gomea": (as_gomea, ("x0", "x1")),
    "heuristiclab": (as_heuristiclab, ("speed 1", "it's")),
}


@pytest.mark.parametrize("dialect", PRINTERS)
@settings(max_examples=60, deadline=None)
@given(formula=formulas())
def test_what_is_printed_is_read(dialect: str, formula: Formula) -> None:
    printer, (x, y) = PRINTERS[dialect]
    graph = symhdl.parse(printer(formula), dialect)
    found = float(graph.evaluate(digits=None, **{x: X, y: Y}))
    assert found == pytest.approx(value(formula, True), rel=1e-9, abs=1e-9)


def test_plain_reads_what_its_specialists_read() -> None:
    """A text with the marks of a tool has the same values under the umbrella."""
    for dialect, text, wanted in CASES:
        reader = reader_named(dialect)
        if reader.detect(Source("-", text)) >= 0.9:
            graph = symhdl.parse(text, "plain", inputs=["x", "y"])
            assert float(graph.evaluate(x=X, y=Y)) == pytest.approx(wanted, rel=1e-12, abs=1e-13)


def test_mutated_texts_are_refused_or_read() -> None:
    generator = random.Random(20_263)  # noqa: S311 # repeatable
    characters = "()+-*/^'\"|<>=,.:;?!xX_0123eE aq\\\n"
    for dialect, text, _ in CASES:
        for _ in range(4):
            at = generator.randrange(len(text) + 1)
            mutated = text[:at] + generator.choice(characters) + text[at + generator.randrange(2) :]
            try:
                symhdl.parse(mutated, dialect)
            except SymhdlError as problem:
                assert problem.diagnostics[0].message.isprintable()
