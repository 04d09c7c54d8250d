"""What a whole datapath takes of a device, and the clock that it reaches: area and speed by the device's model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symhdl.cost.area import fewest_luts, register_bits, surroundings_of
from symhdl.cost.blocks import blocks_of_table, used_at_once
from symhdl.cost.timing import AT_ONCE, Arrival, CellDelay, after, delays_within
from symhdl.errors import Diagnostic, warning
from symhdl.ir.datapath import WIRES, Cell, CellKind, Datapath
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
    return Estimate(
        fewest_luts(around),
        register_bits(around),
        sum(around.dsps.values()),
        sum(blocks_of_table(datapath.cells[index], target.bram) for index in around.memories),
        round(1000.0 / (target.delays.register + longest_path_ns(datapath, delays)), 1),
    )


def longest_path_ns(datapath: Datapath, delays: Sequence[CellDelay]) -> float:
    """The longest time between two registers, those inside units among them; what registers take is left out.

    Unbound memories read at a clock edge that synthesis finds: that behind the table if only registers follow, else
    that before it.
    """
    cells, at_once = datapath.cells, used_at_once(datapath)
    arrivals: list[Arrival] = []
    longest_ns = 0.0
    for index, (cell, delay) in enumerate(zip(cells, delays, strict=True)):
        if cell.kind is CellKind.REGISTER:
            source = _behind_wires(cells, cell.operands[0])
            is_in_memory = not cells[source].latency and cell.operands[0] not in at_once
            arrival = delays[source].from_register if is_in_memory else AT_ONCE
        else:
            arrival = after(delay, (arrivals[operand] for operand in cell.operands))
            if delay.latency and (cell.latency or index in at_once):
                longest_ns = max(longest_ns, arrival.full_ns, delay.inside_ns)
                arrival = delay.from_register
        longest_ns = max(longest_ns, arrival.full_ns)
        arrivals.append(arrival)
    return longest_ns


def _behind_wires(cells: Sequence[Cell], index: int) -> int:
    """The cell whose bits a cell hands on."""
    while cells[index].kind in WIRES:
        index = cells[index].operands[0]
    return index


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
