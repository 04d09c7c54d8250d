"""Designs before their formats inside are chosen: with formats of inputs and outputs, and what data say of errors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from symhdl.analysis.errors import Slopes
from symhdl.design import Design
from symhdl.empirical.directions import Directions, directions_of
from symhdl.empirical.gains import mean_gains, square_gains
from symhdl.empirical.proposal import Problem
from symhdl.empirical.samples import Floats, Samples
from symhdl.errors import SymhdlError
from symhdl.evaluate import evaluate
from symhdl.lowering import shares_of
from symhdl.numeric.fixed import format_of_range, integer_range_of, power_of_two
from symhdl.precision.goals import OutputGoal, asked_for
from symhdl.precision.shares import Shares
from symhdl.request import Request

MOST_ROWS = 2000
"""At which it is looked how strongly errors act."""
ROUNDING = 1 / 12  # ulp squared: the mean square of what a rounding loses
SHARE_OF_INPUTS = (
    1 / 4
)  # of what outputs leave of the mean square, for the rounding of all inputs, to begin with
LEAST_INSIDE = 1 / 64  # of the mean square: what is left to the inside, at least
PROVED = (
    1 / 4
)  # of the square of an error that is to be proved: what the mean square may be, at most
MORE = 4.0
"""Times what outputs are rounded by: the mean square that is looked for where the goal says nothing of it."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The fractional bits of the inputs that are free, by name, and of the outputs that are."""

    inputs: tuple[tuple[str, int], ...]
    outputs: int

    def with_input(self, name: str, fraction: int) -> Ports:
        """The same with another input."""
        inputs = ((each, fraction if each == name else own) for each, own in self.inputs)
        return replace(self, inputs=tuple(inputs))


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """A design with goals in the formats of its outputs, and its shares.

    By direction `squares` are the gains of its nodes, and `wanted` the mean square error that its inside may have;
    `means` are the mean gains by output.
    """

    design: Design
    shares: Shares
    squares: Sequence[Floats]
    means: Sequence[Floats]
    wanted: Sequence[float]


@dataclass(slots=True)
class Anchors:
    """The anchors of a problem; `ranges` are those of the inputs that have no format of the user's."""

    problem: Problem
    rows: Samples
    directions: Directions
    ranges: Mapping[str, tuple[Fraction, Fraction]]
    known: dict[Ports, Anchor | None] = field(default_factory=dict)

    @staticmethod
    def of(problem: Problem) -> Anchors:
        """Those of a problem, none of them made yet."""
        samples = problem.folds.smoothed if problem.folds.smoothed.rows else problem.folds.tuning
        rows = samples.taken(np.arange(min(samples.rows, MOST_ROWS)))
        request = problem.request
        known, given = dict(request.ranges), dict(request.input_formats)
        free = {}
        for declared in problem.variants.graph.inputs:
            ends = declared.range or known.get(declared.name) or request.range
            chosen = declared.format or given.get(declared.name) or request.input_format
            if ends is not None and chosen is None:
                free[declared.name] = ends
        return Anchors(problem, rows, directions_of(problem.goal, rows), free)

    def at(self, ports: Ports) -> Anchor | None:
        """The anchor with some ports; None where these leave nothing to the inside."""
        if ports not in self.known:
            self.known[ports] = self._made(ports)
        return self.known[ports]

    def _made(self, ports: Ports) -> Anchor | None:
        try:
            design = self.problem.variants.allotted(self._request(ports), self.problem.target)
        except SymhdlError:
            return None
        goals = tuple(_goal(design, each, ports) for each in design.goals)
        design = replace(design, goals=goals)
        before = design.allocation
        assert before is not None
        lines = self.directions.lines
        total = self.wanted(ports.outputs)
        rounding = self._of_inputs(design)
        wanted = [
            total - own - _of_outputs(design, line)
            for line, own in zip(lines, rounding, strict=True)
        ]
        if min(wanted) < -LEAST_INSIDE * total:
            return None
        wanted = [max(each, LEAST_INSIDE * total) for each in wanted]
        shares = shares_of(design, Slopes(), before.meetings, before.quotients)
        squares = square_gains(design.graph, self.rows.inputs, lines)
        means = mean_gains(design.graph, self.rows.inputs, self.directions.weights)
        return Anchor(design, shares, squares, means, wanted)

    def wanted(self, fraction: int) -> float:
        """The mean square error that is wanted with outputs of a fraction."""
        outputs = self.problem.variants.graph.outputs
        found = self.directions.wanted
        if found is None:
            found = MORE * len(outputs) * ROUNDING * 4.0**-fraction
        return min(found, *(PROVED * float(error) ** 2 for error in self._errors()), math.inf)

    def _errors(self) -> list[Fraction]:
        """The errors that outputs declare, which are proved whatever the data say."""
        outputs = self.problem.variants.graph.outputs
        return [output.error for output in outputs if output.error is not None]

    def first(self, fraction: int) -> Ports:
        """Ports with outputs of a fraction, and inputs whose rounding takes its share of what these leave."""
        graph = self.problem.variants.graph
        squares = square_gains(graph, self.rows.inputs, self.directions.lines)
        places = {node.name: k for k, node in enumerate(graph.nodes) if node.name in self.ranges}
        lost = max(float((line**2).sum()) for line in self.directions.lines)
        left = self.wanted(fraction) - lost * ROUNDING * 4.0**-fraction
        allowed = max(left, 2.0**-900) * SHARE_OF_INPUTS / max(1, len(self.ranges))
        found = []
        for name, (low, high) in self.ranges.items():
            gain = max(each[places[name]] for each in squares) if name in places else 0.0
            bits = math.ceil(math.log2(gain * ROUNDING / allowed) / 2) if gain > 0 else -64
            least = math.ceil(-math.log2(max(high - low, Fraction(1, 1 << 64))))
            found.append((name, max(bits, least)))
        return Ports(tuple(found), fraction)

    def output_fractions(self, most: int) -> Sequence[int]:
        """The fractional bits of outputs that are worth trying, the fewest first."""
        request = self.problem.request
        declared = [asked_for(each, request)[0] for each in self.problem.variants.graph.outputs]
        if request.output_width is not None or all(each is not None for each in declared):
            return (max((each.fraction for each in declared if each is not None), default=0),)
        coarsest = math.sqrt((1 - LEAST_INSIDE) / ROUNDING) * self.directions.size
        first = max(math.ceil(-math.log2(size)) for size in (coarsest, *map(float, self._errors())))
        return range(first, first + most)

    def _request(self, ports: Ports) -> Request:
        """What is asked of the pipeline: errors of an ulp of the outputs, where nothing else is declared."""
        request = self.problem.request
        formats = tuple(
            (name, format_of_range(*integer_range_of(*self.ranges[name], fraction), fraction))
            for name, fraction in ports.inputs
        )
        request = replace(request, input_formats=request.input_formats + formats)
        if request.output_format is not None or request.output_width is not None:
            return request
        return replace(request, error=power_of_two(-ports.outputs))

    def _of_inputs(self, design: Design) -> list[float]:
        """The mean square of what the rounding of inputs brings, by direction."""
        rounded = {}
        for plan in design.inputs:
            ulp = float(plan.format.ulp)
            steps = np.floor(self.rows.inputs[plan.name] / ulp + 0.5)
            rounded[plan.name] = ulp * np.clip(steps, plan.minimum, plan.maximum)
        found = evaluate(design.written, rounded)
        values = np.stack([found[output.name] for output in design.written.outputs], axis=1)
        errors = np.nan_to_num(values - self.rows.exact, posinf=0.0, neginf=0.0)
        return [float(((line * errors).sum(axis=1) ** 2).sum()) for line in self.directions.lines]


def _goal(design: Design, goal: OutputGoal, ports: Ports) -> OutputGoal:
    """A goal whose format has the fractional bits of the ports, unless the user says which."""
    declared, _ = asked_for(goal.declaration, design.request)
    if declared is not None or design.request.output_width is not None or goal.whole:
        return goal
    assert design.ranges is not None
    low, high = map(Fraction, design.ranges.hull(goal.node))
    found = format_of_range(*integer_range_of(low, high, ports.outputs), ports.outputs)
    return replace(goal, format=found, error=found.ulp, faithful=False)


def _of_outputs(design: Design, line: Floats) -> float:
    """The mean square of what the rounding of outputs brings in a direction."""
    ulps = np.array([float(goal.format.ulp) for goal in design.goals])
    return float((line**2 @ ulps**2).sum()) * ROUNDING
