"""Lines and parabolas on segments as small as all arguments allow: f = c[A] + s t, s = s[A] or s[A] + q[A] t.

A are the upper bits of the argument and t is the distance from the middle of their segment. Coefficients are integers
of as few bits as can be, low bits of t and the lowest columns of the product are left out, and all terms are added in
one sum, whose lowest bits are cut. What the cuts take, and the rounding of the result, are part of the constants c.

The error is that at all arguments, each of which was tried: the witness is the table of all results.

After Detrey and de Dinechin, "Table-based polynomials for fast hardware function evaluation", ASAP 2005, and
Brisebarre and Chevillard, "Efficient polynomial L-approximations", ARITH 2007.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from symhdl.approximation.approximation import Approximation
from symhdl.approximation.polynomial import Addressing
from symhdl.approximation.segments import Grid
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.approximation.witness import ApproximationWitness, Way
from symhdl.cost.products import Factor, number_of
from symhdl.cost.tables import Integers
from symhdl.cost.truncated import Multiple
from symhdl.ir.builder import DatapathBuilder

NONE: Integers = np.zeros(1, dtype=np.int64)
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
    def excess(self) -> int:
        """How many fractional bits more than the slope the product of second order has."""
        if self.curve is None:
            return 0
        curve = self.curve
        return curve.fraction + self.offset_bits - 1 - curve.dropped - self.slope_fraction

    @property
    def offset(self) -> Factor:
        """The t of the product."""
        return number_of(self.offset_bits - self.dropped, signed=True)

    def factors(self, slope: Factor) -> tuple[Factor, Factor]:
        """What is multiplied, and what gives the digits."""
        return (self.offset, slope) if self.digits_of_slope else (slope, self.offset)


def multiples(factor: Factor, digits: Factor, bottom: int) -> list[Multiple]:
    """What a product without so many columns is the sum of; the last digit is what is left of the number."""
    return [
        Multiple(factor, digit, place, is_own=False, dropped=max(0, bottom - place))
        for place, digit in digits.digits()
    ]


class Arguments(NamedTuple):
    """Arguments, segment by segment.

    `starts` are where segments begin; `segments` tells the segment of an argument, by its place among those reached,
    and `places` where it is in the range.
    """

    starts: Integers
    segments: Integers
    places: Integers
    offsets: Integers

    def among(self, chosen: Integers) -> Arguments:
        """Some of them, of every segment one at least."""
        segments = self.segments[chosen]
        starts = np.flatnonzero(np.diff(segments, prepend=-1))
        return Arguments(starts, segments, self.places[chosen], self.offsets[chosen])


def all_arguments(grid: Grid, minimum: int) -> Arguments:
    """The arguments of all segments of a grid."""
    reached = [segment for segment in grid.segments if segment is not None]
    steps = [np.arange(segment.low, segment.high + 1) for segment in reached]
    places = [each.first + each.step * j - minimum for each, j in zip(reached, steps, strict=True)]
    offsets = [j << each.shift for each, j in zip(reached, steps, strict=True)]
    counts = [len(each) for each in steps]
    return Arguments(
        np.cumsum([0, *counts[:-1]]), np.repeat(np.arange(len(counts)), counts),
        np.concatenate(places), np.concatenate(offsets),
    )  # fmt: skip


class Coefficients(NamedTuple):
    """Those of slopes and of second order, by segment; there may be several rows of slopes."""

    slopes: Integers
    curves: Integers

    def slopes_at(self, form: Form, arguments: Arguments) -> Integers:
        """The slopes that are multiplied."""
        slopes = self.slopes[..., arguments.segments]
        if form.curve is None:
            return slopes
        bent = self.curves[arguments.segments] * (distances(form, arguments) >> form.curve.dropped)
        if form.excess < 0:
            return slopes + (bent << -form.excess)
        return (slopes << form.excess) + bent >> form.excess

    def products_at(
        self, form: Form, arguments: Arguments, slope: Factor, fraction: int
    ) -> Integers:
        """The products with so many fractional bits, where slopes that give the digits lie in a range."""
        return self._products(form, arguments, slope) << fraction - form.product_fraction

    def _products(self, form: Form, arguments: Arguments, slope: Factor) -> Integers:
        t = distances(form, arguments) >> form.dropped
        slopes = self.slopes_at(form, arguments)
        if not form.bottom:
            return slopes * t
        factor, digits = (t, slopes) if form.digits_of_slope else (slopes, t)
        total = np.zeros_like(slopes)
        left = multiples(*form.factors(slope), form.bottom)
        for each in left:
            digit = digits >> each.low
            is_whole = not each.dropped  # as all above are
            if not (is_whole or each is left[-1]):
                digit &= each.digit.maximum
            part = (factor >> each.dropped) * digit
            part <<= each.bottom - form.bottom
            total += part
            if is_whole:
                break
        return total


def distances(form: Form, arguments: Arguments) -> Integers:
    """The t of arguments."""
    return arguments.offsets - (1 << form.offset_bits - 1)


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
        arguments = all_arguments(grid, self.specification.minimum)
        reached = [address for address, each in enumerate(grid.segments) if each is not None]
        tables = (self.slopes, self.constants, self.curves or self.slopes)
        slopes, constants, curves = (np.array(each, dtype=np.int64)[reached] for each in tables)
        whole, slope = self.sum_fraction, Factor(*self.slope)
        sums = Coefficients(slopes, curves).products_at(self.form, arguments, slope, whole)
        sums += constants[arguments.segments] << whole - self.constant_fraction
        integers = np.zeros(len(sums), dtype=np.int64)
        integers[arguments.places] = sums >> whole - self.fraction
        return tuple(integers.tolist())
