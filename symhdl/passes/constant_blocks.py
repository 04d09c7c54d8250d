"""Makes sums of the products with constants that no block of the device takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from symhdl.cost.blocks import dsp_cells, trailing_zeros
from symhdl.design import Design
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.rebuild import rebuilt
from symhdl.targets.target import Target


@dataclass(frozen=True, slots=True)
class ConstantBlocks:
    """Leaves a MULTIPLY by a CONSTANT only where it becomes a block; the integers are unchanged.

    Elsewhere it is a sum of one term. Passes that come later take sums apart into adders, and leave multipliers alone.
    """

    name: ClassVar[str] = "constant-blocks"

    def run(self, design: Design) -> Design:
        """The design with fewer multipliers; itself where there are none by constants."""
        datapath = design.datapath
        if datapath is None or not any(_by_constant(datapath, cell) for cell in datapath.cells):
            return design
        return replace(design, datapath=_with_sums(datapath, design.target))


def _by_constant(datapath: Datapath, cell: Cell) -> bool:
    return cell.kind is CellKind.MULTIPLY and any(
        datapath.cells[operand].kind is CellKind.CONSTANT for operand in cell.operands
    )


def _with_sums(datapath: Datapath, target: Target) -> Datapath:
    blocks = dsp_cells(datapath.cells, trailing_zeros(datapath.cells), target, datapath.dsp)

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        cell = datapath.cells[index]
        if index in blocks or cell.unit or not _by_constant(datapath, cell):
            return None
        a, b = cell.operands
        return builder.multiply(places[a], places[b])

    return rebuilt(datapath, rewrite)
