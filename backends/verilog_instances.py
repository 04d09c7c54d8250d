"""Units as Verilog: instances of primitives, and portable text from which synthesis infers a block with registers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from textwrap import wrap

from symhdl.ir.datapath import Cell
from symhdl.targets.units import Offer

from .instances import Bits, Instance, SignalBit
from .verilog_expressions import EXPRESSIONS, Signal, declaration, select

LINE = 96


def instance_lines(instance: Instance) -> Iterator[str]:
    """The instance as statements of a module."""
    pins = [f".{pin.port}({bits_text(pin.bits)})" for pin in instance.pins()]
    values = [
        (name, f'"{value}"' if isinstance(value, str) else str(value))
        for name, value in instance.parameters
    ]
    if instance.style == "parameters" and values:
        yield f"    {instance.cell} #("
        yield from _listed([f".{name}({value})" for name, value in values])
        yield f"    ) {instance.name} ("
    else:
        yield f"    {instance.cell} {instance.name} ("
    yield from _listed(pins)
    yield "    );"
    if instance.style == "defparam":
        for name, value in values:
            yield f"    defparam {instance.name}.{name} = {value};"


def _listed(items: Sequence[str]) -> Iterator[str]:
    indent = " " * 8
    yield from wrap(
        ", ".join(items),
        LINE,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def bits_text(bits: Bits) -> str:
    """Bits, the lowest first, as an expression of just as many; nothing for none."""
    parts: list[str] = []
    end = len(bits)
    while end:
        start = _start(bits, end)
        parts.append(_part(bits[start:end]))
        end = start
    return f"{{{', '.join(parts)}}}" if len(parts) > 1 else "".join(parts)


def _start(bits: Bits, end: int) -> int:
    """Where the part begins that ends with bit `end`: constants, one bit repeated, or a slice of a signal."""
    last, start = bits[end - 1], end - 1
    if isinstance(last, str):
        while start and isinstance(bits[start - 1], str):
            start -= 1
        return start
    while start and bits[start - 1] == last:
        start -= 1
    if start < end - 1:
        return start + 1 if start and _follows(bits, start) else start
    while start and _follows(bits, start):
        start -= 1
    return start


def _follows(bits: Bits, index: int) -> bool:
    """Whether the bit is the next one of the same signal as that below it."""
    low, high = bits[index - 1], bits[index]
    return (
        isinstance(low, SignalBit)
        and isinstance(high, SignalBit)
        and (low.signal, low.index + 1) == (high.signal, high.index)
    )


def _part(bits: Bits) -> str:
    low, high = bits[0], bits[-1]
    if isinstance(low, str) or isinstance(high, str):
        return f"{len(bits)}'b{''.join(map(str, reversed(bits)))}"
    if len(bits) > 1 and low == high:
        return f"{{{len(bits)}{{{select(low.signal, low.width, low.index, low.index)}}}}}"
    return select(low.signal, low.width, high.index, low.index)


def inferred_lines(
    cell: Cell,
    name: str,
    operands: Sequence[Signal],
    offer: Offer,
    *,
    clock: str = "",
    enable: str = "",
) -> Iterator[str]:
    """A cell with the registers of the offer in portable text: statements that declare and drive the signal `name`.

    Nothing is reset: synthesis takes registers into a block only if the block can do with them what the text says.
    """
    factors, updates = [*operands], []
    if offer.operand_registers:
        names = dict.fromkeys(o.name for o in operands if o.constant is None)
        held = {old: f"{name}_{letter}" for old, letter in zip(names, "ab", strict=False)}
        factors = [replace(o, name=held[o.name]) if o.constant is None else o for o in operands]
        for factor in {
            factor.name: factor for factor in factors if factor.constant is None
        }.values():
            yield f"    reg {declaration(factor.cell)}{factor.name};"
        updates = [f"{new} <= {old};" for old, new in held.items()]
    value = EXPRESSIONS[cell.kind](cell, factors)
    behind = offer.latency - offer.operand_registers
    if not behind:
        yield f"    wire {declaration(cell)}{name} = {value};"
    for place in range(1, behind + 1):
        register = name if place == behind else f"{name}_{place}"
        yield f"    reg {declaration(cell)}{register};"
        updates.append(f"{register} <= {value};")
        value = register
    if updates:
        yield f"    always @(posedge {clock}){f' if ({enable})' if enable else ''} begin"
        yield from (f"        {update}" for update in updates)
        yield "    end"
