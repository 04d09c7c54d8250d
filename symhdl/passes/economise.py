"""Shares of the errors by what bits cost on the device, in place of equal ones."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from symhdl.budget import UNLIMITED, Budget
from symhdl.design import Design
from symhdl.lowering import allocated


@dataclass(frozen=True, slots=True)
class Economise:
    """Makes the allocation again, to the least cost on the device.

    Regions and quotients are chosen by then. At level 0, and where outputs are correctly rounded, shares stay equal.
    """

    budget: Budget = field(
        default=UNLIMITED,
        metadata={"description": "shares stay as they are when it is over"},
    )

    name: ClassVar[str] = "economy"

    def run(self, design: Design) -> Design:
        """The design with formats that cost no more, by the estimates of the device."""
        before, request = design.allocation, design.request
        assert before is not None, "an economy before an allocation; please report this"
        if request.opt == 0 or request.correctly_rounded or before.priced:
            return design
        found = allocated(
            design, before.meetings, self.budget, before.quotients, slopes=before.slopes,
            priced=True,
        )  # fmt: skip
        return replace(design, allocation=found)
