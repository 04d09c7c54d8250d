"""Datapath to C++ for Vitis HLS: a function on `ap_fixed` ports, its header, a test bench, a Tcl script.

The function takes inputs by value and gives every output by reference, which is what Vitis makes plain ports of.
Inside it works on the raw integers, so nothing is left to `ap_fixed`'s rounding and overflow rules. It takes the
operators: the tool itself cuts wide products to the blocks of its device and puts registers between.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symhdl.errors import error
from symhdl.ir.datapath import PRODUCTS, CellKind, Datapath, Port

from .backend import EmitOptions, Level
from .heading import heading
from .hls_expressions import EXPRESSIONS, Variable, cell_type, widest
from .hls_module import HlsModule, SharedTable, arrange, fixed_type
from .hls_project import script_lines
from .hls_tables import table_lines
from .hls_testbench import testbench_lines
from .vectors import vectors

VECTORS, SEED = 256, 1
"""What the test bench checks unless the caller brings vectors."""

DEFAULT_MAXIMUM_WIDTH = 1024
MAXIMUM_WIDTH = 32768
"""What `ap_int` allows unless AP_INT_MAX_W says more, and what AP_INT_MAX_W can say at most."""


@dataclass(frozen=True, slots=True)
class HlsBackend:
    """`<top>.h`, `<top>.cpp`, `<top>_tb.cpp` and `<top>.tcl`.

    The interface `plain` has data ports alone and runs freely; `valid` has the start and done handshake of the tool and
    a valid signal beside every output.
    """

    name: str = "hls"
    level: Level = "operators"

    def validate(self, datapath: Datapath, options: EmitOptions) -> None:  # noqa: ARG002
        """Raises SymhdlError if an intermediate result is wider than `ap_int` can be."""
        width = _widest(datapath)
        if width > MAXIMUM_WIDTH:
            message = f"HLS C++ has no integers of {width} bits; `ap_int` ends at {MAXIMUM_WIDTH}"
            help = "ask for less accuracy, or for Verilog with --target verilog"
            raise error("hls-too-wide", message, help=help)

    def emit(self, datapath: Datapath, options: EmitOptions) -> dict[str, str]:
        """The files, by name."""
        module = arrange(datapath)
        top = datapath.top
        given = options.vectors or vectors(datapath, VECTORS, SEED)
        files = {
            f"{top}.h": _header_lines(module),
            f"{top}.cpp": _source_lines(module, options),
            f"{top}_tb.cpp": testbench_lines(module, given),
            f"{top}.tcl": script_lines(datapath, options),
        }
        return {name: "\n".join(lines) + "\n" for name, lines in files.items()}


BACKEND = HlsBackend()


def _widest(datapath: Datapath) -> int:
    """The most bits of any integer in the function."""
    cells = datapath.cells
    inside = (widest(cell, [cells[operand] for operand in cell.operands]) for cell in cells)
    ports = (port.format.width for port in datapath.inputs + datapath.outputs)
    return max((*inside, *ports), default=1)


# --- header ---------------------------------------------------------------------------------------


def _header_lines(module: HlsModule) -> Iterator[str]:
    datapath = module.datapath
    guard = f"{datapath.top.upper()}_H"
    for line in heading(datapath, scheduled=False):
        yield f"// {line}".rstrip()
    yield ""
    yield f"#ifndef {guard}"
    yield f"#define {guard}"
    yield ""
    yield from _width_lines(datapath)
    yield "#include <ap_fixed.h>"
    yield "#include <ap_int.h>"
    yield ""
    for port in datapath.inputs + datapath.outputs:
        yield f"typedef {fixed_type(port.format)} {module.port_types[port.port]};"
    yield ""
    yield f"{_signature(module)};"
    yield ""
    yield "#endif"


def _width_lines(datapath: Datapath) -> Iterator[str]:
    """Raises the limit of `ap_int`, which must happen before its header is read."""
    width = _widest(datapath)
    if width <= DEFAULT_MAXIMUM_WIDTH:
        return
    limit = -(-width // DEFAULT_MAXIMUM_WIDTH) * DEFAULT_MAXIMUM_WIDTH
    yield "#ifndef AP_INT_MAX_W"
    yield f"#define AP_INT_MAX_W {limit}"
    yield f"#elif AP_INT_MAX_W < {limit}"
    yield f'#error "include {datapath.top}.h before ap_int.h, or define AP_INT_MAX_W as {limit}"'
    yield "#endif"
    yield ""


def _signature(module: HlsModule) -> str:
    """The function's head, one parameter per line if there are many."""
    datapath, types = module.datapath, module.port_types
    parameters = [f"{types[port.port]} {port.port}" for port in datapath.inputs]
    parameters += [f"{types[port.port]} &{port.port}" for port in datapath.outputs]
    line = f"void {datapath.top}({', '.join(parameters)})"
    if len(line) <= 98:
        return line
    return f"void {datapath.top}(\n    " + ",\n    ".join(parameters) + ")"


# --- function -------------------------------------------------------------------------------------


def _source_lines(module: HlsModule, options: EmitOptions) -> Iterator[str]:
    datapath = module.datapath
    for line in heading(datapath, scheduled=False):
        yield f"// {line}".rstrip()
    yield ""
    yield f'#include "{datapath.top}.h"'
    yield ""
    yield from table_lines(module.tables)
    yield f"{_signature(module)} {{"
    yield from _pragma_lines(module, options)
    yield ""
    yield from _input_lines(module)
    body = list(_body_lines(module))
    if body:
        yield "    // On the right: how the integer is read as a fixed-point number."
        yield from body
        yield ""
    yield from _output_lines(module)
    yield "}"


def _pragma_lines(module: HlsModule, options: EmitOptions) -> Iterator[str]:
    handshake = options.interface == "valid"
    for port in module.datapath.inputs:
        yield f"#pragma HLS INTERFACE ap_none port={port.port}"
    for port in module.datapath.outputs:
        yield f"#pragma HLS INTERFACE {'ap_vld' if handshake else 'ap_none'} port={port.port}"
    yield f"#pragma HLS INTERFACE {'ap_ctrl_hs' if handshake else 'ap_ctrl_none'} port=return"
    yield "#pragma HLS PIPELINE II=1"
    # A table with one reader becomes a ROM by itself; more readers must not share its ports in turns.
    for table in module.tables:
        if table.readers > 1:
            yield f"#pragma HLS BIND_STORAGE variable={table.name} type=rom_np"


def _input_lines(module: HlsModule) -> Iterator[str]:
    """Raw bits of the ports, cut to what the ranges need."""
    datapath = module.datapath
    used = [port for port in datapath.inputs if module.live[port.cell]]
    unused = [port for port in datapath.inputs if not module.live[port.cell]]
    if used:
        yield "    // The inputs as integers."
    for port in used:
        kind = cell_type(datapath.cells[port.cell])
        yield f"    const {kind} {module.names[port.cell]} = {port.port}.range();"
    for port in unused:
        yield f"    (void){port.port};  // no output depends on it"
    if datapath.inputs:
        yield ""


def _body_lines(module: HlsModule) -> Iterator[str]:
    tables = {index: table for table in module.tables for index in table.cells}
    for index, cell in enumerate(module.datapath.cells):
        if not module.stated[index]:
            continue
        operands = [module.variable(operand) for operand in cell.operands]
        value = _value(module, index, operands, tables)
        yield f"    const {cell_type(cell)} {module.names[index]} = {value};  // {cell.format}"
        if module.datapath.dsp == "none" and cell.kind in PRODUCTS:
            yield f"#pragma HLS BIND_OP variable={module.names[index]} op=mul impl=fabric"


def _value(
    module: HlsModule, index: int, operands: Sequence[Variable], tables: dict[int, SharedTable]
) -> str:
    cell = module.datapath.cells[index]
    if cell.kind is CellKind.TABLE:
        constant = operands[0].constant
        place = operands[0].name if constant is None else str(constant)
        return f"{tables[index].name}[{place}]"
    return EXPRESSIONS[cell.kind](cell, operands)


def _output_lines(module: HlsModule) -> Iterator[str]:
    # Assigning bits of the reference itself would read it first and make the port an in-out.
    yield "    // The outputs: sign or zeros above, then the bits as they are."
    for port in module.datapath.outputs:
        yield from _output_port_lines(module, port)


def _output_port_lines(module: HlsModule, port: Port) -> Iterator[str]:
    value = module.output_names[port.port]
    signed, width = port.format.signed, port.format.width
    text = module.variable(port.cell).as_type(signed, width)
    yield f"    {module.port_types[port.port]} {value} = 0;"
    yield f"    {value}.range() = {text};"
    yield f"    {port.port} = {value};"
