"""Errors that reach a node by several ways: what the ways make of an error is added before it counts.

Forwards the error of a node that is used twice counts twice, each time at its worst. From the node where its ways meet
backwards, derivatives multiply along each way and add up where ways join, so that opposite ones cancel. The error is
the sum, over the ends of the sweep, of their errors times what the ways make of them. An end may be any node, since its
whole error is known; so a sweep goes only where something is shared, and not on for ever.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from symhdl.analysis.derivatives import ONE, Derivatives
from symhdl.analysis.errors import ANYTHING, NO_ERROR, choose, is_exact
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.spaces import Mask
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph
from symhdl.numeric.interval import Intervals

MOST_PASSED = 64  # nodes that one sweep goes through
MOST_STEPS = 1 << 16  # by which it is looked for where ways meet, in all
MOST_SHARED = 1 << 10  # nodes whose ways are followed


@dataclass(frozen=True, slots=True)
class Ways:
    """For every node its bit if it is shared, and the bits of those whose ways have all met there."""

    bit: tuple[int, ...]
    met: tuple[int, ...]


def ways_of(graph: Graph, absorbed: Collection[int]) -> Ways | None:
    """Which nodes with an error serve several others, or one twice; None if there are none."""
    nodes = graph.nodes
    users: list[list[int]] = [[] for _ in nodes]
    for index, node in enumerate(nodes):
        if index not in absorbed:
            for operand in node.operands:
                users[operand].append(index)
    shared = [
        index for index, node in enumerate(nodes)
        if len(users[index]) > 1 and node.operation is not Operation.INPUT
        and not node.operation.boolean
    ]  # fmt: skip
    if not shared or len(shared) > MOST_SHARED:
        return None
    bit, met = [0] * len(nodes), [0] * len(nodes)
    meeting = _meetings(users, {output.node for output in graph.outputs})
    for place, index in enumerate(shared):
        bit[index] = 1 << place
        if meeting[index] < len(nodes):
            met[meeting[index]] |= 1 << place
    return Ways(tuple(bit), tuple(met))


def _meetings(users: Sequence[Sequence[int]], outputs: Collection[int]) -> list[int]:
    """For every node the first behind it that lies on all ways to the outputs; none is the number of the nodes.

    The nearest common one of two is found by going on from the earlier one (Cooper, Harvey and Kennedy 2001).
    """
    end, left = len(users), MOST_STEPS
    meeting = [end] * end
    for index in range(end - 1, -1, -1):
        if index in outputs or not users[index]:
            continue
        found = users[index][0]
        for user in users[index][1:]:
            while found != user and left:
                found, user = max(found, user), min(found, user)
                user, left = meeting[user], left - 1
            found = found if found == user else end
        meeting[index] = found
    return meeting


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A node on the ways to another: what they make of an error there, and the error that counts for itself.

    Where it has `derivatives` the error is its own rounding and those of its operands count beside, else it is whole.
    """

    node: int
    gain: Intervals
    error: Intervals
    derivatives: tuple[Intervals, ...] = ()


@dataclass(slots=True)
class Sharing:
    """Which shared errors each node carries, as far as errors are known; in the order of the nodes."""

    ways: Ways
    carried: list[int] = field(default_factory=list)
    below: list[int] = field(default_factory=list)

    def add(self, operands: Sequence[int], *, is_exact: bool, jumps: bool) -> None:
        """One more node."""
        index, below = len(self.carried), 0
        if not is_exact and not jumps:
            for operand in operands:
                below |= self.carried[operand]
        below &= ~self.ways.met[index]
        self.below.append(below)
        self.carried.append(below if is_exact else below | self.ways.bit[index])

    def joins(self, operands: Sequence[int]) -> bool:
        """Whether some shared error comes by several of the operands."""
        seen = 0
        for operand in operands:
            if seen & self.carried[operand]:
                return True
            seen |= self.carried[operand]
        return False


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the nodes before one: their own errors, their whole ones where they count, and derivatives."""

    graph: Graph
    ranges: Ranges
    local: Sequence[Intervals]
    errors: Sequence[Intervals]
    reached: Sequence[Mask | None]
    derivatives: Callable[[int], Derivatives]

    def seen(self, x: Intervals, source: int, target: int) -> Intervals:
        """Intervals of one node as another one sees them, 0 where the one is not reached."""
        mask = self.reached[source]
        if mask is not None:
            x = choose(mask, x, NO_ERROR)
        if len(x.lower) == 1:
            return x
        space = self.ranges.space
        return self.ranges.spaces.lift(x, space[source], space[target])


def ways_to(target: int, known: Known, sharing: Sharing) -> list[Way]:
    """What the errors before a node make of its own, over its pieces: the sum of all gains times their errors."""
    sweep = _Sweep(target, known)
    found: list[Way] = []
    while sweep.waiting:
        index = -heapq.heappop(sweep.waiting)
        goes_on = index == target or (sharing.below[index] and len(found) < MOST_PASSED)
        found.append(sweep.passed(index) if goes_on else sweep.end(index))
    return found


def total_of(ways: Iterable[Way]) -> Intervals:
    """What the ways add up to."""
    total = NO_ERROR
    for way in ways:
        total = total + way.gain * way.error
    return total


class _Sweep:
    """From a node backwards."""

    def __init__(self, target: int, known: Known) -> None:
        self.target, self.known = target, known
        self.gains = {target: ONE}
        self.waiting = [-target]

    def end(self, index: int) -> Way:
        """A node whose whole error counts."""
        known = self.known
        return Way(index, self.gains[index], known.seen(known.errors[index], index, self.target))

    def passed(self, index: int) -> Way:
        """A node of which only its own rounding counts, but on pieces where it has no derivatives."""
        known, target, gain = self.known, self.target, self.gains[index]
        told = known.derivatives(index)
        whole = told.missing | told.open
        if index == target:  # its own rounding is none of what is before it
            error = choose(whole, ANYTHING, NO_ERROR)
        else:
            error = choose(whole, known.errors[index], known.local[index])
        by_operand = []
        operands = known.graph.nodes[index].operands
        for operand, each in zip(operands, told.by_operand, strict=True):
            derivative = known.seen(choose(whole, NO_ERROR, each), index, target)
            by_operand.append(derivative)
            if is_exact(known.errors[operand]):
                continue
            share = gain * derivative
            if operand in self.gains:
                self.gains[operand] = self.gains[operand] + share
            else:
                self.gains[operand] = share
                heapq.heappush(self.waiting, -operand)
        return Way(index, gain, known.seen(error, index, target), tuple(by_operand))
