"""Computes quotients of two numbers digit by digit where the device takes less for that than for reciprocals."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from symhdl.budget import UNLIMITED, Budget
from symhdl.design import Design
from symhdl.errors import GoalError
from symhdl.lowering import allocated
from symhdl.lowering.quotients import cheaper_quotients


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
        chosen = cheaper_quotients(design)
        if not chosen:
            return design
        try:
            found = allocated(design, before.meetings, self.budget, chosen)
        except GoalError:
            return design
        return replace(design, allocation=found)
