"""What a whole datapath takes of a device, and the clock that it reaches: area and speed by the device's model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from symhdl.analysis.blocks import clocked_memories, used_at_once
from symhdl.analysis.cost import AT_ONCE, Arrival, CellCost, after, cell_costs
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.targets.target import Target


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a whole datapath takes, and the clock it reaches with registers around it."""

    luts: int
    ffs: int
    dsps: int
    brams: int
    fmax_mhz: float


def arrival_times(datapath: Datapath, costs: Sequence[CellCost]) -> list[Arrival]:
    """When each cell's value is ready after the registers before it.

    A memory block reads at the clock edge behind it if only registers follow, else at the one before it.
    """
    at_once = used_at_once(datapath)
    arrivals: list[Arrival] = []
    for index, cell in enumerate(datapath.cells):
        if cell.kind is CellKind.REGISTER:
            source = cell.operands[0]
            arrivals.append(AT_ONCE if source in at_once else costs[source].from_register)
        elif costs[index].brams and index in at_once:
            arrivals.append(costs[index].from_register)
        else:
            arrivals.append(after(costs[index], (arrivals[operand] for operand in cell.operands)))
    return arrivals


def estimate(datapath: Datapath, target: Target) -> Estimate:
    """What the datapath takes and which clock it reaches, with registers around the module.

    A datapath without registers keeps its tables out of memory blocks, which have a clock.
    """
    cells = datapath.cells
    costs = cell_costs(cells, target, datapath.dsp, clocked_memories(datapath, target))
    longest_ns = max((arrival.full_ns for arrival in arrival_times(datapath, costs)), default=0.0)
    return Estimate(
        math.ceil(sum(cost.luts for cost in costs)),
        sum(cost.ffs for cost in costs),
        sum(cost.dsps for cost in costs),
        sum(cost.brams for cost in costs),
        round(1000.0 / (target.delays.register + longest_ns), 1),
    )
