"""gplearn: its protected functions, what it prints, and its fitted objects against their own predictions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import symhdl
from symhdl.errors import Source, SymhdlError
from symhdl.evaluate import evaluate
from symhdl.sources.gplearn.text import READER
from symhdl.sources.reading.source import read_source
from symhdl.sources.reading.trees import TreeStep, text_of
from tests.rows import each_row

X0 = symhdl.Input("fixed<12,3>", range=(-2, 2))


def value(text: str, **values: float) -> float:
    (found,) = evaluate(symhdl.parse(text, "gplearn"), values).values()
    return float(found)


@each_row(
    ("text", "x", "wanted"),
    [
        ("div(2.500, X0)", 0.5, 5),
        ("div(2.500, X0)", 0.001, 1),
        ("div(2.500, X0)", -0.0005, 1),
        ("div(2.500, X0)", -0.002, -1250),
        ("sqrt(X0)", -4, 2),
        ("log(X0)", -math.e, 1),
        ("log(X0)", 0.001, 0),
        ("log(X0)", 0, 0),
        ("inv(X0)", 0.25, 4),
        ("inv(X0)", -0.001, 0),
        ("sig(X0)", 0, 0.5),
        ("neg(max(X0, min(-1.000, 3.000)))", -2, 1),
        ("add(abs(X0), sub(X0, mul(X0, X0)))", -3, -9),
        ("sin(cos(tan(X0)))", 0.5, math.sin(math.cos(math.tan(0.5)))),
    ],
)
def test_protected_functions(text: str, x: float, wanted: float) -> None:
    assert value(text, X0=x) == pytest.approx(wanted, rel=1e-12)


def test_a_single_terminal_is_a_program() -> None:
    assert value("X7", X7=3) == 3
    assert value("-0.250") == -0.25


def test_what_a_transformer_prints() -> None:
    graph = symhdl.parse("[add(X0, X1),\n mul(X0, 0.500),\n X2]", "gplearn")
    assert dict(graph.evaluate(X0=1, X1=2, X2=9)) == {"y0": 3, "y1": 0.5, "y2": 9}


def test_functions_of_the_user() -> None:
    parsed, _ = read_source("add(exp(X0), 1.000)", dialect="gplearn")
    (told,) = parsed.warnings
    assert told.id == "unprotected-function"
    assert told.span is not None
    assert told.span.start == 4
    limited = "exp(x) = if abs(x) < 50 then exp(x) else 0"
    parsed, _ = read_source("add(exp(X0), 1.000)", dialect="gplearn", define=[limited])
    assert not parsed.warnings
    assert float(parsed.graph.evaluate(X0=60)) == 1
    with pytest.raises(SymhdlError, match="there is no function `logical`"):
        symhdl.parse("logical(X0, X1)", "gplearn")


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(SymhdlError) as caught:
        symhdl.parse("add(nan, mul(X0, inf))", "gplearn")
    assert [d.span and d.span.start for d in caught.value.diagnostics] == [4, 17]
    assert symhdl.parse("add(nan, X0)", "gplearn", inputs=["nan"]).inputs[0].name == "nan"


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("add(mul(X0, 0.513), div(X1, -0.200))", 0.9, 1),
        ("div(depth, add(depth, 0.250))", 0.6, 0.89),
        ("div(depth, width)", 0.5, 0.89),
        ("mul(X0, 0.51312)", 0, 0.5),
        ("plus(mult(x0, 2.1), x1)", 0, 0.5),
        ("mul(x, y) + 1", 0, 0),
        ("sin(x)", 0, 0),
    ],
)
def test_detection(text: str, least: float, most: float) -> None:
    assert least <= READER.detect(Source("<text>", text)) <= most


@pytest.mark.parametrize(
    "steps",
    [[], [TreeStep("f(", 2), TreeStep("x")], [TreeStep("x"), TreeStep("y")]],
    ids=["none", "few", "many"],
)
def test_trees_that_are_none(steps: list[TreeStep]) -> None:
    with pytest.raises(SymhdlError, match="not those of one tree"):
        text_of(steps, "test")


@pytest.mark.parametrize(
    ("protected", "plain"), [("sqrt(mul(X0, X0))", "sqrt(X0 * X0)"), ("abs(X0)", "abs(X0)")]
)
def test_protection_that_never_acts_costs_nothing(protected: str, plain: str) -> None:
    one = symhdl.compile(protected, dialect="gplearn", inputs={"X0": X0})
    other = symhdl.compile(plain, inputs={"X0": X0})
    assert one.datapath.cells == other.datapath.cells


ALL = ("add", "sub", "mul", "div", "sqrt", "log", "abs", "neg", "inv", "max", "min", "sin", "cos")
SETTINGS: dict[str, Any] = {"population_size": 100, "generations": 3, "random_state": 3}
FORMAT = "fixed<11,3>"


def data(columns: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Points on the grid of FORMAT, so that quantising them changes nothing, and a target."""
    random = np.random.default_rng(5)
    points = random.integers(-256, 256, (120, columns)) / 256
    return points, points[:, 0] * points[:, 1] + 0.3 / (points[:, 2] + 2)


@pytest.mark.filterwarnings("ignore")
class TestObjects:
    @pytest.fixture(autouse=True)
    def library(self) -> None:
        self.genetic = pytest.importorskip("gplearn.genetic")
        self.functions = pytest.importorskip("gplearn.functions")

    def test_regressor(self) -> None:
        points, target = data()
        model = self.genetic.SymbolicRegressor(function_set=ALL, **SETTINGS).fit(points, target)
        graph = symhdl.parse(model)
        used = {declared.name: points[:, int(declared.name[1:])] for declared in graph.inputs}
        np.testing.assert_allclose(evaluate(graph, used)["y"], model.predict(points), rtol=1e-12)
        assert symhdl.parse(model._program).nodes == graph.nodes

    def test_constants_are_exact_in_objects_and_rounded_in_texts(self) -> None:
        points, target = data()
        model = self.genetic.SymbolicRegressor(function_set=("add", "mul"), **SETTINGS)
        model.fit(points, target + 0.12345678)
        constants = [node for node in model._program.program if isinstance(node, float)]
        assert constants
        text = symhdl.parse(str(model), "gplearn")
        used = {declared.name: points[:, int(declared.name[1:])] for declared in text.inputs}
        errors = np.abs(evaluate(text, used)["y"] - model.predict(points))
        assert 0 < errors.max() < 0.01

    def test_features_of_any_name_in_the_order_of_their_columns(self) -> None:
        points, _ = data()
        names = ["a b", "if", "e"]
        model = self.genetic.SymbolicRegressor(
            function_set=ALL, feature_names=names, parsimony_coefficient=0, **SETTINGS
        ).fit(points, points[:, 2] + points[:, 0] * points[:, 1])
        graph = symhdl.parse(model)
        found = [declared.name for declared in graph.inputs]
        assert found == [name for name in names if name in found]
        values = {name: points[:, names.index(name)] for name in found}
        np.testing.assert_allclose(evaluate(graph, values)["y"], model.predict(points), rtol=1e-12)

    def test_transformer(self) -> None:
        points, target = data()
        model = self.genetic.SymbolicTransformer(
            function_set=ALL, n_components=3, hall_of_fame=30, **SETTINGS
        ).fit(points, target)
        for source in (model, {"f": model}):
            graph = symhdl.parse(source)
            used = {d.name: points[:, int(d.name[1:])] for d in graph.inputs}
            columns = np.array(list(evaluate(graph, used).values())).T
            np.testing.assert_allclose(columns, model.transform(points), rtol=1e-12)
        assert [output.name for output in graph.outputs] == ["f0", "f1", "f2"]
        assert len(symhdl.parse(str(model), "gplearn").outputs) == 3

    def test_classifier_gives_the_probability_of_the_second_class(self) -> None:
        points, target = data()
        model = self.genetic.SymbolicClassifier(function_set=ALL, **SETTINGS)
        model.fit(points, target > 0.1)
        graph = symhdl.parse(model)
        used = {declared.name: points[:, int(declared.name[1:])] for declared in graph.inputs}
        wanted = model.predict_proba(points)[:, 1]
        np.testing.assert_allclose(evaluate(graph, used)["y"], wanted, rtol=1e-12)

    def test_functions_made_by_the_user_need_a_definition(self) -> None:
        make, points = self.functions.make_function, data()[0]
        own_division = make(function=lambda a, b: np.where(b > 1, a, b), name="div", arity=2)
        own_exp = make(function=lambda a: np.where(a < 9, np.exp(a), 0.0), name="exp", arity=1)
        numpy_exp = make(function=np.exp, name="exp", arity=1)
        model = self.genetic.SymbolicRegressor(function_set=("add", own_division), **SETTINGS)
        model.fit(points, points[:, 0])
        program = model._program
        program.program = [own_division, 0, 1]
        with pytest.raises(SymhdlError, match="made with make_function"):
            symhdl.parse(program)
        graph = symhdl.parse(program, define=["div(a, b) = if b > 1 then a else b"])
        assert float(graph.evaluate(X0=3, X1=2)) == 3
        program.program = [own_exp, 0]
        parsed, _ = read_source(program)
        assert [told.id for told in parsed.warnings] == ["unprotected-function"]
        program.program = [numpy_exp, 0]
        parsed, _ = read_source(program)
        assert not parsed.warnings

    @pytest.mark.parametrize("nodes", [[], [0, 1], [math.nan], ["x"]])
    def test_programs_that_are_none(self, nodes: list[object]) -> None:
        points, target = data()
        model = self.genetic.SymbolicRegressor(**SETTINGS).fit(points, target)
        model._program.program = nodes
        with pytest.raises(SymhdlError):
            symhdl.parse(model)

    def test_what_is_not_fitted(self) -> None:
        with pytest.raises(SymhdlError, match="has no program yet"):
            symhdl.parse(self.genetic.SymbolicRegressor())

    @pytest.mark.parametrize("as_text", [False, True])
    def test_hardware_keeps_its_bound(self, as_text: bool) -> None:
        points, target = data()
        names = ("add", "sub", "mul", "div", "sqrt", "max", "sin")
        model = self.genetic.SymbolicRegressor(
            function_set=names, parsimony_coefficient=0.01, **SETTINGS
        ).fit(points, target)
        source = str(model) if as_text else model
        graph = symhdl.parse(source, "gplearn" if as_text else None)
        used = {declared.name: points[:, int(declared.name[1:])] for declared in graph.inputs}
        inputs = {name: symhdl.Input(FORMAT, range=(-1, 1)) for name in used}
        design = symhdl.compile(
            source, dialect="gplearn" if as_text else None, inputs=inputs, error=2**-8
        )
        simulated = design.simulate(**used)
        assert isinstance(simulated, np.ndarray)
        wanted = evaluate(graph, used)["y"] if as_text else model.predict(points)
        assert np.abs(simulated - wanted).max() <= 2**-8 + 1e-9
