"""Runs Yosys: Verilog in, the smallest mapped netlist for a target out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from symhdl.budget import Progress
from symhdl.errors import error
from symhdl.flow.netlist import ModuleEntry, Usage, lost_inputs, read_module, usage_of
from symhdl.flow.running import read_result, run_tool, write_input
from symhdl.flow.tools import need_tool, tool_version
from symhdl.targets.target import Target

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")
LOG = "yosys.log"


@dataclass(frozen=True, slots=True)
class Mapped:
    """A netlist of the target's primitives, what it takes, and with which options it was made."""

    module: ModuleEntry
    usage: Usage
    options: tuple[str, ...]
    tool: str


def option_sets(target: Target, *, use_dsps: bool) -> tuple[tuple[str, ...], ...]:
    """The options of the synthesis command that are tried: none, then each alternative."""
    tools = target.tools
    common = tools.options + (tools.dsp if use_dsps else tools.no_dsp)
    return (common, *(((*common, alternative)) for alternative in tools.alternatives))


def map_to_target(
    verilog: str,
    top: str,
    target: Target,
    folder: Path,
    *,
    use_dsps: bool = True,
    progress: Progress | None = None,
) -> Mapped:
    """Synthesises the Verilog text with each set of options and keeps the netlist with the fewest LUTs.

    Files are written in `folder` only. Raises as `mapped_netlists` does, and SymhdlError where a netlist lacks a
    part.
    """
    texts = mapped_netlists(verilog, top, target, folder, use_dsps=use_dsps, progress=progress)
    version = f"yosys {tool_version(need_tool('yosys'))}".rstrip()
    modules = [read_module(text, top) for text in texts]
    for module in modules:
        _check_whole(module, target, version)
    sets = option_sets(target, use_dsps=use_dsps)
    candidates = [
        Mapped(module, usage_of(module, target), options, version)
        for module, options in zip(modules, sets, strict=True)
    ]
    return min(candidates, key=lambda mapped: (mapped.usage.luts, mapped.usage.ffs))


def _check_whole(module: ModuleEntry, target: Target, version: str) -> None:
    """Yosys 0.70 loses what drives some wires that it is told to keep; nobody would see it before the hardware."""
    if lost := lost_inputs(module, target):
        raise error(
            "synthesis-lost",
            f"{version} lost a part of the design: nothing drives {lost} inputs of the netlist",
            help="use another version of Yosys, and please report the design",
        )


def mapped_netlists(
    verilog: str,
    top: str,
    target: Target,
    folder: Path,
    *,
    use_dsps: bool = True,
    progress: Progress | None = None,
) -> tuple[str, ...]:
    """The netlist of each set of options, as Yosys writes it in JSON.

    Raises ToolMissingError without Yosys, SymhdlError when it refuses the text or the target cannot be synthesised.
    """
    if not target.tools.command:
        raise error(
            "no-synthesis",
            f"the device `{target.name}` has no synthesis flow",
            help="choose a real device, for example `ecp5-85k`",
        )
    assert IDENTIFIER.fullmatch(top), "a module name that is not an identifier; please report this"
    yosys = need_tool("yosys")
    sets = option_sets(target, use_dsps=use_dsps)
    write_input(folder, "design.v", verilog)
    write_input(folder, "run.ys", _script(top, target, sets))
    if progress is not None:
        progress(
            f"yosys: {target.tools.command}, {len(sets)} set{'s' * (len(sets) > 1)} of options"
        )
    run_tool(yosys, ["-q", "-l", LOG, "-s", "run.ys"], folder, log=LOG, progress=progress)
    paths = [folder / f"mapped{number}.json" for number in range(len(sets))]
    return tuple(read_result(yosys, path) for path in paths)


def _script(top: str, target: Target, sets: tuple[tuple[str, ...], ...]) -> str:
    """Reads once, then synthesises the same design with each set of options."""
    # Without -check: the primitives that the design instances are read by the synthesis command, which checks.
    lines = ["read_verilog design.v", f"hierarchy -top {top}", "design -save read"]
    for number, options in enumerate(sets):
        command = " ".join((target.tools.command, "-top", top, *options))
        # A synthesis command for ASICs and unknown devices needs flattening by hand.
        lines += ["design -load read", "flatten", command, f"write_json mapped{number}.json"]
    return "\n".join(lines) + "\n"
