"""Adders whose carry chain takes in a row of two weights, with tables of the device before the carries."""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs

from symhdl.arithmetic.product_cells import with_unit_of_chains
from symhdl.cost.products import logic_of
from symhdl.ir.bound_cells import is_in_tables, unit_problem
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.ir.reach import use_counts_of
from symhdl.targets.target import Target


def with_rows_in_adders(datapath: Datapath, target: Target) -> Datapath:
    """The datapath, without registers, in which adders of such rows are bound to the unit of chains.

    A change of sign is left to synthesis: its digit is added, too.
    """
    logic = logic_of(target, datapath.primitives)
    name = logic.chain or logic.adder
    if not name or logic.slots:
        return datapath
    unit = target.unit(name)
    uses = use_counts_of(datapath.cells, (port.cell for port in datapath.outputs))
    cells, is_bound = list(datapath.cells), False
    for index, cell in enumerate(datapath.cells):
        if cell.kind is not CellKind.ADD or cell.unit:
            continue
        operands = [cells[operand] for operand in cell.operands]
        rows = [o for o in cell.operands if is_in_tables(cells[o], cell, unit) and uses[o] == 1]
        is_change_of_sign = any(cells[row].operands[0] in cell.operands for row in rows)
        if rows and not is_change_of_sign and unit_problem(cell, operands, unit) is None:
            cells[index] = structs.replace(cell, unit=unit.name)
            is_bound = True
    if not is_bound:
        return datapath
    return with_unit_of_chains(replace(datapath, cells=tuple(cells)), target)
