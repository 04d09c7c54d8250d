"""Finds input vectors that address the entries of a datapath's tables, and the seams between neighbouring entries.

An index is computed from inputs by whatever cells stand before the table, so it is not inverted. Sweeps of one input,
with the others held, show which entries are reached; where the index changes between two steps of a sweep, bisection
leads to two neighbouring integers of the input, one on each side.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from symhdl.emulation import simulate_rows
from symhdl.ir.datapath import Cell, CellKind, Datapath, Port
from symhdl.ir.live import remove_dead_cells
from symhdl.simulate import INT64_BITS, Integers
from symhdl.vectors import Row

Numbers = npt.NDArray[np.int64]

LONE_STEPS = 1 << 17
"""Steps of the one sweep for tables that one input addresses: all integers of up to 17 bits, as many of wider ones."""

STEPS = 1 << 9
SWEEPS = 1 << 7
SWEPT_INTEGERS = 1 << 22
"""Steps and number of the sweeps for tables addressed by several inputs together, fewer if they hold more integers."""

CHANGES_AT_MOST = 1 << 14
"""Changes of an index that are looked at closely."""


def entry_rows(datapath: Datapath, chance: random.Random) -> Iterator[Row]:
    """Vectors for the tables that one input addresses: every entry that a sweep reaches, with its first and last input.

    A vector serves every input that has tables; those that need no more of them are random.
    """
    columns = {
        positions[0]: [
            value for (value,) in _found(datapath, positions, indices, 1, LONE_STEPS, chance)
        ]
        for positions, indices in _indices_by_inputs(datapath).items()
        if len(positions) == 1
    }
    for place in range(max(map(len, columns.values()), default=0)):
        row = _random_row(datapath, chance)
        for position, column in columns.items():
            if place < len(column):
                row[position] = column[place]
        yield tuple(row)


def seam_rows(datapath: Datapath, chance: random.Random) -> Iterator[Row]:
    """Vectors for the tables that several inputs address together: entries and both sides of seams that sweeps meet."""
    for positions, indices in _indices_by_inputs(datapath).items():
        if len(positions) > 1:
            sweeps = max(1, min(SWEEPS, SWEPT_INTEGERS // (STEPS * len(positions))))
            for values in _found(datapath, positions, indices, sweeps, STEPS, chance):
                row = _random_row(datapath, chance)
                for position, value in zip(positions, values, strict=True):
                    row[position] = value
                yield tuple(row)


def _random_row(datapath: Datapath, chance: random.Random) -> list[int]:
    return [chance.randint(port.minimum, port.maximum) for port in datapath.inputs]


def _indices_by_inputs(datapath: Datapath) -> dict[tuple[int, ...], list[int]]:
    """The cells that address tables, by the positions of the inputs on which they depend."""
    position_of = {port.cell: position for position, port in enumerate(datapath.inputs)}
    masks: list[int] = []
    found: dict[int, list[int]] = {}
    for number, cell in enumerate(datapath.cells):
        mask = 1 << position_of[number] if cell.kind is CellKind.INPUT else 0
        for operand in cell.operands:
            mask |= masks[operand]
        masks.append(mask)
        if cell.kind is CellKind.TABLE and mask:
            indices = found.setdefault(mask, [])
            if cell.operands[0] not in indices:
                indices.append(cell.operands[0])
    count = len(datapath.inputs)
    return {tuple(p for p in range(count) if mask >> p & 1): some for mask, some in found.items()}


def _found(
    datapath: Datapath,
    positions: tuple[int, ...],
    indices: Sequence[int],
    sweeps: int,
    steps: int,
    chance: random.Random,
) -> list[Row]:
    """What the inputs at `positions` must be to address the entries that the sweeps show, each once."""
    search = _Search(
        tuple(datapath.inputs[position] for position in positions),
        _cone(datapath, positions, indices),
    )
    swept = search.sweeps(sweeps, steps, chance)
    order = np.random.RandomState(chance.getrandbits(32)).permutation(len(swept.rows))
    chosen = (row for table in range(len(indices)) for row in search.choose(table, swept, order))
    return list(dict.fromkeys(chosen))


def _cone(datapath: Datapath, positions: Sequence[int], indices: Sequence[int]) -> Datapath:
    """The part of the datapath that computes these cells, which are its outputs, from these inputs alone."""
    cells = list(datapath.cells)
    kept = tuple(datapath.inputs[position] for position in positions)
    for port in datapath.inputs:
        if port not in kept:
            low = cells[port.cell].minimum
            cells[port.cell] = Cell(CellKind.CONSTANT, (), low, low, value=low)
    outputs = tuple(
        Port(str(table), str(table), index, cells[index].format, 0, cells[index].maximum)
        for table, index in enumerate(indices)
    )
    return remove_dead_cells(replace(datapath, cells=tuple(cells), inputs=kept, outputs=outputs))


@dataclass(frozen=True, slots=True)
class _Swept:
    """Vectors, one per row, sweep by sweep: within a sweep only the column `moving` changes, and it rises."""

    rows: Integers
    sweep: Numbers
    moving: Numbers


@dataclass(frozen=True, slots=True)
class _Search:
    """A datapath whose outputs address tables, and its inputs."""

    ports: tuple[Port, ...]
    cone: Datapath

    def indices(self, rows: Integers, table: int) -> Integers:
        """The index of a table for every row of inputs."""
        columns = {port.name: rows[:, place] for place, port in enumerate(self.ports)}
        return simulate_rows(self.cone, columns)[str(table)]

    def sweeps(self, count: int, steps: int, chance: random.Random) -> _Swept:
        """Sweeps of the inputs in turn, each from a random vector."""
        wide = any(port.format.width > INT64_BITS for port in self.ports)
        kind = object if wide else np.int64
        blocks: list[Integers] = []
        moving: list[int] = []
        for number in range(count):
            place = number % len(self.ports)
            values = _steps(self.ports[place], steps)
            base = [chance.randint(port.minimum, port.maximum) for port in self.ports]
            block = np.array([base], dtype=kind).repeat(len(values), axis=0)
            block[:, place] = values
            blocks.append(block)
            moving.append(place)
        lengths = [len(block) for block in blocks]
        sweep = np.arange(count).repeat(lengths)
        rows: Integers = np.concatenate(blocks).astype(kind)
        return _Swept(rows, sweep, np.array(moving)[sweep])

    def choose(self, table: int, swept: _Swept, order: Numbers) -> Iterator[Row]:
        """For every entry that is reached a row behind a seam, one before a seam, and the first one in this order.

        The very first and the very last row, which have no seam beside them, come too.
        """
        index = self.indices(swept.rows, table)
        changes = (index[1:] != index[:-1]) & (swept.sweep[1:] == swept.sweep[:-1])
        places = np.flatnonzero(changes)[:CHANGES_AT_MOST]
        sides = self._nearest(
            table, swept.rows[places], swept.rows[places + 1], swept.moving[places]
        )
        for rows in (*sides, swept.rows[order]):
            _, first = np.unique(self.indices(rows, table), return_index=True)
            yield from map(tuple, rows[first].tolist())
        yield from map(tuple, swept.rows[[0, -1]].tolist())

    def _nearest(
        self, table: int, low: Integers, high: Integers, moving: Numbers
    ) -> tuple[Integers, Integers]:
        """Rows with different indices drawn together until their moving inputs are neighbours."""
        before = self.indices(low, table)
        places = np.arange(len(low))
        while True:
            below, above = low[places, moving], high[places, moving]
            apart = (above - below > 1).astype(np.bool_)
            if not apart.any():
                return low, high
            middle = low.copy()
            middle[places, moving] = below + (above - below) // 2
            same = self.indices(middle, table) == before
            low = np.where((apart & same)[:, None], middle, low)
            high = np.where((apart & ~same)[:, None], middle, high)


def _steps(port: Port, steps: int) -> list[int]:
    """All integers of the port, or evenly spaced ones with both ends.

    The distance is odd, so that the lower bits of the values take all patterns in turn.
    """
    count = port.maximum - port.minimum + 1
    distance = 1 if count <= steps else count // steps | 1
    return [*range(port.minimum, port.maximum, distance), port.maximum]
