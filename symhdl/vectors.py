"""Vectors of integers at the inputs of a datapath: the corners of the ranges, and what is drawn by chance."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

from symhdl.ir.datapath import Datapath, Port
from symhdl.simulate import INT64_BITS, Integers

CORNER_CHANCE = 0.2

Row = tuple[int, ...]


def corner_values(port: Port) -> tuple[int, ...]:
    """The ends of the port's range, and zero and its neighbours and theirs where they are in it."""
    wanted = (port.minimum, port.maximum, 0, 1, -1, port.minimum + 1, port.maximum - 1)
    return tuple(dict.fromkeys(v for v in wanted if port.minimum <= v <= port.maximum))


def drawn_row(datapath: Datapath, chance: random.Random) -> Row:
    """A vector within the inputs' ranges, every value uniform."""
    return tuple(chance.randint(port.minimum, port.maximum) for port in datapath.inputs)


def mixed_rows(datapath: Datapath, count: int, seed: int) -> list[Row]:
    """`count` vectors: all inputs at one corner first, then corners and uniform integers mixed by chance.

    The same datapath, count and seed give the same vectors.
    """
    chance = random.Random(seed)  # noqa: S311 - test vectors, no secrets
    choices = [corner_values(port) for port in datapath.inputs]
    corners = max(map(len, choices), default=0)
    rows = [
        tuple(choice[k % len(choice)] for choice in choices) for k in range(min(count, corners))
    ]
    for _ in range(count - len(rows)):
        drawn = drawn_row(datapath, chance)
        rows.append(
            tuple(
                chance.choice(choice) if chance.random() < CORNER_CHANCE else value
                for choice, value in zip(choices, drawn, strict=True)
            )
        )
    return rows


def columns_of_rows(datapath: Datapath, rows: Sequence[Row]) -> dict[str, Integers]:
    """The vectors as an array for each input, by its name."""
    return {
        port.name: integers_of([row[position] for row in rows], port)
        for position, port in enumerate(datapath.inputs)
    }


def integers_of(values: Sequence[int], port: Port, offset: int = 0) -> Integers:
    """The values plus an offset, in the type of the port's arrays."""
    kind = object if port.format.width > INT64_BITS else np.int64
    return np.array(values, dtype=kind) + offset
