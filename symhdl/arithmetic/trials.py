"""Operators by themselves: what a cell is made of for it alone as a datapath of its own, and what cells of it take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from symhdl.cost.area import fewest_luts, surroundings_of
from symhdl.cost.delays import CellDelay
from symhdl.cost.estimate import longest_path_ns
from symhdl.cost.timing import cell_delays
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import PRODUCTS, WIRES, Cell, CellKind, Datapath, Port
from symhdl.targets.target import Target


class Taken(NamedTuple):
    """LUTs by the device's prices, and the longest path without registers."""

    luts: int
    delay_ns: float


class Operators(NamedTuple):
    """A datapath, and how many adders lie before each of its first cells, which are inputs and constants."""

    datapath: Datapath
    depths: tuple[int, ...]


def taken_by(datapath: Datapath, depths: Sequence[int], target: Target) -> Taken:
    """What cells of a device take whose inputs lie behind so many adders."""
    delays = cell_delays(datapath.cells, target, datapath.units)
    for index, (cell, depth) in enumerate(zip(datapath.cells, depths, strict=False)):
        if cell.kind is CellKind.INPUT:
            delays[index] = CellDelay(depth * target.delays.carry)
    return Taken(fewest_luts(surroundings_of(datapath, target)), longest_path_ns(datapath, delays))


def alone(builder: DatapathBuilder, result: int) -> Datapath:
    """What was built, with a cell of it as the output."""
    inputs = (
        _port(cell.name, index, cell)
        for index, cell in enumerate(builder.cells)
        if cell.kind is CellKind.INPUT
    )
    output = _port("y", result, builder.cells[result])
    return Datapath("top", tuple(builder.cells), tuple(inputs), (output,))


def own_operators(
    cells: Sequence[Cell], uses: Sequence[int], depths: Sequence[int], root: int
) -> Operators:
    """The root with the products, wires and sums with constants that serve it alone; all before them are inputs.

    Of what it cuts, the sum belongs to it too, and so do zeros below factors, whoever else reads them.
    """
    inner = {root}
    left = {root: 0}
    for index in range(root, -1, -1):
        if index not in left:
            continue
        is_own = index == root or left[index] == uses[index]
        if not (is_own and (index == root or _is_part(cells, cells[root], index))):
            shifted = cells[index].kind is CellKind.SHIFT_LEFT
            if not shifted or cells[cells[index].operands[0]].kind in PRODUCTS:
                continue
        inner.add(index)
        for operand in cells[index].operands:
            left[operand] = left.get(operand, 0) + 1
    builder = DatapathBuilder()
    places: dict[int, int] = {}
    outer = sorted(left.keys() - inner)
    for index in outer:
        cell = cells[index]
        if cell.kind is CellKind.CONSTANT:
            places[index] = builder.constant(cell.value, cell.fraction)
        else:
            name = f"x{len(places)}"
            places[index] = builder.input(name, cell.minimum, cell.maximum, cell.fraction)
    for index in sorted(inner):
        operands = tuple([places[operand] for operand in cells[index].operands])
        places[index] = builder.copy(cells[index].labelled("", ""), operands)
    datapath = alone(builder, places[root])
    least = min((depths[index] for index in outer), default=0)
    before = {places[index]: depths[index] - least for index in outer}
    return Operators(datapath, tuple([before[place] for place in sorted(before)]))


def _is_part(cells: Sequence[Cell], root: Cell, index: int) -> bool:
    """Whether a cell that serves the root alone is built with it."""
    cell = cells[index]
    if cell.unit:
        return False
    if cell.kind is not CellKind.SUM:
        return cell.kind in PRODUCTS or cell.kind in WIRES
    is_cut = any(cells[operand].kind is CellKind.SHIFT_RIGHT for operand in root.operands)
    return is_cut or len(cell.operands) == 1


def _port(name: str, index: int, cell: Cell) -> Port:
    return Port(name, name, index, cell.format, cell.minimum, cell.maximum)
