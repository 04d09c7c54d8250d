"""The range of every node, over the pieces of the inputs' ranges; what leaves a domain is found here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction
from types import MappingProxyType

import numpy as np

from symhdl.analysis.assumptions import NOTHING, Assumed, held_to, what_is_assumed
from symhdl.analysis.boxes import Limit
from symhdl.analysis.functions import function_of
from symhdl.analysis.need import Guards, Restriction, both, find_guards, find_needed
from symhdl.analysis.node_ranges import (
    constant_ranges,
    from_root,
    node_range,
    powers_of_nodes,
    roots_of_nodes,
)
from symhdl.analysis.spaces import CONSTANT_SPACE, JOINT_SPACE, Mask, Spaces
from symhdl.analysis.undefined import defined_pieces, last_bit, range_without_zero, unbuilt
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import Domain
from symhdl.ir.graph import Graph, Node
from symhdl.numeric.interval import Intervals
from symhdl.numeric.limits import LARGEST_NUMBER

DIVISOR = Domain(pole_at_zero=True)


class RangeRule(Enum):
    """By what the range of a node is proved; the value says it in words."""

    INPUT = "the pieces of the input's range"
    CONSTANT = "a ball around the constant, or around the value of an operation on constants"
    DECIDED = "the value of a decision, computed with many digits on every piece where it is needed"
    OPERATION = "the operation over the bounds of its operands"
    POWER = "a whole power over the bounds of its base, of which the operands are powers too"
    FROM_ROOT = "the function of its root and what is added to that, whose bounds are finer than those of the sum"
    BOXES = "boxes of the inputs or an inner node, the worst cut: operations, mean values, and ends where these decide"
    ASSUMED = "the operation over the bounds of its operands, and what follows from the assumptions"
    WITHOUT_ZERO = "the function over the bounds of its exact argument, from its last bit on"


@dataclass(frozen=True, slots=True)
class DomainViolation:
    """A node whose operand may leave the domain: by proof only (`clipped`), or beyond repair.

    `ignored` if nothing was to be promised where the node is undefined.
    """

    node: int
    operand: int
    lower: float
    upper: float
    clipped: bool
    ignored: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Ranges:
    """For each node the space it lives in, its intervals there, and where its value is needed at all.

    Where a node is not needed (the branch of a conditional that is not taken) its interval means nothing.
    The functions in `gapped` have an exact argument, and a range that leaves out the argument 0.
    `defined` restricts each node to the pieces at which it can have a value, where nothing is promised elsewhere.
    `rules` say by what each node was bounded, and `guarded` which pieces counted for that; boxes found the `limits`.
    What is `assumed` restricts all nodes; where they would be needed without that, `asked` says. Of some nodes whose
    ends have more bits than floats these are `exact`.
    """

    spaces: Spaces
    space: tuple[int, ...]
    values: tuple[Intervals, ...]
    needed: tuple[Mask | None, ...]
    violations: tuple[DomainViolation, ...]
    gapped: frozenset[int] = frozenset()
    defined: tuple[Restriction, ...] = ()
    rules: tuple[RangeRule, ...] = ()
    guarded: tuple[Restriction, ...] = ()
    limits: Mapping[int, Limit] = field(default_factory=dict)
    assumed: Assumed = NOTHING
    asked: tuple[Mask | None, ...] = ()
    exact: Mapping[int, tuple[Fraction, Fraction]] = field(default_factory=dict)
    _seen: dict[tuple[int, int], Intervals] = field(default_factory=dict, init=False)
    _hulls: dict[int, tuple[float, float]] = field(default_factory=dict, init=False)

    def operand(self, node: Node, position: int, target: int) -> Intervals:
        """The intervals of an operand as the node's space sees them; every trial of formats asks for the same."""
        index = node.operands[position]
        if self.space[index] in (target, CONSTANT_SPACE):
            return self.values[index]
        found = self._seen.get((index, target))
        if found is None:
            found = self.spaces.lift(self.values[index], self.space[index], target)
            self._seen[index, target] = found
        return found

    def needed_if(
        self, graph: Graph, conditions: Mapping[int, Intervals]
    ) -> tuple[Mask | None, ...]:
        """Where each node would be needed if some conditions had other values than `values` tells."""
        values = list(self.values)
        for index, truth in conditions.items():
            values[index] = truth
        defined = _beside_doubts(graph, self.defined, conditions)
        needed = find_needed(
            graph, self.spaces, self.space, values, _restricted(graph, defined, self.assumed)
        )
        partial = _partial(self.defined, self.gapped)
        partial |= _touched(self.spaces, self.space, self.assumed)
        return unbuilt(graph, self.spaces, self.space, needed, partial)

    def is_undefined(self, graph: Graph) -> bool:
        """Whether some output has a value nowhere."""
        return _is_nowhere(graph, self.needed, self.defined)

    def hull(self, index: int) -> tuple[float, float]:
        """The whole range of a node, where it is needed."""
        found = self._hulls.get(index)
        if found is None:
            found = self._hulls[index] = self.hull_where_needed(index, self.values[index])
        return found

    def ends(self, index: int) -> tuple[Fraction, Fraction]:
        """The whole range of a node, where it is needed, with ends of any number of bits."""
        low, high = self.exact.get(index) or self.hull(index)
        return Fraction(low), Fraction(high)

    def hull_where_needed(self, index: int, x: Intervals) -> tuple[float, float]:
        """The ends of the union of what concerns a node, over the pieces where the node is needed."""
        seen = _masked(x, self.needed[index])
        return seen.hull() if len(seen.lower) else (0.0, 0.0)


def node_spaces(graph: Graph, spaces: Spaces) -> tuple[int, ...]:
    """The space of every node."""
    position = {declaration.name: k for k, declaration in enumerate(graph.inputs)}
    space: list[int] = []
    for node in graph.nodes:
        if node.operation is Operation.INPUT:
            space.append(position[node.name])
        else:
            space.append(spaces.join([space[operand] for operand in node.operands]))
    return tuple(space)


def find_ranges(
    graph: Graph,
    spaces: Spaces,
    fractions: Sequence[int | None] | None = None,
    known: Mapping[int, Intervals] = MappingProxyType({}),
    guards: Guards = Guards.ALL,
    limits: Mapping[int, Limit] = MappingProxyType({}),
    assumptions: Graph | None = None,
) -> Ranges:
    """The ranges of an expanded graph over the given pieces of its inputs.

    With `fractions` (`natural_fractions`) nothing is promised where the graph is undefined: single values of
    an input at which it is are left out, and an exact argument that is not 0 is at least its last bit.
    What is `known` of some nodes from elsewhere goes before what intervals tell, and `limits` hold besides. Where
    `guards` keep a node of several inputs from being asked for, the pieces of these inputs do not count in its range.
    Nothing is promised either where one of the `assumptions` fails, the outputs of a graph of the same inputs.
    """
    space = node_spaces(graph, spaces)
    constants, decided = constant_ranges(graph), known
    known = {**constants, **decided}
    values, gapped, rules = _values(graph, spaces, space, fractions, known, limits)
    guarded = find_guards(graph, space, values, guards)
    assumed = NOTHING
    if assumptions is not None:
        assumed = what_is_assumed(graph, assumptions, spaces, space, values)
        guarded = tuple(both(each, assumed.pieces) for each in guarded)
    if assumed.bounds or any(
        guarded[index] for index, home in enumerate(space) if home == JOINT_SPACE
    ):
        apart = {k: value for k, value in enumerate(values) if space[k] != JOINT_SPACE}
        before, known = rules, {**apart, **known}
        values, gapped, rules = _values(
            graph, spaces, space, fractions, known, limits, guarded, assumed.bounds
        )
        rules = [before[k] if k in apart else rule for k, rule in enumerate(rules)]
    for index in decided:
        rules[index] = RangeRule.DECIDED
    defined: tuple[Restriction, ...] = ()
    touched = _touched(spaces, space, assumed)
    needed = find_needed(graph, spaces, space, values, _restricted(graph, (), assumed))
    needed = unbuilt(graph, spaces, space, needed, touched)
    violations = _violations(graph, spaces, space, values, needed, gapped, guarded)
    if fractions is not None:
        defined = defined_pieces(graph, spaces, space, values, gapped)
        needed = find_needed(graph, spaces, space, values, _restricted(graph, defined, assumed))
        partial = _partial(defined, gapped) | touched
        needed = unbuilt(graph, spaces, space, needed, partial)
        if not _is_nowhere(graph, needed, defined):
            # A remainder lies within its divisor, however near that comes to 0.
            mended = gapped | {
                k for k, node in enumerate(graph.nodes) if node.operation is Operation.MODULO
            }
            remaining = _violations(graph, spaces, space, values, needed, mended, guarded)
            violations = _beside_ignored(remaining, violations, mended)
    asked = needed
    if assumptions is not None and fractions is None:
        asked = find_needed(graph, spaces, space, values)
    return Ranges(
        spaces, space, tuple(values), needed, violations, frozenset(gapped), defined,
        tuple(rules), tuple(guarded), limits, assumed, tuple(asked),
    )  # fmt: skip


def _beside_ignored(
    remaining: Sequence[DomainViolation], before: Sequence[DomainViolation], mended: Collection[int]
) -> tuple[DomainViolation, ...]:
    """The violations that remain where some inputs are left out; those of before, and mended ones, are ignored."""
    known = {(each.node, each.clipped) for each in remaining}
    ignored = [each for each in before if (each.node, each.clipped) not in known]
    return (
        *(replace(t, ignored=True) if t.node in mended or t.clipped else t for t in remaining),
        *(replace(each, ignored=True) for each in ignored),
    )


def _values(
    graph: Graph,
    spaces: Spaces,
    space: Sequence[int],
    fractions: Sequence[int | None] | None,
    known: Mapping[int, Intervals],
    limits: Mapping[int, Limit],
    guarded: Sequence[Restriction] = (),
    bounds: Mapping[int, Intervals] = MappingProxyType({}),
) -> tuple[list[Intervals], set[int], list[RangeRule]]:
    """The interval of every node in its space, the functions whose range leaves out the argument 0, and the rules."""
    gapped: set[int] = set()
    rules: list[RangeRule] = []
    powers, roots = powers_of_nodes(graph), roots_of_nodes(graph)
    values: list[Intervals] = []
    for index, node in enumerate(graph.nodes):
        rule = RangeRule.CONSTANT
        if node.operation is Operation.INPUT:
            values.append(spaces.inputs[space[index]].pieces)
            rule = RangeRule.INPUT
        elif index in known:
            values.append(known[index])
        elif node.operation is Operation.CONSTANT:
            assert node.value is not None
            values.append(Intervals.of(node.value, node.value))
        else:
            base, exponent = powers[index]
            sources = (base,) if base >= 0 else node.operands
            allowed = guarded[index] if guarded else {}
            operands = [
                spaces.lift_within(values[k], space[k], space[index], allowed) for k in sources
            ]
            value = node_range(graph, node, operands, exponent)
            rule = RangeRule.POWER if base >= 0 else RangeRule.OPERATION
            if index in roots:
                root, added = roots[index]
                parts = [
                    spaces.lift_within(values[k], space[k], space[index], allowed) for k in added
                ]
                value, is_tighter = from_root(graph, node, value, operands[0], root, parts)
                rule = RangeRule.FROM_ROOT if is_tighter else rule
            without_zero = None
            if fractions is not None and space[index] == JOINT_SPACE:
                without_zero = _beside_zero(graph, node, operands[0], fractions)
            if without_zero is not None:
                gapped.add(index)
                value, rule = without_zero, RangeRule.WITHOUT_ZERO
            if index in limits:
                value, rule = value.intersect(limits[index].interval), RangeRule.BOXES
            if index in bounds:
                value, rule = held_to(value, bounds[index]), RangeRule.ASSUMED
            values.append(value)
        rules.append(rule)
    return values, gapped, rules


def values_within(graph: Graph, ranges: Ranges, index: int, allowed: Restriction) -> Intervals:
    """The intervals of a node where some pieces of the inputs alone count."""
    apart = {k: value for k, value in enumerate(ranges.values) if ranges.space[k] != JOINT_SPACE}
    everywhere = (allowed,) * len(graph.nodes)
    values, _, _ = _values(
        graph, ranges.spaces, ranges.space, None, apart, ranges.limits, everywhere,
        ranges.assumed.bounds,
    )  # fmt: skip
    return values[index]


def _beside_zero(
    graph: Graph, node: Node, x: Intervals, fractions: Sequence[int | None]
) -> Intervals | None:
    """The range of a function of an exact argument that may be 0, where it is not; None if that is no matter."""
    function, bit = function_of(graph, node), last_bit(graph, node, x, fractions)
    if function is None or bit is None:
        return None
    found = range_without_zero(function, x, bit)
    return None if np.isnan(found.lower).all() else found


def _restricted(
    graph: Graph, defined: Sequence[Restriction], assumed: Assumed
) -> Sequence[Restriction]:
    """To which pieces every node is restricted, by where it has a value and by what is assumed."""
    if not assumed.pieces:
        return defined
    if not defined:
        return (assumed.pieces,) * len(graph.nodes)
    return tuple(both(each, assumed.pieces) for each in defined)


def _touched(spaces: Spaces, space: Sequence[int], assumed: Assumed) -> set[int]:
    """The nodes that are proved for a part of the inputs only: nothing of them may be built in."""
    if not assumed.pieces:
        return set(assumed.bounds)
    homes = {home for home, stays in assumed.pieces.items() if not stays.all()}
    if homes and not spaces.boxes_within(assumed.pieces).all():
        homes.add(JOINT_SPACE)
    found = {index for index, home in enumerate(space) if home in homes}
    return found | assumed.bounds.keys()


def _is_nowhere(
    graph: Graph, needed: Sequence[Mask | None], defined: Sequence[Restriction]
) -> bool:
    """Whether an output has a value at no input: all of its pieces are left out, or it stands on such a constant."""
    masks = [needed[output.node] for output in graph.outputs]
    if any(mask is not None and not mask.any() for mask in masks):
        return True
    stays = [stay for output in graph.outputs if defined for stay in defined[output.node].values()]
    return any(not stay.any() for stay in stays)


def _partial(defined: Sequence[Restriction], gapped: Collection[int]) -> set[int]:
    """The nodes without a value at some inputs, or next to such inputs."""
    return {*gapped, *(index for index, stay in enumerate(defined) if stay)}


def _beside_doubts(
    graph: Graph, defined: Sequence[Restriction], conditions: Collection[int]
) -> Sequence[Restriction]:
    """What restricts nodes, but none in a branch that may be taken by mistake: there the choice has a value."""
    if not any(defined):
        return defined
    doubted = [False] * len(graph.nodes)
    for index in range(len(graph.nodes) - 1, -1, -1):
        node = graph.nodes[index]
        is_doubtful = node.operation is Operation.SELECT and node.operands[0] in conditions
        for position, operand in enumerate(node.operands):
            if doubted[index] or (is_doubtful and position > 0):
                doubted[operand] = True
    return [{} if doubt else stay for stay, doubt in zip(defined, doubted, strict=True)]


def _violations(
    graph: Graph, spaces: Spaces, space: Sequence[int], values: Sequence[Intervals],
    needed: Sequence[Mask | None], mended: Collection[int], guarded: Sequence[Restriction],
) -> tuple[DomainViolation, ...]:  # fmt: skip
    """The nodes that may leave their domain where they are needed, or have no bound; in order.

    Those in `mended` are bounded all the same. Of a chain of nodes without bound only the first is told,
    since the others follow from it.
    """
    violations: list[DomainViolation] = []
    unbounded: set[int] = set()
    for index, node in enumerate(graph.nodes):
        if not node.operands:
            if not bool((values[index].magnitude < LARGEST_NUMBER).all()):  # what was folded
                violations.append(
                    DomainViolation(index, index, *values[index].hull(), clipped=False)
                )
                unbounded.add(index)
            continue
        place = node.operands[1] if node.operation is Operation.MODULO else node.operands[0]
        seen = spaces.lift_within(values[place], space[place], space[index], guarded[index])
        x = _masked(seen, needed[index])
        value = _masked(values[index], needed[index])
        if not unbounded.isdisjoint(node.operands):
            unbounded.add(index)
            continue
        function = function_of(graph, node)
        domain = function.domain if function is not None else None
        if node.operation is Operation.MODULO:
            domain = DIVISOR
        if domain is not None and not bool(domain.holds(x).all()):
            clipped = domain.closed and not domain.pole_at_zero
            violations.append(DomainViolation(index, place, *x.hull(), clipped=clipped))
            if not clipped and index not in mended:
                unbounded.add(index)
        elif not bool((value.magnitude < LARGEST_NUMBER).all()):
            violations.append(DomainViolation(index, place, *x.hull(), clipped=False))
            unbounded.add(index)
    return tuple(violations)


def _masked(x: Intervals, mask: Mask | None) -> Intervals:
    """The intervals where the mask holds."""
    if mask is None:
        return x
    lower, upper, mask = np.broadcast_arrays(x.lower, x.upper, mask)
    return Intervals(lower[mask], upper[mask])
