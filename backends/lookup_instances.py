"""Tables of a few more index bits than a LUT has, as instances of LUTs and of the multiplexers behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from symhdl.ir.lookups import Choice, IndexBit, LookedUp, Lut, Made, Source
from symhdl.targets.primitives import PRIMITIVES
from symhdl.targets.units import Unit

from .instances import Bit, Bits, Instance, SignalBit, Word, connected


def instances_of_lookups(
    unit: Unit, fresh_name: Callable[[], str], found: LookedUp, index: Word, inner: str
) -> tuple[tuple[Instance, ...], Bits]:
    """The instances of a table, and the bits of its entry; `inner` names the signal with a bit for each step."""
    place = index.extended(max(len(index.bits), unit.index_bits.stop))

    def bit_of(source: Source) -> Bit:
        match source:
            case IndexBit(bit):
                return place[bit]
            case Made(step):
                return SignalBit(inner, step, len(found.steps))
        return source

    def made() -> Iterator[Instance]:
        for number, step in enumerate(found.steps):
            result = bit_of(Made(number))
            match step:
                case Lut(inputs, values):
                    yield _lut(unit, fresh_name(), tuple(map(bit_of, inputs)), values, result)
                case Choice(level, low, high, bit):
                    table = unit.choices[level]
                    signals = {
                        "a": (bit_of(low),), "b": (bit_of(high),), "upper_bit": (bit_of(bit),),
                        "y": (result,),
                    }  # fmt: skip
                    yield connected(table, fresh_name(), table.parameters, signals)

    return tuple(made()), tuple(map(bit_of, found.bits))


def _lut(unit: Unit, name: str, inputs: Bits, values: tuple[int, ...], result: Bit) -> Instance:
    """A LUT with an entry for all values of its inputs; those that are left are 0, whatever the entries say."""
    table, lookup = unit.instance, unit.lookup
    assert table is not None and lookup is not None, "no LUT; please report this"
    size = 1 << PRIMITIVES[table.cell].inputs[lookup.index]
    contents = sum(values[k % len(values)] << k for k in range(size))
    signals = {"address": inputs, "y": (result,)}
    return connected(table, name, table.parameters, signals, ((lookup.table, contents),))
