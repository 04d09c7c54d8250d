"""The cells of functions of one variable, and of regions: approximations within the tolerances of their nodes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Protocol

import numpy as np
from msgspec import structs

from symhdl.analysis.errors import NO_ERROR, Operand
from symhdl.analysis.regions import Regions
from symhdl.analysis.spaces import JOINT_SPACE
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
from symhdl.budget import UNLIMITED, Budget
from symhdl.functions.composite import Composite
from symhdl.functions.univariate import Symmetry, Univariate
from symhdl.ir.graph import Node
from symhdl.lowering.built import Built
from symhdl.lowering.exactness import exact_specification
from symhdl.numeric.fixed import power_of_two
from symhdl.numeric.interval import Intervals


class NoFunctionError(Exception):
    """A region for whose function there is no approximation."""

    def __init__(self, node: int) -> None:
        super().__init__(node)
        self.node = node


class Fitter(Protocol):
    """What may put an approximation of a node's function in the place of the one that is found."""

    def __call__(
        self, node: int, function: SmoothFunction, specification: Specification,
        find: Callable[[], Approximation],
    ) -> Approximation:  # fmt: skip
        """The one that is built, within the tolerance of the node."""
        ...


class TooDearError(Exception):
    """Functions that are estimated to be worth more than the limit."""


@dataclass(slots=True)
class FunctionLowering(Built):
    """What is built of functions, and the `approximations` that stand for it.

    They are searched for as long as the `depth` says. Those in `given`, by node, take the place of what would be found,
    and so does what the `fitter` makes of it.
    Estimates of all functions together may not be above the `limit`; `least_worth` is their sum, in LUTs.
    """

    budget: Budget = UNLIMITED
    given: Mapping[int, Approximation] = field(default_factory=dict)
    fitter: Fitter | None = None
    store: Store | None = None
    depth: Depth = Depth.ORDINARY
    limit: float = math.inf
    approximations: dict[int, Approximation] = field(default_factory=dict, init=False)
    least_worth: float = field(default=0.0, init=False)

    @property
    def regions(self) -> Regions:
        """What is built as one function of another node."""
        return self.allocation.regions

    def _function(self, index: int, node: Node, function: Univariate) -> None:
        """A function of one variable, by the approximation that fits the node's tolerance."""
        if self._is_unreached(index):
            self._finish(index, self.builder.constant(0, 0), NO_ERROR)
            return
        argument = self._held(index, node, function)
        low, high = self.builder.range(argument)
        if function.domain.pole_at_zero and low <= 0 <= high:
            self._mirrored(index, node, function, argument)
            return
        found = self._approximated(index, function, argument)
        self._finish_function(index, found, found.build(self.builder, argument))

    def _region(self, index: int, function: Composite) -> None:
        """All between two nodes as one function."""
        if self._is_unreached(index):
            self._finish(index, self.builder.constant(0, 0), NO_ERROR)
            return
        argument = self.cells[self.regions.arguments[index]]
        found = self.given.get(index)
        if found is None:
            specification = self._specification(index, argument)
            find = partial(self._found_for_region, index, function, specification)
            found = self._fitted(index, function, specification, find)
        self._finish_function(index, found, found.build(self.builder, argument))

    def _found_for_region(
        self, index: int, function: Composite, specification: Specification
    ) -> Approximation:
        self._hold_to_limit(function, specification)
        ways = self._exact_ways(function, specification)
        ways = ways or self._ways(function, specification)
        if not ways and specification.result is not None:
            ways = self._ways(function, specification.unrounded)
        if not ways:
            raise NoFunctionError(index)
        return ways[0].approximation

    def _finish_function(self, index: int, found: Approximation, cell: int) -> None:
        assert found.error <= self.allocation.tolerances[index], (
            "an approximation misses its tolerance; please report this"
        )
        self.approximations[index] = found
        self._finish(index, cell, Intervals.between(-found.error, found.error))

    def _is_unreached(self, index: int) -> bool:
        """Whether no output ever takes the node's value."""
        mask = self.allocation.errors.reached[index]
        return mask is not None and not mask.any()

    def _approximated(self, index: int, function: Univariate, argument: int) -> Approximation:
        """The approximation of a function, for all integers that a cell may be."""
        if index in self.given:
            return self.given[index]
        specification = self._specification(index, argument)
        find = partial(self._found, function, specification)
        return self._fitted(index, function, specification, find)

    def _found(self, function: Univariate, specification: Specification) -> Approximation:
        self._hold_to_limit(function, specification)
        ways = () if specification.result is None else self._ways(function, specification)
        ways = ways or approximate(
            function, specification.unrounded, self.fabric, self.budget,
            depth=self.depth, store=self.store,
        )  # fmt: skip
        return ways[0].approximation

    def _fitted(
        self, index: int, function: SmoothFunction, specification: Specification,
        find: Callable[[], Approximation],
    ) -> Approximation:  # fmt: skip
        """What the fitter makes of what is found, or that itself."""
        if self.fitter is None:
            return find()
        return self.fitter(index, function, specification, find)

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
        self._finish_function(index, mirrored(function.symmetry, whole, inner), cell)

    def _needed_everywhere(self, index: int, node: Node) -> bool:
        reached = self.allocation.errors.reached
        return reached[index] is None and reached[node.operands[0]] is None

    def _held(self, index: int, node: Node, function: Univariate) -> int:
        """The argument, held within the domain and, if the node is not needed everywhere, where it is needed.

        One of several inputs that is never negative where it is needed is told by its last bits alone, which takes
        nothing. Of one input, what is held outside is the same everywhere, and a smaller table of that input.
        """
        argument = self.operand(node, 0)
        domain = function.domain
        if domain.closed and not domain.pole_at_zero and self.builder.fraction(argument) < 0:
            argument = self.builder.align(argument, 0)
        fraction = self.builder.fraction(argument)
        low, high = self.builder.range(argument)
        if not self._needed_everywhere(index, node):
            least, most = _integers_between(*self._computed_operand(index, node).hull(), fraction)
            low, high = max(low, least), min(high, most)
            is_joint = self.ranges.space[node.operands[0]] == JOINT_SPACE
            if is_joint and low >= 0 > self.builder.range(argument)[0]:
                argument = self.builder.bits(argument, 0, max(1, high.bit_length()), fraction)
                high = self.builder.range(argument)[1]
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

    def _finish(self, index: int, cell: int, local: Intervals) -> None:
        """Makes the cell that of the node, within the proved range."""
        if self.allocation.errors.reached[index] is None:
            cell = self.builder.narrow(cell, *self._integers(index, self.builder.fraction(cell)))
        self.cells.append(cell)
        self.local.append(local)

    def _integers(self, index: int, fraction: int) -> tuple[int, int]:
        """The integers between which the proof keeps the computed value of a node."""
        node = Operand(self.ranges.values[index], self.allocation.errors.values[index])
        return _integers_between(*node.computed.hull(), fraction)


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
