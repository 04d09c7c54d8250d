"""What the error of an angle, digit by digit, stands on, in a form in which it can be proved again by other means."""

from __future__ import annotations

from dataclasses import dataclass

from symhdl.analysis.truncation import FactorWitness
from symhdl.numeric.interval import Intervals


@dataclass(frozen=True, slots=True)
class AngleRows:
    """The arctangent of a / b, b > 0, as the sum of digits, which are 1 where a remainder is at least 0, and else -1.

    The rows have the shifts from `first` up to `rows`, which is the last digit's, and none of a row. With d its digit,
    a row of shift i makes y - d x / 2**i of the remainder y, which a is at first, and rows before that of shift `turns`
    make x + d y / 2**i of x, which is b at first: they turn (x, y) by d atan(2**-i). The digits count so much, and from
    `whole` on 2**-i. Where a is not negative the first digit is 1. If the angle `is_in_octant`, 0 <= a <= b.

    The remainder has up to `places` fractional bits, and what a row of shift i reads of x has up to `guard` more, less
    i. Numbers have fewer as long as these hold all, and one bit more than before where a sign is not known: with a
    zero in it, it takes in the 1 that a difference needs beside inverted bits. What does not fit is cut, and then a
    difference is less by one. The `constant`, an even number of units of the last place, is in the remainder before
    the first row that makes one with all places.
    """

    dividend: FactorWitness
    divisor: FactorWitness
    is_in_octant: bool
    first: int
    turns: int
    rows: int
    whole: int
    places: int
    guard: int
    constant: int


@dataclass(frozen=True, slots=True)
class AngleWitness(AngleRows):
    """An angle as rows have it, with what is before and behind these.

    Numbers of an octant are multiplied by 2**shift first for each of the `shifts` in turn, where b is less than the
    largest power of two that is at most its maximum and 1, divided by 2**shift. What is told of a and b is from before.

    The angles of the digits before `whole` are told by `tables`, each of which has the digits of some shifts, and
    numbers of `digits` fractional bits; the sum is rounded to `fraction`. The result is wrong by at most `error`.
    """

    tables: tuple[tuple[int, ...], ...]
    digits: int
    fraction: int
    error: float
    shifts: tuple[int, ...] = ()

    @property
    def errors(self) -> Intervals:
        """What the result may be wrong by."""
        return Intervals.between(-self.error, self.error)
