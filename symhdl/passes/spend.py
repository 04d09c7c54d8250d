"""Gives what functions leave of the errors to other nodes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from symhdl.approximation import Store
from symhdl.budget import UNLIMITED, Budget
from symhdl.design import Design
from symhdl.lowering import fabric_for, respent_allocation
from symhdl.passes.lower import Lower, worth_of_operators

MOST_NODES = 3000  # of a graph that is lowered twice


@dataclass(frozen=True, slots=True)
class Spend:
    """Makes nodes behind functions coarser, now that it is known what these leave of the errors.

    A function takes less of an error than it may, since its tables and coefficients have whole bits. Functions stay as
    they are, and are not searched for again; all else is built anew, proved, and taken where it is worth less.
    """

    budget: Budget = field(
        default=UNLIMITED, metadata={"description": "errors stay as they are when it is over"}
    )
    store: Store | None = field(
        default=None, metadata={"description": "where approximations are kept between runs"}
    )

    name: ClassVar[str] = "spending"

    def run(self, design: Design) -> Design:
        """The design with operators that are worth no more."""
        before = design.allocation
        assert before is not None, "errors spent before an allocation; please report this"
        if before.worth is None or len(design.graph.nodes) > MOST_NODES:
            return design
        fabric, lower = (
            fabric_for(design.request, design.target),
            Lower(self.budget, store=self.store),
        )
        while not self.budget.is_over():
            found = respent_allocation(design, self.budget)
            made = None if found is None else lower.built(replace(design, allocation=found))
            if made is None:
                break
            if worth_of_operators(made, fabric) >= worth_of_operators(design, fabric):
                break
            design = made
        return design
