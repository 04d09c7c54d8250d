"""Looks for the form of a cluster of a graph, made of arithmetic, that is worth least."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from symhdl.analysis.node_ranges import node_range
from symhdl.cost.operators import Fabric
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph
from symhdl.numeric.interval import Intervals
from symhdl.rewriting.building import graph_of
from symhdl.rewriting.factoring import factored
from symhdl.rewriting.forms import multiplied_out, with_divisors_outside, with_shared_products
from symhdl.rewriting.polynomials import Polynomials, polynomials_of
from symhdl.rewriting.worth import Clock, Leaf, Worth, ranges_of, worth_of

LEAST_GAIN = 0.1
"""Of what a cluster is worth: what another form must save to be taken, since what it is worth is known about only."""

FIRSTS = 6
"""How many variables are tried as the first factor at level 2."""

DEPTHS = (24, 2, 1, 0)
"""How deep sums are nested at most that are made of one."""

DELAY_ROOM = 0.04
"""Of the delay, how much more counts as the same."""

STAGE_GAIN = 0.1
"""Of what a cluster is worth: what a form must save besides for each cycle more, or tenth of an unclocked delay."""

ONE_CYCLE, SEVERAL_CYCLES = 0.95, 0.8
"""Of the cycles that a cluster takes, what may be filled without much doubt that another one is needed."""

CONSTANT_WEIGHT = 0.25
"""What a product with a constant takes, of one with a variable."""

NS_OF_SUM = 1.0
"""How long a sum takes, about, to tell how late inputs are beside what is made of them."""

Form = Callable[[Polynomials], Polynomials]

STARTS: tuple[tuple[Form, ...], ...] = (
    (),
    (with_divisors_outside,),
    (multiplied_out,),
    (with_divisors_outside, multiplied_out),
)
"""What is done with polynomials before they are factored: one after the other, each of these ways."""


def cheapest_form(
    graph: Graph, leaves: Sequence[Leaf], errors: Sequence[float], fabric: Fabric, level: int,
    clock: Clock | None = None,
) -> Graph:  # fmt: skip
    """The form of a graph of arithmetic that is worth least, more so where its outputs are later; itself if it is that.

    `leaves` tell what is known of its inputs, `errors` by how much its outputs may be off.
    """
    if ranges_of(graph, leaves) is None:
        return graph
    polynomials = polynomials_of(graph, nonnegative_nodes(graph, leaves))
    if not polynomials.may_be_cheaper:
        return graph
    best = worth_of(graph, leaves, errors, fabric, clock)
    if best is None:
        return graph
    latest_ns, limit, found = best.delay_ns * (1 + DELAY_ROOM), best.luts * (1 - LEAST_GAIN), graph
    if clock is not None:
        latest_ns = max(latest_ns, _filled_ns(best.delay_ns, clock))
    constants = [leaf.constant for leaf in leaves]
    arrivals = [leaf.arrival_ns / NS_OF_SUM for leaf in leaves]
    seen = set() if polynomials.joins or polynomials.met else {polynomials}
    for forms in all_forms(polynomials, leaves, level):
        for form in forms:
            if form in seen:
                continue
            seen.add(form)
            made = graph_of(form, graph, constants, arrivals)
            worth = worth_of(made, leaves, errors, fabric, clock)
            if worth is None or worth.luts > limit:
                break
            late = worth.luts + best.luts * _share_of_lateness(worth, latest_ns, fabric, clock)
            if late <= limit:
                found, limit = made, late
    return found


def nonnegative_nodes(graph: Graph, leaves: Sequence[Leaf]) -> list[bool]:
    """Which nodes are proved never to be below 0, by intervals that are rounded outward: roots are split by that."""
    leaf_of = {declared.name: leaf for declared, leaf in zip(graph.inputs, leaves, strict=True)}
    found: list[Intervals] = []
    for node in graph.nodes:
        if node.operation is Operation.INPUT:
            leaf = leaf_of[node.name]
            found.append(Intervals.between(leaf.low, leaf.high))
        elif node.value is not None:
            found.append(Intervals.of(node.value, node.value))
        else:
            found.append(node_range(graph, node, [found[operand] for operand in node.operands], 0))
    return [values.lower.item() >= 0 for values in found]


def _filled_ns(delay_ns: float, clock: Clock) -> float:
    """How late outputs may be that are so late, in the same number of cycles."""
    if delay_ns <= clock.room_ns:
        return ONE_CYCLE * clock.room_ns
    return SEVERAL_CYCLES * math.ceil(delay_ns / clock.cycle_ns) * clock.cycle_ns


def _share_of_lateness(
    worth: Worth, latest_ns: float, fabric: Fabric, clock: Clock | None
) -> float:
    """What a form must save besides, of what a cluster is worth, since its outputs are later than they may be."""
    later_ns = worth.delay_ns - latest_ns
    if later_ns <= 0:
        return 0.0
    if fabric.luts_of_ns:
        return math.inf
    return STAGE_GAIN * (
        10 * later_ns / latest_ns if clock is None else math.ceil(later_ns / clock.cycle_ns)
    )


def all_forms(
    polynomials: Polynomials, leaves: Sequence[Leaf], level: int
) -> Iterator[Iterator[Polynomials]]:
    """Forms to choose from, in rows: the later ones of a row are less deep, and take more."""
    weights = [CONSTANT_WEIGHT if leaf.constant else 1.0 for leaf in leaves] or [1.0]
    starts: dict[Polynomials, None] = {}
    for start in STARTS:
        changed = polynomials
        for step in start:
            changed = step(changed)
        starts[changed] = None
    firsts: list[int | None] = [None, *range(min(FIRSTS, len(leaves)) if level > 1 else 0)]
    for changed in starts:
        for first in firsts:
            yield (
                with_shared_products(factored(changed, weights, first, depth)) for depth in DEPTHS
            )
