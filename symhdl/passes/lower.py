"""Graph to Datapath: ranges, goals, formats, and the cells with a proved error bound for every output."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import ClassVar

from symhdl.analysis.domain import explain
from symhdl.analysis.errors import Slopes
from symhdl.analysis.natural import natural_fractions
from symhdl.analysis.need import Guards
from symhdl.analysis.propagation import Meetings, propagate
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.refine import analysed, irrational_nodes
from symhdl.analysis.whole import whole_nodes
from symhdl.budget import UNLIMITED, Budget
from symhdl.cost.operators import Fabric, fabric_of
from symhdl.design import Design, InputPlan, Pass
from symhdl.errors import Diagnostic, GoalError, Severity, SymhdlError
from symhdl.functions.operation import DECISIONS, Operation
from symhdl.ir.datapath import Datapath, Port
from symhdl.ir.graph import Graph
from symhdl.ir.live import remove_dead_cells
from symhdl.lowering import Lowering
from symhdl.names.identifiers import ascii_name, port_names
from symhdl.names.wires import name_of_part
from symhdl.numeric.ball import float_above
from symhdl.numeric.interval import Intervals
from symhdl.precision.allocation import allocate, total_error
from symhdl.precision.goals import OutputGoal, find_goals
from symhdl.rewriting.meetings import find_meetings
from symhdl.rewriting.tangents import split_tangents

# A function may come with fewer fractional bits than planned, so that the last rounding cannot take the bias back;
# a few bits in reserve then help.
RESERVES = (0, 1, 2, 3, 5, 8)
FINER_BITS = 3  # of an output that is rounded less where its goal leaves too little to the inside


@dataclass(frozen=True, slots=True)
class Lower:
    """Builds the datapath of operators, all in stage 0, which the passes behind make of what the device has.

    The bound of each output is what the error analysis proves for the cells as they were built:
    approximation, coefficients and every rounding included. Where the budget is over, functions take the first
    approximation that is proved. `simplification` are the passes that show of two graphs that they are the same.
    """

    simplification: tuple[Pass, ...]
    budget: Budget = UNLIMITED

    name: ClassVar[str] = "lower"

    def run(self, design: Design) -> Design:
        """The design with its datapath. Raises `SymhdlError` for domains, `GoalError` for goals."""
        graph, inputs = design.graph, design.inputs
        ranges, told = _proved(design, graph)
        split = split_tangents(graph, ranges)
        if split is not graph:
            graph = split
            ranges, _ = _proved(design, graph)
        formats = {plan.name: plan.format for plan in inputs}
        natural = natural_fractions(graph, formats)
        is_whole = whole_nodes(design.written, formats)
        whole = [is_whole[output.node] for output in design.written.outputs]
        meetings = _meetings(design, graph, self.simplification)
        goals = find_goals(graph, ranges, design.request, natural, whole)
        request = design.request
        fabric = fabric_of(design.target, request.dsp, clocked=request.frequency_mhz > 0)
        try:
            lowering, rounded = _built(graph, ranges, inputs, goals, meetings, fabric, self.budget)
        except GoalError as problem:
            if all(told.id != "goal-impossible" for told in problem.diagnostics):
                raise
            # Half of an error goal goes to the rounding of an output whose format is as coarse as the goal allows.
            finer = find_goals(graph, ranges, design.request, natural, whole, finer=FINER_BITS)
            if finer == goals:
                raise
            goals = finer
            lowering, rounded = _built(graph, ranges, inputs, goals, meetings, fabric, self.budget)
        operators = remove_dead_cells(_datapath(design, lowering, goals, rounded))
        return replace(design, operators=operators, datapath=operators).with_warnings(*told)


def _built(
    graph: Graph,
    ranges: Ranges,
    inputs: Sequence[InputPlan],
    goals: Sequence[OutputGoal],
    meetings: Meetings,
    fabric: Fabric,
    budget: Budget,
) -> tuple[Lowering, list[tuple[int, float]]]:
    """The cells for the goals, and every output's cell and proved bound. Raises `GoalError`."""
    slopes = Slopes()
    for reserve in RESERVES:
        allocation = allocate(graph, ranges, inputs, goals, slopes, reserve, meetings, budget)
        lowering = Lowering(graph, ranges, inputs, allocation, fabric, budget)
        lowering.run()
        errors = propagate(graph, ranges, lowering.local, slopes, meetings)
        rounded = [_output(lowering, goal, errors.values[goal.node]) for goal in goals]
        met = all(bound <= goal.error for goal, (_, bound) in zip(goals, rounded, strict=True))
        if met and errors.within(allocation.errors):
            return lowering, rounded
    raise AssertionError("a proved goal was not met by what was built; please report this")


def _proved(design: Design, graph: Graph) -> tuple[Ranges, tuple[Diagnostic, ...]]:
    """The ranges, and warnings. Raises `SymhdlError` for what leaves a domain.

    Inputs are followed integer by integer where a decision or a doubt needs it.
    """
    jumps = _jumps(graph)
    ignore = design.request.ignore_undefined
    find = partial(
        analysed, graph, design.inputs, ignore_undefined=ignore, guards=Guards.THRESHOLDS
    )
    ranges = find(fine=jumps)
    if ranges.violations and not jumps:
        ranges = find(fine=True)
    told = explain(graph, design.inputs, ranges, design.written)
    problems = [d for d in told if d.severity is Severity.ERROR]
    if problems:
        raise SymhdlError(*problems)
    return ranges, told


def _jumps(graph: Graph) -> bool:
    """Whether a decision hangs on more than sums and products of inputs and rational numbers."""
    irrational = irrational_nodes(graph)
    return any(
        node.operation in DECISIONS and any(irrational[operand] for operand in node.operands)
        for node in graph.nodes
    )


def _meetings(design: Design, graph: Graph, simplification: Sequence[Pass]) -> Meetings:
    """The choices whose branches meet, of those that may be made wrongly."""
    irrational = irrational_nodes(graph)
    choices = [
        index
        for index, node in enumerate(graph.nodes)
        if node.operation is Operation.SELECT and irrational[node.operands[0]]
    ]
    return find_meetings(design.with_graph(graph), choices, simplification)


def _output(lowering: Lowering, goal: OutputGoal, error: Intervals) -> tuple[int, float]:
    """The output's cell, rounded to its format, and the bound of its whole error.

    The rounding constant is to join the terms of a sum. A result that only its error carries past the ends of
    the format is held there, which brings it nearer to the real value.
    """
    builder, cell = lowering.builder, lowering.cells[goal.node]
    name = name_of_part(ascii_name(goal.name), "rounded")
    builder.within(name, goal.name)
    fraction = builder.fraction(cell)
    constant, bound = total_error(
        goal, fraction, *lowering.ranges.hull_where_needed(goal.node, error)
    )
    if constant:
        low, high = builder.range(cell)
        rounded = builder.sum([(1, cell)], constant, fraction)
        cell = builder.narrow(rounded, low + constant, high + constant)
    cell = builder.align(cell, goal.format.fraction)
    low, high = builder.range(cell)
    if low < goal.format.minimum or high > goal.format.maximum:
        bound = max(bound, float(goal.format.ulp / 2))
        cell = builder.clamp(cell, goal.format.minimum, goal.format.maximum)
    builder.call(cell, name)
    if goal.whole and math.isfinite(bound):  # whole numbers differ by a whole number
        return cell, float(math.floor(bound))
    return cell, _rounded_up(bound, float(goal.error))


def _rounded_up(bound: float, limit: float) -> float:
    """The bound with a little room, so that a check in double precision does not trip over its own rounding."""
    return max(bound, min(bound * (1 + 2.0**-40), limit))


def _datapath(
    design: Design,
    lowering: Lowering,
    goals: Sequence[OutputGoal],
    rounded: Sequence[tuple[int, float]],
) -> Datapath:
    """The datapath with its ports."""
    builder = lowering.builder
    names = [plan.name for plan in design.inputs] + [goal.name for goal in goals]
    identifiers = [identifier.text for identifier in port_names(names)]
    inputs = [
        _input_port(lowering, plan, identifier)
        for plan, identifier in zip(design.inputs, identifiers, strict=False)
    ]
    outputs = tuple(
        Port(
            goal.name,
            identifier,
            cell,
            goal.format,
            *builder.range(cell),
            bound,
            None if rounding is None else float_above(Fraction(bound) + Fraction(rounding)),
        )
        for goal, identifier, (cell, bound), rounding in zip(
            goals, identifiers[len(inputs) :], rounded, design.input_rounding, strict=True
        )
    )
    return Datapath(
        top=design.request.top,
        cells=tuple(builder.cells),
        inputs=tuple(inputs),
        outputs=outputs,
        source=design.request.source,
        frequency_mhz=design.request.frequency_mhz,
        device=design.target.name,
        dsp=design.request.dsp,
        primitives=design.request.primitives,
    )


def _input_port(lowering: Lowering, plan: InputPlan, identifier: str) -> Port:
    """The port of an input; one that nothing uses has a cell all the same."""
    cell = lowering.builder.input(plan.name, *plan.port_range, plan.format.fraction)
    return Port(plan.name, identifier, cell, plan.format, *plan.port_range)
