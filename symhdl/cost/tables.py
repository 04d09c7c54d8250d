"""How many nodes the decision diagrams of a table's columns have: what a table costs in LUTs of a given size."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]

PACKED_BITS = 6  # functions of so many bits are integers of 64
LONGEST_INTEGER = 62  # bits
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
        entries = np.array(padded, dtype=np.int64)
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
