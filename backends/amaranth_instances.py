"""Instances of primitives in Amaranth: as they are for synthesis, or as their models for simulation."""

from __future__ import annotations

from collections.abc import Mapping

from amaranth.hdl import Cat, Const, Module, Mux, Shape, Signal, Value
from amaranth.hdl import Instance as AmaranthInstance

from symhdl.targets.primitives import PRIMITIVES

from .instances import Bits, Instance, SignalBit
from .models import MODELS


def add_instance(module: Module, instance: Instance, signals: Mapping[str, Value]) -> None:
    """Adds the primitive; `signals` are those that its bits name, the clock and the enable among them."""
    arguments: list[tuple[str, str, object]] = [("p", *entry) for entry in instance.parameters]
    for pin in instance.pins():
        value = value_of(pin.bits, signals)
        arguments.append(("o" if pin.is_output else "i", pin.port, value))
    module.submodules[instance.name] = AmaranthInstance(instance.cell, *arguments)


def add_model(module: Module, instance: Instance, signals: Mapping[str, Value]) -> None:
    """Adds what the primitive computes, with the registers that its parameters say, in the domain `sync`."""
    cell, model = PRIMITIVES[instance.cell], MODELS[instance.cell]
    parameters = dict(instance.parameters)
    values = {name: parameters.get(name, known[0]) for name, known in cell.parameters.items()}
    enable = value_of(instance.at(model.enable).bits, signals)
    factors = []
    for port, sign, register in zip(
        model.operands, model.signs, model.operand_registers, strict=True
    ):
        bits = value_of(instance.at(port).bits, signals)
        signed = (
            Const(int(values[sign]), 1)
            if sign in values
            else value_of(instance.at(sign).bits, signals)
        )
        factor = Cat(bits, Mux(signed, bits[-1], 0)).as_signed()
        factors.append(_stage(module, factor, enable, held=_is_set(instance, values, register)))
    result = factors[0] * factors[1]
    for register in model.result_registers:
        result = _stage(module, result, enable, held=_is_set(instance, values, register))
    found = instance.at(model.result)
    module.d.comb += value_of(found.bits, signals).eq(result)


def _is_set(instance: Instance, values: Mapping[str, str | int], register: str) -> bool:
    return values[register] != PRIMITIVES[instance.cell].parameters[register][0]


def _stage(module: Module, value: Value, enable: Value, *, held: bool) -> Value:
    """The value, behind a register if it is held."""
    if not held:
        return value
    register = Signal(Shape(len(value), signed=True), reset_less=True)
    with module.If(enable):
        module.d.sync += register.eq(value)
    return register


def value_of(bits: Bits, signals: Mapping[str, Value]) -> Value:
    """Bits, the lowest first, as a value without a sign; it can be assigned to if all are of signals."""
    return Cat(
        signals[bit.signal][bit.index] if isinstance(bit, SignalBit) else Const(int(bit == "1"), 1)
        for bit in bits
    )
