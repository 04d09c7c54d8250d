"""Rows and choices of products, in the stage of the adders whose LUTs take them in or with LUTs of their own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from symhdl.cost.delays import CellDelay, Offers
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


def with_rows_beside_adders(datapath: Datapath, table: Timetable, target: Target) -> Timetable:
    """The timetable in which rows that a digit inverts or not wait for the adders that take them in.

    What is held up to there is the digit and the number, which others read too as a rule, and no row and no LUT for it.
    The adder has its operands no later: a row inside takes no time of its own.
    """
    stages = list(table.stages)
    for row, adder in inside_of_adders(datapath.cells, datapath.units, target):
        if datapath.cells[row].weights == INVERTED_OR_NOT:
            stages[row] = table.intake(adder)
    return replace(table, stages=stages)


def with_own_luts(offers: Sequence[Offers], rows: Collection[int], lut_ns: float) -> list[Offers]:
    """The offers in which these rows have the LUT on their way that registers behind them need."""
    return [
        tuple(CellDelay(delay.delay_ns + lut_ns) for delay in own) if index in rows else own
        for index, own in enumerate(offers)
    ]
