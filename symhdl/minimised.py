"""Of the designs for a request the one that takes least of what is to be least."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from symhdl.cost.cells import Area
from symhdl.cost.estimate import Estimate, estimate
from symhdl.design import Design
from symhdl.errors import GoalError, SymhdlError
from symhdl.numeric.fixed import FixedFormat
from symhdl.pipeline import marked_as_cut
from symhdl.request import Request
from symhdl.targets.target import Target
from symhdl.variants import Variants


@dataclass(frozen=True, slots=True)
class Estimated:
    """A design as all passes leave it, with what it takes."""

    design: Design
    estimate: Estimate

    @property
    def figures(self) -> tuple[float, ...]:
        """What is to be least, and then all that it takes; designs are compared by them."""
        design, found = self.design, self.estimate
        assert design.datapath is not None
        area = Area(found.luts, found.ffs, found.dsps, found.brams).worth(design.target)
        match design.request.minimise:
            case "luts":
                return found.luts, area
            case "dsps":
                return found.dsps, area
            case "latency":
                clock_ns = 0.0 if design.request.clocked else 1000.0 / found.fmax_mhz
                return design.datapath.latency, clock_ns, area
        return (area,)


def least_design(variants: Variants, request: Request, target: Target) -> Estimated:
    """The design for a request. Raises `SymhdlError` as the passes do.

    Where something is assumed, hardware that is right without it is taken if that is less: what is proved for some of
    the inputs alone cannot be built into it.
    """
    found = _least_design(variants, request, target)
    if not variants.graph.assumptions or found.design.cut:
        return found
    try:
        other = _least_design(variants.without_assumptions(), request, target)
    except SymhdlError:  # it has no value, or a value without bound, where an assumption fails
        return found
    told, wanted = set(other.design.warnings), found.design
    is_equal = _asked(other.design) == _asked(wanted) and told <= set(wanted.warnings)
    if not is_equal or other.design.cut or found.figures <= other.figures:
        return found
    design = replace(other.design, mathematics=variants.graph, warnings=wanted.warnings)
    return replace(other, design=design)


def _asked(design: Design) -> list[tuple[FixedFormat, Fraction]]:
    """The formats of the outputs, and the errors that they may have."""
    return [(goal.format, goal.error) for goal in design.goals]


def _least_design(variants: Variants, request: Request, target: Target) -> Estimated:
    """The design for a request, with what is assumed or without it.

    Prices lead to less of what is dear as a rule alone. Where something is to be least the design at the prices of the
    device is made, too, and taken if it has less of that, or as much and less of all.
    """
    found = _estimated(variants.design(request, target), request)
    if request.minimise == "auto" or found.design.cut:
        return found
    try:
        plain = _estimated(variants.design(replace(request, minimise="auto"), target), request)
    except GoalError:  # the time is over
        return replace(found, design=marked_as_cut(found.design, variants.budget))
    best = min(found, plain, key=lambda each: each.figures)
    if plain.design.cut:
        return replace(best, design=marked_as_cut(best.design, variants.budget))
    return best


def _estimated(design: Design, request: Request) -> Estimated:
    assert design.datapath is not None, "the pipeline built no datapath; please report this"
    return Estimated(replace(design, request=request), estimate(design.datapath, design.target))
