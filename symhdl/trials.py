"""Searches for the best design where there is time: designs are made whole, and what they take decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from symhdl.budget import Progress
from symhdl.design import Design
from symhdl.errors import SymhdlError
from symhdl.estimated import Estimated
from symhdl.lowering import moved_allocation
from symhdl.lowering.ports import with_input_rounding
from symhdl.passes.lower import Lower
from symhdl.passes.spend import Spend
from symhdl.pipeline import marked_as_cut
from symhdl.precision.allocation import Allocation
from symhdl.precision.goals import as_asked
from symhdl.precision.reallocation import Move
from symhdl.recipe import ORDINARY, Recipe
from symhdl.request import Request
from symhdl.targets.target import Target
from symhdl.variants import Variants

MOST_WORK = 6_000  # nodes, in all designs that are made
WORK_OF_FUNCTION = 20  # nodes: it is searched for
FACTORS = (0.5, 2.0, 0.7, 1.4)  # of tolerances that are moved: others get what a tighter one leaves
PARTS = (0.5, 1.0, 0.25)  # of the tolerances of others, with which these begin
MORE_CYCLES = 0.9
"""Of what a design takes that needs more cycles than one without a search: a stage is worth a tenth."""


@dataclass(slots=True)
class Trials:
    """One search; `best` is the best design up to now. `progress` is told how far it is."""

    variants: Variants
    request: Request
    target: Target
    progress: Progress | None = None
    work: int = field(default=0, init=False)
    made: int = field(default=0, init=False)
    _recipe: Recipe = field(default=ORDINARY, init=False)
    _asked: Request = field(init=False)
    _first: Estimated = field(init=False)
    best: Estimated = field(init=False)
    _known: set[tuple[object, ...]] = field(default_factory=set, init=False)

    def found(self) -> Estimated:
        """The best design, no worse than that of level 1. Raises `SymhdlError` as the passes do for that.

        What is interrupted, or runs out of time, has the best until then, and is cut.
        """
        self._asked = replace(self.request, opt=1)
        self._first = self.best = self._finished(self.variants.design(self._asked, self.target))
        self._counted(self.best.design)
        is_interrupted = False
        try:
            self._search()
            self._tighten_input_rounding()
        except KeyboardInterrupt:
            is_interrupted = True
        design, budget = self.best.design, self.variants.budget
        if is_interrupted or (budget.cut and not design.cut):
            design = marked_as_cut(design, budget, interrupted=is_interrupted)
        return replace(self.best, design=design)

    def _tighten_input_rounding(self) -> None:
        """Gives the best design what is proved of real inputs at the level asked for; that of level 1 is looser."""
        try:
            rounding = self.variants.ranged(self.request, self.target).input_rounding
        except SymhdlError:  # the time is over
            return
        design = self.best.design
        assert design.datapath is not None and design.operators is not None
        if rounding != design.input_rounding:
            design = replace(
                design,
                input_rounding=rounding,
                datapath=with_input_rounding(design.datapath, rounding),
                operators=with_input_rounding(design.operators, rounding),
            )
            self.best = replace(self.best, design=design)

    def _search(self) -> None:
        self._try(self.request, ORDINARY)
        if self.request.minimise != "auto" and self._may_go_on():
            self._try(replace(self.request, minimise="auto"), ORDINARY)
        for change in self._changes():
            if self._may_go_on():
                self._try(self._asked, change)
        while self._may_go_on() and self._move():
            pass

    def _changes(self) -> Iterator[Recipe]:
        """The recipe of the best design with one thing done the other way."""
        yield replace(self._recipe, priced=not self._recipe.priced)
        if self.best.design.regions:
            yield replace(self._recipe, regions=False)
        yield replace(self._recipe, algebra=not self._recipe.algebra)
        yield replace(self._recipe, few_bits=not self._recipe.few_bits)
        if any(not goal.faithful for goal in self.best.design.goals):
            yield replace(self._recipe, tighter=1)
            yield replace(self._recipe, tighter=2)

    def _may_go_on(self) -> bool:
        return self.work < MOST_WORK and not self.variants.budget.is_over()

    def _try(self, request: Request, recipe: Recipe) -> None:
        """Makes a design from the start, and keeps it if it is better."""
        try:
            made = self.variants.design(request, self.target, recipe)
        except SymhdlError:  # a goal that this way does not reach, or the end of the time
            return
        self._counted(made)
        if self._keep(self._finished(made)):
            self._asked, self._recipe = request, recipe

    def _move(self) -> bool:
        """Goes through the tolerances of all nodes; whether a move has led to a better design."""
        before = self.best
        allocation = before.design.allocation
        assert allocation is not None, "a design without an allocation; please report this"
        if allocation.worth is None:
            return False
        nodes = [k for k, local in enumerate(allocation.local) if local.magnitude.any()]
        for part, node, factor in product(PARTS, nodes, FACTORS):
            if not self._may_go_on() or (node == nodes[0] and self.best is not before):
                break
            self._try_move(Move(node, factor, part))
        return self.best is not before

    def _try_move(self, move: Move) -> None:
        design, variants = replace(self.best.design, request=self._asked), self.variants
        budget = variants.budget
        self.work += len(design.graph.nodes)
        allocation = moved_allocation(design, move, budget)
        if allocation is None or self._is_known(allocation):
            return
        lower = Lower(budget, store=variants.store)
        try:
            lowered = lower.built(replace(design, allocation=allocation))
            if lowered is None:
                return
            made = variants.finished(lowered, self._recipe, first=(Spend(lower, budget),))
        except SymhdlError:
            return
        self._counted(made)
        self._keep(self._finished(made))

    def _is_known(self, allocation: Allocation) -> bool:
        key = allocation.fractions, allocation.tolerances
        if key in self._known:
            return True
        self._known.add(key)
        return False

    def _counted(self, design: Design) -> None:
        functions = len(design.approximations or {})
        self.work += len(design.graph.nodes) + WORK_OF_FUNCTION * functions
        self.made += 1
        if self.progress is not None:
            share = min(100, 100 * self.work // MOST_WORK)
            self.progress(
                f"{self.made} designs tried, the best takes {_told(self.best)}; {share} % of the work"
            )

    def _finished(self, design: Design) -> Estimated:
        goals = as_asked(design.goals, self.request)
        return Estimated.of(replace(design, request=self.request, goals=goals))

    def _keep(self, found: Estimated) -> bool:
        """Whether a design is better; it is the best then."""
        if found.figures >= self.best.figures or self._is_slower(found):
            return False
        self.best = found
        return True

    def _is_slower(self, found: Estimated) -> bool:
        """Whether a design misses a clock that the first one has, or takes more cycles and saves too little."""
        first = self._first
        if self.request.clocked and found.mhz < first.mhz:
            return True
        if found.latency <= first.latency:
            return False
        return self.request.minimise == "latency" or found.area > MORE_CYCLES * first.area


def _told(found: Estimated) -> str:
    estimate = found.estimate
    parts: Sequence[tuple[int, str]] = (
        (estimate.luts, "LUTs"), (estimate.dsps, "DSPs"), (estimate.brams, "BRAMs"),
        (found.latency, "cycles"),
    )  # fmt: skip
    return ", ".join(f"{number} {what}" for number, what in parts if number)
