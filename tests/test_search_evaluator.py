"""The evaluator of searches: bit-exact against the compiler, cached without effect, and what it refuses."""

from __future__ import annotations

import pickle
import random
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy

import symhdl
from symhdl.arguments import assigned_of
from symhdl.data.fixed import quantise
from symhdl.design import Design
from symhdl.errors import SymhdlError
from symhdl.pipeline import run_passes, stretches
from symhdl.request import Request
from symhdl.search import Evaluator
from symhdl.simulate import simulate
from symhdl.targets.target import load_target

ROWS, INPUTS = 500, ("x0", "x1", "x2", "x3")
FUNCTIONS = (
    "sin({})",
    "exp(-abs({}))",
    "sqrt(abs({}))",
    "tanh({})",
    "abs({})",
    "square({})",
    "floor({})",
    "log(square({}) + 1)",
)


def expression(chance: random.Random, operators: int) -> str:
    """A random expression of so many operators in the native language."""
    if operators == 0:
        if chance.random() < 0.7:
            return chance.choice(INPUTS)
        return chance.choice([f"{chance.uniform(-3, 3):.4f}", str(chance.randint(-3, 3))])
    if chance.random() < 0.25:
        inside = expression(chance, operators - 1)
        return f"({chance.choice(FUNCTIONS).format(inside)})"
    first = chance.randint(0, operators - 1)
    a, b = expression(chance, first), expression(chance, operators - 1 - first)
    kind = chance.choice("++--****/mMcw")
    if kind in "mM":
        return f"{'min' if kind == 'm' else 'max'}({a}, {b})"
    if kind in "cw":
        return f"(if {a} < {b} then {b} else {chance.choice(INPUTS)})"
    return f"({a} / (abs({b}) + 0.5))" if kind == "/" else f"({a} {kind} {b})"


def rows(seed: int = 1, size: float = 2.0) -> dict[str, np.ndarray]:
    """Rows of all inputs."""
    chance = np.random.default_rng(seed)
    return {name: chance.uniform(-size, size, ROWS) for name in INPUTS}


TOGETHER = 10  # expressions in one design, which takes less time than ten


def compiled_outputs(
    texts: Sequence[str], uniform: str, data: Mapping[str, np.ndarray]
) -> list[np.ndarray]:
    """What designs for some expressions at a time compute."""
    to = assigned_of("uniform", uniform)
    ranges = tuple(
        (name, (Fraction(column.min()), Fraction(column.max()))) for name, column in data.items()
    )
    request = Request(
        ranges=ranges,
        input_format=to.format,
        uniform=to,
        undefined="ignore",
        opt=0,
        frequency_mhz=0,
    )
    found: list[np.ndarray] = []
    for start in range(0, len(texts), TOGETHER):
        some = texts[start : start + TOGETHER]
        text = "\n".join(f"y{place} = {each}" for place, each in enumerate(some))
        design = Design(symhdl.parse(text, "native"), request, load_target("generic"))
        # What is left out, and what is behind, changes no integer.
        passes = [p for s in stretches(0, uniform=True)[:2] for p in s.passes]
        design = replace(design, input_rounding=(None,) * len(some))
        design = run_passes(design, [p for p in passes if p.name != "real-inputs"])
        operators = design.operators
        assert operators is not None
        columns = simulate(
            operators, {port.name: quantise(data[port.name], port)[0] for port in operators.inputs}
        )
        unit = float(to.format.ulp)
        found += [np.broadcast_to(columns[f"y{k}"] * unit, (ROWS,)) for k in range(len(some))]
    return found


def compare(uniform: str, texts: Sequence[str], data: Mapping[str, np.ndarray]) -> None:
    """All must be equal at all rows."""
    evaluator = Evaluator(formats=uniform, data=data, dialect="native")
    pairs = zip(evaluator.outputs(texts), compiled_outputs(texts, uniform, data), strict=True)
    for text, (found, wanted) in zip(texts, pairs, strict=True):
        assert found.tolist() == wanted.tolist(), text


def test_two_hundred_expressions_are_equal_to_compiled_designs_at_all_rows() -> None:
    chance = random.Random(7)  # noqa: S311 - a sample, no secret
    compare("fixed<7,3>", [expression(chance, chance.randint(5, 25)) for _ in range(200)], rows())


@pytest.mark.parametrize(
    "uniform", ["fixed<10,4,AP_RND,AP_SAT>", "ufixed<9,3>", "fixed<11,5,AP_RND_CONV,AP_SAT_ZERO>"]
)
def test_roundings_and_overflows_are_those_of_the_compiler(uniform: str) -> None:
    chance = random.Random(8)  # noqa: S311 - a sample, no secret
    data = rows(2)
    if uniform.startswith("u"):
        data = {name: np.abs(column) for name, column in data.items()}
    compare(uniform, [expression(chance, chance.randint(2, 8)) for _ in range(TOGETHER)], data)


def test_constants_that_are_not_rational_and_conditions_are_equal() -> None:
    texts = [
        "x0*pi + sin(1)",
        "(x0 < x1) + x2",
        "x0/3 + 1/x1",
        "if x0 < 0 and x1 < 1 then 1 else 0",
    ]
    compare("fixed<10,4>", texts, rows(3))


WITHOUT_VALUE = (
    "x0*exp(10^9)",
    "x0*exp(700)",
    "x0 + log(-1)",
    "x0*floor(exp(10^9))",
    "min(x0, log(-1))",
    "if log(-2) < x0 then x0 else 1",
    "x0/0",
)


@pytest.mark.parametrize("text", WITHOUT_VALUE)
def test_what_has_no_value_whatever_the_inputs_are_has_no_loss(text: str) -> None:
    evaluator = Evaluator(formats="fixed<8,3>", data=rows(), dialect="native")
    assert np.isnan(evaluator.outputs([text])).all()
    kept = f"if x0 < 9 then x1 else {text}"  # which is never so
    compare("fixed<8,3>", [kept], rows())
    assert np.isnan(evaluator.outputs([f"{text} + 1", text])).all()


def test_a_margin_widens_the_ranges_of_data() -> None:
    data = {"x0": np.array([-1.0, 0.5, 1.0])}
    found = Evaluator(formats="fixed<8,3>", data=data, margin=0.25).outputs(["x0*x0"])
    design = symhdl.compile(
        "x0*x0", uniform="fixed<8,3>", data=data, margin=0.25, opt=0, frequency=0
    )
    assert found[0].tolist() == np.asarray(design.simulate(**data)).tolist()


def test_a_result_does_not_depend_on_what_was_asked_before_or_with_it() -> None:
    chance = random.Random(9)  # noqa: S311 - a sample, no secret
    texts = [expression(chance, chance.randint(3, 9)) for _ in range(12)]
    data = {**rows(), "y": rows(4)["x0"]}

    def evaluator() -> Evaluator:
        return Evaluator(formats="fixed<9,4>", data=data, target="y", width=10, dialect="native")

    together, apart = evaluator(), [evaluator() for _ in texts]
    costs, losses = together.cost(texts), together.loss(texts)
    again = evaluator()
    backwards = again.cost(texts[::-1])
    for place, (text, one) in enumerate(zip(texts, apart, strict=True)):
        alone = one.cost([text])
        for field, own, reversed_ in zip(costs, alone, backwards, strict=True):
            assert field[place] == own[0] == reversed_[len(texts) - 1 - place]
        assert losses[place] == one.loss([text])[0]
    copy = pickle.loads(pickle.dumps(together))  # noqa: S301 - its own
    assert copy.loss(texts).tolist() == losses.tolist()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda k: together.cost(texts[k:]).luts.tolist(), range(6)))
    assert found == [costs.luts[k:].tolist() for k in range(6)]


@pytest.mark.parametrize("options", [{"formats": "fixed<9,4>"}, {"error": "0.1"}])
def test_costs_are_the_same_to_the_last_bit_in_any_order(options: dict[str, Any]) -> None:
    chance = random.Random(5)  # noqa: S311 - a sample, no secret
    texts = [expression(chance, chance.randint(1, 9)) for _ in range(60)]
    ranges = dict.fromkeys(INPUTS, (-2, 2))

    def costs(texts: Sequence[str]) -> dict[str, float]:
        evaluator = Evaluator(ranges=ranges, dialect="native", **options)
        return dict(zip(texts, evaluator.cost(texts).area.tolist(), strict=True))

    assert costs(texts) == costs(texts[::-1]) == costs(sorted(texts))


@pytest.mark.parametrize(
    "options", [{"width": 8}, {"formats": "fixed<8,3>"}, {"formats": "fixed<8,3,AP_TRN,AP_SAT>"}]
)
@pytest.mark.parametrize("text", [*WITHOUT_VALUE, "x0*2^1001", "mod(x0, 0)", "(-2)^x0"])
def test_what_has_no_value_whatever_the_inputs_are_has_no_cost(
    text: str, options: dict[str, Any]
) -> None:
    evaluator = Evaluator(ranges={"x0": (0, 1)}, dialect="native", **options)
    for expression in (text, f"{text} + x0", f"({text})*0"):
        assert np.isinf(evaluator.cost([expression])).all(), expression
    kept = [f"if x0 < 9 then x0 else {text}", "x0 + log(0.001)", "x0*exp(-10^9)"]
    assert np.isfinite(evaluator.cost(kept)).all()


def test_a_loss_is_the_mean_squared_distance_from_the_target() -> None:
    data = rows()
    data["y"] = data["x0"] + data["x1"]
    evaluator = Evaluator(formats="fixed<20,6>", data=data, target="y")
    exact, off, refused = evaluator.loss(["x0 + x1", "x0 + x1 + 1/2", "x0^65"])
    assert exact < 1e-8
    assert off == pytest.approx(0.25, abs=1e-3)
    assert refused == np.inf
    array = Evaluator(formats="fixed<20,6>", data=rows(), target=data["y"])
    assert array.loss(["x0 + x1"])[0] == exact


def test_texts_objects_and_trees_are_the_same_expressions() -> None:
    deap_gp = pytest.importorskip("deap.gp")
    evaluator = Evaluator(
        ranges={"x0": (-2, 2), "x1": (-2, 2)},
        device="ecp5-25k",
        width=12,
        output_width=10,
        dsp="none",
    )
    import operator

    primitives = deap_gp.PrimitiveSet("main", 2, prefix="x")
    primitives.addPrimitive(operator.add, 2)
    primitives.addPrimitive(operator.mul, 2)
    tree = deap_gp.PrimitiveTree.from_string("add(mul(x0, x1), x0)", primitives)
    x0, x1 = sympy.symbols("x0 x1")
    found = evaluator.cost(["x0*x1 + x0", x0 * x1 + x0, "x0 + x1*x0", tree, tree])
    assert len(set(found.luts.tolist())) == 1
    assert found.luts[0] > 0
    assert (found.area >= found.luts).all()


def test_the_text_of_an_expression_is_that_of_no_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluator = Evaluator(ranges={"x": (1, 2), "y": (1, 2)})
    wanted = evaluator.cost(["y/x + 0"]).luts
    (tmp_path / "y").mkdir()
    (tmp_path / "y" / "x").write_text("x + 1")
    monkeypatch.chdir(tmp_path)
    assert evaluator.cost(["y/x"]).luts == wanted


def test_a_dearer_expression_costs_more() -> None:
    evaluator = Evaluator(
        ranges={"x": (-2, 2), "y": (-2, 2)}, width=12, output_width=10, dsp="none"
    )
    costs = evaluator.cost(["x", "x + y", "x*y", "x*y + sin(x*y)", "x*y/(2.5 + x*x*y*y)"])
    assert costs.area.tolist() == sorted(costs.area.tolist())
    assert costs.cycles[-1] > costs.cycles[0]
    narrow = Evaluator(ranges={"x": (-2, 2), "y": (-2, 2)}, width=8, output_width=6, dsp="none")
    assert narrow.cost(["x*y"]).area[0] < costs.area[2]


@pytest.mark.parametrize(
    "text",
    [
        "cos(x0 + 2.27*x1)*x1",  # whose argument is counted in turns
        "sin(x0*x1)",
        "if x0*x1 > 0.3 then x0 else x1",  # whose branches jump
        "floor(x0*x1)",
        "x0/(x0 + x1 + 20)",  # digit by digit
        "x0/(sqrt(x1 + 9) + 3)",  # by a reciprocal of one variable
        "1.9e-29*x2 - 0.3*x0",  # of numbers beyond 2**100
    ],
)
@pytest.mark.parametrize("device", ["ecp5-25k", "xcvu9p"])
def test_a_cost_is_about_that_of_the_compiled_design(text: str, device: str) -> None:
    ranges = {"x0": (-8.0, 8.0), "x1": (-8.0, 8.0), "x2": (0.0, 2e30)}
    options: dict[str, Any] = {"device": device, "dsp": "none", "width": 10, "output_width": 8}
    found = Evaluator(ranges=ranges, **options).cost([text]).area[0]
    used = {name: ends for name, ends in ranges.items() if name in text}
    design = symhdl.compile(text, ranges=used, **options)
    taken, worth = design.estimate, design.design.target.worth
    wanted = worth.in_luts(taken.luts, taken.dsps, taken.brams)
    assert wanted / 1.5 < found < 1.5 * wanted


@pytest.mark.parametrize(("device", "text"), [("ecp5-25k", "x + y"), ("xcvu9p", "x*y + x")])
def test_cycles_are_those_between_ports_of_which_outputs_alone_are_registered(
    device: str, text: str
) -> None:
    options: dict[str, Any] = {"device": device, "dsp": "none", "width": 12, "output_width": 10}
    ranges = {"x": (0.5, 2), "y": (0.5, 2)}
    evaluator = Evaluator(ranges=ranges, **options)
    wanted = symhdl.compile(text, ranges=ranges, **options).latency
    assert evaluator.cost([text]).cycles.tolist() == [wanted]


def test_a_function_of_a_wide_argument_has_a_cost() -> None:
    """Wider than any table."""
    evaluator = Evaluator(
        device="xcvu9p",
        ranges={"x": (-9, 9), "y": (-9, 9)},
        width=6,
        error=0.25,
        dsp="none",
        frequency=0,
    )
    (luts,) = evaluator.cost(["tanh((x*y)^4*(x + y)^2)"]).luts
    assert np.isfinite(luts) and luts > 0


def test_the_hardware_of_one_format_is_priced_where_nothing_else_is_asked_for() -> None:
    ranges = {"x": (-2, 2), "y": (-2, 2)}
    wide = Evaluator(ranges=ranges, formats="fixed<16,6>", dsp="none")
    narrow = Evaluator(ranges=ranges, formats="fixed<10,4>", dsp="none")
    texts = ["x*y + 0.3*x", "x/(y*y + 1)", "exp(-x*x)"]
    assert (narrow.cost(texts).area < wide.cost(texts).area).all()


REFUSALS: list[tuple[dict[str, Any], str, str]] = [
    ({"ranges": {"x": (0, 1)}}, "loss", "target"),
    ({"ranges": {"x": (0, 1)}}, "outputs", "formats"),
    ({"formats": "fixed<24,4>", "data": {"x": np.ones(3)}}, "sin", "wide-functions"),
    ({"ranges": {"x": (0, 1)}}, "x + z", "missing-range"),
    ({"ranges": {"x": (0, 1)}}, "x +", "error"),
]


@pytest.mark.parametrize(("options", "what", "told"), REFUSALS)
def test_what_cannot_be_is_told(options: dict[str, Any], what: str, told: str) -> None:
    evaluator = Evaluator(**options)
    with pytest.raises(SymhdlError) as problem:
        if what in ("loss", "outputs"):
            getattr(evaluator, what)(["x"])
        elif what == "sin":
            evaluator.outputs(["sin(x)"])
        else:
            evaluator.cost([what])
    assert told in str(problem.value)


def test_options_that_make_no_sense_are_told() -> None:
    with pytest.raises(SymhdlError, match="list"):
        Evaluator(ranges={"x": (0, 1)}).cost("x + 1")
    with pytest.raises(SymhdlError, match="device"):
        Evaluator(device="none-such")
    with pytest.raises(SymhdlError, match="one number for each"):
        Evaluator(data={"x": np.ones(3)}, target=np.ones(2))
    with pytest.raises(SymhdlError, match="no column `label`, which is to hold the target"):
        Evaluator(data={"x": np.ones(3)}, target="label")
    with pytest.raises(SymhdlError, match="declares"):
        Evaluator(ranges={"x": (0, 1)}).cost(["input x : fixed<8,2>\ny = x + 1"])


@pytest.mark.slow
def test_three_hundred_costs_and_fifty_losses_a_second() -> None:
    chance = random.Random(10)  # noqa: S311 - a sample, no secret
    texts = [expression(chance, chance.randint(5, 25)) for _ in range(300)]
    data = {**rows(), "y": rows(4)["x0"]}
    evaluator = Evaluator(
        formats="fixed<12,5>", data=data, target="y", width=12, output_width=10, dialect="native"
    )
    evaluator.cost(texts[:20])
    start = time.process_time()
    evaluator.cost(texts[20:])
    assert 280 / (time.process_time() - start) > 300
    evaluator.loss(texts[:20])
    start = time.process_time()
    evaluator.loss(texts[20:])
    assert 280 / (time.process_time() - start) > 50
