"""Makes sums of the products with constants that have no unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from symhdl.design import Design
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.rebuild import rebuilt


@dataclass(frozen=True, slots=True)
class ConstantBlocks:
    """Leaves a MULTIPLY by a CONSTANT only where a unit computes it; the integers are unchanged.

    Elsewhere it is a sum of one term. Passes that come later take sums apart into adders, and leave multipliers alone.
    """

    name: ClassVar[str] = "constant-blocks"

    def run(self, design: Design) -> Design:
        """The design with fewer multipliers; itself where there are none by constants."""
        datapath = design.datapath
        if datapath is None or not any(_by_constant(datapath, cell) for cell in datapath.cells):
            return design
        return replace(design, datapath=_with_sums(datapath))


def _by_constant(datapath: Datapath, cell: Cell) -> bool:
    return cell.kind is CellKind.MULTIPLY and any(
        datapath.cells[operand].kind is CellKind.CONSTANT for operand in cell.operands
    )


def _with_sums(datapath: Datapath) -> Datapath:
    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        cell = datapath.cells[index]
        if cell.unit or not _by_constant(datapath, cell):
            return None
        a, b = cell.operands
        return builder.multiply(places[a], places[b])

    return rebuilt(datapath, rewrite)
