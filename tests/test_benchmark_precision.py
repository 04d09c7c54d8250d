"""The benchmark of formats: what the best uniform fraction is, and what is drawn, compared and told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import symhdl
from benchmarks import precision
from benchmarks.fixed_fraction import Uniform, best_uniform
from benchmarks.precision import jet_job, tried
from symhdl.functions.operation import Operation
from symhdl.verify.accuracy import measure_integers

RECORDS = (
    ("r-1", "x * y + 0.3 * x", {"x": (0, 1), "y": (-1, 1)}),
    ("r-2", "log(x)", {"x": (-1, 1)}),
    ("r-3", "0.1 * x * y * z", {"x": (0, 1), "y": (0, 3), "z": (1, 2)}),
)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder as that of the corpora, with little in it."""
    records = [
        {"id": id, "text": text, "dialect": "plain", "variables": variables, "group": "g"}
        for id, text, variables in RECORDS
    ]
    (tmp_path / "open_ready.jsonl").write_text("\n".join(map(json.dumps, records)))
    cases = [
        {**records[2], "id": f"d-{group}", "group": f"dsp/{group}"}
        for group in ("other", "bitsize-poly4")
    ]
    (tmp_path / "dsp").mkdir()
    (tmp_path / "dsp" / "open.jsonl").write_text("\n".join(map(json.dumps, cases)))
    fronts = [
        {
            "class": name,
            "equations": [
                {"complexity": complexity, "equation": text}
                for complexity, text in ((3, "x1"), (24, f"sc(x2) * {factor}"), (28, "x1 + x3"))
            ],
        }
        for name, factor in (("g", 2), ("q", 3))
    ]
    (tmp_path / "jets").mkdir()
    (tmp_path / "jets" / "pysr_pareto_tutorial.json").write_text(json.dumps(fronts))
    (tmp_path / "jets" / "jets.csv").write_text("x1,x2,x3,label\n1,0.25,3,g\n4,-1,6,q\n")
    return tmp_path


def uniform_of(text: str, width: int = 8, **ranges: tuple[float, float]) -> Uniform:
    """The best uniform design of a text, held against what it must be."""
    design = symhdl.compile(
        text, ranges=ranges, width=width, output_width=8, dsp="none", frequency=0
    )
    mathematics = design.design.written
    columns = tried(design.datapath, 1)
    measured, found = best_uniform(design, mathematics, columns)
    assert found is not None
    again = measure_integers(mathematics, found.design.datapath, columns)
    assert [each.worst for each in again] == [*found.worst]
    assert not any(each.violations for each in again)
    assert all(a <= b.worst for a, b in zip(found.worst, measured, strict=True))
    return found


def test_nodes_that_round_have_one_fraction() -> None:
    found = uniform_of("sin(x) * y + 0.3 * x * z", x=(0, 3), y=(-1, 1), z=(0.5, 9))
    made = found.design.design
    allocation = made.allocation
    assert allocation is not None
    rounding = [
        allocation.fractions[index]
        for index, local in enumerate(allocation.local)
        if local.magnitude.any() and made.graph.nodes[index].operation is not Operation.CONSTANT
    ]
    assert len(rounding) > 2
    assert {*rounding} == {found.fraction}


def test_a_function_alone_is_as_it_was() -> None:
    text, ranges = "exp(x)", {"x": (0.0, 1.0)}
    own = symhdl.compile(text, ranges=ranges, width=8, output_width=8, dsp="none", frequency=0)
    found = uniform_of(text, x=(0.0, 1.0))
    assert found.design.estimate.luts == own.estimate.luts
    assert found.fraction == own.datapath.outputs[0].format.fraction


def test_formats_that_would_be_too_wide_are_none() -> None:
    design = symhdl.compile(
        "x * 1e-25 * y", ranges={"x": (1e24, 1e25), "y": (0.1, 1)}, dsp="none", frequency=0
    )
    _, found = best_uniform(design, design.design.written, tried(design.datapath, 1))
    assert found is None


def test_the_table_has_records_cases_and_jets(
    corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert precision.main(["--corpus", str(corpus), "--count", "2"]) == 0
    out = capsys.readouterr().out
    rows = [line.split(" | ")[0] for line in out.splitlines() if line.startswith("| ")]
    assert rows == ["| design", "| r-1", "| r-3", "| d-bitsize-poly4", "| jets"]
    assert "records: " in out
    assert " of the best uniform fraction over 2 in the geometric mean" in out
    assert "r-2: " in out, "what is refused is told"


def test_jets_are_the_equations_nearest_to_the_complexity(corpus: Path) -> None:
    job = jet_job(corpus)
    assert job["source"].splitlines()[1:] == ["g = sc(x2) * 2", "q = sc(x2) * 3"]
    assert job["options"]["ranges"] == {"x2": ["-1", "1/4"]}
