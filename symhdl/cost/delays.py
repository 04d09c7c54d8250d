"""How long a cell takes, with each latency on offer, and when its value is there behind those of its operands."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from msgspec import Struct

TOLERANCE_NS = 1e-9
"""By how much a sum of floats may be over a budget that it keeps."""

Arrival = tuple[float, float]
"""When a value is ready within its stage, in nanoseconds: its lowest bit, and all of it.

Bit i is there at the first time plus i times the device's carry delay of a bit, or at the second if that is sooner.
"""

AT_ONCE: Arrival = (0.0, 0.0)


class CellDelay(Struct, frozen=True, gc=False):
    """How long a cell takes, in nanoseconds beside what registers take.

    A carry chain needs its lowest bits first and gives them first, so that the ripple of a chain overlaps
    with that of the chain before it: `ripple_ns` is the part of `delay_ns` that does, `low_delay_ns` the delay of the
    lowest bit (infinite: not before the others).
    A cell with registers inside takes `latency` clock edges. Then `delay_ns` is the time from its operands to the first
    register, `clock_to_output_ns` that from the last one to its value, and `inside_ns` the longest between two.
    `wire_ns` is what its value takes besides to a register, but not to logic, which has the wire in its own delay.
    """

    delay_ns: float = 0.0
    ripple_ns: float = 0.0
    low_delay_ns: float = math.inf
    latency: int = 0
    clock_to_output_ns: float = 0.0
    inside_ns: float = 0.0
    wire_ns: float = 0.0

    @property
    def before_ns(self) -> float:
        """The time from its operands to a register: the first one inside, or one that takes its value."""
        return self.delay_ns if self.latency else self.delay_ns + self.wire_ns

    @property
    def around_ns(self) -> float:
        """The longest path from a register before the cell to one behind it but for what lies inside."""
        return max(self.before_ns, self.clock_to_output_ns + self.wire_ns)

    @property
    def longest_ns(self) -> float:
        """The least period, register apart, with which the cell can do."""
        return max(self.around_ns, self.inside_ns)

    @property
    def from_register(self) -> Arrival:
        """When the value is ready in the stage of a cell with registers inside."""
        return self.clock_to_output_ns, self.clock_to_output_ns


Offers = tuple[CellDelay, ...]
"""The delays of one cell with each latency that may be chosen for it, the least one first."""


def after(delay: CellDelay, operands: Iterable[Arrival]) -> Arrival:
    """When a cell's value is ready, or its first register has it, that starts from operands of the same stage."""
    low_ns = full_ns = 0.0
    for low, full in operands:
        if low > low_ns:
            low_ns = low
        if full > full_ns:
            full_ns = full
    return behind(delay, low_ns, full_ns)


def behind(delay: CellDelay, low_ns: float, full_ns: float) -> Arrival:
    """As `after`, given when the lowest bit of every operand is there, and all of them."""
    # Scheduling asks this most often: `min` and `max` would take half as long again.
    ready_ns, overlapped_ns = low_ns, full_ns - delay.ripple_ns
    if overlapped_ns > low_ns:
        ready_ns = overlapped_ns
    ready_ns += delay.delay_ns
    low_ns += delay.low_delay_ns
    return (low_ns if low_ns < ready_ns else ready_ns), ready_ns


WIRE = CellDelay(low_delay_ns=0.0)

WIRE_ALONE = (WIRE,)


def within_clock(offers: Sequence[Offers], budget_ns: float) -> list[Offers]:
    """For every cell the offers for which the budget is enough, or else the fastest alone; shared ones stay shared."""
    choices = {id(own): own for own in offers if len(own) > 1}
    within = {key: _within_clock(own, budget_ns) for key, own in choices.items()}
    return [within[id(own)] if len(own) > 1 else own for own in offers]


def _within_clock(own: Offers, budget_ns: float) -> Offers:
    fast = tuple(delay for delay in own if delay.longest_ns <= budget_ns + TOLERANCE_NS)
    return fast or (fastest(own),)


def fastest(offers: Offers) -> CellDelay:
    """Of the delays of a cell the one for the highest clock, with the least latency."""
    if len(offers) == 1:
        return offers[0]
    return min(offers, key=lambda delay: delay.longest_ns)
