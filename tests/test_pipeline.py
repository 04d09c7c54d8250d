"""The pipeline: order and names of passes, verification and observation between them, and the planning of inputs."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import TYPE_CHECKING, cast

import pytest

from symhdl.compiler import compile_graph
from symhdl.design import Design, Pass
from symhdl.errors import SymhdlError
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, Node
from symhdl.ir.text import print_graph
from symhdl.ir.verify import assert_valid_datapath, assert_valid_graph
from symhdl.numeric.fixed import FixedFormat
from symhdl.passes.find_goals import FindGoals
from symhdl.passes.plan_inputs import PlanInputs
from symhdl.pipeline import pipeline, run_passes, stretches
from symhdl.request import InputPlan, Request
from symhdl.targets.target import load_target
from tests.errors_of_design import read, request_of
from tests.graph_checks import design_of
from tests.imports import ROOT

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

FORMAT = FixedFormat(False, 4, 2)
TEXT = "z = 0.3*x*y + sin(x)^2 - max(x, y)/3"
XY = {"x": ("-1", "1"), "y": ("0", "2")}


# --- the passes -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Noted:
    """A pass that notes its runs; some put another graph in the place of the design's, or other inputs."""

    name: str
    runs: list[str] = field(compare=False)
    changed: str = ""

    def run(self, design: Design) -> Design:
        self.runs.append(self.name)
        if self.changed == "graph":
            return replace(design, graph=replace(design.graph))
        return replace(design, inputs=(*design.inputs,) * 2) if self.changed else design


def test_a_pass_that_changed_nothing_waits_for_another_graph_or_other_inputs() -> None:
    design = replace(design_of(read(TEXT).graph), inputs=(InputPlan("x", FORMAT, 0, 1),))
    runs: list[str] = []
    idle, graph, inputs = (
        _Noted("idle", runs),
        _Noted("graph", runs, "graph"),
        _Noted("inputs", runs, "inputs"),
    )
    told: list[str] = []
    passes: list[Pass] = [idle, idle, graph, idle, idle, inputs, idle, idle, graph, graph]
    run_passes(design, passes, lambda step, _design, _seconds: told.append(step.name))
    assert runs == ["idle", "graph", "idle", "inputs", "idle", "graph", "graph"]
    assert told == [step.name for step in passes]


@pytest.mark.parametrize("level", [0, 1, 2])
def test_the_observer_sees_every_pass_with_its_result(level: int) -> None:
    seen: list[tuple[str, Design, float]] = []
    parsed, request = read(TEXT), request_of(XY, opt=level)
    design = compile_graph(
        parsed, request, observer=lambda step, result, s: seen.append((step.name, result, s))
    )
    names, steps = ([name for name, _, _ in seen], [step.name for step in pipeline(min(level, 1))])
    assert names[: len(steps)] == steps, "at level 2 the design of level 1 comes first"
    assert level > 1 or len(names) == len(steps)
    assert all(seconds >= 0 for _, _, seconds in seen)
    assert any(result.datapath is design.datapath for _, result, _ in seen)
    lowered = [name for name, result, _ in seen if result.datapath is not None]
    assert (lowered[0], lowered[-1]) == ("lower", "schedule")
    for _, result, _ in seen:
        assert_valid_graph(result.graph)
        assert print_graph(result.graph)
        if result.datapath is not None:
            assert_valid_datapath(result.datapath)


@dataclass(frozen=True, slots=True)
class Breaks:
    """A pass that leaves a node whose operand comes after it."""

    name: str = "breaks"

    def run(self, design: Design) -> Design:
        last = len(design.graph.nodes)
        nodes = (Node(Operation.SIN, (last,)), *design.graph.nodes)
        graph = replace(
            design.graph,
            nodes=nodes,
            spans=(None, *design.graph.spans),
            names=("", *design.graph.names),
        )
        return design.with_graph(graph)


def test_verification_finds_the_pass_that_breaks_the_graph() -> None:
    design = design_of(read(TEXT).graph)
    steps: tuple[Pass, ...] = (Breaks(),)
    assert run_passes(design, steps).graph.nodes[0].operation is Operation.SIN
    with pytest.raises(AssertionError):
        run_passes(design, steps, verified=True)


def test_a_new_graph_drops_the_datapath() -> None:
    design = compile_graph(read(TEXT), request_of(XY)).design
    assert design.datapath is not None
    assert design.with_graph(read("x").graph).datapath is None


def test_warnings_are_kept_once_each() -> None:
    design = compile_graph(
        read("z = sqrt(exp(x) - exp(y) - (x - y)*exp(y))"), request_of(XY)
    ).design
    (entry,) = {w for w in design.warnings if w.id == "domain-unproved"}
    assert design.with_warnings(entry, entry).warnings == design.warnings


# --- the planning of inputs -----------------------------------------------------------------------


def planned(text: str, request: Request) -> Design:
    return PlanInputs().run(Design(graph_of(text), request, load_target("generic")))


def graph_of(text: str) -> Graph:
    return read(text).graph


def refusal(text: str, request: Request) -> list[tuple[str, str]]:
    with pytest.raises(SymhdlError) as raised:
        planned(text, request)
    return [(diagnostic.id, diagnostic.message) for diagnostic in raised.value.diagnostics]


HALF = Fraction(1, 2)
Q = FixedFormat(True, 8, 4)


def test_a_declaration_goes_before_names_and_names_before_general_options() -> None:
    request = Request(
        ranges=(("x", (-HALF, HALF)), ("y", (Fraction(0), HALF))),
        range=(Fraction(-2), Fraction(2)),
        input_formats=(("y", Q),),
        width=6,
    )
    text = "input x : fixed<10,2> in [-1, 1]\nr = x + y + z"
    x, y, z = planned(text, request).inputs
    assert (str(x.format), x.minimum, x.maximum) == ("fixed<10,2>", -256, 256)
    assert (y.format, y.minimum, y.maximum) == (Q, 0, 8)
    assert (str(z.format), z.minimum, z.maximum) == ("fixed<6,3>", -16, 16)


def test_a_format_without_a_range_is_taken_whole() -> None:
    (x,) = planned("input x : ufixed<5,2>\ny = x", Request()).inputs
    assert (x.minimum, x.maximum) == (0, 31)


def test_every_missing_range_is_told_at_once() -> None:
    assert refusal("a + b", Request()) == [
        ("missing-range", "input `a` has neither a range nor a format"),
        ("missing-range", "input `b` has neither a range nor a format"),
    ]


def test_a_missing_range_points_into_the_source() -> None:
    with pytest.raises(SymhdlError) as raised:
        planned("z = 1 + a", Request())
    (diagnostic,) = raised.value.diagnostics
    assert diagnostic.span is not None
    assert (diagnostic.span.line, diagnostic.span.column) == (1, 9)
    assert diagnostic.help == "give it one: --range a=-1:1, or in the source: input a in [-1, 1]"


def test_a_range_beyond_its_format() -> None:
    request = Request(input_formats=(("x", Q),), ranges=(("x", (Fraction(-9), Fraction(7))),))
    with pytest.raises(SymhdlError) as raised:
        planned("x", request)
    (diagnostic,) = raised.value.diagnostics
    assert diagnostic.id == "range-exceeds-format"
    assert diagnostic.notes == ("the range is [-9, 7], the format holds [-8, 7.9375]",)
    assert diagnostic.help == "use fixed<8,5>, a wider format, or a smaller range"


def test_the_end_of_a_range_may_round_into_the_format_only() -> None:
    request = Request(input_formats=(("x", Q),), ranges=(("x", (Fraction(-8), Fraction(8))),))
    assert refusal("x", request)[0][0] == "range-exceeds-format"
    near = Fraction(796, 100)
    (x,) = planned("x", replace(request, ranges=(("x", (Fraction(-8), near)),))).inputs
    assert x.maximum == 127


ENDS = (-HALF, HALF)


@pytest.mark.parametrize(
    ("text", "ranges", "told"),
    [
        ("z = x", ("x", "speed"), []),
        ("z = x1", ("x1", "x2"), []),
        ("z = speed", ("speed", "sped"), []),
        ("z = velocity", ("velocty",), ["missing-range", "unknown-input"]),
        ("input velocity : fixed<8,1>; z = velocity", ("velocty",), ["unknown-input"]),
        ("input X : fixed<8,1>; z = X", ("x",), ["unknown-input"]),
        ("z = x + y", ("x", "t"), ["missing-range", "unknown-input"]),
    ],
)
def test_ranges_for_names_that_are_no_inputs(
    text: str, ranges: tuple[str, ...], told: list[str]
) -> None:
    request = Request(ranges=tuple((name, ENDS) for name in ranges), input_formats=(("q", Q),))
    if told:
        assert [id for id, _ in refusal(text, request)][: len(told)] == told
        return
    warnings = planned(text, request).warnings
    assert [w.id for w in warnings] == ["unused-range"] * 2  # the format of q, too
    assert f"`{ranges[1]}`" in warnings[0].message


@pytest.mark.parametrize(
    "request_",
    [
        Request(ranges=(("x", (Fraction(0), Fraction(10) ** 400)),)),
        Request(input_format=FixedFormat(True, 8, 8 - 1100)),
        Request(input_format=FixedFormat(True, 64, 64 - 3000), range=(Fraction(0), Fraction(1))),
    ],
)
def test_inputs_beyond_all_numbers(request_: Request) -> None:
    assert [id for id, _ in refusal("z = x", request_)] == ["range-too-large"]


@pytest.mark.parametrize(("low", "high"), [("0.001", "1"), ("0.6", "1"), ("1/3", "2/3")])
def test_positive_ranges_stay_positive(low: str, high: str) -> None:
    request = Request(ranges=(("x", (Fraction(low), Fraction(high))),), width=2)
    (x,) = planned("x", request).inputs
    assert 1 <= x.minimum <= x.maximum


def test_a_range_of_one_value() -> None:
    request = Request(ranges=(("x", (HALF, HALF)),), width=4)
    (x,) = planned("x", request).inputs
    assert x.minimum == x.maximum
    assert x.minimum * x.format.ulp == HALF


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (Request(ranges=(("x", (Fraction(0), Fraction(1))),)), "input `x` declares a range"),
        (Request(input_formats=(("x", FORMAT),)), "input `x` declares a format"),
        (Request(range=(Fraction(0), Fraction(1))), "the range for all inputs"),
        (Request(input_format=FORMAT), "the format for all inputs"),
        (Request(width=8), "the width of 8 bits"),
        (Request(output_width=8), "the width for all outputs"),
        (Request(output_format=FORMAT), "the format for all outputs"),
        (Request(error=Fraction(1, 8)), "the error for all outputs"),
        (Request(width=16), "the width of 16 bits"),
        (Request(range=(Fraction(-1), Fraction(2))), None),
    ],
)
def test_what_a_declaration_overrides_is_told(asked: Request, told: str | None) -> None:
    text = "input x : fixed<12,3> in [-1, 2]\noutput y : fixed<14,3> error <= 0.01\ny = x/3"
    design = compile_graph(read(text), asked)
    found = [warning.message for warning in design.warnings if warning.id == "overridden"]
    assert len(found) == (told is not None)
    assert told is None or found[0].startswith(told)


PAGE = ROOT / "docs" / "passes.md"
HEADING = """# The passes

In this order, some of them more than once; a level of optimisation (`--opt`) may leave some out. `--print-after NAME`
shows what a pass made of the design, or found out about it; `--time-passes` tells how long each took. With `--uniform`
`in-order` and `uniform`, told at the end, take the place of those that rewrite the graph and choose formats.

| pass | what it does | options |
|---|---|---|
"""


def _described(step: Pass) -> str:
    told = getattr(inspect.getmodule(type(step)), "__doc__", "")
    options = fields(cast("DataclassInstance", step))
    described = [f"`{option.name}`: {option.metadata['description']}" for option in options]
    return f"| `{step.name}` | {told.splitlines()[0]} | {'; '.join(described) or '-'} |\n"


def test_every_pass_and_its_options_are_described(request: pytest.FixtureRequest) -> None:
    """`pytest --update` writes the page."""
    steps = {step.name: step for step in pipeline(2)}
    for stretch in stretches(2, uniform=True):
        steps |= {step.name: step for step in stretch.passes if step.name not in steps}
    page = HEADING + "".join(map(_described, steps.values()))
    if request.config.getoption("--update"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page


def test_the_analyses_stand_in_the_design_until_the_graph_changes() -> None:
    parsed = read("y = x*sin(x)", ("x",))
    seen: list[Design] = []
    compile_graph(
        parsed, request_of({"x": ("-1", "1")}), observer=lambda _, design, __: seen.append(design)
    )
    last = seen[-1]
    assert last.ranges is not None and last.goals and last.allocation is not None
    assert last.with_graph(last.graph) is last and last.with_inputs(last.inputs) is last
    plan = replace(last.inputs[0], maximum=last.inputs[0].maximum - 1)
    for other in (last.with_graph(read("y = x", ("x",)).graph), last.with_inputs((plan,))):
        kept = (other.ranges, other.goals, other.allocation, other.operators, other.datapath)
        assert kept == (None, (), None, None, None)
    steps = pipeline(1)
    first = next(place for place, step in enumerate(steps) if isinstance(step, FindGoals))
    again = run_passes(last, steps[first:])
    assert again.ranges is last.ranges and again.allocation is not None
