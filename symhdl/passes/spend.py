"""Gives what functions leave of the errors to other nodes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar, Protocol

from symhdl.budget import UNLIMITED, Budget
from symhdl.design import Design
from symhdl.lowering import fabric_for, respent_allocation, worth_of_operators

MOST_NODES = 3000  # of a graph that is lowered twice


class Builder(Protocol):
    """What builds the operators of a design anew."""

    def built(self, design: Design) -> Design | None:
        """The design with operators for its allocation; None where these miss a goal."""
        ...


@dataclass(frozen=True, slots=True)
class Spend:
    """Makes nodes behind functions coarser, now that it is known what these leave of the errors.

    A function takes less of an error than it may, since its tables and coefficients have whole bits. Functions stay as
    they are, and are not searched for again; all else is built anew, proved, and taken where it is worth less.
    """

    builder: Builder = field(metadata={"description": "builds the operators of an allocation"})
    budget: Budget = field(
        default=UNLIMITED, metadata={"description": "errors stay as they are when it is over"}
    )

    name: ClassVar[str] = "spending"

    def run(self, design: Design) -> Design:
        """The design with operators that are worth no more."""
        before = design.allocation
        assert before is not None, "errors spent before an allocation; please report this"
        if before.worth is None or len(design.graph.nodes) > MOST_NODES:
            return design
        fabric = fabric_for(design.request, design.target)
        while not self.budget.is_over():
            found = respent_allocation(design, self.budget)
            made = None if found is None else self.builder.built(replace(design, allocation=found))
            if made is None:
                break
            if worth_of_operators(made, fabric) >= worth_of_operators(design, fabric):
                break
            design = made
        return design
