"""The pieces into which the inputs' ranges are cut, so that range and error proofs are tight.

A node that depends on one input only is followed over fine pieces of that input (single integers, if there are few);
a node of several inputs over boxes, each a product of groups of pieces. A `Space` is one of these:
the space of constants (one piece), the fine space of an input, or the joint space of boxes.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from symhdl.numeric.fixed import power_of_two
from symhdl.numeric.interval import Floats, Intervals, fraction_above, fraction_below

Indices = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

CONSTANT_SPACE = -2
JOINT_SPACE = -1


@dataclass(frozen=True, slots=True, eq=False)
class InputPieces:
    """One input cut into fine pieces of consecutive integers, and the pieces into groups for the boxes.

    Piece k holds the integers from `starts[k]` up to the next start, the last one up to `last`; an integer stands
    for the number integer * 2**-fraction.
    """

    starts: tuple[int, ...]
    last: int
    fraction: int
    pieces: Intervals
    group_starts: Indices
    group_of_box: Indices

    @property
    def ends(self) -> tuple[int, ...]:
        """The last integer of every piece."""
        return (*(start - 1 for start in self.starts[1:]), self.last)

    @property
    def single(self) -> Mask:
        """Which pieces hold one integer only."""
        return np.array([start == end for start, end in zip(self.starts, self.ends, strict=True)])

    def cut_at(self, cuts: Collection[int]) -> InputPieces:
        """The input with more pieces, in the same groups."""
        starts = tuple(sorted({*self.starts, *cuts}))
        place = {start: k for k, start in enumerate(starts)}
        moved = [place[self.starts[k]] for k in self.group_starts]
        ends = (*(start - 1 for start in starts[1:]), self.last)
        return replace(
            self,
            starts=starts,
            pieces=intervals_of(starts, ends, self.fraction),
            group_starts=np.array(moved, dtype=np.intp),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Spaces:
    """All spaces of a design; the fine space of input k is the space k."""

    inputs: tuple[InputPieces, ...]
    boxes: int

    def size(self, space: int) -> int:
        """How many pieces a space has."""
        if space == CONSTANT_SPACE:
            return 1
        return self.boxes if space == JOINT_SPACE else len(self.inputs[space].pieces.lower)

    def integers(self, space: int) -> list[dict[int, int]] | None:
        """The integers of the inputs in every piece of a space, by input; None if some piece holds several."""
        homes = range(len(self.inputs)) if space == JOINT_SPACE else [space]
        entries = {home: self.inputs[home] for home in homes}
        if not all(entry.single.all() for entry in entries.values()):
            return None
        if space != JOINT_SPACE:
            return [{space: start} for start in self.inputs[space].starts]
        if self.boxes != math.prod(len(entry.starts) for entry in self.inputs):
            return None
        return [
            {home: e.starts[e.group_starts[e.group_of_box[box]]] for home, e in entries.items()}
            for box in range(self.boxes)
        ]

    def join(self, spaces: Sequence[int]) -> int:
        """The space in which an operation on operands of these spaces lives."""
        distinct = set(spaces) - {CONSTANT_SPACE}
        if not distinct:
            return CONSTANT_SPACE
        return distinct.pop() if len(distinct) == 1 else JOINT_SPACE

    def lift(self, x: Intervals, source: int, target: int) -> Intervals:
        """Intervals of one space as seen from a coarser one."""
        if source in (target, CONSTANT_SPACE):
            return x
        entry = self.inputs[source]
        # Undefined pieces (nan) are left out: where they are needed, they are reported on their own.
        lower = np.fmin.reduceat(x.lower, entry.group_starts)[entry.group_of_box]
        upper = np.fmax.reduceat(x.upper, entry.group_starts)[entry.group_of_box]
        return Intervals(lower, upper)

    def lift_within(
        self, x: Intervals, source: int, target: int, allowed: Mapping[int, Mask]
    ) -> Intervals:
        """Intervals of one space as seen from a coarser one, where some pieces alone count; all where none does."""
        lifted, kept = self.lift(x, source, target), allowed.get(source)
        if kept is None or source == target:
            return lifted
        within = self.lift(
            Intervals(np.where(kept, x.lower, np.nan), np.where(kept, x.upper, np.nan)),
            source,
            target,
        )
        nothing = np.isnan(within.lower)
        return Intervals(
            np.where(nothing, lifted.lower, within.lower),
            np.where(nothing, lifted.upper, within.upper),
        )

    def boxes_with(self, home: int, pieces: Mask) -> Mask:
        """The boxes that hold some of the given pieces of an input."""
        entry = self.inputs[home]
        held: Mask = np.logical_or.reduceat(pieces, entry.group_starts)[entry.group_of_box]
        return held

    def boxes_within(self, allowed: Mapping[int, Mask]) -> Mask:
        """The boxes in which something stays of what is given for some spaces."""
        held: Mask = np.ones(self.boxes, dtype=bool)
        for space, pieces in allowed.items():
            held = held & (pieces if space < 0 else self.boxes_with(space, pieces))
        return held

    def sink(self, values: Floats, source: int, target: int) -> Floats:
        """The largest of a space's non-negative values that concern each piece of a finer space.

        The pieces are the last dimension.
        """
        if source == target:
            return values
        if target == CONSTANT_SPACE or len(self.inputs[target].group_starts) == 1:
            return np.repeat(values.max(axis=-1, keepdims=True), self.size(target), axis=-1)
        entry = self.inputs[target]
        groups = np.zeros((*values.shape[:-1], len(entry.group_starts)))
        np.maximum.at(groups.T, entry.group_of_box, values.T)
        lengths = np.diff(np.append(entry.group_starts, len(entry.pieces.lower)))
        return np.repeat(groups, lengths, axis=-1)


def cut(
    ranges: Sequence[tuple[int, int, int]],
    breaks: Sequence[Sequence[int]],
    groups: Sequence[int],
    finest: int,
    pieces: int,
) -> Spaces:
    """Cuts inputs given as (minimum, maximum, fraction).

    An input of at most `finest` integers is cut into single ones, another into about `pieces`;
    `breaks` are integers at which a piece must start. `groups` tells for each input into how many
    groups the boxes cut it.
    """
    # Inputs of one range, of which there may be thousands, have the same pieces.
    known: dict[tuple[int, int, int, tuple[int, ...]], tuple[tuple[int, ...], Intervals]] = {}
    starts: list[tuple[int, ...]] = []
    intervals: list[Intervals] = []
    for (low, high, fraction), marks in zip(ranges, breaks, strict=True):
        key = (low, high, fraction, tuple(marks))
        if key not in known:
            first = tuple(_piece_starts(low, high, marks, finest, pieces))
            ends = [*(start - 1 for start in first[1:]), high]
            known[key] = first, intervals_of(first, ends, fraction)
        first, own = known[key]
        starts.append(first)
        intervals.append(own)
    group_starts = [_group_starts(len(s), g) for s, g in zip(starts, groups, strict=True)]
    counts = [len(g) for g in group_starts]
    boxes = math.prod(counts)
    # An array has few dimensions, so only inputs of several groups take part.
    several = [count for count in counts if count > 1]
    unravelled = iter(np.unravel_index(np.arange(boxes), several) if several else ())
    places = [next(unravelled) if count > 1 else np.zeros(boxes, dtype=np.intp) for count in counts]
    entries = tuple(
        InputPieces(s, high, fraction, own, g, place.astype(np.intp))
        for s, own, (_, high, fraction), g, place in zip(
            starts, intervals, ranges, group_starts, places, strict=True
        )
    )
    return Spaces(entries, boxes)


def _piece_starts(
    low: int, high: int, breaks: Sequence[int], finest: int, pieces: int
) -> list[int]:
    """The first integer of every piece, ascending."""
    if high - low + 1 <= finest:
        return list(range(low, high + 1))
    starts = {low + (high - low + 1) * k // pieces for k in range(pieces)}
    starts.update(mark for mark in breaks if low < mark <= high)
    return sorted(starts)


def _group_starts(pieces: int, groups: int) -> Indices:
    """Where each of about `groups` equal groups of pieces starts."""
    groups = min(groups, pieces)
    return np.arange(groups, dtype=np.intp) * pieces // groups


def intervals_of(starts: Sequence[int], ends: Sequence[int], fraction: int) -> Intervals:
    """The real intervals between integers at so many fractional bits."""
    unit = power_of_two(-fraction)
    largest = max(max(map(abs, starts)), max(map(abs, ends)))
    if largest < 1 << 53 and abs(fraction) < 900:
        scale = float(unit)  # a power of two: the products are exact
        return Intervals(np.array(starts, dtype=float) * scale, np.array(ends, dtype=float) * scale)
    return Intervals(
        np.array([fraction_below(start * unit) for start in starts]),
        np.array([fraction_above(end * unit) for end in ends]),
    )
