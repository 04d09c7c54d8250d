"""The benchmark of a root mean square: what is drawn, compared, judged and told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import symhdl
from benchmarks import rms
from benchmarks.rms import Case, drawn_rows, lines, luts_of

RECORDS = (
    ("r-1", "exp(x) * sin(y) + 0.3 * x", {"x": (0, 1), "y": (-1, 1)}),
    ("r-2", "log(x)", {"x": (-1, 1)}),
)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder as that of the corpora, with little in it."""
    records = [
        {"id": id, "text": text, "dialect": "plain", "variables": variables, "group": "g"}
        for id, text, variables in RECORDS
    ]
    (tmp_path / "open_ready.jsonl").write_text("\n".join(map(json.dumps, records)))
    return tmp_path


def test_rows_lie_in_the_box_and_where_there_are_values() -> None:
    design = symhdl.compile(
        "sqrt(x) * y", ranges={"x": (-1, 4), "y": (2, 3)}, undefined="ignore", width=8
    ).design
    rows = drawn_rows(design, 500, 1)
    assert 300 < rows.rows < 450
    assert rows.inputs["x"].min() >= 0 and rows.inputs["x"].max() <= 4
    assert np.allclose(rows.exact[:, 0], np.sqrt(rows.inputs["x"]) * rows.inputs["y"])
    assert drawn_rows(design, 500, 2).inputs["y"][0] != rows.inputs["y"][0]


def test_a_mean_square_takes_less_than_a_uniform_fraction_and_holds_at_fresh_rows(
    corpus: Path,
) -> None:
    given = rms._parser().parse_args(["--corpus", str(corpus), "--count", "1", "--rows", "800"])
    found = rms.drawn(given)
    case = found["r-1"]
    assert isinstance(case, Case)
    assert case.judged < 1.1 * case.goal
    own, other = luts_of({"r-1": case}, "ecp5-85k", None)["r-1"]
    assert (own, other) == (case.design.estimate.luts, case.uniform.estimate.luts)
    assert own < other
    (*_, told) = lines({"r-1": case}, {"r-1": [own, other]})
    assert told.startswith(f"{own / other:.3f} of the best uniform fraction over 1")


def test_what_is_refused_is_told(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rms.main(["--corpus", str(corpus), "--count", "2", "--rows", "300"]) == 0
    out = capsys.readouterr().out
    assert [line.split(" | ")[0] for line in out.splitlines() if line.startswith("| r-")] == [
        "| r-1"
    ]
    assert "r-2: " in out
