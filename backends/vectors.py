"""Test vectors for generated test benches: what goes in, and what the simulator says must come out."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

from symhdl.ir.datapath import Datapath, Port
from symhdl.simulate import Integers, simulate

from .backend import Vectors

CORNER_CHANCE = 0.2


def corners(port: Port) -> tuple[int, ...]:
    """Both ends of the port's range, their neighbours, and what lies around zero."""
    low, high = port.minimum, port.maximum
    candidates = (low, high, low + 1, high - 1, 0, 1, -1, (low + high) // 2)
    return tuple(dict.fromkeys(value for value in candidates if low <= value <= high))


def vectors(datapath: Datapath, count: int, seed: int) -> Vectors:
    """`count` vectors: all inputs at one corner first, then corners and uniform integers mixed by chance.

    The expected integers are the simulator's. The same datapath, count and seed give the same vectors.
    """
    generator = random.Random(seed)  # noqa: S311 - test vectors, no secret
    choices = [corners(port) for port in datapath.inputs]
    rows: list[tuple[int, ...]] = []
    for index in range(count):
        if index < max((len(choice) for choice in choices), default=0):
            rows.append(tuple(choice[index % len(choice)] for choice in choices))
        else:
            rows.append(tuple(map(_drawn, datapath.inputs, choices, [generator] * len(choices))))
    return Vectors(tuple(rows), expected(datapath, rows))


def _drawn(port: Port, choice: Sequence[int], generator: random.Random) -> int:
    if generator.random() < CORNER_CHANCE:
        return generator.choice(choice)
    return generator.randint(port.minimum, port.maximum)


def expected(datapath: Datapath, rows: Sequence[tuple[int, ...]]) -> tuple[tuple[int, ...], ...]:
    """What the simulator gives for rows of integers at the input ports."""
    columns: dict[str, Integers] = {
        port.name: np.array([row[position] for row in rows], dtype=object)
        for position, port in enumerate(datapath.inputs)
    }
    results = simulate(datapath, columns)
    # Without inputs the simulator gives the constants once.
    outputs = [[int(value) for value in results[port.name]] for port in datapath.outputs]
    if not datapath.inputs:
        outputs = [column * len(rows) for column in outputs]
    return tuple(zip(*outputs, strict=True))
