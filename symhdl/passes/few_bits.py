"""Makes one table of what a few bits tell together, where that is worth less."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from symhdl.arithmetic.few_bits import (
    JointTable,
    Part,
    bits_of,
    cuts_of,
    joint_table,
    part_of,
    replaced,
    turned,
    with_joint_tables,
)
from symhdl.cost.operators import Fabric, memory_blocks
from symhdl.cost.pricing import table_worth, worths
from symhdl.design import Design
from symhdl.ir.datapath import WIRES, Cell, CellKind, Datapath
from symhdl.ir.reach import use_counts_of
from symhdl.lowering import fabric_for

BITS = (8, 10)  # that tell a part together at most, by level
TOGETHER = 0.75  # of what cells are estimated at one by one: together they take less
LEAST_SAVED = 1.0  # LUTs, which is more than fractions in the prices of quantities say
WIRING = WIRES | {CellKind.JOIN, CellKind.CONSTANT, CellKind.INPUT}
ADDERS = frozenset({CellKind.SUM, CellKind.ADD, CellKind.SUBTRACT, CellKind.NEGATE})


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
    possible = list(_possible(cells, uses, most_bits))
    if not possible:
        return {}
    found = sorted(_worth_it(datapath, fabric, possible), key=lambda each: -each.saved)
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
    """The parts of so few bits that may be worth it: more than adders, a table or a choice alone."""
    cuts = cuts_of(cells, most_bits)
    for root, cell in enumerate(cells):
        if cell.kind in WIRING or not uses[root]:
            continue
        for cut in cuts[root]:
            if root in cut or not cut:
                continue
            part = part_of(cells, root, cut)
            own = replaced(cells, uses, part)
            logic = [index for index in own if cells[index].kind not in WIRING]
            if len(logic) > 1 or _is_product(cells, cell):
                yield part, own


def _is_product(cells: Sequence[Cell], cell: Cell) -> bool:
    """Whether a cell is a product of what is not constant, or a square."""
    return cell.kind in (CellKind.MULTIPLY, CellKind.SQUARE)


def _worth_it(
    datapath: Datapath, fabric: Fabric, possible: Sequence[tuple[Part, list[int]]]
) -> Iterator[_Choice]:
    cells = datapath.cells
    own = worths(datapath, fabric)
    best: dict[int, _Choice] = {}
    for part, without in possible:
        before = TOGETHER * sum(own[index] for index in without)
        bits, width = sum(bits_of(cells[leaf]) for leaf in part.leaves), cells[part.root].width
        if before < LEAST_SAVED or memory_blocks(fabric, bits, width):
            continue
        table = joint_table(cells, part)
        tables = (table, turned(cells, table)) if len(part.leaves) > 1 else (table,)
        priced = [(table_worth(fabric, each.contents, width), each) for each in tables]
        worth, table = min(priced, key=lambda each: each[0])
        saved = before - worth
        known = best.get(part.root)
        if saved >= LEAST_SAVED and (known is None or saved > known.saved):
            best[part.root] = _Choice(saved, part, table, frozenset(without))
    return iter(best.values())
