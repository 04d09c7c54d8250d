"""Readers of infix dialects: what they refuse and how, files of several formulas, and the marks that they know."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

import symhdl
from symhdl.errors import Source, SymhdlError
from symhdl.sources.reading.registry import reader_named
from symhdl.sources.reading.source import read_source
from tests.rows import each_row
from tests.test_sources_infix import TABLES


@each_row(
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


@each_row(
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


@each_row("dialect", [name for name in TABLES if name != "plain"])
@each_row(
    "text", ["x + 1", "x^2 * sin(y)", "if x > 0 then 1 else y", "x*1.5e-12 + y", "f(a) = 2*a\nf(x)"]
)
def test_no_marks(text: str, dialect: str) -> None:
    assert reader_named(dialect).detect(Source("-", text)) < 0.5
