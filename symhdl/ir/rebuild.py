"""A Datapath cell by cell anew: what passes have in common that replace cells by others of equal integers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from symhdl.ir.builder import DatapathBuilder, Rank
from symhdl.ir.datapath import Datapath
from symhdl.ir.live import remove_dead_cells

Rewrite = Callable[[DatapathBuilder, int, Sequence[int]], int | None]
"""What a cell, given by its old index, becomes, with the new places of all cells before it; None: itself."""


def rebuilt(datapath: Datapath, rewrite: Rewrite) -> Datapath:
    """The datapath, in stage 0, with cells rewritten, equal ones made one and dead ones left out.

    A rewritten cell has the fraction of the old one, and gets its name, and its range where that is tighter.
    """
    builder = DatapathBuilder()
    places: list[int] = []
    for index, cell in enumerate(datapath.cells):
        builder.within(cell.name, cell.origin)
        place = rewrite(builder, index, places)
        if place is None:
            operands = tuple([places[operand] for operand in cell.operands])
            places.append(builder.copy(cell, operands))
        else:
            places.append(builder.narrow(place, cell.minimum, cell.maximum))
            builder.call(places[-1], cell.name, Rank.USER)
    return remove_dead_cells(
        replace(
            datapath,
            cells=tuple(builder.cells),
            inputs=tuple(port.moved(places[port.cell]) for port in datapath.inputs),
            outputs=tuple(port.moved(places[port.cell]) for port in datapath.outputs),
        )
    )
