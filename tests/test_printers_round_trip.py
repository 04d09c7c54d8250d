"""Round trips: what is printed reads back with the same values, for real expressions and for random graphs."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import symhdl
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph
from symhdl.printers.printer import LANGUAGES, source_of
from symhdl.sources.reading.registry import reader_names
from tests.random_graphs import NAMES, graphs
from tests.round_trips import disagreement
from tests.rows import each_row
from tests.source_corpus import Record, graph_of, records

SAMPLE = 15
READABLE = [language for language in LANGUAGES if language in reader_names()]

points = st.fixed_dictionaries(
    dict.fromkeys(NAMES, st.integers(-40, 40).map(lambda eighths: Fraction(eighths, 8)))
)


JUMPING = {Operation.MODULO, Operation.FLOOR, Operation.CEIL, Operation.ROUND}


def is_beyond_doubles(graph: Graph) -> bool:
    """Whether the last bit of a number that no double has may decide a jump: C and NumPy do not promise it."""
    huge = any(node.value is not None and abs(node.value) > 2**53 for node in graph.nodes)
    return huge and any(node.operation in JUMPING for node in graph.nodes)


@pytest.mark.parametrize("language", READABLE)
@given(graph=graphs(), point=points)
def test_random_graphs_come_back(language: str, graph: Graph, point: dict[str, Fraction]) -> None:
    assume(language not in ("c", "numpy") or not is_beyond_doubles(graph))
    assert disagreement(graph, language, [point]) == ""


@pytest.mark.parametrize("language", READABLE)
def test_doubles_come_back_with_all_their_digits(language: str) -> None:
    graph = symhdl.parse("y = mod(-1180591620717411303424, x)")
    point = {"x": Fraction(3, 8)}
    assert disagreement(graph, language, [point]) == ""


def real(shared: Path) -> list[Record]:
    return [r for r in records(shared / "corpora") if r["check"]["class"] == "ok"]


def readable(chosen: Iterable[Record]) -> Iterator[tuple[Record, Graph]]:
    for record in chosen:
        try:
            yield record, graph_of(record, record["dialect"])
        except symhdl.SymhdlError:
            continue


def wrong(chosen: list[tuple[Record, Graph]], language: str) -> list[str]:
    found = []
    for record, graph in chosen:
        names = {declared.name for declared in graph.inputs}
        at = [point["x"] for point in record["ref"] if names <= set(point["x"])]
        problem = disagreement(graph, language, at)
        if problem:
            found.append(f"{record['id']}: {problem}")
    return found


def test_some_real_expressions_come_back(shared: Path) -> None:
    found = list(readable(random.Random(1).sample(real(shared), SAMPLE)))  # noqa: S311
    assert len(found) > 0.9 * SAMPLE
    for language in READABLE:
        assert wrong(found, language) == []


@pytest.mark.slow
@pytest.mark.parametrize("language", READABLE)
def test_all_real_expressions_come_back(language: str, shared: Path) -> None:
    assert wrong(list(readable(real(shared))), language) == []


@each_row("language", READABLE)
@each_row(
    "text",
    [
        "5*(2/3*x)",
        "x*(2*(1/3))^2",
        "-2*(1/3*x)",
        "2*(x/3)*(4*z)",
        "0.5*(1/3)*(7*(2/7))",
        "2*(1/x)*z",
    ],
)
def test_products_of_numbers_and_fractions_come_back(text: str, language: str) -> None:
    graph = symhdl.parse(text, "native")
    point = {declared.name: Fraction(7, 8) for declared in graph.inputs}
    assert disagreement(graph, language, [point]) == ""


def test_a_large_whole_number_comes_back_with_every_digit() -> None:
    """The remainder of another number than 2^70 is another one."""
    graph = symhdl.parse(f"x - mod({-(2**70)}, x)", "native")
    for language in READABLE:
        assert disagreement(graph, language, [{"x": Fraction(3, 8)}]) == "", language


CONDITIONS = [
    "a != b",
    "not (a < b)",
    "not (a < b and b < 2)",
    "(a < b) != (b < 2)",
    "(a < b) == (b < 2)",
    "not (a < 1 or a != b) or b == 1",
]
PAIRS = [(Fraction(a), Fraction(b)) for a in (0, 1, 2) for b in (0, 1, 2)]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_numpy_decides_on_plain_numbers_too(condition: str) -> None:
    graph = symhdl.parse(f"y = if {condition} then 1 else 2", "native")
    names: dict[str, Any] = {}
    exec(source_of(graph, "numpy"), names)  # noqa: S102 - our own text
    for a, b in PAIRS:
        assert names["y"](float(a), float(b)) == float(graph.evaluate(a=a, b=b))


@pytest.mark.parametrize("condition", CONDITIONS)
def test_sympy_itself_decides_alike(condition: str) -> None:
    sympy = pytest.importorskip("sympy")
    graph = symhdl.parse(f"y = if {condition} then 1 else 2", "native")
    expression = sympy.sympify(source_of(graph, "sympy"))
    for a, b in PAIRS:
        assert float(expression.subs({"a": a, "b": b})) == float(graph.evaluate(a=a, b=b))
