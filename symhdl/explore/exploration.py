"""A whole exploration: the jobs of a plan, those run that are not known yet, and the rows of all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module

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

    def _repr_html_(self) -> str:
        """What notebooks show."""
        found: str = import_module("symhdl.report.small").rows_html(
            [row.values() for row in self.rows]
        )
        return found


def known_for_good(digests: Iterable[str], store: ExploreStore) -> dict[str, Row]:
    """The rows that are there and need not be made again, by digest."""
    kept = store.known(digests)
    return {k: row for k, row in kept.items() if row.diagnostic not in NOT_FOR_GOOD}


def left_of(jobs: Sequence[Job], store: ExploreStore) -> list[Job]:
    """The jobs that are still to be done, each once."""
    digests = {job.digest(): job for job in jobs}
    known = known_for_good(digests, store)
    return [job for digest, job in digests.items() if digest not in known]


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
    known = {} if store is None else known_for_good(digests, store)
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
