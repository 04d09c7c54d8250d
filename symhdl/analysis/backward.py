"""From some outputs backwards through a graph, in one sweep for all: how much of each node acts on each of them."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from symhdl.analysis.ranges import Ranges
from symhdl.analysis.spaces import CONSTANT_SPACE, Indices, Mask
from symhdl.ir.graph import Graph
from symhdl.numeric.interval import Floats

Acting = tuple[Indices, Floats]
"""The nodes that act on an output, and how much of each."""

NOTHING_ACTS: Acting = (np.empty(0, dtype=np.intp), np.empty(0))
"""Of what stands on no node."""

BLOCK = 1 << 14  # numbers of a node's gains that are held at once; the outputs are taken in turn


@dataclass(frozen=True, slots=True)
class Rules:
    """What the sweep needs to know of nodes. Gains are arrays: a line for every output, a column for every piece.

    `passed` is how much of a node's gain goes to one operand, given the node, the position, the gain and the places of
    the outputs of its lines; `amount` is what of a node with such a gain acts on each output. Where a node does not
    count by its `masks` its gain is 0.
    """

    passed: Callable[[int, int, Floats, Indices], Floats]
    amount: Callable[[int, Floats], Floats]
    masks: Sequence[Mask | None]


def swept(graph: Graph, ranges: Ranges, outputs: Sequence[int], rules: Rules) -> list[Acting]:
    """For each output the nodes of its cone that act on it, and how much of each."""
    largest = max(map(ranges.spaces.size, set(ranges.space)), default=1)
    step = max(1, BLOCK // largest)
    found: list[Acting] = []
    with np.errstate(over="ignore", invalid="ignore"):  # a gain may be infinite, or nothing
        for start in range(0, len(outputs), step):
            places = range(start, min(start + step, len(outputs)))
            acting = list(_acting(graph, ranges, outputs, places, rules))
            found += _by_output(acting, places)
    return found


def _acting(
    graph: Graph, ranges: Ranges, outputs: Sequence[int], places: range, rules: Rules
) -> Iterator[tuple[int, Indices, Floats]]:
    """Every node that some of the outputs at the places depend on, the places of these, and how much of it acts."""
    parts: dict[int, list[tuple[Indices, Floats]]] = {}
    for place in places:
        output = outputs[place]
        ones = np.ones((1, ranges.spaces.size(ranges.space[output])))
        parts.setdefault(output, []).append((np.array([place]), ones))
    waiting = [-output for output in parts]
    heapq.heapify(waiting)
    while waiting:
        index = -heapq.heappop(waiting)
        at, gain = _together(parts.pop(index))
        node, mask = graph.nodes[index], rules.masks[index]
        if mask is not None:
            gain = np.where(mask, gain, 0.0)
        yield index, at, rules.amount(index, gain)
        if not node.operands or ranges.space[index] == CONSTANT_SPACE:
            continue
        for position, operand in enumerate(node.operands):
            share = rules.passed(index, position, gain, at)
            if share is not gain:
                # Where a node is not needed, nothing is defined and nothing acts.
                share = np.broadcast_to(np.where(np.isnan(share), 0.0, share), gain.shape)
            sunk = ranges.spaces.sink(share, ranges.space[index], ranges.space[operand])
            if operand not in parts:
                parts[operand] = []
                heapq.heappush(waiting, -operand)
            parts[operand].append((at, sunk))


def _together(parts: Sequence[tuple[Indices, Floats]]) -> tuple[Indices, Floats]:
    """The sums of shares, output by output."""
    places, total = parts[0]
    if all(others is places for others, _ in parts):
        for _, share in parts[1:]:
            total = total + share
        return places, total
    places, shares = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    distinct, line = np.unique(places, return_inverse=True)
    if len(distinct) == len(places):
        return places, shares
    total = np.zeros((len(distinct), shares.shape[1]))
    np.add.at(total, line, shares)
    return distinct, total


def _by_output(acting: Sequence[tuple[int, Indices, Floats]], places: range) -> list[Acting]:
    """The nodes that act on each output, and how much of each."""
    at = np.concatenate([places for _, places, _ in acting])
    most = np.concatenate([most for _, _, most in acting])
    nodes = np.repeat([index for index, _, _ in acting], [len(places) for _, places, _ in acting])
    kept = np.flatnonzero(most > 0)
    order = kept[np.argsort(at[kept], kind="stable")]
    ends = np.searchsorted(at[order], places[1:])
    return list(zip(np.split(nodes[order], ends), np.split(most[order], ends), strict=True))
