"""The least latency: every cell as soon as its operands are there and the period has room for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from symhdl.cost.delays import TOLERANCE_NS, WIRE, Arrival, CellDelay, Offers, behind, within_clock
from symhdl.scheduling.wiring import Wiring

# The spread of the slack over the stages is searched by halving the interval so many times; fewer times
# for a design with many cells, where each time takes long.
HALVINGS = 5
HALVINGS_OF_MANY = 2
MANY_CELLS = 20_000


@dataclass(frozen=True, slots=True)
class Timetable:
    """The stage in which every cell has its value, how long it takes, and the clock edges from inputs to outputs."""

    stages: list[int]
    delays: list[CellDelay]
    latency: int

    def intake(self, index: int) -> int:
        """The stage in which a cell takes its operands."""
        return self.stages[index] - self.delays[index].latency


def fits(delay: CellDelay, into: Arrival, budget_ns: float) -> bool:
    """Whether a cell may be through then; one slower than the budget only if nothing goes before it."""
    own_ns, (_, full_ns) = delay.before_ns, into
    through_ns = full_ns + own_ns - delay.delay_ns
    return through_ns <= max(budget_ns, own_ns) + TOLERANCE_NS or own_ns == 0.0


def usable(offers: Offers, budget_ns: float) -> Offers:
    """The offers that are fast enough, or else the fastest."""
    if len(offers) == 1:
        return offers
    fast = tuple(delay for delay in offers if delay.around_ns <= budget_ns + TOLERANCE_NS)
    return fast or (min(offers, key=attrgetter("around_ns")),)


def earliest(
    wiring: Wiring, offers: Sequence[Offers], budget_ns: float, limit: float = math.inf
) -> Timetable | None:
    """Every cell in the first stage in which it fits, with the latency by which it is through first.

    Of equal ones the greatest latency is taken, which has the most registers for nothing. None where the latency of the
    whole exceeds the limit.
    """
    stages: list[int] = []
    arrivals: list[Arrival] = []
    delays: list[CellDelay] = []
    # Cells of one unit share their offers.
    shared = {id(own): own for own in offers if len(own) > 1}
    fast = {key: usable(own, budget_ns) for key, own in shared.items()}
    for sources, own in zip(wiring.sources, offers, strict=True):
        delay = own[0]
        if len(own) > 1:
            places = [
                (*_placed(sources, stages, arrivals, each, budget_ns), each)
                for each in fast[id(own)]
            ]
            stage, arrival, delay = min(
                places, key=lambda place: (place[0], place[1][1], -place[2].latency)
            )
        elif delay is WIRE and len(sources) == 1:  # much faster than to place it
            (source,) = sources
            stage, arrival = stages[source], arrivals[source]
        else:
            stage, arrival = _placed(sources, stages, arrivals, delay, budget_ns)
        if stage > limit:
            return None
        stages.append(stage)
        arrivals.append(arrival)
        delays.append(delay)
    latency = max((_ready(wiring, stages, delays, index) for index in wiring.outputs), default=0)
    return Timetable(stages, delays, latency) if latency <= limit else None


def least_latency(wiring: Wiring, offers: Sequence[Offers], budget_ns: float) -> int:
    """The latency of a combinational datapath as a pipeline with so much time for the cells of a stage."""
    within = within_clock(offers, budget_ns)
    table = earliest(wiring, within, budget_ns)
    assert table is not None, "a latency without a limit; please report this"
    return table.latency


def is_enough(latency: int, wiring: Wiring, offers: Sequence[Offers], budget_ns: float) -> bool:
    """Whether a pipeline of that latency has so much time for the cells of a stage."""
    within = within_clock(offers, budget_ns)
    return earliest(wiring, within, budget_ns, latency) is not None


def _placed(
    sources: Sequence[int], stages: Sequence[int], arrivals: Sequence[Arrival], delay: CellDelay,
    budget_ns: float,
) -> tuple[int, Arrival]:  # fmt: skip
    """The first stage in which a cell has its value, and when."""
    intake, low_ns, full_ns = 0, 0.0, 0.0
    for source in sources:
        stage = stages[source]
        if stage > intake:
            intake, (low_ns, full_ns) = stage, arrivals[source]
        elif stage == intake:
            low, full = arrivals[source]
            if low > low_ns:
                low_ns = low
            if full > full_ns:
                full_ns = full
    into = behind(delay, low_ns, full_ns)
    if into[1] + delay.wire_ns > budget_ns and not fits(delay, into, budget_ns):
        intake, into = intake + 1, behind(delay, 0.0, 0.0)
    if delay.latency:
        return intake + delay.latency, delay.from_register
    return intake, into


def _ready(wiring: Wiring, stages: Sequence[int], delays: Sequence[CellDelay], index: int) -> int:
    """The first stage in which an output comes from a register: its own only behind one of a unit."""
    return stages[index] + (not delays[wiring.behind_wires(index)].latency)


def with_spread_slack(
    wiring: Wiring, offers: Sequence[Offers], budget_ns: float, latency: int | None = None
) -> tuple[Timetable, float] | None:
    """The timetable of a latency for the budget, the least one unless told, and the least budget that keeps it.

    A design whose last stage would be nearly empty gets all its stages equally filled, which leaves place and route
    the more time for wires. None where the latency is too short for the budget.
    """
    best = earliest(wiring, offers, budget_ns, math.inf if latency is None else latency)
    if best is None:
        return None
    wanted = best.latency if latency is None or not wiring.outputs else latency
    longest_ns = max((min(delay.around_ns for delay in own) for own in offers), default=0.0)
    low, high = min(longest_ns, budget_ns), budget_ns
    for _ in range(HALVINGS if len(offers) < MANY_CELLS else HALVINGS_OF_MANY):
        middle = (low + high) / 2
        found = earliest(wiring, offers, middle, wanted)
        if found is None:
            low = middle
        else:
            high, best = middle, found
    return replace(best, latency=wanted), high
