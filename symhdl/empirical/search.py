"""The search for the least design that reaches a goal on data: over all families, built, checked bit by bit, judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module

import numpy as np

from symhdl.analysis.whole import whole_nodes
from symhdl.budget import Progress
from symhdl.cost.estimate import Estimate
from symhdl.design import Design
from symhdl.empirical.goal import Goal, Measure
from symhdl.empirical.judge import Judged, judged, warnings_of, warnings_of_rows
from symhdl.empirical.margins import margins
from symhdl.empirical.proposal import Family, Problem, Proposal
from symhdl.empirical.samples import Floats, Samples
from symhdl.empirical.simulated import outputs_at
from symhdl.errors import Diagnostic, GoalError, error, warning
from symhdl.estimated import Estimated
from symhdl.ir.graph import Graph
from symhdl.judgement import Judgement
from symhdl.numeric.fixed import FixedFormat
from symhdl.pipeline import marked_as_cut

FAMILIES = ("chains", "formats")
"""The families by their names, which are those of their modules and of the functions in these."""

LAST = ("looser_errors",)
"""The one that is asked where no other reaches the goal."""

BUILT = (1, 2, 4)
"""How many of the least proposals are built, by optimisation level: what they take is known better then."""

PROVING = (10**7, 10**8, 5 * 10**8)
"""Operations on boxes to prove decisions, by level."""

HOPELESS = 3.0
"""Times what another family takes: a family whose first designs that reach the goal take more will not be the least."""

MOST_FAILED = 20
"""Proposals that may turn out as something else than they promise before the search gives up."""


@dataclass(frozen=True, slots=True)
class Found:
    """The design that was found, with what it takes and what rows say of it."""

    design: Design
    estimate: Estimate
    judgement: Judgement


@dataclass(slots=True)
class _Search:
    """All proposals so far, by the names of their families; `ended` says that the user ended the search."""

    problem: Problem
    status: Progress
    proposals: list[tuple[str, Proposal]] = field(default_factory=list)
    ended: bool = False

    def run(self, families: Mapping[str, Family]) -> None:
        """Asks all families, until the user or the budget ends it."""
        try:
            for name, family in families.items():
                self._ask(name, family)
                if self.problem.variants.budget.is_over():
                    break
        except KeyboardInterrupt:
            self.ended = True
            if not self.reaching():
                raise

    def _ask(self, name: str, family: Family) -> None:
        self.status(f"{name}: looking for designs")
        known = min((each[1].worth for each in self.reaching()), default=np.inf)
        least: float | None = None
        for count, proposal in enumerate(family(self.problem), 1):
            self.proposals.append((name, proposal))
            if (least is None or proposal.worth < least) and self._reaches(proposal):
                least = proposal.worth
            best = (
                "none reaches the goal yet"
                if least is None
                else f"the least takes {least:.0f} LUTs"
            )
            self.status(f"{name}: {count} designs, {best}")
            if least is not None and least > HOPELESS * known:
                break

    def _reaches(self, proposal: Proposal) -> bool:
        return self.problem.goal.is_met(proposal.chosen, self.problem.folds.choosing)

    def reaching(self) -> list[tuple[str, Proposal]]:
        """The proposals that reach the goal on the rows that choose, the least first."""
        found = [each for each in self.proposals if self._reaches(each[1])]
        return sorted(found, key=lambda each: each[1].worth)

    def best(self) -> float | None:
        """The best value of the measure on the rows that choose; None without proposals."""
        measure, choosing = self.problem.goal.measure, self.problem.folds.choosing
        scores = [measure.score(each.chosen, choosing) for _, each in self.proposals]
        finite = [score for score in scores if np.isfinite(score)]
        if not finite:
            return None
        return min(finite) if measure.is_error else max(finite)


def search(
    problem: Problem,
    families: Mapping[str, Family] | None = None,
    status: Progress = lambda _: None,
) -> Found:
    """The least design that reaches the goal on the rows that choose, judged on those that judge.

    Raises GoalError where none does, telling the best there is, and KeyboardInterrupt if the user ends the search
    before there is one.
    """
    searched = _Search(problem, status)
    searched.run(_families(FAMILIES) if families is None else families)
    budget = problem.variants.budget
    if families is None and not budget.cut and not searched.reaching():
        searched.run(_families(LAST))
    budget.lift()
    status(f"building the least of {len(searched.proposals)} designs")
    least = _least(searched)
    if least is None:
        raise GoalError(_out_of_reach(problem, searched.best()))
    status("judging the design")
    design = replace(least.made.design, request=problem.request).with_warnings(
        *([] if least.proposal.values else [_scores()])
    )
    if searched.ended:
        design = marked_as_cut(design, budget, interrupted=True)
    judgement = _judged(problem, least)
    classes = tells_classes(problem.variants.graph)
    told = (*warnings_of(judgement), *warnings_of_rows(problem.folds, classes))
    return Found(design.with_warnings(*told), least.made.estimate, judgement)


@dataclass(frozen=True, slots=True)
class _Built:
    """A proposal with the name of its family, and the design that was built, with what it takes."""

    family: str
    proposal: Proposal
    made: Estimated


def _least(searched: _Search) -> _Built | None:
    """The least of the first few proposals that reach the goal, as they are when they are built.

    None without any. Raises GoalError for the reason why the first cannot be built, where none can. The user may end
    it as soon as one is built.
    """
    problem = searched.problem
    wanted = 1 if searched.ended else BUILT[problem.request.opt]
    built: list[_Built] = []
    failed = 0
    reason: GoalError | None = None
    for family, proposal in searched.reaching():
        try:
            design = _built(problem, proposal)
        except GoalError as told:
            design, reason = None, reason or told
        except KeyboardInterrupt:
            if not built:
                raise
            searched.ended = True
            break
        if design is None:
            failed += 1
        else:
            built.append(_Built(family, proposal, Estimated.of(design)))
        if len(built) >= wanted or failed > MOST_FAILED:
            break
    if not built and reason is not None:
        raise reason
    return min(built, key=lambda each: each.made.figures, default=None)


def _judged(problem: Problem, least: _Built) -> Judgement:
    """What the rows that judge say of a design, and where its decisions are proved."""
    graph, request, design = problem.variants.graph, problem.request, least.made.design
    assert design.operators is not None and request.goal is not None
    made = f"{least.family}: {least.proposal.described}"
    model = Judged(design.operators, least.proposal.values, tells_classes(graph), made)
    judgement = judged(model, graph, problem.goal, problem.folds, float(request.goal.robust))
    return replace(judgement, proved=margins(design, problem.folds.judging, PROVING[request.opt]))


def _families(names: Sequence[str]) -> dict[str, Family]:
    return {name: getattr(import_module(f"symhdl.empirical.{name}"), name) for name in names}


def _built(problem: Problem, proposal: Proposal) -> Design | None:
    """The design of a proposal; None if it is not what was proposed: the rows that choose see something else."""
    design = proposal.build()
    assert design.operators is not None and design.datapath is not None
    inputs = problem.folds.choosing.inputs
    same = np.array_equal(outputs_at(design.operators, inputs), proposal.chosen)
    return design if same else None


def tells_classes(graph: Graph) -> bool:
    """Whether the outputs tell a class: by the greatest of several, or as a whole number in a single one."""
    if len(graph.outputs) > 1:
        return True
    formats = {declared.name: FixedFormat(True, 2, 1) for declared in graph.inputs}
    return whole_nodes(graph, formats)[graph.outputs[0].node]


def check_goal(goal: Goal, graph: Graph) -> None:
    """Raises SymhdlError for a goal that makes no sense for the outputs."""
    if not goal.measure.of_classes or tells_classes(graph):
        return
    name = graph.outputs[0].name
    raise error(
        "bad-goal",
        f"{goal.name} compares classes, and the only output `{name}` is none",
        help=f"give the scores of all classes as outputs, `argmax(...)` of them, or a decision such as `{name} > 0.5`",
    )


def _out_of_reach(problem: Problem, best: float | None) -> Diagnostic:
    goal = problem.goal
    notes = (
        () if best is None else (f"the best that was found on the rows that choose is {best:.4g}",)
    )
    if best is not None and goal.measure.needs_labels:
        exact = problem.folds.choosing.exact
        own = goal.measure.score(exact, problem.folds.choosing)
        notes = (*notes, f"that of the real expressions there is {own:.4g}")
    if problem.variants.budget.cut:
        notes = (*notes, f"the search was cut short after {problem.variants.budget.told}")
    return Diagnostic(
        "goal-impossible",
        f"no design reaches {goal.name} {'<=' if goal.measure.is_error else '>='} {goal.value:.4g}",
        notes=notes,
        help="ask for less, or search longer (--opt 2, without a limit)",
    )


def _scores() -> Diagnostic:
    return warning(
        "scores",
        "the outputs are scores on a scale of their own: which is the greatest is all that they say",
        help="give outputs a format (--output-width) to have their values",
    )


def own_measure(
    function: Callable[..., object], name: str, *, is_error: bool, needs_labels: bool = False
) -> Measure:
    """A user's measure, of which only numbers are taken: it raises SymhdlError for anything else that it gives.

    Computed outputs belong to the search: it is shown them, and cannot write to them.
    """

    def score(computed: Floats, samples: Samples) -> float:
        shown = computed.view()
        shown.flags.writeable = False
        value = function(shown, samples)
        if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
            text = f"the goal `{name}` gives an object of the type {type(value).__qualname__}, not a number"
            raise error("bad-goal", text)
        return float(value)

    return Measure(score, is_error, needs_labels)
