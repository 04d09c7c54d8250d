"""The entries of tables whose sum lies within a window for each argument.

The offsets begin as the middles of what the windows leave them, rounded. Then, one table after the other, each entry
becomes the middle of what all its windows leave it while the others stay, until no window is missed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from symhdl.approximation.table_entries import FREE, roundest
from symhdl.approximation.table_sum import (
    Contents,
    Part,
    Shape,
    gathered,
    initial_part,
    spread,
    summed,
    unfolded,
)
from symhdl.cost.tables import Floats, Integers

ROUNDS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Between which integers the sum may lie, for every address."""

    low: Integers
    high: Integers

    def without(self, values: Integers) -> Windows:
        """What is left for the other terms."""
        return Windows(self.low - values, self.high - values)


def windows_of(low: Integers, high: Integers, shape: Shape, start: int) -> Windows:
    """The windows of sums that are cut to results between `low` and `high`, which begin at the address `start`."""
    size = 1 << shape.argument_bits
    lows, highs = np.full(size, -FREE), np.full(size, FREE)
    reached = (start + np.arange(len(low))) % size
    lows[reached] = low << shape.guard
    highs[reached] = ((high + 1) << shape.guard) - 1
    return Windows(lows, highs)


def left_for(shape: Shape, part: Part, windows: Windows) -> tuple[Integers, Integers]:
    """Between which integers each entry may lie, by address; the first is above the second where there are none."""
    low = gathered(shape, part, windows.low, np.maximum)
    high = gathered(shape, part, windows.high, np.minimum)
    if part.folded:
        half = low.shape[1] // 2
        low, high = (
            np.maximum(low[:, :half], ~high[:, : half - 1 : -1]),
            np.minimum(high[:, :half], ~low[:, : half - 1 : -1]),
        )
    return low.reshape(-1), high.reshape(-1)


def fitted(shape: Shape, windows: Windows, middles: Floats) -> Contents | None:
    """Entries with which no window is missed; None where none are found. `middles` are those of the windows."""
    parts = (initial_part(shape), *shape.parts)
    contents = [np.zeros(1 << shape.initial_bits, dtype=np.int64)]
    contents += [_first_offsets(shape, part, middles) for part in shape.parts]
    values = [
        spread(shape, *each) for each in zip(parts, map(unfolded, parts, contents), strict=True)
    ]
    total = np.sum(values, axis=0)
    best = FREE
    for _ in range(ROUNDS):
        worst = 0
        for k, part in enumerate(parts):
            low, high = left_for(shape, part, windows.without(total - values[k]))
            worst = int((low - high).max())
            contents[k] = (low + high) >> 1
            total = total - values[k]
            values[k] = spread(shape, part, unfolded(part, contents[k]))
            total = total + values[k]
            if worst <= 0:
                return tuple(contents)
        if worst >= best:
            break
        best = worst
    return None


def simplified(shape: Shape, windows: Windows, contents: Contents) -> Contents:
    """Entries that end in more zeros: of each table in turn as many as the windows leave it, the initial values first.

    No window may be missed by the entries that are given.
    """
    parts = (initial_part(shape), *shape.parts)
    total = summed(shape, contents)
    found: list[Integers] = []
    for part, entries in zip(parts, contents, strict=True):
        others = total - spread(shape, part, unfolded(part, entries))
        low, high = left_for(shape, part, windows.without(others))
        found.append(roundest(low, high))
        total = others + spread(shape, part, unfolded(part, found[-1]))
    return tuple(found)


def _first_offsets(shape: Shape, part: Part, middles: Floats) -> Integers:
    """What the windows' middles have beside their means over the part; the middle of all that an entry stands for."""
    between = shape.argument_bits - part.segment_bits - part.bits - part.low
    sizes = 1 << part.segment_bits, 1 << between, 1 << part.bits, 1 << part.low
    values = middles.reshape(sizes)
    beside = values - values.mean(axis=2, keepdims=True)
    offsets = (beside.max(axis=(1, 3)) + beside.min(axis=(1, 3))) / 2
    if part.folded:
        half = offsets.shape[1] // 2
        offsets = (offsets[:, :half] - offsets[:, : half - 1 : -1]) / 2
        rounded = np.floor(offsets)
    else:
        rounded = np.rint(offsets - offsets.min(axis=1, keepdims=True))
    found: Integers = rounded.astype(np.int64).reshape(-1)
    return found
