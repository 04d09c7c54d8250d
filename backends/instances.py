"""An instance of a unit as a record: the primitive, its parameters, and the bits at its ports.

What a device's file says of the unit is worked out here once; Verilog and Amaranth print the record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from symhdl.targets.primitives import PRIMITIVES, Primitive
from symhdl.targets.reader import Parameters
from symhdl.targets.units import InstanceTable, Offer, Unit


@dataclass(frozen=True, slots=True)
class SignalBit:
    """Bit `index` of a signal of `width` bits."""

    signal: str
    index: int
    width: int


Bit = SignalBit | str
"""A bit of a signal, or the constant `0`, `1` or `x`."""

Bits = tuple[Bit, ...]
"""The lowest first."""


@dataclass(frozen=True, slots=True)
class Word:
    """A number at a port: its bits, and whether the highest one is its sign."""

    bits: Bits
    signed: bool

    def extended(self, width: int) -> Bits:
        """The same number in `width` bits."""
        missing = width - len(self.bits)
        assert missing >= 0, "an operand that does not fit in its port; please report this"
        return self.bits + (self.bits[-1] if self.signed else "0",) * missing


def signal_word(name: str, width: int, *, signed: bool) -> Word:
    """The number that a signal holds."""
    return Word(tuple(SignalBit(name, index, width) for index in range(width)), signed)


def constant_word(value: int) -> Word:
    """A constant, in as few bits as it needs; a negative one is signed."""
    width = max(1, (value if value >= 0 else ~value).bit_length() + (value < 0))
    return Word(tuple(str(value >> index & 1) for index in range(width)), value < 0)


@dataclass(frozen=True, slots=True)
class Connection:
    """What stands at a port of `width` bits. The highest bits of an output that nobody reads are left out."""

    port: str
    bits: Bits
    width: int
    is_output: bool


@dataclass(frozen=True, slots=True)
class Instance:
    """A primitive with what stands at its parameters and ports; `style` is how Verilog writes the parameters."""

    cell: str
    name: str
    style: str
    parameters: Parameters
    connections: tuple[Connection, ...]

    def at(self, port: str) -> Connection:
        """The connection of a port, by the name of the vector."""
        return next(found for found in self.connections if found.port == port)

    def pins(self) -> Iterator[Connection]:
        """The connections as the primitive has them: `A` as `A0`, `A1`, ... where its ports are single bits.

        What stands at none of them is without bits.
        """
        for found in self.connections:
            yield from self.pins_of(found)

    def pins_of(self, found: Connection) -> Iterator[Connection]:
        """One connection as the primitive has it."""
        if PRIMITIVES[self.cell].single_bits and found.width > 1:
            for index in range(found.width):
                bits = found.bits[index : index + 1]
                yield Connection(f"{found.port}{index}", bits, 1, found.is_output)
        else:
            yield found


def instance_of(
    unit: Unit,
    offer: Offer,
    name: str,
    operands: tuple[Word, Word],
    result: Word,
    *,
    clock: str = "",
    enable: str = "",
) -> Instance:
    """The instance that multiplies; the operands fit the unit, the first at the port of the first width.

    Operands are extended to their ports. `clock` and `enable` are the names of signals of one bit; without an enable
    the registers inside always run.
    """
    table = unit.instance
    assert table is not None, "a unit that is not instanced; please report this"
    cell = PRIMITIVES[table.cell]
    clocked = offer.latency > 0
    signals: Mapping[str, Bits] = {
        "a": operands[0].extended(unit.widths[0]),
        "b": operands[1].extended(unit.widths[1]),
        "signed_a": (str(int(operands[0].signed)),),
        "signed_b": (str(int(operands[1].signed)),),
        "clock": (SignalBit(clock, 0, 1),) if clocked else ("0",),
        "enable": (SignalBit(enable, 0, 1),) if clocked and enable else ("1",),
        "y": result.bits,
    }
    parameters = (*table.parameters, *offer.parameters, *_sign_parameters(table, operands))
    return Instance(
        table.cell,
        name,
        table.style,
        tuple(sorted(parameters)),
        tuple(_connection(cell, spelled, text, signals) for spelled, text in table.ports),
    )


def _connection(
    cell: Primitive, spelled: str, text: str, signals: Mapping[str, Bits]
) -> Connection:
    port = spelled.removesuffix("#")
    is_output = port in cell.outputs
    width = cell.outputs[port] if is_output else cell.inputs[port]
    bits = signals[text] if text in signals else tuple(reversed(text))
    assert len(bits) <= width, "a result that does not fit in its port; please report this"
    if not is_output:
        bits += ("0",) * (width - len(bits))
    return Connection(port, bits, width, is_output)


def _sign_parameters(
    table: InstanceTable, operands: tuple[Word, Word]
) -> Iterator[tuple[str, int]]:
    for name, operand in table.sign_parameters:
        yield name, int(operands["ab".index(operand)].signed)
