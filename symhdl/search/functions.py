"""What a function of one variable is about worth: by how strongly samples of it vary, as table, lines or parabolas.

The ways are those of `symhdl.approximation` in their plainest form, at the prices of `symhdl.cost`; what share of that
the compiler's take is fitted for each device (`python -m benchmarks.evaluator --fit`).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from symhdl.cost.operators import (
    Cost,
    Fabric,
    addition,
    memory_blocks,
    product,
    worth_of_tables,
)
from symhdl.cost.products import number_of
from symhdl.cost.tables import PARTS, in_parts
from symhdl.search.samples import LARGEST

Floats = NDArray[np.float64]

SHARE = 0.35  # of the allowed error, for polynomials themselves
GRID = 8 * PARTS + 1
"""Points at which functions are sampled."""

UNIT_POINTS: Floats = np.arange(GRID) / (GRID - 1)

MOST_TABLE_BITS, MOST_SEGMENT_BITS = 16, 12
GUARD_BITS = 2
MEMORY_EDGES = 2


def grid(low: float, high: float) -> Floats:
    """The points of a range at which functions are sampled."""
    return low + (high - low) * UNIT_POINTS


class Curve(NamedTuple):
    """A function on a range: over how much its values spread, how they vary in parts, and the size of derivatives.

    Bits above those that change take nothing. Derivatives are those by the range as unit.
    """

    size: float
    variations: Floats
    slope: float
    bend: float
    twist: float


def curve_of(values: Floats) -> Curve:
    """From values at `GRID` points, from one end of the range to the other."""
    known = np.isfinite(values) & (np.abs(values) < LARGEST)
    if not known.all():
        values = np.where(known, values, values[known].mean() if known.any() else 0.0)
    first = values[1:] - values[:-1]
    second, count = first[1:] - first[:-1], GRID - 1
    third = second[1:] - second[:-1]
    variations = np.abs(first).reshape(PARTS, -1).sum(axis=1)
    return Curve(
        float(values.max() - values.min()),
        in_parts(variations[None, :]),
        float(np.abs(first).max()) * count,
        float(np.abs(second).max()) * count**2,
        float(np.abs(third).max()) * count**3,
    )


def function_cost(
    fabric: Fabric, curve: Curve, index_bits: int, tolerance: float, *, tables: bool = False
) -> Cost:
    """The cheapest of the ways for an argument of so many bits, and values that may be wrong by `tolerance`.

    With `tables` it is a plain table.
    """
    ways = ways_of(fabric, curve, index_bits, tolerance)
    ways = ways[:1] if tables else ways
    shares = fabric.target.function_shares
    found = [cost._replace(luts=cost.luts * getattr(shares, way)) for way, cost in ways]
    return min(found, key=fabric.worth)


def ways_of(
    fabric: Fabric, curve: Curve, index_bits: int, tolerance: float
) -> list[tuple[str, Cost]]:
    """All ways by their names (those of `symhdl.targets.target.FunctionShares`), as they are reckoned."""
    fraction = math.ceil(-math.log2(tolerance)) if tolerance > 0 else 64
    if curve.variations[0, 0] < tolerance:
        return [("table", Cost())]
    ways: list[_Way] = []
    if index_bits <= MOST_TABLE_BITS:  # whose values lose half a unit and nothing else
        width = _bits(curve.size, fraction - 1)
        ways.append(_Way("table", (_Table(index_bits, width, fraction - 1),)))
    # The lowest bits of the argument are left out where they change little, which takes a half of the error.
    ratio = curve.slope / tolerance
    bits = max(1, math.ceil(math.log2(ratio))) if ratio > 0 else 1
    if bits < min(index_bits, MOST_TABLE_BITS):
        ways.append(_Way("leading_bits", (_Table(bits, _bits(curve.size, fraction), fraction),)))
    for degree, size in ((1, curve.bend / 16), (2, curve.twist / 192)):
        ratio = size / (SHARE * tolerance)
        bits = max(0, math.ceil(math.log2(ratio) / (degree + 1))) if ratio > 0 else 0
        if bits < min(index_bits, MOST_SEGMENT_BITS):
            ways.append(_polynomial(fabric, curve, index_bits, fraction, bits, degree))
    ways += _table_sums(fabric, curve, index_bits, fraction, tolerance)
    if not ways:
        wide = number_of(_bits(curve.size, fraction), signed=True)
        ways.append(_Way("parabolas", (), product(fabric, wide, wide)))
    return _priced(fabric, curve, ways)


class _Table(NamedTuple):
    """A table of values, or of coefficients of a power, that vary as the function does times `share`."""

    index_bits: int
    width: int
    fraction: int
    power: int = 0
    share: float = 1.0


class _Way(NamedTuple):
    """Tables side by side, and what is behind them."""

    name: str
    tables: tuple[_Table, ...]
    behind: Cost = Cost()


def _priced(fabric: Fabric, curve: Curve, ways: list[_Way]) -> list[tuple[str, Cost]]:
    """What each way takes: all tables in logic are priced together, which takes the time of one."""
    blocks = [
        [memory_blocks(fabric, table.index_bits, table.width) for table in way.tables]
        for way in ways
    ]
    in_logic = [
        table
        for way, found in zip(ways, blocks, strict=True)
        for table, block in zip(way.tables, found, strict=True)
        if not block
    ]
    worth = iter(_worth_in_logic(fabric, curve, in_logic))
    costs: list[tuple[str, Cost]] = []
    for way, found in zip(ways, blocks, strict=True):
        luts = sum(next(worth) for block in found if not block)
        brams = sum(found)
        delay_ns = 0.0 if brams or not found else _table_ns(fabric, way.tables[0].index_bits)
        tables = Cost(luts, 0, brams, delay_ns, MEMORY_EDGES if brams else 0)
        costs.append((way.name, added(tables, way.behind)))
    return costs


def _worth_in_logic(fabric: Fabric, curve: Curve, tables: list[_Table]) -> list[float]:
    if not tables:
        return []
    slope = max(curve.slope, 1e-300)
    sizes = (1.0, curve.bend / slope, curve.twist / slope)
    scale = [math.ldexp(sizes[each.power] * each.share, each.fraction) for each in tables]
    found: list[float] = worth_of_tables(
        fabric,
        np.array([each.index_bits for each in tables]),
        np.array([each.width for each in tables]),
        curve.variations * np.array(scale)[:, None],
    ).tolist()
    return found


def _bits(size: float, fraction: int) -> int:
    return max(1, math.frexp(size)[1] + fraction + 1) if size > 0 else 1


def _table_ns(fabric: Fabric, index_bits: int) -> float:
    levels = max(1, index_bits - fabric.target.resources.lut_inputs + 1)
    return (1 + levels / 3) * fabric.target.delays.lut


def _polynomial(
    fabric: Fabric, curve: Curve, index_bits: int, fraction: int, bits: int, degree: int
) -> _Way:
    """Tables of coefficients by the uppermost bits, and Horner's scheme in the others."""
    offset = index_bits - bits
    sizes = (curve.size, curve.slope, curve.bend / 2)[: degree + 1]
    inside = fraction + GUARD_BITS
    widths = [_bits(size * 2.0 ** (-bits * power), inside) for power, size in enumerate(sizes)]
    behind = Cost()
    for power in range(degree, 0, -1):
        first = number_of(widths[power], signed=True)
        second = number_of(min(offset, widths[power]), signed=True)
        step = added(product(fabric, first, second), addition(fabric, widths[power - 1]))
        behind = added(behind, step)
    tables = (
        ()
        if not bits
        else tuple(
            _Table(bits, width, inside - bits * power, power) for power, width in enumerate(widths)
        )
    )
    return _Way("lines" if degree == 1 else "parabolas", tables, behind)


def _table_sums(
    fabric: Fabric, curve: Curve, index_bits: int, fraction: int, tolerance: float
) -> list[_Way]:
    """A table of values and one of slopes times the lowest bits (Das Sarma and Matula, 1995)."""
    found = []
    first = _bits(curve.size, fraction)
    own = addition(fabric, first)
    shortest = max(1, index_bits // 4)
    for low in range(shortest, index_bits // 2 + 1, 1 + index_bits // 8):
        # Over segments of the slope the bend changes what the lowest bits add.
        reach = 2.0 ** -(index_bits - low)
        ratio = curve.bend * reach / 2 / tolerance
        segment = max(0, math.ceil(math.log2(ratio))) if ratio > 0 else 0
        is_large = max(segment + low, index_bits - low) > MOST_TABLE_BITS
        if is_large or segment > index_bits - low:
            continue
        # The second table has both signs, and one half of it tells the other.
        second = max(1, _bits(curve.slope * reach, fraction + 1) - 1)
        values = _Table(index_bits - low, first, fraction)
        slopes = _Table(segment + low - 1, second, fraction, 0, reach * 2.0**segment)
        found.append(_Way("sum", (values, slopes), own))
    return found


def added(first: Cost, second: Cost) -> Cost:
    """Both, one after the other."""
    return Cost(
        first.luts + second.luts,
        first.dsps + second.dsps,
        first.brams + second.brams,
        first.delay_ns + second.delay_ns,
        first.latency + second.latency,
        first.registers + second.registers,
    )


def times(cost: Cost, count: int) -> Cost:
    """So many of them in logic, one after the other."""
    return Cost(count * cost.luts, delay_ns=count * cost.delay_ns)
