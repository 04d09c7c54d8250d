"""From what users ask of data to a problem: rows are read and kept apart, and what makes no sense is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from symhdl.data.table import Table
from symhdl.empirical.folding import Folding, folds_of
from symhdl.empirical.goal import Goal
from symhdl.empirical.proposal import Problem
from symhdl.empirical.reading import Columns, Read, read_samples
from symhdl.empirical.search import check_goal
from symhdl.errors import Diagnostic
from symhdl.request import DataGoal, Request
from symhdl.targets.target import Target
from symhdl.variants import Variants


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a design on rows of `tables`; those of `judging` only judge, if there are any.

    `robust` is the noise on the inputs, in standard deviations, under which the goal is to hold.
    """

    goal: Goal
    tables: Sequence[Table]
    judging: Sequence[Table]
    columns: Columns
    robust: float = 0.0
    free_entries: bool = False


def problem_of(
    variants: Variants, request: Request, target: Target, asked: Asked
) -> tuple[Problem, tuple[Diagnostic, ...]]:
    """The problem, whose request has the goal with a digest of the rows, and what the user should know of these.

    Raises SymhdlError for goals that make no sense for the outputs, and for rows that cannot be used.
    """
    graph = variants.graph
    check_goal(asked.goal, graph)
    read = read_samples(asked.tables, graph, asked.columns, asked.judging)
    judging = (
        read_samples(asked.judging, graph, asked.columns, asked.tables) if asked.judging else None
    )
    measure = asked.goal.measure
    wanted = Folding(measure.needs_labels, asked.robust, measure.of_classes, measure.is_error)
    folds = folds_of(read.samples, None if judging is None else judging.samples, graph, wanted)
    request = replace(request, goal=_data_goal(asked, read, judging))
    problem = Problem(variants, request, target, asked.goal, folds, asked.free_entries)
    return problem, read.warnings + (() if judging is None else judging.warnings)


def _data_goal(asked: Asked, read: Read, judging: Read | None) -> DataGoal:
    return DataGoal(
        asked.goal.name,
        Fraction(asked.goal.value),
        read.digest + ("" if judging is None else judging.digest),
        Fraction(asked.robust),
        asked.free_entries,
        asked.goal.own is not None,
    )
