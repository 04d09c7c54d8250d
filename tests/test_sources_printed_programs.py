"""C and Python as SymPy's printers write them: read with the values of what was printed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
import sympy
from sympy.printing.numpy import NumPyPrinter
from sympy.printing.pycode import pycode
from sympy.utilities.codegen import codegen

from tests.rows import each_row

from .imperative_texts import graph

X, Y, Z = sympy.symbols("x y z")
VALUES = {X: 1.75, Y: 2.5, Z: 0.5}
EXPRESSIONS = [
    X**2 * sympy.sin(Y) - sympy.Rational(1, 3),
    X ** sympy.Rational(1, 3) / Y**2 + sympy.exp(-X) * sympy.pi,
    sympy.Piecewise((X, X > 2), (Y, (X < 2) & (Y > 0)), (Z, True)),
    sympy.Max(X, Y, Z) + sympy.Min(X, 2) + sympy.Mod(X, 3),
    sympy.Abs(-X) + sympy.sign(Y) + sympy.floor(Z) + sympy.atan2(X, Y) + sympy.erf(X),
    sympy.Heaviside(X - 1) + sympy.sinc(Y),
]
PRINTERS: list[tuple[str, Callable[[sympy.Expr], str]]] = [
    ("c", sympy.ccode),
    ("c", lambda expression: str(sympy.ccode(expression, assign_to="r"))),
    ("c", lambda expression: str(codegen(("f", expression), "C99")[0][1])),
    ("numpy", pycode),
    ("numpy", NumPyPrinter().doprint),
    ("numpy", lambda expression: inspect.getsource(sympy.lambdify((X, Y, Z), expression))),
]


@each_row("expression", EXPRESSIONS, ids=str)
@each_row(("dialect", "printed"), PRINTERS)
def test_expression(
    dialect: str, printed: Callable[[sympy.Expr], str], expression: sympy.Expr
) -> None:
    found = graph(printed(expression), dialect)
    values = {symbol.name: value for symbol, value in VALUES.items()}
    given: dict[str, Any] = {declared.name: values[declared.name] for declared in found.inputs}
    wanted = float(sympy.N(expression.subs(VALUES)))
    assert float(found.evaluate(**given)) == pytest.approx(wanted, rel=1e-12)


def test_sum() -> None:
    text = pycode(sympy.Sum(X * Y**Z, (Z, 1, 4)))
    assert float(graph(text, "numpy").evaluate(x=2, y=3)) == 240


def test_several_results() -> None:
    equations = [sympy.Eq(sympy.Symbol("s"), X + Y), sympy.Eq(sympy.Symbol("d"), X - Y)]
    text = codegen(("f", equations), "C99")[0][1]
    assert graph(text, "c").evaluate(x=3, y=1) == {"d": 2, "s": 4}
    text = inspect.getsource(sympy.lambdify((X, Y), [X + Y, (X + Y) ** 2], cse=True))
    assert list(graph(text, "numpy").evaluate(x=3, y=1).values()) == [4, 16]


def test_cores_of_fpbench_as_c() -> None:
    text = (
        "#include <fenv.h>\n#include <math.h>\n#define TRUE 1\n#define FALSE 0\n\n"
        "double ex0(double x) {\n\tdouble s = x;\n\tdouble i = 0.0;\n\tint t_1 = i < 3.0;\n"
        "\twhile (t_1) {\n\t\tdouble s_2 = s * x;\n\t\ts = s_2;\n\t\ti = i + 1.0;\n\t\tt_1 = i < 3.0;\n\t}\n"
        "\tdouble tmp;\n\tif (TRUE && s > 9.0) {\n\t\ttmp = sqrt(s);\n\t} else {\n\t\ttmp = fabs(s);\n\t}\n"
        "\treturn tmp;\n}\n"
    )
    assert float(graph(text, "c").evaluate(x=2)) == 4
