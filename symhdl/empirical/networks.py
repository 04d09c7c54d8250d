"""Networks of codes: numbers of few bits, made from inputs by small tables and by sums that wrap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from symhdl.cost.tables import nodes_of
from symhdl.empirical.samples import Floats, Integers
from symhdl.ir.reach import flags_of_reached, use_counts_of
from symhdl.numeric.fixed import FixedFormat

MUX, GATE = 1.0, 0.5
"""What synthesis takes in LUTs for a multiplexer beside LUTs, and for a choice of which one side is constant."""

Codes = NDArray[np.int64]


class Read(NamedTuple):
    """The upper bits of an earlier node's code: all but the `dropped` low ones, `bits` of them."""

    node: int
    dropped: int
    bits: int


class Source(NamedTuple):
    """The code of an input: the low bits of the integer at its port, counted from its least value."""

    name: str
    bits: int

    operands: tuple[int, ...] = ()


class Table(NamedTuple):
    """contents[index], where the index is made of all codes read, the first one uppermost."""

    reads: tuple[Read, ...]
    contents: tuple[int, ...]
    bits: int

    @property
    def operands(self) -> tuple[int, ...]:
        """The nodes that are read."""
        return tuple(read.node for read in self.reads)

    @property
    def index_bits(self) -> int:
        """The bits of the index."""
        return sum(read.bits for read in self.reads)


class Term(NamedTuple):
    """A code read, times a power of two, added or subtracted."""

    read: Read
    weight: int


class Sum(NamedTuple):
    """The sum of terms modulo 2**bits."""

    terms: tuple[Term, ...]
    bits: int

    @property
    def operands(self) -> tuple[int, ...]:
        """The nodes that are read."""
        return tuple(term.read.node for term in self.terms)


Node = Source | Table | Sum


@dataclass(frozen=True, slots=True)
class Grid:
    """How an input becomes a code: a multiple of 2**-fraction, held at the ends, less the least one.

    It is the nearest one, or that below the number of a format that is given for the `port`.
    """

    fraction: int
    minimum: int
    bits: int
    port: FixedFormat | None = None

    def codes(self, values: Floats) -> Codes:
        """The codes of real numbers; ties go upwards, as at ports."""
        port = self.port
        multiple = np.floor(np.ldexp(values, port.fraction if port else self.fraction) + 0.5)
        if port is not None:
            number = np.clip(multiple, port.minimum, port.maximum)
            multiple = np.floor(np.ldexp(number, self.fraction - port.fraction))
        held = np.clip(multiple - self.minimum, 0, (1 << self.bits) - 1)
        return np.asarray(held, dtype=np.int64)

    @property
    def maximum(self) -> int:
        """The greatest multiple."""
        return self.minimum + (1 << self.bits) - 1

    @property
    def is_held(self) -> bool:
        """Whether hardware has to hold the numbers of the port's format between the ends."""
        if self.port is None:
            return False
        dropped = self.port.fraction - self.fraction
        least, most = self.port.minimum >> dropped, self.port.maximum >> dropped
        return least < self.minimum or self.maximum < most

    def centres(self, dropped: int) -> Floats:
        """The mean real number of each code without its `dropped` low bits."""
        coarse = np.arange(1 << (self.bits - dropped), dtype=np.float64)
        fine = coarse * (1 << dropped) + ((1 << dropped) - 1) / 2 + self.minimum
        if self.port is not None:
            fine = fine + 0.5
        return np.ldexp(fine, -self.fraction)

    @property
    def aligned_bits(self) -> int:
        """How many low bits may be left out for nothing: those that are zero at the least code."""
        return self.bits if not self.minimum else (self.minimum & -self.minimum).bit_length() - 1

    @property
    def unit(self) -> float:
        """What one step of the code is."""
        return float(2.0**-self.fraction)


@dataclass(frozen=True, slots=True)
class Network:
    """Nodes in topological order, and which of them the outputs are."""

    nodes: tuple[Node, ...]
    outputs: tuple[int, ...]

    def codes(self, inputs: Mapping[str, Codes]) -> Integers:
        """The outputs (rows x outputs) where the inputs have these codes."""
        values: list[Codes] = []
        for node in self.nodes:
            values.append(code_of(node, values, inputs))
        return np.stack([values[place] for place in self.outputs], axis=1)


def reads_of(node: Node) -> tuple[Read, ...]:
    """What a node reads."""
    if isinstance(node, Table):
        return node.reads
    return tuple(term.read for term in node.terms) if isinstance(node, Sum) else ()


def code_of(node: Node, values: Sequence[Codes], inputs: Mapping[str, Codes]) -> Codes:
    """The code of a node where the nodes before it have these."""
    if isinstance(node, Source):
        return inputs[node.name]
    if isinstance(node, Table):
        return np.array(node.contents, dtype=np.int64)[address(node.reads, values)]
    total = sum(_read(term.read, values) * term.weight for term in node.terms)
    assert not isinstance(total, int), "a sum of nothing; please report this"
    wrapped: Codes = total & ((1 << node.bits) - 1)
    return wrapped


def address(reads: Sequence[Read], values: Sequence[Codes]) -> Codes:
    """The index of a table that reads these codes."""
    first, *others = reads
    index = _read(first, values)
    for read in others:
        index = (index << read.bits) | _read(read, values)
    return index


def _read(read: Read, values: Sequence[Codes]) -> Codes:
    return values[read.node] >> read.dropped if read.dropped else values[read.node]


def joined(parts: Sequence[Network]) -> Network:
    """One network of the outputs of all; equal nodes are one node."""
    nodes: dict[Node, int] = {}
    outputs: list[int] = []
    for part in parts:
        places: list[int] = []
        for node in part.nodes:
            places.append(nodes.setdefault(moved(node, places), len(nodes)))
        outputs += [places[output] for output in part.outputs]
    return without_unread(Network(tuple(nodes), tuple(outputs)))


def without_unread(network: Network) -> Network:
    """The network without nodes that serve no output."""
    needed = flags_of_reached(network.nodes, network.outputs)
    places: list[int] = []
    kept: list[Node] = []
    for node, is_needed in zip(network.nodes, needed, strict=True):
        places.append(len(kept))
        if is_needed:
            kept.append(moved(node, places))
    return Network(tuple(kept), tuple(places[output] for output in network.outputs))


def moved(node: Node, places: Sequence[int]) -> Node:
    """The node with operands at other places."""
    if isinstance(node, Table):
        reads = tuple(read._replace(node=places[read.node]) for read in node.reads)
        return node._replace(reads=reads)
    if isinstance(node, Sum):
        terms = tuple(
            term._replace(read=term.read._replace(node=places[term.read.node]))
            for term in node.terms
        )
        return node._replace(terms=terms)
    return node


@dataclass(frozen=True, slots=True)
class Prices:
    """What nodes take of a device in LUTs.

    A table in an adder, whose LUTs have the other number as one of their inputs, takes nothing beside it.
    """

    lut_inputs: int
    mux_levels: int

    def of_table(self, table: Table) -> float:
        """A table by itself."""
        return self.of_contents(table.contents, table.bits)

    def of_contents(self, contents: tuple[int, ...], bits: int) -> float:
        """The tables of all columns, with functions that several columns have once."""
        levels, gates = nodes_of(contents, bits, self.lut_inputs)
        first = max(1, len(levels) - self.mux_levels)
        return sum(levels[:first]) + MUX * sum(levels[first:]) + GATE * gates

    def of_sum(self, total: Sum, nodes: Sequence[Node], uses: Sequence[int]) -> float:
        """The adders of a sum, less what of its tables is in them."""
        adders = self.of_adders(total)
        free = sorted(
            self.of_table(node)
            for term in total.terms
            if isinstance(node := nodes[term.read.node], Table)
            and uses[term.read.node] == 1
            and node.index_bits < self.lut_inputs
        )
        plain = len(total.terms) - len(free)
        inside = free if plain else free[1:]  # an adder starts with a number that is there
        return adders - sum(inside)

    def of_adders(self, total: Sum) -> float:
        """The bits of the adders."""
        shifts = sorted(
            (abs(term.weight) & -abs(term.weight)).bit_length() - 1 for term in total.terms
        )
        return float(sum(total.bits - min(shift, total.bits) for shift in shifts[1:]))

    def by_node(self, network: Network) -> list[float]:
        """What each node takes; tables in adders nothing."""
        uses = use_counts_of(network.nodes, network.outputs)
        prices = [0.0] * len(network.nodes)
        for place, node in enumerate(network.nodes):
            if isinstance(node, Table):
                prices[place] = self.of_table(node)
            elif isinstance(node, Sum):
                prices[place] = self.of_sum(node, network.nodes, uses)
        return prices
