"""All methods side by side: the cheapest prospects are proved, built and priced, and the caller picks."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from functools import lru_cache, partial
from operator import attrgetter

from msgspec import structs

from symhdl.approximation.approximation import (
    MAXIMUM_INDEX_BITS,
    MORE_DEGREES,
    Approximation,
    Specification,
    at_grid,
    exponent_of,
    tighter,
)
from symhdl.approximation.built import cost_of
from symhdl.approximation.constant import constant
from symhdl.approximation.effort import EXTENTS, Depth, Effort
from symhdl.approximation.kept import Store, kept, question_of
from symhdl.approximation.methods import METHODS, MOST_LUCK
from symhdl.approximation.priced import Priced
from symhdl.approximation.problem import MOST_BITS, Floor, Problem
from symhdl.approximation.prospects import least_of, prospects_of
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.approximation.split import SplitPart, joined
from symhdl.approximation.table import fits, table
from symhdl.budget import UNLIMITED, Budget
from symhdl.cost.operators import Cost, Fabric, choice, comparison
from symhdl.errors import SymhdlError, error
from symhdl.numeric.fixed import power_of_two, width_of_range
from symhdl.numeric.limits import SMALLEST_NUMBER

MAXIMUM_PARTS = 16
# Of all candidates that are tried for a function together: more than any design of up to 32 bits in the corpora takes.
MOST_SEGMENTS = 1 << 16
TRIED = 3  # prospects of a method, where each of them is asked for one
FEW_SEGMENTS = 1 << 12  # for each error that is tried after a refusal
TIGHTER = (0.5, 1.0, 2.0)  # bits of errors whose ways are looked at besides
GROWTH = 1.1  # with each bit the least estimate grows at least so much
LUCKLESS = 1.1  # times the least estimate: what is found is worth more where the search had no luck
COARSE = -16  # bits of an error that can be had
NEAR_ENOUGH = 2  # so many bits away from it the least error is not looked for any longer
MANY_BITS, TOO_LONG = 20, 50  # of a factor, and of a number, that are not written out in messages


def approximate(
    function: SmoothFunction, specification: Specification, fabric: Fabric,
    budget: Budget = UNLIMITED, *, depth: Depth = Depth.ORDINARY, store: Store | None = None,
) -> tuple[Priced, ...]:  # fmt: skip
    """As `search`, where there must be a way.

    Raises `SymhdlError`: `approximation-impossible` where no method reaches the error within the table limit,
    `time-limit` or `step-limit` if the budget was over before anything was proved.
    """
    found = search(function, specification, fabric, budget, depth=depth, store=store)
    if not found:
        raise _impossible(function, at_grid(specification), fabric, budget)
    return found


def search(
    function: SmoothFunction, specification: Specification, fabric: Fabric,
    budget: Budget = UNLIMITED, *, depth: Depth = Depth.ORDINARY, store: Store | None = None,
) -> tuple[Priced, ...]:  # fmt: skip
    """Ways to compute f(n * 2**-fraction), minimum <= n <= maximum, each with a proved error, the preferred one first.

    The error is taken down to the next place of a grid. Where the budget is over, and in a brief search, the
    first that was proved is all. A brief search may find cells for a range that is a little wider, so that what was
    found for one range serves many others.
    """
    assert specification.span >= 0, "an empty range; please report this"
    specification = at_grid(specification)
    wider = _widened(function, specification) if depth is Depth.BRIEF else specification
    for candidate in dict.fromkeys((wider, specification)):
        is_possible = specification.error >= SMALLEST_NUMBER
        found = _known(function, candidate, fabric, budget, depth, store) if is_possible else ()
        if found:
            return found
    return ()


def _known(
    function: SmoothFunction, specification: Specification, fabric: Fabric,
    budget: Budget, depth: Depth, store: Store | None,
) -> tuple[Priced, ...]:  # fmt: skip
    """What the store has, or what is found; what a limited time finds is not for others."""
    if store is None or budget.is_limited:
        return _found(function, specification, fabric, budget, depth)
    return _stored(function, specification, fabric, depth, store)


@lru_cache(maxsize=1024)
def _stored(
    function: SmoothFunction, specification: Specification, fabric: Fabric, depth: Depth,
    store: Store,
) -> tuple[Priced, ...]:  # fmt: skip
    question = question_of(function, specification, fabric, depth.name)
    search = partial(_found, function, specification, fabric, UNLIMITED, depth)
    return search() if question is None else kept(store, question, search, _priced_of)


def _priced_of(document: object) -> tuple[Priced, ...]:
    """What was kept. Raises TypeError or ValueError for anything else."""
    if not isinstance(document, list) or not all(isinstance(each, Priced) for each in document):
        raise TypeError("no ways to compute a function")
    return tuple(document)


@lru_cache(maxsize=1024)
def _found(
    function: SmoothFunction, specification: Specification, fabric: Fabric,
    budget: Budget, depth: Depth,
) -> tuple[Priced, ...]:  # fmt: skip
    """What is found for the error, and for tighter ones if some way for these may be worth less."""
    found = _found_for(function, specification, fabric, budget, depth)
    if not found or depth is Depth.BRIEF or budget.is_over() or found[0].worth == 0:
        return found
    least = least_of(Problem(function, specification, fabric, depth))
    for bits in TIGHTER:
        finer = tighter(specification, bits)
        if found[0].worth <= LUCKLESS * least * GROWTH**bits or finer.error < SMALLEST_NUMBER:
            break
        if least_of(Problem(function, finer, fabric, depth)) >= found[0].worth:
            break
        others = _found_for(function, finer, fabric, budget, depth)
        found = tuple(sorted((*found, *others), key=attrgetter("preference")))
    return found


@lru_cache(maxsize=1024)  # what one budget cuts short is found by that one alone
def _found_for(
    function: SmoothFunction, specification: Specification, fabric: Fabric,
    budget: Budget, depth: Depth,
) -> tuple[Priced, ...]:  # fmt: skip
    for candidate in (specification, structs.replace(specification, more_degrees=MORE_DEGREES)):
        effort = Effort(budget, MOST_SEGMENTS, depth)
        found = _ranked(Problem(function, candidate, fabric, depth), effort)
        if found or budget.cut:
            return found
    return ()


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
    return structs.replace(specification, minimum=least, maximum=most)


def _toward_zero(size: int) -> int:
    return 1 << (size.bit_length() - 1)


def _away_from_zero(size: int) -> int:
    places = max(0, size.bit_length() - 3)
    return -(-size >> places) << places


def _ranked(problem: Problem, effort: Effort) -> tuple[Priced, ...]:
    """What is proved of all methods, the preferred one first.

    Where none of the promising prospects can be, there are parts of the range, or a table, however dear.
    """
    flat = constant(problem.function, problem.specification)
    if flat is not None:
        return (Priced(flat, Cost(), 0.0),)
    found = _proved(problem, Effort(effort.budget, EXTENTS[effort.depth].segments, effort.depth))
    if not found:
        found = _proved(problem, effort)
    is_over = effort.depth is Depth.BRIEF or effort.budget.is_over()
    others: list[Approximation | None] = []
    if not found:
        others = [_in_parts(problem, math.inf, effort), _table(problem)]
    elif not is_over and (_has_singular_point(problem) or _has_constant_half(problem)):
        others = [_in_parts(problem, found[0].worth, effort)]
    found += [_priced(other, problem) for other in others if other is not None]
    return tuple(sorted(found, key=attrgetter("preference")))


def _proved(problem: Problem, effort: Effort) -> list[Priced]:
    """The most promising prospects that can be proved, the preferred one first."""
    found: list[Priced] = []
    best, attempts, extent = math.inf, 0, EXTENTS[effort.depth]
    looked_at = 0
    for prospect in prospects_of(problem):
        hope = extent.hope if len(found) < extent.compare else 0.0
        if looked_at == extent.looked_at or prospect.worth > (1 + hope * MOST_LUCK) * best:
            break
        if isinstance(prospect, Floor):
            continue
        looked_at += 1
        if prospect.worth > (1 + hope * prospect.luck) * best:
            continue
        if attempts and effort.budget.is_over():
            break
        if not effort.allows(prospect.work):
            continue
        attempts += 1
        approximation = prospect.prove()
        if approximation is not None:
            found.append(_priced(approximation, problem))
            best = min(best, found[-1].worth)
        if attempts == extent.attempts or len(found) == extent.proved:
            break
    return sorted(found, key=attrgetter("preference"))


def of_every_method(problem: Problem) -> Iterator[tuple[str, float, Approximation | None]]:
    """Of every method that can do it its name, the least estimate, and the first of its prospects that is proved.

    That is None where none of the first ones is, or where it would take too long.
    """
    problem = structs.replace(problem, specification=at_grid(problem.specification))
    for method in METHODS:
        prospects = list(itertools.islice(method.prospects(problem), TRIED))
        effort = Effort(UNLIMITED, MOST_SEGMENTS)
        tried = (each.prove() for each in prospects if effort.allows(each.work))
        if prospects:
            found = next((each for each in tried if each is not None), None)
            yield method.name, prospects[0].worth, found


def _priced(approximation: Approximation, problem: Problem) -> Priced:
    """The approximation with the price of its cells for the whole range."""
    cost = cost_of(approximation, problem.fabric, problem.specification)
    return Priced(approximation, cost, problem.fabric.worth(cost))


def _in_parts(problem: Problem, limit: float, effort: Effort) -> Approximation | None:
    """The range cut at singular points and zero, then in halves, until every part has an approximation.

    None if that fails. With a limit the range is only cut once, and nothing is proved where the estimates of the two
    parts are not below it.
    """
    if problem.specification.span == 0 or exponent_of(problem.specification.error) < -MOST_BITS:
        return None
    waiting = _halves(problem)
    is_last_resort = math.isinf(limit)
    if not is_last_resort and _worth_of_parts(problem, waiting) >= limit:
        return None
    parts: list[SplitPart] = []
    while waiting:
        piece = waiting.pop()
        found = _part(piece, effort)
        if found is not None:
            specification = piece.specification
            parts.append(SplitPart(specification.minimum, specification.maximum, found))
        elif is_last_resort and _may_be_cut(piece, len(parts) + len(waiting), effort):
            waiting += _halves(piece)
        else:
            return None
    return joined(tuple(parts))


def _may_be_cut(piece: Problem, others: int, effort: Effort) -> bool:
    return (
        piece.specification.span > 0 and others + 2 <= MAXIMUM_PARTS and not effort.budget.is_over()
    )


def _has_singular_point(problem: Problem) -> bool:
    """Whether the range is cut at a point inside, which no method with segments bears."""
    specification = problem.specification
    unit = power_of_two(-specification.fraction)
    low, high = specification.minimum * unit, specification.maximum * unit
    return any(low < point < high for point in problem.function.singular_points)


def _has_constant_half(problem: Problem) -> bool:
    """Whether a half of the range takes no cells."""
    if problem.specification.span == 0:
        return False
    halves = _halves(problem)
    return any(constant(half.function, half.specification) is not None for half in halves)


def _worth_of_parts(problem: Problem, parts: list[Problem]) -> float:
    """The least that parts are estimated to be worth together, with the choice among them."""
    specification, fabric = problem.specification, problem.fabric
    _, width = width_of_range(specification.minimum, specification.maximum)
    around = [comparison(fabric, width), choice(fabric, width), choice(fabric, width)]
    return sum(map(least_of, parts)) + (len(parts) - 1) * sum(map(fabric.worth, around))


def _part(problem: Problem, effort: Effort) -> Approximation | None:
    """A constant, or the cheapest of what is proved."""
    flat = constant(problem.function, problem.specification)
    if flat is not None:
        return flat
    found = next((each.approximation for each in _proved(problem, effort)), None)
    return found or _table(problem)


def _table(problem: Problem) -> Approximation | None:
    """A table of all arguments, None if it is too large."""
    return table(problem.function, problem.specification)


def _halves(problem: Problem) -> list[Problem]:
    """The two parts of the range, the lower one last."""
    specification = problem.specification
    cut = _cut(problem.function, specification)
    lower, upper = (
        structs.replace(specification, maximum=cut - 1),
        structs.replace(specification, minimum=cut),
    )
    return [structs.replace(problem, specification=part) for part in (upper, lower)]


def _cut(function: SmoothFunction, specification: Specification) -> int:
    """The first integer of the upper part."""
    reals = [float(point) for point in function.singular_points]
    for real in (*reals, 0.0):
        cut = math.ceil(math.ldexp(real, specification.fraction))
        if specification.minimum < cut <= specification.maximum:
            return cut
    return specification.minimum + (specification.span + 1) // 2


def _impossible(
    function: SmoothFunction, specification: Specification, fabric: Fabric, budget: Budget
) -> SymhdlError:
    """Says what cannot be done, and what can."""
    if budget.cut:
        return error(
            budget.name,
            f"nothing that computes `{function.name}` was found within {budget.told}",
            help=f"allow more (--{budget.name}), or a larger error",
        )
    unit = power_of_two(-specification.fraction)
    step, low, high = (float(n * unit) for n in (1, specification.minimum, specification.maximum))
    bits = specification.span.bit_length()
    count = f"about 2^{bits}" if bits > TOO_LONG else str(specification.span + 1)
    more = _bits_to_spare(Problem(function, specification, fabric), budget)
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


def _bits_to_spare(problem: Problem, budget: Budget) -> int | None:
    """By about how many bits the error must grow, as far as short searches tell; None if they find nothing."""
    specification = problem.specification

    def works(bits: int) -> bool:
        error = math.ldexp(specification.error, bits)
        wider = structs.replace(specification, error=error, more_degrees=MORE_DEGREES)
        effort = Effort(budget, FEW_SEGMENTS, Depth.BRIEF)
        return fits(wider) or bool(_ranked(structs.replace(problem, specification=wider), effort))

    exponent = exponent_of(specification.error)
    fails, enough = max(0, -MOST_BITS - exponent), COARSE - exponent
    if enough <= fails or not works(enough):
        return None
    while enough - fails > NEAR_ENOUGH:
        middle = (fails + enough) // 2
        fails, enough = (fails, middle) if works(middle) else (middle, enough)
    return enough
