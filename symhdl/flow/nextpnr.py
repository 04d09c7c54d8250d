"""Runs nextpnr: a mapped netlist in, the highest clock frequency after place and route out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from symhdl.budget import Progress
from symhdl.errors import SymhdlError, error
from symhdl.flow.running import DEFAULT_TIME_LIMIT_S, read_json, read_result, run_tool, write_input
from symhdl.flow.tools import need_tool, tool_version
from symhdl.targets.target import Target

LOG = "nextpnr.log"
REPORT = "report.json"
HIGHEST_MHZ = 100_000.0
"""Beyond this a clock is no clock."""


@dataclass(frozen=True, slots=True)
class Routed:
    """What place and route reports.

    `fmax_mhz` is None where there is no path between registers; `path` names the nets of the slowest one, from its
    start to its end, as the netlist does. `arrivals` tells, where it was asked for, after how many nanoseconds each
    cell that a clock drives has its slowest input.
    """

    fmax_mhz: float | None
    tool: str
    path: tuple[str, ...] = ()
    arrivals: Mapping[str, float] = field(default_factory=dict)


def place_and_route(
    netlist: str,
    target: Target,
    frequency_mhz: float,
    folder: Path,
    *,
    seed: int = 1,
    with_arrivals: bool = False,
    time_limit_s: float = DEFAULT_TIME_LIMIT_S,
    progress: Progress | None = None,
) -> Routed:
    """Places and routes a netlist in Yosys' JSON format for a clock of `frequency_mhz`.

    Raises ToolMissingError without nextpnr, SymhdlError when the design does not fit, or after the time limit.
    """
    name = target.tools.place_and_route
    assert name, "a device without place and route; please report this"
    tool = need_tool(name)
    write_input(folder, "placed.json", netlist)
    if progress is not None:
        progress(f"{name}: placing and routing for {frequency_mhz:g} MHz")
    arguments = [
        *target.tools.arguments,
        *("--json", "placed.json", "--report", REPORT, "--log", LOG, "--quiet"),
        *("--freq", f"{frequency_mhz:g}", "--seed", str(seed), "--timing-allow-fail"),
        *(("--detailed-timing-report",) if with_arrivals else ()),
    ]
    run_tool(tool, arguments, folder, time_limit_s=time_limit_s, log=LOG, progress=progress)
    text = read_result(tool, folder / REPORT)
    version = f"{name} {tool_version(tool)}".rstrip()
    arrivals = arrivals_of(text, name) if with_arrivals else {}
    return Routed(highest_frequency(text, name), version, slowest_path(text, name), arrivals)


def highest_frequency(report: str, tool: str = "nextpnr") -> float | None:
    """The lowest of the clocks' achieved frequencies in MHz, from nextpnr's JSON report.

    Raises SymhdlError if the report of `tool` is none.
    """
    clocks = [
        _table(clock, tool)
        for clock in _table(_report(report, tool).get("fmax", {}), tool).values()
    ]
    achieved = [_number(clock.get("achieved"), tool) for clock in clocks]
    if not all(0 < mhz <= HIGHEST_MHZ for mhz in achieved):
        raise _unfit(tool)
    return min(achieved, default=None)


def slowest_path(report: str, tool: str = "nextpnr") -> tuple[str, ...]:
    """The nets along the slowest path between registers, and the cell at its end, from nextpnr's JSON report.

    Raises SymhdlError if the report of `tool` is none.
    """
    paths = [
        list(_tables(_table(path, tool).get("path"), tool))
        for path in _tables(_report(report, tool).get("critical_paths", []), tool)
    ]
    between = [path for path in paths if _is_clocked(path)]
    if not between:
        return ()
    slowest = max(between, key=lambda path: sum(_number(step.get("delay"), tool) for step in path))
    nets = [str(step["net"]) for step in slowest if "net" in step]
    return (*nets, str(_table(slowest[-1].get("to", {}), tool).get("cell", "")))


def arrivals_of(report: str, tool: str = "nextpnr") -> dict[str, float]:
    """When the slowest input of every clocked cell is there, in nanoseconds, from nextpnr's detailed JSON report.

    Raises SymhdlError if the report of `tool` is none.
    """
    found: dict[str, float] = {}
    for net in _tables(_report(report, tool).get("detailed_net_timings", []), tool):
        for end in _tables(net.get("endpoints"), tool):
            delays = end.get("delay")
            if not isinstance(delays, list) or not delays:
                raise _unfit(tool)
            cell = str(end.get("cell"))
            found[cell] = max(found.get(cell, 0.0), *(_number(delay, tool) for delay in delays))
    return found


Step = dict[str, object]
"""A step of a path, through a cell or along a net: `delay`, `net`, `type`, `to`."""


def _is_clocked(path: list[Step]) -> bool:
    """Whether a path starts and ends at a clock."""
    kinds = {str(step.get("type")) for step in path}
    return {"clk-to-q", "setup"} <= kinds


def _report(text: str, tool: str) -> dict[str, object]:
    return _table(read_json(tool, REPORT, text), tool)


def _table(value: object, tool: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise _unfit(tool)
    return value


def _tables(value: object, tool: str) -> Iterator[dict[str, object]]:
    if not isinstance(value, list):
        raise _unfit(tool)
    return (_table(one, tool) for one in value)


def _number(value: object, tool: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _unfit(tool)
    return value


def _unfit(tool: str) -> SymhdlError:
    return error("tool-output", f"{tool} wrote a {REPORT} that makes no sense")
