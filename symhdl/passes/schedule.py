"""Cuts a datapath into pipeline stages for a clock, at the least latency, with the fewest bits of registers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from symhdl.cost.clock import clock_warning
from symhdl.cost.timing import Offers, cell_offers, within_clock
from symhdl.design import Design
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.scheduling.earliest import with_spread_slack
from symhdl.scheduling.pipelined import pipelined
from symhdl.scheduling.registers import with_fewest_registers
from symhdl.scheduling.wiring import wiring_of
from symhdl.targets.target import Target


def schedule(
    datapath: Datapath,
    target: Target,
    frequency_mhz: float | None,
    offers: Sequence[Offers] | None = None,
) -> Datapath:
    """The combinational datapath as a pipeline for the clock: one set of inputs per clock edge.

    Input ports are not registered, output ports are; every path from an input to an output crosses as many registers
    as `latency` says, those inside units counted. Constants have stage 0 and no registers. A cell that is bound to a
    unit gets one of the latencies on offer. A cell that takes longer than the period gets a stage of its own;
    `clock_warning` tells of such cells. Without a frequency (None or 0) nothing changes. `offers` are those of the
    cells, if they are known.
    """
    if not frequency_mhz:
        return replace(datapath, frequency_mhz=0.0)
    assert all(cell.kind is not CellKind.REGISTER for cell in datapath.cells), (
        "a datapath that is scheduled already; please report this"
    )
    if offers is None:
        offers = cell_offers(datapath.cells, target, datapath.units)
    budget_ns = max(0.0, 1000.0 / frequency_mhz - target.delays.register)
    offers = [within_clock(own, budget_ns) for own in offers]
    wiring = wiring_of(datapath)
    table, least_ns = with_spread_slack(wiring, offers, budget_ns)
    table = with_fewest_registers(wiring, table, offers, least_ns)
    scheduled = pipelined(datapath, wiring, table)
    return replace(scheduled, frequency_mhz=float(frequency_mhz), device=target.name)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The pass that pipelines the datapath for the request's clock; outputs keep their integers.

    It chooses the latencies of units, too: which of them costs nothing depends on the stages of all others.
    """

    name: ClassVar[str] = "schedule"

    def run(self, design: Design) -> Design:
        """The design with a pipelined datapath, and a warning if the clock is out of reach."""
        if design.datapath is None:
            return design
        plain, frequency = design.datapath, design.request.frequency_mhz
        if not frequency:
            return replace(design, datapath=schedule(plain, design.target, frequency))
        offers = cell_offers(plain.cells, design.target, plain.units)
        pipeline = schedule(plain, design.target, frequency, offers)
        scheduled = replace(design, datapath=pipeline)
        # Registers change nothing of what a cell takes alone.
        told = clock_warning(plain, design.target, frequency, offers)
        return scheduled if told is None else scheduled.with_warnings(told)
