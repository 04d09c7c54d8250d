"""Tables for the forms of `one_product` on the segments of an addressing, and what is proved of them.

Which constants serve all arguments of a segment are the integers of an interval, for a row of slopes each. What is
searched for are those that leave these intervals room.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np

from symhdl.approximation.approximation import Specification
from symhdl.approximation.fitting import Floats
from symhdl.approximation.one_product import (
    FLAT,
    Coefficients,
    Curve,
    Form,
    OneProduct,
    Rows,
    results,
    rows_of,
)
from symhdl.approximation.one_product_worth import worth_of_bent, worth_of_column, worth_of_sum
from symhdl.approximation.polynomial import Addressing
from symhdl.approximation.segment_limits import (
    SHORT,
    Windows,
    common_zeros,
    deciding,
    nearest_multiples,
    picked,
    together,
    widest,
    windows_of,
)
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.approximation.values_by_series import SeriesValues, values_by_series
from symhdl.cost.operators import Fabric
from symhdl.cost.products import Factor, number_of
from symhdl.cost.tables import Integers
from symhdl.cost.trees import Leaf

Kind = Literal["line", "parabola"]
DEGREES: dict[Kind, int] = {"line": 1, "parabola": 2}

LARGEST_RESULT = 2.0**30
"""Units: up to there floats hold values to 2**-20 of a unit."""

LARGEST_PRODUCT = 2.0**54
"""Units of a result times those of the argument: up to there sums are integers of 64 bits, with some bits to spare."""

FEWEST_OFFSET_BITS = 3
NODES = 9  # of a segment, for a fit
SLOPES = np.array([[0], [1], [-1]])  # what is added to slopes that are rounded to nearest
MARGIN = 3  # of a size: these, and roundings


@dataclass(frozen=True, slots=True)
class Tables:
    """Coefficients that serve all segments; the slopes that are multiplied lie in the range `slope`.

    Constants may be between the `least` and the `most` integers, counted from the middles of the ground.
    """

    coefficients: Coefficients
    slope: Factor
    constants: Integers
    constant_fraction: int
    least: Integers
    most: Integers


class Bent(NamedTuple):
    """Coefficients of second order, the numbers that they are, and the slopes beside them, which are not rounded."""

    curves: Integers
    number: Factor
    slopes: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Results at the arguments of segments, and polynomials in t that come near.

    Results have `fraction` fractional bits and may be off by so many units as there is `room`. `windows` are those that
    are allowed at `every` argument, counted from that in the middle of each segment; none is more than `span` away.
    `ends` are the t of the first and the last argument of each segment. `reached` are the places of the segments by
    address, where neighbours stand in for those that are not reached. A `column` is about what each bit of coefficients
    is worth, and `largest` are the sizes of the polynomials' coefficients by power.
    """

    specification: Specification
    addressing: Addressing
    fabric: Fabric
    kind: Kind
    fraction: int
    values: SeriesValues
    room: float
    every: list[Rows]
    windows: list[Windows]
    middles: Integers
    span: int
    ends: Integers
    offset_bits: int
    reached: Integers
    polynomials: Floats
    column: float
    largest: list[float]
    rounded: dict[tuple[int, Curve | None], tuple[Coefficients, Factor]] = field(
        default_factory=dict
    )
    bent: dict[Curve, Bent] = field(default_factory=dict)
    short: dict[Form, bool] = field(default_factory=dict)

    def whole(self, form: Form) -> int:
        """The fractional bits of the sum."""
        return max(self.fraction, form.product_fraction)

    def some(self, many: int) -> Windows:
        """About so many arguments of each segment."""
        pairs = zip(self.every, self.windows, strict=True)
        return together([windows.among(picked(rows, many)) for rows, windows in pairs])

    def tables(self, form: Form, some: Windows) -> Tables | float:
        """Tables that serve some arguments of each segment, or by how many units of the result constants miss most."""
        ways, slope = self._ways(form)
        least, most, slopes = widest(ways.slopes, *self._limits(form, some, ways, slope))
        missing = int(np.maximum.reduce(least - most))
        if missing > 0:
            return math.ldexp(missing, self.fraction - self.whole(form))
        return self._with_constants(form, Coefficients(slopes, ways.curves), slope, least, most)

    def everywhere(self, form: Form, tables: Tables) -> Tables | Windows:
        """Tables that serve all arguments, or those arguments that decide that there are none.

        Where slopes that serve a few arguments do not serve all of the segment, the others are tried.
        """
        ways, slope = self._ways(form)
        slopes = tables.coefficients.slopes.copy()
        least, most = np.empty_like(slopes), np.empty_like(slopes)
        decided: list[tuple[Windows, Integers]] = []
        for windows in self.windows:
            own = windows.segments
            low, high = self._limits(form, windows, tables.coefficients.of(own), slope)
            decisive = deciding(low[None], high[None])
            lines, chosen = np.arange(len(own)), np.tile(decisive, len(SLOPES))
            least[own], most[own] = low[lines, decisive[:, 0]], high[lines, decisive[:, 1]]
            rows = np.flatnonzero(least[own] > most[own])
            if len(rows):
                failing = own[rows]
                low, high = self._limits(form, windows.of(rows), ways.of(failing), slope)
                least[failing], most[failing], slopes[failing] = widest(
                    ways.slopes[:, failing], low, high
                )
                chosen[rows] = deciding(low, high)
            decided.append((windows, chosen))
        if (least > most).any():
            return together([windows.among(chosen) for windows, chosen in decided])
        return self._with_constants(form, Coefficients(slopes, ways.curves), slope, least, most)

    def final(self, form: Form, tables: Tables, some: Windows) -> Tables:
        """The tables that leave constants most room, given some that serve all arguments.

        Slopes that leave less than these for some arguments are not tried at all.
        """
        ways, slope = self._ways(form)
        slopes = tables.coefficients.slopes.copy()
        least, most = tables.least.copy(), tables.most.copy()
        low, high = self._limits(form, some, ways, slope)
        rooms = high.min(axis=-1) - low.max(axis=-1)
        is_open = ((rooms >= most - least) & (ways.slopes != slopes)).any(axis=0)
        for windows in self.windows:
            rows = np.flatnonzero(is_open[windows.segments])
            own = windows.segments[rows]
            if len(rows):
                limits = self._limits(form, windows.of(rows), ways.of(own), slope)
                least[own], most[own], slopes[own] = widest(ways.slopes[:, own], *limits)
        return self._with_constants(form, Coefficients(slopes, ways.curves), slope, least, most)

    def _with_constants(
        self, form: Form, coefficients: Coefficients, slope: Factor, least: Integers, most: Integers
    ) -> Tables:
        """Tables with constants within these limits of each segment, of as few bits as can be.

        Like those of windows they are counted from the middles.
        """
        if form.curve is not None:
            slope = coefficients.slopes_between(form, self.ends)
        middles = self.middles << self.whole(form) - self.fraction
        lowest, highest = least + middles, most + middles
        zeros = common_zeros(lowest, highest)
        constants = nearest_multiples(lowest, highest, zeros)
        return Tables(coefficients, slope, constants, self.whole(form) - zeros, least, most)

    def _ways(self, form: Form) -> tuple[Coefficients, Factor]:
        """Coefficients with rows of slopes that are nearest or next to that, and the range of all of these.

        Nobody asks for the digits of slopes that are bent.
        """
        key = form.slope_fraction, form.curve
        if key not in self.rounded:
            self.rounded[key] = self._rounded(form)
        return self.rounded[key]

    def _rounded(self, form: Form) -> tuple[Coefficients, Factor]:
        if form.curve is None:
            rows = _rounded(self.polynomials[1], form.slope_fraction) + SLOPES
            slope = _of_one_sign(rows)
            return Coefficients(np.clip(rows, *slope), np.zeros_like(rows[0])), slope
        bent = self._bent(form.offset_bits, form.curve)
        # Half of what is cut from the slope is lost on average.
        slopes = bent.slopes + np.ldexp(0.5, -form.slope_fraction) * (form.excess > 0)
        return Coefficients(_rounded(slopes, form.slope_fraction) + SLOPES, bent.curves), FLAT

    def _bent(self, offset_bits: int, curve: Curve) -> Bent:
        if curve not in self.bent:
            curves = _rounded(self.polynomials[2], curve.fraction)
            # And half of what is cut from t.
            lost = np.ldexp(np.ldexp(1.0, curve.dropped) - 1.0, -offset_bits)
            slopes = self.polynomials[1] + np.ldexp(curves, -curve.fraction) * lost
            self.bent[curve] = Bent(curves, _number(curves), slopes)
        return self.bent[curve]

    def _limits(
        self, form: Form, windows: Windows, coefficients: Coefficients, slope: Factor
    ) -> tuple[Integers, Integers]:
        """Between which integers a constant serves each argument, counted from the middles."""
        whole = self.whole(form)
        coefficients = self._as_short(form, coefficients)
        products = coefficients.products_at(form, windows.offsets, slope, whole)
        return windows.left_by(products, whole - self.fraction)

    def _as_short(self, form: Form, coefficients: Coefficients) -> Coefficients:
        """In integers of 32 bits if these hold products and limits, which takes half as long."""
        return coefficients.as_integers(np.int32) if self._is_short(form) else coefficients

    def _is_short(self, form: Form) -> bool:
        if form not in self.short:
            whole, (slope, curve) = self.whole(form), self._sizes(form)
            product = form.largest_product(slope, curve) << whole - form.product_fraction
            limit = self.span + 1 << whole - self.fraction
            self.short[form] = not form.digits_of_slope and limit + 2 * product < SHORT
        return self.short[form]

    def _sizes(self, form: Form) -> tuple[int, int]:
        """Bounds of slopes and of coefficients of second order."""
        slope, curve = self.largest[1], 0
        if form.curve is not None:
            curve = math.ceil(math.ldexp(self.largest[2], form.curve.fraction)) + 1
            slope += math.ldexp(curve, -form.curve.fraction)
        return math.ceil(math.ldexp(slope, form.slope_fraction)) + MARGIN, curve

    def worth(self, form: Form, tables: Tables) -> float:
        """What the tables, the products and the sums take, in LUTs."""
        slopes, constant = _number(tables.coefficients.slopes), _number(tables.constants)
        widths = constant.width + slopes.width
        luts = 0.0
        if form.curve is not None:
            curves = self._bent(form.offset_bits, form.curve).number
            widths += curves.width
            t = number_of(form.offset_bits - form.curve.dropped, signed=True)
            luts = worth_of_bent(self.fabric, form.excess, curves, t, slopes)
        whole = self.whole(form)
        leaf = Leaf(*constant, whole - tables.constant_fraction)
        unit, factors = whole - form.product_fraction, form.factors(_wide(tables.slope))
        luts += worth_of_sum(self.fabric, form.bottom, *factors, leaf, unit)
        return luts + widths * self.column

    def proved(self, form: Form, tables: Tables) -> OneProduct:
        """The form with tables that serve all arguments, and its error at these."""
        asked, whole = self.specification, self.whole(form)
        constants = tables.constants << whole - tables.constant_fraction
        coefficients = self._as_short(form, tables.coefficients)
        integers = results(
            form, coefficients, constants, tables.slope, (whole, self.fraction), self.every
        )
        distance = float(np.abs(integers - self.values.values * 2.0**self.fraction).max())
        least, most = int(integers.min()), int(integers.max())
        low, high = asked.ends or (least, most)
        # So the error that is asked for is a bound, too.
        is_allowed = distance <= self.room and low <= least and most <= high
        assert is_allowed, "a result beside its window; please report this"
        error = np.ldexp(distance, -self.fraction) * (1 + 2.0**-50) + _uncertain(self.values)
        slopes, curves = tables.coefficients
        filled = [tuple(each[self.reached].tolist()) for each in (slopes, tables.constants)]
        bent = () if form.curve is None else tuple(curves[self.reached].tolist())
        return OneProduct(
            asked, f"{self.kind} tried at all arguments", self.fraction,
            least, most, min(float(error), asked.error),
            self.addressing, form, (tables.slope.minimum, tables.slope.maximum), filled[0], bent, filled[1],
            tables.constant_fraction,
        )  # fmt: skip


def ground_of(
    function: SmoothFunction, specification: Specification, addressing: Addressing,
    fabric: Fabric, kind: Kind,
) -> Ground | None:  # fmt: skip
    """The segments of an addressing; None where not all arguments can be tried."""
    values = values_by_series(function, specification)
    grid, degree = addressing.grid(specification), DEGREES[kind]
    if values is None or grid.offset_bits < FEWEST_OFFSET_BITS:
        return None
    units = values.values * 2.0**specification.result_fraction
    if not max(float(units.max()), -float(units.min())) < LARGEST_RESULT:
        return None
    allowed = specification.error * (1 - 2.0**-50) - _uncertain(values)
    room = float(np.ldexp(allowed, specification.result_fraction))
    lowest = np.ceil(units - room).astype(np.int64)
    highest = np.floor(units + room).astype(np.int64)
    if specification.ends is not None:
        lowest = np.maximum(lowest, specification.ends[0])
        highest = np.minimum(highest, specification.ends[1])
    if (lowest > highest).any():
        return None
    every = rows_of(grid, specification.minimum)
    polynomials = _fitted(values.values, every, grid.offset_bits, degree)
    sizes: list[float] = np.abs(polynomials).max(axis=1).tolist()
    largest = np.ldexp(max(sizes), specification.result_fraction + grid.offset_bits)
    if not largest < LARGEST_PRODUCT:
        return None
    reached = [address for address, segment in enumerate(grid.segments) if segment is not None]
    places = np.searchsorted(reached, np.arange(len(grid.segments)), side="right") - 1
    ends = np.empty((len(reached), 2), dtype=np.int64)
    middles = np.empty(len(reached), dtype=np.int64)
    for rows in every:
        ends[rows.segments] = rows.offsets.t[0, np.stack([rows.first, rows.last], axis=1)]
        at = (rows.first + rows.last)[:, None] // 2
        middles[rows.segments] = lowest[np.take_along_axis(rows.places, at, axis=1)[:, 0]]
    windows = [windows_of(rows, lowest, highest, middles) for rows in every]
    return Ground(
        specification, addressing, fabric, kind, specification.result_fraction, values,
        room * (1 + 2.0**-51), every, windows, middles, _span(every, windows), ends,
        grid.offset_bits, np.maximum(places, 0), polynomials,
        worth_of_column(fabric, (len(grid.segments) - 1).bit_length()), sizes,
    )  # fmt: skip


def _span(every: Sequence[Rows], windows: Sequence[Windows]) -> int:
    """How far from the middles a result that is allowed lies."""
    span = 0
    for rows, each in zip(every, windows, strict=True):
        reached = rows.is_reached if each.some_free else np.True_
        low = each.lowest.min(where=reached, initial=0)
        span = max(span, int(each.highest.max(where=reached, initial=0)), -int(low))
    return span


def _fitted(values: Floats, every: Sequence[Rows], offset_bits: int, degree: int) -> Floats:
    """Coefficients by power and segment of polynomials in t that are nearly best: fits at Chebyshev's points.

    Segments of one argument, which a constant serves, have those of a neighbour.
    """
    shares = (1.0 - np.cos(np.linspace(0.0, np.pi, NODES))) / 2
    count = sum(len(rows.segments) for rows in every)
    found, counts = np.zeros((count, degree + 1)), np.empty(count, dtype=np.int64)
    for rows in every:
        own, spans = rows.segments, rows.last - rows.first
        counts[own] = spans
        chosen = rows.first[:, None] + np.rint(spans[:, None] * shares).astype(np.int64)
        at = values[np.take_along_axis(rows.places, chosen, axis=1)]
        # Most segments are alike.
        ends = rows.first * rows.places.shape[1] + rows.last
        _, some, alike = np.unique(ends, return_index=True, return_inverse=True)
        t = rows.offsets.t[0, chosen[some]] * 2.0 ** (1 - offset_bits)
        inverses = np.linalg.pinv(t[:, :, None] ** np.arange(degree + 1))
        found[own] = np.einsum("ijk,ik->ij", inverses[alike], at)
    found[:, 0] = 0.0  # constants are chosen later
    enough = np.flatnonzero(counts)
    if len(enough):
        nearest = np.searchsorted(enough, np.arange(count), side="right") - 1
        found = found[enough[np.maximum(nearest, 0)]]
    return found.T


def _number(integers: Integers) -> Factor:
    """All numbers of the bits that the integers have."""
    return _wide(Factor(*_range(integers)))


def _wide(factor: Factor) -> Factor:
    return number_of(factor.width, signed=factor.signed)


def _uncertain(values: SeriesValues) -> float:
    """By how much a distance from the values may be wrong."""
    return (values.slack + float(np.abs(values.values).max()) * 2.0**-50) * (1 + 2.0**-50)


def _rounded(coefficients: Floats, fraction: int) -> Integers:
    found: Integers = np.rint(np.ldexp(coefficients, fraction)).astype(np.int64)
    return found


def _of_one_sign(slopes: Integers) -> Factor:
    """The range of slopes, without those that are added to others, nearer to zero, and have another sign."""
    least, most = _range(slopes)
    nearest = _range(slopes[0])
    return Factor(
        least if nearest[0] < 0 else max(0, least), most if nearest[1] > 0 else min(0, most)
    )


def _range(integers: Integers) -> tuple[int, int]:
    return int(np.minimum.reduce(integers, axis=None)), int(np.maximum.reduce(integers, axis=None))
