"""Other formats for a design that has some: what functions leave is given to others, or a tolerance is moved."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import NamedTuple

from symhdl.budget import UNLIMITED, Budget
from symhdl.ir.graph import Graph
from symhdl.precision.allocation import (
    Allocation,
    allocation_of,
    direct_outputs,
    met,
    with_rest_spent,
)
from symhdl.precision.economy import Economy, Found, Prices
from symhdl.precision.shares import Shares

MOST_PRICED = 5_000  # nodes, in all moves of a search together
SURELY_DEARER = 1.03  # times what others are worth, by prices


class Move(NamedTuple):
    """A node gets a tolerance by a factor, and others are to begin with a part of theirs."""

    node: int
    factor: float
    part: float


def respent(
    shares: Shares, before: Allocation, prices: Prices, budget: Budget = UNLIMITED
) -> Allocation | None:
    """The allocation with what functions leave of the errors given to nodes behind; None where that saves nothing.

    The functions that shares have as `kept`, and all that they are of, stay as they are.
    """
    before_spent = before.asked if before.spent is None else before.spent
    assert before_spent is not None, "an allocation without its shares; please report this"
    start = met(shares, before_spent)
    if start is None:
        return None
    start = replace(start, worth=prices.worth(start.plan))
    fixed = _before(shares.graph, shares.kept)
    economy = Economy(shares, shares.gains(), prices, MOST_PRICED, budget=budget, fixed=fixed)
    better = economy.loosened(start)
    if better is start:
        return None
    made = allocation_of(shares, better, better.worth, before.shared)
    tolerances = list(made.tolerances)
    for node in shares.kept:
        tolerances[node] = before.tolerances[node]
    return replace(made, tolerances=tuple(tolerances), asked=before.asked, spent=better.tolerances)


def moved(
    shares: Shares, before: Allocation, move: Move, prices: Prices, budget: Budget = UNLIMITED
) -> Allocation | None:
    """The allocation with another tolerance of a node, and for others what that leaves, by their prices.

    None where no such allocation meets the goals, or all of them are surely dearer.
    """
    assert before.asked is not None, "an allocation without its shares; please report this"
    plan, errors, _ = shares.attempt(before.asked)
    if not errors.finite:
        return None
    start = Found(before.asked, plan, errors, SURELY_DEARER * prices.worth(plan))
    economy = Economy(
        shares, shares.gains(), prices, MOST_PRICED, budget=budget, fixed=(move.node,)
    )
    tolerances = before.asked * move.part
    tolerances[move.node] = before.asked[move.node] * move.factor
    found = economy.loosened(start, tolerances)
    if found is start:
        return None
    found = with_rest_spent(shares, direct_outputs(shares), found)
    return allocation_of(shares, found, found.worth, before.shared)


def _before(graph: Graph, nodes: Collection[int]) -> frozenset[int]:
    """The nodes with all that they are of."""
    found = set(nodes)
    for index in range(len(graph.nodes) - 1, -1, -1):
        if index in found:
            found.update(graph.nodes[index].operands)
    return frozenset(found)
