"""Calls of NumPy on whole arrays, the types of these, and what gathers them for the cells of a datapath."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from symhdl.ir.datapath import Datapath

Element = type[np.bool_ | np.int32 | np.int64 | np.object_]

BITS: dict[Element, int] = {np.int32: 32, np.int64: 64}
"""The integers of NumPy that are used. With narrower ones, conversions would take more than what they save."""

ORDER: tuple[Element, ...] = (np.bool_, *BITS, np.object_)
"""Bits as flags, integers, and Python's integers, each of which holds those before it."""


@dataclass(frozen=True, slots=True)
class Value:
    """An array that instructions make and read: its number among them, and its type."""

    number: int
    kind: Element


Array = npt.NDArray[np.generic]
"""Flags, integers of any type, or Python's."""

Argument = Value | Array | str | None


@dataclass(frozen=True, slots=True)
class Instruction:
    """A call with arguments, of which values are replaced by their arrays; `out`, which is one of them, is written.

    `elementwise`: an element of the result depends on those in its place alone, so that `out` can be the array of an
    argument that nobody needs any more. `claim` is the least and the greatest integer that it may have, where this is
    to be seen.
    """

    call: Callable[..., object]
    arguments: tuple[Argument, ...]
    out: Value
    elementwise: bool = True
    claim: tuple[int | None, int | None] | None = None

    @property
    def values(self) -> tuple[Value, ...]:
        """What is read."""
        return tuple(
            argument
            for argument in self.arguments
            if isinstance(argument, Value)
            if argument != self.out
        )


def type_of(minimum: int, maximum: int) -> Element:
    """The narrowest type that holds a range."""
    if minimum >= 0 and maximum <= 1:
        return np.bool_
    size = max(
        minimum.bit_length() if minimum >= 0 else (~minimum).bit_length(), maximum.bit_length()
    )
    return next((kind for kind, bits in BITS.items() if size < bits), np.object_)


def wider(*kinds: Element) -> Element:
    """The one that holds what the others hold."""
    return max(kinds, key=ORDER.index)


def constant(value: int, kind: Element) -> Array:
    """An array without dimensions, modulo what the type holds."""
    if kind is np.object_:
        found: Array = np.empty((), dtype=np.object_)
        found[()] = value
        return found
    if kind is np.bool_:
        return np.array(bool(value & 1))
    half = 1 << (BITS[kind] - 1)
    return np.array((value + half) % (2 * half) - half, dtype=kind)


@dataclass(slots=True)
class Translation:
    """Collects the instructions of a datapath."""

    datapath: Datapath
    instructions: list[Instruction] = field(default_factory=list)
    places: list[Value | Array] = field(default_factory=list)
    count: int = 0
    cast: dict[tuple[int, Element], Value] = field(default_factory=dict)

    def fresh(self, kind: Element) -> Value:
        """A new value."""
        self.count += 1
        return Value(self.count - 1, kind)

    def call(self, function: Callable[..., object], *arguments: Argument, kind: Element) -> Value:
        """The result of a function of NumPy that takes the place for it last."""
        out = self.fresh(kind)
        self.instructions.append(Instruction(function, (*arguments, out), out))
        return out

    def operand(self, index: int, kind: Element) -> Value | Array:
        """The integer of a cell in a type."""
        place = self.places[index]
        if not isinstance(place, Value):
            return constant(self.datapath.cells[index].value, kind)
        if place.kind is kind:
            return place
        key = (place.number, kind)
        if key not in self.cast:
            self.cast[key] = self.converted(place, kind)
        return self.cast[key]

    def converted(self, value: Value | Array, kind: Element) -> Value:
        """The same integers in another type."""
        out = self.fresh(kind)
        self.instructions.append(Instruction(np.copyto, (out, value, "unsafe"), out))
        return out
