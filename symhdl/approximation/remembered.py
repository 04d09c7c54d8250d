"""Iterables whose items are worked out once, when somebody asks for them first."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, eq=False)
class Remembered(Generic[Item]):
    """What an iterator gives, to be gone through as often as one likes."""

    items: Iterator[Item]
    known: list[Item] = field(default_factory=list)

    def __iter__(self) -> Iterator[Item]:
        for position in itertools.count():
            if position == len(self.known):
                self.known.extend(itertools.islice(self.items, 1))
            if position == len(self.known):
                return
            yield self.known[position]
