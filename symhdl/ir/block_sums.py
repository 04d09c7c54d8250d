"""Sums that blocks of the device compute behind their multipliers: a product and one or two sums, in one block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from msgspec import structs

from symhdl.ir.bound_cells import ADDERS, is_product
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.pre_sums import pre_sums
from symhdl.ir.reach import use_counts_of
from symhdl.targets.units import INNER_ADD, MULTIPLIERS, PRE_ADD, Unit


@dataclass(frozen=True, slots=True)
class BlockSum:
    """A sum in a block by its cell, with the cells of the product there and of what that is added to.

    Where that comes straight from a block, whose result nothing else reads, `before` is the cell of this block: they
    stand one after the other. Then there may be a sum of the product and a further number inside, the cell `inner`, and
    that is what is added to, and `further` is that number.
    """

    cell: int
    product: int
    addend: int
    before: int | None = None
    inner: int | None = None
    further: int | None = None

    @property
    def inside(self) -> tuple[int, ...]:
        """The cells of the block that nothing else sees, from the last to the first."""
        return (self.product,) if self.inner is None else (self.inner, self.product)


def is_block_sum(cell: Cell, unit: Unit | None) -> bool:
    """Whether the cell, which is bound to that unit, is an adder of a block that has a multiplier, too."""
    return (
        cell.kind in ADDERS
        and unit is not None
        and unit.kind in ("multiply-add", PRE_ADD, INNER_ADD)
    )


def block_sum(cells: Sequence[Cell], index: int, inner: str = "") -> BlockSum | None:
    """The sum in a block that a cell is; None if there is no product of the same block beside it.

    A product is subtracted from the other number, and not the other way round. `inner` is the unit of sums inside.
    """
    cell = cells[index]
    places = (1,) if cell.kind is CellKind.SUBTRACT else (0, 1)
    found: list[BlockSum] = []
    for place in places:
        own, addend = cell.operands[place], cell.operands[1 - place]
        if _is_product_in(cells[own], cell.unit):
            found.append(BlockSum(index, own, addend))
        elif inner and cells[own].unit == inner and cells[own].kind is CellKind.ADD:
            further, product = cells[own].operands
            if _is_product_in(cells[product], cell.unit):
                found.append(BlockSum(index, product, addend, None, own, further))
    return found[0] if len(found) == 1 else None


def _is_product_in(cell: Cell, unit: str) -> bool:
    return cell.unit == unit and is_product(cell)


def block_sums(datapath: Datapath) -> tuple[BlockSum, ...]:
    """All sums in blocks that hold together: nothing else reads what is inside."""
    units = {unit.name: unit for unit in datapath.units}
    kinds = {name for name, unit in units.items() if unit.kind == "multiply-add"}
    if not kinds:
        return ()
    inner = next((name for name, unit in units.items() if unit.kind == INNER_ADD), "")
    cells = datapath.cells
    uses = use_counts_of(cells, (port.cell for port in datapath.outputs))
    found: list[BlockSum] = []
    for index, cell in enumerate(cells):
        if cell.unit not in kinds or cell.kind not in ADDERS:
            continue
        each = block_sum(cells, index, inner)
        if each is None or any(uses[cell] != 1 for cell in each.inside):
            continue
        before = None
        if units[cell.unit].cascade is not None:
            before = _block_before(cells, uses, units, each.addend)
        if before is not None or each.inner is None:
            found.append(replace(each, before=before))
    return tuple(found)


def _block_before(
    cells: Sequence[Cell], uses: Sequence[int], units: Mapping[str, Unit], addend: int
) -> int | None:
    """The block whose result a number is as it is; None where it is none, or something else reads it."""
    while uses[addend] == 1:
        cell = cells[addend]
        if cell.kind is CellKind.SHIFT_LEFT and not cell.shift:
            (addend,) = cell.operands
            continue
        unit = units.get(cell.unit)
        is_result = unit is not None and unit.kind in MULTIPLIERS and unit.cascade is not None
        return addend if is_result else None
    return None


def strays(datapath: Datapath) -> tuple[int, ...]:
    """The cells of blocks with an adder that are not together as `block_sums`."""
    kinds = {unit.name for unit in datapath.units if unit.kind == "multiply-add" or unit.is_part}
    if not kinds:
        return ()
    together = {index for each in block_sums(datapath) for index in (each.cell, *each.inside)}
    together |= {each.cell for each in pre_sums(datapath)}
    return tuple(
        index
        for index, cell in enumerate(datapath.cells)
        if cell.unit in kinds and index not in together
    )


def with_strays_apart(datapath: Datapath, alone: Unit | None) -> Datapath:
    """The datapath, before scheduling, in which such cells are logic, and products in a unit of their own."""
    while found := strays(datapath):
        cells = list(datapath.cells)
        for index in found:
            unit = "" if cells[index].kind in ADDERS or alone is None else alone.name
            cells[index] = structs.replace(cells[index], unit=unit)
        units = datapath.units
        if alone is not None and alone not in units:
            units = (*units, alone)
        datapath = replace(datapath, cells=tuple(cells), units=units)
    return datapath
