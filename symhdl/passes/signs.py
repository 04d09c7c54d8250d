"""Builds changes of sign that a condition decides of one adder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from symhdl.arithmetic.signs import with_signs_in_chains
from symhdl.design import Design


@dataclass(frozen=True, slots=True)
class Signs:
    """Makes of the choice between x and -x the sum of a row and a bit; the integers are unchanged.

    With s = 1 for the negative it is (x xor s...s) + s. A choice behind the adder would let synthesis see x and -x at
    once, both early: it builds what follows for each of them to save a level of LUTs, a table for example nearly twice.
    """

    name: ClassVar[str] = "signs"

    def run(self, design: Design) -> Design:
        """The design with the datapath that is so made."""
        return design.with_datapath(with_signs_in_chains)
