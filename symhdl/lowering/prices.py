"""What a plan of roundings is worth on a device, node by node; what is known of a node's formats is kept."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from symhdl.analysis.natural import natural_fraction
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.regions import Function, Regions
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.analysis.truncation import FactorWitness
from symhdl.approximation import SmoothFunction, Specification, least_worth, rough_worth
from symhdl.approximation.effort import Depth
from symhdl.arithmetic.quotients import Limits, division
from symhdl.cost.operators import (
    Cost,
    Fabric,
    addition,
    constant_product,
    inverting_addition,
    offset,
    product,
    square,
)
from symhdl.cost.products import Factor
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, Node
from symhdl.lowering.alike import MANY_FUNCTIONS, Alike
from symhdl.lowering.plain_prices import PLAIN_PRICES, value_of_constant
from symhdl.numeric.fixed import FixedFormat, is_power_of_two, round_to_integer
from symhdl.numeric.interval import Intervals
from symhdl.precision.quotients import Quotient
from symhdl.precision.recurrences import Recurrence, absorbed_by
from symhdl.precision.results import Result
from symhdl.precision.roundings import Plan
from symhdl.precision.truncation import is_truncated

LEAST_ROOM = 2.0**-8
UNIT = 2.0**-24  # LUTs, of which prices of nodes are multiples: their sums have no order
BITS_PER_ARGUMENT_BIT = 0.5
"""With a bit more of the argument a function is worth so many powers of two more, with all that this brings."""
MOST_GROWTH = 2.0
"""Of what a function is worth, as a power of two, with two bits more."""
UNDIVIDED = 1e6
"""LUTs of a quotient that is out of reach."""


@dataclass(slots=True)
class _Curve:
    """What a function is worth with an argument of so many fractional bits and a tolerance."""

    fraction: int
    tolerance: float
    worth: float


def _growth(ratio: float) -> float:
    return min(MOST_GROWTH, max(0.0, math.log2(ratio))) if ratio > 0 else 0.0


@dataclass(slots=True)
class Prices:
    """Prices of the nodes of a graph, some of which are regions, recurrences, or results of a given format.

    What is `kept` costs nothing more.
    """

    graph: Graph
    ranges: Ranges
    formats: Mapping[str, FixedFormat]
    regions: Regions
    recurrences: Mapping[int, Recurrence]
    results: Mapping[int, Result]
    fabric: Fabric
    depth: Depth
    thorough: bool = False
    kept: Collection[int] = ()
    _curves: dict[int, _Curve] = field(default_factory=dict)
    _known: dict[tuple[float, ...], float] = field(default_factory=dict)
    _widths: dict[tuple[int, int], Factor] = field(default_factory=dict)
    _absent: frozenset[int] = field(init=False)
    _planned: frozenset[int] = field(init=False)
    _by_tolerance: float | None = field(default=None, init=False)
    _seen: list[tuple[int, ...]] = field(init=False)
    _constants: list[tuple[int, ...]] = field(init=False)
    _alike: Alike | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """What is not computed, and what has the fractional bits of the plan: plans are many."""
        self._absent = self.regions.absorbed | absorbed_by(self.recurrences)
        self._planned = frozenset(
            index
            for index in range(len(self.graph.nodes))
            if index not in self._absent
            and (
                index in self.recurrences
                or self._is_constant(index)
                or self.regions.function_at(self.graph, index) is not None
            )
        )
        self._seen = [self._operands(index) for index in range(len(self.graph.nodes))]
        self._constants = [tuple(filter(self._is_constant, operands)) for operands in self._seen]
        functions = (self.regions.function_at(self.graph, index) for index in self._planned)
        if sum(each is not None for each in functions) > MANY_FUNCTIONS:
            self._alike = Alike(self._estimated)

    def worth(self, plan: Plan) -> float:
        """That of all nodes together, in LUTs; of functions near to those that were asked for it is estimated."""
        return self._total(plan, exactly=self.thorough)

    def exactly(self, plan: Plan) -> float:
        """The same with nothing estimated from others."""
        return self._total(plan, exactly=True)

    def _total(self, plan: Plan, *, exactly: bool) -> float:
        fractions: list[int] = []
        total = 0.0
        for index, planned in enumerate(plan.fractions):
            fractions.append(self.fraction(index, planned, fractions))
            total += self.node(index, fractions, plan.local, exactly=exactly)
        return total

    def seen(self, index: int) -> Sequence[int]:
        """The nodes by which a node is priced, besides itself."""
        return self._seen[index]

    def fraction(self, index: int, planned: int, fractions: Sequence[int]) -> int:
        """The fractional bits that a node has at most, for those of a plan."""
        if index in self._planned:
            return planned
        if index in self._absent:
            return 0
        natural = natural_fraction(self.graph.nodes[index], fractions, self.formats)
        return planned if natural is None else min(planned, natural)

    def node(
        self, index: int, fractions: Sequence[int], local: Sequence[Intervals], *, exactly: bool
    ) -> float:
        """What a node is worth, from its formats and those of its operands, and from what is lost.

        It is a multiple of `UNIT`, so that sums do not depend on their order.
        """
        operands = self._seen[index]
        if not operands or index in self.kept:
            return 0.0
        key = (
            exactly, index, fractions[index], local[index].lower.item(0),
            local[index].upper.item(0) if index in self.recurrences else 0.0,
            *[fractions[operand] for operand in operands],
            *[local[operand].upper.item(0) for operand in self._constants[index]],
        )  # fmt: skip
        found = self._known.get(key)
        if found is None:
            priced = self._priced(index, operands, local, fractions, exactly=exactly)
            found = self._known[key] = round(priced / UNIT) * UNIT
        return found

    def _operands(self, index: int) -> tuple[int, ...]:
        """What a node is computed from; nothing where it takes nothing."""
        operands = self.graph.nodes[index].operands
        if index in self._absent or self._is_constant(index) or not operands:
            return ()
        if index in self.regions.functions:
            return (self.regions.arguments[index],)
        if index in self.recurrences:
            return self.recurrences[index].operands
        return operands

    def _priced(
        self, index: int, operands: tuple[int, ...], local: Sequence[Intervals],
        fractions: Sequence[int], *, exactly: bool,
    ) -> float:  # fmt: skip
        numbers = [
            None if self._is_constant(operand) else self.factor(operand, fractions[operand])
            for operand in operands
        ]
        own = self.factor(index, fractions[index])
        recurrence = self.recurrences.get(index)
        if isinstance(recurrence, Quotient):
            return self._of_quotient(index, recurrence, fractions, local[index])
        if recurrence is not None:
            last = numbers[-1]
            width = 1 if last is None else last.width
            rows = recurrence.adders_of_digits * own.width
            return rows * self.fabric.worth(inverting_addition(self.fabric, width))
        function = self.regions.function_at(self.graph, index)
        if function is not None:
            (argument, *_) = numbers
            if argument is None:
                return 0.0
            tolerance = -local[index].lower.item(0)
            return self._of_function(
                index, function, operands[0], fractions[operands[0]], tolerance, exactly=exactly
            )
        node = self.graph.nodes[index]
        plain = PLAIN_PRICES.get(node.operation)
        if plain is not None:
            return plain(self.fabric, numbers, own.width)
        built = _Operator(self, index, node, local, fractions, numbers, own)
        price = OPERATORS.get(node.operation)
        return 0.0 if price is None else price(built)

    def _of_quotient(
        self, index: int, quotient: Quotient, fractions: Sequence[int], own: Intervals
    ) -> float:
        """That of the adders of all digits, which are as long as what it may lose has them."""
        operands = quotient.dividend, quotient.divisor
        dividend, divisor = (
            FactorWitness(*self.factor(operand, fractions[operand]), fractions[operand])
            for operand in operands
        )
        low, high = (Fraction(end) for end in self.ranges.hull(index))
        below, above = Fraction(-own.lower.item(0)), Fraction(own.upper.item(0))
        found = division(dividend, divisor, fractions[index], Limits(low, high, below, above))
        if found is None:
            return UNDIVIDED
        return found.bits * self.fabric.worth(inverting_addition(self.fabric, 1))

    def _of_function(
        self, index: int, function: Function, argument: int, fraction: int, tolerance: float,
        *, exactly: bool,
    ) -> float:  # fmt: skip
        """That of a function, which grows with each bit as another does that was asked for with two bits more.

        That is much the same for all functions on one device, and estimates take long.
        """
        result = self.results.get(index)
        rounding = 0.0 if result is None else math.ldexp(0.5, -result.fraction)
        tolerance = max(tolerance - rounding, rounding * LEAST_ROOM)

        def least(fraction: int, tolerance: float) -> float:
            return self._least(index, function, argument, fraction, tolerance + rounding)

        if exactly:
            return least(fraction, tolerance)
        curve = self._curves.get(index)
        if curve is None:
            worth = least(fraction, tolerance)
            curve = self._curves[index] = _Curve(fraction, tolerance, worth)
        if curve.worth == 0:
            return 0.0
        if tolerance != curve.tolerance and self._by_tolerance is None:
            other = least(curve.fraction, curve.tolerance / 4)
            self._by_tolerance = _growth(other / curve.worth) / 2
        bits = (self._by_tolerance or 0.0) * math.log2(curve.tolerance / tolerance)
        bits += BITS_PER_ARGUMENT_BIT * (fraction - curve.fraction)
        return curve.worth * math.exp2(bits)

    def _least(
        self, index: int, function: Function, argument: int, fraction: int, tolerance: float
    ) -> float:
        result, ends = self.results.get(index, (None, None))
        number = self.factor(argument, fraction)
        specification = Specification(*number, fraction, tolerance, result=result, ends=ends)
        estimated = self._estimated if self._alike is None else self._alike.worth
        found = estimated(function, specification)
        return found if math.isfinite(found) else 0.0

    def _estimated(self, function: SmoothFunction, specification: Specification) -> float:
        estimated = least_worth if self.thorough else rough_worth
        return estimated(function, specification, self.fabric, depth=self.depth)

    def factor(self, index: int, fraction: int) -> Factor:
        """The integers that a node may be with so many fractional bits."""
        key = index, fraction
        found = self._widths.get(key)
        if found is None:
            low, high = self.ranges.hull(index)
            ends = (round_to_integer(Fraction(end), fraction) for end in (low, high))
            found = self._widths[key] = Factor(*ends)
        return found

    def _is_constant(self, index: int) -> bool:
        return self.ranges.space[index] == CONSTANT_SPACE


@dataclass(frozen=True, slots=True)
class _Operator:
    """An operator to be priced; of its operands those that are constants have no numbers."""

    prices: Prices
    index: int
    node: Node
    local: Sequence[Intervals]
    fractions: Sequence[int]
    numbers: list[Factor | None]
    own: Factor

    @property
    def fabric(self) -> Fabric:
        """What it is made of."""
        return self.prices.fabric

    def worth(self, cost: Cost) -> float:
        """A cost in LUTs."""
        return self.fabric.worth(cost)

    def left(self, *widths: int) -> float:
        """The share of a product or square of such factors that is left where low columns are left out.

        Without the lowest k columns of a product its k (k + 1) / 2 bits of these are missing, which are less than k 2^k
        in all.
        """
        prices, fabric = self.prices, self.fabric
        if not fabric.truncates or not is_truncated(
            prices.graph, prices.ranges, prices.regions, self.index
        ):
            return 1.0
        below = [self.fractions[operand] for operand in self.node.operands]
        natural = sum(below) if len(below) > 1 else 2 * below[0]
        loss = -self.local[self.index].lower.item(0)
        columns = math.log2(loss) + natural if loss else 0.0
        columns -= math.log2(max(1.0, columns))
        most = min(widths)
        if columns <= 0:
            return 1.0
        triangle = columns * (columns + 1) / 2 if columns <= most else most * (columns - most / 2)
        return max(0.1, 1 - triangle / (widths[0] * widths[-1]))


def _product(built: _Operator) -> float:
    """Of a number that only changes its sign bits are cut when that is done, which sums do else where they add it."""
    a, b = built.numbers
    if a is not None and b is not None:
        return built.worth(product(built.fabric, a, b)) * built.left(a.width, b.width)
    factor, place = (a, 1) if a is not None else (b, 0)
    if factor is None:
        return 0.0
    constant = built.node.operands[place]
    number = _constant(built, constant)
    if number < 0 and is_power_of_two(Fraction(number)) and built.local[built.index].lower.item(0):
        return built.worth(offset(built.fabric, built.own.width))
    return built.worth(constant_product(built.fabric, factor, abs(number))) if number else 0.0


def _constant(built: _Operator, index: int) -> int:
    """The integer of a constant."""
    value = value_of_constant(built.prices.graph, built.prices.ranges, index)
    lost = Fraction(built.local[index].upper.item(0))
    return round_to_integer(value + lost, built.fractions[index])


def _square(built: _Operator) -> float:
    (a,) = built.numbers
    if a is None:
        return 0.0
    return built.worth(square(built.fabric, a)) * built.left(a.width)


def _sum(built: _Operator) -> float:
    """Bits that one term alone has take no adder."""
    operands = built.node.operands
    above = built.own.width - built.fractions[built.index]
    terms = [built.fractions[k] for k, n in zip(operands, built.numbers, strict=True) if n]
    finest = max(terms, default=0)
    if terms:
        terms.remove(finest)
    total = sum(built.worth(addition(built.fabric, max(1, above + fraction))) for fraction in terms)
    for operand, number in zip(operands, built.numbers, strict=True):
        if number is None:
            width = max(1, above + min(built.fractions[operand], finest))
            total += built.worth(offset(built.fabric, width))
    return total


OPERATORS: Mapping[Operation, Callable[[_Operator], float]] = {
    Operation.ADD: _sum,
    Operation.SUBTRACT: _sum,
    Operation.MULTIPLY: _product,
    Operation.SQUARE: _square,
}
"""What operators are worth that have no plain price; others take nothing that counts."""
