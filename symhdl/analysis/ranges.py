"""The range of every node, over the pieces of the inputs' ranges; what leaves a domain is found here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from flint import arb

from symhdl.analysis.functions import function_of
from symhdl.analysis.need import Restriction, find_needed
from symhdl.analysis.spaces import JOINT_SPACE, Mask, Spaces
from symhdl.analysis.undefined import defined_pieces, last_bit, range_without_zero, unbuilt
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.functions.univariate import Domain, constant
from symhdl.ir.graph import Graph, Node
from symhdl.numeric.interval import Intervals
from symhdl.numeric.limits import LARGEST_NUMBER

DIVISOR = Domain(pole_at_zero=True)

RangeRule = Callable[[Sequence[Intervals]], Intervals]


@dataclass(frozen=True, slots=True)
class Trouble:
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
    """

    spaces: Spaces
    space: tuple[int, ...]
    values: tuple[Intervals, ...]
    needed: tuple[Mask | None, ...]
    troubles: tuple[Trouble, ...]
    gapped: frozenset[int] = frozenset()
    defined: tuple[Restriction, ...] = ()

    def operand(self, node: Node, position: int, target: int) -> Intervals:
        """The intervals of an operand as the node's space sees them."""
        index = node.operands[position]
        return self.spaces.lift(self.values[index], self.space[index], target)

    def needed_if(
        self, graph: Graph, conditions: Mapping[int, Intervals]
    ) -> tuple[Mask | None, ...]:
        """Where each node would be needed if some conditions had other values than `values` tells."""
        values = list(self.values)
        for index, truth in conditions.items():
            values[index] = truth
        defined = _beside_doubts(graph, self.defined, conditions)
        needed = find_needed(graph, self.spaces, self.space, values, defined)
        partial = _partial(self.defined, self.gapped)
        return unbuilt(graph, self.spaces, self.space, needed, partial)

    def hull(self, index: int) -> tuple[float, float]:
        """The whole range of a node, where it is needed."""
        return self.hull_where_needed(index, self.values[index])

    def hull_where_needed(self, index: int, x: Intervals) -> tuple[float, float]:
        """The ends of the union of what concerns a node, over the pieces where the node is needed."""
        seen = _masked(x, self.needed[index])
        return seen.hull() if len(seen.lower) else (0.0, 0.0)


def _truth(surely: Mask, never: Mask) -> Intervals:
    """The interval of a condition that surely holds, never holds, or neither."""
    return Intervals(np.where(surely, 1.0, 0.0), np.where(never, 0.0, 1.0))


def _sum(operands: Sequence[Intervals]) -> Intervals:
    total = operands[0]
    for operand in operands[1:]:
        total = total + operand
    return total


def _modulo(operands: Sequence[Intervals]) -> Intervals:
    """x mod y lies between 0 and y; it is x itself where 0 <= x < y."""
    x, y = operands
    inside = (x.lower >= 0) & (x.upper < y.lower)
    wrapped = y.union(Intervals.between(0.0, 0.0))
    return Intervals(
        np.where(inside, x.lower, wrapped.lower), np.where(inside, x.upper, wrapped.upper)
    )


def _select(operands: Sequence[Intervals]) -> Intervals:
    condition, x, y = operands
    surely, never = condition.lower == 1, condition.upper == 0
    # A branch without a value (nan) is left out: where it is needed, it is reported on its own.
    lower, upper = np.fmin(x.lower, y.lower), np.fmax(x.upper, y.upper)
    return Intervals(
        np.where(surely, x.lower, np.where(never, y.lower, lower)),
        np.where(surely, x.upper, np.where(never, y.upper, upper)),
    )


RULES: dict[Operation, RangeRule] = {
    Operation.PI: lambda _: constant(arb.pi()),
    Operation.E: lambda _: constant(arb(1).exp()),
    Operation.ADD: _sum,
    Operation.SUBTRACT: lambda x: x[0] - x[1],
    Operation.MULTIPLY: lambda x: x[0] * x[1],
    Operation.NEGATE: lambda x: -x[0],
    Operation.SQUARE: lambda x: x[0].square(),
    Operation.ABSOLUTE: lambda x: x[0].absolute(),
    Operation.FLOOR: lambda x: x[0].floor(),
    Operation.MODULO: _modulo,
    Operation.MINIMUM: lambda x: x[0].minimum(x[1]),
    Operation.MAXIMUM: lambda x: x[0].maximum(x[1]),
    Operation.LESS: lambda x: _truth(x[0].upper < x[1].lower, x[0].lower >= x[1].upper),
    Operation.LESS_EQUAL: lambda x: _truth(x[0].upper <= x[1].lower, x[0].lower > x[1].upper),
    Operation.EQUAL: lambda x: _truth(
        (x[0].lower == x[0].upper) & (x[0].lower == x[1].lower) & (x[0].upper == x[1].upper),
        (x[0].upper < x[1].lower) | (x[0].lower > x[1].upper),
    ),
    Operation.NOT: lambda x: Intervals(1 - x[0].upper, 1 - x[0].lower),
    Operation.AND: lambda x: x[0].minimum(x[1]),
    Operation.OR: lambda x: x[0].maximum(x[1]),
    Operation.SELECT: _select,
}
"""The range of every operation that is left after expansion and is no function of one variable."""


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
) -> Ranges:
    """The ranges of an expanded graph over the given pieces of its inputs.

    With `fractions` (`natural_fractions`) nothing is promised where the graph is undefined: single values of
    an input at which it is are left out, and an exact argument that is not 0 is at least its last bit.
    What is `known` of some nodes from elsewhere goes before what intervals tell.
    """
    space = node_spaces(graph, spaces)
    gapped: set[int] = set()
    powers = powers_of_nodes(graph)
    values: list[Intervals] = []
    for index, node in enumerate(graph.nodes):
        if node.operation is Operation.INPUT:
            values.append(spaces.inputs[space[index]].pieces)
        elif index in known:
            values.append(known[index])
        elif node.operation is Operation.CONSTANT:
            assert node.value is not None
            values.append(Intervals.of(node.value, node.value))
        else:
            base, exponent = powers[index]
            sources = (base,) if base >= 0 else node.operands
            operands = [spaces.lift(values[k], space[k], space[index]) for k in sources]
            bit = None
            if fractions is not None and space[index] == JOINT_SPACE:
                bit = last_bit(graph, node, operands[0], fractions)
            function = function_of(graph, node)
            value = node_range(graph, node, operands, exponent)
            if bit is not None and function is not None:
                without_zero = range_without_zero(function, operands[0], bit)
                if not np.isnan(without_zero.lower).all():
                    gapped.add(index)
                    value = without_zero
            values.append(value)
    defined: tuple[Restriction, ...] = ()
    needed = find_needed(graph, spaces, space, values)
    troubles = _troubles(graph, spaces, space, values, needed, gapped)
    if fractions is not None:
        defined = defined_pieces(graph, spaces, space, values, gapped)
        ignored = tuple(replace(t, ignored=True) for t in troubles)
        needed = _needed(graph, spaces, space, values, defined, gapped)
        # A remainder lies within its divisor, however near that comes to 0.
        mended = gapped | {
            k for k, node in enumerate(graph.nodes) if node.operation is Operation.MODULO
        }
        troubles = _troubles(graph, spaces, space, values, needed, mended)
        remaining = {(t.node, t.clipped) for t in troubles}
        troubles += tuple(t for t in ignored if (t.node, t.clipped) not in remaining)
        troubles = tuple(
            replace(t, ignored=True) if t.node in mended or t.clipped else t for t in troubles
        )
    return Ranges(spaces, space, tuple(values), needed, troubles, frozenset(gapped), defined)


def _needed(
    graph: Graph, spaces: Spaces, space: Sequence[int], values: Sequence[Intervals],
    defined: Sequence[Restriction], gapped: Collection[int],
) -> tuple[Mask | None, ...]:  # fmt: skip
    """Where each node is needed, with a mask for all that follows from what may be undefined."""
    needed = find_needed(graph, spaces, space, values, defined)
    return unbuilt(graph, spaces, space, needed, _partial(defined, gapped))


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


def node_range(graph: Graph, node: Node, operands: Sequence[Intervals], exponent: int) -> Intervals:
    """The range of one node; an operand beyond a closed domain is clipped to it, elsewhere the value is nan."""
    if exponent > 1:
        return integer_power(operands[0], exponent)
    function = function_of(graph, node)
    if function is None:
        known = _known_truth(graph, node)
        if known is not None:
            truth = np.full_like(operands[0].lower, known)
            return Intervals(truth, truth)
        return RULES[node.operation](operands)
    domain = function.domain
    if domain.closed and not domain.pole_at_zero:
        return function.range(operands[0].clip(domain.lower, domain.upper))
    defined = domain.holds(operands[0])
    value = function.range(operands[0])
    return Intervals(np.where(defined, value.lower, np.nan), np.where(defined, value.upper, np.nan))


def _known_truth(graph: Graph, node: Node) -> bool | None:
    """What a comparison is whatever the values are: of a number with itself, or with an extremum of it and others."""
    if node.operation not in COMPARISONS:
        return None
    a, b = node.operands
    if a == b:
        return node.operation is not Operation.LESS
    extrema = graph.nodes[a], graph.nodes[b]
    if node.operation is Operation.LESS and (
        (extrema[0].operation is Operation.MAXIMUM and b in extrema[0].operands)
        or (extrema[1].operation is Operation.MINIMUM and a in extrema[1].operands)
    ):
        return False
    if node.operation is Operation.LESS_EQUAL and (
        (extrema[0].operation is Operation.MINIMUM and b in extrema[0].operands)
        or (extrema[1].operation is Operation.MAXIMUM and a in extrema[1].operands)
    ):
        return True
    return None


def integer_power(x: Intervals, exponent: int) -> Intervals:
    """x ** exponent for a positive integer."""
    base = x.absolute() if exponent % 2 == 0 else x
    return base.increasing(lambda b: b**exponent)


def powers_of_nodes(graph: Graph) -> list[tuple[int, int]]:
    """For products of powers of one node: that node and the whole exponent; else (-1, 0).

    Such a product has a tighter range than its factors tell: x * x**2 is at least -8 for x >= -2.
    """
    powers: list[tuple[int, int]] = []

    def as_power(index: int) -> tuple[int, int]:
        return powers[index] if powers[index][0] >= 0 else (index, 1)

    for node in graph.nodes:
        found = (-1, 0)
        if node.operation is Operation.SQUARE:
            base, exponent = as_power(node.operands[0])
            found = (base, 2 * exponent) if exponent > 1 else found
        elif node.operation is Operation.MULTIPLY:
            (base, exponent), (other, more) = (as_power(k) for k in node.operands)
            found = (base, exponent + more) if base == other else found
        powers.append(found)
    return powers


def _troubles(
    graph: Graph, spaces: Spaces, space: Sequence[int], values: Sequence[Intervals],
    needed: Sequence[Mask | None], mended: Collection[int],
) -> tuple[Trouble, ...]:  # fmt: skip
    """The nodes that may leave their domain where they are needed, or have no bound; in order.

    Those in `mended` are bounded all the same. Of a chain of nodes without bound only the first is told,
    since the others follow from it.
    """
    troubles: list[Trouble] = []
    unbounded: set[int] = set()
    for index, node in enumerate(graph.nodes):
        if not node.operands:
            continue
        place = node.operands[1] if node.operation is Operation.MODULO else node.operands[0]
        x = _masked(spaces.lift(values[place], space[place], space[index]), needed[index])
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
            troubles.append(Trouble(index, place, *x.hull(), clipped=clipped))
            if not clipped and index not in mended:
                unbounded.add(index)
        elif not bool((value.magnitude < LARGEST_NUMBER).all()):
            troubles.append(Trouble(index, place, *x.hull(), clipped=False))
            unbounded.add(index)
    return tuple(troubles)


def _masked(x: Intervals, mask: Mask | None) -> Intervals:
    """The intervals where the mask holds."""
    if mask is None:
        return x
    lower, upper, mask = np.broadcast_arrays(x.lower, x.upper, mask)
    return Intervals(lower[mask], upper[mask])
