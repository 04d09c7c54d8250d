"""The benchmark of explorations: on fronts and jets that are made up, with a kill in the middle."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import explore
from benchmarks.explore import COMBINED, DIFFERENT, HEADING, without_times

TEXTS = {"g": ("0.3", "x1"), "q": ("-0.2", "x2"), "w": ("0.1", "-x1 - 0.5*x2")}
JETS = 240


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder as that of the corpora, with jets that nobody has seen."""
    fronts = [
        {
            "class": name,
            "equations": [
                {"complexity": complexity, "loss": 1 / complexity, "equation": text}
                for complexity, text in zip((1, 4), texts, strict=True)
            ],
        }
        for name, texts in TEXTS.items()
    ]
    (tmp_path / "jets").mkdir()
    (tmp_path / "jets" / explore.FRONTS).write_text(json.dumps(fronts))
    chance = np.random.default_rng(1)
    lines = ["x1,x2,x3,label"]
    for a, b in chance.normal(size=(JETS, 2)).tolist():
        lines.append(f"{a},{b},0,{'gqw'[int(np.argmax([a, b, -a - 0.5 * b]))]}")
    (tmp_path / "jets" / "jets.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_the_tables(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--corpus", str(corpus), "--jobs", "1", "--width", "4", "--device", "xcvu9p"]
    assert explore.main([*words, "--budget", "60"]) == 0
    lines = [line.split(" | ") for line in capsys.readouterr().out.splitlines()]
    rows = [dict(zip(HEADING, line, strict=True)) for line in lines[2:5]]
    assert [row[HEADING[0]] for row in rows] == [f"| {name}, xcvu9p, 4" for name in TEXTS]
    assert [row["best: complexity"] for row in rows] == ["4", "4", "4"]
    (best,) = (
        dict(zip(COMBINED, line, strict=True)) for line in lines if line[0] == "| xcvu9p, 60"
    )
    assert best["complexities"] == "g=4 q=4 w=4"
    assert float(best["accuracy"]) > 0.8


@pytest.mark.slow
def test_a_kill_in_the_middle(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--corpus", str(corpus), "--jobs", "1", "--width", "4", "--device", "xcvu9p"]
    assert explore.main([*words, "--budget", "60", "--kill"]) == 0
    told = capsys.readouterr().out.splitlines()[-1]
    assert told.startswith("killed with") and told.endswith("the same rows")


def test_rows_are_compared_without_their_times() -> None:
    one, other = {"luts": "1", "seconds": "0.1"}, {"luts": "1", "seconds": "0.2"}
    assert without_times([one]) == without_times([other])
    assert without_times([one]) != without_times([{"luts": "2"}])
    assert DIFFERENT not in explore.compared("dask", [one], [other])
    assert DIFFERENT in explore.compared("dask", [one], [{**one, "luts": "2"}])


def test_corpora_that_are_missing_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explore.main(["--corpus", str(tmp_path / "none")]) == 0
    assert "skipped" in capsys.readouterr().err
