"""Rows of products, in the stage of the adders whose LUTs take them in or with LUTs of their own."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import structs

from symhdl.cost.delays import Offers
from symhdl.cost.timing import rows_in_chains
from symhdl.ir.datapath import Datapath
from symhdl.scheduling.earliest import Timetable


def rows_apart(datapath: Datapath, table: Timetable) -> frozenset[int]:
    """The rows of which an adder's LUTs would be, had the timetable put no register between them."""
    stages = table.stages
    inside = rows_in_chains(datapath.cells, datapath.units)
    return frozenset(row for row, adder in inside if stages[row] != stages[adder])


def with_own_luts(offers: Sequence[Offers], rows: Collection[int], lut_ns: float) -> list[Offers]:
    """The offers in which these rows have the LUT on their way that registers behind them need."""
    return [
        tuple(structs.replace(delay, delay_ns=delay.delay_ns + lut_ns) for delay in own)
        if index in rows
        else own
        for index, own in enumerate(offers)
    ]
