"""`symhdl verify`: the Verilog of a compiled design in a simulator, compared with the bit-exact model."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from symhdl.commands.stored import Stored, open_design
from symhdl.commands.terminal import message, out
from symhdl.errors import Diagnostic, SymhdlError, UsageError
from symhdl.files import read_text
from symhdl.flow.tools import find_tool
from symhdl.manifest import Json, manifest_text
from symhdl.verify.cosimulate import Difference, check_verilog
from symhdl.verify.vectors import input_vectors

MANY_VECTORS = 200_000  # from here on building a Verilator model is worth its time
SHOWN_DIFFERENCES = 5


class VerifyOptions(TypedDict):
    """The options of the command, as the command line gives them."""

    folder: str
    top: str | None
    vectors: int
    seed: int
    json: bool


def run(options: VerifyOptions) -> None:
    """Runs the vectors; raises SymhdlError with the first differences if there are any."""
    design = open_design(Path(options["folder"]), options["top"])
    verilog = _verilog(design)
    tool = _simulator(options["vectors"])
    vectors = input_vectors(design.datapath, options["vectors"], options["seed"])
    message(f"{tool}: {options['vectors']} vectors, seed {options['seed']}")
    found = check_verilog(design.datapath, verilog, vectors, tool)
    if found:
        raise _differ(found)
    if options["json"]:
        result: dict[str, Json] = {
            "top": design.top,
            "tool": tool,
            "vectors": options["vectors"],
            "seed": options["seed"],
            "equal": True,
        }
        out(manifest_text(result).removesuffix("\n"))
    else:
        latency = design.datapath.latency
        out(f"{design.top}: equal to the model, at a latency of {latency} clock edges")


def _verilog(design: Stored) -> str:
    texts = [read_text(path) for path in design.files if path.suffix == ".v"]
    if not texts:
        text = f"{design.folder} holds no Verilog"
        raise UsageError(Diagnostic("no-verilog", text, help="compile with --target verilog"))
    return "\n".join(texts)


def _simulator(vectors: int) -> str:
    """Verilator for many vectors if it is there; Icarus starts sooner."""
    if vectors >= MANY_VECTORS and find_tool("verilator") is not None:
        return "verilator"
    if find_tool("iverilog") is None and find_tool("verilator") is not None:
        return "verilator"
    return "iverilog"


def _differ(found: tuple[Difference, ...]) -> SymhdlError:
    notes = tuple(
        f"vector {d.vector}: output `{d.output}` is {d.found}, the model says {d.expected}"
        for d in found[:SHOWN_DIFFERENCES]
    )
    text = f"the hardware differs from the model in {len(found)} values"
    return SymhdlError(Diagnostic("not-equal", text, notes=notes, help="please report this"))
