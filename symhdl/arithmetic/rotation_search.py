"""Which rows a rotation has, digit by digit: of those within its errors the ones that take least on a device."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product as every
from typing import NamedTuple

from symhdl.analysis.rotation import RotationRows, Scale
from symhdl.analysis.truncation import FactorWitness
from symhdl.arithmetic.angle_search import first_shift
from symhdl.arithmetic.rotating import (
    Turned,
    centred,
    errors_of,
    gain_of,
    largest_angle,
    length_of,
    residual_of,
    starts,
    turned,
    unit_angle,
    unit_in_radians,
    unit_in_rows,
)
from symhdl.arithmetic.vectoring import LARGEST_ANGLE, MOST_PLACES, ONE, moved
from symhdl.cost.operators import (
    Cost,
    Fabric,
    addition,
    choice,
    constant_product,
    inverting_addition,
    product,
)
from symhdl.cost.products import Factor
from symhdl.cost.stages import Row, delay_of_rows_ns, registers_of_rows
from symhdl.cost.timing import product_ns
from symhdl.cost.truncated import luts, truncated_product
from symhdl.numeric.digits import of_few_digits
from symhdl.numeric.fixed import is_power_of_two, power_of_two, width_of_range

LOST = 2
"""Units of the last place of products whose lowest columns are left out; whole ones lose one."""
COARSER = range(4)
"""Bits by which products are coarser than the numbers that they are added to, which lose something in each row."""
READ_BEYOND, RESIDUAL_BEYOND = 1, 1
"""Bits of numbers and of the angle beyond those that the last place of products is told by."""
LOOSER_SCALES = 1, 4, 10
"""Quarters of a last place that the vector may be wrong by for its scale."""
MORE_ROWS = range(3)
MORE_ANGLE_PLACES = 1, 2
"""Beyond those of the vector, in radians."""
MORE_CELL_BITS = range(3)
"""Of the index of a table, beside what a LUT reads."""
MOST_MORE_PLACES = 8
"""Of the vector beyond those of the result: where these are not enough, more rows are needed."""


class Result(NamedTuple):
    """One of both numbers that is asked for: its bits, and by how much it may be wrong."""

    is_second: bool
    is_negative: bool
    fraction: int
    error: Fraction


class AskedRotation(NamedTuple):
    """A vector that is turned, as `RotationRows` tell it, and what is asked for of the results."""

    x: FactorWitness | None
    y: FactorWitness | None
    is_y_negative: bool
    factor: Fraction
    angle: FactorWitness
    unit: Fraction
    is_of_pi: bool
    results: tuple[Result, ...]

    @property
    def room(self) -> Fraction:
        """What is left of the least error, beside the cut to the result's bits."""
        return min(each.error - power_of_two(-each.fraction - 1) for each in self.results)


@dataclass(frozen=True, slots=True)
class Rotation:
    """A rotation that is worked out; the constants are those of the results."""

    rows: RotationRows
    turned: Turned
    constants: tuple[int, ...]
    errors: tuple[Fraction, ...]
    worth: float


def rotation(asked: AskedRotation, fabric: Fabric) -> Rotation | None:
    """The rotation that is worth least; None where none of those that are tried is within the errors."""
    if asked.room <= 0:
        return None
    found = (
        _with_fewest_places(asked, rows, more_of_angle, quarters, fabric)
        for rows in _tried(asked, fabric)
        for more_of_angle, quarters in every(
            MORE_ANGLE_PLACES, LOOSER_SCALES[: None if rows.x else 1]
        )
    )
    return min((each for each in found if each), key=lambda each: each.worth, default=None)


def _tried(asked: AskedRotation, fabric: Fabric) -> Iterator[RotationRows]:
    """All ways but for the places."""
    nothing = Scale(0, 0)
    start = RotationRows(
        asked.angle, asked.unit, asked.is_of_pi, asked.factor, nothing, 0, 0, 0, 0, nothing, 0,
        0, LOST if fabric.truncates else 1, asked.x, asked.y, asked.is_y_negative,
    )  # fmt: skip
    for each in _starts(start, fabric.logic.lut_inputs):
        largest = radians_before(each)
        if largest > LARGEST_ANGLE:
            continue
        fewest = 1
        length = Fraction(length_of(replace(each, first=MOST_PLACES, rows=MOST_PLACES)), ONE)
        while length * power_of_two(-2 * fewest) > asked.room:
            fewest += 1
        first = min(fewest, first_shift(largest))
        for more in MORE_ROWS:
            yield replace(each, first=first, rows=fewest + more)


def radians_before(rows: RotationRows) -> int:
    """The largest angle before the first row, in units of bounds."""
    fine = replace(rows, angle_places=max(rows.angle.fraction, rows.cell or 0, 0) + 2)
    return largest_angle(fine) * unit_angle(fine)[1]


def _starts(rows: RotationRows, lut_inputs: int) -> Iterator[RotationRows]:
    """As the angle is, or in quarters where it is too large; tables for vectors that are known."""
    is_small = radians_before(rows) <= LARGEST_ANGLE
    ways = [rows] if is_small or rows.x is None else []
    if not is_small:
        ways.append(replace(rows, quarters=Scale(1, 0)))
    if rows.x is not None:
        yield from ways
        return
    for way, more in every(ways, MORE_CELL_BITS):
        cell = lut_inputs + more - 2
        if way.quarters is None:
            spread = Fraction(way.angle.maximum - way.angle.minimum + 1)
            spread *= power_of_two(-way.angle.fraction)
            cell = lut_inputs + more - math.ceil(math.log2(spread))
        yield replace(way, cell=cell)


def _with_fewest_places(
    asked: AskedRotation, tried: RotationRows, more_of_angle: int, quarters: int, fabric: Fabric
) -> Rotation | None:
    """With the fewest places of the vector with which the errors are held, and the coarsest products."""
    lost_in_rows = Fraction(max(1, tried.rows - tried.first), 2)
    least = max(0, math.ceil(math.log2(lost_in_rows / asked.room)))
    for places in range(least, least + MOST_MORE_PLACES):
        rows = _with_places(tried, places, more_of_angle, quarters)
        found, best = turned(rows), None
        for coarser in COARSER:
            whole = _with_products(rows, places - coarser)
            ends = None if whole is None else _ends(asked, whole, found)
            if whole is None or ends is None:
                break
            best = whole, ends
        if best is not None:
            constants, errors = zip(*best[1], strict=True)
            worth = _worth(asked, best[0], found, fabric)
            return Rotation(best[0], found, constants, errors, worth)
    return None


def _ends(
    asked: AskedRotation, rows: RotationRows, found: Turned
) -> list[tuple[int, Fraction]] | None:
    """The constant and the error of each result; None where one is wrong by too much."""
    boxes, ends = errors_of(rows, found), []
    for result in asked.results:
        box = boxes[result.is_second]
        box = box.negative() if result.is_negative else box
        ends.append(centred(rows, box, result.fraction))
        if ends[-1][1] > result.error:
            return None
    return ends


def _with_places(
    tried: RotationRows, places: int, more_of_angle: int, quarters_of_scale: int
) -> RotationRows:
    """The rows with so many places of the vector, and all that follows from these but for the products."""
    one = unit_in_rows(tried)[1]
    angle_places = places + more_of_angle + math.ceil(math.log2(Fraction(one, ONE)))
    angle_places = max(2, angle_places, (tried.cell or 0) + 2)
    rows = replace(tried, places=places, angle_places=angle_places)
    quarters = None
    if rows.quarters is not None:
        most = max(abs(rows.angle.minimum), abs(rows.angle.maximum)) + 1
        needed = angle_places + 1 + math.ceil(math.log2(most)) - rows.angle.fraction
        quarters = _quarters(rows, needed)
    low, high = gain_of(rows)
    middle = Fraction(low + high, 2 * ONE)
    longest = max(Fraction(1), Fraction(length_of(rows), low))
    scale = _scale(middle, quarters_of_scale * power_of_two(-places - 2) / longest)
    return replace(rows, quarters=quarters, scale=scale)


def _with_products(rows: RotationRows, places: int) -> RotationRows | None:
    """The rows with products of about so many places; None where these are too few."""
    if places < 0:
        return None
    read = max(1, places + READ_BEYOND - rows.rows)
    return replace(
        rows, radians=_radians(rows, read + 1), residual=places + RESIDUAL_BEYOND, read=read,
        lost=rows.lost << rows.places - places,
    )  # fmt: skip


def _quarters(rows: RotationRows, fraction: int) -> Scale:
    if rows.is_of_pi and is_power_of_two(2 * rows.unit):
        return _exactly(2 * rows.unit)
    unit = unit_in_radians(rows.unit, is_of_pi=rows.is_of_pi)
    value = Fraction(sum(unit), sum(unit_in_rows(rows)))
    return _scale(value, power_of_two(-fraction))


def _radians(rows: RotationRows, bits: int) -> Scale:
    """What the angle is multiplied by, with so many bits that count."""
    if rows.quarters is None and not rows.is_of_pi and is_power_of_two(rows.unit):
        return _exactly(rows.unit)
    middle = Fraction(sum(unit_in_rows(rows)), 2 * ONE)
    return _scale(middle, middle * power_of_two(-bits - 1))


def _scale(value: Fraction, tolerance: Fraction) -> Scale:
    """A number of few digits."""
    return _exactly(of_few_digits(value, tolerance))


def _exactly(value: Fraction) -> Scale:
    fraction = value.denominator.bit_length() - 1
    return Scale(value.numerator, fraction)


def _worth(asked: AskedRotation, rows: RotationRows, found: Turned, fabric: Fabric) -> float:
    """What it is worth, in LUTs; the time of rows and products, too."""
    widths = [_signed(size) for size in found.sizes]
    costs: list[Cost] = []
    for number in (rows.x, rows.y):
        if number is not None:
            costs.append(_multiple(fabric, number.minimum, number.maximum, rows.scale))
    if rows.quarters is not None:
        angle = rows.angle
        costs.append(_multiple(fabric, angle.minimum, angle.maximum, rows.quarters))
        if rows.x is not None:
            costs += [choice(fabric, widths[0])] * 2
    table = starts(rows)
    if table is not None:
        bits = max(1, (table.maximum - table.minimum).bit_length())
        costs.append(Cost(2 * widths[0] << max(0, bits - fabric.logic.lut_inputs)))
    chain: list[Row] = []
    for width, most in zip(widths[1:], found.angles, strict=False):
        of_angle = _signed(most)
        costs += [inverting_addition(fabric, width)] * 2
        costs.append(addition(fabric, of_angle))
        chain.append(Row(width, 2 * width + of_angle))
    left = found.angles[-1]
    costs.append(_multiple(fabric, -left, left, rows.radians))
    most = moved(
        found.sizes[-1] << max(0, rows.read - rows.places), max(0, rows.places - rows.read)
    )
    by = _product(rows, Factor(-most, most), Factor(*residual_of(rows, left)), fabric)
    costs += [by, addition(fabric, widths[-1])] * len(asked.results)
    area = sum(fabric.area(each) for each in costs)
    delay_ns = delay_of_rows_ns(fabric, chain) + by.delay_ns
    registers = registers_of_rows(fabric, chain)
    return area + fabric.worth(Cost(0, 0, 0, delay_ns, by.latency, registers))


def _multiple(fabric: Fabric, minimum: int, maximum: int, scale: Scale) -> Cost:
    if scale.integer == 0:  # what is multiplied is less than may be lost
        return Cost()
    return constant_product(fabric, Factor(minimum, maximum), scale.integer)


def _product(rows: RotationRows, a: Factor, b: Factor, fabric: Fabric) -> Cost:
    if fabric.truncates:
        unread = max(0, rows.read + rows.residual - rows.places)
        found = truncated_product(a, b, rows.lost << unread, unread, fabric.logic)
        if found is not None:
            return Cost(luts(found.costs), delay_ns=product_ns(a, b, fabric.target))
    return product(fabric, a, b)


def _signed(size: int) -> int:
    return width_of_range(-size, size)[1]
