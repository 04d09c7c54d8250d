"""Gives every input its format and range: from the source, by name, else from the general options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import ClassVar

from symhdl.choices import DEFAULT_WIDTH
from symhdl.design import Design
from symhdl.errors import Diagnostic, Severity, SymhdlError, warning
from symhdl.ir.graph import Graph, InputDeclaration
from symhdl.names.spelling import misspelt, similar
from symhdl.numeric.fixed import FixedFormat, format_for_range, integer_range_of
from symhdl.numeric.limits import LARGEST_EXPONENT, LARGEST_NUMBER
from symhdl.request import InputPlan, Request

Range = tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class PlanInputs:
    """Fills `Design.inputs`. Raises `SymhdlError` for every input without format or range, all at once."""

    name: ClassVar[str] = "plan-inputs"

    def run(self, design: Design) -> Design:
        """The design with a plan for each input, and a warning for what was asked of inputs that it does not have."""
        wishes = Wishes.of(design.request)
        problems: list[Diagnostic] = []
        plans: list[InputPlan] = []
        for declaration in design.graph.inputs:
            planned = _plan(declaration, wishes)
            if isinstance(planned, Diagnostic):
                problems.append(planned)
            else:
                plans.append(planned)
        asked = _unused_wishes(design, wishes, is_incomplete=bool(problems))
        asked += _overridden(design, wishes)
        problems += [told for told in asked if told.id == UNKNOWN]
        if problems:
            raise SymhdlError(*problems)
        return design.with_inputs(tuple(plans)).with_warnings(*asked)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the request says of inputs, by name. A declaration goes before that, and this before the general options."""

    request: Request
    ranges: Mapping[str, Range]
    formats: Mapping[str, FixedFormat]
    saturations: Mapping[str, Range]

    @staticmethod
    def of(request: Request) -> Wishes:
        """Those of a request."""
        return Wishes(
            request, dict(request.ranges), dict(request.input_formats), dict(request.saturations)
        )

    def names(self) -> list[str]:
        """Those of inputs with a range or a format, each once."""
        return list(dict.fromkeys((*self.ranges, *self.formats)))

    def range_of(self, declared: InputDeclaration) -> Range | None:
        """The range of an input, if there is one."""
        return declared.range or self.ranges.get(declared.name) or self.request.range

    def format_of(self, declared: InputDeclaration) -> FixedFormat | None:
        """The format of an input, if there is one."""
        return declared.format or self.formats.get(declared.name) or self.request.input_format


def _plan(declaration: InputDeclaration, wishes: Wishes) -> InputPlan | Diagnostic:
    name = declaration.name
    bounds, chosen = wishes.range_of(declaration), wishes.format_of(declaration)
    if chosen is None and bounds is None:
        return Diagnostic(
            "missing-range",
            f"input `{name}` has neither a range nor a format",
            declaration.span,
            help=f"give it one: --range {name}=-1:1, or in the source: input {name} in [-1, 1]",
        )
    if chosen is None:
        assert bounds is not None
        chosen = format_for_range(*bounds, wishes.request.width or DEFAULT_WIDTH)
    ends = bounds or (chosen.minimum * chosen.ulp, chosen.maximum * chosen.ulp)
    if max(*map(abs, ends), chosen.ulp) > LARGEST_NUMBER:
        return Diagnostic(
            "range-too-large",
            f"the range of input `{name}` goes beyond 2^{LARGEST_EXPONENT}",
            declaration.span,
            help="use a smaller range, or measure the input in larger units",
        )
    held = wishes.saturations.get(name)
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


UNKNOWN = "unknown-input"


def _unused_wishes(design: Design, wishes: Wishes, *, is_incomplete: bool) -> list[Diagnostic]:
    """What to tell of ranges and formats for inputs that the source does not have.

    One range may serve many equations, so that this is a warning; an error where a misspelt name is likely: near to an
    input that nothing else is said of, or when an input has neither range nor format.
    """
    known = {declaration.name for declaration in design.graph.inputs}
    listed = ", ".join(sorted(known)) or "none"
    asked = wishes.names()
    nameless = known.difference(asked)
    found = []
    for name in asked:
        if name in known:
            continue
        guess = _meant(name, nameless)
        if guess is not None or is_incomplete:
            guess = guess or similar(name, known)
            help = f"did you mean `{guess}`?" if guess else f"the inputs are: {listed}"
            found.append(Diagnostic(UNKNOWN, f"there is no input `{name}`", help=help))
        else:
            message = f"there is no input `{name}`; its range or format is not used"
            found.append(warning("unused-range", message, help=f"the inputs are: {listed}"))
    return found


def _meant(name: str, known: set[str]) -> str | None:
    """The name that differs in case alone, or of which this one is a misspelling."""
    guess = similar(name, known)
    if guess is not None and guess.lower() == name.lower():
        return guess
    return misspelt(name, known)


def _overridden(design: Design, wishes: Wishes) -> Iterator[Diagnostic]:
    """Warnings for what was asked for and is not used, because the source declares something else."""
    for declared in design.graph.inputs:
        for what, own, wish in (
            ("range", declared.range, wishes.ranges.get(declared.name)),
            ("format", declared.format, wishes.formats.get(declared.name)),
        ):
            if own is not None and wish is not None and own != wish:
                message = (
                    f"input `{declared.name}` declares a {what}; the one asked for is not used"
                )
                help = "leave one of them out"
                yield Diagnostic("overridden", message, declared.span, (), help, Severity.WARNING)
    for what, why in _without_use(design.graph, wishes):
        yield warning("overridden", f"{what} is not used: {why}", help="leave it out")


def _without_use(graph: Graph, wishes: Wishes) -> Iterator[tuple[str, str]]:
    """The general options that serve no input or output, and why not."""
    request = wishes.request
    formats = [d.format or wishes.formats.get(d.name) for d in graph.inputs]
    ranges = [d.range or wishes.ranges.get(d.name) for d in graph.inputs]
    if request.range is not None and all(r not in (None, request.range) for r in ranges):
        yield "the range for all inputs", "each has one of its own"
    if request.input_format is not None and all(
        f not in (None, request.input_format) for f in formats
    ):
        yield "the format for all inputs", "each has one of its own"
    elif request.width is not None and all(f is not None for f in formats):
        yield f"the width of {request.width} bits for inputs", "each has a format of its own"
    if any(output.format is None and output.error is None for output in graph.outputs):
        return
    for name, value in (
        ("format", request.output_format),
        ("width", request.output_width),
        ("error", request.error),
    ):
        if value is not None:
            yield f"the {name} for all outputs", "each declares a format or an error"
