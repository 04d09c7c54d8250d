"""Assumptions between inputs: what is promised where they hold, and that nothing breaks where they do not."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Unpack

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import symhdl
from symhdl.analysis.assumptions import truths_of, what_is_assumed
from symhdl.analysis.ranges import RangeRule, find_ranges
from symhdl.analysis.refine import spaces_for
from symhdl.choices import Undefined
from symhdl.commands.watch import representation
from symhdl.compiled import CompiledDesign
from symhdl.design import Design, Pass
from symhdl.errors import SymhdlError
from symhdl.ir.datapath import CellKind
from symhdl.ir.graph_text import print_graph, read_graph
from symhdl.ir.text import print_datapath, read_datapath
from symhdl.manifest_reading import read_manifest
from symhdl.options import Options
from symhdl.printers.printer import print_in
from symhdl.verify.accuracy import measure_integers
from symhdl.verify.range_proofs import open_claims
from tests.errors_of_design import assert_cells_in_range, whole_grid

INPUTS = "input x, y : fixed<6,3> in [0, 3.9]\n"
GOAL = "\noutput z error <= 2^-5"
DOMAINS: tuple[Undefined, ...] = ("error", "ignore")


def compiled(assumed: str, expression: str, **options: Unpack[Options]) -> CompiledDesign:
    """A design of two small inputs."""
    statement = f"assume {assumed}\n" if assumed else ""
    return symhdl.compile(f"{INPUTS}{statement}z = {expression}{GOAL}", **options)


def assert_promises_hold(design: CompiledDesign) -> int:
    """At all inputs the bounds hold where the assumptions do, and cells lie in their ranges; how many do not count."""
    columns = whole_grid(design.datapath)
    for measured in measure_integers(design.mathematics, design.datapath, columns):
        assert measured.violations == 0, measured
        assert measured.unpromised < measured.points
    for datapath in (design.datapath, design.operators):
        assert_cells_in_range(datapath, columns)
        open_claims(datapath)
    return measured.unpromised


# --- what is proved -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("assumed", "expression"),
    [
        ("x <= y", "sqrt(y - x)"),
        ("x < y", "1/(y - x)"),
        ("x < y", "log(y - x)"),
        ("y > x", "log(2*y - 2*x)*x"),
        ("not y <= x", "log(y/3 - x/3)"),
        ("x <= y", "sqrt(y^2 - x^2)"),
        ("x <= y and y <= 3 - x", "sqrt(y - x) + sqrt(3 - y - x)"),
        ("x^2 + y^2 <= 4", "sqrt(4 - x^2 - y^2)"),
        ("x^2 + y^2 < 4", "1/(4 - x*x - y*y)"),
        ("x*y <= 2", "log(2.5 - x*y)"),
        ("x == y", "sqrt(x - y) + x"),
        ("max(x, 1) < y", "1/(y - x) + log(y - 1)"),
        ("x > 0.3 or x > y", "x*y"),
        ("x^2 > 2 and y > 0", "log(x - 1.4)/y"),
        ("exp(x) <= y + 1", "sqrt(y + 1 - exp(x))"),
    ],
)
def test_what_has_no_value_elsewhere_compiles_without_a_word(assumed: str, expression: str) -> None:
    design = compiled(assumed, expression)
    assert not design.warnings
    assert assert_promises_hold(design) > 0


def test_the_argument_of_a_root_is_not_held() -> None:
    design = compiled("x <= y", "sqrt(y - x)")
    assert all(cell.kind is not CellKind.SELECT for cell in design.operators.cells)


def test_chains_are_added_up() -> None:
    text = "input a, b, c in [0, 4]\nassume a <= b and b <= c\nz = sqrt(c - a)"
    design = symhdl.compile(text, width=5)
    assert_promises_hold(design)


def test_what_is_known_of_a_difference_has_a_rule_of_its_own() -> None:
    found: list[RangeRule] = []

    def observe(_step: Pass, design: Design, _seconds: float) -> None:
        found.extend(() if design.ranges is None else design.ranges.rules)

    compiled("x < y", "1/(y - x)", observer=observe)
    assert RangeRule.ASSUMED in found


def test_hardware_does_not_become_larger() -> None:
    for expression in ("(x - y)^2", "exp(-(x - y)^2)", "log(5 + x*y)", "x*y + x"):
        plain, assumed = (
            symhdl.compile(f"input x, y in [0, 2]\n{a}z = {expression}\noutput z error <= 2^-7", width=8)
            for a in ("", "assume x <= y\n")
        )  # fmt: skip
        assert assumed.estimate.luts <= plain.estimate.luts


@pytest.mark.parametrize("opt", [0, 1, 2])
@pytest.mark.parametrize("undefined", DOMAINS)
def test_every_level(opt: int, undefined: Undefined) -> None:
    design = compiled("x < y", "1/(y - x) + sqrt(y)", opt=opt, undefined=undefined)
    assert_promises_hold(design)


def test_a_uniform_format() -> None:
    text = f"{INPUTS}assume x < y\nz = sqrt(y - x)"
    design = symhdl.compile(text, uniform="fixed<12,5>")
    assert design.datapath.assumptions == ("x < y",)


def test_what_is_assumed_is_shown_after_its_passes() -> None:
    shown: dict[str, str] = {}

    def observe(step: Pass, design: Design, _seconds: float) -> None:
        shown.setdefault(step.name, representation(step, design))

    compiled("x <= y\nassume x + y < 9", "sqrt(y - x)", observer=observe)
    assert 'output "assumption 2" = ' in shown["assume"]
    assert "assumption 2" not in shown["check-assumptions"]
    assert 'output "assumption 1" = ' in shown["check-assumptions"]


def test_decisions_that_are_assumed_are_made() -> None:
    design = compiled("x < y", "if x < y then y - x else log(y - x)")
    assert all(cell.kind is not CellKind.LESS for cell in design.operators.cells)
    assert_promises_hold(design)


# --- what is told ---------------------------------------------------------------------------------


def problems_of(assumed: str) -> list[str]:
    """What is told of a refused design: ids and messages."""
    with pytest.raises(SymhdlError) as refusal:
        compiled(assumed, "x + y")
    return [f"{d.id}: {d.message}" for d in refusal.value.diagnostics]


@pytest.mark.parametrize("assumed", ["x > 4", "x < y and y < x", "x + y > 9", "2 < 1", "x == 0.1"])
def test_what_never_holds_is_a_mistake(assumed: str) -> None:
    assert problems_of(assumed) == [f"contradiction: the assumption {assumed} never holds"]


def test_assumptions_that_exclude_each_other() -> None:
    assert problems_of("x < y\nassume y < x") == [
        "contradiction: the assumptions never hold together"
    ]


def test_what_always_holds_says_nothing() -> None:
    design = compiled("x + y < 9", "x*y")
    (told,) = design.warnings
    assert told.id == "assumption-holds" and told.span is not None and told.span.line == 2
    assert told.message == "the assumption x + y < 9 always holds"


def test_examples_meet_the_assumptions() -> None:
    with pytest.raises(SymhdlError) as refusal:
        compiled("x <= y", "log(y - x)")
    (problem,) = refusal.value.diagnostics
    (example,) = (note for note in problem.notes if note.startswith("for example"))
    assert example.endswith("it is 0")


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("assume x + y\nz = x", "number-as-condition"),
        ("assume x <\nz = x", "syntax"),
        ("assume x < y", "no-output"),
    ],
)
def test_texts_that_are_wrong(text: str, id: str) -> None:
    with pytest.raises(SymhdlError) as refusal:
        symhdl.parse(text)
    assert refusal.value.diagnostics[0].id == id


def test_one_sign_for_equality_is_told_of() -> None:
    with pytest.raises(SymhdlError) as refusal:
        symhdl.compile("x + y", ranges={"x": (0, 1), "y": (0, 1)}, assume=["x = y"])
    (problem,) = refusal.value.diagnostics
    assert (problem.id, problem.help) == ("no-condition", "write x < y, or x == y")


@pytest.mark.parametrize(
    "text", ["assume = 3\ny = assume*x", "assume(x) = x^2\ny = assume(3)", "assume + x", "assume*2"]
)
def test_the_word_may_be_a_name(text: str) -> None:
    assert not symhdl.parse(text).assumptions


def test_names_of_the_text_may_stand_in_it() -> None:
    graph = symhdl.parse("below(a, b) = a < b\nd = y - x\nassume below(0, d)\nz = sqrt(d)")
    assert [output.name for output in graph.outputs] == ["z"]
    assert "assume y - x > 0\n" in symhdl.source_of(graph)


def test_a_table_of_options_has_it() -> None:
    design = compiled("", "sqrt(y - x)", assume=("x <= y", "x < 3"))
    assert design.datapath.assumptions == ("x <= y", "x < 3")
    one = compiled("", "sqrt(y - x)", assume="x <= y")
    assert one.datapath.assumptions == ("x <= y",)
    assert one.digest() != compiled("", "sqrt(y - x)", assume="x < y").digest()


def test_strangers_are_no_inputs() -> None:
    with pytest.raises(SymhdlError) as refusal:
        compiled("", "x*y", assume=("x < yy", "zz > 0"))
    assert [d.message for d in refusal.value.diagnostics] == [
        "there is no input `yy`",
        "there is no input `zz`",
    ]


# --- what is kept ---------------------------------------------------------------------------------


def test_files_tell_of_it(tmp_path: Path) -> None:
    design = compiled("x <= y", "sqrt(y - x)")
    design.write(tmp_path)
    verilog = (tmp_path / "top.v").read_text(encoding="utf-8")
    assert "// Assumed: x <= y; elsewhere nothing is promised." in verilog
    text = (tmp_path / "top.json").read_text(encoding="utf-8")
    assert json.loads(text)["assumptions"] == ["x <= y"] == read_manifest(text, "m")["assumptions"]
    assert read_datapath(print_datapath(design.datapath)) == design.datapath
    symhdl.load(tmp_path)
    changed = text.replace("x <= y", "x < y")
    (tmp_path / "top.json").write_text(changed, encoding="utf-8")
    with pytest.raises(SymhdlError):
        symhdl.load(tmp_path)


def test_graphs_keep_it() -> None:
    graph = symhdl.parse("input x, y in [0, 1]\nassume x <= y\nassume x != 0.5\nz = y - x")
    assert len(graph.assumptions) == 2
    assert print_graph(read_graph(print_graph(graph))) == print_graph(graph)
    for language in ("native", "fpcore"):
        text = print_in(graph, language).text
        again = symhdl.parse(text, language)
        assert len(again.assumptions) == 2
        assert print_in(again, "native").text == print_in(graph, "native").text
    (told,) = print_in(graph, "numpy").warnings
    assert "assumptions" in told.message


def test_checks_leave_rows_out() -> None:
    design = compiled("x <= y", "sqrt(y - x)")
    found = design.check(x=np.array([0.0, 1.0, 2.0]), y=np.array([1.0, 1.0, 1.0]))
    assert found.holds and [each.unpromised for each in found.rounded] == [1]
    assert "1 where an assumption fails" in str(found)


def test_truth_is_not_known_where_a_value_may_be_missing() -> None:
    """log(x) has no value on a part of a piece, which must not make the condition fail there."""
    found: list[Design] = []

    def observe(_step: Pass, design: Design, _seconds: float) -> None:
        found.append(design)

    symhdl.compile("input x : fixed<16,8>\nassume log(x) < 2\nz = x", observer=observe)
    (design, *_) = [each for each in found if each.assumptions is not None and each.inputs]
    assumed, plans = design.assumptions, design.inputs
    assert assumed is not None
    spaces = spaces_for(assumed, plans, assumed, fine=False)
    ((home, truth),) = truths_of(assumed, spaces)
    entry = spaces.inputs[home]
    for start, end, possible in zip(entry.starts, entry.ends, truth.upper, strict=True):
        reals = [Fraction(k, 256) for k in (start, end)]
        if any(0 < real < 7 for real in reals):
            assert possible == 1, reals
    ranges = find_ranges(assumed, spaces)
    assert not what_is_assumed(assumed, assumed, spaces, ranges.space, ranges.values).impossible


# --- any program ----------------------------------------------------------------------------------

NAMES = ("x", "y")
TERMS = st.sampled_from((*NAMES, *NAMES, "0.5", "1", "0.3"))


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.sampled_from(("({} + {})", "({} - {})", "({} * {})", "min({}, {})", "max({}, {})"))
    alone = st.sampled_from(("sqrt({})", "1/({})", "log({})", "abs({})", "({})^2", "exp(0.3*{})"))
    return st.one_of(
        st.builds(lambda form, a, b: form.format(a, b), pairs, inner, inner),
        st.builds(lambda form, a: form.format(a), alone, inner),
        st.builds("(if {} < {} then {} else {})".format, TERMS, TERMS, inner, inner),
    )


EXPRESSIONS = st.recursive(TERMS, _grown, max_leaves=5)
SIDES = st.one_of(TERMS, st.builds("({} - {})".format, TERMS, TERMS), EXPRESSIONS)
RELATIONS = st.sampled_from(("<", "<=", "<", "<=", "!=", "=="))
COMPARISONS = st.builds("{} {} {}".format, SIDES, RELATIONS, SIDES)
CONDITIONS = st.one_of(
    COMPARISONS,
    st.builds("{} <= y".format, SIDES),
    st.builds("{} and {}".format, COMPARISONS, COMPARISONS),
    st.builds("{} or {}".format, COMPARISONS, COMPARISONS),
)
FORMATS = st.sampled_from(("fixed<5,3>", "fixed<5,2>", "ufixed<5,2>", "fixed<4,4>"))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(CONDITIONS, min_size=1, max_size=2), EXPRESSIONS, FORMATS, FORMATS,
    st.sampled_from((0, 1)), st.sampled_from(DOMAINS),
)  # fmt: skip
def test_bounds_hold_wherever_the_assumptions_do(
    assumed: list[str], expression: str, one: str, other: str, opt: int, undefined: Undefined
) -> None:
    statements = "\n".join(f"assume {condition}" for condition in assumed)
    text = f"input x : {one}\ninput y : {other}\n{statements}\nz = {expression}{GOAL}"
    try:
        design = symhdl.compile(text, opt=opt, undefined=undefined)
    except SymhdlError as refusal:
        str(refusal)
        return
    columns = whole_grid(design.datapath)
    (measured,) = measure_integers(design.mathematics, design.datapath, columns)
    assert measured.violations == 0, (text, measured)
    if undefined == "error" and not design.warnings:
        assert measured.undecided == 0, (text, measured)
    assert_cells_in_range(design.operators, columns)
    open_claims(design.datapath)
