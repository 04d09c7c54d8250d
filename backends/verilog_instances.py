"""Instances of primitives as Verilog."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from .instances import Bits, Instance, SignalBit
from .verilog_expressions import select

LINE = 96


def instance_lines(instance: Instance) -> Iterator[str]:
    """The instance as statements of a module."""
    values = [
        (name, f'"{value}"' if isinstance(value, str) else str(value))
        for name, value in instance.parameters
    ]
    bits = instance.contents_bits
    values += [(name, f"{bits}'h{value:0{bits // 4}x}") for name, value in instance.contents]
    if instance.style == "parameters" and values:
        yield f"    {instance.cell} #("
        yield from _wrapped(", ".join(f".{name}({value})" for name, value in values))
        yield f"    ) {instance.name} ("
    else:
        yield f"    {instance.cell} {instance.name} ("
    yield from _port_lines(instance)
    yield "    );"
    if instance.style == "defparam":
        for name, value in values:
            yield f"    defparam {instance.name}.{name} = {value};"


def _port_lines(instance: Instance) -> Iterator[str]:
    """The connections, those of single bits together; a vector begins a line of its own."""
    vectors = [found for found in instance.connections if found.width > 1]
    bits = [found for found in instance.connections if found.width == 1]
    groups = [[found] for found in vectors if not found.is_output]
    groups += [bits, *([found] for found in vectors if found.is_output)]
    texts = [
        ", ".join(
            f".{pin.port}({_at_port(bits_text(pin.bits))})"
            for found in group
            for pin in instance.pins_of(found)
        )
        for group in groups
        if group
    ]
    for text in texts[:-1]:
        yield from _wrapped(text + ",")
    yield from _wrapped(texts[-1])


def _at_port(text: str) -> str:
    """An expression at a port; some bits of a vector alone stand in brackets.

    Where a vector with a sign is cut at the port of a module that is not known yet, Yosys 0.70 reads the text again
    when it is, at the end of the synthesis, which is lost by that.
    """
    return f"{{{text}}}" if ":" in text and not text.startswith("{") else text


def _wrapped(text: str) -> Iterator[str]:
    indent = " " * 8
    yield from wrap(
        text,
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
