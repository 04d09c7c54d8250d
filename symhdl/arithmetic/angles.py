"""Angles of two numbers, digit by digit: each row turns the point by a known angle to where its remainder is less.

The first third of the digits turns both numbers; behind, where angles and their tangents are equal in all places that
count, what is left is a quotient, whose digits take one adder each. Remainders are neither put right nor rounded, the
columns of both numbers that the error can do without are left out, and what the first digits turn is a table or two,
so that there is no third chain of adders. The method is CORDIC (Volder, The CORDIC Trigonometric Computing Technique,
1959), ended by a division (Timmermann, Hahn, Hosticka, Modified CORDIC algorithm with reduced iterations, 1989).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import NamedTuple

from symhdl.analysis.angle import AngleWitness
from symhdl.analysis.truncation import FactorWitness
from symhdl.arithmetic.quotients import is_positive, raised
from symhdl.arithmetic.vectoring import (
    MOST_PLACES,
    ONE,
    UNIT_BITS,
    Step,
    Swept,
    Vectoring,
    arctangent,
)
from symhdl.cost.stages import Row
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.ball import float_above
from symhdl.numeric.digits import INVERTED_OR_NOT
from symhdl.numeric.fixed import power_of_two, round_to_integer, width_of_range

SHARES = Fraction(1, 5), Fraction(1, 10)
"""Of the error beside the rounding: what may be lost by taking angles for tangents, each time that this is done."""
NEGLIGIBLE = Fraction(1, 16)
"""Of the error: where remainders lose no more, more places do not help."""
MORE_ROWS = 2
GUARDS = range(4)
MORE_DIGITS = range(1, 4)
"""Of the angles of tables behind the last digit."""


class Angle(NamedTuple):
    """An angle that is worked out: its rows, and the tables of the digits before those that are summed as they are."""

    rows: Vectoring
    swept: Swept
    tables: tuple[tuple[int, ...], ...]
    digits: int
    fraction: int

    @property
    def error(self) -> Fraction:
        """What the result may be wrong by."""
        rounded = max(1, len(self.tables)) * power_of_two(-self.digits - 1)
        lost = rounded + _of_rounding(self)
        return Fraction(self.swept.error, ONE) + lost

    @property
    def bits(self) -> int:
        """Of all adders that a digit inverts a number in."""
        steps = zip(self.rows.steps(), self.swept.sizes, strict=True)
        return sum(
            _signed(size.remainder) + step.turns * size.length.bit_length() for step, size in steps
        )

    def bits_of_sums(self, lut_inputs: int) -> int:
        """Of what sums the angles: tables, by the LUTs of a bit, and adders."""
        width = self.digits + 2
        return sum(width + (width << max(0, len(table) - lut_inputs)) for table in self.tables)

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
            rows.dividend, rows.divisor, rows.is_in_octant, rows.first, rows.turns, rows.rows,
            rows.whole, rows.places, rows.guard, rows.constant, self.tables, self.digits,
            self.fraction, float_above(self.error),
        )  # fmt: skip


def angle_of(
    builder: DatapathBuilder, a: int, b: int, fraction: int, error: Fraction, lut_inputs: int,
    *, is_in_octant: bool,
) -> tuple[int, AngleWitness] | None:  # fmt: skip
    """The arctangent of the quotient of two cells with so many fractional bits, and what its error stands on.

    None where the divisor may be negative, or no rows are within the error. Where both are 0 it may be anything.
    """
    dividend, divisor = (
        FactorWitness(*builder.range(cell), builder.fraction(cell)) for cell in (a, b)
    )
    found = angle(dividend, divisor, fraction, error, lut_inputs, is_in_octant=is_in_octant)
    return None if found is None else (_built(builder, a, b, found), found.witness)


def angle(
    dividend: FactorWitness, divisor: FactorWitness, fraction: int, error: Fraction,
    lut_inputs: int, *, is_in_octant: bool,
) -> Angle | None:  # fmt: skip
    """The rows of an angle with so many fractional bits, with the fewest bits of adders of those within the error."""
    if divisor.minimum < 0:
        return None
    ways = _ways(dividend, divisor, fraction, error, lut_inputs, is_in_octant=is_in_octant)
    return min(ways, key=lambda way: way.bits + way.bits_of_sums(lut_inputs), default=None)


def _ways(
    dividend: FactorWitness, divisor: FactorWitness, fraction: int, error: Fraction,
    lut_inputs: int, *, is_in_octant: bool,
) -> Iterator[Angle]:  # fmt: skip
    start = Vectoring(dividend, divisor, is_in_octant, 0, 0, 0, 0, 0, 0)
    first = rows = _first(start.largest_angle())
    room = error - power_of_two(-fraction - 1)
    if room <= 0:
        return
    while power_of_two(-rows) >= room:
        rows += 1
    for last, share, guard in product(range(rows, rows + MORE_ROWS), SHARES, GUARDS):
        turns, whole = _thirds(first, last, share * room)
        each = replace(start, first=first, turns=turns, rows=last, whole=whole, guard=guard)
        for more in MORE_DIGITS:
            found = _shortest(each, fraction, error, last + more, lut_inputs)
            if found is not None:
                yield found


def _first(largest: int) -> int:
    """The shift of the first row for angles up to so large: those of all rows behind it reach it, too."""
    first = 0
    while largest <= sum(arctangent(shift)[0] for shift in range(first + 1, first + MOST_PLACES)):
        first += 1
    return first


def _thirds(first: int, rows: int, lost: Fraction) -> tuple[int, int]:
    """From which shifts on rows need not turn, and digits may count as tangents, which lose no more together."""
    whole = first
    while whole < rows and 8 * power_of_two(-3 * whole) / 21 > lost:
        whole += 1
    turns = whole
    while turns < rows and 8 * power_of_two(-3 * turns) / 3 > lost:
        turns += 1
    return turns, whole


def _shortest(
    rows: Vectoring, fraction: int, error: Fraction, digits: int, lut_inputs: int
) -> Angle | None:
    """The angle with the fewest places of its remainders, as far as one sweep tells what each place brings."""
    tables = tuple(_chunks(rows, lut_inputs))
    places = max(0, rows.divisor.fraction - max(1, rows.divisor.minimum).bit_length() + fraction)
    while places < MOST_PLACES:
        centred = _centred(replace(rows, places=places))
        swept = None if centred is None else centred.swept()
        if centred is None or swept is None:
            places += 1
            continue
        found = Angle(centred, swept, tables, digits, fraction)
        if found.error <= error:
            return found
        turned = Fraction(swept.turned, ONE)
        room = error - found.error + turned
        if room <= 0 and turned < NEGLIGIBLE * error:
            return None
        places += max(1, math.floor(math.log2(turned / room))) if room > 0 else 1
    return None


def _centred(rows: Vectoring) -> Vectoring | None:
    """The rows with the constant that makes what remainders lose as large as what they gain."""
    swept = rows.swept()
    if swept is None:
        return None
    pairs = swept.lost.below - swept.lost.above >> UNIT_BITS - rows.places + 2
    return replace(rows, constant=2 * max(0, pairs))


def _chunks(rows: Vectoring, lut_inputs: int) -> Iterator[tuple[int, ...]]:
    """The shifts of the digits that are told by tables, and those of each."""
    shifts = range(rows.first + rows.is_known, rows.whole)
    count = -(-len(shifts) // lut_inputs)
    for k in range(count):
        yield tuple(shifts[k * len(shifts) // count : (k + 1) * len(shifts) // count])


def _signed(size: int) -> int:
    return width_of_range(-size, size)[1]


def _of_rounding(found: Angle) -> Fraction:
    """What the cut of the sum loses, to which half a place is added."""
    return power_of_two(-found.fraction - 1) if found.fraction < found.digits else Fraction(0)


def _built(builder: DatapathBuilder, a: int, b: int, found: Angle) -> int:
    """The cells of the angle of two."""
    rows = found.rows
    remainder = builder.align(a, min(rows.dividend.fraction, rows.places))
    length = builder.align(b, min(rows.divisor.fraction, rows.read(rows.first)))
    digits: dict[int, int] = {}
    for step, size in zip(rows.steps(), found.swept.sizes, strict=True):
        digit = builder.constant(1, 0) if step.is_known else is_positive(builder, remainder)
        behind = _nearer(builder, remainder, length, digit, step)
        if step.turns:
            least, _ = builder.range(builder.align(length, step.kept))
            turned = _longer(builder, length, remainder, digit, step)
            length = builder.narrow(turned, least, size.length)
            builder.part(length, "length")
        remainder = builder.narrow(behind, -size.remainder, size.remainder)
        builder.part(remainder, "remainder")
        digits[step.shift] = digit
    digits[rows.rows] = is_positive(builder, remainder)
    return builder.align(_sum(builder, found, digits), found.fraction)


def _nearer(builder: DatapathBuilder, remainder: int, length: int, digit: int, step: Step) -> int:
    """The remainder less what its digit turns of the other number."""
    multiple = _multiple(builder, length, step.shift, step.after)
    room, low, given = step.after - step.before, builder.constant(0, 0), step.given
    if given < 1 << room:
        low, given = builder.constant(given, 0), 0
    if step.is_whole and not step.is_known:  # the 1 beside inverted bits
        low = builder.join(builder.shift_right(low, 1, 0), digit, 1, 0)
    before = builder.join(remainder, low, room, step.after)
    if given:
        before = raised(builder, before, given)
    if step.is_known:
        return builder.subtract(before, multiple)
    row = builder.row(digit, multiple, INVERTED_OR_NOT, step.after)
    return builder.add(before, builder.part(row, "multiple"))


def _longer(builder: DatapathBuilder, length: int, remainder: int, digit: int, step: Step) -> int:
    """The other number and what its remainder's size adds; it never becomes less."""
    before = builder.align(length, step.kept)
    multiple = _multiple(builder, remainder, step.shift, step.kept)
    if step.is_known:
        return builder.add(before, multiple)
    opposite = builder.logical_not(digit)
    if step.is_whole_length:
        before = builder.join(length, opposite, step.kept - step.read, step.kept)
    row = builder.row(opposite, multiple, INVERTED_OR_NOT, step.kept)
    return builder.add(before, builder.part(row, "multiple"))


def _multiple(builder: DatapathBuilder, a: int, shift: int, fraction: int) -> int:
    """A number divided by 2**shift, cut to so many fractional bits."""
    return builder.align(builder.shift_left(a, 0, builder.fraction(a) + shift), fraction)


def _sum(builder: DatapathBuilder, found: Angle, digits: Mapping[int, int]) -> int:
    """The angles of all digits: those behind the tables are the bits of a number."""
    rows = found.rows
    straight = builder.constant(0, 0)
    for shift in range(rows.whole, rows.rows + 1):
        straight = builder.join(straight, digits[shift], 1, 0)
    straight = builder.shift_left(straight, 0, rows.rows - 1)
    offset = power_of_two(-rows.rows) - power_of_two(1 - rows.whole) + _of_rounding(found)
    if rows.is_known and rows.first < rows.whole:
        offset += _turn(rows.first)
    terms = [(1, builder.align(straight, found.digits))]
    for shifts in found.tables:
        index = builder.constant(0, 0)
        for shift in shifts:
            index = builder.join(index, digits[shift], 1, 0)
        contents = tuple(
            round_to_integer(value + offset, found.digits) for value in _turned(shifts)
        )
        terms.append((1, builder.part(builder.table(index, contents, found.digits), "angle")))
        offset = Fraction(0)
    return builder.sum(terms, round_to_integer(offset, found.digits), found.digits)


def _turned(shifts: Sequence[int]) -> Iterator[Fraction]:
    """The angles of all digits of some shifts, that of the first one uppermost, by the number that they are."""
    angles = [_turn(shift) for shift in reversed(shifts)]
    for number in range(1 << len(angles)):
        yield sum(
            (angle if number >> k & 1 else -angle for k, angle in enumerate(angles)), Fraction(0)
        )


def _turn(shift: int) -> Fraction:
    """The angle of a digit, as exactly as bounds are."""
    return Fraction(arctangent(shift)[0], ONE)
