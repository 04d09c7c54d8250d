"""Parts of an exploration that are done apart from each other, each into a store of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from symhdl.errors import Diagnostic, Source, Span, UsageError
from symhdl.explore.job import Job

_SHARD = re.compile(r"\s*([0-9]{1,6})\s*/\s*([0-9]{1,6})\s*")


def shard_named(text: str) -> tuple[int, int]:
    """Which shard of how many a text such as `2/5` says, counted from 1. Raises UsageError."""
    match = _SHARD.fullmatch(text)
    place, shards = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= place <= shards:
        source = Source("--shard", text)
        raise UsageError(
            Diagnostic(
                "bad-shard",
                "a shard is one of several, such as 2/5",
                Span(source, 0, max(1, len(text))),
                help="write which shard, from 1, and how many there are",
            )
        )
    return place, shards


def shard_of(jobs: Sequence[Job], place: int, shards: int) -> Sequence[Job]:
    """The jobs of one of so many shards, counted from 1: one job of each such number."""
    return jobs[place - 1 :: shards]
