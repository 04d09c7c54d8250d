"""How errors travel through a graph, from the inputs to the outputs, with every branch that a decision may take."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType

import numpy as np

from symhdl.analysis.derivatives import JUMPING, Derivatives, derivatives_of
from symhdl.analysis.errors import (
    ANYTHING,
    NO_ERROR,
    RULES,
    Operand,
    Slopes,
    choose,
    function_error,
    is_exact,
    possible_truths,
    reach_of_choice,
)
from symhdl.analysis.flips import effects, near_tie
from symhdl.analysis.functions import deciding_nodes
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.regions import NO_REGIONS, Function, Regions
from symhdl.analysis.spaces import CONSTANT_SPACE, Mask
from symhdl.analysis.ways import (
    Known,
    Sharing,
    Way,
    Ways,
    every_way_to,
    total_of,
    ways_of,
    ways_to,
)
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.ir.graph import Graph, Node
from symhdl.numeric.interval import Intervals

MOST_BY_WAYS = 1 << 12  # nodes times targets
SMALL = 2.0**-20  # of a value, that it is moved by to tell how strongly that acts
WORTHWHILE = 0.95
"""Of an error: where telling the ways apart leaves more of it, it is not done again with other formats."""


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """The error of every node in its space, and where it counts.

    `reached` tells for each node the pieces where its computed value can act on an output, or its real one; None means
    everywhere. It holds more than `Ranges.needed`, since a decision on an inexact value may take the branch that the
    real value does not take. Elsewhere an error means nothing.
    """

    values: tuple[Intervals, ...]
    reached: tuple[Mask | None, ...]

    @property
    def finite(self) -> bool:
        """Whether every error that counts has a bound."""
        return all(
            bool((error.finite if mask is None else error.finite | ~mask).all())
            for error, mask in zip(self.values, self.reached, strict=True)
        )

    def within(self, others: Errors) -> bool:
        """Whether these count no node where the others do not."""
        pairs = zip(self.reached, others.reached, strict=True)
        return all(b is None or (a is not None and not (a & ~b).any()) for a, b in pairs)


Check = Callable[[int, Intervals], bool]
"""Whether the error of a node is small enough."""

Meetings = Mapping[int, tuple[int, int]]
"""For choices whose branches meet where the condition flips: the comparison, and one of its sides.

With the one side put in place of the other both branches are the same function."""


def propagate(
    graph: Graph,
    ranges: Ranges,
    local: Sequence[Intervals],
    slopes: Slopes,
    meetings: Meetings = MappingProxyType({}),
    regions: Regions = NO_REGIONS,
) -> Errors:
    """The errors of all nodes, given the error that each node's own rounding adds.

    Nodes without inputs have only their own: the hardware holds them as constants. A node that is reached where it
    has no real value has an infinite error there. What the regions absorb is not computed, and has no error.

    Which nodes are reached follows from the errors of conditions, and these from what is reached; both grow from what
    the real conditions need until nothing is added. Then every reached node has only reached operands, and by
    induction from the inputs on all errors hold.
    """
    errors = propagate_within(
        graph, ranges, local, slopes, meetings, regions, lambda _node, _error: True
    )
    assert errors is not None, "an error without a limit was too large; please report this"
    return errors


def propagate_within(
    graph: Graph,
    ranges: Ranges,
    local: Sequence[Intervals],
    slopes: Slopes,
    meetings: Meetings,
    regions: Regions,
    check: Check,
) -> Errors | None:
    """As `propagate`; None as soon as a node does not pass the check."""
    reached = ranges.needed
    ways = ways_of(regions.seen(graph), regions.absorbed)
    while True:
        step = _Propagation(graph, ranges, slopes, reached, meetings, regions, ways)
        errors = step.run(local, check)
        if errors is None:
            return None
        conditions = _possible_conditions(graph, ranges, errors)
        if not conditions:
            return Errors(tuple(errors), reached)
        wider = ranges.needed_if(graph, conditions)
        grown = tuple(_either(a, b) for a, b in zip(reached, wider, strict=True))
        if all(_same(a, b) for a, b in zip(reached, grown, strict=True)):
            return Errors(tuple(errors), reached)
        reached = grown


def operands_of(
    graph: Graph, ranges: Ranges, errors: Errors, node: Node, index: int
) -> list[Operand]:
    """The operands of a node, as the regions have it, with their errors, as far as they count."""
    seen = _Propagation(graph, ranges, Slopes(), errors.reached, MappingProxyType({}))
    return seen.operands(node, errors.values, ranges.space[index])


def errors_by_ways(
    graph: Graph, ranges: Ranges, local: Sequence[Intervals], errors: Errors, slopes: Slopes,
    meetings: Meetings, targets: Collection[int],
) -> dict[int, Intervals]:  # fmt: skip
    """The errors of some nodes where those of inputs, too, are told apart by their ways, as far as that is little work.

    No regions are looked at. `errors` are those that `propagate` found.
    """
    found = {target: errors.values[target] for target in targets}
    if len(graph.nodes) * len(found) > MOST_BY_WAYS or not ways_of(graph, (), with_inputs=True):
        return found
    step = _Propagation(graph, ranges, slopes, errors.reached, meetings)
    known = step.known(local, errors.values)
    for target, error in found.items():
        total = total_of(every_way_to(target, known))
        found[target] = choose(total.finite, error.intersect(total), error)
    return found


def strengths_of_flips(
    graph: Graph, ranges: Ranges, meetings: Meetings, comparisons: Collection[int]
) -> dict[int, float]:
    """How strongly errors of what is compared act on choices whose branches meet, to first order; no proof."""
    step = _Propagation(graph, ranges, Slopes(), ranges.needed, meetings)
    found = dict.fromkeys(comparisons, 0.0)
    for index, (comparison, side) in meetings.items():
        if comparison in found:
            size = max(map(abs, ranges.hull(side))) * SMALL or SMALL
            found[comparison] = max(found[comparison], step.flip(index, size) / size)
    return found


def flips_of_choices(
    graph: Graph, ranges: Ranges, errors: Errors, slopes: Slopes, meetings: Meetings,
    regions: Regions = NO_REGIONS,
) -> dict[int, tuple[float, float]]:  # fmt: skip
    """For choices whose branches meet how far what is compared is apart, and the branches, where they may go wrong."""
    step = _Propagation(graph, ranges, slopes, errors.reached, meetings, regions)
    found: dict[int, tuple[float, float]] = {}
    for index in meetings:
        if index not in regions.functions and index not in regions.absorbed:
            apart = step.apart(index, errors.values)
            found[index] = apart, step.flip(index, apart)
    return found


def joined_ways(
    graph: Graph,
    ranges: Ranges,
    local: Sequence[Intervals],
    errors: Errors,
    slopes: Slopes,
    meetings: Meetings = MappingProxyType({}),
    regions: Regions = NO_REGIONS,
) -> dict[int, list[Way]]:
    """What the errors of nodes stand on that were proved by ways, given the errors of all."""
    seen = regions.seen(graph)
    ways = ways_of(seen, regions.absorbed)
    if ways is None:
        return {}
    step = _Propagation(graph, ranges, slopes, errors.reached, meetings, regions, ways)
    known = step.known(local, errors.values)
    sharing = Sharing(ways)
    found: dict[int, list[Way]] = {}
    for index, node in enumerate(seen.nodes):
        counting = step.counting(index, node)
        if sharing.joins(counting) and slopes.joins.get(index):
            found[index] = ways_to(index, known, sharing)
        step.share(sharing, index, node, errors.values[index])
    return found


def _either(a: Mask | None, b: Mask | None) -> Mask | None:
    return None if a is None or b is None else a | b


def _same(a: Mask | None, b: Mask | None) -> bool:
    return a is b or (a is not None and b is not None and bool((a == b).all()))


def _possible_conditions(
    graph: Graph, ranges: Ranges, errors: Sequence[Intervals]
) -> dict[int, Intervals]:
    """For the conditions that may be decided wrongly, the truth values that the real and the computed one can have."""
    found = {}
    for index in deciding_nodes(graph):
        if errors[index].magnitude.any():
            may_hold, may_fail = possible_truths(Operand(ranges.values[index], errors[index]))
            found[index] = Intervals(np.where(may_fail, 0.0, 1.0), np.where(may_hold, 1.0, 0.0))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Propagation:
    """One way through the graph, in which nodes count where they are `reached`."""

    graph: Graph
    ranges: Ranges
    slopes: Slopes
    reached: Sequence[Mask | None]
    meetings: Meetings
    regions: Regions = NO_REGIONS
    ways: Ways | None = None
    reaches: dict[int, Intervals] = field(default_factory=dict)

    def run(self, local: Sequence[Intervals], check: Check) -> list[Intervals] | None:
        """The error of every node; None if one does not pass the check."""
        errors: list[Intervals] = []
        known = self.known(local, errors)
        sharing = None if self.ways is None else Sharing(self.ways)
        for index, node in enumerate(known.graph.nodes):
            error = local[index]
            if index in self.regions.absorbed:
                error = NO_ERROR
            elif self.counting(index, node):
                operands = self.operands(node, errors, self.ranges.space[index])
                passed_on = self._error(index, node, operands, errors)
                if sharing is not None and sharing.joins(node.operands):
                    passed_on = self._joined(index, passed_on, known, sharing)
                if self._is_choice(index) and not error.magnitude.any():
                    self.reaches[index] = reach_of_choice(*operands)
                error = passed_on if error is NO_ERROR else passed_on + error
            if self.ranges.needed[index] is not None and index not in self.regions.absorbed:
                error = choose(self.ranges.values[index].finite, error, ANYTHING)
            if not check(index, error):
                return None
            errors.append(error)
            if sharing is not None:
                self.share(sharing, index, node, error)
        return errors

    def known(self, local: Sequence[Intervals], errors: Sequence[Intervals]) -> Known:
        """What ways are told by, of the nodes that have their errors."""
        seen = self.regions.seen(self.graph)
        derivatives = partial(self._derivatives, errors)
        return Known(seen, self.ranges, local, errors, self.reached, derivatives)

    def counting(self, index: int, node: Node) -> tuple[int, ...]:
        """The operands whose errors count."""
        is_apart = self.ranges.space[index] == CONSTANT_SPACE or index in self.regions.absorbed
        return () if is_apart else node.operands

    def share(self, sharing: Sharing, index: int, node: Node, error: Intervals) -> None:
        """One more node with its error."""
        jumps = node.operation in JUMPING and index not in self.regions.functions
        sharing.add(self.counting(index, node), is_exact=is_exact(error), jumps=jumps)

    def _joined(
        self, index: int, passed_on: Intervals, known: Known, sharing: Sharing
    ) -> Intervals:
        """The error of a node that shared errors reach by several ways, where it pays to tell these apart."""
        joins = self.slopes.joins
        if index not in joins and sharing.left <= 0:
            joins[index] = False
        if not joins.get(index, True):
            return passed_on
        ways = ways_to(index, known, sharing)
        total = total_of(ways)
        found = choose(total.finite, passed_on.intersect(total), passed_on)
        if index not in joins:
            width, before = (float((x.upper - x.lower).max()) for x in (found, passed_on))
            joins[index] = not width > WORTHWHILE * before
            sharing.left -= 0 if joins[index] else len(ways)
        return found if joins[index] else passed_on

    def _derivatives(self, errors: Sequence[Intervals], index: int) -> Derivatives:
        """Those of a node by its operands, given the errors of all before it."""
        node = self.regions.seen(self.graph).nodes[index]
        operands = self.operands(node, errors, self.ranges.space[index])
        function = self.regions.function_at(self.graph, index)
        return derivatives_of(
            index, node.operation, function, operands, self.ranges.values[index], self.slopes,
            meets=index in self.meetings and self._is_choice(index),
        )  # fmt: skip

    def _is_choice(self, index: int) -> bool:
        """Whether the node takes one of its operands."""
        is_choice = self.graph.nodes[index].operation is Operation.SELECT
        return is_choice and index not in self.regions.functions

    def _error(
        self, index: int, node: Node, operands: Sequence[Operand], errors: Sequence[Intervals]
    ) -> Intervals:
        """The error of a node but for its own rounding."""
        error = self.passed_on(self.regions.function_at(self.graph, index), index, node, operands)
        if index in self.meetings and self._is_choice(index):
            error = error.intersect(self._across(index, operands, errors))
        return error

    def operands(
        self, node: Node, errors: Sequence[Intervals] | dict[int, Intervals], space: int
    ) -> list[Operand]:
        """The operands as the node's space sees them."""
        return [
            Operand(
                self.ranges.operand(node, position, space),
                self._seen_error(errors, node, position, space),
                self._reach(node.operands[position], space),
            )
            for position in range(len(node.operands))
        ]

    def _reach(self, operand: int, space: int) -> Intervals | None:
        found = self.reaches.get(operand)
        if found is None:
            return None
        return self.ranges.spaces.lift(found, self.ranges.space[operand], space)

    def passed_on(
        self, function: Function | None, index: int, node: Node, operands: Sequence[Operand]
    ) -> Intervals:
        """The error that those of the operands cause, of which the first is that of the function."""
        if function is None:
            return RULES[node.operation](operands)
        if operands[0].exact:
            return NO_ERROR
        slope = self.slopes.over(index, function, operands[0])
        return function_error(function, operands[0], slope)

    def _seen_error(
        self,
        errors: Sequence[Intervals] | dict[int, Intervals],
        node: Node,
        position: int,
        space: int,
    ) -> Intervals:
        """The error of an operand; comparisons with a constant are made with the exact constant."""
        index = node.operands[position]
        constant = self.graph.nodes[index].operation is Operation.CONSTANT
        if (node.operation in COMPARISONS and constant) or (
            isinstance(errors, dict) and index not in errors
        ):
            return NO_ERROR
        error = errors[index]
        mask = self.reached[index]
        if mask is not None:
            error = Intervals(np.where(mask, error.lower, 0.0), np.where(mask, error.upper, 0.0))
        if len(error.lower) == 1:  # the same everywhere
            return error
        return self.ranges.spaces.lift(error, self.ranges.space[index], space)

    def _across(
        self, index: int, operands: Sequence[Operand], errors: Sequence[Intervals]
    ) -> Intervals:
        """The error of a choice whose branches meet where its condition flips.

        A decision is wrong only where the compared values are no further apart than their errors. Moved by so much,
        one of them is the other, and both branches are the same: what moves them bounds their difference.
        """
        _, a, b = operands
        size = self.flip(index, self.apart(index, errors))
        return a.error.union(b.error) + Intervals.between(-size, size)

    def apart(self, index: int, errors: Sequence[Intervals]) -> float:
        """How far what is compared for a choice is from being equal at most, where the decision is wrong."""
        comparison, _ = self.meetings[index]
        node, space = self.graph.nodes[comparison], self.ranges.space[comparison]
        total = Intervals.between(0.0, 0.0)
        for operand in self.operands(node, errors, space):
            total = total + Intervals.between(0.0, float(operand.error.magnitude.max()))
        return float(total.upper[0])

    def flip(self, index: int, apart: float) -> float:
        """How far the branches of a choice, which meet, are apart where what is compared is so far `apart`."""
        comparison, side = self.meetings[index]
        branches = self.graph.nodes[index].operands[1:]
        near = near_tie(self.graph, self.ranges, comparison, side, apart)
        # What is moved is none of the values that are computed, and may lie where these cannot.
        passing = replace(self, reaches={}, slopes=self.slopes if near is None else Slopes())
        difference = Intervals.between(0.0, 0.0)
        for effect in effects(passing, side, apart, branches, near):
            difference = difference + Intervals.between(0.0, effect)
        return float(difference.upper[0])
