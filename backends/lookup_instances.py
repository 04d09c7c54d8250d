"""Tables of a few more index bits than a LUT has, as instances: LUTs, and the multiplexers of a slice behind them.

A multiplexer has two LUTs to itself, or two of the multiplexers before it, as in the slice. What hangs on no more bits
than a LUT has is one LUT; where one side is no LUT, another LUT chooses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from symhdl.ir.datapath import Cell
from symhdl.targets.primitives import PRIMITIVES
from symhdl.targets.units import Unit

from .instances import Bit, Bits, Instance, SignalBit, Word, connected

Column = tuple[int, ...]
"""A bit of each entry, those that the index does not reach filled in."""


@dataclass(slots=True)
class Lookups:
    """The instances of one table as they are made; `inner` names the signal between them, `width` bits in the end."""

    unit: Unit
    fresh_name: Callable[[], str]
    index: Bits
    inner: str
    most: int
    width: int = field(default=0, init=False)
    instances: list[Instance] = field(default_factory=list, init=False)
    _known: dict[Column, Bit] = field(default_factory=dict, init=False)

    def shared(self, column: Column) -> Bit:
        """The bit that has a column's values, made once; constants and bits of the index as they are."""
        if not any(column):
            return "0"
        if all(column):
            return "1"
        found = self._known.get(column)
        if found is None:
            found = self._known[column] = self._made(column)
        return found

    def _made(self, column: Column) -> Bit:
        read = _bits_read(column)
        if len(read) == 1 and column[1 << read[0]]:
            return self.index[read[0]]
        if len(read) <= self.unit.index_bits.start - 1:
            return self._lut(tuple(self.index[bit] for bit in read), _values(column, read))
        half = len(column) // 2
        level = half.bit_length() - self.unit.index_bits.start
        upper = self.index[half.bit_length() - 1]
        sides = column[:half], column[half:]
        if all(self._is_whole(side) for side in sides):
            low, high = (self._made(side) for side in sides)
            result = self._fresh()
            signals = {"a": (low,), "b": (high,), "upper_bit": (upper,), "y": (result,)}
            choice = self.unit.choices[level]
            self.instances.append(connected(choice, self.fresh_name(), choice.parameters, signals))
            return result
        low, high = (self.shared(side) for side in sides)
        return self._lut((low, high, upper), (0, 1, 0, 1, 0, 0, 1, 1))

    def _is_whole(self, side: Column) -> bool:
        """Whether a multiplexer may have the side: a LUT, or a multiplexer of the level before."""
        size = len(side).bit_length() - 1
        luts = self.unit.index_bits.start - 1
        if size <= luts:
            read = _bits_read(side)
            return len(read) > 1 or bool(read and not side[1 << read[0]])
        half = len(side) // 2
        return len(_bits_read(side)) > luts and all(map(self._is_whole, (side[:half], side[half:])))

    def _lut(self, inputs: Sequence[Bit], values: Sequence[int]) -> Bit:
        """A LUT with an entry for all values of its inputs; those that are left are 0, whatever the entries say."""
        table, lookup = self.unit.instance, self.unit.lookup
        assert table is not None and lookup is not None, "no LUT; please report this"
        size = 1 << PRIMITIVES[table.cell].inputs[lookup.index]
        contents = sum(values[k % len(values)] << k for k in range(size))
        result = self._fresh()
        signals = {"address": tuple(inputs), "y": (result,)}
        self.instances.append(
            connected(
                table, self.fresh_name(), table.parameters, signals, ((lookup.table, contents),)
            )
        )
        return result

    def _fresh(self) -> Bit:
        self.width += 1
        return SignalBit(self.inner, self.width - 1, self.most)


def _bits_read(column: Column) -> list[int]:
    """The bits of the index on which a column hangs."""
    bits = range(len(column).bit_length() - 1)
    return [b for b in bits if any(column[k] != column[k ^ 1 << b] for k in range(len(column)))]


def _values(column: Column, read: Sequence[int]) -> list[int]:
    """A column by the bits that it hangs on alone."""
    places = range(1 << len(read))
    return [column[sum((k >> n & 1) << bit for n, bit in enumerate(read))] for k in places]


def columns_of(cell: Cell, index: Cell) -> Iterator[Column]:
    """The bits of a table's entries, the lowest first; where the index never is, as with another upper bit."""
    bits = (len(cell.contents) - 1).bit_length()
    entries: list[int] = []
    for place in range(1 << bits):
        near = next(
            (
                place ^ other
                for other in (0, *(1 << bit for bit in reversed(range(bits))))
                if index.minimum <= place ^ other <= index.maximum
            ),
            index.minimum,
        )
        entries.append(cell.contents[near])
    for bit in range(cell.width):
        yield tuple(entry >> bit & 1 for entry in entries)


def instances_of_lookups(
    unit: Unit,
    fresh_name: Callable[[], str],
    cell: Cell,
    index: Cell,
    address: Word,
    inner: str,
) -> tuple[tuple[Instance, ...], Bits, int]:
    """The instances of a table, the bits of its entry, and how many bits the signal between them has."""
    columns = list(columns_of(cell, index))
    place = address.extended(max(len(address.bits), (len(cell.contents) - 1).bit_length()))
    counted = Lookups(unit, lambda: "", place, inner, 1)
    for column in columns:
        counted.shared(column)
    made = Lookups(unit, fresh_name, place, inner, max(1, counted.width))
    bits = tuple(made.shared(column) for column in columns)
    return tuple(made.instances), bits, made.width
