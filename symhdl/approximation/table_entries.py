"""Entries of a table that lie within a window for each argument, and take little logic.

Of the integers within a window one has the most zeros at its end: where all windows are wider than a unit, the lowest
column of the table is 0, and the others are those of a result with one bit less. Where the windows of neighbours
overlap, one entry for all of them takes less of the index. Which of both is worth more depends on the table, so all are
given.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from symhdl.cost.tables import Floats, Integers

MOST_SHARED_BITS = 4
"""So many lowest bits of the address at most have one entry for all their values."""

FREE = 1 << 40  # units: the window of an address that is never reached


def simple_entries(low: Integers, high: Integers, start: int, bits: int) -> Iterator[Integers]:
    """Entries between `low` and `high`, one for each argument; the first has the address `start` of so many bits.

    First those of every argument for itself, then those where two share one if they can, four, and so on.
    """
    size = 1 << bits
    places = (start + np.arange(len(low))) % size
    least, most = np.full(size, -FREE), np.full(size, FREE)
    least[places], most[places] = low, high
    entries = roundest(least, most)
    yield entries[places]
    for shared in range(1, min(bits, MOST_SHARED_BITS) + 1):
        least, most = np.maximum(least[0::2], least[1::2]), np.minimum(most[0::2], most[1::2])
        together = np.repeat(roundest(least, most), 1 << shared)
        is_shared = np.repeat(least <= most, 1 << shared)
        before, entries = entries, np.where(is_shared, together, entries)
        if np.array_equal(before[places], entries[places]):
            return
        yield entries[places]


def roundest(least: Integers, most: Integers) -> Integers:
    """The integers between two with the most zeros at the end, where the first is not above the second.

    Above the uppermost bit in which the last integer below them and the greatest differ they are equal.
    """
    differing = (least - 1) ^ most
    exponents: Floats
    _, exponents = np.frexp(differing.astype(np.float64))
    zeros = np.maximum(exponents.astype(np.int64) - 1, 0)
    found: Integers = np.where(differing < 0, 0, most >> zeros << zeros)
    return found
