"""Random programs are compiled, and everything that is promised of them is held against the truth.

python -m tests.fuzz_designs --count N --seed S [--start K] [--family NAME] [--engines SHARE] [--jobs J] [--refusals N]

Program K of seed S is always the same one. The truth is mpmath's, by an evaluator that shares nothing with the
compiler. What must not be is told on standard error as soon as it is seen, and printed in the end with the smallest
program found that shows it and a command that repeats it; the exit status is then 1. `--refusals` prints so many of the
programs that were refused for a reason, for people to judge.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from symhdl.flow.signals import status_of
from tests.fuzzing.check import Engine, checked
from tests.fuzzing.families import FAMILIES
from tests.fuzzing.generate import generated
from tests.fuzzing.language import command_line
from tests.fuzzing.program import Program
from tests.fuzzing.report import Finding, Report
from tests.fuzzing.shrink import shrunk
from tests.fuzzing.workers import OverdueError, done

TWICE = 0.1  # of the programs are compiled a second time, and their witnesses checked
SLOW_SHARE = 0.15  # of those that are compared with engines go through the slow one, too
SHRINK_SECONDS = 20.0
SHOWN = 3  # findings of one kind and key that are printed in full
MADE_SMALLER = 9  # findings that are alike, of any family


@dataclass(frozen=True, slots=True)
class Job:
    """One program to try."""

    seed: int
    number: int
    family: str | None
    engines: float


@dataclass(frozen=True, slots=True)
class Smaller:
    """A program to make smaller while it has this finding."""

    job: Job
    program: Program
    finding: Finding


def engines_of(share: float, chance: random.Random) -> dict[str, Engine]:
    """The engines that a program is compared with, for a share of the programs."""
    if chance.random() >= share:
        return {}
    from tests.fuzzing.engines import ENGINES, SLOW

    return {
        name: engine
        for name, engine in ENGINES.items()
        if name != SLOW or chance.random() < SLOW_SHARE
    }


def tried(job: Job) -> Report:
    """What comes of one program."""
    chance = random.Random(f"{job.seed}/{job.number}/checks")  # noqa: S311 - no secret
    program = generated(job.seed, job.number, job.family)
    twice = chance.random() < TWICE
    return checked(program, _seed(job), twice=twice, engines=engines_of(job.engines, chance))


def _seed(job: Job) -> str:
    return f"{job.seed}/{job.number}/points"


def made_smaller(task: Smaller) -> Program:
    """The smallest program found that has the finding; the time is limited."""
    smallest = task.program
    engines = {}
    if task.finding.kind.startswith("engine-"):
        from tests.fuzzing.engines import ENGINES

        name = task.finding.key
        engines = {name: ENGINES[name]}

    def fails(program: Program) -> bool:
        report = checked(program, _seed(task.job), twice=False, engines=engines)
        return any(
            (found.kind, found.key) == (task.finding.kind, task.finding.key)
            for found in report.findings
        )

    started = time.process_time()
    try:
        for smaller in shrunk(task.program, fails):
            smallest = smaller
            if time.process_time() - started > SHRINK_SECONDS:
                break
    except OverdueError:
        pass
    return smallest


@dataclass(slots=True)
class Summary:
    """What came of all programs."""

    outcomes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    notes: dict[str, list[Job]] = field(default_factory=lambda: defaultdict(list))
    engines: Counter[str] = field(default_factory=Counter)
    findings: dict[tuple[str, str], list[tuple[Job, Program, Finding]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    refusals: list[tuple[Job, Report]] = field(default_factory=list)
    points: int = 0
    seconds: float = 0.0

    def add(self, job: Job, report: Report | None) -> None:
        """Counts one program; without a report it was ended by a limit."""
        if report is None:
            program = generated(job.seed, job.number, job.family)
            report = Report(program, outcome="overdue")
            report.find("overdue", program.family, "a limit of time or memory ended it")
        ids = ", ".join(report.ids)
        found = f"FINDING {report.findings[0].kind}" if report.findings else report.reason
        self.outcomes[report.outcome, ids, found] += 1
        for note in report.notes:
            self.notes[note].append(job)
        self.engines.update(report.engines)
        self.points += report.points
        self.seconds += report.seconds
        if report.reason:
            self.refusals.append((job, report))
        for finding in report.findings:
            if (finding.kind, finding.key) not in self.findings:
                print(f"{job.number}: {finding.kind}: {finding.detail:.160}", file=sys.stderr)
            self.findings[finding.kind, finding.key].append((job, report.program, finding))


def fuzzed(jobs: Sequence[Job], workers: int) -> Summary:
    """Tries all programs."""
    summary = Summary()
    for job, report in done(tried, jobs, workers):
        summary.add(job, report)
    return summary


def repeated(job: Job) -> str:
    """The command that tries the program again."""
    family = "" if job.family is None else f" --family {job.family}"
    return f"python -m tests.fuzz_designs --seed {job.seed} --start {job.number} --count 1{family}"


def show_refusals(summary: Summary, count: int) -> None:
    """Some of the programs that were refused for a reason, from all over the run."""
    step = max(1, len(summary.refusals) // max(1, count))
    for job, report in summary.refusals[::step][:count]:
        print(f"\n{report.reason}: {report.message.partition(chr(10))[0]}")
        print(f"    {command_line(report.program)}\n    {repeated(job)}")


def show(summary: Summary, workers: int) -> None:
    """The table of outcomes, and every finding."""
    for (outcome, ids, reason), count in sorted(summary.outcomes.items()):
        print(f"{count:6}  {outcome:9} {ids:30} {reason}")
    for note, noted in sorted(summary.notes.items()):
        numbers = ", ".join(f"{job.number}" for job in noted[:12])
        print(f"{len(noted):6}  note: {note} ({numbers})")
    for name, count in sorted(summary.engines.items()):
        print(f"{count:6}  through {name}")
    print(f"{summary.points:,} points; {summary.seconds:.0f} s of compiling")
    made: Counter[str] = Counter()
    for (kind, key), found in sorted(summary.findings.items(), key=lambda entry: -len(entry[1])):
        print(f"\n{kind}, {key}: {len(found)}")
        shown = found[:SHOWN]
        alike = f"{kind} {key.partition(' ')[0]}"
        made[alike] += len(shown)
        tasks = [Smaller(*entry) for entry in shown if made[alike] <= MADE_SMALLER]
        smaller = {task.job: program for task, program in done(made_smaller, tasks, workers)}
        for job, program, finding in shown:
            least = smaller.get(job) or program
            print(f"  {finding.detail}\n    {command_line(least)}\n    {repeated(job)}", flush=True)
        if found[SHOWN:]:
            others = ", ".join(f"{job.number}" for job, _, _ in found[SHOWN : SHOWN + 40])
            print(f"  and {others}")


def options_of(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--family", choices=sorted(FAMILIES))
    parser.add_argument("--engines", type=float, default=0.0, help="share of the designs")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--refusals", type=int, default=0)
    return parser.parse_args(arguments)


def jobs_of(options: argparse.Namespace) -> list[Job]:
    """The programs that are tried."""
    return [
        Job(options.seed, number, options.family, options.engines)
        for number in range(options.start, options.start + options.count)
    ]


def main() -> int:
    """Tries, prints, and tells by the exit status."""
    options = options_of()
    summary = fuzzed(jobs_of(options), options.jobs)
    show_refusals(summary, options.refusals)
    show(summary, options.jobs)
    return int(bool(summary.findings))


if __name__ == "__main__":
    sys.exit(status_of(main))
