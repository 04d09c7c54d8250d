"""Which cells need a register between them, because the way through both is too long for the period."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import NamedTuple

from symhdl.cost.delays import WIRE, Arrival, after
from symhdl.scheduling.earliest import Timetable, fits
from symhdl.scheduling.wiring import Wiring

# Steps on ways between registers that are looked at, for each cell of the datapath.
STEPS = 64
NONE: set[int] = set()


class Separation(NamedTuple):
    """The intake of a cell is at least so many stages behind the stage of another one."""

    source: int
    user: int
    stages: int


def exact_separations(
    wiring: Wiring, table: Timetable, budget_ns: float
) -> list[Separation] | None:
    """What every timetable keeps that fits in the period with these delays; None where that takes too long to find.

    A way that is too long needs a register anywhere on it. Of the ways to a cell that begin on one another only the
    last is told, from which the others follow.
    """
    found: list[Separation] = []
    beyond: list[set[int]] = [NONE] * len(wiring.sources)
    # From a cell's operands to the last cell or register, carry chains one after the other: at most so long.
    longest_ns = [0.0] * len(wiring.sources)
    steps = STEPS * len(wiring.sources)
    for start in range(len(wiring.sources) - 1, -1, -1):
        users = wiring.users[start]
        if not users:
            longest_ns[start] = table.delays[start].before_ns
            continue
        delay = table.delays[start]
        ready_ns = delay.clock_to_output_ns if delay.latency else delay.delay_ns
        behind_ns = max(delay.wire_ns, *[longest_ns[user] for user in users])
        longest_ns[start] = delay.delay_ns + (0.0 if delay.latency else behind_ns)
        if ready_ns + behind_ns <= budget_ns:
            found += [Separation(start, user, 0) for user in users]
            continue
        too_far, taken = _beyond(wiring, table, budget_ns, start)
        steps -= taken
        if steps < 0:
            return None
        beyond[start] = too_far
        last = too_far.difference(
            *(beyond[user] for user in users if not table.delays[user].latency)
        )
        found += [Separation(start, user, 1) for user in sorted(last)]
        found += [Separation(start, user, 0) for user in users if user not in too_far]
    return found


def _beyond(wiring: Wiring, table: Timetable, budget_ns: float, start: int) -> tuple[set[int], int]:
    """The cells at which the ways from a cell become too long, and how many were looked at."""
    delays, sources, users = table.delays, wiring.sources, wiring.users
    first = delays[start].from_register if delays[start].latency else after(delays[start], ())
    arrivals: dict[int, Arrival] = {start: first}
    too_far: set[int] = set()
    waiting = list(users[start])  # ascending, which makes it a heap
    taken, last = 0, -1
    while waiting:
        index = heappop(waiting)
        if index == last:
            continue
        taken, last, delay = taken + 1, index, delays[index]
        if delay is WIRE and len(sources[index]) == 1:
            into = arrivals[sources[index][0]]
        else:
            into = after(delay, filter(None, map(arrivals.get, sources[index])))
            if into[1] + delay.wire_ns > budget_ns and not fits(delay, into, budget_ns):
                too_far.add(index)
                continue
        if not delay.latency:
            arrivals[index] = into
            for user in users[index]:
                heappush(waiting, user)
    return too_far, taken


def kept_separations(
    wiring: Wiring, table: Timetable, _budget_ns: float
) -> list[Separation] | None:
    """Each cell as far behind its operands as it is: what fits in the period goes on to fit in it."""
    return [
        Separation(source, user, table.intake(user) - table.stages[source])
        for user, sources in enumerate(wiring.sources)
        for source in sources
    ]
