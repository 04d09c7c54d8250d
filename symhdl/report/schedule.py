"""The schedule as a grid: what each node does in each stage of the pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from operator import itemgetter

from symhdl.ir.datapath import PRODUCTS, WIRES, Cell, CellKind, Datapath
from symhdl.report.owners import NOBODY, Owners


class Mark(Enum):
    """What happens in a stage, the more telling the later; the value is its sign and what that means."""

    NOTHING = (".", "nothing")
    HELD = ("|", "held in registers")
    INPUT = (">", "input")
    LOGIC = ("#", "logic")
    TABLE = ("T", "table in logic")
    CARRY = ("+", "carry chain")
    MEMORY = ("M", "memory block")
    DSP = ("D", "DSP block")

    @property
    def sign(self) -> str:
        """The character in the grid."""
        sign: str = self.value[0]
        return sign

    @property
    def meaning(self) -> str:
        """What the character stands for."""
        meaning: str = self.value[1]
        return meaning


ORDER = {mark: place for place, mark in enumerate(Mark)}
SILENT = WIRES | {CellKind.CONSTANT, CellKind.JOIN}
"""Kinds of cells that take no logic."""
CHAINS = frozenset(
    {
        CellKind.ADD, CellKind.SUBTRACT, CellKind.NEGATE, CellKind.SUM, CellKind.TWO_ROWS,
        CellKind.LESS, CellKind.LESS_EQUAL, *PRODUCTS,
    }
)  # fmt: skip
"""Kinds of cells that are carry chains where they are logic."""
BY_RESOURCE = {"dsps": Mark.DSP, "brams": Mark.MEMORY}


@dataclass(frozen=True, slots=True)
class Schedule:
    """For each node, and behind them each output's rounding, its marks by stage where it does something."""

    stages: int
    rows: Mapping[int, Mapping[int, Mark]]

    def signs(self, row: int, per_column: int = 1) -> str:
        """The row as text, so many stages in one column, which shows the most telling of them."""
        columns = [Mark.NOTHING] * -(-self.stages // per_column)
        for stage, mark in self.rows[row].items():
            place = stage // per_column
            columns[place] = max(columns[place], mark, key=ORDER.__getitem__)
        return "".join(mark.sign for mark in columns)

    def runs(self, row: int) -> list[tuple[int, int, Mark]]:
        """What happens from which stage to which, both counted."""
        found: list[tuple[int, int, Mark]] = []
        for stage, mark in sorted(self.rows[row].items(), key=itemgetter(0)):
            if found and found[-1][1:] == (stage - 1, mark):
                found[-1] = (found[-1][0], stage, mark)
            else:
                found.append((stage, stage, mark))
        return found


def schedule_of(datapath: Datapath, owners: Owners) -> Schedule:
    """What the cells of each node do; a block with registers works from its operands' stage until its own."""
    grid: dict[int, dict[int, Mark]] = {}
    for cell, owner in zip(datapath.cells, owners.of_cells(datapath.cells), strict=True):
        mark = mark_of(datapath, cell)
        if owner == NOBODY or mark is Mark.NOTHING:
            continue
        row = grid.setdefault(owner, {})
        for stage in _stages(cell):
            row[stage] = max(row.get(stage, Mark.NOTHING), mark, key=ORDER.__getitem__)
    return Schedule(datapath.latency + 1, dict(sorted(grid.items())))


def mark_of(datapath: Datapath, cell: Cell) -> Mark:
    """What a cell does while it is at work."""
    if cell.kind is CellKind.REGISTER:
        return Mark.HELD
    if cell.kind is CellKind.INPUT:
        return Mark.INPUT
    unit = datapath.unit(cell.unit) if cell.unit else None
    if unit is not None and unit.resource in BY_RESOURCE:
        return BY_RESOURCE[unit.resource]
    if cell.kind in CHAINS:
        return Mark.CARRY
    if cell.kind is CellKind.TABLE:
        return Mark.TABLE
    return Mark.NOTHING if cell.kind in SILENT else Mark.LOGIC


def _stages(cell: Cell) -> Sequence[int]:
    if cell.kind is CellKind.REGISTER or not cell.latency:
        return (cell.stage,)
    return range(cell.stage - cell.latency, cell.stage)
