"""Angles of two numbers, digit by digit: each row turns the point by a known angle to where its remainder is less.

The first third of the digits turns both numbers; behind, where angles and their tangents are equal in all places that
count, what is left is a quotient, whose digits take one adder each. Remainders are neither put right nor rounded, the
columns of both numbers that the error can do without are left out, and what the first digits turn is a table or two,
so that there is no third chain of adders. The method is CORDIC (Volder, The CORDIC Trigonometric Computing Technique,
1959), ended by a division (Timmermann, Hahn, Hosticka, Modified CORDIC algorithm with reduced iterations, 1989).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from symhdl.analysis.angle import AngleWitness
from symhdl.analysis.truncation import FactorWitness
from symhdl.arithmetic.angle_search import Angle, AskedAngle, angle
from symhdl.arithmetic.quotients import is_positive, raised
from symhdl.arithmetic.scaling import shifted
from symhdl.arithmetic.vectoring import ONE, Step, arctangent
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.digits import INVERTED_OR_NOT
from symhdl.numeric.fixed import power_of_two, round_to_integer


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
    found = angle(AskedAngle(dividend, divisor, is_in_octant, fraction, error, lut_inputs))
    return None if found is None else (_built(builder, a, b, found), found.witness)


def _built(builder: DatapathBuilder, a: int, b: int, found: Angle) -> int:
    """The cells of the angle of two."""
    rows = found.rows
    a, b = shifted(builder, a, b, found.shifts)
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
    offset = power_of_two(-rows.rows) - power_of_two(1 - rows.whole) + found.lost_in_rounding
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
