"""Datapath to an Amaranth component, and through it to RTLIL text.

The component's signature has the data ports by their names, signed as their formats are; registers are in the `sync`
domain, without reset, and bear the names of `signals.py`, which the Verilog backend gives them too. Where the datapath
allows no DSP blocks, the products have the attributes that say so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from amaranth.back import rtlil
from amaranth.hdl import ClockDomain, Const, Module, Mux, Shape, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from symhdl.ir.datapath import PRODUCTS, Cell, CellKind, Datapath, Port

from .backend import EmitOptions, Level
from .signals import VALID_NAME, signals


def _weighted(cell: Cell, terms: Sequence[Value]) -> Value:
    """The terms with their weights and the constant term."""
    total: Value = Const(cell.value)
    for weight, term in zip(cell.weights, terms, strict=True):
        size = abs(weight)
        part = term * size if size & (size - 1) else term.shift_left(size.bit_length() - 1)
        total = total - part if weight < 0 else total + part
    return total


EXPRESSIONS: dict[CellKind, Callable[[Cell, Sequence[Value]], Value]] = {
    CellKind.ADD: lambda cell, o: o[0] + o[1],
    CellKind.SUBTRACT: lambda cell, o: o[0] - o[1],
    CellKind.NEGATE: lambda cell, o: -o[0],
    CellKind.SUM: _weighted,
    CellKind.MULTIPLY: lambda cell, o: o[0] * o[1],
    CellKind.SQUARE: lambda cell, o: o[0] * o[0],
    CellKind.DOT: lambda cell, o: _weighted(
        cell, [a * b for a, b in zip(o[::2], o[1::2], strict=True)]
    ),
    CellKind.SHIFT_LEFT: lambda cell, o: o[0].shift_left(cell.shift),
    CellKind.SHIFT_RIGHT: lambda cell, o: o[0].shift_right(cell.shift),
    CellKind.BITS: lambda cell, o: o[0].shift_right(cell.shift),
    CellKind.LESS: lambda cell, o: o[0] < o[1],
    CellKind.LESS_EQUAL: lambda cell, o: o[0] <= o[1],
    CellKind.EQUAL: lambda cell, o: o[0] == o[1],
    CellKind.NOT: lambda cell, o: o[0] == 0,
    CellKind.AND: lambda cell, o: o[0] & o[1],
    CellKind.OR: lambda cell, o: o[0] | o[1],
    CellKind.SELECT: lambda cell, o: Mux(o[0], o[1], o[2]),
    CellKind.REGISTER: lambda cell, o: o[0],
}
"""Each kind with Amaranth's operators, which are exact; the assignment drops bits that the range excludes."""


WITHOUT_DSP = {"use_dsp": "no", "multstyle": "logic"}


def shape_of(port_or_cell: Port | Cell) -> Shape:
    """The shape of a port or a cell."""
    return Shape(port_or_cell.format.width, port_or_cell.format.signed)


class DatapathComponent(wiring.Component):  # type: ignore[misc]  # Amaranth has no types
    """The pipeline as a component: `valid_in`, `valid_out` and `ce` beside the data if the options ask for them."""

    def __init__(self, datapath: Datapath, options: EmitOptions) -> None:
        """Keeps both; nothing is built before elaboration."""
        members = {port.port: In(shape_of(port)) for port in datapath.inputs}
        members |= {port.port: Out(shape_of(port)) for port in datapath.outputs}
        if options.interface == "valid":
            members |= {"valid_in": In(1), "valid_out": Out(1)}
        if _is_enabled(datapath, options):
            members["ce"] = In(1)
        super().__init__(members)
        self._datapath = datapath
        self._options = options

    def elaborate(self, _platform: object) -> Module:
        """Amaranth's entry point."""
        module = Module()
        datapath = self._datapath
        ports: dict[str, Value] = {
            port.port: getattr(self, port.port) for port in datapath.inputs + datapath.outputs
        }
        built = _build_cells(module, datapath, ports)
        for port in datapath.outputs:
            module.d.comb += ports[port.port].eq(built.values[port.cell])
        updates = list(built.updates)
        if self._options.interface == "valid":
            updates += self._valid_updates(module)
        if _is_enabled(datapath, self._options):
            with module.If(self.ce):
                module.d.sync += updates
        elif updates:
            module.d.sync += updates
        return module

    def _valid_updates(self, module: Module) -> list[Value]:
        """Drives `valid_out`; the shift register beside the data, the only one with a reset, is for the clock."""
        latency = self._datapath.latency
        if latency == 0:
            module.d.comb += self.valid_out.eq(self.valid_in)
            return []
        valid = Signal(latency, name=VALID_NAME)
        module.d.comb += self.valid_out.eq(valid[-1])
        return [valid.eq(valid << 1 | self.valid_in)]


@dataclass(frozen=True, slots=True)
class _Built:
    """Every cell's value, and the assignments that belong to the clock."""

    values: tuple[Value, ...]
    updates: tuple[Value, ...]


def _is_clocked(datapath: Datapath, options: EmitOptions) -> bool:
    registered = any(cell.kind is CellKind.REGISTER for cell in datapath.cells)
    return registered or (options.interface == "valid" and datapath.latency > 0)


def _is_enabled(datapath: Datapath, options: EmitOptions) -> bool:
    return options.clock_enable and _is_clocked(datapath, options)


def _build_cells(module: Module, datapath: Datapath, ports: dict[str, Value]) -> _Built:
    found = signals(datapath)
    names = found.of_cells
    port_of_cell = {port.cell: ports[port.port] for port in datapath.inputs}
    values: list[Value] = []
    updates: list[Value] = []
    for index, cell in enumerate(datapath.cells):
        if cell.kind is CellKind.CONSTANT:
            values.append(Const(cell.value, shape_of(cell)))
            continue
        port = port_of_cell.get(index)
        if port is not None and port.shape() == shape_of(cell):
            values.append(port)
            continue
        if port is None and names[index] == names[cell.operands[0]]:
            values.append(values[cell.operands[0]])
            continue
        in_logic = datapath.dsp == "none" and cell.kind in PRODUCTS
        attributes = WITHOUT_DSP if in_logic else {}
        signal = Signal(shape_of(cell), name=names[index], reset_less=True, attrs=attributes)
        values.append(signal)
        operands = [values[operand] for operand in cell.operands]
        if port is not None:
            module.d.comb += signal.eq(port)
        elif cell.kind is CellKind.TABLE:
            memory = _memory(cell, datapath.cells[cell.operands[0]])
            module.submodules[found.names.fresh(f"{names[index]}_memory")] = memory
            read = memory.read_port(domain="comb")
            module.d.comb += [read.addr.eq(operands[0]), signal.eq(read.data)]
        elif cell.kind is CellKind.REGISTER:
            updates.append(signal.eq(operands[0]))
        else:
            module.d.comb += signal.eq(EXPRESSIONS[cell.kind](cell, operands))
    return _Built(tuple(values), tuple(updates))


def _memory(cell: Cell, index: Cell) -> Memory:
    """The table as a memory; entries that the index does not reach, and those that are proved never read, are 0."""
    contents = [
        value if entry >= index.minimum and cell.minimum <= value <= cell.maximum else 0
        for entry, value in enumerate(cell.contents[: index.maximum + 1])
    ]
    return Memory(shape=shape_of(cell), depth=len(contents), init=contents)


def elaboratable(datapath: Datapath, options: EmitOptions | None = None) -> DatapathComponent:
    """The component for designs in Amaranth; its clock is the domain `sync`."""
    return DatapathComponent(datapath, options or EmitOptions())


def rtlil_text(datapath: Datapath, options: EmitOptions | None = None) -> str:
    """The component as RTLIL, with the ports of the Verilog module; the same datapath gives the same text."""
    options = options or EmitOptions()

    def missing_domain(name: str) -> ClockDomain:
        return ClockDomain(name, reset_less=options.interface == "plain")

    component = elaboratable(datapath, options)
    return str(
        rtlil.convert(component, name=datapath.top, emit_src=False, missing_domain=missing_domain)
    )


@dataclass(frozen=True, slots=True)
class RtlilBackend:
    """One file `<top>.il` with the module as RTLIL, for Yosys."""

    name: str = "rtlil"
    level: Level = "cells"

    def validate(self, datapath: Datapath, options: EmitOptions) -> None:
        """Everything that a datapath can hold is supported."""

    def emit(self, datapath: Datapath, options: EmitOptions) -> dict[str, str]:
        """The file."""
        return {f"{datapath.top}.il": rtlil_text(datapath, options)}


BACKEND = RtlilBackend()
