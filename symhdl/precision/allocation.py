"""Chooses the fractional bits of every node so that each output provably meets its goal.

Errors are shared out equally over all places that round, in inverse proportion to how strongly each acts on the outputs
(the sensitivities), as in MiniBit (Lee et al., DAC 2005); the common scale is then loosened or
tightened until the rigorous bound just meets the goals. Products and sums are truncated, which
costs nothing; the bias is taken back in the output's rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from symhdl.analysis.angle import AngleWitness
from symhdl.analysis.backward import Acting
from symhdl.analysis.division import DivisionWitness
from symhdl.analysis.errors import Slopes
from symhdl.analysis.propagation import Errors, Meetings, strengths_of_flips
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.regions import NO_REGIONS, Regions
from symhdl.analysis.rotation import RotationWitness
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.analysis.truncation import TruncationWitness
from symhdl.budget import UNLIMITED, Budget
from symhdl.errors import Diagnostic, GoalError
from symhdl.functions.operation import DECISIONS, Operation
from symhdl.ir.graph import Graph
from symhdl.numeric.interval import Floats, Intervals
from symhdl.precision.economy import Economy, Found, Prices
from symhdl.precision.exactness import coarse_comparisons, exact_nodes
from symhdl.precision.goals import OutputGoal
from symhdl.precision.linear import LinearModel
from symhdl.precision.output_rounding import is_met, total_error
from symhdl.precision.recurrences import Recurrence, nodes_read
from symhdl.precision.results import Result, allowed, result_of, results_of
from symhdl.precision.roundings import Plan, factors_of
from symhdl.precision.shares import Shares
from symhdl.precision.truncation import no_reserves, reserves_of
from symhdl.request import InputPlan

LOOSEST, TIGHTEST = 3.0, -40.0  # powers of two by which the equal shares may be scaled
MOST_PRICED = 50_000  # nodes, in all moves of a search together
STEPS_BELOW_ONE_BIT = 2
LONGER = 8  # times as many where there is time
PARTS = (1.0, 0.96, 0.9)  # of the errors, with more and more in reserve
SURELY_BEYOND = 1.1  # of a limit by the model that agrees with the last proof: never met in 60 designs above 1.06
FINER_STEPS = (1 / 4, 1 / 8, 1 / 16)  # where all of an error is spent
LARGE_GRAPH = 3000  # above this many nodes the scale is searched in whole bits only
ROUNDED = 2.0**-30  # of what is left of an error: more than sums of doubles are wrong by
SURELY_CHEAPER = 0.98
"""Of what equal shares are worth: of designs that were estimated to save less every second one saved nothing."""
FACTOR_SHARE = 2  # times that of other places that round, where factors are adders
SHARE_OF_RECURRENCES = 2
"""Beside 1 of others: a bit less of one is an adder less, and each of the other adders is shorter."""
LARGEST_SHARE_OF_SIZE = 1 / 8
STRAIGHT = frozenset(
    {
        Operation.ADD, Operation.SUBTRACT, Operation.NEGATE, Operation.ABSOLUTE, Operation.MINIMUM,
        Operation.MAXIMUM, Operation.SELECT,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """What was found with equal shares, for who looks for better ones: the gains are those of the shares."""

    found: Found
    shares: Shares
    gains: Sequence[Acting]


@dataclass(frozen=True, slots=True, eq=False)
class Allocation:
    """For every node the fractional bits that it may keep, and for functions and constants the error allowed.

    `errors` are proved bounds of each node's whole error, which hold for every rounding that stays within the plan;
    those that count are finite, and `local` is what of them each node adds of its own. `meetings` are the choices whose
    branches meet, on which the errors rest, and `slopes` what is known of those of the functions, for who propagates
    errors again; `regions` are those that it was made for. `results` are what functions give whose tolerance covers the
    rounding to that, `truncations` the products built without their lowest columns. `recurrences` are computed digit by
    digit; `divisions`, `angles` and `rotations` are what their own errors stand on. `worth` is that of all nodes in
    LUTs, None where shares are equal: then `shared` is what was found before outputs had what was left. `asked` are
    those of functions without the rounding to what they give, and `spent` what others have of what functions left of
    them.
    """

    fractions: tuple[int, ...]
    tolerances: tuple[float, ...]
    errors: Errors
    local: tuple[Intervals, ...]
    meetings: Meetings
    slopes: Slopes
    results: Mapping[int, Result] = field(default_factory=dict)
    regions: Regions = NO_REGIONS
    truncations: Mapping[int, TruncationWitness] = field(default_factory=dict)
    recurrences: Mapping[int, Recurrence] = field(default_factory=dict)
    divisions: Mapping[int, DivisionWitness] = field(default_factory=dict)
    angles: Mapping[int, AngleWitness] = field(default_factory=dict)
    rotations: Mapping[int, RotationWitness] = field(default_factory=dict)
    worth: float | None = None
    shared: Start | None = None
    asked: Floats | None = None
    spent: Floats | None = None


def allocate(
    graph: Graph,
    ranges: Ranges,
    inputs: Sequence[InputPlan],
    goals: Sequence[OutputGoal],
    slopes: Slopes,
    reserve: int = 0,
    meetings: Meetings = MappingProxyType({}),
    budget: Budget = UNLIMITED,
    regions: Regions = NO_REGIONS,
    *,
    truncating: bool = False,
    in_logic: bool = False,
    recurrences: Mapping[int, Recurrence] = MappingProxyType({}),
    pricing: Callable[[Shares], Prices] | None = None,
    start: Start | None = None,
) -> Allocation:
    """The fractional bits of every node, `reserve` bits more than the shares ask for.

    With `truncating` products may be built without low columns, and have bits in reserve for that; each of the regions
    is one function, of which nothing inside is rounded. If all products are `in_logic`, rational factors have larger
    shares: a digit less is an adder less, where others save a bit of one. Shares are loosened as far as the goals allow
    and the budget lasts. The `recurrences` are computed digit by digit. Where shares are priced, they `start` from
    what another allocation found for the same goals and the same parts of the graph.

    Raises `GoalError` if no number of bits proves the goals.
    """
    is_priced = pricing is not None and reserve < len(PARTS) and not budget.is_over()
    if start is None or not is_priced:
        shares = shares_for(
            graph, ranges, inputs, goals, slopes, meetings, regions,
            truncating=truncating, in_logic=in_logic, recurrences=recurrences,
        )  # fmt: skip
        start = _equal(shares, 0 if is_priced else reserve, budget)
    shares, gains, found = start.shares, start.gains, start.found
    direct = direct_outputs(shares)
    equal = start if pricing is None else None
    if pricing is not None and is_priced:
        prices = pricing(shares)
        effort = MOST_PRICED * (LONGER if prices.thorough else 1)
        economy = Economy(shares, gains, prices, effort, PARTS[reserve], budget)
        ways = [found]
        if economy.has_choice(found):
            ways.append(economy.improved(replace(found, worth=prices.worth(found.plan))))
        ways = [with_rest_spent(shares, direct, way) for way in ways]
        found, *others = (replace(way, worth=prices.exactly(way.plan)) for way in ways)
        for cheaper in others:
            if cheaper.worth < SURELY_CHEAPER * found.worth:
                found = cheaper
    else:
        found = with_rest_spent(shares, direct, found)
    return allocation_of(shares, found, found.worth if pricing is not None else None, equal)


def shares_for(
    graph: Graph,
    ranges: Ranges,
    inputs: Sequence[InputPlan],
    goals: Sequence[OutputGoal],
    slopes: Slopes,
    meetings: Meetings = MappingProxyType({}),
    regions: Regions = NO_REGIONS,
    *,
    truncating: bool = False,
    in_logic: bool = False,
    recurrences: Mapping[int, Recurrence] = MappingProxyType({}),
    kept: Mapping[int, tuple[int, float]] = MappingProxyType({}),
) -> Shares:
    """What may be tried for goals; arguments as for `allocate`, `kept` are functions that are found."""
    coarse = coarse_comparisons(graph, meetings)
    exact = exact_nodes(graph, ranges, inputs, coarse)
    flips = strengths_of_flips(graph, ranges, meetings, coarse)
    limits = _limits(graph, ranges, regions)
    reserved = reserves_of(graph, ranges, regions) if truncating else no_reserves(graph)
    inside = regions.functions.keys() | regions.absorbed
    arguments = frozenset(regions.arguments.values())
    recurrences = {
        node: each
        for node, each in recurrences.items()
        if inside.isdisjoint((node, *each.absorbed))
        and arguments.isdisjoint(each.absorbed)
        and regions.absorbed.isdisjoint(nodes_read(graph, each))
    }
    at_once = {node for node, each in recurrences.items() if each.is_direct}
    direct = results_of(graph, ranges, goals, regions, at_once)
    results = {node: result_of(goal, ranges) for node, goal in direct.items()}
    return Shares(
        graph, ranges, inputs, goals, slopes, meetings, exact, limits, reserved, results, regions,
        recurrences, _weights(graph, recurrences, in_logic=in_logic), flips, kept,
    )  # fmt: skip


def direct_outputs(shares: Shares) -> Mapping[int, OutputGoal]:
    """By node the strictest goals of the functions that give the numbers of an output's format at once."""
    found: dict[int, OutputGoal] = {}
    for goal in shares.goals:
        if goal.node in shares.results:
            before = found.get(goal.node, goal)
            found[goal.node] = min(before, goal, key=lambda each: (each.error, not each.faithful))
    return found


def allocation_of(
    shares: Shares, found: Found, worth: float | None = None, shared: Start | None = None
) -> Allocation:
    """What tolerances that were found, with their proof, come to."""
    tolerances = found.tolerances.copy()
    for node in shares.results:
        tolerances[node] = -float(found.plan.local[node].lower.min())
    return Allocation(
        found.plan.fractions, tuple(tolerances), found.errors, found.plan.local, shares.meetings,
        shares.slopes, shares.results, shares.regions, recurrences=shares.recurrences, worth=worth,
        shared=shared, asked=found.tolerances,
    )  # fmt: skip


def met(shares: Shares, tolerances: Floats) -> Found | None:
    """What follows from tolerances that meet all goals; None for others."""
    plan, errors, met = shares.attempt(tolerances)
    return Found(tolerances, plan, errors) if met else None


def _equal(shares: Shares, reserve: int, budget: Budget) -> Start:
    """Shares of the error, all of them larger or smaller by as much, with which the goals are met."""
    gains = shares.gains()
    equal = shares.shared(gains)
    step = 1.0 if len(shares.graph.nodes) > LARGE_GRAPH else 1.0 / STEPS_BELOW_ONE_BIT
    exponent = -float(reserve)
    plan, errors, met = shares.attempt(shares.scaled(equal, exponent))
    if met and reserve == 0:
        model = LinearModel.of(shares, gains)
        while exponent < LOOSEST and not budget.is_over():
            model.correct(plan, errors)
            looser = shares.plan(shares.scaled(equal, exponent + step))
            if model.share_of_limits(looser) > SURELY_BEYOND:
                break
            proved = shares.errors_within(looser)
            if proved is None:
                break
            plan, errors, exponent = looser, proved, exponent + step
    while not met:
        exponent -= max(step, -exponent / 2)
        if exponent < TIGHTEST:
            raise GoalError(_impossible(shares.graph, shares.ranges, shares.goals, plan, errors))
        plan, errors, met = shares.attempt(shares.scaled(equal, exponent))
    for part in FINER_STEPS if shares.reserved.spent else ():
        looser = shares.plan(shares.scaled(equal, exponent + part))
        proved = shares.errors_within(looser)
        if proved is not None:
            plan, errors, exponent = looser, proved, exponent + part
    return Start(Found(shares.scaled(equal, exponent), plan, errors), shares, gains)


def with_rest_spent(shares: Shares, direct: Mapping[int, OutputGoal], found: Found) -> Found:
    """What outputs may be wrong by and are not is left to the functions that they are.

    With that, slopes are taken over wider ranges than before. Where this is too much, what is left by these slopes is.
    """
    if not direct:
        return found
    wider = met(shares, _widened(shares, direct, found))
    if wider is None:
        anew = met(shares, found.tolerances)
        wider = None if anew is None else met(shares, _widened(shares, direct, anew))
    return wider or found


def _widened(shares: Shares, direct: Mapping[int, OutputGoal], found: Found) -> Floats:
    """The tolerances with which outputs may be wrong by all that is allowed."""
    wider = found.tolerances.copy()
    for node, goal in direct.items():
        low, high = shares.ranges.hull_where_needed(node, found.errors.values[node])
        room = float(allowed(goal)) - max(-low, high)
        wider[node] += max(0.0, room * (1 - ROUNDED))
    return wider


def _weights(graph: Graph, recurrences: Collection[int], *, in_logic: bool) -> Floats:
    """How many shares of the error each node has."""
    weights = np.ones(len(graph.nodes))
    weights[list(recurrences)] = SHARE_OF_RECURRENCES
    if in_logic:
        rational = [k for k in factors_of(graph) if graph.nodes[k].value is not None]
        weights[sorted(rational)] = FACTOR_SHARE
    return weights


def _limits(graph: Graph, ranges: Ranges, regions: Regions) -> Floats:
    """The largest tolerance of every node.

    What goes to the outputs through sums and choices alone may be wrong by its own size, and so left out. Behind
    curved functions the gains hold only for small errors: there it is a part of the size.
    """
    straight = np.zeros(len(graph.nodes), dtype=bool)
    curved = np.zeros(len(graph.nodes), dtype=bool)
    for output in graph.outputs:
        straight[output.node] = True
    seen = regions.seen(graph).nodes
    for index in range(len(graph.nodes) - 1, -1, -1):
        node = seen[index]
        passes = index not in regions.functions and (
            node.operation in STRAIGHT
            or (
                node.operation is Operation.MULTIPLY
                and any(ranges.space[operand] == CONSTANT_SPACE for operand in node.operands)
            )
        )
        for operand in node.operands:
            if passes and straight[index]:
                straight[operand] = True
            if not passes or curved[index]:
                curved[operand] = True
    hulls = [ranges.hull(index) for index in range(len(ranges.values))]
    sizes = np.array([max(abs(low), abs(high)) or 1.0 for low, high in hulls])
    return np.where(curved | ~straight, sizes * LARGEST_SHARE_OF_SIZE, sizes)


def _impossible(
    graph: Graph,
    ranges: Ranges,
    goals: Sequence[OutputGoal],
    plan: Plan,
    errors: Errors,
) -> Diagnostic:
    """Names the output that fails, the best bound found, and the decision or pole that is to blame."""
    unmet = [goal for goal in goals if not is_met(ranges, goal, plan, errors.values[goal.node])]
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
