"""Gives every input its format and range: from the source, by name, else from the general options."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from symhdl.design import Design, InputPlan, Request
from symhdl.errors import Diagnostic, SymhdlError
from symhdl.ir.graph import InputDeclaration
from symhdl.numeric.fixed import FixedFormat, format_for_range, integer_range_of


@dataclass(frozen=True, slots=True)
class PlanInputs:
    """Fills `Design.inputs`. Raises `SymhdlError` for every input without format or range, all at once."""

    name: str = "plan-inputs"

    def run(self, design: Design) -> Design:
        """The design with a plan for each input."""
        problems: list[Diagnostic] = []
        plans: list[InputPlan] = []
        for declaration in design.graph.inputs:
            planned = _plan(declaration, design.request)
            if isinstance(planned, Diagnostic):
                problems.append(planned)
            else:
                plans.append(planned)
        problems += _unknown_names(design)
        if problems:
            raise SymhdlError(*problems)
        return replace(design, inputs=tuple(plans))


def _plan(declaration: InputDeclaration, request: Request) -> InputPlan | Diagnostic:
    name = declaration.name
    asked_range = dict(request.ranges).get(name)
    bounds = declaration.range or asked_range or request.range
    chosen = declaration.format or dict(request.input_formats).get(name) or request.input_format
    if chosen is None and bounds is None:
        return Diagnostic(
            "missing-range",
            f"input `{name}` has neither a range nor a format",
            declaration.span,
            help=f"give it one: --range {name}=-1:1, or in the source: input {name} in [-1, 1]",
        )
    if chosen is None:
        assert bounds is not None
        chosen = format_for_range(*bounds, request.width)
    held = dict(request.saturations).get(name)
    if held is not None:
        planned = _within(declaration, chosen, held)
        return planned if isinstance(planned, Diagnostic) else replace(planned, saturated=True)
    if bounds is None:
        return InputPlan(name, chosen, chosen.minimum, chosen.maximum)
    return _within(declaration, chosen, bounds)


def _within(
    declaration: InputDeclaration, chosen: FixedFormat, bounds: tuple[Fraction, Fraction]
) -> InputPlan | Diagnostic:
    """The integers of a range, which must be numbers of the format."""
    low, high = integer_range_of(*bounds, chosen.fraction)
    if chosen.minimum <= low and high <= chosen.maximum:
        return InputPlan(declaration.name, chosen, low, high, ends=bounds)
    ulp = chosen.ulp
    enough = format_for_range(*bounds, chosen.width)
    return Diagnostic(
        "range-exceeds-format",
        f"the range of input `{declaration.name}` does not fit its format {chosen}",
        declaration.span,
        (
            f"the range is [{float(bounds[0]):.6g}, {float(bounds[1]):.6g}], the format holds "
            f"[{float(chosen.minimum * ulp):.6g}, {float(chosen.maximum * ulp):.6g}]",
        ),
        f"use {enough}, a wider format, or a smaller range",
    )


def _unknown_names(design: Design) -> list[Diagnostic]:
    """Options that name an input that the source does not have."""
    known = {declaration.name for declaration in design.graph.inputs}
    asked = [name for name, _ in (*design.request.ranges, *design.request.input_formats)]
    listed = ", ".join(sorted(known)) or "none"
    return [
        Diagnostic(
            "unknown-input", f"there is no input `{name}`", None, (), f"the inputs are: {listed}"
        )
        for name in dict.fromkeys(asked)
        if name not in known
    ]
