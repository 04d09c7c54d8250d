"""Nodes of the same name and text, as those of a function that is called twice: whose of them a cell is."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import dataclass, field

from symhdl.ir.datapath import Cell

Range = tuple[float, float]

CLEAR = 4
"""How much farther away the next range must be from that of a cell."""
MOST_BEFORE = 256  # nodes before one that are looked at, the nearest ones


@dataclass(slots=True)
class Twins:
    """Groups of nodes that only what they are made of, their `operands`, and their `ranges` tell apart."""

    groups: Sequence[Sequence[int]]
    operands: Sequence[Sequence[int]]
    ranges: Sequence[Range | None]
    _group: dict[int, Sequence[int]] = field(default_factory=dict, init=False)
    _before: dict[int, Set[int]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._group = {node: group for group in self.groups for node in group}

    def tell_apart(self, cells: Sequence[Cell], found: list[int], nobody: int) -> Collection[int]:
        """Puts the right one of each group into the list of the cells' nodes; returns the cells where it is not sure.

        A cell is a part of that node before which all stand whose cells it is made of, if these are not the node's own;
        of several, for a cell with a range like that of one of them alone, of that one.
        """
        unsure: set[int] = set()
        if not self._group:
            return unsure
        heads = list(found)
        made: list[frozenset[int]] = []
        for index, cell in enumerate(cells):
            group = self._group.get(heads[index])
            own: set[int] = set()
            for operand in cell.operands:
                inside = group is not None and heads[operand] == heads[index]
                if inside or found[operand] == nobody:
                    own |= made[operand]
                else:
                    own.add(found[operand])
            made.append(frozenset(own))
            if group is None:
                continue
            found[index], is_sure = self._chosen(cell, group, own)
            if not is_sure:
                unsure.add(index)
        return unsure

    def _chosen(self, cell: Cell, group: Sequence[int], made: Set[int]) -> tuple[int, bool]:
        fitting = [node for node in group if made <= self._nodes_up_to(node)] or group
        if len(fitting) == 1:
            return fitting[0], True
        unit = 2.0**-cell.fraction
        ends = cell.minimum * unit, cell.maximum * unit
        apart = sorted((_apart(self.ranges[node], ends), node) for node in fitting)
        (near, found), (far, _) = apart[:2]
        return found, near < far / CLEAR

    def _nodes_up_to(self, node: int) -> Set[int]:
        """The node and what it is made of, by way of others, too; the nearest ones where these are many."""
        found = self._before.get(node)
        if found is None:
            found = self._before[node] = {node, *_nearest(self.operands, node)}
        return found


def _nearest(operands: Sequence[Sequence[int]], node: int) -> Iterable[int]:
    """The first nodes before one, breadth first."""
    reached = dict.fromkeys(operands[node])
    waiting = list(reached)
    for each in waiting:
        if len(waiting) > MOST_BEFORE:
            break
        for operand in operands[each]:
            if operand not in reached:
                reached[operand] = None
                waiting.append(operand)
    return reached


def _apart(range: Range | None, ends: Range) -> float:
    """How much the ends of a range differ from two numbers, as a part of its size."""
    if range is None:
        return math.inf
    size = max(map(abs, range)) or 1.0
    return (abs(range[0] - ends[0]) + abs(range[1] - ends[1])) / size
