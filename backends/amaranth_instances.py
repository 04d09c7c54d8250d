"""Instances of primitives in Amaranth: as they are for synthesis, or as their models for simulation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from amaranth.hdl import Cat, Const, Module, Mux, Shape, Signal, Value
from amaranth.hdl import Instance as AmaranthInstance
from amaranth.lib.memory import Memory as AmaranthMemory

from symhdl.targets.behaviours import Adder, Chain, Choice, Lookup, PreAdder, Product, Slot
from symhdl.targets.memories import Memory, ReadPort, low_addresses
from symhdl.targets.primitives import PRIMITIVES

from .instances import Bits, Instance, SignalBit


def add_instance(module: Module, instance: Instance, signals: Mapping[str, Value]) -> None:
    """Adds the primitive; `signals` are those that its bits name, the clock and the enable among them."""
    arguments: list[tuple[str, str, object]] = [("p", *entry) for entry in instance.parameters]
    bits = instance.contents_bits
    arguments += [("p", name, Const(value, bits)) for name, value in instance.contents]
    for pin in instance.pins():
        if not pin.bits:
            continue
        value = value_of(pin.bits, signals)
        arguments.append(("o" if pin.is_output else "i", pin.port, value))
    module.submodules[instance.name] = AmaranthInstance(instance.cell, *arguments)


def add_model(module: Module, instance: Instance, signals: Mapping[str, Value]) -> None:
    """Adds what the primitive computes, with the registers that its parameters say, in the domain `sync`."""
    does = PRIMITIVES[instance.cell].behaviour
    if isinstance(does, Product):
        _add_product(module, instance, does, signals)
    elif isinstance(does, Chain):
        _add_chain(module, instance, does, signals)
    elif isinstance(does, Slot):
        _add_slot(module, instance, does, signals)
    elif isinstance(does, Lookup):
        _add_lookup(module, instance, does, signals)
    elif isinstance(does, Choice):
        _add_choice(module, instance, does, signals)
    else:
        for port in does.ports:
            _add_read_port(module, instance, does, port, signals)


def _add_product(
    module: Module, instance: Instance, does: Product, signals: Mapping[str, Value]
) -> None:
    cell = PRIMITIVES[instance.cell]
    settings = cell.settings(*instance.parameters)
    enable = value_of(instance.at(does.enables[0]).bits, signals)
    *before, behind, last = cell.registers(settings)
    factors: list[Value] = []
    for place, (port, held) in enumerate(zip(does.operands, before, strict=True)):
        if place == 0 and does.pre_adder is not None and cell.has_pre_sum(settings):
            total = _pre_sum(module, instance, does, does.pre_adder, signals)
            factors.append(_held(module, total, enable, held))
            continue
        squares = does.pre_adder.squares if does.pre_adder is not None else ()
        if place == 1 and squares and settings[squares[0]] == squares[2]:
            factors.append(factors[0][: does.widths[1]].as_signed())
            continue
        bits = value_of(instance.at(port).bits[: does.widths[place]], signals)
        signed: Value = Const(1, 1)
        if does.signs:
            sign = does.signs[place]
            known = settings.get(sign)
            is_known = known in (0, 1)
            signed = Const(known, 1) if is_known else value_of(instance.at(sign).bits, signals)
        factors.append(_held(module, Cat(bits, Mux(signed, bits[-1], 0)).as_signed(), enable, held))
    result = _held(module, factors[0] * factors[1], enable, behind)
    if does.adder is not None and _is_sum(instance, does.adder, settings):
        base, change = _added(instance, does.adder, result, signals)
        is_minus = any("1" in instance.at(port).bits for port in does.adder.subtracting)
        total = base - change if is_minus else base + change
        result = total[: does.adder.width]
    result = _held(module, result, enable, last)
    module.d.comb += value_of(instance.at(does.result).bits, signals).eq(result)
    cascade = does.adder.cascade if does.adder is not None else None
    if cascade is not None and instance.at(cascade.driven).bits:
        module.d.comb += value_of(instance.at(cascade.driven).bits, signals).eq(result)


def _added(
    instance: Instance, adder: Adder, product: Value, signals: Mapping[str, Value]
) -> tuple[Value, Value]:
    """What is added to, and what is: with the number of the block before, an addend stands beside the product."""
    addend = Cat(value_of(instance.at(port).bits, signals) for port in adder.addend)
    cascade = adder.cascade
    if cascade is None:
        return addend, product
    mode = _number_at(instance, cascade.mode)
    if mode not in cascade.modes:
        return addend, product
    before = value_of(instance.at(cascade.read).bits, signals)
    return before, product + addend if mode == cascade.beside else product


def _pre_sum(
    module: Module,
    instance: Instance,
    does: Product,
    before: PreAdder,
    signals: Mapping[str, Value],
) -> Value:
    """The sum before the multiplier, or the difference, of numbers with the registers of both."""
    cell = PRIMITIVES[instance.cell]
    settings = cell.settings(*instance.parameters)
    enable = value_of(instance.at(does.enables[0]).bits, signals)
    held = int(settings[before.register])
    number, own = (
        _held(module, value_of(instance.at(port).bits[: before.width], signals), enable, held)
        for port in (before.port, does.operands[0])
    )
    mode, _, minus = before.mode
    is_minus = _number_at(instance, mode) == minus
    return (number - own if is_minus else number + own)[: before.width].as_signed()


def _is_sum(instance: Instance, adder: Adder, settings: Mapping[str, str | int]) -> bool:
    """Whether the adder is used: what the first of its ports and parameters says."""
    name, used = adder.used_where
    if name in settings:
        return settings[name] in used
    return _number_at(instance, name) in used


def _number_at(instance: Instance, port: str) -> int:
    """The constant at a port."""
    return sum((bit == "1") << place for place, bit in enumerate(instance.at(port).bits))


def _add_chain(
    module: Module, instance: Instance, does: Chain, signals: Mapping[str, Value]
) -> None:
    """Bit by bit what the tables say, and the carry."""

    def at(port: str) -> Value:
        return value_of(instance.at(port).bits, signals)

    carry = at(does.carry_in) | (at(does.first_carry) if does.first_carry else 0)
    if does.has_slots:
        said = list(zip(at(does.passes), at(does.carried), strict=True))
    else:
        said = list(_said_inside(instance, does, signals))
    sums: list[Value] = []
    carries: list[Value] = []
    for passes, carried in said:
        sums.append(passes ^ carry)
        carry = Mux(passes, carry, carried)
        carries.append(carry)
    module.d.comb += value_of(instance.at(does.result).bits, signals).eq(Cat(sums))
    out = instance.at(does.carry_out)
    if out.bits:
        module.d.comb += value_of(out.bits, signals).eq(Cat(carries[-out.width :]))


def _said_inside(
    instance: Instance, does: Chain, signals: Mapping[str, Value]
) -> Iterator[tuple[Value, Value]]:
    """For each bit what its table inside says: whether the carry passes, and what is carried."""
    words = [value_of(instance.at(port).bits, signals) for port in does.inputs]
    if does.has_fixed_tables:
        chosen = words[0] & words[1]
        yield from zip(chosen ^ words[2], chosen, strict=True)
        return
    contents = dict(instance.contents)
    for place, name in enumerate(does.tables):
        table = Const(contents[name], instance.contents_bits)
        inputs = [word[place] for word in words]
        yield table.bit_select(Cat(inputs), 1), table.bit_select(Cat(inputs[:2]), 1)


def _add_slot(module: Module, instance: Instance, does: Slot, signals: Mapping[str, Value]) -> None:
    """Two entries of the table: one of all inputs, and one of the lower half."""
    table = Const(dict(instance.contents)[does.table], instance.contents_bits)
    inputs = [value_of(instance.at(port).bits, signals) for port in does.inputs]
    upper = value_of(instance.at(does.upper).bits, signals)
    for port, index in ((does.passes, Cat(inputs, upper)), (does.carried, Cat(inputs))):
        result = value_of(instance.at(port).bits, signals)
        module.d.comb += result.eq(table.bit_select(index, 1))


def _add_lookup(
    module: Module, instance: Instance, does: Lookup, signals: Mapping[str, Value]
) -> None:
    """The entry of the table."""
    table = Const(dict(instance.contents)[does.table], instance.contents_bits)
    index = value_of(instance.at(does.index).bits, signals)
    result = value_of(instance.at(does.result).bits, signals)
    module.d.comb += result.eq(table.bit_select(index, 1))


def _add_choice(
    module: Module, instance: Instance, does: Choice, signals: Mapping[str, Value]
) -> None:
    """One input or the other."""
    low, high, bit, result = (
        value_of(instance.at(port).bits, signals)
        for port in (does.low, does.high, does.bit, does.result)
    )
    module.d.comb += result.eq(Mux(bit, high, low))


def _add_read_port(
    module: Module, instance: Instance, does: Memory, port: ReadPort, signals: Mapping[str, Value]
) -> None:
    """Words that are chosen behind the register of the address; nothing where nobody reads them."""
    result = instance.at(port.data).bits
    if not result:
        return
    settings = PRIMITIVES[instance.cell].settings(*instance.parameters)
    width = settings[port.width]
    assert isinstance(width, int), "no width of words; please report this"
    address = value_of(instance.at(port.address).bits, signals)[low_addresses(width) :]
    enables = [value_of(instance.at(name).bits, signals) for name in port.enables]
    words = does.read(instance.contents, width)
    memory = AmaranthMemory(shape=width, depth=len(words), init=words)
    module.submodules[f"{instance.name}_{port.data.lower()}"] = memory
    read = memory.read_port(domain="comb")
    module.d.comb += read.addr.eq(_held(module, address, enables[0], 1))
    behind = int(settings[port.register] != PRIMITIVES[instance.cell].parameters[port.register][0])
    value = _held(module, read.data, enables[1], behind)
    module.d.comb += value_of(result, signals).eq(value)


def _held(module: Module, value: Value, enable: Value, count: int) -> Value:
    """The value behind so many registers."""
    for _ in range(count):
        register = Signal(Shape(len(value), value.shape().signed), reset_less=True)
        with module.If(enable):
            module.d.sync += register.eq(value)
        value = register
    return value


def value_of(bits: Bits, signals: Mapping[str, Value]) -> Value:
    """Bits, the lowest first, as a value without a sign; it can be assigned to if all are of signals."""
    return Cat(
        signals[bit.signal][bit.index] if isinstance(bit, SignalBit) else Const(int(bit == "1"), 1)
        for bit in bits
    )
