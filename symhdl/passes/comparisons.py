"""Compares with constants no more bits than decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from symhdl.arithmetic.comparisons import with_narrow_comparisons
from symhdl.design import Design


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Leaves out of comparisons with constants the low bits that do not matter; all other integers are unchanged.

    x < m 2^k is floor(x / 2^k) < m. A minimum or maximum of x and c may ask for x < c as well as for x < c + 1, so that
    holding a number at the end of its format, which is 2^k - 1, takes its upper bits alone.
    """

    name: ClassVar[str] = "comparisons"

    def run(self, design: Design) -> Design:
        """The design with the datapath that is so made."""
        return design.with_datapath(with_narrow_comparisons)
