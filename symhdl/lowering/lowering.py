"""The lowering of a graph node by node: its cells, what their rounding loses, and what stands for it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

import numpy as np
from flint import arb
from msgspec import structs

from symhdl.analysis.division import DivisionWitness
from symhdl.analysis.errors import NO_ERROR, Operand
from symhdl.analysis.functions import function_of
from symhdl.analysis.regions import Regions
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.analysis.truncation import TruncationWitness
from symhdl.approximation import (
    Approximation,
    Priced,
    SmoothFunction,
    Specification,
    Store,
    approximate,
    least_worth,
    search,
)
from symhdl.approximation.effort import Depth
from symhdl.approximation.symmetric import mirrored
from symhdl.arithmetic.quotients import Limits, quotient_of
from symhdl.arithmetic.truncated import truncated
from symhdl.budget import UNLIMITED, Budget
from symhdl.cost.operators import Fabric, fabric_of
from symhdl.errors import Diagnostic, GoalError, SymhdlError, quotation
from symhdl.functions.composite import Composite
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import Symmetry, Univariate
from symhdl.ir.builder import Rank
from symhdl.ir.graph import Graph, Node
from symhdl.ir.wire_names import wire_names
from symhdl.lowering.built import Built
from symhdl.lowering.constants import constant_balls
from symhdl.lowering.exactness import exact_specification
from symhdl.lowering.operations import OPERATIONS
from symhdl.numeric.ball import ends, float_above, is_moderate
from symhdl.numeric.fixed import power_of_two, round_to_integer
from symhdl.numeric.interval import Intervals
from symhdl.precision.quotients import Quotient
from symhdl.precision.roundings import (
    MAXIMUM_FRACTION,
    constant_for,
    factors_of,
    fraction_for,
    lost,
)
from symhdl.precision.truncation import is_truncated
from symhdl.request import InputPlan, Request
from symhdl.targets.target import Target

MANY_FUNCTIONS = 100  # in a design; beyond, the first approximation of each that is proved is taken


def fabric_for(request: Request, target: Target) -> Fabric:
    """What a design is made of that was asked for so."""
    return fabric_of(
        target,
        request.dsp,
        clocked=request.clocked,
        primitives=request.primitives,
        frequency_mhz=request.known_mhz,
    )


def depth_for(request: Request) -> Depth:
    """How long functions of a design are searched for that was asked for so."""
    return Depth.THOROUGH if request.opt > 1 else Depth.ORDINARY


class NoFunctionError(Exception):
    """A region for whose function there is no approximation."""

    def __init__(self, node: int) -> None:
        super().__init__(node)
        self.node = node


class NotDividedError(Exception):
    """A quotient of two numbers that is out of reach: the least divisor may be too wrong."""


class TooDearError(Exception):
    """Functions that are estimated to be worth more than the limit."""


@dataclass(slots=True)
class Lowering(Built):
    """One lowering: what is built, and what stands for it.

    Functions are approximations, and products may have truncations; `factors` are what products are of, `inverses` what
    quotients stand for. Approximations
    are searched for briefly where there are very many functions. Those in `given`, by node, take the place of what
    would be found. Estimates of all functions together may not be above the `limit`; `least_worth` is their sum.
    """

    budget: Budget = UNLIMITED
    given: Mapping[int, Approximation] = field(default_factory=dict)
    store: Store | None = None
    approximations: dict[int, Approximation] = field(default_factory=dict)
    truncations: dict[int, TruncationWitness] = field(default_factory=dict)
    divisions: dict[int, DivisionWitness] = field(default_factory=dict)
    inverses: frozenset[int] = frozenset()
    depth: Depth = Depth.ORDINARY
    factors: frozenset[int] = frozenset()
    limit: float = math.inf
    least_worth: float = 0.0

    def run(self) -> None:
        """Builds the cells of all nodes.

        Raises `NoFunctionError` where one of the regions is out of reach, `NotDividedError` where one of the quotients
        is, `TooDearError` beyond the limit.
        """
        quotients = self.allocation.quotients.values()
        self.inverses = frozenset(quotient.inverse for quotient in quotients)
        finest = max((f for f in self.allocation.fractions if f < MAXIMUM_FRACTION), default=0)
        balls = constant_balls(self.graph, self.ranges, max(0, finest))
        plans = {plan.name: plan for plan in self.inputs}
        if self._functions_built() > MANY_FUNCTIONS:
            self.depth = Depth.BRIEF
        self.factors = factors_of(self.graph)
        names = wire_names(self.graph)
        for index, node in enumerate(self.graph.nodes):
            self.builder.within(names[index], quotation(self.graph.spans[index]))
            try:
                self._node(index, node, balls, plans)
            except SymhdlError as problem:
                raise _with_place(problem, self.graph, index) from problem
            rank = Rank.USER if self.graph.names[index] else Rank.VALUE
            self.builder.call(self.cells[index], names[index], rank)

    @property
    def regions(self) -> Regions:
        """What is built as one function of another node."""
        return self.allocation.regions

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
        if index in self.regions.absorbed or index in self.inverses:
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
        else:
            function = function_of(self.graph, node)
            if function is not None:
                self._function(index, node, function)
            elif index in self.allocation.quotients:
                self._quotient(index, self.allocation.quotients[index])
            elif not self._truncated(index, node):
                self._keep(index, OPERATIONS[node.operation](self, node))

    def _keep(self, index: int, cell: int) -> None:
        """Truncates the cell to what the node may keep, and narrows it to the proved range."""
        fraction, natural = self.allocation.fractions[index], self.builder.fraction(cell)
        if self._may_be_truncated(index):  # but is not, and needs no bits in reserve
            fraction = min(fraction, fraction_for(self._allowed(index) / 2))
        local = NO_ERROR
        if natural > fraction:
            self.builder.part(cell, "exact")
            local = _truncated(fraction, natural)
            cell = self.builder.align(cell, fraction)
        self._store(index, cell, local)

    def _store(self, index: int, cell: int, local: Intervals) -> None:
        if self.allocation.errors.reached[index] is None:
            cell = self.builder.narrow(cell, *self._integers(index, self.builder.fraction(cell)))
        self.cells.append(cell)
        self.local.append(local)

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
        self._store(index, cell, Intervals.between(-self.truncations[index].bound, 0.0))
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
        self._store(index, cell, self.divisions[index].error)

    def _may_be_truncated(self, index: int) -> bool:
        return self.fabric.truncates and is_truncated(self.graph, self.ranges, self.regions, index)

    def _allowed(self, index: int) -> float:
        """By how much the result of a product may be too small."""
        return -float(self.allocation.local[index].lower.min())

    def _integers(self, index: int, fraction: int) -> tuple[int, int]:
        """The integers between which the proof keeps the computed value of a node."""
        node = Operand(self.ranges.values[index], self.allocation.errors.values[index])
        return _integers_between(*node.computed.hull(), fraction)

    def _constant(self, index: int, node: Node, balls: Sequence[arb | None]) -> None:
        """A constant, rounded to nearest; exact if its bits fit."""
        if self._is_unreached(index):
            self._store(index, self.builder.constant(0, 0), NO_ERROR)
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

    def _function(self, index: int, node: Node, function: Univariate) -> None:
        """A function of one variable, by the approximation that fits the node's tolerance."""
        if self._is_unreached(index):
            self._store(index, self.builder.constant(0, 0), NO_ERROR)
            return
        argument = self._held(index, node, function)
        low, high = self.builder.range(argument)
        if function.domain.pole_at_zero and low <= 0 <= high:
            self._mirrored(index, node, function, argument)
            return
        found = self._approximated(index, function, argument)
        self._store_function(index, found, found.build(self.builder, argument))

    def _region(self, index: int, function: Composite) -> None:
        """All between two nodes as one function."""
        if self._is_unreached(index):
            self._store(index, self.builder.constant(0, 0), NO_ERROR)
            return
        argument = self.cells[self.regions.arguments[index]]
        found = self.given.get(index)
        if found is None:
            specification = self._specification(index, argument)
            self._hold_to_limit(function, specification)
            ways = self._exact_ways(function, specification)
            ways = ways or self._ways(function, specification)
            if not ways and specification.result is not None:
                ways = self._ways(function, specification.unrounded)
            if not ways:
                raise NoFunctionError(index)
            found = ways[0].approximation
        self._store_function(index, found, found.build(self.builder, argument))

    def _store_function(self, index: int, found: Approximation, cell: int) -> None:
        assert found.error <= self.allocation.tolerances[index], (
            "an approximation misses its tolerance; please report this"
        )
        self.approximations[index] = found
        self._store(index, cell, Intervals.between(-found.error, found.error))

    def _is_unreached(self, index: int) -> bool:
        """Whether no output ever takes the node's value."""
        mask = self.allocation.errors.reached[index]
        return mask is not None and not mask.any()

    def _approximated(self, index: int, function: Univariate, argument: int) -> Approximation:
        """The approximation of a function, for all integers that a cell may be."""
        if index in self.given:
            return self.given[index]
        specification = self._specification(index, argument)
        self._hold_to_limit(function, specification)
        ways = () if specification.result is None else self._ways(function, specification)
        ways = ways or approximate(
            function, specification.unrounded, self.fabric, self.budget,
            depth=self.depth, store=self.store,
        )  # fmt: skip
        return ways[0].approximation

    def _hold_to_limit(self, function: SmoothFunction, specification: Specification) -> None:
        if math.isinf(self.limit):
            return
        least = least_worth(function, specification, self.fabric, depth=self.depth)
        if math.isfinite(least):  # of what comes at last there is no estimate
            self.least_worth += least
        if self.least_worth > self.limit:
            raise TooDearError

    def _ways(self, function: SmoothFunction, specification: Specification) -> tuple[Priced, ...]:
        return search(
            function, specification, self.fabric, self.budget, depth=self.depth, store=self.store
        )

    def _exact_ways(self, function: Composite, specification: Specification) -> tuple[Priced, ...]:
        """Those to the values themselves, where these are shorter than a result that is rounded."""
        exact = exact_specification(function, specification, self.depth)
        if exact is None:
            return ()
        ways = self._ways(function, exact)
        return tuple(way for way in ways if way.approximation.error <= specification.error)

    def _specification(self, index: int, argument: int) -> Specification:
        low, high = self.builder.range(argument)
        fraction, ends = self.allocation.results.get(index, (None, None))
        return Specification(
            low, high, self.builder.fraction(argument), self.allocation.tolerances[index],
            result=fraction, ends=ends,
        )  # fmt: skip

    def _mirrored(self, index: int, node: Node, function: Univariate, argument: int) -> None:
        """An odd function with a pole at zero, for arguments on both sides of it: that of the size, with the sign."""
        assert function.symmetry is Symmetry.ODD, "a pole without symmetry; please report this"
        builder = self.builder
        fraction = builder.fraction(argument)
        low, high = builder.range(argument)
        computed = self._computed_operand(index, node)
        least = max(
            1, math.ceil(Fraction(float(computed.mignitude.min())) * power_of_two(fraction))
        )
        negative = builder.part(
            builder.less(argument, builder.constant(0, fraction)), "is_negative"
        )
        size = builder.part(builder.select(negative, builder.negate(argument), argument), "size")
        if self._needed_everywhere(index, node):
            size = builder.narrow(size, least, max(-low, high))
        else:
            size = builder.clamp(builder.narrow(size, 0, max(-low, high)), least, max(-low, high))
        inner = self._approximated(index, function, size)
        result = inner.build(builder, size)
        cell = builder.select(negative, builder.negate(result), result)
        whole = structs.replace(inner.specification, minimum=low, maximum=high)
        self._store_function(index, mirrored(function.symmetry, whole, inner), cell)

    def _needed_everywhere(self, index: int, node: Node) -> bool:
        reached = self.allocation.errors.reached
        return reached[index] is None and reached[node.operands[0]] is None

    def _held(self, index: int, node: Node, function: Univariate) -> int:
        """The argument, held within the domain and, if the node is not needed everywhere, where it is needed."""
        argument = self.operand(node, 0)
        domain = function.domain
        if domain.closed and not domain.pole_at_zero and self.builder.fraction(argument) < 0:
            argument = self.builder.align(argument, 0)
        fraction = self.builder.fraction(argument)
        low, high = self.builder.range(argument)
        if not self._needed_everywhere(index, node):
            least, most = _integers_between(*self._computed_operand(index, node).hull(), fraction)
            low, high = max(low, least), min(high, most)
        if index in self.ranges.gapped and not domain.pole_at_zero:
            low = max(low, 1)
        if domain.closed and not domain.pole_at_zero:
            if math.isfinite(domain.lower):
                low = max(low, math.ceil(Fraction(domain.lower) * power_of_two(fraction)))
            if math.isfinite(domain.upper):
                high = min(high, math.floor(Fraction(domain.upper) * power_of_two(fraction)))
        if low > high:  # errors carry every value past the same end
            low = high = low if low > self.builder.range(argument)[1] else high
        return self.builder.clamp(argument, low, high)

    def _computed_operand(self, index: int, node: Node) -> Intervals:
        """What the hardware's argument of a function may be, piece by piece, where the function is needed."""
        operand, space = node.operands[0], self.ranges.space[index]
        errors = self.allocation.errors.values[operand]
        size = self.ranges.spaces.size(self.ranges.space[operand])
        spread = Intervals(np.broadcast_to(errors.lower, size), np.broadcast_to(errors.upper, size))
        values = self.ranges.values[operand] + spread
        seen = self.ranges.spaces.lift(values, self.ranges.space[operand], space)
        mask = self.allocation.errors.reached[index]
        if mask is None or not mask.any():
            return seen
        return Intervals(seen.lower[mask], seen.upper[mask])


@lru_cache(maxsize=1024)
def _truncated(fraction: int, natural: int) -> Intervals:
    """What a value loses of whose fractional bits some are left out."""
    return Intervals.between(-float_above(power_of_two(-fraction) - power_of_two(-natural)), 0.0)


def _integers_between(low: float, high: float, fraction: int) -> tuple[int, int]:
    """The integers whose numbers lie between two reals."""
    assert math.isfinite(low) and math.isfinite(high), (
        "an unbounded node was lowered; please report this"
    )
    least, most = -_floor_of(-low, fraction), _floor_of(high, fraction)
    return (least, most) if least <= most else (most, least)


def _floor_of(value: float, fraction: int) -> int:
    """floor(value * 2**fraction)."""
    numerator, denominator = value.as_integer_ratio()
    return (numerator << max(0, fraction)) // (denominator << max(0, -fraction))


def _with_place(problem: SymhdlError, graph: Graph, index: int) -> SymhdlError:
    """The same error with the node's place in the source."""
    diagnostics = [
        Diagnostic(d.id, d.message, d.span or graph.spans[index], d.notes, d.help)
        for d in problem.diagnostics
    ]
    return GoalError(*diagnostics)
