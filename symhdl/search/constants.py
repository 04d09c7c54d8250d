"""What a product with a constant is about worth, by its signed digits: no graph of adders is looked for."""

from __future__ import annotations

import math
from functools import lru_cache

from symhdl.cost.operators import LEAST_ADDERS, Cost, Fabric, addition, product_in_blocks
from symhdl.cost.products import Factor, number_of
from symhdl.ir.datapath import CellKind
from symhdl.numeric.digits import digit_count

MOST_BITS = 60  # of an integer in place of a factor
WIDER_BITS = 2  # of sums on the way than of the number: half of what a constant of four digits adds


@lru_cache(maxsize=1 << 16)
def constant_multiple(fabric: Fabric, number: Factor, odd: int) -> Cost:
    """A product with an odd constant, in blocks where it has many digits.

    An adder for each digit but the first is what graphs of adders come to, as a rule: some take less, and sums on the
    way are wider.
    """
    adders = digit_count(odd) - 1
    if adders >= LEAST_ADDERS:
        factors = number, number_of(odd.bit_length(), signed=False)
        in_blocks = product_in_blocks(fabric, CellKind.MULTIPLY, factors)
        if in_blocks is not None:
            return in_blocks
    sums = addition(fabric, number.width + WIDER_BITS)
    depth = math.ceil(math.log2(adders + 1))
    return Cost(rows_of(fabric, adders) * sums.luts, delay_ns=depth * sums.delay_ns)


def rows_of(fabric: Fabric, adders: int) -> int:
    """The carry chains that so many adders are, two of them one where chains have tables for three numbers."""
    logic = fabric.logic
    return (adders + 1) // 2 if logic.chain and logic.slots else adders


def integer_of(factor: float, places: int) -> int:
    """A factor in units of 2**-places, of at most `MOST_BITS`."""
    return round(math.ldexp(factor, min(places, MOST_BITS - math.frexp(factor)[1])))
