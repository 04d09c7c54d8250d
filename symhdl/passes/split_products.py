"""Takes products of several DSP blocks that are too slow for the clock apart: registers then stand between blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from symhdl.cost.blocks import dsp_cells, trailing_zeros
from symhdl.cost.clock import slow_products
from symhdl.design import Design
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.ir.rebuild import rebuilt
from symhdl.targets.target import Target


@dataclass(frozen=True, slots=True)
class SplitProducts:
    """Splits slow products at the width of the device's blocks; parts too narrow for a block stay products in logic.

    The integers are unchanged: with a = h 2**k + l, 0 <= l < 2**k, the product a b is (h b) 2**k + l b.
    """

    name: ClassVar[str] = "split-products"

    def run(self, design: Design) -> Design:
        """The design with the faster datapath; without a clock nothing is slow."""
        request = design.request
        if design.datapath is None or request.frequency_mhz <= 0:
            return design
        datapath = split_products(design.datapath, design.target, request.frequency_mhz)
        return replace(design, datapath=datapath)


def split_products(datapath: Datapath, target: Target, frequency_mhz: float) -> Datapath:
    """The datapath, in stage 0, with slow products split."""
    cells = datapath.cells
    blocks = dsp_cells(cells, trailing_zeros(cells), target, datapath.dsp)
    slow = slow_products(datapath, target, frequency_mhz) & blocks.keys()
    if not slow:
        return datapath
    limit = min(target.dsp.width, target.dsp.second_width)

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        if index not in slow:
            return None
        cell = cells[index]
        split = _square if cell.kind is CellKind.SQUARE else _product
        operands = [places[operand] for operand in cell.operands]
        return builder.shift_left(split(builder, operands, limit), 0, cell.fraction)

    return rebuilt(datapath, rewrite)


def _signed_width(builder: DatapathBuilder, cell: int) -> int:
    """The bits that a cell takes as an operand of a signed multiplier."""
    return builder.cells[cell].width + (0 if builder.cells[cell].signed else 1)


def _product(builder: DatapathBuilder, operands: Sequence[int], limit: int) -> int:
    """The product of two cells as an integer, from products no wider than the limit on either side."""
    left, right = (_parts(builder, operand, limit) for operand in operands)
    terms = [(1 << v + w, builder.multiplier(a, b)) for a, v in left for b, w in right]
    return builder.sum(terms, 0, 0)


def _parts(builder: DatapathBuilder, cell: int, limit: int) -> list[tuple[int, int]]:
    """Parts of a cell with their weights (powers of two), each no wider than the limit."""
    parts: list[tuple[int, int]] = []
    weight = 0
    cell = builder.shift_left(cell, 0, 0)
    while _signed_width(builder, cell) > limit:
        bits = limit - 1  # the low part has no sign
        parts.append((builder.bits(cell, 0, bits), weight))
        cell, weight = builder.shift_right(cell, bits, 0), weight + bits
    return [*parts, (cell, weight)]


def _square(builder: DatapathBuilder, operands: Sequence[int], limit: int) -> int:
    """The square of a cell: squares of its parts, and twice the products of different ones."""
    parts = _parts(builder, operands[0], limit)
    terms = [(1 << 2 * v, builder.square(a)) for a, v in parts]
    for position, (a, v) in enumerate(parts):
        terms += [(1 << v + w + 1, builder.multiplier(a, b)) for b, w in parts[position + 1 :]]
    return builder.sum(terms, 0, 0)
