"""What formats for every node save beside the best uniform fraction: `python -m benchmarks.precision [--synth]`.

Records drawn by a seed, the MiniBit cases and the jet taggers are compiled without DSP blocks, without a clock, so that
neither registers nor memories stand in for LUTs. Beside each stands the best design in which all nodes that round have
one number of fractional bits, whose measured error is no larger (`benchmarks.fixed_fraction`). LUTs are estimates, with
`--synth` those of Yosys, which are kept in `build/precision`. With `--compare` the designs of another commit, too.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from benchmarks.draws import parser_of
from benchmarks.fixed_fraction import Columns, Uniform, best_uniform
from benchmarks.golden import compile_all, measure
from benchmarks.golden_compile import Compiled, Job, design_of, told_of
from benchmarks.golden_designs import Combination
from benchmarks.measure import grid_points
from benchmarks.problems import (
    EVERY_DIALECT,
    Problem,
    chosen_problems,
    is_missing,
    minibit_problems,
)
from benchmarks.records import job_of
from benchmarks.tables import NOTHING, fixed, geometric_mean, table
from symhdl.compiled import CompiledDesign
from symhdl.errors import SymhdlError
from symhdl.flow.signals import status_of
from symhdl.ir.datapath import Datapath
from symhdl.verify.accuracy import Measured
from symhdl.verify.vectors import all_inputs, combinations

CACHE = Path(__file__).parents[1] / "build" / "precision"
JETS = "jets"
JET_DEVICE, JET_WIDTH, JET_ERROR, JET_COMPLEXITY = "xcvu9p", 8, 0.125, 25
JET_OPERATOR = "sc(x) = sin(x)*cos(x)"
MOST_INPUTS = 4096
"""Up to so many all inputs are tried, else so many drawn ones."""

HEADING = (
    "design", "LUTs", "uniform", "share", "fraction", "error / ulp", "uniform error", "bound / error",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """A design of symhdl, its errors at the inputs that are tried, and the best uniform one, if there is one."""

    group: str
    job: Job
    design: CompiledDesign
    measured: tuple[Measured, ...]
    uniform: Uniform | None


Sides = Mapping[str, Mapping[Combination, int]]
"""LUTs by what is compared and design."""


def jet_job(corpus: Path) -> Job:
    """Five taggers, of each class the equation nearest to a complexity, over the ranges of real jets."""
    fronts = json.loads((corpus / "jets" / "pysr_pareto_tutorial.json").read_text(encoding="utf-8"))
    lines = []
    for front in fronts:
        nearest = min(front["equations"], key=lambda each: abs(each["complexity"] - JET_COMPLEXITY))
        lines.append(f"{front['class']} = {nearest['equation']}")
    with (corpus / "jets" / "jets.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    columns = {name: [Fraction(row[name]) for row in rows] for name in rows[0] if name != "label"}
    text = "\n".join((JET_OPERATOR, *lines))
    ranges = {
        name: [str(min(column)), str(max(column))]
        for name, column in columns.items()
        if name in text
    }
    return Job(
        source=text,
        top=JETS,
        device=JET_DEVICE,
        dsp="none",
        frequency_mhz=0.0,
        options={"ranges": ranges, "width": JET_WIDTH, "error": JET_ERROR},
    )


def tried(datapath: Datapath, seed: int) -> Columns:
    """Integers at the input ports: all that there are, if they are few."""
    if combinations(datapath) > MOST_INPUTS:
        return grid_points(datapath, MOST_INPUTS, seed)
    return {name: column.tolist() for name, column in all_inputs(datapath, seed).inputs.items()}


def case_of(group: str, job: Job, seed: int) -> Case | str:
    """The case of a job, or why there is none."""
    try:
        design = design_of(job)
    except SymhdlError as problem:
        return problem.diagnostics[0].message
    if not design.datapath.inputs or not design.estimate.luts:
        return "no logic"
    print(f"{job['top']}: uniform designs", file=sys.stderr, flush=True)
    columns = tried(design.datapath, seed)
    measured, uniform = best_uniform(design, design.design.written, columns)
    return Case(group, job, design, measured, uniform)


def drawn(given: argparse.Namespace) -> dict[str, Case | str]:
    """Records until as many as asked for are beside a uniform design, with those that are not; by name."""
    known: dict[str, Case | str] = {}
    usable = 0
    while usable < given.count:
        problems = chosen_problems(
            given.corpus, len(known) + given.count - usable, given.seed, EVERY_DIALECT
        )
        new = [problem for problem in problems if problem.id not in known]
        if not new:
            break
        for problem in new:
            found = known[problem.id] = case_of("records", _job(problem, given), given.seed)
            usable += isinstance(found, Case) and found.uniform is not None
    return dict(sorted(known.items()))


def cases(given: argparse.Namespace) -> Iterator[tuple[str, Case | str]]:
    """All that is compared, by name; what is no case, with the reason."""
    yield from drawn(given).items()
    for problem in minibit_problems(given.corpus):
        yield problem.id, case_of("MiniBit", _job(problem, given), given.seed)
    if not given.no_jets:
        yield JETS, case_of(JETS, jet_job(given.corpus), given.seed)


def _job(problem: Problem, given: argparse.Namespace) -> Job:
    job = job_of(problem, given, "none")
    return {**job, "options": {**job.get("options", {}), "opt": given.level}}


def luts_of(sides: Mapping[str, Mapping[Combination, Compiled]], cache: Path | None) -> Sides:
    """The LUTs of all designs: as estimated, or with a cache by Yosys."""
    if cache is None:
        return {
            name: {each: result["luts"] for each, result in results.items() if result["verilog"]}
            for name, results in sides.items()
        }
    return {
        name: {each: row.luts for each, row in measure(results, cache).items()}
        for name, results in sides.items()
    }


def lines(found: Mapping[Combination, Case], luts: Sides) -> list[str]:
    """The table, and the geometric means by group."""
    heading = (*HEADING, "before") if "before" in luts else HEADING
    rows = []
    for combination, case in found.items():
        cells = _cells(case, luts["own"][combination], luts["uniform"].get(combination))
        before = luts.get("before", {}).get(combination)
        rows.append((combination.design, *cells, *([str(before)] if "before" in luts else [])))
    told = [
        f"{group}: {fixed(geometric_mean(shares), 3)} of the best uniform fraction over {len(shares)} "
        "in the geometric mean"
        for group in dict.fromkeys(case.group for case in found.values())
        if (shares := _shares(found, luts["own"], luts["uniform"], group))
    ]
    if "before" in luts:
        told += [
            f"{group}: {fixed(geometric_mean(shares), 3)} of before over {len(shares)}"
            for group in dict.fromkeys(case.group for case in found.values())
            if (shares := _shares(found, luts["own"], luts["before"], group))
        ]
    return [*table(heading, rows), "", *told]


def _cells(case: Case, own: int, other: int | None) -> tuple[str, ...]:
    ports = case.design.datapath.outputs
    worst = max(
        each.worst / float(port.format.ulp) for each, port in zip(case.measured, ports, strict=True)
    )
    tightness = max(
        port.error_bound / each.worst
        for each, port in zip(case.measured, ports, strict=True)
        if port.error_bound is not None and each.worst
    )
    if case.uniform is None or not other:
        return str(own), NOTHING, NOTHING, NOTHING, f"{worst:.3f}", NOTHING, f"{tightness:.2f}"
    errors = max(
        each / float(port.format.ulp) for each, port in zip(case.uniform.worst, ports, strict=True)
    )
    return (
        str(own), str(other), f"{own / other:.3f}", str(case.uniform.fraction), f"{worst:.3f}",
        f"{errors:.3f}", f"{tightness:.2f}",
    )  # fmt: skip


def _shares(
    found: Mapping[Combination, Case],
    own: Mapping[Combination, int],
    other: Mapping[Combination, int],
    group: str,
) -> list[float]:
    return [
        own[each] / other[each]
        for each, case in found.items()
        if case.group == group and own.get(each) and other.get(each)
    ]


def _parser() -> argparse.ArgumentParser:
    parser = parser_of("precision", __doc__, seeded="records and of inputs")
    add = parser.add_argument
    add("--count", type=int, default=60, help="how many records are drawn (default 60)")
    add("--freq", dest="frequency", type=float, default=0.0, help="MHz (default 0)")
    add("--device", default="ecp5-85k", help="default ecp5-85k")
    add("--level", type=int, choices=(0, 1, 2), default=1, help="optimisation level (default 1)")
    add("--no-jets", action="store_true", help="without the jet taggers")
    add("--synth", action="store_true", help="LUTs of Yosys")
    add("--compare", metavar="PYTHON", help="an interpreter with the symhdl of another commit")
    add("--cache", type=Path, default=CACHE, help="what Yosys found (default build/precision)")
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Prints the table; the exit status."""
    given = _parser().parse_args(words)
    if is_missing(given.corpus):
        return 0
    found: dict[Combination, Case] = {}
    refused: dict[str, str] = {}
    for name, case in cases(given):
        if isinstance(case, Case):
            found[Combination(name, case.job["device"], "none")] = case
        else:
            refused[name] = case
    sides = {
        "own": {each: told_of(case.design, 0.0) for each, case in found.items()},
        "uniform": {
            each: told_of(case.uniform.design, 0.0)
            for each, case in found.items()
            if case.uniform is not None
        },
    }
    if given.compare:
        jobs = {each: case.job for each, case in found.items()}
        sides["before"] = compile_all(given.compare, jobs)
    luts = luts_of(sides, given.cache if given.synth else None)
    print("\n".join(lines(found, luts)))
    for name, why in refused.items():
        print(f"{name}: {why.splitlines()[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(status_of(main))
