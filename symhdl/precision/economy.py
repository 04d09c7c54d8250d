"""The tolerances that make a design cheap on its device, within all goals.

Where a bit less of node n saves a_n LUTs, and what it loses acts g_n times as strongly on the output, shares of the
error that cost least are in proportion to a_n / g_n (Lagrange). From equal shares of a part of the error moves of a bit
come near to that: each goes to where most is saved for what it spends, by the prices of the device, which have steps.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from symhdl.analysis.backward import Acting
from symhdl.analysis.propagation import Errors
from symhdl.budget import UNLIMITED, Budget
from symhdl.numeric.interval import Floats
from symhdl.precision.linear import LinearModel
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


class Prices(Protocol):
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


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """Tolerances, and what follows from them."""

    tolerances: Floats
    plan: Plan
    used: Floats
    worth: float


class _Move(NamedTuple):
    """So many bits less of a node, and where that leads."""

    node: int
    bits: float
    state: _State


@dataclass(slots=True)
class Economy:
    """One search. `moves` is how many more plans may be priced, `part` how much of the errors is to be used."""

    shares: Shares
    acting: Sequence[Acting]
    prices: Prices
    moves: int
    part: float = 1.0
    budget: Budget = UNLIMITED

    def improved(self, start: Found) -> Found:
        """The cheapest that is found, no dearer than the start by the prices."""
        model = LinearModel.of(self.shares, self.acting, self.part)
        model.correct(start.plan, start.errors)
        best = start
        for part in PARTS_TO_BEGIN_WITH if self.prices.thorough else (TIGHTENED,):
            best = self._from(model, start.tolerances * part, best)
        if self.prices.thorough:
            best = self._exchanged(model, best)
        return best

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
            if self._is_function(index) and index not in self.shares.results:
                tolerances[index] = math.exp2(math.floor(4 * math.log2(tolerances[index])) / 4)
        state, moves = self._state(model, tolerances), list[_Move]()
        for _ in range(PROOFS):
            made = self._replayed(model, state, moves)
            reached = made[-1].state if made else state
            moves = made + self._filled(model, reached)
            last = moves[-1].state if moves else state
            if last.worth >= best.worth:
                break
            plan, errors, met = self.shares.attempt(last.tolerances)
            model.correct(plan, errors)
            if not met:
                model.part *= CAREFUL
                continue
            best = Found(last.tolerances, plan, errors, last.worth)
            state, moves = last, []
            if (last.used > NEARLY_ALL * model.limits).all():
                break
        return best

    def _may_go_on(self) -> bool:
        return self.moves > 0 and not self.budget.is_over()

    def _replayed(self, model: LinearModel, state: _State, moves: Sequence[_Move]) -> list[_Move]:
        """The same moves from a state, but for those that the model does not have within the goals any longer."""
        made: list[_Move] = []
        for move in moves:
            looser = self._looser(state, move.node, move.bits)
            if looser is not None:
                found = self._state(model, looser)
                if (found.used <= model.limits).all():
                    state = found
                    made.append(_Move(move.node, move.bits, found))
        return made

    def _state(self, model: LinearModel, tolerances: Floats) -> _State:
        self.moves -= 1
        plan = self.shares.plan(tolerances)
        return _State(tolerances, plan, model.used(model.losses(plan)), self.prices.worth(plan))

    def _filled(self, model: LinearModel, state: _State) -> list[_Move]:
        """Moves to looser tolerances as long as the model has the goals met, the best for its error first."""
        waiting: list[tuple[float, int, int, _Move]] = []
        places = np.flatnonzero(model.gains.any(axis=0)).tolist()
        made: list[_Move] = []
        for index in places:
            self._consider(model, state, index, 0, waiting)
        while waiting and self._may_go_on():
            _, index, when, move = heapq.heappop(waiting)
            if when == len(made):
                made.append(move)
                state = move.state
            self._consider(model, state, index, len(made), waiting)
        return made

    def _consider(
        self, model: LinearModel, state: _State, index: int, when: int,
        waiting: list[tuple[float, int, int, _Move]],
    ) -> None:  # fmt: skip
        """Adds the best move of a node to those that wait, if one saves anything and the goals are met."""
        best: tuple[float, _Move] | None = None
        is_function = self._is_function(index)
        for bits in self._steps(index):
            looser = self._looser(state, index, bits)
            if looser is None:
                break
            found = self._state(model, looser)
            if (found.used > model.limits).any():
                continue
            saved = state.worth - found.worth
            spent = float(((found.used - state.used) / model.limits).max(initial=0.0))
            merit = saved / max(spent, LEAST_SPENT)
            if saved > 0 and (best is None or merit > best[0]):
                best = merit, _Move(index, bits, found)
            if best is not None and is_function:
                break
        if best is not None:
            heapq.heappush(waiting, (-best[0], index, when, best[1]))

    def _steps(self, index: int) -> Sequence[float]:
        """By how many bits a node may become looser at once: digits and bits of some do not go one by one."""
        if self.shares.graph.nodes[index].value is not None:
            return STEPS_OF_CONSTANTS
        if self._is_function(index):
            return STEPS_OF_FUNCTIONS
        return STEPS

    def _is_function(self, index: int) -> bool:
        return self.shares.regions.function_at(self.shares.graph, index) is not None

    def _looser(self, state: _State, index: int, bits: float) -> Floats | None:
        """The tolerances with some bits less of a node; None where it has none to lose."""
        shares = self.shares
        if shares.exact[index] or index in shares.regions.absorbed:
            return None
        own = state.tolerances[index] * 2.0**bits
        if not state.plan.rounding[index]:
            own = max(own, 2.0 ** (bits - 1 - state.plan.fractions[index]))
        own = min(own, shares.limits[index])
        if own <= state.tolerances[index]:
            return None
        tolerances = state.tolerances.copy()
        tolerances[index] = own
        return tolerances
