"""Quotients digit by digit, without the columns of remainders that their tolerance can do without.

A row adds the divisor to the remainder or takes it away, by the remainder's sign, which is one adder with a table for
each bit before its carries. As the divisor moves to the right its low bits fall off the end: what is lost is always of
one sign, and taken back by a constant in the dividend. No remainder is put right and nothing is rounded. The method is
non-restoring division (Ercegovac and Lang, Division and Square Root, 1994), with truncated multiples.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from symhdl.analysis.division import DivisionWitness
from symhdl.analysis.truncation import FactorWitness
from symhdl.cost.stages import Row
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind
from symhdl.numeric.ball import float_above
from symhdl.numeric.digits import INVERTED_OR_NOT
from symhdl.numeric.fixed import power_of_two, width_of_range

WAYS = 3
"""With remainders so much longer than they must be: where that takes off a row it pays."""
MOST_GUARDS = 40
"""Bits of remainders below the divisor's least multiple: more than rows of any number can lose."""


class Limits(NamedTuple):
    """Between which numbers real quotients lie, and by how much results may be too small, and too large."""

    minimum: Fraction
    maximum: Fraction
    below: Fraction
    above: Fraction


class Division(NamedTuple):
    """A quotient that is worked out: how many rows it has, and what of the remainders is kept.

    `cuts` are the cuts of the dividend and of multiples, each of which loses less than a unit of a remainder.
    """

    dividend: FactorWitness
    divisor: FactorWitness
    quotients: tuple[Fraction, Fraction]
    fraction: int
    rows: int
    places: int
    cuts: int
    constant: int

    @property
    def is_signed(self) -> bool:
        """Whether the first digit is told by the dividend's sign; else it is 1."""
        return self.dividend.minimum < 0

    def shift(self, weight: int) -> int:
        """By how many bits the divisor is moved to be the multiple by 2**weight units of the result."""
        return self.places - self.divisor.fraction - self.fraction + weight

    @property
    def bits(self) -> int:
        """Of all adders: one for each row, and one for the constant where the dividend has no room below."""
        ranges = [(low, high) for _, low, high in _bounds(self)]
        if self.constant >> max(0, self.places - self.dividend.fraction):
            ranges.append((self.dividend.minimum, self.dividend.maximum))
        return sum(width_of_range(*each)[1] for each in ranges)

    def chained(self) -> tuple[Row, ...]:
        """The rows; what is held is the remainder, the divisor and the digits so far."""
        divisor = width_of_range(self.divisor.minimum, self.divisor.maximum)[1]
        rows = []
        for digits, (_, low, high) in enumerate(_bounds(self), 1):
            _, bits = width_of_range(low, high)
            rows.append(Row(bits, bits + divisor + digits))
        return tuple(rows)

    @property
    def witness(self) -> DivisionWitness:
        """What the error stands on."""
        unit = power_of_two(-self.fraction)
        divisors = self.divisor.minimum, self.divisor.maximum
        most, least = (self.constant / (d * power_of_two(self.shift(0))) for d in divisors)
        lost = (self.constant - self.cuts) / (divisors[1] * power_of_two(self.shift(0)))
        below, above = unit * (1 - lost), unit * most
        assert least <= most and lost >= 0, "a constant takes back too little; please report this"
        return DivisionWitness(
            self.dividend, self.divisor, *self.quotients, self.rows, self.places, self.constant, self.fraction,
            float_above(below), float_above(above),
        )  # fmt: skip


def quotient_of(
    builder: DatapathBuilder, a: int, b: int, fraction: int, limits: Limits
) -> tuple[int, DivisionWitness] | None:
    """The quotient of two cells with so many fractional bits, and what its error stands on.

    None where the divisor may not be positive, or no remainders are long enough.
    """
    dividend, divisor = (
        FactorWitness(*builder.range(cell), builder.fraction(cell)) for cell in (a, b)
    )
    found = division(dividend, divisor, fraction, limits)
    return None if found is None else (_built(builder, a, b, found), found.witness)


def division(
    dividend: FactorWitness, divisor: FactorWitness, fraction: int, limits: Limits
) -> Division | None:
    """The quotient with so many fractional bits, with the shortest remainders that are within the limits."""
    if divisor.minimum <= 0:
        return None
    unit = power_of_two(-fraction)
    low, high, below, above = (limit / unit for limit in limits)
    least, most = (
        end * power_of_two(-divisor.fraction) * unit for end in (divisor.minimum, divisor.maximum)
    )
    # Ends of ranges are rounded outwards: those of the numbers themselves are exact.
    corners = [
        end * power_of_two(-dividend.fraction) / divided
        for end in (dividend.minimum, dividend.maximum)
        for divided in (least, most)
    ]
    low, high = max(low, min(corners)), min(high, max(corners))
    first = -_exponent_of(least)
    ways: list[Division] = []
    for places in range(first, first + MOST_GUARDS):
        scale = power_of_two(places)
        # A result that is cut may lose a unit, and less by what is added to the dividend beyond what its cuts lose.
        extra = math.ceil(max(Fraction(0), 1 - below) * most * scale)
        fewest = _rows(low, high)
        for rows in (fewest, fewest + 1):
            cuts = _cuts(dividend, divisor, fraction, rows, places)
            gained = (cuts + extra) / (least * scale)
            if gained <= above and _rows(low, high + gained) <= rows:
                ends = low * unit, high * unit
                way = Division(dividend, divisor, ends, fraction, rows, places, cuts, cuts + extra)
                ways.append(way)
                break
        if len(ways) == WAYS:
            break
    return min(ways, key=lambda way: way.bits, default=None)


def _exponent_of(value: Fraction) -> int:
    """The e with 2**e <= value < 2**(e + 1)."""
    exponent = value.numerator.bit_length() - value.denominator.bit_length()
    return exponent if power_of_two(exponent) <= value else exponent - 1


def _rows(low: Fraction, high: Fraction) -> int:
    """How many digits reach from the one number to the other."""
    rows = 1
    while high > 1 << rows or low < -1 << rows:
        rows += 1
    return rows


def _cuts(
    dividend: FactorWitness, divisor: FactorWitness, fraction: int, rows: int, places: int
) -> int:
    """How many cuts may lose something: rows whose first digit is known take the divisor away as it is."""
    known = dividend.minimum >= 0 and places - divisor.fraction - fraction + rows - 1 >= 0
    return rows - known + (places < dividend.fraction)


def _built(builder: DatapathBuilder, a: int, b: int, found: Division) -> int:
    """The cells of the quotient of two."""
    fraction = found.places
    remainder = builder.align(a, fraction)
    digits = []
    offset = found.constant
    if not found.is_signed and found.shift(found.rows - 1) < 0:
        offset -= 1  # a first multiple that is taken away, and cut, loses as one that is inverted
    remainder = raised(builder, remainder, offset)
    sign = _sign(builder, remainder, found.fraction)
    for row, (weight, low, high) in enumerate(_bounds(found)):
        multiple = builder.align(builder.shift_left(b, 0, fraction - found.shift(weight)), fraction)
        if row == 0 and not found.is_signed:
            remainder = builder.subtract(remainder, multiple)
        else:
            digit = is_positive(builder, remainder)
            if row:
                digits.append(digit)
            inverted = builder.row(digit, multiple, INVERTED_OR_NOT, fraction)
            remainder = builder.add(remainder, builder.part(inverted, "multiple"))
        remainder = builder.part(builder.narrow(remainder, low, high), "remainder")
    digits.append(is_positive(builder, remainder))
    result = builder.constant(0, found.fraction)
    for digit in digits:
        result = builder.join(result, digit, 1, found.fraction)
    if not found.is_signed:
        return result
    return builder.join(sign, result, found.rows, found.fraction)


def raised(builder: DatapathBuilder, a: int, offset: int) -> int:
    """The number plus a constant, in its low bits where these are zeros."""
    fraction = builder.fraction(a)
    cell = builder.cells[a]
    zeros = cell.shift if cell.kind is CellKind.SHIFT_LEFT else 0
    if 0 < offset < 1 << zeros:
        upper = builder.shift_left(cell.operands[0], 0, fraction)
        return builder.join(upper, builder.constant(offset, fraction), zeros, fraction)
    return builder.add(a, builder.constant(offset, fraction))


def _sign(builder: DatapathBuilder, a: int, fraction: int) -> int:
    """-1 for negative numbers, 0 for others."""
    cell = builder.cells[a]
    return builder.shift_right(a, cell.width - cell.signed, fraction)


def _bounds(found: Division) -> Iterator[tuple[int, int, int]]:
    """The weight of each row, and the integers between which its remainder stays.

    With b the cut multiple of a row's weight, that of twice the weight is 2 b or 2 b + 1. A remainder that was not
    above the latter is not above b after its difference, nor after a sum with what was negative. What was no less than
    the negative of the latter by more than so many is, after a sum, no less than -b by one more.
    """
    below = 0
    for weight in range(found.rows - 1, -1, -1):
        multiple = found.divisor.maximum * power_of_two(found.shift(weight))
        below = below + 1 if found.shift(weight) < 0 else max(below, 1)
        largest = multiple.numerator // multiple.denominator
        yield weight, -largest - below, largest


def is_positive(builder: DatapathBuilder, a: int) -> int:
    """1 if a number is at least 0."""
    zero = builder.constant(0, builder.fraction(a))
    return builder.logical_not(builder.part(builder.less(a, zero), "is_negative"))
