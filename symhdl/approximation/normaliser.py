"""Shifts by as many bits as a number says: leading zeros are shifted out, and results are shifted back.

What is shifted back is cut, so that a result r that is right to within E units becomes floor(r / 2**s), which is right
to within E / 2**s and what is cut, less than 1 - 2**-s of a unit: a faithful result stays one.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from msgspec import Struct, structs

from symhdl.approximation.approximation import Specification
from symhdl.cost.operators import Fabric, all_zero, choice, offset
from symhdl.ir.builder import DatapathBuilder
from symhdl.numeric.ball import float_above
from symhdl.numeric.fixed import power_of_two

FEWEST_BINADES = 3
"""Of arguments or results, below which nothing is shifted: segments of them are cheaper."""

SURE = Fraction(9, 16)  # of a unit, that a result has to be right to before it is shifted


def normalised(
    builder: DatapathBuilder, z: int, width: int, stages: int, step: int = 1
) -> tuple[int, list[int]]:
    """A number of so many bits, without the leading zeros, and by stage whether it had none.

    Stage k shifts by step * 2**k bits where so many are zeros; the number is shifted up to the stage of 0 last.
    """
    are_large = [0] * stages
    for stage in range(stages - 1, -1, -1):
        zeros = step << stage
        kept = width - zeros
        are_large[stage] = builder.less_equal(builder.constant(1 << kept, 0), z)
        builder.part(are_large[stage], f"is_large{kept}")
        shifted = builder.constant(0, 0)
        if kept > 0:
            shifted = builder.shift_left(builder.bits(z, 0, kept), zeros, 0)
        z = builder.part(builder.select(are_large[stage], z, shifted), "normalised")
    return z, are_large


@lru_cache(maxsize=1 << 10)
def worth_of_normaliser(fabric: Fabric, width: int, stages: int, step: int = 1) -> float:
    """The worth of `normalised`."""
    zeros = (fabric.worth(all_zero(fabric, step << stage)) for stage in range(stages))
    return sum(zeros) + stages * fabric.worth(choice(fabric, width))


class Shifter(Struct, frozen=True):
    """Shifts a result by 0 to `most` bits to the right, and rounds what it `rounds`.

    That has one bit more, and the shifted result is rounded to nearest; else it is cut.
    """

    most: int
    rounds: bool

    @property
    def guard_bits(self) -> int:
        """The fractional bits of what is shifted beside those of the result."""
        return int(self.rounds)

    def build(self, builder: DatapathBuilder, a: int, shifts: Sequence[tuple[int, int]]) -> int:
        """The cell without fraction: a shifted by so many bits where a cell is 1, one after the other."""
        for condition, bits in shifts:
            shifted = builder.shift_right(a, bits, 0)
            a = builder.part(builder.select(condition, shifted, a), "shifted")
        if self.rounds:
            a = builder.shift_right(builder.sum([(1, a)], 1, 0), 1, 0)
        return a

    def error(self, units: Fraction) -> Fraction:
        """In units of the result, of what is right to so many units of its own."""
        if self.rounds:
            return (1 + units) / 2
        return max(units, 1 - (1 - units) / (1 << self.most))

    def allowed(self, units: Fraction) -> Fraction:
        """How many units of its own what is shifted may be off."""
        if self.rounds:
            return 2 * units - 1
        return min(units, 1 - (1 - units) * (1 << self.most))

    def worth(self, fabric: Fabric, width: int, stages: int) -> float:
        """The worth of so many shifts of a result of so many bits."""
        rounding = fabric.worth(offset(fabric, width)) if self.rounds else 0.0
        return stages * fabric.worth(choice(fabric, width)) + rounding


def shifter_for(units: Fraction, most: int) -> Shifter | None:
    """The shifter of results that are right to so many units; None where none leaves room for what is shifted."""
    shifters = (Shifter(most, rounds=False), Shifter(most, rounds=True))
    return next((each for each in shifters if each.allowed(units) >= SURE), None)


def before_shift(
    specification: Specification, shifter: Shifter, more_bits: int, lost: Fraction = Fraction(0)
) -> Specification | None:
    """The result that is shifted, of `more_bits` behind those of the result, of whose error a part is `lost`.

    None where nothing is left.
    """
    fraction = specification.result_fraction
    units = Fraction(specification.error) * power_of_two(fraction)
    own = fraction + more_bits + shifter.guard_bits
    left = shifter.allowed(units) - lost
    if left < SURE:
        return None
    error = -float_above(-left * power_of_two(-own))
    return structs.replace(specification, error=error, result=own, ends=None)
