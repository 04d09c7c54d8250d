"""What scheduling sees of a datapath: which cells change with the clock, who uses them, and how wide they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symhdl.ir.datapath import WIRES, CellKind, Datapath


@dataclass(frozen=True, slots=True)
class Wiring:
    """The cells by their numbers in the datapath.

    `sources` are the operands that change, each once, and `users` the cells of which a cell is one. `widths` are the
    bits of a register behind a cell; 0 for what depends on constants alone, which needs none. `outputs` are the
    cells of the output ports that change. A cell of `wires` hands on bits of its only source.
    """

    sources: Sequence[tuple[int, ...]]
    users: Sequence[Sequence[int]]
    widths: Sequence[int]
    outputs: tuple[int, ...]
    wires: Sequence[bool]

    def behind_wires(self, index: int) -> int:
        """The cell whose bits a cell hands on; itself if it is no wire."""
        while self.wires[index]:
            (index,) = self.sources[index]
        return index


def wiring_of(datapath: Datapath) -> Wiring:
    """The wiring of a combinational datapath."""
    cells = datapath.cells
    sources: list[tuple[int, ...]] = []
    users: list[list[int]] = [[] for _ in cells]
    widths: list[int] = []
    wires: list[bool] = []
    for index, cell in enumerate(cells):
        own = tuple(dict.fromkeys(operand for operand in cell.operands if widths[operand]))
        sources.append(own)
        widths.append(cell.width if own or cell.kind is CellKind.INPUT else 0)
        wires.append(bool(own) and cell.kind in WIRES)
        for source in own:
            users[source].append(index)
    outputs = dict.fromkeys(port.cell for port in datapath.outputs if widths[port.cell])
    return Wiring(sources, users, widths, tuple(outputs), wires)
