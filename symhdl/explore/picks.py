"""One candidate of each class, so that the greatest of their values tells the class of most rows, within a budget.

All combinations are looked at, half of the classes against the other half. A value at a row becomes an integer that
sorts as the values do, with the class in its lower digits, as equal values go to the first class, and in its last bit
whether that class is the right one: so the last bit of the greatest integer says whether the row is told right.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from symhdl.empirical.samples import Floats, Integers

Keys = NDArray[np.uint32]

MOST_COMBINATIONS = 1 << 24
"""More are not looked at: candidates are left out evenly until there are fewer."""

WORK = 1 << 34
"""The combinations times rows that are looked at; above that some rows choose the combinations that all rows judge."""

FEWEST_ROWS = 256
BLOCK = 1 << 18  # integers that are compared at once, so that they stay in the cache
WEIGHT_STEPS = 1 << 10
"""Weights of rows are whole numbers up to this, so that their sums are exact and the same on every machine."""


@dataclass(frozen=True, slots=True)
class Pool:
    """The candidates of one class: values at rows (candidates x rows), of all classes on one scale, and what they add.

    `costs` (candidates x resources) add up in a combination; the first of them orders what is equally good. `losses`
    order what costs the same.
    """

    values: NDArray[np.int64] | NDArray[np.object_] | Floats
    costs: Floats
    losses: Floats

    def taken(self, places: Integers) -> Pool:
        """Some of the candidates."""
        return Pool(self.values[places], self.costs[places], self.losses[places])


@dataclass(frozen=True, slots=True)
class Pick:
    """A combination: the candidate of each class, by number, the share of rows that it tells right, and its costs."""

    candidates: tuple[int, ...]
    score: float
    costs: tuple[float, ...]


def best_picks(
    pools: Sequence[Pool], right: Integers, weights: Floats, limits: Sequence[float], count: int
) -> list[Pick]:
    """The best combinations whose costs add up to no more than the limits, the best first.

    `right` is the class of each row. Of equal scores the cheaper is better, then that of the smaller sum of losses.
    """
    fitting = _fitting(pools, limits)
    if not all(len(places) for places in fitting):
        return []
    fitting = _thinned(fitting, pools)
    few = [pool.taken(places) for pool, places in zip(pools, fitting, strict=True)]
    keys = keys_of([pool.values for pool in few], right)
    whole = _whole(weights)
    rows = len(whole)
    combinations = math.prod(map(len, fitting))
    looked = max(FEWEST_ROWS, WORK // combinations)
    if looked < rows:
        some = np.linspace(0, rows - 1, looked).astype(np.int64)
        found = _ranked([k[:, some] for k in keys], few, whole[some], limits, 16 * count)
        found = _scored(keys, few, whole, found)[:count]
    else:
        found = _ranked(keys, few, whole, limits, count)
    return [_in_pools(pick, fitting) for pick in found]


def keys_of(values: Sequence[np.ndarray], right: Integers) -> list[Keys]:
    """The values of each class (candidates x rows) as integers: the last bit of the greatest says if it is right."""
    stacked = np.concatenate(values)
    order = np.argsort(stacked, axis=0, kind="stable")
    ordered = np.take_along_axis(stacked, order, axis=0)
    steps = np.zeros(stacked.shape, dtype=np.uint32)
    steps[1:] = ordered[1:] != ordered[:-1]
    ranks = np.empty_like(steps)
    np.put_along_axis(ranks, order, np.cumsum(steps, axis=0, dtype=np.uint32), axis=0)
    classes = len(values)
    found: list[Keys] = []
    start = 0
    for number, each in enumerate(values):
        rank = ranks[start : start + len(each)]
        start += len(each)
        own = (rank * np.uint32(classes) + np.uint32(classes - 1 - number)) * np.uint32(2)
        found.append(own + (right == number).astype(np.uint32))
    return found


def _whole(weights: Floats) -> Floats:
    """The weights as whole numbers; 1 where they are alike."""
    if np.ptp(weights) == 0:
        return np.ones(len(weights))
    found: Floats = np.rint(weights / weights.max() * WEIGHT_STEPS)
    return found


def _fitting(pools: Sequence[Pool], limits: Sequence[float]) -> list[Integers]:
    """The candidates that some combination within the limits may have."""
    least = [pool.costs.min(axis=0) for pool in pools]
    total = np.sum(least, axis=0)
    return [
        np.flatnonzero((pool.costs + (total - own) <= np.array(limits)).all(axis=1))
        for pool, own in zip(pools, least, strict=True)
    ]


def _thinned(places: list[Integers], pools: Sequence[Pool]) -> list[Integers]:
    """As many candidates of each class, evenly by cost, as there may be combinations of."""
    most = max(map(len, places))
    while math.prod(min(len(each), most) for each in places) > MOST_COMBINATIONS and most > 2:
        most -= 1
    found = []
    for each, pool in zip(places, pools, strict=True):
        by_cost = each[np.lexsort((pool.losses[each], pool.costs[each, 0]))]
        some = np.linspace(0, len(each) - 1, min(len(each), most)).round().astype(np.int64)
        found.append(np.sort(by_cost[some]))
    return found


@dataclass(frozen=True, slots=True)
class _Half:
    """All combinations of some classes: the greatest keys at rows, sums of costs and losses, and who they are."""

    keys: Keys
    costs: Floats
    losses: Floats
    candidates: Integers

    def taken(self, places: Integers) -> _Half:
        return _Half(
            self.keys[places], self.costs[places], self.losses[places], self.candidates[places]
        )


def _half(keys: Sequence[Keys], pools: Sequence[Pool]) -> _Half:
    candidates = np.array(list(product(*(range(len(k)) for k in keys))), dtype=np.int64)
    first, *others = (each[candidates[:, k]] for k, each in enumerate(keys))
    for each in others:
        np.maximum(first, each, out=first)
    costs = np.sum([pool.costs[candidates[:, k]] for k, pool in enumerate(pools)], axis=0)
    losses = np.sum([pool.losses[candidates[:, k]] for k, pool in enumerate(pools)], axis=0)
    return _Half(first, costs, losses, candidates)


def _ranked(
    keys: Sequence[Keys],
    pools: Sequence[Pool],
    weights: Floats,
    limits: Sequence[float],
    count: int,
) -> list[Pick]:
    """The best of all combinations within the limits."""
    middle = _middle([len(each) for each in keys])
    left, right = _half(keys[:middle], pools[:middle]), _half(keys[middle:], pools[middle:])
    right = right.taken(np.lexsort((right.losses, right.costs[:, 0])))
    best = _Best(left, right, count)
    rows = keys[0].shape[1]
    step = max(1, BLOCK // rows)
    exact = (
        np.float32 if weights.sum() < 1 << 24 else np.float64
    )  # the whole numbers that they hold
    weights = weights.astype(exact)
    greatest = np.empty((step, rows), dtype=np.uint32)
    is_right = np.empty((step, rows), dtype=exact)
    for number in range(len(left.keys)):
        spare = np.array(limits) - left.costs[number]
        end = int(np.searchsorted(right.costs[:, 0], spare[0], side="right"))
        for start in range(0, end, step):
            part = slice(start, min(start + step, end))
            size = part.stop - part.start
            np.maximum(left.keys[number], right.keys[part], out=greatest[:size])
            np.bitwise_and(greatest[:size], 1, out=is_right[:size], casting="unsafe")
            scores = is_right[:size] @ weights
            inside = (right.costs[part] <= spare).all(axis=1)
            best.add(number, start, np.where(inside, scores, -1.0))
    return best.picks(float(weights.sum()))


def _middle(sizes: Sequence[int]) -> int:
    """How many of the first classes are one half, so that both halves have few combinations."""
    return min(range(1, len(sizes)), key=lambda k: math.prod(sizes[:k]) + math.prod(sizes[k:]))


@dataclass(slots=True)
class _Best:
    """The best combinations of two halves so far, by their places in both, the best first after `_shrink`."""

    left: _Half
    right: _Half
    count: int
    least: float = 0.0
    waiting: int = 0
    scores: list[Floats] = field(default_factory=list)
    places: list[Integers] = field(default_factory=list)

    def add(self, number: int, start: int, scores: Floats) -> None:
        """Combinations of one place on the left with those from `start` on the right."""
        good = np.flatnonzero(scores >= self.least)
        if not len(good):
            return
        self.scores.append(scores[good].astype(np.float64))
        self.places.append(np.stack([np.full(len(good), number), good + start]))
        self.waiting += len(good)
        if self.waiting > 16 * self.count:
            self._shrink()

    def _shrink(self) -> None:
        scores, (lefts, rights) = np.concatenate(self.scores), np.concatenate(self.places, axis=1)
        costs = self.left.costs[lefts, 0] + self.right.costs[rights, 0]
        losses = self.left.losses[lefts] + self.right.losses[rights]
        order = np.lexsort((rights, lefts, losses, costs, -scores))[: self.count]
        self.scores, self.places = [scores[order]], [np.stack([lefts, rights])[:, order]]
        self.waiting = len(order)
        if len(order) == self.count:
            self.least = float(scores[order[-1]])

    def picks(self, total: float) -> list[Pick]:
        """The best combinations; scores are shares of the total weight of the rows."""
        if not self.scores:
            return []
        self._shrink()
        return [
            Pick(
                (*self.left.candidates[left].tolist(), *self.right.candidates[right].tolist()),
                score / total,
                tuple((self.left.costs[left] + self.right.costs[right]).tolist()),
            )
            for score, (left, right) in zip(
                self.scores[0].tolist(), self.places[0].T.tolist(), strict=True
            )
        ]


def _scored(
    keys: Sequence[Keys], pools: Sequence[Pool], weights: Floats, picks: Sequence[Pick]
) -> list[Pick]:
    """The combinations by what all rows say of them."""

    def order(pick: Pick) -> tuple[float, ...]:
        losses = (pool.losses[k] for pool, k in zip(pools, pick.candidates, strict=True))
        return -pick.score, pick.costs[0], math.fsum(losses), *pick.candidates

    told = []
    for pick in picks:
        chosen = [each[k] for each, k in zip(keys, pick.candidates, strict=True)]
        is_right = np.maximum.reduce(chosen) & 1
        told.append(replace(pick, score=float(is_right @ weights) / float(weights.sum())))
    return sorted(told, key=order)


def _in_pools(pick: Pick, places: Sequence[Integers]) -> Pick:
    """The combination by the numbers of candidates in whole pools."""
    found = (int(each[k]) for each, k in zip(places, pick.candidates, strict=True))
    return replace(pick, candidates=tuple(found))
