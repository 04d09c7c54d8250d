"""What is left out where nothing is promised: inputs at which the graph is undefined, and arguments that are 0."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from symhdl.analysis.functions import function_of
from symhdl.analysis.need import Restriction
from symhdl.analysis.spaces import Mask, Spaces
from symhdl.functions.univariate import Univariate
from symhdl.ir.graph import Graph, Node
from symhdl.numeric.interval import Intervals

LARGEST_FRACTION = 900  # of a last bit that a float holds


def undefined_pieces(
    graph: Graph,
    spaces: Spaces,
    space: Sequence[int],
    values: Sequence[Intervals],
    needed: Sequence[Mask | None],
) -> Restriction:
    """For each input the pieces that stay when the single values at which a node is undefined are left out."""
    stay: Restriction = {}
    for index, node in enumerate(graph.nodes):
        home = space[index]
        function = function_of(graph, node)
        if home < 0 or function is None:
            continue
        x = spaces.lift(values[node.operands[0]], space[node.operands[0]], home)
        pieces = spaces.inputs[home].pieces
        bad = ~function.domain.holds(x) & (pieces.lower == pieces.upper)
        mask = needed[index]
        bad = bad if mask is None else bad & mask
        if bad.any() and not bad.all():
            stay[home] = stay[home] & ~bad if home in stay else ~bad
    return stay


def last_bit(
    graph: Graph, node: Node, x: Intervals, fractions: Sequence[int | None]
) -> float | None:
    """The last bit of an argument that must not be 0 but may be; None if there is nothing to leave out."""
    function = function_of(graph, node)
    fraction = fractions[node.operands[0]] if node.operands else None
    if function is None or fraction is None or abs(fraction) > LARGEST_FRACTION:
        return None
    domain = function.domain
    leaves_out_zero = domain.pole_at_zero or (domain.lower == 0 and not domain.closed)
    return 2.0**-fraction if leaves_out_zero and not bool(domain.holds(x).all()) else None


def range_without_zero(function: Univariate, x: Intervals, bit: float) -> Intervals:
    """The range of a function where its argument is at least one bit away from 0, on the sides where it is defined.

    An exact argument that is not 0 is that far away.
    """
    above, below = x.upper >= bit, x.lower <= -bit
    positive = function.range(x.clip(bit, np.inf))
    lower = np.where(above, positive.lower, np.nan)
    upper = np.where(above, positive.upper, np.nan)
    if function.domain.pole_at_zero:
        negative = function.range(x.clip(-np.inf, -bit))
        lower = np.fmin(lower, np.where(below, negative.lower, np.nan))
        upper = np.fmax(upper, np.where(below, negative.upper, np.nan))
    return Intervals(lower, upper)


def unbuilt(
    graph: Graph,
    spaces: Spaces,
    space: Sequence[int],
    needed: Sequence[Mask | None],
    gapped: Collection[int],
) -> tuple[Mask | None, ...]:
    """The masks, with one for every node that follows from a left-out zero: its proved range must not be built in."""
    follows = bytearray(len(graph.nodes))
    masks: list[Mask | None] = []
    for index, node in enumerate(graph.nodes):
        follows[index] = index in gapped or any(follows[operand] for operand in node.operands)
        mask = needed[index]
        if follows[index] and mask is None:
            mask = np.ones(spaces.size(space[index]), dtype=bool)
        masks.append(mask)
    return tuple(masks)
