"""Writes a datapath with the stages and latencies of a timetable, and the registers between them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from symhdl.ir.datapath import WIRES, Cell, Datapath, register_behind
from symhdl.ir.size import Size
from symhdl.scheduling.earliest import Timetable
from symhdl.scheduling.wiring import Wiring


@dataclass(slots=True)
class _Emitter:
    """Writes the pipelined cells; equal wires and registers are one cell.

    `delays` are the registers behind a cell, one for each stage.
    """

    cells: list[Cell] = field(default_factory=list)
    delays: dict[int, list[int]] = field(default_factory=dict)
    wires: dict[Cell, int] = field(default_factory=dict)
    size: Size = field(default_factory=Size)

    def append(self, cell: Cell) -> int:
        """The index of the cell; a wire that exists already is that wire."""
        if cell.kind in WIRES:
            index = self.wires.setdefault(cell, len(self.cells))
            if index < len(self.cells):
                return index
        self.size.add(cell)
        self.cells.append(cell)
        return len(self.cells) - 1

    def delayed(self, index: int, stage: int) -> int:
        """The cell's value in a later stage, through registers shared with all who need it."""
        edges = stage - self.cells[index].stage
        if not edges:
            return index
        registers = self.delays.setdefault(index, [])
        last = registers[-1] if registers else index
        while len(registers) < edges:
            last = self.append(register_behind(self.cells[last], last))
            registers.append(last)
        return registers[edges - 1]


def pipelined(datapath: Datapath, wiring: Wiring, table: Timetable) -> Datapath:
    """The combinational datapath as a pipeline; cells that are bound to units take the clock edges inside of them."""
    emitter = _Emitter()
    numbers: list[int] = []
    for index, cell in enumerate(datapath.cells):
        intake, stage = table.intake(index), table.stages[index]
        operands = tuple(
            emitter.delayed(numbers[operand], intake)
            if wiring.widths[operand]
            else numbers[operand]
            for operand in cell.operands
        )
        numbers.append(emitter.append(cell.moved(operands, stage, stage - intake)))
    outputs = tuple(
        port.moved(
            emitter.delayed(numbers[port.cell], table.latency)
            if wiring.widths[port.cell]
            else numbers[port.cell]
        )
        for port in datapath.outputs
    )
    inputs = tuple(port.moved(numbers[port.cell]) for port in datapath.inputs)
    return replace(datapath, cells=tuple(emitter.cells), inputs=inputs, outputs=outputs)
