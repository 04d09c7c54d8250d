"""The rows of an angle digit by digit: what each keeps, how large its numbers become, and what all lose together.

The bound: without cuts rows are linear, turn by d atan(2**-i), and make both numbers larger by sqrt(1 + 4**-i). What
is cut adds to them, and goes through the rows behind as they do: the exact numbers differ from those that are there by
errors that add up. Their angle is the sum of those that they were turned by, and atan(y/x) of the last that are turned,
of which the rows behind make y/x. A digit has the wrong sign only where the exact remainder is below its error, and
then what is left is little more than the angle of the digit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from flint import arb, ctx

from symhdl.analysis.angle import AngleRows
from symhdl.numeric.ball import ball_of, ends
from symhdl.numeric.fixed import power_of_two

UNIT_BITS = 192
"""Bounds are whole numbers of units of 2**-UNIT_BITS, rounded to the safe side: there are very many of them."""
ONE = 1 << UNIT_BITS
MOST_PLACES = 160
"""Of the fractional bits of remainders, of which a unit is many units of bounds."""
LARGEST_ANGLE = 3 * ONE // 2
"""What is below has a tangent; where rows leave more, they lose too much."""


class Step(NamedTuple):
    """A row: the fractional bits of both numbers before and behind it, and whether all bits of a result are kept.

    `given` is what is added to the remainder before it. The second number stays as it is unless the row `turns`.
    """

    shift: int
    is_known: bool
    turns: bool
    before: int
    after: int
    is_whole: bool
    read: int
    kept: int
    is_whole_length: bool
    given: int


class Size(NamedTuple):
    """How large the remainder, whatever its sign, and the second number may be behind a row, in their last places."""

    remainder: int
    length: int


class Swept(NamedTuple):
    """What follows from rows: the sizes behind each, what the last remainder lost, and the angle's error.

    The part `turned` of the error is what is lost. Numbers are in units of bounds.
    """

    sizes: tuple[Size, ...]
    lost: Lost
    turned: int
    error: int


class Lost(NamedTuple):
    """By how much a number may be too small, and too large."""

    below: int
    above: int

    @property
    def most(self) -> int:
        """Either way."""
        return max(self.below, self.above)

    def joined(self, other: int, below: int, above: int = 0) -> Lost:
        """That of a sum with what may be wrong by so much either way, which loses and gains more."""
        return Lost(self.below + other + below, self.above + other + above)


@dataclass(frozen=True, slots=True)
class Vectoring(AngleRows):
    """The rows of an angle, whose numbers are what is there behind shifts."""

    @property
    def is_known(self) -> bool:
        """Whether the first digit is 1."""
        return self.dividend.minimum >= 0

    def steps(self) -> Iterator[Step]:
        """All rows in their order."""
        before = min(self.dividend.fraction, self.places)
        read = min(self.divisor.fraction, self.read(self.first))
        left = self.constant
        for shift in range(self.first, self.rows):
            is_known, turns = self.is_known and shift == self.first, shift < self.turns
            room = int(not is_known)
            after = min(self.places, max(before + room, read + shift))
            is_whole = max(before + room, read + shift) <= after
            given, left = (left, 0) if after == self.places else (0, left)
            kept, is_whole_length = read, True
            if turns:
                natural = max(read + room, before + shift)
                kept = min(self.read(shift + 1), natural)
                is_whole_length = natural <= kept
            yield Step(
                shift, is_known, turns, before, after, is_whole, read, kept, is_whole_length, given
            )
            before, read = after, kept

    def read(self, shift: int) -> int:
        """How many fractional bits the row of a shift reads of the second number."""
        return self.places + self.guard - shift

    def swept(self) -> Swept | None:
        """What follows from all rows; None where they lose so much that nothing does."""
        least = _scaled(max(1, self.divisor.minimum), self.divisor.fraction)
        longest, angle = self._longest(), self.largest_angle()
        remainder = Lost(unit_of(self.places) * (self.places < self.dividend.fraction), 0)
        read = self.read(self.first)
        length = Lost(unit_of(read) * (read < self.divisor.fraction), 0)
        growth_below = growth = ONE
        tangent = 0
        sizes: list[Size] = []
        for step in self.steps():
            if angle > LARGEST_ANGLE and (sizes or not step.turns):
                return None
            if not (step.turns or tangent):
                tangent = angle = _tangent(angle)
                least = _shortened(least, growth_below, tangent)
            given = step.given * unit_of(self.places)
            remainder = Lost(remainder.below - given, remainder.above + given)
            wrong = 0 if step.is_known else _ratio(remainder.most, least)
            if wrong > ONE:
                return None
            unit = 0 if step.is_whole else unit_of(step.after)
            below, above = (0, unit) if step.is_known else (unit, 0)
            behind = remainder.joined(moved(length.most, step.shift), below, above)
            turn_below = turn = ONE >> step.shift
            if step.turns:
                cuts = 0 if step.is_whole_length else 1 + (step.read > step.kept)
                length = length.joined(moved(remainder.most, step.shift), cuts * unit_of(step.kept))
                growth_below += growth_below >> 2 * step.shift
                growth += moved(growth, 2 * step.shift)
                turn_below, turn = arctangent(step.shift)
                wrong += moved(wrong**3, 2 * UNIT_BITS)  # asin(z) <= z + z^3
            remainder = behind
            angle = max(angle - turn_below, turn + wrong)
            size = moved(longest * root_of(growth), UNIT_BITS)
            leaning = moved(size * min(ONE, angle), UNIT_BITS)
            sizes.append(
                Size(
                    leaning + remainder.most >> UNIT_BITS - step.after,
                    size + length.most >> UNIT_BITS - step.kept,
                )
            )
        if angle > LARGEST_ANGLE:
            return None
        if not tangent:
            tangent = angle = _tangent(angle)
            least = _shortened(least, growth_below, tangent)
        last = ONE >> self.rows
        turned = _ratio(remainder.most, least)
        left = max(angle - last, last + turned)
        cubed = moved(tangent**3, 2 * UNIT_BITS) // 3 + 1
        straight = sum(
            (ONE >> shift) - arctangent(shift)[0] for shift in range(self.whole, self.turns)
        )
        return Swept(tuple(sizes), remainder, turned, cubed + straight + left)

    def _longest(self) -> int:
        """How far from the origin the point may be."""
        width = _scaled(self.divisor.maximum, self.divisor.fraction)
        height = width
        if not self.is_in_octant:
            ends = abs(self.dividend.minimum), abs(self.dividend.maximum)
            height = _scaled(max(ends), self.dividend.fraction)
        return math.isqrt(width**2 + height**2) + 1

    def largest_angle(self) -> int:
        """That of the point, whatever its sign."""
        right_angle = 2 * arctangent(0)[1]
        if self.is_in_octant:
            return arctangent(0)[1]
        if self.divisor.minimum <= 0:
            return right_angle
        largest = max(abs(self.dividend.minimum), abs(self.dividend.maximum))
        ratio = Fraction(largest, self.divisor.minimum)
        ratio *= power_of_two(self.divisor.fraction - self.dividend.fraction)
        with ctx.workprec(UNIT_BITS):
            return min(right_angle, _ends(ball_of(ratio).atan())[1])


def unit_of(places: int) -> int:
    """The last of so many fractional bits."""
    return _scaled(1, places)


def _scaled(integer: int, fraction: int) -> int:
    """A number that is not negative with so many fractional bits."""
    return integer << UNIT_BITS - fraction


def moved(value: int, shift: int) -> int:
    """A value divided by 2**shift, rounded up."""
    return -(-value >> shift) if shift >= 0 else value << -shift


def _ratio(value: int, divisor: int) -> int:
    """A quotient, rounded up."""
    return (value << UNIT_BITS) // divisor + 1


def root_of(value: int) -> int:
    """A square root, rounded up."""
    return math.isqrt(value << UNIT_BITS) + 1


def _tangent(angle: int) -> int:
    """That of an angle, rounded up."""
    with ctx.workprec(UNIT_BITS):
        return _ends(ball_of(Fraction(angle, ONE)).tan())[1]


def _shortened(least: int, growth: int, tangent: int) -> int:
    """The least length that what was at least so long has now, along the axis that it was turned to; rounded down."""
    squared = ONE + moved(tangent**2, UNIT_BITS)
    return least * math.isqrt((growth << 2 * UNIT_BITS) // squared) >> UNIT_BITS


@lru_cache(maxsize=512)
def arctangent(shift: int) -> tuple[int, int]:
    """Between which numbers of units atan(2**-shift) lies."""
    with ctx.workprec(UNIT_BITS):
        return _ends(ball_of(power_of_two(-shift)).atan())


def _ends(ball: arb) -> tuple[int, int]:
    low, high = ends(ball)
    return math.floor(low * ONE), math.ceil(high * ONE)
