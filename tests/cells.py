"""What every cell of a datapath holds, by giving each of them a port."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symhdl.ir.datapath import Datapath, Port
from symhdl.simulate import Integers, simulate


def simulate_cells(datapath: Datapath, inputs: Mapping[str, Integers]) -> list[Integers]:
    """The integer of every cell, for inputs given by name as integer arrays of equal length."""
    ports = tuple(
        Port(str(index), f"cell{index}", index, cell.format, cell.minimum, cell.maximum)
        for index, cell in enumerate(datapath.cells)
    )
    found = simulate(replace(datapath, outputs=ports), inputs)
    return [found[port.name] for port in ports]
