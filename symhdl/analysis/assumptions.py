"""What may be left out because it is assumed not to occur: pieces of the inputs, and a part of a node's bounds.

Assumptions are conditions over the inputs, the outputs of a graph of their own. Where one of them fails nothing is
promised. On a piece of the inputs on which one surely fails nothing needs to be proved; and between inputs of one piece
`x <= y` still tells that y - x is not negative, which no pieces can tell (see `consequences`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from symhdl.analysis.consequences import (
    MOST_WORK,
    Consequences,
    Forms,
    Polynomial,
    Span,
    consequences,
    difference,
)
from symhdl.analysis.functions import function_of
from symhdl.analysis.need import Restriction, both, parts_of_condition
from symhdl.analysis.node_ranges import node_range, powers_of_nodes
from symhdl.analysis.spaces import CONSTANT_SPACE, JOINT_SPACE, Mask, Spaces
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.ir.graph import Graph, Node
from symhdl.numeric.interval import Intervals, fraction_above, fraction_below

WORTHWHILE = 1 / 16
"""Of the width of a range: a bound that gains less, and no sign, is not taken, since hardware cannot rely on it."""


@dataclass(frozen=True, slots=True, eq=False)
class Reasons:
    """What bounds of nodes follow from: the `forms` of nodes are polynomials, whose atoms may be nodes, at `places`.

    Of atoms that are inner nodes those before a node count alone: then no bound stands on itself.
    """

    assumptions: Graph
    forms: Sequence[Polynomial]
    follows: Consequences
    places: Mapping[int, int]

    def spans_before(self, index: int) -> dict[int, Span]:
        """What bounds the inputs, and atoms that are nodes before one."""
        spans, places = self.follows.spans, self.places
        return {atom: span for atom, span in spans.items() if places.get(atom, -1) < index}

    def form(self, index: int, node: Node) -> Polynomial:
        """That of a node; of a comparison what its second operand is more than the first."""
        if node.operation in COMPARISONS:
            return difference(*(self.forms[operand] for operand in reversed(node.operands)))
        return self.forms[index]


@dataclass(frozen=True, slots=True, eq=False)
class Assumed:
    """What assumptions leave: `pieces` outside which one surely fails, and bounds of nodes wherever all hold.

    These have `reasons`.
    """

    pieces: Restriction = field(default_factory=dict)
    bounds: Mapping[int, Intervals] = field(default_factory=dict)
    impossible: bool = False
    reasons: Reasons | None = None


NOTHING = Assumed()


def beside(graph: Graph, assumed: Graph | None) -> Graph:
    """The graph with the assumptions as outputs, for what is asked of both together."""
    if assumed is None:
        return graph
    count = len(graph.nodes)
    moved = tuple(
        Node(node.operation, tuple(o + count for o in node.operands), node.value, node.name)
        for node in assumed.nodes
    )
    outputs = tuple(replace(output, node=output.node + count) for output in assumed.outputs)
    return replace(
        graph, nodes=graph.nodes + moved, outputs=graph.outputs + outputs,
        spans=graph.spans + assumed.spans, names=graph.names + assumed.names,
    )  # fmt: skip


def truths_of(assumed: Graph, spaces: Spaces) -> list[tuple[int, Intervals]]:
    """The truth of all conditions that hold together, each with its space.

    Where a value that it stands on may be undefined a condition may hold.
    """
    position = {declared.name: k for k, declared in enumerate(assumed.inputs)}
    powers = powers_of_nodes(assumed)
    space: list[int] = []
    values: list[Intervals] = []
    doubts: list[Intervals] = []  # 1 where a value may be undefined
    for index, node in enumerate(assumed.nodes):
        if node.operation is Operation.INPUT:
            space.append(position[node.name])
            values.append(spaces.inputs[space[-1]].pieces)
            doubts.append(_doubt(np.zeros(1, dtype=bool), spaces.size(space[-1])))
            continue
        home = spaces.join([space[operand] for operand in node.operands])
        space.append(home)
        if node.value is not None:
            values.append(Intervals.of(node.value, node.value))
            doubts.append(_doubt(np.zeros(1, dtype=bool), 1))
            continue
        base, exponent = powers[index]
        sources = (base,) if base >= 0 else node.operands
        operands = [spaces.lift(values[k], space[k], home) for k in sources]
        value = node_range(assumed, node, operands, exponent)
        values.append(value)
        doubt = np.isnan(value.lower) | np.isnan(value.upper)
        function = function_of(assumed, node)
        if function is not None and base < 0:
            doubt = doubt | ~function.domain.holds(operands[0])
        for k in node.operands:
            doubt = doubt | (spaces.lift(doubts[k], space[k], home).upper > 0)
        doubts.append(_doubt(doubt, spaces.size(home)))
    found = []
    for output in assumed.outputs:
        for index, holds in parts_of_condition(assumed, output.node, True):
            truth, doubt = values[index], doubts[index].upper > 0
            truth = truth if holds else Intervals(1 - truth.upper, 1 - truth.lower)
            unsure = Intervals(np.where(doubt, 0.0, truth.lower), np.where(doubt, 1.0, truth.upper))
            found.append((space[index], unsure))
    return found


def _doubt(mask: Mask, count: int) -> Intervals:
    return Intervals(np.zeros(count), np.broadcast_to(mask, count).astype(float))


def pieces_of(assumed: Graph, spaces: Spaces) -> tuple[Restriction, bool]:
    """The pieces on which no assumption surely fails, for spaces where some are left out; whether none is left."""
    found: Restriction = {}
    impossible = False
    for home, truth in truths_of(assumed, spaces):
        stays = np.broadcast_to(truth.upper != 0, spaces.size(home))
        if home == CONSTANT_SPACE:
            impossible |= not stays.all()
        elif not stays.all():
            found = both(found, {home: stays})
    impossible |= any(not stays.any() for stays in found.values())
    return found, impossible or not spaces.boxes_within(found).any()


def what_is_assumed(
    graph: Graph, assumed: Graph, spaces: Spaces, space: Sequence[int], values: Sequence[Intervals]
) -> Assumed:
    """What the assumptions leave of the inputs, and of the nodes of several inputs, given what these may be anyway."""
    pieces, impossible = pieces_of(assumed, spaces)
    shared = Forms()
    forms, places = shared.of(graph)
    conditions, _ = shared.of(assumed)
    inputs = [shared.input(declared.name) for declared in graph.inputs]
    spans = _spans(places, values) | _spans(dict(zip(inputs, range(len(inputs)), strict=True)), [
        entry.pieces for entry in spaces.inputs
    ])  # fmt: skip
    units = {atom: entry.fraction for atom, entry in zip(inputs, spaces.inputs, strict=True)}
    names = {atom: declared.name for atom, declared in zip(inputs, graph.inputs, strict=True)}
    follows = consequences(assumed, conditions, spans, units, names)
    for k, entry in enumerate(spaces.inputs):
        low, high = _bounds(follows, {((inputs[k], 1),): Fraction(1)})
        stays = (entry.pieces.upper >= low) & (entry.pieces.lower <= high)
        if not stays.all():
            pieces = both(pieces, {k: stays})
            impossible |= not stays.any()
    places = {atom: index for atom, index in places.items() if atom not in names}
    reasons = Reasons(assumed, forms, follows, places)
    bounds, contradicts = _bounds_of_nodes(graph, reasons, space, values)
    return Assumed(pieces, bounds, impossible or contradicts or follows.impossible, reasons)


def _bounds_of_nodes(
    graph: Graph, reasons: Reasons, space: Sequence[int], values: Sequence[Intervals]
) -> tuple[dict[int, Intervals], bool]:
    """What follows for nodes of several inputs where that is worthwhile, and whether it contradicts their values."""
    bounds: dict[int, Intervals] = {}
    contradicts, work, follows = False, MOST_WORK, reasons.follows
    spans, atoms = reasons.spans_before(0), {k: atom for atom, k in reasons.places.items()}
    for index, node in enumerate(graph.nodes):
        is_comparison = node.operation in COMPARISONS
        if space[index] == JOINT_SPACE and (is_comparison or not node.operation.boolean):
            form = reasons.form(index, node)
            work -= len(form) * len(follows.constraints)
            if work < 0:
                break
            bound, before = _bounds(follows, form, spans), values[index].hull()
            if is_comparison:
                truth = _truth(node.operation, *bound)
                bounds |= {} if truth is None else {index: Intervals.between(truth, truth)}
            elif _is_worthwhile(bound, before):
                bounds[index] = Intervals.between(*bound)
                contradicts |= bound[0] > before[1] or bound[1] < before[0]
        if index in atoms and atoms[index] in follows.spans:
            spans[atoms[index]] = follows.spans[atoms[index]]
    return bounds, contradicts


def _truth(operation: Operation, low: float, high: float) -> float | None:
    """Whether a comparison holds of two numbers, given the bounds of the second less the first; None where it may."""
    match operation:
        case Operation.LESS:
            return 1.0 if low > 0 else 0.0 if high <= 0 else None
        case Operation.LESS_EQUAL:
            return 1.0 if low >= 0 else 0.0 if high < 0 else None
    return 1.0 if low == high == 0 else 0.0 if low > 0 or high < 0 else None


def _spans(places: Mapping[int, int], values: Sequence[Intervals]) -> dict[int, Span]:
    """What bounds atoms, for those that are bounded."""
    hulls = {atom: values[index].hull() for atom, index in places.items()}
    return {
        atom: (Fraction(low), Fraction(high))
        for atom, (low, high) in hulls.items()
        if math.isfinite(low) and math.isfinite(high)
    }


def _bounds(
    follows: Consequences, form: Polynomial, spans: Mapping[int, Span] | None = None
) -> tuple[float, float]:
    low, high = follows.bounds(form, spans)
    return (
        -math.inf if low is None else fraction_below(low),
        math.inf if high is None else fraction_above(high),
    )


def _is_worthwhile(bound: tuple[float, float], before: tuple[float, float]) -> bool:
    """Whether a bound is better than the one before by so much that hardware is."""
    (low, high), (least, most) = bound, before
    if not (math.isfinite(least) and math.isfinite(most)):
        return math.isfinite(low) or math.isfinite(high)
    signs = (low >= 0 > least, low > 0 >= least, high <= 0 < most, high < 0 <= most)
    gained = max(low - least, 0.0) + max(most - high, 0.0)
    return any(signs) or gained > WORTHWHILE * (most - least)


def held_to(value: Intervals, bound: Intervals) -> Intervals:
    """The intervals within a bound; where they have nothing in common, which no promise is about, as they are."""
    within = value.intersect(bound)
    empty = ~(within.lower <= within.upper)
    return Intervals(
        np.where(empty, value.lower, within.lower), np.where(empty, value.upper, within.upper)
    )
