"""Parts of one variable inside of designs: what is found, what it saves, and that every bound holds."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, arb_series

import symhdl
from symhdl.analysis.regions import candidates
from symhdl.commands.analyses import regions_text
from symhdl.compiled import CompiledDesign
from symhdl.compiler import compile_graph
from symhdl.design import Design
from symhdl.functions.composite import Composite, Step, composite
from symhdl.functions.elementary import univariate
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import Symmetry
from symhdl.ir.graph_text import node_text
from symhdl.lowering import Lowering
from symhdl.numeric.ball import precision
from symhdl.numeric.interval import Intervals
from symhdl.passes import lower
from symhdl.passes.find_regions import FindRegions
from symhdl.passes.lower import Lower
from symhdl.passes.regroup import Regroup
from tests.errors_of_design import (
    Ranges,
    assert_all_inputs_hold,
    assert_bounds_hold,
    assert_cells_in_range,
    compiled,
    points_of,
    read,
    request_of,
)

XY: Ranges = {"x": ("-1", "1"), "y": ("-1", "2")}
XYZ: Ranges = {**XY, "z": ("-1", "1")}

DESIGNS: dict[str, tuple[str, Ranges]] = {
    "sum": ("0.54*sin(x) + y - 0.27*x", XY),
    "product": ("2.3*x*y*exp(x)", XY),
    "inner node": ("exp(-sin(0.65*(x*y)^2))", XY),
    "quotient": ("y/(1 + exp(3*x)) - cos(x)", XY),
    "choice": ("(if x < 0.25 then sin(3*x) else x^3 - x + 1)*y", XY),
    "ends": ("max(min(x^3 + x, 0.7), abs(sin(2*x)) - 0.5)*y + x", XY),
    "protected": ("y*(if abs(x) < 0.01 then 1 else sin(x)/x)", XY),
    "square root": ("sqrt(x^2 + y^2 + 0.5) + exp(-(x^2 + y^2))", XY),
    "two in a row": ("tanh(y*exp(0.5*x)*x)^2 - y", XY),
    "a decision about two": ("if x*y > 0.2 then exp(x)*x + z else z - sin(x)*x", XYZ),
    "remainder": ("mod(1.5*x, 0.7)*sin(x)*y", XY),
}


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("level", [1, 2])
def test_bounds_hold(name: str, level: int) -> None:
    text, ranges = DESIGNS[name]
    request = request_of(ranges, width=7, output_width=9, opt=level)
    graph, found = compiled(f"q = {text}", request)
    assert_bounds_hold(graph, found, count=1 << 15)
    assert_cells_in_range(found.datapath, points_of(found.datapath, 200, 1))


def test_values_that_are_short_are_computed_as_they_are() -> None:
    """Squares of inputs with 6 bits behind the point have 12, fewer than what their error in a root asks for."""
    source = "input x, y : fixed<8,2> in [-1, 1]\nz = sqrt(x^2 + y^2)\noutput z : ufixed<8,1>"
    found = symhdl.compile(source, device="xcvu9p", dsp="none", frequency=0)
    approximations, regions = found.design.approximations, found.design.regions
    assert regions and approximations is not None
    assert {approximations[region.node].fraction for region in regions} == {12}
    sizes = np.arange(-64, 65) / 64
    x, y = (each.ravel() for each in np.meshgrid(sizes, sizes))
    computed = found.simulate(x, y)
    assert np.max(np.abs(computed - np.sqrt(x**2 + y**2))) <= found.error_bound


def worth(design: CompiledDesign) -> float:
    return design.estimate.luts + 40 * design.estimate.dsps + 200 * design.estimate.brams


@pytest.mark.parametrize("name", ["sum", "product", "inner node", "choice", "ends", "quotient"])
def test_a_part_of_one_variable_takes_less_as_a_function(name: str) -> None:
    text, ranges = DESIGNS[name]
    request = request_of(ranges, width=10, output_width=10)
    _, whole = compiled(f"q = {text}", request)
    _, plain = compiled(f"q = {text}", request_of(ranges, width=10, output_width=10, opt=0))
    assert whole.design.regions
    assert worth(whole) < 0.8 * worth(plain)
    assert whole.latency <= plain.latency
    told = regions_text(whole.design).splitlines()
    assert len(told) > len(whole.design.regions)
    assert whole.design.function_at(whole.design.regions[0].node) is not None


def regrouped(text: str, names: tuple[str, ...]) -> list[str]:
    """The nodes of the one output, written out."""
    parsed = read(f"q = {text}", names)
    request = request_of(dict.fromkeys(names, ("1", "2")))
    stages: list[Design] = []

    def observe(step: object, design: Design, _: float) -> None:
        if isinstance(step, Regroup):
            stages.append(design)

    compile_graph(parsed, request, observer=observe)
    graph = stages[-1].graph
    texts: list[str] = []
    for node in graph.nodes:
        if node.operation is Operation.CONSTANT:
            texts.append(str(node.value))
        elif node.operation is Operation.INPUT:
            texts.append(node.name)
        else:
            parts = sorted(texts[operand] for operand in node.operands)
            texts.append(f"{node.operation.entry.names[0]}({', '.join(parts)})")
    return [texts[output.node] for output in graph.outputs]


def test_sums_and_products_are_regrouped_by_variable() -> None:
    (found,) = regrouped("sin(x) + y - 3*x", ("x", "y"))
    assert found == "add(add(mul(-3, x), sin(x)), y)"
    (found,) = regrouped("5*x*y*exp(x)", ("x", "y"))
    assert found == "mul(mul(5, mul(exp(x), x)), y)"
    (found,) = regrouped("3*x + y", ("x", "y"))
    assert found == "add(mul(3, x), y)"


def test_what_is_regrouped_is_the_same_over_the_reals() -> None:
    chance = random.Random(3)  # noqa: S311 - no secret
    terms = ["sin(x)", "x^2", "x", "exp(y)", "y", "x*y", "(x*y)^2", "2", "0.3*z", "z^3"]
    for _ in range(10):
        text = " + ".join(
            f"{chance.randrange(1, 9)}*{'*'.join(chance.sample(terms, chance.randrange(1, 4)))}"
            for _ in range(4)
        )
        request = request_of(dict.fromkeys("xyz", ("-1", "1")), width=5, output_width=8)
        graph, found = compiled(f"q = {text}", request)
        assert_bounds_hold(graph, found, count=500)


def graph_of(text: str, ranges: Ranges) -> Design:
    return compiled(f"q = {text}", request_of(ranges, width=6, output_width=8))[1].design


def test_candidates_are_the_largest_parts_of_one_node() -> None:
    design = graph_of("y*(exp(x)*x) + sin(exp(x))", XY)
    assert design.ranges is not None
    found = candidates(design.graph, design.ranges)
    arguments = {node_text(design.graph.nodes[region.argument]) for region in found}
    assert arguments == {'input "x"'}
    assert {design.graph.nodes[region.node].operation for region in found} == {
        Operation.MULTIPLY,
        Operation.SIN,
    }


def test_what_nothing_rounds_and_what_a_decision_needs_stay() -> None:
    unit = symhdl.Input("ufixed<3,1>")
    design = symhdl.compile("y = 0.5*abs(x) - 1", inputs={"x": unit}, output_format="fixed<8,2>")
    assert not design.design.regions and design.error_bound == 0
    found = graph_of("if x^3 + x < y then y else x", XY)
    decided = found.graph.nodes[next(
        k for k, node in enumerate(found.graph.nodes) if node.operation is Operation.LESS
    )]  # fmt: skip
    assert found.ranges is not None
    assert {region.node for region in candidates(found.graph, found.ranges)} & set(decided.operands)
    assert not {region.node for region in found.regions} & set(decided.operands)


def test_a_root_of_an_inner_sum_is_a_region() -> None:
    text = "sqrt(1 - (x + 0.1*y)^2)*y"
    ranges: Ranges = {"x": ("-0.8", "0.8"), "y": ("-1", "1")}
    graph, found = compiled(f"q = {text}", request_of(ranges, width=7, output_width=8))
    assert found.design.regions
    assert_bounds_hold(graph, found)


def test_what_has_values_only_where_it_is_needed_is_no_region() -> None:
    """The choice that guards it is one if it depends on the same node alone."""
    for text, count in (
        ("if x > y then sqrt(x - y)*exp(x - y) else y", 0),
        ("if x > y then sin(x - y)*exp(x - y) else y", 0),
        ("(if x > 0 then sqrt(x)*exp(x) else 0)*y", 1),
    ):
        design = graph_of(text, XY)
        assert design.ranges is not None
        assert len(candidates(design.graph, design.ranges)) == count


def test_the_pass_leaves_what_it_has_found() -> None:
    design = graph_of(DESIGNS["product"][0], XY)
    assert design.regions and FindRegions().run(design) is design
    dropped = design.with_graph(read("q = x", ("x", "y")).graph)
    assert dropped.regions == ()


X = Step()


def piecewise() -> Composite:
    """min(max(x, -1/2), 1/2) + |x|."""
    half, minus = Step(value=Fraction(1, 2)), Step(value=Fraction(-1, 2))
    steps = [
        X, minus, Step(Operation.MAXIMUM, (0, 1)), half, Step(Operation.MINIMUM, (2, 3)),
        Step(Operation.ABSOLUTE, (0,)), Step(Operation.ADD, (4, 5)),
    ]  # fmt: skip
    return composite(steps)


def test_balls_and_slopes_of_pieces() -> None:
    function = piecewise()
    assert set(function.singular_points) == {0, Fraction(1, 2), Fraction(-1, 2)}
    for number in np.linspace(-1, 1, 41).tolist():
        exact = min(max(number, -0.5), 0.5) + abs(number)
        assert function.ball(arb(number)).overlaps(arb(exact))
    slope = function.slope(
        Intervals(np.array([-1.0, -0.4, 0.1, -0.1]), np.array([-0.6, -0.1, 0.4, 0.1]))
    )
    assert np.allclose(slope.lower, [-1, 0, 2, 0]) and np.allclose(slope.upper, [-1, 0, 2, 2])
    with precision(64, 4):
        across = function.series(arb_series([arb(0, 0.1), 1], prec=4))
        inside = function.series(arb_series([arb(0.2), 1], prec=4))
    assert not across[2].is_finite() and inside[1] == 2 and inside[2] == 0


def test_a_jump_has_no_slope() -> None:
    steps = [
        X, Step(value=Fraction(0)), Step(Operation.LESS, (0, 1)), Step(value=Fraction(3)),
        Step(Operation.SELECT, (2, 0, 3)),
    ]  # fmt: skip
    function = composite(steps)
    found = function.slope(Intervals(np.array([-1.0, 0.25]), np.array([-0.25, 1.0])))
    assert found.lower[0] <= 1 <= found.upper[0]
    across = function.slope(Intervals.between(-1.0, 1.0))
    assert not across.finite.any()
    assert function.ball(arb(0)) == 3 and function.ball(arb(-1)) == -1


def test_slopes_enclose_quotients_of_differences() -> None:
    chance = random.Random(5)  # noqa: S311 - no secret
    exp = Step(Operation.EXP, (0,), None, univariate(Operation.EXP))
    sin = Step(Operation.SIN, (1,), None, univariate(Operation.SIN))
    function = composite(
        [X, exp, sin, Step(Operation.MULTIPLY, (0, 2)), Step(Operation.SQUARE, (3,))]
    )
    assert function.symmetry is Symmetry.NONE
    for _ in range(50):
        low, high = sorted(chance.uniform(-2, 2) for _ in range(2))
        slope = function.slope(Intervals.between(low, high))
        a, b = (arb(chance.uniform(low, high)) for _ in range(2))
        quotient = (function.ball(a) - function.ball(b)) / (a - b)
        assert slope.lower[0] <= float(quotient) <= slope.upper[0]


@pytest.mark.parametrize("text", ["sinc(floor(x)) + x", "sinc(where(x == 2, x, 0)) + x*x"])
def test_parts_may_be_constant_between_their_jumps(text: str) -> None:
    design = symhdl.compile(f"input x : ufixed<6,3>\ny = {text}\noutput y : fixed<10,7>")
    assert_all_inputs_hold(design)


def test_constants_of_very_many_digits_are_in_no_region() -> None:
    factors = "*".join(f"0.{'3' * 300}{k}" for k in range(1, 20))
    request = request_of({"x": ("-1", "1")}, width=7, output_width=9)
    graph, found = compiled(f"q = sin(x) + x*{factors}", request)
    assert_bounds_hold(graph, found)


@pytest.mark.parametrize(("little", "designs"), [(0.0, 2), (2.0, 1)])
def test_a_region_in_doubt_is_tried_both_ways_unless_it_is_little_of_the_design(
    monkeypatch: pytest.MonkeyPatch, little: float, designs: int
) -> None:
    built: list[Design] = []
    nodes = Lower.nodes

    def counted(self: Lower, design: Design, limit: float = math.inf) -> Lowering:
        built.append(design)
        return nodes(self, design, limit)

    monkeypatch.setattr(lower, "LITTLE", little)
    monkeypatch.setattr(Lower, "nodes", counted)
    symhdl.compile("y = log(x + 1.5)", ranges=(-1, 1), width=8, output_width=9)
    assert [len(each.regions) for each in built] == [1, 0][:designs]
