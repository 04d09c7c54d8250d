"""Designs before their formats inside are chosen: with formats of inputs and outputs, and what data say of errors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from symhdl.analysis.errors import Slopes
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.regions import Regions
from symhdl.budget import UNLIMITED
from symhdl.design import Design
from symhdl.empirical.directions import Directions, directions_of
from symhdl.empirical.exact import exact_at
from symhdl.empirical.gains import mean_gains, square_gains
from symhdl.empirical.proposal import Problem
from symhdl.empirical.samples import Floats, Samples
from symhdl.errors import SymhdlError
from symhdl.ir.graph import Graph
from symhdl.lowering import allocated, shares_of
from symhdl.numeric.fixed import (
    FixedFormat,
    format_of_range,
    integer_range_of,
    power_of_two,
)
from symhdl.passes.find_regions import every_region
from symhdl.passes.plan_inputs import Wishes
from symhdl.passes.prove_ranges import ProveRanges
from symhdl.precision.allocation import Allocation
from symhdl.precision.goals import OutputGoal, asked_for, goals_of
from symhdl.precision.shares import Shares
from symhdl.request import Request

MOST_ROWS = 2000
"""At which it is looked how strongly errors act."""

ROUNDING = 1 / 12
"""Of an ulp squared: the mean square of what a rounding loses."""

SHARE_OF_INPUTS = 1 / 4
"""Of what outputs leave of the mean square, for the rounding of all inputs, to begin with."""

LEAST_INSIDE = 1 / 64
"""Of the mean square: what is left to the inside, at least."""

PROVED = 1 / 4
"""Of the square of an error that is to be proved: what the mean square may be, at most."""

SPREAD = 1 / 3
"""Of the square of a half width: the mean square of what lies anywhere within."""

MORE = 4.0
"""Times what outputs are rounded by: the mean square that is looked for where the goal says nothing of it."""


class InputPort(NamedTuple):
    """A free input: its name, its fractional bits, and the range in which it is held at its port."""

    name: str
    fraction: int
    low: Fraction
    high: Fraction

    @property
    def format(self) -> FixedFormat:
        """The narrowest that holds the range."""
        return format_of_range(*integer_range_of(self.low, self.high, self.fraction), self.fraction)

    def finer(self, bits: int) -> InputPort:
        """The same with so many fractional bits more."""
        return self._replace(fraction=self.fraction + bits)

    def held(self) -> InputPort:
        """The same in the next smaller range between powers of two."""
        largest = max(-self.low, self.high)
        limit = power_of_two(math.ceil(math.log2(largest)) - 1)
        low, high = max(self.low, -limit), min(self.high, limit - power_of_two(-self.fraction))
        return self._replace(low=low, high=high) if low < high else self


@dataclass(frozen=True, slots=True)
class Ports:
    """The inputs that are free, and the fractional bits of the outputs that are.

    Where it is `fused` every part that depends on one node is a function of it, else where that is estimated to pay.
    """

    inputs: tuple[InputPort, ...]
    outputs: int
    fused: bool = False

    def with_input(self, changed: InputPort) -> Ports:
        """The same with another input of that name."""
        inputs = (changed if each.name == changed.name else each for each in self.inputs)
        return replace(self, inputs=tuple(inputs))


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """A design with goals in the formats of its outputs, and its shares.

    By direction `squares` are the gains of its nodes, and `wanted` the mean square error that its inside may have;
    `means` are the mean gains by output. By node `parts` are the mean square of what it loses, as a part of the square
    of half the width of what it may lose.
    """

    design: Design
    shares: Shares
    squares: Sequence[Floats]
    means: Sequence[Floats]
    wanted: Sequence[float]
    parts: Floats


@dataclass(frozen=True, slots=True)
class _First:
    """The first design with some outputs: its graph when ranges were found, itself, and its allocation."""

    ranged: Graph
    design: Design
    allocation: Allocation


@dataclass(slots=True)
class Anchors:
    """The anchors of a problem; `ranges` are those of the inputs that have no format of the user's.

    Of these the `holdable` ones may have smaller ranges. `firsts` are the first designs by the fraction of outputs
    and by whether they are fused, `measured` what was seen of the nodes of a graph.
    """

    problem: Problem
    rows: Samples
    directions: Directions
    ranges: Mapping[str, tuple[Fraction, Fraction]]
    holdable: frozenset[str]
    known: dict[Ports, Anchor | None] = field(default_factory=dict)
    firsts: dict[tuple[int, bool], _First] = field(default_factory=dict)
    measured: tuple[Graph, Floats] | None = None

    @staticmethod
    def of(problem: Problem) -> Anchors:
        """Those of a problem, none of them made yet."""
        samples = problem.folds.dense
        rows = samples.taken(np.arange(min(samples.rows, MOST_ROWS)))
        wishes = Wishes.of(problem.request)
        free, holdable = {}, set[str]()
        for declared in problem.variants.graph.inputs:
            ends, chosen = wishes.range_of(declared), wishes.format_of(declared)
            if ends is not None and chosen is None and problem.request.width is None:
                free[declared.name] = ends
                if declared.range is None and declared.name not in wishes.saturations:
                    holdable.add(declared.name)
        directions = directions_of(problem.goal, rows)
        return Anchors(problem, rows, directions, free, frozenset(holdable))

    def at(self, ports: Ports) -> Anchor | None:
        """The anchor with some ports; None where these leave nothing to the inside."""
        if ports not in self.known:
            self.known[ports] = self._made(ports)
        return self.known[ports]

    def _made(self, ports: Ports) -> Anchor | None:
        lines = self.directions.lines
        total = self.wanted(ports.outputs)
        rounding = (
            self._of_inputs(ports) if self.directions.wanted is not None else [0.0] * len(lines)
        )
        if max(rounding) > (1 + LEAST_INSIDE) * total:
            return None
        try:
            found = self._allotted(ports)
        except SymhdlError:
            return None
        if found is None:
            return None
        design, before = found
        goals = tuple(_goal(design, each, ports) for each in design.goals)
        design = replace(design, goals=goals)
        wanted = [
            total - own - _of_outputs(design, line)
            for line, own in zip(lines, rounding, strict=True)
        ]
        if min(wanted) < -LEAST_INSIDE * total:
            return None
        wanted = [max(each, LEAST_INSIDE * total) for each in wanted]
        shares = shares_of(design, Slopes(), before.meetings, before.recurrences)
        squares = square_gains(design.graph, self.rows.inputs, lines)
        means = mean_gains(design.graph, self.rows.inputs, self.directions.weights)
        return Anchor(design, shares, squares, means, wanted, self._parts(design.graph))

    def believe(self, graph: Graph, parts: Floats) -> None:
        """Has all anchors of a graph believe in what was seen of its nodes."""
        self.measured = graph, parts
        for ports, anchor in self.known.items():
            if anchor is not None and anchor.design.graph == graph:
                self.known[ports] = replace(anchor, parts=parts)

    def _parts(self, graph: Graph) -> Floats:
        if self.measured is not None and self.measured[0] == graph:
            return self.measured[1]
        is_constant = [not node.operands and node.value is not None for node in graph.nodes]
        return np.where(is_constant, 1.0, SPREAD)

    def _allotted(self, ports: Ports) -> tuple[Design, Allocation] | None:
        """The design with regions and goals, and an allocation; those of the first with such outputs, if they fit.

        None where there is nothing to be fused that is not.
        """
        variants, request = self.problem.variants, self._request(ports)
        ranged = variants.ranged(request, self.problem.target, hasty=True)
        first = self.firsts.get((ports.outputs, ports.fused))
        if first is not None and first.ranged == ranged.graph and not request.correctly_rounded:
            if first.design.graph != ranged.graph:
                proof = ProveRanges(telling=False, level=request.opt)
                ranged = proof.run(ranged.with_graph(first.design.graph))
            goals = goals_of(ranged.graph, _ranges(ranged), ranged.inputs, request, ranged.written)
            return replace(ranged, goals=goals, regions=first.design.regions), first.allocation
        found = variants.allotted(request, self.problem.target)
        if ports.fused:
            if every_region(found) == found.regions:
                return None
            found = _fused(found)
        assert found.allocation is not None
        if first is None:
            self.firsts[ports.outputs, ports.fused] = _First(ranged.graph, found, found.allocation)
        return found, found.allocation

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
            found.append(InputPort(name, max(bits, least), low, high))
        return Ports(tuple(found), fraction)

    def acting(self, ports: Ports) -> list[InputPort]:
        """The free inputs that anything depends on."""
        graph = self.problem.variants.graph
        used = {operand for node in graph.nodes for operand in node.operands}
        used.update(output.node for output in graph.outputs)
        names = {graph.nodes[index].name for index in used}
        return [port for port in ports.inputs if port.name in names]

    @property
    def has_free_outputs(self) -> bool:
        """Whether there are outputs whose formats are not the user's."""
        return self.problem.request.output_width is None and None in self._declared()

    def _declared(self) -> list[FixedFormat | None]:
        outputs, request = self.problem.variants.graph.outputs, self.problem.request
        return [asked_for(each, request)[0] for each in outputs]

    def output_fractions(self, most: int) -> Sequence[int]:
        """The fractional bits of outputs that are worth trying, the fewest first."""
        if not self.has_free_outputs:
            declared = [each.fraction for each in self._declared() if each is not None]
            return (max(declared, default=0),)
        coarsest = math.sqrt((1 - LEAST_INSIDE) / ROUNDING) * self.directions.size
        first = max(math.ceil(-math.log2(size)) for size in (coarsest, *map(float, self._errors())))
        return range(first, first + most)

    def _request(self, ports: Ports) -> Request:
        """What is asked of the pipeline: errors of an ulp of the outputs, where nothing else is declared."""
        request = self.problem.request
        formats = tuple((each.name, each.format) for each in ports.inputs)
        free = {each.name for each in ports.inputs}
        ranges = (
            *(each for each in request.ranges if each[0] not in free),
            *((each.name, (each.low, each.high)) for each in ports.inputs),
        )
        request = replace(request, input_formats=request.input_formats + formats, ranges=ranges)
        if request.output_format is not None or request.output_width is not None:
            return request
        return replace(request, error=power_of_two(-ports.outputs))

    def _of_inputs(self, ports: Ports) -> list[float]:
        """The mean square of what the rounding of inputs brings, by direction."""
        graph = self.problem.variants.graph
        rounded = dict(self.rows.inputs)
        for port in ports.inputs:
            ulp = float(power_of_two(-port.fraction))
            low, high = integer_range_of(port.low, port.high, port.fraction)
            rounded[port.name] = ulp * np.clip(np.floor(rounded[port.name] / ulp + 0.5), low, high)
        found = exact_at(graph, rounded).outputs
        errors = np.nan_to_num(found - self.rows.exact, posinf=0.0, neginf=0.0)
        return [float(((line * errors).sum(axis=1) ** 2).sum()) for line in self.directions.lines]


def _fused(design: Design) -> Design:
    """The design with every region that there may be, and formats for it."""
    regions, before = every_region(design), design.allocation
    assert before is not None, "regions before an allocation; please report this"
    design = replace(design, regions=regions)
    seen = Regions.of(design.graph, regions)
    recurrences = {
        node: each
        for node, each in before.recurrences.items()
        if node not in seen.functions and node not in seen.absorbed
    }
    found = allocated(design, before.meetings, UNLIMITED, recurrences)
    return replace(design, allocation=found)


def _goal(design: Design, goal: OutputGoal, ports: Ports) -> OutputGoal:
    """A goal whose format has the fractional bits of the ports, unless the user says which."""
    declared, _ = asked_for(goal.declaration, design.request)
    if declared is not None or design.request.output_width is not None or goal.whole:
        return goal
    low, high = _ranges(design).ends(goal.node)
    found = format_of_range(*integer_range_of(low, high, ports.outputs), ports.outputs)
    return replace(goal, format=found, error=found.ulp, faithful=False)


def _of_outputs(design: Design, line: Floats) -> float:
    """The mean square of what the rounding of outputs brings in a direction."""
    ulps = np.array([float(goal.format.ulp) for goal in design.goals])
    return float((line**2 @ ulps**2).sum()) * ROUNDING


def _ranges(design: Design) -> Ranges:
    assert design.ranges is not None, "anchors before ranges; please report this"
    return design.ranges
