"""How deep cells lie behind the inputs, in adders one after the other: what is ready late is added last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from symhdl.arithmetic.products import levels_of_product
from symhdl.arithmetic.squares import levels_of_square
from symhdl.cost.products import Logic
from symhdl.cost.three_terms import LEVELS_OF_THREE_TERMS
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import PRODUCTS, Cell, CellKind
from symhdl.numeric.digits import digit_count

LEVELS: dict[CellKind, int] = {
    CellKind.ADD: 1,
    CellKind.SUBTRACT: 1,
    CellKind.NEGATE: 1,
    CellKind.ROW: 1,
    CellKind.TWO_ROWS: 1,
    CellKind.TABLE: 2,
    CellKind.LESS: 1,
    CellKind.LESS_EQUAL: 1,
    CellKind.EQUAL: 1,
    CellKind.SELECT: 1,
}
"""About how many adders one after the other take as long as a cell; the other kinds are wires or a gate."""
LEVELS_OF_A_BLOCK = 3
"""Those of a product in a DSP block."""


@dataclass(slots=True)
class Depths:
    """About how many adders lie one after the other on the longest way to each cell; found as cells are built."""

    builder: DatapathBuilder
    logic: Logic
    known: list[int] = field(default_factory=list)

    def of(self, cell: int) -> int:
        """That of a cell of the builder."""
        cells, known = self.builder.cells, self.known
        for new in cells[len(known) :]:
            operands = [cells[operand] for operand in new.operands]
            before = [known[operand] for operand in new.operands]
            known.append(depth_of(new, operands, before, self.logic))
        return known[cell]


def depths_of(cells: Sequence[Cell], logic: Logic) -> list[int]:
    """That of every cell of a datapath."""
    found: list[int] = []
    for cell in cells:
        operands = [cells[operand] for operand in cell.operands]
        found.append(depth_of(cell, operands, [found[o] for o in cell.operands], logic))
    return found


def depth_of(cell: Cell, operands: Sequence[Cell], depths: Sequence[int], logic: Logic) -> int:
    """About how many adders lie one after the other on the longest way to a cell, given those to its operands."""
    if cell.kind is CellKind.SUM and not cell.unit:
        return depth_of_sum(cell, depths)
    return max(depths, default=0) + _levels(cell, operands, logic)


def _levels(cell: Cell, operands: Sequence[Cell], logic: Logic) -> int:
    if cell.kind not in PRODUCTS:
        is_chain = cell.kind is CellKind.SUM and cell.unit != "" and cell.unit == logic.chain
        return LEVELS_OF_THREE_TERMS if is_chain else LEVELS.get(cell.kind, 0)
    if cell.unit:
        return 1 if cell.unit == logic.chain else LEVELS_OF_A_BLOCK
    if cell.kind is CellKind.SQUARE:
        return levels_of_square(operands[0].minimum, operands[0].maximum, logic)
    ranges = ((operand.minimum, operand.maximum) for operand in operands)
    return min(levels_of_product(*each, logic) for each in ranges)


def depth_of_sum(cell: Cell, depths: Sequence[int]) -> int:
    """That of the shallowest tree of the signed digits of all weights."""
    terms = [
        depth
        for weight, depth in zip(cell.weights, depths, strict=True)
        for _ in range(digit_count(weight))
    ]
    return depth_of_tree([*terms, 0] if cell.value else terms)


def depth_of_tree(depths: Sequence[int]) -> int:
    """That of the shallowest tree of adders whose terms have these depths (Golumbic 1976)."""
    least = min(depths, default=0)
    load = sum(1 << (depth - least) for depth in depths)
    return least + max(0, load - 1).bit_length()
