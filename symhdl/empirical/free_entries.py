"""Entries of a network's tables that no row reaches, chosen for little logic.

A column of a table is a partial function of the index. Its blocks, from the whole down to what a LUT computes, lose
each input in which their halves agree wherever both are known (as in the restriction of Coudert and Madre 1990), and
blocks that agree so become one, by a greedy cover with cliques. The cheapest result of a few orders is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from symhdl.empirical.networks import (
    Codes,
    Network,
    Node,
    Prices,
    Read,
    Table,
    address,
    code_of,
    joined,
)

Marks = NDArray[np.bool_]

LEVELS = (0, 1, 16)
"""Of blocks that may become one, from those of a LUT upwards."""


class Partial(NamedTuple):
    """A function of some bits: its values as one integer, 0 where they are free, and where they are known."""

    values: int
    known: int


@dataclass(frozen=True, slots=True)
class FreeEntries:
    """Chooses them, and knows what it has chosen."""

    prices: Prices
    _found: dict[tuple[tuple[int, ...], int, bytes], tuple[int, ...]] = field(default_factory=dict)

    def chosen(self, network: Network, inputs: Mapping[str, Codes]) -> Network:
        """The network with other entries where no row reaches them: the same codes at rows with these of the inputs."""
        nodes: list[Node] = []
        values: list[Codes] = []
        for node in network.nodes:
            values.append(code_of(node, values, inputs))
            if isinstance(node, Table):
                reached = np.zeros(len(node.contents), dtype=np.bool_)
                reached[address(node.reads, values)] = True
                contents = self._cheapest(node, reached)
                nodes.append(without_idle_reads(node._replace(contents=contents)))
            else:
                nodes.append(node)
        return joined([Network(tuple(nodes), network.outputs)])

    def saved(self, before: Network, after: Network) -> float:
        """What entries chosen so save, in LUTs."""
        return sum(self.prices.by_node(before)) - sum(self.prices.by_node(after))

    def _cheapest(self, table: Table, reached: Marks) -> tuple[int, ...]:
        key = (table.contents, table.bits, reached.tobytes())
        if key not in self._found:
            self._found[key] = min(
                (table.contents, *simple_contents(table, reached, self.prices.lut_inputs)),
                key=lambda each: (
                    self.prices.of_contents(each, table.bits),
                    np.count_nonzero(np.array(each) != table.contents),
                ),
            )
        return self._found[key]


def simple_contents(table: Table, reached: Marks, lut_inputs: int) -> Iterator[tuple[int, ...]]:
    """Contents that take little logic and are the table's where they are reached."""
    bits = table.index_bits
    known = _packed(reached.tolist())
    columns = [
        Partial(_packed(entry >> place & 1 for entry in table.contents) & known, known)
        for place in range(table.bits)
    ]
    leaf_bits = min(bits, lut_inputs)
    for upwards, levels in product((False, True), LEVELS):
        blocks = columns
        for left in range(bits, leaf_bits - 1, -1):
            if left < bits:
                blocks = [half for block in blocks for half in _halves(block, left)]
            order = range(left) if upwards else range(left - 1, -1, -1)
            few = {block: _with_few_inputs(block, order, left) for block in blocks}
            blocks = [few[block] for block in blocks]
            if left < leaf_bits + levels:
                blocks = _shared(blocks, left)
        yield _contents([_filled(block, leaf_bits) for block in blocks], table, leaf_bits)


def without_idle_reads(table: Table) -> Table:
    """The table without codes that say nothing about its contents; it reads one at least."""
    reads: tuple[Read, ...] = table.reads
    contents = np.array(table.contents).reshape([1 << read.bits for read in reads])
    for place in range(len(reads) - 1, -1, -1):
        first = contents.take([0], axis=place)
        if len(reads) > 1 and (contents == first).all():
            contents = first.squeeze(axis=place)
            reads = reads[:place] + reads[place + 1 :]
    return table._replace(reads=reads, contents=tuple(contents.ravel().tolist()))


def _packed(flags: Iterable[int]) -> int:
    return sum(1 << place for place, flag in enumerate(flags) if flag)


def _halves(block: Partial, bits: int) -> tuple[Partial, Partial]:
    """Of a block of one bit more, where the uppermost one is 0 and where it is 1."""
    size = 1 << bits
    low = (1 << size) - 1
    return (
        Partial(block.values & low, block.known & low),
        Partial(block.values >> size, block.known >> size),
    )


def _agree(one: Partial, other: Partial) -> bool:
    return not (one.values ^ other.values) & one.known & other.known


def _both(one: Partial, other: Partial) -> Partial:
    """What is known of either of two that agree."""
    return Partial(one.values | other.values, one.known | other.known)


def _with_few_inputs(block: Partial, order: Iterable[int], bits: int) -> Partial:
    """The block with every bit left out that may be, one after the other."""
    for bit in order:
        apart = 1 << bit
        zero = ((1 << (1 << bits)) - 1) // ((1 << apart) + 1)  # places at which the bit is 0
        low = Partial(block.values & zero, block.known & zero)
        high = Partial(block.values >> apart & zero, block.known >> apart & zero)
        if _agree(low, high):
            both = _both(low, high)
            block = Partial(both.values | both.values << apart, both.known | both.known << apart)
    return block


def _shared(blocks: Sequence[Partial], bits: int) -> list[Partial]:
    """Blocks that agree with one another, or with a complement, as one; a constant first, which is free."""
    everything = (1 << (1 << bits)) - 1
    found = [Partial(0, everything)]
    place_of: dict[Partial, tuple[int, bool]] = {}
    for block in sorted(set(blocks), key=lambda b: (-b.known.bit_count(), b)):
        opposite = Partial(block.values ^ block.known, block.known)
        for place, other in enumerate(found):
            if _agree(other, block):
                place_of[block], found[place] = (place, False), _both(other, block)
                break
            if _agree(other, opposite):
                place_of[block], found[place] = (place, True), _both(other, opposite)
                break
        else:
            place_of[block] = len(found), False
            found.append(block)
    made: list[Partial] = []
    for block in blocks:
        place, is_opposite = place_of[block]
        values, known = found[place]
        made.append(Partial(values ^ known if is_opposite else values, known))
    return made


def _filled(block: Partial, bits: int) -> int:
    """All values, the free ones as the first known one, so that complements stay so."""
    first = block.known & -block.known
    free = ((1 << (1 << bits)) - 1) ^ block.known
    return block.values | free if block.values & first else block.values


def _contents(blocks: Sequence[int], table: Table, bits: int) -> tuple[int, ...]:
    """The entries whose columns are made of these blocks of so many bits."""
    size, count = 1 << bits, len(table.contents)
    entries = [0] * count
    for column in range(table.bits):
        for place in range(count):
            block = blocks[column * (count // size) + place // size]
            entries[place] |= (block >> place % size & 1) << column
    return tuple(entries)
