"""How much work is spent on the search for one function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from symhdl.budget import Budget


class Depth(Enum):
    """How long one function is searched for."""

    BRIEF = "one of very many functions: the first that is proved"
    ORDINARY = "what pays in ordinary time"
    THOROUGH = "what may be a little better"


@dataclass(slots=True)
class Effort:
    """What is left of the work that may be spent on one function: segments that are enclosed and fitted."""

    budget: Budget
    segments: int
    depth: Depth = Depth.ORDINARY

    def allows(self, segments: int) -> bool:
        """Whether there is enough left for so many, which are taken from it then."""
        is_enough = segments <= self.segments
        self.segments -= segments * is_enough
        return is_enough


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a search goes: so many prospects are `proved`, and the cheapest taken.

    So many are `looked_at` and tried at most (`attempts`), as long as their luck times `hope` may make them better than
    the best price, and have so many `segments` together, if that proves any. Once there are as many proved ones to
    `compare`, luck does not count any more.
    """

    proved: int
    compare: int
    looked_at: int
    attempts: int
    hope: float
    segments: int


EXTENTS: Mapping[Depth, Extent] = {
    Depth.BRIEF: Extent(1, 1, 64, 16, 0.3, 1 << 9),
    Depth.ORDINARY: Extent(3, 2, 64, 16, 0.5, 1 << 9),
    Depth.THOROUGH: Extent(16, 16, 256, 64, 2.0, 1 << 12),
}
