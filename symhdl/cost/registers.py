"""How many flip-flops the cells of a datapath take: bits that are held, but for those of units."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from symhdl.cost.area import Surroundings
from symhdl.ir.datapath import Cell, CellKind


def register_bits(around: Surroundings, left_out: Collection[int] = ()) -> int:
    """The flip-flops: each bit of a value is held once a stage, whatever wires show of it; units have their own."""
    return sum(bits for _, bits in register_bits_of_cells(around, left_out))


def register_bits_of_cells(
    around: Surroundings, left_out: Collection[int] = ()
) -> Iterator[tuple[int, int]]:
    """The flip-flops by cells: those that hold a value for a stage are of the first register that does so."""
    cells, zeros = around.cells, around.zeros
    held: dict[tuple[int, int], list[tuple[int, int]]] = {}
    first_of: dict[tuple[int, int], int] = {}
    views = _views(cells)
    for index, cell in enumerate(cells):
        if cell.kind is CellKind.REGISTER and index not in left_out:
            source, low = views[index]
            lowest = max(zeros[index], around.read[index].low)
            bits = (low + lowest, low + around.read[index].high)
            held.setdefault((source, cell.stage), []).append(bits)
            first_of.setdefault((source, cell.stage), index)
        if cell.unit:
            yield index, _beside_unit(around, index)
    for place, spans in held.items():
        yield first_of[place], _union(spans)


def _beside_unit(around: Surroundings, index: int) -> int:
    """The flip-flops of a unit that has no registers of its own."""
    cell = around.cells[index]
    unit = around.units.get(cell.unit)
    if unit is None:
        return cell.latency * cell.width
    if unit.packed or unit.instance is not None:
        return 0
    before = next((o.operand_registers for o in unit.offers if o.latency == cell.latency), 0)
    operand_bits = sum(operand.width for operand in around.operands(index))
    return before * operand_bits + (cell.latency - before) * cell.width


def _views(cells: Sequence[Cell]) -> list[tuple[int, int]]:
    """For every cell the one whose bits it shows, through wires and registers, and which of them is its lowest."""
    views: list[tuple[int, int]] = []
    for index, cell in enumerate(cells):
        source, low = views[cell.operands[0]] if cell.operands else (index, 0)
        if cell.kind is CellKind.REGISTER:
            views.append((source, low))
        elif cell.kind is CellKind.SHIFT_LEFT:
            views.append((source, low - cell.shift))
        elif cell.kind in (CellKind.SHIFT_RIGHT, CellKind.BITS):
            views.append((source, low + cell.shift))
        else:
            views.append((index, 0))
    return views


def _union(spans: Sequence[tuple[int, int]]) -> int:
    """How many integers lie in any of the half-open spans."""
    total, reached = 0, None
    for low, high in sorted(spans):
        if low >= high:
            continue
        start = low if reached is None else max(low, reached)
        total += max(0, high - start)
        reached = high if reached is None else max(reached, high)
    return total
