"""PySR's templates: parts without a rule, parts with one, parameters, and what does not fit."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from symhdl.errors import Source, SymhdlError, UsageError
from symhdl.sources.reading.source import parse, read_source
from tests.rows import each_row

TABLE = """Complexity,Loss,Equation
2,8.0,"f = 1.5; g = 2.0"
6,4.0,"f = #1 + #2; g = sin(#1)"
9,0.5,"f = (#1 - #2) * -0.5; g = sin(#1) / 2.0"
"""


def test_without_a_rule_every_part_is_an_output() -> None:
    parsed, text = read_source("f = #2 * 2; g = sin(#1) - -0.5")
    assert [output.name for output in parsed.graph.outputs] == ["f", "g"]
    assert [declared.name for declared in parsed.graph.inputs] == ["#2", "#1"]
    assert parsed.graph.evaluate(digits=None, **{"#1": 0.0, "#2": 3.0}) == {"f": 6.0, "g": 0.5}
    (told,) = parsed.warnings
    assert told.help is not None
    assert '--combine "f(x1, x2) + g(x1, x2)"' in told.help
    assert text == "f = #2 * 2; g = sin(#1) - -0.5"


def test_places_are_those_of_the_text() -> None:
    text = "f = #2 * 2; g = sin(#1)"
    graph = parse(text)
    assert graph.outputs[1].span is not None
    span = graph.outputs[1].span
    assert span.source.text == text
    assert text[span.start : span.end] == "sin(#1)"
    with pytest.raises(SymhdlError) as caught:
        parse("f = #2 * 2; g = mystery(#1)")
    assert "1 | f = #2 * 2; g = mystery(#1)" in str(caught.value)


def test_rows_of_a_table() -> None:
    source = Source("hall_of_fame.csv", TABLE)
    assert parse(source, select="complexity=2").evaluate() == {"f": 1.5, "g": 2.0}
    parsed, _ = read_source(source, select="all")
    names = [output.name for output in parsed.graph.outputs]
    assert names == ["c2_f", "c2_g", "c6_f", "c6_g", "c9_f", "c9_g"]
    assert len(parsed.warnings) == 1
    graph = parse(source, select="all", combine="f(a, b) * g(b)")
    values = graph.evaluate(a=1.0, b=0.25)
    assert values == pytest.approx(
        {"c2": 3.0, "c6": 1.25 * math.sin(0.25), "c9": -0.375 * math.sin(0.25) / 2}
    )


def test_the_print_of_a_terminal() -> None:
    graph = parse("╭ f = #1 * 2.0\n├ g = #2\n╰ p = [0.5, -3.0]", combine="p[2] * f(x) + g(x, y)")
    assert float(graph.evaluate(x=1.0, y=10.0)) == 4.0


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ("f(x1, x2) + g(x2)", 2 + 3 + math.sin(3)),
        ("((; f, g), (x1, x2)) -> f(x1, x2) * g(x1)^2", 5 * math.sin(2) ** 2),
        ("f(g(x1), f(x2, x1))", math.sin(2) + 5),
        ("a = f(x1, x2)\nb = g(x1)\na - b", 5 - math.sin(2)),
        ("a = f(x1, x2); a^2", 25.0),
        ("f(x1 + max(x2, x1), 0)", 5.0),
    ],
)
def test_rules(rule: str, wanted: float) -> None:
    graph = parse("f = #1 + #2; g = sin(#1)", combine=rule)
    assert [output.name for output in graph.outputs] == ["y"]
    assert float(graph.evaluate(x1=2.0, x2=3.0)) == pytest.approx(wanted)


def test_parameters_by_category() -> None:
    graph = parse("f = #1 * #2; p = [0.5, -3.0, 4.5e1]", combine="f(x, p[class]) + p[1]")
    values = [float(graph.evaluate(x=2.0, **{"class": k})) for k in (1, 2, 3)]
    assert values == [1.5, -5.5, 90.5]


@each_row(
    ("text", "rule", "told"),
    [
        ("f = #3; g = #1", "f(a, b) + g(a)", "`f` has no argument #3"),
        ("f = #1; g = #1", "f(a) + f(a, b) + g(a)", "`f` is called with 1 arguments and with 2"),
        ("f = #1; g = #1", "h(a) + g(a) + f(a)", "there is no function `h`"),
        ("f = #1; p = [1.0]", "f(a) * p[2]", "`p` has 1 values"),
        ("f = #1; p = [1.0]", "f(a) * p[0]", "`p` has 1 values"),
        ("f = #1", "f(a) * p[1]", "the template has no values for `p`"),
        ("f = #1; p = [1.0, ..., 2.0]", "f(a) * p[1]", "the values of `p` cannot be read"),
        ("f = #1; g = #1", "D(f, 1)(a) + g(a)", "derivatives of parts"),
        ("f = #1; f = #2", "f(a)", "the part `f` is there twice"),
        ("f = #1; 3", "f(a)", "expected a part"),
        ("f = #1 +; g = #1", "f(a) + g(a)", "value"),
    ],
)
def test_what_does_not_fit_is_told(text: str, rule: str, told: str) -> None:
    with pytest.raises(SymhdlError) as caught:
        parse(text, combine=rule)
    assert told in str(caught.value)
    assert caught.value.diagnostics[0].span is not None


def test_a_part_that_the_rule_forgets_is_warned_of() -> None:
    parsed, _ = read_source("f = #1; g = #1", combine="f(x)")
    assert "does not use the part `g`" in parsed.warnings[0].message


def test_rules_belong_to_templates() -> None:
    with pytest.raises(UsageError):
        read_source("x0 + 1", combine="f(x)")
    with pytest.raises(UsageError):
        read_source("f = #1", combine="f(x)", dialect="sympy")


def test_a_comment_is_no_template() -> None:
    parsed, _ = read_source("f = x + 1  # 1 more\ng = f * 2")
    assert [output.name for output in parsed.graph.outputs] == ["g"]


def test_user_operators_in_parts(tmp_path: Path) -> None:
    place = tmp_path / "operators.txt"
    place.write_text("# of the script\nsq(x) = x*x\n", encoding="utf-8")
    graph = parse("f = sq(#1); g = #2", "pysr", [place], combine="f(a) - g(a, b)")
    assert float(graph.evaluate(a=3.0, b=1.0)) == 8.0
