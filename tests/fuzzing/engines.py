"""The engines that must give the simulator's integers: Icarus, Verilator, Amaranth, RTLIL through Yosys, g++."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from symhdl.backends.amaranth_module import rtlil_text
from symhdl.backends.backend import EmitOptions
from symhdl.backends.bound_instances import primitives_of
from symhdl.backends.models import model_lines
from symhdl.backends.verilog import verilog_text

from symhdl.compiled import CompiledDesign
from symhdl.errors import SymhdlError
from symhdl.flow.headers import find_headers
from symhdl.flow.tools import TOOLS, find_tool
from symhdl.ir.datapath import Datapath, Port
from symhdl.simulate import Integers, simulate
from tests.amaranth_checks import simulated, verilog_through_yosys
from tests.fuzzing.check import Engine
from tests.fuzzing.program import Program
from tests.test_amaranth import VECTORS
from tests.test_hls import Headers
from tests.test_hls import run as run_hls
from tests.verilog_checks import check_verilog

ROWS = 80
HLS_VECTORS = 200
INNER = "fuzzed_inner"


def _few(columns: dict[str, Integers], rows: int) -> dict[str, Integers]:
    """Rows from all over the columns."""
    return {name: column[:: max(1, len(column) // rows)][:rows] for name, column in columns.items()}


def icarus(design: CompiledDesign, program: Program, columns: dict[str, Integers]) -> str:
    """The Verilog text with the program's interface."""
    datapath = design.datapath
    text = (
        verilog_text(datapath) if program.options.interface == "plain" else _always_valid(datapath)
    )
    return _difference(datapath, text, columns)


def verilator(design: CompiledDesign, _: Program, columns: dict[str, Integers]) -> str:
    """The Verilog text in another simulator."""
    return _difference(design.datapath, verilog_text(design.datapath), columns, "verilator")


def _difference(
    datapath: Datapath, text: str, columns: dict[str, Integers], tool: str = "iverilog"
) -> str:
    try:
        found = check_verilog(datapath, text, _few(columns, ROWS), tool)
    except SymhdlError as problem:
        return str(problem)
    return f"{len(found)} differences, first {found[0]}" if found else ""


def _always_valid(datapath: Datapath) -> str:
    """The module with the `valid` interface inside one with plain ports, fed with valid data all the time."""
    inner: str = verilog_text(replace(datapath, top=INNER), EmitOptions(interface="valid"))
    clocked = datapath.latency > 0
    ports = [_port("input", port) for port in datapath.inputs]
    ports += [_port("output", port) for port in datapath.outputs]
    names = [port.port for port in (*datapath.inputs, *datapath.outputs)]
    links = [f".{name}({name})" for name in names] + [".valid_in(1'b1)", ".valid_out()"]
    if clocked:
        ports.insert(0, "input wire clk")
        links += [".clk(clk)", ".rst(1'b0)"]
    outer = f"module {datapath.top} ({', '.join(ports)});\n    {INNER} inner ({', '.join(links)});\nendmodule\n"
    return inner + outer


def _port(direction: str, port: Port) -> str:
    return f"{direction} wire [{port.format.width - 1}:0] {port.port}"


def amaranth(design: CompiledDesign, _: Program, columns: dict[str, Integers]) -> str:
    """The component in Amaranth's own simulator."""
    datapath = design.datapath
    inputs = _few(columns, VECTORS)
    if inputs and len(next(iter(inputs.values()))) < VECTORS:
        inputs = {name: column.repeat(VECTORS)[:VECTORS] for name, column in inputs.items()}
    expected = {
        name: values.repeat(1 if inputs else VECTORS).tolist()
        for name, values in simulate(datapath, inputs).items()
    }
    found = simulated(datapath, inputs)
    return "" if found == expected else f"{found} instead of {expected}"


def rtlil(design: CompiledDesign, _: Program, columns: dict[str, Integers]) -> str:
    """The RTLIL, which Yosys reads and writes as Verilog, in Icarus."""
    if find_tool("yosys") is None:
        return f"yosys is missing: {TOOLS['yosys'].help}"
    models = [line for name in primitives_of(design.datapath) for line in model_lines(name)]
    text = "\n".join([verilog_through_yosys(rtlil_text(design.datapath)), *models, ""])
    return _difference(design.datapath, text, columns)


def hls(design: CompiledDesign, _program: Program, _columns: dict[str, Integers]) -> str:
    """The C++ and its test bench, compiled with the `ap_types` headers."""
    found = find_headers()
    if found is None or shutil.which("g++") is None:
        return "g++ or the ap_types headers of hls4ml are missing"
    with tempfile.TemporaryDirectory() as folder:
        try:
            headers = Headers(("-isystem", str(found.folder)), Path())
            done = run_hls(
                [design.operators], headers, Path(folder), count=HLS_VECTORS, ordinary=False
            )
        except subprocess.CalledProcessError as problem:
            return f"g++ fails with status {problem.returncode}"
    passed = done.returncode == 0 and f"{design.datapath.top}: passed, " in done.stdout
    return "" if passed else f"{done.stdout}{done.stderr}"


ENGINES: dict[str, Engine] = {
    "icarus": icarus,
    "verilator": verilator,
    "amaranth": amaranth,
    "rtlil": rtlil,
    "hls": hls,
}
"""All of them, by name."""

SLOW = "verilator"
"""The one that takes seconds."""
