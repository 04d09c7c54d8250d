"""How long a datapath will take that is not scheduled yet, to compare ways to build the same."""

from __future__ import annotations

from symhdl.choices import HIGHEST, Clock
from symhdl.cost.clock import highest_mhz, period_ns
from symhdl.cost.delays import fastest
from symhdl.cost.estimate import longest_path_ns
from symhdl.cost.timing import cell_delays, cell_offers
from symhdl.ir.datapath import Datapath
from symhdl.scheduling.earliest import least_latency
from symhdl.scheduling.wiring import wiring_of
from symhdl.targets.target import Target

LONGER_PATH = 1.05
"""Times the longest path may be as long where there is no clock: estimates are off by as much in the median."""


def time_of(datapath: Datapath, target: Target, frequency_mhz: Clock | None) -> tuple[float, int]:
    """The least nanoseconds between clock edges, with registers where a clock wants them, and how many of these.

    Without a clock (None or 0) those of the longest path, and none.
    """
    if not frequency_mhz:
        delays = cell_delays(datapath.cells, target, datapath.units)
        return longest_path_ns(datapath, delays), 0
    offers = cell_offers(datapath.cells, target, datapath.units)
    mhz = highest_mhz(offers, target) if frequency_mhz == HIGHEST else frequency_mhz
    budget_ns = period_ns(mhz, target)
    slowest_ns = max((fastest(own).longest_ns for own in offers), default=0.0)
    return max(budget_ns, slowest_ns), least_latency(wiring_of(datapath), offers, budget_ns)
