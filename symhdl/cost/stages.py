"""What rows of adders take of registers, each of which waits for the one before, where a clock parts them in stages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from symhdl.cost.operators import Fabric

PRICE = 0.5
"""Of a register that no LUT stands beside, in LUTs: other logic leaves some of its own free."""


class Row(NamedTuple):
    """An adder of so many bits, and how many bits are held where a stage ends behind it."""

    bits: int
    held: int


def registers_of_rows(fabric: Fabric, rows: Iterable[Row]) -> float:
    """The registers, in LUTs, beyond those that the device has beside the LUTs of the adders.

    A row begins when all of the one before is there. Without a clock there are none, and where the highest clock is
    looked for each row is a stage.
    """
    if not fabric.clocked:
        return 0.0
    resources = fabric.target.resources
    beside = resources.ffs / resources.luts
    found, left_ns, luts = 0.0, fabric.period_ns, 0
    last: Row | None = None
    for row in rows:
        row_ns = fabric.target.adder_ns(row.bits)
        if last is not None and row_ns > left_ns:
            found += max(0.0, last.held - beside * luts)
            left_ns, luts = fabric.period_ns, 0
        left_ns -= row_ns
        luts += row.bits
        last = row
    return PRICE * found


def delay_of_rows_ns(fabric: Fabric, rows: Sequence[Row]) -> float:
    """How long the rows take one after the other."""
    return sum(fabric.target.adder_ns(row.bits) for row in rows)
