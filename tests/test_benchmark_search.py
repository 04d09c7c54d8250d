"""The benchmark of a search: the front of a run, what is told of it, and that it may be run twice."""

from __future__ import annotations

import xml.etree.ElementTree as Xml
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("deap", reason="DEAP is not installed")

from benchmarks import search
from benchmarks.jets import jets_of
from benchmarks.search import Half, Point, cross_entropy, given_row, picked
from benchmarks.search_run import Effort, Found, Search, front, primitives_of, scaled, values_of
from benchmarks.search_start import shapes_of
from benchmarks.search_worth import OfOperators
from tests.test_benchmark_jets import corpus

__all__ = ["corpus"]


def columns(rows: int = 60) -> dict[str, np.ndarray]:
    """Two inputs."""
    chance = np.random.default_rng(2)
    return {name: chance.normal(size=rows) for name in ("x1", "x2")}


def run(seed: int) -> tuple[list[Found], list[str]]:
    """A short search for a product, and what was tried."""
    given = columns()
    target = given["x1"] * given["x2"] - 1
    one = Search(given, target, OfOperators(given, target, 6))
    return one.run(Effort(20, 8), seed), list(one.known)


def test_a_search_finds_a_front_and_the_same_again() -> None:
    found, tried = run(1)
    assert [each.cost for each in found] == sorted({each.cost for each in found})
    assert [each.loss for each in found] == sorted((each.loss for each in found), reverse=True)
    assert found[-1].loss < 0.2 < found[0].loss and 60 < len(tried) < 240
    assert run(1) == (found, tried)
    assert run(2)[1] != tried


def test_losses_are_those_of_the_text() -> None:
    given = columns()
    target = given["x1"] ** 2
    (best, *_) = reversed(
        Search(given, target, OfOperators(given, target, 6)).run(Effort(12, 4), 3)
    )
    errors = values_of(best.text, primitives_of(list(given)), given) - target
    assert best.loss == pytest.approx(float(np.mean(errors**2)))
    assert best.text.startswith("add(mul(")


def test_shapes_are_scaled_by_few_bits() -> None:
    values, target = np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0, 1.3, 1.6, 1.9])
    assert scaled("f", values, target) == "add(mul(0.3125, f), 1.0)"
    assert scaled("f", np.ones(4), target) is None
    assert scaled("f", np.array([0.0, 1.0, 2.0, np.inf]), target) is None
    assert scaled("f", values * 1e6, target) is None


def test_a_search_starts_with_given_equations() -> None:
    texts = ["0.25", "x1", "sin(-x1 - x2)*x2 + 1.5", "(x1*2 + x2) + (sc(x2) - 0.126)"]
    shapes = shapes_of([{"complexity": k, "equation": text} for k, text in enumerate(texts)], 3)
    given = columns()
    x1, x2 = given.values()
    wanted = [
        np.full(60, 0.25),
        x1,
        np.sin(-x1 - x2) * x2 + 1.5,
        x1 * 2 + x2 + np.sin(x2) * np.cos(x2) - 0.125,
    ]
    primitives = primitives_of(list(given))
    for shape, values in zip(shapes, wanted, strict=True):
        assert values_of(shape, primitives, given) == pytest.approx(values), shape
    search = Search(given, wanted[2], OfOperators(given, wanted[2], 6))
    assert search.run(Effort(6, 1), 1, shapes)[-1].loss < 1e-12
    assert len(shapes_of([{"complexity": 5, "equation": "x1"}], 4)) == 0


def test_a_front_holds_what_nothing_beats() -> None:
    points = [Found("a", 0.5, 3), Found("b", 0.4, 3), Found("c", 0.45, 5), Found("d", 0.1, 9)]
    assert [each.text for each in front(points)] == ["b", "d"]


def test_taggers_are_chosen_together() -> None:
    """Of equal ones the cheaper, of others those that tell jets apart."""
    given = {"x1": np.array([1.0, -1.0, 0.0])}
    labels = np.array(["g", "q", "t"])
    fronts: list[list[Found]] = [[Found("mul(0.0, x1)", 1.0, 0)] for _ in "gqtwz"]
    fronts[0] += [Found("mul(1.0, x1)", 0.5, 4), Found("mul(1.0, mul(1.0, x1))", 0.5, 9)]
    assert picked(fronts, given, labels, 0.0)[0].text == "mul(1.0, x1)"
    assert picked(fronts, given, labels, 9.0)[0].text == "mul(0.0, x1)"
    sure, wrong = np.diag([5.0, 5.0]), np.diag([-5.0, -5.0])
    assert cross_entropy(sure, np.array([0, 1])) < 1e-3 < 1 < cross_entropy(wrong, np.array([0, 1]))


def point(luts: int, accuracy: float) -> Point:
    half = Half(luts, accuracy, accuracy)
    return Point("p", (half, half), (100, 100))


def test_what_is_found_stands_beside_the_given_front() -> None:
    found: Sequence[Sequence[Point]] = [
        [point(30, 0.6), point(50, 0.7)],
        [point(40, 0.7)],
        [point(10, 0.5)],
    ]
    row = dict(zip(search.GIVEN_HEADING, given_row(point(80, 0.65), found), strict=True))
    assert (row["found: LUTs"], row["share"], row["seeds"]) == ("50", "0.62", "2 of 3")
    row = dict(zip(search.GIVEN_HEADING, given_row(point(80, 0.75), found), strict=True))
    assert (row["found: LUTs"], row["seeds"]) == ("-", "0 of 3")


def test_the_table_and_the_picture(
    corpus: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "COMPLEXITIES", (25,))
    monkeypatch.setattr(search, "ERRORS", ("0.5",))
    drawn = corpus / "search.svg"
    words = ["--corpus", str(corpus), "--figure", str(drawn), "--level", "0", "--price", "0.01"]
    effort = ["--seeds", "1", "--generations", "1", "--population", "4"]
    assert search.main([*words, *effort]) == 0
    printed = capsys.readouterr()
    given, found, published = printed.out.split("\n\n")
    assert "| complexity 25 |" in given and "| 1, 0.01 |" in found and "TreeLUT" in published
    assert "seed 1: " in printed.err
    assert Xml.fromstring(drawn.read_text()).tag.endswith("svg")  # noqa: S314 - our own text
    assert len(jets_of(corpus).labels) == 240
