"""The clock that a design reaches between registers, by nextpnr: the middle one of several seeds."""

from __future__ import annotations

import statistics

from symhdl.flow.netlist import with_harness
from symhdl.flow.nextpnr import place_and_route
from symhdl.flow.running import work_folder
from symhdl.flow.yosys import map_to_target
from symhdl.targets.target import Target

SEEDS = (1, 2, 3)


def clock_mhz(
    verilog: str, top: str, target: Target, frequency_mhz: float, *, use_dsps: bool
) -> float:
    """The clock of the smallest netlist; 0 where there is no path between registers."""
    with work_folder() as folder:
        module = map_to_target(verilog, top, target, folder, use_dsps=use_dsps).module
        netlist = with_harness(module, top, target)
        routed = [
            place_and_route(netlist, target, frequency_mhz, folder, seed=seed) for seed in SEEDS
        ]
    return statistics.median(each.fmax_mhz or 0.0 for each in routed)
