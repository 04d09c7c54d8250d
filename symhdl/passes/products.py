"""Takes products and squares that stay in logic apart into rows and adders, of which synthesis makes no DSP block."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from symhdl.arithmetic.products import multiply_in_logic
from symhdl.arithmetic.squares import square_in_logic
from symhdl.design import Design
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import PRODUCTS, CellKind, Datapath
from symhdl.ir.rebuild import rebuilt
from symhdl.targets.target import Target

Build = Callable[[DatapathBuilder, Sequence[int], int], int]
"""Builds the integer of a product of the operands for LUTs of so many inputs."""


def _product(builder: DatapathBuilder, operands: Sequence[int], lut_inputs: int) -> int:
    return multiply_in_logic(builder, operands[0], operands[1], lut_inputs)


def _square(builder: DatapathBuilder, operands: Sequence[int], lut_inputs: int) -> int:
    return square_in_logic(builder, operands[0], lut_inputs)


BUILDERS: Mapping[CellKind, Build] = {CellKind.MULTIPLY: _product, CellKind.SQUARE: _square}


@dataclass(frozen=True, slots=True)
class Products:
    """Builds the products and squares without a unit of rows; the integers are unchanged."""

    name: ClassVar[str] = "products"

    def run(self, design: Design) -> Design:
        """The design without products in logic, itself if it has none."""
        return design.with_datapath(partial(products_in_rows, target=design.target))


def products_in_rows(datapath: Datapath, target: Target) -> Datapath:
    """The datapath, in stage 0, with the products that stay in logic taken apart; ranges stay as they were proved."""
    cells = datapath.cells
    if not any(cell.kind in PRODUCTS and not cell.unit for cell in cells):
        return datapath

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        cell = cells[index]
        if cell.kind not in PRODUCTS or cell.unit:
            return None
        operands = [places[operand] for operand in cell.operands]
        place = BUILDERS[cell.kind](builder, operands, target.resources.lut_inputs)
        return builder.shift_left(place, 0, cell.fraction)

    return rebuilt(datapath, rewrite)
