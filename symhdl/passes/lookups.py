"""Makes tables of a few more index bits than a LUT of LUTs and the multiplexers behind, where a device has them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from symhdl.design import Design
from symhdl.ir.datapath import Datapath
from symhdl.targets.target import Target


@dataclass(frozen=True, slots=True)
class Lookups:
    """Gives the datapath the unit of LUTs, if it has a table for that; the integers are unchanged.

    Synthesis (`abc9` of Yosys 0.70) takes functions of seven and eight bits apart in up to twice as many LUTs, where
    they stand in designs with longer paths.
    """

    name: ClassVar[str] = "lookups"

    def run(self, design: Design) -> Design:
        """The design with tables as instances; itself where primitives are not used."""
        return design.with_datapath(lambda datapath: with_lookups(datapath, design.target))


def with_lookups(datapath: Datapath, target: Target) -> Datapath:
    """The datapath with the unit of its tables that have no other, if it has such."""
    unit = target.first_unit("lookup")
    if unit is None or datapath.primitives != "auto" or datapath.unit(unit.name):
        return datapath
    bound = replace(datapath, units=(*datapath.units, unit))
    return bound if any(map(bound.lookup_of, datapath.cells)) else datapath
