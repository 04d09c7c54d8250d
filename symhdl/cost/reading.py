"""Which bits of each cell are read by what stands behind it: synthesis makes no others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from symhdl.ir.datapath import Cell, CellKind, Datapath, is_sign


class Bits(NamedTuple):
    """The bits of a number from `low` on, below `high`."""

    low: int
    high: int


Rule = Callable[[Cell, int, Bits], Bits]
"""The bits that a cell reads of its operand at a position, of whose own bits some are read."""


def _same(_: Cell, __: int, own: Bits) -> Bits:
    return own


def _chosen(_: Cell, position: int, own: Bits) -> Bits:
    return own if position else Bits(0, 1)


def _joined(cell: Cell, position: int, own: Bits) -> Bits:
    return own if position else Bits(max(0, own.low - cell.shift), own.high - cell.shift)


def _from_lowest(_: Cell, __: int, own: Bits) -> Bits:
    """Carries come from all the lower bits."""
    return Bits(0, own.high)


RULES: Mapping[CellKind, Rule] = {
    CellKind.REGISTER: _same,
    CellKind.SELECT: _chosen,
    CellKind.JOIN: _joined,
    CellKind.SHIFT_LEFT: lambda cell, _, own: Bits(
        max(0, own.low - cell.shift), own.high - cell.shift
    ),
    CellKind.SHIFT_RIGHT: lambda cell, _, own: Bits(own.low + cell.shift, own.high + cell.shift),
    CellKind.BITS: lambda cell, _, own: Bits(
        own.low + cell.shift, min(own.high, cell.count) + cell.shift
    ),
    CellKind.ADD: _from_lowest,
    CellKind.SUBTRACT: _from_lowest,
    CellKind.NEGATE: _from_lowest,
}
"""The kinds that do not need all of their operands."""


def bits_read(datapath: Datapath) -> list[Bits]:
    """For every cell the bits that are read, of an output all; those below its width of one that nothing reads."""
    cells = datapath.cells
    widths = [cell.width for cell in cells]
    low, high = widths.copy(), [0] * len(cells)
    for port in datapath.outputs:
        low[port.cell], high[port.cell] = 0, widths[port.cell]
    for index in range(len(cells) - 1, -1, -1):
        cell = cells[index]
        rule = RULES.get(cell.kind) if not cell.unit else None
        if rule is not None:
            own = Bits(low[index], high[index])
            for position, operand in enumerate(cell.operands):
                first, last = rule(cell, position, own)
                low[operand] = min(low[operand], first)
                high[operand] = max(high[operand], min(last, widths[operand]))
            continue
        is_a_sign = cell.kind is CellKind.LESS and is_sign(cell, [cells[a] for a in cell.operands])
        for operand in cell.operands:
            first = widths[operand] - 1 if is_a_sign else 0
            low[operand] = min(low[operand], first)
            high[operand] = widths[operand]
    return list(map(Bits, low, high))
