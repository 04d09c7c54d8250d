"""The benchmark of jets: halves that see nothing of each other, what all jets say, and the picture."""

from __future__ import annotations

import json
import xml.etree.ElementTree as Xml
from pathlib import Path

import numpy as np
import pytest

from benchmarks import jets
from benchmarks.jets import Case, Half, halves, jets_of, kept_half, pooled, row_of, source_of
from benchmarks.jets_figure import Curve, figure
from benchmarks.jets_kept import Kept
from benchmarks.jets_published import HEADING as PUBLISHED_HEADING
from benchmarks.jets_published import published_rows
from symhdl.judgement import Figure, Judgement

TEXTS = {"g": "x1", "q": "x2", "t": "-x1", "w": "-x2", "z": "0.3 - x1*x2"}
JETS = 240


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder as that of the corpora, with jets that nobody has seen."""
    fronts = [
        {"class": name, "equations": [{"complexity": 25, "equation": text}]}
        for name, text in TEXTS.items()
    ]
    (tmp_path / "jets").mkdir()
    (tmp_path / "jets" / "pysr_pareto_tutorial.json").write_text(json.dumps(fronts))
    chance = np.random.default_rng(1)
    lines = ["x1,x2,x3,label"]
    lines += [
        f"{a},{b},0,{'gqtwz'[k % 5]}"
        for k, (a, b) in enumerate(chance.normal(size=(JETS, 2)).tolist())
    ]
    (tmp_path / "jets" / "jets.csv").write_text("\n".join(lines) + "\n")
    records = [
        {"group": group, "name": f"jet_{name}", "text": text}
        for group in ("hls4ml/hls-poly", "hls4ml/other")
        for name, text in TEXTS.items()
    ]
    (tmp_path / "hls4ml").mkdir()
    (tmp_path / "hls4ml" / "open.jsonl").write_text("\n".join(map(json.dumps, records)))
    return tmp_path


def test_each_jet_is_in_one_half() -> None:
    first, second = halves(499)
    assert (len(first), len(second)) == (250, 249)
    assert sorted([*first.tolist(), *second.tolist()]) == list(range(499))


def test_sets_are_read(corpus: Path) -> None:
    lines = source_of(corpus, "hls-poly").splitlines()
    assert lines[1:] == [f"{name} = {text}" for name, text in TEXTS.items()]
    assert source_of(corpus, "tutorial").splitlines()[1:] == lines[1:]
    found = jets_of(corpus)
    assert set(found.features) == {"x1", "x2", "x3"}
    assert len(found.labels) == JETS


def half(value: float, rows: int, luts: int = 50) -> Half:
    noise = {sigma: {"agreement": Figure(value, 0.0, 1.0)} for sigma in (0.0, 0.1, 0.3)}
    judgement = Judgement(
        "agreement", 0.9, False, 0.0, value, {"judging": rows}, noise, dict.fromkeys(noise, 0.0)
    )  # fmt: skip
    return Half(luts, 9, 0, 1, judgement, 0.97, 12.3)


def test_all_jets_judge() -> None:
    found = (half(0.9, 100), half(1.0, 300, 70))
    assert pooled(found, 0.0, "agreement") == 0.975
    assert pooled(found, 0.0, "accuracy") is None
    row = dict(zip(jets.HEADING, row_of(Case("set", "", 0.95, True), found), strict=True))
    assert row["set, goal"] == "set, argmax, 0.95"
    assert (row["LUTs"], row["agreement"], row["own half"]) == ("50 / 70", "0.975", "0.970")
    assert row["95 %"] == "0.955..0.986"
    assert row["ECP5: LUTs"] == "-"


def test_the_table_and_the_picture(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "--corpus",
        str(corpus),
        "--set",
        "tutorial",
        "--goal",
        "0.7",
        "--goal",
        "1",
        "--level",
        "0",
    ]
    drawn = corpus / "jets.svg"
    assert jets.main([*words, "--figure", str(drawn)]) == 0
    rows = capsys.readouterr().out.splitlines()
    low, high = (float(row.split("|")[6]) for row in rows[2:4])
    assert rows[4] == "" and rows[5].startswith("| published |")
    assert 0.6 < low <= 1 and 0.9 < high <= 1
    assert Xml.fromstring(drawn.read_text()).tag.endswith("svg")  # noqa: S314 - our own text


def test_a_picture_has_all_points() -> None:
    text = figure([Curve("a<b", ((40.0, 0.93), (61.0, 0.96))), Curve("c", ((2400.0, 0.99),))])
    assert text.count("<circle") == 3
    assert "a&lt;b" in text
    Xml.fromstring(text)  # noqa: S314 - our own text


def test_halves_that_are_kept_are_not_made_again(tmp_path: Path) -> None:
    kept, made = Kept(tmp_path / "halves.jsonl"), []

    def make() -> dict[str, object]:
        made.append(1)
        return half(0.9, 100).document()

    first = kept_half(kept.found("one", make))
    assert kept_half(Kept(kept.path).found("one", make)) == first == half(0.9, 100)
    kept.found("other", make)
    assert len(made) == 2
    assert Kept(None).found("one", make) and len(made) == 3


def test_published_rows_have_all_columns() -> None:
    rows = list(published_rows())
    assert all(len(row) == len(PUBLISHED_HEADING) for row in rows)
    assert ("DWN sm-10", "64") in {row[:2] for row in rows}
