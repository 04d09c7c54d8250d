"""A plan that changes node by node: what follows from each change for others, for its worth and for the errors."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple, Protocol

from symhdl.analysis.errors import NO_ERROR
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.numeric.interval import Floats, Intervals
from symhdl.precision.linear import LinearModel
from symhdl.precision.roundings import Plan
from symhdl.precision.shares import Shares


class NodePrices(Protocol):
    """What single nodes are worth, given those before them."""

    def seen(self, index: int) -> Sequence[int]:
        """The nodes by which a node is priced, besides itself."""
        ...

    def fraction(self, index: int, planned: int, fractions: Sequence[int]) -> int:
        """The fractional bits that a node has at most, for those of a plan."""
        ...

    def node(
        self, index: int, fractions: Sequence[int], local: Sequence[Intervals], *, exactly: bool
    ) -> float:
        """What a node is worth, in LUTs: a multiple of a power of two, so that sums have no order."""
        ...


class _Entry(NamedTuple):
    """All that a node has in a draft; `fraction` is that of the plan, `built` what is left of it."""

    fraction: int
    local: Intervals
    built: int
    worth: float
    loss: float


@dataclass(frozen=True, slots=True)
class Change:
    """What a draft had before a tolerance was changed, in that node and in all that it was followed to.

    `used` are the sums for goals that others took the place of, one after the other.
    """

    node: int
    tolerance: float
    entries: tuple[tuple[int, _Entry], ...]
    worth: float
    used: tuple[tuple[int, float], ...]

    @property
    def nodes(self) -> list[int]:
        """What is not as it was."""
        return [index for index, _ in self.entries]


@dataclass(slots=True, eq=False)
class Draft:
    """Tolerances, with the plan for them, what it is worth and the model's sums for the goals, all kept up to date."""

    shares: Shares
    prices: NodePrices
    model: LinearModel
    tolerances: Floats
    exactly: bool
    worth: float = field(default=0.0, init=False)
    used: list[float] = field(init=False)
    fractions: list[int] = field(init=False)
    local: list[Intervals] = field(init=False)
    _built: list[int] = field(default_factory=list, init=False)
    _worths: list[float] = field(default_factory=list, init=False)
    _losses: list[float] = field(init=False)
    _users: Sequence[Sequence[int]] = field(init=False)

    def __post_init__(self) -> None:
        """Goes through all nodes once."""
        plan = self.shares.plan(self.tolerances)
        self.fractions, self.local = list(plan.fractions), list(plan.local)
        for index, planned in enumerate(self.fractions):
            self._built.append(self.prices.fraction(index, planned, self._built))
            self._worths.append(self._worth(index))
        losses = self.model.losses(plan)
        self.worth, self.used = sum(self._worths), self.model.used(losses).tolist()
        self._losses = losses.tolist()
        self._users = users_of(self.shares, self.prices)

    @property
    def plan(self) -> Plan:
        """The plan for the tolerances."""
        return Plan.of(self.fractions, self.local)

    def rounds(self, index: int) -> bool:
        """Whether a node loses anything."""
        return self.local[index] is not NO_ERROR

    def change(self, node: int, tolerance: float) -> Change:
        """Gives a node another tolerance; what it returns takes that back."""
        before = self.tolerances.item(node), self.worth
        self.tolerances[node] = tolerance
        entries: list[tuple[int, _Entry]] = []
        sums: list[tuple[int, float]] = []
        waiting, last, used, columns = [node], -1, self.used, self.model.columns
        while waiting:
            index = heapq.heappop(waiting)
            if index == last:
                continue
            last = index
            old = self._entry(index)
            if self._renewed(index, old):
                waiting += self._users[index]
                heapq.heapify(waiting)
            self._worths[index] = self._worth(index)
            self.worth += self._worths[index] - old.worth
            more = self._losses[index] - old.loss
            if more:
                for place, gain in columns[index]:
                    sums.append((place, used[place]))
                    used[place] += gain * more
            entries.append((index, old))
        return Change(node, before[0], tuple(entries), before[1], tuple(sums))

    def back(self, change: Change) -> None:
        """Takes the last change that is left back."""
        self.tolerances[change.node] = change.tolerance
        self.worth = change.worth
        for place, before in reversed(change.used):
            self.used[place] = before
        for index, entry in change.entries:
            self.fractions[index], self.local[index] = entry.fraction, entry.local
            self._built[index], self._worths[index], self._losses[index] = entry[2:]

    def _entry(self, index: int) -> _Entry:
        return _Entry(
            self.fractions[index], self.local[index], self._built[index], self._worths[index],
            self._losses[index],
        )  # fmt: skip

    def _renewed(self, index: int, old: _Entry) -> bool:
        """Whether others are to be looked at, now that the node is."""
        fraction, error = self.shares.roundings.at(
            index, self.tolerances.item(index), self.fractions
        )
        self.fractions[index] = fraction
        self._built[index] = self.prices.fraction(index, fraction, self._built)
        is_same = fraction == old.fraction and self._built[index] == old.built
        if _are_equal(error, old.local):
            return not is_same
        self.local[index] = error
        self._losses[index] = self.model.loss(index, error)
        return not is_same or self.shares.ranges.space[index] == CONSTANT_SPACE

    def _worth(self, index: int) -> float:
        return self.prices.node(index, self._built, self.local, exactly=self.exactly)


def _are_equal(a: Intervals, b: Intervals) -> bool:
    if a is b:
        return True
    if a is NO_ERROR or b is NO_ERROR:
        return False
    return a.lower.item(0) == b.lower.item(0) and a.upper.item(0) == b.upper.item(0)


def users_of(shares: Shares, prices: NodePrices) -> list[list[int]]:
    """For every node those whose fractions or prices follow from it."""
    users: list[list[int]] = [[] for _ in shares.graph.nodes]
    for index, node in enumerate(shares.graph.nodes):
        for operand in dict.fromkeys(chain(node.operands, prices.seen(index))):
            users[operand].append(index)
    return users
