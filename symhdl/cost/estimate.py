"""What a whole datapath takes of a device, and the clock that it reaches: area and speed by the device's model."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from symhdl.cost.area import fewest_luts, register_bits, surroundings_of
from symhdl.cost.blocks import blocks_of_table, used_at_once
from symhdl.cost.timing import AT_ONCE, Arrival, CellDelay, after, delays_within
from symhdl.errors import Diagnostic, warning
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.targets.shares import excess
from symhdl.targets.target import Target


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a whole datapath takes, and the clock it reaches with registers around it."""

    luts: int
    ffs: int
    dsps: int
    brams: int
    fmax_mhz: float


def estimate(datapath: Datapath, target: Target) -> Estimate:
    """What the datapath takes and which clock it reaches, with registers around the module.

    A datapath without registers keeps its tables out of memory blocks, which have a clock.
    """
    around = surroundings_of(datapath, target)
    delays = delays_within(around.cells, target, around.zeros, around.dsps, around.memories)
    arrivals = arrival_times(datapath, delays, around.memories)
    longest_ns = max((arrival.full_ns for arrival in arrivals), default=0.0)
    return Estimate(
        fewest_luts(around),
        register_bits(around),
        sum(around.dsps.values()),
        sum(blocks_of_table(datapath.cells[index], target.bram) for index in around.memories),
        round(1000.0 / (target.delays.register + longest_ns), 1),
    )


def arrival_times(
    datapath: Datapath, delays: Sequence[CellDelay], memories: Collection[int]
) -> list[Arrival]:
    """When each cell's value is ready after the registers before it.

    A memory block reads at the clock edge behind it if only registers follow, else at the one before it.
    """
    at_once = used_at_once(datapath)
    arrivals: list[Arrival] = []
    for index, cell in enumerate(datapath.cells):
        if cell.kind is CellKind.REGISTER:
            source = cell.operands[0]
            arrivals.append(AT_ONCE if source in at_once else delays[source].from_register)
        elif index in memories and index in at_once:
            arrivals.append(delays[index].from_register)
        else:
            arrivals.append(after(delays[index], (arrivals[operand] for operand in cell.operands)))
    return arrivals


def too_large(found: Estimate, target: Target) -> Diagnostic | None:
    """The warning that the device has not what a design is estimated to take."""
    beyond = excess(found, target.resources)
    if not beyond:
        return None
    return warning(
        "too-large-for-device",
        f"the design is larger than `{target.name}`",
        notes=tuple(f"about {what}" for what in beyond),
        help="ask for less, or for a larger device",
    )
