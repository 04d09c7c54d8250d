"""Fitted models and data frames: PySR and Julia are not needed, pandas is for some of the tests."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

import symhdl
from symhdl.errors import SymhdlError
from symhdl.sources.reading.source import read_source

TABLE: dict[str, list[Any]] = {
    "complexity": [1, 3, 7],
    "loss": [3.0, 2.0, 0.1],
    "score": [0.0, 0.2, 0.7],
    "equation": ["0.5", "x0 * 2.5", "sq(x0) + cos(x1)"],
}


class PySRRegressor:
    """Has the name and the attributes of PySR's class, and no method that may be called."""

    equations_: object = None
    unary_operators: object = ("cos", "sq(x::T) where {T<:Number} = x^2f0", "odd(x) = begin x end")
    binary_operators: object = ("+", "*")
    operators: object = None
    expression_spec: object = None
    model_selection = "best"

    def __getattr__(self, name: str) -> object:
        raise AttributeError(name)


PySRRegressor.__module__ = "pysr.sr"


class DataFrame:
    """As much of pandas as is looked at."""

    def __init__(self, columns: dict[str, list[Any]]) -> None:
        self._columns = columns
        self.columns = list(columns)

    def __getitem__(self, name: str) -> list[Any]:
        return self._columns[name]


DataFrame.__module__ = "pandas.core.frame"


def model(**attributes: object) -> PySRRegressor:
    fitted = PySRRegressor()
    fitted.equations_ = DataFrame(TABLE)
    for name, attribute in attributes.items():
        setattr(fitted, name, attribute)
    return fitted


def test_a_fitted_model_brings_its_operators() -> None:
    parsed, text = read_source(model())
    assert float(parsed.graph.evaluate(x0=2.0, x1=0.0)) == 5.0
    assert text == "y = sq(x0) + cos(x1)"
    assert parsed.warnings == ()


def test_definitions_of_the_user_come_first() -> None:
    graph = symhdl.parse(model(), define=["sq(x) = x^4"])
    assert float(graph.evaluate(x0=2.0, x1=0.0)) == 17.0


def test_operators_by_arity() -> None:
    given = model(unary_operators=None, operators={1: ["sq(x) = x^3"], 2: ["+", "w(x, y) = x"]})
    assert float(symhdl.parse(given).evaluate(x0=2.0, x1=0.0)) == 9.0


def test_an_operator_that_cannot_be_read_matters_where_it_is_used() -> None:
    table = DataFrame({**TABLE, "equation": ["0.5", "odd(x0)", "sq(x0)"]})
    assert float(symhdl.parse(model(equations_=table)).evaluate(x0=3.0)) == 9.0
    with pytest.raises(SymhdlError) as caught:
        symhdl.parse(model(equations_=table), select="complexity=3")
    assert "operators of the model" in str(caught.value)


def test_several_outputs() -> None:
    other = DataFrame({**TABLE, "equation": ["x0", "x1", "x2"]})
    graph = symhdl.parse(model(equations_=[DataFrame(TABLE), other]))
    assert graph.evaluate(x0=1.0, x1=0.0, x2=7.0) == {"y1": 2.0, "y2": 7.0}


def test_a_template_brings_its_rule() -> None:
    table = DataFrame(
        {**TABLE, "equation": ["f = 1.0; g = 1.0", "f = #1; g = #2", "f = sq(#1); g = #2"]}
    )
    spec = SimpleNamespace(combine="f(a, b) - g(a, b)", expressions=["f", "g"])
    graph = symhdl.parse(model(equations_=table, expression_spec=spec))
    assert float(graph.evaluate(a=3.0, b=1.0)) == 8.0
    graph = symhdl.parse(model(equations_=table, expression_spec=spec), combine="f(a, 0) * g(0, b)")
    assert float(graph.evaluate(a=3.0, b=2.0)) == 18.0


def test_the_rule_by_which_a_model_chooses() -> None:
    (told,) = read_source(model(model_selection="accuracy"))[0].warnings
    assert told.help is not None
    assert 'select="accuracy"' in told.help
    assert not read_source(model(model_selection="accuracy"), select="accuracy")[0].warnings


def test_a_model_that_was_not_fitted() -> None:
    with pytest.raises(SymhdlError) as caught:
        symhdl.parse(PySRRegressor())
    assert caught.value.diagnostics[0].id == "not-fitted"


def test_places_are_those_of_the_table() -> None:
    with pytest.raises(SymhdlError) as caught:
        symhdl.parse(DataFrame(TABLE))
    assert "equations_.csv:4:12" in str(caught.value)


@pytest.mark.parametrize(
    "columns",
    [
        {"complexity": [1], "loss": [1.0]},
        {"loss": [1.0], "equation": ["x"]},
        {},
    ],
)
def test_other_frames_are_no_tables_of_equations(columns: dict[str, list[Any]]) -> None:
    with pytest.raises(SymhdlError) as caught:
        symhdl.parse(DataFrame(columns))
    assert caught.value.diagnostics[0].id == "unknown-source"


def test_constants_may_be_numbers() -> None:
    frame = DataFrame({"complexity": [1], "loss": [1.0], "equation": [0.5]})
    assert float(symhdl.parse(frame).evaluate()) == 0.5


@pytest.mark.parametrize("wrong", [object(), None, ["x"]])
def test_other_objects_in_a_table_are_told(wrong: object) -> None:
    frame = DataFrame({"complexity": [1], "loss": [1.0], "equation": [wrong]})
    with pytest.raises(SymhdlError) as caught:
        symhdl.parse(frame)
    assert caught.value.diagnostics[0].id == "table"


def test_frames_of_pandas() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(TABLE)
    assert float(symhdl.parse(frame, select="row=1").evaluate(x0=2.0)) == 5.0
    graph = symhdl.parse([frame, frame], define=["sq(x) = x^2"])
    assert graph.evaluate(x0=2.0, x1=0.0) == {"y1": 5.0, "y2": 5.0}
    assert float(symhdl.parse(model(equations_=frame)).evaluate(x0=2.0, x1=0.0)) == 5.0


def test_frames_with_expressions_of_sympy_alone() -> None:
    sympy = pytest.importorskip("sympy")
    x, y = sympy.symbols("x y")
    frame = DataFrame(
        {"complexity": [1, 4], "loss": [2.0, 1.0], "sympy_format": [x, x * sympy.sin(y)]}
    )
    assert float(symhdl.parse(frame, select="complexity=1").evaluate(x=2.0)) == 2.0
    graph = symhdl.parse(frame, select="all")
    assert [output.name for output in graph.outputs] == ["c1", "c4"]


def test_nothing_is_imported_for_them() -> None:
    script = (
        "import sys, symhdl\nfrom symhdl.sources.pysr.objects import READER\n"
        "symhdl.parse('plus(x0, mult(x1, 2.5))')\n"
        "assert not {'pandas', 'pysr', 'juliacall', 'sympy'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_extra_sympy_mappings() -> None:
    sympy = pytest.importorskip("sympy")
    mappings: dict[str, Callable[..., object]] = {
        "sq": lambda x: x**2,
        "low": lambda x, y: sympy.Min(x, y) - 1.5**x,
        "ramp": lambda x: sympy.Piecewise((0.0, x < 0), (x, True)),
    }
    text = "sq(a) + low(a, b) * ramp(b) + (-0.5 ^ 2)"
    graph = symhdl.parse(text, "pysr", mappings)
    assert float(graph.evaluate(a=2.0, b=3.0)) == pytest.approx(4 + (2 - 1.5**2) * 3 + 0.25)
    assert (
        float(symhdl.parse("neg1(a)", "pysr", {"neg1": lambda x: -(1.5**x)}).evaluate(a=2.0))
        == -2.25
    )
    given = model(unary_operators=["sq"], extra_sympy_mappings={"sq": lambda x: x**3, "odd": None})
    assert float(symhdl.parse(given).evaluate(x0=2.0, x1=0.0)) == 9.0
    given = model(extra_sympy_mappings={"sq": lambda x: x**3})
    assert (
        float(symhdl.parse(given).evaluate(x0=2.0, x1=0.0)) == 5.0
    )  # Julia's is what was searched with


@pytest.mark.parametrize(
    "function", [lambda *x: x[0], lambda: 1, lambda x: [x], lambda x: x > 0, max], ids=range(5)
)
def test_functions_that_are_none_of_numbers(function: Any) -> None:
    pytest.importorskip("sympy")
    with pytest.raises((SymhdlError, TypeError, ValueError)):
        symhdl.parse("f(x)", "pysr", {"f": function})
