"""Looks for the form of a part of a graph, made of arithmetic, that is worth least."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from symhdl.cost.operators import Fabric
from symhdl.ir.graph import Graph
from symhdl.rewriting.building import graph_of
from symhdl.rewriting.factoring import factored
from symhdl.rewriting.forms import multiplied_out, with_divisors_outside, with_shared_products
from symhdl.rewriting.polynomials import Polynomials, polynomials_of
from symhdl.rewriting.worth import Leaf, ranges_of, worth_of

LEAST_GAIN = 0.07
"""Of what a part is worth: what another form must save to be taken, since what it is worth is known about only."""

FIRSTS = 6
"""How many variables are tried as the first factor at level 2."""

NS_OF_SUM = 1.0

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
    period_ns: float = 0.0,
) -> Graph:  # fmt: skip
    """The form of a graph of arithmetic that is worth least, and whose outputs are no later; itself if it is that.

    `leaves` tell what is known of its inputs, `errors` by how much its outputs may be off.
    """
    ranges = ranges_of(graph, leaves)
    if ranges is None:
        return graph
    polynomials = polynomials_of(graph, [low >= 0 for low, _ in ranges])
    if not polynomials.may_be_cheaper:
        return graph
    best = worth_of(graph, leaves, errors, fabric, period_ns)
    if best is None:
        return graph
    latest, limit, found = best.delay_ns, best.luts * (1 - LEAST_GAIN), graph
    constants = [leaf.constant for leaf in leaves]
    arrivals = [leaf.arrival_ns / NS_OF_SUM for leaf in leaves]
    for form in dict.fromkeys(all_forms(polynomials, leaves, level)):
        if form == polynomials and not (form.joins or polynomials.met):
            continue
        made = graph_of(form, graph, constants, arrivals)
        worth = worth_of(made, leaves, errors, fabric, period_ns)
        if worth is not None and worth.luts <= limit and worth.delay_ns <= latest:
            found, limit = made, worth.luts
    return found


def all_forms(
    polynomials: Polynomials, leaves: Sequence[Leaf], level: int
) -> Iterator[Polynomials]:
    """Forms to choose from."""
    weights = [0.25 if leaf.constant else 1.0 for leaf in leaves] or [1.0]
    seen: set[Polynomials] = set()
    for start in STARTS:
        changed = polynomials
        for step in start:
            changed = step(changed)
        if changed in seen:
            continue
        seen.add(changed)
        firsts: list[int | None] = [None, *range(min(FIRSTS, len(leaves)) if level > 1 else 0)]
        for first in firsts:
            form = factored(changed, weights, first)
            yield with_shared_products(form)
            if level > 1:
                yield form
