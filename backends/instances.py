"""An instance of a unit as a record: the primitive, its parameters, and the bits at its ports.

What a device's file says of the unit is worked out here once; Verilog and Amaranth print the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from symhdl.targets.behaviours import TABLE_BITS, Adder, Chain, Lookup, Product, Slot
from symhdl.targets.memories import ROW_BITS, Memory, low_addresses
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
    """A primitive with what stands at its parameters and ports; `style` is how Verilog writes the parameters.

    `contents` are those with which a memory or the tables of a chain are filled, of `contents_bits` each.
    """

    cell: str
    name: str
    style: str
    parameters: Parameters
    connections: tuple[Connection, ...]
    contents: tuple[tuple[str, int], ...] = ()

    @property
    def contents_bits(self) -> int:
        """The bits of a parameter of contents."""
        does = PRIMITIVES[self.cell].behaviour
        if isinstance(does, Chain):
            return TABLE_BITS
        if isinstance(does, Slot):
            return does.table_bits
        if isinstance(does, Lookup):
            return 1 << PRIMITIVES[self.cell].inputs[does.index]
        return does.parameter_bits if isinstance(does, Memory) else 0

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


@dataclass(frozen=True, slots=True)
class Control:
    """The names of the clock and of its enable, signals of one bit.

    Without an enable the registers inside always run.
    """

    clock: str = ""
    enable: str = ""

    def signals(self, *, clocked: bool) -> dict[str, Bits]:
        """What stands at the ports."""
        return {
            "clock": (SignalBit(self.clock, 0, 1),) if clocked else ("0",),
            "enable": (SignalBit(self.enable, 0, 1),) if clocked and self.enable else ("1",),
        }


@dataclass(frozen=True, slots=True)
class BeforeProduct:
    """What the first factor is added to before the multiplier, or subtracted from, and the offer of the adder there.

    With `is_square` the sum is both factors.
    """

    word: Word
    subtracts: bool
    is_square: bool
    offer: Offer


def instance_of_product(
    unit: Unit,
    offer: Offer,
    name: str,
    operands: tuple[Word, Word],
    result: Word,
    control: Control,
    before: BeforeProduct | None = None,
    cascade_out: Bits = (),
) -> Instance:
    """The instance that multiplies; the operands fit the unit, the first at the port of the first width.

    Operands are extended to their ports. `cascade_out` is what the next block reads.
    """
    table = unit.instance
    assert table is not None, "a unit that is not instanced; please report this"
    clocked = offer.latency + (before.offer.latency if before else 0) > 0
    signals = _signals_of_product(unit, operands, result, control, before, clocked=clocked)
    signals["cascade_out"] = cascade_out
    own = (*offer.parameters, *_sign_parameters(table, operands))
    return connected(table, name, _with_pre_sum(unit, own, before), signals)


def _with_pre_sum(unit: Unit, own: Parameters, before: BeforeProduct | None) -> Parameters:
    """All parameters; where the adder before the multiplier is used, registers of the first factor are behind that."""
    table, adder = unit.instance, unit.pre_adder
    assert table is not None, "a unit that is not instanced; please report this"
    if before is None:
        return (*table.parameters, *own)
    does = PRIMITIVES[table.cell].behaviour
    assert adder is not None and isinstance(does, Product), "no adder in a unit; please report this"
    renamed = {does.operand_registers[0]: adder.sum_register}
    moved = {renamed.get(n, n): value for n, value in own if n not in adder.following}
    chosen = [adder.chosen, *([adder.squares] if before.is_square else [])]
    used = {name: value for name, _, value in chosen}
    return tuple((dict(table.parameters) | moved | dict(before.offer.parameters) | used).items())


def _signals_of_product(
    unit: Unit,
    operands: tuple[Word, Word],
    result: Word,
    control: Control,
    before: BeforeProduct | None,
    *,
    clocked: bool,
) -> dict[str, Bits]:
    adder = unit.pre_adder
    number = constant_word(0) if before is None else before.word
    mode = 0
    if adder is not None and before is not None:
        _, plus, minus = adder.mode
        mode = minus if before.subtracts else plus
    return {
        **control.signals(clocked=clocked),
        "d": number.extended(adder.width) if adder else (),
        "pre_sum": tuple(str(mode >> bit & 1) for bit in range(mode.bit_length())),
        "a": operands[0].extended(unit.widths[0]),
        "b": operands[1].extended(unit.widths[1]),
        "signed_a": (str(int(operands[0].signed)),),
        "signed_b": (str(int(operands[1].signed)),),
        "y": result.bits,
    }


@dataclass(frozen=True, slots=True)
class Addend:
    """What a product is added to behind the multiplier, or subtracted from, and the offer of the adder there.

    With a `cascade` that is the result of the block before, and the word, if there is one, is added to the product.
    """

    word: Word | None
    subtracts: bool
    offer: Offer
    cascade: Bits = ()

    def mode(self, adder: Adder) -> dict[str, Bits]:
        """What says which numbers are added, where a port does."""
        if adder.cascade is None:
            return {}
        (_, (plain, *_)) = adder.cases[adder.cascade.mode]
        value: int | None = plain
        if self.cascade:
            value = adder.cascade.alone if self.word is None else adder.cascade.beside
        assert value is not None, "an adder of two numbers; please report this"
        return {adder.cascade.mode: constant_word(value).bits}


def instance_of_block_sum(
    unit: Unit,
    offer: Offer,
    name: str,
    operands: tuple[Word, Word],
    addend: Addend,
    result: Word,
    control: Control,
    before: BeforeProduct | None = None,
    cascade_out: Bits = (),
) -> Instance:
    """The instance that multiplies with this offer, and adds; all fits the unit as it does for a product alone."""
    table, adder = unit.instance, unit.adder
    assert table is not None and adder is not None, "no adder in a unit; please report this"
    clocked = offer.latency + addend.offer.latency + (before.offer.latency if before else 0) > 0
    word = constant_word(0) if addend.word is None else addend.word
    bits, half = word.extended(adder.width), adder.width // 2
    signals = {
        **_signals_of_product(unit, operands, result, control, before, clocked=clocked),
        "c": bits,
        "c_lower": bits[:half],
        "c_upper": bits[half:],
        "cascade": addend.cascade,
        "cascade_out": cascade_out,
    }
    chosen: dict[str, Bits] = {
        port: tuple(str(value * addend.subtracts >> bit & 1) for bit in range(value.bit_length()))
        for port, value in adder.subtracting.items()
    }
    chosen |= addend.mode(adder)
    own = (*offer.parameters, *addend.offer.parameters, *_sign_parameters(table, operands))
    return connected(table, name, _with_pre_sum(unit, own, before), signals, of_ports=chosen)


def instances_of_table(
    unit: Unit,
    offer: Offer,
    fresh_name: Callable[[], str],
    index: Word,
    contents: Sequence[int],
    result: Word,
    control: Control,
) -> Iterator[Instance]:
    """Memories side by side, each with some bits of every entry; there are words for all entries."""
    table, memory = unit.instance, unit.memory
    assert table is not None and memory is not None, "no memory; please report this"
    width = memory.word_width(len(contents), len(result.bits))
    lower = min(width, ROW_BITS)
    below = low_addresses(width)
    address = index.extended(memory.address_bits - below)
    for low in range(0, len(result.bits), width):
        bits = result.bits[low : low + width]
        words = [entry >> low & ((1 << len(bits)) - 1) for entry in contents]
        has_upper = len(bits) > lower
        enabled = control.signals(clocked=True)
        # A half alone stands in words of half the size, of which every second one is read.
        signals = {
            **enabled,
            "address": ("0",) * below + address,
            "y": bits[:lower],
            "upper_address": ("0",) * (below - 1) + ("1",) + address if has_upper else (),
            "upper_enable": enabled["enable"] if has_upper else ("0",),
            "upper_y": bits[lower:],
        }
        given = ((port.width, lower) for port in memory.ports)
        parameters = (*table.parameters, *offer.parameters, *given)
        yield connected(
            table, fresh_name(), parameters, signals, tuple(memory.filled(words, width))
        )


def connected(
    table: InstanceTable,
    name: str,
    parameters: Parameters,
    signals: Mapping[str, Bits],
    contents: tuple[tuple[str, int], ...] = (),
    of_ports: Mapping[str, Bits] = MappingProxyType({}),
) -> Instance:
    """What stands at the ports is what the table says, by `signals`; for those of `of_ports` it is that."""
    cell = PRIMITIVES[table.cell]
    connections = tuple(
        _connection(cell, port, text, {text: of_ports[port]} if port in of_ports else signals)
        for port, text in table.ports
    )
    return Instance(table.cell, name, table.style, tuple(sorted(parameters)), connections, contents)


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
