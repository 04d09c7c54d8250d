"""Which jobs are done one after the other in one process: those of one equation, which share work."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from symhdl.explore.job import Job

PIECES = 4
"""How many groups a process gets at least, so that all end at about the same time."""


def grouped(jobs: Sequence[Job], processes: int) -> list[Sequence[Job]]:
    """Neighbours that have the same equation, in groups that are small enough to keep the processes busy."""
    most = max(1, len(jobs) // (PIECES * processes))
    groups: list[Sequence[Job]] = []
    for _, found in groupby(jobs, lambda job: job.equation):
        same = tuple(found)
        groups += [same[start : start + most] for start in range(0, len(same), most)]
    return groups
