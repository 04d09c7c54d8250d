"""Odd and even functions over a range with negative numbers: the function of |n|, and its sign put back.

f(-x) = f(x) or f(-x) = -f(x) exactly, and negation is exact, so the error is that of the inner approximation.
"""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import structs

from symhdl.approximation.approximation import Approximation, Specification
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.approximation.witness import ApproximationWitness, Way
from symhdl.functions.univariate import Symmetry
from symhdl.ir.builder import DatapathBuilder


@dataclass(frozen=True, slots=True)
class Mirrored(Approximation):
    """`inner` of |n|, negated for negative n if the function is odd."""

    inner: Approximation
    smallest: int
    largest: int
    odd: bool

    def build(self, builder: DatapathBuilder, argument: int) -> int:
        """The absolute value, the inner cells, the sign."""
        zero = builder.constant(0, builder.fraction(argument))
        is_negative = builder.part(builder.less(argument, zero), "is_negative")
        size = builder.part(builder.select(is_negative, builder.negate(argument), argument), "size")
        size = builder.narrow(size, self.smallest, self.largest)
        result = self.inner.build(builder, size)
        if self.odd:
            result = builder.select(is_negative, builder.negate(result), result)
        return builder.narrow(result, self.minimum, self.maximum)

    def witness(self, function: SmoothFunction) -> ApproximationWitness:
        """That of the size."""
        inner = (self.inner.witness(function),)
        symmetry = "odd" if self.odd else "even"
        return ApproximationWitness(
            self.error, Way.SIZE, function.name, self.specification.argument, self.fraction,
            symmetry=symmetry, inner=inner,
        )  # fmt: skip


def folded(specification: Specification) -> Specification:
    """The specification on one side of zero."""
    largest = max(-specification.minimum, specification.maximum)
    return structs.replace(specification, minimum=max(0, -specification.maximum), maximum=largest)


def mirrored(symmetry: Symmetry, specification: Specification, inner: Approximation) -> Mirrored:
    """The approximation on both sides of zero from the one of |n|."""
    odd = symmetry is Symmetry.ODD
    minimum, maximum = inner.minimum, inner.maximum
    if odd and specification.maximum < 0:
        minimum, maximum = -maximum, -minimum
    elif odd:
        minimum, maximum = min(minimum, -maximum), max(maximum, -minimum)
    half = folded(specification)
    return Mirrored(
        specification, f"mirrored {inner.method}", inner.fraction, minimum, maximum, inner.error,
        inner, half.minimum, half.maximum, odd,
    )  # fmt: skip
