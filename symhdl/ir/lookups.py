"""How a table of a few more index bits than a LUT has is made of LUTs and of the multiplexers of a slice behind them.

A multiplexer has two LUTs to itself, or two of the multiplexers before it, as in the slice. What hangs on no more bits
than a LUT has is one LUT; where one side is no LUT, another LUT chooses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

Column = tuple[int, ...]
"""A bit of each entry, those that the index does not reach filled in."""

SPARE = 1.25
"""Times the LUTs that entries alone would fill: where more are taken, synthesis shares more between columns."""


class IndexBit(NamedTuple):
    """A bit of the index."""

    bit: int


class Made(NamedTuple):
    """What a step gives, by its number."""

    step: int


Source = IndexBit | Made | str
"""What a step reads: a bit of the index, the result of another step, or the constant `0` or `1`."""


class Lut(NamedTuple):
    """The value at the place that the inputs tell, the first of them its lowest bit."""

    inputs: tuple[Source, ...]
    values: tuple[int, ...]


class Choice(NamedTuple):
    """A multiplexer of a level; `bit` chooses."""

    level: int
    low: Source
    high: Source
    bit: Source


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The steps, operands before users, and the bits of an entry, the lowest first."""

    steps: tuple[Lut | Choice, ...]
    bits: tuple[Source, ...]

    @property
    def luts(self) -> int:
        """How many of the steps are LUTs."""
        return sum(isinstance(step, Lut) for step in self.steps)


@lru_cache(maxsize=512)
def looked_up(
    contents: tuple[int, ...], width: int, reached: tuple[int, int], lut_bits: int
) -> LookedUp | None:
    """What becomes of a table of entries of so many bits, of which the index reaches some, from the first to the last.

    None where synthesis makes less of it.
    """
    making = _Making(lut_bits)
    bits = tuple(making.shared(column) for column in _columns(contents, width, *reached))
    found = LookedUp(tuple(making.steps), bits)
    filled = (reached[1] - reached[0] + 1) / (1 << lut_bits)
    return found if found.luts <= SPARE * filled * width else None


@dataclass(slots=True)
class _Making:
    lut_bits: int
    steps: list[Lut | Choice] = field(default_factory=list, init=False)
    _known: dict[Column, Source] = field(default_factory=dict, init=False)

    def shared(self, column: Column) -> Source:
        """What has a column's values, made once; constants and bits of the index as they are."""
        if not any(column):
            return "0"
        if all(column):
            return "1"
        found = self._known.get(column)
        if found is None:
            found = self._known[column] = self._made(column)
        return found

    def _made(self, column: Column) -> Source:
        read = _bits_read(column)
        if len(read) == 1 and column[1 << read[0]]:
            return IndexBit(read[0])
        if len(read) <= self.lut_bits:
            places = range(1 << len(read))
            values = (
                column[sum((place >> n & 1) << bit for n, bit in enumerate(read))]
                for place in places
            )
            return self._step(Lut(tuple(map(IndexBit, read)), tuple(values)))
        half = len(column) // 2
        upper = IndexBit(half.bit_length() - 1)
        sides = column[:half], column[half:]
        if all(map(self._is_whole, sides)):
            low, high = map(self._made, sides)
            return self._step(Choice(upper.bit - self.lut_bits, low, high, upper))
        low, high = map(self.shared, sides)
        return self._step(Lut((low, high, upper), (0, 1, 0, 1, 0, 0, 1, 1)))

    def _is_whole(self, side: Column) -> bool:
        """Whether a multiplexer may have the side: a LUT, or a multiplexer of the level before."""
        read, half = _bits_read(side), len(side) // 2
        if len(side) <= 1 << self.lut_bits:
            return len(read) > 1 or bool(read and not side[1 << read[0]])
        return len(read) > self.lut_bits and all(map(self._is_whole, (side[:half], side[half:])))

    def _step(self, step: Lut | Choice) -> Made:
        self.steps.append(step)
        return Made(len(self.steps) - 1)


def _bits_read(column: Column) -> Sequence[int]:
    """The bits of the index on which a column hangs."""
    bits = range(len(column).bit_length() - 1)
    return [b for b in bits if any(column[k] != column[k ^ 1 << b] for k in range(len(column)))]


def _columns(contents: Sequence[int], width: int, low: int, high: int) -> Iterator[Column]:
    """The bits of a table's entries, the lowest first; where the index never is, as with another upper bit."""
    bits = (len(contents) - 1).bit_length()
    near = (0, *(1 << bit for bit in reversed(range(bits))))
    entries = [
        contents[next((k ^ other for other in near if low <= k ^ other <= high), low)]
        for k in range(1 << bits)
    ]
    for bit in range(width):
        yield tuple(entry >> bit & 1 for entry in entries)
