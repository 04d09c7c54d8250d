"""What the tables, products and sums of `one_product` are worth, before they are built."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from symhdl.approximation.one_product import multiples
from symhdl.cost.operators import Fabric, addition, prices, product, worth_of_tables
from symhdl.cost.products import Factor
from symhdl.cost.tables import PARTS
from symhdl.cost.timing import product_ns
from symhdl.cost.trees import Leaf, best_tree
from symhdl.numeric.fixed import width_of_range


def worth_of_bent(fabric: Fabric, excess: int, curve: Factor, t: Factor, slope: Factor) -> float:
    """What makes a slope of a line: a whole product, and the sum with a coefficient.

    The shorter factor gives the digits, which hardly ever takes more.
    """
    factors = (curve, t) if t.width < curve.width else (t, curve)
    return worth_of_sum(fabric, 0, *factors, Leaf(*slope, max(0, excess)), max(0, -excess))


@lru_cache(maxsize=1 << 12)
def worth_of_sum(
    fabric: Fabric, bottom: int, factor: Factor, digits: Factor, constant: Leaf, unit: int
) -> float:
    """What a product without its lowest columns and its sum with a constant take, whose units are so far apart."""
    whole = math.inf
    if not bottom:
        _, width = width_of_range(*factor.times(digits))
        both = product(fabric, factor, digits), addition(fabric, width + unit)
        whole = sum(map(fabric.worth, both))
    if not fabric.truncates:
        return whole
    logic, price, leaves = fabric.logic, prices(fabric), [constant]
    chained = 0
    for each in multiples(factor, digits, bottom):
        left, place = each.left, each.bottom - bottom + unit
        if not bottom and each.low and each.digit.width == 1:
            leaves.append(Leaf(*left, place, negative=digits.signed, is_row=True))
            continue
        leaves.append(Leaf(*each.product, place, depth=1))
        chained += logic.multiple_bits(each.product.width, signed=left.signed)
    tree = best_tree(leaves, logic.chain_bits)
    apart = tree.adder_bits * price.adder_bit + (chained + tree.chain_bits) * price.chain_bit
    if fabric.luts_of_ns:
        apart += fabric.worth_of_ns(product_ns(factor, digits, fabric.target))
    return min(apart, whole)


@lru_cache(maxsize=64)
def worth_of_column(fabric: Fabric, address_bits: int) -> float:
    """What a bit of a table is worth of which nothing is known."""
    widths = np.array([1])
    varied = np.full((1, 2 * PARTS - 1), 2.0**address_bits)
    return float(worth_of_tables(fabric, np.array([address_bits]), widths, varied)[0])
