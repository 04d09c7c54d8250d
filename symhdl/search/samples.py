"""Where values of expressions are sampled: at points of the box of inputs, corners among them."""

from __future__ import annotations

import zlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

POINTS = 96
"""Samples of every value."""

CORNERS = 32
"""How many of them are corners of the box."""


LARGEST = 2.0**200
"""Of what counts as a value."""


@lru_cache(maxsize=1024)
def places_of(name: str) -> Floats:
    """Where the samples of an input lie in its range, from 0 to 1: ends, then numbers between; by its name alone."""
    chance = np.random.default_rng(zlib.crc32(name.encode()))
    ends = chance.integers(0, 2, CORNERS).astype(np.float64)
    inside = (np.arange(POINTS - CORNERS) + 0.5) / (POINTS - CORNERS)
    ends[:2] = 0.0, 1.0
    return np.concatenate([ends, chance.permutation(inside)])


def points_of(name: str, low: float, high: float) -> Floats:
    """The samples of an input in its range."""
    return low + (high - low) * places_of(name)
