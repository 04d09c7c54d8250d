"""Cells that stand in one instance with others, and what blocks hand to the next ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from symhdl.ir.block_sums import BlockSum, block_sums
from symhdl.ir.bound_cells import is_in_tables
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.pre_sums import PreSum, pre_sums
from symhdl.targets.primitives import PRIMITIVES

from .instances import Bits, signal_word

OF_CASCADE = "cascade"
"""What the name of the wires to the next block adds to that of the result of the block."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """Cells that stand in one instance with others.

    These are sums with their products, those behind by their cells, those before by the products, and rows that only
    adders read that take them in. `cascades` are the wires from blocks to the next ones, by the cells of the former.
    """

    sums: Mapping[int, BlockSum]
    before: Mapping[int, PreSum]
    rows: tuple[int, ...] = ()
    cascades: Mapping[int, str] = field(default_factory=dict)

    @property
    def hidden(self) -> frozenset[int]:
        """The cells inside, which have no signal of their own."""
        behind = {index for found in self.sums.values() for index in found.inside}
        before = {found.cell for found in self.before.values()}
        return frozenset(behind | before | set(self.rows))

    def read(self, cells: Sequence[Cell], index: int) -> Iterator[int]:
        """The cells with a signal that the instance of a cell reads."""
        waiting = list(cells[index].operands)
        hidden = self.hidden
        while waiting:
            operand = waiting.pop()
            if operand not in hidden:
                yield operand
            may_be_taken_in = cells[operand].kind is CellKind.ROW
            if operand in hidden or may_be_taken_in:
                waiting += cells[operand].operands

    def driven(self, datapath: Datapath, index: int) -> Bits:
        """What the block of a cell drives to the next one."""
        return self._wire(datapath, index) if index in self.cascades else ()

    def _wire(self, datapath: Datapath, index: int) -> Bits:
        width = _cascade_width(datapath, index)
        return signal_word(self.cascades[index], width, signed=False).bits

    def read_before(self, datapath: Datapath, found: BlockSum) -> Bits:
        """What the block of a sum reads of the one before."""
        return () if found.before is None else self._wire(datapath, found.before)


def _cascade_width(datapath: Datapath, index: int) -> int:
    """How many wires go from the block of a cell to the next one."""
    unit = datapath.unit(datapath.cells[index].unit)
    assert unit is not None and unit.instance is not None, "no block; please report this"
    assert unit.cascade is not None, "no wires to the next block; please report this"
    return PRIMITIVES[unit.instance.cell].outputs[unit.cascade.driven]


NO_BLOCKS = Blocks(MappingProxyType({}), MappingProxyType({}))


def instanced_blocks(
    datapath: Datapath, names: Sequence[str], fresh: Callable[[str], str]
) -> Blocks:
    """The sums that stand in one instance with their products, and rows that adders take in.

    `names` are those of all cells' signals, and `fresh` makes one unique.
    """
    cells = datapath.cells
    sums = [each for each in block_sums(datapath) if datapath.is_instanced(cells[each.cell])]
    before = [each for each in pre_sums(datapath) if datapath.is_instanced(cells[each.product])]
    return Blocks(
        {each.cell: each for each in sums},
        {each.product: each for each in before},
        rows_taken_in(datapath),
        {
            each.before: fresh(f"{names[each.before]}_{OF_CASCADE}")
            for each in sums
            if each.before is not None
        },
    )


def rows_taken_in(datapath: Datapath) -> tuple[int, ...]:
    """The rows that only adders read that take them in, which have no signal of their own."""
    readers: dict[int, list[bool]] = {}
    chains = {unit.name: unit for unit in datapath.units if unit.chain is not None}
    for cell in datapath.cells if chains else ():
        is_adder = cell.kind is CellKind.ADD and datapath.is_instanced(cell)
        unit = chains.get(cell.unit) if is_adder else None
        for operand in cell.operands:
            row = datapath.cells[operand]
            if row.kind is CellKind.ROW:
                takes = unit is not None and is_in_tables(row, cell, unit)
                readers.setdefault(operand, []).append(takes)
    shown = {port.cell for port in datapath.outputs}
    return tuple(row for row, takes in readers.items() if all(takes) and row not in shown)
