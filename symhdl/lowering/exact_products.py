"""Products that keep all their bits, since blocks of the device add them up whole and hand the sums to each other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from symhdl.analysis.ranges import Ranges
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.cost.operators import LEAST_ADDERS, Fabric
from symhdl.cost.parts import division_of
from symhdl.functions.operation import Operation
from symhdl.ir.datapath import Cell, CellKind
from symhdl.ir.graph import Graph
from symhdl.ir.reach import use_counts_of
from symhdl.numeric.digits import digit_count, odd_part
from symhdl.targets.units import INNER_ADD

PRODUCTS = {Operation.MULTIPLY: CellKind.MULTIPLY, Operation.SQUARE: CellKind.SQUARE}
LEAST = 3
"""The fewest products of a sum that are worth it: so many make a tree of blocks."""


@dataclass(frozen=True, slots=True)
class ExactProducts:
    """Products that may be whole, and the sums of them that others than outputs read, which are cut in their place."""

    products: frozenset[int] = frozenset()
    sums: frozenset[int] = frozenset()


NONE = ExactProducts()


def exact_products(
    graph: Graph,
    ranges: Ranges,
    fractions: Sequence[int],
    apart: Collection[int],
    fabric: Fabric,
) -> ExactProducts:
    """Of sums of products those with equally many fractional bits, where blocks add three numbers; not those `apart`.

    `fractions` are those that nodes are planned to have. What is cut of a product before it is added does not go from
    block to block. Constants take the bits that others have more.
    """
    if fabric.primitives == "none" or fabric.target.first_unit(INNER_ADD) is None:
        return NONE
    nodes = graph.nodes
    if sum(node.operation in PRODUCTS for node in nodes) > fabric.blocks:
        return NONE
    uses, roots = use_counts_of(nodes, graph.roots), set(graph.roots)
    products: set[int] = set()
    sums: set[int] = set()
    for index, node in enumerate(nodes):
        if node.operation is not Operation.ADD or index in apart:
            continue
        groups: dict[int, list[int]] = {}
        constant: list[int] = []
        for operand in node.operands:
            while nodes[operand].operation is Operation.NEGATE and uses[operand] == 1:
                (operand,) = nodes[operand].operands
            factors = nodes[operand].operands
            is_product = nodes[operand].operation in PRODUCTS and uses[operand] == 1
            if not is_product or len(factors) > 2 or operand in apart:
                continue
            if any(ranges.space[factor] == CONSTANT_SPACE for factor in factors):
                constant.append(operand)
                continue
            natural = sum(fractions[factor] for factor in factors) * (3 - len(factors))
            groups.setdefault(natural, []).append(operand)
        largest = max(groups.values(), key=len, default=[])
        if len(largest) + len(constant) >= LEAST:
            products.update((*largest, *constant))
            if index not in roots or uses[index] > 1:
                sums.add(index)
    return ExactProducts(frozenset(products), frozenset(sums))


def is_one_block(kind: CellKind, factors: Sequence[Cell], fabric: Fabric) -> bool:
    """Whether a product becomes one block of the device."""
    unit = fabric.multiplier
    if unit is None:
        return False
    constants = [factor.value for factor in factors if factor.kind is CellKind.CONSTANT]
    if any(digit_count(odd_part(value)) <= LEAST_ADDERS for value in constants):
        return False
    division = division_of(kind, factors, unit, fabric.target, fabric.primitives)
    return division.blocks == len(division.pieces) == 1
