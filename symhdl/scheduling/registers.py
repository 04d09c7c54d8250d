"""Moves cells between stages, and registers into units, so that the fewest bits are registered outside of units.

This is the retiming problem of Leiserson and Saxe (1991) with registers that are shared by all users of a value, solved
exactly as a linear program.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symhdl.cost.delays import Arrival, CellDelay, Offers, after
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


def with_fewest_registers(
    wiring: Wiring, table: Timetable, offers: Sequence[Offers], budget_ns: float
) -> Timetable:
    """The timetable of the same latency whose registers have the fewest bits.

    Carry chains that meet may take longer together than each by itself, which the exact separations do not know. Where
    that happens, and where there are too many to find, cells stay as far behind each other as they are.
    """
    choices = [
        own if len(own) == 1 else _replacements(usable(own, budget_ns), delay)
        for own, delay in zip(offers, table.delays, strict=True)
    ]
    if table.latency <= 1 and all(len(own) == 1 for own in choices):
        return table  # There is one stage for all.
    for separations in (exact_separations, kept_separations):
        found = separations(wiring, table, budget_ns)
        if found is None:
            continue
        solved = _solved(wiring, table, choices, found)
        if solved is None:
            break  # The program is too large, and the other one would not be smaller.
        settled = _settled(wiring, table, choices, budget_ns, *solved)
        if settled is not None:
            return settled
    return table


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


def _solved(
    wiring: Wiring, table: Timetable, choices: Sequence[Offers], separations: Sequence[Separation]
) -> tuple[list[int], list[int]] | None:
    """The stages and intakes of all cells with the fewest bits of registers; None if they are not found."""
    program = DifferenceProgram()
    spans = _spans(wiring, table, choices, program)
    for needed in separations:
        later = spans[needed.user]
        program.keep_apart(spans[needed.source].stage, later.intake, needed.stages - later.shift)
    outputs = frozenset(wiring.outputs)
    for index, width in enumerate(wiring.widths):
        users = wiring.users[index]
        stage = spans[index].stage
        program.costs[stage] -= width
        if index in outputs or not users:
            continue  # It is held up to the end, or by nobody.
        if len(users) == 1:
            program.costs[spans[users[0]].intake] += width
            continue
        # Beside its last user, so that a large program is divided between it and the users before.
        most = max(table.intake(user) for user in users)
        held = program.number(0, table.latency, known=most, place=users[-1])
        program.costs[held] += width
        for user in users:
            program.keep_apart(spans[user].intake, held, spans[user].shift)
    numbers = program.solved()
    if numbers is None:
        return None
    return (
        [numbers[span.stage] for span in spans],
        [numbers[span.intake] + span.shift for span in spans],
    )


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


def _settled(
    wiring: Wiring,
    table: Timetable,
    choices: Sequence[Offers],
    budget_ns: float,
    stages: Sequence[int],
    intakes: Sequence[int],
) -> Timetable | None:
    """The timetable with these stages, and with all registers inside units that cost nothing.

    None if a cell does not fit in the period, or takes its operands before they are there.
    """
    settled: list[int] = []
    arrivals: list[Arrival] = []
    delays: list[CellDelay] = []
    for index, sources in enumerate(wiring.sources):
        own, span = choices[index], stages[index] - intakes[index]
        delay = next((d for d in reversed(own) if d.latency <= span), own[0])
        stage = intakes[index] + delay.latency
        ready = max((settled[source] for source in sources), default=0)
        into = _arrival_in(sources, settled, arrivals, intakes[index], delay)
        if ready > intakes[index] or not fits(delay, into, budget_ns):
            return None
        for more in own:
            intake = stage - more.latency
            if more.latency > delay.latency and intake >= ready:
                earlier = _arrival_in(sources, settled, arrivals, intake, more)
                if fits(more, earlier, budget_ns):
                    delay, into = more, earlier
        settled.append(stage)
        arrivals.append(delay.from_register if delay.latency else into)
        delays.append(delay)
    return Timetable(settled, delays, table.latency)
