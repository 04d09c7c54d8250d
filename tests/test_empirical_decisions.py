"""Entries of tables that are fitted to decisions: never fewer right rows, and the best codes there are."""

from __future__ import annotations

import numpy as np
import pytest

from symhdl.empirical.decided_entries import Rivals, decided
from symhdl.empirical.networks import (
    Codes,
    Network,
    Node,
    Read,
    Source,
    Sum,
    Table,
    Term,
    address,
)

ROWS = 400
GROUP = (2, 0, 1)


def network(chance: np.random.Generator, outputs: int) -> Network:
    """A table in a sum, a code of it and an input, and the output's table; with two outputs another one beside it."""

    def table(reads: tuple[Read, ...], bits: int, most: int | None = None) -> Table:
        size = 1 << sum(read.bits for read in reads)
        contents = chance.integers(0, most or 1 << bits, size).tolist()
        return Table(reads, tuple(contents), bits)

    nodes: list[Node] = [Source("x", 4), Source("y", 4)]
    nodes.append(table((Read(0, 1, 3),), 3))
    nodes.append(Sum((Term(Read(1, 0, 4), 1), Term(Read(2, 0, 3), -1)), 4))
    nodes.append(table((Read(3, 0, 4), Read(1, 2, 2)), 2))
    reads = (Read(4, 0, 2), Read(0, 0, 4))
    nodes.append(table(reads, 3))
    nodes.append(table(reads, 2, len(GROUP)))
    return Network(tuple(nodes), (5, 6)[:outputs])


def inputs_of(chance: np.random.Generator) -> dict[str, Codes]:
    return {name: chance.integers(0, 16, ROWS) for name in "xy"}


def rivals_of(chance: np.random.Generator) -> Rivals:
    weights = chance.uniform(0, 1, ROWS)
    least, classes = chance.integers(-1, 10, ROWS), chance.integers(0, 5, ROWS)
    return Rivals(least, classes, weights, np.where(chance.random(ROWS) < 0.3, weights, 0.0))


def right(network: Network, inputs: dict[str, Codes], rivals: Rivals, group: Codes) -> float:
    """The weight of right rows, by the definition."""
    made = network.codes(inputs)
    winners = group[made[:, 1]] if made.shape[1] > 1 else np.full(ROWS, group[0])
    total = 0.0
    for row in range(ROWS):
        if made[row, 0] >= rivals.least[row]:
            total += rivals.weights[row] * bool(winners[row] == rivals.classes[row])
        else:
            total += rivals.otherwise[row]
    return total


@pytest.mark.parametrize("outputs", [1, 2])
def test_no_row_is_lost(outputs: int) -> None:
    group = np.array((*GROUP, GROUP[-1]))
    for seed in range(10):
        chance = np.random.default_rng(seed)
        before, inputs, rivals = network(chance, outputs), inputs_of(chance), rivals_of(chance)
        after, made = decided(before, inputs, rivals, tuple(group.tolist()))
        assert right(after, inputs, rivals, group) > right(before, inputs, rivals, group)
        assert np.array_equal(np.stack(made, axis=1), after.codes(inputs))


def test_each_code_is_the_best_there_is_and_no_other_without_gain() -> None:
    chance = np.random.default_rng(4)
    before, inputs, rivals = network(chance, 1), inputs_of(chance), rivals_of(chance)
    after, _ = decided(before, inputs, rivals, GROUP)
    old, new = before.nodes[5], after.nodes[5]
    assert isinstance(old, Table) and isinstance(new, Table)
    values = Network(after.nodes, (0, 1, 2, 3, 4)).codes(inputs)
    index = address(new.reads, list(values.T))
    for entry, (was, found) in enumerate(zip(old.contents, new.contents, strict=True)):
        here = index == entry
        gains = []
        for code in range(1 << new.bits):
            won = np.where(rivals.classes == GROUP[0], rivals.weights, 0.0)
            gains.append(np.where(code >= rivals.least, won, rivals.otherwise)[here].sum())
        best = [code for code in range(len(gains)) if gains[code] > max(gains) - 1e-7]
        assert found in best
        if was in best:
            assert found == was
