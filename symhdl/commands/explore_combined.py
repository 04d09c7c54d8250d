"""The best combination of one equation for each class, as `symhdl explore` looks for it and tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symhdl.commands.explore_runs import RunOptions
from symhdl.commands.options import usage
from symhdl.commands.terminal import out, show, status_line
from symhdl.errors import SymhdlError
from symhdl.explore.candidates import classes_of
from symhdl.explore.combination import Combination, Wanted, combinations
from symhdl.explore.combined import lines_of
from symhdl.explore.exploration import Exploration, Runner
from symhdl.explore.job import Job
from symhdl.explore.limits import limits_of


class CombinationOptions(RunOptions):
    """The options that ask for a combination."""

    budget: tuple[str, ...]
    best: bool


@dataclass(frozen=True, slots=True)
class Combined:
    """The best combinations, one for each device, or why there are none although they were asked for."""

    found: tuple[Combination, ...] = ()
    problem: SymhdlError | None = None

    def tell(self) -> None:
        """Tells of all in words."""
        for each in self.found:
            show(each.warnings)
            out("\n".join(lines_of(each)))


def check_combination(options: CombinationOptions) -> None:
    """Raises UsageError for budgets that make no sense, and where only a part of the designs is made here."""
    limits_of(options["budget"])
    for name in ("emit", "shard"):
        if is_asked(options) and options[name]:
            text = f"a combination needs all designs, and --{name} makes some of them elsewhere"
            help = "explore into the folder of all once more; nothing is made twice"
            raise usage(text, help=help)


def is_asked(options: CombinationOptions) -> bool:
    """Whether a combination is wanted."""
    return bool(options["budget"]) or options["best"]


def wanted_of(options: CombinationOptions, jobs: Sequence[Job]) -> Wanted | None:
    """What is asked of a combination of jobs; None if none is wanted. Raises UsageError where there can be none."""
    if not is_asked(options):
        return None
    classes_of(jobs)
    if "data" not in dict(jobs[0].options):
        raise usage("the best combination is looked for on rows of data", help="give --data FILE")
    said = dict(jobs[0].figures)
    return Wanted(limits_of(options["budget"]), said.get("labels"), said.get("weights"))


def combined(
    jobs: Sequence[Job], found: Exploration, wanted: Wanted | None, runner: Runner
) -> Combined:
    """The best combinations of what was found, if they are wanted, and nothing ended it before."""
    if wanted is None or found.interrupted:
        return Combined()
    rows = {row.digest: row for row in found.rows}
    made = [(job, rows[job.digest()]) for job in jobs if job.digest() in rows]
    try:
        with status_line("combining") as tell:
            return Combined(combinations(made, wanted, tell, runner))
    except SymhdlError as problem:  # rows are told first
        return Combined(problem=problem)
