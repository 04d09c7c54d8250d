"""What a whole datapath takes of a device, and the clock that it reaches: area and speed by the device's model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symhdl.cost.area import fewest_luts, surroundings_of
from symhdl.cost.blocks import blocks_taken
from symhdl.cost.delays import AT_ONCE, Arrival, CellDelay, after
from symhdl.cost.registers import register_bits
from symhdl.cost.shift_registers import shifted
from symhdl.cost.timing import cell_delays
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
    """What the datapath takes and which clock it reaches, with registers around the module."""
    around = surroundings_of(datapath, target)
    delays = cell_delays(datapath.cells, target, datapath.units)
    held = shifted(datapath, target)
    return Estimate(
        fewest_luts(around) + held.luts,
        register_bits(around, held.cells),
        blocks_taken(datapath, "dsps", target.bram),
        blocks_taken(datapath, "brams", target.bram),
        round(1000.0 / (target.delays.register + longest_path_ns(datapath, delays)), 1),
    )


def longest_path_ns(datapath: Datapath, delays: Sequence[CellDelay]) -> float:
    """The longest time between two registers, those inside units among them; what registers take is left out."""
    arrivals: list[Arrival] = []
    longest_ns = 0.0
    for cell, delay in zip(datapath.cells, delays, strict=True):
        if cell.kind is CellKind.REGISTER:
            arrivals.append(AT_ONCE)
            continue
        arrival = after(delay, [arrivals[operand] for operand in cell.operands])
        if delay.latency:
            longest_ns = max(longest_ns, arrival[1], delay.inside_ns)
            arrival = delay.from_register
        longest_ns = max(longest_ns, arrival[1] + delay.wire_ns)
        arrivals.append(arrival)
    return longest_ns


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
