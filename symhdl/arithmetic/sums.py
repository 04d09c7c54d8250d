"""Sums of many terms as balanced trees of adders, narrow terms first."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from symhdl.ir.builder import DatapathBuilder


@dataclass(frozen=True, slots=True)
class Addend:
    """A cell that is added, or subtracted if `negative`."""

    cell: int
    negative: bool = False


def sum_of(builder: DatapathBuilder, terms: Sequence[Addend], fraction: int) -> int:
    """The exact sum of terms of at most `fraction` fractional bits.

    Constants are gathered into one. The two least deep, then narrowest, partial sums are added first, so the tree is
    as shallow as a balanced one and its adders are narrow.
    """
    total = 0
    heap: list[tuple[int, int, int, Addend]] = []
    for order, term in enumerate(terms):
        aligned = builder.align(term.cell, fraction)
        value = builder.constant_value(aligned)
        if value is not None:
            total += -value if term.negative else value
        else:
            width = builder.cells[aligned].width
            heap.append((0, width, order, Addend(aligned, term.negative)))
    if total or not heap:
        heap.append((0, total.bit_length(), len(terms), Addend(builder.constant(total, fraction))))
    heapq.heapify(heap)
    order = len(terms) + 1
    while len(heap) > 1:
        depth_a, _, _, a = heapq.heappop(heap)
        depth_b, _, _, b = heapq.heappop(heap)
        joined = _join(builder, a, b)
        depth = max(depth_a, depth_b) + 1
        heapq.heappush(heap, (depth, builder.cells[joined.cell].width, order, joined))
        order += 1
    result = heap[0][3]
    return builder.negate(result.cell) if result.negative else result.cell


def _join(builder: DatapathBuilder, a: Addend, b: Addend) -> Addend:
    if a.negative == b.negative:
        return Addend(builder.add(a.cell, b.cell), a.negative)
    if a.negative:
        return Addend(builder.subtract(b.cell, a.cell))
    return Addend(builder.subtract(a.cell, b.cell))
