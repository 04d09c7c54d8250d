"""Instances of primitives in Amaranth: as they are for synthesis, or as their models for simulation."""

from __future__ import annotations

from collections.abc import Mapping

from amaranth.hdl import Cat, Const, Module, Mux, Shape, Signal, Value
from amaranth.hdl import Instance as AmaranthInstance

from symhdl.targets.primitives import PRIMITIVES

from .instances import Bits, Instance, SignalBit


def add_instance(module: Module, instance: Instance, signals: Mapping[str, Value]) -> None:
    """Adds the primitive; `signals` are those that its bits name, the clock and the enable among them."""
    arguments: list[tuple[str, str, object]] = [("p", *entry) for entry in instance.parameters]
    for pin in instance.pins():
        if not pin.bits:
            continue
        value = value_of(pin.bits, signals)
        arguments.append(("o" if pin.is_output else "i", pin.port, value))
    module.submodules[instance.name] = AmaranthInstance(instance.cell, *arguments)


def add_model(module: Module, instance: Instance, signals: Mapping[str, Value]) -> None:
    """Adds what the primitive computes, with the registers that its parameters say, in the domain `sync`."""
    cell = PRIMITIVES[instance.cell]
    model, settings = cell.product, cell.settings(*instance.parameters)
    enable = value_of(instance.at(model.enable).bits, signals)
    *before, behind = cell.registers(settings)
    factors = []
    for port, sign, held in zip(model.operands, model.signs, before, strict=True):
        bits = value_of(instance.at(port).bits, signals)
        known = settings.get(sign)
        signed = Const(known, 1) if known in (0, 1) else value_of(instance.at(sign).bits, signals)
        factors.append(_held(module, Cat(bits, Mux(signed, bits[-1], 0)).as_signed(), enable, held))
    result = _held(module, factors[0] * factors[1], enable, behind)
    module.d.comb += value_of(instance.at(model.result).bits, signals).eq(result)


def _held(module: Module, value: Value, enable: Value, count: int) -> Value:
    """The value behind so many registers."""
    for _ in range(count):
        register = Signal(Shape(len(value), signed=True), reset_less=True)
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
