"""Which cells need a register between them, because the way through both is too long for the period.

Such a register may as well be one more inside a unit at an end of the way, where that makes the unit fast enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple

from symhdl.cost.delays import WIRE, Arrival, CellDelay, Offers, after
from symhdl.scheduling.earliest import Timetable, fits
from symhdl.scheduling.wiring import Wiring

# Steps on ways between registers that are looked at, for each cell of the datapath.
STEPS = 64
TooFar = Mapping[int, bool]
"""Cells at which ways become too long, and whether they do with one more register inside the cell, too."""
NOTHING: TooFar = {}


class Separation(NamedTuple):
    """The intake of a cell is at least so many stages behind the stage of another one.

    Where a register inside the source will do, too, it is `from_intake` of the source, where one inside the user will,
    `to_stage` of the user; the latency of the table is to be added for each.
    """

    source: int
    user: int
    stages: int
    from_intake: bool = False
    to_stage: bool = False


def exact_separations(
    wiring: Wiring, table: Timetable, choices: Sequence[Offers], budget_ns: float
) -> list[Separation] | None:
    """What every timetable keeps that fits in the period with these delays; None where that takes too long to find.

    A way that is too long needs a register anywhere on it. Of the ways to a cell that begin on one another only the
    last is told, from which the others follow.
    """
    ways = _Ways(wiring, table, [_one_more(own) for own in choices], budget_ns)
    found: list[Separation] = []
    beyond: list[TooFar] = [NOTHING] * len(wiring.sources)
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
        before = [beyond[user] for user in users if not table.delays[user].latency]
        if delay is WIRE and len(users) == 1:  # All ways are those of its user.
            beyond[start] = before[0] if before else NOTHING
            found.append(Separation(start, users[0], 0))
            continue
        far, taken = ways.too_long(start, delay)
        still, deeper = far, ways.deeper[start]
        steps -= taken
        if deeper is not None and far:
            still, taken = ways.too_long(start, deeper)
            steps -= taken
        if steps < 0:
            return None
        beyond[start] = {**still, **far}
        found += _separations(start, users, far, still, before)
    return found


def _separations(
    start: int, users: Sequence[int], far: TooFar, still: TooFar, before: Sequence[TooFar]
) -> Iterator[Separation]:
    """What the cells keep that are too far from a start, and `still` are with a register more inside it.

    Left out is what follows from what cells keep that are too far from its users.
    """
    for user in users:
        if not still.get(user):
            yield Separation(start, user, 0)
    for from_intake, ends in ((False, still), (True, far)):
        for user, sure in sorted(ends.items()):
            if from_intake and still.get(user, -1) >= sure:
                continue
            if all(other.get(user, -1) < sure for other in before):
                yield Separation(start, user, 1, from_intake, not sure)


def _one_more(own: Offers) -> CellDelay | None:
    """What may be chosen with one register more inside than the first."""
    if len(own) == 1:
        return None
    return next((delay for delay in own if delay.latency == own[0].latency + 1), None)


@dataclass(frozen=True, slots=True)
class _Ways:
    """Ways between registers, with the delays of a table; `deeper` are those with one register more, if any."""

    wiring: Wiring
    table: Timetable
    deeper: Sequence[CellDelay | None]
    budget_ns: float

    def too_long(self, start: int, delay: CellDelay) -> tuple[TooFar, int]:
        """The cells at which ways from a cell with such a delay become too long, and how many were looked at."""
        delays, sources, users = self.table.delays, self.wiring.sources, self.wiring.users
        budget_ns = self.budget_ns
        first = delay.from_register if delay.latency else after(delay, ())
        arrivals: dict[int, Arrival] = {start: first}
        too_far: dict[int, bool] = {}
        waiting = list(users[start])  # ascending, which makes it a heap
        taken, last = 0, -1
        while waiting:
            index = heappop(waiting)
            if index == last:
                continue
            taken, last, own = taken + 1, index, delays[index]
            if own is WIRE and len(sources[index]) == 1:
                into = arrivals[sources[index][0]]
            else:
                into = after(own, filter(None, map(arrivals.get, sources[index])))
                if into[1] + own.wire_ns > budget_ns and not fits(own, into, budget_ns):
                    too_far[index] = not self._fits_deeper(index, arrivals)
                    continue
            if not own.latency:
                arrivals[index] = into
                for user in users[index]:
                    heappush(waiting, user)
        return too_far, taken

    def _fits_deeper(self, index: int, arrivals: Mapping[int, Arrival]) -> bool:
        """Whether a cell is in time with one register more inside."""
        delay = self.deeper[index]
        if delay is None:
            return False
        operands = filter(None, map(arrivals.get, self.wiring.sources[index]))
        return fits(delay, after(delay, operands), self.budget_ns)


def kept_separations(
    wiring: Wiring, table: Timetable, _choices: Sequence[Offers], _budget_ns: float
) -> list[Separation] | None:
    """Registers stay wherever there are some between cells: what fits in the period goes on to fit in it."""
    return [
        Separation(source, user, min(1, table.intake(user) - table.stages[source]))
        for user, sources in enumerate(wiring.sources)
        for source in sources
    ]
