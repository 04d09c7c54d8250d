"""Moves products to the sums with which they share a block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symhdl.cost.delays import CellDelay, Offers
from symhdl.ir.block_sums import block_sums
from symhdl.ir.datapath import Datapath
from symhdl.scheduling.earliest import Timetable


def with_products_beside_sums(
    datapath: Datapath, table: Timetable, offers: Sequence[Offers]
) -> Timetable:
    """The timetable in which such a product is there when the sum takes it, so that no register is between them.

    What would be one is a register of the block behind its multiplier, as far as there are such. For more of them the
    product takes its operands so much later, from registers, which is never too late for the clock.
    """
    found = block_sums(datapath)
    if not found:
        return table
    stages, delays = list(table.stages), list(table.delays)
    for each in found:
        needed = table.intake(each.cell)
        between = needed - stages[each.product]
        if between:
            delays[each.product] = _held(offers[each.product], delays[each.product], between)
            stages[each.product] = needed
    return replace(table, stages=stages, delays=delays)


def _held(own: Offers, chosen: CellDelay, edges: int) -> CellDelay:
    """What was chosen for a product with up to so many registers more behind its multiplier."""
    more = [
        delay
        for delay in own
        if chosen.latency < delay.latency <= chosen.latency + edges
        and delay.delay_ns <= chosen.delay_ns
    ]
    return min(more, key=lambda d: (d.clock_to_output_ns, -d.latency)) if more else chosen
