"""Prices registers as the device builds them: a value that is held for long is a shift register in LUTs.

What holding costs grows less and less with the clock edges, which no linear program says. So it is solved for prices
at hand, and again with what one more clock edge costs in the answer, as long as that makes it cheaper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symhdl.cost.delays import Offers
from symhdl.cost.shift_registers import price_of_holding, prices_of_next
from symhdl.scheduling.earliest import Timetable
from symhdl.scheduling.registers import with_fewest_registers
from symhdl.scheduling.wiring import Wiring
from symhdl.targets.target import ShiftRegister

ROUNDS = 3
"""After which hardly anything becomes cheaper."""


def with_cheapest_registers(
    wiring: Wiring,
    table: Timetable,
    offers: Sequence[Offers],
    budget_ns: float,
    kind: ShiftRegister,
) -> Timetable:
    """The timetable of the same latency with the fewest bits of registers, shift registers priced as LUTs."""
    best = with_fewest_registers(wiring, table, offers, budget_ns)
    if not kind.most or best.latency < kind.least:
        return best
    for _ in range(ROUNDS):
        held = [max(taps, default=0) for taps in taps_of(wiring, best)]
        prices = prices_of_next(held, kind)
        widths = [width * price for width, price in zip(wiring.widths, prices, strict=True)]
        found = with_fewest_registers(replace(wiring, widths=widths), best, offers, budget_ns)
        if price_of(wiring, found, kind) >= price_of(wiring, best, kind):
            break
        best = found
    return best


def price_of(wiring: Wiring, table: Timetable, kind: ShiftRegister) -> int:
    """What all registers cost; one of which the value is read ends a shift register."""
    total = 0
    for width, taps in zip(wiring.widths, taps_of(wiring, table), strict=True):
        edges = sorted(taps)
        runs = (last - first for first, last in zip((0, *edges), edges, strict=False))
        total += width * sum(price_of_holding(run, kind) for run in runs)
    return total


def taps_of(wiring: Wiring, table: Timetable) -> list[set[int]]:
    """For every cell after how many clock edges its value is read, but at once."""
    taps = [
        {table.intake(user) - stage for user in users} - {0}
        for users, stage in zip(wiring.users, table.stages, strict=True)
    ]
    for output in wiring.outputs:
        taps[output] |= {table.latency - table.stages[output]} - {0}
    return taps
