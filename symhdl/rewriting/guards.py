"""Holds arguments where their guards have them: in a branch for x*y > 0, log(x*y) is log(max(x*y, u))."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from symhdl.analysis.functions import function_of
from symhdl.analysis.natural import natural_fractions
from symhdl.analysis.need import Guards, find_guards, parts_of_condition
from symhdl.analysis.ranges import DomainViolation, Ranges, values_within
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.functions.univariate import Symmetry
from symhdl.ir.graph import Graph, GraphBuilder
from symhdl.numeric.fixed import FixedFormat, power_of_two
from symhdl.numeric.interval import Intervals, fraction_above, fraction_below
from symhdl.rewriting.rewrite import copy_node, finish
from symhdl.rewriting.sums import Sums

Facts = frozenset[tuple[int, bool]]
"""Conditions, and whether they hold."""

Bounds = tuple[Fraction | None, Fraction | None]


def held_by_guards(graph: Graph, ranges: Ranges, formats: Mapping[str, FixedFormat]) -> Graph:
    """The graph in which arguments that leave a domain outside of their guards alone are held where these have them.

    Every output has the value that it had: a guarded function is asked for only where its argument is one that is held
    where it is. Unlike the range of a node, which counts for all that use it, a guard counts for one use.
    """
    troubled = [t for t in ranges.violations if not (t.clipped or t.ignored)]
    if not troubled or all(node.operation is not Operation.SELECT for node in graph.nodes):
        return graph
    facts, natural, sums = _facts(graph), natural_fractions(graph, formats), Sums(graph)
    pieces = find_guards(graph, ranges.space, ranges.values, Guards.ALL)
    held: dict[int, Bounds] = {}
    mirrored: dict[int, Fraction] = {}
    for violation in troubled:
        index, argument = violation.node, violation.operand
        function = function_of(graph, graph.nodes[index])
        if function is None:
            continue
        within = values_within(graph, ranges, argument, pieces[index])
        seen = ranges.spaces.lift(within, ranges.space[argument], ranges.space[index])
        bounds = _tighter(
            _ends(*ranges.hull_where_needed(index, seen)),
            _told_by(sums, facts[index], argument, natural[argument]),
        )
        if bool(function.domain.holds(_interval(bounds)).all()):
            held[index] = _inner(violation, bounds)
            continue
        size = _least_size(sums, facts[index], argument, natural[argument])
        if size is not None and function.domain.pole_at_zero:
            assert function.symmetry is Symmetry.ODD, "a pole without symmetry; please report this"
            mirrored[index] = size
    return _with_held(graph, held, mirrored) if held or mirrored else graph


def _facts(graph: Graph) -> list[Facts]:
    """For each node what holds wherever an output asks for it."""
    found: list[Facts | None] = [None] * len(graph.nodes)
    for output in graph.outputs:
        found[output.node] = frozenset()
    for index in range(len(graph.nodes) - 1, -1, -1):
        node, own = graph.nodes[index], found[index]
        if own is None:
            continue
        for position, operand in enumerate(node.operands):
            passed = own
            if node.operation is Operation.SELECT and position > 0:
                passed |= frozenset(parts_of_condition(graph, node.operands[0], position == 1))
            known = found[operand]
            found[operand] = passed if known is None else known & passed
    return [facts or frozenset() for facts in found]


def _told_by(sums: Sums, facts: Facts, argument: int, fraction: int | None) -> Bounds:
    """The bounds of a node by comparisons of it with constants; a number that is no limit is a last bit from it."""
    bounds: Bounds = None, None
    for condition, holds in sorted(facts):
        operation = sums.graph.nodes[condition].operation
        found = _limit(sums, condition, argument)
        if found is None or operation is Operation.EQUAL:
            continue
        place, limit = found
        is_least = (place == 0) is holds
        if (operation is Operation.LESS) is holds:
            limit = _beside(limit, fraction, 1 if is_least else -1)
        bounds = _tighter(bounds, (limit, None) if is_least else (None, limit))
    return bounds


def _limit(sums: Sums, condition: int, argument: int) -> tuple[int, Fraction] | None:
    """The constant with which a comparison compares a node, and on which side it stands.

    What compares p with q compares c (p - q) + d with d, for all numbers c and d.
    """
    if sums.graph.nodes[condition].operation not in COMPARISONS:
        return None
    compared, shift = sums.of(condition)
    addends, constant = sums.of(argument)
    if not addends or addends.keys() != compared.keys():
        return None
    ratio, *others = {addends[index] / compared[index] for index in addends}
    return None if others else (int(ratio > 0), constant - ratio * shift)


def _least_size(sums: Sums, facts: Facts, argument: int, fraction: int | None) -> Fraction | None:
    """The least size of an exact number of which it is known that it is not 0, or how large it is."""
    if fraction is None:
        return None
    found: list[Fraction] = []
    for condition, holds in sorted(facts):
        node = sums.graph.nodes[condition]
        limit = _limit(sums, condition, argument)
        if node.operation is Operation.EQUAL and not holds and limit is not None and not limit[1]:
            found.append(power_of_two(-fraction))
        for operand in node.operands:
            inner = sums.graph.nodes[operand]
            if inner.operation is Operation.ABSOLUTE and inner.operands == (argument,):
                least, _ = _told_by(sums, facts, operand, fraction)
                found += [] if least is None or least <= 0 else [least]
    return max(found, default=None)


def _beside(limit: Fraction, fraction: int | None, step: int) -> Fraction:
    """The first number of so many fractional bits above a limit, or below it."""
    if fraction is None:
        return limit
    unit = power_of_two(-fraction)
    if step > 0:
        return (math.floor(limit / unit) + 1) * unit
    return (math.ceil(limit / unit) - 1) * unit


def _ends(low: float, high: float) -> Bounds:
    interval = Intervals.between(low, high)
    return (Fraction(low), Fraction(high)) if bool(interval.finite.all()) else (None, None)


def _tighter(a: Bounds, b: Bounds) -> Bounds:
    lows = [low for low, _ in (a, b) if low is not None]
    highs = [high for _, high in (a, b) if high is not None]
    return max(lows, default=None), min(highs, default=None)


def _interval(bounds: Bounds) -> Intervals:
    low, high = bounds
    return Intervals.between(
        float("-inf") if low is None else fraction_below(low),
        float("inf") if high is None else fraction_above(high),
    )


def _inner(violation: DomainViolation, bounds: Bounds) -> Bounds:
    """Those of the bounds that hold something."""
    low, high = bounds
    return (
        low if low is not None and low > violation.lower else None,
        high if high is not None and high < violation.upper else None,
    )


def _with_held(graph: Graph, held: Mapping[int, Bounds], mirrored: Mapping[int, Fraction]) -> Graph:
    """The graph with held arguments; an odd function of x that is `mirrored` is that of |x|, with the sign of x."""
    builder = GraphBuilder()
    places: list[int] = []
    for index, (node, span) in enumerate(zip(graph.nodes, graph.spans, strict=True)):
        operands = [places[operand] for operand in node.operands]
        low, high = held.get(index, (mirrored.get(index), None))
        if index in mirrored:
            operands[0] = builder.apply(Operation.ABSOLUTE, operands[0], span=span)
        if low is not None:
            limit = builder.constant(low)
            operands[0] = builder.apply(Operation.MAXIMUM, operands[0], limit, span=span)
        if high is not None:
            limit = builder.constant(high)
            operands[0] = builder.apply(Operation.MINIMUM, operands[0], limit, span=span)
        new = copy_node(builder, node, tuple(operands), span)
        if index in mirrored:
            argument, zero = places[node.operands[0]], builder.constant(0)
            negative = builder.apply(Operation.LESS, argument, zero, span=span)
            opposite = builder.apply(Operation.NEGATE, new, span=span)
            new = builder.apply(Operation.SELECT, negative, opposite, new, span=span)
        places.append(new)
    return finish(graph, builder, places)
