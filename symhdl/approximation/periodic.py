"""Range reduction of periodic functions: the phase u = frac(x / period) is the lowest bits of n * K.

With K = round(2**(q - f) / period) modulo 2**q, the lowest q bits of n * K are frac(n * 2**-f / period) * 2**q to
within
|n| * |K * 2**-q - 2**-f / period| * 2**q, because n is an integer and whole periods vanish modulo 2**q. The
upper g of these q bits are the integer U; u lies within 2**-(g+1) (and the error of K) of (U + 1/2) * 2**-g. With
L >= |f'| the result differs from f(x) by at most

    L * period * (2**-(g+1) + |n|max * |K * 2**-q - 2**-f / period|) + error of the approximation of
    f(period * (U + 1/2) * 2**-g) over U.

Because of the half, the second half of a period is the bitwise complement of the first for odd and even functions:
U -> 2**g - 1 - U turns the phase u into 1 - u, exactly; this halves the table, as does the half period of sinusoids.

Source: Payne and Hanek, "Radian reduction for trigonometric functions", SIGNUM Newsletter 18(1), 1983 (only the bits
of the product that matter are computed).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

from flint import arb
from msgspec import structs

from symhdl.approximation.approximation import Approximation, Specification, exponent_of
from symhdl.approximation.smooth_function import SmoothFunction, Stretched
from symhdl.approximation.witness import ApproximationWitness, Phase, Way
from symhdl.functions.univariate import Symmetry
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.ball import (
    exact_ball,
    float_above,
    magnitude,
    nearest_integer,
    precision,
    taylor_coefficients,
    upper_float,
)
from symhdl.numeric.fixed import power_of_two

SLOPE_PIECES = 32
PHASE_SHARE = 0.25  # of the allowed error, for the phase


@dataclass(frozen=True, slots=True)
class Reduction:
    """The integers of the range reduction; `distance` bounds the error of the phase in periods."""

    multiplier: int
    product_bits: int
    phase_bits: int
    distance: float


@dataclass(frozen=True, slots=True)
class Periodic(Approximation):
    """`inner` of the phase, of which only half is used if the function is symmetric."""

    inner: Approximation
    reduction: Reduction
    symmetry: Symmetry

    def build(self, builder: DatapathBuilder, argument: int) -> int:
        """The product, the phase, its fold, the inner cells, the sign."""
        reduction = self.reduction
        integer = builder.shift_left(argument, 0, 0)
        product = builder.multiply(integer, builder.constant(reduction.multiplier, 0))
        builder.part(product, "turns")
        low_bit = reduction.product_bits - reduction.phase_bits
        if self.symmetry is Symmetry.NONE:
            phase = builder.part(builder.bits(product, low_bit, reduction.phase_bits), "phase")
            return self.inner.build(builder, self._scaled(builder, phase))
        half_bits = reduction.phase_bits - 1
        phase = builder.part(builder.bits(product, low_bit, half_bits), "phase")
        in_second_half = builder.bits(product, reduction.product_bits - 1, 1)
        builder.part(in_second_half, "is_second")
        ones = builder.constant((1 << half_bits) - 1, 0)
        opposite = builder.subtract(ones, phase)
        phase = builder.part(builder.select(in_second_half, opposite, phase), "folded")
        result = self.inner.build(builder, self._scaled(builder, phase))
        if self.symmetry is Symmetry.ODD:
            result = builder.select(in_second_half, builder.negate(result), result)
        return builder.narrow(result, self.minimum, self.maximum)

    def witness(self, function: SmoothFunction) -> ApproximationWitness:
        """That of the phase, and what the phase's error makes of the result."""
        specification, reduction = self.specification, self.reduction
        found = reduce(function, specification)
        assert found is not None and found[0] == reduction, "another phase; please report this"
        phase = Phase(
            reduction.multiplier, reduction.product_bits, reduction.phase_bits, reduction.distance,
            slope_bound(function, specification), found[1],
        )  # fmt: skip
        stretched, _ = inner_specification(function, specification, *found)
        inner = self.inner.witness(stretched)
        inner = replace(
            inner, function=function.name, argument=replace(inner.argument, is_phase=True)
        )
        return ApproximationWitness(
            self.error, Way.PHASE, function.name, specification.argument, self.fraction,
            phase=phase, symmetry=self.symmetry.name.lower(), inner=(inner,),
        )  # fmt: skip

    def _scaled(self, builder: DatapathBuilder, phase: int) -> int:
        return builder.shift_left(phase, 0, self.reduction.phase_bits)


def slope_bound(function: SmoothFunction, specification: Specification) -> float:
    """A proved bound of |f'| over a whole period; infinite where there is none."""
    assert function.period is not None
    worst = 0.0
    with precision(specification.precision, 2):
        period = function.period()
        for piece in range(SLOPE_PIECES):
            ball = period * (exact_ball(2 * piece + 1, 0) + arb(0, 1)) / (2 * SLOPE_PIECES)
            worst = max(worst, magnitude(taylor_coefficients(function.series, ball, arb(1), 2)[1]))
    return worst


def reduce(
    function: SmoothFunction, specification: Specification
) -> tuple[Reduction, float] | None:
    """The reduction that takes its share of the error, and the error that it makes; None if there is none."""
    assert function.period is not None
    slope = slope_bound(function, specification)
    if not math.isfinite(slope) or slope == 0:
        return None
    largest = max(abs(specification.minimum), abs(specification.maximum), 1)
    with precision(specification.precision + largest.bit_length() + 64):
        period = function.period()
        size = upper_float(period)
        # Half of the share for the bits that are cut, the rest is left to the multiplier.
        phase_bits = max(2, exponent_of(slope * size / (PHASE_SHARE * specification.shared)))
        product_bits = phase_bits + largest.bit_length() + 2
        per_step = exact_ball(1, -specification.fraction) / period
        multiplier, distance = nearest_integer(per_step, product_bits)
    if math.isinf(distance):
        return None
    exact = Fraction(largest) * Fraction(distance) * power_of_two(-product_bits)
    phase_error = exact + power_of_two(-phase_bits - 1)
    error = float_above(phase_error * Fraction(slope) * Fraction(size))
    # Whole periods do not matter, so the multiplier with the least size serves.
    modulus = 1 << product_bits
    multiplier = (multiplier + modulus // 2) % modulus - modulus // 2
    return Reduction(multiplier, product_bits, phase_bits, float_above(phase_error)), error


def inner_specification(
    function: SmoothFunction, specification: Specification, reduction: Reduction, error: float
) -> tuple[Stretched, Specification]:
    """The function of the phase, and what is left of the error for it."""
    bits = reduction.phase_bits
    stretched = Stretched(function, power_of_two(-bits - 1))
    half = 0 if function.symmetry is Symmetry.NONE else 1
    return stretched, structs.replace(
        specification,
        minimum=0,
        maximum=(1 << (bits - half)) - 1,
        fraction=bits,
        error=specification.error - error,
    )


def periodic(
    function: SmoothFunction, specification: Specification, reduction: Reduction, error: float,
    inner: Approximation,
) -> Periodic:  # fmt: skip
    """The approximation over all periods from the one over a phase."""
    minimum, maximum = inner.minimum, inner.maximum
    if function.symmetry is Symmetry.ODD:
        minimum, maximum = min(minimum, -maximum), max(maximum, -minimum)
    return Periodic(
        specification, f"periodic {inner.method}", inner.fraction, minimum, maximum,
        float_above(Fraction(inner.error) + Fraction(error)),
        inner, reduction, function.symmetry,
    )  # fmt: skip
