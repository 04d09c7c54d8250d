"""Operon: models as text and as trees, against what Operon itself evaluates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symhdl
from symhdl.errors import Source, SymhdlError
from symhdl.evaluate import evaluate
from symhdl.sources.operon.text import READER
from tests.rows import each_row


@each_row(
    ("text", "wanted"),
    [
        ("(0.5 + (2.0 * ((-0.25) * X1)))", -0.5),
        ("((-0.5) ^ 2)", 0.25),
        ("(X1 / (sqrt(1 + X2 ^ 2)))", 2 / 10**0.5),
        ("aq(X1, X2)", 2 / 10**0.5),
        ("logabs(-X1) + sqrtabs(-X1) + powabs(-X1, 3)", np.log(2) + 2**0.5 + 8),
        ("log((X1)+1)", np.log(3)),
        ("cbrt(-8)", -2),
        ("fmin(X1, fmax(X2, 7))", 2),
        ("(min((X1), (X2)))", 2),
        ("square(X2)", 9),
        ("X1 ** 3 + pow(X1, 2)", 12),
        ("aq(a, b) = a / sqrt(1 + b*b)\nf = aq(X1, X2) ** 2", 0.4),
        ("1000000015047466219876688855040.000 * X1", 2.000000030094932e30),
    ],
)
def test_text(text: str, wanted: float) -> None:
    found = symhdl.parse(text, "operon").evaluate(X1=2, X2=3)
    assert float(found) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("text", ["(nan + (1.000 * X1))", "(0.1 + (inf * X1))"])
def test_coefficients_that_are_no_numbers(text: str) -> None:
    with pytest.raises(SymhdlError) as caught:
        symhdl.parse(text, "operon")
    (told,) = caught.value.diagnostics
    assert told.id == "no-number"
    assert told.span is not None


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("((-0.043) + (0.987 * ((0.003 * T) + log(abs((311.955 * n))))))", 0.9, 1),
        ("(1.5 * sqrtabs(X1))", 0.9, 1),
        ("sin((0.5 * X1))", 0.6, 0.8),
        ("x^2 + 1", 0, 0.2),
    ],
)
def test_detection(text: str, least: float, most: float) -> None:
    assert least <= READER.detect(Source("<text>", text)) <= most


POINTS = np.array([[-2.0, 0.5], [1.5, -3.0], [0.75, 0.25], [2.0, 2.0], [-0.5, -0.25]])


@pytest.mark.filterwarnings("ignore")
class TestObjects:
    @pytest.fixture(autouse=True)
    def library(self) -> None:
        self.op = pytest.importorskip("pyoperon")
        self.data = self.op.Dataset(POINTS)
        self.hashes = {variable.Name: variable.Hash for variable in self.data.Variables}
        self.names = {number: name for name, number in self.hashes.items()}

    def variable(self, name: str, weight: float = 1) -> Any:
        node = self.op.Node(self.op.NodeType.Variable, self.hashes[name])
        node.Value = weight
        return node

    def compare(self, nodes: list[Any], least: int = 2) -> None:
        """Both readings have the values that Operon computes in single precision, where it has any."""
        tree = self.op.Tree(nodes).UpdateNodes()
        rows = self.op.Range(0, len(POINTS))
        wanted = np.asarray(self.op.Evaluate(self.op.DispatchTable(), tree, self.data, rows))
        has_value = np.isfinite(wanted)
        assert has_value.sum() >= least
        text = self.op.InfixFormatter.Format(tree, self.data, 9)
        named: object = {"tree": tree, "variables": self.names}
        for source, dialect in ((named, None), (text, "operon")):
            graph = symhdl.parse(source, dialect)
            values = {d.name: POINTS[:, int(d.name[1:]) - 1] for d in graph.inputs}
            found = evaluate(graph, values)["y"]
            np.testing.assert_allclose(found[has_value], wanted[has_value], rtol=2e-6, atol=1e-7)

    @pytest.mark.parametrize("name", [
        "Add", "Mul", "Sub", "Div", "Fmin", "Fmax", "Aq", "Pow", "Powabs", "Abs", "Acos", "Asin",
        "Atan", "Cbrt", "Ceil", "Cos", "Cosh", "Exp", "Floor", "Log", "Logabs", "Log1p", "Sin",
        "Sinh", "Sqrt", "Sqrtabs", "Tan", "Tanh", "Square",
    ])  # fmt: skip
    def test_every_function(self, name: str) -> None:
        node = self.op.Node(getattr(self.op.NodeType, name))
        nodes = [self.variable("X2"), self.variable("X1")][-node.Arity :]
        self.compare([*nodes, node])

    @pytest.mark.parametrize("name", ["Add", "Mul", "Sub", "Div"])
    @pytest.mark.parametrize("arity", [1, 3, 4])
    def test_any_number_of_operands(self, name: str, arity: int) -> None:
        node = self.op.Node(getattr(self.op.NodeType, name))
        node.Arity = arity
        self.compare([*(self.variable("X1", 2 + index) for index in range(arity)), node])

    def test_functions_have_weights_too(self) -> None:
        node = self.op.Node(self.op.NodeType.Sin)
        node.Value = -3.25
        self.compare([self.variable("X1", 0.3), node])

    def test_names_of_variables(self) -> None:
        tree = self.op.Tree([self.variable("X2")])
        graph = symhdl.parse({"tree": tree, "variables": {self.hashes["X2"]: "a b"}})
        assert [declared.name for declared in graph.inputs] == ["a b"]
        with pytest.raises(SymhdlError, match="does not know what its variables are called"):
            symhdl.parse(tree)
        constant = self.op.Node.Constant(2.5)
        assert float(symhdl.parse(self.op.Tree([constant])).evaluate()) == 2.5

    @pytest.mark.parametrize("value", [float("nan"), float("inf")])
    def test_coefficients_that_are_no_numbers(self, value: float) -> None:
        with pytest.raises(SymhdlError, match="finite numbers only"):
            symhdl.parse(self.op.Tree([self.op.Node.Constant(value)]))

    def test_a_fitted_model_becomes_hardware(self, fitted: Callable[[], Any]) -> None:
        model, points = fitted()
        graph = symhdl.parse(model)
        values = {d.name: points[:, int(d.name[1:]) - 1] for d in graph.inputs}
        wanted = model.predict(points)
        np.testing.assert_allclose(evaluate(graph, values)["y"], wanted, rtol=1e-4, atol=1e-5)
        inputs = {name: symhdl.Input("fixed<11,3>", range=(1, 2)) for name in values}
        text = model.get_model_string(model.model_, 9)
        for source, dialect in ((model, None), (text, "operon")):
            design = symhdl.compile(source, dialect=dialect, inputs=inputs, error=2**-7)
            simulated = design.simulate(**values)
            assert np.abs(np.asarray(simulated) - wanted).max() <= 2**-7 + 1e-4

    @pytest.fixture
    def fitted(self) -> Callable[[], Any]:
        sklearn = pytest.importorskip("pyoperon.sklearn")

        def fit() -> Any:
            points = np.random.default_rng(1).integers(256, 512, (100, 2)) / 256
            symbols = "add,sub,mul,aq,sqrtabs,constant,variable"
            model = sklearn.SymbolicRegressor(
                population_size=100, generations=5, random_state=1, n_threads=1, max_length=15,
                allowed_symbols=symbols,
            )  # fmt: skip
            return model.fit(points, np.sqrt(points[:, 0]) * points[:, 1] + 0.3), points

        return fit

    def test_what_is_not_fitted(self) -> None:
        sklearn = pytest.importorskip("pyoperon.sklearn")
        with pytest.raises(SymhdlError, match="has no model yet"):
            symhdl.parse(sklearn.SymbolicRegressor())
