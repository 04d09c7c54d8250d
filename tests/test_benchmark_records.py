"""The benchmark of real records: what is drawn, measured, compared and told; netlists are held to the simulator."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

import symhdl
from benchmarks import mapped, records
from benchmarks.golden_compile import Compiled, Job, design_of
from benchmarks.golden_designs import Combination
from benchmarks.problems import EVERY_DIALECT, Problem, chosen_problems
from benchmarks.records import Figures, Row, job_of, lines, ratios, summary
from symhdl.flow.netlist import ModuleEntry
from symhdl.flow.yosys import Mapped, map_to_target
from symhdl.targets.target import load_target
from symhdl.vectors import columns_of_rows, mixed_rows
from symhdl.verify.cosimulate import Trial
from tests.test_flow import need

ECP5 = load_target("ecp5-85k")


def row(luts: int, dsps: int, cycles: int, *mhz: float) -> Row:
    return Row(Figures(luts=luts, ffs=1, dsps=dsps, brams=0, mhz=[*mhz]), cycles)


def side(**rows: Row) -> dict[Combination, Row]:
    return {Combination(name, "ecp5-85k", "auto"): row for name, row in rows.items()}


def test_a_block_counts_60_luts_and_the_middle_seed_decides() -> None:
    one = row(30, 2, 4, 195.0, 203.0, 201.0)
    assert (one.equivalents, one.mhz) == (150, 201.0)
    assert one.ns == pytest.approx(4000 / 201)


def test_records_that_miss_the_clock_are_named() -> None:
    rows = side(a=row(1, 0, 1, 250.0), b=row(1, 0, 1, 199.4), c=row(1, 0, 1, 200.0))
    assert summary(rows, 200.0, "auto") == "DSP auto: 2 of 3 meet 200 MHz (not b 199)"
    assert summary(rows, 200.0, "none") == "DSP none: 0 of 0 meet 200 MHz"


def test_means_are_over_what_both_sides_have() -> None:
    old = side(a=row(100, 0, 4, 100.0), b=row(50, 0, 0, 100.0), gone=row(9, 0, 1, 9.0))
    new = side(a=row(20, 1, 4, 200.0), b=row(25, 0, 0, 100.0))
    assert ratios(old, new, "auto") == (
        "DSP auto: new / old over 2 records in the geometric mean: LUT equivalents 0.632, nanoseconds 0.500"
    )
    shown = lines([old, new], new, 200.0)
    assert "| a, auto | 100 -> 20 | 1 | 0 -> 1 | 0 | 4 | 100.0 -> 200.0 | 40.0 -> 20.0 |" in shown
    assert "before, DSP auto: 0 of 3 meet 200 MHz (not a 100, b 100, gone 9)" in shown


def test_what_refinement_reaches_is_beside_what_missed() -> None:
    rows = side(a=row(1, 0, 3, 190.0), b=row(1, 0, 3, 220.0), c=row(1, 0, 3, 100.0))
    shown = lines([rows], rows, 200.0, side(a=row(1, 0, 4, 210.0), c=row(1, 0, 5, 150.0)))
    assert "| a, auto | 1 | 1 | 0 | 0 | 3 | 190.0 | 15.8 | 210.0 MHz, 4 cycles |" in shown
    assert "| b, auto | 1 | 1 | 0 | 0 | 3 | 220.0 | 13.6 |  |" in shown
    assert shown[-2] == "DSP auto: 1 of 3 meet 200 MHz (not a 190, c 100)"
    assert shown[-1] == "refined, DSP auto: 2 of 3 meet 200 MHz (not c 150)"


def made(verilog: str, latency: int, refused: str = "") -> Compiled:
    return Compiled(
        refused=refused, verilog=verilog, luts=0, ffs=0, dsps=0, brams=0, fmax_mhz=0.0, latency=latency,
        error_bound=0.0, compile_s=0.0,
    )  # fmt: skip


class Tools:
    """In place of the compiler and the tools: refuses some records, and remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def compile_all(self, _: str, jobs: Mapping[Combination, Job]) -> dict[Combination, Compiled]:
        results = {"p0": made("", 0, "error: no\nmore"), "p2": made("constant", 0)}
        return {each: results.get(each.design, made(f"v {each}", 3)) for each in jobs}

    def measure(self, combination: Combination, _: str, frequency_mhz: float) -> Figures:
        assert frequency_mhz == 200
        self.asked.append(combination.design)
        mhz = [] if combination.design == "p5" else [250.0]
        return Figures(luts=7, ffs=8, dsps=0, brams=0, mhz=mhz)


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> Tools:
    found = Tools()
    monkeypatch.setattr(records, "compile_all", found.compile_all)
    monkeypatch.setattr(records, "_asked", found.measure)

    def chosen(_: Path, count: int, __: int, ___: object) -> list[Problem]:
        ranges = (("x", Fraction(0), Fraction(1, 3)),)
        return [Problem(f"p{number}", "plain", "x*x", ranges) for number in range(min(count, 6))]

    monkeypatch.setattr(records, "chosen_problems", chosen)
    return found


def test_as_many_are_drawn_as_become_hardware(
    tools: Tools, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--records", "3", "--dsp", "none", "--corpus", str(tmp_path), "--cache", str(tmp_path)]
    assert records.main(words) == 0
    shown = capsys.readouterr().out
    assert "seed 1: 5 records, of which 3 become hardware" in shown
    assert "| p4, none | 7 | 8 | 0 | 0 | 3 | 250.0 | 12.0 |" in shown
    assert "DSP none: 3 of 3 meet 200 MHz" in shown
    assert "p0 ecp5-85k none: error: no\n" in shown
    assert "p2 ecp5-85k none: a constant" in shown
    assert tools.asked == ["p1", "p3", "p4"]
    assert records.main([*words, "--compare", "python"]) == 0
    assert tools.asked == ["p1", "p3", "p4"], "what the tools said is kept"
    assert "nanoseconds 1.000" in capsys.readouterr().out


def test_a_record_that_the_router_does_not_end_is_told(
    tools: Tools, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--records", "4", "--dsp", "none", "--corpus", str(tmp_path), "--cache", str(tmp_path)]
    assert records.main(words) == 0
    assert tools.asked[-1] == "p5"
    shown = capsys.readouterr().out
    assert "p5 ecp5-85k none: the router comes to no end" in shown
    assert "DSP none: 3 of 3 meet 200 MHz" in shown


def test_records_that_miss_the_clock_are_refined_once(
    tools: Tools,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    refined: list[str] = []

    def compile_all(_: str, jobs: Mapping[Combination, Job]) -> dict[Combination, Compiled]:
        found = tools.compile_all(_, jobs)
        for each, job in jobs.items():
            if job["options"].get("refine"):
                refined.append(each.design)
                found[each] = made("refined", 5)
        return found

    def asked(combination: Combination, verilog: str, _: float) -> Figures:
        fast = verilog == "refined" or combination.design != "p3"
        return Figures(luts=7, ffs=8, dsps=0, brams=0, mhz=[220.0 if fast else 150.0])

    monkeypatch.setattr(records, "compile_all", compile_all)
    monkeypatch.setattr(records, "_asked", asked)
    words = ["--records", "3", "--dsp", "none", "--corpus", str(tmp_path), "--cache", str(tmp_path)]
    for _ in range(2):
        assert records.main([*words, "--refine"]) == 0
        shown = capsys.readouterr().out
        assert "| p3, none | 7 | 8 | 0 | 0 | 3 | 150.0 | 20.0 | 220.0 MHz, 5 cycles |" in shown
        assert "refined, DSP none: 3 of 3 meet 200 MHz" in shown
    assert refined == ["p3"], "what was refined is kept"


def test_a_job_is_what_the_compiler_takes() -> None:
    ranges = (("x", Fraction(-1, 3), Fraction(2)), ("y", Fraction(0), Fraction(1)))
    problem = Problem("a-b", "plain", "x*twice(y)", ranges, ("twice(u) = 2*u",))
    given = records._parser().parse_args(["--freq", "150"])
    job: Job = json.loads(json.dumps(job_of(problem, given, "none")))
    design = design_of(job)
    assert (design.datapath.top, design.datapath.dsp) == ("a_b", "none")
    assert (design.datapath.frequency_mhz, design.datapath.device) == (150, "ecp5-85k")
    assert [port.format.width for port in design.datapath.inputs] == [12, 12]
    assert design.design.inputs[0].real_range == (Fraction(-1, 3), Fraction(2))


SOURCE = "input a, b : fixed<6,3>\ny = a*b + sin(a)\noutput y error <= 0.1"


def test_a_wrong_netlist_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    need("yosys", "iverilog")
    design = symhdl.compile(SOURCE, device="ecp5-85k")
    inputs = columns_of_rows(design.datapath, mixed_rows(design.datapath, 60, 1))
    trial = Trial(design.datapath, inputs)
    assert mapped.netlist_differences(trial, design.verilog(), ECP5) == ()

    def wrong(*words: object, **named: object) -> Mapped:
        found = map_to_target(*words, **named)  # type: ignore[arg-type] # as they came
        return replace(found, module=_inverted(found.module))

    monkeypatch.setattr(mapped, "map_to_target", wrong)
    assert mapped.netlist_differences(trial, design.verilog(), ECP5)


def _inverted(module: ModuleEntry) -> ModuleEntry:
    """The netlist with the contents of its first LUT inverted."""
    lut = next(cell for cell in module["cells"].values() if cell["type"] == "LUT4")
    lut["parameters"]["INIT"] = lut["parameters"]["INIT"].translate(str.maketrans("01", "10"))
    return module


def test_black_boxes_are_no_models() -> None:
    text = (
        "(* blackbox *)\nmodule A(input x);\nendmodule\n"
        "(* abc9_box, lib_whitebox *)\nmodule B(input x);\n  C c(x);\nendmodule\n"
    )
    assert [name for name, _ in mapped._modules(text)] == ["B"]
    assert re.search(r"\bC c\(x\)", dict(mapped._modules(text))["B"])


@pytest.mark.slow
@pytest.mark.parametrize("dsp", ["auto", "none"])
def test_some_records_are_equal_in_verilog_c_and_netlist(shared: Path, dsp: str) -> None:
    need("yosys", "iverilog", "g++")
    given = records._parser().parse_args(["--corpus", str(shared / "corpora")])
    for problem in chosen_problems(given.corpus, 4, 1, EVERY_DIALECT):
        design = design_of(job_of(problem, given, dsp))
        assert mapped.differing(design, ECP5, 300, 1) == (), problem.id
