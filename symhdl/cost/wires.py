"""What wires take more than typical ones: those of large designs, to many readers, and to blocks.

How much more is data of the target: `growth`, `readers` and `blocks` of `[delays]`, each for twice as many, and
`to_block` behind logic.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from enum import IntEnum

from msgspec import structs

from symhdl.cost.delays import Offers
from symhdl.ir.datapath import WIRES, Cell, CellKind
from symhdl.targets.target import Target

TYPICAL_FANOUT = 4
"""The readers from which on a wire is slower than the typical one that the delays contain."""
TYPICAL_BITS = 256
"""The bits of logic of a design up to which its wires are those that the delays contain."""
TYPICAL_BLOCKS = 8
"""The blocks of a design up to which the wires to and from them are those that units tell."""

WITHOUT_LOGIC = WIRES | {
    CellKind.INPUT,
    CellKind.CONSTANT,
    CellKind.JOIN,
    CellKind.NOT,  # the next LUT takes the inverted input
    CellKind.REGISTER,
}
"""Kinds that are wires. Who reads them reads their operands, but for registers, which read for others."""


class Driver(IntEnum):
    """What drives a wire; logic is last, since it alone has taken time before."""

    REGISTER = 0
    BLOCK = 1
    LOGIC = 2


def doublings(readers: int) -> float:
    """How often the readers of a typical wire are doubled until there are so many."""
    return math.log2(max(1.0, readers / TYPICAL_FANOUT))


def wires_to_blocks_ns(cells: Sequence[Cell], target: Target) -> float:
    """What the wires to and from blocks take more than typical ones, because there are so many blocks."""
    more_ns = target.delays.blocks
    if not more_ns:
        return 0.0
    chains = _chains(target)
    blocks = sum(cell.unit != "" and cell.unit not in chains for cell in cells)
    return more_ns * math.log2(max(1.0, blocks / TYPICAL_BLOCKS))


def wire_into_block_ns(driver: Driver, far_ns: float, target: Target) -> float:
    """What the wire into a block takes more than a typical one.

    Between two blocks it is the same wire as that out of the first one. Logic stands with what it reads, and a register
    anywhere between.
    """
    if driver is Driver.BLOCK:
        return 0.0
    return far_ns + target.delays.to_block * (driver is Driver.LOGIC)


def _chains(target: Target) -> set[str]:
    return {unit.name for unit in target.units_for("chain")}


def drivers_of(cells: Sequence[Cell], target: Target) -> list[Driver]:
    """What drives the operands of each cell: the latest of them."""
    chains = _chains(target)
    drivers: list[Driver] = []
    found: list[Driver] = []
    for cell in cells:
        own = max([drivers[operand] for operand in cell.operands], default=Driver.REGISTER)
        found.append(own)
        if cell.unit and cell.unit not in chains:
            drivers.append(Driver.BLOCK)
        elif cell.kind is CellKind.REGISTER:
            drivers.append(Driver.REGISTER)
        else:
            drivers.append(own if cell.kind in WITHOUT_LOGIC else Driver.LOGIC)
    return found


def of_size(cells: Sequence[Cell], target: Target) -> Target:
    """The device with the wires of a design of so much logic."""
    if not target.delays.growth:
        return target
    return of_bits(sum(cell.width for cell in cells if cell.kind not in WITHOUT_LOGIC), target)


def of_bits(bits: int, target: Target) -> Target:
    """The device with the wires of a design of so many bits of logic."""
    if bits <= TYPICAL_BITS or not target.delays.growth:
        return target
    more = target.delays.growth * math.log2(bits / TYPICAL_BITS)
    delays = target.delays
    longer = replace(delays, lut=delays.lut + more, carry=delays.carry + more)
    return replace(target, delays=longer)


def wires_to_readers_ns(cells: Sequence[Cell], target: Target) -> list[float]:
    """What the longest wire to each cell takes more than a typical one, because so many cells read what it carries.

    A cell that shows some bits of another one is one of its readers only as far as no other shows the same.
    """
    if not target.delays.readers:
        return [0.0] * len(cells)
    readers = [0] * len(cells)
    slices = [0] * len(cells)
    for index in range(len(cells) - 1, -1, -1):
        cell = cells[index]
        readers[index] += slices[index]
        if cell.kind is CellKind.BITS:
            (source,) = cell.operands
            slices[source] = max(slices[source], readers[index])
            continue
        passes = cell.kind in WITHOUT_LOGIC and cell.kind is not CellKind.REGISTER
        own = readers[index] if passes else 1
        for source in cell.operands:
            readers[source] += own
    slowest = [max([readers[o] for o in cell.operands], default=0) for cell in cells]
    by_readers = {count: target.delays.readers * doublings(count) for count in set(slowest)}
    return [by_readers[count] for count in slowest]


def with_wire(own: Offers, wire_ns: float) -> Offers:
    """The offers of a carry chain with a slower wire in front of it."""
    if not wire_ns or not own[0].ripple_ns:
        return own
    return tuple(
        structs.replace(
            delay,
            delay_ns=delay.delay_ns + wire_ns,
            low_delay_ns=delay.low_delay_ns + wire_ns,
        )
        for delay in own
    )
