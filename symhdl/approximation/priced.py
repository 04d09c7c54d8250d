"""Approximations with their prices, by which they are compared."""

from __future__ import annotations

from dataclasses import dataclass

from symhdl.approximation.approximation import Approximation
from symhdl.cost.operators import Cost

LUTS_OF_NS = 0.5  # what a longer path is worth: what waits for it meanwhile is held in registers


@dataclass(frozen=True, slots=True)
class Priced:
    """An approximation with what its cells take as they were built, and what that is worth in LUTs."""

    approximation: Approximation
    cost: Cost
    worth: float

    @property
    def preference(self) -> float:
        """By what ways are compared, the least first: of two that take about as much, the faster one comes first."""
        return self.worth + LUTS_OF_NS * self.cost.delay_ns
