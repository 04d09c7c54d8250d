"""The range of one node, from those of its operands; of constants, from balls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache

import numpy as np
from flint import arb

from symhdl.analysis.functions import function_of
from symhdl.analysis.spaces import Mask
from symhdl.evaluate import constant_balls
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.functions.univariate import constant
from symhdl.ir.graph import Graph, Node
from symhdl.numeric.ball import ball_of, ends, is_moderate
from symhdl.numeric.interval import BallFunction, Intervals

CONSTANT_BITS = 128  # of the balls of constants: more than intervals of doubles hold

RangeRule = Callable[[Sequence[Intervals]], Intervals]


def _truth(surely: Mask, never: Mask) -> Intervals:
    """The interval of a condition that surely holds, never holds, or neither."""
    return Intervals(np.where(surely, 1.0, 0.0), np.where(never, 0.0, 1.0))


def _sum(operands: Sequence[Intervals]) -> Intervals:
    total = operands[0]
    for operand in operands[1:]:
        total = total + operand
    return total


def _modulo(operands: Sequence[Intervals]) -> Intervals:
    """x mod y lies between 0 and y; it is x itself where 0 <= x < y."""
    x, y = operands
    inside = (x.lower >= 0) & (x.upper < y.lower)
    wrapped = y.union(Intervals.between(0.0, 0.0))
    return Intervals(
        np.where(inside, x.lower, wrapped.lower), np.where(inside, x.upper, wrapped.upper)
    )


def _select(operands: Sequence[Intervals]) -> Intervals:
    condition, x, y = operands
    surely, never = condition.lower == 1, condition.upper == 0
    # A branch without a value (nan) is left out: where it is needed, it is reported on its own.
    lower, upper = np.fmin(x.lower, y.lower), np.fmax(x.upper, y.upper)
    return Intervals(
        np.where(surely, x.lower, np.where(never, y.lower, lower)),
        np.where(surely, x.upper, np.where(never, y.upper, upper)),
    )


RULES: dict[Operation, RangeRule] = {
    Operation.PI: lambda _: constant(arb.pi()),
    Operation.E: lambda _: constant(arb(1).exp()),
    Operation.ADD: _sum,
    Operation.SUBTRACT: lambda x: x[0] - x[1],
    Operation.MULTIPLY: lambda x: x[0] * x[1],
    Operation.NEGATE: lambda x: -x[0],
    Operation.SQUARE: lambda x: x[0].square(),
    Operation.ABSOLUTE: lambda x: x[0].absolute(),
    Operation.FLOOR: lambda x: x[0].floor(),
    Operation.MODULO: _modulo,
    Operation.MINIMUM: lambda x: x[0].minimum(x[1]),
    Operation.MAXIMUM: lambda x: x[0].maximum(x[1]),
    Operation.LESS: lambda x: _truth(x[0].upper < x[1].lower, x[0].lower >= x[1].upper),
    Operation.LESS_EQUAL: lambda x: _truth(x[0].upper <= x[1].lower, x[0].lower > x[1].upper),
    Operation.EQUAL: lambda x: _truth(
        (x[0].lower == x[0].upper) & (x[0].lower == x[1].lower) & (x[0].upper == x[1].upper),
        (x[0].upper < x[1].lower) | (x[0].lower > x[1].upper),
    ),
    Operation.NOT: lambda x: Intervals(1 - x[0].upper, 1 - x[0].lower),
    Operation.AND: lambda x: x[0].minimum(x[1]),
    Operation.OR: lambda x: x[0].maximum(x[1]),
    Operation.SELECT: _select,
}
"""The range of every operation that is left after expansion and is no function of one variable."""


def node_range(graph: Graph, node: Node, operands: Sequence[Intervals], exponent: int) -> Intervals:
    """The range of one node; an operand beyond a closed domain is clipped to it, elsewhere the value is nan."""
    if exponent > 1:
        return integer_power(operands[0], exponent)
    function = function_of(graph, node)
    if function is None:
        known = _known_truth(graph, node)
        if known is not None:
            truth = np.full(max(len(operand.lower) for operand in operands), float(known))
            return Intervals(truth, truth)
        return RULES[node.operation](operands)
    domain = function.domain
    if domain.closed and not domain.pole_at_zero:
        return function.range(operands[0].clip(domain.lower, domain.upper))
    defined = domain.holds(operands[0])
    value = function.range(operands[0])
    return Intervals(np.where(defined, value.lower, np.nan), np.where(defined, value.upper, np.nan))


def _known_truth(graph: Graph, node: Node) -> bool | None:
    """What a comparison is whatever the values are: of a number with itself, or with an extremum of it and others."""
    if node.operation not in COMPARISONS:
        return None
    a, b = node.operands
    if a == b:
        return node.operation is not Operation.LESS
    extrema = graph.nodes[a], graph.nodes[b]
    if node.operation is Operation.LESS and (
        (extrema[0].operation is Operation.MAXIMUM and b in extrema[0].operands)
        or (extrema[1].operation is Operation.MINIMUM and a in extrema[1].operands)
    ):
        return False
    if node.operation is Operation.LESS_EQUAL and (
        (extrema[0].operation is Operation.MINIMUM and b in extrema[0].operands)
        or (extrema[1].operation is Operation.MAXIMUM and a in extrema[1].operands)
    ):
        return True
    return None


def integer_power(x: Intervals, exponent: int) -> Intervals:
    """x ** exponent for a positive integer."""
    base = x.absolute() if exponent % 2 == 0 else x
    return base.increasing(_power(exponent))


@lru_cache(maxsize=64)
def _power(exponent: int) -> BallFunction:
    """One function for each exponent: images are kept by function."""
    return lambda b: b**exponent


def powers_of_nodes(graph: Graph) -> list[tuple[int, int]]:
    """For products of powers of one node: that node and the whole exponent; else (-1, 0).

    Such a product has a tighter range than its factors tell: x * x**2 is at least -8 for x >= -2.
    """
    powers: list[tuple[int, int]] = []

    def as_power(index: int) -> tuple[int, int]:
        return powers[index] if powers[index][0] >= 0 else (index, 1)

    for node in graph.nodes:
        found = (-1, 0)
        if node.operation is Operation.SQUARE:
            base, exponent = as_power(node.operands[0])
            found = (base, 2 * exponent) if exponent > 1 else found
        elif node.operation is Operation.MULTIPLY:
            (base, exponent), (other, more) = (as_power(k) for k in node.operands)
            found = (base, exponent + more) if base == other else found
        powers.append(found)
    return powers


def roots_of_nodes(graph: Graph) -> dict[int, tuple[Fraction, tuple[int, ...]]]:
    """For functions of a sum with a constant, of which they are exactly 0: that root, and the other terms.

    Next to it numbers are finer than the doubles around the sum: so are those of log(1 + x) next to x = 0.
    """
    found: dict[int, tuple[Fraction, tuple[int, ...]]] = {}
    for index, node in enumerate(graph.nodes):
        function = function_of(graph, node)
        if function is None or graph.nodes[node.operands[0]].operation is not Operation.ADD:
            continue
        terms = graph.nodes[node.operands[0]].operands
        constants = [value for k in terms if (value := graph.nodes[k].value) is not None]
        added = tuple(k for k in terms if graph.nodes[k].value is None)
        root = sum(constants, Fraction(0))
        if constants and added and function.ball(ball_of(root)).is_zero():
            found[index] = root, added
    return found


def from_root(
    graph: Graph, node: Node, value: Intervals, x: Intervals, root: Fraction, added: Sequence[Intervals]
) -> tuple[Intervals, bool]:  # fmt: skip
    """The range of a function of a root and what is added to that, and whether it is tighter than `value` anywhere."""
    function = function_of(graph, node)
    assert function is not None
    aside = _sum(added)
    if function.modulus is not None:
        reach = function.modulus(aside.magnitude)
        about = Intervals(-reach, reach)
    else:
        domain = function.domain
        between = x.union(Intervals.of(root, root))
        about = function.slope(between) * aside
        known = domain.holds(between) & (about.lower <= about.upper)
        about = Intervals(
            np.where(known, about.lower, -np.inf), np.where(known, about.upper, np.inf)
        )
    tighter = (about.lower > value.lower) | (about.upper < value.upper)
    return value.intersect(about), bool(tighter.any())


def constant_ranges(graph: Graph) -> dict[int, Intervals]:
    """The intervals of operations on constants alone, as far as balls tell them."""
    balls = constant_balls(graph, CONSTANT_BITS)
    return {index: Intervals.of(*ends(ball)) for index, ball in balls.items() if is_moderate(ball)}
