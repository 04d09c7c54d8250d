"""Integers between limits that the arguments of segments set, for all segments at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from symhdl.approximation.one_product import Offsets, Rows
from symhdl.cost.tables import Integers

MOST_ZEROS = 62
FREE = 1 << 36
"""Units: any result serves an argument that is not reached."""

SHORT = 1 << 30
"""Integers of 32 bits do where limits and twice the products are less in all: limits cut to it decide nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Arguments of segments, a row for each, and between which integers their results may lie.

    These are counted from a result of the segment, so that they are small.
    """

    segments: Integers
    offsets: Offsets
    lowest: Integers
    highest: Integers
    known: dict[tuple[int, int], tuple[Integers, Integers]] = field(default_factory=dict)

    def left_by(self, products: Integers, cut: int) -> tuple[Integers, Integers]:
        """Between which integers a constant serves each argument, where so many bits of the sum are cut.

        They have as many bits as the products.
        """
        key = cut, products.itemsize
        if key not in self.known:
            self.known.clear()  # those of all arguments take room
            limits = self.lowest << cut, (self.highest + 1 << cut) - 1
            if products.dtype == np.int32:
                low, high = (np.clip(each, -SHORT, SHORT).astype(np.int32) for each in limits)
                limits = low, high
            self.known[key] = limits
        lowest, highest = self.known[key]
        return lowest - products, highest - products

    def of(self, rows: Integers) -> Windows:
        """Those of some rows."""
        t = self.offsets.t
        offsets = self.offsets if len(t) == 1 else Offsets(t[rows])
        return Windows(self.segments[rows], offsets, self.lowest[rows], self.highest[rows])

    def among(self, chosen: Integers) -> Windows:
        """Some of the arguments, by their numbers in each row."""
        t = np.broadcast_to(self.offsets.t, self.lowest.shape)
        t, lowest, highest = (
            np.take_along_axis(each, chosen, axis=1) for each in (t, self.lowest, self.highest)
        )
        return Windows(self.segments, Offsets(t), lowest, highest)


def windows_of(rows: Rows, lowest: Integers, highest: Integers, middles: Integers) -> Windows:
    """The windows of all arguments of some segments, given those of the range and from where they are counted."""
    places = np.clip(rows.places, 0, len(lowest) - 1)
    is_reached = rows.is_reached
    own = middles[rows.segments, None]
    low, high = lowest[places] - own, highest[places] - own
    if not is_reached.all():
        low, high = np.where(is_reached, low, -FREE), np.where(is_reached, high, FREE)
    return Windows(rows.segments, rows.offsets, low, high)


def together(parts: Sequence[Windows]) -> Windows:
    """As many arguments of each segment, the segments in their order."""
    if len(parts) == 1:
        return parts[0]
    segments = np.concatenate([part.segments for part in parts])
    order = np.argsort(segments)
    t, lowest, highest = (
        np.concatenate(each)[order]
        for each in zip(*((p.offsets.t, p.lowest, p.highest) for p in parts), strict=True)
    )
    return Windows(segments[order], Offsets(t), lowest, highest)


def beside(some: Windows, others: Windows) -> Windows:
    """The arguments of both, of the same segments."""
    t, lowest, highest = (
        np.concatenate(each, axis=1)
        for each in (
            (some.offsets.t, others.offsets.t),
            (some.lowest, others.lowest),
            (some.highest, others.highest),
        )
    )
    return Windows(some.segments, Offsets(t), lowest, highest)


def widest(ways: Integers, low: Integers, high: Integers) -> tuple[Integers, Integers, Integers]:
    """The limits of each segment that are farthest apart, and the slopes (rows) that they belong to."""
    least, most = low.max(axis=-1), high.min(axis=-1)
    widest = (most - least).argmax(axis=0), np.arange(ways.shape[1])
    return least[widest], most[widest], ways[widest]


def deciding(low: Integers, high: Integers) -> Integers:
    """The arguments that set the limits of segments, by their numbers in each row."""
    found: Integers = np.concatenate([low.argmax(axis=-1), high.argmin(axis=-1)]).T
    return found


def common_zeros(least: Integers, most: Integers) -> int:
    """How many low bits may be 0 of a number between each least and most one."""
    # Between a - 1 and b there is a multiple of 2**k if they differ in a bit from k on: b - a < 2**63.
    differing = ((least - 1) ^ most).view(np.uint64).min()
    return min(MOST_ZEROS, int(differing).bit_length() - 1)


def nearest_multiples(least: Integers, most: Integers, zeros: int) -> Integers:
    """Those integers times 2**zeros which are nearest to the middle between two."""
    middle = (least + most >> 1) + (1 << zeros >> 1) >> zeros
    found: Integers = np.clip(middle, -(-least >> zeros), most >> zeros)
    return found
