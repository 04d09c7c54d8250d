"""What the error of a quotient, digit by digit, stands on, in a form in which it can be proved again by other means."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symhdl.analysis.truncation import FactorWitness
from symhdl.numeric.interval import Intervals


@dataclass(frozen=True, slots=True)
class DivisionWitness:
    """A quotient a / b, b > 0, as the sum of digits, which are 1 where a remainder is at least 0, and else -1.

    The first digits have `rows` weights, 2**(rows - 1) to 1 in units of the last place, of which there are `fraction`
    bits; the last one weighs a half, and the sum is cut to a whole number. Remainders have `places` fractional bits.
    The first is a, cut to these, plus the constant, and each row takes the multiple of b by its weight away or adds it,
    by the digit. Multiples are cut to these bits, too, and a difference is less by one, unless its digit is known, as
    the first one is for a >= 0, and its multiple whole. The result is too small by at most `below` and too large by at
    most `above`, for all quotients from the `minimum` to the `maximum`, which with the constant are within the weights.
    """

    dividend: FactorWitness
    divisor: FactorWitness
    minimum: Fraction
    maximum: Fraction
    rows: int
    places: int
    constant: int
    fraction: int
    below: float
    above: float

    @property
    def error(self) -> Intervals:
        """What the result may be wrong by."""
        return Intervals.between(-self.below, self.above)
