"""Cuts sums, comparisons and tables that are too slow for the clock, so that registers may stand inside of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from symhdl.arithmetic.cuts import with_cuts
from symhdl.cost.clock import period_ns
from symhdl.design import Design


@dataclass(frozen=True, slots=True)
class Cuts:
    """Makes parts of each cell that takes longer than the request's period; the integers are unchanged.

    What is fast enough stays whole: parts cost a bit for each carry, and a cell that fits in a stage takes none.
    """

    name: ClassVar[str] = "cuts"

    def run(self, design: Design) -> Design:
        """The design with the datapath that is so made; without a period it stays as it is."""
        frequency_mhz = design.request.known_mhz
        if not frequency_mhz:
            return design
        budget_ns = period_ns(frequency_mhz, design.target)
        return design.with_datapath(partial(with_cuts, target=design.target, budget_ns=budget_ns))
