"""Sums before multipliers in blocks of the device: two cells, the sum and the product that takes it, in one block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symhdl.ir.bound_cells import ADDERS, is_product
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.reach import use_counts_of
from symhdl.targets.units import MULTIPLIERS, PRE_ADD, Unit


@dataclass(frozen=True, slots=True)
class PreSum:
    """A sum by its cell, and the product that takes it."""

    cell: int
    product: int


def pre_sums(datapath: Datapath) -> tuple[PreSum, ...]:
    """All sums before multipliers that hold together: the product alone reads them, and has room for them."""
    units = {unit.name: unit for unit in datapath.units}
    if all(unit.kind != PRE_ADD for unit in datapath.units):
        return ()
    cells = datapath.cells
    uses = use_counts_of(cells, (port.cell for port in datapath.outputs))
    found: dict[int, PreSum] = {}
    for product, cell in enumerate(cells):
        sums = [o for o in cell.operands if is_pre_add(cells[o], units) and uses[o] == 1]
        if len(sums) == 1 and takes_sum(cell, sums[0], cells, units.get(cell.unit)):
            found[product] = PreSum(sums[0], product)
    return tuple(found.values())


def is_pre_add(cell: Cell, units: Mapping[str, Unit]) -> bool:
    """Whether the cell is bound to an adder before a multiplier."""
    return cell.kind in ADDERS and cell.unit in units and units[cell.unit].kind == PRE_ADD


def takes_sum(product: Cell, total: int, cells: Sequence[Cell], unit: Unit | None) -> bool:
    """Whether the unit of a product has an adder for that one of its operands, and the other one fits beside it."""
    if unit is None or unit.kind not in MULTIPLIERS or not is_product(product):
        return False
    before = unit.pre_adder
    # A register stands behind the sum in place of one before the multiplier, of which there may be two.
    operand_registers = [o.operand_registers for o in unit.offers if o.latency == product.latency]
    if before is None or max(operand_registers, default=0) > 1:
        return False
    bits = unit.operand_bits(cells[total].width, signed=cells[total].signed)
    if product.kind is CellKind.SQUARE:
        return bool(before.squares) and bits <= min(unit.widths)
    if product.kind is not CellKind.MULTIPLY:
        return False
    (other,) = (cells[o] for o in product.operands if o != total)
    terms = (cells[o] for o in cells[total].operands)
    return (
        max(bits, *(unit.operand_bits(term.width, signed=term.signed) for term in terms))
        <= unit.widths[0]
        and unit.operand_bits(other.width, signed=other.signed) <= unit.widths[1]
    )
