"""Vectors that are turned by an angle, digit by digit: each row by a known angle that leaves less of it.

What half of the digits leave is small enough to be its own sine: both numbers are turned by it with two products of
half as many bits. The vector is made shorter at first by as much as rows make it longer. Of a vector that is known,
as that of a sine and a cosine of one angle, a table tells what the first bits of the angle make. The method is CORDIC
(Volder, The CORDIC Trigonometric Computing Technique, 1959), ended by products (Ahmed, Signal Processing Algorithms and
Architectures, 1982).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from flint import ctx

from symhdl.analysis.rotation import RotationRows, RotationWitness, Scale
from symhdl.analysis.truncation import FactorWitness, TruncationWitness
from symhdl.arithmetic.quotients import is_positive
from symhdl.arithmetic.rotating import gain_of, residual_of, starts, turn_of, unit_in_rows
from symhdl.arithmetic.rotation_search import AskedRotation, Result, Rotation, rotation
from symhdl.arithmetic.truncated import truncated
from symhdl.arithmetic.vectoring import ONE, UNIT_BITS
from symhdl.cost.operators import Fabric
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.ball import ball_of, float_above, midpoint
from symhdl.numeric.digits import INVERTED_OR_NOT
from symhdl.numeric.fixed import power_of_two, round_to_integer


class Vector(NamedTuple):
    """The cells of the numbers that are turned: neither is there for (1, 0), the second one is not for (x, 0)."""

    x: int | None
    y: int | None
    is_y_negative: bool
    factor: Fraction


class Turn(NamedTuple):
    """The cell of an angle, and what it is multiplied by: a number, or one times pi."""

    cell: int
    unit: Fraction
    is_of_pi: bool


def rotation_of(
    builder: DatapathBuilder,
    vector: Vector,
    angle: Turn,
    results: tuple[Result, ...],
    fabric: Fabric,
) -> list[tuple[int, RotationWitness]] | None:
    """The results of a vector that is turned, and what each error stands on; None where they are out of reach."""
    x, y, by = (
        None if cell is None else FactorWitness(*builder.range(cell), builder.fraction(cell))
        for cell in (vector.x, vector.y, angle.cell)
    )
    assert by is not None
    asked = AskedRotation(
        x, y, vector.is_y_negative, vector.factor, by, angle.unit, angle.is_of_pi, results
    )
    found = rotation(asked, fabric)
    return (
        None if found is None else list(_built(builder, vector, angle.cell, found, results, fabric))
    )


def _built(
    builder: DatapathBuilder, vector: Vector, angle: int, found: Rotation, results: tuple[Result, ...],
    fabric: Fabric,
) -> Iterator[tuple[int, RotationWitness]]:  # fmt: skip
    rows, sizes, angles = found.rows, found.turned.sizes, found.turned.angles
    x, y, left = _started(builder, vector, angle, rows)
    x, y = (builder.narrow(cell, -sizes[0], sizes[0]) for cell in (x, y))
    for place, shift in enumerate(range(rows.first, rows.rows), 1):
        digit = is_positive(builder, left)
        turn = turn_of(rows, shift)
        by = builder.table(digit, (turn, -turn), rows.angle_places)
        size, most = sizes[place], angles[place]
        left = builder.part(builder.narrow(builder.add(left, by), -most, most), "angle_left")
        x, y = (
            builder.part(builder.narrow(cell, -size, size), "turned")
            for cell in (
                _row(builder, x, y, digit, shift),
                _row(builder, y, x, builder.logical_not(digit), shift),
            )
        )
    residual = _times(builder, left, rows.radians, rows.residual)
    residual = builder.narrow(residual, *residual_of(rows, angles[-1]))
    for result, constant, error in zip(results, found.constants, found.errors, strict=True):
        number, other = (y, x) if result.is_second else (x, y)
        product, told = _product(builder, other, residual, rows, fabric)
        # The constant goes to the shorter one of both.
        is_sum, fixed = result.is_second, builder.constant(constant, rows.places)
        moved = builder.add if is_sum != result.is_negative else builder.subtract
        product = moved(product, fixed)
        signs = (1, 1 if is_sum else -1) if not result.is_negative else (-1, -1 if is_sum else 1)
        terms = list(zip(signs, (number, product), strict=True))
        total = builder.part(builder.sum(terms, 0, rows.places), "exact")
        yield (
            builder.align(total, result.fraction),
            RotationWitness(
                rows, result.is_second, result.is_negative, constant, result.fraction,
                float_above(error), told,
            ),
        )  # fmt: skip


def _started(
    builder: DatapathBuilder, vector: Vector, angle: int, rows: RotationRows
) -> tuple[int, int, int]:
    """The vector, and the angle, before the first row."""
    if rows.quarters is not None:
        angle = _times(builder, angle, rows.quarters, rows.angle_places)
    else:
        angle = builder.align(angle, rows.angle_places)
    if rows.cell is not None:
        return _looked_up(builder, angle, rows)
    sign = 1 if rows.factor > 0 else -1
    assert vector.x is not None, "a vector that is known without a table; please report this"
    x, y = (
        _times(builder, vector.x, rows.scale, rows.places, sign),
        builder.constant(0, rows.places),
    )
    if vector.y is not None:
        sign = -sign if rows.is_y_negative else sign
        y = _times(builder, vector.y, rows.scale, rows.places, sign)
    if rows.quarters is None:
        return x, y, angle
    places = rows.angle_places
    # The nearest quarter is the one below where the bit behind it is 0, and else the next one.
    eighth = builder.bits(angle, places - 1, 3)
    is_odd = builder.table(eighth, (0, 1, 1, 0, 0, 1, 1, 0), 0)
    inverts_x = builder.table(eighth, (0, 1, 1, 1, 1, 0, 0, 0), 0)
    inverts_y = builder.table(eighth, (0, 0, 0, 1, 1, 1, 1, 0), 0)
    x, y = (
        builder.row(inverted, builder.select(is_odd, b, a), INVERTED_OR_NOT, rows.places)
        for a, b, inverted in ((x, y, inverts_x), (y, x, inverts_y))
    )
    return x, y, _signed(builder, angle, places)


def _signed(builder: DatapathBuilder, a: int, count: int) -> int:
    """The lowest bits of a number, the first of which is the sign."""
    sign, fraction = builder.negate(builder.bits(a, count - 1, 1)), builder.fraction(a)
    return builder.join(sign, builder.bits(a, 0, count - 1, fraction), count - 1, fraction)


def _looked_up(builder: DatapathBuilder, angle: int, rows: RotationRows) -> tuple[int, int, int]:
    """What a table makes of the first bits of the angle, and the other ones, of which a cell's middle is taken."""
    table = starts(rows)
    assert table is not None and rows.cell is not None
    low_bits = rows.angle_places - rows.cell
    count = (table.maximum - table.minimum).bit_length()
    index = builder.bits(angle, low_bits, count)
    numbers = {number % (1 << count): number for number in range(table.minimum, table.maximum + 1)}
    values = [_entry(rows, numbers.get(k, table.minimum)) for k in range(1 << count)]
    x, y = (
        builder.part(builder.table(index, column, rows.places), "start")
        for column in zip(*values, strict=True)
    )
    # Less half a cell: as a number with a sign whose first bit is inverted.
    first = builder.logical_not(builder.bits(angle, low_bits - 1, 1))
    rest = builder.bits(angle, 0, low_bits - 1, rows.angle_places)
    return x, y, builder.join(builder.negate(first), rest, low_bits - 1, rows.angle_places)


def _entry(rows: RotationRows, number: int) -> tuple[int, ...]:
    """The vector that is turned to the middle of a cell."""
    assert rows.cell is not None
    with ctx.workprec(2 * UNIT_BITS):
        middle = (number + Fraction(1, 2)) * power_of_two(-rows.cell) / ONE
        turn = ball_of(middle * sum(unit_in_rows(rows)) / 2)
        length = ball_of(Fraction(sum(gain_of(rows)), 2 * ONE)) * (1 if rows.factor > 0 else -1)
        return tuple(
            round_to_integer(midpoint(length * value), rows.places)
            for value in (turn.cos(), turn.sin())
        )


def _row(builder: DatapathBuilder, a: int, b: int, digit: int, shift: int) -> int:
    """a less b / 2**shift where the digit is 1, else a with it."""
    if builder.constant_value(b) == 0:
        return a
    places = builder.fraction(a)
    multiple = builder.align(builder.shift_left(b, 0, places + shift), places)
    row = builder.row(digit, multiple, INVERTED_OR_NOT, places)
    return builder.add(a, builder.part(row, "multiple"))


def _times(builder: DatapathBuilder, a: int, scale: Scale, fraction: int, sign: int = 1) -> int:
    """A number times a constant, cut to so many fractional bits."""
    whole = builder.fraction(a) + scale.fraction
    product = builder.part(builder.sum([(sign * scale.integer, a)], 0, whole), "multiple")
    return builder.align(product, fraction)


def _product(
    builder: DatapathBuilder, a: int, residual: int, rows: RotationRows, fabric: Fabric
) -> tuple[int, TruncationWitness | None]:
    """A number times the angle that is left, with as many fractional bits as the vector."""
    a = builder.align(a, rows.read)
    if fabric.truncates:
        allowed = float(rows.lost * power_of_two(-rows.places))
        found = truncated(builder, (a, residual), allowed, rows.places, fabric.logic)
        if found is not None:
            cell, witness = found
            return builder.align(cell, rows.places), witness
    product = builder.part(builder.multiply(a, residual), "product")
    return builder.align(product, rows.places), None
