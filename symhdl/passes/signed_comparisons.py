"""Compares numbers with 0 by their bits, and signed ones by the sign of their difference, where that is better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from symhdl.arithmetic.comparisons import with_bits_above_zero, with_signs_of_differences
from symhdl.choices import HIGHEST
from symhdl.cost.area import fewest_luts, surroundings_of
from symhdl.design import Design
from symhdl.ir.datapath import Datapath
from symhdl.scheduling.times import time_of

RESERVE = 1.25
"""Times the clock that is asked for: the most by which estimates are off."""


@dataclass(frozen=True, slots=True)
class SignedComparisons:
    """Makes of 0 < a a look at all bits of a, and of a < b the sign of a - b.

    That is for the clock with a reserve, then the fewest edges, then the fewest LUTs.

    Synthesis compares numbers with signs by the last two carries of a chain. Between the two the chain ends on most
    devices and begins anew, and LUTs behind it make the answer of both; the sign of a difference is a bit of the chain,
    which has one bit more.
    """

    name: ClassVar[str] = "signed-comparisons"

    def run(self, design: Design) -> Design:
        """The design with the datapath that is so made."""
        target, request = design.target, design.request
        asked = request.frequency_mhz
        clock = asked if asked == HIGHEST else RESERVE * asked

        def worth(datapath: Datapath) -> tuple[float, int, int]:
            time = time_of(datapath, target, clock) if request.clocked else (0.0, 0)
            return *time, fewest_luts(surroundings_of(datapath, target))

        def chosen(datapath: Datapath) -> Datapath:
            for step in (with_bits_above_zero, with_signs_of_differences):
                made = step(datapath)
                if made is not datapath:
                    datapath = min((datapath, made), key=worth)
            return datapath

        return design.with_datapath(chosen)
