"""Tables of more entries than a unit of the device: parts of them, and a choice by the upper bits of the index."""

from __future__ import annotations

from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Cell
from symhdl.targets.units import Unit


def divided_table(builder: DatapathBuilder, cell: Cell, index: int, unit: Unit, most: int) -> int:
    """The table as parts of `most` entries at most, a power of two, that are bound to the unit."""
    low = most.bit_length() - 1
    # What is proved never read would make the words wider.
    contents = tuple(max(cell.minimum, min(entry, cell.maximum)) for entry in cell.contents)
    address = builder.bits(index, 0, low)
    parts: list[int] = []
    for start in range(0, len(contents), most):
        entries = contents[start : start + most]
        unread = contents[-1:] * (most - len(entries))
        part = builder.table(address, entries + unread, cell.fraction)
        builder.bind(part, unit.name)
        parts.append(part)
    while len(parts) > 1:
        bit = builder.bits(index, low, 1)
        pairs = [parts[k : k + 2] for k in range(0, len(parts), 2)]
        parts = [builder.select(bit, p[1], p[0]) if len(p) == 2 else p[0] for p in pairs]
        low += 1
    return builder.narrow(parts[0], cell.minimum, cell.maximum)
