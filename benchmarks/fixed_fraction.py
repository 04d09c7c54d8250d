"""Designs in which all nodes that round have one number of fractional bits, as uniform formats have it.

All else is that of a design of symhdl: its graph, the integer bits from proved ranges, the parts that became functions,
quotients, methods and arithmetic. What a design with a format for every node saves is seen beside the best of these.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from types import MappingProxyType

import numpy as np

from symhdl.analysis.propagation import Errors, propagate
from symhdl.compiled import CompiledDesign
from symhdl.cost.estimate import estimate
from symhdl.design import Design
from symhdl.errors import SymhdlError
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph
from symhdl.numeric.interval import Floats
from symhdl.passes.lower import Lower
from symhdl.pipeline import pipeline, run_passes
from symhdl.precision.allocation import Allocation
from symhdl.precision.exactness import exact_nodes
from symhdl.precision.goals import OutputGoal
from symhdl.precision.output_rounding import total_error
from symhdl.precision.results import Result
from symhdl.precision.roundings import Plan, Roundings
from symhdl.precision.truncation import Reserves, no_reserves, reserves_of
from symhdl.verify.accuracy import Measured, measure_integers

ABOVE = Fraction(1, 2**20)  # what a goal is above the bound of which it is made
FIRST = 1.3  # times the error that is allowed: where the search starts, by the proved bound
MOST_STEPS = 6  # that the search goes up from there
WIDEST = 64
"""Bits of any node: what takes more in a uniform format is left out."""

Columns = Mapping[str, Sequence[int]]
"""Integers at the input ports, at which errors are measured."""


@dataclass(frozen=True, slots=True)
class Uniform:
    """A design in which all nodes that round have `fraction` fractional bits, and its worst errors by output."""

    fraction: int
    design: CompiledDesign
    worst: tuple[float, ...]


def best_uniform(
    design: CompiledDesign, mathematics: Graph, columns: Columns
) -> tuple[tuple[Measured, ...], Uniform | None]:
    """The errors of a design, and the uniform one of the fewest LUTs of those that are as good at the same inputs.

    Products are either cut to the fraction or built without low columns, below one unit wrong, and inputs are cut to it
    or used as they come; of each kind it is the one of the least fraction. None where no uniform design is as good.
    """
    measured = measure_integers(mathematics, design.datapath, columns)
    allowed = [each.worst for each in measured]
    found = [
        _least_fraction(_Family(design.design, *kind), mathematics, columns, allowed)
        for kind in product((False, True), repeat=2)
    ]
    known = [each for each in found if each is not None]
    return measured, min(known, key=lambda each: each.design.estimate.luts, default=None)


def _least_fraction(
    family: _Family, mathematics: Graph, columns: Columns, allowed: Sequence[float]
) -> Uniform | None:
    first = family.first(allowed)
    if first is None:
        return None

    def tried(fraction: int) -> Uniform | None:
        """The design with the fraction, where it is as good."""
        made = family.design(fraction)
        if made is None:
            return None
        worst = tuple(each.worst for each in measure_integers(mathematics, made.datapath, columns))
        as_good = all(error <= limit for error, limit in zip(worst, allowed, strict=True))
        return Uniform(fraction, made, worst) if as_good else None

    found = tried(first)
    if found is None:
        steps = (tried(fraction) for fraction in range(first + 1, first + MOST_STEPS))
        return next((each for each in steps if each is not None), None)
    while (coarser := tried(found.fraction - 1)) is not None:
        found = coarser
    return found


@dataclass(frozen=True, slots=True)
class _Family:
    """The uniform designs of all fractions that have graph, regions and quotients in common with a design."""

    model: Design
    without_columns: bool
    cuts_inputs: bool

    def first(self, allowed: Sequence[float]) -> int | None:
        """The least fraction whose proved bounds are about what is allowed; None where formats would be too wide."""
        limits = [FIRST * limit for limit in allowed]
        least = min(goal.format.fraction for goal in self.model.goals) - 1
        for fraction in range(least, WIDEST - self._integer_bits()):
            goals = self._goals(*self._planned(fraction))
            if all(goal.error <= limit for goal, limit in zip(goals, limits, strict=True)):
                return fraction
        return None

    def _integer_bits(self) -> int:
        """Those of the widest node that is built."""
        ranges, before = self.model.ranges, self.model.allocation
        assert ranges is not None and before is not None
        sizes = (
            max(map(abs, ranges.hull(index)))
            for index in range(len(self.model.graph.nodes))
            if index not in before.regions.absorbed
        )
        return max(math.frexp(size)[1] for size in sizes if math.isfinite(size))

    def design(self, fraction: int) -> CompiledDesign | None:
        """The design with a fraction; None where there is none."""
        model = self.model
        plan, errors = self._planned(fraction)
        before = model.allocation
        assert before is not None
        if not errors.finite:
            return None
        tolerances, results = self._tolerances(fraction), self._results(fraction)
        for node in results:  # what these may lose in all
            tolerances[node] = float(plan.local[node].magnitude.max())
        allocation = Allocation(
            plan.fractions, tuple(map(float, tolerances)), errors, plan.local, before.meetings,
            before.slopes, results, before.regions, recurrences=before.recurrences,
        )  # fmt: skip
        goals = self._goals(plan, errors)
        start = replace(model, goals=goals, allocation=allocation, approximations=None)
        steps = pipeline(model.request.opt)
        behind = steps[[step.name for step in steps].index(Lower.name) + 1 :]
        try:
            lowered = Lower(given_regions=True).run(start)
        except SymhdlError:
            return None
        if lowered.allocation is None or lowered.allocation.fractions != plan.fractions:
            return None  # the goals took another allocation
        made = run_passes(lowered, behind)
        assert made.datapath is not None and made.operators is not None
        return CompiledDesign(
            made.datapath, made.operators, made, estimate(made.datapath, made.target)
        )

    def _planned(self, fraction: int) -> tuple[Plan, Errors]:
        """What is lost at every node, and the errors of all."""
        model = self.model
        ranges, before = model.ranges, model.allocation
        assert ranges is not None and before is not None
        regions = before.regions
        exact = [
            is_exact or (node.operation is Operation.INPUT and not self.cuts_inputs)
            for node, is_exact in zip(
                model.graph.nodes, exact_nodes(model.graph, ranges, model.inputs), strict=True
            )
        ]
        roundings = Roundings(
            model.graph, ranges, model.inputs, exact, self._reserves(), self._results(fraction),
            regions, before.recurrences,
        )  # fmt: skip
        plan = roundings.plan(self._tolerances(fraction))
        errors = propagate(model.graph, ranges, plan.local, before.slopes, before.meetings, regions)
        return plan, errors

    def _tolerances(self, fraction: int) -> Floats:
        """Half a unit is what a constant loses, and of which a plan cuts to the unit."""
        before, unit = self.model.allocation, 2.0**-fraction
        assert before is not None
        tolerances = np.full(len(self.model.graph.nodes), unit / 2)
        tolerances[np.array(self._reserves().bits) > 0] = unit
        tolerances[list(before.recurrences)] = unit
        return tolerances

    def _reserves(self) -> Reserves:
        """A bit for the columns that products are built without."""
        ranges, before = self.model.ranges, self.model.allocation
        assert ranges is not None and before is not None
        if not self.without_columns:
            return no_reserves(self.model.graph)
        found = reserves_of(self.model.graph, ranges, before.regions)
        return Reserves(tuple(min(1, bits) for bits in found.bits), spent=False)

    def _results(self, fraction: int) -> Mapping[int, Result]:
        """Functions are within a unit, in so many bits."""
        model = self.model
        before = model.allocation
        assert before is not None
        regions = before.regions
        functions = [
            index
            for index in range(len(model.graph.nodes))
            if index not in regions.absorbed and regions.function_at(model.graph, index) is not None
        ]
        return MappingProxyType(dict.fromkeys(functions, Result(fraction)))

    def _goals(self, plan: Plan, errors: Errors) -> tuple[OutputGoal, ...]:
        """Those that the plan meets, and no more."""
        ranges = self.model.ranges
        assert ranges is not None
        goals = []
        for goal in self.model.goals:
            low, high = ranges.hull_where_needed(goal.node, errors.values[goal.node])
            _, bound = total_error(goal, plan.fractions[goal.node], low, high)
            error = Fraction(bound) * (1 + ABOVE) if np.isfinite(bound) else goal.error * 2**64
            goals.append(replace(goal, error=error, faithful=False))
        return tuple(goals)
