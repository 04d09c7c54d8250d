"""The ordinary pipeline with formats by what rows of data say: a family of designs, each with a proved bound.

Errors inside are allotted as squares, by how strongly each node acts on what the goal measures at the rows
(`symhdl.empirical.allotment`). For formats of inputs and outputs this gives a way through all accuracies; the point at
which the goal is just met is found by bit-exact simulation. From there inputs are changed one by one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial

import numpy as np

from symhdl.cost.pricing import price_without_delay
from symhdl.design import Design
from symhdl.empirical.allotment import Way, way_of
from symhdl.empirical.directions import Directions, directions_of
from symhdl.empirical.gains import square_gains
from symhdl.empirical.proposal import Problem, Proposal
from symhdl.empirical.samples import Floats, Samples
from symhdl.empirical.simulated import outputs_at
from symhdl.errors import SymhdlError
from symhdl.lowering import NoFunctionError, NotDividedError, fabric_for
from symhdl.numeric.fixed import (
    FixedFormat,
    format_of_range,
    integer_range_of,
    power_of_two,
)
from symhdl.passes.lower import Lower
from symhdl.precision.goals import OutputGoal, asked_for
from symhdl.request import Request

MOST_ROWS = 1000
"""At which it is looked how strongly errors act."""
ROUNDING = 1 / 12  # ulp squared: the mean square of what a rounding loses
SHARE_OF_INPUTS = 1 / 4  # of the mean square, for the rounding of all inputs together, to begin with
LEAST_INSIDE = 1 / 16  # of the mean square: what must be left to the inside
STEPS_PER_BIT = 8  # of the mean square, between one point of a way that is looked at and the next
WORSE = 1.2  # times the best: where outputs with more bits are not looked at any more
MOST_FINER = 6  # bits of outputs, beyond the fewest
NOT_TO_BE_WON = (NoFunctionError, NotDividedError, SymhdlError)


@dataclass(frozen=True, slots=True)
class Ports:
    """The fractional bits of the inputs that are free, by name, and of the outputs that are."""

    inputs: tuple[tuple[str, int], ...]
    outputs: int

    def with_input(self, name: str, fraction: int) -> Ports:
        """The same with another input."""
        inputs = ((each, fraction if each == name else own) for each, own in self.inputs)
        return replace(self, inputs=tuple(inputs))


@dataclass(frozen=True, slots=True)
class Found:
    """A proposal, the ports and the place on their way that it is of, and whether it meets the goal."""

    proposal: Proposal
    ports: Ports
    place: int
    is_met: bool


@dataclass(slots=True)
class Search:
    """One search; `ways` and `found` are what is known, and `new` what nobody was told of yet."""

    problem: Problem
    rows: Samples
    directions: Directions
    ranges: Mapping[str, tuple[Fraction, Fraction]]
    ways: dict[Ports, Way | None] = field(default_factory=dict)
    found: dict[tuple[Ports, int], Found | None] = field(default_factory=dict)
    new: list[Proposal] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether the time is."""
        return self.problem.variants.budget.is_over()

    def least(self, ports: Ports) -> Found | None:
        """The loosest point of the way that meets the goal, or nearly that: found by halving.

        It is taken for granted that what is looser is worse, which is not so for each point.
        """
        way = self.way(ports)
        if way is None:
            return None
        places = _spaced(way.expected)
        low, high = 0, len(places)  # the first may not meet the goal
        best: Found | None = None
        place = int(np.searchsorted([way.expected[each] for each in places], 1.0))
        place = min(place, len(places) - 1)
        step = 2
        while low < high and not self.is_over:
            found = self.at(ports, places[place])
            if found is not None and found.is_met:
                best, low = found, place + 1
            else:
                high = place
            if low == 0:
                place = max(low, high - step)
            elif high == len(places):
                place = min(high - 1, low + step)
            else:
                place = (low + high) // 2
            step *= 2
        return best

    def at(self, ports: Ports, place: int) -> Found | None:
        """The proposal of a place on the way of some ports; None where nothing is built or proved."""
        key = ports, place
        if key not in self.found:
            self.found[key] = made = self._made(ports, place)
            if made is not None:
                self.new.append(made.proposal)
        return self.found[key]

    def _made(self, ports: Ports, place: int) -> Found | None:
        problem, way = self.problem, self.way(ports)
        assert way is not None
        variants = problem.variants
        allocated = way.allocated(place)
        if allocated is None:
            return None
        try:
            lowered = Lower(variants.budget, store=variants.store).built(allocated)
        except NOT_TO_BE_WON:
            return None
        if lowered is None or not _keeps_errors(lowered):
            return None
        bound = variants.bound(lowered)
        assert bound.datapath is not None
        chosen = outputs_at(bound.datapath, problem.folds.choosing.inputs)
        fabric = fabric_for(problem.request, problem.target)
        worth = fabric.worth(price_without_delay(bound.datapath, fabric))
        described = "formats: " + ", ".join(
            [*(f"{name} {fraction}" for name, fraction in ports.inputs), f"outputs {ports.outputs}"]
        )
        proposal = Proposal(worth, chosen, partial(variants.completed, bound), described)
        return Found(proposal, ports, place, problem.goal.is_met(chosen, problem.folds.choosing))

    def way(self, ports: Ports) -> Way | None:
        """The way with some ports; None where these leave nothing to the inside."""
        if ports not in self.ways:
            self.ways[ports] = self._way(ports)
        return self.ways[ports]

    def _way(self, ports: Ports) -> Way | None:
        request = self.request(ports)
        try:
            design = self.problem.variants.allotted(request, self.problem.target)
        except SymhdlError:
            return None
        design = replace(design, goals=tuple(_goal(design, each, ports) for each in design.goals))
        lines = self.directions.lines
        squares = square_gains(design.graph, self.rows.inputs, lines)
        wanted = []
        for line, gains in zip(lines, squares, strict=True):
            total = self.wanted(ports.outputs)
            left = total - _of_inputs(design, gains) - _of_outputs(design, line)
            if left < LEAST_INSIDE * total:
                return None
            wanted.append(left)
        return way_of(design, squares, wanted)

    def wanted(self, fraction: int) -> float:
        """The mean square error that is wanted: that of the goal, else a multiple of what outputs are rounded by."""
        if self.directions.wanted is not None:
            return self.directions.wanted
        return 4 * len(self.problem.variants.graph.outputs) * ROUNDING * 4.0**-fraction

    def request(self, ports: Ports) -> Request:
        """What is asked of the pipeline: an ulp of the outputs at most, where nothing else is declared."""
        request = self.problem.request
        formats = tuple(
            (name, format_of_range(*integer_range_of(*self.ranges[name], fraction), fraction))
            for name, fraction in ports.inputs
        )
        error = None if request.output_format or request.output_width else power_of_two(-ports.outputs)
        return replace(request, input_formats=request.input_formats + formats, error=error)

    def first_inputs(self, fraction: int) -> tuple[tuple[str, int], ...]:
        """The fractional bits of free inputs whose rounding takes its share of what is wanted."""
        lines = self.directions.lines
        graph = self.problem.variants.graph
        squares = square_gains(graph, self.rows.inputs, lines)
        places = {node.name: index for index, node in enumerate(graph.nodes) if node.name in self.ranges}
        allowed = SHARE_OF_INPUTS * self.wanted(fraction) / max(1, len(self.ranges))
        found = []
        for name, (low, high) in self.ranges.items():
            gain = max(each[places[name]] for each in squares) if name in places else 0.0
            bits = math.ceil(math.log2(gain * ROUNDING / allowed) / 2) if gain > 0 else -64
            least = math.ceil(-math.log2(max(high - low, Fraction(1, 1 << 64))))
            found.append((name, max(bits, least)))
        return tuple(found)


def formats(problem: Problem) -> Iterator[Proposal]:
    """Proposals of ordinary designs with formats by data, those that lead to the cheapest among them."""
    search = _search(problem)
    best: Found | None = None
    for fraction in _fractions(search):
        found = search.least(Ports(search.first_inputs(fraction), fraction))
        yield from _told(search)
        if found is not None and (best is None or found.proposal.worth < best.proposal.worth):
            best = found
        elif best is not None and (
            found is None or found.proposal.worth > WORSE * best.proposal.worth
        ):
            break
        if search.is_over:
            return
    changed = best is not None
    while best is not None and changed and not search.is_over:
        changed = False
        for name, _ in best.ports.inputs:
            for bits in (-1, 1):
                fraction = dict(best.ports.inputs)[name] + bits
                found = search.least(best.ports.with_input(name, fraction))
                yield from _told(search)
                if found is not None and found.proposal.worth < best.proposal.worth:
                    best, changed = found, True
                    break


def _told(search: Search) -> Iterator[Proposal]:
    yield from search.new
    search.new.clear()


def _search(problem: Problem) -> Search:
    samples = problem.folds.smoothed if problem.folds.smoothed.rows else problem.folds.tuning
    rows = samples.taken(np.arange(min(samples.rows, MOST_ROWS)))
    request, graph = problem.request, problem.variants.graph
    known = dict(request.ranges)
    free = {}
    for declared in graph.inputs:
        ends = declared.range or known.get(declared.name) or request.range
        given = declared.format or dict(request.input_formats).get(declared.name)
        if ends is not None and given is None and request.input_format is None:
            free[declared.name] = ends
    return Search(problem, rows, directions_of(problem.goal, rows), free)


def _fractions(search: Search) -> Sequence[int]:
    """The fractional bits of outputs that are tried, the fewest first."""
    graph, request = search.problem.variants.graph, search.problem.request
    declared = [asked_for(output, request) for output in graph.outputs]
    given = [each for each, _ in declared if each is not None]
    if len(given) == len(declared):
        return (max(each.fraction for each in given),)
    coarsest = math.sqrt((1 - LEAST_INSIDE) / ROUNDING) * search.directions.size
    first = math.ceil(-math.log2(coarsest))
    return range(first, first + MOST_FINER)


def _goal(design: Design, goal: OutputGoal, ports: Ports) -> OutputGoal:
    """A goal whose format has the fractional bits of the ports, unless the user says which."""
    declared, _ = asked_for(goal.declaration, design.request)
    if declared is not None or design.request.output_width is not None or goal.whole:
        return goal
    assert design.ranges is not None
    low, high = map(Fraction, design.ranges.hull(goal.node))
    found = format_of_range(*integer_range_of(low, high, ports.outputs), ports.outputs)
    return replace(goal, format=found, error=found.ulp, faithful=False)


def _of_inputs(design: Design, squares: Floats) -> float:
    """The mean square of what the rounding of inputs brings."""
    ulps = {plan.name: float(plan.format.ulp) for plan in design.inputs}
    return sum(
        float(squares[index]) * ROUNDING * ulps[node.name] ** 2
        for index, node in enumerate(design.graph.nodes)
        if node.name in ulps and not node.operands
    )


def _of_outputs(design: Design, line: Floats) -> float:
    """The same of outputs."""
    ulps = np.array([float(goal.format.ulp) for goal in design.goals])
    return float((line**2 @ ulps**2).sum()) * ROUNDING


def _keeps_errors(design: Design) -> bool:
    """Whether the errors that the user asks for are proved, beside what the data say."""
    assert design.datapath is not None
    for port, goal in zip(design.datapath.outputs, design.goals, strict=True):
        asked = goal.declaration.error or design.request.error
        if goal.declaration.error is not None and (port.error_bound is None or port.error_bound > asked):
            return False
    return True


def _spaced(expected: Sequence[float]) -> list[int]:
    """Places on a way about evenly spaced by the bits of what is expected."""
    steps = [math.floor(STEPS_PER_BIT / 2 * math.log2(each)) for each in expected]
    return [place for place in range(len(steps)) if steps[place + 1 : place + 2] != [steps[place]]]
