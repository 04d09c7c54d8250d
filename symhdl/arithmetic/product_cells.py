"""Products and squares of a datapath that stay in logic, as the cells that they are made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from symhdl.arithmetic.products import multiply_in_logic
from symhdl.arithmetic.squares import square_in_logic
from symhdl.cost.products import Logic, logic_of
from symhdl.cost.wires import doublings, of_bits
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import PRODUCTS, Cell, CellKind, Datapath
from symhdl.ir.rebuild import rebuilt
from symhdl.targets.target import Target
from symhdl.targets.units import DIGIT_BITS

Build = Callable[[DatapathBuilder, Sequence[int], Logic], int]
"""Builds the integer of a product of the operands."""


def _product(builder: DatapathBuilder, operands: Sequence[int], logic: Logic) -> int:
    return multiply_in_logic(builder, operands[0], operands[1], logic)


def _square(builder: DatapathBuilder, operands: Sequence[int], logic: Logic) -> int:
    return square_in_logic(builder, operands[0], logic)


BUILDERS: Mapping[CellKind, Build] = {CellKind.MULTIPLY: _product, CellKind.SQUARE: _square}


def products_in_rows(datapath: Datapath, target: Target, budget_ns: float = 0.0) -> Datapath:
    """The datapath, in stage 0, with the products that stay in logic taken apart; ranges stay as they were proved.

    Carry chains that are a unit of the device are bound to it. Those of products take no longer than the budget where
    there is one, as far as parts of a factor help.
    """
    cells, logic = datapath.cells, logic_of(target, datapath.primitives)
    if not any(cell.kind in PRODUCTS and not cell.unit for cell in cells):
        return with_unit_of_chains(datapath, target)
    if logic.chain and budget_ns:
        logic = logic._replace(longest=longest_chain(cells, target, budget_ns))

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        cell = cells[index]
        if cell.kind not in PRODUCTS or cell.unit:
            return None
        operands = [places[operand] for operand in cell.operands]
        place = BUILDERS[cell.kind](builder, operands, logic)
        return builder.shift_left(place, 0, cell.fraction)

    return with_unit_of_chains(rebuilt(datapath, rewrite), target)


def longest_chain(cells: Sequence[Cell], target: Target, budget_ns: float) -> int:
    """The bits of the longest chain within the budget, with the wires of all products; 0 for any number."""
    bit_ns = target.delays.carry_bit
    if not bit_ns:
        return 0
    products = [cell for cell in cells if cell.kind in PRODUCTS and not cell.unit]
    widths = [[cells[operand].width for operand in cell.operands] for cell in products]
    sized = of_bits(sum(max(own) * min(own) for own in widths), target)
    digits = max(max(own) for own in widths) // DIGIT_BITS
    besides_ns = sized.adder_ns(0) + target.delays.readers * doublings(digits)
    return max(1, math.floor((budget_ns - besides_ns) / bit_ns))


def with_unit_of_chains(datapath: Datapath, target: Target) -> Datapath:
    """The datapath with the unit of its chains, if it has any."""
    logic = logic_of(target, datapath.primitives)
    chain = logic.chain or logic.adder
    if not chain or datapath.unit(chain) or all(cell.unit != chain for cell in datapath.cells):
        return datapath
    return replace(datapath, units=(*datapath.units, target.unit(chain)))
