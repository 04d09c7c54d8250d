"""Looks at what is assumed of the inputs: what can never hold is a mistake, what always holds says nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from symhdl.analysis.assumptions import truths_of, what_is_assumed
from symhdl.analysis.ranges import find_ranges
from symhdl.analysis.refine import spaces_for
from symhdl.design import Design
from symhdl.errors import Diagnostic, Severity, SymhdlError, quotation
from symhdl.ir.graph import Graph, OutputDeclaration, without_dead_nodes


@dataclass(frozen=True, slots=True)
class CheckAssumptions:
    """Leaves out the assumptions that always hold, each with a warning. Needs planned inputs.

    Raises `SymhdlError` for assumptions of which one fails for all numbers of the inputs.
    """

    name: ClassVar[str] = "check-assumptions"

    def run(self, design: Design) -> Design:
        """The design with the assumptions that say something."""
        assumed = design.assumptions
        if assumed is None:
            return design
        spaces = spaces_for(assumed, design.inputs, assumed)
        never: list[Diagnostic] = []
        always: list[OutputDeclaration] = []
        for output in assumed.outputs:
            truths = [truth for _, truth in truths_of(_alone(assumed, (output,)), spaces)]
            if any(not truth.upper.any() for truth in truths):
                never.append(_never(output))
            elif all(truth.lower.all() for truth in truths):
                always.append(output)
        if never:
            raise SymhdlError(*never)
        ranges = find_ranges(assumed, spaces)
        if what_is_assumed(assumed, assumed, spaces, ranges.space, ranges.values).impossible:
            raise SymhdlError(_contradiction(assumed.outputs))
        if not always:
            return design
        kept = tuple(output for output in assumed.outputs if output not in always)
        left = _alone(assumed, kept) if kept else None
        return replace(design, assumptions=left).with_warnings(*map(_always, always))


def _alone(assumed: Graph, outputs: tuple[OutputDeclaration, ...]) -> Graph:
    return without_dead_nodes(replace(assumed, outputs=outputs))


def _never(output: OutputDeclaration) -> Diagnostic:
    return Diagnostic(
        "contradiction",
        f"the assumption {quotation(output.span)} never holds",
        output.span,
        ("it fails for all numbers of the inputs' formats in their ranges",),
        "change the condition, or the ranges of the inputs",
    )


def _contradiction(outputs: tuple[OutputDeclaration, ...]) -> Diagnostic:
    first = outputs[0]
    if len(outputs) == 1:
        return _never(first)
    others = ", ".join(quotation(output.span) for output in outputs[1:])
    return Diagnostic(
        "contradiction",
        "the assumptions never hold together",
        first.span,
        (f"the others are {others}",),
        "change one of them, or the ranges of the inputs",
    )


def _always(output: OutputDeclaration) -> Diagnostic:
    return Diagnostic(
        "assumption-holds",
        f"the assumption {quotation(output.span)} always holds",
        output.span,
        ("the ranges of the inputs say as much",),
        "leave it out, or widen the ranges",
        Severity.WARNING,
    )
