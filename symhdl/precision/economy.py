"""The tolerances that make a design cheap on its device, within all goals.

Where a bit less of node n saves a_n LUTs, and what it loses acts g_n times as strongly on the output, shares of the
error that cost least are in proportion to a_n / g_n (Lagrange). From equal shares of a part of the error moves of a bit
come near to that: each goes to where most is saved for what it spends, by the prices of the device, which have steps.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from operator import le
from typing import NamedTuple, Protocol

import numpy as np

from symhdl.analysis.backward import Acting
from symhdl.analysis.propagation import Errors
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.budget import UNLIMITED, Budget
from symhdl.numeric.interval import Floats
from symhdl.precision.draft import Change, Draft, NodePrices
from symhdl.precision.linear import ADDED, Column, LinearModel
from symhdl.precision.roundings import Plan
from symhdl.precision.shares import Shares

TIGHTENED = 0.5
"""Of the shares that the moves begin with, which leaves them half of the error."""
PARTS_TO_BEGIN_WITH = (0.5, 0.25, 1.0)  # where there is time for more
CAREFUL = 0.99  # that the model is where it was wrong
PROOFS = 5  # each of what some moves lead to, of which the model learns
NEARLY_ALL = 0.9  # of an error: what moves of a bit save of the rest is little
STEPS = (1.0,)  # bits
STEPS_OF_CONSTANTS = (1.0, 3.0)
STEPS_OF_FUNCTIONS = (1.0, 0.5, 0.25)
LEAST_SPENT = 1e-9  # of an error: what acts less is as good as nothing


class Prices(NodePrices, Protocol):
    """What the nodes of a design are worth on its device; `thorough` ones are to be searched for long."""

    @property
    def thorough(self) -> bool:
        """Whether nothing is estimated from others, and more than one way is followed."""
        ...

    def worth(self, plan: Plan) -> float:
        """That of all nodes together, in LUTs; of functions near to those that were asked for it is estimated."""
        ...

    def exactly(self, plan: Plan) -> float:
        """The same with nothing estimated from others."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Tolerances that meet all goals, with the proof, and what they are worth."""

    tolerances: Floats
    plan: Plan
    errors: Errors
    worth: float = math.inf


class Move(NamedTuple):
    """So many bits less of a node, which leads to a tolerance; `nodes` are those that it was judged by."""

    node: int
    bits: float
    tolerance: float
    nodes: Sequence[int]


@dataclass(slots=True)
class Economy:
    """One search. `effort` is how many more nodes may be priced, `part` how much of the errors is to be used.

    Nodes that are `fixed` stay as they are. Constants may lose so many bits at once as `steps_of_constants` says.
    """

    shares: Shares
    acting: Sequence[Acting]
    prices: Prices
    effort: int
    part: float = 1.0
    budget: Budget = UNLIMITED
    fixed: Collection[int] = ()
    steps_of_constants: Sequence[float] = STEPS_OF_CONSTANTS

    def loosened(self, start: Found, tolerances: Floats | None = None) -> Found:
        """The cheapest of what loosens tolerances as far as the goals allow; the start where nothing is cheaper.

        By default they are those of the start.
        """
        model = self._model(start)
        return self._from(model, start.tolerances if tolerances is None else tolerances, start)

    def has_choice(self, start: Found) -> bool:
        """Whether anything but functions that are outputs loses bits, or may lose one within the goals."""
        model = self._model(start)
        limits = model.limits.tolist()
        for index, column in enumerate(model.columns):
            if index in self.shares.results or self.shares.exact[index] or not _acts(column):
                continue
            least = math.ldexp(1.0, -start.plan.fractions[index])
            if self.shares.ranges.space[index] == CONSTANT_SPACE:
                least *= ADDED
            if start.plan.rounding[index] or all(g * least <= limits[place] for place, g in column):
                return True
        return False

    def improved(self, start: Found) -> Found:
        """The cheapest that is found, no dearer than the start by the prices."""
        model = self._model(start)
        best = start
        for part in PARTS_TO_BEGIN_WITH if self.prices.thorough else (TIGHTENED,):
            best = self._from(model, start.tolerances * part, best)
        if self.prices.thorough:
            best = self._exchanged(model, best)
        return best

    def _model(self, start: Found) -> LinearModel:
        """The model that agrees with what was proved for the start."""
        model = LinearModel.of(self.shares, self.acting, self.part)
        model.correct(start.plan, start.errors)
        return model

    def _exchanged(self, model: LinearModel, best: Found) -> Found:
        """With a bit more of a node for what else that allows, node by node, as long as one of them pays."""
        while self._may_go_on():
            before = best
            for index in np.flatnonzero(best.plan.rounding).tolist():
                if not self._may_go_on():
                    break
                tolerances = best.tolerances.copy()
                tolerances[index] /= 2
                best = self._from(model, tolerances, best)
            if best is before:
                break
        return best

    def _from(self, model: LinearModel, tolerances: Floats, best: Found) -> Found:
        """The cheapest that moves from some tolerances lead to, if that is better than the best."""
        model.part = self.part
        tolerances = tolerances.copy()
        for index in np.flatnonzero(tolerances > 0).tolist():
            is_free = self._is_function(index) and index not in self.fixed
            if is_free and index not in self.shares.results:
                tolerances[index] = math.exp2(math.floor(4 * math.log2(tolerances[index])) / 4)
        draft = Draft(self.shares, self.prices, model, tolerances, exactly=self.prices.thorough)
        self.effort -= len(tolerances)
        moves = list[Move]()
        for _ in range(PROOFS):
            made, changes = self._replayed(draft, moves)
            filled = self.filled(draft)
            moves = made + [move for move, _ in filled]
            changes += [change for _, change in filled]
            if draft.worth >= best.worth:
                break
            plan, errors, met = self.shares.attempt(draft.tolerances)
            model.correct(plan, errors)
            if met:
                best = Found(draft.tolerances.copy(), plan, errors, draft.worth)
                moves = []
                if not self._may_go_on() or _is_within(NEARLY_ALL * model.limits, draft.used):
                    break
            else:
                model.part *= CAREFUL
                for change in reversed(changes):
                    draft.back(change)
        return best

    def _may_go_on(self) -> bool:
        return self.effort > 0 and not self.budget.is_over()

    def _changed(self, draft: Draft, node: int, tolerance: float) -> Change:
        change = draft.change(node, tolerance)
        self.effort -= len(change.entries)
        return change

    def _replayed(self, draft: Draft, moves: Sequence[Move]) -> tuple[list[Move], list[Change]]:
        """Makes moves again, but for those that the model does not have within the goals any longer."""
        made: list[Move] = []
        changes: list[Change] = []
        limits = draft.model.limits.tolist()
        for move in moves:
            tolerance = self._looser(draft, move.node, move.bits)
            if tolerance is not None:
                change = self._changed(draft, move.node, tolerance)
                if _is_within(draft.used, limits):
                    made.append(move)
                    changes.append(change)
                else:
                    draft.back(change)
        return made, changes

    def filled(self, draft: Draft) -> list[tuple[Move, Change]]:
        """Moves to looser tolerances as long as the model has the goals met, the best for its error first.

        Of equally good ones it is that of the later node.
        """
        limits = draft.model.limits.tolist()
        if not _is_within(draft.used, limits):
            return []
        waiting: list[tuple[float, int, int, Move]] = []
        made: list[tuple[Move, Change]] = []
        changed_by = [0] * len(draft.fractions)  # the last move that changed each
        for index, column in enumerate(draft.model.columns):
            if index not in self.fixed and _acts(column) and self._may_go_on():
                self._consider(draft, limits, index, 0, waiting)
        while waiting and self._may_go_on():
            _, _, when, move = heapq.heappop(waiting)
            if all(changed_by[node] <= when for node in move.nodes):
                change = self._changed(draft, move.node, move.tolerance)
                if all(draft.used[place] <= limits[place] for place, _ in change.used):
                    made.append((move, change))
                    for node in change.nodes:
                        changed_by[node] = len(made)
                else:
                    draft.back(change)
            self._consider(draft, limits, move.node, len(made), waiting)
        return made

    def single(self, draft: Draft) -> list[Move]:
        """The best move to a looser tolerance of each node, the best of all first."""
        waiting: list[tuple[float, int, int, Move]] = []
        limits = draft.model.limits.tolist()
        for index, column in enumerate(draft.model.columns):
            if _acts(column) and _is_within(draft.used, limits):
                self._consider(draft, limits, index, 0, waiting)
        return [move for *_, move in sorted(waiting, key=lambda each: each[:2])]

    def _consider(
        self, draft: Draft, limits: Sequence[float], index: int, when: int,
        waiting: list[tuple[float, int, int, Move]],
    ) -> None:  # fmt: skip
        """Adds the best move of a node to those that wait, if one saves anything and the goals are met.

        All of them are met before.
        """
        best: tuple[float, Move] | None = None
        is_function = self._is_function(index)
        for bits in self._steps(index):
            tolerance = self._looser(draft, index, bits)
            if tolerance is None:
                break
            worth = draft.worth
            change = self._changed(draft, index, tolerance)
            saved = worth - draft.worth
            more = {place: draft.used[place] for place, _ in change.used}
            draft.back(change)
            if any(used > limits[place] for place, used in more.items()):
                continue
            shares = (
                (used - draft.used[place]) / limits[place] if limits[place] else 0.0
                for place, used in more.items()
            )
            spent = max(shares, default=0.0)
            merit = saved / max(spent, LEAST_SPENT)
            if saved > 0 and (best is None or merit > best[0]):
                best = merit, Move(index, bits, tolerance, change.nodes)
            if best is not None and is_function:
                break
        if best is not None:
            heapq.heappush(waiting, (-best[0], -index, when, best[1]))

    def _steps(self, index: int) -> Sequence[float]:
        """By how many bits a node may become looser at once: digits and bits of some do not go one by one."""
        if self.shares.graph.nodes[index].value is not None:
            return self.steps_of_constants
        if self._is_function(index) or index in self.shares.recurrences:
            return STEPS_OF_FUNCTIONS
        return STEPS

    def _is_function(self, index: int) -> bool:
        return self.shares.regions.function_at(self.shares.graph, index) is not None

    def _looser(self, draft: Draft, index: int, bits: float) -> float | None:
        """The tolerance of a node with some bits less; None where it has none to lose."""
        shares, before = self.shares, draft.tolerances.item(index)
        if shares.exact[index] or index in shares.regions.absorbed or index in self.fixed:
            return None
        own = before * 2.0**bits
        if not draft.rounds(index):
            own = max(own, 2.0 ** (bits - 1 - draft.fractions[index]))
        own = min(own, shares.limits.item(index))
        return own if own > before else None


def _acts(column: Column) -> bool:
    return any(gain for _, gain in column)


def _is_within(used: Iterable[float], limits: Iterable[float]) -> bool:
    return all(map(le, used, limits))
