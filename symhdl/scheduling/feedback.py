"""What a measured pipeline teaches about delays: which cells take longer than was thought, and by what factor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from msgspec import structs

from symhdl.cost.delays import AT_ONCE, Arrival, CellDelay, Offers, after
from symhdl.ir.datapath import WIRES, Cell, CellKind, Datapath

LARGEST_FACTOR = 2.0
"""What one measurement makes of a delay at most: a long way to a register is not all the cell's own."""


def unscheduled(datapath: Datapath) -> tuple[Datapath, tuple[int, ...]]:
    """The datapath without registers, nor any inside units, and for each of its old cells which one that is now.

    Scheduling it again for the same clock gives the same pipeline.
    """
    cells: list[Cell] = []
    numbers: list[int] = []
    wires: dict[Cell, int] = {}
    for cell in datapath.cells:
        if cell.kind is CellKind.REGISTER:
            numbers.append(numbers[cell.operands[0]])
            continue
        plain = cell.moved(tuple(numbers[operand] for operand in cell.operands), 0, 0)
        index = wires.setdefault(plain, len(cells)) if cell.kind in WIRES else len(cells)
        if index == len(cells):
            cells.append(plain)
        numbers.append(index)
    made = replace(
        datapath,
        cells=tuple(cells),
        inputs=tuple(port.moved(numbers[port.cell]) for port in datapath.inputs),
        outputs=tuple(port.moved(numbers[port.cell]) for port in datapath.outputs),
    )
    return made, tuple(numbers)


def factors_of(
    datapath: Datapath, delays: Sequence[CellDelay], measured_ns: Mapping[int, float]
) -> dict[int, float]:
    """By how much the cells of a pipeline are slower than `delays` say, for those that are.

    `measured_ns` tells, for cells at which paths end (registers, and units that begin with one), how long their
    operands take from the registers before, beside what registers take. The cells on the path that is longest by the
    delays share what it takes more.
    """
    arrivals = _arrivals(datapath, delays)
    found: dict[int, float] = {}
    for end, measured in measured_ns.items():
        path = _longest_path(datapath, delays, arrivals, end)
        expected = _before(datapath, delays, arrivals, end)
        if path and expected > 0 and measured > expected:
            factor = min(LARGEST_FACTOR, measured / expected)
            for index in path:
                found[index] = max(found.get(index, 1.0), factor)
    return found


def scaled(offers: Sequence[Offers], factors: Mapping[int, float]) -> list[Offers]:
    """The offers of cells that take longer by these factors, or shorter."""
    return [
        tuple(_scaled(delay, factors[index]) for delay in own) if index in factors else own
        for index, own in enumerate(offers)
    ]


def _scaled(delay: CellDelay, factor: float) -> CellDelay:
    # What lies between registers inside of a unit is what the device says.
    return structs.replace(
        delay,
        delay_ns=delay.delay_ns * factor,
        ripple_ns=delay.ripple_ns * factor,
        low_delay_ns=delay.low_delay_ns * factor,
        clock_to_output_ns=delay.clock_to_output_ns * factor,
        wire_ns=delay.wire_ns * factor,
    )


def _arrivals(datapath: Datapath, delays: Sequence[CellDelay]) -> list[Arrival]:
    """When every value is ready in its stage."""
    arrivals: list[Arrival] = []
    for cell, delay in zip(datapath.cells, delays, strict=True):
        if cell.kind is CellKind.REGISTER:
            arrivals.append(AT_ONCE)
        elif cell.latency:
            arrivals.append(delay.from_register)
        else:
            arrivals.append(after(delay, (arrivals[operand] for operand in cell.operands)))
    return arrivals


def _before(
    datapath: Datapath, delays: Sequence[CellDelay], arrivals: Sequence[Arrival], end: int
) -> float:
    """How long it takes to the register at the end, by the delays."""
    cell = datapath.cells[end]
    if cell.kind is CellKind.REGISTER:
        (operand,) = cell.operands
        return arrivals[operand][1] + delays[operand].wire_ns
    return after(delays[end], (arrivals[operand] for operand in cell.operands))[1]


def _longest_path(
    datapath: Datapath, delays: Sequence[CellDelay], arrivals: Sequence[Arrival], end: int
) -> list[int]:
    """The cells with a delay from a register to the register at the end, that at the end of a unit among them."""
    cells = datapath.cells
    path = [] if cells[end].kind is CellKind.REGISTER or not delays[end].delay_ns else [end]
    waiting = _slowest(cells[end].operands, arrivals)
    while waiting is not None and cells[waiting].kind is not CellKind.REGISTER:
        if delays[waiting].delay_ns or delays[waiting].clock_to_output_ns:
            path.append(waiting)
        if cells[waiting].latency:
            break
        waiting = _slowest(cells[waiting].operands, arrivals)
    return path


def _slowest(operands: Iterable[int], arrivals: Sequence[Arrival]) -> int | None:
    return max(operands, key=lambda index: arrivals[index][1], default=None)


def combined(factors: Mapping[int, float], more: Mapping[int, float]) -> dict[int, float]:
    """Both factors of every cell, one times the other."""
    return {index: factors.get(index, 1.0) * more.get(index, 1.0) for index in {**factors, **more}}
