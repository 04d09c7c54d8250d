"""Ways to cut the range into segments, ordered by estimated cost; the cheapest few are worked out and proved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from symhdl.approximation import cost
from symhdl.approximation.approximation import Problem, exponent_of
from symhdl.approximation.polynomial import Addressing, Polynomials, realise, result_fraction
from symhdl.approximation.sampling import MAXIMUM_DEGREE, Floats, distances, tails
from symhdl.approximation.segments import Grid
from symhdl.approximation.univariate import Univariate

ESTIMATED_SHARE = 0.35  # of the allowed error, for the polynomial itself
PROVED = 2  # so many candidates are proved, and the cheapest taken
ATTEMPTS = 16  # so many are tried at most
TOO_DEAR = 1.15  # times the best cost: the estimates are rather too high than too low


@dataclass(frozen=True, slots=True)
class Candidate:
    """A segmentation and a degree with its estimated cost; `grid` makes the segments when they are needed."""

    cost: float
    degree: int
    addressing: Addressing
    grid: Callable[[], Grid]


def candidates_of(
    problem: Problem, addressing: Addressing, grid: Callable[[], Grid],
    offset_bits: int, entries: int, sizes: Floats,
    highest_degree: int = MAXIMUM_DEGREE,
) -> Iterable[Candidate]:  # fmt: skip
    """The degrees that seem to meet the error on a segmentation, for sizes of Taylor coefficients on its segments."""
    if sizes.size == 0:
        return
    reach = distances(sizes)
    for degree in range(highest_degree + 1):
        if reach[degree] > ESTIMATED_SHARE * problem.error:
            continue
        estimate = _estimate(problem, offset_bits, entries, tails(sizes, degree))
        yield Candidate(addressing.cost + estimate, degree, addressing, grid)
        if degree > 0 and reach[degree] < ESTIMATED_SHARE / 16 * problem.error:
            return


def _estimate(problem: Problem, offset_bits: int, entries: int, sizes: tuple[float, ...]) -> float:
    """Tables, products and sums, all with a few guard bits."""
    degree = len(sizes) - 1
    fraction = result_fraction(problem.error) + (1 + degree.bit_length() if degree > 0 else 0)
    total = 0.0
    for power, size in enumerate(sizes):
        width = max(1, exponent_of(size) + fraction + 1) if size > 0 else 1
        total += width * (cost.column(entries, entries // 2) if entries > 1 else 0.0)
        if power > 0:
            total += cost.product(width, min(offset_bits, width)) + cost.adder(width)
    return total


def cheapest(
    function: Univariate, problem: Problem, candidates: Sequence[Candidate], limit: float
) -> Polynomials | None:
    """The cheapest of the few most promising candidates that can be proved and that cost less than `limit`.

    The candidates come by rising estimates.
    """
    best: Polynomials | None = None
    proved = 0
    for attempt, candidate in enumerate(candidates):
        if attempt == ATTEMPTS or proved == PROVED or candidate.cost > TOO_DEAR * limit:
            break
        found = realise(function, problem, candidate.grid(), candidate.addressing, candidate.degree)
        if found is None:
            continue
        proved += 1
        if found.cost < limit:
            best, limit = found, found.cost
    return best
