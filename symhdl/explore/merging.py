"""Brings stores together: the rows of shards that were done apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from symhdl.explore.row import ENDED, Row
from symhdl.explore.store import ExploreStore

FINALITY = {"done": 2, "failed": 2, "cut": 1}
"""Which row of a job counts more: one that a limit of time cut may become another one."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What came together: how many rows were added, and pairs of rows that ought to be equal, the one that stays first.

    Rows of `others`, other versions of symhdl, stay apart from those of this one.
    """

    added: int
    contradictions: tuple[tuple[Row, Row], ...]
    others: int


def merge(stores: Iterable[ExploreStore], into: ExploreStore) -> Merged:
    """Adds the rows of the stores. Of two that contradict each other the one that came first stays.

    Raises SymhdlError where a store cannot be used.
    """
    added = others = 0
    contradictions: list[tuple[Row, Row]] = []
    for store in stores:
        others += into.take_other_versions(store)
        rows = store.rows()
        known = into.known(row.digest for row in rows)
        for row in rows:
            there = known.get(row.digest)
            if there is None or finality(row) > finality(there):
                into.put(row)
                added += there is None
            elif finality(row) == finality(there) == FINALITY["done"] and differ(row, there):
                contradictions.append((there, row))
    return Merged(added, tuple(contradictions), others)


def finality(row: Row) -> int:
    """How final a row is: that of a job whose process was ended is as good as none."""
    return 0 if row.diagnostic == ENDED else FINALITY[row.status]


def differ(one: Row, other: Row) -> bool:
    """Whether two rows of one job say different things; how long they took is none of them."""
    return replace(one, seconds=0.0) != replace(other, seconds=0.0)
