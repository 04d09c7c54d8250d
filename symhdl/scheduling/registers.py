"""Moves cells between stages, and registers into units, so that the fewest bits are registered outside of units.

This is the retiming problem of Leiserson and Saxe (1991) with registers that are shared by all users of a value, solved
exactly as a linear program.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symhdl.cost.delays import AT_ONCE, WIRE, Arrival, CellDelay, Offers, after
from symhdl.scheduling.earliest import Timetable, fits, usable
from symhdl.scheduling.program import DifferenceProgram
from symhdl.scheduling.separations import Separation, exact_separations, kept_separations
from symhdl.scheduling.wiring import Wiring


@dataclass(frozen=True, slots=True)
class _Span:
    """Numbers of the program for a cell: its stage, and one that is its intake if `shift` is added."""

    stage: int
    intake: int
    shift: int


@dataclass(frozen=True, slots=True)
class Retiming:
    """All timetables of a latency in which the cells fit, as a program; its solution is the one that costs least.

    `ends` are the numbers of the stages up to which values are held, None where that is no choice.
    """

    wiring: Wiring
    choices: Sequence[Offers]
    latency: int
    budget_ns: float
    program: DifferenceProgram
    spans: Sequence[_Span]
    ends: Sequence[int | None]

    def cheapest(self, prices: Sequence[int]) -> Timetable | None:
        """The timetable where to hold a cell's value for a clock edge has this price; None if it is not found."""
        numbers = self.solved(prices)
        return None if numbers is None else self.settled(numbers)

    def solved(self, prices: Sequence[int]) -> list[int] | None:
        """The numbers of the program that cost least; None if they are not found."""
        costs = [0] * len(self.program.costs)
        for span, end, price in zip(self.spans, self.ends, prices, strict=True):
            costs[span.stage] -= price
            if end is not None:
                costs[end] += price
        self.program.costs = costs
        return self.program.solved()

    def settled(self, numbers: Sequence[int]) -> Timetable | None:
        """The timetable with these stages, and with all registers inside units that cost nothing.

        None if a cell does not fit in the period, or takes its operands before they are there.
        """
        settled: list[int] = []
        arrivals: list[Arrival] = []
        delays: list[CellDelay] = []
        for sources, own, span in zip(self.wiring.sources, self.choices, self.spans, strict=True):
            stage, intake = numbers[span.stage], numbers[span.intake] + span.shift
            ready = max([settled[source] for source in sources], default=0)
            delay = own[0]
            if delay is WIRE and len(sources) == 1 and ready <= intake:
                settled.append(intake)
                arrivals.append(arrivals[sources[0]] if ready == intake else AT_ONCE)
                delays.append(delay)
                continue
            if len(own) > 1:
                delay = next((d for d in reversed(own) if d.latency <= stage - intake), delay)
            stage = intake + delay.latency
            into = _arrival_in(sources, settled, arrivals, intake, delay)
            if ready > intake or not fits(delay, into, self.budget_ns):
                return None
            for more in own[1:]:
                earlier = stage - more.latency
                if more.latency > delay.latency and earlier >= ready:
                    arrival = _arrival_in(sources, settled, arrivals, earlier, more)
                    if fits(more, arrival, self.budget_ns):
                        delay, into = more, arrival
            settled.append(stage)
            arrivals.append(delay.from_register if delay.latency else into)
            delays.append(delay)
        return Timetable(settled, delays, self.latency)


def with_retiming(
    wiring: Wiring, table: Timetable, offers: Sequence[Offers], budget_ns: float
) -> tuple[Timetable, Retiming | None]:
    """The timetable of the same latency whose registers have the fewest bits, and what finds it for other prices.

    Carry chains that meet may take longer together than each by itself, which the exact separations do not know. Where
    that happens, and where there are too many to find, cells stay as far behind each other as they are.
    """
    choices = [
        own if len(own) == 1 else _replacements(usable(own, budget_ns), delay)
        for own, delay in zip(offers, table.delays, strict=True)
    ]
    if table.latency <= 1 and all(len(own) == 1 for own in choices):
        return table, None  # There is one stage for all.
    for separations in (exact_separations, kept_separations):
        needed = separations(wiring, table, choices, budget_ns)
        if needed is None:
            continue
        retiming = _retiming(wiring, table, choices, budget_ns, needed)
        numbers = retiming.solved(wiring.widths)
        if numbers is None:
            break  # The program is too large, and the other one would not be smaller.
        settled = retiming.settled(numbers)
        if settled is not None:
            return settled, retiming
    return table, None


def _replacements(own: Offers, chosen: CellDelay) -> Offers:
    """What was chosen for a cell, and what fits in its place with more registers inside."""
    behind_ns = chosen.clock_to_output_ns if chosen.latency else chosen.delay_ns
    more = (
        delay
        for delay in own
        if delay.latency > chosen.latency
        and delay.delay_ns <= chosen.delay_ns
        and delay.clock_to_output_ns <= behind_ns
    )
    return (chosen, *more)


def _retiming(
    wiring: Wiring,
    table: Timetable,
    choices: Sequence[Offers],
    budget_ns: float,
    separations: Sequence[Separation],
) -> Retiming:
    program = DifferenceProgram()
    spans = _spans(wiring, table, choices, program)
    for source, user, stages, from_intake, to_stage in separations:
        earlier, later = spans[source], spans[user]
        first, second, least = earlier.stage, later.intake, stages - later.shift
        if from_intake:
            first, least = earlier.intake, least + earlier.shift + table.delays[source].latency
        if to_stage:
            second, least = later.stage, least + later.shift + table.delays[user].latency
        program.keep_apart(first, second, least)
    outputs = frozenset(wiring.outputs)
    ends: list[int | None] = []
    for index, users in enumerate(wiring.users):
        if index in outputs or not users:
            ends.append(None)  # It is held up to the end, or by nobody.
            continue
        if len(users) == 1:
            ends.append(spans[users[0]].intake)
            continue
        # Beside its last user, so that a large program is divided between it and the users before.
        most = max(table.intake(user) for user in users)
        held = program.number(0, table.latency, known=most, place=users[-1])
        ends.append(held)
        for user in users:
            program.keep_apart(spans[user].intake, held, spans[user].shift)
    return Retiming(wiring, choices, table.latency, budget_ns, program, spans, ends)


def _spans(
    wiring: Wiring, table: Timetable, choices: Sequence[Offers], program: DifferenceProgram
) -> list[_Span]:
    """The numbers of all cells, within the stages that they may have.

    An output comes from a register. The last register may be the unit's own, with wires behind it.
    """
    last_stage = [table.latency] * len(choices)
    for output in wiring.outputs:
        last_stage[output] -= not choices[wiring.behind_wires(output)][-1].latency
    spans: list[_Span] = []
    for index, own in enumerate(choices):
        least, most = own[0].latency, own[-1].latency
        if not wiring.sources[index]:
            stage = program.number(0, 0, known=0, place=index)
            spans.append(_Span(stage, stage, 0))
            continue
        known = table.stages[index]
        last = max(last_stage[index], known)
        stage = program.number(least, last, known=known, place=index, late=True)
        if least == most:
            spans.append(_Span(stage, stage, -least))
            continue
        known = table.intake(index)
        last = max(table.latency - 1, known)
        intake = program.number(0, last, known=known, place=index, late=True)
        program.keep_apart(intake, stage, least)
        program.keep_apart(stage, intake, -most)
        spans.append(_Span(stage, intake, 0))
    return spans


def _arrival_in(
    sources: Sequence[int], stages: Sequence[int], arrivals: Sequence[Arrival], intake: int,
    delay: CellDelay,
) -> Arrival:  # fmt: skip
    """When a cell that takes its operands in a stage is through, or its first register has them."""
    return after(delay, [arrivals[source] for source in sources if stages[source] == intake])
