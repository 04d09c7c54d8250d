"""Graph to Datapath: the cells in the formats that were chosen, with a proved error bound for every output."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import ClassVar

import numpy as np

from symhdl.analysis.propagation import Errors, propagate
from symhdl.analysis.regions import Region
from symhdl.approximation import Approximation, Store
from symhdl.budget import UNLIMITED, Budget
from symhdl.design import Design
from symhdl.ir.live import remove_dead_cells
from symhdl.lowering import (
    Fitter,
    Lowering,
    NoFunctionError,
    NotDividedError,
    TooDearError,
    allocated,
    depth_for,
    fabric_for,
    worth_of_operators,
)
from symhdl.lowering.ports import OutputCell, datapath_of
from symhdl.names.identifiers import ascii_name
from symhdl.names.wires import name_of_part
from symhdl.numeric.ball import float_above
from symhdl.numeric.fixed import power_of_two
from symhdl.numeric.interval import fraction_below
from symhdl.precision.allocation import Allocation
from symhdl.precision.goals import OutputGoal, distance_beyond
from symhdl.precision.output_rounding import total_error

# A function may come with fewer fractional bits than planned, so that the last rounding cannot take the bias back;
# a few bits in reserve then help.
RESERVES = (0, 1, 2, 3, 5, 8)

LITTLE = 0.01
"""Of a design: regions that are estimated at less together are not worth another one without them."""
CLEAR = 0.7  # of what an output saves that is a region: where it is estimated below, nothing else is tried


@dataclass(frozen=True, slots=True)
class Lower:
    """Builds the datapath of operators, all in stage 0, which the passes behind make of what the device has.

    The bound of each output is what the error analysis proves for the cells as they were built:
    approximation, coefficients and every rounding included. Where these miss a goal, which those of the allocation
    meet, the allocation is made again with bits in reserve.
    """

    budget: Budget = field(
        default=UNLIMITED,
        metadata={"description": "functions take the first approximation proved when it is over"},
    )

    given: tuple[tuple[int, Approximation], ...] = field(
        default=(),
        metadata={"description": "approximations by node, in place of those that would be chosen"},
    )
    fitter: Fitter | None = field(
        default=None,
        metadata={"description": "what may put another approximation in the place of each"},
    )
    given_regions: bool | None = field(
        default=None,
        metadata={"description": "whether the regions are functions; by default as it costs less"},
    )
    store: Store | None = field(
        default=None, metadata={"description": "where approximations are kept between runs"}
    )

    name: ClassVar[str] = "lower"

    def run(self, design: Design) -> Design:
        """The design with its datapath. Raises `SymhdlError` for functions out of reach, `GoalError` for size."""
        assert design.allocation is not None
        try:
            return self._cheapest(design)
        except NotDividedError:
            found = allocated(design, design.allocation.meetings, self.budget)
            return self._cheapest(replace(design, allocation=found))

    def _cheapest(self, design: Design) -> Design:
        if not design.regions:
            return self._lowered(design)
        if self.given_regions is False:
            return self._lowered(self._without(design, ()))
        made = self._with_regions(design)
        clear = self._clear_regions(made)
        if len(clear) == len(made.regions):
            return made
        fabric = fabric_for(design.request, design.target)
        limit = worth_of_operators(made, fabric)
        if sum(each.worth for each in made.regions if each not in clear) < LITTLE * limit:
            return made
        try:
            plain = self._lowered(
                self._without(design, clear), limit if design.request.opt <= 1 else math.inf
            )
        except TooDearError:
            return made
        return plain if worth_of_operators(plain, fabric) <= limit else made

    def _with_regions(self, design: Design) -> Design:
        """The design with its regions, but for those whose functions nothing computes."""
        while True:
            try:
                return self._lowered(design)
            except NoFunctionError as out_of_reach:
                kept = tuple(each for each in design.regions if each.node != out_of_reach.node)
                design = self._without(design, kept)

    def _clear_regions(self, design: Design) -> tuple[Region, ...]:
        """The regions of which it is clear that they pay; what is found without the others is to be tried."""
        if self.given_regions or design.request.correctly_rounded:
            return design.regions
        if design.request.opt > 1:
            return ()
        outputs = {goal.node for goal in design.goals}
        return tuple(
            region
            for region in design.regions
            if region.node not in outputs or region.worth <= CLEAR * region.replaced
        )

    def _without(self, design: Design, kept: tuple[Region, ...]) -> Design:
        """The design with some of its regions alone, and an allocation for these."""
        design = replace(design, regions=kept)
        return replace(design, allocation=self._again(design, 0))

    def _lowered(self, design: Design, limit: float = math.inf) -> Design:
        """The design; raises `TooDearError` where functions are estimated above the limit."""
        for reserve in RESERVES:
            if reserve:
                design = replace(design, allocation=self._again(design, reserve))
            built = self.built(design, limit)
            if built is not None:
                return built
        raise AssertionError("a proved goal was not met by what was built; please report this")

    def _again(self, design: Design, reserve: int) -> Allocation:
        """The allocation with so many bits in reserve."""
        before = design.allocation
        assert before is not None
        return allocated(
            design, before.meetings, self.budget, before.recurrences,
            slopes=before.slopes, reserve=reserve, priced=before.worth is not None,
        )  # fmt: skip

    def nodes(self, design: Design, limit: float = math.inf) -> Lowering:
        """The cells of all nodes of a design, as it is allocated; outputs are not rounded yet.

        Raises as a `Lowering` does.
        """
        assert design.ranges is not None and design.allocation is not None, (
            "lowering before ranges and allocation; please report this"
        )
        lowering = Lowering(
            design.graph,
            design.ranges,
            design.inputs,
            design.allocation,
            fabric_for(design.request, design.target),
            budget=self.budget,
            given=dict(self.given),
            fitter=self.fitter,
            store=self.store,
            depth=depth_for(design.request),
            limit=limit,
        )
        lowering.run()
        return lowering

    def built(self, design: Design, limit: float = math.inf) -> Design | None:
        """The design as it is allocated, with its datapath, the errors of what was built and what functions became.

        None if it misses a goal. Raises as a `Lowering` does.
        """
        graph, goals, allocation = design.graph, design.goals, design.allocation
        assert allocation is not None
        lowering = self.nodes(design, limit)
        errors = propagate(
            graph, lowering.ranges, lowering.local, allocation.slopes, allocation.meetings,
            allocation.regions,
        )  # fmt: skip
        rounded = [_output(lowering, goal, errors) for goal in goals]
        met = all(bound <= goal.error for goal, (_, bound) in zip(goals, rounded, strict=True))
        if not (met and errors.within(allocation.errors)):
            return None
        outputs = [
            OutputCell(goal.name, goal.format, cell, bound)
            for goal, (cell, bound) in zip(goals, rounded, strict=True)
        ]
        operators = remove_dead_cells(datapath_of(design, lowering.builder, outputs))
        allocation = replace(
            allocation, errors=errors, local=tuple(lowering.local), truncations=lowering.truncations,
            divisions=lowering.divisions, angles=lowering.angles, rotations=lowering.rotations,
        )  # fmt: skip
        return replace(
            design, allocation=allocation, approximations=lowering.approximations,
            operators=operators, datapath=operators,
        )  # fmt: skip


def _output(lowering: Lowering, goal: OutputGoal, errors: Errors) -> tuple[int, float]:
    """The output's cell, rounded to its format, and the bound of its whole error.

    The rounding constant is to join the terms of a sum. A result beyond the ends of the format is held there, which
    brings it nearer to the real value, unless that lies beyond as well, by less than the goal allows. Where nothing is
    promised beyond them, the last bits do.
    """
    builder, cell, error = lowering.builder, lowering.cells[goal.node], errors.values[goal.node]
    name = name_of_part(ascii_name(goal.name), "rounded")
    builder.within(name, goal.name)
    fraction = builder.fraction(cell)
    constant, bound = total_error(
        goal,
        fraction,
        *lowering.ranges.hull_where_needed(goal.node, error),
        builder.range(cell),
        goal.mean_of(lowering.local),
    )
    if constant:
        low, high = builder.range(cell)
        rounded = builder.sum([(1, cell)], constant, fraction)
        cell = builder.narrow(rounded, low + constant, high + constant)
    cell = builder.align(cell, goal.format.fraction)
    low, high = builder.range(cell)
    if low < 0 and _is_promised_within(lowering, goal, errors, constant, fraction):
        cell = builder.bits(cell, 0, goal.format.width, goal.format.fraction)
    elif low < goal.format.minimum or high > goal.format.maximum:
        beyond = distance_beyond(goal.format, *lowering.ranges.ends(goal.node))
        bound = max(bound, float(goal.format.ulp / 2), float_above(beyond))
        cell = builder.clamp(cell, goal.format.minimum, goal.format.maximum)
    builder.call(cell, name)
    if goal.whole and math.isfinite(bound):  # whole numbers differ by a whole number
        return cell, float(math.floor(bound))
    return cell, _rounded_up(bound, fraction_below(goal.error))


def _is_promised_within(
    lowering: Lowering, goal: OutputGoal, errors: Errors, constant: int, fraction: int
) -> bool:
    """Whether an output is a number of its format, which has no sign, wherever something is promised."""
    mask = errors.reached[goal.node]
    if mask is None or not mask.any() or goal.format.signed:
        return False
    computed = lowering.ranges.values[goal.node] + errors.values[goal.node]
    lower, upper, mask = np.broadcast_arrays(computed.lower, computed.upper, mask)
    shift = power_of_two(goal.format.fraction - fraction)
    low, high = (
        math.floor((math.floor(Fraction(float(end)) * power_of_two(fraction)) + constant) * shift)
        for end in (lower[mask].min(), upper[mask].max())
    )
    return low >= 0 and high <= goal.format.maximum


def _rounded_up(bound: float, limit: float) -> float:
    """The bound with a little room, so that a check in double precision does not trip over its own rounding."""
    return max(bound, min(bound * (1 + 2.0**-40), limit))
