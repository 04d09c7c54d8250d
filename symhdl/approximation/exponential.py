"""Exponentials by whole doublings and what is left: f(x) = 2**k f(y), where x = y + k c and f(x + c) = 2 f(x).

k follows from a few upper bits h of the argument, as far as they tell it: k = floor(h / c). From the argument a
multiple of c is taken, which is an entry of a small table, so that y stays a little longer than c. The inner
approximation of y has one binade of results, which is shifted by K - k bits to the right, with K the largest k. With d
the distance of an entry from a multiple of c the result before the shift is off by at most

    error of the inner approximation + f(y) (2**(d / c) - 1),

and the shift adds what it cuts (see `normaliser`). Of a power of 2, c is 1 and the table wires.

Source: Cody and Waite, "Software Manual for the Elementary Functions", 1980, chapter 6 (additive range reduction).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flint import arb
from msgspec import Struct, structs

from symhdl.approximation.approximation import Approximation, Specification
from symhdl.approximation.normalised import ShiftedFunction, results_of
from symhdl.approximation.normaliser import FEWEST_BINADES, Shifter, before_shift, shifter_for
from symhdl.approximation.one_product_worth import worth_of_column
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.approximation.witness import ApproximationWitness, Doublings, Way
from symhdl.cost.operators import Fabric, offset
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.ball import (
    exact_ball,
    float_above,
    nearest_integer,
    precision,
    scaled_midpoint,
    upper_float,
)
from symhdl.numeric.fixed import power_of_two

FINEST = 1  # bits of h behind the leading one of c: the shorter ranges of more are no cheaper
MOST_DOUBLINGS = 64
GUARD_BITS = 2  # of y behind the bits that count as much as the last of the result


class Multiples(Struct, frozen=True):
    """h = n >> low_bits, of which the least is `first_upper`, tells k by `counts`; those from `first` on have `whole`.

    A whole one is about k doublings, with `more_bits` more than the argument has.
    """

    low_bits: int
    first_upper: int
    counts: tuple[int, ...]
    first: int
    whole: tuple[int, ...]
    more_bits: int

    @property
    def are_upper_bits(self) -> bool:
        """Whether what is left of the argument is its lower bits."""
        unit = 1 << (self.low_bits + self.more_bits)
        return all(entry == (self.first + k) * unit for k, entry in enumerate(self.whole))

    @property
    def most(self) -> int:
        """The largest number of doublings less the smallest."""
        return len(self.whole) - 1

    def build(self, builder: DatapathBuilder, argument: int) -> tuple[int, int]:
        """What is left of the argument, without fraction, and how much k is below its largest."""
        bare = builder.shift_left(argument, 0, 0)
        upper = builder.shift_right(bare, self.low_bits, 0)
        if self.are_upper_bits:
            last = builder.constant(self.first + self.most, 0)
            missing = builder.part(builder.subtract(last, upper), "halvings")
            return builder.bits(bare, 0, self.low_bits), missing
        index = builder.subtract(upper, builder.constant(self.first_upper, 0))
        last = self.first + self.most
        missing = builder.table(index, tuple(last - k for k in self.counts), 0)
        builder.part(missing, "halvings")
        whole = builder.part(builder.table(missing, self.whole[::-1], 0), "whole")
        left = builder.subtract(builder.shift_left(bare, self.more_bits, 0), whole)
        return builder.part(left, "left"), missing


@dataclass(frozen=True, slots=True)
class Exponential(Approximation):
    """`inner` of what is left, whose arguments lie between `ends`, shifted."""

    inner: Approximation
    multiples: Multiples
    ends: tuple[int, int]
    shifter: Shifter
    distance: float

    def build(self, builder: DatapathBuilder, argument: int) -> int:
        """The number of doublings, what is left, the inner cells and the shifts."""
        left, missing = self.multiples.build(builder, argument)
        left = builder.narrow(left, *self.ends)
        fraction = builder.fraction(argument) + self.multiples.more_bits
        inner = self.inner.build(builder, builder.shift_left(left, 0, fraction))
        result = builder.shift_left(inner, 0, 0)
        stages = self.multiples.most.bit_length()
        shifts = [(builder.bits(missing, stage, 1), 1 << stage) for stage in range(stages)]
        result = self.shifter.build(builder, result, shifts)
        result = builder.shift_left(result, 0, self.fraction)
        return builder.narrow(result, self.minimum, self.maximum)

    def witness(self, function: SmoothFunction) -> ApproximationWitness:
        """That of what is left, and the doublings."""
        own = self.multiples
        doublings = Doublings(
            own.low_bits, own.counts, own.first, own.whole, own.more_bits, self.distance,
            self.shifter.rounds,
        )  # fmt: skip
        return ApproximationWitness(
            self.error, Way.EXPONENTIAL, function.name, self.specification.argument, self.fraction,
            doublings=doublings, inner=(self.inner.witness(function),),
        )  # fmt: skip


class ExponentialPlan(Struct, frozen=True):
    """The doublings, what is asked of the inner approximation, and what is lost to the distance of the whole ones."""

    specification: Specification
    inner: Specification
    multiples: Multiples
    shifter: Shifter
    distance: float
    lost: Fraction

    def around(self, fabric: Fabric, result_bits: int) -> float:
        """The worth of the cells around the inner ones."""
        own = self.multiples
        stages = own.most.bit_length()
        worth = self.shifter.worth(fabric, result_bits, stages)
        if own.are_upper_bits:
            return worth
        width = self.inner.maximum.bit_length() + 1
        count = stages * worth_of_column(fabric, (len(own.counts) - 1).bit_length())
        whole = width * (worth_of_column(fabric, stages) + fabric.worth(offset(fabric, 1)))
        return worth + count + whole

    def wrapped(self, function: ShiftedFunction, inner: Approximation) -> Approximation:
        """The approximation for all arguments."""
        fraction = self.specification.result_fraction
        units = Fraction(inner.error) * power_of_two(inner.fraction) + self.lost
        error = float_above(self.shifter.error(units) * power_of_two(-fraction))
        least, most = results_of(function, self.specification, error)
        return Exponential(
            self.specification, f"exponential {inner.method}", fraction, least, most, error,
            inner, self.multiples, (self.inner.minimum, self.inner.maximum), self.shifter, self.distance,
        )  # fmt: skip


def exponential_plan(
    function: ShiftedFunction, specification: Specification
) -> ExponentialPlan | None:
    """None where a function is no exponential, or has few doublings, or an inner error is too small."""
    if function.doubling is None:
        return None
    fraction = specification.result_fraction
    units = Fraction(specification.error) * power_of_two(fraction)
    with precision(specification.precision):
        doubling = function.doubling()
        per_unit = exact_ball(1, -specification.fraction) / doubling
        least, greatest = (
            scaled_midpoint(n * per_unit, 0) for n in (specification.minimum, specification.maximum)
        )
        most = greatest - least
        is_long = FEWEST_BINADES <= most <= MOST_DOUBLINGS
        shifter = shifter_for(units, most + 1) if is_long else None
        if shifter is None:
            return None
        own = fraction + greatest + shifter.guard_bits
        multiples, farthest = _multiples(specification, doubling, max(0, own + GUARD_BITS))
        shifter = shifter_for(units, multiples.most)
        if shifter is None or not multiples.low_bits:
            return None
        inner, lost = _left(function, specification, multiples, shifter, farthest)
    if inner is None:
        return None
    distance = float_above(farthest * power_of_two(-specification.fraction - multiples.more_bits))
    return ExponentialPlan(specification, inner, multiples, shifter, distance, lost)


def _multiples(
    specification: Specification, doubling: arb, fraction: int
) -> tuple[Multiples, Fraction]:
    """The doublings, to so many fractional bits at least, and the largest distance of one in units of its last bit."""
    step = exact_ball(1, -specification.fraction) / doubling
    is_whole = doubling == 1
    longest = specification.fraction + scaled_midpoint(doubling.log() / arb(2).log(), 0)
    low_bits = max(0, specification.fraction if is_whole else longest - FINEST)
    first, last = (end >> low_bits for end in (specification.minimum, specification.maximum))
    counts = tuple(
        scaled_midpoint((upper << low_bits) * step, 0) for upper in range(first, last + 1)
    )
    more_bits = 0 if is_whole else max(0, fraction - specification.fraction)
    whole: list[int] = []
    farthest = Fraction(0)
    for k in range(counts[0], counts[-1] + 1):
        nearest, distance = nearest_integer(k * doubling, specification.fraction + more_bits)
        whole.append(nearest)
        farthest = max(farthest, Fraction(0 if is_whole else distance))
    return Multiples(low_bits, first, counts, counts[0], tuple(whole), more_bits), farthest


def _left(
    function: ShiftedFunction, specification: Specification, multiples: Multiples,
    shifter: Shifter, farthest: Fraction,
) -> tuple[Specification | None, Fraction]:  # fmt: skip
    """What is asked of the inner approximation, and what the distance of the whole ones takes, in its units."""
    assert function.doubling is not None
    low_bits, more_bits = multiples.low_bits, multiples.more_bits
    least, most = [], []
    for place, k in enumerate(multiples.counts):
        start = (multiples.first_upper + place) << low_bits
        whole = multiples.whole[k - multiples.first]
        end = min(start + (1 << low_bits) - 1, specification.maximum)
        least.append((max(start, specification.minimum) << more_bits) - whole)
        most.append((end << more_bits) - whole)
    if multiples.are_upper_bits:
        least, most = [0], [(1 << low_bits) - 1]
    fraction = specification.fraction + more_bits
    last = multiples.first + multiples.most
    own = specification.result_fraction + last + shifter.guard_bits
    greatest = function.ball(exact_ball(max(most), -fraction))
    reach = exact_ball(1, -fraction) * arb(float(farthest)) / function.doubling()
    lost = Fraction(0)
    if farthest:
        growth = (reach * arb(2).log()).exp() - 1
        lost = Fraction(upper_float(greatest * growth * exact_ball(1, own)))
    asked = before_shift(specification, shifter, last, lost)
    if asked is None:
        return None, lost
    return structs.replace(asked, minimum=min(least), maximum=max(most), fraction=fraction), lost
