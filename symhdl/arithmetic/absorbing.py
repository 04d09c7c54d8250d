"""Constants that are added to what comes from a table, as part of the table's contents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from msgspec import structs

from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.reach import use_counts_of
from symhdl.ir.rebuild import rebuilt
from symhdl.numeric.fixed import width_of_range


@dataclass(frozen=True, slots=True)
class _Step:
    """A cell whose integer becomes greater by `offset`, and through which operand."""

    cell: int
    offset: int
    operand: int = 0


Path = tuple[_Step, ...]
"""From the operand of a sum down to a table."""

Pays = Callable[[int, Cell, Cell], bool]
"""Whether it pays to save an adder of so many bits by having the second table instead of the first."""


def with_absorbed_constants(datapath: Datapath, pays: Pays) -> Datapath:
    """The datapath, without registers, in which constant terms are in tables where there is one for them alone."""
    cells = datapath.cells
    if all(cell.kind is not CellKind.TABLE for cell in cells):
        return datapath
    uses = use_counts_of(cells, (port.cell for port in datapath.outputs))
    found = {
        index: path
        for index, cell in enumerate(cells)
        if cell.kind is CellKind.SUM and cell.value
        if (path := _path(cells, uses, cell, pays)) is not None
    }
    if not found:
        return datapath
    taken: set[int] = set()  # a table takes one constant at a time

    def rewrite(builder: DatapathBuilder, index: int, places: Sequence[int]) -> int | None:
        path = found.get(index)
        if path is None or path[-1].cell in taken:
            return None
        taken.add(path[-1].cell)
        cell = cells[index]
        greater = _greater(builder, cells, path, places)
        terms = [
            (weight, greater if operand == path[0].cell else places[operand])
            for weight, operand in zip(cell.weights, cell.operands, strict=True)
        ]
        return builder.sum(terms, 0, cell.fraction)

    return rebuilt(datapath, rewrite)


def _path(cells: Sequence[Cell], uses: Sequence[int], root: Cell, pays: Pays) -> Path | None:
    """The way from the sum to a table on which every cell has one reader; None where none pays."""
    waiting: list[Path] = [
        (_Step(operand, root.value // weight),)
        for weight, operand in zip(root.weights, root.operands, strict=True)
        if root.value % weight == 0
    ]
    while waiting:
        path = waiting.pop()
        step = path[-1]
        cell = cells[step.cell]
        if uses[step.cell] != 1:
            continue
        if cell.kind is CellKind.TABLE:
            bits = root.width - sum(_growth(cells[each.cell], each.offset) for each in path)
            if _growth(cell, step.offset) == 0 and pays(bits, cell, _raised(cell, step.offset)):
                return path
            continue
        for position, offset in enumerate(_offsets(cell, step.offset)):
            if offset is not None:
                on_the_way = _Step(step.cell, step.offset, position)
                waiting.append((*path[:-1], on_the_way, _Step(cell.operands[position], offset)))
    return None


def _offsets(cell: Cell, offset: int) -> tuple[int | None, ...]:
    """By how much each operand alone must be greater for the cell to be so; None where it cannot be."""
    match cell.kind:
        case CellKind.ADD:
            return offset, offset
        case CellKind.SUBTRACT:
            return offset, -offset
        case CellKind.NEGATE:
            return (-offset,)
        case CellKind.SHIFT_RIGHT:
            return (offset << cell.shift,)
        case CellKind.SHIFT_LEFT if offset % (1 << cell.shift) == 0:
            return (offset >> cell.shift,)
        case CellKind.SUM:
            return tuple(None if offset % w else offset // w for w in cell.weights)
        case _:
            return ()


def _raised(table: Cell, offset: int) -> Cell:
    """The table with greater entries."""
    contents = tuple([entry + offset for entry in table.contents])
    return structs.replace(table, contents=contents).ranged(
        table.minimum + offset, table.maximum + offset
    )


def _growth(cell: Cell, offset: int) -> int:
    """How many bits more the cell has then."""
    _, width = width_of_range(cell.minimum + offset, cell.maximum + offset)
    return max(0, width - cell.width)


def _greater(
    builder: DatapathBuilder, cells: Sequence[Cell], path: Path, places: Sequence[int]
) -> int:
    """The first cell of the path anew, from a table with greater contents on."""
    table = cells[path[-1].cell]
    contents = _raised(table, path[-1].offset).contents
    place = builder.table(places[table.operands[0]], contents, table.fraction)
    for step in reversed(path[:-1]):
        cell = cells[step.cell]
        operands = [places[operand] for operand in cell.operands]
        operands[step.operand] = place
        place = _again(builder, cell, operands)
        place = builder.narrow(place, cell.minimum + step.offset, cell.maximum + step.offset)
    return place


def _again(builder: DatapathBuilder, cell: Cell, operands: Sequence[int]) -> int:
    """The operation of a cell with other operands."""
    match cell.kind:
        case CellKind.ADD:
            return builder.add(*operands)
        case CellKind.SUBTRACT:
            return builder.subtract(*operands)
        case CellKind.NEGATE:
            return builder.negate(*operands)
        case CellKind.SHIFT_RIGHT:
            return builder.shift_right(operands[0], cell.shift, cell.fraction)
        case CellKind.SHIFT_LEFT:
            return builder.shift_left(operands[0], cell.shift, cell.fraction)
        case _:
            terms = list(zip(cell.weights, operands, strict=True))
            return builder.sum(terms, cell.value, cell.fraction)
