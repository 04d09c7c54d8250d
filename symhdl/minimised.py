"""Of the designs for a request the one that takes least of what is to be least."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from symhdl.budget import Budget, Progress
from symhdl.design import Design
from symhdl.errors import GoalError, SymhdlError
from symhdl.estimated import Estimated
from symhdl.numeric.fixed import FixedFormat
from symhdl.pipeline import marked_as_cut
from symhdl.request import Request
from symhdl.targets.target import Target
from symhdl.variants import Variants


def least_design(
    variants: Variants, request: Request, target: Target, progress: Progress | None = None
) -> Estimated:
    """The design for a request. Raises `SymhdlError` as the passes do.

    Where something is assumed, hardware that is right without it is taken if that is less: what is proved for some of
    the inputs alone cannot be built into it. What is not compared with that to the end is cut.
    """
    found = _least_design(variants, request, target, progress)
    if not variants.graph.assumptions or found.design.cut:
        return found
    try:
        other = _least_design(variants.without_assumptions(), request, target, progress)
    except SymhdlError:  # it has no value, or a value without bound, where an assumption fails
        return _cut(found, variants.budget) if variants.budget.cut else found
    except KeyboardInterrupt:
        if request.opt < 2:
            raise
        return _cut(found, variants.budget)
    if other.design.cut:
        return _cut(found, variants.budget)
    told, wanted = set(other.design.warnings), found.design
    is_equal = _asked(other.design) == _asked(wanted) and told <= set(wanted.warnings)
    if not is_equal or found.figures <= other.figures:
        return found
    design = replace(other.design, mathematics=variants.graph, warnings=wanted.warnings)
    return replace(other, design=design)


def _cut(found: Estimated, budget: Budget) -> Estimated:
    """A design beside which another one was to be made, for which there was no time."""
    return replace(found, design=marked_as_cut(found.design, budget, interrupted=not budget.cut))


def _asked(design: Design) -> list[tuple[FixedFormat, Fraction]]:
    """The formats of the outputs, and the errors that they may have."""
    return [(goal.format, goal.error) for goal in design.goals]


def _least_design(
    variants: Variants, request: Request, target: Target, progress: Progress | None
) -> Estimated:
    """The design for a request, with what is assumed or without it.

    Prices lead to less of what is dear as a rule alone. Where something is to be least the design at the prices of the
    device is made, too, and taken if it has less of that, or as much and less of all. At level 2 many designs are made,
    and `progress` is told of them.
    """
    if request.opt > 1 and request.uniform is None:
        from symhdl.trials import Trials

        return Trials(variants, request, target, progress).found()
    found = Estimated.of(variants.design(request, target))
    if request.minimise == "auto" or found.design.cut:
        return found
    try:
        made = variants.design(replace(request, minimise="auto"), target)
    except GoalError:  # the time is over, or the design would be too large
        return _cut(found, variants.budget) if variants.budget.cut else found
    plain = Estimated.of(replace(made, request=request))
    best = min(found, plain, key=lambda each: each.figures)
    if plain.design.cut:
        return _cut(best, variants.budget)
    return best
