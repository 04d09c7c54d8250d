"""Adds the first bit that is cut to those that stay, instead of half a unit to all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from symhdl.arithmetic.rounding import with_short_roundings
from symhdl.design import Design


@dataclass(frozen=True, slots=True)
class Rounding:
    """Makes the adder of a rounding shorter by what it cuts; the rounded integers are unchanged.

    floor((x + 2^(k-1)) / 2^k) is floor(x / 2^k) and bit k - 1 of x. It is done where ranges alone tell as much of that
    sum, and not on devices that add a constant for nothing.
    """

    name: ClassVar[str] = "rounding"

    def run(self, design: Design) -> Design:
        """The design with the datapath that is so made."""
        if not design.target.costs.offset_bit:
            return design
        return design.with_datapath(with_short_roundings)
