"""Where outputs are to be correctly rounded, finds the error that makes sure of it, or says why there is none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import ClassVar

from symhdl.analysis.ranges import Ranges
from symhdl.analysis.regions import (
    Region,
    bases_of,
    function_of_region,
    is_one_operation,
    region_at,
)
from symhdl.approximation.hardest import MOST_INPUTS, Ends, Hardest, hardest
from symhdl.design import Design
from symhdl.errors import Diagnostic, GoalError, warning
from symhdl.functions.exact import exact
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph
from symhdl.precision.exactness import exact_nodes
from symhdl.precision.goals import OutputGoal

NEARLY = 1 - Fraction(1, 1 << 10)
"""Of the distance, which itself would leave two numbers that are as near."""

HELP = "leave --correctly-rounded out for a faithful output, whose error is below one unit of its last bit"


@dataclass(frozen=True, slots=True)
class RoundCorrectly:
    """With `correctly_rounded`, the error of each goal becomes one below which only the nearest number lies.

    For outputs that are functions of one input all values are computed by balls, and the one that is hardest to round
    decides; these may be held at numbers of the format, which are their own nearest numbers. Outputs that are exact are
    correctly rounded anyway. A value in the middle of two numbers is told. Outputs that are more than one operation
    become regions, unless a decision needs them exactly.
    """

    name: ClassVar[str] = "correct-rounding"

    def run(self, design: Design) -> Design:
        """The design with finer goals. Raises `GoalError` where correct rounding cannot be had."""
        if not design.request.correctly_rounded:
            return design
        goals: list[OutputGoal] = []
        problems: list[Diagnostic] = []
        told: list[Diagnostic] = []
        for goal in design.goals:
            if not goal.rounded:
                goals.append(_exact(goal))
                continue
            found = _hardest(design, goal)
            if isinstance(found, str):
                problems.append(_refusal(goal, found))
                continue
            goals.append(_finer(goal, found))
            if found.ties:
                told.append(_ties(goal, found.ties))
        if problems:
            raise GoalError(*problems)
        design = replace(design, goals=tuple(goals), regions=_regions(design))
        return design.with_warnings(*told)


def _hardest(design: Design, goal: OutputGoal) -> Hardest | str:
    """The value that is hardest to round, or why there is none."""
    graph, ranges = design.graph, design.ranges
    assert ranges is not None
    node, held = _before_held(graph, goal)
    region = _of_input(graph, ranges, node)
    function = None if region is None else function_of_region(graph, region)
    if region is None or function is None:
        return "it is not a function of one input with a value everywhere"
    name = graph.nodes[region.argument].name
    plan = next(plan for plan in design.inputs if plan.name == name)
    inputs = plan.maximum - plan.minimum + 1
    if inputs > MOST_INPUTS:
        return f"its input `{plan.name}` has {inputs:,} values, of which at most {MOST_INPUTS:,} are tried"
    exactly = partial(_exactly, graph, region)
    ends = plan.minimum, plan.maximum
    found = hardest(function, exactly, *ends, plan.format.fraction, goal.format.fraction, held)
    return found or "one of its values is too near to the middle of two numbers of the format"


def _of_input(graph: Graph, ranges: Ranges, node: int) -> Region | None:
    """A node as a function of an input, which may be itself."""
    if graph.nodes[node].operation is Operation.INPUT:
        return Region(node, (node,))
    base = bases_of(graph, ranges)[node]
    is_input = base >= 0 and graph.nodes[base].operation is Operation.INPUT
    return region_at(graph, ranges, node, base) if is_input else None


def _regions(design: Design) -> tuple[Region, ...]:
    """The outputs that are functions of inputs, more than one operation, and not what a decision needs exactly."""
    graph, ranges = design.graph, design.ranges
    assert ranges is not None
    exact = exact_nodes(graph, ranges, design.inputs)
    nodes = sorted({goal.node for goal in design.goals if goal.rounded})
    found = [_of_input(graph, ranges, node) for node in nodes]
    return tuple(
        region
        for region in found
        if region is not None
        and len(region.nodes) > 1
        and not exact[region.node]
        and not is_one_operation(graph, region)
        and function_of_region(graph, region) is not None
    )


def _before_held(graph: Graph, goal: OutputGoal) -> tuple[int, Ends]:
    """What an output is before it is held at numbers of its format, and at which, in units of its last bit."""
    index = goal.node
    found: dict[Operation, int] = {}
    while (node := graph.nodes[index]).operation in (Operation.MINIMUM, Operation.MAXIMUM):
        constants = [value for o in node.operands if (value := graph.nodes[o].value) is not None]
        others = [operand for operand in node.operands if graph.nodes[operand].value is None]
        ends = [value / goal.format.ulp for value in constants]
        if len(others) != 1 or any(end.denominator != 1 for end in ends):
            break
        tightest = max if node.operation is Operation.MAXIMUM else min
        known = [found[node.operation]] if node.operation in found else []
        found[node.operation] = tightest([*known, *(end.numerator for end in ends)])
        (index,) = others
    return index, (found.get(Operation.MAXIMUM), found.get(Operation.MINIMUM))


def _exactly(graph: Graph, region: Region, argument: Fraction) -> Fraction | None:
    """The value of the function where it is rational and known."""
    values: dict[int, Fraction] = {region.argument: argument}
    for index in region.nodes:
        node = graph.nodes[index]
        if index == region.argument:
            continue
        value = node.value
        if value is None:
            value = exact(node.operation, tuple(values[operand] for operand in node.operands))
        if value is None:
            return None
        values[index] = value
    return values[region.node]


def _exact(goal: OutputGoal) -> OutputGoal:
    """The goal of numbers of the format: less than a unit away from one is that one."""
    return (
        goal
        if goal.error < goal.format.ulp
        else replace(goal, error=goal.format.ulp, faithful=True)
    )


def _finer(goal: OutputGoal, found: Hardest) -> OutputGoal:
    """The goal with the error that all but the nearest number exceed."""
    allowed = goal.format.ulp * (Fraction(1, 2) + found.distance * NEARLY)
    return replace(goal, error=min(goal.error, allowed), faithful=False)


def _refusal(goal: OutputGoal, reason: str) -> Diagnostic:
    return Diagnostic(
        "not-correctly-rounded",
        f"output `{goal.name}` cannot be had correctly rounded",
        goal.declaration.span,
        notes=(reason,),
        help=HELP,
    )


def _ties(goal: OutputGoal, count: int) -> Diagnostic:
    values = "1 value lies" if count == 1 else f"{count:,} values lie"
    return warning(
        "ties",
        f"of output `{goal.name}` {values} in the middle of two numbers of its format",
        goal.declaration.span,
        help="either of the two may come out",
    )
