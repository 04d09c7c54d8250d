"""All methods side by side: the approximation with the least estimated cost wins."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

from symhdl.approximation.approximation import (
    MAXIMUM_TABLE_BITS,
    Approximation,
    Problem,
)
from symhdl.approximation.binade import anchors, binade_candidates
from symhdl.approximation.candidates import Candidate, cheapest
from symhdl.approximation.constant import constant
from symhdl.approximation.periodic import inner_problem, periodic, reduce
from symhdl.approximation.piecewise import uniform_candidates
from symhdl.approximation.split import Part, joined
from symhdl.approximation.symmetric import folded, mirrored
from symhdl.approximation.table import estimated_cost, fits, table
from symhdl.approximation.univariate import Univariate
from symhdl.errors import SymhdlError, error
from symhdl.functions.univariate import Symmetry
from symhdl.numeric.ball import exact_ball, magnitude, precision, upper_float

MAXIMUM_PARTS = 16
LEAST_FOLDED_SPAN = 8  # a smaller table is not worth an absolute value
HOPELESS_PERIODS = 64  # beyond, only range reduction is tried


def approximate(
    function: Univariate, minimum: int, maximum: int, fraction: int, error: float
) -> Approximation:
    """Cells for f(n * 2**-fraction), minimum <= n <= maximum, with a proved absolute error of at most `error`.

    Raises `SymhdlError` (`approximation-impossible`) where no method reaches that within the table limit.
    """
    assert minimum <= maximum and error > 0, "an empty range or error; please report this"
    return _approximate(function, Problem(minimum, maximum, fraction, error))


@lru_cache(maxsize=1024)
def _approximate(function: Univariate, problem: Problem) -> Approximation:
    whole = _one_piece(function, problem)
    if whole is not None:
        return whole
    parts = _parts(function, problem)
    if parts is None:
        raise _impossible(function, problem)
    return joined(parts)


def _one_piece(function: Univariate, problem: Problem) -> Approximation | None:
    """The cheapest approximation of the whole range, None if there is none."""
    flat = constant(function, problem)
    if flat is not None:
        return flat
    found = [_direct(function, problem), _folded(function, problem), _reduced(function, problem)]
    return min((a for a in found if a is not None), key=lambda a: a.cost, default=None)


def _direct(function: Univariate, problem: Problem) -> Approximation | None:
    """Tables and polynomials over the range as it is."""
    if _periods(function, problem) > HOPELESS_PERIODS and not fits(problem):
        return None
    best: Approximation | None = cheapest(function, problem, _candidates(function, problem))
    if not fits(problem):
        return best
    if best is not None and best.cost < estimated_cost(problem, _magnitude(function, problem)) / 2:
        return best
    plain = table(function, problem)
    if plain is None or (best is not None and best.cost <= plain.cost):
        return best
    return plain


def _candidates(function: Univariate, problem: Problem) -> Iterator[Candidate]:
    """All segmentations; none over a singular point, which no polynomial can cross."""
    ends = problem.minimum, problem.maximum
    points = [math.ldexp(float(point), problem.fraction) for point in function.singular_points]
    if any(ends[0] < point < ends[1] for point in points):
        return
    yield from uniform_candidates(function, problem)
    for anchor, step in anchors(function, problem):
        yield from binade_candidates(function, problem, anchor, step)


def _magnitude(function: Univariate, problem: Problem) -> float:
    """The larger of |f| at the ends, for estimates."""
    with precision(problem.precision):
        ends = (problem.minimum, problem.maximum)
        sizes = [magnitude(function.ball(exact_ball(n, -problem.fraction))) for n in ends]
    return max((size for size in sizes if 0 < size < math.inf), default=1.0)


def _folded(function: Univariate, problem: Problem) -> Approximation | None:
    """The function of |n| where the range lies on both sides of zero."""
    if function.symmetry is Symmetry.NONE or not problem.minimum < 0 < problem.maximum:
        return None
    if problem.span < LEAST_FOLDED_SPAN:
        return None
    inner = _direct(function, folded(problem))
    return None if inner is None else mirrored(function.symmetry, problem, inner)


def _periods(function: Univariate, problem: Problem) -> float:
    """How many periods the range spans; 0 without a period."""
    if function.period is None:
        return 0.0
    with precision(64):
        return upper_float(exact_ball(problem.span, -problem.fraction) / function.period())


def _reduced(function: Univariate, problem: Problem) -> Approximation | None:
    """The function of the phase where the range is longer than half a period."""
    if _periods(function, problem) <= 0.5:
        return None
    reduction = reduce(function, problem)
    if reduction is None:
        return None
    inner = _direct(*inner_problem(function, problem, *reduction))
    return None if inner is None else periodic(function, problem, *reduction, inner)


def _parts(function: Univariate, problem: Problem) -> tuple[Part, ...] | None:
    """The range cut at singular points and zero, then in halves, until every part has an approximation."""
    parts: list[Part] = []
    waiting = [(problem.minimum, problem.maximum)]
    while waiting:
        low, high = waiting.pop()
        piece = Problem(low, high, problem.fraction, problem.error)
        is_new = (low, high) != (problem.minimum, problem.maximum)
        found = _one_piece(function, piece) if is_new else None
        if found is not None:
            parts.append(Part(low, high, found))
            continue
        if low == high or len(parts) + len(waiting) + 2 > MAXIMUM_PARTS:
            return None
        cut = _cut(function, piece)
        waiting += [(cut, high), (low, cut - 1)]
    return tuple(parts)


def _cut(function: Univariate, problem: Problem) -> int:
    """The first integer of the upper part."""
    reals = [float(point) for point in function.singular_points]
    for real in (*reals, 0.0):
        cut = math.ceil(math.ldexp(real, problem.fraction))
        if problem.minimum < cut <= problem.maximum:
            return cut
    return problem.minimum + (problem.span + 1) // 2


def _impossible(function: Univariate, problem: Problem) -> SymhdlError:
    step = 2.0**-problem.fraction
    low, high = problem.minimum * step, problem.maximum * step
    return error(
        "approximation-impossible",
        f"`{function.name}` cannot be approximated to within {problem.error:.3g} over [{low:.6g}, {high:.6g}]",
        notes=(
            f"the argument has {problem.span + 1} values, a step of {step:.3g} apart",
            f"a table has at most 2^{MAXIMUM_TABLE_BITS} entries, and no polynomial on segments meets the error",
        ),
        help="allow a larger error, or give the argument fewer bits or a smaller range",
    )
