"""What each output must achieve: its format, and the largest error that it may have."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from symhdl.analysis.natural import natural_fractions
from symhdl.analysis.ranges import Ranges
from symhdl.analysis.whole import whole_nodes
from symhdl.choices import DEFAULT_WIDTH
from symhdl.errors import Diagnostic, GoalError, error
from symhdl.ir.graph import Graph, OutputDeclaration
from symhdl.numeric.fixed import (
    FixedFormat,
    format_for_range,
    format_of_range,
    integer_range_of,
    power_of_two,
    round_to_integer,
)
from symhdl.numeric.interval import Intervals
from symhdl.numeric.limits import (
    LARGEST_EXPONENT,
    LARGEST_NUMBER,
    SMALLEST_EXPONENT,
    SMALLEST_NUMBER,
)
from symhdl.request import InputPlan, Request

NEXT_TO_PLACE = 2.0**-20  # half bits: an error that is so near to a place of the grid is at it


@dataclass(frozen=True, slots=True)
class OutputGoal:
    """An output's node and format, the error allowed in all, and what of it is left beside the last rounding.

    `faithful` outputs must stay below one unit of the last place; those that are not `rounded` are numbers of
    their formats as they are. One that is `whole` is a whole number, like all numbers of its format: an error below 1
    is none. Where data say how strongly each node acts in the mean (`mean_gains`), what the inside is wrong by
    in the mean is taken back in place of the middle of what is proved. What was seen to be left of it is the `bias`.
    """

    name: str
    node: int
    format: FixedFormat
    error: Fraction
    faithful: bool
    declaration: OutputDeclaration
    rounded: bool = True
    whole: bool = False
    mean_gains: tuple[float, ...] | None = None
    bias: float = 0.0

    @property
    def budget(self) -> Fraction:
        """What the inside may contribute, as half the width of its error interval."""
        return self.error - self.format.ulp / 2 if self.rounded else self.error

    def mean_of(self, local: Sequence[Intervals]) -> float | None:
        """What the inside is wrong by in the mean, where data say it, if each node loses the middle of its error."""
        if self.mean_gains is None:
            return None
        pairs = zip(self.mean_gains, local, strict=True)
        middles = (g * (e.lower.item(0) + e.upper.item(0)) / 2 for g, e in pairs if g)
        return sum(middles, self.bias)


def goals_of(
    graph: Graph,
    ranges: Ranges,
    inputs: Sequence[InputPlan],
    request: Request,
    written: Graph,
    finer: int = 0,
    tighter: int = 0,
) -> tuple[OutputGoal, ...]:
    """The goal of every output, as `find_goals`; which of them are whole numbers the graph as `written` tells."""
    formats = {plan.name: plan.format for plan in inputs}
    is_whole = whole_nodes(written, formats)
    whole = [is_whole[output.node] for output in written.outputs]
    return find_goals(
        graph, ranges, request, natural_fractions(graph, formats), whole, finer, tighter
    )


def find_goals(
    graph: Graph,
    ranges: Ranges,
    request: Request,
    natural: Sequence[int | None],
    whole: Sequence[bool],
    finer: int = 0,
    tighter: int = 0,
) -> tuple[OutputGoal, ...]:
    """The goal of every output, from its declaration, else from the request.

    Outputs that have an error alone get the coarsest format that it allows, or one that is some bits `finer`. Those
    that are `whole` numbers get the bits that these take, unless a format or a width is asked for. Errors are as they
    are asked for, or so many places on a grid of half bits `tighter`.

    `natural` are the fractional bits of every node's exact value, None for one that no number holds.

    Raises `SymhdlError` if an output's range does not fit its format, at whose ends numbers are held where that keeps
    within the goal, `GoalError` if its error is smaller than half a unit of the last place of its format.
    """
    return tuple(
        _goal(output, ranges, request, natural[output.node], is_whole, finer, tighter)
        for output, is_whole in zip(graph.outputs, whole, strict=True)
    )


def asked_for(
    output: OutputDeclaration, request: Request
) -> tuple[FixedFormat | None, Fraction | None]:
    """The format and the error of an output: those of its declaration, the general ones if it declares nothing."""
    if output.format is None and output.error is None:
        return request.output_format, request.error
    return output.format, output.error


def format_over(
    output: OutputDeclaration, request: Request
) -> Callable[[Fraction, Fraction], FixedFormat]:
    """The format that an output of no whole numbers gets over a range, given by its ends."""
    declared, allowed = asked_for(output, request)
    if allowed is not None:  # what nobody can be asked for is told with the goals
        allowed = min(max(allowed, Fraction(SMALLEST_NUMBER)), Fraction(LARGEST_NUMBER))
    width = request.output_width if output.error is None else None

    def chosen(low: Fraction, high: Fraction) -> FixedFormat:
        return _format_for(low, high, allowed, width, 0) if declared is None else declared

    return chosen


def _check_error(output: OutputDeclaration, allowed: Fraction) -> None:
    """Raises SymhdlError for an error that no output can be asked for."""
    if allowed <= 0:
        raise error(
            "bad-error",
            f"output `{output.name}` cannot have an error of {float(allowed):.6g}",
            output.span,
            help="ask for an error above 0, such as 2^-10",
        )
    if allowed < SMALLEST_NUMBER:
        raise error(
            "bad-error",
            f"the error asked of output `{output.name}` is below 2^{SMALLEST_EXPONENT}",
            output.span,
            help="ask for a larger error, such as 2^-40",
        )


def _goal(
    output: OutputDeclaration,
    ranges: Ranges,
    request: Request,
    natural: int | None,
    is_whole: bool,
    finer: int,
    tighter: int,
) -> OutputGoal:
    low, high = ranges.ends(output.node)
    declared, allowed = asked_for(output, request)
    if allowed is not None:
        allowed = min(allowed, Fraction(LARGEST_NUMBER))
        _check_error(output, allowed)
        allowed = _on_grid(allowed, tighter)
    # The general width is for outputs that declare nothing.
    width = request.output_width if output.error is None else None
    if declared is not None and declared.ulp > LARGEST_NUMBER:
        raise error(
            "range-too-large",
            f"the format of output `{output.name}` goes beyond 2^{LARGEST_EXPONENT}",
            output.span,
            help="use a format with smaller numbers",
        )
    if declared is not None:
        held = Fraction(0) if request.correctly_rounded else allowed
        _check_range(output, declared, low, high, held, is_exact=output.node in ranges.exact)
    elif is_whole and width is None:
        declared = _whole_format(low, high, allowed, finer)
    else:
        declared = _format_for(low, high, allowed, width, finer)
    if declared.ulp < SMALLEST_NUMBER:
        raise error(
            "range-too-small",
            f"the format of output `{output.name}` goes below 2^{SMALLEST_EXPONENT}",
            output.span,
            notes=(f"its values go up to {max(abs(float(low)), abs(float(high))):.6g} in size",),
            help="measure in smaller units, or ask for an error (--error) of which such values are no part",
        )
    is_whole = is_whole and declared.fraction == 0
    if is_whole and allowed is not None and allowed < 1:
        allowed = None  # what is less than 1 from a whole number, and one itself, is that number
    faithful = allowed is None
    goal = OutputGoal(
        output.name,
        output.node,
        declared,
        declared.ulp if allowed is None else allowed,
        faithful,
        output,
        natural is None or natural > declared.fraction,
        is_whole,
    )
    if goal.budget <= 0:
        raise GoalError(_too_coarse(goal))
    return goal


def as_asked(goals: Sequence[OutputGoal], request: Request) -> tuple[OutputGoal, ...]:
    """Goals that were tighter, with the errors that are asked for."""
    found: list[OutputGoal] = []
    for goal in goals:
        _, allowed = asked_for(goal.declaration, request)
        if allowed is not None and not goal.faithful:
            goal = replace(goal, error=max(goal.error, allowed))
        found.append(goal)
    return tuple(found)


def _on_grid(allowed: Fraction, tighter: int) -> Fraction:
    """An error that is so many places of the grid of half bits smaller; itself where that is none."""
    if not tighter:
        return allowed
    place = math.floor(2 * math.log2(allowed) - NEXT_TO_PLACE) - (tighter - 1)
    return Fraction(math.exp2(place / 2))


def _whole_format(
    low: Fraction, high: Fraction, allowed: Fraction | None, finer: int
) -> FixedFormat:
    """The format of the whole numbers in the range; that of other numbers where it may be coarser and is narrower."""
    whole = format_of_range(math.ceil(low), math.floor(high), 0)
    may_be_coarser = allowed is None or allowed >= 1
    if may_be_coarser and whole.width > DEFAULT_WIDTH:
        return _format_for(low, high, allowed, None, finer)
    return whole


def _format_for(
    low: Fraction, high: Fraction, allowed: Fraction | None, width: int | None, finer: int
) -> FixedFormat:
    """The format over the range: of the width that was asked for, or with an ulp of at most the error.

    The latter may have some bits more.
    """
    if allowed is None or width is not None:
        return format_for_range(low, high, DEFAULT_WIDTH if width is None else width)
    fraction = 0
    while power_of_two(-fraction) > allowed:
        fraction += 1
    while power_of_two(-fraction + 1) <= allowed:
        fraction -= 1
    fraction += finer
    return format_of_range(*integer_range_of(low, high, fraction), fraction)


def _check_range(
    output: OutputDeclaration, declared: FixedFormat, low: Fraction, high: Fraction,
    allowed: Fraction | None, *, is_exact: bool,
) -> None:  # fmt: skip
    """The rounded ends of the range must be numbers of the format, or within the goal of its ends."""
    least, most = (round_to_integer(end, declared.fraction) for end in (low, high))
    beyond = distance_beyond(declared, low, high)
    is_near = beyond < declared.ulp if allowed is None else beyond <= allowed
    if is_near or (declared.minimum <= least and most <= declared.maximum):
        return
    enough = format_of_range(least, most, declared.fraction)
    found = f"[{float(low):.6g}, {float(high):.6g}]"
    held = f"[{float(declared.minimum * declared.ulp):.6g}, {float(declared.maximum * declared.ulp):.6g}]"
    notes = [f"its range is {found}, the format holds {held}"]
    if found == held:  # it is by less than these digits show that they differ
        steps = max(declared.minimum - least, most - declared.maximum)
        rounded = "" if is_exact else "; its ends have 53 bits and are rounded outwards"
        notes.append(f"the range goes {steps} ulp beyond{rounded}")
    raise error(
        "output-overflow",
        f"output `{output.name}` does not fit its format {declared}",
        output.span,
        notes=tuple(notes),
        help=f"use {enough}, hold the value at the ends of the format with clamp(...) or --undefined saturate, "
        "or narrow the ranges of the inputs",
    )


def distance_beyond(format: FixedFormat, low: Fraction, high: Fraction) -> Fraction:
    """By how much a range goes beyond the ends of a format."""
    least, most = format.minimum * format.ulp, format.maximum * format.ulp
    return max(least - low, high - most, Fraction(0))


def all_fit(graph: Graph, ranges: Ranges, goals: Sequence[OutputGoal]) -> bool:
    """Whether the outputs of another graph are proved to stay in the formats of goals, and all of it in its domains."""
    return not ranges.violations and not any(
        distance_beyond(goal.format, *ranges.ends(output.node))
        for goal, output in zip(goals, graph.outputs, strict=True)
    )


def moved_goals(
    graph: Graph, inputs: Sequence[InputPlan], goals: Sequence[OutputGoal]
) -> tuple[OutputGoal, ...]:
    """The goals for another graph: formats do not hang on how well a form can be bounded."""
    natural = natural_fractions(graph, {plan.name: plan.format for plan in inputs})
    found: list[OutputGoal] = []
    for goal, output in zip(goals, graph.outputs, strict=True):
        fraction = natural[output.node]
        is_rounded = fraction is None or fraction > goal.format.fraction
        found.append(replace(goal, node=output.node, rounded=is_rounded))
    return tuple(found)


def _too_coarse(goal: OutputGoal) -> Diagnostic:
    half = goal.format.ulp / 2
    return Diagnostic(
        "goal-impossible",
        f"output `{goal.name}` cannot have an error of at most {float(goal.error):.6g} in the format {goal.format}",
        goal.declaration.span,
        notes=(f"rounding to that format alone costs up to {float(half):.6g}",),
        help=f"ask for an error above {float(half):.6g}, or give the output more fractional bits",
    )
