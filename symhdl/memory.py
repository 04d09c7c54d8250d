"""How seldom memory is searched for cycles while a large graph is compiled."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

NEW_OBJECTS = (
    100_000  # between two searches for cycles; Python's own 700 cost a tenth of a large compile
)

YOUNG_SEARCHES = 100  # among new objects, for each among older ones


@contextmanager
def few_collections() -> Iterator[None]:
    """Seldom looks for cycles in the memory: what a large graph is made of has none, and takes long to look through.

    A threshold that is as high already is left alone, so that of several at once, one within the other or in
    threads, only those that raised it put it back.
    """
    before = gc.get_threshold()
    if not 0 < before[0] < NEW_OBJECTS:  # 0: the caller wants no search at all
        yield
        return
    gc.set_threshold(NEW_OBJECTS, max(before[1], YOUNG_SEARCHES), before[2])
    try:
        yield
    finally:
        gc.set_threshold(*before)
