"""Makes decisions about one input exact, whatever they are about: `exp(x) < 2` is a threshold of x.

An input of the hardware is an integer, so that a decision about it alone is a list of integers at which it changes. So
is a node that the hardware computes exactly: `exp(x*y) < 2` is a threshold of x*y.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial, reduce
from typing import ClassVar

import numpy as np

from symhdl.analysis.domain import explain
from symhdl.analysis.inner_decisions import decisions_about_nodes
from symhdl.analysis.partition import SINGLE_INTEGERS
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.refine import TIES, analysed, irrational_nodes, value_at, whole_value
from symhdl.analysis.spaces import CONSTANT_SPACE, JOINT_SPACE
from symhdl.design import Design
from symhdl.errors import Severity, Span, SymhdlError
from symhdl.functions.operation import COMPARISONS, DECISIONS, Operation
from symhdl.ir.graph import Graph, GraphBuilder, Node, graph_of_node
from symhdl.numeric.fixed import FixedFormat, power_of_two
from symhdl.numeric.interval import Floats, Intervals
from symhdl.rewriting.guards import held_by_guards
from symhdl.rewriting.rewrite import copy_node, finish

# A decision that changes more often is better centred, where its input is followed integer by integer.
RUNS = 16
MOST_RUNS = 64  # one that changes more often is not made by thresholds at all
RATIONAL_RUNS = 3  # what arithmetic decides exactly is cheaper by thresholds if it changes rarely
ROUNDINGS = 2.0**-40  # of a value's size: far above what double precision loses here

GUARD_ROUNDS = 3  # behind what a guard holds there may be more

Runs = list[tuple[int, int]]
"""A value for each run of integers: where it starts, and the value."""

Limits = Sequence[tuple[Fraction, int]]
"""The same for numbers."""


@dataclass(frozen=True, slots=True)
class Settle:
    """Replaces comparisons and floors that hang on one input by comparisons of that input.

    Where they change too often for that, or hang on several inputs, and these are followed integer by integer, they
    are centred: the smallest distance from a value to the limit above it and to the one below it become the same, so
    that an error smaller than both never changes the decision. A remainder of irrational numbers is written as
    `x - y floor(x/y)` first, and arguments are held where their guards have them.

    Raises `SymhdlError` for a domain that is left: what is replaced here is not there later to be complained about.
    """

    name: ClassVar[str] = "settle"

    def run(self, design: Design) -> Design:
        """The design with the settled graph."""
        if not any(node.operation in DECISIONS for node in design.graph.nodes):
            return design
        find = partial(
            analysed, plans=design.inputs, ignore_undefined=design.request.ignore_undefined,
            assumptions=design.assumptions,
        )  # fmt: skip
        formats = {plan.name: plan.format for plan in design.inputs}
        ranges = find(design.graph)
        for _ in range(GUARD_ROUNDS):
            held = held_by_guards(design.graph, ranges, formats)
            if held is design.graph:
                break
            design = design.with_graph(held)
            ranges = find(held)
        told = explain(design.graph, design.inputs, ranges, design.written, design.assumptions)
        problems = [d for d in told if d.severity is Severity.ERROR]
        if problems:
            raise SymhdlError(*problems)
        design = design.with_warnings(*told)
        graph = _without_remainders(design.graph, ranges)
        if graph is not design.graph:
            ranges = find(graph)
        graph = _by_thresholds(graph, ranges, formats)
        graph = _centred(graph, design)
        return design if graph is design.graph else design.with_graph(graph)


@dataclass(slots=True)
class _Copy:
    """A graph that is copied node by node, some of them replaced."""

    graph: Graph
    builder: GraphBuilder = field(default_factory=GraphBuilder)
    places: list[int] = field(default_factory=list)

    def operands(self, node: Node) -> tuple[int, ...]:
        return tuple(self.places[operand] for operand in node.operands)

    def copy(self, index: int) -> None:
        node, span = self.graph.nodes[index], self.graph.spans[index]
        self.places.append(copy_node(self.builder, node, self.operands(node), span))

    def apply(self, operation: Operation, *operands: int, span: Span | None) -> int:
        return self.builder.apply(operation, *operands, span=span)

    def constant(self, value: Fraction | int) -> int:
        return self.builder.constant(value)

    def joined(self, operation: Operation, operands: Sequence[int], span: Span | None) -> int:
        """An operation of two on several operands; a single one as it is."""
        return reduce(lambda a, b: self.apply(operation, a, b, span=span), operands)

    def finished(self) -> Graph:
        return finish(self.graph, self.builder, self.places)


def _without_remainders(graph: Graph, ranges: Ranges) -> Graph:
    """The graph in which irrational remainders about one input, or about few numbers, are written with a floor.

    Of several inputs not those of an exact number and a constant: it is compared with the multiples of that as it is.
    """
    irrational = irrational_nodes(graph)
    sizes = [entry.last - entry.starts[0] + 1 for entry in ranges.spaces.inputs]
    few = math.prod(sizes) <= SINGLE_INTEGERS
    affected: list[bool] = []
    for index, node in enumerate(graph.nodes):
        wanted = node.operation is Operation.MODULO and irrational[index]
        if wanted and ranges.space[index] == JOINT_SPACE:
            x, y = node.operands
            wanted = few and (irrational[x] or ranges.space[y] != CONSTANT_SPACE)
        affected.append(wanted and ranges.space[index] != CONSTANT_SPACE)
    if not any(affected):
        return graph
    copy = _Copy(graph)
    for index, node in enumerate(graph.nodes):
        if not affected[index]:
            copy.copy(index)
            continue
        span, (x, y) = graph.spans[index], copy.operands(node)
        inverse = copy.apply(Operation.INVERSE, y, span=span)
        quotient = copy.apply(Operation.MULTIPLY, x, inverse, span=span)
        whole = copy.apply(Operation.FLOOR, quotient, span=span)
        taken = copy.apply(Operation.MULTIPLY, y, whole, span=span)
        opposite = copy.apply(Operation.NEGATE, taken, span=span)
        copy.places.append(copy.apply(Operation.ADD, x, opposite, span=span))
    return copy.finished()


def _by_thresholds(graph: Graph, ranges: Ranges, formats: Mapping[str, FixedFormat]) -> Graph:
    """The graph in which decisions that change rarely are made by comparisons of the input, or of an exact node."""
    irrational = irrational_nodes(graph)
    inner = decisions_about_nodes(graph, ranges, formats, irrational)
    copy = _Copy(graph)
    changed = False
    for index, node in enumerate(graph.nodes):
        if index in inner:
            decision, span = inner[index], graph.spans[index]
            runs = _runs(decision.graph, decision.ranges, decision.output)
            if 0 < len(runs) <= RUNS:
                limits = [(start * decision.unit, value) for start, value in runs]
                build = _condition if node.operation.boolean else _steps
                copy.places.append(build(copy, copy.places[decision.argument], limits, span))
                changed = True
                continue
        runs = _runs(graph, ranges, index) if _may_settle(graph, ranges, index, irrational) else []
        if not 0 < len(runs) <= _most_runs(ranges, index, irrational[index]):
            copy.copy(index)
            continue
        changed = True
        entry = ranges.spaces.inputs[ranges.space[index]]
        unit = power_of_two(-entry.fraction)
        span = graph.spans[index]
        x = copy.builder.input(graph.inputs[ranges.space[index]].name)
        limits = [(start * unit, value) for start, value in runs]
        build = _condition if node.operation.boolean else _steps
        copy.places.append(build(copy, x, limits, span))
    return copy.finished() if changed else graph


def _most_runs(ranges: Ranges, index: int, irrational: bool) -> int:
    """How often a decision may change to be made by thresholds."""
    if not irrational:
        return RATIONAL_RUNS
    entry = ranges.spaces.inputs[ranges.space[index]]
    return RUNS if entry.last - entry.starts[0] < SINGLE_INTEGERS else MOST_RUNS


def _may_settle(graph: Graph, ranges: Ranges, index: int, irrational: Sequence[bool]) -> bool:
    """Whether a decision hangs on one input, and is not a comparison of the input itself."""
    node = graph.nodes[index]
    if ranges.space[index] < 0:
        return False
    if node.operation is Operation.FLOOR:
        return irrational[index]
    if node.operation not in COMPARISONS:
        return False
    kinds = {graph.nodes[operand].operation for operand in node.operands}
    return kinds != {Operation.INPUT, Operation.CONSTANT}


def _runs(graph: Graph, ranges: Ranges, index: int) -> Runs:
    """The value on each run of integers; none if it is not known for every one that matters."""
    entry = ranges.spaces.inputs[ranges.space[index]]
    value, mask = ranges.values[index], ranges.needed[index]
    known = value.lower == value.upper
    wanted = np.ones(len(known), dtype=bool) if mask is None else mask
    ties = np.flatnonzero(wanted & ~known)
    if len(ties) > TIES:
        return []
    exactly: dict[int, int] = {}
    probe = graph_of_node(graph, index)
    for k in ties:
        found = whole_value(probe, entry, entry.starts[k], entry.ends[k])
        if found is None:
            return []
        exactly[int(k)] = found
    runs: Runs = []
    for k in np.flatnonzero(wanted):
        truth = exactly[int(k)] if int(k) in exactly else int(value.lower[k])
        if not runs or runs[-1][1] != truth:
            runs.append((entry.starts[k], truth))
    return runs


def _condition(copy: _Copy, x: int, limits: Limits, span: Span | None) -> int:
    """The condition that holds where the value of the last limit that x reaches is 1."""
    ends = [limit for limit, _ in limits[1:]]
    holds: list[int] = []
    for place, (start, value) in enumerate(limits):
        if not value:
            continue
        sides: list[int] = []
        if place > 0:
            sides.append(copy.apply(Operation.LESS_EQUAL, copy.constant(start), x, span=span))
        if place < len(ends):
            sides.append(copy.apply(Operation.LESS, x, copy.constant(ends[place]), span=span))
        holds.append(copy.joined(Operation.AND, sides, span) if sides else copy.constant(1))
    return copy.joined(Operation.OR, holds, span) if holds else copy.constant(0)


def _steps(copy: _Copy, x: int, limits: Limits, span: Span | None) -> int:
    """The value of the last limit that x reaches (the first value below all), by a balanced tree of choices."""
    if len(limits) == 1:
        return copy.constant(limits[0][1])
    middle = len(limits) // 2
    is_below = copy.apply(Operation.LESS, x, copy.constant(limits[middle][0]), span=span)
    low, high = (_steps(copy, x, part, span) for part in (limits[:middle], limits[middle:]))
    return copy.apply(Operation.SELECT, is_below, low, high, span=span)


def _centred(graph: Graph, design: Design) -> Graph:
    """The graph in which the decisions that are left are moved between the values that they see."""
    irrational = irrational_nodes(graph)
    decisions = [
        index for index, node in enumerate(graph.nodes)
        if irrational[index] and node.operation in (Operation.FLOOR, Operation.LESS, Operation.LESS_EQUAL)
    ]  # fmt: skip
    if not decisions:
        return graph
    ignore = design.request.ignore_undefined
    ranges = analysed(
        graph, design.inputs, fine=True, ignore_undefined=ignore, assumptions=design.assumptions
    )
    shifts = {
        index: shift
        for index in decisions
        if ranges.space[index] != CONSTANT_SPACE and (shift := _shift(graph, ranges, index))
    }
    if not shifts:
        return graph
    copy = _Copy(graph)
    for index, node in enumerate(graph.nodes):
        if index not in shifts:
            copy.copy(index)
            continue
        span, operands = graph.spans[index], copy.operands(node)
        added = copy.builder.constant(shifts[index])
        moved = copy.apply(Operation.ADD, operands[0], added, span=span)
        copy.places.append(copy.apply(node.operation, moved, *operands[1:], span=span))
    return copy.finished()


def _shift(graph: Graph, ranges: Ranges, index: int) -> Fraction:
    """What to add to the first operand so that the decision is as far from every value as it can be; 0 if not known."""
    home, node = ranges.space[index], graph.nodes[index]
    integers, mask = ranges.spaces.integers(home), ranges.needed[index]
    value = ranges.values[index]
    wanted = np.ones(ranges.spaces.size(home), dtype=bool) if mask is None else mask
    if integers is None or not wanted.any():
        return Fraction(0)
    whole = value.lower.copy()
    ties = np.flatnonzero(wanted & (value.lower != value.upper))
    if len(ties) > TIES:
        return Fraction(0)
    for k in ties:
        point = {
            graph.inputs[place].name: integer * power_of_two(-ranges.spaces.inputs[place].fraction)
            for place, integer in integers[k].items()
        }
        found = value_at(graph, index, point)
        if found is None:
            return Fraction(0)
        whole[k] = found
    operands = [ranges.operand(node, k, home) for k in range(len(node.operands))]
    up, down = _distances(node, operands, whole)
    rise, fall = float(np.min(up[wanted])), float(np.min(down[wanted]))
    size = max(float(np.max(x.magnitude[wanted])) for x in operands if len(x.lower) > 1)
    if not ROUNDINGS * (1 + size) < rise + fall < np.inf:
        return Fraction(0)
    # A quarter of the room is left on either side.
    return _short_between(rise * 0.25 - fall * 0.75, rise * 0.75 - fall * 0.25)


def _distances(node: Node, operands: Sequence[Intervals], whole: Floats) -> tuple[Floats, Floats]:
    """How far the first operand may at least rise, and fall, before each decision changes."""
    if node.operation is Operation.FLOOR:
        (x,) = operands
        return whole + 1 - x.upper, np.maximum(x.lower - whole, 0.0)
    room = operands[1] - operands[0]
    holds = whole == 1
    return (
        np.where(holds, np.maximum(room.lower, 0.0), np.inf),
        np.where(holds, np.inf, np.maximum(-room.upper, 0.0)),
    )


def _short_between(low: float, high: float) -> Fraction:
    """A number between two with few bits."""
    if low <= 0 <= high:
        return Fraction(0)
    fraction = 0
    while True:
        unit = power_of_two(-fraction)
        candidate = -(-Fraction(low) // unit) * unit
        if candidate <= Fraction(high):
            return candidate
        fraction += 1
