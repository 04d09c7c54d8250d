"""Input vectors for simulation: corner values first, then random ones from a seed."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import numpy as np

from symhdl.ir.datapath import Datapath, Port
from symhdl.simulate import INT64_BITS, Integers

CORNER_SHARE = 0.25


def corner_values(port: Port) -> tuple[int, ...]:
    """The ends of the port's range, and zero and its neighbours where they are in it."""
    wanted = (port.minimum, port.maximum, 0, 1, -1, port.minimum + 1, port.maximum - 1)
    return tuple(dict.fromkeys(v for v in wanted if port.minimum <= v <= port.maximum))


def input_vectors(datapath: Datapath, count: int, seed: int) -> dict[str, Integers]:
    """`count` vectors within the inputs' ranges, by the inputs' names.

    They start with the combinations of the ranges' ends (up to a quarter of `count`); in the rest every value is
    uniform over its range, or with small probability a corner value.
    """
    chance = random.Random(seed)  # noqa: S311 - test vectors, not secrets
    corners = [(port.minimum, port.maximum) for port in datapath.inputs]
    ends = list(itertools.islice(itertools.product(*corners), int(count * CORNER_SHARE)))
    columns: dict[str, Integers] = {}
    for position, port in enumerate(datapath.inputs):
        choices = corner_values(port)
        drawn = [
            chance.choice(choices)
            if chance.random() < CORNER_SHARE
            else chance.randint(port.minimum, port.maximum)
            for _ in range(count - len(ends))
        ]
        columns[port.name] = _integers([end[position] for end in ends] + drawn, port)
    return columns


def _integers(values: Sequence[int], port: Port) -> Integers:
    if port.format.width > INT64_BITS:
        return np.array(values, dtype=object)
    return np.array(values, dtype=np.int64)
