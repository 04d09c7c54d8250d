"""Functions that settle on a line: f(x) = f(-x) + x, and f(x) = c - f(-x), of what f is for -|x|, or f(x) = x.

SiLU, GELU and softplus are max(x, 0) plus f(-|x|), which decays; sigmoid and erfc are symmetric about a point. ELU is
max(x, 0) plus e^min(x, 0) - 1, which has no kink. The line is exact, and so is a change of sign, so the error is that
of the inner approximation, which has the negative part of the range.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec import Struct, structs

from symhdl.approximation.approximation import Approximation, Specification
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.approximation.witness import ApproximationWitness, Way
from symhdl.cost.operators import Fabric, addition, choice, negation
from symhdl.functions.exponential import EXPM1
from symhdl.functions.univariate import Univariate
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.fixed import width_of_range


class Line(Struct, frozen=True):
    """f(x) = x + f(-x) if `rising`, else f(x) = constant - f(-x); with `held` arguments f(x) = x + f(0)."""

    rising: bool
    constant: int = 0
    held: bool = False


LINES: Mapping[str, Line] = {
    "silu": Line(True),
    "gelu": Line(True),
    "softplus": Line(True),
    "sigmoid": Line(False, 1),
    "erfc": Line(False, 2),
    "elu": Line(True, held=True),
}
"""By the names of functions."""

SMOOTH: Mapping[str, Univariate] = {"elu": EXPM1}
"""What functions of these names are for negative numbers, without a kink at zero."""


@dataclass(frozen=True, slots=True)
class Reflected(Approximation):
    """`inner` of -|n|, which lies between 0 and `least`."""

    inner: Approximation
    least: int
    line: Line

    def build(self, builder: DatapathBuilder, argument: int) -> int:
        """The argument turned to negative numbers, the inner cells, and the line for the others."""
        zero = builder.constant(0, builder.fraction(argument))
        is_negative = builder.part(builder.less(argument, zero), "is_negative")
        other = zero if self.line.held else builder.negate(argument)
        size = builder.select(is_negative, argument, other)
        size = builder.narrow(builder.part(size, "size"), self.least, 0)
        inner = builder.align(self.inner.build(builder, size), self.fraction)
        if self.line.rising:
            above = builder.part(builder.select(is_negative, zero, argument), "above_zero")
            terms = [(1, inner), (1, builder.align(above, self.fraction))]
            result = builder.sum(terms, 0, self.fraction)
        else:
            constant = builder.constant(self.line.constant << self.fraction, self.fraction)
            result = builder.select(is_negative, inner, builder.subtract(constant, inner))
        return builder.narrow(result, self.minimum, self.maximum)

    def witness(self, function: SmoothFunction) -> ApproximationWitness:
        """That of what is turned."""
        inner = (self.inner.witness(below_zero(function)),)
        argument = self.specification.argument
        return ApproximationWitness(
            self.error, Way.REFLECTED, function.name, argument, self.fraction, inner=inner
        )


def line_of(function: SmoothFunction, specification: Specification) -> Line | None:
    """The line of a function, if it has one and the results have the bits that it takes."""
    line = LINES.get(function.name) if isinstance(function, Univariate) else None
    if line is None or specification.maximum <= 0 or (specification.minimum >= 0 and not line.held):
        return None
    finest = specification.fraction if line.rising else 0
    return line if specification.result is None or specification.result >= finest else None


def below_zero(function: SmoothFunction) -> SmoothFunction:
    """What is the function for negative numbers, and smooth at zero."""
    return SMOOTH.get(function.name, function)


def turned(line: Line, specification: Specification) -> Specification:
    """The specification of what is turned to negative numbers, or held at zero."""
    least = min(specification.minimum, 0)
    if not line.held:
        least = -max(-least, specification.maximum)
    return structs.replace(specification, minimum=least, maximum=0)


def worth_around(
    line: Line, specification: Specification, fabric: Fabric, result_bits: int
) -> float:
    """What the cells around the inner ones are worth."""
    _, width = width_of_range(specification.minimum, specification.maximum)
    parts = [choice(fabric, width) if line.held else negation(fabric, width)]
    if line.rising:
        parts += [choice(fabric, width), addition(fabric, result_bits)]
    else:
        parts.append(negation(fabric, result_bits))
    return sum(map(fabric.worth, parts))


def reflected(line: Line, specification: Specification, inner: Approximation) -> Reflected:
    """The approximation on both sides of zero from the one of negative numbers."""
    fraction = inner.fraction
    if line.rising:
        fraction = max(fraction, specification.fraction)
    low, high = (end << fraction - inner.fraction for end in (inner.minimum, inner.maximum))
    if line.rising:
        minimum, maximum = low, high + (specification.maximum << fraction - specification.fraction)
    else:
        constant = line.constant << fraction
        minimum, maximum = min(low, constant - high), max(high, constant - low)
    return Reflected(
        specification, f"reflected {inner.method}", fraction, minimum, maximum, inner.error,
        inner, turned(line, specification).minimum, line,
    )  # fmt: skip
