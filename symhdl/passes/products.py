"""Takes products and squares that stay in logic apart into rows and adders, of which synthesis makes no DSP block."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from symhdl.arithmetic.constants import multiply_by_constant
from symhdl.arithmetic.products import multiply_in_logic
from symhdl.arithmetic.squares import square_in_logic
from symhdl.cost.blocks import dsp_cells, trailing_zeros
from symhdl.design import Design
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import PRODUCTS, CellKind, Datapath
from symhdl.ir.live import remove_dead_cells
from symhdl.targets.target import Target

Build = Callable[[DatapathBuilder, tuple[int, ...], int], int]
"""Builds the integer of a product of the operands for LUTs of so many inputs."""


def _product(builder: DatapathBuilder, operands: tuple[int, ...], lut_inputs: int) -> int:
    for factor, other in (operands, operands[::-1]):
        value = builder.constant_value(factor)
        if value is not None:
            return multiply_by_constant(builder, other, value, 0)
    a, b = operands
    return multiply_in_logic(builder, a, b, lut_inputs)


def _square(builder: DatapathBuilder, operands: tuple[int, ...], lut_inputs: int) -> int:
    return square_in_logic(builder, operands[0], lut_inputs)


BUILDERS: Mapping[CellKind, Build] = {CellKind.MULTIPLY: _product, CellKind.SQUARE: _square}


@dataclass(frozen=True, slots=True)
class Products:
    """Builds the products and squares that no DSP block takes of rows; the integers are unchanged."""

    name: ClassVar[str] = "products"

    def run(self, design: Design) -> Design:
        """The design without products in logic, itself if it has none."""
        if design.datapath is None:
            return design
        datapath = products_in_rows(design.datapath, design.target)
        return design if datapath is design.datapath else replace(design, datapath=datapath)


def products_in_rows(datapath: Datapath, target: Target) -> Datapath:
    """The datapath, in stage 0, with the products that stay in logic taken apart; ranges stay as they were proved."""
    cells = datapath.cells
    blocks = dsp_cells(cells, trailing_zeros(cells), target, datapath.dsp)
    if all(cell.kind not in PRODUCTS or k in blocks for k, cell in enumerate(cells)):
        return datapath
    builder = DatapathBuilder()
    places: list[int] = []
    for index, cell in enumerate(cells):
        operands = tuple(places[operand] for operand in cell.operands)
        builder.origin = cell.origin
        if cell.kind not in PRODUCTS or index in blocks:
            places.append(builder.copy(cell, operands))
            continue
        place = BUILDERS[cell.kind](builder, operands, target.resources.lut_inputs)
        place = builder.shift_left(place, 0, cell.fraction)
        places.append(builder.narrow(place, cell.minimum, cell.maximum))
    return remove_dead_cells(
        replace(
            datapath,
            cells=tuple(builder.cells),
            inputs=tuple(replace(port, cell=places[port.cell]) for port in datapath.inputs),
            outputs=tuple(replace(port, cell=places[port.cell]) for port in datapath.outputs),
        )
    )
