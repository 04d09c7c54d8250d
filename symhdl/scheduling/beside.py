"""Moves products to the sums with which they share a block, sums before products to these, and blocks to each other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from symhdl.cost.delays import Arrival, CellDelay, Offers, after
from symhdl.ir.block_sums import BlockSum, block_sums
from symhdl.ir.datapath import Datapath
from symhdl.ir.pre_sums import pre_sums
from symhdl.scheduling.earliest import Timetable


def with_products_beside_sums(
    datapath: Datapath, table: Timetable, offers: Sequence[Offers]
) -> Timetable:
    """The timetable in which such a product is there when the sum takes it, so that no register is between them.

    The same holds for a sum before the multiplier and the product that takes it, and for the result of the block
    before where a sum takes it beside another number. What would be a register is one of the block behind its
    multiplier, or before its adder, as far as there are such. For more of them the product, or the sum, takes its
    operands so much later, from registers, which is never too late for the clock.
    """
    pairs = [pair for each in reversed(block_sums(datapath)) for pair in _pairs(datapath, each)]
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


def _pairs(datapath: Datapath, each: BlockSum) -> Iterator[tuple[int, int]]:
    """Cells of a block with what they read inside, and in a block with an inner sum the way to the one before."""
    readers = (each.cell, *each.inside)
    yield from itertools.pairwise(readers)
    reader, read = each.cell, each.addend
    while each.inner is not None:
        yield reader, read
        if read == each.before:
            break
        reader, (read,) = read, datapath.cells[read].operands


def longest_ns(datapath: Datapath, table: Timetable) -> float:
    """The longest time from a register to a cell that is ready in the same stage."""
    arrivals: list[Arrival] = []
    longest = 0.0
    for index, cell in enumerate(datapath.cells):
        delay, intake = table.delays[index], table.intake(index)
        arrival = after(delay, [arrivals[o] for o in cell.operands if table.stages[o] == intake])
        longest = max(longest, arrival[1] + (0.0 if delay.latency else delay.wire_ns))
        arrivals.append(delay.from_register if delay.latency else arrival)
    return longest


def _held(own: Offers, chosen: CellDelay, edges: int) -> CellDelay:
    """What was chosen for a product with up to so many registers more behind its multiplier."""
    more = [
        delay
        for delay in own
        if chosen.latency < delay.latency <= chosen.latency + edges
        and delay.delay_ns <= chosen.delay_ns
    ]
    return min(more, key=lambda d: (d.clock_to_output_ns, -d.latency)) if more else chosen
