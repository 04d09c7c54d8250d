"""Lines and parabolas on segments as small as all arguments allow: f = c[A] + s t, s = s[A] or s[A] + q[A] t.

A are the upper bits of the argument and t is the distance from the middle of their segment. Coefficients are integers
of as few bits as can be, low bits of t and the lowest columns of the product are left out, and all terms are added in
one sum, whose lowest bits are cut. What the cuts take, and the rounding of the result, are part of the constants c.

The error is that at all arguments, each of which was tried: the witness is the table of all results.

After Detrey and de Dinechin, "Table-based polynomials for fast hardware function evaluation", ASAP 2005, and
Brisebarre and Chevillard, "Efficient polynomial L-approximations", ARITH 2007.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from symhdl.approximation.approximation import Approximation
from symhdl.approximation.polynomial import Addressing
from symhdl.approximation.segments import Grid, Segment
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.approximation.witness import ApproximationWitness, Way
from symhdl.cost.products import Factor, number_of
from symhdl.cost.tables import Integers
from symhdl.cost.truncated import Multiple
from symhdl.ir.builder import DatapathBuilder

FLAT = Factor(0, 0)


class Curve(Struct, frozen=True):
    """The product of second order: fractional bits of its coefficients, and how many low bits of t it does without."""

    fraction: int
    dropped: int


class Form(Struct, frozen=True):
    """What is computed of the address and the offset.

    Slopes have `slope_fraction` fractional bits where t runs from -1 to 1. The product does without the `dropped`
    lowest bits of t and without the `bottom` lowest columns of what is left; the digits are those of the slope, or of
    t. With a `curve` the slope is that of a line.
    """

    offset_bits: int
    slope_fraction: int
    dropped: int
    bottom: int
    digits_of_slope: bool = False
    curve: Curve | None = None

    @property
    def product_fraction(self) -> int:
        """The fractional bits of the product that are left."""
        return self.slope_fraction + self.offset_bits - 1 - self.dropped - self.bottom

    @property
    def fineness(self) -> tuple[float, ...]:
        """Bits of coefficients, offsets and columns: what counts for the error, each the more the better."""
        columns = self.product_fraction if self.bottom else math.inf
        of_line = self.slope_fraction, -self.dropped, columns
        return (
            of_line if self.curve is None else (*of_line, self.curve.fraction, -self.curve.dropped)
        )

    @property
    def excess(self) -> int:
        """How many fractional bits more than the slope the product of second order has."""
        if self.curve is None:
            return 0
        curve = self.curve
        return curve.fraction + self.offset_bits - 1 - curve.dropped - self.slope_fraction

    def largest_product(self, slope: int, curve: int) -> int:
        """No factor, term or sum on the way to the product is larger, for slopes and coefficients of such a size.

        Every cut may round away from zero; the digits of t, each at its place, are not above 2**bits in all.
        """
        largest = slope
        if self.curve is not None:
            bent = curve << self.offset_bits - 1 - self.curve.dropped
            largest = max(bent, slope + (bent << max(0, -self.excess) >> max(0, self.excess)) + 1)
        product = largest + (1 << self.bottom) << self.offset_bits - self.dropped
        return max(largest, 1 << self.offset_bits, (product >> self.bottom) + 1)

    @property
    def offset(self) -> Factor:
        """The t of the product."""
        return number_of(self.offset_bits - self.dropped, signed=True)

    def factors(self, slope: Factor) -> tuple[Factor, Factor]:
        """What is multiplied, and what gives the digits."""
        return (self.offset, slope) if self.digits_of_slope else (slope, self.offset)


@lru_cache(maxsize=1 << 12)
def multiples(factor: Factor, digits: Factor, bottom: int) -> tuple[Multiple, ...]:
    """What a product without so many columns is the sum of; the last digit is what is left of the number."""
    return tuple(
        Multiple(factor, digit, place, is_own=False, dropped=max(0, bottom - place))
        for place, digit in digits.digits()
    )


class Coefficients(NamedTuple):
    """Those of slopes and of second order, by segment; there may be several rows of slopes."""

    slopes: Integers
    curves: Integers

    def of(self, segments: Integers) -> Coefficients:
        """Those of some segments."""
        return Coefficients(self.slopes[..., segments], self.curves[segments])

    def as_integers(self, kind: type[np.signedinteger]) -> Coefficients:
        """The same as integers of so many bits, as the products with them are."""
        return Coefficients(*(each.astype(kind, copy=False) for each in self))

    def slopes_at(self, form: Form, t: Integers) -> Integers:
        """The slopes that are multiplied, a row for each segment."""
        slopes = self.slopes[..., None]
        return slopes if form.curve is None else slopes + _bent(form, self.curves[:, None], t)

    def slopes_between(self, form: Form, ends: Integers) -> Factor:
        """The range of the slopes that are multiplied, where the t of segments (rows) lie between two ends."""
        slopes = self.slopes_at(form, ends)  # which rise or fall from end to end
        least, most = (each.reduce(slopes, axis=None) for each in (np.minimum, np.maximum))
        return Factor(int(least), int(most))

    def products_at(self, form: Form, offsets: Offsets, slope: Factor, fraction: int) -> Integers:
        """The products with so many fractional bits, where slopes that give the digits lie in a range."""
        products = self._products(form, offsets, slope)
        more = fraction - form.product_fraction
        return products << more if more else products

    def _products(self, form: Form, offsets: Offsets, slope: Factor) -> Integers:
        t = offsets.t.astype(self.slopes.dtype, copy=False)
        slopes = self.slopes_at(form, t)
        if not form.bottom:
            return slopes * (t >> form.dropped)
        factor, digits = slopes, offsets.digits(form, t)
        if form.digits_of_slope:
            factor = t >> form.dropped
            digits = weighed(slopes, form.offset, slope, form.bottom)
        (low, digit), *others = digits
        total = (factor >> low) * digit
        product = np.empty_like(total)
        for low, digit in others:
            total += np.multiply(factor >> low, digit, out=product)
        return total


def _bent(form: Form, curves: Integers, t: Integers) -> Integers:
    """What is added to slopes without fraction."""
    assert form.curve is not None, "a line is not bent; please report this"
    product = curves * (t >> form.curve.dropped)
    return product << -form.excess if form.excess < 0 else product >> form.excess


@dataclass(frozen=True, slots=True, eq=False)
class Offsets:
    """The t of arguments, a row for each segment or one for all, and their digits, by dropped bits and columns."""

    t: Integers
    known: dict[tuple[int, int, int], list[tuple[int, Integers]]] = field(default_factory=dict)

    def digits(self, form: Form, t: Integers) -> list[tuple[int, Integers]]:
        """The digits of t, as integers of any size, and how many low bits the slope has not that each multiplies."""
        key = form.dropped, form.bottom, t.itemsize
        if key not in self.known:
            self.known[key] = weighed(t >> form.dropped, FLAT, form.offset, form.bottom)
        return self.known[key]


def weighed(
    digits: Integers, factor: Factor, number: Factor, bottom: int
) -> list[tuple[int, Integers]]:
    """Digits of numbers, as products without so many columns have them, with the bits that the factor of each lacks."""
    found: list[tuple[int, Integers]] = []
    left = multiples(factor, number, bottom)
    for each in left:
        digit = digits >> each.low
        is_whole = not each.dropped  # as all above are
        if not (is_whole or each is left[-1]):
            digit = digit & each.digit.maximum
        found.append((each.dropped, digit << each.bottom - bottom))
        if is_whole:
            break
    return found


class Rows(NamedTuple):
    """Segments of one length, a row for each, that have an argument at each offset from the `first` to the `last` one.

    `segments` are their numbers among those reached, `places` where arguments are in the range; there are some besides
    which are not reached. Where rows follow one another from a place on, and all of the range that lies in them is
    reached, that is the `start`.
    """

    segments: Integers
    offsets: Offsets
    places: Integers
    first: Integers
    last: Integers
    start: int | None

    @property
    def is_reached(self) -> NDArray[np.bool_]:
        """Which arguments there are."""
        numbers = np.arange(self.places.shape[1])
        found: NDArray[np.bool_] = (numbers >= self.first[:, None]) & (
            numbers <= self.last[:, None]
        )
        return found

    @property
    def are_full(self) -> bool:
        """Whether all arguments are reached."""
        return bool((self.last - self.first + 1).sum() == self.places.size)

    def of(self, values: Integers, beyond: int) -> Integers:
        """What the arguments of the range have, in rows, and something else at others; to be read only."""
        shape = self.places.shape
        if self.start is None:
            found = values[np.clip(self.places, 0, len(values) - 1)]
            return found if self.are_full else np.where(self.is_reached, found, beyond)
        own, whole = self._part(self.start, len(values))
        if own.stop - own.start == self.places.size:
            return values[whole].reshape(shape)
        padded = np.full(self.places.size, beyond, dtype=values.dtype)
        padded[own] = values[whole]
        return padded.reshape(shape)

    def put(self, own: Integers, values: Integers) -> None:
        """Writes what the arguments have to where they are in the range."""
        if self.start is None:
            is_reached = self.is_reached
            values[self.places[is_reached]] = own[is_reached]
        else:
            reached, whole = self._part(self.start, len(values))
            values[whole] = own.reshape(-1)[reached]

    def _part(self, start: int, count: int) -> tuple[slice, slice]:
        """Which of the rows, one after the other, are in a range of so many arguments, and where."""
        low, high = max(0, -start), min(self.places.size, count - start)
        return slice(low, high), slice(start + low, start + high)


def rows_of(grid: Grid, minimum: int) -> list[Rows]:
    """The arguments of all segments of a grid."""
    alike: dict[tuple[int, int], list[tuple[int, Segment]]] = {}
    reached = [segment for segment in grid.segments if segment is not None]
    count = sum(segment.points for segment in reached)
    for number, segment in enumerate(reached):
        alike.setdefault((segment.step, segment.shift), []).append((number, segment))
    return [_rows(grid, minimum, members, count) for members in alike.values()]


def _rows(grid: Grid, minimum: int, members: list[tuple[int, Segment]], count: int) -> Rows:
    """The segments of one length, in a range of so many arguments."""
    (_, some), *_ = members
    numbers, firsts, lows, highs = np.array(
        [(number, each.first - minimum, each.low, each.high) for number, each in members],
        dtype=np.int64,
    ).T
    steps = np.arange(lows.min(), highs.max() + 1)
    t = (steps << some.shift) - (1 << grid.offset_bits - 1)
    places = firsts[:, None] + some.step * steps
    flat = places.reshape(-1)
    follow = some.step == 1 and bool((np.diff(places[:, 0]) == len(steps)).all())
    within = min(count, int(flat[-1]) + 1) - max(0, int(flat[0]))
    start = int(flat[0]) if follow and within == (highs - lows + 1).sum() else None
    return Rows(numbers, Offsets(t[None]), places, lows - steps[0], highs - steps[0], start)


def results(
    form: Form, coefficients: Coefficients, constants: Integers, slope: Factor,
    cut: tuple[int, int], every: Sequence[Rows],
) -> Integers:  # fmt: skip
    """The results of all arguments, in their order.

    The sum has so many fractional bits, and the result; constants have those of the sum. Products are worked out in as
    many bits as coefficients have.
    """
    whole, fraction = cut
    bits = whole - fraction
    found = np.empty(sum(int((rows.last - rows.first + 1).sum()) for rows in every), dtype=np.int64)
    left, uncut = constants & (1 << bits) - 1, constants >> bits
    for rows in every:
        own = coefficients.of(rows.segments)
        sums = own.products_at(form, rows.offsets, slope, whole)
        sums += left[rows.segments, None].astype(sums.dtype)
        sums >>= bits
        rows.put(sums + uncut[rows.segments, None], found)
    return found


@dataclass(frozen=True, slots=True)
class OneProduct(Approximation):
    """The tables by address; constants have `constant_fraction` fractional bits, slopes lie in the range `slope`."""

    addressing: Addressing
    form: Form
    slope: tuple[int, int]
    slopes: tuple[int, ...]
    curves: tuple[int, ...]
    constants: tuple[int, ...]
    constant_fraction: int

    @property
    def sum_fraction(self) -> int:
        """The fractional bits of the sum."""
        return max(self.fraction, self.constant_fraction, self.form.product_fraction)

    def build(self, builder: DatapathBuilder, argument: int) -> int:
        """The tables, the multiples of the product, and their sum."""
        form, whole = self.form, self.sum_fraction
        address, offset = self.addressing.build(builder, argument)
        middle = builder.constant(1 << form.offset_bits - 1, 0)
        t = builder.part(builder.subtract(offset, middle), "offset")
        constant = builder.part(builder.table(address, self.constants, 0), "c0")
        terms = [(1 << whole - self.constant_fraction, constant)]
        unit = whole - form.product_fraction
        slope = self._slope(builder, address, t)
        terms += [(weight << unit, each) for weight, each in self._product(builder, slope, t)]
        total = builder.part(builder.sum(terms, 0, whole), "sum")
        result = builder.align(total, self.fraction)
        return builder.narrow(result, self.minimum, self.maximum)

    def _slope(self, builder: DatapathBuilder, address: int, t: int) -> int:
        """The slope, without fraction."""
        form = self.form
        slope = builder.part(builder.table(address, self.slopes, 0), "c1")
        if form.curve is None:
            return slope
        coefficient = builder.part(builder.table(address, self.curves, 0), "c2")
        bent = builder.multiply(coefficient, builder.shift_right(t, form.curve.dropped, 0))
        weights = 1 << max(0, form.excess), 1 << max(0, -form.excess)
        terms = zip(weights, (slope, builder.part(bent, "product1")), strict=True)
        total = builder.part(builder.sum(list(terms), 0, 0), "sum1")
        return builder.narrow(builder.shift_right(total, max(0, form.excess), 0), *self.slope)

    def _product(self, builder: DatapathBuilder, slope: int, t: int) -> list[tuple[int, int]]:
        """The weights and cells that add up to the product."""
        form = self.form
        t = builder.shift_right(t, form.dropped, 0)
        if not form.bottom:
            return [(1, builder.part(builder.multiply(slope, t), "product0"))]
        factor, digits = (t, slope) if form.digits_of_slope else (slope, t)
        terms: list[tuple[int, int]] = []
        left = multiples(*form.factors(Factor(*self.slope)), form.bottom)
        for each in left:
            digit = (
                builder.shift_right(digits, each.low, 0)
                if each is left[-1]
                else builder.bits(digits, each.low, each.digit.width)
            )
            upper = builder.shift_right(factor, each.dropped, 0)
            terms.append((1 << each.bottom - form.bottom, builder.multiply(upper, digit)))
        return terms

    def witness(self, function: SmoothFunction) -> ApproximationWitness:
        """The integer for every argument."""
        specification = self.specification
        return ApproximationWitness(
            self.error, Way.TABLE, function.name, specification.argument, self.fraction,
            self._integers(),
        )  # fmt: skip

    def _integers(self) -> tuple[int, ...]:
        """The results at all arguments, in their order."""
        grid = self.addressing.grid(self.specification)
        reached = [address for address, each in enumerate(grid.segments) if each is not None]
        tables = (self.slopes, self.constants, self.curves or self.slopes)
        slopes, constants, curves = (np.array(each, dtype=np.int64)[reached] for each in tables)
        constants <<= self.sum_fraction - self.constant_fraction
        integers = results(
            self.form, Coefficients(slopes, curves), constants, Factor(*self.slope),
            (self.sum_fraction, self.fraction), rows_of(grid, self.specification.minimum),
        )  # fmt: skip
        return tuple(integers.tolist())
