"""Cuts sums, comparisons and tables that are too slow for the clock, so that registers may stand inside of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from symhdl.arithmetic.cuts import with_cuts
from symhdl.cost.clock import period_ns
from symhdl.design import Design
from symhdl.ir.datapath import Datapath
from symhdl.scheduling.times import time_of
from symhdl.targets.target import Target


@dataclass(frozen=True, slots=True)
class Cuts:
    """Makes parts of each cell that takes longer than the request's period; the integers are unchanged.

    What is fast enough stays whole: parts cost a bit for each carry, and a cell that fits in a stage takes none. Sums
    of sums that are cut are cut where these are if that takes fewer clock edges: lower parts run ahead of upper ones.
    """

    name: ClassVar[str] = "cuts"

    def run(self, design: Design) -> Design:
        """The design with the datapath that is so made; without a period it stays as it is."""
        frequency_mhz = design.request.known_mhz
        if not frequency_mhz:
            return design
        cut = partial(_cut, target=design.target, frequency_mhz=frequency_mhz)
        return design.with_datapath(cut)


def _cut(datapath: Datapath, target: Target, frequency_mhz: float) -> Datapath:
    """The datapath with the cuts that take fewer clock edges, those of slow cells alone if it makes no difference."""
    budget_ns = period_ns(frequency_mhz, target)
    alone = with_cuts(datapath, target, budget_ns)
    if alone is datapath:
        return datapath
    followed = with_cuts(datapath, target, budget_ns, following=True)
    if followed == alone:
        return alone
    alone_ns, most = time_of(alone, target, frequency_mhz)
    followed_ns, edges = time_of(followed, target, frequency_mhz)
    return followed if followed_ns <= alone_ns and edges < most else alone
