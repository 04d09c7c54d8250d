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
    on the bit counts nothing.
    """
    bits = max(1, (len(contents) - 1).bit_length())
    packed_bits = min(bits, lut_inputs, PACKED_BITS)
    codes = _packed(_columns(contents, bits, width), packed_bits)
    levels, gates = [0], 0
    for level in range(packed_bits, bits + 1):
        choices = ends = 0
        if level > packed_bits:
            codes, choices, ends = _joined(codes[:, 0::2], codes[:, 1::2])
        if level <= lut_inputs:
            levels[0] = len(set((codes[codes > 1] >> 1).tolist()))
        else:
            levels.append(choices)
            gates += ends
    return Nodes(tuple(levels), gates)


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


def _packed(columns: Codes, bits: int) -> Codes:
    """The codes of the functions of so many low bits of the index, each of which is its values as one integer."""
    size = 1 << bits
    powers = np.left_shift(np.uint64(1), np.arange(size, dtype=np.uint64))
    values = columns.astype(np.uint64).reshape(len(columns), -1, size) @ powers
    complement = values & np.uint64(1)
    everything = np.uint64((1 << size) - 1)
    values = np.where(complement.astype(bool), values ^ everything, values)
    different, numbers = np.unique(values, return_inverse=True)
    first = int(different[0] != 0)  # number 0 is the constant
    codes: Codes = 2 * (numbers.reshape(values.shape) + first) + complement.astype(np.int64)
    return codes


def _joined(low: Codes, high: Codes) -> tuple[Codes, int, int]:
    """The functions that choose between two, how many of them are new, and how many between one and a constant.

    A code is twice the number of a function, plus 1 for its complement; function 0 is constant.
    """
    complement = low & 1
    pairs = np.stack([low - complement, high ^ complement])
    chosen = pairs[0] != pairs[1]
    keys = (pairs[0] << 32) | pairs[1]
    different, numbers = np.unique(keys[chosen], return_inverse=True)
    first = int(max(low.max(initial=0), high.max(initial=0))) // 2 + 1
    codes = low.copy()
    codes[chosen] = 2 * (first + numbers) + complement[chosen]
    is_bit = different == 1  # of the index, or its complement
    is_gate = (different >> 32 == 0) | (different & MASK < 2)
    gates = int(np.count_nonzero(is_gate & ~is_bit))
    return codes, len(different) - int(np.count_nonzero(is_gate)), gates


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
