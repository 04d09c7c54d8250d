"""Factors of products in blocks that are sums, built of the adders that stand before the multipliers there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from msgspec import structs

from symhdl.ir.block_sums import block_sums, with_strays_apart
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.linear import weights_of
from symhdl.ir.pre_sums import takes_sum
from symhdl.ir.reach import use_counts_of
from symhdl.ir.rebuild import rebuilt
from symhdl.targets.units import Unit

SUMS = frozenset({CellKind.SUM, CellKind.ADD, CellKind.SUBTRACT})


def with_pre_sums(datapath: Datapath, unit: Unit) -> Datapath:
    """The datapath, without registers, in which sums of two numbers that one product alone takes are in its block.

    `unit` is that of such sums. Their terms may be shifted to the left, and one of them subtracted.
    """
    cells = datapath.cells
    units = {each.name: each for each in datapath.units}
    uses = use_counts_of(cells, (port.cell for port in datapath.outputs))
    found: set[int] = set()
    for cell in cells:
        if cell.unit in units:
            sums = [o for o in cell.operands if uses[o] == 1 and _is_sum_of_two(cells, o, unit)]
            # A product has an adder for one of its factors: the wider one, of two.
            sums.sort(key=lambda o: -cells[o].width)
            fitting = [o for o in sums if takes_sum(cell, o, cells, units[cell.unit])]
            found.update(fitting[:1])
    if not found:
        return datapath

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        if index not in found:
            return None
        return _pre_sum(builder, cells[index], [places[o] for o in cells[index].operands], unit)

    made = rebuilt(datapath, rewrite)
    # Sums that became equal are one, which several products take, and so may products be that several sums took.
    apart = with_strays_apart(replace(made, units=(*made.units, unit)), None)
    return apart if len(block_sums(apart)) == len(block_sums(datapath)) else datapath


def _is_sum_of_two(cells: Sequence[Cell], index: int, unit: Unit) -> bool:
    """Whether a cell is the sum or the difference of two numbers, shifted to the left or not, that is not in a unit."""
    cell = cells[index]
    if cell.kind not in SUMS or cell.unit or cell.value or len(set(cell.operands)) != 2:
        return False
    weights = weights_of(cell)
    if len(weights) != 2 or all(weight < 0 for weight in weights):
        return False
    if any(abs(weight).bit_count() != 1 for weight in weights):
        return False
    terms = (
        cells[operand].width + abs(weight).bit_length() - 1 + (not cells[operand].signed)
        for weight, operand in zip(weights, cell.operands, strict=True)
    )
    return max(cell.width + (not cell.signed), *terms) <= unit.sum_width


def _pre_sum(builder: DatapathBuilder, cell: Cell, operands: Sequence[int], unit: Unit) -> int:
    """The sum, bound to the unit."""
    terms = [
        (weight, builder.shift_left(operand, abs(weight).bit_length() - 1, cell.fraction))
        for weight, operand in zip(weights_of(cell), operands, strict=True)
    ]
    terms.sort(key=lambda term: term[0] < 0)
    (_, first), (weight, second) = terms
    kind = CellKind.SUBTRACT if weight < 0 else CellKind.ADD
    made = Cell(kind, (first, second), cell.minimum, cell.maximum, cell.fraction)
    place = builder.copy(made, made.operands)
    builder.cells[place] = structs.replace(builder.cells[place], unit=unit.name)
    return place
