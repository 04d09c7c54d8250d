"""What a function is worth before anything is proved: the prospects of all methods by rising worth, and the least."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from operator import attrgetter

from symhdl.approximation.approximation import Specification, at_grid
from symhdl.approximation.constant import constant
from symhdl.approximation.effort import Depth
from symhdl.approximation.methods import METHODS, PRODUCTS, TABLES, Estimated, Method
from symhdl.approximation.problem import Problem, Prospect
from symhdl.approximation.remembered import Remembered
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.cost.operators import Cost, Fabric
from symhdl.numeric.limits import SMALLEST_NUMBER

FEWEST_ROUGH, MOST_ROUGH = 10, 15
"""Bits of an argument, and of a result: with fewer, sums of tables take far less than lines, polynomials with more."""

BLOCKS_OF_LINES = 2  # lines that are worth less than so many blocks of memory stay in logic


def least_worth(
    function: SmoothFunction, specification: Specification, fabric: Fabric, *, depth: Depth
) -> float:
    """The least that `search` estimates before it proves anything; infinite where nothing is promising."""
    if specification.error < SMALLEST_NUMBER:
        return math.inf
    return least_of(Problem(function, at_grid(specification), fabric, depth))


def rough_worth(
    function: SmoothFunction, specification: Specification, fabric: Fabric, *, depth: Depth
) -> float:
    """About as much as `least_worth`, by the methods that are estimated soon; for comparisons with its like."""
    if specification.error < SMALLEST_NUMBER:
        return math.inf
    problem = Problem(function, at_grid(specification), fabric, depth)
    bits = specification.span.bit_length()
    is_rough = min(bits, problem.result_bits) >= FEWEST_ROUGH and bits <= MOST_ROUGH
    return _roughly(problem) if is_rough else least_of(problem)


@lru_cache(maxsize=1024)
def _roughly(problem: Problem) -> float:
    """The least estimate of lines and tables, 0 for a constant.

    That of all methods where there are no lines, or where blocks of memory are worth less, which changes everything.
    """
    if constant(problem.function, problem.specification) is not None:
        return 0.0
    lines, fabric = _least_of_some(PRODUCTS, problem), problem.fabric
    block = math.inf if fabric.memory is None else fabric.worth(Cost(brams=1))
    if lines < BLOCKS_OF_LINES * block:
        return min(lines, _least_of_some(TABLES, problem))
    return least_of(problem)


def _least_of_some(methods: Sequence[Method], problem: Problem) -> float:
    """The least estimate of some methods; infinite without prospects."""
    firsts = (next(method.prospects(problem), None) for method in methods)
    return min((first.worth for first in firsts if first is not None), default=math.inf)


@lru_cache(maxsize=1 << 14)  # searches for formats ask for the same ones again and again
def least_of(problem: Problem) -> float:
    """The least estimate of any method, 0 for a constant."""
    if constant(problem.function, problem.specification) is not None:
        return 0.0
    prospects = (each for each in prospects_of(problem) if isinstance(each, Prospect))
    return next((prospect.worth for prospect in prospects), math.inf)


@lru_cache(maxsize=64)
def prospects_of(problem: Problem) -> Remembered[Estimated]:
    """The prospects of all methods by rising worth."""
    return Remembered(partial(_merged, problem))


def _merged(problem: Problem) -> Iterator[Estimated]:
    ways = (method.estimated(problem) for method in METHODS)
    return heapq.merge(*ways, key=attrgetter("worth"))
