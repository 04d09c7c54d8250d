"""Ways to cut an argument for a sum of tables, with estimates of what they take, the least first.

What an offset table is off by follows from how much the slope changes within a segment: half of the change, times the
distance from the middle of the part. With half a unit of the tables for each that is rounded, all of them together may
take what the rounding of the result leaves of the error (de Dinechin and Tisserand, Multipartite table methods, 2005).
What is kept is looked at again with its entries, so that the bound is a guide and no proof.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from symhdl.approximation.every_value import Floats, Integers
from symhdl.approximation.table_sum import Part, Shape
from symhdl.cost.operators import Fabric, addition, prices, prices_of_levels, worth_of_tables
from symhdl.cost.tables import PARTS, in_parts

MOST_PARTS = 3
MOST_GUARD = 4
LEAST_INITIAL = 2  # bits
LARGEST_INDEX = 13  # bits of a table of offsets
HOPE = 1.1  # times the bound: entries that fit each other may do with more
SHARED = 0.9  # of the uppermost columns of offsets, which are steps


@dataclass(frozen=True, slots=True)
class Ranked:
    """A way with its estimate."""

    worth: float
    shape: Shape


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """All parts that there may be, by number: what the tables are off by, and what they are worth by guard bits."""

    segment_bits: Integers
    low: Integers
    bits: Integers
    distances: Floats
    worths: Floats
    is_folded: np.ndarray


def ranked(values: Floats, error: float, fabric: Fabric, most: int) -> list[Ranked]:
    """The ways for the values of 2**n arguments in units of the result, to within so many; the best of them."""
    bits = len(values).bit_length() - 1
    parts = _parts(values, bits, fabric)
    initial = _initial_worths(values, bits, fabric)
    found: list[tuple[float, tuple[int, ...], int]] = []
    for chosen in _combinations(parts, bits):
        left = bits - parts.bits[chosen].sum(axis=1)
        off = parts.distances[chosen].sum(axis=1)
        for guard in range(MOST_GUARD + 1):
            room = HOPE * (error - 0.5) - 0.35 * chosen.shape[1] * 2.0**-guard
            fits = np.flatnonzero(off <= room)
            worths = initial[left[fits], guard] + parts.worths[chosen[fits], guard].sum(axis=1)
            for place in np.argsort(worths, kind="stable")[:most].tolist():
                numbers = tuple(chosen[fits[place]].tolist())
                found.append((float(worths[place]), numbers, guard))
    found.sort(key=lambda way: way[0])
    return [
        Ranked(worth, _shape(parts, numbers, bits, guard)) for worth, numbers, guard in found[:most]
    ]


def _shape(parts: _Parts, numbers: tuple[int, ...], bits: int, guard: int) -> Shape:
    chosen = tuple(
        Part(
            int(parts.segment_bits[k]), int(parts.low[k]), int(parts.bits[k]),
            folded=bool(parts.is_folded[k, guard]),
        )
        for k in numbers
    )  # fmt: skip
    return Shape(bits, bits - sum(part.bits for part in chosen), chosen, guard)


def _parts(values: Floats, bits: int, fabric: Fabric) -> _Parts:
    numbers = [
        (segment, low, own)
        for own in range(1, bits)
        for low in range(bits - own)
        for segment in range(bits - own - low + 1)
        if segment + own <= LARGEST_INDEX
    ]
    segment_bits, low, own = np.array(numbers).T
    slopes = np.diff(values, append=2 * values[-1] - values[-2])
    changes = np.array([_largest_change(slopes, segment) for segment in range(bits + 1)])
    reach = (2.0**own - 1) / 2 * 2.0**low
    distances = changes[segment_bits] / 2 * reach * (1 - 2.0 ** (low + own + segment_bits - bits))
    steepest = float(np.abs(slopes).max())
    both = [_worths(fabric, segment_bits + own, own, steepest * reach, folded) for folded in (0, 1)]
    both[1][own == 1] = np.inf
    return _Parts(
        segment_bits, low, own, distances, np.minimum(*both), both[1] < both[0]
    )


def _largest_change(slopes: Floats, segment_bits: int) -> float:
    """By how much slopes differ within a segment at most."""
    rows = slopes.reshape(1 << segment_bits, -1)
    return float((rows.max(axis=1) - rows.min(axis=1)).max())


def _worths(fabric: Fabric, index: Integers, own: Integers, largest: Floats, folded: int) -> Floats:
    """What tables of offsets with their adders are worth, by guard bits (columns)."""
    price = prices_of_levels(fabric)
    column = (price * 2.0 ** np.arange(price.shape[1])).sum(axis=1)[index - folded]
    found = np.zeros((len(index), MOST_GUARD + 1))
    adder, gate = addition(fabric, 16).luts / 16, prices(fabric).gate
    for guard in range(MOST_GUARD + 1):
        widths = np.log2(largest * 2.0**guard + 1) + (1 - folded)
        found[:, guard] = SHARED * widths * column + (widths + 1) * adder
        if folded:
            found[:, guard] += (own - 1) * gate * 0.7
    return found


def _initial_worths(values: Floats, bits: int, fabric: Fabric) -> Floats:
    """What tables of initial values are worth by their bits (rows) and guard bits, with the adder of all bits."""
    changes = np.abs(np.diff(values, prepend=values[0]))
    size = max(PARTS, len(changes))
    variations = in_parts(changes.repeat(size // len(changes)).reshape(1, PARTS, -1).sum(axis=2))
    variations = variations / (size // len(changes))
    found = np.full((bits + 1, MOST_GUARD + 1), np.inf)
    magnitude = max(1.0, float(np.abs(values).max()))
    for guard in range(MOST_GUARD + 1):
        width = int(np.ceil(np.log2(magnitude))) + guard + bool(values.min() < 0)
        rows = np.arange(LEAST_INITIAL, bits)
        many = len(rows)
        worths = worth_of_tables(
            fabric, rows, np.full(many, width), np.repeat(variations * 2.0**guard, many, axis=0)
        )
        found[LEAST_INITIAL:bits, guard] = worths + addition(fabric, width).luts
    return found


def _combinations(parts: _Parts, bits: int) -> Iterator[Integers]:
    """Rows of numbers of parts, the uppermost first, which lie side by side down to bit 0."""
    by_low = {low: np.flatnonzero(parts.low == low) for low in range(bits)}
    rows = by_low[0][:, None]
    for count in range(1, MOST_PARTS + 1):
        tops = parts.low[rows[:, 0]] + parts.bits[rows[:, 0]]
        yield rows[bits - tops >= LEAST_INITIAL]
        if count == MOST_PARTS:
            return
        longer = []
        for top in range(1, bits - LEAST_INITIAL):
            below, above = rows[tops == top], by_low[top]
            pairs = np.concatenate(
                [np.repeat(above, len(below))[:, None], np.tile(below, (len(above), 1))], axis=1
            )
            steeper = parts.segment_bits[pairs[:, 0]] >= parts.segment_bits[pairs[:, 1]]
            longer.append(pairs[steeper])
        rows = np.concatenate(longer)
