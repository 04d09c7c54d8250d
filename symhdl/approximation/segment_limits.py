"""Integers between limits that the arguments of segments set, for all segments at once."""

from __future__ import annotations

import numpy as np

from symhdl.approximation.one_product import Arguments
from symhdl.cost.tables import Integers

MOST_ZEROS = 62


def widest(
    ways: Integers, low: Integers, high: Integers, arguments: Arguments
) -> tuple[Integers, Integers, Integers]:
    """The limits of each segment that are farthest apart, and the slopes (rows) that they belong to."""
    least = np.maximum.reduceat(low, arguments.starts, axis=1)
    most = np.minimum.reduceat(high, arguments.starts, axis=1)
    widest = np.argmax(most - least, axis=0), np.arange(len(arguments.starts))
    return least[widest], most[widest], ways[widest]


def deciding(low: Integers, high: Integers, arguments: Arguments) -> Integers:
    """The arguments that set the limits of segments."""
    counts = np.diff(arguments.starts, append=len(arguments.segments))
    lowest = np.maximum.reduceat(low, arguments.starts, axis=1)
    highest = np.minimum.reduceat(high, arguments.starts, axis=1)
    is_lowest = low == np.repeat(lowest, counts, axis=1)
    is_highest = high == np.repeat(highest, counts, axis=1)
    return np.flatnonzero((is_lowest | is_highest).any(axis=0))


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
