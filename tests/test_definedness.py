"""Where an expression has a value: `and`, `or` guard their right side, and no rule hides a domain."""

from __future__ import annotations

import pytest

from symhdl.sources.reading.source import read_source
from tests.errors_of_design import (
    Ranges,
    assert_bounds_hold,
    compiled,
    diagnostic_ids,
    request_of,
)
from tests.rows import each_row

AROUND_ZERO: Ranges = {"x": (-1, 2)}


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize(
    "text",
    [
        "x > 0 and log(x) < 1",
        "x > 0 and log(x) < 1/2 and sqrt(x) > 1/3",
        "x <= 0 or 1/x > 7/3",
        "if x > 0 and log(x) < 1/2 or x < -1/2 and sqrt(-x) > 1/2 then x else 0",
        "if not(x <= 0 or log(x) > 1/2) then x else -1",
        "if (x > 0 and (x > 1/2 and log(x) < 1/4)) then x else 2",
    ],
)
def test_logic_guards_its_right_side(text: str, level: int) -> None:
    graph, design = compiled(text, request_of(AROUND_ZERO, output_width=10, opt=level))
    assert_bounds_hold(graph, design)


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("native", "if x > 0 and log(x) < 1 then x else 0"),
        ("numpy", "y = x if x > 0 and math.log(x) < 1 else 0"),
        ("numpy", "y = np.where((x > 0) & (np.log(x) < 1), x, 0)"),
        ("c", "y = x > 0 && log(x) < 1 ? x : 0;"),
        ("sympy", "Piecewise((x, (x > 0) & (log(x) < 1)), (0, True))"),
        ("fpcore", "(FPCore (x) (if (and (> x 0) (< (log x) 1)) x 0))"),
        ("latex", r"\begin{cases} x & x > 0 \land \ln x < 1 \\ 0 & \text{otherwise} \end{cases}"),
    ],
)
def test_every_dialect_guards(dialect: str, text: str) -> None:
    graph = read_source(text, dialect=dialect)[0].graph
    native = read_source("if x > 0 and log(x) < 1 then x else 0", dialect="native")[0].graph
    for point in (-1.0, 0.0, 0.5, 3.0):
        exact = [g.evaluate(digits=20, x=point) for g in (graph, native)]
        assert list(exact[0].values()) == list(exact[1].values())
        assert None not in exact[0].values()


@each_row("level", [0, 1, 2])
@each_row(
    "text",
    [
        "(1/x)^0 + x",
        "0*(1/x) + x",
        "1/x - 1/x + x",
        "(1/x)/(1/x) + x",
        "x + (if 1/x > 0 then 1 else 1)",
        "x + (if 0*log(x) < 1 then 1 else 2)",
        "log(x) < 1 and x > 0",
        "x + min(1/x, 1/x)*0",
    ],
)
def test_what_drops_out_keeps_its_domain(text: str, level: int) -> None:
    assert diagnostic_ids(text, request_of(AROUND_ZERO, opt=level)) == ["domain"]


@pytest.mark.parametrize("text", ["y = 0.0 ? 1.0/x : x > 0;", "y = 1/x > 2 && 0;"])
def test_a_constant_condition_hides_no_domain_before_it(text: str) -> None:
    graph = read_source(text, dialect="c")[0].graph
    (value,) = graph.evaluate(digits=20, x=0.0).values()
    assert (value is None) == ("&&" in text)
