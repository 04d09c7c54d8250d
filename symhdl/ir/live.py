"""Which cells of a Datapath its outputs need, and the Datapath without the others."""

from __future__ import annotations

from dataclasses import replace

from symhdl.ir.datapath import CellKind, Datapath
from symhdl.ir.reach import flags_of_reached


def live_cells(datapath: Datapath) -> list[bool]:
    """For every cell whether an output depends on it."""
    return list(map(bool, _flags_of_live(datapath)))


def _flags_of_live(datapath: Datapath) -> bytearray:
    return flags_of_reached(datapath.cells, (port.cell for port in datapath.outputs))


def remove_dead_cells(datapath: Datapath) -> Datapath:
    """The datapath without cells that no output port depends on, renumbered; INPUT cells stay."""
    flags = _flags_of_live(datapath)
    if 0 not in flags:
        return datapath
    kept = [
        bool(flag) or cell.kind is CellKind.INPUT
        for flag, cell in zip(flags, datapath.cells, strict=True)
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
