"""Many modules through one run of Yosys, which is much faster than a run for each: what each takes, by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from symhdl.flow.netlist import ModuleEntry, Usage, lost_inputs, read_modules, usage_of
from symhdl.flow.running import work_folder
from symhdl.flow.tools import need_tool, tool_version
from symhdl.flow.yosys import mapped_netlists, option_sets
from symhdl.targets.target import Target

TOP = "everything"
PORT = re.compile(r"^    (input|output) +wire (?:signed )?(\[\d+:0\])? ?(\w+),?$", re.MULTILINE)


def usages(
    modules: Mapping[str, str], target: Target, *, use_dsps: bool
) -> dict[str, tuple[Usage, ...]]:
    """What Yosys makes of each module (Verilog by module name), for each set of options of the device's synthesis."""
    found = netlists(modules, target, use_dsps=use_dsps)
    lost = [name for name, ways in found.items() if any(lost_inputs(each, target) for each in ways)]
    assert not lost, f"synthesis lost a part of {', '.join(lost)}"
    return {name: tuple(usage_of(each, target) for each in ways) for name, ways in found.items()}


def netlists(
    modules: Mapping[str, str], target: Target, *, use_dsps: bool
) -> dict[str, tuple[ModuleEntry, ...]]:
    """The netlist of each module for each set of options.

    Each keeps its place in the hierarchy, so that nothing is shared between two.
    """
    with work_folder() as folder:
        texts = mapped_netlists(_text(modules), TOP, target, folder, use_dsps=use_dsps)
        found = [read_modules(text) for text in texts]
    return {name: tuple(each[name] for each in found) for name in modules}


def fewest(found: Sequence[Usage]) -> Usage:
    """The usage that the flow would choose."""
    return min(found, key=lambda usage: (usage.luts, usage.ffs))


def described(target: Target, *, use_dsps: bool) -> str:
    """The tool, its version, and the synthesis commands that are tried."""
    version = tool_version(need_tool("yosys"))
    tried = (" ".join(options) for options in option_sets(target, use_dsps=use_dsps))
    return f"yosys {version} {target.tools.command}" + "".join(f" [{each}]" for each in tried)


def _text(modules: Mapping[str, str]) -> str:
    """The modules, and one that holds an instance of each."""
    ports, instances = ["input clk"], []
    for name, text in modules.items():
        pins: list[str] = []
        own = text[text.index(f"\nmodule {name} (") :]  # behind it stand the models of primitives
        for way, bounds, port in PORT.findall(own[: own.index(");")]):
            if port == "clk":
                pins.append(".clk(clk)")
                continue
            ports.append(f"{way} {bounds} {name}__{port}")
            pins.append(f".{port}({name}__{port})")
        instances.append(f"{name} u_{name} ({', '.join(pins)});")
    kept = (
        text.replace(f"\nmodule {name} (", f"\n(* keep_hierarchy *)\nmodule {name} (", 1)
        for name, text in modules.items()
    )
    body = "\n".join(instances)
    return "\n".join([*kept, f"module {TOP}({', '.join(ports)});\n{body}\nendmodule\n"])
