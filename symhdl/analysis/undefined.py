"""What is left out where nothing is promised: inputs at which a node is undefined, and arguments that are 0."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from symhdl.analysis.functions import function_of
from symhdl.analysis.need import Restriction, both
from symhdl.analysis.spaces import CONSTANT_SPACE, JOINT_SPACE, Indices, InputPieces, Mask, Spaces
from symhdl.evaluate import evaluate_points
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import Univariate
from symhdl.ir.graph import Graph, Node, graph_of_node
from symhdl.numeric.fixed import power_of_two
from symhdl.numeric.interval import Intervals

LARGEST_FRACTION = 900  # of a last bit that a float holds
EITHER = Intervals.between(0.0, 1.0)  # a condition of which nothing is known
DOUBTFUL = 64  # pieces on which a function is asked with many digits whether it has a value
MOST_ASKED = (
    1 << 15
)  # operations evaluated for it in a graph: a tower of powers is doubtful at every storey
EVERYWHERE, NOWHERE = np.ones(1, dtype=bool), np.zeros(1, dtype=bool)


def defined_pieces(
    graph: Graph,
    spaces: Spaces,
    space: Sequence[int],
    values: Sequence[Intervals],
    gapped: Collection[int],
) -> tuple[Restriction, ...]:
    """For each node the pieces that stay when those are left out at which it has no value, whatever else holds.

    Those of `gapped` functions are as in `Ranges`: where they have no range, they have no value.
    A node has none where one of its operands has none; a choice where the branch that it takes has none. Of one that
    has a value nowhere, such as a constant without one, nothing stays.
    """
    stay: list[Restriction] = []
    questions = _Questions(graph)
    for index, node in enumerate(graph.nodes):
        found = [stay[operand] for operand in node.operands]
        if node.operation is Operation.SELECT:
            chooser, *branches = found
            condition = node.operands[0]
            choice = _of_choice(spaces, values[condition], space[condition], space[index], branches)
            found = [chooser, choice]
        without = _without_value(questions, spaces, space, values, index)
        if index in gapped:
            without |= np.isnan(values[index].lower)
        if without.any():
            found.append({space[index]: ~without})
        stay.append(both(*found))
    return tuple(stay)


@dataclass(slots=True)
class _Questions:
    """What is asked of a graph with many digits, and how many operations may still be evaluated for it."""

    graph: Graph
    left: int = MOST_ASKED

    def has_none(self, index: int, home: int, entry: InputPieces, pieces: Indices) -> list[bool]:
        """For some single integers of an input whether a node has no value there, or none that can be found."""
        if self.left > 0:
            probe = graph_of_node(self.graph, index)
            self.left -= len(probe.nodes) * len(pieces)
        if self.left <= 0:
            return [False] * len(pieces)
        unit = power_of_two(-entry.fraction)
        column = {self.graph.inputs[home].name: [entry.starts[k] * unit for k in pieces]}
        return [value is None for value in evaluate_points(probe, column)["value"]]


def _without_value(
    questions: _Questions,
    spaces: Spaces,
    space: Sequence[int],
    values: Sequence[Intervals],
    index: int,
) -> Mask:
    """The pieces on which a function has no value anywhere.

    What double precision cannot tell from a pole or from the end of an open domain is looked at with many digits: a
    value that is there, however large, is not left out.
    """
    node, home = questions.graph.nodes[index], space[index]
    function = function_of(questions.graph, node)
    if function is None:
        return np.zeros(1, dtype=bool)
    without = function.domain.leaves_out(
        spaces.lift(values[node.operands[0]], space[node.operands[0]], home)
    )
    if home >= 0:
        entry = spaces.inputs[home]
        doubtful = np.flatnonzero(~values[index].finite & entry.single & ~without)
        if 0 < len(doubtful) <= DOUBTFUL:
            without[doubtful] = questions.has_none(index, home, entry, doubtful)
    return without


def _of_choice(
    spaces: Spaces, condition: Intervals, home: int, target: int, branches: Sequence[Restriction]
) -> Restriction:
    """The pieces on which a branch that may be taken has a value, for a choice that lives in the space `target`."""
    keys = {key for branch in branches for key in branch}
    if not keys:
        return {}
    if any(_stays_nowhere(branch) for branch in branches):
        keys.add(home)
    if target == JOINT_SPACE:
        keys.add(JOINT_SPACE)
        branches = [{**branch, JOINT_SPACE: spaces.boxes_within(branch)} for branch in branches]
    result: Restriction = {}
    for key in keys:
        known = key == JOINT_SPACE or home in (key, CONSTANT_SPACE)
        truth = spaces.lift(condition, home, key) if known else EITHER
        first, second = (
            NOWHERE if _stays_nowhere(branch) else branch.get(key, EVERYWHERE)
            for branch in branches
        )
        stay = ((truth.upper != 0) & first) | ((truth.lower != 1) & second)
        if not stay.all():
            result[key] = np.broadcast_to(stay, spaces.size(key))
    return result


def _stays_nowhere(restriction: Restriction) -> bool:
    return not all(stay.any() for stay in restriction.values())


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
    partial: Collection[int],
) -> tuple[Mask | None, ...]:
    """The masks, with one for every node that follows from a partial one: its proved range must not be built in."""
    if not partial:
        return tuple(needed)
    follows = bytearray(len(graph.nodes))
    masks: list[Mask | None] = []
    for index, node in enumerate(graph.nodes):
        follows[index] = index in partial or any(follows[operand] for operand in node.operands)
        mask = needed[index]
        if follows[index] and mask is None:
            mask = np.ones(spaces.size(space[index]), dtype=bool)
        masks.append(mask)
    return tuple(masks)
