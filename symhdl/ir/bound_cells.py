"""Cells that are bound to units: their factors, and what must hold so that a unit computes a cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symhdl.ir.datapath import PRODUCTS, Cell, CellKind
from symhdl.ir.three_terms import is_three_terms
from symhdl.numeric.fixed import width_of_range
from symhdl.targets.units import INNER_ADD, Unit

ADDERS = frozenset({CellKind.ADD, CellKind.SUBTRACT})
"""The kinds that an adder of two numbers computes, that behind a multiplier too."""


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor of a product: an operand of the cell by its place, or `value` if that is None."""

    place: int | None
    value: int
    width: int
    signed: bool


def is_in_tables(row: Cell, adder: Cell, unit: Unit) -> bool:
    """Whether the tables of a chain that computes the adder take in the row with its digit.

    Tables beside the chain take in what the row says, whatever it is.
    """
    return (
        unit.chain is not None
        and row.kind is CellKind.ROW
        and row.weights == unit.chain.row_weights
        and row.stage == adder.stage
    )


def is_product(cell: Cell) -> bool:
    """Whether a multiplier computes the cell: a product, a square, or a product with a constant."""
    return cell.kind in PRODUCTS or cell.is_multiple


def chooses_a_sum(cells: Sequence[Cell], cell: Cell) -> bool:
    """Whether a cell chooses between the sum of a number and another one, or the difference, and the first of these."""
    if cell.kind is not CellKind.SELECT:
        return False
    _, total, term = cell.operands
    return cells[total].kind in ADDERS and not cells[total].unit and term in cells[total].operands


def factors(cell: Cell, operands: Sequence[Cell], unit: Unit) -> tuple[Factor, Factor]:
    """The factors of a product, that which takes more bits at a port of the unit first."""
    found = [operand_factor(place, operand) for place, operand in enumerate(operands)]
    if cell.kind is CellKind.SQUARE:
        return found[0], found[0]
    if cell.kind is CellKind.SUM:
        found.append(_constant(cell.weights[0]))
    first, second = sorted(found, key=lambda factor: -_bits(factor, unit))
    return first, second


def operand_factor(place: int, operand: Cell) -> Factor:
    """An operand by its place."""
    if operand.kind is CellKind.CONSTANT:
        return _constant(operand.value)
    return Factor(place, 0, operand.width, operand.signed)


def _constant(value: int) -> Factor:
    signed, width = width_of_range(value, value)
    return Factor(None, value, width, signed)


def _bits(factor: Factor, unit: Unit) -> int:
    return unit.operand_bits(factor.width, signed=factor.signed)


def unit_problem(
    cell: Cell, operands: Sequence[Cell], unit: Unit | None, *, scheduled: bool = True
) -> str | None:
    """What of the unit is not so that it computes the cell within its latency; None if all is.

    Before scheduling no cell has a latency.
    """
    if unit is None:
        return f"there is no unit `{cell.unit}`"
    is_sum = unit.kind == "multiply-add" and cell.kind in ADDERS
    offers = unit.sums if is_sum else unit.offers
    if scheduled and all(offer.latency != cell.latency for offer in offers):
        return f"`{cell.unit}` does not offer a latency of {cell.latency}"
    if is_sum:
        widest = max(cell.width, *(operand.width for operand in operands))
        return f"it is wider than the sums of `{cell.unit}`" if widest > unit.sum_width else None
    if unit.is_part:
        if cell.kind not in ADDERS:
            return f"`{cell.unit}` does not compute {cell.kind.name.lower()}"
        behind = operands if unit.kind == INNER_ADD else ()
        is_wider = max(cell.width, *(o.width for o in behind), 0) > unit.sum_width
        return f"it is wider than the sums of `{cell.unit}`" if is_wider else None
    if unit.chain is not None and unit.chain.has_slots and is_three_terms(cell):
        return None
    if cell.kind is CellKind.ADD and unit.chain is not None:
        is_fixed = unit.chain.has_fixed_tables
        taken_in = sum(is_in_tables(operand, cell, unit) for operand in operands)
        return f"`{unit.name}` takes in one row" if is_fixed and taken_in > 1 else None
    if unit.chain is not None and unit.chain.has_fixed_tables:
        return f"`{cell.unit}` computes sums alone"
    if cell.kind is CellKind.TWO_ROWS and unit.kind == "chain":
        subtracted = sum(weight < 0 for weight in cell.weights)
        if subtracted > 1 or not 0 <= cell.value + subtracted <= 1:
            return f"`{cell.unit}` has no carry for what is subtracted and added"
        return None
    if not (cell.kind is CellKind.TABLE if unit.kind == "table" else is_product(cell)):
        return f"`{cell.unit}` does not compute {cell.kind.name.lower()}"
    if unit.kind != "table":
        first, second = factors(cell, operands, unit)
        if not unit.fits(_bits(first, unit), _bits(second, unit)):
            return f"its operands do not fit in `{cell.unit}`"
        if unit.kind != "chain" and cell.width > sum(unit.widths):
            return f"it is wider than the result of `{cell.unit}`"
    elif unit.memory is not None and len(cell.contents) > unit.memory.most_words:
        return f"it has more entries than `{cell.unit}`"
    return None
