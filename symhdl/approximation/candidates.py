"""Ways to cut the range into segments, ordered by estimated cost; the cheapest few are worked out and proved."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from symhdl.approximation import cost
from symhdl.approximation.approximation import Specification, exponent_of
from symhdl.approximation.polynomial import Addressing, Polynomials, realise, result_fraction
from symhdl.approximation.sampling import Floats, distances, tails
from symhdl.approximation.segments import Grid
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.budget import Budget

ESTIMATED_SHARE = 0.35  # of the allowed error, for the polynomial itself
PROVED = 2  # so many candidates are proved, and the cheapest taken
ATTEMPTS = 16  # so many are tried at most
WORD = 32  # bits
TOO_DEAR = 1.15  # times the best cost: the estimates are rather too high than too low


@dataclass(slots=True)
class Effort:
    """What is left of the work that may be spent on one function: segments that are enclosed and fitted.

    `brief` is the search for one of very many functions, which ends with the first that is proved.
    """

    budget: Budget
    segments: int
    brief: bool = False

    def allows(self, grid: Grid, error: float, largest: float) -> bool:
        """Whether there is enough left for a grid with values up to the largest, which is taken from it.

        Long numbers count more.
        """
        beyond = max(0, exponent_of(largest) - WORD) if largest > 0 else 0
        bits = max(beyond - exponent_of(error), grid.offset_bits)
        self.segments -= len(grid.segments) * max(1, bits // WORD)
        return self.segments >= 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A segmentation and a degree with its estimated cost; `grid` makes the segments when they are needed.

    `largest` is the size of the largest value.
    """

    cost: float
    degree: int
    addressing: Addressing
    grid: Callable[[], Grid]
    largest: float


@dataclass(frozen=True, slots=True)
class Segmentation:
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
    specification: Specification, addressing: Addressing, grid: Callable[[], Grid],
    offset_bits: int, entries: int, least: tuple[float, float], sizes: Callable[[], Floats],
    highest_degree: int | None = None,
) -> Segmentation:  # fmt: skip
    """A segmentation, given `least_sizes` and what makes sizes of Taylor coefficients on its segments of samples.

    Whatever the degree, a table holds the values; where they vary by too much within a segment, another the slopes.
    """
    value, slope = least
    if highest_degree is None:
        highest_degree = specification.highest_degree
    if slope / 2 > ESTIMATED_SHARE * specification.error and highest_degree > 0:
        estimate = _estimate(specification, offset_bits, entries, least)
    else:
        estimate = _width(value, result_fraction(specification.error)) * _column(entries)
    found = partial(
        _candidates, specification, addressing, grid, offset_bits, entries, sizes, highest_degree
    )
    return Segmentation(addressing.cost + estimate, found)


def _candidates(
    specification: Specification, addressing: Addressing, grid: Callable[[], Grid],
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
        estimate = _estimate(specification, offset_bits, entries, ends)
        yield Candidate(addressing.cost + estimate, degree, addressing, grid, ends[0])
        if degree > 0 and reach[degree] < ESTIMATED_SHARE / 16 * specification.error:
            return


def _estimate(
    specification: Specification, offset_bits: int, entries: int, sizes: tuple[float, ...]
) -> float:
    """Tables, products and sums, all with a few guard bits."""
    degree = len(sizes) - 1
    fraction = result_fraction(specification.error) + (1 + degree.bit_length() if degree > 0 else 0)
    total = 0.0
    for power, size in enumerate(sizes):
        width = _width(size, fraction)
        total += width * _column(entries)
        if power > 0:
            total += cost.product(width, min(offset_bits, width)) + cost.adder(width)
    return total


def _width(size: float, fraction: int) -> int:
    """The bits of numbers up to a size, with so many fractional ones."""
    return max(1, exponent_of(size) + fraction + 1) if size > 0 else 1


def _column(entries: int) -> float:
    """What a bit of a table of unknown contents costs."""
    return cost.column(entries, entries // 2) if entries > 1 else 0.0


def cheapest(
    function: SmoothFunction,
    specification: Specification,
    candidates: Iterable[Candidate],
    limit: float,
    effort: Effort,
) -> Polynomials | None:
    """The cheapest of the few most promising candidates that can be proved and that cost less than `limit`.

    The candidates come by rising estimates; one is tried even where the time is over.
    """
    best: Polynomials | None = None
    proved = 0
    for attempt, candidate in enumerate(candidates):
        if (
            attempt == ATTEMPTS
            or proved == (1 if effort.brief else PROVED)
            or candidate.cost > TOO_DEAR * limit
        ):
            break
        if attempt > 0 and effort.budget.is_over():
            break
        grid = candidate.grid()
        if not effort.allows(grid, specification.error, candidate.largest):
            break
        found = realise(function, specification, grid, candidate.addressing, candidate.degree)
        if found is None:
            continue
        proved += 1
        if found.cost < limit:
            best, limit = found, found.cost
    return best
