"""Ways to cut the range into segments, ordered by estimated cost."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial

from msgspec import Struct

from symhdl.approximation.approximation import Specification, exponent_of
from symhdl.approximation.polynomial import Addressing, result_fraction
from symhdl.approximation.sampling import Floats, distances, tails
from symhdl.approximation.segments import Grid
from symhdl.budget import Budget
from symhdl.cost.operators import Fabric, addition, product, table
from symhdl.cost.products import number_of

ESTIMATED_SHARE = 0.35  # of the allowed error, for the polynomial itself
WORD = 32  # bits


@dataclass(slots=True)
class Effort:
    """What is left of the work that may be spent on one function: segments that are enclosed and fitted.

    `brief` is the search for one of very many functions, which ends with the first that is proved.
    """

    budget: Budget
    segments: int
    brief: bool = False

    def allows(self, segments: int) -> bool:
        """Whether there is enough left for so many, which are taken from it then."""
        is_enough = segments <= self.segments
        self.segments -= segments * is_enough
        return is_enough


class Candidate(Struct, frozen=True):
    """A segmentation and a degree with its estimated cost; `grid` makes the segments when they are needed.

    `work` is how many segments it has, where long numbers count more.
    """

    cost: float
    degree: int
    addressing: Addressing
    grid: Callable[[], Grid]
    work: int


class Segmentation(Struct, frozen=True):
    """A way to cut the range. None of its candidates, which are worked out when they are needed, costs less."""

    least_cost: float
    candidates: Callable[[], Iterable[Candidate]]


@dataclass(slots=True)
class Ranking:
    """Candidates by rising cost, then degree; no more are worked out than are asked for.

    A segmentation waits with the least cost that it may have, and gives its candidates when its turn comes.
    """

    segmentations: Iterable[Segmentation]
    _known: list[Candidate] = field(default_factory=list)
    _waiting: list[tuple[float, int, int, int, Candidate | Segmentation]] = field(init=False)

    def __post_init__(self) -> None:
        self._waiting = [(s.least_cost, -1, k, 0, s) for k, s in enumerate(self.segmentations)]
        heapq.heapify(self._waiting)

    def __iter__(self) -> Iterator[Candidate]:
        for position in itertools.count():
            if position == len(self._known) and not self._found_next():
                return
            yield self._known[position]

    def _found_next(self) -> bool:
        while self._waiting:
            *_, place, _, entry = heapq.heappop(self._waiting)
            if isinstance(entry, Candidate):
                self._known.append(entry)
                return True
            for position, found in enumerate(entry.candidates()):
                key = (found.cost, found.degree, place, position, found)
                heapq.heappush(self._waiting, key)
        return False


def segmentation(
    fabric: Fabric, specification: Specification, addressing: Addressing, grid: Callable[[], Grid],
    offset_bits: int, entries: int, least: Floats, sizes: Callable[[], Floats],
    highest_degree: int | None = None,
) -> Segmentation | None:  # fmt: skip
    """A segmentation, given what makes sizes of Taylor coefficients on its segments of samples.

    `least` are sizes that they surely have, by power. None if by these no degree can meet the error.
    """
    if highest_degree is None:
        highest_degree = specification.highest_degree
    sure = least.tolist()
    degree = _least_degree(sure, specification.error)
    if degree > highest_degree:
        return None
    estimate = _estimate(fabric, specification, offset_bits, entries, sure[: degree + 1])
    found = partial(
        _candidates,
        fabric,
        specification,
        addressing,
        grid,
        offset_bits,
        entries,
        sizes,
        highest_degree,
    )
    return Segmentation(addressing.cost(fabric) + estimate, found)


def _least_degree(least: Sequence[float], error: float) -> int:
    """The least degree whose distance, see `distances`, may be within the error with sizes of at least so much."""
    scaled = [math.ldexp(size, 1 - power) for power, size in enumerate(least)]
    for degree, (first, second) in enumerate(zip(scaled[1:], (*scaled[2:], 0.0), strict=True)):
        if first + second / 4 <= ESTIMATED_SHARE * error:
            return degree
    return len(least)


def _candidates(
    fabric: Fabric, specification: Specification, addressing: Addressing, grid: Callable[[], Grid],
    offset_bits: int, entries: int, sizes_on_segments: Callable[[], Floats], highest_degree: int,
) -> Iterable[Candidate]:  # fmt: skip
    """The degrees that seem to meet the error on a segmentation."""
    sizes = sizes_on_segments()
    if sizes.size == 0:
        return
    reach = distances(sizes)
    for degree in range(highest_degree + 1):
        if reach[degree] > ESTIMATED_SHARE * specification.error:
            continue
        ends = tails(sizes, degree)
        estimate = _estimate(fabric, specification, offset_bits, entries, ends)
        beyond = max(0, exponent_of(ends[0]) - WORD) if ends[0] > 0 else 0
        bits = max(beyond - exponent_of(specification.error), offset_bits)
        work = entries * max(1, bits // WORD)
        yield Candidate(addressing.cost(fabric) + estimate, degree, addressing, grid, work)
        if degree > 0 and reach[degree] < ESTIMATED_SHARE / 16 * specification.error:
            return


def _estimate(
    fabric: Fabric, specification: Specification, offset_bits: int, entries: int,
    sizes: Sequence[float],
) -> float:  # fmt: skip
    """Tables, products and sums, all with a few guard bits."""
    degree = len(sizes) - 1
    fraction = result_fraction(specification.error) + (1 + degree.bit_length() if degree > 0 else 0)
    total = 0.0
    for power, size in enumerate(sizes):
        width = _width(size, fraction)
        total += _step(fabric, entries, width, offset_bits if power > 0 else 0)
    return total


@lru_cache(maxsize=1 << 14)
def _step(fabric: Fabric, entries: int, width: int, offset_bits: int) -> float:
    """What a table is worth with the product and the sum of its step of Horner's rule, if it has one."""
    total = _table(fabric, entries, width)
    if offset_bits:
        factors = number_of(width, signed=True), number_of(min(offset_bits, width), signed=True)
        total += fabric.worth(product(fabric, *factors)) + fabric.worth(addition(fabric, width))
    return total


def _width(size: float, fraction: int) -> int:
    """The bits of numbers up to a size, with so many fractional ones."""
    return max(1, exponent_of(size) + fraction + 1) if size > 0 else 1


def _table(fabric: Fabric, entries: int, width: int) -> float:
    """What a table of unknown contents is worth."""
    return fabric.worth(table(fabric, (entries - 1).bit_length(), width)) if entries > 1 else 0.0
