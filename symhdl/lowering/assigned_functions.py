"""Functions of numbers of a format, as the numbers of the format that the real values are assigned to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from symhdl.approximation import Specification, Store, approximate
from symhdl.approximation.effort import Depth
from symhdl.arithmetic.trials import alone
from symhdl.budget import UNLIMITED, Budget
from symhdl.cost.operators import Fabric
from symhdl.errors import SymhdlError
from symhdl.functions.exact import OutsideDomainError, exact
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import Univariate
from symhdl.ir.builder import DatapathBuilder
from symhdl.lowering.assigned import assigned
from symhdl.numeric.assigned import AssignedFormat, Rounding
from symhdl.numeric.ball import ends, exact_ball, is_moderate, precision
from symhdl.numeric.fixed import power_of_two
from symhdl.simulate import simulate

MOST_TRIED = 1 << 16
"""Arguments that are tried one by one."""

MOST_IN_TABLE = 512
"""Arguments for which nothing but a table is tried."""

PRECISIONS = (64, 256, 1024)  # bits, one after the other, until a value is known to round one way
FINEST = 30  # bits of approximations, behind the last one of the format
FAITHFUL = 0.25  # units that an approximation is wrong by of which not all values are tried

Exactly = tuple[Operation, tuple[Fraction, ...]]
"""The operation of a function, and the operands behind the argument."""


@dataclass(slots=True)
class AssignedFunctions:
    """Builds functions. Those of few arguments are right at each; `faithful` are those that are within one unit.

    Outside their domains functions are what they are at the nearest number within.
    """

    fabric: Fabric
    depth: Depth
    budget: Budget = UNLIMITED
    store: Store | None = None
    faithful: list[str] = field(default_factory=list)

    def built(
        self,
        builder: DatapathBuilder,
        function: Univariate,
        exactly: Exactly,
        argument: int,
        to: AssignedFormat,
    ) -> int:
        """The function of a cell, as a cell of the format."""
        argument = _within_domain(builder, function, argument)
        low, high = builder.range(argument)
        if high - low >= MOST_TRIED:
            self.faithful.append(function.name)
            return self._approximated(builder, function, argument, to, FAITHFUL)
        fraction = builder.fraction(argument)
        contents, distance = contents_of(function, exactly, range(low, high + 1), fraction, to)
        bits = math.ceil(1 - math.log2(distance)) if distance else FINEST + 1
        if (
            high - low >= MOST_IN_TABLE
            and bits <= FINEST
            and self._is_right(function, low, high, fraction, to, bits, contents)
        ):
            return self._approximated(builder, function, argument, to, 0.5**bits)
        return _table(builder, argument, contents, to)

    def _is_right(
        self, function: Univariate, low: int, high: int, fraction: int, to: AssignedFormat,
        bits: int, contents: Sequence[int],
    ) -> bool:  # fmt: skip
        """Whether an approximation that is finer by so many bits gives the contents."""
        trial = DatapathBuilder()
        argument = trial.input("x", low, high, fraction)
        try:
            result = self._approximated(trial, function, argument, to, 0.5**bits)
        except SymhdlError:
            return False
        found = simulate(alone(trial, result), {"x": np.arange(low, high + 1)})["y"]
        return bool((np.asarray(found) == np.asarray(contents)).all())

    def _approximated(
        self, builder: DatapathBuilder, function: Univariate, argument: int, to: AssignedFormat,
        units: float,
    ) -> int:  # fmt: skip
        """An approximation within so many units, assigned to the format.

        Values that lie on the edge between two numbers of the format are those above, as most roundings have it: by as
        much as the approximation may be wrong it is raised.
        """
        error = units * float(to.format.ulp)
        specification = Specification(*builder.range(argument), builder.fraction(argument), error)
        way = approximate(
            function, specification, self.fabric, self.budget, depth=self.depth, store=self.store
        )[0].approximation
        result = way.build(builder, argument)
        fraction = builder.fraction(result)
        if units < FAITHFUL and to.rounding in (Rounding.AP_TRN, Rounding.AP_RND):
            raised = math.ceil(Fraction(way.error) * power_of_two(fraction))
            result = builder.sum([(1, result)], raised, fraction)
        rounding = Rounding.AP_RND if units >= FAITHFUL else to.rounding
        return assigned(builder, result, AssignedFormat(to.format, rounding, to.overflow))


def _within_domain(builder: DatapathBuilder, function: Univariate, argument: int) -> int:
    ends = ends_within(function, *builder.range(argument), builder.fraction(argument))
    return builder.clamp(argument, *ends)


def ends_within(function: Univariate, low: int, high: int, fraction: int) -> tuple[int, int]:
    """The ends of a range of arguments within the domain of a function, beyond which it is as it is at the end."""
    unit = power_of_two(-fraction)
    domain = function.domain
    open_ends = not domain.closed
    if math.isfinite(domain.lower):
        least = (
            math.floor(Fraction(domain.lower) / unit) + 1
            if open_ends
            else math.ceil(Fraction(domain.lower) / unit)
        )
        low = max(low, least)
    if math.isfinite(domain.upper):
        most = (
            math.ceil(Fraction(domain.upper) / unit) - 1
            if open_ends
            else math.floor(Fraction(domain.upper) / unit)
        )
        high = min(high, most)
    return low, max(low, high)


def contents_of(
    function: Univariate,
    exactly: Exactly,
    arguments: Iterable[int],
    fraction: int,
    to: AssignedFormat,
) -> tuple[list[int], float]:
    """The integers of the format for all arguments, 0 where the function has no value.

    Besides, by how many units every value may be raised, at least, and none is rounded otherwise.
    """
    unit = power_of_two(-fraction)
    found: list[int] = []
    distance = 1.0
    for argument in arguments:
        value = _value(function, exactly, argument * unit, to)
        found.append(0 if value is None else to.integer(value))
        if value is not None:
            scaled = value / to.format.ulp + (Fraction(1, 2) if to.rounding.is_nearest else 0)
            distance = min(distance, float(math.floor(scaled) + 1 - scaled))
    return found, distance


def _value(
    function: Univariate, exactly: Exactly, argument: Fraction, to: AssignedFormat
) -> Fraction | None:
    """The value, exactly or so nearly that it is rounded as it; None where there is none."""
    operation, others = exactly
    try:
        value = exact(operation, (argument, *others))
    except OutsideDomainError:
        return None
    if value is not None:
        return value
    found: tuple[Fraction, Fraction] | None = None
    for bits in PRECISIONS:
        with precision(bits):
            ball = function.ball(
                exact_ball(argument.numerator, 1 - argument.denominator.bit_length())
            )
        if ball.is_finite() and is_moderate(ball):
            found = ends(ball)
            if to.rounded(found[0]) == to.rounded(found[1]):
                break
    return None if found is None else (found[0] + found[1]) / 2


def _table(
    builder: DatapathBuilder, argument: int, contents: Sequence[int], to: AssignedFormat
) -> int:
    """The contents by the bits of the argument."""
    cell = builder.cells[argument]
    low, high = builder.range(argument)
    if low == high:
        return builder.constant(contents[0], to.format.fraction)
    count = 1 << cell.width
    entries = [0] * count
    for number, content in zip(range(low, high + 1), contents, strict=True):
        entries[number % count] = content
    index = builder.bits(argument, 0, cell.width)
    return builder.table(index, tuple(entries), to.format.fraction)
