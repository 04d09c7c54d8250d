"""DEAP: trees as text and as objects, against what DEAP itself compiles them to."""

from __future__ import annotations

import math
import operator
import random
from typing import Any

import numpy as np
import pytest

import symhdl
from symhdl.errors import Source, SymhdlError
from symhdl.sources.deap.text import READER
from symhdl.sources.reading.source import read_source
from tests.rows import each_row


@each_row(
    ("text", "wanted"),
    [
        ("protectedDiv(mul(ARG0, -1), 4)", -0.5),
        ("protectedDiv(ARG0, sub(ARG1, ARG1))", 1),
        ("add(ARG0, np.float64(0.25))", 2.25),
        ("sub(neg(ARG0), truediv(ARG1, 2))", -3.5),
        ("subtract(np.negative(ARG0), true_divide(ARG1, 2.0))", -3.5),
        ("math.sin(pi)", 0),
        ("if_then_else(lt(ARG0, ARG1), ARG0, ARG1)", 2),
        ("if_then_else(and_(ARG0, not_(ARG1)), 5, 6)", 6),
        ("xor(gt(ARG0, 1), gt(ARG1, 1))", 0),
        ("floordiv(ARG1, ARG0)", 1),
        ("maximum(fabs(-7), absolute(ARG0))", 7),
        ("eq(ARG0, 2)", 1),
        ("max(ARG0, ARG1)", 3),
        ("ARG0", 2),
    ],
)
def test_text(text: str, wanted: float) -> None:
    found = symhdl.parse(text, "deap").evaluate(ARG0=2, ARG1=3)
    assert float(found) == pytest.approx(wanted, abs=1e-12)


def test_a_primitive_of_the_user_needs_a_definition() -> None:
    with pytest.raises(SymhdlError, match="there is no function `protectedLog`"):
        symhdl.parse("add(protectedLog(ARG0), 1)", "deap")
    definition = "protectedLog(x) = if x == 0 then 0 else log(abs(x))"
    graph = symhdl.parse("add(protectedLog(ARG0), 1)", "deap", [definition])
    assert float(graph.evaluate(ARG0=0)) == 1


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(SymhdlError, match="is not a number"):
        symhdl.parse("add(ARG0, nan)", "deap")


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        ("mul(x, protectedDiv(x, 0.5))", 0.9),
        ("add(ARG0, ARG1)", 0.9),
        ("add(x, mul(y, 0.8361531436383411))", 0.6),
        ("sin(x)", 0.1),
        ("sin(x) + ARG0", 0),
    ],
)
def test_detection(text: str, confidence: float) -> None:
    assert READER.detect(Source("<text>", text)) == confidence


def protected_division(left: float, right: float) -> float:
    return 1.0 if right == 0 else left / right


@pytest.mark.filterwarnings("ignore")
class TestObjects:
    @pytest.fixture(autouse=True)
    def library(self) -> None:
        self.gp = pytest.importorskip("deap.gp")
        primitives = self.gp.PrimitiveSet("MAIN", 2)
        for binary in (operator.add, operator.sub, operator.mul):
            primitives.addPrimitive(binary, 2)
        for unary in (operator.neg, math.sin, math.cos, math.tanh):
            primitives.addPrimitive(unary, 1)
        primitives.addPrimitive(protected_division, 2, name="protectedDiv")
        primitives.addTerminal(1.5)
        primitives.addTerminal(-3)
        primitives.addTerminal(math.pi, name="pi")
        primitives.addTerminal(0.1)
        primitives.renameArguments(ARG1="height")
        self.primitives = primitives
        random.seed(11)

    def tree(self) -> Any:
        return self.gp.PrimitiveTree(self.gp.genHalfAndHalf(self.primitives, 2, 5))

    def test_trees_have_the_values_that_deap_computes(self) -> None:
        for _ in range(40):
            tree = self.tree()
            function = self.gp.compile(tree, self.primitives)
            for x, height in ((0.5, -1.25), (-2.0, 0.75), (0.0, 0.0)):
                wanted = function(x, height)
                for source, dialect in ((tree, None), (str(tree), "deap")):
                    graph = symhdl.parse(source, dialect)
                    found = graph.evaluate(ARG0=x, height=height)
                    assert float(found) == pytest.approx(wanted, rel=1e-9, abs=1e-9)

    def test_arguments_called_like_constants(self) -> None:
        primitives = self.gp.PrimitiveSet("MAIN", 4)
        primitives.addPrimitive(operator.mul, 2)
        primitives.renameArguments(ARG0="v", ARG1="e", ARG2="pi", ARG3="input_1")
        tree = self.gp.PrimitiveTree.from_string("mul(mul(v, input_1), mul(e, pi))", primitives)
        graph = symhdl.parse(tree)
        assert [declared.name for declared in graph.inputs] == ["e", "input_1", "pi", "v"]
        assert float(graph.evaluate(v=2.0, e=3.0, pi=5.0, input_1=7.0)) == 210

    def test_several_trees(self) -> None:
        trees = [self.tree(), self.tree()]
        assert [o.name for o in symhdl.parse(trees).outputs] == ["y0", "y1"]
        assert [o.name for o in symhdl.parse({"up": trees[0]}).outputs] == ["up"]

    def test_ephemeral_constants(self) -> None:
        self.primitives.addEphemeralConstant("symhdl_rand", lambda: np.float64(0.3))
        constant = self.primitives.terminals[object][-1]()
        graph = symhdl.parse(self.gp.PrimitiveTree([self.primitives.mapping["neg"], constant]))
        assert float(graph.evaluate()) == -0.3

    @pytest.mark.parametrize("value", [math.nan, math.inf, 1j, "text", object()])
    def test_what_is_no_number(self, value: object) -> None:
        tree = self.gp.PrimitiveTree([self.gp.Terminal(value, False, object)])
        with pytest.raises(SymhdlError, match="finite numbers only"):
            symhdl.parse(tree)

    def test_a_function_without_a_name(self) -> None:
        nameless = self.gp.Primitive("<lambda>", (object,), object)
        tree = self.gp.PrimitiveTree([nameless, self.primitives.mapping["1.5"]])
        with pytest.raises(SymhdlError, match="cannot be called '<lambda>'"):
            symhdl.parse(tree)

    def test_an_incomplete_tree(self) -> None:
        with pytest.raises(SymhdlError, match="not those of one tree"):
            symhdl.parse(self.gp.PrimitiveTree([self.primitives.mapping["add"]]))

    def test_a_deep_tree_is_read_or_refused(self) -> None:
        sine, number = self.primitives.mapping["sin"], self.primitives.mapping["1.5"]
        graph = symhdl.parse(self.gp.PrimitiveTree([sine] * 1500 + [number]))
        assert len(graph.nodes) == 1501
        with pytest.raises(SymhdlError, match="brackets are open"):
            symhdl.parse(self.gp.PrimitiveTree([sine] * 5000 + [number]))

    def test_a_fitted_tree_becomes_hardware(self) -> None:
        algorithms, tools = (
            pytest.importorskip("deap.algorithms"),
            pytest.importorskip("deap.tools"),
        )
        base, creator = pytest.importorskip("deap.base"), pytest.importorskip("deap.creator")
        creator.create("SymhdlFitness", base.Fitness, weights=(-1.0,))
        creator.create("SymhdlIndividual", self.gp.PrimitiveTree, fitness=creator.SymhdlFitness)
        points = np.random.default_rng(2).integers(-256, 257, (40, 2)) / 256

        def error(tree: object) -> tuple[float]:
            function = self.gp.compile(tree, self.primitives)
            return (sum((function(x, h) - x * h - x) ** 2 for x, h in points.tolist()),)

        toolbox = base.Toolbox()
        toolbox.register("expr", self.gp.genHalfAndHalf, pset=self.primitives, min_=1, max_=2)
        toolbox.register("make", tools.initIterate, creator.SymhdlIndividual, toolbox.expr)
        toolbox.register("population", tools.initRepeat, list, toolbox.make)
        toolbox.register("evaluate", error)
        toolbox.register("select", tools.selTournament, tournsize=3)
        toolbox.register("mate", self.gp.cxOnePoint)
        toolbox.register("mutate", self.gp.mutNodeReplacement, pset=self.primitives)
        best = tools.HallOfFame(1)
        population = toolbox.population(n=60)
        algorithms.eaSimple(population, toolbox, 0.7, 0.2, 4, halloffame=best, verbose=False)
        function = self.gp.compile(best[0], self.primitives)
        names = [declared.name for declared in symhdl.parse(best[0]).inputs]
        inputs = {name: symhdl.Input("fixed<11,3>", range=(-1, 1)) for name in names}
        design = symhdl.compile(best[0], inputs=inputs, error=2**-8)
        columns = {"ARG0": points[:, 0], "height": points[:, 1]}
        simulated = design.simulate(**{name: columns[name] for name in names})
        wanted = [function(x, h) for x, h in points.tolist()]
        assert np.abs(np.asarray(simulated) - wanted).max() <= 2**-8


def test_reading_text_loads_no_library() -> None:
    parsed, text = read_source("add(ARG0, 1)", dialect="deap")
    assert text == "add(ARG0, 1)"
    assert not parsed.warnings
