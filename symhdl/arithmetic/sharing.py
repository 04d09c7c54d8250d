"""Two-term subexpressions that sums share, over the signed digits of all their weights."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from symhdl.numeric.fixed import width_of_range

Place = tuple[int, int]
"""A value, and by how many bits it is shifted; or a sum, and the shift of a pair's first value in it."""
Digits = dict[Place, int]
"""The terms of a sum: 1 or -1 for each shifted value."""


class Value(NamedTuple):
    """A number of a range that is there behind so many adders."""

    minimum: int
    maximum: int
    depth: int


class Preference(NamedTuple):
    """What counts beside the bits that a pair saves: adders before it, and by how much its terms are shifted."""

    depth: float
    shift: float


class Pair(NamedTuple):
    """Two values of which the second is shifted by so many bits more than the first; `sign` is that of their product.

    The pair as a value is their sum, or the difference in which the one that is shifted is subtracted.
    """

    first: int
    second: int
    shift: int
    sign: int

    @property
    def weights(self) -> tuple[int, int]:
        """What the first and the second value are multiplied by."""
        first, second = 1 << max(0, -self.shift), 1 << max(0, self.shift)
        if self.sign < 0:
            return (first, -second) if self.shift >= 0 else (-first, second)
        return first, second


@dataclass(slots=True)
class SharedSums:
    """Sums of shifted values, of which pairs become values of their own, those that save most first.

    Each step takes the pair that saves most bits of adders, as they are known then (Hosangadi, Fallah and Kastner,
    "Reducing hardware complexity of linear DSP systems by iteratively eliminating two-term common subexpressions",
    2005). A tree of terms behind d1, d2, ... adders is as shallow as the logarithm of the sum of 2**d to base 2, the
    `loads` of sums, which stay below 2**limit. Sums may be parts of one, their `owner`, which has the load then, and
    `constants` tells whether it has a constant term besides.

    `values` are those that are given, then the `pairs`.
    """

    values: list[Value]
    sums: list[Digits]
    owners: Sequence[int]
    constants: Sequence[bool]
    limits: Sequence[int]
    preference: Preference
    pairs: list[Pair] = field(default_factory=list)
    work: int = 0
    """How many pairs were found, or were gone, so far."""
    _loads: list[int] = field(default_factory=list)
    _found: dict[Pair, dict[Place, None]] = field(default_factory=dict)
    _offers: list[tuple[float, Pair]] = field(default_factory=list)

    def share(self, work: int) -> None:
        """Makes values of pairs as long as that much work is not done."""
        self._loads = list(map(int, self.constants))
        for number, digits in enumerate(self.sums):
            self._loads[self.owners[number]] += sum(1 << self.values[v].depth for v, _ in digits)
            places = list(digits)
            for count, place in enumerate(places):
                self._found_pairs(number, place, places[:count])
        self._offer(self._found)
        while self._offers and self.work < work:
            score, pair = heapq.heappop(self._offers)
            places = self._usable(pair)
            if len(places) < 2:
                continue
            now = self._score(pair, len(places))
            if now > score:  # some of them went into other pairs
                heapq.heappush(self._offers, (now, pair))
            else:
                self._make(pair, places)

    def _offer(self, pairs: Iterable[Pair]) -> None:
        for pair in pairs:
            count = len(self._found[pair])
            if count > 1:
                heapq.heappush(self._offers, (self._score(pair, count), pair))

    def _score(self, pair: Pair, count: int) -> float:
        """Less is better: the negative of the bits saved, where all but one of so many adders are."""
        minimum, maximum, depth = self._value(pair)
        bits = max(1, width_of_range(minimum, maximum)[1] - abs(pair.shift))
        saved = (count - 1) * bits / (1 + self.preference.depth * (depth - 1))
        return self.preference.shift * abs(pair.shift) - saved

    def _value(self, pair: Pair) -> Value:
        """What a pair is as a value."""
        first, second = self.values[pair.first], self.values[pair.second]
        depth = max(first.depth, second.depth) + 1
        left, right = pair.weights
        if pair.first == pair.second:
            low, high = sorted(((left + right) * first.minimum, (left + right) * first.maximum))
            return Value(low, high, depth)
        low = left * (first.minimum if left > 0 else first.maximum)
        low += right * (second.minimum if right > 0 else second.maximum)
        high = left * (first.maximum if left > 0 else first.minimum)
        high += right * (second.maximum if right > 0 else second.minimum)
        return Value(low, high, depth)

    def _usable(self, pair: Pair) -> list[Place]:
        """Where the pair is, each term once, in sums that stay below their limits."""
        first, second = self.values[pair.first].depth, self.values[pair.second].depth
        growth = (2 << max(first, second)) - (1 << first) - (1 << second)
        loads: dict[int, int] = {}
        used: set[Place] = set()
        usable = []
        for number, shift in sorted(self._found[pair]):
            terms = {(number, shift), (number, shift + pair.shift)}
            owner = self.owners[number]
            load = loads.get(owner, self._loads[owner]) + growth
            if growth and load > 1 << self.limits[owner]:
                continue
            if pair.first == pair.second:
                if used & terms:
                    continue
                used |= terms
            loads[owner] = load
            usable.append((number, shift))
        return usable

    def _make(self, pair: Pair, places: Sequence[Place]) -> None:
        """Makes a value of the pair in these places."""
        new = len(self.values)
        self.values.append(self._value(pair))
        self.pairs.append(pair)
        created: dict[Pair, None] = {}
        for number, shift in places:
            digits, owner = self.sums[number], self.owners[number]
            first, second = (pair.first, shift), (pair.second, shift + pair.shift)
            sign = digits[first] if pair.weights[0] > 0 else -digits[first]
            for place in (first, second):
                self._take_out(number, place)
                self._loads[owner] -= 1 << self.values[place[0]].depth
            others = list(digits)
            place = (new, min(shift, shift + pair.shift))
            digits[place] = sign
            self._loads[owner] += 1 << self.values[new].depth
            created |= dict.fromkeys(self._found_pairs(number, place, others))
        self._offer(created)

    def _found_pairs(self, number: int, place: Place, others: Sequence[Place]) -> list[Pair]:
        """Notes the pairs of a term with others of its sum."""
        digits, found = self.sums[number], self._found
        sign = digits[place]
        pairs = []
        for other in others:
            a, b = (place, other) if place < other else (other, place)
            pair = Pair(a[0], b[0], b[1] - a[1], sign * digits[other])
            pairs.append(pair)
            found.setdefault(pair, {})[number, a[1]] = None
        self.work += len(others)
        return pairs

    def _take_out(self, number: int, place: Place) -> None:
        """Takes a term out of its sum."""
        digits, found = self.sums[number], self._found
        sign = digits.pop(place)
        for other, own in digits.items():
            a, b = (place, other) if place < other else (other, place)
            del found[Pair(a[0], b[0], b[1] - a[1], sign * own)][number, a[1]]
        self.work += len(digits)
