"""Cuts inputs more finely where a domain or a decision hangs on one of them, down to single integers.

A pole or a threshold then lies between two pieces, however many integers the input has, because its integers
are bisected: some 16 steps for a 16-bit input.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

import numpy as np
from flint import arb, ctx

from symhdl.analysis.assumptions import beside
from symhdl.analysis.functions import function_of
from symhdl.analysis.natural import natural_fractions
from symhdl.analysis.need import Guards
from symhdl.analysis.node_ranges import node_range, powers_of_nodes
from symhdl.analysis.partition import partition
from symhdl.analysis.ranges import DIVISOR, Ranges, find_ranges
from symhdl.analysis.spaces import InputPieces, Mask, Spaces, intervals_of
from symhdl.evaluate import evaluate_ball, evaluate_exactly
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.functions.univariate import Domain
from symhdl.ir.graph import Graph, graph_of_node, reachable
from symhdl.numeric.ball import exact_ball, is_moderate, midpoint
from symhdl.numeric.fixed import power_of_two
from symhdl.numeric.interval import Intervals
from symhdl.numeric.limits import LARGEST_NUMBER
from symhdl.request import InputPlan

ROUNDS = 3  # what a decision lets through may need cuts of its own
BLOCKS = 2048  # blocks of integers that are looked at for one node
MOST_OPERATIONS = 1 << 18  # evaluated over blocks in one round, for all nodes together
STEPS = 64  # a floor with more different values is not followed step by step

TIES = 512  # pieces on which many digits are asked what doubles cannot tell: all of a wide input, and more
THIN = 40  # bits that the integers of a block have in common for balls to be asked
FLAT = frozenset({Operation.MINIMUM, Operation.MAXIMUM, Operation.SELECT, Operation.FLOOR})
"""Operations that may make a value the same over many integers."""

BALL_BITS = 128

Blocks = list[tuple[int, int]]


def analysed(
    graph: Graph,
    plans: tuple[InputPlan, ...],
    *,
    fine: bool = False,
    ignore_undefined: bool = False,
    guards: Guards = Guards.ALL,
    assumptions: Graph | None = None,
) -> Ranges:
    """The ranges of a graph over pieces of its inputs, cut where a domain or a decision hangs on one of them.

    `fine` follows an input of few integers one by one. With `ignore_undefined` nothing is promised where the graph has
    no value, nor where one of the `assumptions` fails. What was found last is kept: the passes ask for the same graph.
    """
    if all(node.operation is not Operation.SELECT for node in graph.nodes):
        guards = Guards.NONE
    return _analysed(graph, plans, fine, ignore_undefined, guards, assumptions)


@lru_cache(maxsize=1)
def _analysed(
    graph: Graph, plans: tuple[InputPlan, ...], fine: bool, ignore_undefined: bool, guards: Guards,
    assumptions: Graph | None,
) -> Ranges:  # fmt: skip
    """Options in one place and order, whatever way they are given: these are what is looked up."""
    fractions = None
    if ignore_undefined:
        fractions = natural_fractions(graph, {plan.name: plan.format for plan in plans})
    spaces = spaces_for(graph, plans, assumptions, fine=fine)
    ranges = find_ranges(graph, spaces, fractions, guards=guards, assumptions=assumptions)
    return refined(graph, ranges, fractions, guards, assumptions)


def uncut_ranges(
    graph: Graph, plans: Sequence[InputPlan], assumptions: Graph | None, *, fine: bool = False
) -> Ranges:
    """The ranges of a graph as `analysed` has them, over pieces that are not cut any further: quicker."""
    spaces = partition(beside(graph, assumptions), plans, fine=fine)
    return find_ranges(graph, spaces, assumptions=assumptions)


def spaces_for(
    graph: Graph, plans: Sequence[InputPlan], assumptions: Graph | None, *, fine: bool = True
) -> Spaces:
    """The pieces for a graph and what is assumed, cut where an assumption about one input begins or ends to hold."""
    spaces = partition(beside(graph, assumptions), plans, fine=fine)
    if assumptions is None:
        return spaces
    for _ in range(ROUNDS):
        cut = _with_cuts(assumptions, find_ranges(assumptions, spaces))
        if cut is spaces:
            break
        spaces = cut
    return spaces


def refined(
    graph: Graph,
    ranges: Ranges,
    fractions: Sequence[int | None] | None = None,
    guards: Guards = Guards.ALL,
    assumptions: Graph | None = None,
) -> Ranges:
    """The ranges over pieces on which every domain and decision about one input is settled, if that can be reached.

    Only nodes that are needed count. `fractions`, `guards` and `assumptions` as in `find_ranges`.
    """
    for _ in range(ROUNDS):
        spaces = _with_cuts(graph, ranges)
        if spaces is ranges.spaces:
            break
        ranges = find_ranges(graph, spaces, fractions, guards=guards, assumptions=assumptions)
    if any(not violation.clipped and not violation.ignored for violation in ranges.violations):
        known = _exact_decisions(graph, ranges)
        if known:
            return find_ranges(
                graph, ranges.spaces, fractions, known, guards, assumptions=assumptions
            )
    return ranges


def _exact_decisions(graph: Graph, ranges: Ranges) -> dict[int, Intervals]:
    """The comparisons about one input that many digits decide on pieces where doubles do not."""
    found: dict[int, Intervals] = {}
    for index, node in enumerate(graph.nodes):
        if ranges.space[index] < 0 or node.operation not in COMPARISONS:
            continue
        entry, value = ranges.spaces.inputs[ranges.space[index]], ranges.values[index]
        mask = ranges.needed[index]
        undecided = value.lower != value.upper
        places = np.flatnonzero(undecided if mask is None else undecided & mask)
        if not 0 < len(places) <= TIES:
            continue
        lower, upper = (
            np.array(np.broadcast_to(e, len(entry.starts))) for e in (value.lower, value.upper)
        )
        probe = graph_of_node(graph, index)
        for k in places:
            truth = whole_value(probe, entry, entry.starts[k], entry.ends[k])
            if truth is not None:
                lower[k] = upper[k] = truth
        found[index] = Intervals(lower, upper)
    return found


def _with_cuts(graph: Graph, ranges: Ranges) -> Spaces:
    cuts: dict[int, set[int]] = {}
    powers: list[tuple[int, int]] = []
    left = MOST_OPERATIONS
    irrational = irrational_nodes(graph)
    for index, node in enumerate(graph.nodes):
        home = ranges.space[index]
        if home < 0 or not node.operands:
            continue
        if node.operation is Operation.FLOOR and not irrational[index]:
            continue  # the hardware has it exactly
        operands = [ranges.operand(node, k, home) for k in range(len(node.operands))]
        open_pieces = _open(graph, index, operands, ranges.values[index])
        if open_pieces is None:
            continue
        mask = ranges.needed[index]
        entry = ranges.spaces.inputs[home]
        wanted = open_pieces & ~entry.single
        wanted = wanted if mask is None else wanted & mask
        if wanted.any() and left > 0:
            powers = powers or powers_of_nodes(graph)
            blocks = [(entry.starts[k], entry.ends[k]) for k in np.flatnonzero(wanted)]
            found, operations = _bisect(graph, powers, index, entry, blocks, left)
            cuts.setdefault(home, set()).update(found)
            left -= operations
    if not any(cuts.values()):
        return ranges.spaces
    entries = list(ranges.spaces.inputs)
    for home, places in cuts.items():
        entries[home] = entries[home].cut_at(places)
    return replace(ranges.spaces, inputs=tuple(entries))


def _open(graph: Graph, index: int, operands: Sequence[Intervals], value: Intervals) -> Mask | None:
    """The pieces on which a node's domain or decision is open; None for a node that has neither."""
    node = graph.nodes[index]
    unknown: Mask = value.lower != value.upper
    if node.operation in COMPARISONS:
        return unknown
    if node.operation is Operation.FLOOR:
        low, high = np.fmin.reduce(value.lower), np.fmax.reduce(value.upper)
        return unknown if high - low < STEPS else None
    function = function_of(graph, node)
    if node.operation is Operation.MODULO:
        return _on_the_border(DIVISOR, operands[1])
    if function is None:
        return None
    border = _on_the_border(function.domain, operands[0])
    if function.period is not None:
        border |= ~(value.magnitude < LARGEST_NUMBER)
    return border


def irrational_nodes(graph: Graph) -> tuple[bool, ...]:
    """Which nodes are more than sums, products and choices of inputs and rational numbers."""
    found: list[bool] = []
    for node in graph.nodes:
        own = node.operation in (Operation.PI, Operation.E) or function_of(graph, node) is not None
        found.append(own or any(found[operand] for operand in node.operands))
    return tuple(found)


def _on_the_border(domain: Domain, x: Intervals) -> Mask:
    return ~domain.holds(x) & ~domain.leaves_out(x)


def _bisect(
    graph: Graph,
    powers: Sequence[tuple[int, int]],
    index: int,
    entry: InputPieces,
    blocks: Blocks,
    most: int,
) -> tuple[set[int], int]:
    """Where to cut so that the node is settled on every block of several integers, and how many operations that took.

    Nowhere, if it takes too many blocks or more than `most` operations.
    """
    cone = reachable(graph.nodes, [index])
    if len(blocks) * len(cone) > most:
        return set(), 0
    probe = graph_of_node(graph, index)
    cuts: set[int] = set()
    asked, looked_at = len(blocks), 0
    blocks = [block for block in blocks if whole_value(probe, entry, *block) is None]
    while blocks:
        middles = [(low + high + 1) // 2 for low, high in blocks]
        cuts.update(middles)
        halves = [
            half
            for (low, high), middle in zip(blocks, middles, strict=True)
            for half in ((low, middle - 1), (middle, high))
        ]
        looked_at += len(halves)
        if looked_at > BLOCKS or (asked + looked_at) * len(cone) > most:
            return set(), (asked + looked_at) * len(cone)
        starts, ends = [low for low, _ in halves], [high for _, high in halves]
        x = intervals_of(starts, ends, entry.fraction)
        still = _open_over(graph, powers, cone, index, x)
        blocks = [
            (low, high)
            for (low, high), is_open in zip(halves, still, strict=True)
            if is_open and low < high and whole_value(probe, entry, low, high) is None
        ]
    return cuts, (asked + looked_at) * len(cone)


def whole_value(probe: Graph, entry: InputPieces, low: int, high: int) -> int | None:
    """The whole number that a graph of one input is for all its integers between two; None if that cannot be told.

    Balls tell what intervals of doubles are too coarse for: next to a jump, and where what is chosen is a constant
    that only algebra knows exactly. A single integer is taken as exactly as can be.
    """
    (output,) = probe.outputs
    if probe.nodes[output.node].operation not in COMPARISONS | {Operation.FLOOR}:
        return None
    largest = max(abs(low), abs(high))
    is_wide = low < high and (high - low) << THIN > largest
    if is_wide and all(node.operation not in FLAT for node in probe.nodes):
        return None
    (name,) = {node.name for node in probe.nodes if node.operation is Operation.INPUT}
    if low == high:
        point = {name: low * power_of_two(-entry.fraction)}
        return _whole(evaluate_exactly(probe, point)[output.name])
    bits = BALL_BITS + largest.bit_length()
    with ctx.workprec(bits):
        x = exact_ball(low, -entry.fraction).union(exact_ball(high, -entry.fraction))
    return _whole(evaluate_ball(probe, {name: x}, bits)[output.name])


def value_at(graph: Graph, index: int, point: Mapping[str, Fraction]) -> int | None:
    """The whole number that a node is at a point, as exactly as can be told; None if it cannot."""
    probe = graph_of_node(graph, index)
    return _whole(evaluate_exactly(probe, point)["value"])


def _whole(value: arb | None) -> int | None:
    if value is None or not is_moderate(value) or not value.is_exact():
        return None
    number = midpoint(value)
    return number.numerator if number.denominator == 1 else None


def _open_over(
    graph: Graph,
    powers: Sequence[tuple[int, int]],
    cone: Sequence[int],
    index: int,
    x: Intervals,
) -> Mask:
    """Where the node is open, for intervals of the one input of its cone."""
    values: dict[int, Intervals] = {}
    for k in cone:
        node = graph.nodes[k]
        base, exponent = powers[k]
        if node.operation is Operation.INPUT:
            values[k] = x
        elif node.value is not None:
            values[k] = Intervals.of(node.value, node.value)
        else:
            sources = (base,) if base >= 0 else node.operands
            values[k] = node_range(graph, node, [values[o] for o in sources], exponent)
    found = _open(graph, index, [values[o] for o in graph.nodes[index].operands], values[index])
    if found is None:  # a floor that takes few steps only because of the choices around it
        found = np.ones(1, dtype=bool)
    result: Mask = np.broadcast_to(found, x.lower.shape)
    return result
