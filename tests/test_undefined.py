"""What is promised where an expression has no value or leaves the format of its output."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from symhdl.analysis.refine import analysed
from symhdl.choices import Undefined
from symhdl.compiled import CompiledDesign
from symhdl.errors import SymhdlError
from symhdl.evaluate import evaluate_points
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph
from symhdl.numeric.fixed import FixedFormat, power_of_two
from symhdl.numeric.interval import Intervals
from symhdl.passes.expand import Expand
from symhdl.request import InputPlan
from symhdl.simulate import simulate
from tests.errors_of_design import Ranges, assert_bounds_hold, compiled, points_of, read, request_of
from tests.graph_checks import run

X = {"x": (0, 4)}
XY = {"x": (0, 4), "y": (0, 4)}
POLES = [
    ("z = -9.76/(x - 2.768)", X),
    ("z = 1/x", X),
    ("z = 1/(exp(x) - 2.7)", X),
    ("z = x/sin(3*x)", X),
    ("z = tan(x)", X),
    ("z = 1/(x + 0.3*y - 0.7)", XY),
    ("z = y/(x - y)", XY),
    ("z = log(x + 0.3*y - 0.7)", XY),
    ("z = log2(x - 1/3)*y", XY),
    ("z = (x - 0.7)^-2 + y", XY),
    ("z = mod(y, x)", XY),
]


@pytest.mark.parametrize("width", [5, 12, 16])
@pytest.mark.parametrize(("text", "ranges"), POLES)
def test_a_pole_is_no_obstacle_where_nothing_is_promised(
    text: str, ranges: dict[str, tuple[int, int]], width: int
) -> None:
    if width > 12 and ranges is XY:
        pytest.skip("two wide inputs come so near to a pole that no format holds the quotient")
    graph, design = compiled(text, request_of(ranges, width=width, undefined="ignore"))
    assert_bounds_hold(graph, design, count=2000)


@pytest.mark.parametrize(
    "text",
    [
        "a = log(x)\nb = exp(2*x)",
        "a = 1/x\nb = sqrt(x)",
        "a = 1/(x - y)\nb = exp(x)*y",
        "a = if y > 0.6 then 1/x else exp(2*x)*y",
        "a = if x > y then log(x) else (if x >= y then 1/(x - y) else sqrt(y - x))",
        "a = 1/(x - y) + exp(x)*y",
        "a = if x == y then log(x - y) else 0.7*x",
        "a = acos(x*sqrt(2)/sqrt(2)*8/15)*exp(2*x)",
        "a = if x > 0.3 then tan(x*acos(0)) else 4",
    ],
)
@pytest.mark.parametrize("level", [0, 1])
def test_what_has_a_value_keeps_its_bound(text: str, level: int) -> None:
    """Where one output or one branch is undefined, the others are not; nor is an end of a closed domain."""
    ranges = {"x": ("0", "1.875"), "y": ("0", "1.875")}
    wanted = request_of(
        ranges if "y" in text else {"x": ranges["x"]},
        width=4, output_width=None, error=Fraction(1, 100), opt=level, undefined="ignore",
    )  # fmt: skip
    graph, design = compiled(text, wanted)
    assert_bounds_hold(graph, design)


def test_a_branch_taken_by_mistake_is_reached_where_it_has_no_value() -> None:
    """The other branch has a value there, so that the choice has one and something is promised of it."""
    graph = run(read("z = if exp(x)*y < 0.5 then 1/x else 5").graph, Expand())
    plans = tuple(InputPlan(name, FixedFormat(False, 4, 3), 0, 15) for name in ("x", "y"))
    ranges = analysed(graph, plans, ignore_undefined=True)
    operations = [node.operation for node in graph.nodes]
    pole, condition = operations.index(Operation.INVERSE), operations.index(Operation.LESS)
    needed = ranges.needed[pole]
    assert needed is not None
    assert not needed[0]
    reached = ranges.needed_if(graph, {condition: Intervals.between(0.0, 1.0)})[pole]
    assert reached is not None
    assert reached[0]


@pytest.mark.parametrize("width", [6, 16])
def test_what_is_undefined_over_whole_pieces_is_left_out(width: int) -> None:
    graph, design = compiled(
        "z = log(x)", request_of({"x": (-4, 4)}, width=width, undefined="ignore")
    )
    assert_bounds_hold(graph, design, count=2000)


@pytest.mark.parametrize("text", ["z = log(x - y - 4)", "z = x + log(y - x - 4)"])
def test_what_has_no_value_anywhere_is_refused(text: str) -> None:
    with pytest.raises(SymhdlError) as raised:
        compiled(text, request_of(XY, width=6, undefined="ignore"))
    assert raised.value.diagnostics[0].id == "domain"


@pytest.mark.parametrize(
    "text", ["1/(exp(x/2) - {})", "log(exp(x/2) - {}) + x", "1/(exp(x/2) - {}) + 1/x"]
)
def test_a_value_too_large_for_proofs_is_not_left_out(text: str) -> None:
    """The root of e to 38 digits: at x = 1 the divisor is some 10^-39, and no zero."""
    near = "1.64872127070012814684865078781416357165"
    wanted = request_of({"x": ("0", "1.875")}, width=4, undefined="ignore")
    with pytest.raises(SymhdlError) as raised:
        compiled(f"z = {text.format(near)}", wanted)
    assert raised.value.diagnostics[0].id == "domain"


def assert_saturated(graph: Graph, design: CompiledDesign, count: int) -> None:
    """Within the format the bound holds; beyond it the output is the nearest end to within the bound."""
    columns = points_of(design.datapath, count, 1)
    (port,) = design.datapath.outputs
    arrays = {name: np.array(column, dtype=object) for name, column in columns.items()}
    outputs = simulate(design.datapath, arrays)[port.name]
    units = {p.name: power_of_two(-p.format.fraction) for p in design.datapath.inputs}
    reals = {name: [v * units[name] for v in column] for name, column in columns.items()}
    exact = evaluate_points(graph, reals, 30)[port.name]
    least, most = (
        float(end * port.format.ulp) for end in (port.format.minimum, port.format.maximum)
    )
    beyond = 0
    for row, (integer, ball) in enumerate(zip(outputs.tolist(), exact, strict=True)):
        if ball is None:
            continue
        value = float(ball.mid())
        beyond += not least <= value <= most
        held = min(max(value, least), most)
        found = float(Fraction(int(integer)) * port.format.ulp)
        point = {name: float(column[row]) for name, column in reals.items()}
        assert abs(found - held) <= design.error_bound * (1 + 1e-9), (point, found, value)
    assert beyond


@pytest.mark.parametrize("width", [5, 12])
@pytest.mark.parametrize(
    ("text", "ranges"),
    [(text, ranges) for text, ranges in POLES if "log" not in text and "mod" not in text]
    + [("z = exp(x)", X), ("z = x*y - 3", XY)],
)
def test_a_saturated_output_is_the_nearest_end(
    text: str, ranges: dict[str, tuple[int, int]], width: int
) -> None:
    text += "\noutput z : fixed<9,3>"
    graph, design = compiled(text, request_of(ranges, width=width, undefined="saturate"))
    assert [w.id for w in design.warnings].count("output-saturated") == 1
    assert_saturated(graph, design, 2000)
    assert design.check(*(np.linspace(0.1, 3.9, 500) for _ in ranges)).holds


@pytest.mark.parametrize("undefined", ["error", "saturate"])
def test_an_output_that_fits_is_left_alone(undefined: Undefined) -> None:
    text = "z = x*x\noutput z : ufixed<8,5>"
    _, design = compiled(text, request_of(X, output_width=None, undefined=undefined))
    assert design.warnings == ()
    assert "SELECT" not in {cell.kind.name for cell in design.datapath.cells}


def test_a_value_that_rounds_into_the_format_fits() -> None:
    text = "z = x\noutput z : ufixed<3,3> error <= 1"
    graph, design = compiled(text, request_of({"x": ("-0.3125", "-0.21875")}, width=5))
    assert_bounds_hold(graph, design)


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("text", ["z = x^y", "z = (x - 1)^y"])
def test_a_negative_base_has_its_whole_powers(text: str, level: int) -> None:
    ranges: Ranges = {"x": (-2, 2), "y": ("-1.5", 2)}
    wanted = request_of(ranges, width=4, undefined="ignore", opt=level)
    graph, design = compiled(text, wanted)
    assert_bounds_hold(graph, design)


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("text", ["z = (x - 1/3)^y", "z = (-2)^y + x"])
def test_whole_exponents_leave_no_hole(text: str, level: int) -> None:
    wanted = request_of({"x": (-2, 2)}, width=4, opt=level)
    graph, design = compiled(f"input y : fixed<3,3>\n{text}", wanted)
    (measured,) = assert_bounds_hold(graph, design)
    assert measured.undecided == 0
