"""Which rows an angle of two numbers has, digit by digit: of those within its error the ones with the fewest bits."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise, product
from typing import NamedTuple

from symhdl.analysis.angle import AngleWitness
from symhdl.analysis.truncation import FactorWitness
from symhdl.arithmetic.scaling import scaled, shifts_to_try
from symhdl.arithmetic.vectoring import (
    MOST_PLACES,
    ONE,
    UNIT_BITS,
    Swept,
    Vectoring,
    arctangent,
)
from symhdl.cost.stages import Row
from symhdl.numeric.ball import float_above
from symhdl.numeric.fixed import power_of_two, width_of_range

SHARES = Fraction(1, 5), Fraction(1, 10)
"""Of the error beside the rounding: what may be lost by taking angles for tangents, each time that this is done."""
NEGLIGIBLE = Fraction(1, 16)
"""Of the error: where remainders lose no more, more places do not help."""
MORE_ROWS = range(2)
GUARDS = range(4)
MORE_DIGITS = range(1, 4)
"""Of the angles of tables behind the last digit."""


class AskedAngle(NamedTuple):
    """The arctangent of a dividend by a divisor, with so many fractional bits, and an error; what LUTs there are.

    If it `is_in_octant`, the divisor is no less than the dividend, which is not negative.
    """

    dividend: FactorWitness
    divisor: FactorWitness
    is_in_octant: bool
    fraction: int
    error: Fraction
    lut_inputs: int

    @property
    def room(self) -> Fraction:
        """What is left of the error beside the rounding to the fractional bits."""
        return self.error - power_of_two(-self.fraction - 1)


@dataclass(frozen=True, slots=True)
class Angle:
    """An angle that is worked out: its rows, and the tables of the digits before those that are summed as they are.

    Both numbers are shifted by the `shifts` first; the divisor of the rows is what is there then.
    """

    asked: AskedAngle
    shifts: tuple[int, ...]
    rows: Vectoring
    swept: Swept
    digits: int

    @property
    def tables(self) -> tuple[tuple[int, ...], ...]:
        """The shifts of the digits that each table tells."""
        shifts = range(self.rows.first + self.rows.is_known, self.rows.whole)
        count = -(-len(shifts) // self.asked.lut_inputs)
        ends = [k * len(shifts) // count for k in range(count + 1)] if count else [0]
        return tuple(tuple(shifts[low:high]) for low, high in pairwise(ends))

    @property
    def fraction(self) -> int:
        """The fractional bits of the result."""
        return self.asked.fraction

    @property
    def error(self) -> Fraction:
        """What the result may be wrong by."""
        rounded = max(1, len(self.tables)) * power_of_two(-self.digits - 1)
        return Fraction(self.swept.error, ONE) + rounded + self.lost_in_rounding

    @property
    def lost_in_rounding(self) -> Fraction:
        """What the cut of the sum loses, to which as much is added."""
        is_cut = self.fraction < self.digits
        return power_of_two(-self.fraction - 1) if is_cut else Fraction(0)

    @property
    def bits(self) -> int:
        """Of all adders that a digit inverts a number in."""
        steps = zip(self.rows.steps(), self.swept.sizes, strict=True)
        return sum(
            _signed(size.remainder) + step.turns * size.length.bit_length() for step, size in steps
        )

    @property
    def bits_beside(self) -> int:
        """Of what is no row: of choices of shifts, of tables, by the LUTs of a bit, and of the sums of angles."""
        width, inputs = self.digits + 2, self.asked.lut_inputs
        sums = sum(width + (width << max(0, len(table) - inputs)) for table in self.tables)
        numbers = self.asked.dividend.maximum, self.asked.divisor.maximum
        return sums + len(self.shifts) * sum(number.bit_length() for number in numbers)

    def chained(self) -> tuple[Row, ...]:
        """The rows; what is held are both numbers and the digits so far."""
        rows = []
        for digits, size in enumerate(self.swept.sizes, 1):
            remainder = _signed(size.remainder)
            rows.append(Row(remainder, remainder + size.length.bit_length() + digits))
        return tuple(rows)

    @property
    def witness(self) -> AngleWitness:
        """What the error stands on."""
        rows = self.rows
        return AngleWitness(
            rows.dividend, self.asked.divisor, rows.is_in_octant, rows.first, rows.turns, rows.rows,
            rows.whole, rows.places, rows.guard, rows.constant, self.tables, self.digits,
            self.fraction, float_above(self.error), self.shifts,
        )  # fmt: skip


def angle(asked: AskedAngle) -> Angle | None:
    """The angle with the fewest bits; None where the divisor may be negative, or no rows are within the error."""
    if asked.divisor.minimum < 0 or asked.room <= 0:
        return None
    best: Angle | None = None
    if asked.is_in_octant:  # by one way of each
        tried = (
            _least(asked, each, MORE_ROWS, SHARES[1:], GUARDS[1:2])
            for each in shifts_to_try(asked.divisor)
        )
        best = min((each for each in tried if each is not None), key=_bits, default=None)
    return _least(asked, () if best is None else best.shifts, MORE_ROWS, SHARES, GUARDS)


def _least(
    asked: AskedAngle,
    shifts: tuple[int, ...],
    more_rows: range,
    shares: Sequence[Fraction],
    guards: range,
) -> Angle | None:
    """The angle with the fewest bits of some ways, behind shifts."""
    divisor = scaled(asked.divisor, shifts)
    start = Vectoring(asked.dividend, divisor, asked.is_in_octant, 0, 0, 0, 0, 0, 0, 0)
    first = rows = first_shift(start.largest_angle())
    while power_of_two(-rows) >= asked.room:
        rows += 1
    found: list[Angle] = []
    for more, share, guard in product(more_rows, shares, guards):
        last = rows + more
        turns, whole = _thirds(first, last, share * asked.room)
        each = replace(start, first=first, turns=turns, rows=last, whole=whole, guard=guard)
        found += _with_fewest_places(asked, shifts, each)
    return min(found, key=_bits, default=None)


def _bits(found: Angle) -> int:
    return found.bits + found.bits_beside


def first_shift(largest: int) -> int:
    """The shift of the first row for angles up to so large: those of all rows behind it reach it, too."""
    first = 0
    while first < MOST_PLACES and largest <= _reach(first + 1):
        first += 1
    return first


@lru_cache(maxsize=256)
def _reach(first: int) -> int:
    """The angles of all rows from a shift on, together."""
    return sum(arctangent(shift)[0] for shift in range(first, first + MOST_PLACES - 1))


def _thirds(first: int, rows: int, lost: Fraction) -> tuple[int, int]:
    """From which shifts on rows need not turn, and digits may count as tangents, which lose no more together."""
    whole = first
    while whole < rows and 8 * power_of_two(-3 * whole) / 21 > lost:
        whole += 1
    turns = whole
    while turns < rows and 8 * power_of_two(-3 * turns) / 3 > lost:
        turns += 1
    return turns, whole


def _with_fewest_places(
    asked: AskedAngle, shifts: tuple[int, ...], rows: Vectoring
) -> Iterator[Angle]:
    """Rows with the fewest places of their remainders, for each number of digits of tables."""
    places = max(
        0, rows.divisor.fraction - max(1, rows.divisor.minimum).bit_length() + asked.fraction
    )
    for more in MORE_DIGITS:
        found = _shortest(asked, shifts, replace(rows, places=places), rows.rows + more)
        if found is not None:
            yield found


def _shortest(
    asked: AskedAngle, shifts: tuple[int, ...], rows: Vectoring, digits: int
) -> Angle | None:
    """The rows with so many places, or as many more as are needed, as far as a sweep tells what each place brings."""
    while rows.places < MOST_PLACES:
        centred = _centred(rows)
        swept = None if centred is None else centred.swept()
        more = 1
        if centred is not None and swept is not None:
            found = Angle(asked, shifts, centred, swept, digits)
            if found.error <= asked.error:
                return found
            turned = Fraction(swept.turned, ONE)
            room = asked.error - found.error + turned
            if room > 0:
                more = max(1, math.floor(math.log2(turned / room)))
            elif turned < NEGLIGIBLE * asked.error:
                return None
        rows = replace(rows, places=rows.places + more)
    return None


def _centred(rows: Vectoring) -> Vectoring | None:
    """The rows with the constant that makes what remainders lose as large as what they gain."""
    swept = rows.swept()
    if swept is None:
        return None
    pairs = swept.lost.below - swept.lost.above >> UNIT_BITS - rows.places + 2
    return replace(rows, constant=2 * max(0, pairs))


def _signed(size: int) -> int:
    return width_of_range(-size, size)[1]
