"""What a product with a constant is about worth, by its signed digits: no graph of adders is looked for."""

from __future__ import annotations

import math
from functools import lru_cache

from symhdl.cost.operators import LEAST_ADDERS, Cost, Fabric, addition, product_in_blocks
from symhdl.cost.products import Factor, number_of
from symhdl.ir.datapath import CellKind
from symhdl.numeric.digits import digit_count

GUARD_BITS = 2
THREE_TERMS = 0.72  # of the adders of two: of a chain that adds three numbers


@lru_cache(maxsize=1 << 16)
def constant_multiple(fabric: Fabric, number: Factor, odd: int) -> Cost:
    """A product with an odd constant, in blocks where it has many digits.

    An adder for each digit but the first is what graphs of adders come to, as a rule: some take less, and sums on the
    way are wider. Chains that add three numbers save more than a quarter.
    """
    adders = digit_count(odd) - 1
    if adders >= LEAST_ADDERS:
        factors = number, number_of(odd.bit_length(), signed=False)
        in_blocks = product_in_blocks(fabric, CellKind.MULTIPLY, factors)
        if in_blocks is not None:
            return in_blocks
    logic, sums = fabric.logic, addition(fabric, number.width + GUARD_BITS)
    share = THREE_TERMS if logic.chain and logic.slots else 1.0
    depth = math.ceil(math.log2(adders + 1))
    return Cost(share * adders * sums.luts, delay_ns=depth * sums.delay_ns)
