"""Entries of tables fitted to decisions: each becomes what makes most rows right while everything else stays.

Tables begin with means and with codes of clusters, for which every output is by itself. What the other outputs have at
a row then says which numbers are right there, and coordinate descent over entries makes the best of that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from symhdl.empirical.networks import Codes, Network, Node, Sum, Table, address, code_of
from symhdl.empirical.samples import Floats

SHIFTS = (-2, -1, 1, 2)
"""What is tried of an entry that a sum reads, beside what it is."""
UNCHANGED = 1e-9
"""What a change of an entry by one must gain, beside weights of rows."""


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

    def right(self, code: Codes, winner: Codes | int) -> Floats:
        """The weight of each row that is right, 0 where it is not."""
        won: Floats = np.where(self.classes == winner, self.weights, 0.0)
        found: Floats = np.where(code >= self.least, won, self.otherwise)
        return found


def decided(
    network: Network, inputs: Mapping[str, Codes], rivals: Rivals, group: Sequence[int]
) -> tuple[Network, tuple[Codes, ...]]:
    """The network with better entries in its tables, one turn over them, and what its outputs are at the rows then.

    `group` are the classes by the number of the greatest.
    """
    return _Descent(list(network.nodes), network.outputs, inputs, rivals, np.array(group)).run()


class _Descent:
    """The tables of a network one after the other, with the codes of all nodes at the rows."""

    def __init__(
        self, nodes: list[Node], outputs: tuple[int, ...], inputs: Mapping[str, Codes],
        rivals: Rivals, group: Codes,
    ) -> None:  # fmt: skip
        self.nodes, self.outputs = nodes, outputs
        self.inputs, self.rivals, self.group = inputs, rivals, group
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
        if place == self.outputs[0] and not self.readers[place]:
            options = np.arange(1 << table.bits)[:, None]
            right = self._right_by_code(index, len(entries), len(options))
        else:
            options = self._options(place, entries, table.bits)
            right = self._right_by_option(place, index, options, len(entries))
        change = np.abs(options - entries)
        best = (right - UNCHANGED * change).argmax(axis=0)
        found = np.broadcast_to(options, right.shape)[best, np.arange(len(entries))]
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

    def _right_by_code(self, index: Codes, entries: int, codes: int) -> Floats:
        """The weight of right rows (codes x entries) for each code of an output: rows are won from one on."""
        rivals = self.rivals
        gained = np.where(rivals.classes == self._winner(self.values), rivals.weights, 0.0)
        gained -= rivals.otherwise
        least = np.clip(rivals.least, 0, codes)
        steps = np.bincount(least * entries + index, gained, (codes + 1) * entries)
        found: Floats = steps.reshape(codes + 1, entries)[:codes].cumsum(axis=0)
        return found

    def _right_by_option(self, place: int, index: Codes, options: Codes, entries: int) -> Floats:
        behind = self._behind(place)
        found = np.empty((len(options), entries))
        for number, option in enumerate(options):
            values = list(self.values)
            values[place] = option[index]
            for changed in behind:
                values[changed] = code_of(self.nodes[changed], values, self.inputs)
            right = self.rivals.right(values[self.outputs[0]], self._winner(values))
            found[number] = np.bincount(index, right, entries)
        return found

    def _winner(self, values: Sequence[Codes]) -> Codes | int:
        if len(self.outputs) == 1:
            return int(self.group[0])
        winner: Codes = self.group[values[self.outputs[1]]]
        return winner

    def _behind(self, place: int) -> list[int]:
        """The nodes that change with one."""
        found = {place}
        for later in range(place + 1, len(self.nodes)):
            if not found.isdisjoint(self.nodes[later].operands):
                found.add(later)
        return sorted(found - {place})
