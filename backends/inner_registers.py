"""The registers inside of units that synthesis infers, written as registers of the text.

A unit that is not instanced is portable text: what the cell computes, between registers that stand where the unit has
its own, so that synthesis may take them into the block.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from msgspec import structs

from symhdl.ir.datapath import Cell, CellKind, Datapath, register_behind


def written_out(datapath: Datapath) -> Datapath:
    """The datapath in which instances alone take clock edges beside registers.

    Every other cell with a latency becomes one without, between registers; it keeps its unit.
    """
    if not any(cell.latency for cell in datapath.cells if cell.unit):
        return datapath
    writing = _Writing(datapath)
    for cell in datapath.cells:
        moved = cell.moved(tuple(writing.places[o] for o in cell.operands), cell.stage)
        is_kept = not cell.unit or datapath.is_instanced(cell)
        writing.places.append(writing.added(moved) if is_kept else writing.spread(moved))
    places = writing.places
    return replace(
        datapath,
        cells=tuple(writing.cells),
        inputs=tuple(port.moved(places[port.cell]) for port in datapath.inputs),
        outputs=tuple(port.moved(places[port.cell]) for port in datapath.outputs),
    )


@dataclass(slots=True)
class _Writing:
    """The new cells, the place among them of every old one, and the registers among them."""

    datapath: Datapath
    cells: list[Cell] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    registers: dict[Cell, int] = field(default_factory=dict)

    def added(self, cell: Cell) -> int:
        """The place of the cell; of equal registers there is one."""
        place = len(self.cells)
        if cell.kind is CellKind.REGISTER:
            place = self.registers.setdefault(cell, place)
        if place == len(self.cells):
            self.cells.append(cell)
        return place

    def delayed(self, index: int, count: int) -> int:
        """The cell behind so many registers; a constant is of every stage."""
        if self.cells[index].kind is CellKind.CONSTANT:
            return index
        for _ in range(count):
            index = self.added(register_behind(self.cells[index], index))
        return index

    def spread(self, cell: Cell) -> int:
        """The cell between the registers that its unit has at its latency."""
        unit = self.datapath.unit(cell.unit)
        assert unit is not None, "a unit that is not there; please report this"
        before = unit.offer(cell.latency).operand_registers
        held = {index: self.delayed(index, before) for index in dict.fromkeys(cell.operands)}
        operands = tuple(held[index] for index in cell.operands)
        stage = cell.stage - cell.latency + before
        index = self.added(structs.replace(cell, operands=operands, stage=stage, latency=0))
        return self.delayed(index, cell.latency - before)
