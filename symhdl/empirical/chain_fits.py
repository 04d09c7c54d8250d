"""Parts of few inputs as chains of small tables, fitted to rows: lossy functional decomposition.

A chain reads inputs in turn (a LUT cascade; Sasao, Matsuura and Iguchi 2001). Each table but the last encodes what was
read so far in a few bits. Where decomposition gives equal columns one code (Ashenhurst 1957, Curtis 1962, Roth and
Karp 1962), similar ones are clustered here: by what the function is over the remaining inputs. The last table has the
means of the function. An argument of a function inside may be read as an input: a sum of tables that wraps (`Phase`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from symhdl.empirical.chain import ARGUMENT, Chain, Phase, Scale, Stage
from symhdl.empirical.clusters import clusters
from symhdl.empirical.networks import (
    Codes,
    Grid,
    Network,
    Node,
    Read,
    Source,
    Sum,
    Table,
    Term,
    address,
    code_of,
    without_unread,
)
from symhdl.empirical.samples import Floats, Integers

TINY = 1e-12
LEAST = 1e-250  # sums of squares
SCARCE = 0.2  # rows: below it a mean leans on its neighbours
SEEN = 0.03  # rows: what counts as an entry that occurs
HELD = 3.0  # rows: what the smooth fit of a table of a sum counts beside the rows of an entry
PARTS = {1: 16, 2: 8, 3: 5}  # of each remaining input, among which rows are told apart
FEWEST_PARTS = 3

Powers = tuple[str, ...]
"""A product of inputs."""

THINNED = 3
"""One row of so many counts for smooth fits."""


@dataclass(frozen=True, slots=True)
class Moments:
    """What smooth fits need of products of inputs: these at the rows, and the weighted sums of products of two."""

    columns: Mapping[Powers, Floats]
    places: Mapping[Powers, int]
    weighted: Floats  # products x thinned rows
    gram: Floats


@dataclass(frozen=True, slots=True)
class Shaping:
    """The rows that shape networks.

    `reals` are the inputs' real numbers, `weights` how much a row counts at all, `targets` the outputs and `near` how
    much each row counts for each of them (rows x outputs), `arguments` values of inner nodes.
    """

    reals: Mapping[str, Floats]
    weights: Floats
    targets: Floats
    near: Floats
    arguments: Mapping[int, Floats]
    _parts: dict[tuple[object, ...], tuple[Integers, int]] = field(default_factory=dict)
    _moments: dict[int, Moments] = field(default_factory=dict)

    def moments(self, output: int) -> Moments:
        """Those of the second degree, weighted as an output asks for it."""
        known = self._moments.get(output)
        if known is None:
            powers: list[Powers] = [(), *_monomials(list(self.reals))]
            columns = {
                p: np.ones(len(self.weights)) * _product([self.reals[name] for name in p])
                for p in powers
            }
            matrix = np.stack([column[::THINNED] for column in columns.values()])
            weighted = matrix * self.near[::THINNED, output]
            gram = weighted @ matrix.T
            squares = gram.diagonal()
            # A product that is 0 at all rows, or nearly so, says nothing, and must not be divided by.
            np.fill_diagonal(gram, np.where(squares > LEAST, squares * (1 + 1e-9), 1.0))
            places = {p: place for place, p in enumerate(powers)}
            known = self._moments[output] = Moments(columns, places, weighted, gram)
        return known

    def parts(self, names: tuple[str, ...], of_argument: Phase | None) -> tuple[Integers, int]:
        """The part of the space of some inputs in which each row is, and how many there are."""
        period = None if of_argument is None or ARGUMENT not in names else of_argument
        key = (names, None if period is None else (period.node, period.step * 2.0**period.bits))
        known = self._parts.get(key)
        if known is None:
            count = PARTS.get(len(names), FEWEST_PARTS)
            place = np.zeros(len(self.weights), dtype=np.int64)
            for name in names:
                if name == ARGUMENT:
                    assert period is not None, "an argument of nothing; please report this"
                    column = np.mod(self.arguments[period.node], period.step * 2.0**period.bits)
                else:
                    column = self.reals[name]
                ends = np.quantile(column, np.linspace(0, 1, count + 1)[1:-1])
                place = place * count + np.searchsorted(ends, column)
            different, numbers = np.unique(place, return_inverse=True)
            known = self._parts[key] = (numbers.astype(np.int64), len(different))
        return known


@dataclass(slots=True)
class Fit:
    """A network as it grows, with the codes of its nodes at the rows that shape it."""

    shaping: Shaping
    grids: Mapping[str, Grid]
    inputs: Mapping[str, Codes]
    generator: np.random.Generator
    nodes: list[Node] = field(default_factory=list)
    values: list[Codes] = field(default_factory=list)
    made: tuple[Codes, ...] = ()
    _sources: dict[str, int] = field(default_factory=dict)

    def add(self, node: Node) -> int:
        """A new node."""
        self.nodes.append(node)
        self.values.append(code_of(node, self.values, self.inputs))
        return len(self.nodes) - 1

    def source(self, name: str) -> int:
        """The code of an input."""
        if name not in self._sources:
            self._sources[name] = self.add(Source(name, self.grids[name].bits))
        return self._sources[name]

    def read(self, name: str, bits: int) -> Read:
        """The upper bits of an input's code, no fewer than are free in hardware."""
        place = self.source(name)
        grid = self.grids[name]
        dropped = min(max(0, grid.bits - bits), grid.aligned_bits)
        return Read(place, dropped, grid.bits - dropped)

    def centres(self, name: str, read: Read) -> Floats:
        """Where the codes read of an input are."""
        return self.grids[name].centres(read.dropped)

    # Chains

    def chain(self, chain: Chain, outputs: Sequence[int], scale: Scale) -> Network:
        """The network of an output, or of the greatest of several and which of them that is.

        Its codes at the rows are `made` then.
        """
        near = self.shaping.near[:, outputs]
        target = scale.held(self.shaping.targets[:, outputs])
        places: dict[str, int] = {}
        if chain.phase is not None:
            places[ARGUMENT] = self.phase(chain.phase, outputs[0])
        named = {name for stage in chain.stages for name, _ in stage.reads}
        code: list[Read] = []
        for stage in chain.stages[:-1]:
            reads = [*code, *self._reads(stage, places)]
            named -= {name for name, _ in stage.reads}
            parts = self.shaping.parts(tuple(sorted(named)), chain.phase)
            place = self.encoder(reads, parts, stage.bits, target, near)
            code = [Read(place, 0, self.nodes[place].bits)]
        reads = [*code, *self._reads(chain.stages[-1], places)]
        last: tuple[int, ...]
        if len(outputs) == 1:
            last = (self.last(reads, target[:, 0], near[:, 0], scale),)
        else:
            greatest = self.last(reads, target.max(axis=1), near.max(axis=1), scale)
            last = (greatest, self.which(reads, target, self.shaping.weights))
        self.made = tuple(self.values[place] for place in last)
        return without_unread(Network(tuple(self.nodes), last))

    def _reads(self, stage: Stage, places: Mapping[str, int]) -> list[Read]:
        found: list[Read] = []
        for name, bits in stage.reads:
            if name == ARGUMENT:
                found.append(Read(places[name], 0, self.nodes[places[name]].bits))
            else:
                found.append(self.read(name, bits))
        return found

    def _index(self, reads: Sequence[Read]) -> tuple[Codes, int]:
        """The index of a table at the rows, and how many entries it has."""
        return address(reads, self.values), 1 << sum(read.bits for read in reads)

    def encoder(
        self, reads: Sequence[Read], parts: tuple[Integers, int], bits: int,
        target: Floats, near: Floats,
    ) -> int:  # fmt: skip
        """A table that tells apart what matters for the functions in each part of the remaining inputs' space."""
        part, count = parts
        index, size = self._index(reads)
        cell = index * count + part
        columns: list[tuple[Floats, Floats]] = []
        for weights, values in zip(near.T, target.T, strict=True):
            amount = np.asarray(np.bincount(cell, weights, size * count), dtype=np.float64)
            amount = amount.reshape(size, count)
            total = np.bincount(cell, weights * values, size * count).reshape(size, count)
            columns.append((amount, total / np.maximum(amount, TINY)))
        amounts = np.concatenate([amount for amount, _ in columns], axis=1)
        means = np.concatenate([mean for _, mean in columns], axis=1)
        seen = amounts.sum(axis=1) > SCARCE
        if not seen.any():
            seen[:] = True
            amounts += TINY
        found = np.full(size, np.nan)
        found[seen] = clusters(means[seen], amounts[seen], 1 << bits, self.generator)
        contents = filled(found).astype(np.int64)
        return self.add(Table(tuple(reads), tuple(contents.tolist()), bits))

    def last(self, reads: Sequence[Read], target: Floats, near: Floats, scale: Scale) -> int:
        """The table of the means of a function."""
        index, size = self._index(reads)
        amount = np.bincount(index, near, size)
        total = np.bincount(index, near * target, size)
        alone = np.where(amount > SCARCE, total / np.maximum(amount, TINY), np.nan)
        mean = (total + SCARCE * filled(alone)) / (amount + SCARCE)
        return self.add(Table(tuple(reads), tuple(scale.codes(mean).tolist()), scale.bits))

    def which(self, reads: Sequence[Read], target: Floats, weights: Floats) -> int:
        """The table of the number of the function that is most often the greatest."""
        index, size = self._index(reads)
        count = target.shape[1]
        greatest = target.argmax(axis=1)
        votes = np.bincount(index * count + greatest, weights, size * count)
        votes = votes.reshape(size, count)
        known = np.where(votes.sum(axis=1) > 0, votes.argmax(axis=1), np.nan)
        contents = filled(known).astype(np.int64).tolist()
        return self.add(Table(tuple(reads), tuple(contents), (count - 1).bit_length()))

    # Sums of tables

    def phase(self, phase: Phase, output: int) -> int:
        """The code of an inner node."""
        target = self.shaping.arguments[phase.node] / phase.step
        near = self.shaping.near[:, output]
        terms: list[Term] = []
        rest = target.copy()
        for name, sign, shift in phase.direct:
            read = self.read(name, self.grids[name].bits + min(shift, 0))
            if read.dropped != max(0, -shift):
                continue
            weight = sign << max(shift, 0)
            terms.append(Term(read, weight))
            rest -= (self.values[read.node] >> read.dropped) * float(weight)
        if len(terms) > 1 and phase.tables:
            shared = self.add(Sum(tuple(terms), phase.bits))
            terms = [Term(Read(shared, 0, phase.bits), 1)]
        smooth = self.smooth(phase, rest, output) if phase.tables else []
        for place, (reads, _, at_cells) in enumerate(smooth):
            later = np.zeros(len(rest))
            for _, on_rows, _ in smooth[place + 1 :]:
                later += on_rows
            term, rest = self.addend(reads, rest - later, at_cells, near, phase.bits)
            rest += later
            if term is not None:
                terms.append(term)
        if not terms:
            read = self.read(next(iter(self.grids)), 1)
            return self.add(Table((read,), (0,) * (1 << read.bits), 1))
        if len(terms) == 1 and terms[0].weight == 1:
            return terms[0].read.node
        return self.add(Sum(tuple(terms), phase.bits))

    def smooth(
        self, phase: Phase, rest: Floats, output: int
    ) -> list[tuple[tuple[Read, ...], Floats, Floats]]:
        """For each table what a polynomial of its inputs says, at the rows and at the centres of its entries.

        The polynomials of the second degree are fitted together, by least squares.
        """
        moments = self.shaping.moments(output)
        chosen: dict[Powers, int] = {(): 0}
        of_table: list[tuple[tuple[Read, ...], list[str], list[Powers]]] = []
        for reads in phase.tables:
            names = [name for name, _ in reads]
            own = [powers for powers in _monomials(names) if powers not in chosen]
            for powers in own:
                chosen[powers] = len(chosen)
            places = tuple(self.read(name, bits) for name, bits in reads)
            of_table.append((places, names, own if of_table else [(), *own]))
        at = [moments.places[powers] for powers in chosen]
        gram = moments.gram[np.ix_(at, at)]
        factors = np.linalg.solve(gram, moments.weighted[at] @ rest[::THINNED])
        found: list[tuple[tuple[Read, ...], Floats, Floats]] = []
        for places, names, own in of_table:
            meshes = np.meshgrid(
                *[self.centres(name, read) for name, read in zip(names, places, strict=True)],
                indexing="ij",
            )
            centres = dict(zip(names, meshes, strict=True))
            on_rows, at_cells = np.zeros(len(rest)), np.zeros(meshes[0].shape)
            for powers in own:
                factor = factors[chosen[powers]]
                on_rows += factor * moments.columns[powers]
                at_cells += factor * _product([centres[name] for name in powers])
            found.append((places, on_rows, at_cells.ravel()))
        return found

    def addend(
        self, reads: tuple[Read, ...], rest: Floats, at_cells: Floats, near: Floats, bits: int
    ) -> tuple[Term | None, Floats]:
        """A table of a sum for what is missing; and what it misses itself."""
        size = len(at_cells)
        index = address(reads, self.values)
        error = rest - at_cells[index]
        amount = np.bincount(index, near, size)
        whole = np.rint(at_cells + np.bincount(index, near * error, size) / (amount + HELD))
        seen = np.bincount(index, self.shaping.weights, size) > SEEN
        if seen.any():
            whole = np.clip(whole, whole[seen].min(), whole[seen].max())
        least, most = int(whole.min()), int(whole.max())
        rest = rest - whole[index]
        if least == most:
            return None, rest
        own = min(bits, (most - least).bit_length())
        contents = ((whole - least).astype(np.int64) & ((1 << own) - 1)).tolist()
        return Term(Read(self.add(Table(reads, tuple(contents), own)), 0, own), 1), rest


def filled(values: Floats) -> Floats:
    """Unknown entries (nan) as their nearest known neighbours in the index."""
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return np.zeros_like(values)
    place = np.arange(len(values))
    after = np.searchsorted(known, place).clip(0, len(known) - 1)
    before = (after - 1).clip(0)
    is_nearer = np.abs(known[after] - place) < np.abs(known[before] - place)
    found: Floats = values[np.where(is_nearer, known[after], known[before])]
    return found


def _product(factors: Sequence[Floats]) -> Floats | float:
    found: Floats | float = 1.0
    for factor in factors:
        found = found * factor
    return found


def _monomials(names: Sequence[str]) -> list[Powers]:
    singles = [(name,) for name in names]
    squares = [(name, name) for name in names]
    pairs = [(one, other) for one, other in combinations(sorted(names), 2)]
    return [*singles, *squares, *pairs]
