"""Runs nextpnr: a mapped netlist in, the highest clock frequency after place and route out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from symhdl.errors import error
from symhdl.flow.tools import DEFAULT_TIME_LIMIT_S, Progress, need_tool, run_tool, tool_version
from symhdl.targets.target import Target

LOG = "nextpnr.log"


@dataclass(frozen=True, slots=True)
class Routed:
    """What place and route reports; `fmax_mhz` is None where there is no path between registers."""

    fmax_mhz: float | None
    tool: str


def place_and_route(
    netlist: str,
    target: Target,
    frequency_mhz: float,
    folder: Path,
    *,
    seed: int = 1,
    time_limit_s: float = DEFAULT_TIME_LIMIT_S,
    progress: Progress | None = None,
) -> Routed:
    """Places and routes a netlist in Yosys' JSON format for a clock of `frequency_mhz`.

    Raises ToolMissingError without nextpnr, SymhdlError when the design does not fit.
    """
    name = target.tools.place_and_route
    assert name, "a device without place and route; please report this"
    tool = need_tool(name)
    (folder / "placed.json").write_text(netlist, encoding="utf-8")
    if progress is not None:
        progress(f"{name}: placing and routing for {frequency_mhz:g} MHz")
    arguments = [
        *target.tools.arguments,
        *("--json", "placed.json", "--report", "report.json", "--log", LOG, "--quiet"),
        *("--freq", f"{frequency_mhz:g}", "--seed", str(seed), "--timing-allow-fail"),
    ]
    run_tool(tool, arguments, folder, time_limit_s=time_limit_s, log=LOG, progress=progress)
    report = folder / "report.json"
    if not report.exists():
        raise error("tool-output", f"{name} wrote no report")
    return Routed(
        highest_frequency(report.read_text(encoding="utf-8")), f"{name} {tool_version(tool)}"
    )


def highest_frequency(report: str) -> float | None:
    """The lowest of the clocks' achieved frequencies in MHz, from nextpnr's JSON report."""
    clocks: dict[str, dict[str, float]] = json.loads(report).get("fmax", {})
    return min((clock["achieved"] for clock in clocks.values()), default=None)
