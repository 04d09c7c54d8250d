"""Ways to cut the range into segments, ordered by estimated cost."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from symhdl.approximation.approximation import Specification, exponent_of
from symhdl.approximation.polynomial import Addressing
from symhdl.approximation.problem import Floor
from symhdl.approximation.sampling import Floats, Sizes
from symhdl.approximation.segments import Grid
from symhdl.cost.operators import Fabric, addition, product, worth_of_tables, worth_of_waiting
from symhdl.cost.products import number_of
from symhdl.cost.tables import Integers

ESTIMATED_SHARE = 0.35  # of the allowed error, for the polynomial itself
WORD = 32  # bits
MORE_GUARD_BITS = 1  # of results whose fraction is given


class Candidate(Struct, frozen=True):
    """A segmentation and a degree with its estimated cost; `grid` makes the segments when they are needed.

    `work` is how many segments it has, where long numbers count more.
    """

    cost: float
    degree: int
    addressing: Addressing
    grid: Callable[[], Grid]
    work: int


class Cut(NamedTuple):
    """A way to cut the range, and the sizes of Taylor coefficients on its segments.

    `least` are sizes, by power, that they surely have where segments are as much longer as `length` tells; with `few`
    points on a segment only values are sure. `variations` (see `Samples`) are those for segments of another length, of
    which theirs is `ratio`.
    """

    addressing: Addressing
    grid: Callable[[], Grid]
    offset_bits: int
    entries: int
    least: Floats
    length: float
    few: bool
    variations: Floats
    ratio: float
    sizes: Sizes
    highest_degree: int


class Segmentation(Struct, frozen=True):
    """A way to cut the range. None of its candidates costs less."""

    least_cost: float
    cut: Cut


AT_ONCE = 8  # segmentations whose candidates are worked out together, which takes less time

Waiting = list[tuple[float, int, int, int, Candidate | Cut]]
"""A heap of candidates, by rising cost, then degree, and of cuts by the least cost that one of their candidates has."""


def ranking(
    segmentations: Iterable[Segmentation],
    candidates: Callable[[Sequence[Cut]], Iterable[Iterable[Candidate]]],
) -> Iterator[Candidate | Floor]:
    """Candidates by rising cost, then degree; few more are worked out than are asked for.

    A segmentation waits with the least cost that it may have, and gives its candidates when its turn comes; before
    it does, that cost is told.
    """
    waiting: Waiting = [(s.least_cost, -1, k, 0, s.cut) for k, s in enumerate(segmentations)]
    heapq.heapify(waiting)
    while waiting:
        cost, *_, first = waiting[0]
        if isinstance(first, Candidate):
            heapq.heappop(waiting)
            yield first
        else:
            yield Floor(cost)
            _work_out(waiting, candidates)


def _work_out(
    waiting: Waiting, candidates: Callable[[Sequence[Cut]], Iterable[Iterable[Candidate]]]
) -> None:
    """Puts candidates in the place of the segmentations that come next."""
    places: list[int] = []
    cuts: list[Cut] = []
    while waiting and len(cuts) < AT_ONCE:
        *_, place, _, entry = waiting[0]
        if isinstance(entry, Candidate):
            break
        heapq.heappop(waiting)
        places.append(place)
        cuts.append(entry)
    for place, own in zip(places, candidates(cuts), strict=True):
        for position, candidate in enumerate(own):
            key = (candidate.cost, candidate.degree, place, position, candidate)
            heapq.heappush(waiting, key)


def segmentations(
    fabric: Fabric, specification: Specification, cuts: Iterable[Cut]
) -> Iterator[Segmentation]:
    """The segmentations of the cuts by which, as far as the least sizes tell, some degree may meet the error."""
    known = list(cuts)
    if not known:
        return
    powers = np.arange(len(known[0].least))
    lengths = np.array([cut.length for cut in known])
    sure = np.stack([cut.least for cut in known]) * lengths[:, None] ** powers
    sure[[cut.few for cut in known], 2:] = 0.0
    degrees = _least_degrees(sure, specification.shared)
    likely = [
        (cut, sizes[: degree + 1])
        for cut, sizes, degree in zip(known, sure.tolist(), degrees, strict=True)
        if degree <= cut.highest_degree
    ]
    estimates = _estimates(fabric, specification, likely)
    for (cut, _), estimate in zip(likely, estimates, strict=True):
        yield Segmentation(cut.addressing.cost(fabric) + estimate, cut)


def _least_degrees(least: Floats, error: float) -> list[int]:
    """The least degrees whose `distances` may be within the error with sizes (rows) of at least so much."""
    reach = least[:, 1:].copy()
    reach[:, :-1] += least[:, 2:] / 8
    is_within = reach <= np.ldexp(ESTIMATED_SHARE * error, np.arange(reach.shape[1]))
    degrees = np.where(is_within.any(axis=1), is_within.argmax(axis=1), least.shape[1])
    return [int(degree) for degree in degrees]


def candidates_of(
    fabric: Fabric, specification: Specification, cuts: Sequence[Cut]
) -> list[list[Candidate]]:
    """For each segmentation the degrees that seem to meet the error on it."""
    wanted: list[tuple[Cut, Sequence[float]]] = []
    places: list[int] = []
    for place, cut in enumerate(cuts):
        degrees = _degrees(cut.sizes.distances, specification.shared, cut.highest_degree)
        wanted += [(cut, cut.sizes.tails(degree)) for degree in degrees]
        places += [place] * len(degrees)
    estimates = _estimates(fabric, specification, wanted)
    found: list[list[Candidate]] = [[] for _ in cuts]
    for place, (cut, ends), estimate in zip(places, wanted, estimates, strict=True):
        beyond = max(0, exponent_of(ends[0]) - WORD) if ends[0] > 0 else 0
        bits = max(beyond - exponent_of(specification.shared), cut.offset_bits)
        work = cut.entries * max(1, bits // WORD)
        worth = cut.addressing.cost(fabric) + estimate
        found[place].append(Candidate(worth, len(ends) - 1, cut.addressing, cut.grid, work))
    return found


def _degrees(distances: Sequence[float], error: float, highest: int) -> list[int]:
    """The degrees that seem to meet the error, up to one that is far within it."""
    degrees: list[int] = []
    for degree, reach in enumerate(distances[: highest + 1]):
        if reach > ESTIMATED_SHARE * error:
            continue
        degrees.append(degree)
        if degree > 0 and reach < ESTIMATED_SHARE / 16 * error:
            break
    return degrees


def _estimates(
    fabric: Fabric, specification: Specification, wanted: Sequence[tuple[Cut, Sequence[float]]]
) -> list[float]:
    """Tables, products and sums on segments, given the sizes of coefficients by power, all with a few guard bits."""
    if not wanted:
        return []
    fraction = specification.result_fraction
    lengths = [len(sizes) for _, sizes in wanted]
    ends = list(itertools.accumulate(lengths))
    starts = [end - length for end, length in zip(ends, lengths, strict=True)]
    # Beside the rounding to a given fraction there is less room than beside one that is chosen.
    more = MORE_GUARD_BITS if specification.result is not None else 0
    guards = [np.array(_guard_bits(length - 1)) + more * (length > 1) for length in lengths]
    fractions = fraction + np.concatenate(guards)
    powers = np.concatenate([np.arange(length) for length in lengths])
    ratios = np.repeat([cut.ratio for cut, _ in wanted], lengths)
    index_bits = np.repeat([(cut.entries - 1).bit_length() for cut, _ in wanted], lengths)
    widths = _widths(np.concatenate([sizes for _, sizes in wanted]), fractions)
    rows = [cut.variations[: len(sizes)] for cut, sizes in wanted]
    in_units = np.concatenate(rows) * np.ldexp(ratios**powers, fractions)[:, None]
    tables = np.add.reduceat(worth_of_tables(fabric, index_bits, widths, in_units), starts)
    tables += worth_of_waiting(fabric, index_bits[starts], widths[starts])  # side by side
    totals = tables * [cut.entries > 1 for cut, _ in wanted]
    step, bits = _worth_of_steps(fabric), widths.tolist()
    return [
        total
        + sum(
            step(width, coefficient, cut.offset_bits)
            for width, coefficient in zip(bits[start + 1 : end], bits[start:end], strict=False)
        )
        for total, (cut, _), start, end in zip(totals.tolist(), wanted, starts, ends, strict=True)
    ]


@lru_cache(maxsize=64)
def _guard_bits(degree: int) -> tuple[int, ...]:
    """What coefficients have behind the last bit of the result, by power, when they are proved, as a rule."""
    if not degree:
        return (0,)
    return (degree.bit_length() - 1, *[1] * (degree - 1), 0)


@lru_cache(maxsize=64)
def _worth_of_steps(fabric: Fabric) -> Callable[[int, int, int], float]:
    """What the product and the sum of a step of Horner's rule are worth, by the bits of the numbers.

    These are the sum that is multiplied, the coefficient that is added, and the offset.
    """

    @lru_cache(maxsize=1 << 14)
    def worth(width: int, coefficient: int, offset_bits: int) -> float:
        factors = number_of(width, signed=True), number_of(min(offset_bits, width), signed=True)
        return fabric.worth(product(fabric, *factors)) + fabric.worth(addition(fabric, coefficient))

    return worth


def _widths(sizes: Floats, fractions: Integers) -> Integers:
    """The bits of numbers up to each size, with so many fractional ones."""
    return np.where(sizes > 0, np.maximum(np.frexp(sizes)[1] + fractions + 1, 1), 1)
