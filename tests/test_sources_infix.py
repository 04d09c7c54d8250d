"""Dialects of infix formulas: every function of every tool against Python's mathematics, and what each one refuses."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping

import pytest

import symhdl
from symhdl.errors import Source, SymhdlError
from symhdl.sources.reading.registry import reader_named
from tests.rows import each_row

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


@each_row(("dialect", "text", "value"), CASES)
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
