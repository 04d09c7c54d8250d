"""What each proved bound stands on, in a form in which it can be proved again by other means.

A range stands on a rule and the bounds of what the rule is applied to, an error on a rule, the bounds and errors of the
operands, the derivative and what the node adds of its own. Bounds are intervals of doubles, one for each piece of the
space that the node lives in. Whoever proves each bound from its witness alone has proved them all, from the inputs on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from symhdl.analysis.assumptions import Assumed
from symhdl.analysis.cones import Cone
from symhdl.analysis.consequences import Multipliers, Step, difference
from symhdl.analysis.errors import NO_ERROR, Slopes
from symhdl.analysis.functions import function_of
from symhdl.analysis.node_ranges import powers_of_nodes, roots_of_nodes
from symhdl.analysis.propagation import (
    Errors,
    Meetings,
    flips_of_choices,
    joined_ways,
    operands_of,
)
from symhdl.analysis.ranges import RangeRule, Ranges
from symhdl.analysis.regions import NO_REGIONS, Regions
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.analysis.ways import Way
from symhdl.ir.graph import Graph, Node
from symhdl.ir.graph_text import node_text
from symhdl.numeric.interval import Intervals


@dataclass(frozen=True, slots=True, eq=False)
class BoxesWitness:
    """Why a bound holds wherever the inputs are: it does over each of the boxes, and they hold all inputs.

    `steps` are what the node is made of, one after the other: `input x`, `3/4`, `multiply %0 %1`, functions by their
    names; `known` bounds of some of them, which have witnesses of their own. Of every input there is the name, the
    fraction, and the least and the greatest integer; of every box the least and the greatest integer of each. Of an
    input in which the steps are straight, the least and the greatest integer alone tell what is between them.

    An inner node may be an input, `input #17` for node 17: it lies between the least integer and the one after the
    greatest, and so do boxes hold all numbers up to that after their greatest integers.
    """

    lower: float
    upper: float
    steps: tuple[str, ...]
    known: tuple[tuple[int, float, float], ...]
    inputs: tuple[tuple[str, int, int, int], ...]
    boxes: tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class AssumedWitness:
    """Why a bound holds wherever the assumptions do: of `steps` of these so many times each are taken off the node.

    The node is a polynomial over inputs and over nodes before it that are no sums or products; of a comparison it is
    what the second operand is more than the first. What is left is at least what the ranges of the inputs and the
    `known` bounds of such nodes tell, monomial by monomial. So it is at least the `lower` end, and its opposite, with
    `from_upper`, at least that of the upper one; and a comparison is decided.
    """

    lower: float
    upper: float
    from_lower: Multipliers
    from_upper: Multipliers
    known: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True, slots=True, eq=False)
class AssumptionsWitness:
    """What is assumed: the nodes of a graph, as texts, its `conditions`, and what follows from these, step by step.

    Of every input there is the name, its fraction, and its ends.
    """

    nodes: tuple[str, ...]
    conditions: tuple[str, ...]
    inputs: tuple[tuple[str, int, Fraction, Fraction], ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RangeWitness:
    """Why the range of a node holds: the rule, the nodes that it is applied to, and their bounds on the same pieces.

    `exponent` is that of a power, `root` what the operands are added to. With `boxes` the bound is what that of the
    operands has in common with that of the boxes, and `assumed` says what follows from the assumptions besides: where
    that has nothing in common with the bound of the operands, none of the inputs meets these.
    """

    bound: Intervals
    rule: RangeRule
    operands: tuple[int, ...]
    bounds: tuple[Intervals, ...]
    exponent: int = 0
    root: Fraction | None = None
    boxes: BoxesWitness | None = None
    assumed: AssumedWitness | None = None


class ErrorRule(Enum):
    """By what the error of a node is proved; the value says it in words."""

    OWN = "nothing but its own rounding: it stands on no input, or is not computed"
    OPERATION = "what the operation makes of the errors of its operands"
    MEAN_VALUE = "the derivative between the real and the computed argument, times the error"
    WAYS = (
        "the operation, and the sum over all ways of what they make of errors that come by several"
    )
    MEETING = "the operation, and a choice whose branches meet where it may be made wrongly"


@dataclass(frozen=True, slots=True, eq=False)
class ErrorWitness:
    """Why the error of a node holds: the rule, the operands' ranges and errors where they count, and its own error.

    `derivative` encloses that of a function between its real and computed arguments. A `function` that is made of
    several operations is told step by step. Of `ways` the gains times the errors add up to what the operands make of
    the result. A `flip` tells how far what is compared is apart at most where a choice is wrong, and then its branches.
    """

    bound: Intervals
    rule: ErrorRule
    operands: tuple[int, ...]
    ranges: tuple[Intervals, ...]
    errors: tuple[Intervals, ...]
    own: Intervals
    derivative: Intervals | None = None
    function: str = ""
    ways: tuple[Way, ...] = ()
    flip: tuple[float, float] | None = None


def range_witnesses(graph: Graph, ranges: Ranges) -> tuple[RangeWitness, ...]:
    """The witness of every node's range."""
    powers, roots = powers_of_nodes(graph), roots_of_nodes(graph)
    found: list[RangeWitness] = []
    for index, (node, rule) in enumerate(zip(graph.nodes, ranges.rules, strict=True)):
        operands: tuple[int, ...] = ()
        root: Fraction | None = None
        base, exponent = powers[index]
        boxes: BoxesWitness | None = None
        assumed: AssumedWitness | None = None
        if rule is RangeRule.ASSUMED:
            assumed = _assumed_witness(graph, ranges.assumed, index)
        if index in ranges.limits:
            boxes = _boxes_witness(graph, ranges, index)
        besides = (RangeRule.BOXES, RangeRule.ASSUMED)
        if rule is RangeRule.POWER or (rule in besides and base >= 0):
            operands = (base,)
        elif rule is RangeRule.FROM_ROOT:
            (root, operands), exponent = roots[index], 0
        elif rule in (RangeRule.OPERATION, RangeRule.WITHOUT_ZERO, *besides):
            operands, exponent = node.operands, 0
        else:
            exponent = 0
        allowed = ranges.guarded[index] if ranges.guarded else {}
        bounds = tuple(
            ranges.spaces.lift_within(
                ranges.values[k], ranges.space[k], ranges.space[index], allowed
            )
            for k in operands
        )
        found.append(
            RangeWitness(
                ranges.values[index], rule, operands, bounds, exponent, root, boxes, assumed
            )
        )
    return tuple(found)


def assumptions_witness(graph: Graph, ranges: Ranges) -> AssumptionsWitness | None:
    """What bounds by assumptions follow from; None where there are none."""
    reasons = ranges.assumed.reasons
    if reasons is None or not ranges.assumed.bounds:
        return None
    inputs = []
    for declared, entry in zip(graph.inputs, ranges.spaces.inputs, strict=True):
        low, high = entry.pieces.hull()
        inputs.append((declared.name, entry.fraction, Fraction(low), Fraction(high)))
    assumed = reasons.assumptions
    return AssumptionsWitness(
        tuple(map(node_text, assumed.nodes)),
        tuple(f"%{output.node}" for output in assumed.outputs),
        tuple(inputs),
        reasons.follows.steps,
    )


def _assumed_witness(graph: Graph, assumed: Assumed, index: int) -> AssumedWitness:
    reasons = assumed.reasons
    assert reasons is not None, "a bound by assumptions without reasons; please report this"
    spans, form = reasons.spans_before(index), reasons.form(index, graph.nodes[index])
    _, from_lower = reasons.follows.least(form, spans)
    _, from_upper = reasons.follows.least(difference({}, form), spans)
    used = {step for step, _ in (*from_lower, *from_upper)}
    taken = [each.terms for each in reasons.follows.constraints if each.step in used]
    atoms = {atom for terms in (form, *taken) for monomial in terms for atom, _ in monomial}
    known = []
    for atom in sorted(atoms & reasons.places.keys() & spans.keys()):
        low, high = spans[atom]
        known.append((f"%{reasons.places[atom]}", float(low), float(high)))
    lower, upper = assumed.bounds[index].hull()
    return AssumedWitness(lower, upper, from_lower, from_upper, tuple(known))


def _boxes_witness(graph: Graph, ranges: Ranges, index: int) -> BoxesWitness:
    limit = ranges.limits[index]
    boxes = limit.boxes
    cone = Cone.of(graph, index, ends=boxes.inputs)
    places = {node: place for place, node in enumerate(cone.nodes)}
    names = [
        f"#{node}" if graph.nodes[node].operands else graph.nodes[node].name
        for node in boxes.inputs
    ]
    known = [(places[k], ranges.limits[k]) for k in limit.within]
    ends = zip(boxes.low.T.tolist(), boxes.high.T.tolist(), strict=True)
    least, most = boxes.low.min(axis=1).tolist(), boxes.high.max(axis=1).tolist()
    return BoxesWitness(
        limit.lower,
        limit.upper,
        tuple(
            f"input {names[boxes.inputs.index(node)]}"
            if node in boxes.inputs
            else _step_text(graph, graph.nodes[node], places)
            for node in cone.nodes
        ),
        tuple((place, other.lower, other.upper) for place, other in known),
        tuple(zip(names, limit.fractions, least, most, strict=True)),
        tuple(tuple(zip(low, high, strict=True)) for low, high in ends),
    )


def _step_text(graph: Graph, node: Node, places: Mapping[int, int]) -> str:
    if node.value is not None:
        return str(node.value)
    function = function_of(graph, node)
    name = node.operation.name.lower() if function is None else function.name
    operands = node.operands if function is None else node.operands[:1]
    return " ".join((name, *(f"%{places[operand]}" for operand in operands)))


def error_witnesses(
    graph: Graph,
    ranges: Ranges,
    local: Sequence[Intervals],
    errors: Errors,
    slopes: Slopes,
    meetings: Meetings,
    regions: Regions = NO_REGIONS,
) -> tuple[ErrorWitness, ...]:
    """The witness of every node's error."""
    found: list[ErrorWitness] = []
    ways = joined_ways(graph, ranges, local, errors, slopes, meetings, regions)
    flips = flips_of_choices(graph, ranges, errors, slopes, meetings, regions)
    for index, node in enumerate(regions.seen(graph).nodes):
        is_alone = not node.operands or ranges.space[index] == CONSTANT_SPACE
        if is_alone or index in regions.absorbed:
            bound, own = errors.values[index], local[index]
            found.append(ErrorWitness(bound, ErrorRule.OWN, (), (), (), own))
            continue
        operands = operands_of(graph, ranges, errors, node, index)
        function = regions.function_at(graph, index)
        composite = regions.functions.get(index)
        rule, derivative = ErrorRule.OPERATION, None
        if index in meetings and composite is None:
            rule = ErrorRule.MEETING
        elif function is not None and operands[0].error is not NO_ERROR:
            rule = ErrorRule.MEAN_VALUE
            derivative = slopes.over(index, function, operands[0])
        if rule is ErrorRule.OPERATION and index in ways:
            rule = ErrorRule.WAYS
        found.append(
            ErrorWitness(
                errors.values[index],
                rule,
                node.operands,
                tuple(operand.value for operand in operands),
                tuple(operand.error for operand in operands),
                local[index],
                derivative,
                "" if composite is None else composite.name,
                tuple(ways.get(index, ())),
                flips.get(index) if rule is ErrorRule.MEETING else None,
            )
        )
    return tuple(found)
