"""A function as the sum of a table of initial values and of tables of offsets, which may be folded.

The argument's uppermost bits tell the initial value. Each of the other parts of the argument has a table of offsets,
which fewer of the uppermost bits and the part itself address. The offsets of a part lie nearly symmetric about its
middle: a folded table has those of the lower half, and for the upper half the address and what is read are inverted.

M. J. Schulte and J. E. Stine, Approximating elementary functions with symmetric bipartite tables, 1999; F. de Dinechin
and A. Tisserand, Multipartite table methods, 2005.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_

import numpy as np

from symhdl.approximation.approximation import Approximation, Specification
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.approximation.witness import ApproximationWitness, Way
from symhdl.cost.tables import Integers
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.digits import INVERTED_OR_NOT, low_zeros


@dataclass(frozen=True, slots=True)
class Part:
    """`bits` of the argument from bit `low` on, the offsets of which depend on its uppermost `segment_bits`, too."""

    segment_bits: int
    low: int
    bits: int
    folded: bool

    @property
    def index_bits(self) -> int:
        """The bits that address the table."""
        return self.segment_bits + self.bits - self.folded


@dataclass(frozen=True, slots=True)
class Shape:
    """How an argument of `argument_bits` is cut, and how many bits behind the result the tables have."""

    argument_bits: int
    initial_bits: int
    parts: tuple[Part, ...]
    guard: int


Contents = tuple[Integers, ...]
"""The table of initial values, then those of offsets, each by address."""


def unfolded(part: Part, offsets: Integers) -> Integers:
    """The offsets by segment (rows) and by the bits of the part."""
    rows = offsets.reshape(1 << part.segment_bits, -1)
    return np.concatenate([rows, ~rows[:, ::-1]], axis=1) if part.folded else rows


def spread(shape: Shape, part: Part, by_bits: Integers) -> Integers:
    """What each argument has of a part."""
    middle = shape.argument_bits - part.segment_bits - part.bits - part.low
    sizes = 1 << part.segment_bits, 1 << middle, 1 << part.bits, 1 << part.low
    return np.broadcast_to(by_bits[:, None, :, None], sizes).reshape(-1)


def gathered(shape: Shape, part: Part, values: Integers, reduce: np.ufunc) -> Integers:
    """The least or greatest of all arguments' values, by segment (rows) and by the bits of the part."""
    middle = shape.argument_bits - part.segment_bits - part.bits - part.low
    sizes = 1 << part.segment_bits, 1 << middle, 1 << part.bits, 1 << part.low
    found: Integers = reduce.reduce(reduce.reduce(values.reshape(sizes), axis=3), axis=1)
    return found


def initial_part(shape: Shape) -> Part:
    """The initial values, as if they were offsets of the uppermost bits."""
    return Part(0, shape.argument_bits - shape.initial_bits, shape.initial_bits, folded=False)


def summed(shape: Shape, contents: Contents) -> Integers:
    """The sum for every argument, before it is cut."""
    parts = (initial_part(shape), *shape.parts)
    total = np.zeros(1 << shape.argument_bits, dtype=np.int64)
    for part, entries in zip(parts, contents, strict=True):
        total += spread(shape, part, unfolded(part, entries))
    return total


def results(specification: Specification, shape: Shape, contents: Contents) -> Integers:
    """What is left of the sum for each argument, from the least on: its lowest bits are the address."""
    size = 1 << shape.argument_bits
    addresses = (specification.minimum % size + np.arange(specification.span + 1)) % size
    found: Integers = (summed(shape, contents) >> shape.guard)[addresses]
    return found


@dataclass(frozen=True, slots=True)
class TableSum(Approximation):
    """Tables that are addressed by parts of the argument's lowest bits, their sum, and its upper bits."""

    shape: Shape
    contents: tuple[tuple[int, ...], ...]

    def build(self, builder: DatapathBuilder, argument: int) -> int:
        """Tables, rows, and adders, the offsets first."""
        fraction = self.fraction + self.shape.guard
        initial, *others = self.contents
        start, *added = (
            self._entry(builder, argument, part, entries, fraction)
            for part, entries in zip(self._parts, (initial, *others), strict=True)
        )
        total = start
        if added:
            offsets = added[-1]
            for each in reversed(added[:-1]):
                offsets = builder.add(each, offsets)
            total = builder.add(start, offsets)
        result = builder.shift_right(total, self.shape.guard, self.fraction)
        return builder.narrow(result, self.minimum, self.maximum)

    @property
    def _parts(self) -> tuple[Part, ...]:
        return (initial_part(self.shape), *self.shape.parts)

    def _entry(
        self, builder: DatapathBuilder, argument: int, part: Part, entries: tuple[int, ...], fraction: int
    ) -> int:  # fmt: skip
        """What a part of the argument adds."""
        place = self.shape.argument_bits - part.segment_bits
        count = part.bits - part.folded
        index = builder.bits(argument, place, part.segment_bits)
        is_upper = builder.bits(argument, part.low + part.bits - 1, 1)
        if count:
            offset = builder.bits(argument, part.low, count)
            if part.folded:
                offset = builder.bits(builder.row(is_upper, offset, INVERTED_OR_NOT, 0), 0, count)
            index = builder.join(index, offset, count, 0)
        ones = 0 if part.folded else reduce(or_, entries)
        zeros = low_zeros(ones) if ones else 0
        entry = builder.table(index, tuple([entry >> zeros for entry in entries]), fraction)
        if part.folded:
            return builder.row(is_upper, entry, INVERTED_OR_NOT, fraction)
        return builder.shift_left(entry, zeros, fraction)

    def witness(self, function: SmoothFunction) -> ApproximationWitness:
        """The integer for every argument."""
        specification = self.specification
        integers = tuple(self.integers().tolist())
        return ApproximationWitness(
            self.error, Way.TABLE, function.name, specification.argument, self.fraction, integers
        )

    def integers(self) -> Integers:
        """The result for each argument, from the least on."""
        contents = tuple(np.array(entries, dtype=np.int64) for entries in self.contents)
        return results(self.specification, self.shape, contents)
