"""Rough cost of cells in four-input lookup tables, by which methods are compared.

Calibrated with Yosys for ECP5 without DSP blocks: an 8 x 8 product takes 159 LUTs, 12 x 12 374, 16 x 16 680;
a table of 2**8 entries takes about 16 LUTs per output bit, less for the smooth upper bits.
"""

from __future__ import annotations

import numpy as np

LUT_INPUTS = 4
PRODUCT_PER_BIT = 2.6


def product(a: int, b: int) -> float:
    """A product of operands of `a` and `b` bits."""
    return PRODUCT_PER_BIT * max(a, 1) * max(b, 1) if min(a, b) > 1 else float(max(a, b))


def adder(width: int) -> float:
    """A sum, a difference, a negation or a comparison."""
    return float(width)


def multiplexer(width: int) -> float:
    """A choice between two numbers."""
    return float(width)


def smooth_table(address_bits: int, width: int) -> float:
    """A table of unknown contents."""
    return width * column(1 << address_bits, 1 << address_bits)


def column(entries: int, toggles: int) -> float:
    """One bit of a table whose value changes `toggles` times from entry to entry.

    A column with few changes is a few comparisons of the address; one with many is a tree of multiplexers.
    """
    if toggles == 0:
        return 0.0
    tree = max(1.0, 1.1 * entries / (1 << LUT_INPUTS))
    address_bits = max(1, (entries - 1).bit_length())
    return min(tree, 1.0 + toggles * address_bits / LUT_INPUTS)


def table(contents: tuple[int, ...]) -> float:
    """A table with these contents."""
    entries = np.array(contents, dtype=np.int64 if max(map(abs, contents)) < 1 << 62 else object)
    changes = entries[1:] ^ entries[:-1]
    if len(changes) == 0:
        return 0.0
    # A change beyond the sign bit repeats it; the columns up to the widest change are all there are.
    width = max(int(changes.max()).bit_length(), int(changes.min()).bit_length())
    return sum(column(len(contents), int(((changes >> bit) & 1).sum())) for bit in range(width))
