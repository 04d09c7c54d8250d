"""One source compiled for many requests: no pass runs again that sees nothing of what has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from symhdl.approximation import Store
from symhdl.budget import UNLIMITED, Budget
from symhdl.design import Design, Pass
from symhdl.ir.graph import Graph, without_dead_nodes
from symhdl.pipeline import (
    Observer,
    Stretch,
    StretchName,
    cell_passes,
    operator_passes,
    run_passes,
    stretches,
)
from symhdl.recipe import ORDINARY, Recipe
from symhdl.request import Request
from symhdl.targets.target import Target

ROUNDED_INPUTS = "real-inputs"
HASTY = frozenset({"decisions", "ranges"})  # stretches that are run without that
KEPT = 64  # designs, each as far as one stretch of passes brings it


@dataclass(slots=True)
class Variants:
    """The designs of one graph; what one of them has in common with another is done once.

    Requests that differ in what an early stretch of passes looks at have nothing in common from there on. The observer
    is called for passes that run.
    """

    graph: Graph
    observer: Observer | None = None
    verified: bool = False
    budget: Budget = UNLIMITED
    store: Store | None = None
    _kept: dict[tuple[object, ...], Design] = field(default_factory=dict)
    _plain: Variants | None = None

    def without_assumptions(self) -> Variants:
        """Those of the same graph of which everything is promised everywhere."""
        if self._plain is None:
            graph = without_dead_nodes(replace(self.graph, assumptions=()))
            self._plain = replace(self, graph=graph, _kept={}, _plain=None)
        return self._plain

    def design(self, request: Request, target: Target, recipe: Recipe = ORDINARY) -> Design:
        """The design for a request, as all passes leave it. Raises `SymhdlError` as they do."""
        return self._until("cells", request, target, recipe)

    def operators(self, request: Request, target: Target) -> Design:
        """The design with its operators, bound to units of the device, and no cells of them yet."""
        return self._until("operators", request, target)

    def bound(self, design: Design) -> Design:
        """A design as lowering leaves it, with its operators bound to units of the device."""
        return self._run(design, operator_passes(design.request.opt))

    def finished(
        self, design: Design, recipe: Recipe = ORDINARY, *, first: Sequence[Pass] = ()
    ) -> Design:
        """A design that has operators, as all passes behind lowering leave it, and some `first`.

        Raises `SymhdlError` as they do.
        """
        level = design.request.opt
        operators = operator_passes(level, few_bits=recipe.few_bits)
        return self._run(design, (*first, *operators, *cell_passes(level)))

    def ranged(self, request: Request, target: Target, *, hasty: bool = False) -> Design:
        """The design with its inputs and ranges, and no goals yet.

        A `hasty` one does not tell what the rounding of real inputs adds to errors, and is not kept.
        """
        if not hasty:
            return self._until("ranges", request, target)
        hurried = (each for each in self._stretches(request) if each.name in HASTY)
        passes = [step for each in hurried for step in each.passes if step.name != ROUNDED_INPUTS]
        found = self._run(self._until("algebra", request, target), passes)
        return replace(found, input_rounding=(None,) * len(found.graph.outputs))

    def allotted(self, request: Request, target: Target) -> Design:
        """The design with formats of equal shares, its regions and quotients: what prices and operators come after."""
        return self._until("formats", request, target)

    def _stretches(self, request: Request, recipe: Recipe = ORDINARY) -> Sequence[Stretch]:
        saturated = request.undefined == "saturate"
        return stretches(
            request.opt, self.budget, saturated=saturated, uniform=request.uniform is not None,
            store=self.store, recipe=recipe,
        )  # fmt: skip

    def _until(
        self, last: StretchName, request: Request, target: Target, recipe: Recipe = ORDINARY
    ) -> Design:
        """The design as the stretch of that name leaves it."""
        design = Design(self.graph, request, target, mathematics=self.graph)
        seen: tuple[object, ...] = ()
        for stretch in self._stretches(request, recipe):
            seen += tuple(getattr(request, name) for name in stretch.looks_at)
            known = self._kept.get(seen) if stretch.looks_at else None
            if known is None:
                known = self._run(design, stretch.passes)
                if stretch.looks_at and not known.cut:
                    self._keep(seen, known)
            design = replace(known, request=request, target=target)
            if stretch.name == last:
                return design
        raise AssertionError(f"no passes have the name `{last}`; please report this")

    def _run(self, design: Design, passes: Sequence[Pass]) -> Design:
        return run_passes(design, passes, self.observer, verified=self.verified, budget=self.budget)

    def _keep(self, seen: tuple[object, ...], design: Design) -> None:
        if len(self._kept) >= KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[seen] = design
