"""Adds constants to the contents of tables instead of to what is made of their entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from symhdl.arithmetic.absorbing import with_absorbed_constants
from symhdl.design import Design


@dataclass(frozen=True, slots=True)
class AbsorbConstants:
    """Moves the constant term of a sum into a table that leads to this sum alone; its integers are unchanged.

    With s = c + floor((t[i] + p) / 2^k), such as the rounding of an approximation, s is floor((t'[i] + p) / 2^k) where
    t' has the contents of t, each greater by c 2^k. Between table and sum there may be sums, signs and shifts, each of
    them read once.
    """

    name: ClassVar[str] = "absorb-constants"

    def run(self, design: Design) -> Design:
        """The design with the datapath that is so made."""
        return design.with_datapath(with_absorbed_constants)
