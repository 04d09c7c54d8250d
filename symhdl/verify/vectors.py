"""Input vectors for a test: all that there are if they are few, else random ones, corners and table entries."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from symhdl.ir.datapath import Datapath
from symhdl.simulate import Integers
from symhdl.vectors import Row, columns_of_rows, corner_values, drawn_row, integers_of
from symhdl.verify.table_entries import entry_rows, seam_rows

ALL_BY_DEFAULT = 1 << 16
ALL_AT_MOST = 1 << 20
"""Combinations of inputs that are all tried, unasked and at the user's request."""

MAXIMUM_CORNERS = 1 << 10


@dataclass(frozen=True, slots=True)
class Stimulus:
    """Vectors by the inputs' names, and how many there are of each kind; `complete` if there are no others."""

    inputs: dict[str, Integers]
    kinds: tuple[tuple[str, int], ...]
    complete: bool

    @property
    def count(self) -> int:
        """How many vectors there are."""
        return sum(count for _, count in self.kinds)

    @property
    def description(self) -> str:
        """For people: `all 4096 inputs`, or `1000 random, 32 corners, 512 at table entries`."""
        if not self.inputs:
            return "no inputs"
        if self.complete:
            return f"all {self.count} inputs"
        return ", ".join(f"{count} {kind}" for kind, count in self.kinds if count)


def combinations(datapath: Datapath) -> int:
    """How many different vectors there are within the inputs' ranges."""
    return math.prod(port.maximum - port.minimum + 1 for port in datapath.inputs)


def all_inputs(datapath: Datapath, seed: int) -> Stimulus:
    """Every vector once. They are in random order, so that a result that comes at a wrong time shows."""
    ports, count = datapath.inputs, combinations(datapath)
    order = np.random.RandomState(seed).permutation(count)
    columns: dict[str, Integers] = {}
    for port in reversed(ports):
        size = port.maximum - port.minimum + 1
        columns[port.name] = integers_of((order % size).tolist(), port, port.minimum)
        order = order // size
    return Stimulus(columns, (("inputs", count),), True)


def chosen_inputs(datapath: Datapath, count: int, seed: int) -> Stimulus:
    """`count` random vectors, and those that are likelier to find a mistake.

    These are the corners of the ranges; every entry that can be reached of a table that one input addresses, at the
    first and the last input of the entry; and of the tables that several inputs address together the entries and the
    seams between them that a search along the inputs hits.
    """
    chance = random.Random(seed)  # noqa: S311 - test vectors, no secrets
    kinds: tuple[tuple[str, Iterable[Row]], ...] = (
        ("random", (drawn_row(datapath, chance) for _ in range(count))),
        ("corners", _corners(datapath, chance)),
        ("at table entries", entry_rows(datapath, chance)),
        ("at seams of tables", seam_rows(datapath, chance)),
    )
    rows: list[Row] = []
    counts: list[tuple[str, int]] = []
    for kind, some in kinds:
        before = len(rows)
        rows += some
        counts.append((kind, len(rows) - before))
    return Stimulus(columns_of_rows(datapath, rows), tuple(counts), False)


def _corners(datapath: Datapath, chance: random.Random) -> Iterator[Row]:
    """All combinations of all corner values, of three of each input, or of two, or some of these if they are many."""
    choices = [corner_values(port) for port in datapath.inputs]
    for kept in (None, 3, 2):
        fewer = [choice[:kept] for choice in choices]
        if math.prod(map(len, fewer)) <= MAXIMUM_CORNERS:
            yield from itertools.product(*fewer)
            return
    for _ in range(MAXIMUM_CORNERS):
        yield tuple(chance.choice(choice[:2]) for choice in choices)
