"""What a node stands on, over boxes of the inputs: the ranges of all of it, and how it changes with each input."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from symhdl.analysis.functions import function_of
from symhdl.analysis.node_ranges import node_range, powers_of_nodes
from symhdl.analysis.spaces import Mask
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import Univariate
from symhdl.ir.graph import Graph, Node, nodes_between
from symhdl.numeric.interval import Intervals

ANYTHING = Intervals.between(-np.inf, np.inf)
ONE, NONE = Intervals.between(1.0, 1.0), Intervals.between(0.0, 0.0)
TWO = Intervals.between(2.0, 2.0)
MULTILINEAR = {Operation.ADD, Operation.SUBTRACT, Operation.NEGATE, Operation.MULTIPLY}
"""Operations that are straight in each operand."""

Values = dict[int, Intervals]


@dataclass(frozen=True, slots=True)
class Cone:
    """A node and all that it stands on, in order, down to its `inputs`: those of the graph, or inner nodes.

    The powers are those of `powers_of_nodes`.
    """

    graph: Graph
    node: int
    nodes: tuple[int, ...]
    inputs: tuple[int, ...]
    powers: Sequence[tuple[int, int]]

    @staticmethod
    def of(
        graph: Graph, node: int, powers: Sequence[tuple[int, int]] = (), ends: Collection[int] = ()
    ) -> Cone:
        """The cone of a node; the powers of its graph are found where they are not given.

        It goes down no further than to the `ends`, of which the node is a function, and of other inputs.
        """
        nodes = nodes_between(graph.nodes, node, ends)
        inputs = tuple(k for k in nodes if k in ends or graph.nodes[k].operation is Operation.INPUT)
        return Cone(graph, node, nodes, inputs, powers or powers_of_nodes(graph))

    @property
    def functions(self) -> int:
        """How many functions of one variable there are in it, which take balls."""
        nodes = self.graph.nodes
        return sum(function_of(self.graph, nodes[k]) is not None for k in self._inner)

    @property
    def straight(self) -> tuple[bool, ...]:
        """In which inputs the node is straight whatever the others are: constant plus a multiple of it."""
        reached, bent = dict.fromkeys(self.nodes, 0), dict.fromkeys(self.nodes, 0)
        reached.update((k, 1 << place) for place, k in enumerate(self.inputs))
        for k in self._inner:
            node = self.graph.nodes[k]
            for operand in node.operands:
                meeting = reached[k] & reached[operand]
                reached[k] |= reached[operand]
                bent[k] |= bent[operand]
                if node.operation is Operation.MULTIPLY:
                    bent[k] |= meeting
            if node.operation not in MULTILINEAR:
                bent[k] = reached[k]
        return tuple(not bent[self.node] >> place & 1 for place in range(len(self.inputs)))

    @property
    def _inner(self) -> Iterator[int]:
        return (k for k in self.nodes if k not in self.inputs)

    def values(
        self,
        inputs: Mapping[int, Intervals],
        limits: Mapping[int, Intervals] = MappingProxyType({}),
    ) -> Values:
        """The range of every node, given those of the inputs and what else bounds some nodes wherever inputs are."""
        values: Values = {}
        for k in self.nodes:
            node = self.graph.nodes[k]
            base, exponent = self.powers[k]
            if k in inputs:
                values[k] = inputs[k]
                continue
            if node.value is not None:
                values[k] = Intervals.of(node.value, node.value)
                continue
            sources = (base,) if base >= 0 else node.operands
            operands = [values[o] for o in sources]
            value = node_range(self.graph, node, operands, exponent)
            if node.operation is Operation.SELECT:
                value = _of_defined(value, operands)
            values[k] = value.intersect(limits[k]) if k in limits else value
        return values

    def gradient(self, values: Values) -> Values:
        """For each input enclosures of the derivative by it over `values`; infinite or undefined where there is none.

        Where the node has a kink all slopes around it are enclosed (Clarke's derivative), so that the mean value
        theorem holds (Lebourg 1975).
        """
        acting: Values = {self.node: ONE}
        with np.errstate(invalid="ignore", over="ignore"):
            for k in reversed(self.nodes):
                node = self.graph.nodes[k]
                if k not in acting or k in self.inputs or not node.operands:
                    continue
                own = acting.pop(k)
                operands = [values[o] for o in node.operands]
                derivatives = _derivatives(self.graph, node, values[k], operands)
                for operand, derivative in zip(node.operands, derivatives, strict=True):
                    if derivative is NONE:
                        continue
                    share = own if derivative is ONE else own * derivative
                    acting[operand] = acting[operand] + share if operand in acting else share
        return {k: acting.get(k, NONE) for k in self.inputs}


def _of_defined(value: Intervals, operands: Sequence[Intervals]) -> Intervals:
    """The value of a choice, undefined where a branch that may be taken is: nobody else tells of that here."""
    condition, *branches = operands
    first, second = (np.isnan(each.lower) | np.isnan(each.upper) for each in branches)
    unknown = (first & (condition.upper != 0)) | (second & (condition.lower != 1))
    return Intervals(np.where(unknown, np.nan, value.lower), np.where(unknown, np.nan, value.upper))


def _known(x: Intervals) -> Intervals:
    """The intervals, the whole line where they are undefined."""
    undefined = np.isnan(x.lower) | np.isnan(x.upper)
    if not undefined.any():
        return x
    return Intervals(np.where(undefined, -np.inf, x.lower), np.where(undefined, np.inf, x.upper))


def _chosen(mask: Mask, never: Mask) -> Intervals:
    """The derivative by what is taken where the mask holds, and not where it is never taken."""
    return Intervals(np.where(mask, 1.0, 0.0), np.where(never, 0.0, 1.0))


def _of_jump(value: Intervals, count: int) -> list[Intervals]:
    """The derivatives of what jumps: none where it does not."""
    steady = value.lower == value.upper
    if steady.all():
        return [NONE] * count
    jump = Intervals(np.where(steady, 0.0, -np.inf), np.where(steady, 0.0, np.inf))
    return [jump] * count


def _of_extremum(x: Sequence[Intervals], *, is_maximum: bool) -> list[Intervals]:
    a, b = (-x[0], -x[1]) if is_maximum else x
    return [
        _chosen(a.upper <= b.lower, a.lower > b.upper),
        _chosen(b.upper < a.lower, b.lower >= a.upper),
    ]


def _of_choice(x: Sequence[Intervals]) -> list[Intervals]:
    condition = x[0]
    surely, never = condition.lower == 1, condition.upper == 0
    settled = surely | never
    doubt = np.where(settled, 0.0, np.inf)
    return [
        NONE if settled.all() else Intervals(-doubt, doubt),
        Intervals(np.where(settled, surely * 1.0, -np.inf), np.where(settled, surely * 1.0, np.inf)),
        Intervals(np.where(settled, never * 1.0, -np.inf), np.where(settled, never * 1.0, np.inf)),
    ]  # fmt: skip


def _of_remainder(x: Sequence[Intervals]) -> list[Intervals]:
    """That of x itself where 0 <= x < y; elsewhere it may jump."""
    number, divisor = x
    inside = (number.lower >= 0) & (number.upper < divisor.lower)
    jump = np.where(inside, 0.0, np.inf)
    return [
        Intervals(np.where(inside, 1.0, -np.inf), np.where(inside, 1.0, np.inf)),
        Intervals(-jump, jump),
    ]


def _of_function(function: Univariate, argument: Intervals) -> Intervals:
    """The slope of a function; the whole line where it may have a pole, or no value."""
    domain = function.domain
    is_clipped = domain.closed and not domain.pole_at_zero
    inside = argument.clip(domain.lower, domain.upper) if is_clipped else argument
    slope = function.slope(inside)
    if is_clipped:  # outside it is taken as it is at the end
        beyond = ~domain.holds(argument)
        slope = Intervals(
            np.where(beyond, np.minimum(slope.lower, 0.0), slope.lower),
            np.where(beyond, np.maximum(slope.upper, 0.0), slope.upper),
        )
    # Without a modulus an unbounded slope is that of a pole, on whose other side all is otherwise.
    nowhere = ~slope.finite & (function.modulus is None)
    if not is_clipped:
        nowhere |= ~domain.holds(argument)
    return _known(
        Intervals(np.where(nowhere, -np.inf, slope.lower), np.where(nowhere, np.inf, slope.upper))
    )


def _derivatives(
    graph: Graph, node: Node, value: Intervals, x: Sequence[Intervals]
) -> list[Intervals]:
    """The derivatives of an operation by each of its operands, over their ranges."""
    function = function_of(graph, node)
    if function is not None:
        return [_of_function(function, x[0]), *[NONE] * (len(x) - 1)]
    match node.operation:
        case Operation.ADD:
            return [ONE] * len(x)
        case Operation.SUBTRACT:
            return [ONE, -ONE]
        case Operation.NEGATE:
            return [-ONE]
        case Operation.MULTIPLY:
            return [x[1], x[0]]
        case Operation.SQUARE:
            return [x[0] * TWO]
        case Operation.ABSOLUTE:
            return [x[0].slope_of_absolute()]
        case Operation.MINIMUM | Operation.MAXIMUM:
            return _of_extremum(x, is_maximum=node.operation is Operation.MAXIMUM)
        case Operation.SELECT:
            return _of_choice(x)
        case Operation.MODULO:
            return _of_remainder(x)
    return _of_jump(value, len(x))
