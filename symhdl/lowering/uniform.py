"""Cells of a graph in order, each node being assigned to a variable of one format, and what is proved of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from symhdl.analysis.errors import ANYTHING, NO_ERROR, Slopes
from symhdl.analysis.functions import condition_nodes, function_of
from symhdl.analysis.propagation import Errors, propagate
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.arithmetic.long_division import sticky_quotient
from symhdl.arithmetic.remainders import remainder
from symhdl.cost.operators import Fabric
from symhdl.errors import quotation
from symhdl.evaluate import constant_balls
from symhdl.functions.operation import COMPARISONS, Operation
from symhdl.ir.builder import DatapathBuilder, Rank
from symhdl.ir.graph import Graph, Node
from symhdl.ir.wire_names import wire_names
from symhdl.lowering.assigned import assigned
from symhdl.lowering.assigned_functions import MOST_TRIED, AssignedFunctions
from symhdl.numeric.assigned import AssignedFormat, Rounding
from symhdl.numeric.ball import ends, float_above, is_moderate, midpoint
from symhdl.numeric.interval import Intervals
from symhdl.request import InputPlan

CHOICES = frozenset({Operation.SELECT, Operation.MINIMUM, Operation.MAXIMUM})

CONSTANT_BITS = 1024
"""Of irrational constants; by how much they may be others counts as an error."""


def fraction_of_inputs(operation: Operation, fractions: Sequence[int]) -> int:
    """The fractional bits that an operation on numbers with some has, exactly."""
    if operation in (Operation.MULTIPLY, Operation.SQUARE):
        return sum(fractions) if len(fractions) > 1 else 2 * fractions[0]
    return 0 if operation is Operation.FLOOR else max(fractions)


def rounding_error(to: AssignedFormat, fraction: int | None) -> Intervals:
    """What a number with so many fractional bits, or any number, loses where it is assigned without overflow."""
    if fraction is not None and fraction <= to.format.fraction:
        return NO_ERROR
    unit = float(to.format.ulp)
    if to.rounding.is_nearest:
        return Intervals.between(-unit / 2, unit / 2)
    if to.rounding is Rounding.AP_TRN:
        return Intervals.between(-unit, 0.0)
    return Intervals.between(-unit, unit)


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of the nodes where nothing overflows.

    `integers` are those between which the computed value of a node lies, by node, for nodes of the format that hang on
    no node that may overflow; `errors` are of all, and mean something for the nodes in `safe`.
    """

    integers: Mapping[int, tuple[int, int]]
    errors: Errors
    safe: tuple[bool, ...]


@dataclass(slots=True)
class UniformLowering:
    """The cells of all nodes: whole constants and conditions as they are, all else assigned to the format."""

    graph: Graph
    ranges: Ranges
    inputs: Sequence[InputPlan]
    to: AssignedFormat
    fabric: Fabric
    functions: AssignedFunctions
    builder: DatapathBuilder = field(default_factory=DatapathBuilder, init=False)
    cells: list[int] = field(default_factory=list, init=False)
    constants: dict[int, Fraction] = field(default_factory=dict, init=False)
    radii: dict[int, Fraction] = field(default_factory=dict, init=False)
    plain: frozenset[int] = field(default_factory=frozenset, init=False)

    def __post_init__(self) -> None:
        self._find_constants()
        self.plain = condition_nodes(self.graph) | {
            index for index, value in self.constants.items() if value.denominator == 1
        }

    def _find_constants(self) -> None:
        """The values of the nodes without inputs, and the radii of those that are irrational: of what they are near."""
        nodes = self.graph.nodes
        self.constants = {k: n.value for k, n in enumerate(nodes) if n.value is not None}
        if all(n.value is not None for k, n in enumerate(nodes) if self._is_constant(k)):
            return
        for index, ball in constant_balls(self.graph, CONSTANT_BITS).items():
            if self._is_constant(index) and nodes[index].value is None and is_moderate(ball):
                (low, high), middle = ends(ball), midpoint(ball)
                self.constants[index] = middle
                self.radii[index] = max(middle - low, high - middle)

    def _is_constant(self, index: int) -> bool:
        return self.ranges.space[index] == CONSTANT_SPACE

    def _is_variable(self, node: Node) -> bool:
        """Whether it is of the format as it comes: an input of that, or one of several variables."""
        if node.operation in CHOICES:
            return self.plain.isdisjoint(node.operands[node.operation is Operation.SELECT :])
        if node.operation is not Operation.INPUT:
            return False
        return any(plan.name == node.name and plan.format == self.to.format for plan in self.inputs)

    def proof(self) -> Proof:
        """What holds if no node of those before overflows, node by node."""
        local = self._local()
        errors = propagate(self.graph, self.ranges, local, Slopes())
        integers: dict[int, tuple[int, int]] = {}
        safe: list[bool] = []
        unit, most = self.to.format.ulp, self.to.format.maximum
        for index, node in enumerate(self.graph.nodes):
            error, mask = errors.values[index], errors.reached[index]
            computed = self.ranges.values[index] + error
            if mask is not None:
                lower, upper, mask = np.broadcast_arrays(computed.lower, computed.upper, mask)
                computed = Intervals(lower[mask], upper[mask])
            is_safe = all(safe[operand] for operand in node.operands)
            if node.operation in COMPARISONS:  # those with constants count as exact
                is_safe = is_safe and not any(
                    k in self.constants and k not in self.plain for k in node.operands
                )
            ends = computed.hull() if len(computed.lower) else (0.0, 0.0)
            if not all(map(math.isfinite, ends)):
                is_safe = False
            elif index not in self.plain and node.operation is not Operation.INVERSE:
                low, high = (
                    math.ceil(Fraction(ends[0]) / unit),
                    math.floor(Fraction(ends[1]) / unit),
                )
                least = self.to.format.minimum if self._is_variable(node) else self.to.least
                is_safe = is_safe and least <= low and high <= most
                if is_safe and mask is None and low <= high:
                    integers[index] = low, high
            safe.append(is_safe)
        return Proof(integers, errors, tuple(safe))

    def _local(self) -> list[Intervals]:
        """What each node loses where it is assigned."""
        formats = {plan.name: plan.format for plan in self.inputs}
        fractions: list[int] = []
        local: list[Intervals] = []
        for index, node in enumerate(self.graph.nodes):
            below = [fractions[k] for k in node.operands]
            if node.operation is Operation.INPUT:
                below = [formats[node.name].fraction]
            error, fraction = self._loss(index, node, below)
            local.append(error)
            fractions.append(fraction)
        return local

    def _loss(self, index: int, node: Node, fractions: Sequence[int]) -> tuple[Intervals, int]:
        """What a node of numbers with so many fractional bits loses, and how many it has itself."""
        if self._is_constant(index) and index not in self.constants:
            # Decided by the hardware, and perhaps otherwise: such as floor(sin(1)^2 + cos(1)^2).
            return ANYTHING, 0
        if node.operation is Operation.INVERSE:
            return (self._divisor_error(index) if index in self.constants else NO_ERROR), 0
        if index in self.constants:
            held = self._held(index)
            return self._lost(index, held), held.denominator.bit_length() - 1
        if index in self.plain:
            return NO_ERROR, 0
        most = self.to.format.fraction
        if function_of(self.graph, node) is not None:
            is_wide = 1 << self.to.format.width > MOST_TRIED
            unit = float(self.to.format.ulp)
            error = Intervals.between(-unit, unit) if is_wide else rounding_error(self.to, None)
            return error, most
        if self._divisor(node) is not None:
            return rounding_error(self.to, None), most
        exact = fraction_of_inputs(node.operation, fractions)
        return rounding_error(self.to, exact), min(exact, most)

    def _held(self, index: int) -> Fraction:
        """A constant as the hardware has it."""
        value = self.constants[index]
        return value if index in self.plain else self.to.integer(value) * self.to.format.ulp

    def _divisor_error(self, index: int) -> Intervals:
        """How far the INVERSE of a constant is from that of the number that is divided by."""
        divisor = self._held(self.graph.nodes[index].operands[0])
        return self._lost(index, 1 / divisor) if divisor else ANYTHING

    def _lost(self, index: int, held: Fraction) -> Intervals:
        """How far a constant is from the number in its place."""
        lost, radius = held - self.constants[index], self.radii.get(index, Fraction(0))
        low, high = min(lost - radius, Fraction(0)), max(lost + radius, Fraction(0))
        return Intervals.between(-float_above(-low), float_above(high)) if low < high else NO_ERROR

    def run(self, proof: Proof) -> None:
        """Builds the cells of all nodes."""
        plans = {plan.name: plan for plan in self.inputs}
        names = wire_names(self.graph)
        for index, node in enumerate(self.graph.nodes):
            self.builder.within(names[index], quotation(self.graph.spans[index]))
            cell = self._cell(index, node, plans, proof)
            self.cells.append(cell)
            rank = Rank.USER if self.graph.names[index] else Rank.VALUE
            self.builder.call(cell, names[index], rank)

    def _cell(self, index: int, node: Node, plans: Mapping[str, InputPlan], proof: Proof) -> int:
        builder = self.builder
        if index in self.constants:
            value = self.constants[index]
            if index in self.plain:
                return builder.constant(int(value), 0)
            return builder.constant(self.to.integer(value), self.to.format.fraction)
        if node.operation is Operation.INVERSE:
            return builder.constant(0, 0)  # a part of quotients
        known = proof.integers.get(index)
        function = function_of(self.graph, node)
        if node.operation is Operation.INPUT:
            plan = plans[node.name]
            cell = builder.input(node.name, *plan.port_range, plan.format.fraction)
            cell = builder.clamp(cell, plan.minimum, plan.maximum)
        elif function is not None:
            argument = self.argument(node, 0)
            cell = self.functions.built(builder, function, self._exactly(node), argument, self.to)
        elif (divisor := self._divisor(node)) is not None:
            dividend = node.operands[0] + node.operands[1] - divisor
            below = self.graph.nodes[divisor].operands[0]
            cell = sticky_quotient(
                builder, self.cells[dividend], self.cells[below], self.to.format.fraction
            )
        else:
            cell = OPERATIONS[node.operation](self, node)
        if index in self.plain:
            return cell
        if self._is_variable(node):
            return cell if known is None else builder.narrow(cell, *known)
        if known is not None and builder.fraction(cell) >= self.to.format.fraction:
            cell = self._within(cell, known)
        cell = assigned(builder, cell, self.to)
        return cell if known is None else builder.narrow(cell, *known)

    def _within(self, cell: int, known: tuple[int, int]) -> int:
        """The cell before it is rounded to integers that are known: at most a unit beyond them."""
        places = self.builder.fraction(cell) - self.to.format.fraction
        beyond = 1 if places else 0
        low, high = (
            (end + way * beyond) << places for end, way in zip(known, (-1, 1), strict=True)
        )
        least, most = self.builder.range(cell)
        if max(low, least) > min(high, most):
            return cell
        return self.builder.narrow(cell, low, high)

    def _divisor(self, node: Node) -> int | None:
        """The INVERSE of a product that is a quotient."""
        if node.operation is not Operation.MULTIPLY:
            return None
        nodes = self.graph.nodes
        found = [k for k in node.operands if nodes[k].operation is Operation.INVERSE]
        return found[0] if found else None

    def _exactly(self, node: Node) -> tuple[Operation, tuple[Fraction, ...]]:
        """The operation of a function, and its constant operands behind the argument."""
        others = tuple(self.constants[k] for k in node.operands[1:])
        return node.operation, others

    def argument(self, node: Node, position: int) -> int:
        """The cell of an operand."""
        return self.cells[node.operands[position]]

    def aligned(self, node: Node, start: int = 0) -> list[int]:
        """The cells of operands from one on, with the most fractional bits of any."""
        cells = [self.cells[k] for k in node.operands[start:]]
        fraction = max(self.builder.fraction(cell) for cell in cells)
        return [self.builder.align(cell, fraction) for cell in cells]

    def output(self, index: int, to: AssignedFormat, proof: Proof) -> tuple[int, float | None]:
        """A node assigned to an output's format, and the bound of its error, if there is one."""
        cell = self.cells[index]
        local = rounding_error(to, self.builder.fraction(cell))
        cell = assigned(self.builder, cell, to)
        if not proof.safe[index]:
            return cell, None
        error = proof.errors.values[index] + local
        low, high = self.ranges.hull_where_needed(index, error)
        computed = self.ranges.hull_where_needed(index, self.ranges.values[index] + error)
        ends = (Fraction(end) / to.format.ulp for end in computed)
        if not all(to.least <= end <= to.format.maximum for end in ends):
            return cell, None
        return cell, max(abs(low), abs(high))


def _added(sign: int) -> Callable[[UniformLowering, Node], int]:
    def build(u: UniformLowering, node: Node) -> int:
        a, b = u.aligned(node)
        return u.builder.add(a, b) if sign > 0 else u.builder.subtract(a, b)

    return build


def _absolute(u: UniformLowering, node: Node) -> int:
    builder, cell = u.builder, u.argument(node, 0)
    negative = builder.less(cell, builder.constant(0, builder.fraction(cell)))
    low, high = builder.range(cell)
    chosen = builder.select(negative, builder.negate(cell), cell)
    return builder.narrow(chosen, max(low, -high, 0), max(-low, high))


def _modulo(u: UniformLowering, node: Node) -> int:
    a, b = u.aligned(node)
    return remainder(u.builder, a, b, u.fabric)


def _joined(build: Callable[[DatapathBuilder], Callable[[int, int], int]]) -> Callable[
    [UniformLowering, Node], int
]:  # fmt: skip
    """An operation on two numbers, or conditions, of equal fraction."""
    return lambda u, node: build(u.builder)(*u.aligned(node))


OPERATIONS: dict[Operation, Callable[[UniformLowering, Node], int]] = {
    Operation.ADD: _added(1),
    Operation.SUBTRACT: _added(-1),
    Operation.MULTIPLY: lambda u, node: u.builder.multiply(
        u.argument(node, 0), u.argument(node, 1)
    ),
    Operation.SQUARE: lambda u, node: u.builder.square(u.argument(node, 0)),
    Operation.NEGATE: lambda u, node: u.builder.negate(u.argument(node, 0)),
    Operation.ABSOLUTE: _absolute,
    Operation.FLOOR: lambda u, node: u.builder.align(u.argument(node, 0), 0),
    Operation.MODULO: _modulo,
    Operation.MINIMUM: _joined(lambda builder: builder.minimum),
    Operation.MAXIMUM: _joined(lambda builder: builder.maximum),
    Operation.LESS: _joined(lambda builder: builder.less),
    Operation.LESS_EQUAL: _joined(lambda builder: builder.less_equal),
    Operation.EQUAL: _joined(lambda builder: builder.equal),
    Operation.NOT: lambda u, node: u.builder.logical_not(u.argument(node, 0)),
    Operation.AND: _joined(lambda builder: builder.logical_and),
    Operation.OR: _joined(lambda builder: builder.logical_or),
    Operation.SELECT: lambda u, node: u.builder.select(u.argument(node, 0), *u.aligned(node, 1)),
}
"""How each operation is built before its result is assigned."""
