"""Compares numbers with signs by the sign of their difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from symhdl.arithmetic.comparisons import with_signs_of_differences
from symhdl.design import Design


@dataclass(frozen=True, slots=True)
class SignedComparisons:
    """Makes of a < b the sign of a - b, where a bit of a difference takes no more than one of a comparison.

    Synthesis compares numbers with signs by the last two carries of a chain. Between the two the chain ends on most
    devices and begins anew, and LUTs behind it make the answer of both; the sign of a difference is a bit of the chain.
    """

    name: ClassVar[str] = "signed-comparisons"

    def run(self, design: Design) -> Design:
        """The design with the datapath that is so made."""
        ways = design.target.costs, design.target.alternative_costs
        if all(costs.adder_bit > costs.compare_bit for costs in ways):
            return design
        return design.with_datapath(with_signs_of_differences)
