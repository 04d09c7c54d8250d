"""Behavioural models of the primitives that symhdl instances, as Verilog for simulation.

They are made from the data of `symhdl.targets.primitives`, as the models in Amaranth are. They know what symhdl uses of
a primitive; for anything else their results are unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from symhdl.targets.behaviours import (
    ABSENT,
    TABLE_BITS,
    Adder,
    Cascade,
    Chain,
    Choice,
    Lookup,
    PreAdder,
    Product,
    Slot,
)
from symhdl.targets.memories import (
    BYTE_ADDRESSES,
    BYTE_BITS,
    ROW_ADDRESSES,
    WIDTHS,
    Memory,
    low_addresses,
)
from symhdl.targets.primitives import PRIMITIVES, Primitive

from .verilog_expressions import vector

LINE = 100
TRUE = "1'b1"
TWO = 2
"""The value of a parameter that says that there are two registers."""
GUARD = "SYMHDL_"
"""Before the name of a primitive: what is defined where its model is, so that two designs may each bring it."""


def model_lines(name: str) -> Iterator[str]:
    """The model as a Verilog module, which synthesis does not see, and of which a simulation takes one."""
    cell = PRIMITIVES[name]
    yield "`ifndef SYNTHESIS"
    yield f"`ifndef {GUARD}{name}"
    yield f"`define {GUARD}{name}"
    yield f"// {name} for simulation: a model of what symhdl uses of it; with anything else its result is x."
    yield f"module {name} ("
    yield from _port_lines(cell)
    yield ");"
    for parameter, values in cell.parameters.items():
        yield f"    parameter {parameter} = {_verilog_value(values[0])};"
    if isinstance(cell.behaviour, Memory):
        yield from _memory_parameters(cell.behaviour)
    if isinstance(cell.behaviour, Chain) and cell.behaviour.tables:
        tables = ", ".join(f"{name} = 0" for name in cell.behaviour.tables)
        yield f"    parameter [{TABLE_BITS - 1}:0] {tables};"
    if isinstance(cell.behaviour, Slot):
        yield f"    parameter [{cell.behaviour.table_bits - 1}:0] {cell.behaviour.table} = 0;"
    if isinstance(cell.behaviour, Lookup):
        entries = 1 << cell.inputs[cell.behaviour.index]
        yield f"    parameter [{entries - 1}:0] {cell.behaviour.table} = 0;"
    yield from _body_lines(cell)
    yield "endmodule"
    yield "`endif"
    yield "`endif"


def _memory_parameters(does: Memory) -> Iterator[str]:
    for port in does.ports:
        yield f"    parameter {port.width} = {WIDTHS[-1]};"
    for start in range(0, len(does.parameters), 4):
        names = ", ".join(f"{name} = 0" for name in does.parameters[start : start + 4])
        yield f"    parameter [{does.parameter_bits - 1}:0] {names};"


def _verilog_value(value: str | int) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _port_lines(cell: Primitive) -> Iterator[str]:
    groups = [("input", port, width) for port, width in cell.inputs.items()]
    groups += [("output", port, width) for port, width in cell.outputs.items()]
    for number, (way, port, width) in enumerate(groups):
        end = "," if number + 1 < len(groups) else ""
        if not cell.single_bits or width == 1:
            yield f"    {way} wire {vector(False, width)}{port}{end}"
            continue
        for start in range(0, width, 9):
            names = ", ".join(f"{port}{i}" for i in range(start, min(start + 9, width)))
            yield f"    {way} wire {names}{end if start + 9 >= width else ','}"


def _whole(cell: Primitive, port: str, width: int) -> str:
    """A vector, or the ports of one bit of which it is made."""
    if not cell.single_bits or width == 1:
        return port
    return f"{{{', '.join(f'{port}{index}' for index in reversed(range(width)))}}}"


def _body_lines(cell: Primitive) -> Iterator[str]:
    for line in _statements(cell):
        yield from wrap(
            line,
            LINE,
            initial_indent=" " * 4,
            subsequent_indent=" " * 8,
            break_long_words=False,
            break_on_hyphens=False,
        )


def _statements(cell: Primitive) -> Iterator[str]:
    """What the primitive does if all is as the model has it; else the result is unknown."""
    does = cell.behaviour
    if isinstance(does, Product):
        yield from _product_statements(cell, does)
    elif isinstance(does, Chain):
        yield from _chain_statements(cell, does)
    elif isinstance(does, Slot):
        yield from _slot_statements(does)
    elif isinstance(does, Lookup):
        yield from _lookup_statements(cell, does)
    elif isinstance(does, Choice):
        yield from _choice_statements(does)
    else:
        yield from _memory_statements(cell, does)


def _product_statements(cell: Primitive, does: Product) -> Iterator[str]:
    """Operands with a bit more, which is their sign, and registers."""
    widths = does.widths
    width = cell.outputs[does.result]
    for place, (label, port, bits) in enumerate(zip("ab", does.operands, widths, strict=True)):
        whole = _whole(cell, port, cell.inputs[port])
        sign = f"({does.signs[place]} != 0) & " if does.signs else ""
        yield f"wire [{bits - 1}:0] port_{label} = {whole};"
        yield f"wire [{bits}:0] {label} = {{{sign}port_{label}[{bits - 1}], port_{label}}};"
        yield f"reg [{bits}:0] held_{label};"
    twice = [
        o for r, o in zip(does.operand_registers, "ab", strict=True) if TWO in cell.parameters[r]
    ]
    for label, bits in zip("ab", widths, strict=True):
        if label in twice:
            yield f"reg [{bits}:0] twice_held_{label};"
    chosen = [
        _chosen(cell, r, _held_operand(r, o, twice), o)
        for r, o in zip(does.operand_registers, "ab", strict=True)
    ]
    if does.pre_adder is not None:
        yield from _pre_adder_statements(cell, does.pre_adder, chosen[0])
        chosen = _with_pre_sum(does.pre_adder, chosen, widths)
    yield f"wire signed [{widths[0]}:0] factor_a = {chosen[0]};"
    yield f"wire signed [{widths[1]}:0] factor_b = {chosen[1]};"
    top = max(sum(widths) + 1, width - 1)
    yield f"wire signed [{top}:0] product = factor_a * factor_b;"
    held = [f"held_{number}" for number in range(1, 1 + len(does.result_registers))]
    yield f"reg [{width - 1}:0] {', '.join(held)};"
    sources = ["product", "first", "second"][: 1 + len(held)]
    registers = zip(does.result_registers, held, sources, sources[1:], strict=False)
    for register, name, source, value in registers:
        yield f"wire [{width - 1}:0] {value} = {_chosen(cell, register, name, source)};"
    if does.adder is not None:
        yield from _adder_statements(cell, does.adder, sources[-1], width)
    yield f"always @(posedge {does.clock}) if ({does.enables[0]}) begin"
    yield "    held_a <= a;"
    yield "    held_b <= b;"
    for label in twice:
        yield f"    twice_held_{label} <= held_{label};"
    if does.pre_adder is not None:
        yield f"    held_d <= {does.pre_adder.port};"
        yield "    held_pre_sum <= pre_sum;"
    for name, source in zip(held, sources, strict=False):
        yield f"    {name} <= {source};"
    if does.adder is not None:
        yield "    held_sum <= total;"
    yield "end"
    yield _known(cell)
    result = sources[-1] if does.adder is None else "result"
    yield f"assign {_whole(cell, does.result, width)} = known ? {result} : {width}'bx;"
    if does.adder is not None and does.adder.cascade is not None:
        yield f"assign {does.adder.cascade.driven} = {does.result};"


def _held_operand(register: str, operand: str, twice: Sequence[str]) -> str:
    """The operand behind its register, or behind both."""
    held = f"held_{operand}"
    return f"({register} == {TWO} ? twice_{held} : {held})" if operand in twice else held


def _pre_adder_statements(cell: Primitive, before: PreAdder, operand: str) -> Iterator[str]:
    """The adder before the multiplier, with registers of the number and of the sum."""
    top, (mode, _, minus) = before.width - 1, before.mode
    parameter, _, used = before.chosen
    yield f"reg [{top}:0] held_d, held_pre_sum;"
    yield f"wire [{top}:0] d = {_chosen(cell, before.register, 'held_d', before.port)};"
    yield f"wire [{top}:0] own = {operand};"
    yield f"wire [{top}:0] pre_sum = {mode} == {minus} ? d - own : d + own;"
    yield f"wire is_pre_sum = {parameter} == {_verilog_value(used)};"
    chosen = _chosen(cell, before.sum_register, "held_pre_sum", "pre_sum")
    yield f"wire [{top}:0] factor_d = {chosen};"


def _with_pre_sum(before: PreAdder, chosen: Sequence[str], widths: tuple[int, int]) -> list[str]:
    """The factors, of which the sum may be the first one or both."""

    def extended(bits: int) -> str:
        return f"{{factor_d[{bits - 1}], factor_d[{bits - 1}:0]}}"

    found = [f"is_pre_sum ? {extended(widths[0])} : {chosen[0]}", chosen[1]]
    if before.squares:
        parameter, _, used = before.squares
        found[1] = f"{parameter} == {_verilog_value(used)} ? {extended(widths[1])} : {chosen[1]}"
    return found


def _adder_statements(cell: Primitive, adder: Adder, product: str, width: int) -> Iterator[str]:
    """The adder that is used in one case, and the register behind it, which may be there in either."""
    addend = ", ".join(_whole(cell, port, cell.inputs[port]) for port in reversed(adder.addend))
    subtracts = next(iter(adder.subtracting))
    yield f"wire [{width - 1}:0] addend = {{{addend}}};"
    yield f"wire is_sum = {_among(*adder.used_where)};"
    base, change = "addend", product
    if adder.cascade is not None:
        yield from _cascade_statements(adder.cascade, product, width)
        base, change = "base", "change"
    yield (
        f"wire [{width - 1}:0] total = !is_sum ? {product} : {subtracts} != 0 ? "
        f"{base} - {change} : {base} + {change};"
    )
    yield f"reg [{width - 1}:0] held_sum;"
    register, value = adder.register
    yield f"wire [{width - 1}:0] result = {register} == {value} ? held_sum : total;"


def _cascade_statements(cascade: Cascade, product: str, width: int) -> Iterator[str]:
    """The base is the addend or the number of the block before; to the product an addend may be added."""
    is_read = _among(cascade.mode, cascade.modes)
    yield f"wire [{width - 1}:0] base = {is_read} ? {cascade.read} : addend;"
    beside = f"{cascade.mode} == {cascade.beside} ? addend : 0" if cascade.beside else "0"
    yield f"wire [{width - 1}:0] change = {product} + ({beside});"


def _among(name: str, values: Sequence[int]) -> str:
    return " || ".join(f"{name} == {value}" for value in values)


def _memory_statements(cell: Primitive, does: Memory) -> Iterator[str]:
    """Rows of all parameters, of which each port reads a word, with registers at the address and behind the word."""
    total = len(does.parameters) * does.parameter_bits
    yield _known(cell)
    yield f"wire [{total - 1}:0] stored = {{{', '.join(reversed(does.parameters))}}};"
    for label, port in zip("ab", does.ports, strict=True):
        width, bits = port.width, cell.outputs[port.data]
        address, word = f"address_{label}", f"word_{label}"
        below = " : ".join(f"{width} == {w} ? {low_addresses(w)}" for w in WIDTHS[1:])
        row = f"{address} / {ROW_ADDRESSES} * {does.places}"
        byte = f"{address} % {ROW_ADDRESSES} / {BYTE_ADDRESSES} * {BYTE_BITS}"
        place = f"{row} + {byte} + {address} % {BYTE_ADDRESSES}"
        yield f"localparam below_{label} = {below} : 0;"
        yield f"reg [{does.address_bits - 1}:0] {address};"
        yield f"wire aligned_{label} = {address} >> below_{label} << below_{label} == {address};"
        # What stands above the word means nothing.
        yield (
            f"wire [{bits - 1}:0] {word} = aligned_{label} ? stored[{place} +: {bits}] ^ "
            f"({{{bits}{{1'bx}}}} << {width}) : {bits}'bx;"
        )
        yield f"reg [{bits - 1}:0] held_{label};"
        yield f"always @(posedge {port.clock}) begin"
        yield f"    if ({port.enables[0]}) {address} <= {_whole(cell, port.address, does.address_bits)};"
        yield f"    if ({port.enables[1]}) held_{label} <= {word};"
        yield "end"
        chosen = _chosen(cell, port.register, f"held_{label}", word)
        yield f"assign {_whole(cell, port.data, bits)} = known ? ({chosen}) : {bits}'bx;"


def _chain_statements(cell: Primitive, does: Chain) -> Iterator[str]:
    """Bit by bit what the tables say, and the carry."""
    yield _known(cell)
    carry = does.carry_in
    if does.first_carry:
        yield f"wire carry_in = {does.carry_in} | {does.first_carry};"
        carry = "carry_in"
    bits = cell.outputs[does.result]
    for place in range(bits):
        yield f"wire passes_{place} = {_passes(cell, does, place)};"
        yield f"wire carry_{place} = passes_{place} ? {carry} : {_carried(cell, does, place)};"
        result = _bit(cell, does.result, place)
        yield f"assign {result} = known ? passes_{place} ^ {carry} : 1'bx;"
        carry = f"carry_{place}"
    out = cell.outputs[does.carry_out]
    carries = ", ".join(f"carry_{place}" for place in reversed(range(bits - out, bits)))
    yield f"assign {_whole(cell, does.carry_out, out)} = known ? {{{carries}}} : {out}'bx;"


def _passes(cell: Primitive, does: Chain, place: int) -> str:
    if does.has_slots:
        return f"{does.passes}[{place}]"
    inputs = [_bit(cell, port, place) for port in does.inputs]
    if does.has_fixed_tables:
        return f"({inputs[0]} & {inputs[1]}) ^ {inputs[2]}"
    return f"{does.tables[place]}[{{{', '.join(reversed(inputs))}}}]"


def _carried(cell: Primitive, does: Chain, place: int) -> str:
    if does.has_slots:
        return f"{does.carried}[{place}]"
    inputs = [_bit(cell, port, place) for port in does.inputs[:2]]
    if does.has_fixed_tables:
        return f"{inputs[0]} & {inputs[1]}"
    return f"{does.tables[place]}[{{2'b00, {', '.join(reversed(inputs))}}}]"


def _bit(cell: Primitive, port: str, place: int) -> str:
    """A bit of a port, as which a port of one bit is its own."""
    if (cell.inputs.get(port) or cell.outputs[port]) == 1:
        return port
    return f"{port}{place}" if cell.single_bits else f"{port}[{place}]"


def _slot_statements(does: Slot) -> Iterator[str]:
    """Two entries of the table: one of all inputs, and one of the lower half."""
    inputs = ", ".join(reversed(does.inputs))
    yield f"assign {does.passes} = {does.table}[{{{does.upper}, {inputs}}}];"
    yield f"assign {does.carried} = {does.table}[{{1'b0, {inputs}}}];"


def _lookup_statements(cell: Primitive, does: Lookup) -> Iterator[str]:
    index = _whole(cell, does.index, cell.inputs[does.index])
    yield f"assign {does.result} = {does.table}[{index}];"


def _choice_statements(does: Choice) -> Iterator[str]:
    yield f"assign {does.result} = {does.bit} ? {does.high} : {does.low};"


def _chosen(cell: Primitive, register: str, held: str, passing: str) -> str:
    absent = next(value for value in cell.parameters[register] if value in ABSENT)
    return f"{register} == {_verilog_value(absent)} ? {passing} : {held}"


def _known(cell: Primitive) -> str:
    conditions = " && ".join(_conditions(cell))
    return f"wire known = {conditions or TRUE};"


def _conditions(cell: Primitive) -> Iterator[str]:
    ties = [_whole(cell, port, cell.inputs[port]) for port in cell.ties]
    if ties:
        yield f"{{{', '.join(ties)}}} === 0"
    for one, other in cell.alike:
        yield f"{one} == {other}"
    for parameter, value in cell.fixed:
        yield f"{parameter} == {_verilog_value(value)}"
    does = cell.behaviour
    if not isinstance(does, Product):
        return
    if len(does.enables) > 1:
        yield f"&{{{', '.join(does.enables)}}} === |{{{', '.join(does.enables)}}}"
    if does.adder is not None:
        for name, (alone, added) in does.adder.cases.items():
            yield f"(is_sum ? {_among(name, added)} : {_among(name, alone)})"
    if does.pre_adder is not None:
        yield from _conditions_of_pre_adder(does, does.pre_adder)


def _conditions_of_pre_adder(does: Product, before: PreAdder) -> Iterator[str]:
    """One that is used has the registers of its operands and the enables of all; of one that is not nothing is set."""
    mode, plus, minus = before.mode
    others = [before.register, before.sum_register]
    past = [f"{name} == 0" for name in (mode, *others)]
    if before.squares:
        past.append(f"{before.squares[0]} == {_verilog_value(before.squares[1])}")
    enables = ", ".join((*before.enables, does.enables[0]))
    used = [
        f"({_among(mode, (plus, minus))})",
        f"{before.register} == {does.operand_registers[0]}",
        f"&{{{enables}}} === |{{{enables}}}",
    ]
    yield f"(is_pre_sum ? {' && '.join(used)} : {' && '.join(past)})"
