"""What the error of a quotient by digit recurrence stands on, in a form in which it can be proved again by other means."""

from __future__ import annotations

from dataclasses import dataclass

from symhdl.analysis.truncation import FactorWitness
from symhdl.numeric.interval import Intervals


@dataclass(frozen=True, slots=True)
class DivisionWitness:
    """A quotient a / b, b > 0, as the sum of `rows` digits of 1 or -1, by their weights, and of a last one by half its own.

    The weights are 2**(rows - 1) to 1 in units of the last place, of which there are `fraction` bits. Remainders have
    `places` fractional bits: the first is a, cut to these, plus the constant, and each row takes away, or adds, the
    multiple of b by its weight, cut to them; a difference of cut multiples is less by one. Digits are the signs of
    remainders. The result is too small by at most `below` and too large by at most `above`.
    """

    dividend: FactorWitness
    divisor: FactorWitness
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
