"""Prices registers as the device builds them: a value that is held for long is a shift register in LUTs.

What holding costs grows less and less with the clock edges, which no linear program says. So it is solved for prices
at hand, and again with what one more clock edge costs in the answer, as long as that makes it cheaper.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from symhdl.cost.delays import Offers
from symhdl.cost.shift_registers import price_of_holding, prices_of_next
from symhdl.scheduling.earliest import Timetable
from symhdl.scheduling.registers import with_retiming
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
    best, retiming = with_retiming(wiring, table, offers, budget_ns)
    if retiming is None or not kind.most or best.latency < kind.least:
        return best
    taps = taps_of(wiring, best)
    least = price_of(wiring.widths, taps, kind)
    for _ in range(ROUNDS):
        prices = prices_of_next([max(own, default=0) for own in taps], kind)
        found = retiming.cheapest(
            [w * price for w, price in zip(wiring.widths, prices, strict=True)]
        )
        if found is None:
            break
        taps = taps_of(wiring, found)
        price = price_of(wiring.widths, taps, kind)
        if price >= least:
            break
        best, least = found, price
    return best


def price_of(widths: Sequence[int], taps: Sequence[Collection[int]], kind: ShiftRegister) -> int:
    """What all registers cost; one of which the value is read ends a shift register."""
    total = 0
    for width, own in zip(widths, taps, strict=True):
        before = 0
        for edges in sorted(own):
            total += width * price_of_holding(edges - before, kind)
            before = edges
    return total


def taps_of(wiring: Wiring, table: Timetable) -> list[set[int]]:
    """For every cell after how many clock edges its value is read, but at once."""
    intakes = [
        stage - delay.latency for stage, delay in zip(table.stages, table.delays, strict=True)
    ]
    taps = [
        {intakes[user] - stage for user in users}
        for users, stage in zip(wiring.users, table.stages, strict=True)
    ]
    for output in wiring.outputs:
        taps[output].add(table.latency - table.stages[output])
    for own in taps:
        own.discard(0)
    return taps
