"""Computes quotients of two numbers digit by digit where the device takes less for that than for reciprocals."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from symhdl.budget import UNLIMITED, Budget
from symhdl.design import Design
from symhdl.errors import GoalError
from symhdl.lowering import allocated
from symhdl.lowering.quotients import cheaper_quotients
from symhdl.precision.quotients import Quotient, quotients_of


@dataclass(frozen=True, slots=True)
class Divide:
    """Makes the allocation again with quotients in place of products with reciprocals.

    All products with a reciprocal are compared with as many quotients, by estimates. At level 0, and where outputs are
    correctly rounded, nothing is.
    """

    budget: Budget = field(
        default=UNLIMITED,
        metadata={"description": "formats are loosened no further when it is over"},
    )

    name: ClassVar[str] = "quotients"

    def run(self, design: Design) -> Design:
        """The design with the quotients that take less, unless no formats for them are found."""
        before, request = design.allocation, design.request
        assert before is not None, "quotients before an allocation; please report this"
        if request.opt == 0 or request.correctly_rounded or before.quotients:
            return design
        try:
            chosen = cheaper_quotients(self._without_reciprocals(design), design.regions)
            if not chosen:
                return design
            inverses = {quotient.inverse for quotient in chosen.values()}
            return self._without(design, inverses, chosen)
        except GoalError:
            return design

    def _without_reciprocals(self, design: Design) -> Design:
        """The design without the regions that are reciprocals of divisors."""
        assert design.ranges is not None
        quotients = quotients_of(design.graph, design.ranges).values()
        inverses = {quotient.inverse for quotient in quotients}
        if inverses.isdisjoint(region.node for region in design.regions):
            return design
        return self._without(design, inverses, {})

    def _without(
        self, design: Design, inverses: Collection[int], chosen: Mapping[int, Quotient]
    ) -> Design:
        """The design without regions at some nodes, and an allocation with quotients."""
        assert design.allocation is not None
        meetings = design.allocation.meetings
        kept = tuple(region for region in design.regions if region.node not in inverses)
        design = replace(design, regions=kept)
        return replace(design, allocation=allocated(design, meetings, self.budget, chosen))
