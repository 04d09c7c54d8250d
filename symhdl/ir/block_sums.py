"""Sums that blocks of the device compute behind their multipliers: two cells, a product and a sum, in one block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from msgspec import structs

from symhdl.ir.bound_cells import ADDERS, is_product
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.pre_sums import pre_sums
from symhdl.ir.reach import use_counts_of
from symhdl.targets.units import PRE_ADD, Unit


@dataclass(frozen=True, slots=True)
class BlockSum:
    """A sum in a block by its cell, with the cells of the product there and of what that is added to."""

    cell: int
    product: int
    addend: int


def is_block_sum(cell: Cell, unit: Unit | None) -> bool:
    """Whether the cell, which is bound to that unit, is an adder of a block that has a multiplier, too."""
    return cell.kind in ADDERS and unit is not None and unit.kind in ("multiply-add", PRE_ADD)


def block_sum(cells: Sequence[Cell], index: int) -> BlockSum | None:
    """The sum in a block that a cell is; None if there is no product of the same block beside it.

    A product is subtracted from the other number, and not the other way round.
    """
    cell = cells[index]
    places = (1,) if cell.kind is CellKind.SUBTRACT else (0, 1)
    found = [
        BlockSum(index, cell.operands[place], cell.operands[1 - place])
        for place in places
        if is_product(cells[cell.operands[place]]) and cells[cell.operands[place]].unit == cell.unit
    ]
    return found[0] if len(found) == 1 else None


def block_sums(datapath: Datapath) -> tuple[BlockSum, ...]:
    """All sums in blocks that hold together: nothing else reads the product."""
    kinds = {unit.name for unit in datapath.units if unit.kind == "multiply-add"}
    if not kinds:
        return ()
    cells = datapath.cells
    uses = use_counts_of(cells, (port.cell for port in datapath.outputs))
    found = (
        block_sum(cells, index)
        for index, cell in enumerate(cells)
        if cell.unit in kinds and cell.kind in ADDERS
    )
    return tuple(each for each in found if each is not None and uses[each.product] == 1)


def strays(datapath: Datapath) -> tuple[int, ...]:
    """The cells of blocks with an adder that are not together as `block_sums`."""
    kinds = {unit.name for unit in datapath.units if unit.kind in ("multiply-add", PRE_ADD)}
    if not kinds:
        return ()
    together = {index for each in block_sums(datapath) for index in (each.cell, each.product)}
    together |= {each.cell for each in pre_sums(datapath)}
    return tuple(
        index
        for index, cell in enumerate(datapath.cells)
        if cell.unit in kinds and index not in together
    )


def with_strays_apart(datapath: Datapath, alone: Unit | None) -> Datapath:
    """The datapath, before scheduling, in which such cells are logic, and products in a unit of their own."""
    found = strays(datapath)
    if not found:
        return datapath
    cells = list(datapath.cells)
    for index in found:
        unit = "" if cells[index].kind in ADDERS or alone is None else alone.name
        cells[index] = structs.replace(cells[index], unit=unit)
    units = datapath.units
    if alone is not None and alone not in units:
        units = (*units, alone)
    return replace(datapath, cells=tuple(cells), units=units)
