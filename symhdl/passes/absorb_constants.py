"""Adds constants to the contents of tables instead of to what is made of their entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from symhdl.arithmetic.absorbing import with_absorbed_constants
from symhdl.cost.area import luts_of, table_quantities
from symhdl.design import Design
from symhdl.ir.datapath import Cell
from symhdl.targets.target import Costs

LEAST_SAVED = 1.0  # LUTs, which is more than fractions in the prices of quantities say


@dataclass(frozen=True, slots=True)
class AbsorbConstants:
    """Moves the constant term of a sum into a table that leads to this sum alone; its integers are unchanged.

    With s = c + floor((t[i] + p) / 2^k), such as the rounding of an approximation, s is floor((t'[i] + p) / 2^k) where
    t' has the contents of t, each greater by c 2^k. Between table and sum there may be sums, signs and shifts, each of
    them read once. The table keeps its width, and what it costs more is less than the adder of the constant, which
    some devices have almost for nothing.
    """

    name: ClassVar[str] = "absorb-constants"

    def run(self, design: Design) -> Design:
        """The design with the datapath that is so made."""
        target = design.target

        def pays(bits: int, table: Cell, raised: Cell) -> bool:
            before, after = (
                luts_of(table_quantities(each.contents, each.width, target), target.costs)
                for each in (table, raised)
            )
            saved = luts_of(Costs(offset_bit=bits), target.costs)
            return saved + before - after >= LEAST_SAVED

        return design.with_datapath(lambda datapath: with_absorbed_constants(datapath, pays))
