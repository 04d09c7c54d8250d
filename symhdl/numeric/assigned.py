"""Numbers assigned to variables of one format, as `ap_fixed<W,I,Q,O>` of HLS C++ does: rounding, then overflow.

The meanings are those of the arbitrary precision fixed-point types of Vitis HLS (UG1399).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from symhdl.numeric.fixed import FixedFormat, power_of_two


class Rounding(Enum):
    """What becomes of a number between two of the format; the value says it in words."""

    AP_TRN = "the one below"
    AP_TRN_ZERO = "the one nearer to zero"
    AP_RND = "the nearest, of two equally near ones the upper"
    AP_RND_ZERO = "the nearest, of two equally near ones that nearer to zero"
    AP_RND_MIN_INF = "the nearest, of two equally near ones the lower"
    AP_RND_INF = "the nearest, of two equally near ones that farther from zero"
    AP_RND_CONV = "the nearest, of two equally near ones the even one"

    @property
    def is_nearest(self) -> bool:
        """Whether the error is at most half a unit."""
        return self not in (Rounding.AP_TRN, Rounding.AP_TRN_ZERO)


class Overflow(Enum):
    """What becomes of a number beyond the ends of the format; the value says it in words."""

    AP_WRAP = "its lowest bits"
    AP_SAT = "the nearer end"
    AP_SAT_ZERO = "zero"
    AP_SAT_SYM = "the nearer end, that below being the opposite of that above"


@dataclass(frozen=True, slots=True)
class AssignedFormat:
    """A format with what its variables do to the numbers that are assigned to them."""

    format: FixedFormat
    rounding: Rounding = Rounding.AP_TRN
    overflow: Overflow = Overflow.AP_WRAP

    @property
    def least(self) -> int:
        """The smallest integer that saturation lets pass."""
        symmetric = self.format.signed and self.overflow is Overflow.AP_SAT_SYM
        return -self.format.maximum if symmetric else self.format.minimum

    def integer(self, value: Fraction) -> int:
        """The integer of the variable that a number was assigned to."""
        return self.held(self.rounded(value))

    def rounded(self, value: Fraction) -> int:
        """The integer after rounding, which may lie beyond the ends."""
        scaled = value * power_of_two(self.format.fraction)
        below = math.floor(scaled)
        rest, half = scaled - below, Fraction(1, 2)
        match self.rounding:
            case Rounding.AP_TRN:
                above = False
            case Rounding.AP_TRN_ZERO:
                above = scaled < 0 and rest > 0
            case Rounding.AP_RND:
                above = rest >= half
            case Rounding.AP_RND_MIN_INF:
                above = rest > half
            case Rounding.AP_RND_ZERO:
                above = rest > half or (rest == half and scaled < 0)
            case Rounding.AP_RND_INF:
                above = rest > half or (rest == half and scaled > 0)
            case Rounding.AP_RND_CONV:
                above = rest > half or (rest == half and below % 2 == 1)
        return below + above

    def held(self, integer: int) -> int:
        """The integer that an integer becomes which may lie beyond the ends."""
        low, high = self.least, self.format.maximum
        if low <= integer <= high:
            return integer
        if self.overflow is Overflow.AP_WRAP:
            bits = integer & ((1 << self.format.width) - 1)
            return bits - (1 << self.format.width) if bits > high else bits
        if self.overflow is Overflow.AP_SAT_ZERO:
            return 0
        return low if integer < low else high

    def __str__(self) -> str:
        kind = "fixed" if self.format.signed else "ufixed"
        width, whole = self.format.width, self.format.integer_bits
        return f"{kind}<{width},{whole},{self.rounding.name},{self.overflow.name}>"


_FORMAT = re.compile(
    r"(?:ap_)?(u?)fixed<\s*(\d{1,9})\s*,\s*([+-]?\d{1,9})\s*(?:,\s*(\w+)\s*)?(?:,\s*(\w+)\s*)?>"
)


def parse_assigned(text: str) -> AssignedFormat | None:
    """Reads `fixed<W,I>`, `ufixed<W,I>`, also with a rounding and an overflow, or with `ap_` in front; else None.

    The caller checks the limits (`format_problem`).
    """
    match = _FORMAT.fullmatch(text.strip())
    if match is None:
        return None
    width, whole = int(match[2]), int(match[3])
    rounding, overflow = match[4] or "AP_TRN", match[5] or "AP_WRAP"
    if rounding not in Rounding.__members__ or overflow not in Overflow.__members__:
        return None
    return AssignedFormat(
        FixedFormat(match[1] == "", width, width - whole), Rounding[rounding], Overflow[overflow]
    )
