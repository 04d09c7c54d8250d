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

    These are counted from a result of the segment, so that they are small. Some may be free: not reached at all.
    """

    segments: Integers
    offsets: Offsets
    lowest: Integers
    highest: Integers
    some_free: bool = False
    known: dict[tuple[int, int], tuple[Integers, Integers]] = field(default_factory=dict)

    def left_by(self, products: Integers, cut: int) -> tuple[Integers, Integers]:
        """Between which integers a constant serves each argument, where so many bits of the sum are cut.

        They have as many bits as the products, which are overwritten.
        """
        key = cut, products.itemsize
        if key not in self.known:
            self.known.clear()  # those of all arguments take room
            self.known[key] = self._limits(cut, products.dtype.type)
        lowest, highest = self.known[key]
        low = lowest - products
        return low, np.subtract(highest, products, out=products)

    def _limits(self, cut: int, kind: type[np.signedinteger]) -> tuple[Integers, Integers]:
        """Between which integers of so many bits sums may lie that are cut."""
        limits = self.lowest, self.highest
        if self.some_free and kind is np.int32:
            most = (SHORT >> cut) - 1
            limits = np.clip(self.lowest, -most, most), np.clip(self.highest, -most, most)
        low, high = (each.astype(kind, copy=False) << cut for each in limits)
        high |= (1 << cut) - 1
        return low, high

    def of(self, rows: Integers) -> Windows:
        """Those of some rows."""
        t = self.offsets.t
        offsets = self.offsets if len(t) == 1 else Offsets(t[rows])
        lowest, highest = self.lowest[rows], self.highest[rows]
        return Windows(self.segments[rows], offsets, lowest, highest, self.some_free)

    def among(self, chosen: Integers) -> Windows:
        """Some of the arguments, by their numbers in each row."""
        t = np.broadcast_to(self.offsets.t, self.lowest.shape)
        t, lowest, highest = (
            np.take_along_axis(each, chosen, axis=1) for each in (t, self.lowest, self.highest)
        )
        return Windows(self.segments, Offsets(t), lowest, highest)


def windows_of(rows: Rows, lowest: Integers, highest: Integers, middles: Integers) -> Windows:
    """The windows of all arguments of some segments, given those of the range and from where they are counted."""
    own = middles[rows.segments, None]
    low, high = rows.of(lowest, -FREE) - own, rows.of(highest, FREE) - own
    return Windows(rows.segments, rows.offsets, low, high, not rows.are_full)


def picked(rows: Rows, many: int) -> Integers:
    """So many arguments of each segment, by their numbers: the ends and some between, the more the nearer to an end.

    Cuts take nothing where low bits are zeros, and most where they are ones, so of two each has the one or the other.
    """
    first, spans = rows.first[:, None], (rows.last - rows.first)[:, None]
    pairs = many // 2
    shares = (1.0 - np.cos(np.linspace(0.0, np.pi, pairs))) / 2
    ones = np.left_shift(1, np.maximum(np.frexp(np.maximum(spans, 1) / pairs)[1] - 1, 0)) - 1
    inner = first + np.rint(spans * shares).astype(np.int64)
    found = np.concatenate([inner & ~ones, inner | ones], axis=1)
    found[:, 0], found[:, -1] = rows.first, rows.last
    within: Integers = np.clip(found, first, rows.last[:, None])
    return within


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
    least, most = np.maximum.reduce(low, axis=-1), np.minimum.reduce(high, axis=-1)
    count = ways.shape[1]
    places = (most - least).argmax(axis=0) * count + np.arange(count)
    return least.take(places), most.take(places), ways.take(places)


def deciding(low: Integers, high: Integers) -> Integers:
    """The arguments that set the limits of segments, by their numbers in each row."""
    found: Integers = np.concatenate([low.argmax(axis=-1), high.argmin(axis=-1)]).T
    return found


def common_zeros(least: Integers, most: Integers) -> int:
    """How many low bits may be 0 of a number between each least and most one."""
    # Between a - 1 and b there is a multiple of 2**k if they differ in a bit from k on: b - a < 2**63.
    differing = np.minimum.reduce(((least - 1) ^ most).view(np.uint64))
    return min(MOST_ZEROS, int(differing).bit_length() - 1)


def nearest_multiples(least: Integers, most: Integers, zeros: int) -> Integers:
    """Those integers times 2**zeros which are nearest to the middle between two."""
    middle = (least + most >> 1) + (1 << zeros >> 1) >> zeros
    found: Integers = np.minimum(np.maximum(middle, -(-least >> zeros)), most >> zeros)
    return found
