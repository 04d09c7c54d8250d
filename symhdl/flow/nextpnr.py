"""Runs nextpnr: a mapped netlist in, the highest clock frequency after place and route out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from symhdl.errors import error
from symhdl.flow.tools import Progress, need_tool, run_tool, tool_version
from symhdl.targets.target import Target

LOG = "nextpnr.log"


@dataclass(frozen=True, slots=True)
class Routed:
    """What place and route reports.

    `fmax_mhz` is None where there is no path between registers; `path` names the nets of the slowest one, from its
    start to its end, as the netlist does.
    """

    fmax_mhz: float | None
    tool: str
    path: tuple[str, ...] = ()


def place_and_route(
    netlist: str,
    target: Target,
    frequency_mhz: float,
    folder: Path,
    *,
    seed: int = 1,
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
    run_tool(tool, arguments, folder, log=LOG, progress=progress)
    report = folder / "report.json"
    if not report.exists():
        raise error("tool-output", f"{name} wrote no report")
    text = report.read_text(encoding="utf-8")
    return Routed(highest_frequency(text), f"{name} {tool_version(tool)}", slowest_path(text))


def highest_frequency(report: str) -> float | None:
    """The lowest of the clocks' achieved frequencies in MHz, from nextpnr's JSON report."""
    clocks: dict[str, dict[str, float]] = json.loads(report).get("fmax", {})
    return min((clock["achieved"] for clock in clocks.values()), default=None)


class _Segment(TypedDict, total=False):
    """A step of a path: through a cell, or along a net."""

    delay: float
    net: str
    type: str
    to: dict[str, object]


class _Path(TypedDict):
    """A path of the report."""

    path: list[_Segment]


def slowest_path(report: str) -> tuple[str, ...]:
    """The nets along the slowest path between registers, and the cell at its end, from nextpnr's JSON report."""
    paths: list[_Path] = json.loads(report).get("critical_paths", [])
    between = [path["path"] for path in paths if path["path"] and _is_clocked(path["path"])]
    if not between:
        return ()
    slowest = max(between, key=lambda path: sum(segment["delay"] for segment in path))
    nets = [segment["net"] for segment in slowest if "net" in segment]
    return (*nets, str(slowest[-1]["to"].get("cell", "")))


def _is_clocked(path: Sequence[_Segment]) -> bool:
    """Whether a path starts and ends at a clock."""
    kinds = {str(segment.get("type")) for segment in path}
    return {"clk-to-q", "setup"} <= kinds
