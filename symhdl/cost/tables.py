"""How many nodes the decision diagrams of a table's columns have: what a table costs in LUTs of a given size."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]


@lru_cache(maxsize=512)
def nodes_by_level(contents: tuple[int, ...], width: int, lut_inputs: int) -> tuple[int, ...]:
    """The different functions that LUTs of so many inputs compute for all columns, then the multiplexers of each level.

    The index addresses a LUT with its low bits; each further bit is a level of multiplexers. Functions are shared
    between columns, a function and its complement count once, what does not depend on the index or on the bit counts
    nothing.
    """
    bits = max(1, (len(contents) - 1).bit_length())
    codes = _columns(contents, bits, width)
    levels = [0]
    for level in range(1, bits + 1):
        codes, nodes = _joined(codes[:, 0::2], codes[:, 1::2])
        if level <= lut_inputs:
            levels[0] = len(set((codes[codes > 1] >> 1).tolist()))
        else:
            levels.append(nodes)
    return tuple(levels)


def _columns(contents: Sequence[int], bits: int, width: int) -> Codes:
    """The bits of the entries, a row for each column; entries beyond the last are as it is."""
    padded = np.array([*contents, *[contents[-1]] * ((1 << bits) - len(contents))], dtype=object)
    return np.array([(padded >> bit) & 1 for bit in range(width)], dtype=np.int64)


def _joined(low: Codes, high: Codes) -> tuple[Codes, int]:
    """The functions that choose between two, and how many of them are new.

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
    return codes, len(different)
