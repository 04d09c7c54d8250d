"""Which products are in DSP blocks and which tables in memory blocks: as the cells say, else as synthesis decides."""

from __future__ import annotations

import math
from collections.abc import Sequence

from symhdl.choices import DspUse
from symhdl.ir.datapath import PRODUCTS, WIRES, Cell, CellKind, Datapath
from symhdl.targets.target import Bram, Dsp, Target
from symhdl.targets.units import Unit

# What only hands on bits: a register before such wires is as good as one behind them.


def unit_of(cell: Cell, target: Target) -> Unit | None:
    """The unit that the cell is made of; None for plain logic, and where the device has none of that name."""
    if not cell.unit:
        return None
    return next((unit for unit in target.units if unit.name == cell.unit), None)


def blocks_of_product(widths: Sequence[int], product_width: int, signed: bool, dsp: Dsp) -> int:
    """DSP blocks of a product of two operands; 0 if it is too narrow for one.

    Operands wider than a block are cut into pieces, and products of pieces that are too narrow stay in logic. With
    `signed` both widths count a sign.
    """
    wide, narrow = max(widths), min(widths)
    if not dsp.width or narrow < dsp.minimum_width or product_width < dsp.minimum_product:
        return 0
    sign = 0 if signed else dsp.sign_bits
    wide_pieces = _pieces(wide + sign, dsp.width, dsp.partial_width, dsp.sign_bits)
    narrow_pieces = _pieces(narrow + sign, dsp.second_width, dsp.second_width, dsp.sign_bits)
    large = [sum(bits >= dsp.minimum_width for bits in p) for p in (wide_pieces, narrow_pieces)]
    return large[0] * large[1]


def _pieces(bits: int, limit: int, partial: int, sign_bits: int) -> list[int]:
    """The widths of the pieces of an operand; all but the uppermost hold `partial` bits, `sign_bits` of them 0."""
    count = max(0, math.ceil((bits - limit) / (partial - sign_bits)))
    return [partial] * count + [bits - count * (partial - sign_bits)]


def operand_widths(operands: Sequence[Cell], zeros: Sequence[int]) -> tuple[list[int], bool]:
    """The bits of the two operands of a multiplier without their low zeros, and whether they count a sign.

    An unsigned operand beside a signed one gets a zero on top.
    """
    signed = any(operand.signed for operand in operands)
    widths = [
        max(1, operand.width - low) + (signed and not operand.signed)
        for operand, low in zip(operands, zeros, strict=True)
    ]
    return (widths * 2)[:2], signed


def dsp_cells(
    cells: Sequence[Cell], zeros: Sequence[int], target: Target, dsp: DspUse
) -> dict[int, int]:
    """The cells that are in DSP blocks, with the blocks of each; `zeros` are the low zeros of the cells.

    They are those that are bound to such a unit. Of products that are bound to none, synthesis decides.
    """
    found: dict[int, int] = {}
    infers = dsp == "auto" and target.has_dsp
    for index, cell in enumerate(cells):
        if cell.unit:
            unit = unit_of(cell, target)
            if unit is not None and unit.resource == "dsps":
                found[index] = unit.amount
        elif infers and cell.kind in PRODUCTS:
            operands = [cells[operand] for operand in cell.operands]
            widths, signed = operand_widths(operands, [zeros[operand] for operand in cell.operands])
            blocks = blocks_of_product(widths, cell.width, signed, target.dsp)
            if blocks:
                found[index] = blocks
    return found


def trailing_zeros(cells: Sequence[Cell]) -> list[int]:
    """For every cell, how many of its low bits are always 0 because it was shifted left."""
    zeros: list[int] = []
    for cell in cells:
        if cell.kind is CellKind.CONSTANT:
            value = cell.value
            zeros.append(_low_zeros(value) if value else cell.width)
        elif cell.kind is CellKind.SHIFT_LEFT:
            zeros.append(zeros[cell.operands[0]] + cell.shift)
        elif cell.kind is CellKind.SHIFT_RIGHT:
            zeros.append(max(0, zeros[cell.operands[0]] - cell.shift))
        elif cell.kind is CellKind.REGISTER:
            zeros.append(zeros[cell.operands[0]])
        elif cell.kind is CellKind.SUM:
            parts = [
                zeros[operand] + _low_zeros(weight)
                for operand, weight in zip(cell.operands, cell.weights, strict=True)
            ]
            zeros.append(min(parts + [_low_zeros(cell.value)] * (cell.value != 0)))
        elif cell.kind is CellKind.MULTIPLY:
            zeros.append(sum(zeros[operand] for operand in cell.operands))
        else:
            zeros.append(0)
    return zeros


def _low_zeros(value: int) -> int:
    return (value & -value).bit_length() - 1


def index_bits(cell: Cell) -> int:
    """The bits of the index of a table."""
    return max(1, (len(cell.contents) - 1).bit_length())


def memory_cells(cells: Sequence[Cell], target: Target) -> frozenset[int]:
    """The tables that are in memory blocks: those bound to one, and of the unbound ones all that are large enough."""
    return bound_memories(cells, target) | _large_tables(cells, target)


def bound_memories(cells: Sequence[Cell], target: Target) -> frozenset[int]:
    """The tables that are bound to memory blocks."""
    bound = ((index, unit_of(cell, target)) for index, cell in enumerate(cells) if cell.unit)
    return frozenset(i for i, unit in bound if unit is not None and unit.resource == "brams")


def _large_tables(cells: Sequence[Cell], target: Target) -> frozenset[int]:
    """The unbound tables that are large enough for a memory block."""
    bits = target.bram.minimum_bits
    if not target.resources.brams or not bits:
        return frozenset()
    return frozenset(
        index
        for index, cell in enumerate(cells)
        if cell.kind is CellKind.TABLE
        and not cell.unit
        and (1 << index_bits(cell)) * cell.width >= bits
    )


def blocks_of_table(cell: Cell, bram: Bram) -> int:
    """Memory blocks of a table, in the shape of a block that takes the fewest."""
    words = 1 << index_bits(cell)
    shapes = (bram.width >> halvings for halvings in range(bram.width.bit_length()))
    return min(math.ceil(words / (bram.bits // w)) * math.ceil(cell.width / w) for w in shapes)


def clocked_memories(datapath: Datapath, target: Target) -> frozenset[int]:
    """The tables of a datapath that are in memory blocks, which read at a clock edge.

    Of unbound ones these are the large ones whose edge synthesis finds: that of the registers behind the table if
    nothing else uses it, or that of the register before it.
    """
    cells = datapath.cells
    bound = bound_memories(cells, target)
    if all(cell.kind is not CellKind.REGISTER for cell in cells):
        return bound
    at_once = used_at_once(datapath)
    return bound | {
        index
        for index in _large_tables(cells, target)
        if index not in at_once or _source(cells, index).kind is CellKind.REGISTER
    }


def used_at_once(datapath: Datapath) -> set[int]:
    """The cells that something else than a register uses, wires not counted."""
    cells = datapath.cells
    found = {port.cell for port in datapath.outputs}
    for index in range(len(cells) - 1, -1, -1):
        kind = cells[index].kind
        if kind is not CellKind.REGISTER and (kind not in WIRES or index in found):
            found.update(cells[index].operands)
    return found


def _source(cells: Sequence[Cell], table: int) -> Cell:
    """The cell from which the index of a table comes through wires."""
    cell = cells[cells[table].operands[0]]
    while cell.kind in WIRES:
        cell = cells[cell.operands[0]]
    return cell
