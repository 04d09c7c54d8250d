"""The table of methods by which a function is approximated: each gives prospects, cells that are not worked out yet."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from operator import attrgetter

from msgspec import structs

from symhdl.approximation.approximation import Approximation, Specification
from symhdl.approximation.binade import anchors, binade_cuts
from symhdl.approximation.candidates import (
    Candidate,
    Cut,
    candidates_of,
    ranking,
    segmentations,
)
from symhdl.approximation.constant import constant
from symhdl.approximation.effort import Depth
from symhdl.approximation.exponential import ExponentialPlan, exponential_plan
from symhdl.approximation.multipartite import WAYS, table_sum, ways
from symhdl.approximation.narrow_product import COURSES, product_search
from symhdl.approximation.normalised import (
    LOGARITHM_GUARD_BITS,
    LogarithmPlan,
    PowerPlan,
    ShiftedFunction,
    logarithm_plan,
    power_plan,
)
from symhdl.approximation.one_product_candidates import ProductCandidate, product_candidates
from symhdl.approximation.periodic import (
    Reduction,
    inner_specification,
    periodic,
    reduce,
)
from symhdl.approximation.piecewise import uniform_cuts
from symhdl.approximation.polynomial import realise
from symhdl.approximation.problem import Floor, Problem, Prospect
from symhdl.approximation.reflected import below_zero, line_of, reflected, turned, worth_around
from symhdl.approximation.remembered import Remembered
from symhdl.approximation.root import roots
from symhdl.approximation.sampling import sample_range
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.approximation.symmetric import mirrored
from symhdl.approximation.table import estimated_worth, fits, table
from symhdl.approximation.values_by_series import has_few_arguments
from symhdl.cost.operators import Cost, constant_product, inverting_addition, negation
from symhdl.cost.products import Factor
from symhdl.cost.stages import delay_of_rows_ns, registers_of_rows
from symhdl.functions.powers import SQUARE_ROOT
from symhdl.functions.univariate import Symmetry
from symhdl.numeric.fixed import width_of_range
from symhdl.numeric.limits import LARGEST_NUMBER

SUMMED_BITS = 12
"""Of an argument, or of a result and two more: beyond, products are smaller than sums of tables by far.

That is one less where the fraction of the result is not given.
"""

LONG_RESULT = 17  # bits
SHARES = (0.0, 0.1, 0.2, 0.3)
"""Of the error of polynomials, beside the cut of the result, for columns that products of long results are without."""
SHAPES = 6  # of sums of tables are worked out together
SHORT = 10  # bits of an argument: all of them are, which takes about as long as a search for a line
ARGUMENTS = 128  # of a sum of tables that is worked out take about as long as a segment
ENTRIES = 32  # of a table take about as long as a segment
NEAR = 4096  # a part of the range so small counts as nothing
FEWEST_BITS = 10  # of a result that is normalised: of fewer, tables and lines are smaller
EVEN = 0.5  # of the longest segment: logarithmic ones save less than they take
LUCK_OF_POLYNOMIALS, LUCK_OF_PRODUCTS, LUCK_OF_ROOTS = 0.03, 0.15, 0.15
LUCK_OF_TABLES = 0.05  # and of their sums
"""By what share few are worth less than estimated: of 400 that were proved for the golden and the everyday designs.

Sums of several tables were then estimated without `decompositions.OF_SEVERAL`.
"""
MOST_LUCK = max(LUCK_OF_POLYNOMIALS, LUCK_OF_PRODUCTS, LUCK_OF_ROOTS, LUCK_OF_TABLES)
HOPELESS_PERIODS = 64  # beyond, only range reduction is tried


Estimated = Prospect | Floor
Plan = PowerPlan | LogarithmPlan | ExponentialPlan
"""How the argument of an inner approximation comes of that of a function, and the result of the inner one."""


@dataclass(frozen=True, slots=True)
class Method:
    """A way to approximate functions; what is `estimated` comes by rising worth."""

    name: str
    estimated: Callable[[Problem], Iterator[Estimated]]

    def prospects(self, problem: Problem) -> Iterator[Prospect]:
        """The prospects alone."""
        return (each for each in self.estimated(problem) if isinstance(each, Prospect))


def _polynomials(problem: Problem) -> Iterator[Estimated]:
    """Polynomials on segments of the range as it is."""
    if problem.is_hopeless or problem.periods > HOPELESS_PERIODS:
        return
    for each in _candidates(problem):
        if isinstance(each, Floor):
            yield each
        else:
            prove = partial(_realised, problem, each)
            yield Prospect(each.cost, each.work, prove, LUCK_OF_POLYNOMIALS)


def _realised(problem: Problem, candidate: Candidate) -> Approximation | None:
    function, specification = problem.function, problem.specification
    grid, addressing = candidate.grid(), candidate.addressing
    shares = SHARES if _is_worth_truncating(problem) else SHARES[:1]
    known = realise(function, specification, grid, addressing, candidate.degree, shares)
    if len(known) < 2:
        return next(iter(known), None)
    return min(known, key=problem.worth)


def _is_worth_truncating(problem: Problem) -> bool:
    """Whether products without their lowest columns may be smaller; short ones are tried at all arguments."""
    return problem.fabric.truncates and problem.result_bits >= LONG_RESULT


def _folded_polynomials(problem: Problem) -> Iterator[Estimated]:
    """Polynomials of |n|, and the sign put back."""
    if problem.foldable:
        yield from _mirrored(problem, _polynomials(problem.half))


def _products(problem: Problem) -> Iterator[Estimated]:
    """Lines on segments, and parabolas, that are tried at all arguments."""
    if problem.is_hopeless:
        return
    for candidate in _product_candidates(problem):
        prove = partial(_narrowed, problem, candidate)
        yield Prospect(candidate.worth, candidate.work, prove, LUCK_OF_PRODUCTS)


def _narrowed(problem: Problem, candidate: ProductCandidate) -> Approximation | None:
    function, specification = problem.function, problem.specification
    addressing, kind = candidate.addressing, candidate.kind
    search = product_search(function, specification, addressing, problem.fabric, kind)
    return None if search is None else search.narrowest(COURSES[problem.depth])


def _folded_products(problem: Problem) -> Iterator[Estimated]:
    """Those of |n|, and the sign put back."""
    if problem.foldable:
        yield from _mirrored(problem, _products(problem.half))


def _tables(problem: Problem) -> Iterator[Estimated]:
    """The values of all arguments."""
    function, specification = problem.function, problem.specification
    if fits(specification):
        worth, fabric = problem.worth, problem.fabric
        estimate = estimated_worth(function, fabric, specification, problem.magnitude, worth)
        work = specification.span // ENTRIES
        prove = partial(table, function, specification, worth)
        yield Prospect(estimate, work, prove, LUCK_OF_TABLES)


def _folded_tables(problem: Problem) -> Iterator[Estimated]:
    """The values of all |n|, and the sign put back."""
    if problem.foldable:
        yield from _mirrored(problem, _tables(problem.half))


def _table_sums(problem: Problem) -> Iterator[Estimated]:
    """Sums of a table of initial values and tables of offsets."""
    function, specification, fabric = problem.function, problem.specification, problem.fabric
    work = specification.span // ARGUMENTS
    least = min(specification.span.bit_length(), problem.result_bits + 2)
    is_beyond = least > SUMMED_BITS - (specification.result is None)
    if is_beyond and problem.depth is not Depth.THOROUGH:
        return
    worth = problem.worth
    found = ways(function, specification, fabric)
    together = WAYS if specification.span.bit_length() <= SHORT else SHAPES
    for start in range(0, len(found), together):
        some = found[start : start + together]
        shapes = tuple(way.shape for way in some)
        prove = partial(table_sum, function, specification, shapes, worth)
        yield Prospect(some[0].worth, work if start == 0 else 0, prove, LUCK_OF_TABLES)


def _folded_table_sums(problem: Problem) -> Iterator[Estimated]:
    """Sums of tables of |n|, and the sign put back."""
    if problem.foldable:
        yield from _mirrored(problem, _table_sums(problem.half))


def _on_the_range(problem: Problem) -> Iterator[Estimated]:
    """What takes the range as it is, by rising worth."""
    methods = (_polynomials, _products, _tables, _table_sums)
    return heapq.merge(*(method(problem) for method in methods), key=attrgetter("worth"))


def _reflected(problem: Problem) -> Iterator[Estimated]:
    """Polynomials and tables of -|n|, and a line added for positive n."""
    function, specification, fabric = problem.function, problem.specification, problem.fabric
    line = line_of(function, specification)
    if line is None:
        return
    below, asked = below_zero(function), turned(line, specification)
    half = structs.replace(problem, function=below, specification=asked)
    wrap = partial(reflected, line, specification)
    if not asked.span:  # nothing is left but the line
        at_zero = Prospect(0.0, 0, partial(constant, below, asked))
        yield from _wrapped(iter([at_zero]), 0.0, wrap)
        return
    if line.held and _product_candidates(problem):
        return  # tables of products are wires beside a kink, which estimates do not see
    around = worth_around(line, specification, fabric, problem.result_bits)
    yield from _wrapped(_on_the_range(half), around, wrap)


def _mirrored(problem: Problem, inner: Iterator[Estimated]) -> Iterator[Estimated]:
    specification, fabric = problem.specification, problem.fabric
    _, width = width_of_range(specification.minimum, specification.maximum)
    around = fabric.worth(negation(fabric, width))
    if problem.function.symmetry is Symmetry.ODD:
        around += fabric.worth(negation(fabric, problem.result_bits))
    wrap = partial(mirrored, problem.function.symmetry, specification)
    yield from _wrapped(inner, around, wrap)


def _wrapped(
    inner: Iterator[Estimated], around: float, wrap: Callable[[Approximation], Approximation]
) -> Iterator[Estimated]:
    """Prospects within other cells, which are worth `around`."""

    def proved(prospect: Prospect) -> Approximation | None:
        found = prospect.prove()
        return None if found is None else wrap(found)

    for each in inner:
        worth = each.worth + around
        if isinstance(each, Floor):
            yield Floor(worth)
        else:
            yield Prospect(worth, each.work, partial(proved, each), each.luck)


def _phases(problem: Problem) -> Iterator[Estimated]:
    """Polynomials of the phase of a long range."""
    function, specification = problem.function, problem.specification
    if problem.periods <= 0.5 or problem.is_hopeless or specification.shared <= 0:
        return
    reduction = reduce(function, specification)
    if reduction is not None:
        inner_function, asked = inner_specification(function, specification, *reduction)
        inner = structs.replace(problem, function=inner_function, specification=asked)
        wrap = partial(periodic, function, specification, *reduction)
        around = _worth_of_phase(problem, reduction[0])
        yield from _wrapped(_polynomials(inner), around, wrap)


def _worth_of_phase(problem: Problem, reduction: Reduction) -> float:
    specification, fabric = problem.specification, problem.fabric
    argument = Factor(specification.minimum, specification.maximum)
    parts = [constant_product(fabric, argument, reduction.multiplier)]
    if problem.function.symmetry is not Symmetry.NONE:
        parts.append(negation(fabric, reduction.phase_bits))
    if problem.function.symmetry is Symmetry.ODD:
        parts.append(negation(fabric, problem.result_bits))
    return sum(map(fabric.worth, parts))


def _roots(problem: Problem) -> Iterator[Estimated]:
    """Square roots digit by digit."""
    if problem.function is not SQUARE_ROOT or problem.is_hopeless:
        return
    fabric = problem.fabric
    bit = inverting_addition(fabric, 1).luts
    for found in sorted(roots(problem.specification), key=attrgetter("bits")):
        rows = found.chained()
        registers, delay_ns = registers_of_rows(fabric, rows), delay_of_rows_ns(fabric, rows)
        worth = fabric.worth(Cost(bit * found.bits, delay_ns=delay_ns, registers=registers))
        yield Prospect(worth, found.rows, partial(replace, found), LUCK_OF_ROOTS)


def _normalised(problem: Problem) -> Iterator[Estimated]:
    """Powers and logarithms of the argument without its leading zeros, and exponentials of a doubling."""
    function, specification = problem.function, problem.specification
    if not isinstance(function, ShiftedFunction) or problem.result_bits < FEWEST_BITS:
        return
    plans: list[Plan | None] = [
        power_plan(function, specification),
        exponential_plan(function, specification),
        *(logarithm_plan(function, specification, bits) for bits in LOGARITHM_GUARD_BITS),
    ]
    prospects = [_planned(problem, function, plan) for plan in plans if plan is not None]
    yield from heapq.merge(*prospects, key=attrgetter("worth"))


def _planned(problem: Problem, function: ShiftedFunction, plan: Plan) -> Iterator[Estimated]:
    inner = structs.replace(problem, specification=plan.inner)
    around = plan.around(problem.fabric, problem.result_bits)
    yield from _wrapped(_on_the_range(inner), around, partial(plan.wrapped, function))


PRODUCTS = (
    Method("products", _products),
    Method("products of the size", _folded_products),
)
TABLES = (
    Method("table", _tables),
    Method("table of the size", _folded_tables),
)
METHODS = (
    Method("polynomials", _polynomials),
    Method("polynomials of the size", _folded_polynomials),
    Method("polynomials of the phase", _phases),
    *PRODUCTS,
    *TABLES,
    Method("sum of tables", _table_sums),
    Method("sum of tables of the size", _folded_table_sums),
    Method("reflected", _reflected),
    Method("normalised", _normalised),
    Method("digits of the root", _roots),
)


@lru_cache(maxsize=256)
def _product_candidates(problem: Problem) -> list[ProductCandidate]:
    function, specification = problem.function, problem.specification
    if not has_few_arguments(specification, problem.depth):
        return []
    coarsest = specification.coarsest
    found = product_candidates(specification, problem.fabric, uniform_cuts(function, coarsest))
    if found:
        return found
    ends = anchors(function, coarsest)
    cuts = itertools.chain(*(binade_cuts(function, coarsest, *each) for each in ends))
    return product_candidates(specification, problem.fabric, cuts)


@lru_cache(maxsize=256)
def _candidates(problem: Problem) -> Remembered[Candidate | Floor]:
    """All segmentations and degrees, the one with the least estimate first."""
    return Remembered(partial(_ranked, problem))


def _ranked(problem: Problem) -> Iterator[Candidate | Floor]:
    fabric, specification = problem.fabric, problem.specification

    def worked_out(cuts: Sequence[Cut]) -> list[list[Candidate]]:
        """The candidates of some cuts."""
        return candidates_of(fabric, specification, cuts)

    return ranking(segmentations(fabric, specification, all_cuts(problem)), worked_out)


def all_cuts(problem: Problem) -> tuple[Cut, ...]:
    """All ways to cut the range; a singular point of it can only lie at the anchor of logarithmic segments."""
    return _cuts(problem.function, problem.specification.coarsest)


@lru_cache(maxsize=256)
def _cuts(function: SmoothFunction, specification: Specification) -> tuple[Cut, ...]:
    return tuple(_ways_to_cut(function, specification))


def _ways_to_cut(function: SmoothFunction, specification: Specification) -> Iterator[Cut]:
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
        yield from uniform_cuts(function, specification)
        if sample_range(function, specification).evenness > EVEN:
            return  # segments of one length serve as well
    for anchor, step in anchors(function, specification):
        if all(abs(point - anchor) <= margin for point in singular):
            yield from binade_cuts(function, specification, anchor, step)
