"""What the error of a rotation, digit by digit, stands on, in a form in which it can be proved again by other means."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symhdl.analysis.truncation import FactorWitness, TruncationWitness
from symhdl.numeric.interval import Intervals


@dataclass(frozen=True, slots=True)
class Scale:
    """The number integer / 2**fraction, by which another one is multiplied."""

    integer: int
    fraction: int

    @property
    def value(self) -> Fraction:
        """The number."""
        return Fraction(self.integer, 1 << self.fraction)


@dataclass(frozen=True, slots=True)
class RotationRows:
    """The rows that turn a vector by an angle, all but its last part, which products turn it by.

    The vector is `x` times `factor` and `y` times `factor`, or times its negative if `is_y_negative`; without `y` that
    is 0, and without both the vector is (`factor`, 0). The angle is `angle` times `unit`, times pi if it `is_of_pi`.

    All numbers of the vector have `places` fractional bits, and the angle has `angle_places`; what does not fit is
    cut, and a negative is less by one, since bits are only inverted. With `quarters` the angle is multiplied by that
    first, which makes it one of quarter turns; the nearest whole number of these turns the vector as it is. A vector
    that is known is told by a table instead, in whose cells of 2**-`cell` of the angle it is turned to the middle.

    The rows have the shifts from `first` up to `rows`, and none of a row. With d = 1 where the angle that is left is at
    least 0, and else -1, a row of shift i makes x - d y / 2**i and y + d x / 2**i of the vector (x, y), and takes
    d atan(2**-i), rounded to nearest, from the angle; x stays as it is where y is 0 for certain. The vector is
    multiplied by `scale` before, which makes up for how much longer rows make it, and products by 2**-(2 rows), which
    is half of what they do at most.

    What is left of the angle is multiplied by `radians`, and cut to `residual` fractional bits; its products with the
    numbers, cut to `read` fractional bits, are too small by no more than `lost` units of the last place.
    """

    angle: FactorWitness
    unit: Fraction
    is_of_pi: bool
    factor: Fraction
    scale: Scale
    first: int
    rows: int
    places: int
    angle_places: int
    radians: Scale
    residual: int
    read: int
    lost: int
    x: FactorWitness | None = None
    y: FactorWitness | None = None
    is_y_negative: bool = False
    quarters: Scale | None = None
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class RotationWitness:
    """One of both numbers of a vector that is turned, x cos a - y sin a, or x sin a + y cos a if it `is_second`.

    Its sign is changed if it `is_negative`. To the last sum a `constant` is added, in units of the last place, before
    it is cut to `fraction` fractional bits. The `product` is told, or is whole. The result is wrong by at most `error`.
    """

    rows: RotationRows
    is_second: bool
    is_negative: bool
    constant: int
    fraction: int
    error: float
    product: TruncationWitness | None = None

    @property
    def errors(self) -> Intervals:
        """What the result may be wrong by."""
        return Intervals.between(-self.error, self.error)
