"""Powers and logarithms over many binades, of what they are where the leading bit is 1.

With z = n * 2**(q j), shifted until one of its q uppermost bits is 1, of a multiple of a power x**(a/q) is

    f(n) = 2**(-a j) f(z),

which only shifts the result, and of a logarithm, where q is 1, f(n) = f(z) - j f(2), which adds an entry of a table.
The inner approximation has one or a few binades, however many the argument has. Errors are those of `normaliser`, and
of the entries of the table, of which a half for the last cut is part.

Source: Muller, "Elementary Functions: Algorithms and Implementation", 3rd edition, 2016, chapter 11 (range reduction).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from msgspec import Struct, structs

from symhdl.approximation.approximation import Approximation, Specification
from symhdl.approximation.normaliser import (
    FEWEST_BINADES,
    Shifter,
    before_shift,
    normalised,
    shifter_for,
    worth_of_normaliser,
)
from symhdl.approximation.one_product_worth import worth_of_column
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.approximation.witness import ApproximationWitness, Normalisation, Way
from symhdl.cost.operators import Fabric, addition, choice
from symhdl.functions.composite import Composite
from symhdl.functions.univariate import Scaling, Univariate
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.ball import ends, exact_ball, float_above, nearest_integer, precision
from symhdl.numeric.fixed import power_of_two

ShiftedFunction = Univariate | Composite
"""What has a scaling, an octave or a doubling, or may have one."""
LOGARITHM = Scaling(1, 0)  # how the argument of a logarithm is shifted; its result is not
LOGARITHM_GUARD_BITS = (2, 3)  # of what is added, one of which is tried after the other


class Normaliser(Struct, frozen=True):
    """Arguments of `width` bits are shifted to the left by `step` bits up to `most` times; 0 may be among them."""

    width: int
    step: int
    most: int
    has_zero: bool

    @property
    def stages(self) -> int:
        """The stages of the shifts."""
        return self.most.bit_length()

    @property
    def ends(self) -> tuple[int, int]:
        """Between which integers lies what is shifted."""
        return 1 << (self.width - self.step), (1 << self.width) - 1

    def build(self, builder: DatapathBuilder, argument: int) -> tuple[int, list[int], int]:
        """What is shifted, without fraction, by stage whether it is not, and whether it is 0.

        0 becomes the least number.
        """
        bare = builder.shift_left(argument, 0, 0)
        z, are_large = normalised(builder, bare, self.width, self.stages, self.step)
        kept = self.width - self.step
        upper = builder.bits(z, kept, self.step)
        one = builder.constant(1, 0)
        is_zero = builder.constant(0, 0)
        if self.has_zero:
            is_zero = builder.part(builder.less(upper, one), "is_zero")
        leading = one if self.step == 1 else builder.maximum(upper, one)
        mantissa = builder.join(leading, builder.bits(z, 0, kept), kept, 0)
        mantissa = builder.shift_left(mantissa, 0, builder.fraction(argument))
        return builder.part(mantissa, "mantissa"), are_large, is_zero

    def worth(self, fabric: Fabric) -> float:
        """The worth of the cells of the shifts."""
        return worth_of_normaliser(fabric, self.width, self.stages, self.step)


def normaliser_of(specification: Specification, scaling: Scaling) -> Normaliser | None:
    """How the arguments are shifted; None where there are negative ones, or few binades, or no value at 0."""
    low, high = specification.minimum, specification.maximum
    if low < 0 or (low == 0 and scaling.result_bits <= 0):
        return None
    width, step = high.bit_length(), scaling.argument_bits
    most = (width - max(1, low).bit_length()) // step
    is_long = most * step >= FEWEST_BINADES and width > step
    return Normaliser(width, step, most, low == 0) if is_long else None


@dataclass(frozen=True, slots=True)
class NormalisedPower(Approximation):
    """`inner` of the shifted argument, shifted back by `growth` bits for each shift of the argument."""

    inner: Approximation
    normaliser: Normaliser
    growth: int
    shifter: Shifter

    def build(self, builder: DatapathBuilder, argument: int) -> int:
        """The shifted argument, the inner cells, and their result shifted back."""
        normaliser, size = self.normaliser, abs(self.growth)
        mantissa, are_large, is_zero = normaliser.build(builder, argument)
        result = builder.shift_left(self.inner.build(builder, mantissa), 0, 0)
        if self.growth < 0:
            # Fewer shifts of the argument are more of the result.
            unused = (1 << normaliser.stages) - 1 - normaliser.most
            result = builder.shift_left(result, size * unused, 0)
        shifts = [
            (is_large if self.growth < 0 else builder.logical_not(is_large), size << stage)
            for stage, is_large in enumerate(are_large)
        ]
        result = self.shifter.build(builder, result, shifts)
        result = builder.shift_left(self._at_zero(builder, is_zero, result), 0, self.fraction)
        return builder.narrow(result, self.minimum, self.maximum)

    def _at_zero(self, builder: DatapathBuilder, is_zero: int, result: int) -> int:
        """0 for 0, which all stages shift: only the bits that they leave have to be taken out."""
        bits = bits_left(self.normaliser, self.growth, builder.range(result)[1].bit_length())
        lower = builder.select(is_zero, builder.constant(0, 0), builder.bits(result, 0, bits))
        return builder.join(builder.shift_right(result, bits, 0), lower, bits, 0)

    def witness(self, function: SmoothFunction) -> ApproximationWitness:
        """That of the shifted argument, and how far it is shifted."""
        normaliser = self.normaliser
        shifts = Normalisation(
            normaliser.width, normaliser.step, normaliser.most, self.growth, self.shifter.rounds
        )
        return ApproximationWitness(
            self.error, Way.NORMALISED_POWER, function.name, self.specification.argument, self.fraction,
            normalisation=shifts, inner=(self.inner.witness(function),),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class NormalisedLogarithm(Approximation):
    """`inner` of the shifted argument, and an entry of `octaves` for the number of shifts; the sum is cut."""

    inner: Approximation
    normaliser: Normaliser
    octaves: tuple[int, ...]

    def build(self, builder: DatapathBuilder, argument: int) -> int:
        """The shifted argument, the inner cells, the table and the sum."""
        mantissa, are_large, _ = self.normaliser.build(builder, argument)
        index = builder.constant(0, 0)
        for stage, is_large in enumerate(are_large):
            index = builder.add(index, builder.shift_left(is_large, stage, 0))
        builder.part(index, "exponent")
        last = (1 << self.normaliser.stages) - 1
        entries = tuple(self.octaves[min(last - k, len(self.octaves) - 1)] for k in range(last + 1))
        octave = builder.part(builder.table(index, entries, self.inner.fraction), "octave")
        result = builder.add(self.inner.build(builder, mantissa), octave)
        result = builder.align(builder.part(result, "sum"), self.fraction)
        return builder.narrow(result, self.minimum, self.maximum)

    def witness(self, function: SmoothFunction) -> ApproximationWitness:
        """That of the shifted argument, and the entries that are added."""
        normaliser = self.normaliser
        shifts = Normalisation(normaliser.width, normaliser.step, normaliser.most, 0, rounds=False)
        return ApproximationWitness(
            self.error, Way.NORMALISED_LOGARITHM, function.name, self.specification.argument, self.fraction,
            integers=self.octaves, normalisation=shifts, inner=(self.inner.witness(function),),
        )  # fmt: skip


def bits_left(normaliser: Normaliser, growth: int, width: int) -> int:
    """How many bits of a result are left when all stages shift it."""
    return max(0, width - abs(growth) * ((1 << normaliser.stages) - 1))


class PowerPlan(Struct, frozen=True):
    """How a power is normalised, and what is asked of the inner approximation."""

    specification: Specification
    inner: Specification
    normaliser: Normaliser
    growth: int
    shifter: Shifter

    def around(self, fabric: Fabric, result_bits: int) -> float:
        """The worth of the cells around the inner ones."""
        stages = self.normaliser.stages
        at_zero = bits_left(self.normaliser, self.growth, result_bits) * self.normaliser.has_zero
        own = self.shifter.worth(fabric, result_bits, stages)
        own += fabric.worth(choice(fabric, at_zero + self.normaliser.step))
        return own + self.normaliser.worth(fabric)

    def wrapped(self, function: ShiftedFunction, inner: Approximation) -> Approximation:
        """The approximation for all arguments."""
        fraction = self.specification.result_fraction
        units = Fraction(inner.error) * power_of_two(inner.fraction)
        error = float_above(self.shifter.error(units) * power_of_two(-fraction))
        least, most = results_of(function, self.specification, error)
        return NormalisedPower(
            self.specification, f"normalised {inner.method}", fraction, least, most, error,
            inner, self.normaliser, self.growth, self.shifter,
        )  # fmt: skip


def power_plan(function: ShiftedFunction, specification: Specification) -> PowerPlan | None:
    """None where a function is no power, or nothing can be normalised, or an inner error is too small."""
    scaling = function.scaling
    normaliser = None if scaling is None else normaliser_of(specification, scaling)
    if scaling is None or normaliser is None:
        return None
    growth, fraction = scaling.result_bits, specification.result_fraction
    units = Fraction(specification.error) * power_of_two(fraction)
    most = abs(growth) * normaliser.most
    shifter = shifter_for(units, most)
    if shifter is None:
        return None
    asked = before_shift(specification, shifter, most if growth < 0 else 0)
    if asked is None:
        return None
    least, greatest = normaliser.ends
    inner = structs.replace(asked, minimum=least, maximum=greatest)
    return PowerPlan(specification, inner, normaliser, growth, shifter)


class LogarithmPlan(Struct, frozen=True):
    """How a logarithm is normalised: what is asked of the inner approximation, and what is added to it."""

    specification: Specification
    inner: Specification
    normaliser: Normaliser
    octaves: tuple[int, ...]
    lost: Fraction

    def around(self, fabric: Fabric, result_bits: int) -> float:
        """The worth of the cells around the inner ones."""
        width = result_bits + self.inner.result_fraction - self.specification.result_fraction
        table = width * worth_of_column(fabric, self.normaliser.stages)
        return self.normaliser.worth(fabric) + table + fabric.worth(addition(fabric, width))

    def wrapped(self, function: ShiftedFunction, inner: Approximation) -> Approximation:
        """The approximation for all arguments."""
        error = float_above(Fraction(inner.error) + self.lost)
        least, most = results_of(function, self.specification, error)
        return NormalisedLogarithm(
            self.specification, f"normalised {inner.method}", self.specification.result_fraction,
            least, most, error, inner, self.normaliser, self.octaves,
        )  # fmt: skip


def logarithm_plan(
    function: ShiftedFunction, specification: Specification, guard_bits: int
) -> LogarithmPlan | None:
    """With so many guard bits; None as for `power_plan`."""
    normaliser = normaliser_of(specification, LOGARITHM)
    if function.octave is None or normaliser is None:
        return None
    own = specification.result_fraction + guard_bits
    entries: list[int] = []
    farthest = Fraction(0)
    half = power_of_two(guard_bits - 1)  # of a unit of the result
    with precision(specification.precision):
        for shifts in range(normaliser.most + 1):
            nearest, distance = nearest_integer(-shifts * function.octave(), own)
            entries.append(nearest + int(half))
            farthest = max(farthest, Fraction(distance))
    lost = (farthest + half) * power_of_two(-own)
    left = -float_above(lost - Fraction(specification.error))
    if left <= power_of_two(-own - 1):
        return None
    least, most = normaliser.ends
    inner = structs.replace(
        specification, minimum=least, maximum=most, error=left, result=own, ends=None
    )
    return LogarithmPlan(specification, inner, normaliser, tuple(entries), lost)


def results_of(
    function: ShiftedFunction, specification: Specification, error: float
) -> tuple[int, int]:
    """Between which integers lie the results of a monotonic function that are right to within an error."""
    fraction, lost = specification.result_fraction, Fraction(error)
    with precision(specification.precision):
        values = [
            end
            for n in (specification.minimum, specification.maximum)
            for end in ends(function.ball(exact_ball(n, -specification.fraction)))
        ]
    unit = power_of_two(fraction)
    return -int(-(min(values) - lost) * unit // 1), int((max(values) + lost) * unit // 1)
