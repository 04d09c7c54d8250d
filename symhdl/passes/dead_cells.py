"""Removes the cells that no output needs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from symhdl.design import Design
from symhdl.ir.datapath import Cell, CellKind, Datapath


def remove_dead_cells(datapath: Datapath) -> Datapath:
    """The datapath without cells that no output port depends on, renumbered; INPUT cells stay."""
    live = [cell.kind is CellKind.INPUT for cell in datapath.cells]
    for port in datapath.outputs:
        live[port.cell] = True
    for index in range(len(datapath.cells) - 1, -1, -1):
        if live[index]:
            for operand in datapath.cells[index].operands:
                live[operand] = True
    if all(live):
        return datapath
    numbers: list[int] = []
    cells: list[Cell] = []
    for cell, is_live in zip(datapath.cells, live, strict=True):
        numbers.append(len(cells))
        if is_live:
            operands = tuple(numbers[operand] for operand in cell.operands)
            cells.append(replace(cell, operands=operands))
    return replace(
        datapath,
        cells=tuple(cells),
        inputs=tuple(replace(port, cell=numbers[port.cell]) for port in datapath.inputs),
        outputs=tuple(replace(port, cell=numbers[port.cell]) for port in datapath.outputs),
    )


@dataclass(frozen=True, slots=True)
class DeadCells:
    """The pass that keeps of a datapath what its outputs need. The outputs' integers are unchanged."""

    name: str = "dead-cells"

    def run(self, design: Design) -> Design:
        """The design with the smaller datapath."""
        if design.datapath is None:
            return design
        return replace(design, datapath=remove_dead_cells(design.datapath))
