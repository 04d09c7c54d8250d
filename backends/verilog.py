"""Datapath to one file of Verilog-2001: readable, without vendor parts, registers without reset.

Tables are functions with a case statement. Measured with Yosys 0.70 on quarter sines with registers before and
after them: the case statement / an array with an `initial` block (one figure where both give the same).

    entries x bits    synth_ecp5 -nobram    synth_ecp5                          synth_ice40
    64 x 8            29 LUT4               29 LUT4                             51 / 50 LUT4
    179 x 10          151 LUT4              1 DP16KD / 151 LUT4                 1 RAM
    1024 x 12         769 LUT4              1 DP16KD                            3 RAM
    2867 x 14         2410 LUT4             4 DP16KD / 3 DP16KD and 28 LUT4     14 RAM / 11 RAM, 14 LUT4 more
    4096 x 14         2987 LUT4             4 DP16KD                            14 RAM

In logic the two are equal but for one LUT. The case is chosen because Yosys reads large ones faster (4096 entries
without block RAM: 10 s against 17 s, single runs) and finds block RAM for lengths that are no power of two earlier;
its price is that such a table is rounded up to a power of two in block RAM. A register before or after a table that
becomes a RAM is the RAM's own. A part select of one long constant, tried up to 256 entries, gave what the case gave.
Entries that the index cannot reach are `x`, which leaves them to the synthesiser.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from symhdl.ir.chains import kept_sums
from symhdl.ir.datapath import Cell, CellKind, Datapath, Port
from symhdl.ir.table_wires import kept_tables, tables_of_adders
from symhdl.numeric.fixed import FixedFormat

from .attributes import KEPT, attribute_text, registers_before_tables
from .backend import EmitOptions, Level
from .blocks import Blocks, instanced_blocks
from .bound_instances import (
    ENABLE,
    Bound,
    instances_of_cell,
    primitives_of,
)
from .heading import heading
from .inner_registers import written_out
from .models import model_lines
from .signals import VALID_NAME, Signals, passing_wires, signals
from .verilog_expressions import (
    EXPRESSIONS,
    Signal,
    declaration,
    inline,
    select,
    vector,
)
from .verilog_instances import bits_text, instance_lines
from .verilog_tables import Table, named_tables, table_lines, table_of


@dataclass(frozen=True, slots=True)
class VerilogBackend:
    """One file `<top>.v` with one module."""

    name: str = "verilog"
    level: Level = "cells"

    def validate(self, datapath: Datapath, options: EmitOptions) -> None:
        """Everything that a datapath can hold is supported."""

    def emit(self, datapath: Datapath, options: EmitOptions) -> dict[str, str]:
        """The file."""
        return {f"{datapath.top}.v": verilog_text(datapath, options)}


SIGNLESS = frozenset({CellKind.REGISTER, CellKind.JOIN})
"""The kinds that take an operand as bits, so that its sign does not matter."""
CHOOSING = frozenset({CellKind.SHIFT_RIGHT, CellKind.BITS, CellKind.ROW, CellKind.TWO_ROWS})
"""The kinds that choose bits of an operand."""

BACKEND = VerilogBackend()


def verilog_text(datapath: Datapath, options: EmitOptions | None = None) -> str:
    """The module as Verilog-2001; the same datapath gives the same text."""
    module = _Module.of(datapath, options or EmitOptions())
    return "\n".join(_lines(module)) + "\n"


@dataclass(frozen=True, slots=True)
class _Module:
    """What is to be written, with the name of every cell's signal.

    `tables` are the names of functions, `inputs` the input ports by their cells; `clocked` says whether the module has
    registers. Those of `starting` have a value at the start, which nothing reads: it keeps them before their tables.
    `kept` are the sums and tables that synthesis must leave alone.
    """

    datapath: Datapath
    options: EmitOptions
    signals: Signals
    tables: Mapping[Table, str]
    inputs: Mapping[int, Port]
    clocked: bool
    inlined: Mapping[int, str]
    formats: Mapping[str, FixedFormat]
    kept: frozenset[int]
    starting: frozenset[int]
    blocks: Blocks

    @staticmethod
    def of(datapath: Datapath, options: EmitOptions) -> _Module:
        datapath = written_out(datapath)
        clocked = datapath.clocked or (options.interface == "valid" and datapath.latency > 0)
        inputs = {port.cell: port for port in datapath.inputs}
        found = signals(datapath)
        kept = kept_sums(datapath) | kept_tables(datapath)
        starting = registers_before_tables(datapath)
        tables = named_tables(datapath, found.of_cells, found.names)
        inlined = _inlined(datapath, found.of_cells, kept, tables)
        formats = _formats(datapath, found.of_cells)
        blocks = instanced_blocks(datapath, found.of_cells, found.names.fresh)
        return _Module(
            datapath, options, found, tables, inputs, clocked, inlined, formats, kept, starting,
            blocks,
        )  # fmt: skip

    @property
    def names(self) -> tuple[str, ...]:
        """The name of every cell's signal."""
        return self.signals.of_cells

    @property
    def enabled(self) -> bool:
        """Whether there is a clock enable."""
        return self.clocked and self.options.clock_enable

    def signal(self, index: int) -> Signal:
        """The cell as an operand."""
        return Signal(self.datapath.cells[index], self.inlined.get(index, self.names[index]))


def _formats(datapath: Datapath, names: Sequence[str]) -> dict[str, FixedFormat]:
    """How the number is read that a signal holds; where cells share it, as it is with bits behind the point.

    A register holds what it was given, read in the same way.
    """
    found: dict[str, FixedFormat] = {}
    for cell, name in zip(datapath.cells, names, strict=True):
        if name not in found or not found[name].fraction:
            register = cell.kind is CellKind.REGISTER
            found[name] = found[names[cell.operands[0]]] if register else cell.format
    return found


def _inlined(
    datapath: Datapath, names: Sequence[str], kept: frozenset[int], tables: Mapping[Table, str]
) -> dict[int, str]:
    """The expressions of wires that stand where they are read, because only one cell reads them."""
    cells = datapath.cells
    found: dict[int, str] = {}

    def read_by(cell: Cell) -> Signal:
        (operand,) = cell.operands
        return Signal(cells[operand], found.get(operand, names[operand]))

    for index, reader in passing_wires(datapath).items():
        if index in kept:
            continue
        cell = cells[index]
        expression = inline(cell, read_by(cell), signless=reader in SIGNLESS)
        # Of an expression no bits can be chosen.
        if expression is not None and reader not in CHOOSING:
            found[index] = expression
    for index in tables_of_adders(datapath):
        cell = cells[index]
        if not datapath.is_instanced(cell):
            call = _call(tables[table_of(datapath, cell)], read_by(cell))
            found[index] = f"$signed({call})" if cell.signed else call
    return found


def _call(table: str, index: Signal) -> str:
    return f"{table}({index.text(signed=False)})"


def _lines(module: _Module) -> Iterator[str]:
    datapath = module.datapath
    for line in heading(datapath):
        yield f"// {line}".rstrip()
    yield ""
    yield "`default_nettype none"
    # Operators extend their operands to the width of the result; a linter would warn at every one of them.
    yield "/* verilator lint_off WIDTH */"
    yield ""
    yield f"module {datapath.top} ("
    yield from _port_lines(module)
    yield ");"
    for table, name in module.tables.items():
        yield ""
        yield from table_lines(name, table)
    yield from _stage_lines(module)
    if module.options.interface == "valid":
        yield ""
        yield from _valid_lines(module)
    yield ""
    for port in datapath.outputs:
        yield f"    assign {port.port} = {_output(module, port)};"
    yield "endmodule"
    for primitive in primitives_of(datapath):
        yield ""
        yield from model_lines(primitive)
    yield ""
    yield "/* verilator lint_on WIDTH */"
    yield "`default_nettype wire"


def _port_lines(module: _Module) -> Iterator[str]:
    """The ports; clock and handshake stand before the data."""
    valid = module.options.interface == "valid"
    control = [
        ("input", "clk", module.clocked),
        ("input", "rst", module.clocked and valid),
        ("input", ENABLE, module.enabled),
        ("input", "valid_in", valid),
        ("output", "valid_out", valid),
    ]
    ports = [f"    {way:6} wire {name}" for way, name, wanted in control if wanted]
    for way, data in (("input", module.datapath.inputs), ("output", module.datapath.outputs)):
        ports += [
            f"    {way:6} wire {vector(port.format.signed, port.format.width)}{port.port}"
            for port in data
        ]
    for position, port in enumerate(ports):
        yield port + ("," if position + 1 < len(ports) else "")


def _output(module: _Module, port: Port) -> str:
    signal = module.signal(port.cell)
    return signal.text(signed=signal.cell.signed)


# --- stages ---------------------------------------------------------------------------------------


def _stage_lines(module: _Module) -> Iterator[str]:
    cells = module.datapath.cells
    used = bytearray(len(cells))
    for cell in cells:
        for operand in cell.operands:
            used[operand] = 1
    for port in module.datapath.outputs:
        used[port.cell] = 1
    for index in module.blocks.hidden:  # no signal shows it
        used[index] = 0
    stages: dict[int, list[int]] = {}
    for index, cell in enumerate(cells):
        if cell.kind is not CellKind.CONSTANT and used[index]:
            stages.setdefault(cell.stage, []).append(index)
    for stage in sorted(stages):
        registers = [i for i in stages[stage] if cells[i].kind is CellKind.REGISTER]
        others = [i for i in stages[stage] if cells[i].kind is not CellKind.REGISTER]
        body = [*_register_lines(module, registers), *_other_lines(module, others)]
        if body:
            yield ""
            yield f"    // Stage {stage}"
            yield from body


def _register_lines(module: _Module, registers: Sequence[int]) -> Iterator[str]:
    if not registers:
        return
    cells = module.datapath.cells
    for index in registers:
        cell = cells[index]
        name = module.names[index]
        start = f" = {cell.width}'d0" if index in module.starting else ""
        yield f"    reg {declaration(cell)}{name}{start};  // {module.formats[name]}"
    yield f"    always @(posedge clk){' if (ce)' if module.enabled else ''} begin"
    for index in registers:
        operands = [module.signal(operand) for operand in cells[index].operands]
        value = EXPRESSIONS[CellKind.REGISTER](cells[index], operands)
        yield f"        {module.names[index]} <= {value};"
    yield "    end"


def _other_lines(module: _Module, indices: Sequence[int]) -> Iterator[str]:
    """Wires, and instances that drive one."""
    for index in indices:
        if index in module.inlined:
            continue
        cell = module.datapath.cells[index]
        name = module.names[index]
        attributes = f"{attribute_text(KEPT)} " if index in module.kept else ""
        declared = f"    {attributes}wire {declaration(cell)}{name}"
        if module.datapath.is_instanced(cell):
            yield f"{declared};  // {module.formats[name]}"
            bound = _bound(module, index)
            for between, width in bound.between.items():
                texts = map(bits_text, bound.differences.get(between, ()))
                value = " ^ ".join(texts)
                yield f"    wire {vector(False, width)}{between}{value and f' = {value}'};"
            for instance in bound.instances:
                yield from instance_lines(instance)
            if bound.passed:
                yield f"    assign {name} = {bits_text(bound.passed)};"
            continue
        value = _wire_value(module, index)
        if value != name:
            yield f"{declared} = {value};  // {module.formats[name]}"


def _bound(module: _Module, index: int) -> Bound:
    fresh = module.signals.names.fresh
    return instances_of_cell(
        module.datapath, index, module.names, fresh, enabled=module.enabled, blocks=module.blocks
    )


def _wire_value(module: _Module, index: int) -> str:
    cell = module.datapath.cells[index]
    if cell.kind is CellKind.INPUT:
        return _input(module, index)
    operands = [module.signal(operand) for operand in cell.operands]
    if cell.kind is CellKind.TABLE:
        return _call(module.tables[table_of(module.datapath, cell)], operands[0])
    return EXPRESSIONS[cell.kind](cell, operands)


def _input(module: _Module, index: int) -> str:
    """The bits of the port that the range needs."""
    port = module.inputs[index]
    width = min(module.datapath.cells[index].width, port.format.width)
    return select(port.port, port.format.width, width - 1, 0)


# --- handshake ------------------------------------------------------------------------------------


def _valid_lines(module: _Module) -> Iterator[str]:
    """The shift register that runs beside the data, the only one with a reset."""
    latency = module.datapath.latency
    if latency == 0:
        yield "    assign valid_out = valid_in;"
        return
    last = select(VALID_NAME, latency, latency - 1, latency - 1)
    others = select(VALID_NAME, latency, latency - 2, 0) if latency > 1 else ""
    following = f"{{{others}, valid_in}}" if others else "valid_in"
    yield f"    reg {vector(False, latency)}{VALID_NAME};"
    yield "    always @(posedge clk)"
    yield f"        if (rst) {VALID_NAME} <= {latency}'d0;"
    yield f"        else{' if (ce)' if module.enabled else ''} {VALID_NAME} <= {following};"
    yield f"    assign valid_out = {last};"
