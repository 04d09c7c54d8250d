"""Rows and choices of products, in the stage of the adders whose LUTs take them in or with LUTs of their own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from symhdl.cost.delays import TOLERANCE_NS, Arrival, CellDelay, Offers, after
from symhdl.cost.timing import inside_of_adders
from symhdl.ir.datapath import Datapath
from symhdl.numeric.digits import INVERTED_OR_NOT
from symhdl.scheduling.earliest import Timetable
from symhdl.targets.target import Target


def rows_apart(datapath: Datapath, table: Timetable, target: Target) -> frozenset[int]:
    """What an adder's LUTs would take in, had the timetable put no register between the two."""
    stages = table.stages
    inside = inside_of_adders(datapath.cells, datapath.units, target)
    return frozenset(row for row, adder in inside if stages[row] != stages[adder])


def with_rows_beside_adders(
    datapath: Datapath, table: Timetable, target: Target, budget_ns: float
) -> Timetable:
    """The timetable in which rows that a digit inverts or not wait for the adders that take them in.

    What is held up to there is the digit and the number, which others read too as a rule, and no row and no LUT for it.
    The adder has its operands no later where a row inside takes no time of its own; where that takes some, for the wire
    from the digit, it waits only if there is time for that.
    """
    stages, late = list(table.stages), set[int]()
    for row, adder in inside_of_adders(datapath.cells, datapath.units, target):
        if datapath.cells[row].weights == INVERTED_OR_NOT:
            if stages[row] < table.intake(adder) and table.delays[row].delay_ns > TOLERANCE_NS:
                late.add(row)
            stages[row] = table.intake(adder)
    moved = replace(table, stages=stages)
    while late and (hasty := _on_long_paths(datapath, moved, late, budget_ns)):
        late -= hasty
        for row in hasty:
            stages[row] = table.stages[row]
    return moved


def _on_long_paths(
    datapath: Datapath, table: Timetable, rows: Collection[int], budget_ns: float
) -> set[int]:
    """Which of the rows are the last on paths of a stage that take longer than the budget."""
    arrivals: list[Arrival] = []
    last: list[int | None] = []
    found: set[int] = set()
    for index, cell in enumerate(datapath.cells):
        delay, intake = table.delays[index], table.intake(index)
        sources = [operand for operand in cell.operands if table.stages[operand] == intake]
        arrival = after(delay, [arrivals[source] for source in sources])
        latest = max(sources, key=lambda source: arrivals[source][1], default=None)
        row = index if index in rows else None if latest is None else last[latest]
        if row is not None and arrival[1] > budget_ns + TOLERANCE_NS:
            found.add(row)
        arrivals.append(delay.from_register if delay.latency else arrival)
        last.append(None if delay.latency else row)
    return found


def with_own_luts(offers: Sequence[Offers], rows: Collection[int], lut_ns: float) -> list[Offers]:
    """The offers in which these rows have the LUT on their way that registers behind them need."""
    return [
        tuple(CellDelay(delay.delay_ns + lut_ns) for delay in own) if index in rows else own
        for index, own in enumerate(offers)
    ]
