"""Holds arguments where their guards have them: in a branch for x*y > 0, log(x*y) is log(max(x*y, u))."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from symhdl.analysis.functions import function_of
from symhdl.analysis.natural import natural_fractions
from symhdl.analysis.need import Guards, find_guards, parts_of_condition
from symhdl.analysis.ranges import Ranges, Trouble, values_within
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, GraphBuilder
from symhdl.numeric.fixed import FixedFormat, power_of_two
from symhdl.numeric.interval import Intervals, fraction_above, fraction_below
from symhdl.passes.rewrite import copy_node, finish

Facts = frozenset[tuple[int, bool]]
"""Conditions, and whether they hold."""

Bounds = tuple[Fraction | None, Fraction | None]


def held_by_guards(graph: Graph, ranges: Ranges, formats: Mapping[str, FixedFormat]) -> Graph:
    """The graph in which arguments that leave a domain outside of their guards alone are held where these have them.

    Every output has the value that it had: a guarded function is asked for only where its argument is one that is held
    where it is. Unlike the range of a node, which counts for all that use it, a guard counts for one use.
    """
    troubled = [t for t in ranges.troubles if not (t.clipped or t.ignored)]
    if not troubled or all(node.operation is not Operation.SELECT for node in graph.nodes):
        return graph
    facts, natural = _facts(graph), natural_fractions(graph, formats)
    pieces = find_guards(graph, ranges.space, ranges.values, Guards.ALL)
    held: dict[int, Bounds] = {}
    for trouble in troubled:
        index, argument = trouble.node, trouble.operand
        function = function_of(graph, graph.nodes[index])
        if function is None:
            continue
        within = values_within(graph, ranges, argument, pieces[index])
        seen = ranges.spaces.lift(within, ranges.space[argument], ranges.space[index])
        bounds = _tighter(
            _ends(*ranges.hull_where_needed(index, seen)),
            _told_by(graph, facts[index], argument, natural[argument]),
        )
        if bool(function.domain.holds(_interval(bounds)).all()):
            held[index] = _inner(trouble, bounds)
    return _with_held(graph, held) if held else graph


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


def _told_by(graph: Graph, facts: Facts, argument: int, fraction: int | None) -> Bounds:
    """The bounds of a node by comparisons of it with constants; a number that is no limit is a last bit from it."""
    bounds: Bounds = None, None
    for condition, holds in sorted(facts):
        node = graph.nodes[condition]
        if node.operation not in (Operation.LESS, Operation.LESS_EQUAL):
            continue
        below, above = node.operands
        limits = graph.nodes[below].value, graph.nodes[above].value
        strict = (node.operation is Operation.LESS) is holds
        for place, limit in enumerate(limits):
            if limit is None or node.operands[1 - place] != argument:
                continue
            is_least = (place == 0) is holds
            end = _beside(limit, fraction, 1 if is_least else -1) if strict else limit
            bounds = _tighter(bounds, (end, None) if is_least else (None, end))
    return bounds


def _beside(limit: Fraction, fraction: int | None, step: int) -> Fraction:
    """The first number of so many fractional bits above a limit, or below it."""
    if fraction is None:
        return limit
    unit = power_of_two(-fraction)
    return (limit // unit + 1) * unit if step > 0 else (-(-limit // unit) - 1) * unit


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


def _inner(trouble: Trouble, bounds: Bounds) -> Bounds:
    """Those of the bounds that hold something."""
    low, high = bounds
    return (
        low if low is not None and low > trouble.lower else None,
        high if high is not None and high < trouble.upper else None,
    )


def _with_held(graph: Graph, held: Mapping[int, Bounds]) -> Graph:
    builder = GraphBuilder()
    places: list[int] = []
    for index, (node, span) in enumerate(zip(graph.nodes, graph.spans, strict=True)):
        operands: Sequence[int] = [places[operand] for operand in node.operands]
        low, high = held.get(index, (None, None))
        first, *rest = operands or [-1]
        if low is not None:
            first = builder.apply(Operation.MAXIMUM, first, builder.constant(low), span=span)
        if high is not None:
            first = builder.apply(Operation.MINIMUM, first, builder.constant(high), span=span)
        operands = (first, *rest) if node.operands else ()
        places.append(copy_node(builder, node, tuple(operands), span))
    return finish(graph, builder, places)
