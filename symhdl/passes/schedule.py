"""Cuts a datapath into pipeline stages for a clock, at the least latency, with the fewest bits of registers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from symhdl.choices import HIGHEST, Clock
from symhdl.cost.clock import clock_warning, highest_mhz, period_ns, reachable_mhz
from symhdl.cost.delays import TOLERANCE_NS, Offers, within_clock
from symhdl.cost.timing import cell_offers
from symhdl.design import Design
from symhdl.errors import Diagnostic, GoalError, UsageError
from symhdl.ir.block_sums import with_strays_apart
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.scheduling.beside import longest_ns, with_products_beside_sums
from symhdl.scheduling.earliest import Timetable, is_enough, least_latency, with_spread_slack
from symhdl.scheduling.pipelined import pipelined
from symhdl.scheduling.rows import rows_apart, with_own_luts, with_rows_beside_adders
from symhdl.scheduling.shift_registers import with_cheapest_registers
from symhdl.scheduling.wiring import Wiring, wiring_of
from symhdl.targets.target import Target

LONGEST_NS = 1000.0
TRIES = 3  # in which the time for what blocks have between them becomes enough
CLOCK_HALVINGS = 24  # of the interval in which the clock for a latency is looked for
NO_CLOCK = Diagnostic(
    "latency-impossible", "a latency is counted in clock edges, and there is no clock",
    help="give a clock with --freq",
)  # fmt: skip


def schedule(
    datapath: Datapath,
    target: Target,
    frequency_mhz: Clock | None,
    offers: Sequence[Offers] | None = None,
    latency: int | None = None,
) -> Datapath:
    """The combinational datapath as a pipeline for the clock: one set of inputs per clock edge.

    Input ports are not registered, output ports are; every path from an input to an output crosses as many registers
    as `latency` says, as few as the clock allows if it says nothing, those inside units counted. Constants have stage 0
    and no registers. A cell that is bound to a unit gets one of the latencies on offer. A cell that takes longer than
    the period gets a stage of its own; `clock_warning` tells of such cells. Without a frequency (None or 0) nothing
    changes. `offers` are those of the cells, if they are known.

    Raises `GoalError` `latency-impossible` for a latency that is too short for the clock.
    """
    if not frequency_mhz:
        return replace(datapath, frequency_mhz=0.0)
    assert all(cell.kind is not CellKind.REGISTER for cell in datapath.cells), (
        "a datapath that is scheduled already; please report this"
    )
    if offers is None:
        offers = cell_offers(datapath.cells, target, datapath.units)
    wiring = wiring_of(datapath)
    alone: frozenset[int] = frozenset()
    while True:
        own = with_own_luts(offers, alone, target.delays.lut) if alone else offers
        mhz = frequency_mhz
        if mhz == HIGHEST:
            mhz = _highest(wiring, own, target, latency)
        table = _timetable(datapath, wiring, own, target, mhz, latency)
        apart = rows_apart(datapath, table, target)
        if apart <= alone:
            break
        alone |= apart
    scheduled = pipelined(datapath, wiring, table)
    return replace(scheduled, frequency_mhz=float(mhz), device=target.name)


def _timetable(
    datapath: Datapath,
    wiring: Wiring,
    offers: Sequence[Offers],
    target: Target,
    frequency_mhz: float,
    latency: int | None,
) -> Timetable:
    """The timetable for the clock, at the fewest bits of registers."""
    budget_ns = aim_ns = period_ns(frequency_mhz, target)
    best: Timetable | None = None
    for _ in range(TRIES):
        usable = within_clock(offers, aim_ns)
        found = with_spread_slack(wiring, usable, aim_ns, latency)
        if found is None:
            break
        table, least_ns = found
        table = with_cheapest_registers(wiring, table, usable, least_ns, target.shift_register)
        best = with_products_beside_sums(datapath, table, usable)
        # Registers of blocks, which stand in the place of others, take longer to what reads them.
        over_ns = 0.0 if best is table else longest_ns(datapath, best) - budget_ns
        if over_ns <= TOLERANCE_NS or longest_ns(datapath, table) > budget_ns + TOLERANCE_NS:
            break
        aim_ns -= over_ns
    if best is None:
        assert latency is not None, "no timetable without a limit; please report this"
        raise GoalError(_too_short(wiring, offers, target, frequency_mhz, latency))
    return with_rows_beside_adders(datapath, best, target, budget_ns)


def _highest(
    wiring: Wiring, offers: Sequence[Offers], target: Target, latency: int | None
) -> float:
    """The highest clock, that with which there are so many clock edges if a latency is given."""
    highest = highest_mhz(offers, target)
    if latency is None:
        return highest
    return _reached_mhz(wiring, offers, target, highest, latency) or highest


def _reached_mhz(
    wiring: Wiring, offers: Sequence[Offers], target: Target, most_mhz: float, latency: int
) -> float | None:
    """The highest clock up to another one at which the latency is enough, down to a tenth; None if there is none."""
    most_mhz = min(most_mhz, highest_mhz(offers, target))
    low, high = period_ns(most_mhz, target), LONGEST_NS
    if is_enough(latency, wiring, offers, low):
        return most_mhz
    if not is_enough(latency, wiring, offers, high):
        return None
    for _ in range(CLOCK_HALVINGS):
        middle = (low + high) / 2
        if is_enough(latency, wiring, offers, middle):
            high = middle
        else:
            low = middle
    return reachable_mhz(high, target)


def _too_short(
    wiring: Wiring, offers: Sequence[Offers], target: Target, frequency_mhz: float, latency: int
) -> Diagnostic:
    """Says how many clock edges it takes, and which clock goes with those that were asked for."""
    fewest = least_latency(wiring, offers, period_ns(frequency_mhz, target))
    mhz = _reached_mhz(wiring, offers, target, frequency_mhz, latency)
    clock = f", or ask for {mhz:g} MHz or the highest clock (--freq max)" if mhz else ""
    least = least_latency(wiring, offers, LONGEST_NS)
    if not mhz and least < fewest:
        clock = f", or of {least} at a lower clock"
    return Diagnostic(
        "latency-impossible",
        f"at {frequency_mhz:g} MHz the design takes {fewest} cycles on `{target.name}`, not {latency}",
        help=f"allow a latency of {fewest}{clock}",
    )


@dataclass(frozen=True, slots=True)
class Schedule:
    """The pass that pipelines the datapath for the request's clock; outputs keep their integers.

    It chooses the latencies of units, too: which of them costs nothing depends on the stages of all others.
    """

    name: ClassVar[str] = "schedule"

    def run(self, design: Design) -> Design:
        """The design with a pipelined datapath, and a warning if the clock is out of reach.

        Raises `GoalError` for a latency that is too short for the clock, `UsageError` for one without a clock.
        """
        if design.datapath is None:
            return design
        request, target = design.request, design.target
        plain = with_strays_apart(design.datapath, target.first_unit("multiply"))
        if not request.clocked:
            if request.latency is not None:
                raise UsageError(NO_CLOCK)
            return replace(design, datapath=schedule(plain, target, None))
        offers = cell_offers(plain.cells, target, plain.units)
        pipeline = schedule(plain, target, request.frequency_mhz, offers, request.latency)
        operators = design.operators
        if operators is not None:  # before, the highest clock was not known
            operators = replace(operators, frequency_mhz=pipeline.frequency_mhz)
        scheduled = replace(design, operators=operators, datapath=pipeline)
        # Registers change nothing of what a cell takes alone.
        told = clock_warning(plain, target, pipeline.frequency_mhz, offers)
        return scheduled if told is None else scheduled.with_warnings(told)
