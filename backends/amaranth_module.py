"""Datapath to an Amaranth component, and through it to RTLIL text.

The component's signature has the data ports by their names, signed as their formats are; registers are in the `sync`
domain, without reset, and bear the names of `signals.py`, which the Verilog backend gives them too.

Instances are in RTLIL text, and in what is elaborated for a platform. Elsewhere, as in Amaranth's own simulator, which
runs none, models stand in their places.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from amaranth.back import rtlil
from amaranth.hdl import Cat, ClockDomain, ClockSignal, Const, Module, Mux, Shape, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from symhdl.ir.chains import kept_sums
from symhdl.ir.datapath import Cell, CellKind, Datapath, Port
from symhdl.ir.table_wires import kept_tables

from .amaranth_instances import add_instance, add_model, value_of
from .attributes import KEPT, of_table
from .backend import EmitOptions, Level
from .blocks import instanced_blocks
from .bound_instances import CLOCK, ENABLE, instances_of_cell, reached_entries
from .inner_registers import written_out
from .instances import Instance
from .signals import VALID_NAME, signals


def _weighted(cell: Cell, terms: Sequence[Value]) -> Value:
    """The terms with their weights and the constant term."""
    total: Value = Const(cell.value)
    for weight, term in zip(cell.weights, terms, strict=True):
        size = abs(weight)
        part = term * size if size & (size - 1) else term.shift_left(size.bit_length() - 1)
        total = total - part if weight < 0 else total + part
    return total


def _row(cell: Cell, operands: Sequence[Value]) -> Value:
    """The multiple that the digit chooses, bit by bit of it; a negative one is inverted."""
    digit, b = operands
    choices: list[Value] = []
    for weight in cell.weights[: 1 << len(digit)]:
        multiple = b.shift_left(abs(weight).bit_length() - 1) if weight else Const(0)
        # What has no sign gets a zero on top before it is inverted.
        choices.append(~(multiple + Const(0, Shape(1, True))) if weight < 0 else multiple)
    for bit in range((len(choices) - 1).bit_length()):
        pairs = [choices[k : k + 2] for k in range(0, len(choices), 2)]
        choices = [Mux(digit[bit], p[1], p[0]) if len(p) == 2 else p[0] for p in pairs]
    return choices[0]


def _two_rows(cell: Cell, operands: Sequence[Value]) -> Value:
    total: Value = Const(cell.value)
    for weight, bit, number in zip(cell.weights, operands[::2], operands[1::2], strict=True):
        row = Mux(bit, number, Const(0, number.shape()))
        total = total - row if weight < 0 else total + row
    return total


def _join(cell: Cell, operands: Sequence[Value]) -> Value:
    upper, lower = operands
    joined = Cat(lower[: cell.shift], Const(0, max(0, cell.shift - len(lower))), upper)
    return joined.as_signed() if upper.shape().signed else joined


def _negated(_: Cell, operands: Sequence[Value]) -> Value:
    """The difference from 0, of which Yosys makes one chain; of `-a` it makes an inverter for each bit besides."""
    return Const(0, Shape(1, operands[0].shape().signed)) - operands[0]


EXPRESSIONS: dict[CellKind, Callable[[Cell, Sequence[Value]], Value]] = {
    CellKind.ADD: lambda cell, o: o[0] + o[1],
    CellKind.SUBTRACT: lambda cell, o: o[0] - o[1],
    CellKind.NEGATE: _negated,
    CellKind.SUM: _weighted,
    CellKind.MULTIPLY: lambda cell, o: o[0] * o[1],
    CellKind.SQUARE: lambda cell, o: o[0] * o[0],
    CellKind.ROW: _row,
    CellKind.TWO_ROWS: _two_rows,
    CellKind.SHIFT_LEFT: lambda cell, o: o[0].shift_left(cell.shift),
    CellKind.SHIFT_RIGHT: lambda cell, o: o[0].shift_right(cell.shift),
    CellKind.BITS: lambda cell, o: o[0].shift_right(cell.shift),
    CellKind.JOIN: _join,
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


def shape_of(port_or_cell: Port | Cell) -> Shape:
    """The shape of a port or a cell."""
    return Shape(port_or_cell.format.width, port_or_cell.format.signed)


class DatapathComponent(wiring.Component):  # type: ignore[misc]  # Amaranth has no types
    """The pipeline as a component: `valid_in`, `valid_out` and `ce` beside the data if the options ask for them."""

    def __init__(
        self, datapath: Datapath, options: EmitOptions, *, instances: bool | None = None
    ) -> None:
        """Nothing is built before elaboration.

        `instances` says whether primitives are instanced, or models of them built; by default that follows from
        whether there is a platform.
        """
        datapath = written_out(datapath)
        members = {port.port: In(shape_of(port)) for port in datapath.inputs}
        members |= {port.port: Out(shape_of(port)) for port in datapath.outputs}
        if options.interface == "valid":
            members |= {"valid_in": In(1), "valid_out": Out(1)}
        if _is_enabled(datapath, options):
            members["ce"] = In(1)
        super().__init__(members)
        self._datapath = datapath
        self._options = options
        self._instances = instances

    def elaborate(self, platform: object) -> Module:
        """Amaranth's entry point."""
        module = Module()
        datapath = self._datapath
        ports: dict[str, Value] = {
            port.port: getattr(self, port.port) for port in datapath.inputs + datapath.outputs
        }
        instances = platform is not None if self._instances is None else self._instances
        enable = self.ce if _is_enabled(datapath, self._options) else None
        add = add_instance if instances else add_model
        built = _build_cells(module, datapath, ports, enable, add)
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
    return datapath.clocked or (options.interface == "valid" and datapath.latency > 0)


def _is_enabled(datapath: Datapath, options: EmitOptions) -> bool:
    return options.clock_enable and _is_clocked(datapath, options)


AddInstance = Callable[[Module, Instance, Mapping[str, Value]], None]


def _build_cells(
    module: Module,
    datapath: Datapath,
    ports: Mapping[str, Value],
    enable: Value | None,
    add: AddInstance,
) -> _Built:
    found = signals(datapath)
    names, kept = found.of_cells, kept_sums(datapath) | kept_tables(datapath)
    port_of_cell = {port.cell: ports[port.port] for port in datapath.inputs}
    control = {CLOCK: ClockSignal()} | ({} if enable is None else {ENABLE: enable})
    blocks = instanced_blocks(datapath, names, found.names.fresh)
    inside, to_next = blocks.hidden, set(blocks.cascades.values())
    cascades: dict[str, Value] = {}  # from a block to the next one
    values: list[Value] = []
    updates: list[Value] = []
    for index, cell in enumerate(datapath.cells):
        if cell.kind is CellKind.CONSTANT:
            values.append(Const(cell.value, shape_of(cell)))
            continue
        if index in inside:  # no signal shows it
            values.append(Const(0, 0))
            continue
        port = port_of_cell.get(index)
        if port is not None and port.shape() == shape_of(cell):
            values.append(port)
            continue
        if port is None and names[index] == names[cell.operands[0]]:
            values.append(values[cell.operands[0]])
            continue
        attributes = KEPT if index in kept else {}
        signal = Signal(shape_of(cell), name=names[index], reset_less=True, attrs=attributes)
        values.append(signal)
        operands = [values[operand] for operand in cell.operands]
        if port is not None:
            module.d.comb += signal.eq(port)
        elif cell.kind is CellKind.REGISTER:
            updates.append(signal.eq(operands[0]))
        elif datapath.is_instanced(cell):
            enabled, fresh = enable is not None, found.names.fresh
            read = blocks.read(datapath.cells, index)
            seen = {names[operand]: values[operand] for operand in read}
            bound = instances_of_cell(datapath, index, names, fresh, enabled=enabled, blocks=blocks)
            own = {name: Signal(width, name=name) for name, width in bound.between.items()}
            cascades |= {name: wires for name, wires in own.items() if name in to_next}
            seen |= cascades | own
            for name, (one, other) in bound.differences.items():
                module.d.comb += seen[name].eq(value_of(one, seen) ^ value_of(other, seen))
            for instance in bound.instances:
                add(module, instance, {**control, **seen, names[index]: signal})
            if bound.passed:
                module.d.comb += signal.eq(value_of(bound.passed, seen))
        elif cell.kind is CellKind.TABLE:
            memory = _memory(cell, datapath.cells[cell.operands[0]])
            module.submodules[found.names.fresh(f"{names[index]}_memory")] = memory
            read = memory.read_port(domain="comb")
            module.d.comb += [read.addr.eq(operands[0]), signal.eq(read.data)]
        else:
            module.d.comb += signal.eq(EXPRESSIONS[cell.kind](cell, operands))
    return _Built(tuple(values), tuple(updates))


def _memory(cell: Cell, index: Cell) -> Memory:
    """The table as a memory."""
    contents = reached_entries(cell, index)
    return Memory(shape=shape_of(cell), depth=len(contents), init=contents, attrs=of_table(cell))


def elaboratable(
    datapath: Datapath, options: EmitOptions | None = None, *, instances: bool | None = None
) -> DatapathComponent:
    """The component for designs in Amaranth; its clock is the domain `sync`.

    `instances` as in `DatapathComponent`.
    """
    return DatapathComponent(datapath, options or EmitOptions(), instances=instances)


def rtlil_text(datapath: Datapath, options: EmitOptions | None = None) -> str:
    """The component as RTLIL, with the ports of the Verilog module; the same datapath gives the same text."""
    options = options or EmitOptions()

    def missing_domain(name: str) -> ClockDomain:
        return ClockDomain(name, reset_less=options.interface == "plain")

    component = elaboratable(datapath, options, instances=True)
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
