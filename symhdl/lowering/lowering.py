"""The lowering of a graph node by node: its cells, what their rounding loses, and what stands for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from flint import arb

from symhdl.analysis.angle import AngleWitness
from symhdl.analysis.division import DivisionWitness
from symhdl.analysis.errors import NO_ERROR
from symhdl.analysis.functions import function_of
from symhdl.analysis.rotation import RotationWitness
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.analysis.truncation import TruncationWitness
from symhdl.approximation.effort import Depth
from symhdl.arithmetic.angles import angle_of
from symhdl.arithmetic.quotients import Limits, quotient_of
from symhdl.arithmetic.rotation_search import Result
from symhdl.arithmetic.rotations import Turn, Vector, rotation_of
from symhdl.arithmetic.truncated import truncated
from symhdl.errors import Diagnostic, GoalError, SymhdlError, quotation
from symhdl.functions.operation import Operation
from symhdl.ir.builder import Rank
from symhdl.ir.graph import Graph, Node
from symhdl.ir.wire_names import wire_names
from symhdl.lowering.alike import MANY_FUNCTIONS
from symhdl.lowering.constants import constant_balls
from symhdl.lowering.exact_products import (
    NONE,
    PRODUCTS,
    ExactProducts,
    exact_products,
    is_one_block,
)
from symhdl.lowering.functions import FunctionLowering
from symhdl.lowering.operations import OPERATIONS
from symhdl.numeric.ball import ends, float_above, is_moderate
from symhdl.numeric.fixed import power_of_two, round_to_integer
from symhdl.numeric.interval import Intervals
from symhdl.precision.angles import Angle, bound_of
from symhdl.precision.quotients import Quotient
from symhdl.precision.recurrences import absorbed_by
from symhdl.precision.rotations import Rotation
from symhdl.precision.roundings import (
    MAXIMUM_FRACTION,
    constant_for,
    factors_of,
    fraction_for,
    lost,
)
from symhdl.precision.truncation import is_truncated
from symhdl.request import InputPlan


class NotDividedError(Exception):
    """A quotient, angle or rotation that is out of reach: the least divisor may be too wrong."""


@dataclass(slots=True)
class Lowering(FunctionLowering):
    """One lowering: what is built, and what stands for it.

    Products may have `truncations`, quotients `divisions`, and arctangents of such are `angles`, numbers that are
    turned `rotations`; `factors` are what products are of, `absorbed` what regions and recurrences stand for. Very many
    functions are searched for briefly.
    """

    truncations: dict[int, TruncationWitness] = field(default_factory=dict, init=False)
    divisions: dict[int, DivisionWitness] = field(default_factory=dict, init=False)
    angles: dict[int, AngleWitness] = field(default_factory=dict, init=False)
    rotations: dict[int, RotationWitness] = field(default_factory=dict, init=False)
    _turned: dict[int, tuple[int, RotationWitness]] = field(default_factory=dict, init=False)
    absorbed: frozenset[int] = field(default=frozenset(), init=False)
    factors: frozenset[int] = field(default=frozenset(), init=False)
    exact: ExactProducts = field(default=NONE, init=False)

    def run(self) -> None:
        """Builds the cells of all nodes.

        Raises `NoFunctionError` where one of the regions is out of reach, `NotDividedError` where one of the quotients
        is, `TooDearError` beyond the limit.
        """
        self.absorbed = self.regions.absorbed | absorbed_by(self.allocation.recurrences)
        finest = max((f for f in self.allocation.fractions if f < MAXIMUM_FRACTION), default=0)
        balls = constant_balls(self.graph, self.ranges, max(0, finest))
        plans = {plan.name: plan for plan in self.inputs}
        if self._functions_built() > MANY_FUNCTIONS:
            self.depth = Depth.BRIEF
        self.factors = factors_of(self.graph)
        apart = self.absorbed | self.regions.functions.keys() | self.allocation.recurrences.keys()
        self.exact = exact_products(
            self.graph, self.ranges, self.allocation.fractions, apart, self.fabric
        )
        names = wire_names(self.graph)
        for index, node in enumerate(self.graph.nodes):
            self.builder.within(names[index], quotation(self.graph.spans[index]))
            try:
                self._node(index, node, balls, plans)
            except SymhdlError as problem:
                raise _with_place(problem, self.graph, index) from problem
            rank = Rank.USER if self.graph.names[index] else Rank.VALUE
            self.builder.call(self.cells[index], names[index], rank)

    def _functions_built(self) -> int:
        """How many functions of one variable there are."""
        return sum(
            self.regions.function_at(self.graph, index) is not None
            for index in range(len(self.graph.nodes))
            if index not in self.regions.absorbed
        )

    def _node(
        self,
        index: int,
        node: Node,
        balls: Sequence[arb | None],
        plans: Mapping[str, InputPlan],
    ) -> None:
        recurrence = self.allocation.recurrences.get(index)
        if index in self.absorbed:
            self.cells.append(self.builder.constant(0, 0))
            self.local.append(NO_ERROR)
        elif index in self.regions.functions:
            self._region(index, self.regions.functions[index])
        elif self.ranges.space[index] == CONSTANT_SPACE:
            self._constant(index, node, balls)
        elif node.operation is Operation.INPUT:
            plan = plans[node.name]
            cell = self.builder.input(node.name, *plan.port_range, plan.format.fraction)
            self._keep(index, self.builder.clamp(cell, plan.minimum, plan.maximum))
        elif isinstance(recurrence, Angle):
            self._angle(index, recurrence)
        elif isinstance(recurrence, Quotient):
            self._quotient(index, recurrence)
        elif isinstance(recurrence, Rotation):
            self._rotation(index, recurrence)
        else:
            function = function_of(self.graph, node)
            if function is not None:
                self._function(index, node, function)
            elif not self._truncated(index, node):
                self._keep(index, OPERATIONS[node.operation](self, node))

    def _keep(self, index: int, cell: int) -> None:
        """Truncates the cell to what the node may keep, and narrows it to the proved range."""
        fraction, natural = self.allocation.fractions[index], self.builder.fraction(cell)
        if self._may_be_truncated(index):  # but is not, and needs no bits in reserve
            fraction = min(fraction, fraction_for(self._allowed(index) / 2))
        local = NO_ERROR
        # Functions may have more bits than were planned; what was to lose nothing passes them on.
        loses = bool(self.allocation.local[index].magnitude.any()) and not self._is_whole(index)
        if natural > fraction and (loses or index in self.exact.sums):
            self.builder.part(cell, "exact")
            local = _truncated(fraction, natural)
            cell = self.builder.align(cell, fraction)
        self._finish(index, cell, local)

    def _is_whole(self, index: int) -> bool:
        """Whether a node is a product that a block adds up with others before anything is cut."""
        if index not in self.exact.products:
            return False
        node = self.graph.nodes[index]
        factors = [self.builder.cells[self.cells[operand]] for operand in node.operands]
        return is_one_block(PRODUCTS[node.operation], factors, self.fabric)

    def _truncated(self, index: int, node: Node) -> bool:
        """Builds a product or square without the columns that its tolerance can do without; False where none are."""
        if not self._may_be_truncated(index):
            return False
        factors = [self.cells[operand] for operand in node.operands]
        allowed, fraction = self._allowed(index), self.allocation.fractions[index]
        found = truncated(self.builder, factors, allowed, fraction, self.fabric.logic)
        if found is None:
            return False
        cell, self.truncations[index] = found
        self._finish(index, cell, Intervals.between(-self.truncations[index].bound, 0.0))
        return True

    def _quotient(self, index: int, quotient: Quotient) -> None:
        """Builds a quotient of two numbers, within what it may lose."""
        fraction, local = self.allocation.fractions[index], self.allocation.local[index]
        below, above = Fraction(-local.lower.min()), Fraction(local.upper.max())
        computed = self.ranges.values[index] + self.allocation.errors.values[index]
        low, high = map(Fraction, computed.hull())
        found = quotient_of(
            self.builder, self.cells[quotient.dividend], self.cells[quotient.divisor], fraction,
            Limits(low, high, below, above),
        )  # fmt: skip
        if found is None:
            raise NotDividedError
        cell, self.divisions[index] = found
        self._finish(index, cell, self.divisions[index].error)

    def _angle(self, index: int, angle: Angle) -> None:
        """Builds an angle of two numbers, within its tolerance."""
        dividend, divisor = self._two_of(angle)
        result = self.allocation.results.get(index)
        fraction = self.allocation.fractions[index] if result is None else result.fraction
        found = angle_of(
            self.builder, dividend, divisor, fraction, Fraction(self.allocation.tolerances[index]),
            self.fabric.logic.lut_inputs, is_in_octant=angle.is_in_octant,
        )  # fmt: skip
        if found is None:
            raise NotDividedError
        cell, self.angles[index] = found
        self._finish(index, cell, self.angles[index].errors)

    def _rotation(self, index: int, rotation: Rotation) -> None:
        """Builds a number of a vector that is turned, and with it the other one where that is needed, too."""
        if index not in self._turned:
            self._turn(rotation)
        cell, self.rotations[index] = self._turned[index]
        self._finish(index, cell, self.rotations[index].errors)

    def _turn(self, rotation: Rotation) -> None:
        """Builds both numbers, or the one that is needed, each within its tolerance."""
        allocation, results, nodes = self.allocation, [], []
        for node, is_second, is_negative in rotation.parts:
            if allocation.recurrences.get(node) == rotation:
                result = allocation.results.get(node)
                fraction = allocation.fractions[node] if result is None else result.fraction
                error = Fraction(allocation.tolerances[node])
                results.append(Result(is_second, is_negative, fraction, error))
                nodes.append(node)
        x, y = (None if node is None else self.cells[node] for node in (rotation.x, rotation.y))
        found = rotation_of(
            self.builder, Vector(x, y, rotation.is_y_negative, rotation.factor),
            Turn(self.cells[rotation.angle], rotation.unit, rotation.is_of_pi),
            tuple(results), self.fabric,
        )  # fmt: skip
        if found is None:
            raise NotDividedError
        self._turned.update(zip(nodes, found, strict=True))

    def _two_of(self, angle: Angle) -> tuple[int, int]:
        """The cells of an angle. Of an octant they are sorted: both are cut to the same bits, the finer ones."""
        dividend, divisor = self.cells[angle.dividend], self.cells[angle.divisor]
        fractions = self.builder.fraction(dividend), self.builder.fraction(divisor)
        if not angle.is_in_octant or fractions[0] == fractions[1]:
            return dividend, divisor
        if not self.regions.functions.keys().isdisjoint((angle.dividend, angle.divisor)):
            raise NotDividedError
        node, builder = self.graph.nodes[angle.dividend], self.builder
        a, b = self.aligned(*(self.cells[operand] for operand in node.operands))
        smaller, larger = (
            builder.align(of_both(a, b), max(fractions))
            for of_both in (builder.minimum, builder.maximum)
        )
        bound = bound_of(self.graph, angle.divisor)
        if bound is not None:
            larger = builder.maximum(larger, builder.align(self.cells[bound], max(fractions)))
        return smaller, larger

    def _may_be_truncated(self, index: int) -> bool:
        return self.fabric.truncates and is_truncated(self.graph, self.ranges, self.regions, index)

    def _allowed(self, index: int) -> float:
        """By how much the result of a product may be too small."""
        return -float(self.allocation.local[index].lower.min())

    def _constant(self, index: int, node: Node, balls: Sequence[arb | None]) -> None:
        """A constant, rounded to nearest; exact if its bits fit."""
        if self._is_unreached(index):
            self._finish(index, self.builder.constant(0, 0), NO_ERROR)
            return
        fraction = self.allocation.fractions[index]
        if node.value is not None:
            if self.allocation.local[index] is not NO_ERROR:
                self._rounded_constant(index, node.value)
                return
            low = high = node.value
        else:
            ball = balls[index]
            assert ball is not None and is_moderate(ball), (
                "an undefined constant; please report this"
            )
            low, high = ends(ball)
        value = round_to_integer((low + high) / 2, fraction)
        rounded = value * power_of_two(-fraction)
        self.cells.append(self.builder.constant(value, fraction))
        self.local.append(
            Intervals.between(-float_above(high - rounded), float_above(rounded - low))
        )

    def _rounded_constant(self, index: int, value: Fraction) -> None:
        """A constant that loses something, as it was allotted."""
        tolerance, is_factor = self.allocation.tolerances[index], index in self.factors
        number, fraction = constant_for(value, tolerance, is_factor=is_factor)
        self.cells.append(self.builder.constant(number, fraction))
        self.local.append(lost(value, number, fraction))


@lru_cache(maxsize=1024)
def _truncated(fraction: int, natural: int) -> Intervals:
    """What a value loses of whose fractional bits some are left out."""
    return Intervals.between(-float_above(power_of_two(-fraction) - power_of_two(-natural)), 0.0)


def _with_place(problem: SymhdlError, graph: Graph, index: int) -> SymhdlError:
    """The same error with the node's place in the source."""
    diagnostics = [
        Diagnostic(d.id, d.message, d.span or graph.spans[index], d.notes, d.help)
        for d in problem.diagnostics
    ]
    return GoalError(*diagnostics)
