"""Sums of three numbers in one carry chain, and whether that is less than two adders.

M. Kumm, M. Hardieck, J. Willkomm, P. Zipf and U. Meyer-Baese, Multiple constant multiplication with ternary adders, FPL
2013.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import inf
from typing import NamedTuple

from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.fixed import width_of_range
from symhdl.targets.target import Target
from symhdl.targets.units import Unit

Range = tuple[int, int]

LEVELS_OF_THREE_TERMS = 2
"""About how many adders one after the other take as long as such a chain, whose tables have a carry of their own."""


class ThreeTerms(NamedTuple):
    """Where three terms are added in one chain that is less than two adders: in chains of up to so many bits.

    With `fast` only where the tree stays as fast as one of adders.
    """

    widest: int = 1 << 16
    fast: bool = False


WHEREVER_LESS, NOWHERE = ThreeTerms(), ThreeTerms(widest=0)


def widest_chain(target: Target, unit: Unit, budget_ns: float) -> int:
    """The bits of the longest chain of three terms that takes no more than the budget."""
    delays = target.delays
    left_ns = budget_ns - delays.lut - delays.carry - unit.offer(0).time_out
    return max(0, int(left_ns / delays.carry_bit)) if delays.carry_bit else WHEREVER_LESS.widest


class Number(NamedTuple):
    """A term of a sum: a cell with its range, of which so many low bits are 0, subtracted if `negative`."""

    cell: int
    minimum: int
    maximum: int
    zeros: int
    negative: bool

    @property
    def ends(self) -> Range:
        """Its range with its sign."""
        if self.negative:
            return -self.maximum, -self.minimum
        return self.minimum, self.maximum

    @property
    def top(self) -> float:
        """The place above which all bits of the cell are 0; a number with a sign has none."""
        return inf if self.minimum < 0 else self.maximum.bit_length()


def is_less_in_one(numbers: Sequence[Number]) -> bool:
    """Whether one chain takes fewer LUTs than two adders."""
    one = bits_of_three(numbers)
    return all(
        one < bits_of_two(a, b) + bits_of_two(_total(a, b), c)
        for a, b in combinations(numbers, 2)
        for c in numbers
        if c is not a and c is not b
    )


def bits_of_two(a: Number, b: Number) -> int:
    """The bits of an adder of two numbers: the places where neither is 0 for sure."""
    low, high = _sum_of_ends((a, b))
    width = width_of_range(low, high)[1]
    last = min(a.top, b.top, width)
    return int(max(0, last - max(a.zeros, b.zeros)))


def _total(a: Number, b: Number) -> Number:
    """The sum of two numbers, with the sign of both where that is one."""
    negative = a.negative and b.negative
    low, high = _sum_of_ends((a, b))
    ends = (-high, -low) if negative else (low, high)
    return Number(-1, *ends, min(a.zeros, b.zeros), negative)


def _sum_of_ends(numbers: Sequence[Number]) -> Range:
    return sum(n.ends[0] for n in numbers), sum(n.ends[1] for n in numbers)


def _passing(numbers: Sequence[Number]) -> int:
    """How many low bits pass by the chain: those of the lowest number that stand beside zeros of the others."""
    lowest, second, _ = sorted(numbers, key=lambda number: number.zeros)
    return lowest.zeros if lowest.negative else second.zeros


def width_of_three(numbers: Sequence[Number]) -> int:
    """The bits of a chain that adds three numbers."""
    passing = _passing(numbers)
    return width_of_range(*(end >> passing for end in _sum_of_ends(numbers)))[1]


def bits_of_three(numbers: Sequence[Number]) -> int:
    """The tables of a chain that adds three numbers."""
    passing, width = _passing(numbers), width_of_three(numbers)
    if any(number.negative for number in numbers):
        return width
    _, second, longest = sorted(number.top - passing for number in numbers)
    return int(min(width, max(0, second) + (longest > second)))


def sum_of_three(
    builder: DatapathBuilder, numbers: Sequence[Number], known: Range | None, unit: str
) -> int:
    """The sum in one chain of the unit, of a fraction as its terms; not all of them are subtracted.

    Low bits of the lowest term that stand beside zeros of the others pass by. `known` is the range of the sum without
    the zeros that all terms have, if more is known of it than theirs tell.
    """
    fraction = builder.fraction(numbers[0].cell)
    zeros = min(number.zeros for number in numbers)
    passing = _passing(numbers) - zeros
    terms: list[tuple[int, int]] = []
    below = builder.constant(0, 0)
    for number in sorted(numbers, key=lambda number: number.zeros):
        cell = _without_zeros(builder, number)
        if terms or not passing:
            cell = builder.shift_left(cell, number.zeros - zeros - passing, 0)
        else:
            below = builder.bits(cell, 0, passing)
            cell = builder.shift_right(cell, passing, 0)
        terms.append((-1 if number.negative else 1, cell))
    low, high = (end >> zeros for end in _sum_of_ends(numbers)) if known is None else known
    total = builder.rows(terms, 0, 0)
    builder.bind_sum(total, unit)
    total = builder.narrow(total, low >> passing, high >> passing)
    if passing:
        total = builder.narrow(builder.join(total, below, passing, 0), low, high)
    return builder.shift_left(total, zeros, fraction)


def _without_zeros(builder: DatapathBuilder, number: Number) -> int:
    """The cell of a term without its low zeros, as an integer."""
    cell = builder.cells[number.cell]
    if not number.zeros:
        return builder.shift_left(number.cell, 0, 0)
    return builder.shift_left(cell.operands[0], cell.shift - number.zeros, 0)
