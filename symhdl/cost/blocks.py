"""What blocks of the device a datapath takes, and what else is told by the shape of its cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from symhdl.choices import DspUse
from symhdl.cost.products import ROW_INPUTS
from symhdl.ir.block_sums import is_block_sum
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.numeric.digits import low_zeros
from symhdl.targets.memories import Memory
from symhdl.targets.target import Bram, Target


def most_blocks(target: Target, dsp: DspUse) -> int:
    """How many DSP blocks may be used."""
    if dsp == "none":
        return 0
    return target.resources.dsps if dsp == "auto" else min(dsp, target.resources.dsps)


def blocks_taken(datapath: Datapath, resource: str, bram: Bram) -> int:
    """How many blocks of a resource (`dsps` or `brams`) the cells take that are bound to units."""
    return sum(blocks for _, blocks in blocks_of_cells(datapath, resource, bram))


def blocks_of_cells(datapath: Datapath, resource: str, bram: Bram) -> Iterator[tuple[int, int]]:
    """The cells that are bound to units of a resource, and how many blocks each takes."""
    for index, cell in enumerate(datapath.cells):
        unit = datapath.unit(cell.unit) if cell.unit else None
        if unit is not None and unit.resource == resource and not is_block_sum(cell, unit):
            memory = unit.memory if datapath.is_instanced(cell) else None
            in_memory = cell.kind is CellKind.TABLE
            yield index, unit.amount * (blocks_of_table(cell, bram, memory) if in_memory else 1)


def tables_in_adder(
    cells: Sequence[Cell], adder: Cell, uses: Sequence[int] | Mapping[int, int], lut_inputs: int
) -> Iterator[int]:
    """The tables that the LUTs of an adder may look up, one of them, beside a bit of the other operand.

    The carries take that as it is, and the LUT before them says whether it differs from the entry. Large LUTs alone
    have room for more than the two bits, and nothing else may read the entry. `uses` tells how often cells are read.
    """
    if lut_inputs <= ROW_INPUTS or adder.unit:
        return
    for operand in adder.operands if adder.kind is CellKind.ADD else adder.operands[1:]:
        table = small_table(cells, operand, uses, lut_inputs)
        if table is not None:
            yield table


def small_table(
    cells: Sequence[Cell], operand: int, uses: Sequence[int] | Mapping[int, int], lut_inputs: int
) -> int | None:
    """The table in logic, read once, that an operand is, shifted or not, if a LUT has an input left beside its own."""
    while cells[operand].kind is CellKind.SHIFT_LEFT and uses[operand] == 1:
        operand = cells[operand].operands[0]
    cell = cells[operand]
    is_alone = cell.kind is CellKind.TABLE and not cell.unit and uses[operand] == 1
    return operand if is_alone and index_bits(cell) < lut_inputs else None


def small_tables_of(
    cells: Sequence[Cell], total: Cell, uses: Sequence[int] | Mapping[int, int], lut_inputs: int
) -> Mapping[int, int]:
    """The tables that adders of a sum look up for nothing, one of them each, by the numbers of their terms."""
    if lut_inputs <= ROW_INPUTS:
        return {}
    found: dict[int, int] = {}
    for number, (weight, operand) in enumerate(zip(total.weights, total.operands, strict=True)):
        table = small_table(cells, operand, uses, lut_inputs)
        if table is not None and abs(weight).bit_count() == 1:
            found[number] = table
    return found


def trailing_zeros(cells: Sequence[Cell]) -> list[int]:
    """For every cell, how many of its low bits are always 0 because it was shifted left."""
    zeros: list[int] = []
    for cell in cells:
        rule = LOW_ZEROS.get(cell.kind)
        zeros.append(0 if rule is None else rule(cell, cells, zeros))
    return zeros


def _zeros_of_constant(cell: Cell, _: Sequence[Cell], __: Sequence[int]) -> int:
    return low_zeros(cell.value) if cell.value else cell.width


def _zeros_of_joined(cell: Cell, cells: Sequence[Cell], zeros: Sequence[int]) -> int:
    low = cell.operands[1]
    return zeros[low] if cells[low].maximum else cell.shift


def _zeros_of_sum(cell: Cell, _: Sequence[Cell], zeros: Sequence[int]) -> int:
    parts = [
        zeros[operand] + low_zeros(weight)
        for operand, weight in zip(cell.operands, cell.weights, strict=True)
    ]
    return min(parts + [low_zeros(cell.value)] * (cell.value != 0))


LOW_ZEROS: Mapping[CellKind, Callable[[Cell, Sequence[Cell], Sequence[int]], int]] = {
    CellKind.CONSTANT: _zeros_of_constant,
    CellKind.SHIFT_LEFT: lambda cell, _, zeros: zeros[cell.operands[0]] + cell.shift,
    CellKind.SHIFT_RIGHT: lambda cell, _, zeros: max(0, zeros[cell.operands[0]] - cell.shift),
    CellKind.JOIN: _zeros_of_joined,
    CellKind.REGISTER: lambda cell, _, zeros: zeros[cell.operands[0]],
    CellKind.SUM: _zeros_of_sum,
    CellKind.MULTIPLY: lambda cell, _, zeros: sum(zeros[a] for a in cell.operands),
}
"""The kinds whose low bits may be known to be 0, from those of all cells before."""


def index_bits(cell: Cell) -> int:
    """The bits of the index of a table."""
    return max(1, (len(cell.contents) - 1).bit_length())


def row_inputs(cell: Cell) -> int:
    """On how many bits each bit of a row depends: those of the digit, and one of each multiple."""
    sizes = {abs(weight) for weight in cell.weights if weight}
    return (len(cell.weights) - 1).bit_length() + len(sizes)


def blocks_of_table(cell: Cell, bram: Bram, memory: Memory | None = None) -> int:
    """Memory blocks of a table."""
    return blocks_of_words(1 << index_bits(cell), cell.width, bram, memory)


def blocks_of_words(words: int, width: int, bram: Bram, memory: Memory | None = None) -> int:
    """Memory blocks of so many words: as synthesis has them in the shape that takes the fewest, or instances."""
    if memory is not None:
        most = min(words, memory.most_words)
        return math.ceil(words / most) * memory.side_by_side(most, width)
    shapes = (bram.width >> halvings for halvings in range(bram.width.bit_length()))
    return min(math.ceil(words / (bram.bits // w)) * math.ceil(width / w) for w in shapes)
