"""The simplest family of designs: the ordinary pipeline with proved errors, looser and looser by powers of two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial

import numpy as np

from symhdl.choices import DEFAULT_WIDTH
from symhdl.design import Design
from symhdl.empirical.proposal import Problem, Proposal
from symhdl.empirical.simulated import outputs_at
from symhdl.errors import GoalError
from symhdl.estimated import Estimated
from symhdl.request import Request

WIDTHS = (6, 8, 10, 12, 14, DEFAULT_WIDTH)
"""Bits of inputs of which nothing is said."""

STEPS = 23
"""Halvings of the error, from the size of the largest output on."""


def looser_errors(problem: Problem) -> Iterator[Proposal]:
    """For each width of the inputs the designs of the largest errors, down to the first one that reaches the goal."""
    request = problem.request
    for width in WIDTHS if request.width is None else (request.width,):
        for error in _errors(problem):
            if problem.variants.budget.is_over():
                return
            proposal = _proposal(problem, replace(request, width=width, error=error))
            if proposal is None:
                continue
            yield proposal
            if problem.goal.is_met(proposal.chosen, problem.folds.choosing):
                break


def _errors(problem: Problem) -> list[Fraction | None]:
    """Errors to ask for; none where outputs have formats, which say how accurate they are."""
    request = problem.request
    if request.output_format is not None or request.output_width is not None:
        return [None]
    exact = problem.folds.tuning.exact
    largest = Fraction(2) ** int(np.ceil(np.log2(max(float(np.abs(exact).max()), 2.0**-60))))
    return [largest / 2**step for step in range(1, STEPS + 1)]


def _proposal(problem: Problem, request: Request) -> Proposal | None:
    """The design for a request, as far as its operators; None if there is no such one."""
    try:
        design = problem.variants.operators(request, problem.target)
    except GoalError:
        return None
    assert design.operators is not None
    described = f"error {float(request.error):.3g}" if request.error else "given formats"
    return Proposal(
        Estimated.of(design).area,
        outputs_at(design.operators, problem.folds.choosing.inputs),
        partial(_built, problem, request),
        f"{request.width}-bit inputs, {described}",
    )


def _built(problem: Problem, request: Request) -> Design:
    return problem.variants.design(request, problem.target)
