"""The value for every argument in one table, rounded to nearest or to what takes less logic within the error.

The error is measured on balls entry by entry; rounded to nearest it is half a unit of the last place, plus what a
ball's radius leaves undecided. The address is the lowest bits of the argument, which tell all arguments of the range
apart; entries that no argument reaches repeat their neighbour.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from symhdl.approximation.approximation import (
    MAXIMUM_INDEX_BITS,
    Approximation,
    Specification,
    exponent_of,
)
from symhdl.approximation.every_value import every_value, guessed_values
from symhdl.approximation.sampling import variations_of_range
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.approximation.table_entries import simple_entries
from symhdl.approximation.witness import ApproximationWitness, Way
from symhdl.cost.operators import Fabric, worth_of_tables, worth_of_waiting
from symhdl.cost.tables import Integers
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.ball import exact_ball, float_above, magnitude, nearest_integer, precision
from symhdl.numeric.fixed import power_of_two

LARGEST_TABLE = 1 << 23  # bits
LONGEST_GUESS = 30  # bits
FEW_BITS = 10  # of an argument: all entries are looked at before anything is proved
COARSE = 0.95  # units: an error that leaves nearly all values an even integer


@dataclass(frozen=True, slots=True)
class PlainTable(Approximation):
    """The argument's lowest bits address the table."""

    address_bits: int
    contents: tuple[int, ...]

    def build(self, builder: DatapathBuilder, argument: int) -> int:
        """A table cell."""
        address = builder.part(builder.bits(argument, 0, self.address_bits), "index")
        result = builder.table(address, self.contents, self.fraction)
        return builder.narrow(result, self.minimum, self.maximum)

    def witness(self, function: SmoothFunction) -> ApproximationWitness:
        """The integer for every argument."""
        specification, size = self.specification, len(self.contents)
        arguments = range(specification.minimum, specification.maximum + 1)
        integers = tuple(self.contents[n % size] for n in arguments)
        return ApproximationWitness(
            self.error, Way.TABLE, function.name, specification.argument, self.fraction, integers
        )


def fewest_bits(specification: Specification) -> int:
    """The fraction of the result, where it is free the smallest f whose rounding is within the error: 2**-(f + 1)."""
    given = specification.result
    return -exponent_of(specification.error) if given is None else given


def fits(specification: Specification) -> bool:
    """Whether a table of all arguments is small enough, its results being of a size about 1."""
    entries = specification.span + 1
    return entries <= 1 << MAXIMUM_INDEX_BITS and (
        entries * max(1, fewest_bits(specification)) <= LARGEST_TABLE
    )


def estimated_worth(
    function: SmoothFunction, fabric: Fabric, specification: Specification, magnitude: float,
    worth: Callable[[PlainTable], float],
) -> float:  # fmt: skip
    """The estimated worth of the table for values up to a size.

    That is the worth of the entries as they are guessed where they are few. Where nearly every value has an even
    integer within the error, the table has one bit less.
    """
    if specification.span.bit_length() <= FEW_BITS:
        guessed = _guessed(function, specification)
        if guessed:
            return min(map(worth, guessed))
    fraction = fewest_bits(specification)
    fraction -= specification.error >= math.ldexp(COARSE, -fraction)
    width = max(1, exponent_of(magnitude) + fraction + 1)
    bits = specification.span.bit_length()
    values = variations_of_range(function, specification.coarsest)[:1]
    index_bits, widths = np.array([bits]), np.array([width])
    worth_of_entries = worth_of_tables(fabric, index_bits, widths, np.ldexp(values, fraction))
    return float((worth_of_entries + worth_of_waiting(fabric, index_bits, widths))[0])


def _guessed(function: SmoothFunction, specification: Specification) -> list[PlainTable]:
    """Tables of values that are not proved; none where these are too large."""
    fraction = fewest_bits(specification)
    found = guessed_values(function, _argument(specification), specification.precision)
    if found is None or specification.span == 0:
        return []
    if exponent_of(float(np.abs(found[0]).max())) + fraction > LONGEST_GUESS:
        return []
    values, reach = np.ldexp(found[0], fraction), math.ldexp(specification.error, fraction)
    low = np.ceil(values - reach).astype(np.int64)
    high = np.maximum(low, np.floor(values + reach).astype(np.int64))
    return [
        _placed(specification, entries.tolist(), fraction, 0.0)
        for entries in _simple_entries(specification, low, high)
    ]


def _simple_entries(
    specification: Specification, low: Integers, high: Integers
) -> Iterator[Integers]:
    bits = specification.span.bit_length()
    return simple_entries(low, high, specification.minimum % (1 << bits), bits)


def _argument(specification: Specification) -> tuple[int, int, int]:
    return specification.minimum, specification.maximum, specification.fraction


def _anything(_: PlainTable) -> float:
    return 0.0


def table(
    function: SmoothFunction, specification: Specification,
    worth: Callable[[PlainTable], float] = _anything,
) -> PlainTable | None:  # fmt: skip
    """The table that is worth least, the one rounded to nearest if several are.

    None if tables are too large, or f is not finite somewhere.
    """
    if not fits(specification) or specification.span == 0:
        return None
    start = fewest_bits(specification)
    # A value next to the middle of two integers may need one bit more.
    for fraction in (start, start + 1) if specification.result is None else (start,):
        found = list(_within(function, specification, fraction))
        if found:
            return min(found, key=worth)
        values, worst = _values(function, specification, fraction)
        if math.isinf(worst):
            return None
        error = float_above(Fraction(worst) * power_of_two(-fraction))
        if error <= specification.error:
            return _placed(specification, values, fraction, error)
    return None


def _within(
    function: SmoothFunction, specification: Specification, fraction: int
) -> Iterator[PlainTable]:
    """Tables of entries within the error, first those next to the values.

    There are none where a value is too near the middle of two integers to tell.
    """
    values = every_value(function, _argument(specification), specification.precision, fraction)
    if values is None:
        return
    low, high = values.allowed(specification.error)
    if specification.ends is not None:
        low, high = np.maximum(low, specification.ends[0]), np.minimum(high, specification.ends[1])
    if (low > high).any():
        return
    for entries in (values.nearest(low, high), *_simple_entries(specification, low, high)):
        error = values.error_of(entries)
        assert error <= specification.error, "an entry beside its window; please report this"
        yield _placed(specification, entries.tolist(), fraction, error)


def _values(
    function: SmoothFunction, specification: Specification, fraction: int
) -> tuple[list[int], float]:
    """The rounded values in the order of the arguments, held at the ends, and their largest error in units."""
    values: list[int] = []
    worst = 0.0
    with precision(specification.precision):
        for n in range(specification.minimum, specification.maximum + 1):
            ball = function.ball(exact_ball(n, -specification.fraction))
            value, distance = nearest_integer(ball, fraction)
            if specification.ends is not None and math.isfinite(distance):
                value = max(specification.ends[0], min(value, specification.ends[1]))
                distance = magnitude(ball * exact_ball(1, fraction) - value)
            values.append(value)
            worst = max(worst, distance)
            if math.isinf(distance):
                break
    return values, worst


def _placed(
    specification: Specification, values: list[int], fraction: int, error: float
) -> PlainTable:
    """The table with every value at its address."""
    bits = specification.span.bit_length()
    size = 1 << bits
    # The reached addresses are an interval, cyclically; the gap behind it repeats the nearer end.
    gap = size - len(values)
    cyclic = values + [values[-1]] * (gap // 2) + [values[0]] * (gap - gap // 2)
    turn = specification.minimum % size
    contents = tuple(cyclic[size - turn :] + cyclic[: size - turn])
    return PlainTable(
        specification, "table", fraction, min(values), max(values), error, bits, contents
    )
