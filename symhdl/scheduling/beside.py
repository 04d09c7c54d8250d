"""Moves products to the sums with which they share a block, and sums before products to these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symhdl.cost.delays import CellDelay, Offers
from symhdl.ir.block_sums import block_sums
from symhdl.ir.datapath import Datapath
from symhdl.ir.pre_sums import pre_sums
from symhdl.scheduling.earliest import Timetable


def with_products_beside_sums(
    datapath: Datapath, table: Timetable, offers: Sequence[Offers]
) -> Timetable:
    """The timetable in which such a product is there when the sum takes it, so that no register is between them.

    The same holds for a sum before the multiplier and the product that takes it. What would be a register is one
    of the block behind its multiplier, or before its adder, as far as there are such. For more of them the product, or
    the sum, takes its operands so much later, from registers, which is never too late for the clock.
    """
    pairs = [(each.cell, each.product) for each in block_sums(datapath)]
    pairs += [(each.product, each.cell) for each in pre_sums(datapath)]
    if not pairs:
        return table
    stages, delays = list(table.stages), list(table.delays)
    for reader, read in pairs:
        needed = stages[reader] - delays[reader].latency
        between = needed - stages[read]
        if between:
            delays[read] = _held(offers[read], delays[read], between)
            stages[read] = needed
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
