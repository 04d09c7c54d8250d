"""Brings stores together: the rows of shards that were done apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from symhdl.explore.row import NOT_FOR_GOOD, Row
from symhdl.explore.store import ExploreStore


@dataclass(frozen=True, slots=True)
class Merged:
    """How many rows were added, and how many of other versions of symhdl there were.

    `contradictions` are pairs of rows of one job that say different things, the one that stays first.
    """

    added: int = 0
    of_other_versions: int = 0
    contradictions: tuple[tuple[Row, Row], ...] = ()


def merge(store: ExploreStore, into: ExploreStore) -> Merged:
    """Adds the rows of a store. Of two that contradict each other the one that was there stays.

    Rows of other versions are added, and stay apart. Raises SymhdlError where a store cannot be used.
    """
    rows = store.rows()
    there = into.known(row.digest for row in rows)
    news = [row for row in rows if row.digest not in there]
    better = [
        row for row in rows if row.digest in there and _weight(row) > _weight(there[row.digest])
    ]
    into.put_all([*news, *better])
    others = store.of_other_versions()
    into.put_of_other_versions(others)
    contradictions = tuple(
        (there[row.digest], row)
        for row in rows
        if row.digest in there and _contradict(row, there[row.digest])
    )
    return Merged(len(news), len(others), contradictions)


def in_order(rows: Sequence[Row]) -> list[Row]:
    """Rows of no plan: by class, complexity, loss, text and options."""

    def key(row: Row) -> tuple[object, ...]:
        known = (value if value is not None else math.inf for value in (row.complexity, row.loss))
        return (row.class_name, *known, row.equation, row.options, row.digest)

    return sorted(rows, key=key)


def _weight(row: Row) -> int:
    """Which row of a job counts more: one that another run might not repeat counts least, then one that was cut."""
    return 0 if row.diagnostic in NOT_FOR_GOOD else 1 if row.status == "cut" else 2


def _contradict(one: Row, other: Row) -> bool:
    """Whether two rows that count for good say different things; how long they took is none of them."""
    for_good = _weight(one) == _weight(other) == 2
    return for_good and replace(one, seconds=0.0) != replace(other, seconds=0.0)
