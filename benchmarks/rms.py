"""What a goal of a root mean square saves beside the best uniform fraction: `python -m benchmarks.rms [--synth]`.

Records drawn by a seed are compiled without DSP blocks and without a clock. The goal is the root mean square error that
the best design in which all nodes that round have one number of fractional bits (`benchmarks.fixed_fraction`) has at
rows drawn evenly in the box of the inputs. The design for it is searched for at these rows, of which some choose, and
at copies of them, as for the data of users; both are judged at fresh ones. LUTs are estimates, with `--synth` those of
Yosys, which are kept in `build/rms`.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from benchmarks.draws import parser_of
from benchmarks.fixed_fraction import Uniform, best_uniform
from benchmarks.golden import measure
from benchmarks.golden_compile import design_of, told_of
from benchmarks.golden_designs import Combination
from benchmarks.precision import tried
from benchmarks.problems import EVERY_DIALECT, chosen_problems, is_missing
from benchmarks.problems import Problem as Record
from benchmarks.records import job_of
from benchmarks.tables import NOTHING, fixed, geometric_mean, table
from symhdl.compiled import CompiledDesign
from symhdl.design import Design
from symhdl.empirical.exact import exact_at
from symhdl.empirical.folding import Folding, folds_of
from symhdl.empirical.goal import Goal, rms
from symhdl.empirical.proposal import Problem
from symhdl.empirical.samples import Floats, Samples
from symhdl.empirical.search import search
from symhdl.empirical.simulated import outputs_at
from symhdl.errors import GoalError, SymhdlError
from symhdl.flow.signals import status_of
from symhdl.ir.datapath import Datapath
from symhdl.request import DataGoal
from symhdl.variants import Variants

CACHE = Path(__file__).parents[1] / "build" / "rms"
HEADING = (
    "design",
    "LUTs",
    "uniform",
    "share",
    "judged / goal",
    "uniform judged",
    "candidates",
    "s",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A record: the uniform design, that for the goal, the goal, and the errors of both at fresh rows."""

    uniform: CompiledDesign
    design: CompiledDesign
    goal: float
    judged: float
    uniform_judged: float
    made: str
    seconds: float


def drawn_rows(design: Design, count: int, seed: int) -> Samples:
    """Rows evenly in the box of the inputs, where the expressions have values."""
    generator = np.random.default_rng(seed)
    inputs: dict[str, Floats] = {}
    for plan in design.inputs:
        low, high = map(float, plan.real_range)
        inputs[plan.name] = generator.uniform(low, high, count)
    exact = exact_at(design.written, inputs)
    return Samples(inputs, exact.outputs, None, np.ones(count)).taken(exact.defined)


def case_of(problem: Record, given: argparse.Namespace) -> Case | str:
    """The case of a record, or why there is none."""
    job = job_of(problem, given, "none")
    try:
        ordinary = design_of(job)
    except SymhdlError as refused:
        return refused.diagnostics[0].message
    if not ordinary.datapath.inputs or not ordinary.estimate.luts:
        return "no logic"
    print(f"{problem.id}: uniform designs", file=sys.stderr, flush=True)
    columns = tried(ordinary.datapath, given.seed)
    _, uniform = best_uniform(ordinary, ordinary.design.written, columns)
    if uniform is None:
        return "no uniform design"
    rows, fresh = (drawn_rows(ordinary.design, given.rows, given.seed + k) for k in range(2))
    return _searched(ordinary.design, uniform, rows, fresh)


def _searched(design: Design, uniform: Uniform, rows: Samples, fresh: Samples) -> Case | str:
    goal = Goal("rms", _error(uniform.design.datapath, rows))
    asked = DataGoal(goal.name, Fraction(goal.value), "")
    request = replace(design.request, output_width=None, width=None, error=None, goal=asked)
    folds = folds_of(rows, fresh, design.written, Folding(of_errors=True))
    problem = Problem(Variants(design.written), request, design.target, goal, folds)
    start = time.process_time()
    try:
        found = search(problem)
    except GoalError as missed:
        return missed.diagnostics[0].message
    made = found.design
    assert made.datapath is not None and made.operators is not None
    whole = CompiledDesign(made.datapath, made.operators, made, found.estimate)
    return Case(
        uniform.design, whole, goal.value, _error(made.datapath, fresh),
        _error(uniform.design.datapath, fresh), found.judgement.made, time.process_time() - start,
    )  # fmt: skip


def _error(datapath: Datapath, rows: Samples) -> float:
    return rms(outputs_at(datapath, rows.inputs), rows)


def drawn(given: argparse.Namespace) -> dict[str, Case | str]:
    """Records until as many as asked for have a case, with those that have none; by name."""
    known: dict[str, Case | str] = {}
    while (usable := sum(isinstance(each, Case) for each in known.values())) < given.count:
        problems = chosen_problems(
            given.corpus, len(known) + given.count - usable, given.seed, EVERY_DIALECT
        )
        new = [problem for problem in problems if problem.id not in known]
        if not new:
            break
        known |= {problem.id: case_of(problem, given) for problem in new}
    return dict(sorted(known.items()))


def luts_of(cases: Mapping[str, Case], device: str, cache: Path | None) -> dict[str, list[int]]:
    """The LUTs of the design for the goal and of the uniform one: as estimated, or with a cache by Yosys."""
    found: dict[str, list[int]] = {name: [] for name in cases}
    for which in ("design", "uniform"):
        told = {
            Combination(name, device, "none"): told_of(getattr(case, which), 0.0)
            for name, case in cases.items()
        }
        measured = measure(told, cache) if cache else {}
        for combination, result in told.items():
            row = measured.get(combination)
            found[combination.design].append(result["luts"] if row is None else row.luts)
    return found


def lines(cases: Mapping[str, Case], luts: Mapping[str, Sequence[int]]) -> list[str]:
    """The table, and the geometric mean."""
    rows = []
    for name, case in cases.items():
        own, other = luts[name]
        share = fixed(own / other, 3) if other else NOTHING
        rows.append(
            (
                name, str(own), str(other), share, fixed(case.judged / case.goal, 3),
                fixed(case.uniform_judged / case.goal, 3), case.made.partition(":")[0],
                f"{case.seconds:.1f}",
            )
        )  # fmt: skip
    shares = [own / other for own, other in luts.values() if own and other]
    told = (
        f"{fixed(geometric_mean(shares), 3)} of the best uniform fraction over {len(shares)} "
        "in the geometric mean"
    )
    return [*table(HEADING, rows), "", told]


def _parser() -> argparse.ArgumentParser:
    parser = parser_of("rms", __doc__, seeded="records and of rows")
    add = parser.add_argument
    add("--count", type=int, default=20, help="how many records are drawn (default 20)")
    add(
        "--rows", type=int, default=2000, help="drawn for each, and as many to judge (default 2000)"
    )
    add("--freq", dest="frequency", type=float, default=0.0, help="MHz (default 0)")
    add("--device", default="ecp5-85k", help="default ecp5-85k")
    add("--synth", action="store_true", help="LUTs of Yosys")
    add("--cache", type=Path, default=CACHE, help="what Yosys found (default build/rms)")
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Prints the table; the exit status."""
    given = _parser().parse_args(words)
    if is_missing(given.corpus):
        return 0
    found = drawn(given)
    cases = {name: case for name, case in found.items() if isinstance(case, Case)}
    luts = luts_of(cases, given.device, given.cache if given.synth else None)
    print("\n".join(lines(cases, luts)))
    for name, case in found.items():
        if not isinstance(case, Case):
            print(f"{name}: {case.splitlines()[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(status_of(main))
