"""What a search for chains of small tables varies: what each table reads, how many bits it has, and the scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from symhdl.empirical.samples import Floats, Integers

Reads = tuple[tuple[str, int], ...]
"""Inputs by name with the bits that are read of them, the uppermost ones."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A table of a chain: what it reads beside the code before it, and its bits."""

    reads: Reads
    bits: int


@dataclass(frozen=True, slots=True)
class Phase:
    """A node of the graph as a sum of terms and tables modulo 2**bits, in which a step of the code is `step`.

    `direct` are codes of inputs times powers of two; `shifts` below zero leave low bits out.
    """

    node: int
    bits: int
    step: float
    direct: tuple[tuple[str, int, int], ...]  # input, sign, shift
    tables: tuple[Reads, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """How an output is made: its stages, and the argument that is read under the name of `ARGUMENT`."""

    stages: tuple[Stage, ...]
    phase: Phase | None = None


ARGUMENT = " argument"


@dataclass(frozen=True, slots=True)
class Scale:
    """How outputs become integers: the nearest one above `low` in steps, from 0 to `most`."""

    low: float
    step: float
    most: int

    def held(self, values: Floats) -> Floats:
        """The values within what the integers reach."""
        return np.clip(values, self.low, self.low + self.most * self.step)

    def codes(self, values: Floats) -> Integers:
        """The integers of values."""
        found: Integers = np.clip(np.rint((values - self.low) / self.step), 0, self.most).astype(
            np.int64
        )
        return found

    @property
    def bits(self) -> int:
        """Those that integers take."""
        return self.most.bit_length()
