"""Chooses the fractional bits of every node so that each output provably meets its goal.

Errors are shared out equally over all places that round, in inverse proportion to how strongly each acts on the outputs
(the sensitivities), as in MiniBit (Lee et al., DAC 2005); the common scale is then loosened or
tightened until the rigorous bound just meets the goals. Products and sums are truncated, which
costs nothing; the bias is taken back in the output's rounding.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from symhdl.analysis.errors import NO_ERROR, Slopes
from symhdl.analysis.functions import function_of
from symhdl.analysis.natural import natural_fraction
from symhdl.analysis.propagation import Errors, Meetings, propagate, propagate_within
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.sensitivity import sensitivities
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.analysis.truncation import TruncationWitness
from symhdl.budget import UNLIMITED, Budget
from symhdl.errors import Diagnostic, GoalError
from symhdl.functions.operation import DECISIONS, Operation
from symhdl.ir.graph import Graph
from symhdl.numeric.fixed import power_of_two
from symhdl.numeric.interval import Floats, Intervals, fraction_above, fraction_below
from symhdl.precision.exactness import exact_nodes
from symhdl.precision.goals import OutputGoal
from symhdl.precision.truncation import SUMS, Reserves, no_reserves, reserves_of
from symhdl.request import InputPlan

LOOSEST, TIGHTEST = 3.0, -40.0  # powers of two by which the equal shares may be scaled
STEPS_BELOW_ONE_BIT = 2
FINER_STEPS = (1 / 4, 1 / 8, 1 / 16)  # where all of an error is spent
LARGE_GRAPH = 3000  # above this many nodes the scale is searched in whole bits only
MAXIMUM_FRACTION = 8192
SHARINGS = 3  # of the error among the places that round, which follow from the shares
LARGEST_SHARE_OF_SIZE = 1 / 8
STRAIGHT = frozenset(
    {
        Operation.ADD, Operation.SUBTRACT, Operation.NEGATE, Operation.ABSOLUTE, Operation.MINIMUM,
        Operation.MAXIMUM, Operation.SELECT,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Allocation:
    """For every node the fractional bits that it may keep, and for functions and constants the error allowed.

    `errors` are proved bounds of each node's whole error, which hold for every rounding that stays within the plan;
    those that count are finite, and `local` is what of them each node adds of its own. `meetings` are the choices whose
    branches meet, on which the errors rest, and `slopes` what is known of those of the functions, for who propagates
    errors again. `truncations` are the products that were built without their lowest columns.
    """

    fractions: tuple[int, ...]
    tolerances: tuple[float, ...]
    errors: Errors
    local: tuple[Intervals, ...]
    meetings: Meetings
    slopes: Slopes
    truncations: Mapping[int, TruncationWitness] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """Fractions and the error that each node's own rounding may add."""

    fractions: tuple[int, ...]
    local: tuple[Intervals, ...]
    rounding: tuple[bool, ...]


def allocate(
    graph: Graph,
    ranges: Ranges,
    inputs: Sequence[InputPlan],
    goals: Sequence[OutputGoal],
    slopes: Slopes,
    reserve: int = 0,
    meetings: Meetings = MappingProxyType({}),
    budget: Budget = UNLIMITED,
    *,
    truncating: bool = False,
) -> Allocation:
    """The fractional bits of every node, `reserve` bits more than the shares ask for.

    With `truncating` products may be built without low columns, and have bits in reserve for that.
    Shares are loosened as far as the goals allow and the budget lasts.

    Raises `GoalError` if no number of bits proves the goals.
    """
    exact = exact_nodes(graph, ranges, inputs)
    limits = _limits(graph, ranges)
    reserved = reserves_of(graph, ranges) if truncating else no_reserves(graph)
    tolerances = _tolerances(graph, ranges, goals, inputs, exact, limits, reserved)

    def scaled(exponent: float) -> Floats:
        scaled_tolerances: Floats = np.minimum(tolerances * 2.0**exponent, limits)
        return scaled_tolerances

    def attempt(exponent: float) -> tuple[_Plan, Errors, bool]:
        plan = _plan(graph, ranges, inputs, scaled(exponent), exact, reserved)
        errors = propagate(graph, ranges, plan.local, slopes, meetings)
        met = all(_met(ranges, goal, plan, errors.values[goal.node]) for goal in goals)
        return plan, errors, met and errors.finite

    goals_of: dict[int, list[OutputGoal]] = {}
    for goal in goals:
        goals_of.setdefault(goal.node, []).append(goal)

    def looser(exponent: float) -> tuple[_Plan, Errors] | None:
        """What meets the goals; given up at the first that is missed."""
        plan = _plan(graph, ranges, inputs, scaled(exponent), exact, reserved)

        def check(node: int, error: Intervals) -> bool:
            return all(_met(ranges, goal, plan, error) for goal in goals_of.get(node, ()))

        errors = propagate_within(graph, ranges, plan.local, slopes, meetings, check)
        return None if errors is None or not errors.finite else (plan, errors)

    step = 1.0 if len(graph.nodes) > LARGE_GRAPH else 1.0 / STEPS_BELOW_ONE_BIT
    exponent = -float(reserve)
    plan, errors, met = attempt(exponent)
    if met and reserve == 0:
        while exponent < LOOSEST and not budget.is_over():
            better = looser(exponent + step)
            if better is None:
                break
            (plan, errors), exponent = better, exponent + step
    while not met:
        exponent -= max(step, -exponent / 2)
        if exponent < TIGHTEST:
            raise GoalError(_impossible(graph, ranges, goals, plan, errors))
        plan, errors, met = attempt(exponent)
    for part in FINER_STEPS if reserved.spent else ():
        better = looser(exponent + part)
        if better is not None:
            (plan, errors), exponent = better, exponent + part
    tolerated = tuple(scaled(exponent))
    return Allocation(plan.fractions, tolerated, errors, plan.local, meetings, slopes)


def total_error(
    goal: OutputGoal,
    fraction: int,
    low: float,
    high: float,
    integers: tuple[int, int] | None = None,
) -> tuple[int, float]:
    """The integer to add before the output's last shift, and the bound of the whole error.

    The inside has an error between `low` and `high` and `fraction` fractional bits. The shift
    loses between 0 and an ulp less one unit; the constant centres the whole. If the `integers` are told between which
    the result lies, it has as many low zeros as the goal allows, and takes none of them past the ends of the format.
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return 0, math.inf
    if fraction <= goal.format.fraction:
        return 0, max(0.0, -low, high)
    # In integers, units of 2**-scale, which are much faster than fractions.
    ratios = low.as_integer_ratio(), high.as_integer_ratio()
    scale = max(fraction, *(denominator.bit_length() - 1 for _, denominator in ratios))
    least, most = ((numerator << scale) // denominator for numerator, denominator in ratios)
    unit = 1 << (scale - fraction)
    steps = 1 << (fraction - goal.format.fraction)
    constant = _nearest((steps - 1) * unit - least - most, 2 * unit)
    constant = max(0, min(constant, 2 * steps))

    def bound(constant: int) -> Fraction:
        size = max(unit * (steps - 1 - constant) - least, most + unit * constant)
        return size * power_of_two(-scale)

    if integers is not None:
        least_constant = goal.format.minimum * steps - integers[0]
        most_constant = (goal.format.maximum + 1) * steps - 1 - integers[1]
        held = max(least_constant, min(constant, most_constant))
        for zeros in range(steps.bit_length(), -1, -1):
            shorter = _nearest(held, 1 << zeros) << zeros
            if least_constant <= shorter <= most_constant and bound(shorter) < goal.error:
                constant = shorter
                break
    return constant, fraction_above(bound(constant))


def _nearest(numerator: int, denominator: int) -> int:
    """The integer nearest to a quotient, of two equally near ones the even one."""
    quotient, rest = divmod(numerator, denominator)
    return quotient + (2 * rest > denominator or (2 * rest == denominator and quotient % 2 == 1))


def _met(ranges: Ranges, goal: OutputGoal, plan: _Plan, error: Intervals) -> bool:
    low, high = ranges.hull_where_needed(goal.node, error)
    _, bound = total_error(goal, plan.fractions[goal.node], low, high)
    return bound < goal.error if goal.faithful else bound <= goal.error


def _tolerances(
    graph: Graph,
    ranges: Ranges,
    goals: Sequence[OutputGoal],
    inputs: Sequence[InputPlan],
    exact: Sequence[bool],
    limits: Floats,
    reserved: Reserves,
) -> Floats:
    """The error that each node may add, if all that round take equal shares, up to its limit."""
    outputs, budgets = [goal.node for goal in goals], [float(goal.budget) for goal in goals]
    gains = sensitivities(graph, ranges, outputs, budgets)
    rounding = np.array([not is_exact for is_exact in exact])
    tolerances = limits
    for _ in range(SHARINGS):
        tolerances = limits.copy()
        for goal, (nodes, gain) in zip(goals, gains, strict=True):
            places = int(np.count_nonzero(rounding[nodes]))
            share = float(goal.budget) / max(1, places)
            with np.errstate(over="ignore"):  # what hardly acts on the outputs may be wrong at will
                tolerances[nodes] = np.minimum(tolerances[nodes], share / gain)
        before, rounding = (
            rounding,
            np.array(_plan(graph, ranges, inputs, tolerances, exact, reserved).rounding),
        )
        if (rounding == before).all():
            break
    return tolerances


def _limits(graph: Graph, ranges: Ranges) -> Floats:
    """The largest tolerance of every node.

    What goes to the outputs through sums and choices alone may be wrong by its own size, and so left out. Behind
    curved functions the gains hold only for small errors: there it is a part of the size.
    """
    straight = np.zeros(len(graph.nodes), dtype=bool)
    curved = np.zeros(len(graph.nodes), dtype=bool)
    for output in graph.outputs:
        straight[output.node] = True
    for index in range(len(graph.nodes) - 1, -1, -1):
        node = graph.nodes[index]
        passes = node.operation in STRAIGHT or (
            node.operation is Operation.MULTIPLY
            and any(ranges.space[operand] == CONSTANT_SPACE for operand in node.operands)
        )
        for operand in node.operands:
            if passes and straight[index]:
                straight[operand] = True
            if not passes or curved[index]:
                curved[operand] = True
    hulls = [ranges.hull(index) for index in range(len(ranges.values))]
    sizes = np.array([max(abs(low), abs(high)) or 1.0 for low, high in hulls])
    return np.where(curved | ~straight, sizes * LARGEST_SHARE_OF_SIZE, sizes)


def fraction_for(tolerance: float) -> int:
    """The fewest fractional bits whose truncation, centred, or rounding to nearest errs by at most the tolerance."""
    if tolerance <= 0:
        return MAXIMUM_FRACTION
    return min(MAXIMUM_FRACTION, math.ceil(-math.log2(tolerance)) - 1)


def _never_rounds(operation: Operation) -> bool:
    """Conditions have no bits to lose, and a negation is truncated more cheaply before or after."""
    return operation.boolean or operation is Operation.NEGATE


def _plan(
    graph: Graph,
    ranges: Ranges,
    inputs: Sequence[InputPlan],
    tolerances: Floats,
    exact: Sequence[bool],
    reserved: Reserves,
) -> _Plan:
    """The fractions for given tolerances, and what each rounding may cost.

    Sums keep the bits that products have in reserve.
    """
    spare = list(reserved.bits)
    formats = {plan.name: plan.format for plan in inputs}
    fractions: list[int] = []
    known: list[
        bool
    ] = []  # whether the fraction is what the hardware will have, not only its limit
    local: list[Intervals] = []
    rounding: list[bool] = []
    for index, node in enumerate(graph.nodes):
        wanted = fraction_for(float(tolerances[index]))
        if ranges.space[index] == CONSTANT_SPACE:
            natural = natural_fraction(node, fractions, formats)
            dyadic = node.operation is Operation.CONSTANT and natural is not None
            if dyadic and natural is not None and (exact[index] or natural <= wanted):
                fractions.append(natural)
                local.append(NO_ERROR)
            else:
                fractions.append(wanted)
                local.append(_rounded(wanted))
            known.append(True)
            rounding.append(local[-1] is not NO_ERROR)
            continue
        if function_of(graph, node) is not None:
            tolerance = float(tolerances[index])
            fractions.append(wanted + 1)
            known.append(False)
            local.append(Intervals.between(-tolerance, tolerance))
            rounding.append(True)
            continue
        natural = natural_fraction(node, fractions, formats)
        assert natural is not None
        certain = all(known[operand] for operand in node.operands) or node.operation.boolean
        if node.operation in SUMS:
            spare[index] = max(spare[operand] for operand in node.operands)
        if (
            exact[index]
            or _never_rounds(node.operation)
            or (certain and natural <= wanted + (spare[index] if node.operation in SUMS else 0))
        ):
            fractions.append(natural)
            known.append(certain)
            local.append(NO_ERROR)
            rounding.append(False)
            continue
        fraction = min(natural, wanted) if certain else wanted
        longer = wanted + reserved.bits[index]
        fractions.append(min(natural, longer) if certain else longer)
        known.append(certain)
        rounding.append(True)
        if reserved.spent and reserved.bits[index]:
            local.append(Intervals.between(-2.0 * float(tolerances[index]), 0.0))
        else:
            local.append(_truncated(fraction))
    return _Plan(tuple(fractions), tuple(local), tuple(rounding))


@lru_cache(maxsize=256)
def _rounded(fraction: int) -> Intervals:
    """What a constant loses that is rounded to nearest."""
    half = fraction_above(power_of_two(-fraction - 1)) * (1 + 2.0**-20)
    return Intervals.between(-half, half)


@lru_cache(maxsize=256)
def _truncated(fraction: int) -> Intervals:
    """What a value loses whose lower bits are left out."""
    return Intervals.between(fraction_below(-power_of_two(-fraction)), 0.0)


def _impossible(
    graph: Graph,
    ranges: Ranges,
    goals: Sequence[OutputGoal],
    plan: _Plan,
    errors: Errors,
) -> Diagnostic:
    """Names the output that fails, the best bound found, and the decision or pole that is to blame."""
    unmet = [goal for goal in goals if not _met(ranges, goal, plan, errors.values[goal.node])]
    failed = unmet[0] if unmet else goals[0]
    low, high = ranges.hull_where_needed(failed.node, errors.values[failed.node])
    _, bound = total_error(failed, plan.fractions[failed.node], low, high)
    blame = [
        index for index, node in enumerate(graph.nodes)
        if node.operation in DECISIONS and errors.values[index].magnitude.any()
    ]  # fmt: skip
    notes = [f"the best bound that was proved is {bound:.6g}, the goal {float(failed.error):.6g}"]
    span = failed.declaration.span
    help_text = "allow a larger error, or narrow the ranges of the inputs"
    if blame:
        span = graph.spans[blame[0]] or span
        notes.append(
            "this jumps, and its argument is not exact: next to the jump the hardware may take the other side"
        )
        help_text = "make the compared values exact: sums and products of inputs and rational constants are; "
        help_text += f"or accept the other side next to the jump with an error of {bound * 1.001:.4g} or more"
    return Diagnostic(
        "goal-impossible",
        f"the error goal of output `{failed.name}` cannot be proved",
        span,
        tuple(notes),
        help_text,
    )
