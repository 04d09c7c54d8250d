"""Where nodes round for given tolerances: their fractional bits, and what each rounding may cost."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache, partial
from typing import TypeAlias

from symhdl.analysis.errors import NO_ERROR
from symhdl.analysis.natural import natural_fraction
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.regions import Regions
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, Node
from symhdl.ir.reach import use_counts_of
from symhdl.numeric.ball import float_above
from symhdl.numeric.digits import low_zeros, of_few_digits
from symhdl.numeric.fixed import FixedFormat, is_power_of_two, power_of_two, round_to_integer
from symhdl.numeric.interval import Floats, Intervals, fraction_above, fraction_below
from symhdl.precision.quotients import Quotient
from symhdl.precision.recurrences import Recurrence, absorbed_by
from symhdl.precision.results import Result
from symhdl.precision.truncation import SUMS, Reserves
from symhdl.request import InputPlan

MAXIMUM_FRACTION = 8192
"""More fractional bits than any value is given, however small its tolerance."""

SHARE_OF_REMAINDERS = 0.1
"""At least, of the tolerance of a quotient; the rest is lost where it is cut."""

QUARTER_BITS = 2
"""Tolerances of factors are rounded down to quarters of a last bit, so that nearly equal ones give one constant."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """For every node its fractional bits, the error that its own rounding may add, and whether it rounds at all."""

    fractions: tuple[int, ...]
    local: tuple[Intervals, ...]
    rounding: tuple[bool, ...]

    @staticmethod
    def of(fractions: Sequence[int], local: Sequence[Intervals]) -> Plan:
        """The plan in which what loses nothing does not round."""
        rounding = tuple(error is not NO_ERROR for error in local)
        return Plan(tuple(fractions), tuple(local), rounding)


def fraction_for(tolerance: float) -> int:
    """The fewest fractional bits whose truncation, centred, or rounding to nearest errs by at most the tolerance."""
    if tolerance <= 0:
        return MAXIMUM_FRACTION
    return min(MAXIMUM_FRACTION, math.ceil(-math.log2(tolerance)) - 1)


def _never_rounds(operation: Operation) -> bool:
    """Conditions have no bits to lose, and a negation is truncated more cheaply before or after."""
    return operation.boolean or operation is Operation.NEGATE


Rule: TypeAlias = Callable[[float, Sequence[int]], tuple[int, Intervals]]
"""What a node keeps and loses, by its tolerance and the fractional bits of the nodes before it."""


@dataclass(slots=True, eq=False)
class Roundings:
    """How the nodes of a graph round: all that does not depend on their tolerances is found once.

    Sums keep the bits that products have in reserve. The `results` of functions are rounded to so many fractional bits
    besides; what regions and `recurrences` absorb is not computed, and loses nothing. Quotients
    lose what a cut takes, and no more than their tolerance beside. What is `kept` has a fraction and an error already.
    """

    graph: Graph
    ranges: Ranges
    inputs: Sequence[InputPlan]
    exact: Sequence[bool]
    reserved: Reserves
    results: Mapping[int, Result]
    regions: Regions
    recurrences: Mapping[int, Recurrence]
    kept: Mapping[int, tuple[int, float]] = field(default_factory=dict)
    _rules: list[Rule] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        """Finds the rules, and with them whether the hardware will have a fraction, which else is a limit."""
        formats = {plan.name: plan.format for plan in self.inputs}
        factors, within = factors_of(self.graph), sums_within_sums(self.graph)
        absorbed = self.regions.absorbed | absorbed_by(self.recurrences)
        shifts = shifts_of_one_use(self.graph)
        spare, known = list(self.reserved.bits), list[bool]()
        for index, node in enumerate(self.graph.nodes):
            is_known = False
            if index in absorbed:
                rule: Rule = _absent
            elif self.ranges.space[index] == CONSTANT_SPACE:
                is_known = True
                rule = self._constant(index, node, index in factors)
            elif index in self.kept:
                rule = partial(_kept, *self.kept[index])
            elif isinstance(recurrence := self.recurrences.get(index), Quotient):
                rule = partial(_cut_quotient, recurrence, self.results.get(index))
            elif index in self.results:
                rule = partial(_result, self.results[index].fraction)
            elif recurrence or self.regions.function_at(self.graph, index) is not None:
                rule = _function
            else:
                is_known = all(known[k] for k in node.operands) or node.operation.boolean
                if node.operation in SUMS:
                    spare[index] = max(spare[operand] for operand in node.operands)
                kept = spare[index] if node.operation in SUMS else 0
                elsewhere = index in within or index in shifts
                never = self.exact[index] or elsewhere or _never_rounds(node.operation)
                rule = _Operator(
                    node, formats, kept, self.reserved.bits[index], self.reserved.spent, is_known,
                    never,
                ).rounded  # fmt: skip
            self._rules.append(rule)
            known.append(is_known)

    def _constant(self, index: int, node: Node, is_factor: bool) -> Rule:
        is_plain = node.operation is Operation.CONSTANT
        natural = natural_fraction(node, (), {}) if is_plain else None
        if natural is not None and self.exact[index]:
            return partial(_whole, natural)
        return partial(_rounded_constant, node.value, natural, is_factor)

    def at(self, index: int, tolerance: float, fractions: Sequence[int]) -> tuple[int, Intervals]:
        """The fractional bits of a node, and what it loses, given those of the nodes before."""
        return self._rules[index](tolerance, fractions)

    def plan(self, tolerances: Floats) -> Plan:
        """The fractions of all nodes for given tolerances, and what each rounding may cost."""
        fractions: list[int] = []
        local: list[Intervals] = []
        for rule, tolerance in zip(self._rules, tolerances.tolist(), strict=True):
            fraction, error = rule(tolerance, fractions)
            fractions.append(fraction)
            local.append(error)
        return Plan.of(fractions, local)


def _absent(_tolerance: float, _fractions: Sequence[int]) -> tuple[int, Intervals]:
    return 0, NO_ERROR


def _whole(fraction: int, _tolerance: float, _fractions: Sequence[int]) -> tuple[int, Intervals]:
    return fraction, NO_ERROR


def _rounded_constant(
    value: Fraction | None, natural: int | None, is_factor: bool,
    tolerance: float, _fractions: Sequence[int],
) -> tuple[int, Intervals]:  # fmt: skip
    if natural is not None and natural <= fraction_for(tolerance):
        return natural, NO_ERROR
    return _of_constant(value, tolerance, is_factor=is_factor)


def _kept(
    fraction: int, error: float, _tolerance: float, _fractions: Sequence[int]
) -> tuple[int, Intervals]:
    return fraction, Intervals.between(-error, error)


def _cut_quotient(
    quotient: Quotient, result: Result | None, tolerance: float, _fractions: Sequence[int]
) -> tuple[int, Intervals]:
    return _of_quotient(quotient, result, tolerance)


def _result(fraction: int, tolerance: float, _fractions: Sequence[int]) -> tuple[int, Intervals]:
    return fraction, _of_result(fraction, tolerance)


def _function(tolerance: float, _fractions: Sequence[int]) -> tuple[int, Intervals]:
    return fraction_for(tolerance) + 1, Intervals.between(-tolerance, tolerance)


@dataclass(frozen=True, slots=True)
class _Operator:
    """A node whose exact result has a fraction: so many bits below its tolerance may pass, or are in reserve."""

    node: Node
    formats: Mapping[str, FixedFormat]
    spare: int
    reserve: int
    spent: bool
    is_known: bool
    never_rounds: bool

    def rounded(self, tolerance: float, fractions: Sequence[int]) -> tuple[int, Intervals]:
        """What it keeps and loses."""
        natural = natural_fraction(self.node, fractions, self.formats)
        assert natural is not None, "a number that no fraction holds; please report this"
        wanted, is_known = fraction_for(tolerance), self.is_known
        if self.never_rounds or (is_known and natural <= wanted + self.spare):
            return natural, NO_ERROR
        kept = wanted + self.reserve
        fraction = min(natural, kept) if is_known else kept
        if self.spent and self.reserve:
            return fraction, Intervals.between(-2.0 * tolerance, 0.0)
        return fraction, _truncated(min(natural, wanted) if is_known else wanted)


def fraction_of_quotient(tolerance: float) -> int:
    """The fractional bits to which a quotient is cut that may be wrong by so much, centred."""
    return fraction_for(tolerance * (1 - SHARE_OF_REMAINDERS))


def _of_quotient(
    quotient: Quotient, result: Result | None, tolerance: float
) -> tuple[int, Intervals]:
    """The fraction of a quotient, and what it loses: more than a unit of remainders is left to these."""
    if result is not None:
        whole = float_above(quotient.share(result.fraction) + Fraction(tolerance))
        return result.fraction, Intervals.between(-whole, whole)
    fraction = fraction_of_quotient(tolerance)
    unit = power_of_two(-fraction)
    return fraction, Intervals.between(-float(unit), fraction_below(2 * Fraction(tolerance) - unit))


@lru_cache(maxsize=1024)
def _of_constant(
    value: Fraction | None, tolerance: float, *, is_factor: bool
) -> tuple[int, Intervals]:
    """The fraction of a constant that is rounded, and what it loses; `value` is None where that is not rational."""
    if value is None:
        fraction = fraction_for(tolerance)
        return fraction, _rounded(fraction)
    number, fraction = constant_for(value, tolerance, is_factor=is_factor)
    return fraction, lost(value, number, fraction)


@lru_cache(maxsize=16)  # many plans are made for a graph
def sums_within_sums(graph: Graph) -> frozenset[int]:
    """The sums that serve other sums alone: together they are one sum, which rounds once."""
    others = {
        operand
        for node in graph.nodes
        if node.operation is not Operation.ADD
        for operand in node.operands
    }
    others.update(output.node for output in graph.outputs)
    return frozenset(
        index
        for index, node in enumerate(graph.nodes)
        if node.operation is Operation.ADD and index not in others
    )


@lru_cache(maxsize=16)
def shifts_of_one_use(graph: Graph) -> frozenset[int]:
    """The products with powers of two of what serves nothing else: that rounds as well as they would."""
    uses = use_counts_of(graph.nodes, (output.node for output in graph.outputs))
    found = set[int]()
    for index, node in enumerate(graph.nodes):
        if node.operation is Operation.MULTIPLY:
            values = [graph.nodes[operand].value for operand in node.operands]
            for value, other in zip(values, reversed(node.operands), strict=True):
                if value is not None and is_power_of_two(value) and uses[other] == 1:
                    found.add(index)
    return frozenset(found)


@lru_cache(maxsize=16)
def factors_of(graph: Graph) -> frozenset[int]:
    """The nodes that others are multiplied by."""
    return frozenset(
        operand
        for node in graph.nodes
        if node.operation is Operation.MULTIPLY
        for operand in node.operands
    )


def constant_for(value: Fraction, tolerance: float, *, is_factor: bool) -> tuple[int, int]:
    """The integer of a constant and its fraction: the nearest number, for a factor one of few digits.

    One that may be wrong by its own size is 0, and what it is multiplied with is not built.
    """
    fraction = fraction_for(tolerance)
    if abs(value) <= tolerance:
        return 0, fraction
    if is_factor and fraction < MAXIMUM_FRACTION:
        return _of_few_digits(
            value, fraction, math.floor(math.ldexp(tolerance, fraction + QUARTER_BITS))
        )
    return round_to_integer(value, fraction), fraction


@lru_cache(maxsize=1024)
def _of_few_digits(value: Fraction, fraction: int, quarters: int) -> tuple[int, int]:
    """A constant within so many quarters of the last bit, with few digits."""
    found = of_few_digits(value, quarters * power_of_two(-fraction - QUARTER_BITS))
    if not found:
        return 0, fraction
    fraction = found.denominator.bit_length() - 1 - low_zeros(found.numerator)
    return int(found * power_of_two(fraction)), fraction


@lru_cache(maxsize=1024)
def lost(value: Fraction, number: int, fraction: int) -> Intervals:
    """What a constant loses by being this number instead: one known error, not an interval around 0."""
    rounded = number * power_of_two(-fraction)
    return Intervals.between(-float_above(value - rounded), float_above(rounded - value))


def _of_result(fraction: int, tolerance: float) -> Intervals:
    """What a function loses: its tolerance, and then a rounding to nearest."""
    whole = float_above(power_of_two(-fraction - 1) + Fraction(tolerance))
    return Intervals.between(-whole, whole)


@lru_cache(maxsize=256)
def _rounded(fraction: int) -> Intervals:
    """What a constant loses that is rounded to nearest."""
    half = fraction_above(power_of_two(-fraction - 1)) * (1 + 2.0**-20)
    return Intervals.between(-half, half)


@lru_cache(maxsize=256)
def _truncated(fraction: int) -> Intervals:
    """What a value loses whose lower bits are left out."""
    return Intervals.between(fraction_below(-power_of_two(-fraction)), 0.0)
