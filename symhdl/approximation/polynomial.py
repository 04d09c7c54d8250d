"""Polynomials on segments as hardware: coefficient tables and Horner's rule, with the proof of the total error.

The error is the sum of the distance of the tables' exact polynomial to f (`certificate`) and the distance of what the
integers do to that polynomial (`widths.evaluation_errors`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Protocol

import numpy as np
import numpy.typing as npt

from symhdl.approximation.approximation import Approximation, Specification, exponent_of
from symhdl.approximation.certificate import (
    approximation_error,
    approximation_errors,
    estimated_distance,
    exact_polynomials,
    rounded_coefficients,
)
from symhdl.approximation.exact_fit import Objects, as_rounded_floats, fit_exactly, rounded_exactly
from symhdl.approximation.fitting import Floats, fit
from symhdl.approximation.segments import Grid, Model, Segment, Taylor, models
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.approximation.widths import (
    DIGIT_BITS,
    Widths,
    evaluation_errors,
    narrowest_widths,
)
from symhdl.approximation.witness import (
    ApproximationWitness,
    Horner,
    Piece,
    Series,
    Values,
    Way,
)
from symhdl.cost.operators import Fabric
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.ball import float_above
from symhdl.numeric.fixed import power_of_two

Table = npt.NDArray[np.int64] | Objects
Rounded = Callable[[Widths], Sequence[Table] | None]
"""The tables of polynomials for widths, None where these are too large."""

SURE_IN_FLOATS = 44  # bits of the result: up to there a fit in floats is as good as one in integers
HOPELESS_IN_FLOATS = 53  # beyond, no table of values is one of floats


class Addressing(Protocol):
    """How an argument becomes the address of its segment and its offset in it."""

    def grid(self, specification: Specification) -> Grid:
        """The segments of a range, by address."""
        ...

    def cost(self, fabric: Fabric) -> float:
        """The estimated worth of what makes address and offset."""
        ...

    def build(self, builder: DatapathBuilder, argument: int) -> tuple[int, int]:
        """The cells of the address and of the offset, both without sign and fraction."""
        ...


@dataclass(frozen=True, slots=True)
class Polynomials(Approximation):
    """Horner's rule with coefficients from tables; `ranges` are proved for the accumulators, by power."""

    addressing: Addressing
    widths: Widths
    tables: tuple[tuple[int, ...], ...]
    ranges: tuple[tuple[int, int], ...]

    def build(self, builder: DatapathBuilder, argument: int) -> int:
        """The cells of address, tables, products and sums."""
        widths = self.widths
        address, offset = self.addressing.build(builder, argument)
        tau = offset
        if widths.degree > 0:
            middle = builder.constant(1 << (widths.offset_bits - 1), builder.fraction(offset))
            tau = builder.part(builder.subtract(offset, middle), "offset")
            tau = builder.shift_left(tau, 0, widths.offset_bits - 1)
        leading = widths.accumulators[widths.degree]
        accumulator = builder.table(address, self.tables[widths.degree], leading)
        builder.part(accumulator, f"c{widths.degree}")
        for power in range(widths.degree - 1, -1, -1):
            operand = builder.align(tau, widths.operand_fraction(power + 1))
            fraction = widths.coefficients[power]
            coefficient = builder.table(address, self.tables[power], fraction)
            builder.part(coefficient, f"c{power}")
            left_out = widths.left_out(power + 1)
            if left_out:
                product_fraction = widths.product_fraction(power + 1)
                whole = max(fraction, product_fraction)
                terms = [(1 << whole - fraction, builder.shift_left(coefficient, 0, 0))]
                terms += [
                    (weight << whole - product_fraction, each)
                    for weight, each in self._multiples(builder, accumulator, operand, power + 1)
                ]
                total = builder.sum(terms, 0, whole)
            else:
                product = builder.part(builder.multiply(accumulator, operand), f"product{power}")
                total = builder.add(builder.align(product, fraction), coefficient)
            builder.part(total, f"sum{power}")
            accumulator = builder.align(total, widths.accumulators[power])
            accumulator = builder.narrow(accumulator, *self.ranges[power])
        return builder.narrow(accumulator, self.minimum, self.maximum)

    def _multiples(
        self, builder: DatapathBuilder, accumulator: int, operand: int, power: int
    ) -> list[tuple[int, int]]:
        """Weights and multiples by pairs of bits, without the columns that are left out."""
        left_out, width = self.widths.left_out(power), self.widths.operand_bits(power)
        factor, digits = (builder.shift_left(each, 0, 0) for each in (accumulator, operand))
        terms: list[tuple[int, int]] = []
        for place in range(0, width, DIGIT_BITS):
            is_last = place + DIGIT_BITS >= width
            digit = builder.bits(digits, place, DIGIT_BITS)
            if is_last:
                digit = builder.shift_right(digits, place, 0)
            upper = builder.shift_right(factor, max(0, left_out - place), 0)
            terms.append((1 << max(0, place - left_out), builder.multiply(upper, digit)))
        return terms

    def witness(self, function: SmoothFunction) -> ApproximationWitness:
        """The coefficients of every piece, with what encloses the function there."""
        specification, widths = self.specification, self.widths
        grid = self.addressing.grid(specification)
        enclosures = models(function, specification, grid, widths.degree)
        assert enclosures is not None, "an enclosure has gone; please report this"
        tables: list[Objects] = [np.array(table, dtype=object) for table in self.tables]
        bits = specification.precision
        distances = approximation_errors(*exact_polynomials(tables, widths), enclosures, bits)
        evaluation = _evaluation(tables, widths)[1][0]
        pieces = tuple(
            _piece(segment, model, coefficients, bits, distance, evaluation)
            for segment, model, coefficients, distance in zip(
                grid.segments,
                enclosures,
                zip(*self.tables, strict=True),
                distances.tolist(),
                strict=True,
            )
            if segment is not None and model is not None
        )
        assert max(piece.bound for piece in pieces) == self.error, (
            "a bound that is not that of its pieces; please report this"
        )
        horner = Horner(
            widths.offset_bits, widths.coefficients, widths.accumulators, widths.dropped,
            self.ranges, evaluation, tuple(map(widths.left_out, range(widths.degree + 1))),
        )  # fmt: skip
        return ApproximationWitness(
            self.error, Way.POLYNOMIALS, function.name, specification.argument, self.fraction,
            horner=horner, pieces=pieces,
        )  # fmt: skip


def _piece(
    segment: Segment, model: Model, coefficients: tuple[int, ...], bits: int,
    distance: float, evaluation: Fraction,
) -> Piece:  # fmt: skip
    """A segment with what is proved of it."""
    enclosure: Series | Values
    if isinstance(model, Taylor):
        enclosure = Series(model.coefficients, bits, model.centre, model.half, model.slack)
    else:
        enclosure = Values(model.values, bits, model.slack)
    return Piece(
        segment.first, segment.step, segment.shift, segment.low, segment.high,
        coefficients, enclosure, distance, float_above(evaluation + Fraction(distance)),
    )  # fmt: skip


def realise(
    function: SmoothFunction,
    specification: Specification,
    grid: Grid,
    addressing: Addressing,
    degree: int,
    shares: Sequence[float] = (0.0,),
) -> list[Polynomials]:
    """The hardware on a grid of segments with a degree, for each share for which the error is met.

    Columns that are left out of products may take about a share of what is left beside the result's cut.
    """
    enclosures = models(function, specification, grid, degree)
    if enclosures is None:
        return []
    bits, fraction = specification.precision, specification.result_fraction
    targets = fit(enclosures, bits, degree, specification.shared / 16)
    _fill_gaps(targets, enclosures)
    narrowest = partial(_narrowest, specification, grid.offset_bits, enclosures, addressing)
    found: dict[float, Polynomials | None] = dict.fromkeys(shares)
    sizes = _sizes(targets)
    result_bits = exponent_of(sizes[0]) + fraction
    if result_bits <= HOPELESS_IN_FLOATS:
        distance = estimated_distance(targets, enclosures, bits)
        rounded = partial(rounded_coefficients, targets)
        for share in shares:
            found[share] = narrowest(sizes, share, distance, rounded)
    missing = [share for share in shares if found[share] is None]
    if missing and result_bits > SURE_IN_FLOATS:
        exact = fit_exactly(enclosures, bits, degree, specification.shared / 16)
        _fill_gaps(exact, enclosures)
        distance = approximation_error(exact, bits, enclosures, bits)
        sizes = _sizes(as_rounded_floats(exact, bits))
        for share in missing:
            found[share] = narrowest(sizes, share, distance, partial(rounded_exactly, exact, bits))
    return [each for each in found.values() if each is not None]


def _narrowest(
    specification: Specification, offset_bits: int, enclosures: tuple[Model | None, ...], addressing: Addressing,
    sizes: tuple[float, ...], share: float, distance: float, rounded: Rounded,
) -> Polynomials | None:  # fmt: skip
    """The narrowest hardware that is proved, for polynomials of a distance to the function."""
    budget = specification.error - distance
    if not budget > 0:
        return None
    for part in (1.0, 0.9, 0.7):
        widths = narrowest_widths(
            offset_bits, specification.result_fraction, budget * part, sizes, share
        )
        if widths is None:
            return None
        tables = rounded(widths)
        if tables is not None:
            found = _proved(specification, enclosures, addressing, widths, tables)
            if found is not None:
                return found
    return None


def _fill_gaps(targets: Floats | Objects, enclosures: tuple[Model | None, ...]) -> None:
    """Gives addresses that never occur the coefficients of a neighbour, which costs no logic."""
    last: int | None = None
    for address, model in enumerate(enclosures):
        if model is not None:
            last = address
        elif last is not None:
            targets[:, address] = targets[:, last]
    first = next(address for address, model in enumerate(enclosures) if model is not None)
    targets[:, :first] = targets[:, first : first + 1]


def _sizes(targets: Floats) -> tuple[float, ...]:
    """Estimates of the largest |p_i| by power."""
    tails = np.abs(targets)[::-1].cumsum(axis=0)[::-1]
    return tuple(float(size) for size in tails.max(axis=1))


def _proved(
    specification: Specification, enclosures: tuple[Model | None, ...], addressing: Addressing,
    widths: Widths, tables: Sequence[Table],
) -> Polynomials | None:  # fmt: skip
    """The hardware with these widths, or None if the proof fails."""
    polynomials, scale = exact_polynomials(tables, widths)
    distance = approximation_error(polynomials, scale, enclosures, specification.precision)
    if not distance <= specification.error:
        return None
    tails, errors = _evaluation(tables, widths)
    error = float_above(errors[0] + Fraction(distance))
    if error > specification.error:
        return None
    ranges = tuple(
        _range(tables, widths, tails, power, errors[power]) for power in range(widths.degree + 1)
    )
    contents = tuple(tuple(table.tolist()) for table in tables)
    return Polynomials(
        specification, "polynomial", widths.accumulators[0], *ranges[0], error,
        addressing, widths, contents, ranges,
    )  # fmt: skip


def _evaluation(
    tables: Sequence[Table], widths: Widths
) -> tuple[list[Floats], tuple[Fraction, ...]]:
    """Bounds of |p_i(tau)|, up to the rounding of floats, and of the errors of the accumulators, by power."""
    tails = _tails(tables, widths)
    sizes = tuple(Fraction(float(tail.max()) * (1 + 1e-9)) for tail in tails)
    return tails, evaluation_errors(widths, sizes)


def _tails(tables: Sequence[Table], widths: Widths) -> list[Floats]:
    """Bounds of |p_i(tau)| by power and address, up to the rounding of floats."""
    tails: list[Floats] = [np.zeros(0)] * (widths.degree + 1)
    above: Floats = np.zeros(len(tables[0]))
    for power in range(widths.degree, -1, -1):
        value = np.ldexp(tables[power].astype(float), -widths.coefficients[power])
        above = np.abs(value - float(widths.bias(power))) + above
        tails[power] = above
        above = above * (1 + float(widths.eta(power)))
    return tails


def _range(
    tables: Sequence[Table], widths: Widths, tails: list[Floats],
    power: int, error: Fraction,
) -> tuple[int, int]:  # fmt: skip
    """Proved bounds of the accumulator's integer."""
    if power == widths.degree:
        return int(tables[power].min()), int(tables[power].max())
    value = np.ldexp(tables[power].astype(float), -widths.coefficients[power])
    value -= float(widths.bias(power))
    spread = tails[power + 1] * (1 + float(widths.eta(power + 1))) * (1 + 1e-9)
    slack = float_above(error) + float(np.abs(value).max()) * 1e-12
    unit = power_of_two(widths.accumulators[power])
    low, high = float((value - spread).min()) - slack, float((value + spread).max()) + slack
    return math.ceil(Fraction(low) * unit), math.floor(Fraction(high) * unit)
