"""The search for chains of several outputs that decide together: candidates of each output, then combinations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from symhdl.empirical.chain import Chain
from symhdl.empirical.chain_fits import Fit
from symhdl.empirical.chain_space import Space
from symhdl.empirical.decisions import Decisions, Keys
from symhdl.empirical.frames import Frame, Frames, adapted
from symhdl.empirical.greatest import Groups
from symhdl.empirical.networks import Network, Prices, Sum, Term
from symhdl.empirical.shaping import Shaped

SHORTFALL_WORTH = 6000.0  # LUTs for a share of rows that the goal asks for and that is missing
EXCESS_WORTH, MOST_EXCESS = 20.0, 0.01
MUCH_WORSE = 1.25  # of an error, beside the least that costs no more: such a candidate is kept
CANDIDATES = 40  # of an output, in one frame
COMBINATIONS = 4000
FIRST_MOVES, MOVES = 150, 600  # in a frame that is new, and of the best there is
HEAT, LAST_HEAT = 6.0, 0.05  # LUTs
LOCAL_HEAT, LAST_LOCAL_HEAT = 12.0, 0.02
BEST_STARTS, WORSE_START = 0.5, 40.0  # a share of the starts, and LUTs
TURNS = 3  # over all outputs, whose entries are to suit each other
SAVED = 6.0  # LUTs that other entries may save
GAINED = 0.04  # share of rows that they may win
HOLDING = 2.0  # LUTs beside a bit each, where an input is held between ends
SEEDS = 25  # points of the front whose chains new frames begin with
CHANGED_CHAIN, CHANGED_GRID = 0.88, 0.95  # shares of moves, one behind the other


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A network of one output or of several: what it takes alone, and a sum that others may share.

    `keys` are what it has at the rows.
    """

    chain: Chain
    network: Network
    keys: Keys
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
    decisions: Decisions = field(init=False)

    def __post_init__(self) -> None:
        self.decisions = Decisions(self.groups, self.shaped.classes, self.shaped.scored)

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
        rows = len(shaping.weights)
        inputs = {name: codes[:rows] for name, codes in frame.codes.items()}
        fit = Fit(shaping, frame.grids, inputs, np.random.default_rng(0))
        network = fit.chain(chain, group, scale)
        cost, shared = self._priced(network)
        codes = fit.made[0]
        near = shaping.near[:, group].max(axis=1)
        target = scale.held(shaping.targets[:, group].max(axis=1))
        missed = scale.low + codes * scale.step - target
        error = float(near @ (missed * missed) / near.sum())
        keys = self.decisions.keys(number, tuple(network.codes(frame.codes).T))
        return Candidate(chain, network, keys, cost, shared, error)

    def _repriced(self, candidate: Candidate) -> Candidate:
        cost, shared = self._priced(candidate.network)
        return replace(candidate, cost=cost, shared=shared)

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

    def begin(self, frame: Frame, wanted: float) -> None:
        """Candidates of all outputs in a frame, their best combination for a share, and a few moves from there."""
        count = len(self.groups)
        libraries = [self.library(frame, number) for number in range(count)]
        self.improve(wanted, self._combined(frame, libraries, wanted), FIRST_MOVES)

    def _combined(
        self,
        frame: Frame,
        libraries: list[list[Candidate]],
        wanted: float,
    ) -> Point:
        """Simulated annealing over combinations (Kirkpatrick, Gelatt and Vecchi 1983)."""
        generator, count = self.generator, len(libraries)
        places = [int(generator.integers(len(library))) for library in libraries]
        chosen = [library[place] for library, place in zip(libraries, places, strict=True)]
        keys = np.stack([candidate.keys for candidate in chosen])
        cost, score = self._cost(chosen, frame), self.decisions.score(keys)
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
            keys[number] = chosen[number].keys
            score = self.decisions.score(keys)
            found = energy(cost, score, wanted)
            if found >= limit:
                chosen[number] = before
                keys[number] = before.keys
                continue
            places[number], now = place, found
            if now < least:
                least, best = now, Point(cost, score, frame, tuple(chosen))
        return best

    # Moves

    def best(self, wanted: float) -> Point:
        """The front's best point for a share."""
        return min(self.front.points, key=lambda point: point.energy(wanted))

    def start(self, wanted: float) -> Point:
        """The front's best point for a share, or as often another that is not much worse: some lead no further."""
        best = self.best(wanted)
        if self.generator.random() < BEST_STARTS:
            return best
        limit = best.energy(wanted) + WORSE_START
        near = [point for point in self.front.points if point.energy(wanted) <= limit]
        return near[int(self.generator.integers(len(near)))]

    def improve(self, wanted: float, start: Point, moves: int) -> None:
        """Annealing of a point for a share: chains, grids and scales change a little."""
        generator, now = self.generator, self._settled(start)
        known: dict[tuple[int, Chain], Candidate] = {}
        for turn in range(moves):
            if self.is_over():
                return
            heat = LOCAL_HEAT * (1 - turn / moves) ** 2 + LAST_LOCAL_HEAT
            limit = now.energy(wanted) - heat * np.log(generator.random() + 1e-300)
            moved = self._moved(now, known)
            if moved is None or self._cost(moved[1], moved[0]) > limit + SAVED:
                continue
            frame, chosen = moved
            raw = self.decisions.score([candidate.keys for candidate in chosen])
            if energy(self._cost(chosen, frame), raw + GAINED, wanted) > limit + SAVED:
                continue
            changed = [k for k, old in enumerate(now.candidates) if old is not chosen[k]]
            self._decide(frame, chosen, changed)
            score = self.decisions.score([candidate.keys for candidate in chosen])
            if energy(self._cost(chosen, frame), score, wanted) > limit + SAVED:
                continue
            for number in changed:
                chosen[number] = self._repriced(chosen[number])
            point = Point(self._cost(chosen, frame), score, frame, tuple(chosen))
            self.front.add(point)
            if point.energy(wanted) < limit:
                if frame is not now.frame:
                    known = {}
                now = point
        self._settled(self.best(wanted))

    def _settled(self, point: Point) -> Point:
        """The point with entries of all outputs that suit each other."""
        chosen = list(point.candidates)
        self._decide(point.frame, chosen, TURNS * tuple(range(len(chosen))))
        chosen = [self._repriced(candidate) for candidate in chosen]
        score = self.decisions.score([candidate.keys for candidate in chosen])
        found = Point(self._cost(chosen, point.frame), score, point.frame, tuple(chosen))
        self.front.add(found)
        return found

    def _decide(self, frame: Frame, chosen: list[Candidate], numbers: Sequence[int]) -> None:
        """Gives some candidates entries that make more rows right beside the others, at the prices that they had."""
        for number in numbers:
            old = chosen[number]
            all_keys = [candidate.keys for candidate in chosen]
            network, keys = self.decisions.decided(number, old.network, frame.codes, all_keys)
            chosen[number] = replace(old, network=network, keys=keys)

    def _moved(
        self, point: Point, known: dict[tuple[int, Chain], Candidate]
    ) -> tuple[Frame, list[Candidate]] | None:
        generator, frame, chosen = self.generator, point.frame, point.candidates
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


def searched(
    search: Search, wanted: Callable[[], Sequence[float]], frames: int, rounds: int
) -> Iterator[Front]:
    """The front after every stretch of work: beginnings in so many frames, then rounds of moves.

    Which shares of rows are wanted is asked before each stretch.
    """
    for _ in range(frames):
        if search.is_over():
            return
        frame = search.frames.random(search.generator)
        points = search.front.points
        if points and search.generator.random() < 0.75:
            start = points[int(search.generator.integers(len(points)))].frame
            frame = search.frames.mixed(start, frame, search.generator)
        search.begin(frame, max(wanted()))
        yield search.front
    for _ in range(rounds):
        for place in range(len(wanted())):
            if search.is_over():
                return
            share = wanted()[place]
            search.improve(share, search.start(share), MOVES)
            yield search.front
