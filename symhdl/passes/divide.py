"""Computes quotients, angles and rotations digit by digit where the device takes less for that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from symhdl.analysis.regions import Region
from symhdl.budget import UNLIMITED, Budget
from symhdl.design import Design
from symhdl.errors import GoalError
from symhdl.lowering import allocated
from symhdl.lowering.angles import cheaper_angles
from symhdl.lowering.quotients import cheaper_quotients
from symhdl.lowering.rotations import cheaper_rotations
from symhdl.precision.quotients import quotients_of
from symhdl.precision.recurrences import Recurrence, absorbed_by


@dataclass(frozen=True, slots=True)
class Divide:
    """Makes the allocation again with quotients in place of products with reciprocals.

    All products with a reciprocal are compared with as many quotients, by estimates, arctangents of such with angles,
    and products with sines and cosines with rotations. At level 0, and where outputs are correctly rounded, nothing is.
    """

    budget: Budget = field(
        default=UNLIMITED,
        metadata={"description": "formats are loosened no further when it is over"},
    )

    name: ClassVar[str] = "quotients"

    def run(self, design: Design) -> Design:
        """The design with what takes less, unless no formats for that are found."""
        before, request = design.allocation, design.request
        assert before is not None, "quotients before an allocation; please report this"
        if request.opt == 0 or request.correctly_rounded or before.recurrences:
            return design
        try:
            plain = self._without_reciprocals(design)
            angles = cheaper_angles(plain, design.regions)
            others: dict[int, Recurrence] = {**angles, **cheaper_rotations(plain, design.regions)}
            absorbed = absorbed_by(others)
            quotients = {
                node: each
                for node, each in cheaper_quotients(plain, design.regions).items()
                if node not in absorbed
            }
            if not (quotients or others):
                return design
            reciprocals, inside = absorbed_by(quotients), absorbed | others.keys()
            kept = [
                region
                for region in design.regions
                if region.node not in reciprocals
                and inside.isdisjoint({*region.nodes} - {region.argument})
            ]
            return self._with(design, kept, {**quotients, **others})
        except GoalError:
            return design

    def _without_reciprocals(self, design: Design) -> Design:
        """The design without the regions that are reciprocals of divisors."""
        assert design.ranges is not None
        quotients = quotients_of(design.graph, design.ranges).values()
        inverses = {quotient.inverse for quotient in quotients}
        if inverses.isdisjoint(region.node for region in design.regions):
            return design
        kept = [region for region in design.regions if region.node not in inverses]
        return self._with(design, kept, {})

    def _with(
        self, design: Design, kept: Sequence[Region], chosen: Mapping[int, Recurrence]
    ) -> Design:
        """The design with some of its regions, and an allocation with recurrences."""
        assert design.allocation is not None
        meetings = design.allocation.meetings
        design = replace(design, regions=tuple(kept))
        return replace(design, allocation=allocated(design, meetings, self.budget, chosen))
