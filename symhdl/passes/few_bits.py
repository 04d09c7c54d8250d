"""Makes one table of what a few bits tell together, where that is worth less."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from symhdl.arithmetic.few_bits import (
    JointTable,
    Part,
    bits_of,
    joint_table,
    leaves_of,
    part_of,
    replaced,
    turned,
    with_joint_tables,
)
from symhdl.cost.area import luts_of, table_quantities
from symhdl.cost.blocks import index_bits
from symhdl.cost.operators import (
    Cost,
    Fabric,
    addition,
    choice,
    comparison,
    constant_product,
    memory_blocks,
    offset,
    prices,
    product,
    square,
)
from symhdl.cost.products import Factor
from symhdl.design import Design
from symhdl.ir.datapath import PRODUCTS, WIRES, Cell, CellKind, Datapath, is_sign
from symhdl.ir.reach import use_counts_of
from symhdl.lowering import fabric_for

BITS = (8, 10)  # that tell a part together at most, by level
MORE_BITS = 2  # than a LUT has inputs: of more, a product alone takes less than a table
TOGETHER = 0.75  # of what sums and their terms are estimated at one by one: together they take less
NEAR = 1.5  # times what is saved: a table that takes more is not worth it with another index either
LEAST_SAVED = 1.0  # LUTs, which is more than fractions in the prices of quantities say
SUMS = frozenset({CellKind.SUM, CellKind.ADD, CellKind.SUBTRACT})
CUT = frozenset({CellKind.SHIFT_RIGHT, CellKind.BITS})
WIRING = WIRES | {CellKind.JOIN, CellKind.CONSTANT, CellKind.INPUT}


@dataclass(frozen=True, slots=True)
class FewBits:
    """Makes tables of parts of the datapath that depend on a few bits; the integers of what stays are unchanged.

    Such are products of two small numbers, functions of them with what is behind, numbers that are held at ends and
    what follows, and conditions. Values are those of the simulator, at all integers of the bits. Parts that save the
    most come first; what else reads a cell of them has it built besides.
    """

    level: int = field(default=1, metadata={"description": "how many bits: few, or some more"})

    name: ClassVar[str] = "few-bits"

    def run(self, design: Design) -> Design:
        """The design with the datapath that is so made."""
        fabric = fabric_for(design.request, design.target)
        most_bits = BITS[self.level > 1]
        return design.with_datapath(
            lambda datapath: with_joint_tables(datapath, _chosen(datapath, fabric, most_bits))
        )


@dataclass(frozen=True, slots=True)
class _Choice:
    """A part as a table, what that saves, and what is not built then."""

    saved: float
    part: Part
    table: JointTable
    replaced: frozenset[int]


def _chosen(datapath: Datapath, fabric: Fabric, most_bits: int) -> dict[int, JointTable]:
    """The tables that save the most, no two of them in the place of the same cells."""
    cells = datapath.cells
    uses = use_counts_of(cells, (port.cell for port in datapath.outputs))
    possible = _possible(cells, uses, most_bits)
    found = sorted(_worth_it(cells, fabric, possible), key=lambda each: -each.saved)
    gone: set[int] = set()
    needed: set[int] = set()
    chosen: dict[int, JointTable] = {}
    for each in found:
        if gone.isdisjoint((*each.replaced, *each.part.leaves)) and needed.isdisjoint(
            each.replaced - {each.part.root}
        ):
            chosen[each.part.root] = each.table
            gone |= each.replaced
            needed.update(each.part.leaves)
    return chosen


def _possible(
    cells: Sequence[Cell], uses: Sequence[int], most_bits: int
) -> Iterator[tuple[Part, list[int]]]:
    """The parts of so few bits that may be worth it, each with what is not built then.

    Such are more than one operation, or a product. Where no more than some bits of a cell are read these are the part.
    """
    sets = leaves_of(cells, most_bits)
    is_cut = {cell.operands[0] for cell in cells if cell.kind in CUT}
    for root, cell in enumerate(cells):
        if cell.kind in WIRING - CUT or not uses[root] or (root in is_cut and uses[root] == 1):
            continue
        for leaves in sets[root]:
            if root in leaves or not leaves:
                continue
            part = part_of(cells, root, leaves)
            without = replaced(cells, uses, part)
            logic = [index for index in without if cells[index].kind not in WIRING]
            if len(logic) > 1 or any(_is_product(cells, index) for index in logic):
                yield part, logic


def _is_product(cells: Sequence[Cell], index: int) -> bool:
    """Whether a cell is a product of two numbers of more than a bit, or a square."""
    operands = cells[index].operands
    return cells[index].kind in PRODUCTS and all(bits_of(cells[each]) > 1 for each in operands)


def _worth_it(
    cells: Sequence[Cell], fabric: Fabric, possible: Iterable[tuple[Part, list[int]]]
) -> list[_Choice]:
    """Of each cell the part whose table saves the most, if that is worth it."""
    best: dict[int, _Choice] = {}
    sums = {index for index, cell in enumerate(cells) if cell.kind in SUMS}
    summed = sums.union(*(cells[index].operands for index in sums))
    for part, without in possible:
        before = sum(
            _worth(cells, fabric, cells[index]) * (TOGETHER if index in summed else 1.0)
            for index in without
        )
        bits, width = sum(bits_of(cells[leaf]) for leaf in part.leaves), cells[part.root].width
        is_large = len(without) == 1 and bits > fabric.target.resources.lut_inputs + MORE_BITS
        if before < LEAST_SAVED or is_large or memory_blocks(fabric, bits, width):
            continue
        table = joint_table(cells, part)
        worth = _worth_of_table(fabric, table.contents, width)
        if len(part.leaves) > 1 and worth < NEAR * before:
            other = turned(cells, table)
            worth, table = min(
                ((worth, table), (_worth_of_table(fabric, other.contents, width), other)),
                key=lambda each: each[0],
            )
        saved = before - worth
        known = best.get(part.root)
        if saved >= LEAST_SAVED and (known is None or saved > known.saved):
            best[part.root] = _Choice(saved, part, table, frozenset(without))
    return list(best.values())


def _worth(cells: Sequence[Cell], fabric: Fabric, cell: Cell) -> float:
    """What a cell is worth by itself, in LUTs; nothing where others may take it in."""
    operands = [cells[operand] for operand in cell.operands]
    if cell.kind is CellKind.TABLE:
        blocks = memory_blocks(fabric, index_bits(cell), cell.width)
        if not blocks:
            return _worth_of_table(fabric, cell.contents, cell.width)
        return fabric.worth(Cost(brams=blocks))
    estimate = ESTIMATES.get(cell.kind)
    return 0.0 if estimate is None else estimate(fabric, cell, operands)


def _worth_of_table(fabric: Fabric, contents: tuple[int, ...], width: int) -> float:
    return luts_of(table_quantities(contents, width, fabric.target), prices(fabric))


def _product(fabric: Fabric, _cell: Cell, operands: Sequence[Cell]) -> float:
    a, *rest = (Factor(operand.minimum, operand.maximum) for operand in operands)
    return fabric.worth(product(fabric, a, rest[0]) if rest else square(fabric, a))


def _sum(fabric: Fabric, cell: Cell, operands: Sequence[Cell]) -> float:
    constants = sum(operand.kind is CellKind.CONSTANT for operand in operands)
    is_moved = constants > 0 or cell.value != 0
    multiples = sum(
        fabric.worth(constant_product(fabric, Factor(each.minimum, each.maximum), abs(weight)))
        for weight, each in zip(cell.weights, operands, strict=False)
        if each.kind is not CellKind.CONSTANT
    )
    added = (len(operands) - constants - 1) * fabric.worth(addition(fabric, cell.width))
    return multiples + added + is_moved * fabric.worth(offset(fabric, cell.width))


def _negation(fabric: Fabric, cell: Cell, _operands: Sequence[Cell]) -> float:
    return fabric.worth(offset(fabric, cell.width))


def _comparison(fabric: Fabric, cell: Cell, operands: Sequence[Cell]) -> float:
    if is_sign(cell, operands):
        return 0.0
    return fabric.worth(comparison(fabric, max(operand.width for operand in operands)))


def _choice(fabric: Fabric, cell: Cell, _operands: Sequence[Cell]) -> float:
    return fabric.worth(choice(fabric, cell.width))


ESTIMATES: Mapping[CellKind, Callable[[Fabric, Cell, Sequence[Cell]], float]] = {
    CellKind.MULTIPLY: _product,
    CellKind.SQUARE: _product,
    **dict.fromkeys(SUMS, _sum),
    CellKind.NEGATE: _negation,
    **dict.fromkeys((CellKind.LESS, CellKind.LESS_EQUAL, CellKind.EQUAL), _comparison),
    CellKind.SELECT: _choice,
}
"""What kinds of cells are worth beside tables; the others are wires, gates and rows."""
