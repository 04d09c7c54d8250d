"""A whole exploration: the jobs of a plan, those run that are not known yet, and the rows of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from symhdl.explore.job import Job
from symhdl.explore.row import NOT_FOR_GOOD, Row
from symhdl.explore.store import ExploreStore

Done = Callable[[Row], None]
Runner = Callable[[Sequence[Job], Done], None]
"""Makes rows of jobs, in whatever order, and hands each over as soon as it is there, in the thread of the caller."""


@dataclass(frozen=True, slots=True)
class Exploration:
    """The rows of a plan in its order, as far as they are there; of these `known` were there before.

    One that was `interrupted` lacks some.
    """

    rows: tuple[Row, ...]
    known: int = 0
    interrupted: bool = False


def one_by_one(jobs: Sequence[Job], done: Done) -> None:
    """The plainest runner: one after the other, here."""
    from symhdl.explore.work import Workshop

    workshop = Workshop()
    for job in jobs:
        done(workshop.row_of(job))


def explore(
    jobs: Sequence[Job],
    store: ExploreStore | None = None,
    runner: Runner = one_by_one,
    told: Done = lambda _: None,
) -> Exploration:
    """The rows of all jobs. What the store has is not done again, and what is done is kept there at once.

    `told` is called with every row, those that are known first. Ctrl-C ends it with the rows that are there. Raises
    SymhdlError where the store cannot be used.
    """
    digests = {job.digest(): job for job in jobs}
    kept = {} if store is None else store.known(digests)
    known = {k: row for k, row in kept.items() if row.diagnostic not in NOT_FOR_GOOD}
    found = dict(known)
    for row in known.values():
        told(row)

    def done(row: Row) -> None:
        if store is not None:
            store.put(row)
        found[row.digest] = row
        told(row)

    interrupted = False
    try:
        runner([job for digest, job in digests.items() if digest not in known], done)
    except KeyboardInterrupt:
        interrupted = True
    rows = tuple(found[digest] for digest in digests if digest in found)
    return Exploration(rows, len(known), interrupted)
