"""Sums of tables fitted to rows: entries by weighted least squares, in place of the least largest error.

As in `symhdl.approximation.table_sum` a table of the argument's uppermost bits has initial values, and a table of some
of these and of bits behind them offsets, which may be folded. The lowest bits may be left out: entries are means. What
an argument counts is how often it occurs at the rows and how strongly errors act there, so that a steep part of the
range that few rows reach costs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from symhdl.approximation.table_sum import Contents, Part, Shape, summed
from symhdl.empirical.samples import Floats, Integers

MOST_INDEX_BITS = 9  # of a table
ROUNDS = 4  # of fits of one table beside the other
GUARDS = (0, 1)  # bits of the tables behind those of the sum
ROUNDING = 1 / 12  # of a unit squared


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """What a sum of tables is to be, by address: values, and what their errors squared count."""

    values: Floats
    weights: Floats

    @property
    def bits(self) -> int:
        """Those of an address."""
        return len(self.values).bit_length() - 1

    def coarse(self, dropped: int) -> tuple[Floats, Floats, float]:
        """Means of the values and sums of the weights without some low bits, and the square that is lost by that."""
        weights = self.weights.reshape(-1, 1 << dropped)
        values = self.values.reshape(-1, 1 << dropped)
        total = weights.sum(axis=1)
        means = (weights * values).sum(axis=1) / total
        return means, total, float((weights * (values - means[:, None]) ** 2).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """The best sum of a shape before it is rounded, and the square of what it misses."""

    shape: Shape
    initial: Floats
    offsets: Floats | None  # by segment and by the bits of the part
    means: Floats
    totals: Floats
    lost: float
    square: float


@lru_cache(maxsize=64)
def shapes_of(bits: int) -> tuple[Shape, ...]:
    """The shapes for addresses of so many bits: tables alone, and with a table of offsets."""
    found: list[Shape] = []
    for initial in range(1, min(bits, MOST_INDEX_BITS) + 1):
        found.append(Shape(bits, initial, (), 0))
        for low in range(bits - initial):
            own = bits - initial - low
            for segment in range(1, initial):
                for is_folded in (False, True):
                    part = Part(segment, low, own, is_folded)
                    if part.index_bits <= min(MOST_INDEX_BITS, initial + 1):
                        found.append(Shape(bits, initial, (part,), 0))
    return tuple(found)


def fits_of(wanted: Wanted, most: float) -> Iterator[Fit]:
    """The best sum of each shape that misses no more than a square."""
    coarse = {dropped: wanted.coarse(dropped) for dropped in range(wanted.bits)}
    for shape in shapes_of(wanted.bits):
        dropped = shape.parts[0].low if shape.parts else shape.argument_bits - shape.initial_bits
        means, totals, lost = coarse[dropped]
        if lost > most:
            continue
        if not shape.parts:
            yield Fit(shape, means, None, means, totals, lost, lost)
        else:
            initial, offsets, square = _fitted(shape.initial_bits, shape.parts[0], means, totals)
            if lost + square <= most:
                yield Fit(shape, initial, offsets, means, totals, lost, lost + square)


def _fitted(
    initial_bits: int, part: Part, means: Floats, totals: Floats
) -> tuple[Floats, Floats, float]:
    sizes = 1 << part.segment_bits, 1 << (initial_bits - part.segment_bits), 1 << part.bits
    values, weights = means.reshape(sizes), totals.reshape(sizes)
    by_initial, by_offset = weights.sum(axis=2), weights.sum(axis=1)
    offsets = np.zeros((sizes[0], sizes[2]))
    initial = np.zeros(sizes[:2])
    for _ in range(ROUNDS):
        initial = (weights * (values - offsets[:, None, :])).sum(axis=2) / by_initial
        sums = (weights * (values - initial[:, :, None])).sum(axis=1)
        if part.folded:  # so that each offset is what that opposite to it is not
            sums, counts = sums - sums[:, ::-1], by_offset + by_offset[:, ::-1]
        else:
            counts = by_offset
        offsets = sums / counts
    initial = (weights * (values - offsets[:, None, :])).sum(axis=2) / by_initial
    missed = values - initial[:, :, None] - offsets[:, None, :]
    return initial.ravel(), offsets, float((weights * missed * missed).sum())


def rounded(fit: Fit, fraction: int, guard: int) -> tuple[Shape, Contents]:
    """The shape and the entries for a result of so many fractional bits.

    Initial values make up for what the offsets lose when they are rounded, and for the cut of the bits behind.
    """
    shape = Shape(fit.shape.argument_bits, fit.shape.initial_bits, fit.shape.parts, guard)
    unit = math.ldexp(1.0, -fraction - guard)
    cut = (1 - 2.0**-guard) / 2 * math.ldexp(1.0, guard)  # in the units of the tables
    if fit.offsets is None:
        return shape, (np.rint(fit.initial / unit + cut).astype(np.int64),)
    part = shape.parts[0]
    half = fit.offsets.shape[1] >> 1
    if part.folded:  # an entry e stands for e + 1/2 and -(e + 1/2), both less 1/2
        entries = np.rint(fit.offsets[:, :half] / unit - 0.5)
        by_bits = np.concatenate([entries, -1 - entries[:, ::-1]], axis=1)
    else:
        entries = np.rint((fit.offsets - fit.offsets.min()) / unit)
        by_bits = entries
    sizes = fit.offsets.shape[0], 1 << (shape.initial_bits - part.segment_bits), by_bits.shape[1]
    weights = fit.totals.reshape(sizes)
    left = fit.means.reshape(sizes) / unit - by_bits[:, None, :]
    initial = np.rint((weights * left).sum(axis=2) / weights.sum(axis=2) + cut)
    return shape, (initial.ravel().astype(np.int64), entries.ravel().astype(np.int64))


def square_of_rounding(fit: Fit, fraction: int, guard: int, total: float) -> float:
    """About what rounding adds to the square."""
    tables = 1 if fit.offsets is None else 2
    units = tables * 4.0**-guard + (guard > 0)
    return total * ROUNDING * units * 4.0**-fraction


def luts_of(fit: Fit, fraction: int, guard: int, lut_inputs: int) -> float:
    """About what the sum takes of LUTs, for a first choice."""
    unit = math.ldexp(1.0, -fraction - guard)
    width = _bits_of(float(np.ptp(fit.initial)) / unit)
    taken = width * _luts_of_bit(fit.shape.initial_bits, lut_inputs)
    if fit.offsets is not None:
        part = fit.shape.parts[0]
        own = max(1.0, _bits_of(float(np.ptp(fit.offsets)) / unit) - part.folded)
        taken += own * _luts_of_bit(part.index_bits, lut_inputs) + width
        taken += part.folded * (part.bits - 1)
    return taken


def _bits_of(count: float) -> float:
    return math.log2(1 + count)


def _luts_of_bit(index_bits: int, lut_inputs: int) -> float:
    return 2.0 ** max(0, index_bits - lut_inputs)


def integers_of(shape: Shape, contents: Contents) -> Integers:
    """The result at each address."""
    found: Integers = summed(shape, contents) >> shape.guard
    return found
