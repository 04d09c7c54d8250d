"""The yardstick: its measurement is right, its runs are deterministic, and its comparison tells the truth."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

import symhdl
from benchmarks.comparison import comparison_lines
from benchmarks.corpus import main
from benchmarks.measure import agreeing_references, measure
from benchmarks.problems import (
    DIALECTS,
    Problem,
    ReferencePoint,
    chosen_problems,
    jet_problem,
)
from benchmarks.report import Document, ResultDict, document, report_lines
from benchmarks.runs import Options, OutputResult, Result, compile_and_measure, read
from benchmarks.tables import fixed, geometric_mean, number, table
from symhdl.flow.synthesis import Synthesis
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Datapath, Port
from symhdl.numeric.fixed import FixedFormat, format_of_range

OPTIONS = Options(10, 8, 1, "generic", 100.0, "auto", 100, 1)
SQUARE = Problem("square", "native", "y = x*x", (("x", Fraction(-1), Fraction(1)),))


# --- measurement ----------------------------------------------------------------------------------


def truncated_square(bound: float) -> Datapath:
    """x * x with 8 fractional bits for x from 0 to 255/256, of which the last 8 of 16 are dropped."""
    builder = DatapathBuilder()
    x = builder.input("x", 0, 255, 8)
    y = builder.align(builder.square(x), 8)
    cell = builder.cells[y]
    inputs = (Port("x", "x", x, FixedFormat(False, 8, 8), 0, 255),)
    fixed_format = format_of_range(cell.minimum, cell.maximum, 8)
    outputs = (Port("y", "y", y, fixed_format, cell.minimum, cell.maximum, bound),)
    return Datapath("square", tuple(builder.cells), inputs, outputs)


def test_the_measured_error_is_that_of_the_integers() -> None:
    # Exhaustively known: the worst remainder of n * n modulo 256 is 249 of 256, that of 55, 73, ...
    worst = max(n * n % 256 for n in range(256)) / 2**16
    (measured,) = measure(read(SQUARE), truncated_square(2.0**-8), 5000, seed=1)
    assert measured.worst == worst
    assert (measured.points, measured.violations, measured.undecided) == (5000, 0, 0)


def test_a_bound_that_is_too_small_is_found_out() -> None:
    (measured,) = measure(read(SQUARE), truncated_square(2.0**-9), 5000, seed=1)
    assert measured.violations > 1000


def test_points_outside_the_domain_are_counted() -> None:
    graph = read(replace(SQUARE, text="y = log(x) * 0 + x*x"))
    (measured,) = measure(graph, truncated_square(2.0**-8), 1000, seed=1)
    assert measured.undecided >= 1  # the first point is 0
    assert measured.violations == 0


def test_references_find_a_text_that_is_misread() -> None:
    graph = read(SQUARE)
    right = ReferencePoint((("x", 0.5),), "", 0.25)
    assert agreeing_references(graph, [right]) == 1
    assert agreeing_references(graph, [right, replace(right, value=0.2500001)]) == 1
    assert agreeing_references(graph, [replace(right, output="y")]) == 1


def test_a_compiled_design_keeps_its_bound() -> None:
    result, verilog = compile_and_measure(SQUARE, OPTIONS)
    assert (result.status, result.message) == ("ok", "")
    (output,) = result.outputs
    assert 0 < output.error_measured <= output.error_bound <= output.ulp
    assert "module square" in verilog


def test_a_refusal_is_a_result() -> None:
    result, verilog = compile_and_measure(replace(SQUARE, text="y = 1/x"), OPTIONS)
    assert (result.status, verilog) == ("refused", "")
    assert result.message.startswith("domain")


def test_a_fault_of_the_compiler_is_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(*_arguments: object, **_options: object) -> None:
        raise AssertionError("a fault; please report this")

    monkeypatch.setattr(symhdl, "compile", faulty)
    result, _verilog = compile_and_measure(SQUARE, OPTIONS)
    assert result.status == "crashed"
    assert "a fault" in result.message


# --- corpus ---------------------------------------------------------------------------------------


def test_records_are_drawn_by_seed(shared: Path) -> None:
    corpus = shared / "corpora"
    first = chosen_problems(corpus, 20, seed=1)
    assert first == chosen_problems(corpus, 20, seed=1)
    assert first != chosen_problems(corpus, 20, seed=2)
    assert {problem.id for problem in chosen_problems(corpus, 5, seed=1)} < {p.id for p in first}
    assert len({problem.id for problem in first}) == 20
    assert {problem.dialect for problem in first} <= set(DIALECTS)
    assert len(chosen_problems(corpus, 100_000, seed=1)) == 586


def test_the_jets_are_one_design(shared: Path) -> None:
    jets = jet_problem(shared / "corpora")
    graph = read(jets)
    assert [output.name for output in graph.outputs] == ["g", "q", "t", "w", "z"]
    assert {name for name, _low, _high in jets.ranges} == {"x2", "x3", "x14", "x15"}
    assert agreeing_references(graph, jets.references) == len(jets.references) == 15


TINY = ["--records", "2", "--no-jets", "--no-synth", "--points", "50", "--seed", "3"]


def test_a_tiny_run(shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = ["--corpus", str(shared / "corpora")]
    documents: list[Document] = []
    for name in ("one", "two"):
        assert main(["-o", str(tmp_path / name), *TINY, *corpus]) == 0
        documents.append(json.loads((tmp_path / name / "corpus.json").read_text(encoding="utf-8")))
    assert (tmp_path / "one" / "corpus.md").read_text(encoding="utf-8") in capsys.readouterr().out
    for run in documents:
        for design in run["designs"]:
            design["compile_s"] = None
    assert documents[0] == documents[1]
    assert documents[0]["options"]["seed"] == 3


def test_wrong_usage(tmp_path: Path) -> None:
    for arguments in ([], ["-o", str(tmp_path), "--corpus", str(tmp_path / "nowhere")]):
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        assert stopped.value.code == 2


# --- report and comparison ------------------------------------------------------------------------


def result(id: str, luts: int, fmax: float, *, bound: float = 0.75, violations: int = 0) -> Result:
    return Result(
        id=id,
        dialect="plain",
        width=12,
        output_width=10,
        status="ok",
        outputs=(OutputResult("y", "fixed<10,2>", 2.0**-8, bound * 2.0**-8, 2.0**-9, violations, 0),),
        references=3,
        references_agreeing=3,
        cells=10,
        latency_cycles=4,
        estimated_luts=luts + 5,
        synth_status="ok",
        synth=Synthesis(luts, 2 * luts, 0, 1, 0, fmax, "Yosys 0.70 synth_ecp5 -abc9; nextpnr-ecp5 0.11 --85k"),
        compile_s=0.5,
        synth_s=20.0,
    )  # fmt: skip


def refused(id: str) -> Result:
    return Result(id, "plain", 12, 10, "refused", "domain: division by zero")


def run_of(*results: Result, **options: str | int | float | bool) -> Document:
    made = document(results, {"seed": 1, "device": "ecp5-85k", **options})
    # As it is after it was written and read.
    read_back: Document = json.loads(json.dumps(made))
    return read_back


def test_report(tmp_path: Path) -> None:
    del tmp_path
    text = "\n".join(
        report_lines(run_of(result("a", 100, 210.0), result("b", 400, 190.0), refused("c")))
    )
    assert "| designs | 3: 2 ok, 1 refused |" in text
    assert "| geometric mean of LUTs | 200 |" in text
    assert "| geometric mean and least of Fmax, MHz | 200, 190 |" in text
    assert "| a | ok | 0.50 | 3/3 | 0.750 | 0.500 | 4 | 100 | 200 | 0 | 1 | 210.0 |" in text
    assert "- c: domain: division by zero" in text
    assert "synthesis Yosys 0.70 + nextpnr-ecp5 0.11" in text
    assert "device ecp5-85k" in text


def test_comparison_of_hand_made_runs() -> None:
    old = run_of(
        result("a", 100, 200.0), result("b", 400, 200.0), refused("c"), result("gone", 1, 1.0)
    )
    new = run_of(result("a", 50, 220.0), result("b", 800, 200.0), result("c", 70, 150.0), seed=2)
    lines = comparison_lines(old, new)
    # Halved and doubled: the geometric mean is 1, over the two designs that both runs have.
    assert "| LUTs | 500 | 850 | 1.000 | 2 | 1 | 1 |" in lines
    assert "| Fmax MHz | 400 | 420 | 1.049 | 2 | 1 | 0 |" in lines
    # Nothing divides by the zero DSP blocks.
    assert "| DSPs | 0 | 0 | - | 0 | 0 | 0 |" in lines
    assert "- option seed: 1, now 2" in lines
    assert "- c: refused, now ok" in lines
    assert "- gone: only in the old run" in lines
    (row,) = (line for line in lines if line.startswith("| a |"))
    assert row.startswith("| a | 100, 50 (0.50) | 200, 100 (0.50) | 0, 0 | 1, 1 (1.00) |")


def test_comparison_flags_a_bound_that_no_longer_holds() -> None:
    lines = comparison_lines(run_of(result("a", 9, 9.0)), run_of(result("a", 9, 9.0, violations=2)))
    assert "- a: ok, now bound violated" in lines


def test_comparison_flags_a_failed_synthesis() -> None:
    failed: ResultDict = run_of(result("a", 9, 9.0))["designs"][0]
    failed["synth"], failed["synth_status"] = None, "failed"
    new = run_of(result("a", 9, 9.0))
    new["designs"] = [failed]
    lines = comparison_lines(run_of(result("a", 9, 9.0)), new)
    assert "- a: ok, now ok, synthesis failed" in lines
    assert "| LUTs | 0 | 0 | - | 0 | 0 | 0 |" in lines


def test_the_comparison_from_the_shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = []
    for name, luts in (("old", 10), ("new", 20)):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(run_of(result("a", luts, 100.0))), encoding="utf-8")
        names.append(str(path))
    assert main(["--compare", *names]) == 0
    assert "| LUTs | 10 | 20 | 2.000 | 1 | 0 | 1 |" in capsys.readouterr().out


def test_tables() -> None:
    assert table(("a", "b"), [("x|y", "1")]) == ["| a | b |", "|---|---:|", "| x\\|y | 1 |"]
    assert (number(None), number(3), number(0.12345), fixed(None, 2), fixed(2, 2)) == (
        "-", "3", "0.123", "-", "2.00",
    )  # fmt: skip
    assert geometric_mean([]) is None
    assert geometric_mean([2.0, 8.0]) == pytest.approx(4.0)
