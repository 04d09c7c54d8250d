"""The tolerances that make a design cheapest on its device, within all goals: shares by price, then bit by bit.

If a bit less of node n saves a_n LUTs, and what it loses acts g_n times as strongly on the output, the shares of the
error that cost least are in proportion to a_n / g_n (Lagrange). What is left over goes, move by move, to where most is
saved for it, by the prices of the device, which have steps.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from symhdl.analysis.backward import Acting
from symhdl.analysis.propagation import Errors
from symhdl.numeric.interval import Floats
from symhdl.precision.linear import LinearModel
from symhdl.precision.roundings import Plan
from symhdl.precision.shares import Shares

LEAST_PRICE = 0.25
"""Of a bit, in LUTs: where estimates see none, there are wires and registers."""
PROOFS = 3
HALVINGS = 8


class Prices(Protocol):
    """What the nodes of a design are worth on its device."""

    def worth(self, plan: Plan) -> float:
        """That of all nodes together, in LUTs."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Tolerances that meet all goals, with the proof, and what they are worth."""

    tolerances: Floats
    plan: Plan
    errors: Errors
    worth: float


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """Tolerances, and what follows from them."""

    tolerances: Floats
    plan: Plan
    used: Floats
    worth: float


@dataclass(slots=True)
class Economy:
    """One search. `moves` is how many more plans may be priced."""

    shares: Shares
    acting: Sequence[Acting]
    prices: Prices
    moves: int
    exchanges: int = 0

    def improved(self, start: Found) -> Found:
        """The cheapest that is found, no dearer than the start by the prices."""
        model = LinearModel.of(self.shares, self.acting)
        model.correct(start.plan, start.errors)
        best = start
        for tolerances in (
            start.tolerances, self._by_price(model, start), start.tolerances / 4,
        ):  # fmt: skip
            found = self._from(model, start, tolerances)
            if found is not None and found.worth < best.worth:
                best = found
        for _ in range(self.exchanges):
            better = self._exchanged(model, best)
            if better is None:
                break
            best = better
        return best

    def _exchanged(self, model: LinearModel, best: Found) -> Found | None:
        for index in np.flatnonzero(best.plan.rounding).tolist():
            tolerances = best.tolerances.copy()
            tolerances[index] /= 2
            found = self._from(model, best, tolerances)
            if found is not None and found.worth < best.worth - 0.01:
                return found
        return None

    def _from(self, model: LinearModel, start: Found, tolerances: Floats) -> Found | None:
        """The cheapest that moves from some tolerances lead to; None where nothing is proved."""
        model.correct(start.plan, start.errors)
        state = self._within(model, self._state(model, tolerances))
        best: Found | None = None
        for _ in range(PROOFS):
            states = self._filled(model, state)
            found = self._proved(model, states)
            if found is None:  # not even the first of them
                state = self._within(model, state)
                continue
            place, proof = found
            if best is not None and proof.worth >= best.worth:
                break
            best, state = proof, states[place]
        return best

    def _proved(self, model: LinearModel, states: list[_State]) -> tuple[int, Found] | None:
        """The last of the states, each looser than the one before, that is proved to meet the goals."""
        low, high = 0, len(states)
        best: tuple[int, Found] | None = None
        while low < high:
            middle = high - 1 if high == len(states) else (low + high) // 2
            state = states[middle]
            plan, errors, met = self.shares.attempt(state.tolerances)
            model.correct(plan, errors)
            if met:
                best, low = (middle, Found(state.tolerances, plan, errors, state.worth)), middle + 1
            else:
                high = middle
        return best

    def _state(self, model: LinearModel, tolerances: Floats) -> _State:
        self.moves -= 1
        plan = self.shares.plan(tolerances)
        return _State(
            tolerances, plan, model.used(model.losses(plan)), self.prices.worth(plan)
        )

    def _by_price(self, model: LinearModel, start: Found) -> Floats:
        """Shares in proportion to what a bit more of each place that rounds costs."""
        weights = np.full(len(start.tolerances), LEAST_PRICE)
        for index in np.flatnonzero(start.plan.rounding):
            tolerances = start.tolerances.copy()
            tolerances[index] /= 2
            price = self._state(model, tolerances).worth - start.worth
            weights[index] = max(LEAST_PRICE, price)
        return self.shares.shared(self.acting, weights)

    def _within(self, model: LinearModel, state: _State) -> _State:
        """The tolerances, made smaller all together until the model has the goals met."""
        for _ in range(HALVINGS):
            over = float((state.used / model.limits).max(initial=0.0))
            if over <= 1:
                break
            state = self._state(model, state.tolerances * (0.99 / over))
        return state

    def _filled(self, model: LinearModel, state: _State) -> list[_State]:
        """With moves to looser tolerances as long as the model has the goals met, the best for its error first."""
        states = [state]
        waiting: list[tuple[float, int, int, _State]] = []
        places = np.flatnonzero(model.gains.any(axis=0)).tolist()
        made = 0
        for index in places:
            self._consider(model, state, index, made, waiting)
        while waiting and self.moves > 0:
            _, index, when, found = heapq.heappop(waiting)
            if when == made:
                state, made = found, made + 1
                states.append(state)
            self._consider(model, state, index, made, waiting)
        return states

    def _consider(
        self, model: LinearModel, state: _State, index: int, made: int,
        waiting: list[tuple[float, int, int, _State]],
    ) -> None:  # fmt: skip
        """Adds the move of a node to those that wait, if it saves anything and the goals are met."""
        looser = self._looser(state, index)
        if looser is None:
            return
        found = self._state(model, looser)
        saved = state.worth - found.worth
        if saved <= 0 or (found.used > model.limits).any():
            return
        spent = float(((found.used - state.used) / model.limits).max(initial=0.0))
        heapq.heappush(waiting, (-saved / max(spent, 1e-9), index, made, found))

    def _looser(self, state: _State, index: int) -> Floats | None:
        """The tolerances with a bit less of a node; None where it has none to lose."""
        shares = self.shares
        if shares.exact[index] or index in shares.regions.absorbed:
            return None
        own = state.tolerances[index] * 2
        if not state.plan.rounding[index]:
            own = max(own, 2.0 ** -state.plan.fractions[index])
        own = min(own, shares.limits[index])
        if own <= state.tolerances[index]:
            return None
        tolerances = state.tolerances.copy()
        tolerances[index] = own
        return tolerances
