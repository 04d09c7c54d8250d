"""Memories that hold a table: how words stand in them, and of which ports and parameters they are read and filled.

A memory is rows of 18 bits, of which each byte has 9, and an address counts bits: 16 a row. Words of 1, 2 and 4 bits
leave the ninth bit of each byte out, those of 9 and 18 take all, and one of twice the widest is two rows, one at each
of two ports.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import ClassVar

ROW_BITS, BYTE_BITS = 18, 9
ROW_ADDRESSES, BYTE_ADDRESSES = 16, 8
WIDTHS = (1, 2, 4, 9, 18)
"""The widths of a word at one port."""


def low_addresses(width: int) -> int:
    """How many bits of an address are below a word: log2 of the bits without the ninth ones, rounded down."""
    return width.bit_length() - 1


@dataclass(frozen=True, slots=True)
class ReadPort:
    """A port that reads: a register at the address, and one behind the data where `register` is not as by default.

    `clock_enables` are those of both. `width` is the parameter that is the width of a word.
    """

    address: str
    data: str
    clock: str
    enables: tuple[str, str]
    width: str
    register: str


@dataclass(frozen=True, slots=True)
class Memory:
    """A memory that is only read, filled by parameters of so many rows each, of `places` bits for each row.

    `contents` is what their names begin with; a number of two hexadecimal digits follows.
    """

    kind: ClassVar[str] = "table"
    ports: tuple[ReadPort, ReadPort]
    address_bits: int
    contents: str
    rows: int
    places: int

    @property
    def used(self) -> frozenset[str]:
        """The inputs that have a part in it."""
        return frozenset(
            name for port in self.ports for name in (port.address, port.clock, *port.enables)
        )

    @property
    def parameter_bits(self) -> int:
        """The bits of a parameter of contents."""
        return self.rows * self.places

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters of contents, in their order."""
        count = (1 << self.address_bits) // (ROW_ADDRESSES * self.rows)
        return tuple(f"{self.contents}{number:02X}" for number in range(count))

    def words(self, width: int) -> int:
        """How many words there are of that width."""
        return 1 << (self.address_bits - low_addresses(width))

    def word_width(self, count: int, width: int) -> int:
        """The words of memories side by side that have `count` entries of a width, as few memories as can be.

        Of those the narrowest, as wide as one port or as both; 0 if no memory has so many.
        """
        fitting = [own for own in (*WIDTHS, 2 * WIDTHS[-1]) if self.words(own) >= count]
        return min(fitting, key=lambda own: ceil(width / own), default=0)

    def side_by_side(self, count: int, width: int) -> int:
        """How many memories those are."""
        return ceil(width / self.word_width(count, width))

    @property
    def most_words(self) -> int:
        """How many of the narrowest words there are."""
        return self.words(WIDTHS[0])

    def place(self, address: int) -> int:
        """Where the lowest bit of a word stands among the bits of all parameters."""
        row, rest = divmod(address, ROW_ADDRESSES)
        byte, bit = divmod(rest, BYTE_ADDRESSES)
        return row * self.places + byte * BYTE_BITS + bit

    def filled(self, words: Sequence[int], width: int) -> Iterator[tuple[str, int]]:
        """The parameters other than 0 of a memory that holds the words, none of which is negative."""
        stored = 0
        for number, word in enumerate(words):
            address = number << low_addresses(width)
            for half in range(0, width, ROW_BITS):
                bits = word >> half & ((1 << min(width, ROW_BITS)) - 1)
                stored |= bits << self.place(address + ROW_ADDRESSES * (half // ROW_BITS))
        for name in self.parameters:
            if part := stored & ((1 << self.parameter_bits) - 1):
                yield name, part
            stored >>= self.parameter_bits

    def read(self, contents: Sequence[tuple[str, int]], width: int) -> list[int]:
        """The words of that width, one of `WIDTHS`, as a port reads them."""
        known = dict(contents)
        return [
            self._read(known, number << low_addresses(width)) & ((1 << width) - 1)
            for number in range(self.words(width))
        ]

    def _read(self, known: dict[str, int], address: int) -> int:
        parameter, place = divmod(self.place(address), self.parameter_bits)
        return known.get(self.parameters[parameter], 0) >> place
