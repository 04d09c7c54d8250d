"""Products and squares of a datapath that stay in logic, as the cells that they are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from symhdl.arithmetic.products import multiply_in_logic
from symhdl.arithmetic.squares import square_in_logic
from symhdl.cost.products import Logic, logic_of
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import PRODUCTS, CellKind, Datapath
from symhdl.ir.rebuild import rebuilt
from symhdl.targets.target import Target

Build = Callable[[DatapathBuilder, Sequence[int], Logic], int]
"""Builds the integer of a product of the operands."""


def _product(builder: DatapathBuilder, operands: Sequence[int], logic: Logic) -> int:
    return multiply_in_logic(builder, operands[0], operands[1], logic)


def _square(builder: DatapathBuilder, operands: Sequence[int], logic: Logic) -> int:
    return square_in_logic(builder, operands[0], logic)


BUILDERS: Mapping[CellKind, Build] = {CellKind.MULTIPLY: _product, CellKind.SQUARE: _square}


def products_in_rows(datapath: Datapath, target: Target) -> Datapath:
    """The datapath, in stage 0, with the products that stay in logic taken apart; ranges stay as they were proved.

    Carry chains that are a unit of the device are bound to it.
    """
    cells, logic = datapath.cells, logic_of(target, datapath.primitives)
    if not any(cell.kind in PRODUCTS and not cell.unit for cell in cells):
        return with_unit_of_chains(datapath, target)

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        cell = cells[index]
        if cell.kind not in PRODUCTS or cell.unit:
            return None
        operands = [places[operand] for operand in cell.operands]
        place = BUILDERS[cell.kind](builder, operands, logic)
        return builder.shift_left(place, 0, cell.fraction)

    return with_unit_of_chains(rebuilt(datapath, rewrite), target)


def with_unit_of_chains(datapath: Datapath, target: Target) -> Datapath:
    """The datapath with the unit of its chains, if it has any."""
    logic = logic_of(target, datapath.primitives)
    chain = logic.chain or logic.adder
    if not chain or datapath.unit(chain) or all(cell.unit != chain for cell in datapath.cells):
        return datapath
    return replace(datapath, units=(*datapath.units, target.unit(chain)))
