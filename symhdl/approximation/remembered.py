"""Iterables whose items are worked out once, when somebody asks for them first."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(slots=True, eq=False)
class Remembered(Generic[Item]):
    """What an iterator of a source gives, to be gone through as often as one likes.

    All iterators of the source give the same. After one that raised, as when the user interrupts it, the next goes on.
    """

    source: Callable[[], Iterator[Item]]
    known: list[Item] = field(default_factory=list)
    _left: Iterator[Item] | None = None

    def __iter__(self) -> Iterator[Item]:
        for position in itertools.count():
            if position == len(self.known):
                self.known.extend(self._next())
            if position == len(self.known):
                return
            yield self.known[position]

    def _next(self) -> list[Item]:
        """The next item, if there is one."""
        left = self._left
        if left is None:
            left = itertools.islice(self.source(), len(self.known), None)
        self._left = None  # an iterator that raises gives nothing any more
        found = list(itertools.islice(left, 1))
        self._left = left
        return found
