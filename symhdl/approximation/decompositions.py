"""Ways to cut an argument for a sum of tables, with estimates of what they take, the least first.

What an offset table is off by follows from how much the slope changes within a segment: half of the change, times the
distance from the middle of the part. With half a unit of the tables for each that is rounded, all of them together may
take what the rounding of the result leaves of the error (de Dinechin and Tisserand, Multipartite table methods, 2005).
What is kept is looked at again with its entries, so that the bound is a guide and no proof. A table that all bits
address, and that holds what an initial value of fewer bits lacks, is off by nothing: that compresses a table of results
rounded to nearest (Hsiao, Wu, Wen and Meher, Table size reduction methods, 2015).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from symhdl.approximation.table_sum import Part, Shape
from symhdl.cost.operators import (
    Fabric,
    offset,
    prices,
    prices_of_levels,
    worth_of_tables,
    worth_of_waiting,
)
from symhdl.cost.tables import PARTS, Floats, Integers, in_parts

MOST_PARTS = 3
MOST_GUARD = 4
LEAST_INITIAL = 2  # bits
LARGEST_INDEX = 13  # bits of a table of offsets
OF_SEVERAL = 1.22
"""Sums with two and more tables of offsets took so many times their estimates, of 110 on four devices."""
HOPE = 1.1  # times the bound: entries that fit each other may do with more
LEAST_BITS, MOST_BITS, MOST_BITS_OF_LARGE = 5, 14, 16  # of an argument; of large LUTs
NEAREST = 0.6  # units: below, only tables of all arguments are sums, too
PLAIN = -1  # guard bits of ways that are not folded, and have none
ROUNDED = 0.35  # units of a table that its rounding takes of what all may be off by
INVERTED = 0.7  # of a gate for each bit of an address that is inverted or not
SHARED = 0.9  # of the uppermost columns of offsets, which are steps


@dataclass(frozen=True, slots=True)
class Ranked:
    """A way with its estimate."""

    worth: float
    shape: Shape


@dataclass(frozen=True, slots=True, eq=False)
class _Cuts:
    """All parts of an argument that there may be, by number, and which of them lie side by side."""

    segment_bits: Integers
    low: Integers
    bits: Integers
    chosen: tuple[Integers, ...]
    """Rows of numbers, the uppermost part first, by how many there are."""
    left: tuple[Integers, ...]
    """The bits above the parts of a row, which tell the initial value."""


@dataclass(frozen=True, slots=True, eq=False)
class _Worths:
    """What tables of offsets are worth, by part and by guard bits, and whether they are folded for that.

    `plain` are those that are not folded, without guard bits. Where the lowest offsets are not, but others are,
    `signed` is what the sum with an initial value takes more.
    """

    plain: Floats
    worths: Floats
    is_folded: npt.NDArray[np.bool_]
    signed: Floats

    def of(self, chosen: Integers, guard: int) -> Floats:
        """What rows of parts are worth together."""
        is_mixed = self.is_folded[chosen, guard].any(axis=1) & ~self.is_folded[chosen[:, -1], guard]
        more = self.signed[chosen[:, -1], guard] * is_mixed
        found: Floats = self.worths[chosen, guard].sum(axis=1) + more
        return found


def ranked(
    values: Floats, error: float, fabric: Fabric, most: int, reached: slice = slice(None)
) -> list[Ranked]:
    """The ways for the values of 2**n arguments in units of the result, to within so many; the best of them.

    Arguments that are not `reached` take no logic.
    """
    bits = len(values).bit_length() - 1
    cuts = _cuts_of(bits)
    slopes = np.diff(values, append=2 * values[-1] - values[-2])
    width = _width(values[reached])
    share = len(values[reached]) / len(values)
    distances, parts = _distances(cuts, slopes, bits), _worths(cuts, slopes, fabric, width, share)
    initial = _initial_worths(values, bits, fabric, width, reached)
    found: list[tuple[float, tuple[int, ...], int]] = []
    for chosen, left in zip(cuts.chosen, cuts.left, strict=True):
        off = distances[chosen].sum(axis=1)
        rooms = [
            HOPE * (error - 0.5) - ROUNDED * chosen.shape[1] * 2.0**-guard
            for guard in range(MOST_GUARD + 1)
        ]
        may_fit = off <= rooms[-1]
        off, chosen, left = off[may_fit], chosen[may_fit], left[may_fit]
        for guard, room in enumerate(rooms):
            fits = np.flatnonzero(off <= room)
            worths = initial[left[fits], guard] + parts.of(chosen[fits], guard)
            worths *= OF_SEVERAL if chosen.shape[1] > 1 else 1.0
            for place in _least(worths, most):
                found.append((float(worths[place]), tuple(chosen[fits[place]].tolist()), guard))
    if error < NEAREST:
        (whole,), left = cuts.chosen[:1], cuts.left[0]
        fits = np.flatnonzero(distances[whole[:, 0]] == 0)
        worths = initial[left[fits], 0] + parts.plain[whole[fits, 0]]
        found += [
            (float(worths[k]), (int(whole[fits[k], 0]),), PLAIN) for k in _least(worths, most)
        ]
    found.sort(key=itemgetter(0))
    return [
        Ranked(worth, _shape(cuts, parts, numbers, bits, guard))
        for worth, numbers, guard in found[:most]
    ]


def _least(worths: Floats, most: int) -> list[int]:
    """The places of the least."""
    if len(worths) > most:
        least: list[int] = np.argpartition(worths, most)[:most].tolist()
        return least
    return list(range(len(worths)))


def _shape(cuts: _Cuts, parts: _Worths, numbers: tuple[int, ...], bits: int, guard: int) -> Shape:
    chosen = tuple(
        Part(
            int(cuts.segment_bits[k]), int(cuts.low[k]), int(cuts.bits[k]),
            folded=guard != PLAIN and bool(parts.is_folded[k, guard]),
        )
        for k in numbers
    )  # fmt: skip
    return Shape(bits, bits - sum(part.bits for part in chosen), chosen, max(0, guard))


def _distances(cuts: _Cuts, slopes: Floats, bits: int) -> Floats:
    """What offsets are off by for the change of the slope."""
    largest, least = slopes, slopes
    changes = [0.0]
    for _ in range(bits):
        largest = np.maximum(largest[0::2], largest[1::2])
        least = np.minimum(least[0::2], least[1::2])
        changes.insert(0, float((largest - least).max()))
    shares = 1 - np.ldexp(1.0, cuts.low + cuts.bits + cuts.segment_bits - bits)
    found: Floats = np.array(changes)[cuts.segment_bits] / 2 * _reach(cuts) * shares
    return found


def _reach(cuts: _Cuts) -> Floats:
    """How far the middle of a part is from its ends."""
    found: Floats = np.ldexp((np.ldexp(1.0, cuts.bits) - 1) / 2, cuts.low)
    return found


def _worths(cuts: _Cuts, slopes: Floats, fabric: Fabric, width: int, share: float) -> _Worths:
    """With their adders: of the lowest ones the adder to an initial value of so many bits, and the guard bits.

    Above offsets without a sign that is one of a carry alone. Of all arguments a share is reached.
    """
    levels = prices_of_levels(fabric)
    columns = share * (levels * 2.0 ** np.arange(levels.shape[1])).sum(axis=1)
    price = prices(fabric)
    guards = np.arange(MOST_GUARD + 1)
    largest = float(np.abs(slopes).max()) * _reach(cuts)[:, None]
    widths = np.log2(largest * 2.0**guards + 1)
    index = cuts.segment_bits + cuts.bits
    is_lowest = cuts.low[:, None] == 0
    more = price.adder_bit - price.offset_bit
    plain = SHARED * (widths + 1) * columns[index, None]
    carried, signed = np.minimum(widths + 2, width + guards) * more, (width + guards) * more
    plain += np.where(is_lowest, carried, (widths + 2) * price.adder_bit)
    folded = SHARED * widths * columns[index - 1, None]
    folded += np.where(is_lowest, signed, (widths + 1) * price.adder_bit)
    folded += (cuts.bits[:, None] - 1) * (INVERTED * price.gate)
    is_folded = folded < plain
    worths = np.where(is_folded, folded, plain)
    return _Worths(plain[:, 0], worths, is_folded, signed - carried)


def _initial_worths(
    values: Floats, bits: int, fabric: Fabric, width: int, reached: slice
) -> Floats:
    """What tables of initial values are worth by their bits (rows) and guard bits, with the carry of all bits."""
    changes = np.zeros(len(values))
    changes[reached] = np.abs(np.diff(values[reached], prepend=values[reached][0]))
    size = max(PARTS, len(changes))
    variations = in_parts(changes.repeat(size // len(changes)).reshape(1, PARTS, -1).sum(axis=2))
    variations = variations / (size // len(changes))
    found = np.full((bits + 1, MOST_GUARD + 1), np.inf)
    guards, initial = np.arange(MOST_GUARD + 1), np.arange(LEAST_INITIAL, bits)
    rows, widths = np.repeat(initial, len(guards)), np.tile(width + guards, len(initial))
    varied = np.tile(variations * 2.0 ** guards[:, None], (len(initial), 1))
    worths = worth_of_tables(fabric, rows, widths, varied) + worth_of_waiting(fabric, rows, widths)
    carries = [fabric.worth(offset(fabric, width + guard)) for guard in range(MOST_GUARD + 1)]
    found[LEAST_INITIAL:bits] = worths.reshape(len(initial), -1) + carries
    return found


def _width(values: Floats) -> int:
    """The bits of the values, with their sign."""
    magnitude = max(1.0, float(np.abs(values).max()))
    return int(np.ceil(np.log2(magnitude))) + bool(values.min() < 0)


@lru_cache(maxsize=MOST_BITS_OF_LARGE)
def _cuts_of(bits: int) -> _Cuts:
    """The parts of an argument of so many bits."""
    numbers = [
        (segment, low, own)
        for own in range(1, bits)
        for low in range(bits - own)
        for segment in range(bits - own - low + 1)
        if segment + own <= LARGEST_INDEX
    ]
    segment_bits, low, own = np.array(numbers).T
    chosen: list[Integers] = []
    left: list[Integers] = []
    rows = np.flatnonzero(low == 0)[:, None]
    while len(chosen) < MOST_PARTS:
        tops = low[rows[:, 0]] + own[rows[:, 0]]
        is_enough = bits - tops >= LEAST_INITIAL
        chosen.append(rows[is_enough])
        left.append((bits - tops)[is_enough])
        longer = []
        for top in range(1, bits - LEAST_INITIAL):
            below, above = rows[tops == top], np.flatnonzero(low == top)
            pairs = np.concatenate(
                [np.repeat(above, len(below))[:, None], np.tile(below, (len(above), 1))], axis=1
            )
            longer.append(pairs[segment_bits[pairs[:, 0]] >= segment_bits[pairs[:, 1]]])
        rows = np.concatenate(longer)
    return _Cuts(segment_bits, low, own, tuple(chosen), tuple(left))
