"""Real expressions on ECP5 at a clock, with and without DSP blocks: `python -m benchmarks.records [--compare PYTHON]`.

Records of the corpora are drawn by a seed, compiled, synthesised, and placed and routed between registers. LUTs,
registers and blocks are those of Yosys. The clock is nextpnr's with one seed, the middle one of three where that is
within 5 % of the clock that was asked for, and never more than the blocks allow inside. With `--equal` the netlist
after synthesis, the Verilog with our models and the C++ are held to the simulator; the status is 1 if one differs.
With `--refine` records that miss the clock are compiled again with that option, and measured in the same way. What the
tools were asked before is kept in `build/records`. With `--estimates` no tool is asked: all figures are estimates.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from benchmarks.draws import parser_of
from benchmarks.golden import compile_all, place_kept
from benchmarks.golden_clock import SEEDS, reached_mhz
from benchmarks.golden_compile import Compiled, Job, design_of
from benchmarks.golden_designs import Combination
from benchmarks.mapped import differing
from benchmarks.problems import EVERY_DIALECT, Problem, chosen_problems, is_missing
from benchmarks.tables import NOTHING, fixed, geometric_mean, table
from symhdl.errors import SymhdlError
from symhdl.flow.netlist import with_harness
from symhdl.flow.running import work_folder
from symhdl.flow.signals import status_of
from symhdl.flow.untimed import slowest_block
from symhdl.flow.yosys import map_to_target
from symhdl.targets.target import load_target

CACHE = Path(__file__).parents[1] / "build" / "records"
CHOICES = ("auto", "none")
LUTS_OF_BLOCK = 60
"""What a DSP block counts in LUTs."""

NEAR = 0.05
"""How near to the clock that was asked for one seed does not decide, as a share of it."""

VECTORS, SEED = 1000, 1
"""With how many inputs equality is tried."""

HEADING = ("record, DSP", "LUTs", "FFs", "DSPs", "memories", "cycles", "MHz", "ns")


class Figures(TypedDict):
    """What the tools find in a text: Yosys' counts, and the clocks of nextpnr's seeds in MHz."""

    luts: int
    ffs: int
    dsps: int
    brams: int
    mhz: list[float]


@dataclass(frozen=True, slots=True)
class Row:
    """A record as one commit makes it."""

    figures: Figures
    cycles: int

    @property
    def equivalents(self) -> int:
        """LUTs, with those that a block counts."""
        return self.figures["luts"] + LUTS_OF_BLOCK * self.figures["dsps"]

    @property
    def mhz(self) -> float:
        """The clock, the middle one of all seeds."""
        return statistics.median(self.figures["mhz"])

    @property
    def ns(self) -> float:
        """From the input ports to the output ports."""
        return 1000 * self.cycles / self.mhz


Side = Mapping[Combination, Row]
Results = Mapping[Combination, Compiled]


def job_of(problem: Problem, given: argparse.Namespace, dsp: str) -> Job:
    """How the record is compiled."""
    ranges = {name: [str(low), str(high)] for name, low, high in problem.ranges}
    return Job(
        source=problem.text,
        top=problem.id.replace("-", "_"),
        device=given.device,
        dsp=dsp,
        frequency_mhz=given.frequency,
        options={
            "dialect": problem.dialect,
            "define": list(problem.definitions),
            "inputs": ranges,
            "width": given.width,
            "output_width": given.output_width,
        },
    )


def measured(
    combination: Combination, compiled: Compiled, frequency_mhz: float, cache: Path
) -> Figures:
    """What the tools find in the Verilog, from the cache where they were asked before."""
    verilog = compiled["verilog"]
    kept = place_kept(combination, f"{frequency_mhz:g}\n{verilog}", cache, ".json")
    if not kept.exists():
        print(f"{combination}: synthesis, place and route", file=sys.stderr, flush=True)
        found = _asked(combination, verilog, frequency_mhz)
        cache.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(found), encoding="utf-8")
    known: Figures = json.loads(kept.read_text(encoding="utf-8"))
    return known


def _asked(combination: Combination, verilog: str, frequency_mhz: float) -> Figures:
    target = load_target(combination.device)
    with work_folder() as folder:
        use_dsps = combination.dsp != "none"
        mapped = map_to_target(verilog, combination.top, target, folder, use_dsps=use_dsps)
        usage = mapped.usage
        limit_mhz, _ = slowest_block(mapped.module, target)
        netlist = with_harness(mapped.module, combination.top, target)
        mhz: list[float] = []
        for seed in SEEDS:
            found = reached_mhz(netlist, target, frequency_mhz, folder, seed)
            if found is None:
                continue
            mhz.append(min(found, limit_mhz))
            if abs(mhz[0] / frequency_mhz - 1) > NEAR:
                break
    return Figures(luts=usage.luts, ffs=usage.ffs, dsps=usage.dsps, brams=usage.brams, mhz=mhz)


def estimated_rows(results: Results) -> dict[Combination, Row]:
    """The records that became hardware with what each commit estimates of its own."""
    return {
        each: Row(
            Figures(
                luts=found["luts"],
                ffs=found["ffs"],
                dsps=found["dsps"],
                brams=found["brams"],
                mhz=[found["fmax_mhz"]],
            ),
            found["latency"],
        )
        for each, found in results.items()
        if found["latency"]
    }


def refined_rows(
    missed: Results, jobs: Mapping[Combination, Job], cache: Path
) -> tuple[dict[Combination, Row], dict[Combination, str]]:
    """Records that miss the clock, as they are with `--refine`; from the cache where they were refined before."""
    results: dict[Combination, Compiled] = {}
    for combination, compiled in missed.items():
        kept = place_kept(combination, compiled["verilog"], cache, ".refined")
        if not kept.exists():
            print(f"{combination}: refined", file=sys.stderr, flush=True)
            job = jobs[combination]
            job = Job(**{**job, "options": {**job.get("options", {}), "refine": True}})
            found = compile_all(sys.executable, {combination: job})[combination]
            cache.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(found), encoding="utf-8")
        results[combination] = json.loads(kept.read_text(encoding="utf-8"))
    return measured_rows(results, jobs, cache)


def equality(combination: Combination, job: Job, compiled: Compiled, cache: Path) -> str:
    """Whether all that becomes of a record here has the simulator's integers, from the cache where it is known."""
    kept = place_kept(combination, compiled["verilog"], cache, ".equal")
    if not kept.exists():
        print(f"{combination}: netlist, Verilog and C++", file=sys.stderr, flush=True)
        found = differing(design_of(job), load_target(combination.device), VECTORS, SEED)
        cache.mkdir(parents=True, exist_ok=True)
        text = f"not equal: {', '.join(found)}" if found else "equal"
        kept.write_text(text, encoding="utf-8")
    return kept.read_text(encoding="utf-8")


def drawn(given: argparse.Namespace) -> tuple[dict[Combination, Job], dict[Combination, Compiled]]:
    """The records drawn, and what this commit makes of each with each choice of blocks.

    So many are drawn that as many as were asked for become hardware.
    """
    choices: Sequence[str] = given.dsp or CHOICES
    jobs: dict[Combination, Job] = {}
    results: dict[Combination, Compiled] = {}
    count, usable = 0, 0
    while usable < given.records:
        count += given.records - usable
        problems = chosen_problems(given.corpus, count, given.seed, EVERY_DIALECT)
        more = {
            combination: job_of(problem, given, dsp)
            for dsp in choices
            for problem in problems
            if (combination := Combination(problem.id, given.device, dsp)) not in jobs
        }
        if not more:
            break
        jobs |= more
        results |= compile_all(sys.executable, more)
        made = Counter(each.design for each, result in results.items() if result["latency"])
        usable = sum(number == len(choices) for number in made.values())
    kept = [each for each in jobs if not given.record or each.design in given.record]
    return {each: jobs[each] for each in kept}, {each: results[each] for each in kept}


def measured_rows(
    results: Results, jobs: Mapping[Combination, Job], cache: Path
) -> tuple[dict[Combination, Row], dict[Combination, str]]:
    """The records that became hardware, and why there is no row for the others."""
    rows: dict[Combination, Row] = {}
    missing: dict[Combination, str] = {}
    for combination, compiled in results.items():
        if not compiled["latency"]:
            missing[combination] = (compiled["refused"] or "a constant").splitlines()[0]
            continue
        try:
            found = measured(combination, compiled, jobs[combination]["frequency_mhz"], cache)
        except SymhdlError as problem:
            missing[combination] = problem.diagnostics[0].message
            continue
        if found["mhz"]:
            rows[combination] = Row(found, compiled["latency"])
        else:
            missing[combination] = "the router comes to no end"
    return rows, missing


def summary(rows: Side, frequency_mhz: float, dsp: str) -> str:
    """How many records meet the clock, and which do not."""
    own = {combination: row for combination, row in rows.items() if combination.dsp == dsp}
    slow = [f"{c.design} {row.mhz:.0f}" for c, row in own.items() if row.mhz < frequency_mhz]
    told = f" (not {', '.join(slow)})" if slow else ""
    return f"DSP {dsp}: {len(own) - len(slow)} of {len(own)} meet {frequency_mhz:g} MHz{told}"


def ratios(old: Side, new: Side, dsp: str) -> str:
    """The geometric means of new to old, over the records that both sides have."""
    both = [c for c in new if c in old and c.dsp == dsp]
    pairs = [(old[c], new[c]) for c in both]
    luts = [max(1, b.equivalents) / max(1, a.equivalents) for a, b in pairs]
    ns = [b.ns / a.ns for a, b in pairs if a.cycles and b.cycles]
    return (
        f"DSP {dsp}: new / old over {len(both)} records in the geometric mean: LUT equivalents "
        f"{fixed(geometric_mean(luts), 3)}, nanoseconds {fixed(geometric_mean(ns), 3)}"
    )


def _cells(row: Row) -> tuple[str, ...]:
    counts = (row.figures[name] for name in ("luts", "ffs", "dsps", "brams"))
    return (*map(str, counts), str(row.cycles), f"{row.mhz:.1f}", f"{row.ns:.1f}")


def lines(
    sides: Sequence[Side],
    chosen: Collection[Combination],
    frequency_mhz: float,
    refined: Side | None = None,
) -> list[str]:
    """The table, old and new in one cell where there are two sides, and what is said of all.

    `refined` has the records that missed the clock, refined for it.
    """
    heading = HEADING if refined is None else (*HEADING, "refined")
    rows = []
    for combination in chosen:
        own = [
            _cells(each[combination]) if combination in each else (NOTHING,) * (len(HEADING) - 1)
            for each in sides
        ]
        cells = (" -> ".join(dict.fromkeys(values)) for values in zip(*own, strict=True))
        own_row = (f"{combination.design}, {combination.dsp}", *cells)
        rows.append(own_row if refined is None else (*own_row, _refined(refined.get(combination))))
    told = []
    for dsp in dict.fromkeys(combination.dsp for combination in chosen):
        told += [
            f"{name}{summary(each, frequency_mhz, dsp)}"
            for name, each in zip(("before, ", "") if len(sides) > 1 else ("",), sides, strict=True)
        ]
        if len(sides) > 1:
            told.append(ratios(sides[0], sides[1], dsp))
        if refined is not None:
            told.append(f"refined, {summary({**sides[-1], **refined}, frequency_mhz, dsp)}")
    return [*table(heading, rows), "", *told]


def _refined(row: Row | None) -> str:
    return "" if row is None else f"{row.mhz:.1f} MHz, {row.cycles} cycles"


def _parser() -> argparse.ArgumentParser:
    parser = parser_of("records", __doc__, seeded="the draw", output_width=12)
    add = parser.add_argument
    add("--records", type=int, default=40, help="how many are drawn (default 40)")
    add("--record", action="append", metavar="ID", help="of those drawn only this (repeatable)")
    add("--dsp", action="append", choices=CHOICES, help="with or without blocks (default both)")
    add("--freq", dest="frequency", type=float, default=200.0, help="MHz (default 200)")
    add("--device", default="ecp5-85k", help="default ecp5-85k")
    add("--compare", metavar="PYTHON", help="an interpreter with the symhdl of another commit")
    add("--equal", action="store_true", help="hold netlist, Verilog and C++ to the simulator")
    add("--refine", action="store_true", help="refine those that miss the clock")
    add("--estimates", action="store_true", help="ask no tool, tell what each commit estimates")
    add("--cache", type=Path, default=CACHE, help="what is known (default build/records)")
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Prints the table; the exit status."""
    given = _parser().parse_args(words)
    if is_missing(given.corpus):
        return 0
    jobs, here = drawn(given)
    records = dict.fromkeys(each.design for each in jobs)
    print(f"seed {given.seed}: {len(records)} records, of which {given.records} become hardware\n")
    sides = [here]
    if given.compare:
        kept = {each: job for each, job in jobs.items() if here[each]["latency"]}
        sides.insert(0, compile_all(given.compare, kept))
    if given.estimates:
        sides_estimated = [estimated_rows(results) for results in sides]
        print("\n".join(lines(sides_estimated, sides_estimated[-1], given.frequency)))
        return 0
    found = [measured_rows(results, jobs, given.cache) for results in sides]
    own, why_not = found[-1]
    refined: dict[Combination, Row] | None = None
    if given.refine:
        missed = {each: here[each] for each, row in own.items() if row.mhz < given.frequency}
        refined, failed = refined_rows(missed, jobs, given.cache)
        why_not |= {each: f"refined: {why}" for each, why in failed.items()}
    print("\n".join(lines([rows for rows, _ in found], own, given.frequency, refined)))
    for combination, why in why_not.items():
        print(f"{combination}: {why}")
    equal = {
        each: equality(each, jobs[each], here[each], given.cache)
        for each in (own if given.equal else ())
    }
    for combination, text in equal.items():
        print(f"{combination}: {text}")
    return 1 if any(text != "equal" for text in equal.values()) else 0


if __name__ == "__main__":
    sys.exit(status_of(main))
