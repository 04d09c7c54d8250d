"""Candidates of a search for formats: each built as far as its operators, and simulated at the rows that choose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial

import numpy as np

from symhdl.cost.pricing import price_without_delay
from symhdl.design import Design
from symhdl.empirical.allotment import Way, allocated, expected, looser, model_of, way_of
from symhdl.empirical.anchors import Anchor, Anchors, Ports
from symhdl.empirical.fits import Fits, FitterOfDesign
from symhdl.empirical.measured import parts_of
from symhdl.empirical.proposal import Problem, Proposal
from symhdl.empirical.samples import Floats
from symhdl.empirical.simulated import outputs_at
from symhdl.errors import SymhdlError
from symhdl.lowering import Fitter, NoFunctionError, NotDividedError, fabric_for
from symhdl.lowering.ports import with_input_rounding
from symhdl.passes.lower import Lower
from symhdl.variants import Variants

MOST_FITTED = 6
"""How often functions are fitted until the errors of all are known: those of one may change the range of another."""

CENTRED = 2.0**-10
"""Of the mean square that is wanted: what errors that are the same at all rows may be."""

ROOM = 1.25
"""Times the error of a function that was fitted: what is allowed for it, and for others of about the same arguments."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A proposal, the ports and tolerances that it was made of, and whether it meets the goal.

    With a `price` of squares functions are fitted to rows, whatever the tolerances of their nodes are.
    """

    proposal: Proposal
    ports: Ports
    tolerances: Floats
    price: float | None
    is_met: bool

    @property
    def worth(self) -> float:
        """That of the proposal."""
        return self.proposal.worth


@dataclass(slots=True)
class Candidates:
    """All candidates of a problem that were made; what is equal is made once.

    `errors` are those that functions had last, by node and price.
    """

    problem: Problem
    anchors: Anchors
    fits: Fits | None
    ways: dict[Ports, Way | None] = field(default_factory=dict)
    known: dict[tuple[Ports, bytes, float | None], Candidate | None] = field(default_factory=dict)
    errors: dict[tuple[int, float], float] = field(default_factory=dict)
    new: list[Proposal] = field(default_factory=list)

    @staticmethod
    def of(problem: Problem) -> Candidates:
        """Those of a problem, none of them made yet."""
        anchors = Anchors.of(problem)
        rows, directions = anchors.rows, anchors.directions
        fits = None
        if directions.wanted is not None:
            fabric = fabric_for(problem.request, problem.target)
            fits = Fits(rows, directions.lines, directions.wanted, fabric)
        return Candidates(problem, anchors, fits)

    @property
    def is_over(self) -> bool:
        """Whether the time is."""
        return self.problem.variants.budget.is_over()

    def told(self) -> Iterator[Proposal]:
        """The proposals that were made since this was asked last."""
        yield from self.new
        self.new.clear()

    def way(self, ports: Ports) -> Way | None:
        """The way with some ports; None where these leave nothing to the inside."""
        if ports not in self.ways:
            anchor = self.anchors.at(ports)
            self.ways[ports] = None if anchor is None else way_of(anchor)
        return self.ways[ports]

    def level(self, candidate: Candidate) -> float:
        """The mean square error that is expected of a candidate, as a part of what is wanted."""
        anchor = self.anchors.at(candidate.ports)
        assert anchor is not None, "a candidate without an anchor; please report this"
        return expected(anchor, candidate.tolerances)

    def looser(self, candidate: Candidate) -> Iterator[Floats]:
        """Tolerances that differ from those of a candidate in one node, which has a bit less or a part of one."""
        anchor = self.anchors.at(candidate.ports)
        assert anchor is not None, "a candidate without an anchor; please report this"
        return looser(anchor, candidate.tolerances)

    def has_functions(self, candidate: Candidate) -> bool:
        """Whether a candidate has functions of one variable."""
        anchor = self.anchors.at(candidate.ports)
        assert anchor is not None, "a candidate without an anchor; please report this"
        graph, regions = anchor.design.graph, anchor.shares.regions
        return any(
            regions.function_at(graph, index) is not None
            for index in range(len(graph.nodes))
            if index not in regions.absorbed
        )

    def learn(self, candidate: Candidate) -> None:
        """Looks at what the nodes of a candidate really lose: ways are made anew with that."""
        anchor = self.anchors.at(candidate.ports)
        assert anchor is not None, "a candidate without an anchor; please report this"
        design = allocated(anchor, candidate.tolerances)
        assert design is not None, "a candidate that is not proved; please report this"
        variants = self.problem.variants
        lowering = Lower(variants.budget, store=variants.store).nodes(design)
        rows, directions = self.anchors.rows, self.anchors.directions
        parts = parts_of(
            design, lowering, model_of(anchor), anchor.parts, rows.inputs, directions.lines
        )
        self.anchors.believe(design.graph, parts)
        self.ways.clear()

    def at(self, ports: Ports, tolerances: Floats, price: float | None = None) -> Candidate | None:
        """The candidate with some ports, tolerances and price; None where nothing is built or proved."""
        anchor = self.anchors.at(ports)
        if anchor is None or len(tolerances) != len(anchor.design.graph.nodes):
            return None
        key = ports, tolerances.tobytes(), price
        if key not in self.known:
            lowered = self._lowered(anchor, tolerances, price)
            self.known[key] = made = (
                None if lowered is None else self._judged(lowered, ports, tolerances, price)
            )
            if made is not None:
                self.new.append(made.proposal)
        return self.known[key]

    def _lowered(self, anchor: Anchor, tolerances: Floats, price: float | None) -> Design | None:
        """The design of an anchor as far as its operators, centred where the goal is an error."""
        lowered, fitter = None, None
        if price is None or self.fits is None:
            design = allocated(anchor, tolerances)
            lowered = None if design is None else self._built(design, None)
        else:
            own = tolerances.copy()
            for node in range(len(own)):
                own[node] = max(own[node], self.errors.get((node, price), 0.0))
            for _ in range(MOST_FITTED):
                fitter = FitterOfDesign(self.fits, anchor.shares, own, price)
                design = allocated(anchor, own)
                lowered = None if design is None else self._built(design, fitter)
                if not fitter.errors:
                    break
                lowered = None
                for node, error in fitter.errors.items():
                    own[node] = self.errors[node, price] = ROOM * error
        centred = None if lowered is None else self._centred(lowered)
        if centred is not lowered and centred is not None:
            lowered = self._built(centred, fitter)
        return lowered if lowered is not None and _keeps_errors(lowered) else None

    def _judged(
        self, lowered: Design, ports: Ports, tolerances: Floats, price: float | None
    ) -> Candidate:
        problem = self.problem
        variants, choosing = problem.variants, problem.folds.choosing
        assert lowered.operators is not None
        chosen = outputs_at(lowered.operators, choosing.inputs)
        is_met = problem.goal.is_met(chosen, choosing)
        # What misses the goal is worth nothing, and not looked at closely.
        bound = variants.bound(lowered) if is_met else lowered
        assert bound.datapath is not None
        fabric = fabric_for(problem.request, problem.target)
        worth = fabric.worth(price_without_delay(bound.datapath, fabric))
        proposal = Proposal(
            worth, chosen, partial(_completed, variants, lowered), _described(bound)
        )
        return Candidate(proposal, ports, tolerances, price, is_met)

    def _built(self, design: Design, fitter: Fitter | None) -> Design | None:
        """The design with its operators; None where a function or a quotient is out of reach."""
        variants = self.problem.variants
        try:
            return Lower(variants.budget, fitter=fitter, store=variants.store).built(design)
        except (NoFunctionError, NotDividedError, SymhdlError):
            return None

    def _centred(self, lowered: Design) -> Design:
        """The design with goals that take back what outputs are seen to be wrong by in the middle.

        Itself where that is next to nothing, or where errors do not count.
        """
        assert lowered.operators is not None
        rows, wanted = self.anchors.rows, self.anchors.directions.wanted
        if wanted is None:
            return lowered
        missed = outputs_at(lowered.operators, rows.inputs) - rows.exact
        if self.problem.goal.name == "max":
            middles = (missed.max(axis=0) + missed.min(axis=0)) / 2
        else:
            middles = np.average(missed, axis=0, weights=rows.weights)
        if float(np.square(middles).max()) < CENTRED * wanted:
            return lowered
        goals = (
            replace(goal, bias=float(middle), error=goal.error + Fraction(abs(float(middle))))
            for goal, middle in zip(lowered.goals, middles, strict=True)
        )
        return replace(lowered, goals=tuple(goals))


def _completed(variants: Variants, lowered: Design) -> Design:
    """The design as all passes leave it, with what candidates are not asked for."""
    whole = variants.ranged(lowered.request, lowered.target)
    assert lowered.operators is not None, "a candidate without operators; please report this"
    operators = with_input_rounding(lowered.operators, whole.input_rounding)
    lowered = replace(
        lowered, input_rounding=whole.input_rounding, operators=operators, datapath=operators
    )
    return variants.finished(lowered.with_warnings(*whole.warnings))


def _described(design: Design) -> str:
    inputs = (f"{plan.name} {plan.format}" for plan in design.inputs)
    outputs = (f"{goal.name} {goal.format}" for goal in design.goals)
    return ", ".join((*inputs, *outputs))


def _keeps_errors(design: Design) -> bool:
    """Whether the errors that outputs declare are proved, beside what the data say."""
    assert design.datapath is not None
    for port, goal in zip(design.datapath.outputs, design.goals, strict=True):
        asked = goal.declaration.error
        if asked is not None and (port.error_bound is None or port.error_bound > asked):
            return False
    return True
