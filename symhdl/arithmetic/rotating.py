"""The rows of a rotation: how large their numbers become, and what all lose together.

The bound: without cuts rows turn the vector by d atan(2**-i), and make it longer by sqrt(1 + 4**-i). What is cut adds
to its numbers, and goes through the rows behind as they do. What the angle that is left is wrong by, and what is lost
by taking it for its sine, and 1 for its cosine, count as many times as the vector is long.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from flint import arb, ctx

from symhdl.analysis.rotation import RotationRows, Scale
from symhdl.analysis.truncation import FactorWitness
from symhdl.arithmetic.vectoring import ONE, UNIT_BITS, arctangent, moved, root_of, unit_of
from symhdl.numeric.ball import ball_of, ends
from symhdl.numeric.fixed import power_of_two


class Box(NamedTuple):
    """Between which units of bounds an error lies."""

    low: int
    high: int

    @property
    def most(self) -> int:
        """Its largest size."""
        return max(-self.low, self.high)

    def widened(self, below: int, above: int) -> Box:
        """With so much more, and the least unit that all is rounded by."""
        return Box(self.low - below - 1, self.high + above + 1)

    def negative(self) -> Box:
        """Of the negative of the number."""
        return Box(-self.high, -self.low)


NO_BOX = Box(0, 0)


@dataclass(frozen=True, slots=True)
class Turned:
    """What follows from rows, before and behind each: the largest integers of numbers and of the angle, whatever signs.

    Behind the last one, in units of bounds, the errors of both numbers, how long the vector is without these, and what
    the angle is wrong by.
    """

    sizes: tuple[int, ...]
    angles: tuple[int, ...]
    x: Box
    y: Box
    length: int
    wrong: int


def turned(rows: RotationRows) -> Turned:
    """What follows from all rows, whatever the products behind them."""
    last = unit_of(rows.places)
    x, y = start_of(rows)
    size, sizes = length_of(rows), []
    angle, angles = largest_angle(rows), []
    wrong = _wrong_start(rows)
    low, high = unit_angle(rows)
    for shift in range(rows.first, rows.rows):
        sizes.append((size + max(x.most, y.most) >> UNIT_BITS - rows.places) + 1)
        angles.append(angle)
        others = moved(y.most, shift), moved(x.most, shift)
        x, y = (box.widened(other + last, other) for box, other in zip((x, y), others, strict=True))
        size = moved(size * root_of(ONE + (ONE >> 2 * shift)), UNIT_BITS)
        turn = turn_of(rows, shift)
        least, most = arctangent(shift)
        wrong += max(abs(turn * low - least), abs(turn * high - most)) + 1
        angle = max(angle - turn, turn)
    sizes.append((size + max(x.most, y.most) >> UNIT_BITS - rows.places) + 1)
    angles.append(angle)
    return Turned(tuple(sizes), tuple(angles), x, y, size, wrong)


def errors_of(rows: RotationRows, found: Turned) -> tuple[Box, Box]:
    """Those of both results before they are cut, where products have turned the numbers by the angle that is left."""
    x, y, size, angle, wrong = found.x, found.y, found.length, found.angles[-1], found.wrong
    high = unit_angle(rows)[1]
    most = angle * high + wrong
    radians = math.floor(rows.radians.value * (ONE >> rows.angle_places))
    exact = abs(radians - high) + 2 + high - unit_angle(rows)[0]
    residual = angle * exact + unit_of(rows.residual) + wrong
    longest = size + max(x.most, y.most)
    around = moved(longest * residual, UNIT_BITS) + moved(unit_of(rows.read) * most, UNIT_BITS)
    lost = rows.lost * unit_of(rows.places)
    # Numbers that are turned by their products with an angle become longer by up to half of its square, and the angle
    # is the tangent of one that is less by up to a third of its cube.
    longer, given = moved(most**2, UNIT_BITS + 1), ONE >> 2 * rows.rows
    bent = max(given, longer - given) + moved(most**3, 2 * UNIT_BITS + 1) + 1
    bent = moved(size * bent, UNIT_BITS)
    of_x = around + moved(x.most * most, UNIT_BITS) + bent + 1
    of_y = around + moved(y.most * most, UNIT_BITS) + bent + 1
    return x.widened(of_y, of_y + lost), y.widened(of_x + lost, of_x)


def residual_of(rows: RotationRows, angle: int) -> tuple[int, int]:
    """Between which integers the angle is in radians that is left, for the largest integer of it."""
    shift = rows.residual - rows.angle_places - rows.radians.fraction
    most = angle * rows.radians.integer * power_of_two(shift)
    return math.floor(-most), math.floor(most)


def _is_cut(scale: Scale, before: int, after: int) -> bool:
    """Whether a multiple by a constant of a number with so many fractional bits has more than are kept."""
    return before + scale.fraction > after


def start_of(rows: RotationRows) -> tuple[Box, Box]:
    """The errors of both numbers before the first row."""
    last = unit_of(rows.places)
    if rows.x is None:
        rounded = NO_BOX.widened(last // 2 + 1, last // 2 + 1)
        return rounded, rounded
    low, high = gain_of(rows)
    scale = math.floor(rows.scale.value * ONE)
    exact = max(abs(scale - low), abs(scale - high)) + 1
    boxes = []
    for number in (rows.x, rows.y):
        if number is None:
            boxes.append(NO_BOX)
            continue
        most = max(abs(number.minimum), abs(number.maximum))
        around = moved(most * exact, number.fraction)
        cut = last * _is_cut(rows.scale, number.fraction, rows.places)
        boxes.append(NO_BOX.widened(around + cut, around))
    if rows.quarters is None:
        return boxes[0], boxes[1]
    inverted = [Box(-box.high - last, -box.low - last) for box in boxes]
    whole = Box(
        min(box.low for box in (*boxes, *inverted)), max(box.high for box in (*boxes, *inverted))
    )
    return whole, whole


def _wrong_start(rows: RotationRows) -> int:
    """By how much the angle is wrong before the first row."""
    high = unit_angle(rows)[1]
    is_cut, wrong = rows.angle.fraction > rows.angle_places, 0
    if rows.quarters is not None:
        is_cut = _is_cut(rows.quarters, rows.angle.fraction, rows.angle_places)
        most = max(abs(rows.angle.minimum), abs(rows.angle.maximum))
        with ctx.workprec(UNIT_BITS):
            turns = ball_of(2 * rows.unit - rows.quarters.value * rows.is_of_pi)
            if not rows.is_of_pi:
                turns = turns / arb.pi() - ball_of(rows.quarters.value)
            off = _above(abs(turns) * arb.pi() / 2)
        wrong = moved(most * off, rows.angle.fraction)
    return wrong + high * is_cut + 2


def length_of(rows: RotationRows) -> int:
    """How long the vector is at most before the first row, without what it is wrong by; rounded up."""
    gain = gain_of(rows)[1]
    if rows.x is None:
        return gain
    squared = Fraction(0)
    for number in (rows.x, rows.y):
        if number is not None:
            most = max(abs(number.minimum), abs(number.maximum))
            squared += (most * power_of_two(-number.fraction)) ** 2
    length = math.isqrt(math.ceil(squared * ONE**2)) + 1
    return moved(length * gain, UNIT_BITS)


def largest_angle(rows: RotationRows) -> int:
    """Of the integers that the angle is before the first row, whatever their sign."""
    if rows.cell is not None:
        return 1 << rows.angle_places - rows.cell - 1
    if rows.quarters is not None:
        return 1 << rows.angle_places - 1
    most = max(abs(rows.angle.minimum), abs(rows.angle.maximum))
    return math.ceil(most * power_of_two(rows.angle_places - rows.angle.fraction))


def unit_angle(rows: RotationRows) -> tuple[int, int]:
    """Between which units of bounds the last place of the angle lies."""
    low, high = unit_in_rows(rows)
    return low >> rows.angle_places, moved(high, rows.angle_places)


def unit_in_rows(rows: RotationRows) -> tuple[int, int]:
    """Between which units of bounds an angle of 1 lies, as the rows have it."""
    return unit_in_radians(rows.unit, is_of_pi=rows.is_of_pi, is_quarter=rows.quarters is not None)


@lru_cache(maxsize=256)
def unit_in_radians(unit: Fraction, *, is_of_pi: bool, is_quarter: bool = False) -> tuple[int, int]:
    """Between which units of bounds an angle of 1 lies."""
    with ctx.workprec(2 * UNIT_BITS):
        ball = arb.pi() / 2 if is_quarter else ball_of(unit) * (arb.pi() if is_of_pi else 1)
        low, high = ends(ball)
        return math.floor(low * ONE), math.ceil(high * ONE)


def turn_of(rows: RotationRows, shift: int) -> int:
    """The angle of a row, as an integer."""
    low, high = unit_angle(rows)
    return (2 * arctangent(shift)[0] + low) // (low + high)


def gain_of(rows: RotationRows) -> tuple[int, int]:
    """Between which units of bounds that lies which both numbers are multiplied by."""
    return _gain(rows.factor, rows.first, rows.rows)


@lru_cache(maxsize=256)
def _gain(factor: Fraction, first: int, rows: int) -> tuple[int, int]:
    with ctx.workprec(2 * UNIT_BITS):
        squared = math.prod(
            (1 + power_of_two(-2 * k) for k in range(first, rows)), start=Fraction(1)
        )
        longer = ball_of(Fraction(squared)).sqrt() * ball_of(1 + power_of_two(-2 * rows))
        low, high = ends(abs(ball_of(factor)) / longer)
        return math.floor(low * ONE), math.ceil(high * ONE)


def _above(ball: arb) -> int:
    return math.ceil(ends(ball)[1] * ONE)


def centred(rows: RotationRows, box: Box, fraction: int) -> tuple[int, Fraction]:
    """The constant before a cut to so many bits that makes errors equal either way, and what these are then."""
    cut = max(0, unit_of(fraction) - unit_of(rows.places)) if fraction < rows.places else 0
    low, high, last = box.low - cut, box.high, unit_of(rows.places)
    constant = round(Fraction(-low - high, 2 * last))
    return constant, Fraction(max(abs(low + constant * last), abs(high + constant * last)), ONE)


def starts(rows: RotationRows) -> FactorWitness | None:
    """The integers that cells of the table have, by the angle's own bits; None where there is no table."""
    if rows.cell is None:
        return None
    if rows.quarters is not None:
        return FactorWitness(0, (4 << rows.cell) - 1, rows.cell)
    low, high = (
        math.floor(end * power_of_two(rows.cell - rows.angle.fraction))
        for end in (rows.angle.minimum, rows.angle.maximum)
    )
    return FactorWitness(low, high, rows.cell)
