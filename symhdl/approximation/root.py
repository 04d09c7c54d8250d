"""Square roots digit by digit, without the columns of remainders that the error can do without.

A row adds a multiple of the root so far to the remainder or takes it away, by the remainder's sign, which is one adder
with a table for each bit before its carries. With q the root so far and w the weight of a row, the remainder becomes
r -+ 2 q w - w^2: for either sign that is the digits of q, inverted for a difference, above the bits 011. What is cut of
them is lost with one sign, and given back by a constant in these bits. The method is the non-restoring square root
(Ercegovac and Lang, Division and Square Root, 1994), with truncated multiples.

The bound: in units of the result, with x the radicand and c the constant, results q are such that q^2 <= x + c and
x + c < (q + 1)^2 + d, where d is what is not given back yet, or cut, at any row.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from operator import attrgetter

from symhdl.approximation.approximation import Approximation, Specification, exponent_of
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.approximation.witness import ApproximationWitness, RootDigits, RootEnd, Way
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.ball import float_above
from symhdl.numeric.digits import INVERTED_OR_NOT
from symhdl.numeric.fixed import power_of_two, width_of_range

DIGITS = {RootEnd.CUT: 0, RootEnd.CENTRED: -1, RootEnd.ROUNDED: 1}
"""How many more there are than the result has."""
ADDED = {RootEnd.CUT: Fraction(0), RootEnd.CENTRED: Fraction(1, 2), RootEnd.ROUNDED: Fraction(1)}
"""What the end adds to the digits at most, in units of the last one."""
TAIL, TAIL_BITS = 3, 3
"""The bits below the digits in a row, which have room for a share of the constant of up to `LARGEST_SHARE`."""
LARGEST_SHARE = 4
FINER = 64  # bits behind the point of bounds of roots


@dataclass(frozen=True, slots=True)
class RootByDigits(Approximation):
    """The root of a radicand of up to 4**rows units, squared, of the last digit.

    The argument is `raised` by so much of its own units first. Remainders have bits for units of the result, squared,
    times 4**bottom, in which the constant `given` is counted, too. The last digit is that of the result, or its `end`
    says otherwise.
    """

    rows: int
    raised: int
    bottom: int
    given: int
    end: RootEnd

    def build(self, builder: DatapathBuilder, argument: int) -> int:
        """A row for each digit but the first, which is 1, and the sign of the last remainder."""
        fraction = self.digits
        lowest = 2 * (fraction - self.bottom)
        more = builder.constant(self.raised, self.specification.fraction)
        radicand = builder.align(builder.add(argument, more), lowest)
        places = 2 * (fraction - max(self.bottom, self.rows - 2))
        first = builder.constant(-1 << 2 * (self.rows - 1 - fraction) + places, places)
        remainder = builder.add(builder.shift_right(radicand, lowest - places, places), first)
        root, shares = builder.constant(0, 0), self._shares()
        for weight, low, high in bounds_of_rows(self):
            finer = 2 * (fraction - max(self.bottom, weight))
            if finer > places:
                pair = builder.bits(radicand, lowest - finer, finer - places, finer)
                remainder = builder.join(remainder, pair, finer - places, finer)
                places = finer
            digit, opposite = _digits(builder, remainder)
            tail = _tail(builder, digit, opposite, TAIL + shares.get(weight, 0))
            multiple = builder.join(root, tail, TAIL_BITS, 0)
            multiple = builder.shift_right(multiple, max(0, 2 * (self.bottom - weight)), places)
            row = builder.part(builder.row(digit, multiple, INVERTED_OR_NOT, places), "multiple")
            remainder = builder.narrow(builder.add(remainder, row), low, high)
            builder.part(remainder, "remainder")
            root = builder.join(root, digit, 1, 0)
        result = builder.join(root, _digits(builder, remainder)[0], 1, fraction)
        if self.end is RootEnd.CENTRED:
            result = builder.join(result, builder.constant(1, self.fraction), 1, self.fraction)
        elif self.end is RootEnd.ROUNDED:
            result = builder.align(
                builder.add(result, builder.constant(1, fraction)), self.fraction
            )
        return builder.narrow(result, self.minimum, self.maximum)

    @property
    def digits(self) -> int:
        """The fractional digits."""
        return self.fraction + DIGITS[self.end]

    def _shares(self) -> dict[int, int]:
        """What of the constant each row gives, by its weight: digits to base 4, in the lowest rows without cuts."""
        found: dict[int, int] = {}
        left, weight = self.given, self.bottom
        while left:
            found[weight] = left if left <= LARGEST_SHARE else left % 4
            left, weight = (left - found[weight]) // 4, weight + 1
        return found

    @property
    def bits(self) -> int:
        """Of all adders."""
        ranges = [(low, high) for _, low, high in bounds_of_rows(self)]
        if self.raised:
            ranges.append((self.specification.minimum, self.specification.maximum))
        return sum(width_of_range(*each)[1] for each in ranges)

    def witness(self, function: SmoothFunction) -> ApproximationWitness:
        """How the digits come about."""
        return ApproximationWitness(
            self.error, Way.ROOT, function.name, self.specification.argument, self.fraction,
            root=RootDigits(self.rows, self.raised, self.bottom, self.given, self.end),
        )  # fmt: skip


def _digits(builder: DatapathBuilder, remainder: int) -> tuple[int, int]:
    """1 where the remainder is at least 0, and the opposite."""
    zero = builder.constant(0, builder.fraction(remainder))
    negative = builder.part(builder.less(remainder, zero), "is_negative")
    return builder.logical_not(negative), negative


def _tail(builder: DatapathBuilder, digit: int, opposite: int, number: int) -> int:
    """The bits of the number, inverted where the digit is 1."""
    found = builder.constant(0, 0)
    for place in range(TAIL_BITS - 1, -1, -1):
        found = builder.join(found, opposite if number >> place & 1 else digit, 1, 0)
    return found


def bounds_of_rows(found: RootByDigits) -> Iterator[tuple[int, int, int]]:
    """The weight of each row as a power of two, and the integers between which its remainder stays.

    The root so far is no further from the real one than the weight, but for what is cut or not given yet.
    """
    lowest = 1 << 2 * found.bottom
    cuts = cuts_of(found.specification, found.digits, found.bottom)
    missing = max(found.given, cuts) * lowest
    _, most = radicands_of(found.specification, found.digits, found.raised)
    largest = math.isqrt(math.floor(most + found.given * lowest))
    for weight in range(found.rows - 2, -1, -1):
        unit, step = max(lowest, 1 << 2 * weight), 1 << weight
        root = min((1 << found.rows) - step, largest + step)
        reach = 2 * root * step
        low = (step * step - reach - missing) // unit
        yield weight, low, (step * step + reach + missing) // unit


def radicands_of(
    specification: Specification, fraction: int, raised: int = 0
) -> tuple[Fraction, Fraction]:
    """The least and the greatest radicand, in units, squared, of so many fractional bits."""
    unit = power_of_two(2 * fraction - specification.fraction)
    return (specification.minimum + raised) * unit, (specification.maximum + raised) * unit


def cuts_of(specification: Specification, fraction: int, bottom: int) -> int:
    """How many cuts lose less than a unit of remainders each: those of rows, and of the radicand."""
    return bottom + (2 * (fraction - bottom) < specification.fraction)


def roots(specification: Specification) -> Iterator[RootByDigits]:
    """Square roots within the error: into a given fraction, or with a last bit that is always 1."""
    if specification.minimum < 0 or specification.span == 0:
        return
    fraction = specification.result
    if fraction is None:
        coarsest = -exponent_of(specification.error)  # half a unit is below the error
        ways = [(coarsest, RootEnd.CENTRED), (coarsest + 1, RootEnd.CENTRED)]
    else:
        ways = [(fraction, RootEnd.CUT), (fraction + 1, RootEnd.ROUNDED)]
    for digits, end in ways:
        found = _root(specification, digits, end)
        if found is not None:
            yield found


def _root(specification: Specification, digits: int, end: RootEnd) -> RootByDigits | None:
    """The root with so many digits and the shortest remainders that are within the error; None where none are."""
    unit = power_of_two(-digits)
    least, most = radicands_of(specification, digits)
    most_added = ADDED[end]
    least_added = Fraction(0) if end is RootEnd.ROUNDED else most_added
    allowed = Fraction(specification.error) / unit
    # Radicands are multiples of their own units, and by one of them, or of the result's, below the next square.
    own = power_of_two(2 * digits - specification.fraction)
    step = min(Fraction(1), own)
    raised = max(0, math.ceil((_needed(most, 1 - least_added - allowed) - step) / own))
    below = 1 - least_added - _growth(most, step + raised * own)[0]
    fewest = max(2, math.isqrt(math.floor(most + raised * own)).bit_length())
    ways: list[RootByDigits] = []
    for rows in (fewest, fewest + 1):
        for bottom in range(rows - 2, -1, -1):
            given = cuts_of(specification, digits, bottom)
            gained = (given << 2 * bottom) + raised * own
            above = _growth(least, gained)[1] + most_added
            is_reached = most + gained <= 1 << 2 * rows
            has_room = given <= LARGEST_SHARE * 4 ** (rows - 2 - bottom)
            if max(below, above) <= allowed and is_reached and has_room:
                ends = math.isqrt(math.floor(least)), math.isqrt(math.floor(most + gained))
                low, high = (_ended(each, end) for each in ends)
                error = float_above(max(below, above) * unit)
                way = RootByDigits(
                    specification, "digits of the root", digits - DIGITS[end], low, high, error,
                    rows, raised, bottom, given, end,
                )  # fmt: skip
                ways.append(way)
                break
    return min(ways, key=attrgetter("bits"), default=None)


def _ended(digits: int, end: RootEnd) -> int:
    """The integer of the result."""
    if end is RootEnd.CENTRED:
        return 2 * digits + 1
    return digits if end is RootEnd.CUT else digits + 1 >> 1


def _needed(x: Fraction, growth: Fraction) -> Fraction:
    """What is to be added to a number so that its root grows by so much."""
    if growth <= 0:
        return Fraction(0)
    root = Fraction(math.isqrt(math.floor(x * (1 << 2 * FINER))) + 1, 1 << FINER)
    return (
        2 * (root + power_of_two(-FINER)) * (growth + power_of_two(2 - FINER)) + 2 * growth * growth
    )


def _growth(x: Fraction, more: Fraction) -> tuple[Fraction, Fraction]:
    """Between which numbers sqrt(x + more) - sqrt(x) lies."""
    first, second = (math.isqrt(math.floor(each * (1 << 2 * FINER))) for each in (x, x + more))
    exact = 0 if more else 1
    return Fraction(second - first - 1, 1 << FINER), Fraction(
        second - first + 1 - exact, 1 << FINER
    )
