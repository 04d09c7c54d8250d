"""How many nodes the decision diagrams of a table's columns have: what a table costs in LUTs of a given size.

Of a table whose contents are known they are counted. Before, they follow from how much the values of a smooth function
vary: a part of the index in which they change by v units has a function of its own for each of the log2 v lowest
columns, and another, a step, for what changes once more in all columns above together. There are no more steps than
places for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Packed = NDArray[np.uint64]

PACKED_BITS = 6  # functions of so many bits are integers of 64
LONGEST_INTEGER = 62  # bits
PART_BITS = 5  # as many parts of the index are looked at as so many bits tell apart
PARTS = 1 << PART_BITS
MASK = (1 << 32) - 1


class Nodes(NamedTuple):
    """The different nodes of the decision diagrams of all columns.

    `levels` are the functions that LUTs compute, then for each further bit of the index the choices between two,
    `gates` the choices of which one side is constant.
    """

    levels: tuple[int, ...]
    gates: int


@lru_cache(maxsize=512)
def nodes_of(contents: tuple[int, ...], width: int, lut_inputs: int) -> Nodes:
    """The nodes of a table whose index addresses a LUT of so many inputs with its low bits.

    Functions are shared between columns, a function and its complement count once, what does not depend on the index or
    on more than a bit of it counts nothing, and what depends on no more bits than a LUT has inputs is one, whatever it
    is a choice of.
    """
    bits = max(1, (len(contents) - 1).bit_length())
    packed_bits = min(bits, lut_inputs, PACKED_BITS)
    codes, uses = _packed(_columns(contents, bits, width), packed_bits)
    joined: list[_Choices] = []
    for bit in range(packed_bits, bits):
        first = len(uses)
        codes, low, high = _joined(codes[:, 0::2], codes[:, 1::2], first)
        uses = np.concatenate([uses, uses[low] | uses[high] | 1 << bit])
        joined.append(_Choices(first, low, high))
    used = ((uses[:, None] >> np.arange(bits)) & 1).sum(axis=1)
    is_needed = np.zeros(len(uses), dtype=np.bool_)
    is_needed[codes >> 1] = True
    levels: list[int] = []
    gates = 0
    for choices in reversed(joined):
        low, high = choices.chosen(is_needed & (used > lut_inputs))
        is_needed[low] = is_needed[high] = True
        is_gate = np.minimum(low, high) == 0
        levels.insert(0, len(low) - int(np.count_nonzero(is_gate)))
        gates += len(low) - levels[0]
    luts = int(np.count_nonzero(is_needed & (used > 1) & (used <= lut_inputs)))
    return Nodes((luts, *levels[max(0, lut_inputs - packed_bits) :]), gates)


class _Choices(NamedTuple):
    """Functions from a number on, each of which chooses between two others of these numbers."""

    first: int
    low: Codes
    high: Codes

    def chosen(self, is_needed: NDArray[np.bool_]) -> tuple[Codes, Codes]:
        """Between what those choose that are needed."""
        own = is_needed[self.first : self.first + len(self.low)]
        return self.low[own], self.high[own]


def _columns(contents: Sequence[int], bits: int, width: int) -> Codes:
    """The bits of the entries, a row for each column; entries beyond the last are as it is."""
    padded = [*contents, *[contents[-1]] * ((1 << bits) - len(contents))]
    places = range(width)
    if width <= LONGEST_INTEGER:
        lowest = (1 << width) - 1  # of a longer entry no more bits count
        entries = np.array([entry & lowest for entry in padded], dtype=np.int64)
        columns: Codes = (entries >> np.arange(width)[:, None]) & 1
        return columns
    return np.array([[(entry >> place) & 1 for entry in padded] for place in places], np.int64)


def _packed(columns: Codes, bits: int) -> tuple[Codes, Codes]:
    """The codes of the functions of so many low bits of the index, and of each function the bits that it uses.

    A function is its values as one integer.
    """
    size = 1 << bits
    powers, halves = _places(bits)
    values = columns.astype(np.uint64).reshape(len(columns), -1, size) @ powers
    complement = values & np.uint64(1)
    everything = np.uint64((1 << size) - 1)
    values = np.where(complement.astype(bool), values ^ everything, values)
    different, numbers = np.unique(values, return_inverse=True)
    if different[0] != 0:  # number 0 is the constant
        different, numbers = np.concatenate([np.zeros(1, np.uint64), different]), numbers + 1
    codes: Codes = 2 * numbers.reshape(values.shape) + complement.astype(np.int64)
    uses = np.zeros(len(different), dtype=np.int64)
    for bit, half in enumerate(halves):
        apart = np.uint64(1 << bit)
        uses |= ((different ^ different >> apart) & half != 0).astype(np.int64) << bit
    return codes, uses


@lru_cache(maxsize=PACKED_BITS + 1)
def _places(bits: int) -> tuple[Packed, Packed]:
    """The bits of packed functions of so many bits of the index, and for each of these the half where it is 0."""
    places = np.arange(1 << bits, dtype=np.uint64)
    powers: Packed = np.left_shift(np.uint64(1), places)
    halves = [powers[places >> np.uint64(bit) & np.uint64(1) == 0].sum() for bit in range(bits)]
    return powers, np.array(halves, dtype=np.uint64)


def _joined(low: Codes, high: Codes, first: int) -> tuple[Codes, Codes, Codes]:
    """The functions that choose between two, the new ones numbered from `first` on, and the numbers of these two.

    A code is twice the number of a function, plus 1 for its complement; function 0 is constant.
    """
    complement = low & 1
    pairs = np.stack([low - complement, high ^ complement])
    chosen = pairs[0] != pairs[1]
    keys = (pairs[0] << 32) | pairs[1]
    different, numbers = np.unique(keys[chosen], return_inverse=True)
    codes = low.copy()
    codes[chosen] = 2 * (first + numbers) + complement[chosen]
    return codes, different >> 33, (different & MASK) >> 1


def in_parts(variations: Floats) -> Floats:
    """By how much tables (rows) vary in the whole index, in its halves, and so on, given its `PARTS` equal parts."""
    levels = [variations]
    while levels[0].shape[1] > 1:
        levels.insert(0, levels[0][:, 0::2] + levels[0][:, 1::2])
    return np.concatenate(levels, axis=1)


def nodes_of_smooth(
    variations: Floats, widths: Integers, index_bits: Integers, levels: int
) -> Floats:
    """What `nodes_of` has of each table (row) that varies `in_parts` by so many units, the uppermost level first.

    Only levels within the index mean something.
    """
    parts = _parts_of_levels(levels)
    varied = np.minimum(variations.take(parts.columns, axis=1) * parts.shrunk, LARGEST_VARIATION)
    shares, exponents = np.frexp(varied)
    most = widths[:, None]
    # Where all columns have functions of their own there is no step besides.
    steps = np.where(exponents > 0, shares * (exponents <= most), varied) @ parts.counts
    own = np.minimum(np.maximum(exponents, 0), most) @ parts.counts
    less = np.minimum(1 - np.ldexp(1.0, np.subtract.outer(index_bits, np.arange(levels))), -1.0)
    found: Floats = own + less * np.expm1(steps / less)
    return found


LARGEST_VARIATION = 2.0**60


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """The parts of the index that are looked at, one level after the other, the coarsest first.

    `columns` are their places in what `in_parts` gives, and `shrunk` what share of it the variation of one of the parts
    is that each stands for; these are `counts` (rows) at its level (columns).
    """

    columns: NDArray[np.intp]
    shrunk: Floats
    counts: Floats


@lru_cache(maxsize=64)
def _parts_of_levels(levels: int) -> _Parts:
    """So many levels, from the whole index on."""
    seen = [1 << min(bits, PART_BITS) for bits in range(levels)]
    columns = np.concatenate([np.arange(each - 1, 2 * each - 1) for each in seen])
    stands_for = [(1 << bits) / each for bits, each in enumerate(seen)]
    counts = np.repeat(np.diag(stands_for), seen, axis=0)
    return _Parts(columns, 1 / counts.sum(axis=1), counts)
