"""Adds before multiplying in the blocks that multiply, where blocks have an adder before the multiplier."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from symhdl.arithmetic.pre_sums import with_pre_sums
from symhdl.design import Design
from symhdl.targets.units import PRE_ADD


@dataclass(frozen=True, slots=True)
class PreSums:
    """Gives factors that are sums of two numbers, and of one product alone, the adder before its multiplier.

    The integers are unchanged, and so is the number of blocks: the products have theirs already.
    """

    name: ClassVar[str] = "pre-sums"

    def run(self, design: Design) -> Design:
        """The design with such sums in blocks, where the device has such blocks and primitives may be used."""
        unit = design.target.first_unit(PRE_ADD)
        if unit is None or design.request.primitives == "none":
            return design
        return design.with_datapath(partial(with_pre_sums, unit=unit))
