"""Cells that a few bits tell together, as one table with these bits side by side as its index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from symhdl.cost.tables import Integers
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.rebuild import rebuilt
from symhdl.simulate.definition import COMPUTE

MOST_SETS = 6  # of a cell: those of the fewest bits
LONGEST = 60  # bits of integers, so that int64 holds what is computed of them

Leaves = frozenset[int]
"""Cells that, with constants, tell another one."""


@dataclass(frozen=True, slots=True)
class Part:
    """A cell as a function of the integers of some others: the `leaves`, and all that lies `inside`, in order."""

    root: int
    leaves: tuple[int, ...]
    inside: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class JointTable:
    """The table of a part; the first of its leaves is in the lowest bits of the index."""

    leaves: tuple[int, ...]
    contents: tuple[int, ...]


def bits_of(cell: Cell) -> int:
    """How many of its lowest bits tell all integers of a cell apart."""
    return (cell.maximum - cell.minimum).bit_length()


def leaves_of(cells: Sequence[Cell], most_bits: int) -> list[list[Leaves]]:
    """For every cell some sets of leaves that have so many bits at most; itself is the first, if it has so few.

    As the cuts of technology mapping, with numbers for bits: A. Mishchenko et al., Improvements to technology mapping
    for LUT-based FPGAs, 2006.
    """
    bits = [bits_of(cell) for cell in cells]
    found: list[list[Leaves]] = []
    for index, cell in enumerate(cells):
        own: list[Leaves] = []
        if cell.width <= LONGEST and bits[index] <= most_bits:
            own.append(frozenset() if cell.kind is CellKind.CONSTANT else frozenset((index,)))
        operands = dict.fromkeys(cell.operands)
        if operands and all(found[operand] for operand in operands) and _is_short(cell):
            joined: list[Leaves] = [frozenset()]
            for operand in operands:
                both = {a | b for a in joined for b in found[operand]}
                joined = _best(both, bits, most_bits)
            own += joined
        found.append(own)
    return found


def _is_short(cell: Cell) -> bool:
    """Whether int64 holds all that the cell is computed of."""
    numbers = (cell.minimum, cell.maximum, cell.value, *cell.weights)
    if any(number.bit_length() > LONGEST for number in numbers):
        return False
    ends = (min(cell.contents), max(cell.contents)) if cell.contents else ()
    return all(entry.bit_length() <= LONGEST for entry in ends)


def _best(sets: Iterable[Leaves], bits: Sequence[int], most_bits: int) -> list[Leaves]:
    """Those of the fewest bits, without any that holds another one."""
    sized = [(sum(bits[leaf] for leaf in each), sorted(each), each) for each in sets]
    kept: list[Leaves] = []
    for _, _, leaves in sorted(each for each in sized if each[0] <= most_bits):
        if not any(other <= leaves for other in kept):
            kept.append(leaves)
            if len(kept) == MOST_SETS:
                break
    return kept


def part_of(cells: Sequence[Cell], root: int, leaves: Leaves) -> Part:
    """The part between some leaves and the cell that they tell."""
    inside, waiting = {root}, [root]
    while waiting:
        for operand in cells[waiting.pop()].operands:
            if operand not in inside and operand not in leaves:
                inside.add(operand)
                waiting.append(operand)
    return Part(root, tuple(sorted(leaves)), tuple(sorted(inside)))


def replaced(cells: Sequence[Cell], uses: Sequence[int], part: Part) -> list[int]:
    """What of a part is not built where a table takes its place, by how often each cell is used."""
    left = {index: uses[index] for index in part.inside}
    left[part.root] = 0
    found: list[int] = []
    for index in reversed(part.inside):
        if left[index]:
            continue
        found.append(index)
        for operand in cells[index].operands:
            if operand in left:
                left[operand] -= 1
    return found


def joint_table(cells: Sequence[Cell], part: Part) -> JointTable:
    """The table of a part. Where no integers of the leaves lead to it has what is next to it."""
    values = _values(cells, part)
    for axis, leaf in enumerate(reversed(part.leaves)):
        values = np.take(values, _places(cells[leaf]), axis=axis)
    return JointTable(part.leaves, tuple(values.ravel().tolist()))


def turned(cells: Sequence[Cell], table: JointTable) -> JointTable:
    """The same table with its leaves in reverse order."""
    shape = [1 << bits_of(cells[leaf]) for leaf in reversed(table.leaves)]
    contents = np.array(table.contents, dtype=np.int64).reshape(shape).T
    return JointTable(table.leaves[::-1], tuple(contents.ravel().tolist()))


def _places(leaf: Cell) -> NDArray[np.intp]:
    """For each address the place of the leaf's integer from its minimum on; in the gap that of the nearer end."""
    size, count = 1 << bits_of(leaf), leaf.maximum - leaf.minimum + 1
    places = np.arange(size)
    places = np.where(places < count + (size - count) // 2, np.minimum(places, count - 1), 0)
    return np.roll(places, leaf.minimum % size)


def _values(cells: Sequence[Cell], part: Part) -> Integers:
    """The root for all integers of the leaves, those of the last one along the first axis.

    Leaves may hang together, so that not all of them meet; where a cell leaves its range they do not.
    """
    values: dict[int, Integers] = {}
    dimensions = len(part.leaves)
    for place, leaf in enumerate(part.leaves):
        axis = np.arange(cells[leaf].minimum, cells[leaf].maximum + 1, dtype=np.int64)
        values[leaf] = axis.reshape((-1,) + (1,) * place)
    meets = np.ones((1,) * dimensions, dtype=np.bool_)
    for index in part.inside:
        cell = cells[index]
        if cell.kind is CellKind.CONSTANT:
            values[index] = np.full((1,) * dimensions, cell.value, dtype=np.int64)
            continue
        operands = [values[operand] for operand in cell.operands]
        if cell.kind is CellKind.TABLE:
            operands = [np.clip(operands[0], 0, len(cell.contents) - 1)]
        own: Integers = COMPUTE[cell.kind](cell, False)(*operands).astype(np.int64)
        meets = meets & (own >= cell.minimum) & (own <= cell.maximum)
        values[index] = own
    shape = [cells[leaf].maximum - cells[leaf].minimum + 1 for leaf in reversed(part.leaves)]
    return _filled(np.broadcast_to(values[part.root], shape), np.broadcast_to(meets, shape))


def _filled(values: Integers, known: NDArray[np.bool_]) -> Integers:
    """The values, and where they are not known the last one before, or the first of all."""
    if known.all():
        return values
    assert known.any(), "a part that nothing reaches; please report this"
    flags = known.ravel()
    last = np.maximum.accumulate(np.where(flags, np.arange(flags.size), int(flags.argmax())))
    filled: Integers = values.ravel()[last].reshape(values.shape)
    return filled


def with_joint_tables(datapath: Datapath, tables: Mapping[int, JointTable]) -> Datapath:
    """The datapath, without registers, in which some cells are tables; the integers of all that stay are equal."""
    if not tables:
        return datapath
    cells = datapath.cells

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        table = tables.get(index)
        if table is None:
            return None
        address = builder.constant(0, 0)
        shift = 0
        for leaf in table.leaves:
            bits = bits_of(cells[leaf])
            own = builder.bits(places[leaf], 0, bits)
            address = builder.join(own, address, shift, 0) if shift else own
            shift += bits
        address = builder.part(address, "index")
        return builder.table(address, table.contents, cells[index].fraction)

    return rebuilt(datapath, rewrite)
