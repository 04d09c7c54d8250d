"""The clock that a design reaches between registers, by nextpnr: the middle one of several seeds.

A seed with which the router comes to no end, as that of nextpnr-ice40 does now and then, is left out.
"""

from __future__ import annotations

import statistics
from pathlib import Path

from symhdl.errors import SymhdlError
from symhdl.flow.netlist import with_harness
from symhdl.flow.nextpnr import place_and_route
from symhdl.flow.running import work_folder
from symhdl.flow.yosys import map_to_target
from symhdl.targets.target import Target

SEEDS = (1, 2, 3)
ROUTING_S = 300.0


def clock_mhz(
    verilog: str, top: str, target: Target, frequency_mhz: float, *, use_dsps: bool
) -> float:
    """The clock of the smallest netlist; 0 where there is no path between registers."""
    with work_folder() as folder:
        module = map_to_target(verilog, top, target, folder, use_dsps=use_dsps).module
        netlist = with_harness(module, top, target)
        reached = [
            mhz
            for seed in SEEDS
            if (mhz := reached_mhz(netlist, target, frequency_mhz, folder, seed)) is not None
        ]
    return statistics.median(reached or [0.0])


def reached_mhz(
    netlist: str,
    target: Target,
    frequency_mhz: float,
    folder: Path,
    seed: int,
    time_limit_s: float = ROUTING_S,
) -> float | None:
    """The clock with a seed, 0 where there is no path between registers; None where the router comes to no end."""
    try:
        routed = place_and_route(
            netlist, target, frequency_mhz, folder, seed=seed, time_limit_s=time_limit_s
        )
    except SymhdlError as problem:
        if problem.diagnostics[0].id != "tool-timeout":
            raise
        return None
    return routed.fmax_mhz or 0.0
