"""Which cells of a Datapath its outputs need, and the Datapath without the others."""

from __future__ import annotations

from dataclasses import replace

from symhdl.ir.datapath import CellKind, Datapath
from symhdl.ir.reach import flags_of_reached


def live_cells(datapath: Datapath) -> list[bool]:
    """For every cell whether an output depends on it."""
    flags = flags_of_reached(datapath.cells, (port.cell for port in datapath.outputs))
    return list(map(bool, flags))


def remove_dead_cells(datapath: Datapath) -> Datapath:
    """The datapath without cells that no output port depends on, renumbered; INPUT cells stay."""
    kept = [
        is_live or cell.kind is CellKind.INPUT
        for is_live, cell in zip(live_cells(datapath), datapath.cells, strict=True)
    ]
    if all(kept):
        return datapath
    first = kept.index(False)  # up to which all stays
    numbers, cells = list(range(first)), list(datapath.cells[:first])
    for cell, is_kept in zip(datapath.cells[first:], kept[first:], strict=True):
        numbers.append(len(cells))
        if is_kept:
            operands = tuple([numbers[operand] for operand in cell.operands])
            same = operands == cell.operands
            cells.append(cell if same else cell.moved(operands, cell.stage))
    return replace(
        datapath,
        cells=tuple(cells),
        inputs=tuple(port.moved(numbers[port.cell]) for port in datapath.inputs),
        outputs=tuple(port.moved(numbers[port.cell]) for port in datapath.outputs),
    )
