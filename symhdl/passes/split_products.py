"""Takes products that are wider than their unit apart, into products of parts and their sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from symhdl.arithmetic.parts import divided_product, division_of
from symhdl.design import Design
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import PRODUCTS, Datapath
from symhdl.ir.rebuild import rebuilt
from symhdl.targets.target import Target


@dataclass(frozen=True, slots=True)
class SplitProducts:
    """Splits bound products, so that each that is left fits into one block.

    The integers are unchanged: with a = h 2**k + l, 0 <= l < 2**k, the product a b is (h b) 2**k + l b.
    """

    name: ClassVar[str] = "split-products"

    def run(self, design: Design) -> Design:
        """The design with narrower products."""
        if design.datapath is None:
            return design
        return replace(design, datapath=split_products(design.datapath, design.target))


def split_products(datapath: Datapath, target: Target) -> Datapath:
    """The datapath, in stage 0, with products that fit into their units."""
    if not any(cell.unit and cell.kind in PRODUCTS for cell in datapath.cells):
        return datapath

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        cell = datapath.cells[index]
        if not cell.unit or cell.kind not in PRODUCTS:
            return None
        operands = [places[operand] for operand in cell.operands]
        unit = target.unit(cell.unit)
        factors = [builder.cells[operand] for operand in operands]
        division = division_of(cell.kind, factors, unit, target.dsp)
        if len(division.products) == 1:
            return None
        product = divided_product(builder, operands, division, unit, target.dsp)
        return builder.shift_left(product, 0, cell.fraction)

    return rebuilt(datapath, rewrite)
