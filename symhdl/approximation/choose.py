"""All methods side by side: the approximation with the least estimated cost wins."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache, partial
from typing import NamedTuple

from symhdl.approximation.approximation import (
    MAXIMUM_INDEX_BITS,
    MORE_DEGREES,
    Approximation,
    Specification,
    exponent_of,
)
from symhdl.approximation.binade import anchors, binade_segmentations
from symhdl.approximation.candidates import Effort, Ranking, Segmentation, cheapest
from symhdl.approximation.constant import constant
from symhdl.approximation.periodic import inner_specification, periodic, reduce
from symhdl.approximation.piecewise import uniform_segmentations
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.approximation.split import SplitPart, joined
from symhdl.approximation.symmetric import folded, mirrored
from symhdl.approximation.table import estimated_cost, fits, table
from symhdl.budget import UNLIMITED, Budget
from symhdl.errors import SymhdlError, error
from symhdl.functions.univariate import Symmetry
from symhdl.numeric.ball import exact_ball, magnitude, precision, upper_float
from symhdl.numeric.fixed import power_of_two
from symhdl.numeric.limits import LARGEST_NUMBER, SMALLEST_NUMBER

MAXIMUM_PARTS = 16
LEAST_FOLDED_COST = 60  # a cheaper table is not worth an absolute value
LEAST_TABLE_SHARE = 0.4  # of its estimated cost, for what the contents may make simpler
NEAR = 4096  # a part of the range so small counts as nothing
SMALL_PART = 256  # arguments in a part that may be a table
SPLIT_COST = 1200  # where one piece costs more, several may be better
# Times the limit; parts whose estimates are together beyond it never won, by running `_parts` without this on 294
# functions of 100 records of the corpora at 16 and 24 bits: the largest share that won was 1.25.
UNLIKELY = 1.3
# Of all candidates that are tried for a function together: more than any design of up to 32 bits in the corpora takes.
MOST_SEGMENTS = 1 << 16
FEW_SEGMENTS = 1 << 12  # for each error that is tried after a refusal
MOST_BITS = 144  # of a result behind the binary point: nothing but constants and tables has more
LONGEST_ARGUMENT = 1000  # bits
COARSE = -16  # bits of an error that can be had
NEAR_ENOUGH = 2  # so many bits away from it the least error is not looked for any longer
MANY_BITS, TOO_LONG = 20, 50  # of a factor, and of a number, that are not written out in messages
HOPELESS_PERIODS = 64  # beyond, only range reduction is tried


def approximate(
    function: SmoothFunction, minimum: int, maximum: int, fraction: int, error: float,
    budget: Budget = UNLIMITED, *, brief: bool = False,
) -> Approximation:  # fmt: skip
    """Cells for f(n * 2**-fraction), minimum <= n <= maximum, with a proved absolute error of at most `error`.

    Raises `SymhdlError` (`approximation-impossible`) where no method reaches that within the table limit. Where the
    budget is over, and in a `brief` search, the first that was proved is taken; `time-limit` is raised if the budget
    was over before any was. A brief search may find cells for a range that is a little wider, so that what was found
    for one range serves many others.
    """
    assert minimum <= maximum, "an empty range; please report this"
    specification = Specification(minimum, maximum, fraction, error)
    wider = _widened(function, specification) if brief else specification
    for candidate in dict.fromkeys((wider, specification)):
        found = None if error < SMALLEST_NUMBER else _found(function, candidate, budget, brief)
        if found is not None:
            return found
    raise _impossible(function, specification, budget)


@lru_cache(maxsize=1024)  # what one budget cuts short is found by that one alone
def _found(
    function: SmoothFunction, specification: Specification, budget: Budget, brief: bool
) -> Approximation | None:
    for candidate in (specification, replace(specification, more_degrees=MORE_DEGREES)):
        found = _cheapest(function, candidate, Effort(budget, MOST_SEGMENTS, brief))
        if found is not None or budget.cut:
            return found
    return None


def _widened(function: SmoothFunction, specification: Specification) -> Specification:
    """The range between ends of few bits; itself where a singular point would come into it.

    An end comes nearer to zero by up to a half of its size, which costs a segment of a function that changes fast
    there, or goes away from it by up to a quarter.
    """
    low, high = specification.minimum, specification.maximum
    least = _toward_zero(low) if low > 0 else -_away_from_zero(-low)
    most = -_toward_zero(-high) if high < 0 else _away_from_zero(high)
    unit = power_of_two(-specification.fraction)
    points = function.singular_points
    if any(least * unit <= p < low * unit or high * unit < p <= most * unit for p in points):
        return specification
    return replace(specification, minimum=least, maximum=most)


def _toward_zero(size: int) -> int:
    return 1 << (size.bit_length() - 1)


def _away_from_zero(size: int) -> int:
    places = max(0, size.bit_length() - 3)
    return -(-size >> places) << places


def _cheapest(
    function: SmoothFunction, specification: Specification, effort: Effort
) -> Approximation | None:
    flat = constant(function, specification)
    if flat is not None:
        return flat
    best = _polynomial(function, specification, effort)
    if best is not None and (effort.brief or effort.budget.is_over()):
        return best
    if best is None or best.cost > SPLIT_COST:
        parts = _parts(function, specification, math.inf if best is None else best.cost, effort)
        best = best if parts is None else joined(parts)
    plain = _tabulated(function, specification, math.inf if best is None else best.cost)
    if plain is not None and (best is None or plain.cost < best.cost):
        best = plain
    return best


def _is_hopeless(specification: Specification) -> bool:
    """Whether the result, or the argument, is too long for polynomials; estimates are made in floats."""
    largest = max(-specification.minimum, specification.maximum)
    longest = max(largest.bit_length(), abs(specification.fraction))
    return exponent_of(specification.error) < -MOST_BITS or longest > LONGEST_ARGUMENT


class _Way(NamedTuple):
    """Polynomials of another specification, and what makes an approximation of the first one of them."""

    function: SmoothFunction
    specification: Specification
    wrap: Callable[[Approximation], Approximation]

    @property
    def least_cost(self) -> float:
        """The least estimate of all segmentations."""
        first = next(iter(_candidates(self.function, self.specification)), None)
        return math.inf if first is None else first.cost


def _polynomial(
    function: SmoothFunction,
    specification: Specification,
    effort: Effort,
    limit: float = math.inf,
) -> Approximation | None:
    """The cheapest polynomials over the whole range, None if there are none below the limit.

    What promises the least is proved first, so that little is proved of what costs more.
    """
    best: Approximation | None = None
    if _is_hopeless(specification):
        return None
    for way in sorted(_ways(function, specification), key=lambda way: way.least_cost):
        candidates = _candidates(way.function, way.specification)
        inner = cheapest(way.function, way.specification, candidates, limit, effort)
        found = None if inner is None else way.wrap(inner)
        if found is not None and found.cost < limit:
            best, limit = found, found.cost
    return best


def _ways(function: SmoothFunction, specification: Specification) -> Iterator[_Way]:
    """Polynomials of the phase of a long range, over the range as it is, and over |n|."""
    periods = _periods(function, specification)
    reduction = reduce(function, specification) if periods > 0.5 else None
    if reduction is not None:
        inner = inner_specification(function, specification, *reduction)
        yield _Way(*inner, partial(periodic, function, specification, *reduction))
    if periods <= HOPELESS_PERIODS:
        yield _Way(function, specification, _as_it_is)
    if _is_foldable(function, specification):
        half = folded(specification)
        if _periods(function, half) <= HOPELESS_PERIODS:
            yield _Way(function, half, partial(mirrored, function.symmetry, specification))


def _as_it_is(approximation: Approximation) -> Approximation:
    return approximation


def _tabulated(
    function: SmoothFunction, specification: Specification, limit: float
) -> Approximation | None:
    """A table over the range as it is, or over |n|, where it may be cheaper than the limit."""
    if not fits(specification):
        return None
    magnitude = _magnitude(function, specification)
    best: Approximation | None = None
    if estimated_cost(specification, magnitude) * LEAST_TABLE_SHARE < limit:
        best = table(function, specification)
    if best is None or not _is_foldable(function, specification) or best.cost < LEAST_FOLDED_COST:
        return best
    half = table(function, folded(specification))
    if half is None:
        return best
    return min(best, mirrored(function.symmetry, specification, half), key=lambda a: a.cost)


@lru_cache(maxsize=256)
def _candidates(function: SmoothFunction, specification: Specification) -> Ranking:
    """All segmentations and degrees, the one with the least estimate first."""
    return Ranking(_segmentations(function, specification))


def _segmentations(
    function: SmoothFunction, specification: Specification
) -> Iterator[Segmentation]:
    """All segmentations; a singular point of the range can only lie at the anchor of logarithmic segments."""
    if max(-specification.minimum, specification.maximum) > LARGEST_NUMBER:
        return  # what follows calculates with floats
    points = [
        math.ldexp(float(point), specification.fraction) for point in function.singular_points
    ]
    # A singular point shortly beyond an end spoils long segments as well as one inside.
    margin = 1 + specification.span / NEAR
    low, high = specification.minimum - margin, specification.maximum + margin
    singular = [point for point in points if low <= point <= high]
    if not singular:
        yield from uniform_segmentations(function, specification)
    for anchor, step in anchors(function, specification):
        if all(abs(point - anchor) <= margin for point in singular):
            yield from binade_segmentations(function, specification, anchor, step)


def _magnitude(function: SmoothFunction, specification: Specification) -> float:
    """The larger of |f| at the ends, for estimates."""
    with precision(specification.precision):
        ends = (specification.minimum, specification.maximum)
        sizes = [magnitude(function.ball(exact_ball(n, -specification.fraction))) for n in ends]
    return max((size for size in sizes if 0 < size < math.inf), default=1.0)


def _is_foldable(function: SmoothFunction, specification: Specification) -> bool:
    return function.symmetry is not Symmetry.NONE and specification.minimum < 0


def _periods(function: SmoothFunction, specification: Specification) -> float:
    """How many periods the range spans; 0 without a period."""
    if function.period is None:
        return 0.0
    with precision(64):
        return upper_float(
            exact_ball(specification.span, -specification.fraction) / function.period()
        )


def _parts(
    function: SmoothFunction, specification: Specification, limit: float, effort: Effort
) -> tuple[SplitPart, ...] | None:
    """The range cut at singular points and zero, then in halves, until every part has an approximation.

    None if that fails or if it costs more than the limit. With a limit the range is only cut once, and nothing is
    proved where the estimates of the two parts are far beyond it.
    """
    if specification.span == 0 or _is_hopeless(specification):
        return None
    parts: list[SplitPart] = []
    waiting = _halves(function, specification)
    is_last_resort = math.isinf(limit)
    if not is_last_resort and sum(_least(function, half) for half in waiting) > UNLIKELY * limit:
        return None
    cost = 0.0
    while waiting:
        piece = waiting.pop()
        found = _part(function, piece, limit - cost, effort)
        if found is not None:
            parts.append(SplitPart(piece.minimum, piece.maximum, found))
            cost += found.cost
            if cost > limit:
                return None
            continue
        if piece.span == 0 or not is_last_resort:
            return None
        if len(parts) + len(waiting) + 2 > MAXIMUM_PARTS:
            return None
        waiting += _halves(function, piece)
    return tuple(parts)


def _halves(function: SmoothFunction, specification: Specification) -> list[Specification]:
    """The two parts of the range, the lower one last."""
    cut = _cut(function, specification)
    lower = replace(specification, maximum=cut - 1)
    return [replace(specification, minimum=cut), lower]


def _least(function: SmoothFunction, specification: Specification) -> float:
    """The least estimate for a part; 0 where it may be a constant or a table."""
    if specification.span <= SMALL_PART or constant(function, specification) is not None:
        return 0.0
    return min((way.least_cost for way in _ways(function, specification)), default=math.inf)


def _part(
    function: SmoothFunction, specification: Specification, limit: float, effort: Effort
) -> Approximation | None:
    """A constant, polynomials, or a table if there are no polynomials and it is small."""
    found = constant(function, specification)
    if found is not None:
        return found
    if specification.span > SMALL_PART:
        return _polynomial(function, specification, effort, limit)
    return _polynomial(function, specification, effort) or table(function, specification)


def _cut(function: SmoothFunction, specification: Specification) -> int:
    """The first integer of the upper part."""
    reals = [float(point) for point in function.singular_points]
    for real in (*reals, 0.0):
        cut = math.ceil(math.ldexp(real, specification.fraction))
        if specification.minimum < cut <= specification.maximum:
            return cut
    return specification.minimum + (specification.span + 1) // 2


def _impossible(
    function: SmoothFunction, specification: Specification, budget: Budget
) -> SymhdlError:
    """Says what cannot be done, and what can."""
    if budget.cut:
        return error(
            "time-limit",
            f"nothing that computes `{function.name}` was found before the time was over",
            help="allow more time (--time-limit), or a larger error",
        )
    unit = power_of_two(-specification.fraction)
    step, low, high = (float(n * unit) for n in (1, specification.minimum, specification.maximum))
    bits = specification.span.bit_length()
    count = f"about 2^{bits}" if bits > TOO_LONG else str(specification.span + 1)
    more = _bits_to_spare(function, specification, budget)
    notes: tuple[str, ...] = (
        f"the argument has {count} values, a step of {float(step):.3g} apart",
        f"a table has at most 2^{MAXIMUM_INDEX_BITS} entries, and no polynomial on segments meets the error",
    )
    help = "give the argument fewer bits or a smaller range"
    if more is not None:
        reached = math.ldexp(specification.error, more)
        times = f"{math.ldexp(1.0, more):.2g} times" if more > MANY_BITS else f"{1 << more:,} times"
        notes += (f"within {reached:.3g} it can be, {times} as much",)
        help = (
            f"allow an error of the outputs that is {times} as large, or give them {more} bits less"
        )
    return error(
        "approximation-impossible",
        f"`{function.name}` cannot be approximated to within {specification.error:.3g} over [{low:.6g}, {high:.6g}]",
        notes=notes,
        help=help,
    )


def _bits_to_spare(
    function: SmoothFunction, specification: Specification, budget: Budget
) -> int | None:
    """By about how many bits the error must grow, as far as short searches tell; None if they find nothing."""

    def works(bits: int) -> bool:
        error = math.ldexp(specification.error, bits)
        wider = replace(specification, error=error, more_degrees=MORE_DEGREES)
        return fits(wider) or _cheapest(function, wider, Effort(budget, FEW_SEGMENTS)) is not None

    exponent = exponent_of(specification.error)
    fails, enough = max(0, -MOST_BITS - exponent), COARSE - exponent
    if enough <= fails or not works(enough):
        return None
    while enough - fails > NEAR_ENOUGH:
        middle = (fails + enough) // 2
        fails, enough = (fails, middle) if works(middle) else (middle, enough)
    return enough
