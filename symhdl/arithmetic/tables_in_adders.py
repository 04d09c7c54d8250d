"""Adders whose LUTs look a small table up before the carries: the table stands second, where synthesis takes it in."""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs

from symhdl.cost.blocks import small_table
from symhdl.cost.products import ROW_INPUTS
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.ir.reach import use_counts_of
from symhdl.targets.target import Target


def with_tables_second(datapath: Datapath, target: Target) -> Datapath:
    """The datapath in which adders of a number and a small table have it as their second operand.

    The carries take the first operand as it is, so that it needs LUTs of its own where it is no wire.
    """
    lut_inputs = target.resources.lut_inputs
    kinds = {cell.kind for cell in datapath.cells}
    if lut_inputs <= ROW_INPUTS or not {CellKind.TABLE, CellKind.ADD} <= kinds:
        return datapath
    uses = use_counts_of(datapath.cells, (port.cell for port in datapath.outputs))
    cells, is_changed = list(datapath.cells), False
    for index, cell in enumerate(datapath.cells):
        if cell.kind is not CellKind.ADD or cell.unit:
            continue
        first, second = cell.operands
        is_first, is_second = (
            small_table(datapath.cells, operand, uses, lut_inputs) is not None
            for operand in (first, second)
        )
        if is_first and not is_second:
            cells[index] = structs.replace(cell, operands=(second, first))
            is_changed = True
    return replace(datapath, cells=tuple(cells)) if is_changed else datapath
