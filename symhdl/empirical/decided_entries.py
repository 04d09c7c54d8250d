"""Entries of tables fitted to decisions: each becomes what makes most rows right while everything else stays.

Tables begin with means and with codes of clusters, for which every output is by itself. What the other outputs have at
a row then says which numbers are right there, and coordinate descent over entries makes the best of that. Rows at
which a network reads the same are one cell, of which is known what each code gains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from symhdl.empirical.networks import (
    Codes,
    Network,
    Node,
    Source,
    Sum,
    Table,
    address,
    code_of,
    reads_of,
)
from symhdl.empirical.samples import Floats

SHIFTS = (-2, -1, 1, 2)
"""What is tried of an entry that a sum reads, beside what it is."""
UNCHANGED = 1e-9
"""What a change of an entry by one must gain, beside weights of rows."""
MARKED_BITS = 18
"""Numbers of no more bits are told apart by marks in an array of all of them; longer ones are sorted."""


@dataclass(frozen=True, slots=True)
class Rivals:
    """What a network of one output, or of the greatest of some, stands against.

    `least` is the code from which on it is the greatest at each row, `classes` are the right ones, and `otherwise` is
    the weight of each row at which the class is right where it is not the greatest.
    """

    least: Codes
    classes: Codes
    weights: Floats
    otherwise: Floats

    def gained(self, winner: int, codes: int, cell: Codes, cells: int) -> Floats:
        """What each of so many codes gains in each cell where the network tells the class `winner` (codes x cells).

        It is the weight of the right rows of the cell, less that without the network.
        """
        won = np.where(self.classes == winner, self.weights, 0.0) - self.otherwise
        place = np.clip(self.least, 0, codes) * cells + cell
        steps = np.bincount(place, won, (codes + 1) * cells)
        found: Floats = steps.reshape(codes + 1, cells)[:codes].cumsum(axis=0)
        return found


def decided(
    network: Network, inputs: Mapping[str, Codes], rivals: Rivals, group: Sequence[int]
) -> tuple[Network, tuple[Codes, ...]]:
    """The network with better entries in its tables, one turn over them, and what its outputs are at the rows then.

    `group` are the classes by the number of the greatest.
    """
    row, cell = _cells(network, inputs)
    at_cells = {name: codes[row] for name, codes in inputs.items()}
    codes = 1 << network.nodes[network.outputs[0]].bits
    gains = np.stack([rivals.gained(each, codes, cell, len(row)) for each in group])
    found, made = _Descent(list(network.nodes), network.outputs, at_cells, gains).run()
    return found, tuple(each[cell] for each in made)


class _Descent:
    """The tables of a network one after the other, with the codes of all nodes at the cells.

    `gains` are those of each class that the network may tell, of each code, at each cell.
    """

    def __init__(
        self, nodes: list[Node], outputs: tuple[int, ...], inputs: Mapping[str, Codes],
        gains: Floats,
    ) -> None:  # fmt: skip
        self.nodes, self.outputs = nodes, outputs
        self.inputs, self.gains = inputs, gains
        self.cells = np.arange(gains.shape[2])
        self.values: list[Codes] = []
        for node in nodes:
            self.values.append(code_of(node, self.values, inputs))
        self.readers: list[list[int]] = [[] for _ in nodes]
        for place, node in enumerate(nodes):
            for operand in set(node.operands):
                self.readers[operand].append(place)

    def run(self) -> tuple[Network, tuple[Codes, ...]]:
        """One turn over all tables."""
        for place, node in enumerate(self.nodes):
            if isinstance(node, Table):
                self._improve(place, node)
        made = tuple(self.values[place] for place in self.outputs)
        return Network(tuple(self.nodes), self.outputs), made

    def _improve(self, place: int, table: Table) -> None:
        index, entries = address(table.reads, self.values), np.array(table.contents)
        options = self._options(place, entries, table.bits)
        gained = self._gained(place, index, options, len(entries))
        change = np.abs(options - entries)
        best = (gained - UNCHANGED * change).argmax(axis=0)
        found = options[best, np.arange(len(entries))]
        if np.array_equal(found, entries):
            return
        self.nodes[place] = table._replace(contents=tuple(found.tolist()))
        for changed in (place, *self._behind(place)):
            self.values[changed] = code_of(self.nodes[changed], self.values, self.inputs)

    def _options(self, place: int, entries: Codes, bits: int) -> Codes:
        """What is tried of each entry (options x entries)."""
        codes = np.arange(1 << bits)[:, None]
        if not any(isinstance(self.nodes[reader], Sum) for reader in self.readers[place]):
            return np.broadcast_to(codes, (len(codes), len(entries)))
        shifted = [np.clip(entries + shift, 0, len(codes) - 1) for shift in (0, *SHIFTS)]
        return np.stack(shifted)

    def _gained(self, place: int, index: Codes, options: Codes, entries: int) -> Floats:
        """What each option of each entry gains (options x entries)."""
        values = list(self.values)
        values[place] = options[:, index]
        for changed in self._behind(place):
            values[changed] = code_of(self.nodes[changed], values, self.inputs)
        chosen = values[self.outputs[0]] * len(self.cells) + self.cells
        if len(self.outputs) > 1:
            chosen = chosen + values[self.outputs[1]] * (self.gains.size // len(self.gains))
        gained = np.broadcast_to(self.gains.take(chosen), (len(options), len(index)))
        target = np.arange(len(options))[:, None] * entries + index
        sums = np.bincount(target.ravel(), gained.ravel(), options.size)
        return np.asarray(sums, dtype=np.float64).reshape(options.shape)

    def _behind(self, place: int) -> list[int]:
        """The nodes that change with one."""
        found = {place}
        for later in range(place + 1, len(self.nodes)):
            if not found.isdisjoint(self.nodes[later].operands):
                found.add(later)
        return sorted(found - {place})


def _cells(network: Network, inputs: Mapping[str, Codes]) -> tuple[Codes, Codes]:
    """One row of each cell, and the cell of each row."""
    dropped: dict[str, int] = {}
    for node in network.nodes:
        for read in reads_of(node):
            source = network.nodes[read.node]
            if isinstance(source, Source):
                low = dropped.get(source.name, source.bits)
                dropped[source.name] = min(low, read.dropped)
    rows = len(next(iter(inputs.values())))
    number, bits = np.zeros(rows, dtype=np.int64), 0
    for node in network.nodes:
        if isinstance(node, Source):
            low = dropped.get(node.name, node.bits)
            bits += node.bits - low
            number = (number << (node.bits - low)) | (inputs[node.name] >> low)
            if bits > MARKED_BITS:
                number = np.unique(number, return_inverse=True)[1]
                bits = int(number.max()).bit_length()
    count = np.bincount(number, minlength=1)
    cell = (np.cumsum(count > 0) - 1)[number]
    row = np.empty(int(cell.max()) + 1, dtype=np.int64)
    row[cell] = np.arange(rows)
    return row, cell
