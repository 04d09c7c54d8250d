"""Every record of the corpus in the dialects that are read compiles within an ulp, or ends in a known diagnostic.

The default run takes a twentieth of the records, `pytest -m slow tests/test_corpus.py` all of them with 10,000 points.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.measure import measure
from benchmarks.problems import Problem, chosen_problems
from benchmarks.runs import Options, compiled, read
from symhdl.errors import SymhdlError

RECORDS = 586
OPTIONS = Options(12, 10, 1, "generic", 200.0, "auto", 0, 0)
SEED = 1
SAMPLE = 15
PARTS = 16

UNDEFINED = "undefined at a point of the grid"
UNPROVED = "no proof that it is defined"
DEFINITION = "a definition that is no expression"

MAY_FAIL: dict[str, tuple[str, ...]] = {
    DEFINITION: ("deap-00033", "deap-00034", "deap-00035", "deap-00036"),
    UNDEFINED: (
        "feynman-00090", "feynman-00146", "feynman-00155", "feynman-00167", "feynman-00221",
        "srbench-00005", "srbench-00017", "srbench-00018", "srbench-00030", "srbench-00065",
        "srbench-00073", "srbench-00114", "srbench-00120", "srbench-00127", "srbench-00176",
        "srbench-00191", "srbench-00192", "srbench-00203", "srbench-00212", "srbench-00220",
        "srbench-00221", "srbench-00223", "srbench-00234", "srbench-00238", "srbench-00256",
        "srbench-00258", "srbench-00261", "srbench-00262", "srbench-00265", "srbench-00302",
        "srbench-00304", "srbench-00534", "srbench-00536", "srbench-00618",
    ),
    UNPROVED: (
        "srbench-00183", "srbench-00206", "srbench-00211", "srbench-00217", "srbench-00255",
        "srbench-00332", "srbench-00334", "srbench-00504", "srbench-00505", "srbench-00535",
    ),
}  # fmt: skip
"""Records that may end in a diagnostic, by what it says."""

REASONS = {identifier: reason for reason, ids in MAY_FAIL.items() for identifier in ids}


def reason_of(problem: SymhdlError) -> str:
    """What a diagnostic says, in the classes above; its id if it is none of them."""
    first = problem.diagnostics[0]
    if first.id == "number-as-condition":
        return DEFINITION
    if first.id != "domain":
        return first.id
    return UNDEFINED if any("for example" in note for note in first.notes) else UNPROVED


def fault_of(problem: Problem, points: int) -> str:
    """What is wrong with a record's compilation, empty if nothing is."""
    try:
        graph = read(problem)
        design = compiled(problem, graph, OPTIONS)
    except SymhdlError as refusal:
        reason = reason_of(refusal)
        known = REASONS.get(problem.id) == reason
        return "" if known else f"{problem.id}: {reason}: {refusal.diagnostics[0].message}"
    unproved = any(warning.id == "domain-unproved" for warning in design.warnings)
    for found, port in zip(
        measure(graph, design.datapath, points, SEED), design.datapath.outputs, strict=True
    ):
        assert port.error_bound is not None
        if found.violations or port.error_bound > port.format.ulp:
            return f"{problem.id}: {found}, bound {port.error_bound}, ulp {port.format.ulp}"
        if found.undecided and not unproved:
            return f"{problem.id}: undefined at {found.undecided} points without a warning"
    return ""


def faults_of(problems: list[Problem], points: int) -> list[str]:
    return [fault for problem in problems if (fault := fault_of(problem, points))]


def test_some_of_the_records(shared: Path) -> None:
    problems = chosen_problems(shared / "corpora", SAMPLE, SEED)
    print(f"seed {SEED}")
    assert faults_of(problems, 300) == []


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_all_records(part: int, shared: Path) -> None:
    problems = chosen_problems(shared / "corpora", RECORDS + 1, SEED)
    assert len(problems) == RECORDS
    assert faults_of(problems[part::PARTS], 10_000) == []


def test_the_records_that_may_fail_are_in_the_corpus(shared: Path) -> None:
    known = {problem.id for problem in chosen_problems(shared / "corpora", RECORDS, SEED)}
    assert set(REASONS) <= known
    assert len(REASONS) == sum(map(len, MAY_FAIL.values()))
