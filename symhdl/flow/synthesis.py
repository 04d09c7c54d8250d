"""From Verilog to the figures of a device: LUTs, flip-flops, DSP and memory blocks, highest frequency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symhdl.budget import Progress
from symhdl.choices import DEFAULT_FREQUENCY_MHZ
from symhdl.errors import Diagnostic, SymhdlError
from symhdl.flow.netlist import Usage, with_harness
from symhdl.flow.nextpnr import Routed, place_and_route
from symhdl.flow.running import work_folder
from symhdl.flow.untimed import slowest_block
from symhdl.flow.yosys import map_to_target
from symhdl.targets.shares import excess
from symhdl.targets.target import Target


@dataclass(frozen=True, slots=True)
class Synthesis:
    """What the tools report. Where no open place and route covers the device, `fmax_mhz` is None and `path` empty.

    `luts` counts 4-input LUTs (or those of the device), with two for each two-bit carry cell of an ECP5. `tool` names
    the tools with their versions and the synthesis options that gave the fewest LUTs. `path` names the nets of the
    slowest path, from its start to its end, or the block within which it lies. `arrivals` are those of `Routed`.
    """

    luts: int
    ffs: int
    dsps: int
    brams: int
    carries: int
    fmax_mhz: float | None
    tool: str
    path: tuple[str, ...] = ()
    arrivals: Mapping[str, float] = field(default_factory=dict, repr=False)


def synthesize(
    verilog: str,
    top: str,
    target: Target,
    frequency_mhz: float = DEFAULT_FREQUENCY_MHZ,
    *,
    use_dsps: bool = True,
    route: bool = True,
    seed: int = 1,
    with_arrivals: bool = False,
    progress: Progress | None = None,
) -> Synthesis:
    """Synthesises the module `top` and, where the target allows and `route` is wanted, places and routes it.

    The counts are those of the module alone. The frequency is that of the module between registers at its inputs
    (and at those outputs that have none), which are not counted: see `netlist.with_harness`. `progress` is told what
    happens, for the terminal.

    Raises ToolMissingError when a tool is missing, SymhdlError when a tool fails or the design does not fit.
    """
    with work_folder() as folder:
        mapped = map_to_target(verilog, top, target, folder, use_dsps=use_dsps, progress=progress)
        tool = " ".join((mapped.tool, target.tools.command, *mapped.options))
        usage = mapped.usage
        _check_fit(usage, target)
        if not (route and target.tools.place_and_route):
            return _figures(usage, Routed(None, ""), tool)
        limit_mhz, slowest = slowest_block(mapped.module, target)
        routed = place_and_route(
            with_harness(mapped.module, top, target),
            target,
            frequency_mhz or DEFAULT_FREQUENCY_MHZ,
            folder,
            seed=seed,
            with_arrivals=with_arrivals,
            progress=progress,
        )
        if routed.fmax_mhz is not None and routed.fmax_mhz > limit_mhz:
            routed = Routed(limit_mhz, routed.tool, (slowest,), routed.arrivals)
        arguments = " ".join(target.tools.arguments[:1])
        return _figures(usage, routed, f"{tool}; {routed.tool} {arguments}")


def _figures(usage: Usage, routed: Routed, tool: str) -> Synthesis:
    return Synthesis(
        usage.luts,
        usage.ffs,
        usage.dsps,
        usage.brams,
        usage.carries,
        routed.fmax_mhz,
        tool,
        routed.path,
        routed.arrivals,
    )


def _check_fit(usage: Usage, target: Target) -> None:
    """Told before place and route tries for minutes what cannot be."""
    notes = excess(usage, target.resources)
    if notes:
        raise SymhdlError(
            Diagnostic(
                "does-not-fit",
                f"the design does not fit in `{target.name}`",
                notes=notes,
                help="choose a larger device, fewer bits or a larger error",
            )
        )
