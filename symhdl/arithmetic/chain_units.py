"""The unit of carry chains in the datapath that has some."""

from __future__ import annotations

from dataclasses import replace

from symhdl.cost.products import logic_of
from symhdl.ir.datapath import Datapath
from symhdl.targets.target import Target


def with_unit_of_chains(datapath: Datapath, target: Target) -> Datapath:
    """The datapath with the unit of its chains, if it has any."""
    chain = logic_of(target, datapath.primitives).chain
    if not chain or datapath.unit(chain) or all(cell.unit != chain for cell in datapath.cells):
        return datapath
    return replace(datapath, units=(*datapath.units, target.unit(chain)))
