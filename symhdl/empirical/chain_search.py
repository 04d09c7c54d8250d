"""The search for chains of several outputs that decide together: candidates of each output, then combinations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from symhdl.empirical.chain import Chain
from symhdl.empirical.chain_fits import Fit
from symhdl.empirical.decided_entries import Rivals, decided
from symhdl.empirical.chain_space import Space
from symhdl.empirical.frames import Frame, Frames, adapted
from symhdl.empirical.greatest import Groups, by_code
from symhdl.empirical.networks import Codes, Network, Prices, Sum, Term
from symhdl.empirical.shaping import Shaped

Short = NDArray[np.int32]

SHORTFALL_WORTH = 6000.0  # LUTs for a share of rows that the goal asks for and that is missing
EXCESS_WORTH, MOST_EXCESS = 20.0, 0.01
MUCH_WORSE = 1.25  # of an error, beside the least that costs no more: such a candidate is kept
CANDIDATES = 60  # of an output, in one frame
COMBINATIONS = 4000
MOVES = 600
HEAT, LAST_HEAT = 6.0, 0.05  # LUTs
LOCAL_HEAT, LAST_LOCAL_HEAT = 12.0, 0.02
HOLDING = 2.0  # LUTs beside a bit each, where an input is held between ends
SEEDS = 25  # points of the front whose chains new frames begin with
CHANGED_CHAIN, CHANGED_GRID = 0.88, 0.95  # shares of moves, one behind the other


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A network of one output or of several: what it takes alone, and a sum that others may share.

    `codes` are those of the output at the rows, or of the greatest, and `winners` which output that is.
    """

    chain: Chain
    network: Network
    codes: Codes
    winners: Codes | int
    cost: float
    shared: tuple[object, float] | None
    error: float


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """A design of the front: what it takes, the share of rows that it decides rightly, and what it is made of."""

    cost: float
    score: float
    frame: Frame
    candidates: tuple[Candidate, ...]

    def energy(self, wanted: float) -> float:
        """What is the less the better where a share of rows is wanted."""
        return energy(self.cost, self.score, wanted)


def energy(cost: float, score: float, wanted: float) -> float:
    """LUTs, and those that a shortfall is worth."""
    above = min(MOST_EXCESS, max(0.0, score - wanted))
    return cost + SHORTFALL_WORTH * max(0.0, wanted - score) - EXCESS_WORTH * above


@dataclass(slots=True)
class Front:
    """Points of which none is better than another in both ways, the cheapest first."""

    points: list[Point] = field(default_factory=list)

    def add(self, point: Point) -> None:
        """Takes a point in if none that is there is as good."""
        if any(p.cost <= point.cost and p.score >= point.score for p in self.points):
            return
        kept = [p for p in self.points if p.cost < point.cost or p.score > point.score]
        self.points = sorted([*kept, point], key=lambda p: p.cost)


@dataclass(slots=True)
class Search:
    """The state of a search: its front, and chance.

    Outputs in one of the `groups` share a code: that of the greatest of them.
    """

    shaped: Shaped
    groups: Groups
    frames: Frames
    prices: Prices
    index_bits: int
    argmax_cost: Callable[[int], float]  # of the last choice, from the bits of codes
    generator: np.random.Generator
    is_over: Callable[[], bool]
    front: Front = field(default_factory=Front)
    _weights: NDArray[np.float32] = field(init=False)
    _right: Short = field(init=False)
    _key_bits: int = field(init=False)

    def __post_init__(self) -> None:
        count = max(len(self.shaped.roots), len(self.groups))
        self._key_bits = max(1, (count - 1).bit_length())
        self._weights = self.shaped.scored.astype(np.float32)
        self._right = self.shaped.classes.astype(np.int32)

    # Scores

    def _keyed(self, candidate: Candidate, number: int) -> Short:
        """Codes, behind them the number of the group, so that the first of equals is the greatest, and the output."""
        last = (1 << self._key_bits) - 1
        keyed = (candidate.codes << self._key_bits) | (last - number)
        found: Short = ((keyed << self._key_bits) | candidate.winners).astype(np.int32)
        return found

    def _score(self, keyed: Short | Sequence[Short]) -> float:
        last = (1 << self._key_bits) - 1
        return float(self._weights @ ((np.maximum.reduce(keyed, axis=0) & last) == self._right))

    def _cost(self, candidates: Sequence[Candidate], frame: Frame) -> float:
        shared = dict(c.shared for c in candidates if c.shared is not None)
        own = sum(candidate.cost for candidate in candidates)
        held = sum(grid.bits + HOLDING for grid in frame.grids.values() if grid.is_held)
        return own + sum(shared.values()) + held + self.argmax_cost(frame.scale.bits)

    # Candidates

    def fitted(self, chain: Chain, frame: Frame, number: int) -> Candidate:
        """The candidate of a chain."""
        shaping, scale = self.shaped.shaping, frame.scale
        group = self.groups[number]
        fit = Fit(shaping, frame.grids, frame.codes, np.random.default_rng(0))
        network = fit.chain(chain, group, scale)
        cost, shared = self._priced(network)
        codes = fit.made[0]
        winners = group[0] if len(group) == 1 else np.array(group)[fit.made[1]]
        near = shaping.near[:, group].max(axis=1)
        target = scale.held(shaping.targets[:, group].max(axis=1))
        missed = scale.low + codes * scale.step - target
        error = float(near @ (missed * missed) / near.sum())
        return Candidate(chain, network, codes, winners, cost, shared, error)

    def decided(
        self, candidate: Candidate, frame: Frame, keyed: Sequence[Short], number: int
    ) -> Candidate:
        """The candidate with entries that make more rows right beside those of the other outputs."""
        group = by_code(self.groups[number])
        rivals = self._rivals(keyed, number)
        network, made = decided(candidate.network, frame.codes, rivals, group, deep=True)
        if network == candidate.network:
            return candidate
        winners = group[0] if len(made) == 1 else np.array(group)[made[1]]
        cost, shared = self._priced(network)
        return replace(
            candidate, network=network, codes=made[0], winners=winners, cost=cost, shared=shared
        )

    def _rivals(self, keyed: Sequence[Short], number: int) -> Rivals:
        others = [each for place, each in enumerate(keyed) if place != number]
        greatest = np.maximum.reduce([np.full_like(keyed[0], -1), *others])
        last = (1 << self._key_bits) - 1
        least = ((greatest >> self._key_bits) - (last - number) >> self._key_bits) + 1
        weights = self.shaped.scored
        otherwise = np.where((greatest & last) == self._right, weights, 0.0)
        return Rivals(least.astype(np.int64), self.shaped.classes, weights, otherwise)

    def _priced(self, network: Network) -> tuple[float, tuple[object, float] | None]:
        prices = self.prices.by_node(network)
        nodes = network.nodes
        for node in nodes:
            for term in node.terms if isinstance(node, Sum) else ():
                inner = nodes[term.read.node]
                if isinstance(inner, Sum):
                    names = tuple((nodes[t.read.node], _without_place(t)) for t in inner.terms)
                    price = prices[term.read.node]
                    return sum(prices) - price, ((names, inner.bits), price)
        return sum(prices), None

    def space(self, frame: Frame, number: int) -> Space:
        """The chains that there could be of an output."""
        shaped, group = self.shaped, self.groups[number]
        names = {name for output in group for name in shaped.names[output]}
        arguments = shaped.arguments[group[0]] if len(group) == 1 else ()
        return Space(
            tuple(sorted(names)), arguments, frame.grids, self.index_bits,
            frame.scale.bits,
        )  # fmt: skip

    def library(self, frame: Frame, number: int) -> list[Candidate]:
        """Candidates of an output near their own front of cost and error."""
        generator, space = self.generator, self.space(frame, number)
        waiting = [point.candidates[number].chain for point in self.front.points[-SEEDS:]]
        found: list[Candidate] = []
        tried: set[Chain] = set()
        for _ in range(6 * CANDIDATES):
            if len(found) == CANDIDATES:
                break
            if waiting:
                chain: Chain | None = waiting.pop()
            elif found and generator.random() < 0.6:
                share = generator.uniform(0, 1)
                found.sort(key=lambda c: c.error * (c.cost + 0.5) ** share)
                place = int(generator.integers(min(12, len(found))))
                chain = space.changed(found[place].chain, generator)
            else:
                chain = space.random(generator)
            if chain is None or chain in tried:
                continue
            tried.add(chain)
            found.append(self.fitted(chain, frame, number))
        found.sort(key=lambda c: (c.cost, c.error))
        kept: list[Candidate] = []
        least = np.inf
        for candidate in found:
            if candidate.error <= least * MUCH_WORSE:
                kept.append(candidate)
            least = min(least, candidate.error)
        return kept

    # Combinations

    def combine(self, frame: Frame, wanted: Sequence[float]) -> None:
        """Candidates of all outputs in a frame, and the best combinations for each share that is wanted."""
        count = len(self.groups)
        libraries = [self.library(frame, number) for number in range(count)]
        keyed = [
            [self._keyed(candidate, number) for candidate in library]
            for number, library in enumerate(libraries)
        ]
        for share in wanted:
            self._anneal(frame, libraries, keyed, share)

    def _anneal(
        self,
        frame: Frame,
        libraries: list[list[Candidate]],
        keyed: list[list[Short]],
        wanted: float,
    ) -> None:
        """Simulated annealing over combinations (Kirkpatrick, Gelatt and Vecchi 1983)."""
        generator, count = self.generator, len(libraries)
        places = [int(generator.integers(len(library))) for library in libraries]
        chosen = [library[place] for library, place in zip(libraries, places, strict=True)]
        codes = np.stack([keyed[k][place] for k, place in enumerate(places)])
        cost, score = self._cost(chosen, frame), self._score(codes)
        now = energy(cost, score, wanted)
        best = Point(cost, score, frame, tuple(chosen))
        least = now
        numbers = generator.integers(count, size=COMBINATIONS)
        draws, chances = generator.random(COMBINATIONS), generator.random(COMBINATIONS)
        for turn in range(COMBINATIONS):
            number = int(numbers[turn])
            place = int(draws[turn] * len(libraries[number]))
            if place == places[number]:
                continue
            heat = HEAT * (1 - turn / COMBINATIONS) ** 2 + LAST_HEAT
            limit = now - heat * np.log(chances[turn] + 1e-300)
            before = chosen[number]
            chosen[number] = libraries[number][place]
            cost = self._cost(chosen, frame)
            if cost - EXCESS_WORTH * MOST_EXCESS > limit:
                chosen[number] = before
                continue
            kept = codes[number].copy()
            codes[number] = keyed[number][place]
            score = self._score(codes)
            found = energy(cost, score, wanted)
            if found >= limit:
                chosen[number] = before
                codes[number] = kept
                continue
            places[number], now = place, found
            if now < least:
                least, best = now, Point(cost, score, frame, tuple(chosen))
        self.front.add(best)

    # Moves

    def improve(self, wanted: float) -> None:
        """Annealing of the front's best point for a share: chains, grids and scales change a little."""
        start = min(self.front.points, key=lambda point: point.energy(wanted))
        frame, chosen = start.frame, list(start.candidates)
        codes = [self._keyed(c, k) for k, c in enumerate(chosen)]
        now = start.energy(wanted)
        generator = self.generator
        known: dict[tuple[int, Chain], Candidate] = {}
        for turn in range(MOVES):
            if self.is_over():
                return
            heat = LOCAL_HEAT * (1 - turn / MOVES) ** 2 + LAST_LOCAL_HEAT
            moved = self._moved(frame, chosen, known)
            if moved is None:
                continue
            new_frame, new = moved
            cost = self._cost(new, new_frame)
            if cost - EXCESS_WORTH * MOST_EXCESS > now + 6 * heat:
                continue
            tried = list(codes)
            changed = [k for k, old in enumerate(chosen) if old is not new[k]]
            for number in changed:
                tried[number] = self._keyed(new[number], number)
            for number in changed:
                new[number] = self.decided(new[number], new_frame, tried, number)
                tried[number] = self._keyed(new[number], number)
            cost = self._cost(new, new_frame)
            point = Point(cost, self._score(tried), new_frame, tuple(new))
            self.front.add(point)
            found = point.energy(wanted)
            if found < now - heat * np.log(generator.random() + 1e-300):
                if new_frame is not frame:
                    known = {}
                frame, chosen, codes, now = new_frame, new, tried, found

    def _moved(
        self, frame: Frame, chosen: list[Candidate], known: dict[tuple[int, Chain], Candidate]
    ) -> tuple[Frame, list[Candidate]] | None:
        generator = self.generator
        chance = generator.random()
        new = list(chosen)
        if chance < CHANGED_CHAIN:
            number = int(generator.integers(len(chosen)))
            space = self.space(frame, number)
            if generator.random() < 0.85:
                chain = space.changed(chosen[number].chain, generator)
            else:
                chain = space.random(generator)
            if chain is None:
                return None
            if (number, chain) not in known:
                known[number, chain] = self.fitted(chain, frame, number)
            new[number] = known[number, chain]
            return frame, new
        if chance < CHANGED_GRID:
            found = self.frames.with_other_grid(frame, generator)
            if found is None:
                return None
            name, changed = found
            old, now = frame.grids[name], changed.grids[name]
            for number, group in enumerate(self.groups):
                if any(name in self.shaped.names[output] for output in group):
                    chain = adapted(chosen[number].chain, name, old, now)
                    new[number] = self.fitted(chain, changed, number)
            return changed, new
        changed = self.frames.with_other_scale(frame, generator)
        for number, candidate in enumerate(chosen):
            new[number] = self.fitted(candidate.chain, changed, number)
        return changed, new


def _without_place(term: Term) -> Term:
    return term._replace(read=term.read._replace(node=0))


def searched(search: Search, wanted: Sequence[float], frames: int, rounds: int) -> Iterator[Front]:
    """The front after every stretch of work: combinations in so many frames, then rounds of moves."""
    for _ in range(frames):
        if search.is_over():
            return
        frame = search.frames.random(search.generator)
        points = search.front.points
        if points and search.generator.random() < 0.75:
            start = points[int(search.generator.integers(len(points)))].frame
            frame = search.frames.mixed(start, frame, search.generator)
        search.combine(frame, wanted)
        yield search.front
    for _ in range(rounds):
        for share in wanted:
            if search.is_over():
                return
            search.improve(share)
            yield search.front
